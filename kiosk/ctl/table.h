#ifndef YUELAI_TABLE_H
#define YUELAI_TABLE_H

/* table: rows for people at a terminal: columns as wide as their widest cell, Han and
 * Hangul counted as two, control characters made harmless.
 *
 *     JOB  STATE      TICKET      PRINTER  SINCE
 *      12  printed    MHTQYULGFM  left     2 min
 *      13  uncertain  K7WPRN42XA  left     40 s
 *
 * Cells are copied. Pure but for memory. */

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

enum { TABLE_COLUMNS_MAX = 16, TABLE_CELL_MAX = 160 };

struct table {
    unsigned columns;
    bool right[TABLE_COLUMNS_MAX]; /* align to the right: numbers */
    unsigned width[TABLE_COLUMNS_MAX]; /* screen cells */
    struct str cells; /* NUL-separated, row by row; the first row is the headings */
    size_t rows;
};

void table_init(struct table *table, unsigned columns);
void table_finish(struct table *table);
void table_align_right(struct table *table, unsigned column);

/* The next cell, left to right, row by row; begin with the headings. */
void table_cell(struct table *table, const char *text);

/* Appends the whole table, a line a row. An unfinished last row is left out. */
void table_print(const struct table *table, struct str *out);

/* Screen cells that a text takes in a terminal. */
unsigned table_text_width(const char *text, size_t length);

#endif
