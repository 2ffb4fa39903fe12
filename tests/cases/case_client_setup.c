#include "cases.h"

#include <stdio.h>
#include <string.h>

#include "client_world.h"
#include "sync/enrol.h"

/* client/setup: an enrolment code as it is scanned, and the server's answer to it. */

struct ended {
    bool done, ok;
    char text[512];
};

static void
on_done(bool ok, const char *text, void *self)
{
    struct ended *ended = self;
    ended->done = true;
    ended->ok = ok;
    str_copy(ended->text, sizeof ended->text, text);
}

/* In the words of the cases. */
static const char *
name_of(enum enrol_failure failure)
{
    switch (failure) {
    case ENROL_FINE:
        return "";
    case ENROL_REFUSED:
        return "bad_request";
    case ENROL_NO_SERVER:
        return "bad_response";
    case ENROL_TROUBLE:
        return "server_error";
    case ENROL_SILENT:
        return "network";
    case ENROL_UNTRUSTED:
        return "ssl";
    case ENROL_LOCKED:
        return "bad_response"; /* an answer that lacks what it should have */
    case ENROL_OTHER:
        return "other_organizer";
    case ENROL_DISK:
        return "disk";
    }
    return "?";
}

/* A code for a newer program has no name in common: any but that of a code that is
 * none.
 */
static void
check_code_error(const struct json *expect, bool newer, struct cases_result *result)
{
    const char *wanted = client_text(expect, "error", "");
    bool names_invalid = strcmp(wanted, "invalid_qr") == 0;
    if (wanted[0] && names_invalid == newer)
        cases_differ(result, wanted,
                     newer ? "a code for a newer program" : "invalid_qr");
}

static bool
check_code(const struct json *given, const struct json *expect, char *url, char *token,
           struct cases_result *result)
{
    struct err err;
    bool newer = false;
    const char *code = client_text(given, "qr", "");
    bool accept = account_read_code(code, strlen(code), url, token, &newer, &err);
    client_expect_bool(expect, "accept", accept, result);
    if (!accept) {
        check_code_error(expect, newer, result);
        return false;
    }
    client_expect_text(expect, "url", url, result);
    client_expect_text(expect, "token", token, result);
    return true;
}

static void
check_account(const struct json *expect, const struct account *account,
              struct cases_result *result)
{
    client_expect_text(expect, "organizer", account->organizer, result);
    client_expect_int(expect, "device_id", account->device_id, result);
    client_expect_text(expect, "unique_serial", account->serial, result);
    client_expect_text(expect, "api_token", account->token, result);
    client_expect_text(expect, "name", account->name, result);
    client_expect_text(expect, "device_name", account->name, result);
    client_expect_text(expect, "security_profile", account->profile, result);
    client_expect_text(expect, "gate_name", account->gate, result);
    client_expect_int(expect, "gate_id", account->gate_id, result);
}

static void
check_ended(const struct json *expect, const struct ended *ended,
            enum enrol_failure failure, struct cases_result *result)
{
    const char *contains = client_text(expect, "message_contains", "");
    client_expect_bool(expect, "ok", ended->ok, result);
    client_expect_text(expect, "error", name_of(failure), result);
    if (!strstr(ended->text, contains))
        cases_differ(result, contains, ended->text);
}

static void
check_answer(struct client_world *world, const struct json *one, const char *url,
             const char *token, struct cases_result *result)
{
    const struct json *expect = json_member(one, "expect");
    struct ended ended = { .done = false };
    struct enrol *enrol;
    struct err err;
    struct enrol_setting setting = { .db = world->scene.db,
                                     .loop = &world->scene.hand.loop,
                                     .clock = &world->scene.hand.clock,
                                     .log = &world->scene.log,
                                     .wire = &world->wire,
                                     .account = &world->account,
                                     .station_name = "case" };
    world->account = (struct account){ .state = ACCOUNT_NONE };
    if (!enrol_create(&setting, &enrol, &err)) {
        cases_refuse(result, "%s", err.text);
        return;
    }
    if (!enrol_start(enrol, url, token, false, on_done, &ended, &err))
        cases_refuse(result, "%s", err.text);
    else if (world->open != 1 ||
             strstr(world->requests[0]->url, "/api/v1/device/initialize") == NULL)
        cases_refuse(result, "expected a call of device/initialize, got none");
    else if (client_answer(world, 0, json_at(one, "given.http"), result) &&
             ended.done) {
        check_ended(expect, &ended, enrol_failure(enrol), result);
        check_account(expect, &world->account, result);
    }
    enrol_destroy(enrol);
}

void
case_client_setup(const struct cases_file *file, const struct json *one,
                  struct cases_result *result)
{
    char url[ACCOUNT_URL_MAX + 1] = "https://pretix.example";
    char token[ACCOUNT_TOKEN_MAX + 1] = "kpp4jn8g2ynzonp6";
    const struct json *given = json_member(one, "given");
    const struct json *expect = json_member(one, "expect");
    bool has_code = json_member(given, "qr"), has_answer = json_member(given, "http");
    if (!has_code && !has_answer)
        cases_refuse(result, "want given.qr or given.http");
    if (has_code && !check_code(given, expect, url, token, result))
        return;
    if (!has_answer || result->failed)
        return;
    struct client_world world;
    if (client_open(&world, file, result))
        check_answer(&world, one, url, token, result);
    client_close(&world);
}
