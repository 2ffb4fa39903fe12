#include "ticket/rule_inside.h"

/* The operations over lists: the function is evaluated with an item as its data. A text
 * is the list of its characters. For map, all and reduce all that is as good as false
 * has no items. */

struct loop {
    struct rule_run *run;
    const struct rule_val *items;
    size_t count;
    const struct rule_node *function;
};

static bool
holds(struct loop *loop, size_t at)
{
    struct rule_val value = rule_apply(loop->run, loop->function, &loop->items[at]);
    return !loop->run->raised && rule_is_true(&value);
}

static struct rule_val
each_map(struct loop *loop)
{
    struct rule_val value = { .kind = RULE_LIST };
    struct rule_val *items = rule_room(loop->run, loop->count);
    value.list.items = items;
    for (size_t i = 0; items && i < loop->count && !loop->run->raised; i++)
        items[value.list.count++] =
            rule_apply(loop->run, loop->function, &loop->items[i]);
    return value;
}

static struct rule_val
each_filter(struct loop *loop)
{
    struct rule_val value = { .kind = RULE_LIST };
    struct rule_val *items = rule_room(loop->run, loop->count);
    value.list.items = items;
    for (size_t i = 0; items && i < loop->count && !loop->run->raised; i++) {
        if (holds(loop, i))
            items[value.list.count++] = loop->items[i];
    }
    return value;
}

static size_t
count_of(struct loop *loop)
{
    size_t count = 0;
    for (size_t i = 0; i < loop->count && !loop->run->raised; i++)
        count += holds(loop, i);
    return count;
}

/* No items: not all. */
static struct rule_val
each_all(struct loop *loop)
{
    return rule_bool(loop->count > 0 && count_of(loop) == loop->count);
}

static struct rule_val
each_some(struct loop *loop)
{
    return rule_bool(count_of(loop) > 0);
}

static struct rule_val
each_none(struct loop *loop)
{
    return rule_bool(count_of(loop) == 0);
}

/* The two names that a reduction's function sees, as a map of its own. */
static struct rule_val
pair(struct rule_run *run, const struct rule_val *current,
     const struct rule_val *accumulator)
{
    struct rule_val value = { .kind = RULE_PAIR };
    struct rule_val *items = rule_room(run, 2);
    if (!items)
        return rule_null();
    items[0] = *current;
    items[1] = *accumulator;
    value.list.items = items;
    value.list.count = 2;
    return value;
}

static struct rule_val
each_reduce(struct loop *loop, struct rule_val accumulator)
{
    for (size_t i = 0; i < loop->count && !loop->run->raised; i++) {
        struct rule_val both = pair(loop->run, &loop->items[i], &accumulator);
        accumulator = rule_apply(loop->run, loop->function, &both);
    }
    return accumulator;
}

enum each { EACH_MAP, EACH_FILTER, EACH_ALL, EACH_SOME, EACH_NONE, EACH_REDUCE };

static bool
find(const struct rule_node *operation, enum each *each)
{
    static const char *const names[] = { "map",  "filter", "all",
                                         "some", "none",   "reduce" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!rule_text_is(operation->key, operation->key_length, names[i]))
            continue;
        *each = (enum each)i;
        return true;
    }
    return false;
}

static struct rule_val
apply(struct loop *loop, enum each each, struct rule_val initial)
{
    switch (each) {
    case EACH_MAP:
        return each_map(loop);
    case EACH_FILTER:
        return each_filter(loop);
    case EACH_ALL:
        return each_all(loop);
    case EACH_SOME:
        return each_some(loop);
    case EACH_NONE:
        return each_none(loop);
    case EACH_REDUCE:
        return each_reduce(loop, initial);
    }
    return rule_null();
}

/* False if it is nothing that has items. */
static bool
items_of(struct loop *loop, const struct rule_val *list)
{
    if (list->kind == RULE_LIST) {
        loop->items = list->list.items;
        loop->count = list->list.count;
        return true;
    }
    if (list->kind != RULE_TEXT)
        return false;
    struct rule_val *items = rule_room(loop->run, list->text.length);
    loop->items = items;
    for (size_t at = 0; items && at < list->text.length;) {
        size_t start = at;
        str_next_character(list->text.bytes, list->text.length, &at);
        items[loop->count++] =
            (struct rule_val){ .kind = RULE_TEXT,
                               .text = { list->text.bytes + start, at - start } };
    }
    return items != NULL;
}

bool
rule_apply_each(struct rule_run *run, const struct rule_node *operation,
                const struct rule_val *data, struct rule_val *value)
{
    enum each each;
    if (!find(operation, &each))
        return false;
    size_t want = each == EACH_REDUCE ? 3 : 2;
    struct rule_val initial = rule_null();
    *value = rule_null();
    if (operation->kind != RULE_LIST || operation->count != want) {
        run->raised = true;
        return true;
    }
    const struct rule_node *function = operation->first->next;
    struct rule_val list = rule_apply(run, operation->first, data);
    if (each == EACH_REDUCE)
        initial = rule_apply(run, function->next, data);
    struct loop loop = { run, NULL, 0, function };
    bool anything = each == EACH_MAP || each == EACH_ALL || each == EACH_REDUCE;
    if (run->raised ||
        (!(anything && !rule_is_true(&list)) && !items_of(&loop, &list))) {
        run->raised = true;
        return true;
    }
    *value = apply(&loop, each, initial);
    return true;
}
