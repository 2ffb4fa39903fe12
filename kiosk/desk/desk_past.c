#include "desk/desk_parts.h"

#include <string.h>

#include "base/moment.h"
#include "str.h"

/* What happened to a ticket on a list, under its reference and under the one it may
 * have had before its order came; and what the list's rule makes of it. */

enum { DAY_MS = 24 * 3600 * 1000 };

/* ---- all out -------------------------------------------------------------------- */

/* A list may let all who are inside count as gone at an hour of the day. The server
 * writes those exits, and moves the hour on by a day of its zone; a station that is cut
 * off then does not hear of them. The last such moment until now_ms; 0 = none. */
static int64_t
all_out_ms(const struct list *list, const struct zone *zone, int64_t now_ms)
{
    if (list->exit_all_ms == 0 || now_ms < list->exit_all_ms)
        return 0;
    int64_t days = (now_ms - list->exit_all_ms) / DAY_MS + 1;
    int64_t at_ms = moment_add_local(zone, list->exit_all_ms, days * DAY_MS);
    while (days > 0 && at_ms > now_ms)
        at_ms = moment_add_local(zone, list->exit_all_ms, --days * DAY_MS);
    return at_ms;
}

/* ---- history ----------------------------------------------------------------------
 */

static void
add_history(struct journal_history *to, const struct journal_history *more)
{
    if (more->entries > 0 &&
        (to->entries == 0 || more->first_entry_ms < to->first_entry_ms))
        to->first_entry_ms = more->first_entry_ms;
    to->entries += more->entries;
    to->exits += more->exits;
    if (!more->has_last || (to->has_last && to->last_at_ms > more->last_at_ms))
        return;
    to->has_last = true;
    to->last_kind = more->last_kind;
    to->last_at_ms = more->last_at_ms;
    str_copy(to->last_station, sizeof to->last_station, more->last_station);
    str_copy(to->last_gate, sizeof to->last_gate, more->last_gate);
}

static void
leave_if_all_do(const struct list *list, const struct desk_event *event, int64_t now_ms,
                struct journal_history *history)
{
    int64_t out_ms = all_out_ms(list, event->zone, now_ms);
    if (!history->has_last || history->last_kind != JOURNAL_ENTRY ||
        history->last_at_ms > out_ms)
        return;
    history->last_kind = JOURNAL_EXIT;
    history->last_at_ms = out_ms;
    history->exits++;
    history->last_station[0] = history->last_gate[0] = '\0';
}

static bool
find_badge(struct desk_slot *slot, struct err *err)
{
    struct desk_outcome *outcome = &slot->outcome;
    struct db *db = slot->desk->set.db;
    char station[4];
    if (!spool_latest(db, outcome->ticket.ref, &outcome->has_job, &outcome->job, err) ||
        !spool_top_issue(db, outcome->ticket.ref, &slot->top_issue, station, err))
        return false;
    if (slot->alias[0] == '\0' || outcome->has_job)
        return true;
    uint32_t issue;
    return spool_latest(db, slot->alias, &outcome->has_job, &outcome->job, err) &&
           spool_top_issue(db, slot->alias, &issue, station, err);
}

bool
desk_past_find(struct desk_slot *slot, const struct desk_event *event, struct err *err)
{
    struct desk_outcome *outcome = &slot->outcome;
    struct db *db = slot->desk->set.db;
    if (event->from_server && !desk_signed_alias(slot, event, err))
        return false;
    if (!outcome->has_list)
        return find_badge(slot, err);
    const struct list *list = &outcome->list;
    struct journal_history former;
    if (!journal_history(db, outcome->ticket.ref, list->event, list->key,
                         &outcome->history, err))
        return false;
    if (slot->alias[0] != '\0') {
        if (!journal_history(db, slot->alias, list->event, list->key, &former, err))
            return false;
        add_history(&outcome->history, &former);
    }
    leave_if_all_do(list, event, outcome->at_ms, &outcome->history);
    return find_badge(slot, err);
}

/* ---- rules -------------------------------------------------------------------------
 */

