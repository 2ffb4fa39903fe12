#include "print/printq_parts.h"

#include <inttypes.h>

void
printq_layout_choose(struct printq_lane *lane, const struct spool_job *job)
{
    const struct printq *printq = lane->printq;
    struct printq_art *art = lane->art;
    const struct layouts_to to = { .design = art->design,
                                   .design_size = sizeof art->design,
                                   .fields = art->fields,
                                   .fields_size = sizeof art->fields };
    const struct printq_printer *printer = printq_prints_for(lane, job->kind);
    struct err err;

    str_copy(art->design, sizeof art->design,
             job->design[0] ? job->design : printer->design);
    str_copy(art->fields, sizeof art->fields, job->fields);
    if (!printer->server_layouts || job->design[0] || !printq->layouts)
        return;
    if (!layouts_use(printq->layouts, job, &to, &err))
        log_warning(printq->set.log, "printq",
                    "job=%" PRId64 " drawn as %s without the server's layout: %s",
                    job->id, art->design, err.text);
}
