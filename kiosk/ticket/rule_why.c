#include "ticket/rule_inside.h"

#include <math.h>
#include <string.h>

/* Why not: the conditions that fail on the cheapest way through the rule. The ways of
 * an "or" are its arguments, an "and" asks for all of its; what a condition costs is
 * what the guest would have to do about it: wait a little, come another day, buy
 * another ticket. Costs add up kind by kind, and the dearest kind in which two ways
 * differ decides. */

enum price {
    PRICE_NEVER, /* the dearest */
    PRICE_PRODUCT,
    PRICE_GATE,
    PRICE_WEEKDAY,
    PRICE_TIME,
    PRICE_TODAY,
    PRICE_ENTRIES,
    PRICE_SINCE,
    PRICE_DAYS_SINCE,
    PRICE_DAYS,
    PRICE_LAST,
    PRICE_FIRST,
    PRICE_STATUS,
    PRICE_COUNT
};

struct way {
    bool closed; /* an "or" without arguments: no way at all */
    double costs[PRICE_COUNT];
    struct rule_why whys[RULE_WHYS_MAX];
    unsigned count;
};

struct search {
    struct rule_run *run;
    bool server_fails;
    bool unknown; /* a condition the server has no words for hides all others */
};

/* The first thing that the server stumbles over is its answer. */
static void
fail(struct search *search, bool fails)
{
    search->server_fails |= fails && !search->unknown;
}

static void
add_why(struct way *way, struct rule_why why)
{
    if (way->count < RULE_WHYS_MAX)
        way->whys[way->count++] = why;
}

static void
join(struct way *way, const struct way *other)
{
    way->closed = way->closed || other->closed;
    for (int i = 0; i < PRICE_COUNT; i++)
        way->costs[i] += other->costs[i];
    for (unsigned i = 0; i < other->count; i++)
        add_why(way, other->whys[i]);
}

static bool
is_cheaper(const struct way *a, const struct way *b)
{
    if (a->closed || b->closed)
        return !a->closed;
    for (int i = 0; i < PRICE_COUNT; i++) {
        if (a->costs[i] != b->costs[i])
            return a->costs[i] < b->costs[i];
    }
    return false;
}

/* ---- one condition ------------------------------------------------------------ */

static const struct subject {
    const char *name;
    enum rule_reason reason;
    enum price price;
    bool is_count; /* compared with a number, or the server fails */
    bool is_operation;
} subjects[] = {
    { "product", RULE_WHY_PRODUCT, PRICE_PRODUCT, false, false },
    { "variation", RULE_WHY_VARIATION, PRICE_PRODUCT, false, false },
    { "gate", RULE_WHY_GATE, PRICE_GATE, false, false },
    { "now", RULE_WHY_FROM, PRICE_TIME, false, false },
    { "now_isoweekday", RULE_WHY_WEEKDAY, PRICE_WEEKDAY, true, false },
    { "entry_status", RULE_WHY_INSIDE, PRICE_STATUS, false, false },
    { "entries_number", RULE_WHY_ENTRIES, PRICE_ENTRIES, true, false },
    { "entries_today", RULE_WHY_ENTRIES_TODAY, PRICE_TODAY, true, false },
    { "entries_days", RULE_WHY_ENTRY_DAYS, PRICE_DAYS, true, false },
    { "minutes_since_last_entry", RULE_WHY_SINCE_LAST, PRICE_LAST, true, false },
    { "minutes_since_first_entry", RULE_WHY_SINCE_FIRST, PRICE_FIRST, true, false },
    { "entries_since", RULE_WHY_ENTRIES_SINCE, PRICE_SINCE, true, true },
    { "entries_before", RULE_WHY_ENTRIES_BEFORE, PRICE_SINCE, true, true },
    { "entries_days_since", RULE_WHY_ENTRY_DAYS_SINCE, PRICE_DAYS_SINCE, true, true },
    { "entries_days_before", RULE_WHY_ENTRY_DAYS_BEFORE, PRICE_DAYS_SINCE, true, true },
};

/* A condition in its parts: {"<": [left, right, tolerance]}. */
struct condition {
    const struct rule_node *operation, *left, *right, *tolerance;
    const struct rule_node *inner; /* the left's operation */
    const struct subject *subject;
};

