#include "desk/import_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"
#include "desk/import_field.h"
#include "str.h"
#include "ticket/country.h"
#include "ticket/name.h"

/* ---- columns and what is told of them -------------------------------------- */

const char *
import_row_raw(const struct import_rows *rows, const struct csv_row *row,
               enum import_column column)
{
    int at = rows->columns->at[column];
    return at >= 0 && (unsigned)at < row->count ? row->fields[at] : "";
}

/* As the organiser calls the column, where it is there. */
static struct report_place
place_of(const struct import_rows *rows, const struct csv_row *row,
         enum import_column column)
{
    int at = column < COLUMN_COUNT ? rows->columns->at[column] : -1;
    const char *field =
        at >= 0 ? rows->columns->headers[at] : import_column_name(column);
    return (struct report_place){ rows->file, row->line, field };
}

bool
import_row_bad(struct import_rows *rows, const struct csv_row *row,
               enum import_column column, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct report_place place = place_of(rows, row, column);
    report_row(rows->report, "error", &place, "%s", text);
    return false;
}

bool
import_row_warn(struct import_rows *rows, const struct csv_row *row,
                enum import_column column, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct report_place place = place_of(rows, row, column);
    report_row(rows->report, "warning", &place, "%s", text);
    return true;
}

bool
import_row_text(struct import_rows *rows, const struct csv_row *row,
                enum import_column column, char *to, size_t size)
{
    const char *raw = import_row_raw(rows, row, column);
    if (field_clean(to, size, raw))
        return true;
    return import_row_bad(rows, row, column, "has %zu bytes, want at most %zu",
                          strlen(raw), size - 1);
}

bool
import_row_moment(struct import_rows *rows, const struct csv_row *row,
                  enum import_column column, int64_t *ms)
{
    char text[64], shown[80];
    bool end =
        column == COLUMN_UNTIL || column == COLUMN_ENDS || column == COLUMN_CLOSES;
    *ms = 0;
    if (!import_row_text(rows, row, column, text, sizeof text))
        return false;
    if (text[0] == '\0' || field_moment(rows->zone, text, end, ms))
        return true;
    return import_row_bad(rows, row, column,
                          "\"%s\" is no moment: want 2026-11-25 or 2026-11-25 09:30",
                          str_quote(shown, sizeof shown, text, strlen(text)));
}

bool
import_row_yes(struct import_rows *rows, const struct csv_row *row,
               enum import_column column, bool *yes)
{
    char text[64], shown[80];
    if (!import_row_text(rows, row, column, text, sizeof text))
        return false;
    int meaning = text[0] ? import_words_find(rows->words, BOOK_YES, text) : *yes;
    if (meaning < 0)
        return import_row_bad(rows, row, column, "\"%s\": want yes or no",
                              str_quote(shown, sizeof shown, text, strlen(text)));
    *yes = meaning;
    return true;
}

/* ---- kinds and sessions ---------------------------------------------------- */

static void
count_own_kind(struct import_rows *rows, const char *key)
{
    unsigned i = 0;
    while (i < rows->kind_count && strcmp(rows->kinds[i].key, key) != 0)
        i++;
    if (i == IMPORT_OWN_KINDS_MAX)
        return;
    if (i == rows->kind_count) {
        str_copy(rows->kinds[i].key, sizeof rows->kinds[i].key, key);
        rows->kinds[rows->kind_count++].rows = 0;
    }
    rows->kinds[i].rows++;
}

void
import_row_kind(struct import_rows *rows, const char *text, bool counts,
                char key[ROSTER_KEY_MAX + 1])
{
    int meaning = import_words_find(rows->words, BOOK_KINDS, text);
    if (meaning >= 0) {
        str_copy(key, ROSTER_KEY_MAX + 1, import_kinds[meaning]);
        return;
    }
    field_slug(key, ROSTER_KEY_MAX + 1, text);
    if (counts && key[0])
        count_own_kind(rows, key);
}

