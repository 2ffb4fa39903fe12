#include "desk/import_record.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- writing --------------------------------------------------------------- */

static size_t
begin(struct str *out, enum import_record_type type)
{
    static const char length_to_come[4];
    size_t start = out->length;
    str_add_char(out, (char)type);
    str_add(out, length_to_come, sizeof length_to_come);
    return start;
}

static void
finish(struct str *out, size_t start)
{
    if (!str_ok(out))
        return;
    size_t length = out->length - start - 5;
    for (unsigned i = 0; i < 4; i++)
        out->data[start + 1 + i] = (char)(length >> (8 * i) & 0xFF);
}

static void
put_text(struct str *out, const char *text)
{
    str_add(out, text, strlen(text) + 1);
}

static void
put_number(struct str *out, int64_t number)
{
    str_addf(out, "%" PRId64, number);
    str_add_char(out, '\0');
}

void
import_pack_event(const struct import_event *event, struct str *out)
{
    size_t start = begin(out, RECORD_EVENT);
    put_text(out, event->event.slug);
    put_text(out, event->event.name);
    put_text(out, event->event.zone);
    put_text(out, event->event.source);
    put_number(out, event->event.starts_ms);
    put_number(out, event->event.ends_ms);
    put_number(out, event->replace);
    put_number(out, event->makes);
    put_number(out, (int64_t)event->columns);
    put_number(out, event->at_ms);
    finish(out, start);
}

void
import_pack_list(const struct import_list *list, struct str *out)
{
    const struct list *of = &list->list;
    size_t start = begin(out, RECORD_LIST);
    put_text(out, of->key);
    put_text(out, of->name);
    put_text(out, of->place);
    put_text(out, of->session);
    put_number(out, of->starts_ms);
    put_number(out, of->ends_ms);
    put_number(out, of->opens_ms);
    put_number(out, of->closes_ms);
    put_number(out, of->all_kinds);
    put_number(out, of->several_entries);
    put_number(out, of->entry_after_exit);
    put_number(out, of->include_unpaid);
    put_number(out, list->made);
    put_number(out, list->kind_count);
    for (unsigned i = 0; i < list->kind_count; i++)
        put_text(out, list->kinds[i]);
    finish(out, start);
}

void
import_pack_guest(const struct import_guest *guest, struct str *out)
{
    const struct ticket *ticket = &guest->ticket;
    size_t start = begin(out, RECORD_GUEST);
    put_text(out, guest->key);
    put_text(out, guest->code);
    put_text(out, guest->email);
    put_text(out, ticket->ref);
    put_text(out, ticket->order_code);
    put_text(out, ticket->name);
    put_text(out, ticket->name_latin);
    put_text(out, ticket->organisation);
    put_text(out, ticket->country);
    put_text(out, ticket->kind);
    put_text(out, ticket->language);
    put_text(out, ticket->seat);
    put_text(out, ticket->extra);
    put_number(out, guest->line);
    put_number(out, ticket->status);
    put_number(out, ticket->blocked);
    put_number(out, ticket->valid_from_ms);
    put_number(out, ticket->valid_until_ms);
    put_number(out, guest->session_count);
    for (unsigned i = 0; i < guest->session_count; i++)
        put_text(out, guest->sessions[i]);
    finish(out, start);
}

/* ---- reading --------------------------------------------------------------- */

struct taking {
    const char *at, *end;
    bool good;
};

static void
take_text(struct taking *taking, char *to, size_t size)
{
    const char *nul = taking->good && taking->at < taking->end
                          ? memchr(taking->at, '\0', (size_t)(taking->end - taking->at))
                          : NULL;
    taking->good = nul && (size_t)(nul - taking->at) < size;
    to[0] = '\0';
    if (!taking->good)
        return;
    memcpy(to, taking->at, (size_t)(nul - taking->at) + 1);
    taking->at = nul + 1;
}

static int64_t
take_number(struct taking *taking, int64_t min, int64_t max)
{
    char text[24];
    long long number = min;
    take_text(taking, text, sizeof text);
    taking->good = taking->good && str_read_int(text, min, max, &number);
    return number;
}

static int64_t
take_moment(struct taking *taking)
{
    return take_number(taking, INT64_MIN, INT64_MAX);
}

