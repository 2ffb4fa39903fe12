#include "ticket/rule_inside.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT_MAX = 400 };

struct rule_val
rule_null(void)
{
    return (struct rule_val){ .kind = RULE_NULL };
}

struct rule_val
rule_bool(bool yes)
{
    return (struct rule_val){ .kind = RULE_BOOL, .yes = yes };
}

struct rule_val
rule_whole(int64_t whole)
{
    return (struct rule_val){ .kind = RULE_INT, .whole = whole };
}

struct rule_val
rule_number(double number)
{
    return (struct rule_val){ .kind = RULE_FLOAT, .number = number };
}

struct rule_val
rule_raise(struct rule_run *run)
{
    run->raised = true;
    return rule_null();
}

struct rule_val *
rule_room(struct rule_run *run, size_t count)
{
    if (run->value_room - run->value_count < count) {
        run->raised = true;
        return NULL;
    }
    run->value_count += count;
    return run->values + run->value_count - count;
}

struct rule_val
rule_words(struct rule_run *run, const char *bytes, size_t length)
{
    size_t at = run->texts.length;
    if (!str_add(&run->texts, bytes, length))
        return rule_raise(run);
    return (struct rule_val){ .kind = RULE_TEXT,
                              .text = { run->texts.data + at, length } };
}

/* What stands for itself. */
struct rule_val
rule_literal(struct rule_run *run, const struct rule_node *node)
{
    struct rule_val value = { .kind = node->kind };
    struct rule_val *items;
    switch (node->kind) {
    case RULE_BOOL:
        value.yes = node->yes;
        break;
    case RULE_INT:
        value.whole = node->whole;
        break;
    case RULE_FLOAT:
        value.number = node->number;
        break;
    case RULE_TEXT:
        value.text.bytes = node->text.bytes;
        value.text.length = node->text.length;
        break;
    case RULE_MAP:
        value.map = node;
        break;
    case RULE_LIST:
        items = rule_room(run, node->count);
        if (!items)
            return rule_null();
        value.list.items = items;
        value.list.count = node->count;
        for (const struct rule_node *item = node->first; item; item = item->next)
            *items++ = rule_literal(run, item);
        break;
    case RULE_NULL:
    case RULE_TIME:
    case RULE_PAIR:
    case RULE_FACTS:
        break;
    }
    return value;
}

/* ---- what holds of it --------------------------------------------------------- */

bool
rule_is_true(const struct rule_val *value)
{
    switch (value->kind) {
    case RULE_NULL:
        return false;
    case RULE_BOOL:
        return value->yes;
    case RULE_INT:
        return value->whole != 0;
    case RULE_FLOAT:
        return value->number != 0;
    case RULE_TEXT:
        return value->text.length > 0;
    case RULE_LIST:
        return value->list.count > 0;
    case RULE_MAP:
        return value->map->count > 0;
    case RULE_TIME:
    case RULE_PAIR:
    case RULE_FACTS:
        return true;
    }
    return false;
}

bool
rule_is_numeric(const struct rule_val *value)
{
    return value->kind == RULE_INT || value->kind == RULE_FLOAT;
}

/* A text as Python's float() takes it: white space around, "1_000", "inf", "nan"; no
 * hexadecimal, which strtod would take. */
static bool
text_number(const struct rule_val *value, double *number)
{
    char text[NUMBER_TEXT_MAX + 1], *end;
    size_t from = 0, to = value->text.length, length = 0;
    const char *bytes = value->text.bytes;
    while (from < to && isspace((unsigned char)bytes[from]))
        from++;
    while (from < to && isspace((unsigned char)bytes[to - 1]))
        to--;
    if (from == to || to - from > NUMBER_TEXT_MAX)
        return false;
    for (size_t i = from; i < to; i++) {
        if (bytes[i] != '_')
            text[length++] = bytes[i];
        else if (i == from || !isdigit((unsigned char)bytes[i - 1]) || i + 1 == to ||
                 !isdigit((unsigned char)bytes[i + 1]))
            return false;
    }
    text[length] = '\0';
    if (strpbrk(text, "xX("))
        return false;
    *number = strtod(text, &end);
    return end != text && *end == '\0';
}

bool
rule_to_number(const struct rule_val *value, double *number)
{
    switch (value->kind) {
    case RULE_BOOL:
        *number = value->yes;
        return true;
    case RULE_INT:
        *number = (double)value->whole;
        return true;
    case RULE_FLOAT:
        *number = value->number;
        return true;
    case RULE_TEXT:
        return text_number(value, number);
    default:
        return false;
    }
}

bool
rule_to_whole(const struct rule_val *value, int64_t *whole)
{
    char text[32];
    long long read;
    size_t length = value->text.length;
    switch (value->kind) {
    case RULE_BOOL:
        *whole = value->yes;
        return true;
    case RULE_INT:
        *whole = value->whole;
        return true;
    case RULE_FLOAT:
        *whole = (int64_t)(fabs(value->number) < 9e18 ? value->number : 0);
        return fabs(value->number) < 9e18;
    case RULE_TEXT:
        while (length > 0 && isspace((unsigned char)value->text.bytes[length - 1]))
            length--;
        size_t from = 0;
        while (from < length && isspace((unsigned char)value->text.bytes[from]))
            from++;
        from += from < length && value->text.bytes[from] == '+';
        str_copy_bytes(text, sizeof text, value->text.bytes + from, length - from);
        if (!str_read_int(text, INT64_MIN, INT64_MAX, &read))
            return false;
        *whole = read;
        return true;
    default:
        return false;
    }
}

