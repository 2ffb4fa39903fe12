#include "ticket/rule.h"

#include <stdlib.h>
#include <string.h>

#include "ticket/rule_inside.h"

enum {
    STEPS_MAX = 200000,       /* of one evaluation */
    VALUES_ROOM = 4096,       /* for lists, beside one for each of the rule's own */
    TEXTS_ROOM_BYTES = 32768, /* for texts that are made */
    PATH_MAX_BYTES = 255
};

bool
rule_run_init(struct rule_run *run, const struct rule *rule)
{
    *run = (struct rule_run){ .steps = STEPS_MAX, .data = { .kind = RULE_FACTS } };
    run->value_room = VALUES_ROOM + 2 * rule->count;
    run->values = calloc(run->value_room, sizeof *run->values);
    str_init(&run->texts, TEXTS_ROOM_BYTES);
    return run->values && str_reserve(&run->texts, TEXTS_ROOM_BYTES);
}

void
rule_run_finish(struct rule_run *run)
{
    str_finish(&run->texts);
    free(run->values);
}

/* ---- variables ---------------------------------------------------------------- */

/* What stands for data that is as good as false. */
static const struct rule_node no_members = { .kind = RULE_MAP };

/* One step of a path: a member of a map, an item of a list by its number. */
static bool
step(struct rule_run *run, const struct rule_val *from, const char *name, size_t length,
     struct rule_val *value)
{
    int64_t at;
    struct rule_val text = { .kind = RULE_TEXT, .text = { name, length } };
    if (from->kind == RULE_FACTS)
        return rule_door_variable(run, name, length, value);
    if (from->kind == RULE_PAIR) {
        bool current = rule_text_is(name, length, "current");
        if (!current && !rule_text_is(name, length, "accumulator"))
            return false;
        *value = from->list.items[current ? 0 : 1];
        return true;
    }
    if (from->kind == RULE_MAP) {
        for (const struct rule_node *item = from->map->first; item; item = item->next) {
            if (item->key_length != length || memcmp(item->key, name, length) != 0)
                continue;
            *value = rule_literal(run, item);
            return true;
        }
        return false;
    }
    if (from->kind != RULE_LIST || !rule_to_whole(&text, &at))
        return false;
    at += at < 0 ? (int64_t)from->list.count : 0;
    if (at < 0 || (uint64_t)at >= from->list.count)
        return false;
    *value = from->list.items[at];
    return true;
}

bool
rule_variable(struct rule_run *run, const struct rule_val *data,
              const struct rule_val *path, struct rule_val *value)
{
    struct str text;
    bool found = true;
    *value = *data;
    if (!rule_is_true(data))
        *value = (struct rule_val){ .kind = RULE_MAP, .map = &no_members };
    if (path->kind == RULE_NULL)
        return true;
    str_init(&text, PATH_MAX_BYTES);
    rule_print(run, path, false, &text);
    const char *at = text.data, *end = text.data + text.length;
    if (!str_ok(&text))
        found = false;
    while (found && text.length > 0) {
        const char *dot = memchr(at, '.', (size_t)(end - at));
        size_t length = (size_t)((dot ? dot : end) - at);
        struct rule_val from = *value;
        found = step(run, &from, at, length, value);
        if (!dot)
            break;
        at = dot + 1;
    }
    str_finish(&text);
    return found;
}

/* {"var": ["a.b", otherwise]} */
static struct rule_val
variable(struct rule_run *run, const struct rule_val *data, struct rule_args args)
{
    struct rule_val none = rule_null(), value;
    if (args.count > 2)
        return rule_raise(run);
    if (rule_variable(run, data, args.count > 0 ? &args.items[0] : &none, &value))
        return value;
    return args.count > 1 ? args.items[1] : none;
}

static bool
is_missing(struct rule_run *run, const struct rule_val *data,
           const struct rule_val *path)
{
    struct rule_val value;
    return !rule_variable(run, data, path, &value);
}

static struct rule_val
missing(struct rule_run *run, const struct rule_val *data, struct rule_args args)
{
    struct rule_val value = { .kind = RULE_LIST };
    if (args.count > 0 && args.items[0].kind == RULE_LIST) {
        const struct rule_val *list = &args.items[0];
        args = (struct rule_args){ list->list.items, list->list.count };
    }
    struct rule_val *items = rule_room(run, args.count);
    if (!items)
        return rule_null();
    value.list.items = items;
    for (size_t i = 0; i < args.count; i++) {
        if (is_missing(run, data, &args.items[i]))
            items[value.list.count++] = args.items[i];
    }
    return value;
}

