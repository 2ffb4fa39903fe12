#include "ticket/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/moment.h"

static int64_t
ms(const char *text)
{
    struct moment moment;
    if (!moment_read(text, strlen(text), &moment))
        fail_msg("no moment: %s", text);
    return moment.at_ms;
}

/* A day at a fair in Berlin, UTC+2: item 7, variation 3, gate 5, at 14:00 on a Monday.
 */
struct scene {
    struct rule_facts facts;
    struct rule_checkin checkins[8];
    struct zone *zone;
};

static void
set_scene(struct scene *scene, const char *zone, const char *now)
{
    struct err err;
    *scene = (struct scene){ .facts = { .product = 7, .variation = 3, .gate = 5 } };
    assert_true(zone_open(zone, &scene->zone, &err));
    scene->facts.zone = scene->zone;
    scene->facts.now_ms = ms(now);
    scene->facts.date_from_ms = ms("2026-06-01T10:00:00+02:00");
    scene->facts.checkins = scene->checkins;
}

/* "entry T, exit T, …" in order of time. */
static void
come(struct scene *scene, const char *time, bool is_exit)
{
    scene->checkins[scene->facts.count++] = (struct rule_checkin){ ms(time), is_exit };
}

static enum rule_outcome
eval(const struct scene *scene, const char *json, struct rule_answer *answer)
{
    struct rule *rule;
    struct err err;
    if (!rule_parse(json, strlen(json), &rule, &err))
        fail_msg("%s: %s", json, err.text);
    enum rule_outcome outcome = rule_eval(rule, &scene->facts, answer);
    rule_free(rule);
    return outcome;
}

static void
expect(const struct scene *scene, const char *json, enum rule_outcome wanted)
{
    static const char *const names[] = { "yes", "no", "raised" };
    enum rule_outcome got = eval(scene, json, NULL);
    if (got != wanted)
        fail_msg("%s: want %s, got %s", json, names[wanted], names[got]);
}

#define VAR(name) "{\"var\": \"" name "\"}"
#define AT(time) "{\"buildTime\": [\"custom\", \"" time "\"]}"
#define CLOCK(time) "{\"buildTime\": [\"customtime\", \"" time "\"]}"

static void
conditions_of_a_door(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum rule_outcome outcome;
    } rows[] = {
        { "{}", RULE_YES },
        { "[]", RULE_YES },
        { "false", RULE_YES }, /* no rule at all */
        { "true", RULE_YES },
        { "{\"and\": []}", RULE_YES },
        { "{\"or\": []}", RULE_NO },
        { "{\"and\": [true, false]}", RULE_NO },
        { "{\"__note\": 1, \"and\": [true]}", RULE_YES },
        { "{\"__note\": 1}", RULE_RAISED },
        { "{\"teleport\": [1]}", RULE_RAISED },
        { "{\"or\": [true, {\"teleport\": 1}]}", RULE_RAISED }, /* eager */
        { "{\"and\": [false, {\"<\": [1]}]}", RULE_RAISED },
        { "{\"==\": [" VAR("product") ", 7]}", RULE_YES },
        { "{\"==\": [" VAR("product") ", \"7\"]}", RULE_YES },
        { "{\"==\": [" VAR("variation") ", null]}", RULE_NO },
        { "{\"inList\": [" VAR(
              "product") ", {\"objectList\": [{\"lookup\": [\"product\", "
                         "\"9\", \"A\"]}, {\"lookup\": [\"product\", \"7\", "
                         "\"B\"]}]}]}",
          RULE_YES },
        { "{\"inList\": [" VAR("gate") ", {\"objectList\": []}]}", RULE_NO },
        { "{\"inList\": [" VAR("gate") ", {\"objectList\": [{\"lookup\": [\"gate\", "
                                       "\"5\"]}]}]}",
          RULE_RAISED },
        { "{\"==\": [" VAR("now_isoweekday") ", 1]}", RULE_YES },
        { "{\"<\": [0, " VAR("entries_number") ", 2]}", RULE_NO },
        { "{\"==\": [" VAR("entry_status") ", \"absent\"]}", RULE_YES },
        { "{\"==\": [" VAR("minutes_since_last_entry") ", -1]}", RULE_YES },
        { "{\"==\": [" VAR("minutes_since_last_entry") ", \"-1\"]}", RULE_YES },
        { "{\"==\": [" VAR("weather") ", null]}", RULE_YES },
        { "{\"==\": [\"true\", true]}", RULE_NO },
        { "{\"==\": [\"True\", true]}", RULE_YES },
        { "{\"<\": [1, \"x\"]}", RULE_NO }, /* no number is not less */
        { "{\"<\": [null, null]}", RULE_RAISED },
        { "{\">\": [3, 2, 1]}", RULE_RAISED },
    };
    struct scene scene;
    set_scene(&scene, "Europe/Berlin", "2026-06-01T12:00:00Z");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(&scene, rows[i].json, rows[i].outcome);
    zone_close(scene.zone);
}

