#include "sync/pretix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "store/journal.h"
#include "str.h"
#include "sync/pretix_inside.h"

/* An order of the server -> the roster in use. It replaces what the roster has of that
 * order: positions that are not in it go, check-ins are those it names. What this
 * station has done and not yet uploaded stands in the journal, which nothing here
 * touches. */

/* ---- check-ins
 * ------------------------------------------------------------------------ */

/* One of ours that has come back: the journal has it, with the same moment. */
struct own {
    const struct pretix_checkin *checkin;
    char list[ROSTER_KEY_MAX + 1];
    bool found;
};

static bool
compare_own(const struct journal_row *row, void *self)
{
    struct own *own = self;
    bool exit = row->kind == JOURNAL_EXIT;
    own->found = row->kind != JOURNAL_REFUSED && exit == own->checkin->exit &&
                 strcmp(row->list, own->list) == 0 &&
                 row->at_ms == own->checkin->at_us / 1000;
    return !own->found;
}

static bool
is_in_journal(struct db *db, const char *ref, const struct pretix_checkin *checkin,
              const char *list, bool *found, struct err *err)
{
    struct own own = { .checkin = checkin };
    str_copy(own.list, sizeof own.list, list);
    if (!journal_each(db, ref, 0, 0, compare_own, &own, err))
        return false;
    *found = own.found;
    return true;
}

/* The server's number of a check-in, as a nonce: the same row again is the same. */
static void
nonce_of(int64_t id, uint8_t nonce[16])
{
    memset(nonce, 0, 16);
    memcpy(nonce, "pretix", 6);
    for (int i = 0; i < 8; i++)
        nonce[8 + i] = (uint8_t)(id >> (8 * (7 - i)));
}

static bool
put_checkin(struct db *db, const struct ticket *ticket,
            const struct pretix_checkin *checkin, int64_t own, struct err *err)
{
    struct roster_elsewhere row = { .exit = checkin->exit,
                                    .at_ms = checkin->at_us / 1000 };
    bool ours = false;
    snprintf(row.list, sizeof row.list, "%lld", (long long)checkin->list);
    if (own != 0 && checkin->device == own &&
        !is_in_journal(db, ticket->ref, checkin, row.list, &ours, err))
        return false;
    if (ours)
        return true;
    nonce_of(checkin->id, row.nonce);
    str_copy(row.event, sizeof row.event, ticket->event);
    str_copy(row.ref, sizeof row.ref, ticket->ref);
    if (checkin->device != 0)
        snprintf(row.station, sizeof row.station, "device %lld",
                 (long long)checkin->device);
    if (checkin->gate != 0)
        snprintf(row.gate, sizeof row.gate, "%lld", (long long)checkin->gate);
    return roster_put_elsewhere(db, &row, err);
}

/* ---- a position
 * ------------------------------------------------------------------------- */

static bool
apply_position(struct db *db, const struct pretix_batch *batch,
               const struct pretix_position *position, int64_t own, struct err *err)
{
    struct ticket *ticket = malloc(sizeof *ticket);
    bool made, found;
    int64_t id;
    if (!ticket)
        return err_no_memory(err);
    bool ok = roster_put_ticket(db, &position->row, &id, &made, err) &&
              roster_by_id(db, id, &found, ticket, err) &&
              (made || roster_clear_elsewhere(db, ticket->ref, err));
    for (unsigned i = 0; ok && i < position->checkin_count; i++)
        ok = put_checkin(db, ticket, &batch->checkins[position->checkin_first + i], own,
                         err);
    free(ticket);
    return ok;
}

bool
pretix_apply_order(struct db *db, const struct pretix_reading *reading,
                   const struct pretix_batch *batch, unsigned number, int64_t own,
                   struct err *err)
{
    const struct pretix_order *order = &batch->orders[number];
    int64_t *kept = calloc(order->count + 1, sizeof *kept);
    if (!kept)
        return err_no_memory(err);
    for (unsigned i = 0; i < order->count; i++)
        kept[i] = batch->positions[order->first + i].row.ticket.origin.position;
    bool ok =
        roster_keep_positions(db, reading->event, order->code, kept, order->count, err);
    for (unsigned i = 0; ok && i < order->count; i++)
        ok = apply_position(db, batch, &batch->positions[order->first + i], own, err);
    free(kept);
    return ok ? true : err_wrap(err, "order %s", order->code);
}
