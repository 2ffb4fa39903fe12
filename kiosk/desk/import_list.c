#include "desk/import_row.h"

#include <stdio.h>
#include <string.h>

#include "desk/import_field.h"
#include "str.h"

/* A row of lists.csv. */

static bool
read_list_key(struct import_rows *rows, const struct csv_row *row, struct list *list)
{
    char text[ROSTER_TEXT_MAX + 1];
    if (!import_row_text(rows, row, COLUMN_LIST_KEY, text, sizeof text) ||
        !import_row_text(rows, row, COLUMN_NAME, list->name, sizeof list->name))
        return false;
    field_slug(list->key, sizeof list->key, text[0] ? text : list->name);
    if (list->key[0] == '\0')
        return import_row_bad(rows, row, COLUMN_LIST_KEY,
                              "is empty: want a short word, \"main\" or \"hall-n2\"");
    if (list->name[0] == '\0')
        str_copy(list->name, sizeof list->name, text);
    int64_t before = import_seen_note(&rows->keys, list->key, row->line);
    if (before > 0)
        return import_row_bad(rows, row, COLUMN_LIST_KEY,
                              "\"%s\" stands on line %lld too: the first one is kept",
                              list->key, (long long)before);
    return true;
}

static bool
read_kinds(struct import_rows *rows, const struct csv_row *row,
           struct import_list *list)
{
    char text[1024];
    list->kind_count = 0;
    if (!import_row_text(rows, row, COLUMN_KINDS, text, sizeof text))
        return false;
    const char *at = text;
    while (*at) {
        char word[ROSTER_KEY_MAX + 1];
        size_t length = strcspn(at, ",;|");
        str_copy_bytes(word, sizeof word, at, length);
        at += length + (at[length] != '\0');
        if (list->kind_count == IMPORT_LIST_KINDS_MAX)
            return import_row_bad(rows, row, COLUMN_KINDS, "want at most %d kinds",
                                  IMPORT_LIST_KINDS_MAX);
        if (strspn(word, " *") == strlen(word))
            continue;
        char *key = list->kinds[list->kind_count];
        import_row_kind(rows, word, false, key);
        list->kind_count += key[0] != '\0';
    }
    list->list.all_kinds = list->kind_count == 0;
    return true;
}

static bool
read_rules(struct import_rows *rows, const struct csv_row *row, struct list *list)
{
    list->entry_after_exit = true;
    bool good = import_row_yes(rows, row, COLUMN_SEVERAL, &list->several_entries);
    good &= import_row_yes(rows, row, COLUMN_AFTER_EXIT, &list->entry_after_exit);
    good &= import_row_yes(rows, row, COLUMN_UNPAID, &list->include_unpaid);
    return good;
}

static bool
read_times(struct import_rows *rows, const struct csv_row *row, struct list *list)
{
    bool good = import_row_moment(rows, row, COLUMN_STARTS, &list->starts_ms);
    good &= import_row_moment(rows, row, COLUMN_ENDS, &list->ends_ms);
    good &= import_row_moment(rows, row, COLUMN_OPENS, &list->opens_ms);
    good &= import_row_moment(rows, row, COLUMN_CLOSES, &list->closes_ms);
    if (good && list->starts_ms && list->ends_ms && list->ends_ms < list->starts_ms)
        return import_row_bad(rows, row, COLUMN_ENDS, "is before the start");
    if (good && list->opens_ms && list->closes_ms && list->closes_ms < list->opens_ms)
        return import_row_bad(rows, row, COLUMN_CLOSES, "is before the opening");
    return good;
}

bool
import_row_list(struct import_rows *rows, const struct csv_row *row,
                struct import_list *list)
{
    char session[ROSTER_TEXT_MAX + 1];
    list->list = (struct list){ .id = 0 };
    list->made = false;
    bool good = read_list_key(rows, row, &list->list);
    good &= read_kinds(rows, row, list);
    good &= read_rules(rows, row, &list->list);
    good &= read_times(rows, row, &list->list);
    good &= import_row_text(rows, row, COLUMN_PLACE, list->list.place,
                            sizeof list->list.place);
    good &= import_row_text(rows, row, COLUMN_SESSION, session, sizeof session);
    field_slug(list->list.session, sizeof list->list.session, session);
    return good;
}
