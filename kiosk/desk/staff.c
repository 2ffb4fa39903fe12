#include "desk/staff.h"

#include <stdlib.h>
#include <string.h>

#include "desk/desk_parts.h"
#include "str.h"

/* ---- who may ------------------------------------------------------------------ */

static const enum pin_level needed[STAFF_ACT_COUNT] = {
    [STAFF_FIND] = PIN_HELPER,      [STAFF_PRESENT] = PIN_HELPER,
    [STAFF_SAY_BADGE] = PIN_HELPER, [STAFF_REPRINT] = PIN_DESK,
    [STAFF_ROLE] = PIN_SUPERVISOR,  [STAFF_PEOPLE] = PIN_SUPERVISOR,
    [STAFF_SERVER] = PIN_DESK,      [STAFF_ENROL] = PIN_SUPERVISOR,
};

bool
staff_may(enum pin_level level, enum staff_act act)
{
    return level >= needed[act];
}

/* ---- rows ---------------------------------------------------------------------- */

static enum staff_presence
presence_of(const struct journal_history *history)
{
    if (!history->has_last)
        return STAFF_NEVER;
    return history->last_kind == JOURNAL_EXIT ? STAFF_LEFT : STAFF_INSIDE;
}

/* Completes a row whose ticket is filled in. */
static bool
fill_row(struct desk *desk, struct staff_row *row, struct err *err)
{
    struct db *db = desk->set.db;
    const struct ticket *ticket = &row->ticket;
    const struct role_list *ours = role_list_of(&desk->role, ticket->event);
    struct journal_history history = { 0 };
    struct spool_job job;
    char station[4];

    row->has_list = ours != NULL;
    if (ours &&
        !journal_history(db, ticket->ref, ours->event, ours->list, &history, err))
        return false;
    row->presence = presence_of(&history);
    row->last_at_ms = history.has_last ? history.last_at_ms : 0;
    if (!spool_latest(db, ticket->ref, &row->has_badge, &job, err) ||
        !spool_top_issue(db, ticket->ref, &row->issue, station, err))
        return false;
    if (row->has_badge)
        row->badge = job.state;
    return true;
}

/* ---- finding ------------------------------------------------------------------- */

/* A badge's code as typed from it, or a ticket's whole code. */
static bool
find_by_code(struct desk *desk, const char *typed, bool *found, struct ticket *ticket,
             struct err *err)
{
    struct db *db = desk->set.db;
    char text[BADGECODE_TEXT_MAX + 1];
    struct badgecode code;
    struct err wrong;
    enum roster_found count;
    size_t length = strlen(typed);

    *found = false;
    if (badgecode_tidy(typed, length, text) &&
        badgecode_parse(text, strlen(text), &code, &wrong))
        return roster_by_ref(db, code.ref, found, ticket, err);
    if (length == 0 || length > ROSTER_SECRET_MAX || !str_is_utf8(typed, length))
        return true;
    if (!roster_by_secret(db, typed, length, &count, ticket, err))
        return false;
    *found = count == ROSTER_ONE;
    return true;
}

static bool
find_by_search(struct desk *desk, const char *typed, struct staff_row *rows,
               unsigned max, unsigned *count, struct err *err)
{
    const struct role *role = &desk->role;
    const char *event = role->list_count == 1 ? role->lists[0].event : "";
    struct ticket *hits = calloc(max, sizeof *hits);
    if (!hits)
        return err_no_memory(err);
    bool ok = roster_search(desk->set.db, event, typed, hits, max, count, err);
    for (unsigned i = 0; ok && i < *count; i++) {
        rows[i] = (struct staff_row){ .ticket = hits[i] };
        ok = fill_row(desk, &rows[i], err);
    }
    free(hits);
    return ok;
}

bool
staff_find(struct desk *desk, const char *typed, struct staff_row *rows, unsigned max,
           unsigned *count, struct err *err)
{
    bool found;
    *count = 0;
    if (max == 0)
        return true;
    if (max > SEARCH_RESULTS_MAX)
        max = SEARCH_RESULTS_MAX;
    rows[0] = (struct staff_row){ 0 };
    if (!find_by_code(desk, typed, &found, &rows[0].ticket, err))
        return false;
    if (!found)
        return find_by_search(desk, typed, rows, max, count, err);
    *count = 1;
    return fill_row(desk, &rows[0], err);
}

