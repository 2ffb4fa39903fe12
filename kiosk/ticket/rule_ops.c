#include "ticket/rule_inside.h"

#include <math.h>
#include <string.h>

/* JsonLogic's operations. Each takes as many arguments as it says and raises for
 * others. */

static struct rule_val
op_equal(struct rule_run *run, struct rule_args args)
{
    if (args.count != 2)
        return rule_raise(run);
    return rule_bool(rule_loosely(run, &args.items[0], &args.items[1]));
}

static struct rule_val
op_unequal(struct rule_run *run, struct rule_args args)
{
    if (args.count != 2)
        return rule_raise(run);
    return rule_bool(!rule_loosely(run, &args.items[0], &args.items[1]));
}

/* Of one kind, too: 1 is not 1.0. */
static bool
is_identical(struct rule_run *run, struct rule_args args)
{
    return args.items[0].kind == args.items[1].kind &&
           rule_same(run, &args.items[0], &args.items[1]);
}

static struct rule_val
op_identical(struct rule_run *run, struct rule_args args)
{
    if (args.count != 2)
        return rule_raise(run);
    return rule_bool(is_identical(run, args));
}

static struct rule_val
op_different(struct rule_run *run, struct rule_args args)
{
    if (args.count != 2)
        return rule_raise(run);
    return rule_bool(!is_identical(run, args));
}

/* a < b < c. A text that was compared with a number goes on as a number. */
static struct rule_val
op_less(struct rule_run *run, struct rule_args args)
{
    if (args.count < 2)
        return rule_raise(run);
    struct rule_val a = args.items[0];
    for (size_t i = 1; i < args.count; i++) {
        struct rule_val b = args.items[i];
        double number;
        if (!rule_less(run, &a, &b))
            return rule_bool(false);
        if ((rule_is_numeric(&a) || rule_is_numeric(&b)) && rule_to_number(&b, &number))
            b = rule_number(number);
        a = b;
    }
    return rule_bool(true);
}

static bool
is_at_most(struct rule_run *run, const struct rule_val *a, const struct rule_val *b)
{
    return rule_less(run, a, b) || (!run->raised && rule_loosely(run, a, b));
}

static struct rule_val
op_at_most(struct rule_run *run, struct rule_args args)
{
    if (args.count < 2)
        return rule_raise(run);
    for (size_t i = 0; i + 1 < args.count; i++) {
        if (!is_at_most(run, &args.items[i], &args.items[i + 1]))
            return rule_bool(false);
    }
    return rule_bool(true);
}

static struct rule_val
op_more(struct rule_run *run, struct rule_args args)
{
    if (args.count != 2)
        return rule_raise(run);
    return rule_bool(rule_less(run, &args.items[1], &args.items[0]));
}

static struct rule_val
op_at_least(struct rule_run *run, struct rule_args args)
{
    if (args.count != 2)
        return rule_raise(run);
    return rule_bool(is_at_most(run, &args.items[1], &args.items[0]));
}

/* ---- logic -------------------------------------------------------------------- */

static struct rule_val
op_not(struct rule_run *run, struct rule_args args)
{
    return args.count == 1 ? rule_bool(!rule_is_true(&args.items[0])) : rule_raise(run);
}

static struct rule_val
op_truth(struct rule_run *run, struct rule_args args)
{
    if (args.count > 1)
        return rule_raise(run);
    return rule_bool(args.count == 1 && rule_is_true(&args.items[0]));
}

/* The first that is false, else the last. */
static struct rule_val
op_and(struct rule_run *run, struct rule_args args)
{
    struct rule_val value = rule_bool(true);
    (void)run;
    for (size_t i = 0; i < args.count && rule_is_true(&value); i++)
        value = args.items[i];
    return value;
}

/* The first that is true, else the last. */
static struct rule_val
op_or(struct rule_run *run, struct rule_args args)
{
    struct rule_val value = rule_bool(false);
    (void)run;
    for (size_t i = 0; i < args.count && !rule_is_true(&value); i++)
        value = args.items[i];
    return value;
}

/* Condition, value, condition, value, …, otherwise. */
static struct rule_val
op_if(struct rule_run *run, struct rule_args args)
{
    size_t i = 0;
    (void)run;
    for (; i + 1 < args.count; i += 2) {
        if (rule_is_true(&args.items[i]))
            return args.items[i + 1];
    }
    return i < args.count ? args.items[i] : rule_null();
}

