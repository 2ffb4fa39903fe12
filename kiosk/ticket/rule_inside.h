#ifndef YUELAI_RULE_INSIDE_H
#define YUELAI_RULE_INSIDE_H

/* rule_inside: what the files rule*.c share and nobody else sees.
 *
 *     text -> rule_parse -> nodes -> rule_run: operations, rule_door: variables and times
 *                                 -> rule_value: what a value is      -> rule_why: reasons
 *
 * Base/json is not used to read: the server tells 5 from 5.0, which that door does not. */

#include "ticket/rule.h"

enum rule_kind {
    RULE_NULL,
    RULE_BOOL,
    RULE_INT,
    RULE_FLOAT,
    RULE_TEXT,
    RULE_LIST,
    RULE_MAP,   /* a value only where data or a literal has one */
    RULE_TIME,  /* values only */
    RULE_PAIR,  /* values only: a list of two, "current" and "accumulator" of a reduction */
    RULE_FACTS  /* values only: all variables at once, {"var": ""} */
};

/* A value of the JSON text. */
struct rule_node {
    enum rule_kind kind;
    const char *key; /* in its map, else NULL */
    size_t key_length;
    union {
        bool yes;
        int64_t whole;
        double number;
        struct {
            const char *bytes;
            size_t length;
        } text;
    };
    const struct rule_node *first, *next; /* of a list or map; in it */
    size_t count;                         /* of its items */
};

struct rule {
    struct rule_node *nodes;
    size_t count;
    char *texts;
    const struct rule_node *root;
};

/* The member that names a map's operation; NULL if it has none. */
const struct rule_node *rule_operation(const struct rule_node *map);

/* ---- values ------------------------------------------------------------------- */

/* A moment, and the clock it is told by: that matters when minutes are added to it in a
 * night when clocks change, and one without any clock cannot be compared with the others. */
enum rule_clock { RULE_CLOCK_UTC, RULE_CLOCK_EVENT, RULE_CLOCK_NONE };

struct rule_time {
    int64_t at_ms; /* UTC; RULE_CLOCK_NONE: as if it were */
    enum rule_clock clock;
    int32_t offset_minutes; /* of RULE_CLOCK_UTC: as it was written */
};

struct rule_val {
    enum rule_kind kind;
    union {
        bool yes;
        int64_t whole;
        double number;
        struct {
            const char *bytes;
            size_t length;
        } text;
        struct {
            const struct rule_val *items;
            size_t count;
        } list;
        const struct rule_node *map;
        struct rule_time time;
    };
};

/* One evaluation. `raised` once set ends it. */
struct rule_run {
    const struct rule_facts *facts; /* NULL: `data` gives the variables */
    struct rule_val data;
    struct rule_val *values; /* rooms for lists */
    size_t value_count, value_room;
    struct str texts; /* room for texts that are made; never moves */
    size_t steps;     /* left */
    bool raised;
};

bool rule_run_init(struct rule_run *run, const struct rule *rule);
void rule_run_finish(struct rule_run *run);

struct rule_val rule_null(void);
struct rule_val rule_bool(bool yes);
struct rule_val rule_whole(int64_t whole);
struct rule_val rule_number(double number);
struct rule_val rule_raise(struct rule_run *run);
struct rule_val *rule_room(struct rule_run *run, size_t count); /* NULL, and raises */
struct rule_val rule_literal(struct rule_run *run, const struct rule_node *node);
struct rule_val rule_words(struct rule_run *run, const char *bytes, size_t length);

bool rule_is_true(const struct rule_val *value);
bool rule_is_numeric(const struct rule_val *value); /* RULE_INT or RULE_FLOAT */
/* As Python's float(): of a number, a bool or a text; false if it has none. */
bool rule_to_number(const struct rule_val *value, double *number);
/* As Python's int(); false if it has none. */
bool rule_to_whole(const struct rule_val *value, int64_t *whole);
bool rule_same(struct rule_run *run, const struct rule_val *a, const struct rule_val *b);
/* An item of a list, a part of a text; false if `all` is neither. */
bool rule_contains(struct rule_run *run, const struct rule_val *one,
                   const struct rule_val *all, bool *found);
bool rule_loosely(struct rule_run *run, const struct rule_val *a,
                  const struct rule_val *b); /* == */
bool rule_less(struct rule_run *run, const struct rule_val *a, const struct rule_val *b);
bool rule_are_ordered(const struct rule_val *a, const struct rule_val *b);
/* Appends Python's str(value); `quoted` is as inside a list. */
void rule_print(struct rule_run *run, const struct rule_val *value, bool quoted,
                struct str *out);
void rule_write_json(const struct rule_val *value, struct str *out);

/* ---- evaluation --------------------------------------------------------------- */

struct rule_val rule_apply(struct rule_run *run, const struct rule_node *node,
                           const struct rule_val *data);

/* An operation of the language; false if `name` is none. */
struct rule_args {
    const struct rule_val *items;
    size_t count;
};
typedef struct rule_val (*rule_function)(struct rule_run *run, struct rule_args args);
rule_function rule_find(const char *name, size_t length);
rule_function rule_find_door(const char *name, size_t length);

/* The operations whose second argument is applied to each item of the first: map, filter,
 * all, some, none, reduce; false if `operation` is none of them. */
bool rule_apply_each(struct rule_run *run, const struct rule_node *operation,
                     const struct rule_val *data, struct rule_val *value);

/* The variable `path` of `data`; false if it is not there. */
bool rule_variable(struct rule_run *run, const struct rule_val *data,
                   const struct rule_val *path, struct rule_val *value);
bool rule_door_variable(struct rule_run *run, const char *name, size_t length,
                        struct rule_val *value);

/* Adds minutes by the clock that the time is told by. */
struct rule_time rule_later(const struct rule_facts *facts, struct rule_time time,
                            double minutes);

/* Why a rule that has just said no did so. */
void rule_why(struct rule_run *run, const struct rule_node *root,
              struct rule_answer *answer);

bool rule_text_is(const char *bytes, size_t length, const char *word);

#endif
