#include "ticket/rule_inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/moment.h"

/* Values as texts: in Python's words, which == compares, and as JSON. */

/* The shortest decimal that is this number again, laid out as Python does. */
static void
print_number(double number, struct str *out)
{
    char text[64];
    if (isnan(number) || isinf(number)) {
        str_add_text(out, isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
        return;
    }
    int digits = 1;
    do
        snprintf(text, sizeof text, "%.*e", digits - 1, number);
    while (strtod(text, NULL) != number && ++digits <= 17);
    int power = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (power >= -4 && power < 16) {
        int behind = digits - 1 - power;
        snprintf(text, sizeof text, "%.*f", behind > 0 ? behind : 1, number);
        str_add_text(out, text);
        return;
    }
    *strchr(text, 'e') = '\0';
    str_addf(out, "%se%c%02d", text, power < 0 ? '-' : '+', abs(power));
}

static void
print_list(struct rule_run *run, const struct rule_val *value, struct str *out)
{
    str_add_char(out, '[');
    for (size_t i = 0; i < value->list.count; i++) {
        if (i > 0)
            str_add_text(out, ", ");
        rule_print(run, &value->list.items[i], true, out);
    }
    str_add_char(out, ']');
}

/* "2026-06-01 12:00:00+02:00", by the clock that it is told by. */
static void
print_time(struct rule_run *run, struct rule_time time, struct str *out)
{
    const struct zone *zone = run->facts ? run->facts->zone : NULL;
    int64_t shift_ms = (int64_t)time.offset_minutes * 60000;
    struct zone_time t;
    if (time.clock == RULE_CLOCK_EVENT && zone)
        shift_ms = zone_offset_ms(zone, time.at_ms);
    moment_local(NULL, time.at_ms + shift_ms, &t);
    str_addf(out, "%04d-%02d-%02d %02d:%02d:%02d", t.year, t.month, t.day, t.hour,
             t.minute, t.second);
    int ms = (int)((time.at_ms % 1000 + 1000) % 1000);
    if (ms)
        str_addf(out, ".%03d000", ms);
    long minutes = (long)(shift_ms / 60000);
    if (time.clock != RULE_CLOCK_NONE)
        str_addf(out, "%c%02ld:%02ld", minutes < 0 ? '-' : '+', labs(minutes) / 60,
                 labs(minutes) % 60);
}

void
rule_print(struct rule_run *run, const struct rule_val *value, bool quoted,
           struct str *out)
{
    switch (value->kind) {
    case RULE_NULL:
        str_add_text(out, "None");
        break;
    case RULE_BOOL:
        str_add_text(out, value->yes ? "True" : "False");
        break;
    case RULE_INT:
        str_addf(out, "%lld", (long long)value->whole);
        break;
    case RULE_FLOAT:
        print_number(value->number, out);
        break;
    case RULE_TEXT:
        if (quoted)
            str_add_char(out, '\'');
        str_add(out, value->text.bytes, value->text.length);
        if (quoted)
            str_add_char(out, '\'');
        break;
    case RULE_LIST:
        print_list(run, value, out);
        break;
    case RULE_TIME:
        print_time(run, value->time, out);
        break;
    case RULE_MAP:
    case RULE_PAIR:
    case RULE_FACTS:
        str_add_text(out, "{}");
        break;
    }
}

static void write_node(const struct rule_node *map, struct rule_run *run,
                       const char *key, struct str *out);

static void
write_value(const struct rule_val *value, const char *key, struct str *out)
{
    struct rule_run none = { 0 };
    switch (value->kind) {
    case RULE_BOOL:
        json_add_bool(out, key, value->yes);
        break;
    case RULE_INT:
        json_add_int(out, key, value->whole);
        break;
    case RULE_FLOAT:
        json_add_number(out, key, value->number);
        break;
    case RULE_TEXT:
        json_add_bytes(out, key, value->text.bytes, value->text.length);
        break;
    case RULE_LIST:
        json_open_array(out, key);
        for (size_t i = 0; i < value->list.count; i++)
            write_value(&value->list.items[i], NULL, out);
        json_close_array(out);
        break;
    case RULE_MAP:
        write_node(value->map, &none, key, out);
        break;
    case RULE_TIME:
        json_add_int(out, key, value->time.at_ms);
        break;
    case RULE_NULL:
    case RULE_PAIR:
    case RULE_FACTS:
        json_add_null(out, key);
        break;
    }
}

/* A map's or list's node as it was read: no room for its values is needed. */
static void
write_node(const struct rule_node *node, struct rule_run *run, const char *key,
           struct str *out)
{
    if (node->kind != RULE_MAP && node->kind != RULE_LIST) {
        struct rule_val value = rule_literal(run, node);
        write_value(&value, key, out);
        return;
    }
    bool is_map = node->kind == RULE_MAP;
    is_map ? json_open_object(out, key) : json_open_array(out, key);
    for (const struct rule_node *item = node->first; item; item = item->next)
        write_node(item, run, is_map ? item->key : NULL, out);
    is_map ? json_close_object(out) : json_close_array(out);
}

void
rule_write_json(const struct rule_val *value, struct str *out)
{
    write_value(value, NULL, out);
}