static struct rule_val
op_choose(struct rule_run *run, struct rule_args args)
{
    return args.count == 3 ? op_if(run, args) : rule_raise(run);
}

static struct rule_val
op_same(struct rule_run *run, struct rule_args args)
{
    return args.count == 1 ? args.items[0] : rule_raise(run);
}

static struct rule_val
op_count(struct rule_run *run, struct rule_args args)
{
    int64_t count = 0;
    (void)run;
    for (size_t i = 0; i < args.count; i++)
        count += rule_is_true(&args.items[i]);
    return rule_whole(count);
}

/* ---- numbers ------------------------------------------------------------------ */

/* A text with a point is a float, another a whole number; false is 0. */
static bool
to_numeric(const struct rule_val *value, struct rule_val *number)
{
    int64_t whole;
    double real;
    if (value->kind == RULE_FLOAT) {
        *number = *value;
        return true;
    }
    bool is_point =
        value->kind == RULE_TEXT && memchr(value->text.bytes, '.', value->text.length);
    if (is_point) {
        bool good = rule_to_number(value, &real);
        *number = rule_number(real);
        return good;
    }
    bool good = rule_to_whole(value, &whole);
    *number = rule_whole(good ? whole : 0);
    return good;
}

/* a + sign * b: whole if both are and it fits. */
static struct rule_val
sum(const struct rule_val *a, const struct rule_val *b, int sign)
{
    int64_t whole;
    double x = 0, y = 0;
    bool over = true;
    if (a->kind == RULE_INT && b->kind == RULE_INT)
        over = sign > 0 ? __builtin_add_overflow(a->whole, b->whole, &whole)
                        : __builtin_sub_overflow(a->whole, b->whole, &whole);
    if (!over)
        return rule_whole(whole);
    rule_to_number(a, &x);
    rule_to_number(b, &y);
    return rule_number(x + sign * y);
}

static struct rule_val
op_plus(struct rule_run *run, struct rule_args args)
{
    struct rule_val total = rule_whole(0), number;
    for (size_t i = 0; i < args.count; i++) {
        if (!to_numeric(&args.items[i], &number))
            return rule_raise(run);
        total = sum(&total, &number, 1);
    }
    return total;
}

static struct rule_val
op_minus(struct rule_run *run, struct rule_args args)
{
    struct rule_val a, b, zero = rule_whole(0);
    if (args.count < 1 || !to_numeric(&args.items[0], &a))
        return rule_raise(run);
    if (args.count == 1)
        return sum(&zero, &a, -1);
    return to_numeric(&args.items[1], &b) ? sum(&a, &b, -1) : rule_raise(run);
}

static struct rule_val
op_times(struct rule_run *run, struct rule_args args)
{
    double total = 1, number;
    if (args.count == 0)
        return rule_whole(1);
    for (size_t i = 0; i < args.count; i++) {
        if (!rule_to_number(&args.items[i], &number))
            return rule_raise(run);
        total *= number;
    }
    return rule_number(total);
}

static struct rule_val
op_divide(struct rule_run *run, struct rule_args args)
{
    double a, b;
    if (args.count == 1 || (args.count == 2 && args.items[1].kind == RULE_NULL))
        return args.items[0];
    if (args.count != 2 || !rule_to_number(&args.items[0], &a) ||
        !rule_to_number(&args.items[1], &b) || b == 0)
        return rule_raise(run);
    return rule_number(a / b);
}

/* The rest has the divisor's sign. Texts are none of its arguments. */
static struct rule_val
op_rest(struct rule_run *run, struct rule_args args)
{
    double a, b;
    if (args.count != 2 || args.items[0].kind == RULE_TEXT ||
        args.items[1].kind == RULE_TEXT || !rule_to_number(&args.items[0], &a) ||
        !rule_to_number(&args.items[1], &b) || b == 0)
        return rule_raise(run);
    bool real = args.items[0].kind == RULE_FLOAT || args.items[1].kind == RULE_FLOAT;
    double rest = fmod(a, b);
    if (rest != 0 && (rest < 0) != (b < 0))
        rest += b;
    return real ? rule_number(rest) : rule_whole((int64_t)rest);
}

static struct rule_val
extreme(struct rule_run *run, struct rule_args args, bool most)
{
    if (args.count == 0)
        return rule_raise(run);
    struct rule_val found = args.items[0];
    for (size_t i = 1; i < args.count; i++) {
        const struct rule_val *other = &args.items[i];
        if (!rule_are_ordered(&found, other))
            return rule_raise(run);
        if (most ? rule_less(run, &found, other) : rule_less(run, other, &found))
            found = *other;
    }
    return found;
}

