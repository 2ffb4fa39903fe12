#include "desk/csv.h"

#include <stdlib.h>
#include <string.h>

#include "desk/csv_text.h"
#include "str.h"

enum { AGAIN_BYTES_MAX = 64 * 1024 * 1024 }; /* read twice, in all; see go_back */

/*              ,  or  end of row                "
 *     FIELD  -----------------------> FIELD   FIELD -> QUOTED
 *       | other                                  ^        | "
 *     PLAIN  ( , or end of row) -----> FIELD     |      CLOSED  ( " : QUOTED again,
 *                                                |               , or end: FIELD,
 *     a bad row: SKIP until the end of the line -'               other: bad )
 */
enum state { FIELD, PLAIN, QUOTED, CLOSED, SKIP };

struct csv {
    struct csv_text *text;
    const char *at, *end; /* of the present chunk */
    char separator;
    bool after_cr; /* an LF now belongs to the CR before it */
    int64_t line;  /* the next byte's */

    /* the present row */
    enum state state;
    int64_t row_line, quote_line; /* where it, and its last quote, began */
    struct str row;               /* fields, each with its NUL */
    size_t starts[CSV_COLUMNS_MAX];
    unsigned columns; /* begun */
    unsigned quote_column;
    bool any_text;

    /* the row's bytes from its second line on, to be read again if its quote is never
     * closed; and such bytes, while they are read again before the chunk */
    struct str later, again;
    size_t again_at;
    size_t again_bytes;
};

/* ---- bytes -------------------------------------------------------------------- */

/* False at the end (err->code untouched) or on failure (*failed). */
static bool
next_byte(struct csv *csv, char *byte, bool *failed, struct err *err)
{
    if (csv->again_at < csv->again.length) {
        *byte = csv->again.data[csv->again_at++];
        return true;
    }
    while (csv->at == csv->end) {
        size_t length;
        if (!csv_text_next(csv->text, &csv->at, &length, err)) {
            csv->at = csv->end = NULL;
            *failed = true;
            return false;
        }
        csv->end = csv->at + length;
        if (length == 0)
            return false;
    }
    *byte = *csv->at++;
    return true;
}

/* Makes the row's later lines the next ones to be read. False if it is too late for
 * that: a file made of nothing but such quotes is not read 1,000 times. */
static bool
go_back(struct csv *csv)
{
    if (csv->later.length == 0 || !str_ok(&csv->later) ||
        csv->again_bytes + csv->later.length > AGAIN_BYTES_MAX)
        return false;
    struct str rest;
    str_init(&rest, 2 * CSV_ROW_MAX);
    str_add(&rest, csv->later.data, csv->later.length);
    str_add(&rest, csv->again.data + csv->again_at, csv->again.length - csv->again_at);
    if (!str_ok(&rest)) {
        str_finish(&rest);
        return false;
    }
    csv->again_bytes += csv->later.length;
    str_finish(&csv->again);
    csv->again = rest;
    csv->again_at = 0;
    csv->line = csv->quote_line + 1;
    csv->after_cr = false;
    return true;
}

/* ---- a row -------------------------------------------------------------------- */

static void
begin_row(struct csv *csv)
{
    str_clear(&csv->row);
    str_clear(&csv->later);
    csv->state = FIELD;
    csv->columns = 1;
    csv->starts[0] = 0;
    csv->any_text = false;
    csv->row_line = csv->line;
}

static enum csv_result
bad(struct csv *csv, struct csv_row *row, const char *why, struct err *err)
{
    row->line = csv->line;
    row->column = csv->columns;
    csv->state = SKIP;
    err_set(err, ERR_INPUT, "%s", why);
    return CSV_BAD;
}

/* A quote is open over a line's end: what it swallows may have to be read again. */
static bool
swallows(const struct csv *csv)
{
    return csv->line > csv->quote_line &&
           (csv->state == QUOTED || csv->state == CLOSED);
}

/* An endless quote is told where it was opened, and costs that line only. */
static enum csv_result
bad_quote(struct csv *csv, struct csv_row *row, struct err *err)
{
    row->line = csv->quote_line;
    row->column = csv->quote_column;
    err_set(err, ERR_INPUT,
            "the quote that opens here is never closed: want a \" behind the text, and "
            "quotes inside it doubled");
    if (go_back(csv))
        begin_row(csv);
    else
        csv->state = SKIP;
    return CSV_BAD;
}

static enum csv_result
too_long(struct csv *csv, struct csv_row *row, struct err *err)
{
    if (csv->state == QUOTED)
        return bad_quote(csv, row, err);
    return bad(
        csv, row,
        "the field is longer than 64 KiB, or its row than 1 MiB: is a line break "
        "missing?",
        err);
}

