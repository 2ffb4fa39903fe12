#include "sync/pretix_orders.h"

#include <stdio.h>
#include <string.h>

#include "str.h"

/* One position of an order -> a row of the batch. */

static const char *const position_names[POSITION_MEMBERS] = {
    "id",
    "positionid",
    "item",
    "variation",
    "attendee_name",
    "attendee_name_parts",
    "attendee_email",
    "company",
    "country",
    "secret",
    "addon_to",
    "subevent",
    "checkins",
    "print_logs",
    "answers",
    "pseudonymization_id",
    "seat",
    "canceled",
    "valid_from",
    "valid_until",
    "blocked",
    "pdf_data",
};

static const char *
keep_number(struct pretix_batch *batch, int64_t number)
{
    enum { DIGITS = 24 };
    char *text = pretix_keep(batch, DIGITS);
    if (text)
        snprintf(text, DIGITS, "%lld", (long long)number);
    return text;
}

/* ---- a position's guest ----------------------------------------------------- */

/* Where add-ons and companies have no name of their own: the parent's, then the one on
 * the invoice, as the server does. */
static const struct json *
name_of(const struct order_reading *reading)
{
    const struct json *name = reading->position[POSITION_NAME];
    int64_t parent = pretix_int(reading->position[POSITION_PARENT]);
    const struct json *positions = reading->order[ORDER_POSITIONS];
    for (const struct json *item = json_first(positions); item && !name && parent != 0;
         item = json_next(item)) {
        if (pretix_int(json_member(item, "id")) == parent)
            name = json_member(item, "attendee_name");
    }
    if (!name || pretix_text(name)[0] == '\0')
        name = reading->invoice[0];
    return name;
}

static void
fill_guest(const struct order_reading *reading, struct ticket *ticket)
{
    const struct json *const *position = reading->position;
    const struct json *parts = position[POSITION_PARTS];
    const struct json *company = position[POSITION_COMPANY];
    const struct json *country = position[POSITION_COUNTRY];
    pretix_copy(ticket->name, sizeof ticket->name, name_of(reading));
    pretix_copy(ticket->name_latin, sizeof ticket->name_latin,
                json_member(parts, "latin_transcription"));
    pretix_copy(ticket->organisation, sizeof ticket->organisation,
                company ? company : reading->invoice[1]);
    if (strlen(pretix_text(country)) != 2)
        country = reading->invoice[2];
    if (strlen(pretix_text(country)) == 2)
        pretix_copy(ticket->country, sizeof ticket->country, country);
    pretix_copy(ticket->language, sizeof ticket->language,
                reading->order[ORDER_LOCALE]);
    pretix_copy(ticket->seat, sizeof ticket->seat,
                json_member(position[POSITION_SEAT], "name"));
}

/* ---- texts for badges ------------------------------------------------------- */

/* The secret stands in a sealed box and nowhere else; long texts about organiser and
 * event are no badge's business. */
static bool
is_never_kept(const char *key)
{
    static const char *const never[] = {
        "secret", "organizer_info_text", "event_info_text",
        "price",  "price_with_addons",   "price_with_bundled"
    };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        if (strcmp(never[i], key) == 0)
            return true;
    }
    return false;
}

/* What the same for all guests of an event: kept if there is room after all else. */
static bool
is_of_event(const char *key)
{
    return str_starts(key, "event_") || str_starts(key, "now_") ||
           str_starts(key, "purchase_") || strcmp(key, "organizer") == 0 ||
           str_starts(key, "program_");
}

static void
add_texts(const struct json *pdf, bool of_event, struct str *out)
{
    for (const struct json *item = json_first(pdf); item; item = json_next(item)) {
        const char *key = json_key(item), *text = pretix_text(item);
        if (text[0] == '\0' || is_never_kept(key) || is_of_event(key) != of_event)
            continue;
        /* a closing brace must still fit; 6 bytes a character when escaped */
        if (out->length + strlen(key) + 6 * strlen(text) + 8 < ROSTER_EXTRA_MAX ||
            out->length + strlen(key) + strlen(text) + 64 < ROSTER_EXTRA_MAX)
            json_add_text(out, key, text);
    }
}

static void
fill_extra(const struct order_reading *reading, struct ticket *ticket)
{
    struct str out;
    const struct json *pdf = reading->position[POSITION_PDF];
    str_copy(ticket->extra, sizeof ticket->extra, "{}");
    if (!pdf)
        return;
    str_init(&out, ROSTER_EXTRA_MAX);
    json_open_object(&out, NULL);
    add_texts(pdf, false, &out);
    add_texts(pdf, true, &out);
    json_close_object(&out);
    if (str_ok(&out))
        str_copy(ticket->extra, sizeof ticket->extra, out.data);
    str_finish(&out);
}

/* ---- a position ------------------------------------------------------------- */

