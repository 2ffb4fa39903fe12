#ifndef YUELAI_SPOOL_WRITE_H
#define YUELAI_SPOOL_WRITE_H

/* spool_write: a print job as programs and the staff page get it, the same for both. */

#include "store/spool.h"
#include "str.h"

/* Adds its members to the open object: job, ref, issue, station, state, evidence,
 * printer, cause, who, made_ms, changed_ms, tries, why. The guest's fields are not
 * among them. */
void spool_write(const struct spool_job *job, struct str *out);

#endif