static void
times_are_compared_with_tolerance(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum rule_outcome outcome;
    } rows[] = {
        { "{\"isAfter\": [" VAR("now") ", " AT("2026-06-01T12:00:00Z") "]}", RULE_NO },
        { "{\"isBefore\": [" VAR("now") ", " AT("2026-06-01T12:00:00Z") "]}", RULE_NO },
        { "{\"isAfter\": [" VAR("now") ", " AT("2026-06-01T12:09:59Z") ", 10]}",
          RULE_YES },
        { "{\"isAfter\": [" VAR("now") ", " AT("2026-06-01T12:10:00Z") ", \"10\"]}",
          RULE_NO },
        { "{\"isBefore\": [" VAR("now") ", " AT("2026-06-01T11:50:01Z") ", 10]}",
          RULE_YES },
        { "{\"isBefore\": [" VAR("now") ", " AT("2026-06-01T11:50:00Z") ", 10]}",
          RULE_NO },
        { "{\"isAfter\": [" VAR("now") ", " AT(
              "2026-06-01T13:59:59.000+02:00") ", null]}",
          RULE_YES },
        { "{\"isAfter\": [" VAR("now") ", " CLOCK("13:59:59") "]}", RULE_YES },
        { "{\"isAfter\": [" VAR("now") ", " CLOCK("14:00") "]}", RULE_NO },
        { "{\"isAfter\": [" VAR("now") ", " CLOCK("24:00") "]}", RULE_RAISED },
        { "{\"isAfter\": [" VAR("now") ", " AT("2026-06-01T10:00:00") "]}",
          RULE_RAISED }, /* no offset */
        { "{\"isAfter\": [" VAR("now") ", {\"buildTime\": [\"date_to\"]}]}", RULE_YES },
        { "{\"isAfter\": [" VAR("now") ", {\"buildTime\": [\"noon\"]}]}", RULE_RAISED },
        { "{\"isAfter\": [" VAR("now") ", 5]}", RULE_RAISED },
        { "{\"isAfter\": [" VAR("now") "]}", RULE_RAISED },
        { "{\"isBefore\": [" VAR("now") ", " CLOCK("14:01") ", \"x\"]}", RULE_RAISED },
        { "{\"==\": [{\"entries_since\": [" AT("2026-06-01T10:00:00") "]}, 0]}",
          RULE_YES }, /* as UTC */
        { "{\"==\": [{\"entries_since\": [5]}, 0]}", RULE_RAISED },
    };
    struct scene scene;
    set_scene(&scene, "Europe/Berlin", "2026-06-01T12:00:00Z");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(&scene, rows[i].json, rows[i].outcome);
    zone_close(scene.zone);
}

static void
absent_ends_and_admissions_are_the_beginning(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, "Europe/Berlin", "2026-06-01T09:00:00Z");
    static const char *const kinds[] = { "date_from", "date_to", "date_admission" };
    for (size_t i = 0; i < 3; i++) {
        char json[160];
        snprintf(json, sizeof json,
                 "{\"isAfter\": [{\"var\": \"now\"}, {\"buildTime\": [\"%s\"]}]}",
                 kinds[i]);
        scene.facts.has_date_to = scene.facts.has_date_admission = false;
        expect(&scene, json, RULE_YES);
        scene.facts.has_date_to = scene.facts.has_date_admission = true;
        scene.facts.date_to_ms = scene.facts.date_admission_ms =
            ms("2026-06-01T11:00:00Z");
        expect(&scene, json, i == 0 ? RULE_YES : RULE_NO);
    }
    zone_close(scene.zone);
}

