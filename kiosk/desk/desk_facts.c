#include "desk/desk_parts.h"

#include <string.h>

#include "str.h"

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
    /* a signed one has no row of sessions: it names its own */
    if (slot->facts.is_signed && answer == LIST_OTHER_SESSION &&
        strcmp(outcome->list.session, slot->session) == 0)
        answer = LIST_TAKES;
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

/* ---- what a ticketing server tells besides ------------------------------------------
 */

static bool
take_session(const char *session, void *self)
{
    struct desk_slot *slot = self;
    str_copy(slot->session, sizeof slot->session, session);
    return false;
}

static void
add_note(struct desk_outcome *outcome, const char *note)
{
    size_t used = strlen(outcome->notes);
    if (note[0] == '\0')
        return;
    if (used > 0)
        outcome->notes[used++] = '\n';
    str_copy(outcome->notes + used, sizeof outcome->notes - used, note);
}

/* Products may want a wristband or card handed out for them. A medium itself, and staff
 * who answer for the guest, are past that. */
static bool
find_exchange(struct desk_slot *slot, const struct desk_event *event,
              const struct product *product, struct err *err)
{
    struct admit_facts *facts = &slot->facts;
    int64_t position = slot->outcome.ticket.origin.position;
    bool linked;
    if (product->media_policy[0] == '\0' || product->media_type[0] == '\0' ||
        facts->by_medium || position == 0)
        return true;
    if (!catalog_linked(slot->desk->set.db, position, &linked, err))
        return false;
    facts->exchange = !linked;
    facts->exchanged = linked && event->media_alone;
    return true;
}

/* The order's words, then the variation's, then the product's. */
static bool
find_product(struct desk_slot *slot, const struct desk_event *event, struct err *err)
{
    struct db *db = slot->desk->set.db;
    struct desk_outcome *outcome = &slot->outcome;
    const struct ticket_origin *origin = &outcome->ticket.origin;
    struct product product;
    struct variation variation;
    bool has_product, has_variation = false;
    if (!catalog_product(db, event->slug, origin->product, &has_product, &product, err))
        return false;
    if (origin->variation != 0 && !catalog_variation(db, event->slug, origin->variation,
                                                     &has_variation, &variation, err))
        return false;
    if (has_product && !find_exchange(slot, event, &product, err))
        return false;
    outcome->attention = origin->attention || (has_product && product.attention) ||
                         (has_variation && variation.attention);
    add_note(outcome, origin->note);
    if (has_variation) {
        add_note(outcome, variation.note);
        str_copy(outcome->variation, sizeof outcome->variation, variation.name);
    }
    if (has_product) {
        add_note(outcome, product.note);
        str_copy(outcome->product, sizeof outcome->product, product.name);
    }
    return true;
}

static bool
gather_server(struct desk_slot *slot, const struct desk_event *event, struct err *err)
{
    struct desk_outcome *outcome = &slot->outcome;
    struct admit_facts *facts = &slot->facts;
    if (!facts->is_signed && !roster_sessions(slot->desk->set.db, outcome->ticket.id,
                                              take_session, slot, err))
        return false;
    facts->unapproved = outcome->ticket.origin.unapproved;
    facts->ignore_unpaid = slot->input.ignore_unpaid;
    return find_product(slot, event, err) && desk_past_judge(slot, event, err) &&
           desk_ask_gather(slot, event, err);
}

/* ---- all of it ----------------------------------------------------------------- */

static void
fill_ticket_facts(struct desk_slot *slot)
{
    const struct ticket *ticket = &slot->outcome.ticket;
    struct admit_facts *facts = &slot->facts;

    facts->by_badge = slot->outcome.by_badge;
    facts->replaced = slot->outcome.by_badge && slot->badge.issue < slot->top_issue;
    facts->revoked = facts->revoked || ticket->revoked;
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
    if (!roster_age(desk->set.db, &outcome->age, err) || !desk_find(slot, err))
        return false;
    slot->facts.by_badge = outcome->by_badge;
    if (!outcome->has_ticket)
        return true;
    const struct desk_event *event;
    if (!desk_event_get(desk, outcome->ticket.event, &event, err) ||
        !find_list(slot, err) || !desk_past_find(slot, event, err))
        return false;
    slot->facts.from_server = outcome->from_server = event->from_server;
    fill_ticket_facts(slot);
    fill_list_facts(slot);
    str_copy(outcome->alert, sizeof outcome->alert,
             desk_kind_alert(desk, outcome->ticket.kind));
    return !event->from_server || gather_server(slot, event, err);
}