static bool
is_ref(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    return length > 0 && length <= ROSTER_REF_MAX && text[length] == '\0';
}

static void
fill_state(const struct order_reading *reading, struct ticket *ticket)
{
    const struct json *const *position = reading->position;
    const char *status = pretix_text(reading->order[ORDER_STATUS]);
    bool pending = strcmp(status, "n") == 0;
    if (pretix_bool(position[POSITION_CANCELED]) ||
        (!pending && strcmp(status, "p") != 0))
        ticket->status = TICKET_CANCELLED;
    else if (pending && !pretix_bool(reading->order[ORDER_IF_PENDING]))
        ticket->status = TICKET_UNPAID;
    else
        ticket->status = TICKET_PAID;
    ticket->origin.unapproved = pending && pretix_bool(reading->order[ORDER_APPROVAL]);
    ticket->blocked = json_count(position[POSITION_BLOCKED]) > 0;
    ticket->valid_from_ms = pretix_ms(position[POSITION_FROM]);
    ticket->valid_until_ms = pretix_ms(position[POSITION_UNTIL]);
}

static void
fill_origin(const struct order_reading *reading, struct ticket_origin *origin)
{
    const struct json *const *position = reading->position;
    origin->position = pretix_int(position[POSITION_ID]);
    origin->product = pretix_int(position[POSITION_ITEM]);
    origin->variation = pretix_int(position[POSITION_VARIATION]);
    origin->parent = pretix_int(position[POSITION_PARENT]);
    origin->number = (unsigned)pretix_int(position[POSITION_NUMBER]);
    origin->attention = pretix_bool(reading->order[ORDER_ATTENTION]);
    pretix_copy(origin->note, sizeof origin->note, reading->order[ORDER_NOTE]);
}

/* A choice is kept by the ids of its options, which the server takes back. */
static const char *
answer_of(struct order_reading *reading, const struct json *answer)
{
    const struct json *options = json_member(answer, "options");
    size_t size = 24 * json_count(options) + 1;
    if (size == 1)
        return pretix_text(json_member(answer, "answer"));
    char *text = pretix_keep(reading->batch, size);
    size_t used = 0;
    for (const struct json *item = json_first(options); text && item;
         item = json_next(item))
        used += (size_t)snprintf(text + used, size - used, "%s%lld",
                                 used > 0 ? "," : "", (long long)pretix_int(item));
    return text;
}

static bool
fill_answers(struct order_reading *reading, struct roster_row *row)
{
    const struct json *answers = reading->position[POSITION_ANSWERS];
    size_t count = json_count(answers);
    if (count == 0)
        return true;
    struct roster_answer *made = pretix_keep(reading->batch, count * sizeof *made);
    if (!made)
        return false;
    for (const struct json *item = json_first(answers); item; item = json_next(item)) {
        const char *value = answer_of(reading, item);
        if (!value)
            return false;
        if (strlen(value) <= ROSTER_ANSWER_MAX)
            made[row->answer_count++] =
                (struct roster_answer){ pretix_int(json_member(item, "question")),
                                        value };
    }
    row->answers = made;
    return true;
}

/* Cancelled, and asked for all the same. */
static bool
is_bare(const struct order_reading *reading)
{
    return reading->set->with_cancelled &&
           pretix_bool(reading->position[POSITION_CANCELED]);
}

/* The server's list of media leaves out the cancelled tickets that they are linked to;
 * such a ticket names its medium (of several the first) among the texts for badges. */
static void
fill_medium(struct order_reading *reading, struct roster_row *row, const char **texts)
{
    const char *medium =
        pretix_text(json_member(reading->position[POSITION_PDF], "medium_identifier"));
    size_t size = sizeof ROSTER_MEDIUM_CONTACT + strlen(medium);
    if (medium[0] == '\0' || size > ROSTER_TEXT_MAX)
        return;
    char *text = pretix_keep(reading->batch, size);
    if (!text)
        return;
    snprintf(text, size, "%s%s", ROSTER_MEDIUM_CONTACT, medium);
    texts[row->contact_count++] = text;
}

static void
fill_mails(struct order_reading *reading, struct roster_row *row, const char **texts)
{
    const struct json *mails[] = { reading->order[ORDER_EMAIL],
                                   reading->position[POSITION_EMAIL] };
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
        const char *mail = pretix_text(mails[i]);
        if (mail[0] && strlen(mail) <= ROSTER_TEXT_MAX)
            texts[row->contact_count++] = mail;
    }
}

