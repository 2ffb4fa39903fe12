#include "desk/import_row.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "desk/import_field.h"
#include "store/seal.h"
#include "str.h"
#include "ticket/madecode.h"
#include "ticket/name.h"

/* Who a row is: its key, its code, and whether the table has it already. */

enum { SAME_PERSON_MAX = 100 };

static const char *const key_names[] = {
    [KEY_CODE] = "code",
    [KEY_EMAIL] = "email",
    [KEY_NUMBER] = "number",
    [KEY_PERSON] = "person",
};

const char *
import_key_name(enum import_key key)
{
    return key_names[key];
}

bool
import_key_named(const char *name, enum import_key *key)
{
    for (unsigned i = 0; i < sizeof key_names / sizeof *key_names; i++) {
        if (strcmp(key_names[i], name) == 0) {
            *key = (enum import_key)i;
            return true;
        }
    }
    return false;
}

/* "kind:text", or its keyed hash where it is longer than a key may be. */
static void
set_key(const struct import_rows *rows, struct import_guest *guest, const char *kind,
        const char *text)
{
    size_t length = strlen(text);
    int used = snprintf(guest->key, sizeof guest->key, "%s:%s", kind, text);
    if ((size_t)used < sizeof guest->key - 8)
        return;
    uint8_t hash[SEAL_LOOKUP_BYTES];
    char hex[2 * sizeof hash + 1];
    seal_lookup(rows->seal, text, length, hash);
    snprintf(guest->key, sizeof guest->key, "%s#%s", kind,
             hex_write(hash, sizeof hash, hex));
}

/* The same row has the same code for ever, as long as the key file is the same. */
static void
make_code(struct import_rows *rows, struct import_guest *guest)
{
    char text[ROSTER_TEXT_MAX + ROSTER_KEY_MAX + 16];
    uint8_t bytes[SEAL_LOOKUP_BYTES];
    int length = snprintf(text, sizeof text, "code%c%s%c%s", 0x1F, rows->event, 0x1F,
                          guest->key);
    seal_lookup(rows->seal, text, (size_t)length, bytes);
    madecode_format(bytes, guest->code);
    rows->codes_made++;
}

/* Name and e-mail, else name and organisation. */
static bool
person_of(const struct import_guest *guest, struct str *person)
{
    const struct ticket *ticket = &guest->ticket;
    name_key(person, ticket->name);
    if (person->length == 0 && guest->email[0] == '\0')
        return false;
    str_add_char(person, '/');
    if (guest->email[0])
        str_add_text(person, guest->email);
    else
        name_key(person, ticket->organisation);
    return str_ok(person);
}

/* Two rows of one person are two guests until somebody says otherwise: the second is
 * "…#2". False: more of them than can be. */
static bool
number_person(struct import_rows *rows, const struct csv_row *row,
              struct import_guest *guest)
{
    size_t length = strlen(guest->key);
    for (int i = 2; import_seen_note(&rows->keys, guest->key, row->line) > 0; i++) {
        if (i > SAME_PERSON_MAX)
            return import_row_bad(rows, row, COLUMN_NAME,
                                  "the same guest over %d times", SAME_PERSON_MAX);
        snprintf(guest->key + length, sizeof guest->key - length, "#%d", i);
    }
    return true;
}

static bool
key_by_person(struct import_rows *rows, const struct csv_row *row,
              struct import_guest *guest)
{
    struct str person;
    str_init(&person, 8192);
    bool known = person_of(guest, &person);
    if (known)
        set_key(rows, guest, "person", person.data);
    str_finish(&person);
    if (!known)
        return import_row_bad(rows, row, COLUMN_NAME,
                              "nothing tells who this is: want a code, an e-mail "
                              "address or a name");
    return number_person(rows, row, guest);
}

