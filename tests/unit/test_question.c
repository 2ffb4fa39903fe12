#include "ticket/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct question_option options[] = { { 41, "VEG" }, { 7, "ALL" } };

static struct question
asked(enum question_type type, bool required)
{
    return (struct question){ .id = 1,
                              .type = type,
                              .required = required,
                              .asked = true,
                              .options = options,
                              .option_count = 2 };
}

/* Fails unless the answer gives that value, or NULL and that fault. */
static void
expect(const struct question *question, const char *input, const char *value,
       enum question_fault fault)
{
    struct str got;
    str_init(&got, 4 * QUESTION_ANSWER_MAX);
    enum question_fault came =
        question_clean(question, input, strlen(input), NULL, &got);
    if (came != fault || strcmp(got.data, value ? value : "") != 0)
        fail_msg("type %s, \"%s\": got \"%s\", %s", question_type_name(question->type),
                 input, got.data, question_fault_name(came));
    str_finish(&got);
}

static void
answers_are_cleaned_by_their_type(void **state)
{
    (void)state;
    static const struct {
        enum question_type type;
        const char *input, *value;
        enum question_fault fault;
    } rows[] = {
        { QUESTION_NUMBER, "3.141", "3.141", 0 },
        { QUESTION_NUMBER, " -1 ", "-1", 0 },
        { QUESTION_NUMBER, "+5", "+5", 0 },
        { QUESTION_NUMBER, ".5", ".5", 0 },
        { QUESTION_NUMBER, "3.", "3.", 0 },
        { QUESTION_NUMBER, ".", NULL, QUESTION_NO_NUMBER },
        { QUESTION_NUMBER, "-", NULL, QUESTION_NO_NUMBER },
        { QUESTION_NUMBER, "3,5", NULL, QUESTION_NO_NUMBER },
        { QUESTION_NUMBER, "1e3", NULL, QUESTION_NO_NUMBER },
        { QUESTION_NUMBER, "0x10", NULL, QUESTION_NO_NUMBER },
        { QUESTION_NUMBER, "NaN", NULL, QUESTION_NO_NUMBER },
        { QUESTION_LINE, " a ", " a ", 0 },
        { QUESTION_LINE, "", "", 0 },
        { QUESTION_TEXT, "False", "False", 0 },
        { QUESTION_BOOL, "True", "True", 0 },
        { QUESTION_BOOL, "true", "True", 0 },
        { QUESTION_BOOL, "yes", "False", 0 },
        { QUESTION_BOOL, "", "False", 0 },
        { QUESTION_CHOICE, "7", "7", 0 },
        { QUESTION_CHOICE, "VEG", "41", 0 },
        { QUESTION_CHOICE, " 7", NULL, QUESTION_NO_OPTION },
        { QUESTION_CHOICE, "7,41", NULL, QUESTION_NO_OPTION },
        { QUESTION_CHOICES, "7,41", "7,41", 0 },
        { QUESTION_CHOICES, "ALL,VEG", "7,41", 0 },
        { QUESTION_CHOICES, "7,ALL", NULL, QUESTION_NO_OPTION },
        { QUESTION_CHOICES, "7,", NULL, QUESTION_NO_OPTION },
        { QUESTION_CHOICES, ",", NULL, QUESTION_NO_OPTION },
        { QUESTION_FILE, "file:9d3", "file:9d3", 0 },
        { QUESTION_DATE, "2026-02-28", "2026-02-28", 0 },
        { QUESTION_DATE, "2026-02-29", NULL, QUESTION_NO_DATE },
        { QUESTION_TIME, "9:05", "09:05", 0 },
        { QUESTION_TIME, "09:05:30", "09:05:30", 0 },
        { QUESTION_TIME, "24:00", NULL, QUESTION_NO_TIME },
        { QUESTION_DATETIME, "2026-02-28 09:05", "2026-02-28T09:05", 0 },
        { QUESTION_DATETIME, "2026-02-28T09:05:00+01:00", "2026-02-28T09:05:00+01:00",
          0 },
        { QUESTION_DATETIME, "2026-02-28", NULL, QUESTION_NO_DATETIME },
        { QUESTION_COUNTRY, "rs", "RS", 0 },
        { QUESTION_COUNTRY, "XK", "XK", 0 },
        { QUESTION_COUNTRY, "UK", NULL, QUESTION_NO_COUNTRY },
        { QUESTION_COUNTRY, "SRB", NULL, QUESTION_NO_COUNTRY },
        { QUESTION_PHONE, "06221 321770", "06221 321770", 0 },
        { QUESTION_EMAIL, "a@b", "a@b", 0 },
        { QUESTION_EMAIL, "foobar", NULL, QUESTION_NO_EMAIL },
        { QUESTION_EMAIL, "@b", NULL, QUESTION_NO_EMAIL },
        { QUESTION_EMAIL, "a@b@c", NULL, QUESTION_NO_EMAIL },
        { QUESTION_EMAIL, "a b@c", NULL, QUESTION_NO_EMAIL },
        { QUESTION_LINE, "\xC3", NULL, QUESTION_NO_TEXT },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct question question = asked(rows[i].type, false);
        expect(&question, rows[i].input, rows[i].value, rows[i].fault);
    }
}

