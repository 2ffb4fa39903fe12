#ifndef YUELAI_IMPORT_COLUMNS_H
#define YUELAI_IMPORT_COLUMNS_H

/* import_columns: which column of a table is what, by its header's words or as the map
 * says ("code=Ticket,name=#3": a header, or a column's number). */

#include <stdbool.h>
#include <stdint.h>

#include "desk/csv.h"
#include "desk/import_words.h"
#include "err.h"
#include "str.h"

enum { IMPORT_HEADER_MAX = 63 };

struct import_columns {
    unsigned count;
    enum import_column is[CSV_COLUMNS_MAX]; /* COLUMN_EXTRA: kept under its header */
    char headers[CSV_COLUMNS_MAX][IMPORT_HEADER_MAX + 1];
    int at[COLUMN_COUNT]; /* the column, from 0; -1 = none */
};

/* book: BOOK_GUESTS or BOOK_LISTS. map may be NULL. ERR_INPUT: the map names what is
 * not there; the text lists the headers. */
bool import_columns_read(const struct import_words *words, enum import_book book,
                         const struct csv_row *header, const char *map,
                         struct import_columns *columns, struct err *err);

/* "code=Ticket, name=姓名, …": how the header was understood. */
void import_columns_tell(const struct import_columns *columns, struct str *out);

/* Bits 1 << column of what the table has. */
uint64_t import_columns_mask(const struct import_columns *columns);

#endif