static bool
fill_texts(struct order_reading *reading, struct roster_row *row)
{
    const char **texts =
        pretix_keep(reading->batch, (1 + ROSTER_CONTACTS_MAX) * sizeof *texts);
    if (!texts)
        return false;
    const struct json *session = reading->position[POSITION_SESSION];
    row->sessions = texts;
    row->contacts = texts + 1;
    if (session) {
        texts[0] = keep_number(reading->batch, pretix_int(session));
        row->session_count = 1;
        if (!texts[0])
            return false;
    }
    if (is_bare(reading))
        fill_medium(reading, row, texts + 1);
    else
        fill_mails(reading, row, texts + 1);
    row->import_key =
        keep_number(reading->batch, pretix_int(reading->position[POSITION_ID]));
    return row->import_key != NULL;
}

static void
add_checkins(struct order_reading *reading, struct pretix_position *to)
{
    struct pretix_batch *batch = reading->batch;
    const struct json *checkins = reading->position[POSITION_CHECKINS];
    to->checkin_first = batch->checkin_count;
    for (const struct json *item = json_first(checkins); item; item = json_next(item)) {
        struct pretix_checkin *checkin = &batch->checkins[batch->checkin_count];
        if (!pretix_read_time(pretix_text(json_member(item, "datetime")),
                              &checkin->at_us))
            continue;
        checkin->id = pretix_int(json_member(item, "id"));
        checkin->list = pretix_int(json_member(item, "list"));
        checkin->device = pretix_int(json_member(item, "device_id"));
        checkin->gate = pretix_int(json_member(item, "gate"));
        checkin->exit = strcmp(pretix_text(json_member(item, "type")), "exit") == 0;
        checkin->automatic = pretix_bool(json_member(item, "auto_checked_in"));
        batch->checkin_count++;
    }
    to->checkin_count = batch->checkin_count - to->checkin_first;
}

static void
add_prints(struct order_reading *reading, struct pretix_position *to)
{
    struct pretix_batch *batch = reading->batch;
    const struct json *prints = reading->position[POSITION_PRINTS];
    to->print_first = batch->print_count;
    for (const struct json *item = json_first(prints); item; item = json_next(item)) {
        struct pretix_print *print = &batch->prints[batch->print_count];
        const struct json *info = json_member(item, "info");
        if (strcmp(pretix_text(json_member(item, "type")), "badge") != 0)
            continue;
        print->at_ms = pretix_ms(json_member(item, "datetime"));
        print->successful = pretix_bool(json_member(item, "successful"));
        pretix_copy(print->station, sizeof print->station,
                    json_member(info, "station"));
        print->issue = (unsigned)pretix_int(json_member(info, "issue"));
        batch->print_count++;
    }
    to->print_count = batch->print_count - to->print_first;
}

static bool
is_bad(struct order_reading *reading, const char *what)
{
    pretix_is_bad(reading, what);
    return false;
}

static bool
check_position(struct order_reading *reading)
{
    const char *secret = pretix_text(reading->position[POSITION_SECRET]);
    if (pretix_int(reading->position[POSITION_ID]) <= 0)
        return is_bad(reading, "id: want a whole number over 0");
    if (secret[0] == '\0' || strlen(secret) > ROSTER_SECRET_MAX)
        return is_bad(reading, "secret: want 1 to 1024 bytes");
    if (!reading->position[POSITION_ITEM])
        return is_bad(reading, "item: want a number");
    return true;
}

/* What makes a ticket more than something that a medium leads to. */
static bool
fill_more(struct order_reading *reading, struct pretix_position *to, struct err *err)
{
    fill_extra(reading, &to->row.ticket);
    to->row.secret = pretix_text(reading->position[POSITION_SECRET]);
    if (!fill_answers(reading, &to->row))
        return err_no_memory(err);
    add_checkins(reading, to);
    add_prints(reading, to);
    return true;
}

bool
pretix_read_position(struct order_reading *reading, const struct json *object,
                     struct err *err)
{
    struct pretix_batch *batch = reading->batch;
    struct pretix_position *to = &batch->positions[batch->position_count];
    struct roster_row *row = &to->row;
    struct ticket *ticket = &row->ticket;
    pretix_collect(object, position_names, reading->position, POSITION_MEMBERS);
    if (!check_position(reading))
        return true;
    fill_guest(reading, ticket);
    fill_state(reading, ticket);
    fill_origin(reading, &ticket->origin);
    str_copy(ticket->extra, sizeof ticket->extra, "{}");
    str_copy(ticket->event, sizeof ticket->event, reading->set->event);
    pretix_copy(ticket->order_code, sizeof ticket->order_code,
                reading->order[ORDER_CODE]);
    str_copy(ticket->kind, sizeof ticket->kind,
             pretix_kind_of(reading->set, ticket->origin.product, ""));
    if (is_ref(pretix_text(reading->position[POSITION_REF])))
        pretix_copy(ticket->ref, sizeof ticket->ref, reading->position[POSITION_REF]);
    if (!fill_texts(reading, row))
        return err_no_memory(err);
    if (!is_bare(reading) && !fill_more(reading, to, err))
        return false;
    batch->position_count++;
    return true;
}