static void
required_questions_want_an_answer(void **state)
{
    (void)state;
    for (int type = 0; type < QUESTION_TYPE_COUNT; type++) {
        struct question question = asked((enum question_type)type, true);
        expect(&question, "", NULL, QUESTION_REQUIRED);
        if (type != QUESTION_BOOL)
            expect(&question, " \t", NULL, QUESTION_REQUIRED);
    }
    struct question question = asked(QUESTION_BOOL, true);
    expect(&question, "False", NULL, QUESTION_REQUIRED);
    expect(&question, "True", "True", QUESTION_FINE);
    struct question number = asked(QUESTION_NUMBER, true);
    expect(&number, "0", "0", QUESTION_FINE); /* an answer like any other */
    struct str value;
    str_init(&value, 64);
    assert_int_equal(question_clean_optional(&number, "", 0, NULL, &value),
                     QUESTION_FINE);
    str_finish(&value);
}

static void
bounds_are_kept(void **state)
{
    (void)state;
    struct question number = asked(QUESTION_NUMBER, false);
    number.number_min = "-2.5";
    number.number_max = "10.0";
    expect(&number, "-2.5", "-2.5", QUESTION_FINE);
    expect(&number, "-2.51", NULL, QUESTION_TOO_SMALL);
    expect(&number, "-3", NULL, QUESTION_TOO_SMALL);
    expect(&number, "0010", "0010", QUESTION_FINE);
    expect(&number, "10.0000000000000000000001", NULL, QUESTION_TOO_LARGE);
    expect(&number, "9.99", "9.99", QUESTION_FINE);
    expect(&number, "-0", "-0", QUESTION_FINE);
    expect(&number, "99999999999999999999999999", NULL, QUESTION_TOO_LARGE);

    struct question date = asked(QUESTION_DATE, false);
    date.date_min = "2026-01-31";
    date.date_max = "2026-02-01";
    expect(&date, "2026-01-30", NULL, QUESTION_TOO_SMALL);
    expect(&date, "2026-01-31", "2026-01-31", QUESTION_FINE);
    expect(&date, "2026-02-01", "2026-02-01", QUESTION_FINE);
    expect(&date, "2026-02-02", NULL, QUESTION_TOO_LARGE);

    struct question line = asked(QUESTION_LINE, false);
    line.length_min = 2;
    line.length_max = 3;
    expect(&line, "悦", NULL, QUESTION_TOO_SHORT);
    expect(&line, "悦来悦", "悦来悦", QUESTION_FINE);
    expect(&line, "悦来悦来", NULL, QUESTION_TOO_LONG);
}

