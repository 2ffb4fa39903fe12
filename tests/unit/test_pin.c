#include "at_door.h"

#include "desk/pin.h"
#include "store/settings.h"

/* A lane that works when the test says so. */
struct task_lane {
    struct task_job *job;
};

static struct task_lane lane;

static struct task_lane *
open_lane(const char *name, void *self)
{
    (void)name, (void)self;
    lane.job = NULL;
    return &lane;
}

static void
submit(struct task_lane *to, struct task_job *job, void *self)
{
    (void)self;
    assert_null(to->job);
    to->job = job;
}

static void
close_lane(struct task_lane *to, void *self)
{
    (void)self;
    struct task_job *job = to->job;
    to->job = NULL;
    if (job)
        job->done(job);
}

static const struct task task = { open_lane, submit, close_lane, NULL };

/* ---- a station with one of the staff ------------------------------------------------
 */

static struct {
    struct pin *pin;
    struct pin_answer answer;
    unsigned answers, ended;
} staff;

static void
hear(const struct pin_answer *answer, void *self)
{
    (void)self;
    staff.answer = *answer;
    staff.answers++;
}

static void
hear_end(const char *token, void *self)
{
    (void)self;
    assert_int_equal(strlen(token), PIN_TOKEN_CHARACTERS);
    staff.ended++;
}

static void
start(struct door *door)
{
    struct pin_setting setting = { .db = door->db,
                                   .loop = &door->hand.loop,
                                   .clock = &door->hand.clock,
                                   .random = &door->random.random,
                                   .log = &door->log,
                                   .task = &task };
    memset(&staff, 0, sizeof staff);
    assert_ok(pin_create(&setting, &staff.pin, err));
    pin_on_end(staff.pin, hear_end, NULL);
}

static void
work(void)
{
    struct task_job *job = lane.job;
    lane.job = NULL;
    if (job) {
        job->run(job);
        job->done(job);
    }
}

static void
set(const char *name, enum pin_level level, const char *digits)
{
    struct pin_person person = { .level = level };
    str_copy(person.name, sizeof person.name, name);
    assert_ok(pin_set(staff.pin, &person, digits, "uid:0", hear, NULL, err));
    work();
    assert_int_equal(staff.answer.outcome, PIN_RIGHT);
}

/* Tries, and lets lane and loop do what they have to. */
static enum pin_outcome
try(struct door *door, const char *name, const char *digits)
{
    unsigned before = staff.answers;
    pin_try(staff.pin, name, digits, hear, NULL);
    assert_int_equal(staff.answers, before); /* never from inside the call */
    work();
    hand_loop_turn(&door->hand, 0);
    assert_int_equal(staff.answers, before + 1);
    return staff.answer.outcome;
}

static int
setup(void **state)
{
    int failed = door_setup(state);
    start(*state);
    set("li", PIN_DESK, "4711");
    return failed;
}

static int
teardown(void **state)
{
    pin_destroy(staff.pin);
    return door_teardown(state);
}

static void
restart(struct door *door)
{
    pin_destroy(staff.pin);
    door_restart(door);
    start(door);
}

/* ---- tries ------------------------------------------------------------------ */

static void
a_right_pin_opens_a_session_with_its_level(void **state)
{
    struct door *door = *state;
    struct pin_session session;
    assert_int_equal(try(door, "li", "4711"), PIN_RIGHT);
    assert_int_equal(staff.answer.level, PIN_DESK);
    assert_true(pin_session(staff.pin, staff.answer.token, false, &session));
    assert_string_equal(session.who, "staff:li");
    assert_int_equal(session.level, PIN_DESK);
    assert_int_equal(session.left_ms, PIN_IDLE_MS);
}

static void
a_wrong_pin_and_an_unknown_name_sound_the_same(void **state)
{
    struct door *door = *state;
    assert_int_equal(try(door, "li", "4712"), PIN_WRONG);
    struct pin_answer known = staff.answer;
    assert_int_equal(try(door, "nobody", "4711"), PIN_WRONG);
    assert_memory_equal(&known, &staff.answer, sizeof known);
    assert_int_equal(try(door, "no such'; --", "4711"), PIN_WRONG);
    assert_int_equal(try(door, "", ""), PIN_WRONG);
}

static void
three_wrong_tries_are_free_then_each_waits_twice_as_long(void **state)
{
    struct door *door = *state;
    static const int64_t waits_ms[] = { 1000, 2000, 4000, 8000 };
    for (int i = 0; i < PIN_FREE_TRIES; i++)
        assert_int_equal(try(door, "li", "0000"), PIN_WRONG);
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        assert_int_equal(staff.answer.wait_ms, waits_ms[i]);
        hand_loop_turn(&door->hand, waits_ms[i] - 1);
        assert_int_equal(try(door, "li", "4711"),
                         PIN_WAIT); /* not even the right one */
        assert_int_equal(staff.answer.wait_ms, 1);
        hand_loop_turn(&door->hand, 1);
        assert_int_equal(try(door, "li", "0000"), PIN_WRONG);
    }
    hand_loop_turn(&door->hand, 16000);
    assert_int_equal(try(door, "li", "4711"), PIN_RIGHT);
    assert_int_equal(try(door, "li", "0000"), PIN_WRONG); /* counted anew */
    assert_int_equal(staff.answer.tries_left, PIN_LOCK_AT - 1);
}

