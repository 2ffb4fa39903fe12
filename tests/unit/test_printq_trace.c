#include "printq_scene.h"

/* What is kept of a badge's way, for whoever must find out why it did not come; and
 * what is said of a queue that was set up wrongly. */

struct told {
    unsigned count;
    int64_t last_ms;
    char text[PRINTQ_TRACE_LINES * 128];
};

static void
take_line(int64_t at_ms, const char *text, void *self)
{
    struct told *told = self;
    assert_true(at_ms >= told->last_ms);
    assert_null(strchr(text, '\n'));
    told->last_ms = at_ms;
    told->count++;
    size_t used = strlen(told->text);
    snprintf(told->text + used, sizeof told->text - used, "%s\n", text);
}

static struct told
trace(struct scene *scene, int64_t job)
{
    struct told told = { 0 };
    unsigned count = printq_trace(scene->printq, job, take_line, &told);
    assert_int_equal(count, told.count);
    return told;
}

static void
assert_told(const struct told *told, const char *want)
{
    if (!strstr(told->text, want))
        fail_msg("\"%s\" is not in:\n%s", want, told->text);
}

static void
an_uncertain_badge_tells_its_whole_way(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->hangs = true;
    start(scene);
    wait_ms(scene, 50);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 5000);
    queue(scene, "left")->reasons = PRINTER_MEDIA_LOW;
    wait_ms(scene, 12000);
    assert_int_equal(row(scene, id).state, SPOOL_UNCERTAIN);
    struct told told = trace(scene, id);
    static const char *const parts[] = {
        "left: drawn as issue 1\n",
        "sending\n",
        "sent\n",
        "left: cups job printing, begun, queue busy\n",
        "left: cups job printing, begun, queue busy, media-low\n",
        "left: taken back: over its deadline\n",
        "left: cups job cancelled, begun\n",
        "uncertain: it took too long and was cancelled\n",
    };
    const char *at = told.text;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *next = strstr(at, parts[i]);
        if (!next)
            fail_msg("\"%s\" is not in its place:\n%s", parts[i], told.text);
        at = next + strlen(parts[i]);
    }
    assert_true(told.count < 16); /* what does not change is said once */
}

static void
a_failed_badge_has_its_lines_in_the_log(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->denies = true;
    start(scene);
    int64_t id = guest(scene, "AAA");
    for (int i = 0; i < 100000 && row(scene, id).state != SPOOL_FAILED; i++)
        hand_loop_turn(&scene->loop, 10);
    assert_int_equal(row(scene, id).state, SPOOL_FAILED);
    assert_non_null(strstr(scene->store.logged, "trace_ms="));
    assert_non_null(strstr(scene->store.logged, "left refused it: not accepting"));
    struct told told = trace(scene, id);
    assert_told(&told, "failed: not accepting\n");
    assert_ok(printq_retry(scene->printq, id, "staff:li", err));
    told = trace(scene, id);
    assert_told(&told, "staff:li wants it again, issue 2\n");
}

static void
a_printed_badge_keeps_none(void **state)
{
    struct scene *scene = *state;
    start(scene);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 300);
    assert_true(trace(scene, id).count > 2);
    wait_ms(scene, 2000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_int_equal(trace(scene, id).count, 0);
    assert_int_equal(trace(scene, 0).count, 0);
    assert_int_equal(trace(scene, 999).count, 0);
}

static void
a_long_story_keeps_its_end(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    queue(scene, "left")->hangs = true;
    int64_t id = guest(scene, "AAA");
    for (int i = 0; i < 100; i++) {
        queue(scene, "left")->reasons =
            i % 2 ? PRINTER_COVER_OPEN : PRINTER_MEDIA_EMPTY;
        wait_ms(scene, 300);
    }
    queue(scene, "left")->reasons = 0;
    wait_ms(scene, 20000);
    struct told told = trace(scene, id);
    assert_int_equal(told.count, PRINTQ_TRACE_LINES);
    assert_null(strstr(told.text, "drawn as"));
    assert_told(&told, "uncertain: it took too long");
}