static void
entries_are_counted_by_the_days_of_the_place(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, "Europe/Berlin", "2026-06-01T12:00:00Z");
    come(&scene, "2026-05-31T21:59:00Z", false); /* 23:59, the day before */
    come(&scene, "2026-05-31T22:00:00Z", false); /* midnight */
    come(&scene, "2026-06-01T10:00:00Z", true);
    come(&scene, "2026-06-01T11:54:31Z", false);
    come(&scene, "2026-06-01T22:30:00Z", false); /* still to come: counts as today's */
    static const struct {
        const char *what;
        int count;
    } rows[] = {
        { VAR("entries_number"), 4 },
        { VAR("entries_today"), 3 },
        { VAR("entries_days"), 3 },
        { "{\"entries_since\": [" AT("2026-05-31T22:00:00Z") "]}", 3 },
        { "{\"entries_before\": [" AT("2026-05-31T22:00:00Z") "]}", 1 },
        { "{\"entries_days_since\": [" CLOCK("00:00") "]}", 2 },
        { "{\"entries_days_before\": [" AT("2026-06-01T12:00:00Z") "]}", 2 },
        { VAR("minutes_since_first_entry"), 840 + 1 },
        { VAR("minutes_since_last_entry"), -630 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char json[256];
        snprintf(json, sizeof json, "{\"==\": [%s, %d]}", rows[i].what, rows[i].count);
        expect(&scene, json, RULE_YES);
        snprintf(json, sizeof json, "{\"==\": [%s, %d]}", rows[i].what,
                 rows[i].count + 1);
        expect(&scene, json, RULE_NO);
    }
    expect(&scene, "{\"==\": [" VAR("entry_status") ", \"present\"]}", RULE_YES);
    scene.facts.count = 3; /* the exit is the newest */
    expect(&scene, "{\"==\": [" VAR("entry_status") ", \"absent\"]}", RULE_YES);
    zone_close(scene.zone);
}

static void
minutes_are_whole_but_no_whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *text;
    } rows[] = {
        { "2026-06-01T11:55:00Z", "5.0" },  { "2026-06-01T11:55:01Z", "4.0" },
        { "2026-06-01T12:00:30Z", "-1.0" }, { "2026-06-01T12:01:00Z", "-1.0" },
        { "2026-06-01T12:00:00Z", "0.0" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene scene;
        char json[160];
        set_scene(&scene, "Europe/Berlin", "2026-06-01T12:00:00Z");
        come(&scene, rows[i].entry, false);
        snprintf(json, sizeof json,
                 "{\"==\": [{\"var\": \"minutes_since_last_entry\"}, \"%s\"]}",
                 rows[i].text);
        expect(&scene, json, RULE_YES);
        expect(&scene, "{\"==\": [" VAR("minutes_since_last_entry") ", \"5\"]}",
               RULE_NO);
        zone_close(scene.zone);
    }
}

/* The night of 25 October 2026: from 03:00 back to 02:00 at 01:00 UTC; 29 March
 * forward. */
static void
nights_when_clocks_change(void **state)
{
    (void)state;
    static const struct {
        const char *json, *no, *yes;
    } rows[] = {
        { "{\"isBefore\": [" VAR("now") ", " CLOCK("01:30") ", 120]}",
          "2026-10-25T02:30:00Z", "2026-10-25T02:29:59Z" }, /* 03:30 on the wall */
        { "{\"isAfter\": [" VAR("now") ", " CLOCK("04:30") ", 120]}",
          "2026-10-25T01:30:00Z", "2026-10-25T01:30:01Z" },
        { "{\"isAfter\": [" VAR("now") ", " CLOCK("02:30") "]}", "2026-10-25T00:30:00Z",
          "2026-10-25T00:30:01Z" }, /* the first 02:30 */
        { "{\"isAfter\": [" VAR("now") ", " CLOCK("02:30") "]}", "2026-10-25T01:30:00Z",
          "2026-10-25T01:30:01Z" }, /* and the second */
        { "{\"isBefore\": [" VAR("now") ", " CLOCK("02:30") "]}",
          "2026-03-29T01:30:00Z", "2026-03-29T01:29:59Z" }, /* never comes: 03:30 */
        { "{\"isBefore\": [" VAR("now") ", {\"buildTime\": [\"date_from\"]}, 120]}",
          "2026-06-01T10:00:00Z", "2026-06-01T09:59:59Z" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene scene;
        set_scene(&scene, "Europe/Berlin", rows[i].no);
        expect(&scene, rows[i].json, RULE_NO);
        scene.facts.now_ms = ms(rows[i].yes);
        expect(&scene, rows[i].json, RULE_YES);
        zone_close(scene.zone);
    }
}

static void
days_are_those_of_tokyo_where_the_event_is_there(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, "Asia/Tokyo", "2026-06-01T15:00:00Z"); /* Tuesday there */
    expect(&scene, "{\"==\": [" VAR("now_isoweekday") ", 2]}", RULE_YES);
    come(&scene, "2026-06-01T14:59:59Z", false);
    expect(&scene, "{\"==\": [" VAR("entries_today") ", 0]}", RULE_YES);
    scene.facts.zone = NULL; /* UTC */
    expect(&scene, "{\"==\": [" VAR("now_isoweekday") ", 1]}", RULE_YES);
    expect(&scene, "{\"==\": [" VAR("entries_today") ", 1]}", RULE_YES);
    zone_close(scene.zone);
}

