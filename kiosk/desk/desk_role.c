#include "desk/desk_parts.h"

#include <string.h>

#include "store/db.h"
#include "store/settings.h"
#include "str.h"

/* Which role is in force, by whom, newest first:
 *
 *     set by hand at H  >  the time table's moment, if it began after H  >
 * configuration
 *
 * A wall clock may jump, so the table is looked at every LOOK_MS at the latest. */

enum { LOOK_MS = 30 * 1000 };
static const char key_role[] = "role.hand", key_at[] = "role.hand_ms";

/* The role that should be in force now, and who wants it. */
static const struct role *
wanted(const struct desk *desk, const char **who)
{
    int64_t now_ms = clock_utc_ms(desk->set.clock);
    const struct role_moment *moment = role_table_at(&desk->set.table, now_ms);
    if (desk->hand_ms != 0 && (!moment || moment->from_ms <= desk->hand_ms)) {
        *who = "hand";
        return &desk->hand;
    }
    *who = moment ? "table" : "config";
    return moment ? &moment->role : &desk->set.role;
}

static void
arm(struct desk *desk)
{
    int64_t now_ms = clock_utc_ms(desk->set.clock), wait_ms = LOOK_MS;
    const struct role_moment *next = role_table_next(&desk->set.table, now_ms);
    if (next && next->from_ms - now_ms < wait_ms)
        wait_ms = next->from_ms - now_ms;
    loop_timer_arm(desk->set.loop, desk->role_timer, wait_ms);
}

/* What a person did is in the audit already, by name. */
static void
audit_change(struct desk *desk, const char *who, const char *text)
{
    struct err err;
    if (strcmp(who, "hand") == 0)
        return;
    if (!audit_add(desk->set.db, who, "role", text, &err))
        desk_health_note(desk, &err);
}

void
desk_role_refresh(struct desk *desk)
{
    const char *who;
    const struct role *role = wanted(desk, &who);
    arm(desk);
    desk->role_waits = false;
    if (role_equal(role, &desk->role))
        return;
    if (desk_is_busy(desk)) {
        desk->role_waits = true;
        return;
    }
    desk->role = *role;
    char text[ROLE_TEXT_MAX + 1], shown[ROLE_TEXT_MAX + 1];
    role_format(role, text);
    log_notice(desk->set.log, "desk", "role by=%s \"%s\"", who,
               str_quote(shown, sizeof shown, text, strlen(text)));
    audit_change(desk, who, text);
    feed_publish(desk->set.feed, FEED_ROLE, &desk->role);
    desk_health_check(desk);
}

static void
look(void *self)
{
    desk_role_refresh(self);
}

bool
desk_role_create(struct desk *desk)
{
    desk->role_timer = loop_timer_create(desk->set.loop, look, desk);
    return desk->role_timer != NULL;
}

bool
desk_role_start(struct desk *desk, struct err *err)
{
    char text[ROLE_TEXT_MAX + 1];
    const char *who;
    struct err wrong;
    if (!settings_get(desk->set.db, key_role, text, sizeof text, err) ||
        !settings_get_int(desk->set.db, key_at, 0, &desk->hand_ms, err))
        return false;
    if (desk->hand_ms != 0 && !role_parse(text, &desk->hand, &wrong)) {
        log_warning(desk->set.log, "desk", "role kept in settings: %s", wrong.text);
        desk->hand_ms = 0;
    }
    desk->role = *wanted(desk, &who);
    arm(desk);
    return true;
}

/* ---- changes -------------------------------------------------------------------- */

static bool
check_lists(struct desk *desk, const struct role *role, struct err *err)
{
    if (role->list_count == 0)
        return err_set(err, ERR_INPUT, "role: want list=event/list");
    for (unsigned i = 0; i < role->list_count; i++) {
        const struct role_list *ours = &role->lists[i];
        struct list list;
        bool found;
        if (!roster_list(desk->set.db, ours->event, ours->list, &found, &list, err))
            return false;
        if (!found)
            return err_set(err, ERR_ABSENT, "role: no list %s/%s in the roster",
                           ours->event, ours->list);
    }
    return true;
}

/* at_ms 0: forgets what was set by hand. */
static bool
keep(struct desk *desk, const char *text, int64_t at_ms, const char *who,
     struct err *err)
{
    struct db *db = desk->set.db;
    if (!db_begin(db, err))
        return false;
    bool ok = at_ms != 0 ? settings_set(db, key_role, text, err) &&
                               settings_set_int(db, key_at, at_ms, err)
                         : settings_remove(db, key_role, err) &&
                               settings_remove(db, key_at, err);
    if (ok && audit_add(db, who, "role", text, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

bool
desk_set_role(struct desk *desk, const struct role *role, const char *who,
              struct err *err)
{
    char text[ROLE_TEXT_MAX + 1];
    int64_t now_ms = clock_utc_ms(desk->set.clock);
    role_format(role, text);
    if (!check_lists(desk, role, err) || !keep(desk, text, now_ms, who, err))
        return false;
    desk->hand = *role;
    desk->hand_ms = now_ms;
    desk_role_refresh(desk);
    return true;
}

bool
desk_clear_role(struct desk *desk, const char *who, struct err *err)
{
    if (!keep(desk, "back to configuration and time table", 0, who, err))
        return false;
    desk->hand_ms = 0;
    desk_role_refresh(desk);
    return true;
}

void
desk_configure(struct desk *desk, const struct role *role,
               const struct role_table *table)
{
    desk->set.role = *role;
    desk->set.table = *table;
    desk_role_refresh(desk);
}

void
desk_set_kinds(struct desk *desk, const struct desk_kind *kinds, unsigned count)
{
    desk->set.kinds = kinds;
    desk->set.kind_count = count;
}

void
desk_set_claim_deadline(struct desk *desk, int64_t deadline_ms)
{
    desk->set.claim_deadline_ms = deadline_ms;
}

const struct role *
desk_role(const struct desk *desk)
{
    return &desk->role;
}
