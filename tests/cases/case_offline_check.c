#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "offline_count.h"
#include "offline_scene.h"
#include "sync/pretix.h"

/* The suite offline-check: a cache, a moment, a code, and what a station without a
 * network must answer, in the server's spelling. */

/* As one kind of program names the same answers. */
static const struct {
    const char *result, *code;
} results[] = {
    { "VALID", "ok" },
    { "INVALID", "invalid" },
    { "USED", "already_redeemed" },
    { "ERROR", "error" },
    { "UNPAID", "unpaid" },
    { "BLOCKED", "blocked" },
    { "INVALID_TIME", "invalid_time" },
    { "CANCELED", "canceled" },
    { "PRODUCT", "product" },
    { "RULES", "rules" },
    { "ANSWERS_REQUIRED", "incomplete" },
    { "AMBIGUOUS", "ambiguous" },
    { "REVOKED", "revoked" },
    { "UNAPPROVED", "unapproved" },
};

/* ---- a scan -------------------------------------------------------------------------
 */

static bool
set_role(struct offline_scene *scene, const struct json *step)
{
    static const struct role_table no_table = { .count = 0 };
    struct role role = { .work = ROLE_ADMIT_ONLY };
    const char *type = offline_text(json_member(step, "type"));
    const struct json *lists = json_member(step, "lists");
    role.direction = strcmp(type, "exit") == 0 ? ROLE_EXIT : ROLE_ENTRY;
    for (const struct json *item = json_first(lists); item; item = json_next(item)) {
        if (role.list_count == ROLE_LISTS_MAX)
            return offline_wrong(scene, "more lists than a station may have");
        struct role_list *list = &role.lists[role.list_count++];
        str_copy(list->event, sizeof list->event, json_key(item));
        str_copy(list->list, sizeof list->list, offline_text(item));
    }
    if (role.list_count == 0)
        return offline_wrong(scene, "scan: want lists");
    desk_configure(scene->desk, &role, &no_table);
    return true;
}

/* What a reader leaves of a code: some write the character set in front of it. */
static const char *
clean(const char *code, const char *source)
{
    static const char *const marks[] = { "\\000001", "\\000003", "\\000026",
                                         "\\000027" };
    for (size_t i = 0; strcmp(source, "barcode") == 0 && i < 4; i++) {
        if (strncmp(code, marks[i], strlen(marks[i])) == 0)
            return code + strlen(marks[i]);
    }
    return code;
}

static bool
answer(struct offline_scene *scene, const struct json *answers)
{
    struct desk_reply replies[64];
    char texts[64][512];
    unsigned count = 0;
    struct err err;
    for (const struct json *item = json_first(answers); item && count < 64;
         item = json_next(item), count++) {
        str_copy(texts[count], sizeof texts[count], offline_text(item));
        replies[count] =
            (struct desk_reply){ strtoll(json_key(item), NULL, 10), texts[count] };
    }
    if (count == 0)
        return true;
    /* One that is not as it should be leaves its question open. */
    for (unsigned i = 0; i < count && scene->last.phase == DESK_ASKING_QUESTIONS; i++)
        desk_answer(scene->desk, scene->last.number, &replies[i], 1, &err);
    return true;
}

static bool
present(struct offline_scene *scene, const struct json *step)
{
    struct moment now;
    struct err err;
    bool asks = true;
    struct desk_read read = { .ignore_unpaid = false };
    const char *when = offline_text(json_member(step, "now"));
    if (when[0] == '\0')
        when = "2026-06-01T12:00:00Z";
    if (!moment_read(when, strlen(when), &now))
        return offline_wrong(scene, "no moment: %s", when);
    const char *source = offline_text(json_member(step, "source_type"));
    char medium[64];
    str_copy(medium, sizeof medium, source[0] ? source : "barcode");
    if (!json_bool_or(step, "ignore_unpaid", false, &read.ignore_unpaid, &err) ||
        !json_bool_or(step, "allow_questions", true, &asks, &err))
        return offline_wrong(scene, "%s", err.text);
    read.medium = medium;
    read.asking = asks ? DESK_ASK_AS_SERVER : DESK_ASK_NOTHING;
    if (scene->last.phase == DESK_ASKING_QUESTIONS)
        hand_loop_turn(&scene->hand, 3600 * 1000); /* nobody answers any more */
    offline_set_now(scene, now.at_ms);
    if (!set_role(scene, step))
        return false;
    const char *code = clean(offline_text(json_member(step, "secret")), medium);
    desk_scan_as(scene->desk, 0, &read, code, strlen(code), scene->hand.now_us);
    return answer(scene, json_member(step, "answers"));
}