/* 12:00 is the event's: 10:00 UTC in a Berlin summer. */
static void
times_without_offset_are_the_events(void **state)
{
    (void)state;
    struct question question = asked(QUESTION_DATETIME, false);
    struct zone *berlin;
    struct err err;
    assert_true(zone_open("Europe/Berlin", &berlin, &err));
    question.datetime_min = "2026-06-01T10:00:00Z";
    question.datetime_max = "2026-06-01T13:00:00+02:00";
    static const struct {
        const char *input;
        enum question_fault fault;
    } rows[] = {
        { "2026-06-01T11:59", QUESTION_TOO_SMALL },
        { "2026-06-01T12:00", QUESTION_FINE },
        { "2026-06-01T11:00Z", QUESTION_FINE },
        { "2026-06-01T13:00:01", QUESTION_TOO_LARGE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str value;
        str_init(&value, 64);
        assert_int_equal(question_clean(&question, rows[i].input, strlen(rows[i].input),
                                        berlin, &value),
                         rows[i].fault);
        str_finish(&value);
    }
    zone_close(berlin);
}

static void
an_answer_has_its_bound(void **state)
{
    (void)state;
    static char long_text[QUESTION_ANSWER_MAX + 2];
    struct question question = asked(QUESTION_TEXT, false);
    memset(long_text, 'x', QUESTION_ANSWER_MAX);
    expect(&question, long_text, long_text, QUESTION_FINE);
    long_text[QUESTION_ANSWER_MAX] = 'x';
    expect(&question, long_text, NULL, QUESTION_TOO_LONG);
}

/* ---- what to ask -------------------------------------------------------------- */

static const char *const veg[] = { "VEG" }, *const yes[] = { "True" };

/* 10 what do you eat; 11 (if VEG) also eggs; 12 (if 11 yes) how many; 13 a remark. */
static const struct question meal[] = {
    { .id = 10,
      .type = QUESTION_CHOICE,
      .required = true,
      .asked = true,
      .options = options,
      .option_count = 2 },
    { .id = 11,
      .type = QUESTION_BOOL,
      .asked = true,
      .depends_on = 10,
      .depends_values = veg,
      .depends_count = 1 },
    { .id = 12,
      .type = QUESTION_NUMBER,
      .required = true,
      .asked = true,
      .depends_on = 11,
      .depends_values = yes,
      .depends_count = 1 },
    { .id = 13, .type = QUESTION_LINE, .asked = true },
    { .id = 14, .type = QUESTION_LINE, .required = true, .asked = false },
};

struct flow {
    struct question_answer stored[4], given[4];
    const char *wanted; /* "ask N", "done", "unsupported" */
    size_t open;        /* for the server */
};

static void
a_guest_is_asked_what_concerns_him(void **state)
{
    (void)state;
    static const struct flow rows[] = {
        { { { 0, NULL } }, { { 0, NULL } }, "ask 10", 4 },
        { { { 0, NULL } }, { { 10, "ALL" } }, "ask 13", 3 },
        { { { 0, NULL } }, { { 10, "7" }, { 13, "" } }, "unsupported", 2 },
        { { { 0, NULL } }, { { 10, "VEG" } }, "ask 11", 3 },
        { { { 0, NULL } }, { { 10, "41" }, { 11, "True" } }, "ask 12", 2 },
        { { { 0, NULL } }, { { 10, "41" }, { 11, "False" } }, "ask 13", 2 },
        { { { 0, NULL } },
          { { 10, "41" }, { 11, "False" }, { 13, "" } },
          "unsupported",
          1 },
        { { { 0, NULL } }, { { 10, "nothing" } }, "ask 10", 4 },
        { { { 10, "41" } }, { { 0, NULL } }, "ask 11", 3 },
        { { { 10, "VEG" } }, { { 0, NULL } }, "ask 11", 3 },
        { { { 10, "VEG" } }, { { 10, "ALL" } }, "ask 13", 3 }, /* given anew */
        { { { 10, "VEG" } },
          { { 10, "nothing" } },
          "ask 11",
          3 }, /* dropped silently */
        { { { 10, "41" }, { 11, "True" }, { 12, "3" } }, { { 0, NULL } }, "ask 13", 1 },
        { { { 10, "41" }, { 11, "True" }, { 12, "3" }, { 13, "x" } },
          { { 0, NULL } },
          "done",
          0 },
        { { { 10, "41" }, { 11, "True" }, { 13, "x" } }, { { 12, "x" } }, "ask 12", 1 },
        { { { 10, "41" }, { 11, "True" }, { 13, "x" } }, { { 12, "2" } }, "done", 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[32];
        size_t which = 99;
        struct question_form form = { .questions = meal,
                                      .count = 5,
                                      .stored = rows[i].stored,
                                      .given = rows[i].given };
        while (form.stored_count < 4 && form.stored[form.stored_count].text)
            form.stored_count++;
        while (form.given_count < 4 && form.given[form.given_count].text)
            form.given_count++;
        enum question_plan plan = question_plan(&form, &which);
        if (plan == QUESTION_ASK)
            snprintf(got, sizeof got, "ask %d", (int)meal[which].id);
        else
            snprintf(got, sizeof got, "%s",
                     plan == QUESTION_DONE ? "done" : "unsupported");
        size_t open = question_open(&form, NULL, 0);
        if (strcmp(got, rows[i].wanted) != 0 || open != rows[i].open)
            fail_msg("row %zu: got %s, %zu open", i, got, open);
    }
}

static void
the_servers_list_names_the_places(void **state)
{
    (void)state;
    size_t places[2] = { 99, 99 };
    static const struct question_answer given[] = { { 10, "ALL" } };
    struct question_form form = {
        .questions = meal, .count = 5, .given = given, .given_count = 1
    };
    assert_int_equal(question_open(&form, places, 2), 3);
    assert_int_equal(places[0], 1);
    assert_int_equal(places[1], 2);
}

static void
circles_and_strangers_concern_nobody(void **state)
{
    (void)state;
    struct question two[] = {
        { .id = 1,
          .type = QUESTION_BOOL,
          .asked = true,
          .depends_on = 2,
          .depends_values = yes,
          .depends_count = 1 },
        { .id = 2,
          .type = QUESTION_BOOL,
          .asked = true,
          .depends_on = 1,
          .depends_values = yes,
          .depends_count = 1 },
    };
    static const struct question_answer given[] = { { 1, "True" }, { 2, "True" } };
    struct question_form form = {
        .questions = two, .count = 2, .given = given, .given_count = 2
    };
    assert_false(question_applies(&form, 0));
    two[1].depends_on = 0;
    assert_true(question_applies(&form, 0));
    two[0].depends_on = 77;
    assert_false(question_applies(&form, 0));
}

static void
one_of_several_choices_is_enough(void **state)
{
    (void)state;
    struct question two[] = {
        { .id = 1,
          .type = QUESTION_CHOICES,
          .asked = true,
          .options = options,
          .option_count = 2 },
        { .id = 2,
          .type = QUESTION_LINE,
          .asked = true,
          .depends_on = 1,
          .depends_values = veg,
          .depends_count = 1 },
    };
    static const struct {
        const char *stored;
        bool applies;
    } rows[] = {
        { "7,41", true }, { "ALL, VEG", true }, { "7", false }, { "", false }
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct question_answer stored = { 1, rows[i].stored };
        struct question_form form = {
            .questions = two, .count = 2, .stored = &stored, .stored_count = 1
        };
        assert_int_equal(question_applies(&form, 1), rows[i].applies);
    }
}

static void
an_empty_answer_never_overwrites_one(void **state)
{
    (void)state;
    static const struct question_answer stored = { 13, "a remark" };
    struct question_form form = {
        .questions = meal, .count = 5, .stored = &stored, .stored_count = 1
    };
    assert_false(question_is_sent(&form, &(struct question_answer){ 13, "" }));
    assert_true(question_is_sent(&form, &(struct question_answer){ 13, "another" }));
    assert_true(question_is_sent(&form, &(struct question_answer){ 11, "" }));
}

static void
what_the_server_forgets_is_not_kept(void **state)
{
    (void)state;
    static const struct {
        enum question_type type;
        const char *value;
        bool kept;
    } rows[] = {
        { QUESTION_NUMBER, "0", false },   { QUESTION_NUMBER, "-0.00", false },
        { QUESTION_NUMBER, "0.01", true }, { QUESTION_NUMBER, "10", true },
        { QUESTION_BOOL, "False", false }, { QUESTION_BOOL, "True", true },
        { QUESTION_LINE, "", false },      { QUESTION_LINE, "0", true },
        { QUESTION_TEXT, "False", true },  { QUESTION_CHOICE, "", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct question question = asked(rows[i].type, false);
        assert_int_equal(question_is_kept(&question, rows[i].value), rows[i].kept);
    }
}

static void
types_have_the_servers_names(void **state)
{
    (void)state;
    enum question_type type;
    for (int i = 0; i < QUESTION_TYPE_COUNT; i++) {
        assert_true(
            question_type_read(question_type_name((enum question_type)i), &type));
        assert_int_equal(type, i);
    }
    assert_false(question_type_read("X", &type));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_cleaned_by_their_type),
        cmocka_unit_test(required_questions_want_an_answer),
        cmocka_unit_test(bounds_are_kept),
        cmocka_unit_test(times_without_offset_are_the_events),
        cmocka_unit_test(an_answer_has_its_bound),
        cmocka_unit_test(a_guest_is_asked_what_concerns_him),
        cmocka_unit_test(the_servers_list_names_the_places),
        cmocka_unit_test(circles_and_strangers_concern_nobody),
        cmocka_unit_test(one_of_several_choices_is_enough),
        cmocka_unit_test(an_empty_answer_never_overwrites_one),
        cmocka_unit_test(what_the_server_forgets_is_not_kept),
        cmocka_unit_test(types_have_the_servers_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
