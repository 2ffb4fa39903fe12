#include "print/printq_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/settings.h"

/* The badge is printed all the same: small words are better than none, and nobody waits
 * at the door for a designer. But somebody is told. */
void
printq_misfit(struct printq *printq, const struct spool_job *job, const char *slots)
{
    struct printq_misfit *last =
        &printq->misfits[printq->misfit_count++ % PRINTQ_MISFITS_MAX];
    char detail[320];
    struct err err;

    *last = (struct printq_misfit){ .job = job->id,
                                    .at_ms = clock_utc_ms(printq->set.clock) };
    str_copy(last->ref, sizeof last->ref, job->ref);
    str_copy(last->slots, sizeof last->slots, slots);
    log_notice(printq->set.log, "printq",
               "job=%" PRId64 " ref=%s state=text-did-not-fit slots=\"%s\"", job->id,
               job->ref, slots);
    printq_note(printq, job->id, "text did not fit: %s", slots);
    snprintf(detail, sizeof detail, "ref=%s issue=%" PRIu32 " slots=%s", job->ref,
             job->issue, slots);
    if (!audit_add(printq->set.db, "printq", "badge-text", detail, &err))
        log_notice(printq->set.log, "printq", "job=%" PRId64 " audit failed=\"%s\"",
                   job->id, err.text);
}

unsigned
printq_misfits(const struct printq *printq, struct printq_misfit to[PRINTQ_MISFITS_MAX])
{
    unsigned count = printq->misfit_count < PRINTQ_MISFITS_MAX ? printq->misfit_count
                                                               : PRINTQ_MISFITS_MAX;
    for (unsigned i = 0; i < count; i++)
        to[i] = printq->misfits[(printq->misfit_count - 1 - i) % PRINTQ_MISFITS_MAX];
    return count;
}