static void
ten_wrong_tries_lock_until_somebody_unlocks(void **state)
{
    struct door *door = *state;
    unsigned wrong = 0;
    for (; wrong < 100; wrong++) {
        hand_loop_turn(&door->hand, 3600 * 1000);
        if (try(door, "li", "0000") != PIN_WRONG)
            break;
    }
    assert_int_equal(wrong, PIN_LOCK_AT - 1); /* the tenth says so */
    assert_int_equal(staff.answer.outcome, PIN_LOCKED);
    hand_loop_turn(&door->hand, 24 * 3600 * 1000);
    assert_int_equal(try(door, "li", "4711"), PIN_LOCKED);
    restart(door);
    assert_int_equal(try(door, "li", "4711"), PIN_LOCKED);
    assert_ok(pin_unlock(staff.pin, "li", "staff:wang", err));
    assert_int_equal(try(door, "li", "4711"), PIN_RIGHT);
}

static void
neither_a_power_cut_nor_a_clock_jump_gives_a_guess_away(void **state)
{
    struct door *door = *state;
    for (int i = 0; i < 5; i++) { /* cut while the hash is being compared */
        hand_loop_turn(&door->hand, 3600 * 1000);
        pin_try(staff.pin, "li", "0000", hear, NULL);
        assert_non_null(lane.job);
        restart(door);
        door->hand.utc_ms += INT64_C(10) * 365 * 86400 * 1000;
    }
    assert_int_equal(try(door, "li", "4711"), PIN_WAIT);
    hand_loop_turn(&door->hand, 4000);
    assert_int_equal(try(door, "li", "0000"), PIN_WRONG);
    assert_int_equal(staff.answer.tries_left, PIN_LOCK_AT - 6);
}

static void
one_pin_is_checked_at_a_time(void **state)
{
    struct door *door = *state;
    pin_try(staff.pin, "li", "4711", hear, NULL);
    pin_try(staff.pin, "li", "4711", hear, NULL);
    hand_loop_turn(&door->hand, 0);
    assert_int_equal(staff.answer.outcome, PIN_BUSY);
    work();
    assert_int_equal(staff.answer.outcome, PIN_RIGHT);
}

static void
a_try_that_is_open_at_the_end_is_answered(void **state)
{
    struct door *door = *state;
    pin_try(staff.pin, "li", "4711", hear, NULL);
    pin_destroy(staff.pin);
    assert_int_equal(staff.answer.outcome, PIN_CLOSED);
    start(door);
}

/* ---- people ----------------------------------------------------------------- */

static void
a_pin_that_is_guessed_first_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *digits, *says;
    } samples[] = {
        { "li", "123", "4 to 12 digits" },  { "li", "1234567890123", "4 to 12 digits" },
        { "li", "12a4", "4 to 12 digits" }, { "li", "1111", "guessed first" },
        { "li", "1234", "guessed first" },  { "li", "654321", "guessed first" },
        { "Li", "4711", "name" },           { "", "4711", "name" },
        { "a/b", "4711", "name" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct pin_person person = { .level = PIN_HELPER };
        str_copy(person.name, sizeof person.name, samples[i].name);
        assert_fails(
            pin_set(staff.pin, &person, samples[i].digits, "uid:0", hear, NULL, err),
            ERR_INPUT, samples[i].says);
    }
}

static bool
list_people(const struct pin_person *person, void *self)
{
    char *text = self;
    size_t used = strlen(text);
    snprintf(text + used, 256 - used, "%s=%s,%u ", person->name,
             pin_level_name(person->level), person->wrong_tries);
    return true;
}

static void
people_are_listed_changed_and_removed(void **state)
{
    struct door *door = *state;
    char text[256] = "";
    set("wang", PIN_SUPERVISOR, "808217");
    set("ana", PIN_HELPER, "9173");
    try(door, "ana", "0000");
    assert_ok(pin_each(staff.pin, list_people, text, err));
    assert_string_equal(text, "ana=helper,1 li=desk,0 wang=supervisor,0 ");

    assert_int_equal(try(door, "wang", "808217"), PIN_RIGHT);
    char token[PIN_TOKEN_CHARACTERS + 1];
    memcpy(token, staff.answer.token, sizeof token);
    assert_ok(pin_remove(staff.pin, "wang", "uid:0", err));
    struct pin_session session;
    assert_false(pin_session(staff.pin, token, true, &session));
    assert_int_equal(try(door, "wang", "808217"), PIN_WRONG);
    assert_fails(pin_remove(staff.pin, "wang", "uid:0", err), ERR_ABSENT, "wang");
    assert_fails(pin_unlock(staff.pin, "?", "uid:0", err), ERR_ABSENT, "no such");
}

