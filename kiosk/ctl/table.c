#include "ctl/table.h"

#include <assert.h>
#include <string.h>

enum { TABLE_BYTES_MAX = 64 * 1024 * 1024 };

void
table_init(struct table *table, unsigned columns)
{
    assert(columns > 0 && columns <= TABLE_COLUMNS_MAX);
    *table = (struct table){ .columns = columns };
    str_init(&table->cells, TABLE_BYTES_MAX);
}

void
table_finish(struct table *table)
{
    str_finish(&table->cells);
}

void
table_align_right(struct table *table, unsigned column)
{
    assert(column < table->columns);
    table->right[column] = true;
}

/* East Asian wide and full-width blocks (Unicode TR 11), enough for names. */
static bool
is_wide(unsigned c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
           (c >= 0x20000 && c <= 0x3FFFD);
}

/* Marks that stand on the character before them, and characters without a width. */
static bool
has_no_width(unsigned c)
{
    return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0483 && c <= 0x0489) ||
           (c >= 0x0591 && c <= 0x05BD) || (c >= 0x0610 && c <= 0x061A) ||
           (c >= 0x064B && c <= 0x065F) || c == 0x0670 || c == 0x0E31 ||
           (c >= 0x0E34 && c <= 0x0E3A) || (c >= 0x0E47 && c <= 0x0E4E) ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x20D0 && c <= 0x20FF) ||
           (c >= 0xFE00 && c <= 0xFE0F);
}

unsigned
table_text_width(const char *text, size_t length)
{
    unsigned width = 0;
    for (size_t at = 0; at < length;) {
        unsigned c = str_next_character(text, length, &at);
        width += has_no_width(c) ? 0 : is_wide(c) ? 2 : 1;
    }
    return width;
}

void
table_cell(struct table *table, const char *text)
{
    char cell[TABLE_CELL_MAX];
    str_plain(cell, sizeof cell, text, strlen(text));
    unsigned column = (unsigned)(table->rows % table->columns);
    unsigned width = table_text_width(cell, strlen(cell));

    if (!str_add(&table->cells, cell, strlen(cell) + 1))
        return;
    table->rows++;
    if (width > table->width[column])
        table->width[column] = width;
}

static void
add_spaces(struct str *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        str_add_char(out, ' ');
}

void
table_print(const struct table *table, struct str *out)
{
    const char *cell = table->cells.data;
    size_t whole = table->rows - table->rows % table->columns;
    for (size_t i = 0; i < whole; i++) {
        unsigned column = (unsigned)(i % table->columns);
        bool last = column + 1 == table->columns;
        unsigned pad = table->width[column] - table_text_width(cell, strlen(cell));
        if (column > 0)
            add_spaces(out, 2);
        if (table->right[column])
            add_spaces(out, pad);
        str_add_text(out, cell);
        if (!table->right[column] && !last)
            add_spaces(out, pad);
        if (last)
            str_add_char(out, '\n');
        cell += strlen(cell) + 1;
    }
}
