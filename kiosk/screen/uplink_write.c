#include "screen/uplink.h"

#include <stdlib.h>

#include "base/json.h"

enum { CLOCK_APART_MS = 2000, MINUTE_MS = 60 * 1000 };

bool
uplink_is_loading(const struct sync_status *status)
{
    bool begins = status->running && status->age_ms < 0;
    bool runs = status->pull.first_load && status->pull.phase != PULL_IDLE;
    return status->account.state == ACCOUNT_ACTIVE && (begins || runs);
}

static bool
clock_is_apart(const struct sync_status *status)
{
    return llabs(status->clock_apart_ms) > CLOCK_APART_MS;
}

const char *
uplink_trouble(const struct sync_status *status)
{
    if (status->account.state == ACCOUNT_NONE)
        return "";
    if (status->sealed)
        return "sealed";
    if (status->pull.suspicious)
        return "suspicious";
    if (status->push.locked)
        return "locked";
    if (status->hard)
        return "by-hand";
    if (status->offline)
        return "silent";
    if (status->push.hold > 0)
        return "held";
    if (status->pull.trouble[0] != '\0')
        return "download";
    if (status->push.trouble[0] != '\0')
        return "upload";
    if (status->pull.bad > 0)
        return "bad";
    if (status->old)
        return "old";
    return clock_is_apart(status) ? "clock" : "";
}

const char *
uplink_trouble_text(const struct sync_status *status)
{
    if (status->account.state == ACCOUNT_NONE || status->sealed || status->hard)
        return "";
    if (status->pull.suspicious)
        return status->pull.trouble;
    if (status->push.locked || status->push.hold > 0)
        return status->push.trouble;
    if (status->offline)
        return status->trouble;
    if (status->pull.trouble[0] != '\0')
        return status->pull.trouble;
    return status->push.trouble[0] != '\0' ? status->push.trouble
                                           : status->pull.first_bad;
}

static const char *
link_name(const struct sync_status *status)
{
    if (status->account.state == ACCOUNT_NONE)
        return "none";
    if (status->sealed)
        return "sealed";
    if (status->hard)
        return "by-hand";
    return status->offline ? "offline" : "online";
}

void
uplink_write_brief(const struct uplink *uplink, struct str *out)
{
    const struct sync_status *status = uplink_status(uplink);
    json_open_object(out, "server");
    json_add_text(out, "link", link_name(status));
    json_add_text(out, "trouble", uplink_trouble(status));
    json_add_int(out, "conflicts", status->conflicts);
    json_add_int(out, "dead", status->push.dead);
    json_close_object(out);
}

/* ---- the card --------------------------------------------------------------- */

static void
write_account(const struct account *account, struct str *out)
{
    json_open_object(out, "account");
    json_add_text(out, "url", account->url);
    json_add_text(out, "organizer", account->organizer);
    json_add_text(out, "device", account->name);
    json_add_int(out, "number", account->device_id);
    json_add_text(out, "gate", account->gate);
    json_add_text(out, "version", account->server);
    json_add_int(out, "enrolled_ms", account->enrolled_ms);
    json_add_int(out, "revoked_ms", account->revoked_ms);
    json_close_object(out);
}

static void
write_download(const struct pull_status *pull, struct str *out)
{
    static const char *const phases[] = {
        [PULL_IDLE] = "idle",           [PULL_INFO] = "info",
        [PULL_SESSIONS] = "sessions",   [PULL_EVENT] = "event",
        [PULL_PRODUCTS] = "products",   [PULL_QUESTIONS] = "questions",
        [PULL_LAYOUTS] = "layouts",     [PULL_LISTS] = "lists",
        [PULL_WITHDRAWN] = "withdrawn", [PULL_ORDERS] = "orders",
        [PULL_BUILDING] = "building",   [PULL_MEDIA] = "media",
        [PULL_SETTINGS] = "settings",
    };
    json_open_object(out, "download");
    json_add_text(out, "phase", phases[pull->phase]);
    json_add_text(out, "event", pull->event);
    json_add_bool(out, "first", pull->first_load);
    json_add_int(out, "done", pull->done);
    json_add_int(out, "total", pull->total);
    json_add_int(out, "bad", pull->bad);
    json_add_bool(out, "suspicious", pull->suspicious);
    json_close_object(out);
}

static void
write_upload(const struct push_status *push, struct str *out)
{
    json_open_object(out, "upload");
    json_add_int(out, "waiting", push->pending);
    json_add_int(out, "held", push->hold);
    json_add_int(out, "dead", push->dead);
    json_add_int(out, "sent", push->sent);
    json_add_int(out, "oldest_ms", push->oldest_ms);
    json_close_object(out);
}

/* By the minute, as it is read: a card that nothing happens to is the same card. */
static int64_t
minute_of(int64_t at_ms)
{
    return at_ms - at_ms % MINUTE_MS;
}

static void
write_enrolment(const struct uplink *uplink, struct str *out)
{
    static const char *const states[] = { "none", "asking", "refused", "done" };
    static const char *const failures[] = {
        [ENROL_FINE] = "start",          [ENROL_REFUSED] = "refused",
        [ENROL_NO_SERVER] = "no-server", [ENROL_TROUBLE] = "trouble",
        [ENROL_SILENT] = "silent",       [ENROL_UNTRUSTED] = "untrusted",
        [ENROL_LOCKED] = "locked",       [ENROL_OTHER] = "other",
        [ENROL_DISK] = "disk",
    };
    const struct uplink_enrolment *refusal = uplink_refusal(uplink);
    enum uplink_enrol state = uplink_enrol_state(uplink);
    json_open_object(out, "enrolment");
    json_add_text(out, "state", states[state]);
    if (state == UPLINK_ENROL_REFUSED) {
        json_add_text(out, "failure", failures[refusal->failure]);
        json_add_text(out, "text", refusal->text);
    }
    json_close_object(out);
}

void
uplink_write(const struct uplink *uplink, struct str *out)
{
    const struct sync_status *status = uplink_status(uplink);
    json_open_object(out, "server");
    json_add_text(out, "link", link_name(status));
    json_add_text(out, "trouble", uplink_trouble(status));
    json_add_text(out, "trouble_text", uplink_trouble_text(status));
    json_add_int(out, "conflicts", status->conflicts);
    json_add_int(out, "dead", status->push.dead);
    json_add_int(out, "since_ms", status->offline ? status->offline_since_ms : 0);
    json_add_int(out, "heard_ms", minute_of(status->heard_ms));
    if (status->age_ms >= 0)
        json_add_int(out, "copy_ms", uplink_copy_ms(uplink));
    json_add_bool(out, "old", status->old);
    json_add_bool(out, "running", status->running);
    json_add_int(out, "clock_apart_ms",
                 clock_is_apart(status) ? status->clock_apart_ms : 0);
    write_account(&status->account, out);
    write_download(&status->pull, out);
    write_upload(&status->push, out);
    write_enrolment(uplink, out);
    json_close_object(out);
}
