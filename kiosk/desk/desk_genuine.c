#include "desk/desk_parts.h"

#include <string.h>

#include "str.h"

/* Was this badge made by a station of its event? Where the event has a key here
 * (store/badgekey), its signature says so, whether the ticket is in this copy or not. A
 * badge without a signature may come from a station that has no key yet: it is good,
 * unless the organiser wants it refused. */

static bool
is_signed_by(const struct desk_input *input, const struct badgekeys *keys)
{
    for (unsigned i = 0; i < keys->count; i++) {
        if (badgecode_is_genuine(input->code, input->length, keys->keys[i]))
            return true;
    }
    return false;
}

/* A seed that cannot be unsealed any more proves nothing: as if there were none. */
static bool
read_keys(struct desk *desk, const char *event, struct badgekeys *keys, struct err *err)
{
    if (badgekey_of(desk->set.db, event, keys, err))
        return true;
    log_warning(desk->set.log, "desk", "event=%s %s", event, err->text);
    keys->count = 0;
    return err->code == ERR_INPUT;
}

/* Of a ticket that is not here any event of the role may be meant; one without a key
 * leaves it open. */
static bool
ask_all_events(struct desk *desk, const struct desk_input *input, bool *checked,
               bool *genuine, struct err *err)
{
    struct badgekeys keys;
    *checked = desk->role.list_count > 0;
    *genuine = false;
    for (unsigned i = 0; i < desk->role.list_count && !*genuine; i++) {
        if (!read_keys(desk, desk->role.lists[i].event, &keys, err))
            return false;
        *checked = *checked && keys.count > 0;
        *genuine = is_signed_by(input, &keys);
    }
    return true;
}

bool
desk_genuine(struct desk_slot *slot, struct err *err)
{
    struct desk *desk = slot->desk;
    const struct desk_input *input = &slot->input;
    bool is_signed = badgecode_version(input->code, input->length) > 1;
    bool checked, genuine;
    if (!is_signed && !desk->set.refuse_unsigned)
        return true;
    if (slot->facts.code == ADMIT_CODE_TICKET) {
        struct badgekeys keys;
        if (!read_keys(desk, slot->outcome.ticket.event, &keys, err))
            return false;
        checked = keys.count > 0;
        genuine = is_signed_by(input, &keys);
    } else if (!ask_all_events(desk, input, &checked, &genuine, err))
        return false;
    slot->facts.forged = checked && !genuine;
    if (slot->facts.forged)
        str_copy(slot->outcome.reason, sizeof slot->outcome.reason,
                 is_signed
                     ? "the badge's signature is not of this event's key"
                     : "the badge has no signature, and unsigned ones are refused");
    return true;
}
