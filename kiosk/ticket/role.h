#ifndef YUELAI_ROLE_H
#define YUELAI_ROLE_H

/* role: what this station does at this time: which check-in lists it serves, entry or
 * exit, and whether it admits, prints or both.
 *
 * As a text, for the configuration, `kioskctl role`, the time table and the audit:
 *
 *     list=citec/main direction=entry work=admit+print gate=North
 *     list=citec/hall-n2,workshops/w3 direction=ask work=admit-only
 *
 * Parts may stand in any order, each once; direction defaults to entry, work to
 * admit+print. One list an event; several events' lists with commas. A gate with blanks in
 * its name stands in double quotes: gate="North hall".
 *
 * A time table is a set of moments with a role each; the one that began last is in
 * force. A change by hand holds until the next moment of the table.
 *
 * Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum {
    ROLE_LISTS_MAX = 8,
    ROLE_KEY_MAX = 63, /* bytes of an event's slug, and of a list's key */
    ROLE_GATE_MAX = 63, /* bytes */
    ROLE_TEXT_MAX = 1279, /* bytes of a role as a text */
    ROLE_TABLE_MAX = 64 /* moments */
};

enum role_direction { ROLE_ENTRY, ROLE_EXIT, ROLE_ASK };
enum role_work { ROLE_ADMIT_PRINT, ROLE_ADMIT_ONLY, ROLE_PRINT_ONLY };

struct role_list {
    char event[ROLE_KEY_MAX + 1]; /* slug */
    char list[ROLE_KEY_MAX + 1]; /* key at its source */
};

struct role {
    struct role_list lists[ROLE_LISTS_MAX];
    unsigned list_count; /* 0: no role yet, nothing can be admitted */
    enum role_direction direction;
    enum role_work work;
    char gate[ROLE_GATE_MAX + 1]; /* "" = none */
};

struct role_moment {
    int64_t from_ms;
    struct role role;
};

struct role_table {
    struct role_moment moments[ROLE_TABLE_MAX]; /* by from_ms, ascending */
    unsigned count;
};

/* Fails with ERR_INPUT, naming the part; role is then untouched. */
bool role_parse(const char *text, struct role *role, struct err *err);

/* The list this role has for an event, or NULL. */
const struct role_list *role_list_of(const struct role *role, const char *event);

/* "entry" … and "admit+print" …, as they stand in the text. */
const char *role_direction_name(enum role_direction direction);
const char *role_work_name(enum role_work work);

/* Writes the role as a text; `text` has room for ROLE_TEXT_MAX + 1 bytes. */
void role_format(const struct role *role, char *text);

/* Badges come out at this station. */
bool role_prints(const struct role *role);

bool role_equal(const struct role *a, const struct role *b);

/* Keeps the table in order. Fails with ERR_LIMIT, or ERR_INPUT if the moment is taken; the
 * table is then as it was. */
bool role_table_add(struct role_table *table, int64_t from_ms, const struct role *role,
                    struct err *err);

/* The moment in force at now_ms, or NULL before the first. */
const struct role_moment *role_table_at(const struct role_table *table, int64_t now_ms);

/* The next moment after now_ms, or NULL. */
const struct role_moment *role_table_next(const struct role_table *table, int64_t now_ms);

#endif