static bool
look_for_digits(const char *key, const char *value, void *self)
{
    (void)self;
    assert_null(strstr(value, "4711"));
    assert_null(strstr(key, "4711"));
    return true;
}

static void
no_pin_stands_in_settings_or_log(void **state)
{
    struct door *door = *state;
    try(door, "li", "4711");
    assert_ok(settings_each(door->db, "pin.", look_for_digits, NULL, err));
    assert_null(strstr(door->logged.data, "4711"));
    assert_null(strstr(door->logged.data, staff.answer.token));
}

/* ---- sessions --------------------------------------------------------------- */

static void
a_session_ends_by_itself_unless_something_is_done_in_it(void **state)
{
    struct door *door = *state;
    struct pin_session session;
    try(door, "li", "4711");
    const char *token = staff.answer.token;
    hand_loop_turn(&door->hand, PIN_IDLE_MS - 1);
    assert_true(pin_session(staff.pin, token, true, &session));
    hand_loop_turn(&door->hand, PIN_IDLE_MS - 1);
    assert_true(pin_session(staff.pin, token, false, &session)); /* a look only */
    assert_int_equal(session.left_ms, 1);
    assert_int_equal(staff.ended, 0);
    hand_loop_turn(&door->hand, 1);
    assert_int_equal(staff.ended, 1);
    assert_false(pin_session(staff.pin, token, true, &session));

    try(door, "li", "4711");
    token = staff.answer.token;
    assert_true(pin_session(staff.pin, token, false, &session));
    pin_logout(staff.pin, token);
    assert_int_equal(staff.ended, 2);
    assert_false(pin_session(staff.pin, token, false, &session));

    try(door, "li", "4711"); /* over is over, even if the loop comes late */
    door->hand.now_us += INT64_C(1000) * PIN_IDLE_MS;
    assert_false(pin_session(staff.pin, token, true, &session));
}

static void
only_its_own_token_opens_a_session(void **state)
{
    struct door *door = *state;
    struct pin_session session;
    char wrong[PIN_TOKEN_CHARACTERS + 1] = "";
    assert_false(pin_session(staff.pin, wrong, false, &session));
    memset(wrong, '0', PIN_TOKEN_CHARACTERS);
    assert_false(pin_session(staff.pin, wrong, false, &session));
    try(door, "li", "4711");
    memcpy(wrong, staff.answer.token, sizeof wrong);
    wrong[PIN_TOKEN_CHARACTERS - 1] ^= 1;
    assert_false(pin_session(staff.pin, wrong, false, &session));
}

static void
of_too_many_sessions_the_one_longest_untouched_ends(void **state)
{
    struct door *door = *state;
    struct pin_session session;
    char first[PIN_TOKEN_CHARACTERS + 1];
    for (int i = 0; i <= PIN_SESSIONS_MAX; i++) {
        hand_loop_turn(&door->hand, 10);
        try(door, "li", "4711");
        if (i == 0)
            memcpy(first, staff.answer.token, sizeof first);
    }
    assert_int_equal(staff.ended, 1);
    assert_false(pin_session(staff.pin, first, false, &session));
    assert_true(pin_session(staff.pin, staff.answer.token, false, &session));
}

/* Memory that runs out when the test says so. */
static bool no_memory;

void *__libc_calloc(size_t count, size_t size);
void *calloc(size_t count, size_t size);

#ifndef __SANITIZE_ADDRESS__
void *
calloc(size_t count, size_t size)
{
    return no_memory ? NULL : __libc_calloc(count, size);
}
#endif

static void
without_memory_the_answer_comes_later_all_the_same(void **state)
{
    struct door *door = *state;
#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
    no_memory = true;
    pin_try(staff.pin, "li", "4711", hear, NULL);
    pin_try(staff.pin, "li", "4711", hear, NULL);
    assert_int_equal(staff.answers, 1); /* of the setup */
    no_memory = false;
    hand_loop_turn(&door->hand, 0);
    assert_int_equal(staff.answers, 3);
    assert_int_equal(staff.answer.outcome, PIN_FAILED);
    assert_int_equal(try(door, "li", "4711"), PIN_RIGHT);
}

#define pin_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        pin_test(a_right_pin_opens_a_session_with_its_level),
        pin_test(a_wrong_pin_and_an_unknown_name_sound_the_same),
        pin_test(three_wrong_tries_are_free_then_each_waits_twice_as_long),
        pin_test(ten_wrong_tries_lock_until_somebody_unlocks),
        pin_test(neither_a_power_cut_nor_a_clock_jump_gives_a_guess_away),
        pin_test(one_pin_is_checked_at_a_time),
        pin_test(a_try_that_is_open_at_the_end_is_answered),
        pin_test(a_pin_that_is_guessed_first_is_refused),
        pin_test(people_are_listed_changed_and_removed),
        pin_test(no_pin_stands_in_settings_or_log),
        pin_test(a_session_ends_by_itself_unless_something_is_done_in_it),
        pin_test(only_its_own_token_opens_a_session),
        pin_test(without_memory_the_answer_comes_later_all_the_same),
        pin_test(of_too_many_sessions_the_one_longest_untouched_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
