#ifndef YUELAI_CSV_WRITE_H
#define YUELAI_CSV_WRITE_H

/* csv_write: rows as RFC 4180 has them, that no spreadsheet takes for formulas.
 *
 *     csv_write_field(&out, "=1+1");  csv_write_field(&out, "a\"b");
 *     csv_write_end(&out);            ->  '=1+1,"a""b"<CR><LF>
 *
 * A field that begins with = + - @ TAB CR or LF (or their full-width forms, which
 * spreadsheets take for the same) gets a ' in front, as do fields that begin with
 * ' and one of them, so that reading back can tell (csv_write_plain). */

#include "str.h"

/* The byte order mark by which Excel knows UTF-8; before anything else. */
void csv_write_mark(struct str *out);

/* Appends a field, with a comma in front unless it is the first of its row. */
void csv_write_field(struct str *out, const char *text);
void csv_write_end(struct str *out);

/* Where the text itself begins in a field that csv_write_field wrote: behind the ' that
 * it put there, if it did. */
const char *csv_write_plain(const char *field);

#endif
