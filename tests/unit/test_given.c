/* Answers given at the door: kept until the server's own copy has them, and not a
 * moment less. */

#include "store/given.h"

#include "serving.h"

static int
setup(void **state)
{
    struct serving *serving = calloc(1, sizeof *serving);
    assert_non_null(serving);
    serving_prepare(serving);
    serving_put_event(serving, "dummy", "pretix");
    serving_put_event(serving, "other", "pretix");
    serving_put_ticket(serving, "dummy", "TICKETA", "secret-a", 201);
    serving_put_ticket(serving, "other", "TICKETB", "secret-b", 202);
    *state = serving;
    return 0;
}

static int
teardown(void **state)
{
    struct serving *serving = *state;
    serving_finish(serving);
    free(serving);
    return 0;
}

#define given_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* An entry at which this was answered; returns its row of the outbox. */
static int64_t
enter(struct serving *serving, const char *event, const char *ref, int64_t question,
      const char *value)
{
    struct db *db = serving->store.db;
    assert_ok(db_begin(db, err));
    assert_ok(given_keep(db, ref, question, value, err));
    assert_ok(db_commit(db, err));
    return serving_add(
        serving, (struct serving_deed){
                     .kind = OUTBOX_CHECKIN, .event = event, .ref = ref, .at_ms = 1 });
}

static bool
count_one(const struct roster_answer *answer, void *self)
{
    (void)answer;
    ++*(unsigned *)self;
    return true;
}

static unsigned
kept(struct serving *serving, const char *ref)
{
    unsigned count = 0;
    assert_ok(given_each(serving->store.db, ref, count_one, &count, err));
    return count;
}

static void
move(struct serving *serving, int64_t id, enum outbox_state to)
{
    struct outbox_row row = { .id = id };
    assert_ok(db_begin(serving->store.db, err));
    assert_ok(outbox_move(serving->store.db, &row, to, err));
    assert_ok(db_commit(serving->store.db, err));
}

/* The order comes with these answers. */
static void
download(struct serving *serving, const char *event, const char *ref,
         const char *secret, int64_t question, const char *value)
{
    struct roster_answer answer = { question, value };
    struct roster_row row = store_row(event, ref, secret, "Wei Zhang");
    str_copy(row.ticket.ref, sizeof row.ticket.ref, ref);
    row.ticket.origin.position = strcmp(ref, "TICKETA") == 0 ? 201 : 202;
    row.answers = &answer;
    row.answer_count = question != 0;
    store_put(&serving->store, &row);
}

static unsigned
settle(struct serving *serving, struct given_taken *taken)
{
    unsigned gone;
    assert_ok(given_settle(serving->store.db, taken, &gone, err));
    return gone;
}

static void
what_was_given_is_there_for_its_ticket_alone(void **state)
{
    struct serving *serving = *state;
    enter(serving, "dummy", "TICKETA", 5, "S");
    enter(serving, "dummy", "TICKETA", 6, "It is small");
    enter(serving, "dummy", "TICKETAB", 5, "M");
    assert_int_equal(kept(serving, "TICKETA"), 2);
    assert_int_equal(kept(serving, "TICKETAB"), 1);
    assert_int_equal(kept(serving, "TICKET"), 0);
    assert_int_equal(kept(serving, ""), 0);
}

/* Neither of the two alone is enough: the upload and a download behind it. */
static void
an_answer_goes_once_it_was_uploaded_and_has_come_back(void **state)
{
    struct serving *serving = *state;
    struct given_taken taken = { .count = 0 };
    int64_t id = enter(serving, "dummy", "TICKETA", 5, "1");

    assert_ok(given_take(serving->store.db, &taken, err)); /* it still waits */
    assert_int_equal(taken.count, 0);
    download(serving, "dummy", "TICKETA", "secret-a", 5, "2"); /* an older answer */
    move(serving, id, OUTBOX_SENT);
    assert_int_equal(settle(serving, &taken), 0); /* sent while the download ran */
    assert_int_equal(kept(serving, "TICKETA"), 1);

    assert_ok(given_take(serving->store.db, &taken, err));
    assert_int_equal(taken.count, 1);
    download(serving, "dummy", "TICKETA", "secret-a", 0, NULL);
    assert_int_equal(settle(serving, &taken), 0); /* the server has none: ours counts */
    assert_int_equal(kept(serving, "TICKETA"), 1);

    assert_ok(given_take(serving->store.db, &taken, err));
    download(serving, "dummy", "TICKETA", "secret-a", 5, "1");
    assert_int_equal(settle(serving, &taken), 1);
    assert_int_equal(kept(serving, "TICKETA"), 0);
    assert_int_equal(settle(serving, &taken), 0); /* once */
}

