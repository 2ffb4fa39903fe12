#ifndef YUELAI_LAYOUTS_H
#define YUELAI_LAYOUTS_H

/* layouts: which of a ticketing server's layouts a guest's badge is drawn with, as a file
 * that the artist can read.
 *
 *     roster: product -> layout --.
 *     roster: the layout's body ---+--> DIR/pretix-EVENT-ID.layout   "pretix:EVENT/ID"
 *     DIR: its background, a PDF -'
 *
 * A file is made when a badge first needs it, and anew when the layout or the name of its
 * background has changed. */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "log.h"
#include "store/spool.h"

struct db;
struct layouts;

enum { LAYOUTS_FIELDS_MAX = SPOOL_FIELDS_MAX + 8 * 1024 /* with what a layout adds */ };

struct layouts_setting {
    const char *dir; /* of backgrounds and files; made if absent; borrowed */
    struct db *db;
    const struct log *log;
};

struct layouts *layouts_create(const struct layouts_setting *setting); /* NULL: no memory */
void layouts_destroy(struct layouts *layouts); /* takes NULL */

/* What a badge is drawn with: filled with what the printer has and the job's own fields. */
struct layouts_to {
    char *design;
    size_t design_size; /* bytes, with the NUL */
    char *fields; /* a JSON object */
    size_t fields_size; /* LAYOUTS_FIELDS_MAX + 1 are enough */
};

/* If the server has a layout for the job's guest, its name is put into design, and into
 * fields what a layout may show beside them: the secret of a ticket stands on such a badge
 * as the server wants it, and in no file of ours. A failure changes neither. */
bool layouts_use(struct layouts *layouts, const struct spool_job *job,
                 const struct layouts_to *to, struct err *err);

/* Makes the files of all layouts that the server's products have, and names each:
 * "pretix:EVENT/ID". One that cannot be made is passed over: who prints with it says why.
 * Fails if the roster cannot be read. */
bool layouts_make_all(struct layouts *layouts,
                      void (*each)(const char *design, void *self), void *self,
                      struct err *err);

#endif