struct deeds {
    struct rule_checkin rows[2 * JOURNAL_DEEDS_MAX + 1];
    size_t count;
};

/* By time; of two of one moment those that came first in first. */
static void
merge(const struct journal_deeds *a, const struct journal_deeds *b, struct deeds *to)
{
    unsigned i = 0, j = 0;
    to->count = 0;
    while (i < a->count || j < b->count) {
        bool takes_a =
            j == b->count || (i < a->count && a->rows[i].at_ms <= b->rows[j].at_ms);
        const struct journal_deed *deed = takes_a ? &a->rows[i++] : &b->rows[j++];
        to->rows[to->count++] = (struct rule_checkin){ deed->at_ms, deed->exit };
    }
}

static bool
read_deeds(struct desk_slot *slot, const struct desk_event *event, struct deeds *deeds,
           struct err *err)
{
    struct db *db = slot->desk->set.db;
    const struct list *list = &slot->outcome.list;
    struct journal_deeds own, former = { .count = 0 };
    if (!journal_deeds(db, slot->outcome.ticket.ref, list->event, list->key, &own, err))
        return false;
    if (slot->alias[0] != '\0' &&
        !journal_deeds(db, slot->alias, list->event, list->key, &former, err))
        return false;
    merge(&former, &own, deeds);
    int64_t out_ms = all_out_ms(list, event->zone, slot->outcome.at_ms);
    const struct rule_checkin *last =
        deeds->count > 0 ? &deeds->rows[deeds->count - 1] : NULL;
    if (last && !last->is_exit && last->at_ms <= out_ms)
        deeds->rows[deeds->count++] = (struct rule_checkin){ out_ms, true };
    return true;
}

/* Of the ticket's session if it has one, else of the event. */
static bool
fill_times(struct desk_slot *slot, const struct desk_event *event,
           struct rule_facts *facts, struct err *err)
{
    struct session session = { .starts_ms = 0 };
    bool found = false;
    if (slot->session[0] != '\0' &&
        !catalog_session(slot->desk->set.db, event->slug, slot->session, &found,
                         &session, err))
        return false;
    facts->date_from_ms = found ? session.starts_ms : event->event.starts_ms;
    facts->date_to_ms = found ? session.ends_ms : event->event.ends_ms;
    facts->date_admission_ms = found ? session.admission_ms : event->event.admission_ms;
    facts->has_date_to = facts->date_to_ms != 0;
    facts->has_date_admission = facts->date_admission_ms != 0;
    return true;
}

static void
explain(struct desk_slot *slot, const struct rule_facts *facts)
{
    struct str text;
    str_init(&text, ROSTER_TEXT_MAX * 4);
    rule_explain(&slot->outcome.why, facts, slot->outcome.at_ms, &text);
    str_copy(slot->outcome.rule_text, sizeof slot->outcome.rule_text, text.data);
    str_finish(&text);
}

bool
desk_past_judge(struct desk_slot *slot, const struct desk_event *event, struct err *err)
{
    struct desk_outcome *outcome = &slot->outcome;
    const struct rule *rule;
    struct deeds deeds;
    struct rule_facts facts = { .product = outcome->ticket.origin.product,
                                .variation = outcome->ticket.origin.variation,
                                .gate = slot->desk->gate,
                                .now_ms = outcome->at_ms,
                                .zone = event->zone };
    if (!outcome->has_list || !outcome->list.has_rules)
        return true;
    if (!desk_rule_get(slot->desk, &outcome->list, &rule, err))
        return false;
    if (!rule) {
        slot->facts.rule = ADMIT_RULE_NO;
        str_copy(outcome->rule_text, sizeof outcome->rule_text,
                 "the list's rules cannot be read");
        return true;
    }
    if (!read_deeds(slot, event, &deeds, err) || !fill_times(slot, event, &facts, err))
        return false;
    facts.checkins = deeds.rows;
    facts.count = deeds.count;
    bool yes = rule_eval(rule, &facts, &outcome->why) == RULE_YES;
    slot->facts.rule = yes ? ADMIT_RULE_YES : ADMIT_RULE_NO;
    if (!yes)
        explain(slot, &facts);
    return true;
}
