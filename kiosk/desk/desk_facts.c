#include "desk/desk_parts.h"

#include <string.h>

#include "str.h"

/* ---- the code ---------------------------------------------------------------- */

static bool
is_readable(const struct desk_input *input)
{
    if (input->length == 0 || input->length > ROSTER_SECRET_MAX)
        return false;
    for (size_t i = 0; i < input->length; i++) {
        unsigned char c = (unsigned char)input->code[i];
        if ((c < ' ' && c != 0x1D) || c == 0x7F) /* 1D: a separator within GS1 codes */
            return false;
    }
    return str_is_utf8(input->code, input->length);
}

static bool
by_secret(struct desk_slot *slot, struct err *err)
{
    enum roster_found found;
    struct desk_outcome *outcome = &slot->outcome;
    if (!roster_by_secret(slot->desk->set.db, slot->input.code, slot->input.length,
                          &found, &outcome->ticket, err))
        return false;
    outcome->has_ticket = found == ROSTER_ONE;
    slot->facts.code = found == ROSTER_ONE       ? ADMIT_CODE_TICKET
                       : found == ROSTER_SEVERAL ? ADMIT_CODE_SEVERAL
                                                 : ADMIT_CODE_UNKNOWN;
    return true;
}

static bool
by_ref(struct desk_slot *slot, const char *ref, struct err *err)
{
    struct desk_outcome *outcome = &slot->outcome;
    if (!roster_by_ref(slot->desk->set.db, ref, &outcome->has_ticket, &outcome->ticket,
                       err))
        return false;
    slot->facts.code = outcome->has_ticket ? ADMIT_CODE_TICKET : ADMIT_CODE_UNKNOWN;
    return true;
}

/* A badge's code, or an organiser's own that only looks like one. */
static bool
by_badge(struct desk_slot *slot, struct err *err)
{
    struct err wrong;
    const struct desk_input *input = &slot->input;
    if (badgecode_parse(input->code, input->length, &slot->badge, &wrong)) {
        slot->outcome.by_badge = true;
        if (!by_ref(slot, slot->badge.ref, err))
            return false;
        if (slot->facts.code == ADMIT_CODE_TICKET)
            return true;
        if (!by_secret(slot, err))
            return false;
        slot->outcome.by_badge = slot->facts.code == ADMIT_CODE_UNKNOWN;
        return true;
    }
    if (!by_secret(slot, err))
        return false;
    if (slot->facts.code == ADMIT_CODE_UNKNOWN) {
        slot->facts.code = ADMIT_CODE_MALFORMED;
        str_copy(slot->outcome.reason, sizeof slot->outcome.reason, wrong.text);
    }
    return true;
}

static bool
find_ticket(struct desk_slot *slot, struct err *err)
{
    const struct desk_input *input = &slot->input;
    if (input->is_presented)
        return by_ref(slot, input->ref, err);
    if (input->is_malformed || !is_readable(input)) {
        slot->facts.code = ADMIT_CODE_MALFORMED;
        str_copy(slot->outcome.reason, sizeof slot->outcome.reason,
                 input->is_malformed ? input->reason : "not a readable text");
        return true;
    }
    if (badgecode_claims(input->code, input->length))
        return by_badge(slot, err);
    return by_secret(slot, err);
}

/* ---- the list ---------------------------------------------------------------- */

static bool
find_right_list(struct desk_slot *slot, struct err *err)
{
    enum { LOOK_AT = 8 };
    struct list lists[LOOK_AT];
    unsigned count;
    struct desk_outcome *outcome = &slot->outcome;
    if (!roster_lists_for(slot->desk->set.db, &outcome->ticket, lists, LOOK_AT, &count,
                          err))
        return false;
    for (unsigned i = 0; i < count && !outcome->has_right_list; i++) {
        bool is_over = lists[i].ends_ms != 0 && lists[i].ends_ms < outcome->at_ms;
        if (is_over && i + 1 < count)
            continue;
        outcome->has_right_list = true;
        outcome->right_list = lists[i];
    }
    return true;
}

static bool
find_list(struct desk_slot *slot, struct err *err)
{
    struct desk_outcome *outcome = &slot->outcome;
    const struct role_list *ours =
        role_list_of(&slot->desk->role, outcome->ticket.event);
    enum list_answer answer;

    slot->facts.list = ADMIT_LIST_NONE;
    if (ours && !roster_list(slot->desk->set.db, ours->event, ours->list,
                             &outcome->has_list, &outcome->list, err))
        return false;
    if (!outcome->has_list)
        return find_right_list(slot, err);
    if (!roster_list_takes(slot->desk->set.db, &outcome->list, &outcome->ticket,
                           &answer, err))
        return false;
    slot->facts.list = answer == LIST_TAKES        ? ADMIT_LIST_TAKES
                       : answer == LIST_OTHER_KIND ? ADMIT_LIST_OTHER_KIND
                                                   : ADMIT_LIST_OTHER_SESSION;
    return answer == LIST_TAKES || find_right_list(slot, err);
}

