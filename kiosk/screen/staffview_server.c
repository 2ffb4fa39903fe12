#include "screen/staffview_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/conflict.h"
#include "store/db.h"
#include "store/settings.h"

/* ---- who may, and what for -------------------------------------------------- */

static bool
has_server(const struct staffview *view, struct err *err)
{
    return view->setting->uplink != NULL ||
           err_set(err, ERR_ABSENT, "this station has no ticketing server");
}

bool
staffview_may_show(const struct staffview *view, enum staffview_screen screen,
                   struct err *err)
{
    if (screen < STAFFVIEW_SERVER)
        return true;
    if (!has_server(view, err))
        return false;
    return screen != STAFFVIEW_ENROL || staff_may(view->level, STAFF_ENROL) ||
           err_set(err, ERR_LIMIT, "enrol: %s may not do this",
                   pin_level_name(view->level));
}

/* What people do to the server's side is in the audit, before it is done. */
static bool
note(const struct staffview *view, const char *what, const char *detail,
     struct err *err)
{
    return audit_add(view->setting->db, view->who, what, detail, err);
}

static const struct uplink_door *
door_of(const struct staffview *view)
{
    return uplink_door(view->setting->uplink);
}

static bool
is_enrolled(const struct staffview *view, struct err *err)
{
    return has_server(view, err) &&
           (uplink_status(view->setting->uplink)->account.state == ACCOUNT_ACTIVE ||
            err_set(err, ERR_INPUT, "this station is enrolled with no server"));
}

/* ---- the card --------------------------------------------------------------- */

static bool
ask_now(struct staffview *view, bool full, struct err *err)
{
    if (!is_enrolled(view, err))
        return false;
    if (uplink_status(view->setting->uplink)->hard)
        return err_set(err, ERR_BUSY, "this station works offline: go online first");
    if (!note(view, full ? "sync full" : "sync now", "", err))
        return false;
    view->notice = full ? "server-full" : "server-now";
    door_of(view)->now(full, door_of(view)->self);
    uplink_look(view->setting->uplink);
    return true;
}

bool
staffview_server_now(struct staffview *view, const struct json *body, struct err *err)
{
    (void)body;
    return ask_now(view, false, err);
}

bool
staffview_server_full(struct staffview *view, const struct json *body, struct err *err)
{
    (void)body;
    return ask_now(view, true, err);
}

bool
staffview_server_offline(struct staffview *view, const struct json *body,
                         struct err *err)
{
    bool offline;
    if (!json_bool(body, "offline", &offline, err) || !is_enrolled(view, err) ||
        !note(view, offline ? "sync offline" : "sync online", "", err))
        return false;
    view->notice = offline ? "server-offline" : "server-online";
    door_of(view)->set_offline(offline, door_of(view)->self);
    uplink_look(view->setting->uplink);
    return true;
}

bool
staffview_server_believe(struct staffview *view, const struct json *body,
                         struct err *err)
{
    (void)body;
    if (!is_enrolled(view, err))
        return false;
    if (!uplink_status(view->setting->uplink)->pull.suspicious)
        return err_set(err, ERR_INPUT, "the server has said nothing to be believed");
    if (!note(view, "sync believe", "", err))
        return false;
    view->notice = "server-believed";
    door_of(view)->believe(door_of(view)->self);
    uplink_look(view->setting->uplink);
    return true;
}

/* ---- work lists ------------------------------------------------------------- */

static bool
record_done(struct staffview *view, int64_t id, struct err *err)
{
    struct db *db = view->setting->db;
    char detail[48];
    snprintf(detail, sizeof detail, "conflict=%" PRId64, id);
    return conflict_done(db, id, clock_utc_ms(view->setting->clock), view->who, err) &&
           note(view, "conflict done", detail, err) && db_commit(db, err);
}

bool
staffview_conflict_done(struct staffview *view, const struct json *body,
                        struct err *err)
{
    int64_t id;
    if (!json_int(body, "id", &id, err) || !has_server(view, err) ||
        !db_begin(view->setting->db, err))
        return false;
    if (!record_done(view, id, err)) {
        db_rollback(view->setting->db);
        return false;
    }
    view->notice = "conflict-done";
    uplink_look(view->setting->uplink);
    return true;
}

bool
staffview_outbox_retry(struct staffview *view, const struct json *body, struct err *err)
{
    int64_t id;
    char detail[48];
    if (!json_int(body, "id", &id, err) || !is_enrolled(view, err))
        return false;
    snprintf(detail, sizeof detail, id ? "row=%" PRId64 : "all", id);
    if (!note(view, "outbox retry", detail, err) ||
        !door_of(view)->retry(id, view->who, door_of(view)->self, err))
        return false;
    view->notice = "outbox-retried";
    uplink_look(view->setting->uplink);
    return true;
}

/* ---- enrolment -------------------------------------------------------------- */

void
staffview_drop_code(struct staffview *view)
{
    explicit_bzero(view->code.token, sizeof view->code.token);
    view->code.url[0] = '\0';
    view->code.leave_behind = false;
    view->code_problem = "";
}

static bool
read_code(struct staffview *view, const char *text, size_t length, struct err *err)
{
    bool newer;
    staffview_drop_code(view);
    uplink_forget(view->setting->uplink);
    if (account_read_code(text, length, view->code.url, view->code.token, &newer, err))
        return true;
    staffview_drop_code(view);
    view->code_problem = newer ? "newer" : "unreadable";
    return false;
}

bool
staffview_enrol_code(struct staffview *view, const struct json *body, struct err *err)
{
    const char *text;
    if (!json_text(body, "text", &text, err) || !has_server(view, err))
        return false;
    view->screen = STAFFVIEW_ENROL;
    return read_code(view, text, strlen(text), err);
}

bool
staffview_take_code(struct staffview *view, const char *text, size_t length)
{
    struct err ignored;
    if (staffview_key_take(view, text, length))
        return true;
    if (view->screen != STAFFVIEW_ENROL || !account_is_code(text, length) ||
        uplink_enrol_state(view->setting->uplink) == UPLINK_ENROL_ASKING)
        return false;
    view->notice = "";
    read_code(view, text, length, &ignored);
    staffview_publish(view, true); /* "connect" was meant for the code before */
    return true;
}

bool
staffview_enrol_start(struct staffview *view, const struct json *body, struct err *err)
{
    struct uplink *uplink = view->setting->uplink;
    char detail[ACCOUNT_URL_MAX + 8];
    if (!has_server(view, err) ||
        !json_bool_or(body, "leave_behind", false, &view->code.leave_behind, err))
        return false;
    if (view->code.url[0] == '\0')
        return err_set(err, ERR_INPUT, "enrol: there is no code yet");
    snprintf(detail, sizeof detail, "url=%s", view->code.url);
    view->code.again = uplink_status(uplink)->account.state == ACCOUNT_ACTIVE;
    if (!note(view, "enrol", detail, err) || !uplink_enrol(uplink, &view->code, err))
        return false;
    staffview_drop_code(view);
    uplink_look(uplink);
    return true;
}

bool
staffview_enrol_back(struct staffview *view, const struct json *body, struct err *err)
{
    (void)body;
    if (!has_server(view, err))
        return false;
    staffview_drop_code(view);
    uplink_forget(view->setting->uplink);
    return true;
}
