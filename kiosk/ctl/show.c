#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/moment.h"
#include "base/zone.h"
#include "ctl/table.h"

/* What cells are written by. */
struct showing {
    const struct command *command;
    int64_t now_ms;
    struct zone *zone; /* NULL = UTC */
    bool has_times;
};

static void
write_time(struct showing *showing, int64_t ms, char *cell, size_t size)
{
    struct zone_time time;
    if (ms == 0) {
        snprintf(cell, size, "-");
        return;
    }
    moment_local(showing->zone, ms, &time);
    snprintf(cell, size, "%04d-%02d-%02d %02d:%02d:%02d", time.year, time.month,
             time.day, time.hour, time.minute, time.second);
    showing->has_times = true;
}

static void
write_age(int64_t ms, char *cell, size_t size)
{
    int64_t s = ms < 0 ? 0 : ms / 1000;
    if (s < 120)
        snprintf(cell, size, "%" PRId64 " s", s);
    else if (s < 7200)
        snprintf(cell, size, "%" PRId64 " min", s / 60);
    else if (s < 48 * 3600)
        snprintf(cell, size, "%" PRId64 " h", s / 3600);
    else
        snprintf(cell, size, "%" PRId64 " d", s / 86400);
}

/* The member as a cell; "" if it is not there. */
static void
write_cell(struct showing *showing, const struct json *from,
           const struct command_column *column, char cell[TABLE_CELL_MAX])
{
    const struct json *value = json_member(from, column->key);
    const char *text;
    int64_t number = 0;
    bool yes;
    struct err err;
    cell[0] = '\0';
    if (!value)
        return;
    switch (column->cell) {
    case CELL_TEXT:
        if (json_text(value, "", &text, &err))
            str_copy(cell, TABLE_CELL_MAX, text);
        return;
    case CELL_YES:
        if (json_bool(value, "", &yes, &err))
            str_copy(cell, TABLE_CELL_MAX, yes ? "yes" : "no");
        return;
    case CELL_INT:
        if (json_int(value, "", &number, &err))
            snprintf(cell, TABLE_CELL_MAX, "%" PRId64, number);
        return;
    case CELL_TIME:
        if (json_int(value, "", &number, &err))
            write_time(showing, number, cell, TABLE_CELL_MAX);
        return;
    case CELL_AGE:
        if (json_int(value, "", &number, &err))
            write_age(showing->now_ms - number, cell, TABLE_CELL_MAX);
        return;
    case CELL_SECONDS:
        if (json_int(value, "", &number, &err) && number > 0)
            snprintf(cell, TABLE_CELL_MAX, "%.1f s", (double)number / 1000);
        return;
    }
}

static void
show_facts(struct showing *showing, const struct json *result, struct str *out)
{
    const struct command *command = showing->command;
    char cell[TABLE_CELL_MAX], quoted[TABLE_CELL_MAX];
    unsigned width = 0;
    for (size_t i = 0; i < COMMAND_COLUMNS_MAX && command->facts[i].key; i++) {
        unsigned heading = (unsigned)strlen(command->facts[i].heading);
        if (heading > width)
            width = heading;
    }
    for (size_t i = 0; i < COMMAND_COLUMNS_MAX && command->facts[i].key; i++) {
        write_cell(showing, result, &command->facts[i], cell);
        if (cell[0] == '\0')
            continue;
        str_addf(out, "%-*s  %s\n", (int)width, command->facts[i].heading,
                 str_plain(quoted, sizeof quoted, cell, strlen(cell)));
    }
}

static void
show_rows(struct showing *showing, const struct json *rows, struct str *out)
{
    const struct command *command = showing->command;
    char cell[TABLE_CELL_MAX];
    struct table table;
    unsigned columns = 0;
    while (columns < COMMAND_COLUMNS_MAX && command->columns[columns].key)
        columns++;
    table_init(&table, columns);
    for (unsigned i = 0; i < columns; i++) {
        table_cell(&table, command->columns[i].heading);
        if (command->columns[i].cell == CELL_INT ||
            command->columns[i].cell == CELL_SECONDS)
            table_align_right(&table, i);
    }
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        for (unsigned i = 0; i < columns; i++) {
            write_cell(showing, row, &command->columns[i], cell);
            table_cell(&table, cell);
        }
    }
    if (json_first(rows))
        table_print(&table, out);
    else
        str_add_text(out, "nothing\n");
    table_finish(&table);
}

static void
show_all(struct showing *showing, const struct json *result, struct str *out)
{
    const struct command *command = showing->command;
    show_facts(showing, result, out);
    const struct json *rows = json_member(result, "rows");
    bool has_facts = out->length > 0;
    if (!command->columns[0].key || !rows || (has_facts && !json_first(rows)))
        return;
    if (has_facts)
        str_add_char(out, '\n');
    show_rows(showing, rows, out);
}

void
show_result(const struct command *command, const struct json *result, int64_t now_ms,
            struct str *out)
{
    struct showing showing = { .command = command, .now_ms = now_ms };
    const char *name = "";
    char quoted[80];
    struct err err;
    json_text(result, "zone", &name, &err); /* absent: the machine's */
    if (!zone_open(name, &showing.zone, &err)) {
        showing.zone = NULL;
        name = "UTC";
    }
    show_all(&showing, result, out);
    if (showing.has_times)
        str_addf(out, "(times: %s)\n",
                 name[0] ? str_plain(quoted, sizeof quoted, name, strlen(name))
                         : "this machine's zone");
    zone_close(showing.zone);
}

void
show_progress(const struct json *progress, struct str *out)
{
    for (const struct json *item = json_first(progress); item; item = json_next(item)) {
        const char *text;
        int64_t number;
        struct err err;
        char quoted[160];
        if (json_text(item, "", &text, &err))
            str_addf(out, "%s %s  ", json_key(item),
                     str_plain(quoted, sizeof quoted, text, strlen(text)));
        else if (json_int(item, "", &number, &err))
            str_addf(out, "%s %" PRId64 "  ", json_key(item), number);
    }
}
