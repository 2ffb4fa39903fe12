#include "desk/desk_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "store/settings.h"
#include "str.h"

/* What comes to a desk: codes, guests that staff present, and the answers to what a
 * scan has asked. */

/* ---- codes -------------------------------------------------------------------------
 */

void
desk_scan(struct desk *desk, unsigned reader, const char *code, size_t length,
          int64_t at_us)
{
    desk_scan_as(desk, reader, NULL, code, length, at_us);
}

void
desk_scan_as(struct desk *desk, unsigned reader, const struct desk_read *read,
             const char *code, size_t length, int64_t at_us)
{
    assert(reader < desk->slot_count);
    if (desk->other && desk->other(code, length, desk->other_self))
        return;
    if (badgekey_claims(code, length)) { /* a secret: into no journal, to no server */
        desk_malformed(desk, reader, "a badge key, not a ticket: kioskctl key import");
        return;
    }
    struct desk_input input = { .length = length, .at_us = at_us, .medium = "barcode" };
    if (read && read->medium)
        str_copy(input.medium, sizeof input.medium, read->medium);
    if (read) {
        input.ignore_unpaid = read->ignore_unpaid;
        input.asking = read->asking;
    }
    size_t kept = length < ROSTER_SECRET_MAX ? length : ROSTER_SECRET_MAX;
    memcpy(input.code, code, kept);
    input.code[kept] = '\0';
    desk_take(&desk->slots[reader], &input);
}

void
desk_malformed(struct desk *desk, unsigned reader, const char *reason)
{
    assert(reader < desk->slot_count);
    struct desk_input input = { .is_malformed = true,
                                .at_us = clock_mono_us(desk->set.clock) };
    str_copy(input.reason, sizeof input.reason, reason);
    desk_take(&desk->slots[reader], &input);
}

static struct desk_input
presented(const struct desk *desk, const char *ref, const char *who)
{
    struct desk_input input = { .is_presented = true,
                                .at_us = clock_mono_us(desk->set.clock),
                                .medium = "barcode" };
    str_copy(input.ref, sizeof input.ref, ref);
    str_copy(input.who, sizeof input.who, who);
    return input;
}

void
desk_present(struct desk *desk, const char *ref, const char *who)
{
    struct desk_input input = presented(desk, ref, who);
    desk_take(&desk->slots[desk->set.readers], &input);
}

/* The ticket, and a list here that lets staff decide. */
static bool
may_let_in(struct desk *desk, const char *ref, struct err *err)
{
    struct ticket ticket;
    struct list list = { .include_unpaid = false };
    const struct desk_event *event;
    bool found, has_list = false;
    if (!roster_by_ref(desk->set.db, ref, &found, &ticket, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "no ticket with reference %.16s", ref);
    const struct role_list *ours = role_list_of(&desk->role, ticket.event);
    if (!desk_event_get(desk, ticket.event, &event, err) ||
        (ours &&
         !roster_list(desk->set.db, ours->event, ours->list, &has_list, &list, err)))
        return false;
    if (!event->from_server || !has_list || !list.include_unpaid)
        return err_set(err, ERR_INPUT,
                       "this list does not let in whose order is unpaid");
    return true;
}

bool
desk_let_in(struct desk *desk, const char *ref, const char *reason, const char *who,
            struct err *err)
{
    char detail[64 + ROSTER_TEXT_MAX];
    struct desk_input input = presented(desk, ref, who);
    if (reason[strspn(reason, " \t")] == '\0')
        return err_set(err, ERR_INPUT, "let in unpaid: want a reason");
    if (!may_let_in(desk, ref, err))
        return false;
    snprintf(detail, sizeof detail, "%.16s: %.255s", ref, reason);
    if (!audit_add(desk->set.db, who, "let-in-unpaid", detail, err))
        return false;
    input.ignore_unpaid = true;
    str_copy(input.reason, sizeof input.reason, reason);
    desk_take(&desk->slots[desk->set.readers], &input);
    return true;
}

static struct desk_slot *
find_waiting(struct desk *desk, uint64_t number, enum desk_slot_state state)
{
    for (unsigned i = 0; i < desk->slot_count; i++) {
        struct desk_slot *slot = &desk->slots[i];
        if (slot->state == state && slot->outcome.number == number)
            return slot;
    }
    return NULL;
}

void
desk_choose(struct desk *desk, uint64_t number, bool is_exit)
{
    struct desk_slot *slot = find_waiting(desk, number, DESK_SLOT_ASKING);
    if (!slot)
        return;
    slot->facts.direction = is_exit ? ROLE_EXIT : ROLE_ENTRY;
    desk_go_on(slot);
}

bool
desk_answer(struct desk *desk, uint64_t number, const struct desk_reply *replies,
            unsigned count, struct err *err)
{
    struct desk_slot *slot = find_waiting(desk, number, DESK_SLOT_QUESTIONS);
    if (!slot)
        return err_set(err, ERR_BUSY, "this scan is over: scan the code again");
    if (!desk_ask_take(slot, replies, count, err))
        return false;
    slot->outcome.confirmed = false; /* what was confirmed is that questions are open */
    slot->outcome.reason[0] = '\0';
    desk_go_on(slot);
    return true;
}

bool
desk_judge(struct desk *desk, const char *code, size_t length,
           struct admit_facts *facts, struct admit_answer *answer, struct err *err)
{
    struct desk_slot *slot = &desk->slots[desk->set.readers];
    if (slot->state != DESK_SLOT_FREE)
        return err_set(err, ERR_BUSY, "desk: staff have a scan open");
    struct desk_input input = { .length = length, .medium = "barcode" };
    size_t kept = length < ROSTER_SECRET_MAX ? length : ROSTER_SECRET_MAX;
    memcpy(input.code, code, kept);
    desk_prepare(slot, &input);
    if (!desk_gather(slot, err))
        return false;
    *facts = slot->facts;
    admit(facts, answer);
    return true;
}
