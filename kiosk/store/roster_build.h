#ifndef YUELAI_ROSTER_BUILD_H
#define YUELAI_ROSTER_BUILD_H

/* roster_build: a first load or full refresh, beside the roster in use.
 *
 *     odds thread: open DIR/roster.new -> rows and their words -> indexes -> finish
 *     loop thread: db_swap_roster(db)        (between two scans, under 1 ms)
 *
 * A connection of its own to a file that nobody else has open: rows first, indexes
 * after them (4x faster), in one transaction, without waiting for the disk until
 * finish. Bounded memory whatever the number of rows. Not for use from two threads. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "random.h"
#include "store/roster.h"

struct pen;
struct roster_build;
struct seal;

bool roster_build_open(const char *dir, const struct seal *seal,
                       const struct random *random, struct roster_build **build,
                       struct err *err);
bool roster_build_event(struct roster_build *build, const struct event *event,
                        struct err *err);
bool roster_build_list(struct roster_build *build, const struct list *list,
                       const char *const *kinds, unsigned kind_count, struct err *err);
/* The same import_key or secret twice fails with ERR_INPUT and changes nothing; so does
 * the same ref of a row without import_key (one with a key gets another ref). */
bool roster_build_ticket(struct roster_build *build, const struct roster_row *row,
                         struct err *err);
/* The ref that the last ticket got. */
const char *roster_build_ref(const struct roster_build *build);
bool roster_build_elsewhere(struct roster_build *build,
                            const struct roster_elsewhere *row, struct err *err);
/* What writes the catalog (store/catalog.h) of this file; valid until close. */
const struct pen *roster_build_pen(struct roster_build *build);
/* Calls now and then with how far the indexes are, 0 to 100; may be NULL. */
bool roster_build_finish(struct roster_build *build, int64_t complete_ms,
                         void (*progress)(int percent, void *self), void *self,
                         struct err *err);
void roster_build_close(struct roster_build *build); /* unfinished: the file goes */

#endif