static struct rule_val
op_min(struct rule_run *run, struct rule_args args)
{
    return extreme(run, args, false);
}

static struct rule_val
op_max(struct rule_run *run, struct rule_args args)
{
    return extreme(run, args, true);
}

/* ---- lists and texts ---------------------------------------------------------- */

static struct rule_val
op_merge(struct rule_run *run, struct rule_args args)
{
    struct rule_val value = { .kind = RULE_LIST };
    size_t count = 0;
    for (size_t i = 0; i < args.count; i++)
        count += args.items[i].kind == RULE_LIST ? args.items[i].list.count : 1;
    struct rule_val *items = rule_room(run, count);
    if (!items)
        return rule_null();
    value.list.items = items;
    value.list.count = count;
    for (size_t i = 0; i < args.count; i++) {
        const struct rule_val *one = &args.items[i];
        bool is_list = one->kind == RULE_LIST;
        size_t n = is_list ? one->list.count : 1;
        for (size_t k = 0; k < n; k++)
            *items++ = is_list ? one->list.items[k] : *one;
    }
    return value;
}

static struct rule_val
op_in(struct rule_run *run, struct rule_args args)
{
    bool found = false;
    if (args.count != 2)
        return rule_raise(run);
    const struct rule_val *all = &args.items[1];
    if (!rule_contains(run, &args.items[0], all, &found) && all->kind == RULE_TEXT)
        return rule_raise(run);
    return rule_bool(found);
}

static struct rule_val
op_cat(struct rule_run *run, struct rule_args args)
{
    size_t start = run->texts.length;
    for (size_t i = 0; i < args.count; i++)
        rule_print(run, &args.items[i], false, &run->texts);
    if (!str_ok(&run->texts))
        return rule_raise(run);
    struct rule_val value = { .kind = RULE_TEXT };
    value.text.bytes = run->texts.data + start;
    value.text.length = run->texts.length - start;
    return value;
}

/* Where the character of that number begins; from the end if it is negative. */
static size_t
character_at(const struct rule_val *text, int64_t number)
{
    int64_t count = 0;
    size_t at = 0;
    while (at < text->text.length) {
        str_next_character(text->text.bytes, text->text.length, &at);
        count++;
    }
    number += number < 0 ? count : 0;
    for (at = 0; number > 0 && at < text->text.length; number--)
        str_next_character(text->text.bytes, text->text.length, &at);
    return at;
}

static bool
is_index(const struct rule_val *value)
{
    return value->kind == RULE_INT || value->kind == RULE_BOOL ||
           value->kind == RULE_NULL;
}

static int64_t
index_of(const struct rule_val *value)
{
    return value->kind == RULE_INT ? value->whole
                                   : value->kind == RULE_BOOL && value->yes;
}

/* From that character on, so many; all but so many if it is negative. */
static struct rule_val
op_substr(struct rule_run *run, struct rule_args args)
{
    if (args.count < 2 || args.count > 3 || args.items[0].kind != RULE_TEXT ||
        !is_index(&args.items[1]) || (args.count == 3 && !is_index(&args.items[2])))
        return rule_raise(run);
    struct rule_val part = args.items[0];
    size_t from = character_at(&part, index_of(&args.items[1]));
    part.text.bytes += from;
    part.text.length -= from;
    if (args.count == 3 && args.items[2].kind != RULE_NULL)
        part.text.length = character_at(&part, index_of(&args.items[2]));
    return part;
}

rule_function
rule_find(const char *name, size_t length)
{
    static const struct {
        const char *name;
        rule_function function;
    } operations[] = {
        { "==", op_equal },      { "!=", op_unequal },  { "===", op_identical },
        { "!==", op_different }, { "<", op_less },      { "<=", op_at_most },
        { ">", op_more },        { ">=", op_at_least }, { "and", op_and },
        { "or", op_or },         { "!", op_not },       { "!!", op_truth },
        { "if", op_if },         { "?:", op_choose },   { "log", op_same },
        { "count", op_count },   { "+", op_plus },      { "-", op_minus },
        { "*", op_times },       { "/", op_divide },    { "%", op_rest },
        { "min", op_min },       { "max", op_max },     { "merge", op_merge },
        { "in", op_in },         { "cat", op_cat },     { "substr", op_substr },
    };
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (rule_text_is(name, length, operations[i].name))
            return operations[i].function;
    }
    return NULL;
}