/* What the server tells of its no, and where telling fails it. */
static void
a_no_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum rule_reason reason; /* the first */
        const char *words;
        bool server_fails;
    } rows[] = {
        { "{\"and\": [false]}", RULE_WHY_NEVER, "Always false", false },
        { "{\"==\": [" VAR("product") ", 9]}", RULE_WHY_PRODUCT,
          "Ticket type not allowed", false },
        { "{\"or\": [{\"==\": [" VAR("product") ", 9]}, {\"==\": [" VAR(
              "gate") ", 9]}]}",
          RULE_WHY_GATE, "Wrong entrance gate", false },
        { "{\"and\": [{\"==\": [" VAR("product") ", 9]}, {\"==\": [" VAR(
              "gate") ", 9]}]}",
          RULE_WHY_PRODUCT, "Ticket type not allowed, Wrong entrance gate", false },
        { "{\"isAfter\": [" VAR("now") ", " CLOCK("15:30") ", 10]}", RULE_WHY_FROM,
          "Only allowed after 15:20", false },
        { "{\"isAfter\": [" VAR("now") ", " AT("2026-06-02T13:30:00+02:00") "]}",
          RULE_WHY_FROM, "Only allowed after 2026-06-02 13:30", false },
        { "{\"isBefore\": [" VAR("now") ", " CLOCK("00:00") "]}", RULE_WHY_UNTIL,
          "Only allowed before 2026-06-01 00:00", false },
        { "{\"isBefore\": [" VAR("now") ", " CLOCK("13:00") ", 30]}", RULE_WHY_UNTIL,
          "Only allowed before 13:30", false },
        { "{\"==\": [" VAR("now_isoweekday") ", 6]}", RULE_WHY_WEEKDAY,
          "week day is not Saturday", false },
        { "{\"<\": [" VAR("entries_number") ", 1]}", RULE_WHY_ENTRIES,
          "Maximum number of entries exceeded", false },
        { "{\">=\": [{\"entries_before\": [" CLOCK("23:00") "]}, 2]}",
          RULE_WHY_ENTRIES_BEFORE, "Minimum number of entries before 23:00 exceeded",
          false },
        { "{\">\": [" VAR("minutes_since_last_entry") ", 30]}", RULE_WHY_SINCE_LAST,
          "Minimum time since last entry exceeded", false },
        { "{\"==\": [" VAR("entry_status") ", \"absent\"]}", RULE_WHY_INSIDE,
          "Attendee is already checked in", false },
        { "{\"or\": [{\"isAfter\": [" VAR("now") ", " CLOCK(
              "15:00") "]}, {\"<\": [" VAR("entries_number") ", 1]}]}",
          RULE_WHY_ENTRIES, "Maximum number of entries exceeded", false },
        { "{\"or\": []}", RULE_WHY_OTHER, "Unknown reason", true },
        { "{\"!\": [true]}", RULE_WHY_OTHER, "Unknown reason", true },
        { "{\"<\": [" VAR("weather") ", 3]}", RULE_WHY_OTHER, "Unknown reason", true },
        { "{\"==\": [9, " VAR("product") "]}", RULE_WHY_OTHER, "Unknown reason", true },
        { "{\"<\": [" VAR("entries_number") ", \"1\"]}", RULE_WHY_ENTRIES,
          "Maximum number of entries exceeded", true },
        { "{\"<\": [" VAR("entries_number") ", " VAR("entries_today") "]}",
          RULE_WHY_ENTRIES, "Maximum number of entries exceeded", true },
        { "{\"==\": [1, 2]}", RULE_WHY_OTHER, "Unknown reason", true },
        { "{\"and\": [{\"or\": []}, false]}", RULE_WHY_NEVER, "Always false", true },
        { "{\"__x\": 1, \"and\": [false]}", RULE_WHY_NEVER, "Always false", true },
        { "{\"isAfter\": [" AT("2026-01-01T00:00:00Z") ", " VAR("now") "]}",
          RULE_WHY_OTHER, "Unknown reason", false },
    };
    struct scene scene;
    set_scene(&scene, "Europe/Berlin", "2026-06-01T12:00:00Z");
    come(&scene, "2026-06-01T11:40:00Z", false);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule_answer answer;
        struct str words;
        str_init(&words, 1024);
        if (eval(&scene, rows[i].json, &answer) != RULE_NO)
            fail_msg("%s: want no", rows[i].json);
        rule_explain(&answer, &scene.facts, scene.facts.now_ms, &words);
        if (answer.count == 0 || answer.whys[0].reason != rows[i].reason ||
            strcmp(words.data, rows[i].words) != 0 ||
            answer.server_fails != rows[i].server_fails)
            fail_msg("%s: got \"%s\", %s%s", rows[i].json, words.data,
                     rule_reason_name(answer.whys[0].reason),
                     answer.server_fails ? ", server fails" : "");
        str_finish(&words);
    }
    zone_close(scene.zone);
}