static const struct subject *
find_subject(const char *name, size_t length, bool is_operation)
{
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if (subjects[i].is_operation == is_operation &&
            rule_text_is(name, length, subjects[i].name))
            return &subjects[i];
    }
    return NULL;
}

/* {"var": name}, {"var": [name, …]} or {"entries_since": …}. */
static const struct subject *
subject_of(const struct rule_node *inner)
{
    const struct rule_node *name = inner;
    if (!rule_text_is(inner->key, inner->key_length, "var"))
        return find_subject(inner->key, inner->key_length, true);
    if (name->kind == RULE_LIST)
        name = name->first;
    if (!name || name->kind != RULE_TEXT)
        return NULL;
    return find_subject(name->text.bytes, name->text.length, false);
}

static void
take_apart(const struct rule_node *operation, struct condition *condition)
{
    const struct rule_node *left = operation;
    *condition = (struct condition){ .operation = operation };
    if (operation->kind == RULE_LIST) {
        left = operation->first;
        condition->right = left ? left->next : NULL;
        condition->tolerance = condition->right ? condition->right->next : NULL;
    }
    condition->left = left;
    if (left && left->kind == RULE_MAP)
        condition->inner = rule_operation(left);
    if (condition->inner)
        condition->subject = subject_of(condition->inner);
}

static bool
compare_of(const struct condition *condition, enum rule_compare *compare)
{
    static const char *const names[RULE_COMPARE_COUNT] = { "<",  "<=", ">",
                                                           ">=", "==", "!=" };
    const struct rule_node *operation = condition->operation;
    for (int i = 0; i < RULE_COMPARE_COUNT; i++) {
        if (!rule_text_is(operation->key, operation->key_length, names[i]))
            continue;
        *compare = (enum rule_compare)i;
        return true;
    }
    return false;
}

static struct rule_val
value_of(struct search *search, const struct rule_node *node)
{
    return node ? rule_apply(search->run, node, &search->run->data) : rule_null();
}

/* Counts, minutes, weekdays: how far off they are. */
static double
add_count(struct search *search, const struct condition *condition,
          struct rule_why *why)
{
    double is = 0, wanted = 0;
    struct rule_val left = value_of(search, condition->left);
    struct rule_val right = value_of(search, condition->right);
    bool literal = condition->right && (condition->right->kind == RULE_INT ||
                                        condition->right->kind == RULE_FLOAT ||
                                        condition->right->kind == RULE_BOOL);
    fail(search, !literal);
    if (!compare_of(condition, &why->compare) || !rule_to_number(&right, &wanted)) {
        why->reason = RULE_WHY_OTHER;
        return 1;
    }
    why->number = wanted;
    if (condition->subject->is_operation) {
        const struct rule_node *time = condition->inner->kind == RULE_LIST
                                           ? condition->inner->first
                                           : condition->inner;
        struct rule_val at = value_of(search, time);
        why->at_ms = at.kind == RULE_TIME ? at.time.at_ms : 0;
    }
    rule_to_number(&left, &is);
    return fabs(is - wanted);
}

/* From then on, or until then? isAfter, isBefore, and < and > too, which fail the
 * server. */
static bool
is_from(const struct condition *condition, enum rule_compare *compare, bool *direct)
{
    const struct rule_node *name = condition->operation;
    bool after = rule_text_is(name->key, name->key_length, "isAfter");
    *direct = after || rule_text_is(name->key, name->key_length, "isBefore");
    if (*direct || !compare_of(condition, compare))
        *compare = after ? RULE_MORE : RULE_LESS;
    return *compare == RULE_MORE || *compare == RULE_AT_LEAST;
}

/* Only from then on, or only until then, with the tolerance. */
static double
add_time(struct search *search, const struct condition *condition, struct rule_why *why)
{
    const struct rule_facts *facts = search->run->facts;
    double minutes = 0;
    bool direct, from = is_from(condition, &why->compare, &direct);
    struct rule_val right = value_of(search, condition->right);
    struct rule_val tolerance = value_of(search, condition->tolerance);
    fail(search,
         !direct || (condition->tolerance && condition->tolerance->kind == RULE_MAP));
    if (right.kind != RULE_TIME) {
        why->reason = RULE_WHY_OTHER;
        return 1;
    }
    if (from) /* it is now that the minutes are added to, and now is UTC */
        right.time.clock = RULE_CLOCK_UTC;
    if (direct && rule_is_true(&tolerance) && rule_to_number(&tolerance, &minutes))
        right.time = rule_later(facts, right.time, from ? -minutes : minutes);
    why->reason = from ? RULE_WHY_FROM : RULE_WHY_UNTIL;
    why->at_ms = right.time.at_ms;
    return fabs((double)(facts->now_ms - why->at_ms));
}

