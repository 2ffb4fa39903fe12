#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "desk/import_parts.h"
#include "store/db.h"
#include "str.h"

/* On the loop: a kept file into the roster in use, a slice at a time. Each slice is a
 * transaction of its own: a scan finds either the row of before or the row of now. */

enum { WALK_ROWS = 32 }; /* of the roster, between two looks at the clock */

/* ---- marks ----------------------------------------------------------------- */

bool
import_mark(struct import_marks *marks, int64_t id, bool *was, struct err *err)
{
    if (id >= marks->room) {
        int64_t room = marks->room ? marks->room : 65536;
        while (room <= id)
            room *= 2;
        uint8_t *bits = realloc(marks->bits, (size_t)room / 8);
        if (!bits)
            return err_no_memory(err);
        memset(bits + marks->room / 8, 0, (size_t)(room - marks->room) / 8);
        marks->bits = bits;
        marks->room = room;
    }
    uint8_t bit = (uint8_t)(1u << (id % 8));
    *was = marks->bits[id / 8] & bit;
    marks->bits[id / 8] |= bit;
    return true;
}

bool
import_is_marked(const struct import_marks *marks, int64_t id)
{
    return id < marks->room && (marks->bits[id / 8] >> (id % 8) & 1);
}

/* ---- opening --------------------------------------------------------------- */

bool
import_apply_open(struct import_apply *apply, int64_t number, struct err *err)
{
    apply->rows = 0;
    return keep_open(db_dir(apply->db), number, apply->seal, &apply->reader, err);
}

void
import_apply_close(struct import_apply *apply)
{
    keep_close(apply->reader);
    apply->reader = NULL;
}

void
import_apply_finish(struct import_apply *apply)
{
    import_apply_close(apply);
    free(apply->known);
    apply->known = NULL;
    free(apply->marks.bits);
    apply->marks = (struct import_marks){ .room = 0 };
}

static bool
note_list(const struct list *list, void *self)
{
    struct import_list known = { .list = *list };
    import_known_wants(self, &known);
    return true;
}

static bool
read_known(struct import_apply *apply, struct err *err)
{
    free(apply->known);
    apply->known = calloc(1, sizeof *apply->known);
    if (!apply->known)
        return err_no_memory(err);
    return roster_each_list(apply->db, apply->event.event.slug, note_list, apply->known,
                            err);
}

/* ---- records --------------------------------------------------------------- */

static bool
is_here(const struct import_apply *apply, const struct ticket *old, struct err *err)
{
    if (strcmp(old->event, apply->event.event.slug) == 0)
        return true;
    return err_set(err, ERR_INPUT, "reference %s is of a ticket of event %s", old->ref,
                   old->event);
}

/* The ticket that a guest is already: by key, by reference, by code. */
static bool
find_old(struct import_apply *apply, const struct import_guest *guest, bool *by_key,
         bool *found, struct ticket *old, struct err *err)
{
    const char *event = apply->event.event.slug, *ref = guest->ticket.ref;
    *by_key = true;
    if (!roster_by_import_key(apply->db, event, guest->key, found, old, err))
        return false;
    if (*found)
        return true;
    *by_key = false;
    if (ref[0] && !roster_by_ref(apply->db, ref, found, old, err))
        return false;
    if (*found)
        return is_here(apply, old, err);
    enum roster_found codes;
    size_t length = strlen(guest->code);
    if (!roster_by_secret(apply->db, guest->code, length, &codes, old, err))
        return false;
    *found = codes == ROSTER_ONE && strcmp(old->event, event) == 0;
    return true;
}

static bool
take_session(const char *session, void *self)
{
    struct import_guest *guest = self;
    if (guest->session_count == ROSTER_SESSIONS_MAX)
        return false;
    str_copy(guest->sessions[guest->session_count++], ROSTER_KEY_MAX + 1, session);
    return true;
}

#define KEEP(ticket, old, field) \
    str_copy((ticket)->field, sizeof(ticket)->field, (old)->field)

static void
keep_texts(uint64_t has, struct ticket *ticket, const struct ticket *old)
{
    if (!(has & 1u << COLUMN_ORGANISATION))
        KEEP(ticket, old, organisation);
    if (!(has & 1u << COLUMN_COUNTRY))
        KEEP(ticket, old, country);
    if (!(has & 1u << COLUMN_KIND))
        KEEP(ticket, old, kind);
    if (!(has & 1u << COLUMN_LANGUAGE))
        KEEP(ticket, old, language);
    if (!(has & 1u << COLUMN_SEAT))
        KEEP(ticket, old, seat);
    if (!(has & 1u << COLUMN_ORDER))
        KEEP(ticket, old, order_code);
    if (!(has & (uint64_t)1 << COLUMN_EXTRA))
        KEEP(ticket, old, extra);
}