/* A key that a column gives must be the row's alone. */
static bool
key_by_column(struct import_rows *rows, const struct csv_row *row,
              enum import_column column, const char *text, struct import_guest *guest)
{
    set_key(rows, guest, import_key_name(rows->key), text);
    int64_t before = import_seen_note(&rows->keys, guest->key, row->line);
    if (before > 0)
        return import_row_bad(rows, row, column,
                              "the same as on line %lld: the first one is kept",
                              (long long)before);
    return true;
}

static bool
is_code(const char *code)
{
    for (; *code; code++) {
        if ((unsigned char)*code < 0x20 || *code == 0x7F)
            return false;
    }
    return true;
}

static bool
read_ref(struct import_rows *rows, const struct csv_row *row, struct ticket *ticket)
{
    char text[64];
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (!import_row_text(rows, row, COLUMN_REF, text, sizeof text))
        return false;
    if (text[strspn(text, letters)] == '\0' &&
        str_copy(ticket->ref, sizeof ticket->ref, text))
        return true;
    ticket->ref[0] = '\0';
    return import_row_bad(rows, row, COLUMN_REF, "want up to %d of A-Z, 0-9",
                          ROSTER_REF_MAX);
}

/* An address that is none is told; the row is in, but nothing can be sent there. */
static bool
read_email(struct import_rows *rows, const struct csv_row *row,
           struct import_guest *guest)
{
    const char *raw = import_row_raw(rows, row, COLUMN_EMAIL);
    if (field_email(guest->email, sizeof guest->email, raw))
        return true;
    guest->email[0] = '\0';
    char shown[120];
    const char *text = str_quote(shown, sizeof shown, raw, strlen(raw));
    if (rows->key == KEY_EMAIL)
        return import_row_bad(rows, row, COLUMN_EMAIL, "\"%s\" is no e-mail address",
                              text);
    return import_row_warn(rows, row, COLUMN_EMAIL, "\"%s\" is no e-mail address",
                           text);
}

static bool
find_key(struct import_rows *rows, const struct csv_row *row,
         struct import_guest *guest)
{
    char number[ROSTER_TEXT_MAX + 1];
    if (rows->key == KEY_CODE && guest->code[0])
        return key_by_column(rows, row, COLUMN_CODE, guest->code, guest);
    if (rows->key == KEY_EMAIL && guest->email[0])
        return key_by_column(rows, row, COLUMN_EMAIL, guest->email, guest);
    if (rows->key == KEY_NUMBER) {
        if (!import_row_text(rows, row, COLUMN_NUMBER, number, sizeof number))
            return false;
        if (number[0])
            return key_by_column(rows, row, COLUMN_NUMBER, number, guest);
    }
    return key_by_person(rows, row, guest);
}

static void
note_person(struct import_rows *rows, const struct csv_row *row,
            const struct import_guest *guest)
{
    struct str person;
    str_init(&person, 8192);
    name_key(&person, guest->ticket.name);
    bool named = person.length > 0;
    str_add_char(&person, '/');
    name_key(&person, guest->ticket.organisation);
    int64_t before =
        named ? import_seen_note(&rows->people, person.data, row->line) : 0;
    str_finish(&person);
    if (before == 0)
        return;
    struct report_place place = { rows->file, row->line, "" };
    report_duplicate(rows->report, &place, before);
    rows->duplicates++;
}

bool
import_row_identify(struct import_rows *rows, const struct csv_row *row,
                    struct import_guest *guest)
{
    const char *raw = import_row_raw(rows, row, COLUMN_CODE);
    if (!read_email(rows, row, guest) || !read_ref(rows, row, &guest->ticket))
        return false;
    if (!field_clean(guest->code, sizeof guest->code, raw) || !is_code(guest->code))
        return import_row_bad(rows, row, COLUMN_CODE, "want up to %d bytes",
                              ROSTER_SECRET_MAX);
    if (!find_key(rows, row, guest))
        return false;
    if (guest->code[0] == '\0')
        make_code(rows, guest);
    note_person(rows, row, guest);
    return true;
}