static double
add_status(struct search *search, const struct condition *condition,
           struct rule_why *why)
{
    struct rule_val is = value_of(search, condition->left);
    if (!compare_of(condition, &why->compare))
        why->compare = RULE_EQUAL;
    bool present =
        is.kind == RULE_TEXT && rule_text_is(is.text.bytes, is.text.length, "present");
    why->reason = present ? RULE_WHY_INSIDE : RULE_WHY_OUTSIDE;
    return 1;
}

/* The server names the variable by the first member of what stands left. */
static void
add_condition(struct search *search, const struct rule_node *operation, struct way *way)
{
    struct condition condition;
    double cost = 1;
    take_apart(operation, &condition);
    const struct subject *subject = condition.subject;
    if (!subject) {
        bool is_var =
            condition.inner &&
            rule_text_is(condition.inner->key, condition.inner->key_length, "var");
        bool worded = condition.left && (condition.left->kind == RULE_TEXT ||
                                         (condition.inner && !is_var));
        fail(search, !worded);
        search->unknown |= worded && !search->server_fails;
        way->costs[PRICE_NEVER]++;
        add_why(way, (struct rule_why){ .reason = RULE_WHY_OTHER });
        return;
    }
    struct rule_why why = { .reason = subject->reason };
    if (subject->reason == RULE_WHY_FROM)
        cost = add_time(search, &condition, &why);
    else if (subject->reason == RULE_WHY_INSIDE)
        cost = add_status(search, &condition, &why);
    else if (subject->is_count)
        cost = add_count(search, &condition, &why);
    way->costs[subject->price] += cost;
    add_why(way, why);
}

/* ---- the whole ---------------------------------------------------------------- */

static void find_way(struct search *search, const struct rule_node *node,
                     struct way *way);

static void
find_through(struct search *search, const struct rule_node *operation, bool all,
             struct way *way)
{
    struct way one;
    fail(search, operation->kind != RULE_LIST);
    if (operation->kind != RULE_LIST) {
        find_way(search, operation, way);
        return;
    }
    way->closed = !all;
    for (const struct rule_node *item = operation->first; item; item = item->next) {
        find_way(search, item, &one);
        if (all)
            join(way, &one);
        else if (is_cheaper(&one, way))
            *way = one;
    }
}

static void
find_way(struct search *search, const struct rule_node *node, struct way *way)
{
    *way = (struct way){ .closed = false };
    if (node->kind != RULE_MAP) {
        struct rule_val value = rule_literal(search->run, node);
        fail(search, node->kind != RULE_BOOL);
        if (!rule_is_true(&value)) {
            way->costs[PRICE_NEVER]++;
            add_why(way, (struct rule_why){ .reason = RULE_WHY_NEVER });
        }
        return;
    }
    const struct rule_node *operation = rule_operation(node);
    bool all = rule_text_is(operation->key, operation->key_length, "and");
    fail(search, node->first != operation);
    if (all || rule_text_is(operation->key, operation->key_length, "or")) {
        find_through(search, operation, all, way);
        return;
    }
    struct rule_val value = value_of(search, node);
    if (!rule_is_true(&value))
        add_condition(search, operation, way);
}

void
rule_why(struct rule_run *run, const struct rule_node *root, struct rule_answer *answer)
{
    struct search search = { .run = run };
    struct way way;
    find_way(&search, root, &way);
    answer->server_fails = search.server_fails || (way.closed && !search.unknown);
    answer->count = way.count;
    memcpy(answer->whys, way.whys, sizeof way.whys);
    if (way.count > 0 && !search.unknown)
        return;
    answer->whys[0] = (struct rule_why){ .reason = RULE_WHY_OTHER };
    answer->count = 1;
}