/* ---- one guest ------------------------------------------------------------------ */

/* Keeps the newest: the oldest goes when there is no room. */
static bool
keep_row(const struct journal_row *row, void *self)
{
    struct staff_detail *detail = self;
    if (detail->row_count == STAFF_HISTORY_MAX) {
        detail->row_count--;
        memmove(&detail->rows[0], &detail->rows[1],
                detail->row_count * sizeof detail->rows[0]);
    }
    detail->rows[detail->row_count++] = *row;
    return true;
}

static bool
keep_job(const struct spool_job *job, void *self)
{
    struct staff_detail *detail = self;
    if (detail->job_count == STAFF_JOBS_MAX) {
        detail->job_count--;
        memmove(&detail->jobs[0], &detail->jobs[1],
                detail->job_count * sizeof detail->jobs[0]);
    }
    detail->jobs[detail->job_count++] = *job;
    return true;
}

static bool
fill_lists(struct desk *desk, struct staff_detail *detail, struct err *err)
{
    const struct ticket *ticket = &detail->summary.ticket;
    const struct role_list *ours = role_list_of(&desk->role, ticket->event);
    struct list lists[STAFF_LISTS_MAX];
    if (!roster_lists_for(desk->set.db, ticket, lists, STAFF_LISTS_MAX,
                          &detail->list_count, err))
        return false;
    for (unsigned i = 0; i < detail->list_count; i++) {
        struct staff_list *list = &detail->lists[i];
        list->list = lists[i];
        list->is_ours = ours && strcmp(ours->list, lists[i].key) == 0;
        if (!journal_history(desk->set.db, ticket->ref, lists[i].event, lists[i].key,
                             &list->history, err))
            return false;
    }
    return true;
}

bool
staff_detail(struct desk *desk, const char *ref, struct staff_detail *detail,
             struct err *err)
{
    struct db *db = desk->set.db;
    bool found;
    memset(detail, 0, sizeof *detail);
    if (!roster_by_ref(db, ref, &found, &detail->summary.ticket, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "no ticket with reference %.16s", ref);
    return fill_row(desk, &detail->summary, err) &&
           journal_each(db, ref, 0, 0, keep_row, detail, err) &&
           spool_each_of(db, ref, keep_job, detail, err) &&
           fill_lists(desk, detail, err);
}

/* ---- reprint -------------------------------------------------------------------- */

const struct staff_reason staff_reasons[] = {
    { "lost", false },    { "misprint", false },
    { "damaged", false }, { "name", false }, /* the name was corrected */
    { "other", true },
};
const unsigned staff_reason_count = sizeof staff_reasons / sizeof *staff_reasons;

static const struct staff_reason *
find_reason(const char *key)
{
    for (unsigned i = 0; i < staff_reason_count; i++) {
        if (strcmp(staff_reasons[i].key, key) == 0)
            return &staff_reasons[i];
    }
    return NULL;
}

static bool
is_blank(const char *text)
{
    return text[strspn(text, " \t")] == '\0';
}

bool
staff_reprint(struct desk *desk, const char *ref, const char *key, const char *text,
              const char *who, struct spool_job *job, struct err *err)
{
    const struct staff_reason *reason = find_reason(key);
    if (!reason)
        return err_set(err, ERR_INPUT,
                       "reprint: reason: want lost, misprint, damaged, name or other");
    if (reason->wants_text && is_blank(text))
        return err_set(err, ERR_INPUT, "reprint: reason \"%s\" wants words", key);

    struct str whole;
    str_init(&whole, 512);
    str_add_text(&whole, key);
    if (!is_blank(text))
        str_addf(&whole, ": %.400s", text);
    bool ok = desk_reprint(desk, ref, whole.data, who, job, err);
    str_finish(&whole);
    return ok;
}
