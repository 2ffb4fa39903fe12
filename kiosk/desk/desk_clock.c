#include "desk/desk_parts.h"

#include <stdio.h>

#include "base/moment.h"
#include "store/db.h"
#include "store/settings.h"

/* Is the wall clock to be trusted? A clock that was once far ahead left a check-in of
 * the future behind it, and by that row every later moment is too early. No rule can
 * tell which of the two is wrong, so somebody who has looked at the clock says it:
 *
 *     newest row ---far after now--> suspect --desk_confirm_clock--> right, from now on
 *
 * The row that was overruled is remembered by its moment: after a restart it still is
 * the newest one until the next guest comes. */

enum { BACK_MS = 120 * 1000 };
static const char key_confirmed[] = "clock.confirmed_ms";
static const char key_overruled[] = "clock.overruled_ms";

bool
desk_clock_suspect(const struct desk *desk, int64_t now_ms)
{
    if (desk->set.trust_clock)
        return false;
    return now_ms < desk->set.built_ms || desk->newest_ms - now_ms > BACK_MS;
}

void
desk_clock(const struct desk *desk, struct desk_clock *clock)
{
    int64_t now_ms = clock_utc_ms(desk->set.clock);
    *clock = (struct desk_clock){ .suspect = desk_clock_suspect(desk, now_ms),
                                  .before_built = now_ms < desk->set.built_ms,
                                  .now_ms = now_ms,
                                  .built_ms = desk->set.built_ms,
                                  .newest_ms = desk->newest_ms,
                                  .confirmed_ms = desk->clock_confirmed_ms };
}

bool
desk_clock_start(struct desk *desk, struct err *err)
{
    struct db *db = desk->set.db;
    int64_t overruled_ms;
    if (!journal_newest(db, &desk->newest_ms, err) ||
        !settings_get_int(db, key_confirmed, 0, &desk->clock_confirmed_ms, err) ||
        !settings_get_int(db, key_overruled, 0, &overruled_ms, err))
        return false;
    if (desk->newest_ms > 0 && desk->newest_ms == overruled_ms)
        desk->newest_ms = desk->clock_confirmed_ms;
    return true;
}

static bool
keep(struct desk *desk, int64_t now_ms, const char *who, struct err *err)
{
    struct db *db = desk->set.db;
    char now[MOMENT_TEXT_MAX], newest[MOMENT_TEXT_MAX], detail[160];
    int64_t newest_ms;
    snprintf(detail, sizeof detail, "confirmed: it is %s; newest check-in %s",
             moment_write(now_ms, now), moment_write(desk->newest_ms, newest));
    if (!journal_newest(db, &newest_ms, err) || !db_begin(db, err))
        return false;
    if (settings_set_int(db, key_confirmed, now_ms, err) &&
        settings_set_int(db, key_overruled, newest_ms, err) &&
        audit_add(db, who, "clock", detail, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

bool
desk_confirm_clock(struct desk *desk, const char *who, struct err *err)
{
    int64_t now_ms = clock_utc_ms(desk->set.clock);
    char now[MOMENT_TEXT_MAX];
    if (now_ms < desk->set.built_ms)
        return err_set(err, ERR_INPUT,
                       "clock: it says %s, which is before this program was built; "
                       "set it first (timedatectl)",
                       moment_write(now_ms, now));
    if (!keep(desk, now_ms, who, err))
        return false;
    desk->clock_confirmed_ms = now_ms;
    desk->newest_ms = now_ms;
    desk_health_check(desk);
    return true;
}