static bool
note_session(struct import_rows *rows, const char *key, const char *name)
{
    for (unsigned i = 0; i < rows->session_count; i++) {
        if (strcmp(rows->sessions[i].key, key) == 0)
            return true;
    }
    if (rows->session_count == IMPORT_SESSIONS_MAX)
        return false;
    struct import_session *session = &rows->sessions[rows->session_count++];
    str_copy(session->key, sizeof session->key, key);
    str_copy(session->name, sizeof session->name, name);
    return true;
}

static bool
has_session(const struct import_guest *guest, const char *key)
{
    for (unsigned i = 0; i < guest->session_count; i++) {
        if (strcmp(guest->sessions[i], key) == 0)
            return true;
    }
    return false;
}

static bool
add_session(struct import_rows *rows, const struct csv_row *row, const char *name,
            struct import_guest *guest)
{
    char key[ROSTER_KEY_MAX + 1];
    field_slug(key, sizeof key, name);
    if (key[0] == '\0' || has_session(guest, key))
        return true;
    if (guest->session_count == ROSTER_SESSIONS_MAX)
        return import_row_bad(rows, row, COLUMN_SESSIONS, "want at most %d sessions",
                              ROSTER_SESSIONS_MAX);
    if (!note_session(rows, key, name))
        return import_row_bad(rows, row, COLUMN_SESSIONS,
                              "\"%s\" is one session too many: want at most %d in all; "
                              "is this the right column?",
                              key, IMPORT_SESSIONS_MAX);
    str_copy(guest->sessions[guest->session_count++], ROSTER_KEY_MAX + 1, key);
    return true;
}

/* Separated by ; or |, full-width forms and line breaks too. */
static bool
read_sessions(struct import_rows *rows, const struct csv_row *row,
              struct import_guest *guest)
{
    static const char *const marks[] = { ";", "|", "\n", "；", "｜", "、" };
    const char *at = import_row_raw(rows, row, COLUMN_SESSIONS);
    guest->session_count = 0;
    bool good = true;
    while (*at) {
        const char *end = at + strlen(at), *next = end;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
            const char *mark = strstr(at, marks[i]);
            if (mark && mark < end) {
                end = mark;
                next = mark + strlen(marks[i]);
            }
        }
        char piece[1024], name[ROSTER_TEXT_MAX + 1];
        str_copy_bytes(piece, sizeof piece, at, (size_t)(end - at));
        if (!field_clean(name, sizeof name, piece))
            return import_row_bad(rows, row, COLUMN_SESSIONS,
                                  "a session's name wants at most %d bytes",
                                  ROSTER_TEXT_MAX);
        good = add_session(rows, row, name, guest) && good;
        at = next;
    }
    return good;
}

/* ---- what stands in a ticket ----------------------------------------------- */

/* Names in scripts that put the family name first, without a space. */
static bool
is_family_first(const char *text, bool *spaced)
{
    size_t at = 0, length = strlen(text);
    unsigned c = length ? str_next_character(text, length, &at) : 0;
    *spaced = c >= 0x3040 && c <= 0x30FF; /* kana */
    return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3) || *spaced ||
           (c >= 0x20000 && c <= 0x323AF);
}

static bool
join_names(struct import_rows *rows, const struct csv_row *row, struct ticket *ticket)
{
    char first[ROSTER_TEXT_MAX + 1], last[ROSTER_TEXT_MAX + 1];
    char whole[2 * sizeof first + 2];
    bool spaced;
    if (!import_row_text(rows, row, COLUMN_FIRST, first, sizeof first) ||
        !import_row_text(rows, row, COLUMN_LAST, last, sizeof last))
        return false;
    bool both = first[0] && last[0];
    if (both && is_family_first(last, &spaced))
        snprintf(whole, sizeof whole, "%s%s%s", last,
                 spaced || strcmp(ticket->country, "JP") == 0 ? " " : "", first);
    else
        snprintf(whole, sizeof whole, "%s%s%s", first, both ? " " : "", last);
    if (str_copy(ticket->name, sizeof ticket->name, whole))
        return true;
    ticket->name[0] = '\0';
    return import_row_bad(rows, row, COLUMN_LAST,
                          "the whole name wants at most %d bytes", ROSTER_TEXT_MAX);
}

