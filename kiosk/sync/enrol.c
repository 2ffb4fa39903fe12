#include "sync/enrol.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "store/outbox.h"
#include "store/settings.h"
#include "str.h"
#include "sync/pretix_inside.h"

enum { DEADLINE_MS = 20 * 1000, FACTS_MAX = 1023 };

enum work { WORK_NONE, WORK_START, WORK_UPDATE, WORK_ROLL, WORK_REVOKE };

struct enrol {
    struct enrol_setting set;
    enum work work;
    struct account account; /* as it is to be, also for the call itself */
    struct api_client api;  /* with that account */
    struct api_call call;
    bool calling, leave_behind;
    enum enrol_failure failure;
    char text[512];
    enrol_fn *done;
    void *done_self;
    void (*on_change)(void *self);
    void *on_change_self;
    void (*on_result)(const struct api_call *, void *self);
    void *on_result_self;
};

static const char told_key[] = "account.told";

/* ---- what we say of ourselves ---------------------------------------------------- */

static void
add_facts(const struct enrol *enrol, struct str *out)
{
    struct enrol_machine machine;
    enrol_machine(enrol->set.root, &machine);
    json_add_text(out, "hardware_brand", machine.brand);
    json_add_text(out, "hardware_model", machine.model);
    json_add_text(out, "software_brand", "Yuelai");
    json_add_text(out, "software_version", YUELAI_VERSION);
    json_add_text(out, "os_name", machine.os);
    json_add_text(out, "os_version", machine.os_version);
    if (enrol->set.station_name && enrol->set.station_name[0]) {
        json_open_object(out, "info");
        json_add_text(out, "station", enrol->set.station_name);
        json_close_object(out);
    }
}

static void
write_facts(const struct enrol *enrol, char *text, size_t size)
{
    struct str out;
    str_init(&out, FACTS_MAX);
    json_open_object(&out, NULL);
    add_facts(enrol, &out);
    json_close_object(&out);
    str_copy(text, size, out.data);
    str_finish(&out);
}

bool
enrol_is_stale(struct enrol *enrol)
{
    char told[FACTS_MAX + 1], now[FACTS_MAX + 1];
    struct err ignored;
    write_facts(enrol, now, sizeof now);
    return enrol->set.account->state == ACCOUNT_ACTIVE &&
           (!settings_get(enrol->set.db, told_key, told, sizeof told, &ignored) ||
            strcmp(told, now) != 0);
}

/* ---- the account as the server describes it ----------------------------------------
 */

static bool
take_account(struct enrol *enrol, const struct json *json, struct err *err)
{
    struct account *account = &enrol->account;
    const char *profile;
    if (!json_copy(json, "organizer", account->organizer, sizeof account->organizer,
                   err) ||
        !json_int(json, "device_id", &account->device_id, err) ||
        !json_copy(json, "unique_serial", account->serial, sizeof account->serial,
                   err) ||
        !json_copy(json, "api_token", account->token, sizeof account->token, err) ||
        !json_text_or(json, "security_profile", "full", &profile, err))
        return false;
    if (!account->organizer[0] || !account->serial[0] || !account->token[0])
        return err_set(err, ERR_INPUT,
                       "organizer, unique_serial and api_token must be there");
    str_copy(account->profile, sizeof account->profile, profile);
    pretix_copy(account->name, sizeof account->name, json_member(json, "name"));
    account->gate_id = pretix_int(json_at(json, "gate.id"));
    pretix_copy(account->gate, sizeof account->gate, json_at(json, "gate.name"));
    return true;
}

/* ---- saved
 * --------------------------------------------------------------------------- */

static bool
is_other(const struct enrol *enrol)
{
    const struct account *now = enrol->set.account;
    return now->organizer[0] &&
           (strcmp(now->organizer, enrol->account.organizer) != 0 ||
            strcmp(now->url, enrol->account.url) != 0);
}

