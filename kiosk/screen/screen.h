#ifndef YUELAI_SCREEN_H
#define YUELAI_SCREEN_H

/* screen: the whole upper floor that people see, put together: guests' surface, staff's
 * corner, api, files and the server on the loopback. main builds one for its station. */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "random.h"

struct db;
struct desk;
struct pin;
struct printq;
struct reader;
struct screen;
struct sync;

struct screen_setting {
    void *event_base; /* loop_real_event_base */
    const struct loop *loop;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    struct feed *feed;
    struct db *db;
    struct desk *desk;
    struct pin *pin; /* NULL = no staff's corner */
    struct printq *printq; /* NULL = prints nothing */
    struct reader *reader; /* NULL = reads nothing */
    struct sync *sync; /* NULL = knows no ticketing server */
    const char *station; /* letters */
    uint16_t port; /* on 127.0.0.1; 0 = any free one */
    const char *page; /* directory of files over the built-in ones, "" = none */
    const char *const *languages; /* as configured, in order; borrowed for create */
    unsigned language_count; /* 0 = zh-Hans and en */
    unsigned shown; /* how many attract shows at once; 0 = 2 if there are two */
};

/* A language that is not built in fails and is named. */
bool screen_create(const struct screen_setting *setting, struct screen **screen,
                   struct err *err);
/* Before desk, pin, printq, reader and sync. Takes NULL. */
void screen_destroy(struct screen *screen);

/* Takes over languages, shown and page of a new setting, at once; the rest stays as it
 * was made. The screen that a guest sees goes on. On failure nothing has changed. */
bool screen_configure(struct screen *screen, const struct screen_setting *setting,
                      struct err *err);

/* Is there such a language? Names those that there are if not. */
bool screen_has_language(const char *code, struct err *err);

#endif
