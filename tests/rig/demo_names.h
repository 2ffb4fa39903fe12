#ifndef YUELAI_DEMO_NAMES_H
#define YUELAI_DEMO_NAMES_H

/* demo_names: believable people out of templates/demo/names, one culture a file (the
 * README there shows the form). The same draws give the same people. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* A generator of its own: the same seed gives the same numbers on every machine. */
struct demo_dice {
    uint64_t state;
};

uint64_t demo_roll(struct demo_dice *dice);
/* 0 … sides - 1 */
unsigned demo_roll_of(struct demo_dice *dice, unsigned sides);

enum { DEMO_NAME_MAX = 255 }; /* bytes */

struct demo_name {
    char own[DEMO_NAME_MAX + 1];   /* as the guest writes it */
    char latin[DEMO_NAME_MAX + 1]; /* "" where that is Latin already */
};

struct demo_culture;

bool demo_culture_read(const char *path, struct demo_culture **culture,
                       struct err *err);
void demo_culture_free(struct demo_culture *culture); /* takes NULL */
void demo_culture_draw(const struct demo_culture *culture, struct demo_dice *dice,
                       struct demo_name *name);

/* A whole small text file; the caller frees it. */
bool demo_read_file(const char *path, char **text, struct err *err);
/* Cuts the next piece off *rest at any of `ends`, without spaces around it; NULL at the
 * end. */
char *demo_piece(char **rest, const char *ends);

#endif