static bool
add_byte(struct csv *csv, char byte)
{
    size_t start = csv->starts[csv->columns - 1];
    if (csv->row.length - start == CSV_FIELD_MAX || !str_add_char(&csv->row, byte))
        return false;
    csv->any_text |= byte != ' ' && byte != '\t';
    return true;
}

/* Ends the field and begins the next one; false if there are too many. */
static bool
next_field(struct csv *csv)
{
    if (csv->columns == CSV_COLUMNS_MAX || !str_add_char(&csv->row, '\0'))
        return false;
    csv->starts[csv->columns++] = csv->row.length;
    csv->state = FIELD;
    return true;
}

static enum csv_result
finish_row(struct csv *csv, struct csv_row *row, struct err *err)
{
    str_add_char(&csv->row, '\0');
    row->line = csv->row_line;
    row->count = csv->columns;
    for (unsigned i = 0; i < csv->columns; i++) {
        const char *field = csv->row.data + csv->starts[i];
        row->fields[i] = field;
        if (!str_is_utf8(field, strlen(field))) {
            row->column = i + 1;
            err_set(err, ERR_INPUT, "bytes that are no %s text",
                    csv_text_encoding(csv->text));
            return CSV_BAD;
        }
    }
    return CSV_ROW;
}

/* ---- the states --------------------------------------------------------------- */

enum step { GO_ON, ROW_DONE, ROW_BAD };

static enum step
separate(struct csv *csv, struct csv_row *row, struct err *err)
{
    if (next_field(csv))
        return GO_ON;
    bad(csv, row, "more than 256 columns", err);
    return ROW_BAD;
}

static enum step
in_quotes(struct csv *csv, char byte, struct csv_row *row, struct err *err)
{
    if (byte == '"') {
        csv->state = CLOSED;
        return GO_ON;
    }
    if (add_byte(csv, byte))
        return GO_ON;
    too_long(csv, row, err);
    return ROW_BAD;
}

static enum step
behind_quote(struct csv *csv, char byte, struct csv_row *row, struct err *err)
{
    if (byte == '"') {
        csv->state = QUOTED;
        if (add_byte(csv, byte))
            return GO_ON;
        too_long(csv, row, err);
        return ROW_BAD;
    }
    if (byte == csv->separator)
        return separate(csv, row, err);
    if (byte == '\n')
        return ROW_DONE;
    if (byte == ' ') /* harmless, and some programs write it */
        return GO_ON;
    if (swallows(csv)) /* it was an opening one: an earlier quote is not closed */
        bad_quote(csv, row, err);
    else
        bad(csv, row,
            "text behind the closing quote: want the separator, or the quote doubled",
            err);
    return ROW_BAD;
}

static enum step
in_plain(struct csv *csv, char byte, struct csv_row *row, struct err *err)
{
    if (byte == csv->separator)
        return separate(csv, row, err);
    if (byte == '\n')
        return ROW_DONE;
    if (byte == '"' && csv->state == FIELD) {
        csv->state = QUOTED;
        csv->quote_line = csv->line;
        csv->quote_column = csv->columns;
        str_clear(&csv->later);
        return GO_ON;
    }
    csv->state = PLAIN;
    if (add_byte(csv, byte))
        return GO_ON;
    too_long(csv, row, err);
    return ROW_BAD;
}

static enum step
take_byte(struct csv *csv, char byte, struct csv_row *row, struct err *err)
{
    if (csv->state == SKIP)
        return byte == '\n' ? ROW_DONE : GO_ON;
    if (byte == '\0') {
        bad(csv, row, "a NUL byte", err);
        return ROW_BAD;
    }
    if (csv->state == QUOTED)
        return in_quotes(csv, byte, row, err);
    if (csv->state == CLOSED)
        return behind_quote(csv, byte, row, err);
    return in_plain(csv, byte, row, err);
}

/* CRLF and CR become LF. Returns false for the LF behind a CR: it is done already. */
static bool
one_line_end(struct csv *csv, char *byte)
{
    bool after_cr = csv->after_cr;
    csv->after_cr = *byte == '\r';
    if (after_cr && *byte == '\n')
        return false;
    if (*byte == '\r')
        *byte = '\n';
    return true;
}

/* The source is at its end: what is left of the last row. */
static enum csv_result
last_row(struct csv *csv, struct csv_row *row, struct err *err)
{
    enum state state = csv->state;
    if (state == QUOTED)
        return bad_quote(csv, row, err);
    csv->state = SKIP; /* the next call finds the end again */
    return state != SKIP && csv->any_text ? finish_row(csv, row, err) : CSV_END;
}

