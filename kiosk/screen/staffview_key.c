#include "screen/staffview_inside.h"

#include "store/badgekey.h"
#include "store/db.h"
#include "str.h"

/* A badge key comes to this station: a supervisor says so, then shows its QR code to
 * the scanner. Only the very next act or code may be it, or somebody else's key could
 * be shown behind a back. */

bool
staffview_key_wait(struct staffview *view, const struct json *body, struct err *err)
{
    (void)body, (void)err;
    view->awaits_key = true;
    view->notice = "key-wait";
    return true;
}

static bool
take(struct staffview *view, const char *text, size_t length, struct err *err)
{
    struct db *db = view->setting->db;
    char event[ROSTER_KEY_MAX + 1];
    bool known;
    if (!db_begin(db, err))
        return false;
    if (badgekey_import(db, text, length, event, &known, err) &&
        badgekey_note(db, view->who, "key import", event, err) && db_commit(db, err)) {
        str_copy(view->notice_text, sizeof view->notice_text, event);
        return true;
    }
    db_rollback(db);
    return false;
}

bool
staffview_key_take(struct staffview *view, const char *text, size_t length)
{
    struct err err;
    if (!view->awaits_key)
        return false;
    view->awaits_key = false;
    view->notice = "key-taken";
    if (!take(view, text, length, &err)) {
        view->notice = "failed";
        str_copy(view->notice_text, sizeof view->notice_text, err.text);
    }
    staffview_publish(view, true);
    return true;
}