static void
what_waits_is_held_or_was_refused_keeps_its_answers(void **state)
{
    struct serving *serving = *state;
    static const enum outbox_state states[] = { OUTBOX_HOLD, OUTBOX_DEAD };
    struct given_taken taken = { .count = 0 };
    int64_t first = enter(serving, "dummy", "TICKETA", 5, "1");
    download(serving, "dummy", "TICKETA", "secret-a", 5, "1");
    for (size_t i = 0; i < 2; i++) {
        int64_t count;
        move(serving, first, states[i]);
        assert_ok(given_take(serving->store.db, &taken, err));
        assert_int_equal(taken.count, 0);
        assert_ok(db_begin(serving->store.db, err));
        assert_ok(outbox_release(serving->store.db, states[i], 0, &count, err));
        assert_ok(db_commit(serving->store.db, err));
    }
    move(serving, first, OUTBOX_SENT);
    assert_ok(given_take(serving->store.db, &taken, err));
    assert_int_equal(taken.count, 1);
    enter(serving, "dummy", "TICKETA", 5, "2"); /* and once more, meanwhile */
    assert_int_equal(settle(serving, &taken), 0);
    assert_int_equal(kept(serving, "TICKETA"), 1);
}

static void
the_answers_of_an_event_go_with_it(void **state)
{
    struct serving *serving = *state;
    struct db *db = serving->store.db;
    enter(serving, "dummy", "TICKETA", 5, "1");
    enter(serving, "other", "TICKETB", 7, "1");
    enter(serving, "other", "SIGNEDX", 7, "2"); /* of a ticket that the copy has not */
    assert_ok(given_forget_gone(db, err));
    assert_int_equal(kept(serving, "TICKETA") + kept(serving, "TICKETB"), 2);
    assert_int_equal(kept(serving, "SIGNEDX"), 1);
    assert_ok(roster_begin(db, err));
    assert_ok(roster_remove_event(db, "other", err));
    assert_ok(roster_commit(db, err));
    assert_ok(given_forget_gone(db, err));
    assert_int_equal(kept(serving, "TICKETA"), 1);
    assert_int_equal(kept(serving, "TICKETB") + kept(serving, "SIGNEDX"), 0);
}

static void
more_than_one_take_holds_are_taken_in_turn(void **state)
{
    struct serving *serving = *state;
    struct db *db = serving->store.db;
    struct given_taken taken = { .count = 0 };
    assert_ok(db_begin(db, err));
    for (int64_t question = 1; question <= GIVEN_TAKE_MAX + 10; question++)
        assert_ok(given_keep(db, "TICKETA", question, "x", err));
    assert_ok(db_commit(db, err));
    assert_ok(given_take(db, &taken, err));
    assert_int_equal(taken.count, GIVEN_TAKE_MAX);
    assert_int_equal(settle(serving, &taken), 0);
    assert_ok(given_take(db, &taken, err));
    assert_int_equal(taken.count, 10);
    assert_ok(given_take(db, &taken, err)); /* and from the beginning again */
    assert_int_equal(taken.count, GIVEN_TAKE_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        given_test(what_was_given_is_there_for_its_ticket_alone),
        given_test(an_answer_goes_once_it_was_uploaded_and_has_come_back),
        given_test(what_waits_is_held_or_was_refused_keeps_its_answers),
        given_test(the_answers_of_an_event_go_with_it),
        given_test(more_than_one_take_holds_are_taken_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