/* Takes at once the bytes of the chunk that mean nothing but themselves. */
static void
take_run(struct csv *csv)
{
    bool skips = csv->state == SKIP, quoted = csv->state == QUOTED;
    if (csv->again_at < csv->again.length || (!skips && !quoted && csv->state != PLAIN))
        return;
    size_t start = csv->starts[csv->columns - 1];
    size_t left = (size_t)(csv->end - csv->at), n = 0;
    if (!skips && left > CSV_FIELD_MAX - (csv->row.length - start))
        left = CSV_FIELD_MAX - (csv->row.length - start);
    char mark = quoted ? '"' : csv->separator;
    for (; n < left; n++) {
        char c = csv->at[n];
        if (c == '\n' || c == '\r' || (!skips && (c == mark || c == '\0')))
            break;
    }
    if (n == 0 || (!skips && !str_add(&csv->row, csv->at, n)))
        return;
    if (swallows(csv))
        str_add(&csv->later, csv->at, n);
    csv->any_text |= strspn(csv->row.data + start, " \t") < csv->row.length - start;
    csv->after_cr = false;
    csv->at += n;
}

static enum csv_result
read_row(struct csv *csv, struct csv_row *row, struct err *err)
{
    char raw, byte;
    bool failed = false;
    for (;;) {
        take_run(csv);
        if (!next_byte(csv, &raw, &failed, err))
            return failed ? CSV_FAILED : last_row(csv, row, err);
        byte = raw;
        if (!one_line_end(csv, &byte))
            continue;
        if (swallows(csv))
            str_add_char(&csv->later, raw);
        bool skipped = csv->state == SKIP;
        enum step step = take_byte(csv, byte, row, err);
        if (step == ROW_BAD && csv->state != SKIP)
            return CSV_BAD; /* it has gone back: the byte will come again */
        csv->line += byte == '\n';
        if (step == ROW_BAD)
            return CSV_BAD;
        if (step != ROW_DONE)
            continue;
        if (!skipped && csv->any_text)
            return finish_row(csv, row, err);
        begin_row(csv);
    }
}

enum csv_result
csv_next(struct csv *csv, struct csv_row *row, struct err *err)
{
    if (csv->state != SKIP)
        begin_row(csv);
    return read_row(csv, row, err);
}

/* ---- opening ------------------------------------------------------------------ */

/* Counts the separators of the header line outside quotes, in the first chunk. */
static char
find_separator(const struct csv *csv)
{
    static const char separators[] = ",;\t";
    size_t counts[3] = { 0 }, best = 0;
    bool quoted = false;
    for (const char *at = csv->at; at < csv->end; at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (!quoted && (*at == '\n' || *at == '\r'))
            break;
        const char *found = quoted || !*at ? NULL : strchr(separators, *at);
        if (found)
            counts[found - separators]++;
    }
    for (size_t i = 1; i < 3; i++) {
        if (counts[i] > counts[best])
            best = i;
    }
    return separators[best];
}

/* "sep=;" on a line of its own, as Excel understands it. */
static void
take_sep_line(struct csv *csv)
{
    if (csv->end - csv->at < 6 || memcmp(csv->at, "sep=", 4) != 0 ||
        (csv->at[5] != '\r' && csv->at[5] != '\n'))
        return;
    if (!csv->separator)
        csv->separator = csv->at[4];
    csv->after_cr = csv->at[5] == '\r';
    csv->at += 6;
    csv->line = 2;
}

static bool
prepare(struct csv *csv, const struct csv_setting *setting, struct err *err)
{
    size_t length;
    if (!csv_text_open(setting, &csv->text, err) ||
        !csv_text_next(csv->text, &csv->at, &length, err))
        return false;
    csv->end = csv->at + length;
    csv->separator = setting->separator;
    take_sep_line(csv);
    if (!csv->separator)
        csv->separator = find_separator(csv);
    return true;
}

bool
csv_open(const struct csv_setting *setting, struct csv **csv, struct err *err)
{
    struct csv *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    str_init(&made->row, CSV_ROW_MAX);
    str_init(&made->later, CSV_ROW_MAX);
    str_init(&made->again, 2 * CSV_ROW_MAX);
    made->line = 1;
    made->columns = 1;
    if (!prepare(made, setting, err)) {
        csv_close(made);
        return false;
    }
    *csv = made;
    return true;
}

void
csv_close(struct csv *csv)
{
    if (!csv)
        return;
    csv_text_close(csv->text);
    str_finish(&csv->row);
    str_finish(&csv->later);
    str_finish(&csv->again);
    free(csv);
}

int64_t
csv_bytes(const struct csv *csv)
{
    return csv_text_bytes(csv->text);
}

const char *
csv_encoding(const struct csv *csv)
{
    return csv_text_encoding(csv->text);
}