static void
keep_names(uint64_t has, struct ticket *ticket, const struct ticket *old)
{
    bool latin = has & 1u << COLUMN_LATIN;
    bool name = has & (1u << COLUMN_NAME | 1u << COLUMN_FIRST | 1u << COLUMN_LAST);
    if (!name && !latin)
        KEEP(ticket, old, name);
    if (!latin && strcmp(ticket->name, old->name) == 0)
        KEEP(ticket, old, name_latin);
}

/* What the table has no column for stays as it is. A guest who is in the table again is
 * not cancelled any more, unless its status says so. */
static bool
keep_old(struct import_apply *apply, struct import_guest *guest,
         const struct ticket *old, struct err *err)
{
    uint64_t has = apply->event.columns;
    struct ticket *ticket = &guest->ticket;
    keep_texts(has, ticket, old);
    keep_names(has, ticket, old);
    if (!(has & 1u << COLUMN_STATUS) && old->status == TICKET_UNPAID)
        ticket->status = TICKET_UNPAID;
    if (!(has & 1u << COLUMN_BLOCKED))
        ticket->blocked = old->blocked;
    ticket->revoked = old->revoked;
    if (!(has & 1u << COLUMN_FROM))
        ticket->valid_from_ms = old->valid_from_ms;
    if (!(has & 1u << COLUMN_UNTIL))
        ticket->valid_until_ms = old->valid_until_ms;
    if (has & 1u << COLUMN_SESSIONS)
        return true;
    return roster_sessions(apply->db, old->id, take_session, guest, err);
}

static bool
put_guest(struct import_apply *apply, struct import_guest *guest, struct err *err)
{
    const char *sessions[ROSTER_SESSIONS_MAX];
    struct ticket old;
    bool found, by_key, made, was;
    int64_t id;
    if (!find_old(apply, guest, &by_key, &found, &old, err) ||
        (found && !keep_old(apply, guest, &old, err)))
        return false;
    struct roster_row row = { .ticket = guest->ticket,
                              .secret = guest->code,
                              .import_key = found && !by_key ? NULL : guest->key,
                              .sessions = sessions,
                              .session_count = guest->session_count };
    for (unsigned i = 0; i < guest->session_count; i++)
        sessions[i] = guest->sessions[i];
    str_copy(row.ticket.event, sizeof row.ticket.event, apply->event.event.slug);
    if (found)
        str_copy(row.ticket.ref, sizeof row.ticket.ref, old.ref);
    if (found && !(apply->event.columns & 1u << COLUMN_CODE))
        row.secret = NULL; /* the code that the ticket has stays */
    if (!roster_put_ticket(apply->db, &row, &id, &made, err))
        return false;
    apply->result->added += made;
    apply->result->updated += !made;
    return import_mark(&apply->marks, id, &was, err);
}

/* A guest whom the roster refuses (another one's code) is told; the rest goes on. */
static bool
take_guest(struct import_apply *apply, struct import_guest *guest, struct err *err)
{
    struct err refused = { ERR_NONE, "" };
    if (put_guest(apply, guest, &refused))
        return true;
    if (refused.code != ERR_INPUT) {
        *err = refused;
        return false;
    }
    struct report_place place = { "guests", guest->line, "" };
    report_row(apply->report, "error", &place, "%s", refused.text);
    apply->result->bad++;
    apply->result->good--;
    return true;
}

static bool
take_list(struct import_apply *apply, struct import_list *list, struct err *err)
{
    const char *kinds[IMPORT_LIST_KINDS_MAX];
    if (!import_known_wants(apply->known, list))
        return true;
    str_copy(list->list.event, sizeof list->list.event, apply->event.event.slug);
    for (unsigned i = 0; i < list->kind_count; i++)
        kinds[i] = list->kinds[i];
    apply->result->lists++;
    return roster_put_list(apply->db, &list->list, kinds, list->kind_count, err);
}

static bool
take_record(struct import_apply *apply, struct import_record *record, struct err *err)
{
    switch (record->type) {
    case RECORD_EVENT:
        apply->event = record->event;
        return roster_put_event(apply->db, &record->event.event, err) &&
               read_known(apply, err);
    case RECORD_LIST:
        return take_list(apply, &record->list, err);
    case RECORD_GUEST:
        apply->rows++;
        return take_guest(apply, &record->guest, err);
    }
    return true;
}