static void
many_stories_keep_the_last(void **state)
{
    struct scene *scene = *state;
    queue(scene, "left")->aborts = true;
    start(scene);
    wait_ms(scene, 50);
    int64_t first = guest(scene, "FIRST"), last = 0;
    for (int i = 0; i < 40; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "R%d", i);
        last = guest(scene, ref);
        wait_ms(scene, 2000);
    }
    assert_int_equal(row(scene, last).state, SPOOL_UNCERTAIN);
    assert_true(trace(scene, last).count > 3);
    assert_int_equal(trace(scene, first).count, 0);
}

/* ---- set up wrongly ------------------------------------------------------ */

static void
a_queue_that_is_hopeless_gets_nothing_until_it_is_mended(void **state)
{
    static const struct {
        unsigned reason;
        enum printq_problem problem;
    } rows[] = { { PRINTER_NO_QUEUE, PRINTQ_NO_QUEUE },
                 { PRINTER_WRONG_DRIVER, PRINTQ_WRONG_DRIVER } };
    struct scene *scene = *state;
    start(scene);
    for (unsigned i = 0; i < 2; i++) {
        queue(scene, "left")->reasons = rows[i].reason;
        wait_ms(scene, 4000);
        int64_t id = guest(scene, i ? "AAA" : "BBB");
        wait_ms(scene, 60000);
        assert_int_equal(status(scene, 0).health, PRINTQ_TROUBLE);
        assert_int_equal(status(scene, 0).problem, rows[i].problem);
        assert_int_equal(row(scene, id).state, SPOOL_QUEUED);
        assert_int_equal(scene->spooler.job_count, i);
        queue(scene, "left")->reasons = 0;
        wait_ms(scene, 4000);
        assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
        assert_int_equal(status(scene, 0).problem, PRINTQ_NO_PROBLEM);
    }
}

static void
each_state_of_the_queue_has_its_problem(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 100);
    assert_int_equal(status(scene, 0).problem, PRINTQ_NO_PROBLEM);
    queue(scene, "left")->accepting = false;
    wait_ms(scene, 4000);
    assert_int_equal(status(scene, 0).problem, PRINTQ_REJECTING);
    queue(scene, "left")->accepting = true;
    queue(scene, "left")->reasons = PRINTER_PAUSED;
    wait_ms(scene, 4000);
    assert_int_equal(status(scene, 0).problem, PRINTQ_PAUSED);
    queue(scene, "left")->reasons = PRINTER_COVER_OPEN | PRINTER_MEDIA_LOW;
    wait_ms(scene, 4000);
    assert_int_equal(status(scene, 0).problem, PRINTQ_COVER);
    queue(scene, "left")->reasons = 0;
    scene->spooler.refuses = true;
    wait_ms(scene, 4000);
    assert_int_equal(status(scene, 0).health, PRINTQ_UNREACHABLE);
    assert_int_equal(status(scene, 0).problem, PRINTQ_NO_SPOOLER);
    scene->spooler.refuses = false;
    scene->spooler.silent = true;
    wait_ms(scene, 8000);
    assert_int_equal(status(scene, 0).problem, PRINTQ_SILENT);
    scene->spooler.silent = false;
    wait_ms(scene, 4000);
    assert_int_equal(status(scene, 0).health, PRINTQ_READY);
    queue(scene, "left")->hangs = true;
    guest(scene, "AAA");
    wait_ms(scene, 17000);
    assert_int_equal(status(scene, 0).problem, PRINTQ_HUNG);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        scene_test(an_uncertain_badge_tells_its_whole_way),
        scene_test(a_failed_badge_has_its_lines_in_the_log),
        scene_test(a_printed_badge_keeps_none),
        scene_test(a_long_story_keeps_its_end),
        scene_test(many_stories_keep_the_last),
        scene_test(a_queue_that_is_hopeless_gets_nothing_until_it_is_mended),
        scene_test(each_state_of_the_queue_has_its_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