/* {"missing_some": [2, ["a", "b", "c"]]}: none, if so many of them are there. */
static struct rule_val
missing_some(struct rule_run *run, const struct rule_val *data, struct rule_args args)
{
    double want;
    if (args.count != 2 || args.items[1].kind != RULE_LIST ||
        !rule_is_numeric(&args.items[0]) || !rule_to_number(&args.items[0], &want))
        return rule_raise(run);
    struct rule_args names = { args.items[1].list.items, args.items[1].list.count };
    struct rule_val all = { .kind = RULE_LIST };
    all.list.items = names.items;
    all.list.count = names.count;
    struct rule_val value = missing(run, data, (struct rule_args){ &all, 1 });
    if (!run->raised && (double)(names.count - value.list.count) >= want)
        value.list.count = 0;
    return value;
}

/* ---- operations --------------------------------------------------------------- */

/* All arguments, evaluated; one that is no list stands alone. */
static bool
evaluate(struct rule_run *run, const struct rule_node *operation,
         const struct rule_val *data, struct rule_args *args)
{
    bool is_list = operation->kind == RULE_LIST;
    size_t count = is_list ? operation->count : 1;
    struct rule_val *items = rule_room(run, count);
    if (!items)
        return false;
    *args = (struct rule_args){ items, count };
    const struct rule_node *item = is_list ? operation->first : operation;
    for (size_t i = 0; i < count && !run->raised; i++, item = item->next)
        items[i] = rule_apply(run, item, data);
    return !run->raised;
}

struct rule_val
rule_apply(struct rule_run *run, const struct rule_node *node,
           const struct rule_val *data)
{
    struct rule_args args;
    struct rule_val value;
    if (run->raised || run->steps == 0)
        return rule_raise(run);
    run->steps--;
    if (node->kind != RULE_MAP)
        return rule_literal(run, node);
    const struct rule_node *operation = rule_operation(node);
    if (!operation)
        return rule_raise(run);
    if (rule_apply_each(run, operation, data, &value))
        return value;
    if (!evaluate(run, operation, data, &args))
        return rule_null();
    const char *name = operation->key;
    size_t length = operation->key_length;
    if (rule_text_is(name, length, "var"))
        return variable(run, data, args);
    if (rule_text_is(name, length, "missing"))
        return missing(run, data, args);
    if (rule_text_is(name, length, "missing_some"))
        return missing_some(run, data, args);
    rule_function function = run->facts ? rule_find_door(name, length) : NULL;
    if (!function)
        function = rule_find(name, length);
    return function ? function(run, args) : rule_raise(run);
}

/* ---- the door ----------------------------------------------------------------- */

/* The list has none: {}, null, [], false, 0, "". */
static bool
is_empty(const struct rule *rule)
{
    const struct rule_node *root = rule->root;
    switch (root->kind) {
    case RULE_BOOL:
        return !root->yes;
    case RULE_INT:
        return root->whole == 0;
    case RULE_FLOAT:
        return root->number == 0;
    case RULE_TEXT:
        return root->text.length == 0;
    case RULE_LIST:
    case RULE_MAP:
        return root->count == 0;
    default:
        return true;
    }
}

enum rule_outcome
rule_eval(const struct rule *rule, const struct rule_facts *facts,
          struct rule_answer *answer)
{
    struct rule_run run;
    struct rule_val value = rule_null();
    enum rule_outcome outcome = RULE_RAISED;
    if (answer)
        *answer = (struct rule_answer){ 0 };
    if (is_empty(rule))
        return RULE_YES;
    if (rule_run_init(&run, rule)) {
        run.facts = facts;
        value = rule_apply(&run, rule->root, &run.data);
        if (!run.raised)
            outcome = rule_is_true(&value) ? RULE_YES : RULE_NO;
    }
    if (outcome == RULE_NO && answer)
        rule_why(&run, rule->root, answer);
    rule_run_finish(&run);
    return outcome;
}

bool
rule_value(const struct rule *rule, const struct rule *data, struct str *json,
           struct err *err)
{
    struct rule_run run;
    bool good = rule_run_init(&run, rule);
    if (good) {
        run.data = rule_literal(&run, data->root);
        struct rule_val value = rule_apply(&run, rule->root, &run.data);
        good = !run.raised;
        if (good)
            rule_write_json(&value, json);
    }
    rule_run_finish(&run);
    return good || err_set(err, ERR_INPUT, "rule: its evaluation fails");
}