static bool
leave_rows_behind(struct enrol *enrol, struct err *err)
{
    char words[ROSTER_TEXT_MAX + 1];
    int64_t count;
    snprintf(words, sizeof words, "for organizer %.63s, which this station has left",
             enrol->set.account->organizer);
    if (!outbox_abandon(enrol->set.db, words, &count, err))
        return false;
    if (count > 0)
        log_warning(enrol->set.log, "enrol",
                    "left behind rows=%" PRId64 " organizer=%s", count,
                    enrol->set.account->organizer);
    return true;
}

static bool
write_account(struct enrol *enrol, struct err *err)
{
    struct db *db = enrol->set.db;
    char facts[FACTS_MAX + 1];
    write_facts(enrol, facts, sizeof facts);
    if (!db_begin(db, err))
        return false;
    bool tells = enrol->work == WORK_START || enrol->work == WORK_UPDATE;
    bool ok =
        enrol->work != WORK_START || !is_other(enrol) || leave_rows_behind(enrol, err);
    ok = ok && account_save(db, &enrol->account, err) &&
         (!tells || settings_set(db, told_key, facts, err)) && db_commit(db, err);
    if (!ok)
        db_rollback(db);
    return ok;
}

/* Saved first. A token that could not be saved is used all the same: the old one is
 * dead at the server already. */
static void
keep_account(struct enrol *enrol)
{
    struct err err;
    bool saved = write_account(enrol, &err);
    if (!saved) {
        enrol->failure = ENROL_DISK;
        snprintf(enrol->text, sizeof enrol->text,
                 "The server has done it, but it could not be saved here: %s",
                 err.text);
    }
    if (saved || enrol->work == WORK_ROLL || enrol->work == WORK_REVOKE)
        *enrol->set.account = enrol->account;
    if (enrol->on_change)
        enrol->on_change(enrol->on_change_self);
}

/* ---- what went wrong, in plain words
 * --------------------------------------------------
 */

static void
fail(struct enrol *enrol, enum enrol_failure failure, const char *advice,
     const char *words)
{
    struct str text;
    enrol->failure = failure;
    str_init(&text, 2048);
    str_add_text(&text, advice);
    if (words[0])
        str_addf(&text, " (%s)", words);
    str_copy(enrol->text, sizeof enrol->text, text.data);
    str_finish(&text);
}

static const char *
advice_of(const char *words)
{
    if (strstr(words, "already been used"))
        return "This enrolment code has been used before: ask the organiser for a new "
               "one.";
    if (strstr(words, "revoked"))
        return "This enrolment code has been withdrawn: ask the organiser for a new "
               "one.";
    if (strstr(words, "Unknown initialization"))
        return "The server does not know this enrolment code: is it of this server, "
               "and "
               "whole?";
    return "The server refuses.";
}

static void
explain(struct enrol *enrol)
{
    const struct api_call *call = &enrol->call;
    const char *words = call->text;
    if (call->result == API_UNTRUSTED)
        fail(enrol, ENROL_UNTRUSTED,
             "The server's certificate is not trusted: is the station's clock right, "
             "and "
             "the address?",
             words);
    else if (call->result == API_SILENT)
        fail(enrol, ENROL_SILENT, "The server cannot be reached.", words);
    else if (call->status >= 500)
        fail(enrol, ENROL_TROUBLE, "The server has trouble: try again in a while.",
             words);
    else if (call->result == API_REVOKED || call->result == API_LOCKED)
        fail(enrol, ENROL_LOCKED,
             "The server does not know this station any more: enrol it again.", words);
    else if (call->status == 400 && call->json)
        fail(enrol, ENROL_REFUSED, advice_of(words), words);
    else if (call->result == API_LATER)
        fail(enrol, ENROL_TROUBLE, "The server is busy: try again in a while.", words);
    else
        fail(enrol, ENROL_NO_SERVER,
             "What answers there is no ticketing server: is the address right, or does "
             "the network ask for a login?",
             words);
}

/* ---- an answer
 * ------------------------------------------------------------------------
 */

