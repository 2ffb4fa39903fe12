#ifndef YUELAI_EASEL_DESIGNS_H
#define YUELAI_EASEL_DESIGNS_H

/* easel_designs: the designs in use, each prepared for the heads it goes onto.
 *
 *     find -> WAITING --prepare, a process of its own--> READY | REFUSED
 *                '--- the cache has it: READY at once
 *
 * The cache's files are named by the content of the SVG, of fonts.conf, the target and
 * the version: nothing in it is ever out of date, and a design that comes back after a
 * change is there at once. The cache is kept within bounds (easel_cache.h). */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "print/easel.h"

enum easel_design_state { EASEL_DESIGN_WAITING, EASEL_DESIGN_READY, EASEL_DESIGN_REFUSED };

struct easel_designs;
struct easel_design;

/* `changed` is called from the loop when a design has become READY or REFUSED. */
bool easel_designs_create(const struct easel_setting *setting, loop_fn *changed,
                          void *self, struct easel_designs **designs, struct err *err);
void easel_designs_destroy(struct easel_designs *designs); /* takes NULL */

/* The design for that target, looked at anew: its file may have changed. The pointer is
 * good until the designs are destroyed. Fails if it cannot be a name. */
bool easel_designs_find(struct easel_designs *designs, const char *name,
                        const struct easel_target *target,
                        struct easel_design **design, struct err *err);

enum easel_design_state easel_design_state(const struct easel_design *design);
int easel_design_fd(const struct easel_design *design); /* READY: of the prepared file */
uint64_t easel_design_key(const struct easel_design *design);
const char *easel_design_problem(const struct easel_design *design); /* or "" */

/* The helper could not read the prepared file: it is made anew, once. */
void easel_design_spoiled(struct easel_designs *designs, struct easel_design *design);

/* The same by name, whatever the target; "" if there is none. */
const char *easel_designs_problem(const struct easel_designs *designs, const char *name);

#endif
