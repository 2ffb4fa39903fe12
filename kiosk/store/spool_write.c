#include "store/spool_write.h"

#include "base/json.h"

void
spool_write(const struct spool_job *job, struct str *out)
{
    json_add_int(out, "job", job->id);
    json_add_text(out, "ref", job->ref);
    json_add_int(out, "issue", job->issue);
    json_add_text(out, "station", job->station);
    json_add_text(out, "state", spool_state_name(job->state));
    json_add_text(out, "evidence", spool_evidence_name(job->evidence));
    json_add_text(out, "printer", job->printer);
    json_add_text(out, "cause", job->cause);
    json_add_text(out, "who", job->who);
    json_add_int(out, "made_ms", job->made_ms);
    json_add_int(out, "changed_ms", job->changed_ms);
    json_add_int(out, "tries", job->tries);
    json_add_text(out, "why", job->why);
}