/* Rows that wait for the server of the present account. */
static bool
rows_wait(const struct enrol *enrol, int64_t *rows)
{
    struct outbox_counts counts;
    struct err ignored;
    int64_t oldest_ms;
    *rows = 0;
    if (!outbox_waiting(enrol->set.db, rows, &oldest_ms, &ignored) ||
        !outbox_counts(enrol->set.db, &counts, &ignored))
        return true; /* nobody can say: as if */
    *rows += counts.rows[OUTBOX_HOLD];
    return *rows > 0;
}

static bool
may_leave(struct enrol *enrol)
{
    int64_t rows;
    if (enrol->work != WORK_START || !is_other(enrol) || enrol->leave_behind ||
        !rows_wait(enrol, &rows))
        return true;
    fail(
        enrol, ENROL_OTHER,
        "This code is of another organizer, while check-ins still wait for the present "
        "one: upload or export them first, then enrol with a new code.",
        "");
    return false;
}

static void
take_answer(struct enrol *enrol)
{
    struct err err = { .text = "" };
    if (enrol->call.result != API_OK || !enrol->call.json) {
        explain(enrol);
        return;
    }
    if (enrol->work == WORK_REVOKE) {
        enrol->account.state = ACCOUNT_REVOKED;
        enrol->account.revoked_ms = clock_utc_ms(enrol->set.clock);
    } else if (!take_account(enrol, enrol->call.json, &err)) {
        fail(enrol, ENROL_NO_SERVER, "The server's answer lacks something.", err.text);
        return;
    } else if (enrol->work == WORK_START) {
        enrol->account.state = ACCOUNT_ACTIVE;
        enrol->account.enrolled_ms = clock_utc_ms(enrol->set.clock);
    }
    if (may_leave(enrol))
        keep_account(enrol);
}

static void
on_done(struct api_call *call)
{
    struct enrol *enrol = call->owner;
    enrol_fn *done = enrol->done;
    void *self = enrol->done_self;
    enrol->failure = ENROL_FINE;
    enrol->text[0] = '\0';
    take_answer(enrol);
    if (enrol->on_result)
        enrol->on_result(call, enrol->on_result_self);
    api_call_finish(call);
    memset(enrol->account.token, 0, sizeof enrol->account.token);
    enrol->calling = false;
    enrol->leave_behind = false;
    enrol->work = WORK_NONE;
    if (enrol->failure != ENROL_FINE)
        log_warning(enrol->set.log, "enrol", "%s", enrol->text);
    if (done)
        done(enrol->failure == ENROL_FINE, enrol->text, self);
}

/* ---- asking
 * ----------------------------------------------------------------------------
 */

static bool
begin(struct enrol *enrol, enum work work, struct err *err)
{
    if (enrol->calling)
        return err_set(err, ERR_BUSY, "the server is being asked already");
    enrol->work = work;
    enrol->account = *enrol->set.account;
    api_call_init(&enrol->call);
    enrol->call.method = "POST";
    enrol->call.done = on_done;
    enrol->call.owner = enrol;
    enrol->call.deadline_ms = DEADLINE_MS;
    return true;
}

static bool
send(struct enrol *enrol, const char *path, enrol_fn *done, void *self, struct err *err)
{
    if (!str_ok(&enrol->call.body) || !api_url(&enrol->api, &enrol->call, "%s", path)) {
        api_call_finish(&enrol->call);
        return err_set(err, ERR_INPUT, "the server's address is too long");
    }
    enrol->done = done;
    enrol->done_self = self;
    enrol->calling = true;
    api_start(&enrol->api, &enrol->call);
    return true;
}

static bool
check_start(struct enrol *enrol, const char *url, bool again, struct err *err)
{
    const struct account *now = enrol->set.account;
    int64_t rows;
    if (now->state == ACCOUNT_ACTIVE && !again)
        return err_set(err, ERR_INPUT,
                       "this station is enrolled already, with organizer %s at %s: say "
                       "so if it is to be enrolled again",
                       now->organizer, now->url);
    if (now->organizer[0] && strcmp(now->url, url) != 0 && !enrol->leave_behind &&
        rows_wait(enrol, &rows))
        return err_set(err, ERR_INPUT,
                       "%" PRId64 " rows wait for organizer %s at %s: upload or export "
                       "them first",
                       rows, now->organizer, now->url);
    return true;
}