/* ---- slices ---------------------------------------------------------------- */

static bool
in_time(const struct import_apply *apply, int64_t start_us)
{
    return clock_mono_us(apply->clock) - start_us < IMPORT_SLICE_US;
}

bool
import_apply_write(struct import_apply *apply, bool *over, struct err *err)
{
    int64_t start_us = clock_mono_us(apply->clock);
    struct import_record *record;
    bool good = roster_begin(apply->db, err);
    if (!good)
        return false;
    *over = false;
    do {
        good = keep_next(apply->reader, &record, over, err);
        if (good && !*over)
            good = take_record(apply, record, err);
    } while (good && !*over && in_time(apply, start_us));
    if (good)
        return roster_commit(apply->db, err);
    roster_rollback(apply->db);
    return false;
}

bool
import_apply_compare(struct import_apply *apply, bool *over, struct err *err)
{
    int64_t start_us = clock_mono_us(apply->clock);
    struct import_record *record;
    *over = false;
    do {
        if (!keep_next(apply->reader, &record, over, err))
            return false;
        if (!*over && record->type == RECORD_EVENT)
            apply->event = record->event;
        if (*over || record->type != RECORD_GUEST)
            continue;
        struct ticket old;
        bool found, by_key, was;
        struct err refused = { ERR_NONE, "" }; /* told when it is written */
        bool good = find_old(apply, &record->guest, &by_key, &found, &old, &refused);
        if (!good && refused.code != ERR_INPUT) {
            *err = refused;
            return false;
        }
        if (good && found && !import_mark(&apply->marks, old.id, &was, err))
            return false;
        apply->rows++;
    } while (!*over && in_time(apply, start_us));
    return true;
}

/* A few tickets of the roster. */
struct walk {
    struct import_apply *apply;
    struct {
        int64_t id;
        char ref[ROSTER_REF_MAX + 1], name[ROSTER_TEXT_MAX + 1];
    } missing[WALK_ROWS];
    unsigned missing_count, seen, known;
};

static bool
see_ticket(const struct ticket *ticket, void *self)
{
    struct walk *walk = self;
    walk->seen++;
    walk->apply->after_id = ticket->id;
    if (ticket->status == TICKET_CANCELLED)
        return true;
    walk->known++;
    if (import_is_marked(&walk->apply->marks, ticket->id))
        return true;
    unsigned i = walk->missing_count++;
    walk->missing[i].id = ticket->id;
    str_copy(walk->missing[i].ref, sizeof walk->missing[i].ref, ticket->ref);
    str_copy(walk->missing[i].name, sizeof walk->missing[i].name, ticket->name);
    return true;
}

static bool
walk_some(struct import_apply *apply, struct walk *walk, bool *over, struct err *err)
{
    walk->apply = apply;
    walk->missing_count = walk->seen = walk->known = 0;
    if (!roster_each_ticket(apply->db, apply->event.event.slug, apply->after_id,
                            WALK_ROWS, see_ticket, walk, err))
        return false;
    *over = walk->seen < WALK_ROWS;
    apply->rows += walk->seen;
    return true;
}

bool
import_apply_count_missing(struct import_apply *apply, bool *over, struct err *err)
{
    int64_t start_us = clock_mono_us(apply->clock);
    struct walk walk;
    do {
        if (!walk_some(apply, &walk, over, err))
            return false;
        apply->result->known += walk.known;
        apply->result->missing += walk.missing_count;
    } while (!*over && in_time(apply, start_us));
    return true;
}

static bool
cancel_missing(struct import_apply *apply, const struct walk *walk, struct err *err)
{
    for (unsigned i = 0; i < walk->missing_count; i++) {
        if (!roster_set_status(apply->db, walk->missing[i].id, TICKET_CANCELLED, err))
            return false;
        report_cancelled(apply->report, walk->missing[i].ref, walk->missing[i].name);
        apply->result->cancelled++;
    }
    return true;
}

bool
import_apply_cancel(struct import_apply *apply, bool *over, struct err *err)
{
    int64_t start_us = clock_mono_us(apply->clock);
    struct walk walk;
    bool good = roster_begin(apply->db, err);
    if (!good)
        return false;
    do {
        good = walk_some(apply, &walk, over, err) && cancel_missing(apply, &walk, err);
    } while (good && !*over && in_time(apply, start_us));
    if (good)
        return roster_commit(apply->db, err);
    roster_rollback(apply->db);
    return false;
}
