#include "sync/pull_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/conflict.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/spool.h"
#include "str.h"
#include "sync/pretix_inside.h"

/* What a position of the server says of a ticket that this station has dealt with: that
 * another station let the same ticket in while neither knew of the other, or that it
 * printed a newer badge. */

enum { DEEDS_MAX = 128 }; /* of ours, of one ticket: the newest */

struct deed {
    int64_t at_ms;
    bool exit;
    char list[ROSTER_KEY_MAX + 1], station[4];
};
struct deeds {
    struct deed rows[DEEDS_MAX];
    unsigned count;
};

static bool
note_deed(const struct journal_row *row, void *self)
{
    struct deeds *deeds = self;
    if (row->kind == JOURNAL_REFUSED)
        return true;
    if (deeds->count == DEEDS_MAX)
        memmove(deeds->rows, deeds->rows + 1, (--deeds->count) * sizeof *deeds->rows);
    struct deed *deed = &deeds->rows[deeds->count++];
    deed->at_ms = row->at_ms;
    deed->exit = row->kind == JOURNAL_EXIT;
    str_copy(deed->list, sizeof deed->list, row->list);
    str_copy(deed->station, sizeof deed->station, row->station);
    return true;
}

/* ---- conflicts ------------------------------------------------------------ */

static bool
lies_between(int64_t at, int64_t a, int64_t b)
{
    return a < b ? at > a && at < b : at > b && at < a;
}

static bool
left_between(const struct deeds *deeds, const struct pretix_batch *batch,
             const struct pretix_position *position,
             const struct pretix_checkin *theirs, const struct deed *ours)
{
    int64_t their_ms = theirs->at_us / 1000;
    for (unsigned i = 0; i < deeds->count; i++) {
        const struct deed *deed = &deeds->rows[i];
        if (deed->exit && strcmp(deed->list, ours->list) == 0 &&
            lies_between(deed->at_ms, their_ms, ours->at_ms))
            return true;
    }
    for (unsigned i = 0; i < position->checkin_count; i++) {
        const struct pretix_checkin *other =
            &batch->checkins[position->checkin_first + i];
        if (other->exit && other->list == theirs->list &&
            lies_between(other->at_us / 1000, their_ms, ours->at_ms))
            return true;
    }
    return false;
}

static int64_t
apart(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/* Our entry on that list that is nearest to theirs. */
static const struct deed *
nearest(const struct deeds *deeds, const char *list, int64_t at_ms)
{
    const struct deed *found = NULL;
    for (unsigned i = 0; i < deeds->count; i++) {
        const struct deed *deed = &deeds->rows[i];
        if (!deed->exit && strcmp(deed->list, list) == 0 &&
            (!found || apart(deed->at_ms, at_ms) < apart(found->at_ms, at_ms)))
            found = deed;
    }
    return found;
}

static bool
allows_several(const struct pull_work *work, int64_t list)
{
    for (unsigned i = 0; work->several && i < work->several->count; i++) {
        if (work->several->lists[i] == list)
            return true;
    }
    return false;
}

static bool
compare(struct db *db, const struct pull_work *work,
        const struct pretix_position *position, const struct pretix_checkin *theirs,
        const struct deeds *deeds, const char *ref, struct err *err)
{
    struct conflict conflict = { .theirs_ms = theirs->at_us / 1000,
                                 .found_ms = work->now_ms };
    bool made;
    snprintf(conflict.list, sizeof conflict.list, "%lld", (long long)theirs->list);
    const struct deed *ours = nearest(deeds, conflict.list, conflict.theirs_ms);
    if (!ours || allows_several(work, theirs->list) ||
        left_between(deeds, work->batch, position, theirs, ours))
        return true;
    str_copy(conflict.event, sizeof conflict.event, work->event);
    str_copy(conflict.ref, sizeof conflict.ref, ref);
    str_copy(conflict.ours, sizeof conflict.ours, ours->station);
    conflict.ours_ms = ours->at_ms;
    snprintf(conflict.theirs, sizeof conflict.theirs, "device %lld",
             (long long)theirs->device);
    if (theirs->gate != 0)
        snprintf(conflict.gate, sizeof conflict.gate, "%lld", (long long)theirs->gate);
    return conflict_add(db, &conflict, &made, err);
}

/* Made by a device that is not this one; the server's own and those of its back office
 * stand at no door. */
static bool
is_theirs(const struct pretix_checkin *checkin, int64_t own)
{
    return !checkin->exit && !checkin->automatic && checkin->device != 0 &&
           checkin->device != own;
}

static bool
compare_all(struct db *db, const struct pull_work *work,
            const struct pretix_position *position, const char *ref, struct err *err)
{
    struct deeds *deeds = calloc(1, sizeof *deeds);
    if (!deeds)
        return err_no_memory(err);
    bool ok = journal_each(db, ref, 0, 0, note_deed, deeds, err);
    for (unsigned i = 0; ok && deeds->count > 0 && i < position->checkin_count; i++) {
        struct pretix_checkin *checkin =
            &work->batch->checkins[position->checkin_first + i];
        ok = pretix_is_own(db, ref, checkin, work->own, &checkin->ours, err);
        if (ok && is_theirs(checkin, work->own))
            ok = compare(db, work, position, checkin, deeds, ref, err);
    }
    free(deeds);
    return ok;
}

/* ---- all of it ------------------------------------------------------------ */

static bool
hear_badges(struct db *db, const struct pull_work *work,
            const struct pretix_position *position, const char *ref, struct err *err)
{
    for (unsigned i = 0; i < position->print_count; i++) {
        const struct pretix_print *print =
            &work->batch->prints[position->print_first + i];
        if (print->successful && print->issue > 0 && print->station[0] &&
            !spool_heard(db, ref, print->station, print->issue, err))
            return false;
    }
    return true;
}

/* The ref that the ticket has here, which is its own at the server unless two had the
 * same. */
static bool
find_ref(struct db *db, const struct pull_work *work,
         const struct pretix_position *position, char ref[ROSTER_REF_MAX + 1],
         struct err *err)
{
    const struct ticket *row = &position->row.ticket;
    bool found = false;
    str_copy(ref, ROSTER_REF_MAX + 1, row->ref);
    if (ref[0])
        return true;
    struct ticket *ticket = malloc(sizeof *ticket);
    if (!ticket)
        return err_no_memory(err);
    bool ok =
        roster_by_position(db, work->event, row->origin.position, &found, ticket, err);
    if (ok && found)
        str_copy(ref, ROSTER_REF_MAX + 1, ticket->ref);
    free(ticket);
    return ok;
}

bool
pull_inspect(struct db *db, const struct pull_work *work, unsigned number,
             struct err *err)
{
    const struct pretix_position *position = &work->batch->positions[number];
    char ref[ROSTER_REF_MAX + 1];
    if (position->checkin_count == 0 && position->print_count == 0)
        return true;
    if (!find_ref(db, work, position, ref, err))
        return false;
    return ref[0] == '\0' || (compare_all(db, work, position, ref, err) &&
                              hear_badges(db, work, position, ref, err));
}

bool
pull_inspect_page(struct pull *self, struct err *err)
{
    struct pull_work *work = &self->work;
    struct db *db = self->set.db;
    work->own = self->set.api->account->device_id;
    work->several = &self->several;
    work->now_ms = clock_utc_ms(self->set.clock);
    if (!db_begin(db, err))
        return false;
    for (unsigned i = 0; i < work->batch->position_count; i++) {
        if (!pull_inspect(db, work, i, err)) {
            db_rollback(db);
            return false;
        }
    }
    return db_commit(db, err);
}