static const char *
code_of(const struct desk_outcome *outcome)
{
    return outcome->hidden ? "invalid" : pretix_reason(outcome->verdict);
}

static const char *
result_of(const char *code)
{
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        if (strcmp(results[i].code, code) == 0)
            return results[i].result;
    }
    return "ERROR";
}

/* ---- what it gave
 * ---------------------------------------------------------------------- */

static void
write_questions(const struct desk_outcome *outcome, struct str *out)
{
    struct json *root = NULL;
    struct err err;
    bool asks = outcome->phase == DESK_ASKING_QUESTIONS && outcome->questions;
    json_open_array(out, "required_questions");
    if (asks &&
        json_parse(outcome->questions, strlen(outcome->questions), &root, &err)) {
        for (const struct json *item = json_first(root); item; item = json_next(item))
            json_add_value(out, NULL, json_member(item, "id"));
    }
    json_close_array(out);
    json_free(root);
}

/* All that an expectation may name. */
static struct json *
describe(const struct desk_outcome *outcome)
{
    struct str out;
    struct json *json = NULL;
    struct err err;
    const struct ticket *ticket = &outcome->ticket;
    str_init(&out, 65536);
    json_open_object(&out, NULL);
    json_add_text(&out, "code", code_of(outcome));
    json_add_text(&out, "result", result_of(code_of(outcome)));
    json_add_bool(&out, "require_attention", outcome->attention);
    json_add_bool(&out, "checkin_allowed", outcome->may_ignore_unpaid);
    if (outcome->has_ticket) {
        json_add_text(&out, "ticket", outcome->product);
        json_add_text(&out, "variation", outcome->variation);
        json_add_text(&out, "attendee_name", ticket->name);
        json_add_text(&out, "event", ticket->event);
        json_add_text(&out, "order", ticket->order_code);
        json_add_int(&out, "positionid", ticket->origin.number);
        json_add_text(&out, "checkin_texts", outcome->notes);
        json_add_text(&out, "station_explanation", outcome->rule_text);
    }
    write_questions(outcome, &out);
    json_close_object(&out);
    if (!json_parse(out.data, out.length, &json, &err))
        abort();
    str_finish(&out);
    return json;
}

/* The same, questions in any order. */
static bool
is_same(const struct json *wanted, const struct json *got)
{
    if (strcmp(json_key(wanted), "required_questions") != 0)
        return cases_same(wanted, got);
    if (json_count(wanted) != json_count(got))
        return false;
    for (const struct json *one = json_first(wanted); one; one = json_next(one)) {
        const struct json *other = json_first(got);
        while (other && strcmp(offline_text(one), offline_text(other)) != 0)
            other = json_next(other);
        if (!other)
            return false;
    }
    return true;
}