static void
take_event(struct taking *taking, struct import_event *event)
{
    take_text(taking, event->event.slug, sizeof event->event.slug);
    take_text(taking, event->event.name, sizeof event->event.name);
    take_text(taking, event->event.zone, sizeof event->event.zone);
    take_text(taking, event->event.source, sizeof event->event.source);
    event->event.id = 0;
    event->event.starts_ms = take_moment(taking);
    event->event.ends_ms = take_moment(taking);
    event->replace = take_number(taking, 0, 1);
    event->makes = take_number(taking, 0, 1);
    event->columns = (uint64_t)take_moment(taking);
    event->at_ms = take_moment(taking);
}

static void
take_list(struct taking *taking, struct import_list *list)
{
    struct list *of = &list->list;
    *of = (struct list){ .id = 0 };
    take_text(taking, of->key, sizeof of->key);
    take_text(taking, of->name, sizeof of->name);
    take_text(taking, of->place, sizeof of->place);
    take_text(taking, of->session, sizeof of->session);
    of->starts_ms = take_moment(taking);
    of->ends_ms = take_moment(taking);
    of->opens_ms = take_moment(taking);
    of->closes_ms = take_moment(taking);
    of->all_kinds = take_number(taking, 0, 1);
    of->several_entries = take_number(taking, 0, 1);
    of->entry_after_exit = take_number(taking, 0, 1);
    of->include_unpaid = take_number(taking, 0, 1);
    list->made = take_number(taking, 0, 1);
    list->kind_count = (unsigned)take_number(taking, 0, IMPORT_LIST_KINDS_MAX);
    for (unsigned i = 0; i < list->kind_count && taking->good; i++)
        take_text(taking, list->kinds[i], sizeof list->kinds[i]);
}

static void
take_guest(struct taking *taking, struct import_guest *guest)
{
    struct ticket *ticket = &guest->ticket;
    ticket->id = 0;
    ticket->event[0] = '\0';
    ticket->revoked = false;
    take_text(taking, guest->key, sizeof guest->key);
    take_text(taking, guest->code, sizeof guest->code);
    take_text(taking, guest->email, sizeof guest->email);
    take_text(taking, ticket->ref, sizeof ticket->ref);
    take_text(taking, ticket->order_code, sizeof ticket->order_code);
    take_text(taking, ticket->name, sizeof ticket->name);
    take_text(taking, ticket->name_latin, sizeof ticket->name_latin);
    take_text(taking, ticket->organisation, sizeof ticket->organisation);
    take_text(taking, ticket->country, sizeof ticket->country);
    take_text(taking, ticket->kind, sizeof ticket->kind);
    take_text(taking, ticket->language, sizeof ticket->language);
    take_text(taking, ticket->seat, sizeof ticket->seat);
    take_text(taking, ticket->extra, sizeof ticket->extra);
    guest->line = take_number(taking, 0, INT64_MAX);
    ticket->status =
        (enum ticket_status)take_number(taking, TICKET_PAID, TICKET_CANCELLED);
    ticket->blocked = take_number(taking, 0, 1);
    ticket->valid_from_ms = take_moment(taking);
    ticket->valid_until_ms = take_moment(taking);
    guest->session_count = (unsigned)take_number(taking, 0, ROSTER_SESSIONS_MAX);
    for (unsigned i = 0; i < guest->session_count && taking->good; i++)
        take_text(taking, guest->sessions[i], sizeof guest->sessions[i]);
}

bool
import_unpack(const char *bytes, size_t length, size_t *at,
              struct import_record *record, struct err *err)
{
    const unsigned char *head = (const unsigned char *)bytes + *at;
    size_t left = length - *at, size = 0;
    for (unsigned i = 0; left >= 5 && i < 4; i++)
        size |= (size_t)head[1 + i] << (8 * i);
    if (left < 5 || size > left - 5)
        return err_set(err, ERR_INPUT, "a record is cut off");
    struct taking taking = { bytes + *at + 5, bytes + *at + 5 + size, true };
    record->type = (enum import_record_type)head[0];
    if (head[0] == RECORD_EVENT)
        take_event(&taking, &record->event);
    else if (head[0] == RECORD_LIST)
        take_list(&taking, &record->list);
    else if (head[0] == RECORD_GUEST)
        take_guest(&taking, &record->guest);
    else
        taking.good = false;
    if (!taking.good || taking.at != taking.end)
        return err_set(err, ERR_INPUT, "a record is damaged");
    *at += 5 + size;
    return true;
}
