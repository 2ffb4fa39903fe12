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

/* ---- check-ins ------------------------------------------------------------ */

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

/* The same row of the server again has the same nonce. */
void
pretix_nonce(int64_t id, uint8_t nonce[16])
{
    static const uint8_t theirs[8] = { 'p', 'r', 'e', 't', 'i', 'x' };
    memcpy(nonce, theirs, sizeof theirs);
    for (int i = 0; i < 8; i++)
        nonce[8 + i] = (uint8_t)(id >> (8 * (7 - i)));
}

void
pretix_fill_elsewhere(const struct pretix_checkin *checkin, const char *event,
                      const char *ref, struct roster_elsewhere *row)
{
    *row = (struct roster_elsewhere){ .exit = checkin->exit,
                                      .at_ms = checkin->at_us / 1000 };
    snprintf(row->list, sizeof row->list, "%lld", (long long)checkin->list);
    pretix_nonce(checkin->id, row->nonce);
    str_copy(row->event, sizeof row->event, event);
    str_copy(row->ref, sizeof row->ref, ref);
    if (checkin->device != 0)
        snprintf(row->station, sizeof row->station, "device %lld",
                 (long long)checkin->device);
    if (checkin->gate != 0)
        snprintf(row->gate, sizeof row->gate, "%lld", (long long)checkin->gate);
}

bool
pretix_is_own(struct db *db, const char *ref, const struct pretix_checkin *checkin,
              int64_t own, bool *ours, struct err *err)
{
    char list[ROSTER_KEY_MAX + 1];
    *ours = false;
    if (own == 0 || checkin->device != own)
        return true;
    snprintf(list, sizeof list, "%lld", (long long)checkin->list);
    return is_in_journal(db, ref, checkin, list, ours, err);
}

static bool
put_checkin(struct db *db, const struct ticket *ticket,
            const struct pretix_checkin *checkin, int64_t own, struct err *err)
{
    struct roster_elsewhere row;
    bool ours;
    if (!pretix_is_own(db, ticket->ref, checkin, own, &ours, err))
        return false;
    pretix_fill_elsewhere(checkin, ticket->event, ticket->ref, &row);
    return ours || roster_put_elsewhere(db, &row, err);
}

/* ---- a position ----------------------------------------------------------- */

/* A row keeps its code when it is written without one: a cancelled one must lose it. */
static bool
make_bare(struct db *db, const struct ticket *row, struct ticket *old, struct err *err)
{
    bool found;
    return roster_by_position(db, row->event, row->origin.position, &found, old, err) &&
           (!found || roster_remove_ticket(db, old->id, err));
}

bool
pretix_apply_position(struct db *db, const struct pretix_batch *batch, unsigned number,
                      int64_t own, struct err *err)
{
    const struct pretix_position *position = &batch->positions[number];
    struct ticket *ticket = malloc(sizeof *ticket);
    bool made, found;
    int64_t id;
    if (!ticket)
        return err_no_memory(err);
    bool ok =
        (position->row.secret || make_bare(db, &position->row.ticket, ticket, err)) &&
        roster_put_ticket(db, &position->row, &id, &made, err) &&
        roster_by_id(db, id, &found, ticket, err) &&
        (made || roster_clear_elsewhere(db, ticket->ref, err));
    for (unsigned i = 0; ok && i < position->checkin_count; i++)
        ok = put_checkin(db, ticket, &batch->checkins[position->checkin_first + i], own,
                         err);
    free(ticket);
    return ok;
}

bool
pretix_apply_order_begin(struct db *db, const struct pretix_reading *reading,
                         const struct pretix_batch *batch, unsigned number,
                         struct err *err)
{
    const struct pretix_order *order = &batch->orders[number];
    int64_t *kept = calloc(order->count + 1, sizeof *kept);
    if (!kept)
        return err_no_memory(err);
    /* Cancelled ones go, too, and come back bare: another may bring their code. */
    unsigned count = 0;
    for (unsigned i = 0; i < order->count; i++) {
        const struct roster_row *row = &batch->positions[order->first + i].row;
        if (row->secret)
            kept[count++] = row->ticket.origin.position;
    }
    bool ok = roster_keep_positions(db, reading->event, order->code, kept, count, err);
    free(kept);
    return ok ? true : err_wrap(err, "order %s", order->code);
}

bool
pretix_apply_order(struct db *db, const struct pretix_reading *reading,
                   const struct pretix_batch *batch, unsigned number, int64_t own,
                   struct err *err)
{
    const struct pretix_order *order = &batch->orders[number];
    bool ok = pretix_apply_order_begin(db, reading, batch, number, err);
    for (unsigned i = 0; ok && i < order->count; i++)
        ok = pretix_apply_position(db, batch, order->first + i, own, err);
    return ok ? true : err_wrap(err, "order %s", order->code);
}
