#include "sync/push_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/roster.h"
#include "str.h"
#include "sync/pretix_inside.h"

/* The answer to an entry lists what the server had of this ticket on this list before.
 * An entry of another device among it means that two stations let the same ticket in
 * without knowing of each other, unless the list allows that: several entries, or an
 * exit in between. What this station knew when it decided is no conflict: then its own
 * verdict was not the plain "admit". */

enum { DEEDS_MAX = 128 };

struct deed {
    int64_t at_ms, device, gate;
    bool exit, own;
};

static bool
same_deed(const struct journal_row *row, void *self)
{
    struct deed *deed = self;
    if (row->kind != JOURNAL_REFUSED && row->at_ms == deed->at_ms &&
        (row->kind == JOURNAL_EXIT) == deed->exit)
        deed->own = true;
    return !deed->own;
}

/* By our number, or (this station may have had another one before) by our journal. */
static bool
is_ours(struct push *push, const struct push_slot *slot, struct deed *deed)
{
    struct err ignored;
    if (deed->device != 0 && deed->device == push->set.api->account->device_id)
        return true;
    return !slot->ref[0] ||
           !journal_each(push->set.db, slot->ref, 0, 0, same_deed, deed, &ignored) ||
           deed->own;
}

static unsigned
read_deeds(const struct push_slot *slot, struct deed *deeds)
{
    const struct json *rows = json_at(slot->call.json, "position.checkins");
    unsigned count = 0;
    for (const struct json *row = json_first(rows); row && count < DEEDS_MAX;
         row = json_next(row)) {
        char list[32];
        snprintf(list, sizeof list, "%" PRId64, pretix_int(json_member(row, "list")));
        struct deed deed = {
            .at_ms = pretix_ms(json_member(row, "datetime")),
            .device = pretix_int(json_member(row, "device_id")),
            .gate = pretix_int(json_member(row, "gate")),
            .exit = strcmp(pretix_text(json_member(row, "type")), "exit") == 0,
        };
        if (deed.at_ms != 0 && strcmp(list, slot->journal.list) == 0 &&
            !pretix_bool(json_member(row, "auto_checked_in")))
            deeds[count++] = deed;
    }
    return count;
}

/* Somebody left between the two: then the later one came in again. */
static bool
exit_between(const struct deed *deeds, unsigned count, int64_t a_ms, int64_t b_ms)
{
    int64_t from_ms = a_ms < b_ms ? a_ms : b_ms, to_ms = a_ms < b_ms ? b_ms : a_ms;
    for (unsigned i = 0; i < count; i++) {
        if (deeds[i].exit && deeds[i].at_ms > from_ms && deeds[i].at_ms < to_ms)
            return true;
    }
    return false;
}

static void
fill(struct push *push, const struct push_slot *slot, const struct deed *deed,
     struct conflict *conflict)
{
    *conflict = (struct conflict){ .ours_ms = slot->journal.at_ms,
                                   .theirs_ms = deed->at_ms,
                                   .found_ms = clock_utc_ms(push->set.clock) };
    str_copy(conflict->event, sizeof conflict->event, slot->journal.event);
    str_copy(conflict->list, sizeof conflict->list, slot->journal.list);
    str_copy(conflict->ref, sizeof conflict->ref, slot->ref);
    str_copy(conflict->ours, sizeof conflict->ours, slot->journal.station);
    if (deed->device != 0)
        snprintf(conflict->theirs, sizeof conflict->theirs, "device %" PRId64,
                 deed->device);
    if (deed->gate != 0)
        snprintf(conflict->gate, sizeof conflict->gate, "%" PRId64, deed->gate);
}

unsigned
push_find_conflicts(struct push *push, const struct push_slot *slot,
                    struct conflict *found, unsigned max)
{
    struct deed deeds[DEEDS_MAX];
    struct list list = { .id = 0 };
    struct err ignored;
    bool known;
    if (slot->row.kind != OUTBOX_CHECKIN || slot->journal.kind != JOURNAL_ENTRY ||
        slot->journal.verdict != VERDICT_ADMIT)
        return 0;
    if (!roster_list(push->set.db, slot->journal.event, slot->journal.list, &known,
                     &list, &ignored) ||
        !known)
        list = (struct list){ .id = 0 };
    if (list.several_entries)
        return 0;

    unsigned count = read_deeds(slot, deeds), conflicts = 0;
    for (unsigned i = 0; i < count && conflicts < max; i++) {
        if (deeds[i].exit || is_ours(push, slot, &deeds[i]) ||
            (list.entry_after_exit &&
             exit_between(deeds, count, deeds[i].at_ms, slot->journal.at_ms)))
            continue;
        fill(push, slot, &deeds[i], &found[conflicts++]);
    }
    return conflicts;
}