static bool
read_names(struct import_rows *rows, const struct csv_row *row, struct ticket *ticket)
{
    if (!import_row_text(rows, row, COLUMN_NAME, ticket->name, sizeof ticket->name) ||
        !import_row_text(rows, row, COLUMN_LATIN, ticket->name_latin,
                         sizeof ticket->name_latin))
        return false;
    if (ticket->name[0] == '\0' && !join_names(rows, row, ticket))
        return false;
    if (ticket->name[0] == '\0' && ticket->name_latin[0]) {
        str_copy(ticket->name, sizeof ticket->name, ticket->name_latin);
        ticket->name_latin[0] = '\0';
    }
    if (strcmp(ticket->name, ticket->name_latin) == 0)
        ticket->name_latin[0] = '\0';
    if (ticket->name[0] == '\0')
        return import_row_warn(rows, row, COLUMN_NAME,
                               "is empty: the badge will bear no name");
    return true;
}

static bool
read_country(struct import_rows *rows, const struct csv_row *row, struct ticket *ticket)
{
    char text[ROSTER_TEXT_MAX + 1], shown[120];
    if (!import_row_text(rows, row, COLUMN_COUNTRY, text, sizeof text))
        return false;
    ticket->country[0] = '\0';
    if (text[0] == '\0')
        return true;
    int meaning = import_words_find(rows->words, BOOK_COUNTRIES, text);
    if (meaning < 0)
        return import_row_warn(
            rows, row, COLUMN_COUNTRY,
            "\"%s\" is not known: want a name in English or Chinese, "
            "or two letters (RS)",
            str_quote(shown, sizeof shown, text, strlen(text)));
    str_copy(ticket->country, sizeof ticket->country, country_code((unsigned)meaning));
    return true;
}

static bool
read_language(struct import_rows *rows, const struct csv_row *row,
              struct ticket *ticket)
{
    char text[64], shown[80];
    if (!import_row_text(rows, row, COLUMN_LANGUAGE, text, sizeof text))
        return false;
    ticket->language[0] = '\0';
    bool tag = strlen(text) >= 2 && strlen(text) < sizeof ticket->language &&
               text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789-")] == '\0';
    bool is_short = text[strcspn(text, "-")] == '-' || strlen(text) <= 3;
    int meaning = text[0] ? import_words_find(rows->words, BOOK_LANGUAGES, text) : -1;
    if (meaning >= 0)
        str_copy(ticket->language, sizeof ticket->language, import_languages[meaning]);
    else if (tag && is_short)
        str_copy(ticket->language, sizeof ticket->language, text);
    else if (text[0])
        return import_row_warn(rows, row, COLUMN_LANGUAGE,
                               "\"%s\" is not known: want zh, en, sr, …",
                               str_quote(shown, sizeof shown, text, strlen(text)));
    return true;
}

static bool
read_status(struct import_rows *rows, const struct csv_row *row, struct ticket *ticket)
{
    char text[64], shown[80];
    if (!import_row_text(rows, row, COLUMN_STATUS, text, sizeof text) ||
        !import_row_yes(rows, row, COLUMN_BLOCKED, &ticket->blocked))
        return false;
    int meaning =
        text[0] ? import_words_find(rows->words, BOOK_STATUS, text) : TICKET_PAID;
    if (meaning < 0)
        return import_row_bad(rows, row, COLUMN_STATUS,
                              "\"%s\" is not known: want paid, unpaid or cancelled",
                              str_quote(shown, sizeof shown, text, strlen(text)));
    ticket->status = (enum ticket_status)meaning;
    return true;
}

