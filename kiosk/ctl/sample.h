#ifndef YUELAI_SAMPLE_H
#define YUELAI_SAMPLE_H

/* sample: invented guests that are hard on a design: scripts, long names and empty fields,
 * every kind of guest with its band. Who draws badges looks at these before real guests
 * come. */

#include <stdbool.h>

#include "desk/desk.h"
#include "err.h"
#include "store/spool.h"
#include "str.h"

struct sample {
    const char *key; /* "chinese" */
    const char *what; /* what is hard about it, for people */
    const char *name, *name_latin, *organisation;
    const char *country; /* ISO 3166-1 alpha-2 */
    const char *kind, *language, *session, *seat;
};

extern const struct sample samples[]; /* ends with a key of NULL */

unsigned sample_count(void);
const struct sample *sample_find(const char *key); /* NULL: there is none */

/* All keys, as people read them: "chinese, serbian, …". */
void sample_names(struct str *out);

/* The row that its badge would have, at an invented event. Of `badges` only kinds, log and
 * station are needed. */
bool sample_job(const struct sample *sample, const struct desk_badges *badges,
                struct spool_job *job, struct err *err);

#endif