static void
a_reason_carries_its_value(void **state)
{
    (void)state;
    struct scene scene;
    struct rule_answer answer;
    set_scene(&scene, "Europe/Berlin", "2026-06-01T12:00:00Z");
    assert_int_equal(eval(&scene,
                          "{\"isAfter\": [" VAR("now") ", " CLOCK("15:30") ", 10]}",
                          &answer),
                     RULE_NO);
    assert_int_equal(answer.whys[0].at_ms, ms("2026-06-01T15:20:00+02:00"));
    assert_int_equal(eval(&scene, "{\">=\": [" VAR("entries_number") ", 3]}", &answer),
                     RULE_NO);
    assert_int_equal(answer.whys[0].compare, RULE_AT_LEAST);
    assert_true(answer.whys[0].number > 2.9 && answer.whys[0].number < 3.1);
    assert_int_equal(eval(&scene, "{\"teleport\": []}", &answer), RULE_RAISED);
    assert_int_equal(answer.count, 0);
    zone_close(scene.zone);
}

static void
what_is_no_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *json, *part;
    } rows[] = {
        { "", "line 1, column 1" },
        { "{\"and\": [1,\n ]}", "line 2, column 2" },
        { "{\"a\" 1}", "want ':'" },
        { "[1 2]", "want ',' or ']'" },
        { "{} {}", "behind the rule" },
        { "\"\\u0000\"", "\\u0000" },
        { "\"a", "without an end" },
        { "01", "want a value" },
        { "1.", "digits" },
        { "{a: 1}", "in quotes" },
        { "\"\\q\"", "escape" },
        { "\xff", "UTF-8" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule *rule;
        struct err err;
        if (rule_parse(rows[i].json, strlen(rows[i].json), &rule, &err))
            fail_msg("%s was taken", rows[i].json);
        if (!strstr(err.text, rows[i].part))
            fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].json, err.text,
                     rows[i].part);
    }
}

static void
size_depth_and_count_are_bounded(void **state)
{
    (void)state;
    struct rule *rule;
    struct err err;
    size_t room = RULE_TEXT_MAX + 1;
    char *text = malloc(room);
    assert_non_null(text);
    memset(text, '[', room);
    assert_false(rule_parse(text, 100, &rule, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    memset(text, ' ', room);
    assert_false(rule_parse(text, room, &rule, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    for (size_t i = 0; i < RULE_TEXT_MAX; i++)
        text[i] = i % 2 ? ',' : '1';
    text[0] = '[';
    text[1] = '1';
    text[2] = ',';
    text[3] = '1';
    assert_false(rule_parse(text, RULE_TEXT_MAX, &rule, &err));
    free(text);
}

/* A rule that would work for ever works a while and raises. */
static void
evaluation_is_bounded(void **state)
{
    (void)state;
    struct scene scene;
    struct str json;
    str_init(&json, 8192);
    set_scene(&scene, "UTC", "2026-06-01T12:00:00Z");
    for (int i = 0; i < 6; i++)
        str_add_text(&json, "{\"map\":[[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0],");
    str_add_text(&json, "1");
    for (int i = 0; i < 6; i++)
        str_add_text(&json, "]}");
    expect(&scene, json.data, RULE_RAISED);
    str_finish(&json);
    zone_close(scene.zone);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_of_a_door),
        cmocka_unit_test(times_are_compared_with_tolerance),
        cmocka_unit_test(absent_ends_and_admissions_are_the_beginning),
        cmocka_unit_test(entries_are_counted_by_the_days_of_the_place),
        cmocka_unit_test(minutes_are_whole_but_no_whole_numbers),
        cmocka_unit_test(nights_when_clocks_change),
        cmocka_unit_test(days_are_those_of_tokyo_where_the_event_is_there),
        cmocka_unit_test(a_no_says_why),
        cmocka_unit_test(a_reason_carries_its_value),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
        cmocka_unit_test(size_depth_and_count_are_bounded),
        cmocka_unit_test(evaluation_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
