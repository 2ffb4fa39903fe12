#include "desk/import_columns.h"

#include <stdio.h>
#include <string.h>

/* The text without blanks around it, into `to`. */
static void
copy_trimmed(char *to, size_t size, const char *text, size_t length)
{
    while (length > 0 && (*text == ' ' || *text == '\t' || *text == '\n')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t' ||
                          text[length - 1] == '\n'))
        length--;
    str_copy_bytes(to, size, text, length);
}

static void
take(struct import_columns *columns, unsigned i, enum import_column column)
{
    columns->is[i] = column;
    if (column < COLUMN_COUNT && columns->at[column] < 0)
        columns->at[column] = (int)i;
}

static int
find_header(const struct import_columns *columns, const char *name)
{
    long long number;
    if (name[0] == '#' && str_read_int(name + 1, 1, columns->count, &number))
        return (int)number - 1;
    for (unsigned i = 0; i < columns->count; i++) {
        if (strcmp(columns->headers[i], name) == 0)
            return (int)i;
    }
    for (unsigned i = 0; i < columns->count; i++) {
        if (strcasecmp(columns->headers[i], name) == 0)
            return (int)i;
    }
    return -1;
}

static bool
map_one(struct import_columns *columns, const char *piece, size_t length,
        struct err *err)
{
    char name[IMPORT_HEADER_MAX + 1], header[IMPORT_HEADER_MAX + 1], shown[256];
    enum import_column column;
    const char *equals = memchr(piece, '=', length);
    size_t before = equals ? (size_t)(equals - piece) : length;
    copy_trimmed(name, sizeof name, piece, before);
    if (!equals || !import_column_named(name, &column))
        return err_set(err, ERR_INPUT,
                       "map \"%s\": want code, ref, name, first_name, last_name, "
                       "name_latin, organisation, country, kind, sessions, email, "
                       "number, language, status, valid_from, valid_until, seat, order "
                       "or skip, then = and a header",
                       str_quote(shown, 64, piece, length));
    copy_trimmed(header, sizeof header, equals + 1, length - before - 1);
    int i = find_header(columns, header);
    if (i < 0) {
        struct str all;
        str_init(&all, 250);
        for (unsigned j = 0; j < columns->count; j++)
            str_addf(&all, "%s%s", j ? ", " : "", columns->headers[j]);
        err_set(err, ERR_INPUT, "map: there is no column \"%s\" among: %s", header,
                str_quote(shown, sizeof shown, all.data, all.length));
        str_finish(&all);
        return false;
    }
    take(columns, (unsigned)i, column);
    return true;
}

static bool
map_all(struct import_columns *columns, const char *map, struct err *err)
{
    while (map && *map) {
        size_t length = strcspn(map, ",");
        if (!map_one(columns, map, length, err))
            return false;
        map += length + (map[length] == ',');
    }
    return true;
}

/* "Name, Vorname": beside a first name alone, the name is the last one. */
static void
split_names(struct import_columns *columns, bool mapped)
{
    int *at = columns->at;
    if (mapped || at[COLUMN_FIRST] < 0 || at[COLUMN_LAST] >= 0 || at[COLUMN_NAME] < 0)
        return;
    at[COLUMN_LAST] = at[COLUMN_NAME];
    columns->is[at[COLUMN_NAME]] = COLUMN_LAST;
    at[COLUMN_NAME] = -1;
}

bool
import_columns_read(const struct import_words *words, enum import_book book,
                    const struct csv_row *header, const char *map,
                    struct import_columns *columns, struct err *err)
{
    columns->count = header->count;
    for (unsigned i = 0; i < COLUMN_COUNT; i++)
        columns->at[i] = -1;
    for (unsigned i = 0; i < header->count; i++) {
        const char *text = header->fields[i];
        columns->is[i] = COLUMN_EXTRA;
        copy_trimmed(columns->headers[i], sizeof columns->headers[i], text,
                     strlen(text));
        if (columns->headers[i][0] == '\0')
            snprintf(columns->headers[i], sizeof columns->headers[i], "column %u",
                     i + 1);
    }
    if (!map_all(columns, map, err))
        return false;
    bool name_mapped = columns->at[COLUMN_NAME] >= 0;
    for (unsigned i = 0; i < header->count; i++) {
        int meaning = import_words_find(words, book, columns->headers[i]);
        enum import_column column = (enum import_column)meaning;
        bool free = meaning >= 0 && columns->is[i] == COLUMN_EXTRA &&
                    (columns->at[column] < 0 || column == COLUMN_SKIP);
        if (free)
            take(columns, i, column);
    }
    if (book == BOOK_GUESTS)
        split_names(columns, name_mapped);
    return true;
}

void
import_columns_tell(const struct import_columns *columns, struct str *out)
{
    for (unsigned i = 0; i < columns->count; i++)
        str_addf(out, "%s%s=%s", i ? ", " : "", import_column_name(columns->is[i]),
                 columns->headers[i]);
}

uint64_t
import_columns_mask(const struct import_columns *columns)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < columns->count; i++)
        mask |= (uint64_t)1 << columns->is[i];
    return mask;
}
