#include "desk/import_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "store/roster.h"
#include "str.h"

void
report_init(struct import_report *report)
{
    str_init(&report->lines, REPORT_BYTES_MAX);
    report->left_out = 0;
}

void
report_finish(struct import_report *report)
{
    str_finish(&report->lines);
}

/* Takes the object in `line`, if there is still room. */
static void
add(struct import_report *report, struct str *line)
{
    bool fits = str_ok(line) &&
                report->lines.length + line->length + 1 <= report->lines.cap &&
                str_add(&report->lines, line->data, line->length + 1);
    if (!fits)
        report->left_out++;
    str_finish(line);
}

static void
begin(struct str *line, const char *level)
{
    str_init(line, 4096);
    json_open_object(line, NULL);
    json_add_text(line, "level", level);
}

static void
put_place(struct str *line, const struct report_place *place)
{
    json_add_text(line, "file", place->file);
    json_add_int(line, "line", place->line);
    if (place->field[0])
        json_add_text(line, "field", place->field);
}

void
report_row(struct import_report *report, const char *level,
           const struct report_place *place, const char *format, ...)
{
    char text[512];
    struct str line;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    begin(&line, level);
    put_place(&line, place);
    json_add_text(&line, "text", text);
    json_close_object(&line);
    add(report, &line);
}

void
report_duplicate(struct import_report *report, const struct report_place *place,
                 int64_t other_line)
{
    char text[96];
    struct str line;
    snprintf(text, sizeof text,
             "the same name and organisation as on line %lld: one guest twice?",
             (long long)other_line);
    begin(&line, "duplicate");
    put_place(&line, place);
    json_add_int(&line, "other", other_line);
    json_add_text(&line, "text", text);
    json_close_object(&line);
    add(report, &line);
}

void
report_kind(struct import_report *report, const char *key, int64_t rows)
{
    char quoted[ROSTER_KEY_MAX * 2], text[sizeof quoted + 120];
    struct str line;
    snprintf(text, sizeof text,
             "\"%s\" is a kind of guest of your own, in %lld rows: badges say it in "
             "capitals",
             str_quote(quoted, sizeof quoted, key, strlen(key)), (long long)rows);
    begin(&line, "kind");
    json_add_text(&line, "key", key);
    json_add_int(&line, "rows", rows);
    json_add_text(&line, "text", text);
    json_close_object(&line);
    add(report, &line);
}

void
report_cancelled(struct import_report *report, const char *ref, const char *name)
{
    struct str line;
    begin(&line, "cancelled");
    json_add_text(&line, "ref", ref);
    json_add_text(&line, "name", name);
    json_add_text(&line, "text", "not in the new table");
    json_close_object(&line);
    add(report, &line);
}

void
report_tell(struct import_report *report, void (*told)(const char *json, void *self),
            void *self)
{
    const char *at = report->lines.data, *end = at + report->lines.length;
    for (; told && at < end; at += strlen(at) + 1)
        told(at, self);
    str_clear(&report->lines);
}