bool
enrol_start(struct enrol *enrol, const char *url, const char *token, bool again,
            enrol_fn *done, void *self, struct err *err)
{
    char home[ACCOUNT_URL_MAX + 1];
    if (!account_check_url(url, err))
        return false;
    if (!str_copy(home, sizeof home, url))
        return err_set(err, ERR_INPUT, "the server's address is over %d bytes",
                       ACCOUNT_URL_MAX);
    for (size_t end = strlen(home); end > 0 && home[end - 1] == '/';)
        home[--end] = '\0';
    if (!check_start(enrol, home, again, err) || !begin(enrol, WORK_START, err))
        return false;
    struct account *account = &enrol->account;
    *account = (struct account){ .state = ACCOUNT_NONE };
    str_copy(account->url, sizeof account->url, home);
    struct str *out = &enrol->call.body;
    json_open_object(out, NULL);
    json_add_text(out, "token", token);
    add_facts(enrol, out);
    json_close_object(out);
    enrol->call.anonymous = true;
    return send(enrol, "/api/v1/device/initialize", done, self, err);
}

static bool
is_enrolled(const struct enrol *enrol, struct err *err)
{
    return enrol->set.account->state == ACCOUNT_ACTIVE ||
           err_set(err, ERR_INPUT, "this station is not enrolled");
}

bool
enrol_update(struct enrol *enrol, enrol_fn *done, void *self, struct err *err)
{
    if (!is_enrolled(enrol, err) || !begin(enrol, WORK_UPDATE, err))
        return false;
    struct str *out = &enrol->call.body;
    json_open_object(out, NULL);
    add_facts(enrol, out);
    json_close_object(out);
    return send(enrol, "/api/v1/device/update", done, self, err);
}

bool
enrol_roll(struct enrol *enrol, enrol_fn *done, void *self, struct err *err)
{
    return is_enrolled(enrol, err) && begin(enrol, WORK_ROLL, err) &&
           send(enrol, "/api/v1/device/roll", done, self, err);
}

bool
enrol_revoke(struct enrol *enrol, enrol_fn *done, void *self, struct err *err)
{
    return is_enrolled(enrol, err) && begin(enrol, WORK_REVOKE, err) &&
           send(enrol, "/api/v1/device/revoke", done, self, err);
}

void
enrol_leave_behind(struct enrol *enrol)
{
    enrol->leave_behind = true;
}

/* ---- life
 * -------------------------------------------------------------------------------
 */

bool
enrol_is_busy(const struct enrol *enrol)
{
    return enrol->calling;
}

enum enrol_failure
enrol_failure(const struct enrol *enrol)
{
    return enrol->failure;
}

const char *
enrol_text(const struct enrol *enrol)
{
    return enrol->text;
}

void
enrol_on_change(struct enrol *enrol, void (*call)(void *self), void *self)
{
    enrol->on_change = call;
    enrol->on_change_self = self;
}

void
enrol_on_result(struct enrol *enrol, void (*call)(const struct api_call *, void *self),
                void *self)
{
    enrol->on_result = call;
    enrol->on_result_self = self;
}

bool
enrol_create(const struct enrol_setting *setting, struct enrol **out, struct err *err)
{
    struct enrol *enrol = calloc(1, sizeof *enrol);
    if (!enrol)
        return err_no_memory(err);
    enrol->set = *setting;
    enrol->api = (struct api_client){ setting->wire, setting->clock, setting->log,
                                      &enrol->account };
    *out = enrol;
    return true;
}

void
enrol_destroy(struct enrol *enrol)
{
    if (!enrol)
        return;
    if (enrol->calling)
        api_call_finish(&enrol->call);
    memset(enrol, 0, sizeof *enrol);
    free(enrol);
}
