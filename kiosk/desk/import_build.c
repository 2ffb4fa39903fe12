#include <stdlib.h>
#include <string.h>

#include "desk/import_parts.h"
#include "store/roster_build.h"
#include "str.h"

/* On the lane: kept imports into a roster beside the one in use, for a station whose
 * roster has no tickets yet. Lists of earlier imports go in first. */

bool
import_known_wants(struct import_known *known, const struct import_list *list)
{
    const struct list *of = &list->list;
    for (unsigned i = 0; i < known->count; i++) {
        bool same_key = strcmp(known->lists[i].key, of->key) == 0;
        bool same_session = of->session[0] && /* another list may be for it already */
                            strcmp(known->lists[i].session, of->session) == 0;
        if (list->made && (same_key || same_session))
            return false;
        if (same_key) {
            str_copy(known->lists[i].session, sizeof known->lists[i].session,
                     of->session);
            return true;
        }
    }
    if (known->count == IMPORT_LISTS_MAX)
        return false;
    struct import_known_list *new = &known->lists[known->count++];
    str_copy(new->key, sizeof new->key, of->key);
    str_copy(new->session, sizeof new->session, of->session);
    return true;
}

struct building {
    struct import_job *job;
    struct roster_build *build;
    struct import_known known;
    char event[ROSTER_KEY_MAX + 1]; /* of the present file */
    bool lists_only;                /* an earlier file */
};

static bool
build_list(struct building *building, struct import_list *list, struct err *err)
{
    const char *kinds[IMPORT_LIST_KINDS_MAX];
    if (!import_known_wants(&building->known, list))
        return true;
    str_copy(list->list.event, sizeof list->list.event, building->event);
    for (unsigned i = 0; i < list->kind_count; i++)
        kinds[i] = list->kinds[i];
    building->job->result->lists += !building->lists_only;
    return roster_build_list(building->build, &list->list, kinds, list->kind_count,
                             err);
}

/* A guest who cannot be in the roster (another one's code) is told; the rest goes on.
 */
static bool
build_guest(struct building *building, const struct import_guest *guest,
            struct err *err)
{
    struct import_job *job = building->job;
    const char *sessions[ROSTER_SESSIONS_MAX];
    struct roster_row row = { .ticket = guest->ticket,
                              .secret = guest->code,
                              .import_key = guest->key,
                              .sessions = sessions,
                              .session_count = guest->session_count };
    for (unsigned i = 0; i < guest->session_count; i++)
        sessions[i] = guest->sessions[i];
    str_copy(row.ticket.event, sizeof row.ticket.event, building->event);
    atomic_fetch_add(&job->rows, 1);
    if (roster_build_ticket(building->build, &row, err)) {
        job->result->added++;
        return true;
    }
    if (err->code != ERR_INPUT)
        return false;
    struct report_place place = { "guests", guest->line, "" };
    report_row(&job->report, "error", &place, "%s", err->text);
    job->result->bad++;
    job->result->good--;
    return true;
}

static bool
build_record(struct building *building, struct import_record *record, struct err *err)
{
    switch (record->type) {
    case RECORD_EVENT:
        str_copy(building->event, sizeof building->event, record->event.event.slug);
        return roster_build_event(building->build, &record->event.event, err);
    case RECORD_LIST:
        return (building->lists_only && record->list.made) ||
               build_list(building, &record->list, err);
    case RECORD_GUEST:
        return building->lists_only || build_guest(building, &record->guest, err);
    }
    return true;
}

static bool
build_file(struct building *building, int64_t number, struct err *err)
{
    struct import_job *job = building->job;
    struct keep_reader *reader;
    struct import_record *record;
    bool end = false, good = true;
    if (!keep_open(job->dir, number, job->seal, &reader, err))
        return false;
    while (good && !end) {
        good = atomic_load(&job->stop)
                   ? err_set(err, ERR_BUSY, "the import was stopped")
                   : keep_next(reader, &record, &end, err);
        if (good && !end)
            good = build_record(building, record, err);
    }
    keep_close(reader);
    return good;
}

static void
note_percent(int percent, void *self)
{
    struct import_job *job = self;
    atomic_store(&job->of, 100);
    atomic_store(&job->done, percent);
}

static bool
build_all(struct building *building, struct err *err)
{
    struct import_job *job = building->job;
    building->lists_only = true;
    for (int64_t number = 1; number < job->number; number++) {
        if (!build_file(building, number, err) && err->code != ERR_ABSENT)
            return false;
    }
    building->lists_only = false;
    return build_file(building, job->number, err) &&
           roster_build_finish(building->build, job->now_ms, note_percent, job, err);
}

void
import_build(struct import_job *job)
{
    struct building *building = calloc(1, sizeof *building);
    job->ok = building != NULL;
    if (!building) {
        err_no_memory(&job->err);
        return;
    }
    building->job = job;
    job->ok = roster_build_open(job->dir, job->seal, job->random, &building->build,
                                &job->err) &&
              build_all(building, &job->err);
    roster_build_close(building->build);
    free(building);
}