static bool
read_kind(struct import_rows *rows, const struct csv_row *row, struct ticket *ticket)
{
    char text[ROSTER_TEXT_MAX + 1];
    if (!import_row_text(rows, row, COLUMN_KIND, text, sizeof text))
        return false;
    if (text[0])
        import_row_kind(rows, text, true, ticket->kind);
    if (ticket->kind[0] == '\0')
        str_copy(ticket->kind, sizeof ticket->kind, import_kinds[0]);
    return true;
}

/* Everything else, under its header. A value for which there is no room is told. */
static bool
read_extra(struct import_rows *rows, const struct csv_row *row, struct ticket *ticket)
{
    const struct import_columns *columns = rows->columns;
    struct str out;
    str_init(&out, ROSTER_EXTRA_MAX);
    json_open_object(&out, NULL);
    for (unsigned i = 0; i < columns->count && i < row->count; i++) {
        char text[ROSTER_EXTRA_MAX];
        bool kept = columns->is[i] == COLUMN_EXTRA || columns->is[i] == COLUMN_NUMBER;
        if (!kept || row->fields[i][0] == '\0')
            continue;
        size_t room = ROSTER_EXTRA_MAX - out.length,
               header = strlen(columns->headers[i]);
        bool fits = field_clean(text, sizeof text, row->fields[i]);
        /* at worst each byte of them becomes six, and there are quotes around */
        if (!fits || (strlen(text) + header) * 2 + 8 > room) {
            struct report_place place = { rows->file, row->line, columns->headers[i] };
            report_row(rows->report, "warning", &place,
                       "is left out: a ticket keeps %d bytes of such columns",
                       ROSTER_EXTRA_MAX);
            continue;
        }
        if (text[0])
            json_add_text(&out, columns->headers[i], text);
    }
    json_close_object(&out);
    str_copy(ticket->extra, sizeof ticket->extra, str_ok(&out) ? out.data : "{}");
    str_finish(&out);
    return true;
}

static bool
has_no_more_fields(struct import_rows *rows, const struct csv_row *row)
{
    for (unsigned i = rows->columns->count; i < row->count; i++) {
        if (row->fields[i][0])
            return import_row_bad(
                rows, row, COLUMN_EXTRA,
                "the row has %u fields, the header %u: a separator in "
                "a text wants quotes around it",
                row->count, rows->columns->count);
    }
    return true;
}

static bool
read_texts(struct import_rows *rows, const struct csv_row *row, struct ticket *ticket)
{
    bool good = import_row_text(rows, row, COLUMN_ORGANISATION, ticket->organisation,
                                sizeof ticket->organisation);
    good &= import_row_text(rows, row, COLUMN_SEAT, ticket->seat, sizeof ticket->seat);
    good &= import_row_text(rows, row, COLUMN_ORDER, ticket->order_code,
                            sizeof ticket->order_code);
    good &= import_row_moment(rows, row, COLUMN_FROM, &ticket->valid_from_ms);
    good &= import_row_moment(rows, row, COLUMN_UNTIL, &ticket->valid_until_ms);
    return good;
}

/* Each of them looks at the row: all that is wrong with it is told at once. */
bool
import_row_guest(struct import_rows *rows, const struct csv_row *row,
                 struct import_guest *guest)
{
    struct ticket *ticket = &guest->ticket;
    if (!has_no_more_fields(rows, row))
        return false;
    *ticket = (struct ticket){ .id = 0 };
    guest->line = row->line;
    bool good = read_country(rows, row, ticket);
    good &= read_names(rows, row, ticket);
    good &= read_texts(rows, row, ticket);
    good &= read_kind(rows, row, ticket);
    good &= read_language(rows, row, ticket);
    good &= read_status(rows, row, ticket);
    good &= read_sessions(rows, row, guest);
    good &= read_extra(rows, row, ticket);
    return good && import_row_identify(rows, row, guest);
}