static int
compare_texts(const struct rule_val *a, const struct rule_val *b)
{
    size_t length = a->text.length < b->text.length ? a->text.length : b->text.length;
    int order = memcmp(a->text.bytes, b->text.bytes, length);
    return order
               ? order
               : (a->text.length > b->text.length) - (a->text.length < b->text.length);
}

static bool
is_number_like(const struct rule_val *value)
{
    return rule_is_numeric(value) || value->kind == RULE_BOOL;
}

static bool
same_numbers(const struct rule_val *a, const struct rule_val *b)
{
    double x = 0, y = 0;
    if (a->kind == RULE_INT && b->kind == RULE_INT)
        return a->whole == b->whole;
    rule_to_number(a, &x);
    rule_to_number(b, &y);
    return x == y;
}

/* Python's own ==: 1 is 1.0 and true, lists item by item. */
bool
rule_same(struct rule_run *run, const struct rule_val *a, const struct rule_val *b)
{
    if (is_number_like(a) && is_number_like(b))
        return same_numbers(a, b);
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case RULE_TEXT:
        return compare_texts(a, b) == 0;
    case RULE_TIME:
        return a->time.at_ms == b->time.at_ms &&
               (a->time.clock == RULE_CLOCK_NONE) == (b->time.clock == RULE_CLOCK_NONE);
    case RULE_MAP:
        return a->map == b->map;
    case RULE_LIST:
        if (a->list.count != b->list.count)
            return false;
        for (size_t i = 0; i < a->list.count && !run->raised; i++) {
            if (!rule_same(run, &a->list.items[i], &b->list.items[i]))
                return false;
        }
        return true;
    default:
        return true;
    }
}

static bool
contains_text(const struct rule_val *one, const struct rule_val *all)
{
    size_t length = one->text.length;
    return length == 0 ||
           memmem(all->text.bytes, all->text.length, one->text.bytes, length);
}

bool
rule_contains(struct rule_run *run, const struct rule_val *one,
              const struct rule_val *all, bool *found)
{
    *found = false;
    if (all->kind == RULE_TEXT && one->kind == RULE_TEXT) {
        *found = contains_text(one, all);
        return true;
    }
    if (all->kind != RULE_LIST)
        return false;
    for (size_t i = 0; i < all->list.count && !*found; i++)
        *found = rule_same(run, one, &all->list.items[i]);
    return true;
}

static bool
same_as_texts(struct rule_run *run, const struct rule_val *a, const struct rule_val *b)
{
    struct str left, right;
    str_init(&left, RULE_TEXT_MAX);
    str_init(&right, RULE_TEXT_MAX);
    rule_print(run, a, false, &left);
    rule_print(run, b, false, &right);
    bool same = str_ok(&left) && str_ok(&right) && left.length == right.length &&
                memcmp(left.data, right.data, left.length) == 0;
    str_finish(&left);
    str_finish(&right);
    return same;
}

bool
rule_loosely(struct rule_run *run, const struct rule_val *a, const struct rule_val *b)
{
    if (a->kind == RULE_TEXT && b->kind == RULE_TEXT)
        return compare_texts(a, b) == 0;
    if (a->kind == RULE_TEXT || b->kind == RULE_TEXT)
        return same_as_texts(run, a, b);
    if (a->kind == RULE_BOOL || b->kind == RULE_BOOL)
        return rule_is_true(a) == rule_is_true(b);
    return rule_same(run, a, b);
}

/* Only what Python can order among itself: numbers, or two of one kind. */
bool
rule_are_ordered(const struct rule_val *a, const struct rule_val *b)
{
    return (is_number_like(a) && is_number_like(b)) || a->kind == b->kind;
}

/* Lists in the order of a dictionary. */
static bool
less_lists(struct rule_run *run, const struct rule_val *a, const struct rule_val *b)
{
    for (size_t i = 0; i < a->list.count && i < b->list.count; i++) {
        const struct rule_val *x = &a->list.items[i], *y = &b->list.items[i];
        if (rule_same(run, x, y))
            continue;
        if (rule_are_ordered(x, y))
            return rule_less(run, x, y);
        run->raised = true;
        return false;
    }
    return a->list.count < b->list.count;
}

/* With a number on either side both are taken as numbers, and what is none is not less;
 * other kinds are compared among themselves or not at all. */
bool
rule_less(struct rule_run *run, const struct rule_val *a, const struct rule_val *b)
{
    double x, y;
    if (rule_is_numeric(a) || rule_is_numeric(b))
        return rule_to_number(a, &x) && rule_to_number(b, &y) && x < y;
    if (a->kind == RULE_TEXT && b->kind == RULE_TEXT)
        return compare_texts(a, b) < 0;
    if (a->kind == RULE_BOOL && b->kind == RULE_BOOL)
        return a->yes < b->yes;
    if (a->kind == RULE_LIST && b->kind == RULE_LIST)
        return less_lists(run, a, b);
    if (a->kind == RULE_TIME && b->kind == RULE_TIME &&
        (a->time.clock == RULE_CLOCK_NONE) == (b->time.clock == RULE_CLOCK_NONE))
        return a->time.at_ms < b->time.at_ms;
    run->raised = true;
    return false;
}
