#ifndef YUELAI_FILE_WATCH_H
#define YUELAI_FILE_WATCH_H

/* file_watch: hears when a file has been saved. Editors write it anew in place, or write
 * another one and rename it over the first: so its directory is watched, and what counts is
 * that a whole file of that name is there. */

#include <stdbool.h>

#include "err.h"
#include "loop.h"

struct file_watch;

/* `changed` is called from the loop once for each save, when nothing more has come for a
 * moment. A link is followed: the file it names is the one that is saved. */
bool file_watch_create(const struct loop *loop, const char *path, loop_fn *changed,
                       void *self, struct file_watch **watch, struct err *err);
void file_watch_destroy(struct file_watch *watch); /* takes NULL */

#endif