/* ---- what happened to it ------------------------------------------------------- */

static bool
is_ours(const struct desk_slot *slot)
{
    return strcmp(slot->outcome.history.last_station, slot->desk->station) == 0;
}

enum admit_badge
desk_badge_state(const struct desk_slot *slot)
{
    const struct desk_outcome *outcome = &slot->outcome;
    if (outcome->has_job && slot->top_issue <= outcome->job.issue) {
        if (spool_on_its_way(outcome->job.state))
            return ADMIT_BADGE_ON_ITS_WAY;
        if (outcome->job.state == SPOOL_UNCERTAIN)
            return ADMIT_BADGE_UNCERTAIN;
        if (outcome->job.state == SPOOL_FAILED)
            return ADMIT_BADGE_FAILED;
        return ADMIT_BADGE_OUT;
    }
    if (slot->top_issue > 0) /* another station's, heard of */
        return ADMIT_BADGE_OUT;
    if (outcome->history.entries > 0 && !is_ours(slot))
        return ADMIT_BADGE_ELSEWHERE;
    return ADMIT_BADGE_NONE;
}

static bool
find_history(struct desk_slot *slot, struct err *err)
{
    struct desk_outcome *outcome = &slot->outcome;
    struct db *db = slot->desk->set.db;
    char station[4];

    if (outcome->has_list &&
        !journal_history(db, outcome->ticket.ref, outcome->list.event,
                         outcome->list.key, &outcome->history, err))
        return false;
    return spool_latest(db, outcome->ticket.ref, &outcome->has_job, &outcome->job,
                        err) &&
           spool_top_issue(db, outcome->ticket.ref, &slot->top_issue, station, err);
}

/* ---- all of it ----------------------------------------------------------------- */

static void
fill_ticket_facts(struct desk_slot *slot)
{
    const struct ticket *ticket = &slot->outcome.ticket;
    struct admit_facts *facts = &slot->facts;

    facts->by_badge = slot->outcome.by_badge;
    facts->replaced = slot->outcome.by_badge && slot->badge.issue < slot->top_issue;
    facts->revoked = ticket->revoked;
    facts->cancelled = ticket->status == TICKET_CANCELLED;
    facts->unpaid = ticket->status == TICKET_UNPAID;
    facts->blocked = ticket->blocked;
    facts->valid_from_ms = ticket->valid_from_ms;
    facts->valid_until_ms = ticket->valid_until_ms;
}

static void
fill_list_facts(struct desk_slot *slot)
{
    const struct list *list = &slot->outcome.list;
    const struct journal_history *history = &slot->outcome.history;
    struct admit_facts *facts = &slot->facts;

    facts->several_entries = list->several_entries;
    facts->entry_after_exit = list->entry_after_exit;
    facts->include_unpaid = list->include_unpaid;
    facts->opens_ms = list->opens_ms;
    facts->closes_ms = list->closes_ms;
    facts->entries = history->entries;
    facts->last_is_exit = history->has_last && history->last_kind == JOURNAL_EXIT;
    facts->entered_here = history->entries > 0 && is_ours(slot);
    facts->badge = desk_badge_state(slot);
}

bool
desk_gather(struct desk_slot *slot, struct err *err)
{
    struct desk *desk = slot->desk;
    struct desk_outcome *outcome = &slot->outcome;

    slot->facts = (struct admit_facts){ .code = ADMIT_CODE_UNKNOWN,
                                        .direction = desk->role.direction,
                                        .work = desk->role.work,
                                        .now_ms = outcome->at_ms };
    slot->facts.clock_suspect = desk_clock_suspect(desk, outcome->at_ms);
    outcome->clock_suspect = slot->facts.clock_suspect;
    if (!roster_age(desk->set.db, &outcome->age, err) || !find_ticket(slot, err))
        return false;
    slot->facts.by_badge = outcome->by_badge;
    if (!outcome->has_ticket)
        return true;
    if (!find_list(slot, err) || !find_history(slot, err))
        return false;
    fill_ticket_facts(slot);
    fill_list_facts(slot);
    return true;
}
