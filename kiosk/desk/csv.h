#ifndef YUELAI_CSV_H
#define YUELAI_CSV_H

/* csv: tables as people's programs write them, read row by row in bounded memory.
 *
 *     bytes -> csv_text: UTF-8 out of UTF-8, UTF-16, GB18030, … -> csv: rows
 *
 * Separator , ; or tab, as the header line has it (or a line "sep=;" in front of it).
 * Quotes as in RFC 4180, line breaks inside them are one LF; rows end with CRLF, LF or
 * CR. Rows without any text are passed over.
 *
 * A bad row is told with its line and column and never stops the next one:
 *
 *     CSV_BAD   a field over 64 KiB, a row over 1 MiB or 256 columns, a NUL, bytes that
 *               are no text, text behind a closing quote, a quote that is never closed
 *
 * Behind a quote that is never closed, reading goes on with the line after the one
 * where it was opened: one slip loses one row.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

enum {
    CSV_FIELD_MAX = 64 * 1024, /* bytes */
    CSV_ROW_MAX = 1024 * 1024,
    CSV_COLUMNS_MAX = 256
};

struct csv_setting {
    /* Fills up to size bytes; returns how many, 0 at the end, -1 with errno. */
    ssize_t (*read)(void *bytes, size_t size, void *self);
    void *self;
    const char *encoding; /* as iconv names it; NULL = found out from the first MiB */
    char separator;       /* 0 = found out from the header line */
};

struct csv_row {
    int64_t line; /* CSV_ROW: where it begins; CSV_BAD: where the trouble is; from 1 */
    unsigned column; /* CSV_BAD: where the trouble is, from 1 */
    unsigned count;
    const char *fields[CSV_COLUMNS_MAX]; /* UTF-8; good until the next call */
};

enum csv_result {
    CSV_ROW,
    CSV_BAD, /* row->line, row->column and err's text say what; read on */
    CSV_END,
    CSV_FAILED /* the source failed or its encoding is unknown: no use to read on */
};

struct csv;

/* Reads the first MiB to find the encoding. Fails with ERR_INPUT (no such encoding; not
 * to be found out: text names what can be said), ERR_IO, ERR_MEMORY. */
bool csv_open(const struct csv_setting *setting, struct csv **csv, struct err *err);
void csv_close(struct csv *csv); /* takes NULL */

enum csv_result csv_next(struct csv *csv, struct csv_row *row, struct err *err);

int64_t csv_bytes(const struct csv *csv);        /* taken from the source so far */
const char *csv_encoding(const struct csv *csv); /* "UTF-8", "GB18030", … */

/* A `read` over a descriptor; self is an int *. */
ssize_t csv_read_fd(void *bytes, size_t size, void *self);

#endif