/* Words for people, and what another program answers. */
static bool
is_informative(const char *key)
{
    static const char *const keys[] = { "server_explanation", "libpretixsync_code",
                                        "server_http_code", "note" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return false;
}

static void
compare(const struct json *expect, const struct json *got, struct cases_result *result)
{
    const struct json *code = json_member(expect, "code");
    for (const struct json *item = json_first(expect); item; item = json_next(item)) {
        const char *key = json_key(item);
        if (is_informative(key) || (code && strcmp(key, "result") == 0) ||
            is_same(item, json_member(got, key)))
            continue;
        char *wanted = cases_print(item), *have = cases_print(json_member(got, key));
        char *whole = cases_print(got);
        cases_refuse(result, "expected %s %s, got %s (%.600s)", key, wanted, have,
                     whole);
        free(wanted);
        free(have);
        free(whole);
        return;
    }
}

static void
scan(struct offline_scene *scene, const struct json *step, struct cases_result *result)
{
    if (!present(scene, step))
        return;
    struct json *got = describe(&scene->last);
    compare(json_member(step, "expect"), got, result);
    json_free(got);
}

/* ---- the other operations
 * ----------------------------------------------------------------- */

static void
set_rules(struct offline_scene *scene, const struct json *step,
          struct cases_result *result)
{
    (void)result;
    offline_set_rules(scene, offline_text(json_member(step, "list")),
                      json_member(step, "rules"));
}

static void
set_gate(struct offline_scene *scene, const struct json *step,
         struct cases_result *result)
{
    (void)result;
    scene->gate = strtoll(offline_text(json_member(step, "gate")), NULL, 10);
    desk_set_gate(scene->desk, scene->gate);
}

static void
add(struct offline_scene *scene, const struct json *step, struct cases_result *result)
{
    (void)result;
    offline_add(scene, step);
}

static void
patch(struct offline_scene *scene, const struct json *step, struct cases_result *result)
{
    (void)result;
    offline_patch(scene, offline_text(json_member(step, "kind")),
                  offline_text(json_member(step, "id")), json_member(step, "set"));
}

static void
clear_checkins(struct offline_scene *scene, const struct json *step,
               struct cases_result *result)
{
    (void)step, (void)result;
    scene->queued += offline_queued(scene);
    offline_clear(scene);
}

static const struct {
    const char *op;
    void (*run)(struct offline_scene *scene, const struct json *step,
                struct cases_result *result);
} ops[] = {
    { "scan", scan },
    { "set_rules", set_rules },
    { "set_gate", set_gate },
    { "add", add },
    { "patch", patch },
    { "clear_checkins", clear_checkins },
    { "queue_count", offline_queue_count },
    { "queue_last_type", offline_queue_last },
    { "queue_last_secret", offline_queue_last },
    { "queue_last_answers", offline_queue_last },
    { "checkin_count", offline_checkin_count },
    { "search", offline_search },
    { "status", offline_status },
};

static void
run_step(struct offline_scene *scene, const struct json *step,
         struct cases_result *result)
{
    const char *op = offline_text(json_member(step, "op"));
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (strcmp(ops[i].op, op) == 0) {
            ops[i].run(scene, step, result);
            return;
        }
    }
    cases_refuse(result, "no such operation: %s", op);
}

static bool
load(struct offline_scene *scene, const struct json *one)
{
    const char *name = offline_text(json_member(one, "dataset"));
    const struct json *set =
        json_member(json_member(scene->file->root, "datasets"), name);
    const struct json *entries = json_member(set, "load");
    if (!entries)
        return offline_wrong(scene, "no such dataset: %s", name);
    for (const struct json *item = json_first(entries); item; item = json_next(item)) {
        if (!offline_add(scene, item))
            return false;
    }
    return true;
}

void
case_offline_check(const struct cases_file *file, const struct json *one,
                   struct cases_result *result)
{
    struct offline_scene *scene = calloc(1, sizeof *scene);
    const struct json *steps = json_member(one, "steps");
    if (!scene)
        abort();
    offline_open(scene, file);
    load(scene, one);
    if (!json_first(steps))
        cases_refuse(result, "no steps");
    unsigned number = 0;
    for (const struct json *step = json_first(steps);
         step && !result->failed && scene->wrong[0] == '\0'; step = json_next(step)) {
        struct cases_result of_step = { .failed = false };
        str_init(&of_step.text, 4096);
        number++;
        run_step(scene, step, &of_step);
        if (of_step.failed)
            cases_refuse(result, "step %u: %s", number, of_step.text.data);
        str_finish(&of_step.text);
    }
    if (scene->wrong[0] != '\0')
        cases_refuse(result, "step %u: %s", number, scene->wrong);
    offline_close(scene);
    free(scene);
}
