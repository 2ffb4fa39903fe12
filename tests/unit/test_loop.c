#include "base/loop_real.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "random.h"
#include "str.h"

/* What happened, as a text, and the loop it happens on. */
struct scene {
    struct loop_real *real;
    const struct loop *loop;
    struct loop_timer *stop;
    char seen[256];
};

struct mark { /* a timer that writes its letter */
    struct scene *scene;
    struct loop_timer *timer;
    char letter;
    int again; /* arms itself with 0 ms so many times more */
};

static void
note(struct scene *scene, char letter)
{
    size_t length = strlen(scene->seen);
    assert_true(length + 1 < sizeof scene->seen);
    scene->seen[length] = letter;
    scene->seen[length + 1] = '\0';
}

static void
on_mark(void *self)
{
    struct mark *mark = self;
    note(mark->scene, mark->letter);
    if (mark->again-- > 0)
        loop_timer_arm(mark->scene->loop, mark->timer, 0);
}

static void
on_stop(void *self)
{
    struct scene *scene = self;
    loop_real_stop(scene->real);
}

static void
set_up(struct scene *scene)
{
    struct err err;
    *scene = (struct scene){ 0 };
    assert_true(loop_real_create(&scene->real, &err));
    scene->loop = loop_real_door(scene->real);
    scene->stop = loop_timer_create(scene->loop, on_stop, scene);
    assert_non_null(scene->stop);
}

static void
run_for(struct scene *scene, int64_t ms)
{
    loop_timer_arm(scene->loop, scene->stop, ms);
    loop_real_run(scene->real);
}

static void
tear_down(struct scene *scene)
{
    loop_timer_destroy(scene->loop, scene->stop);
    loop_real_destroy(scene->real);
}

static void
mark_timer(struct mark *mark, struct scene *scene, char letter)
{
    *mark = (struct mark){ .scene = scene, .letter = letter };
    mark->timer = loop_timer_create(scene->loop, on_mark, mark);
    assert_non_null(mark->timer);
}

static void
timers_fire_by_moment_then_in_the_order_they_were_armed(void **state)
{
    (void)state;
    struct scene scene;
    struct mark marks[40];
    static const int delays[4] = { 9, 3, 3, 6 };
    char want[41] = "";
    set_up(&scene);
    for (int i = 0; i < 40; i++) {
        mark_timer(&marks[i], &scene, (char)('0' + i));
        loop_timer_arm(scene.loop, marks[i].timer, delays[i % 4]);
    }
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 40; i++) {
            if (delays[i % 4] == 3 * (round + 1))
                snprintf(want + strlen(want), sizeof want - strlen(want), "%c",
                         '0' + i);
        }
    }
    run_for(&scene, 15);
    assert_string_equal(scene.seen, want);
    for (int i = 0; i < 40; i++)
        loop_timer_destroy(scene.loop, marks[i].timer);
    tear_down(&scene);
}

static void
a_timer_can_be_moved_disarmed_and_armed_again(void **state)
{
    (void)state;
    struct scene scene;
    struct mark a, b, c;
    set_up(&scene);
    mark_timer(&a, &scene, 'a');
    mark_timer(&b, &scene, 'b');
    mark_timer(&c, &scene, 'c');
    loop_timer_arm(scene.loop, a.timer, 2);
    loop_timer_arm(scene.loop, b.timer, 4);
    loop_timer_arm(scene.loop, c.timer, 3);
    loop_timer_arm(scene.loop, a.timer, 6); /* behind b now */
    loop_timer_disarm(scene.loop, c.timer);
    loop_timer_disarm(scene.loop, c.timer); /* twice is once */
    run_for(&scene, 10);
    assert_string_equal(scene.seen, "ba");
    loop_timer_arm(scene.loop, c.timer, -5); /* the past is now */
    run_for(&scene, 3);
    assert_string_equal(scene.seen, "bac");
    loop_timer_destroy(scene.loop, a.timer);
    loop_timer_destroy(scene.loop, b.timer);
    loop_timer_destroy(scene.loop, c.timer);
    tear_down(&scene);
}

static void
on_pipe(int fd, int events, void *self)
{
    char c;
    struct scene *scene = self;
    assert_int_equal(events, LOOP_READ);
    assert_int_equal(read(fd, &c, 1), 1);
    note(scene, c);
}

static void
a_timer_that_arms_itself_starves_no_descriptor(void **state)
{
    (void)state;
    struct scene scene;
    struct mark post;
    int ends[2];
    set_up(&scene);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "xyz", 3), 3);
    struct loop_watch *watch =
        loop_watch(scene.loop, ends[0], LOOP_READ, on_pipe, &scene);
    assert_non_null(watch);
    mark_timer(&post, &scene, '.');
    post.again = 100;
    loop_timer_arm(scene.loop, post.timer, 0);
    run_for(&scene, 10);
    const char *last = strchr(scene.seen, 'z');
    assert_non_null(last);
    assert_true(last - scene.seen < 20);
    loop_unwatch(scene.loop, watch);
    close(ends[0]);
    close(ends[1]);
    loop_timer_destroy(scene.loop, post.timer);
    tear_down(&scene);
}

struct suicide {
    struct scene *scene;
    struct loop_timer *timer, *other;
    struct loop_watch *watch, *other_watch;
};

static void
kill_timers(void *self)
{
    struct suicide *suicide = self;
    loop_timer_destroy(suicide->scene->loop, suicide->timer);
    loop_timer_destroy(suicide->scene->loop, suicide->other);
    note(suicide->scene, 't');
}

static void
kill_watches(int fd, int events, void *self)
{
    struct suicide *suicide = self;
    (void)fd, (void)events;
    loop_unwatch(suicide->scene->loop, suicide->watch);
    loop_unwatch(suicide->scene->loop, suicide->other_watch);
    note(suicide->scene, 'w');
}

static void
a_callback_may_destroy_itself_and_what_is_due_behind_it(void **state)
{
    (void)state;
    struct scene scene;
    int one[2], two[2];
    set_up(&scene);
    struct suicide suicide = { .scene = &scene };
    suicide.timer = loop_timer_create(scene.loop, kill_timers, &suicide);
    suicide.other = loop_timer_create(scene.loop, kill_timers, &suicide);
    loop_timer_arm(scene.loop, suicide.timer, 1);
    loop_timer_arm(scene.loop, suicide.other, 1);
    assert_int_equal(pipe(one) | pipe(two), 0);
    suicide.watch = loop_watch(scene.loop, one[1], LOOP_WRITE, kill_watches, &suicide);
    suicide.other_watch =
        loop_watch(scene.loop, two[1], LOOP_WRITE, kill_watches, &suicide);
    run_for(&scene, 5);
    if (strcmp(scene.seen, "tw") != 0) /* so on a slow machine */
        assert_string_equal(scene.seen, "wt");
    close(one[0]), close(one[1]), close(two[0]), close(two[1]);
    tear_down(&scene);
}

struct quiet {
    struct scene scene; /* first */
    int64_t at_us[5];   /* of the work, then of each call */
    int count;
};

static void
on_quiet(void *self)
{
    struct quiet *quiet = self;
    quiet->at_us[quiet->count++] = clock_mono_us(&clock_system);
    if (quiet->count == 5)
        loop_real_stop(quiet->scene.real);
}

static void
quiet_is_noticed_after_activity_and_ever_more_rarely(void **state)
{
    (void)state;
    struct quiet quiet = { .count = 0 };
    set_up(&quiet.scene);
    struct loop_timer *work = loop_timer_create(quiet.scene.loop, on_quiet, &quiet);
    assert_non_null(work);
    loop_timer_arm(quiet.scene.loop, work, 10);
    loop_real_on_idle(quiet.scene.real, on_quiet, &quiet);
    run_for(&quiet.scene, 60 * 1000); /* work at 10, quiet at 30, 70, 150, 310 */
    assert_int_equal(quiet.count, 5);
    for (int i = 0; i < 4; i++)
        assert_true(quiet.at_us[i + 1] - quiet.at_us[i] >= (20 * 1000 << i) - 2000);
    loop_timer_destroy(quiet.scene.loop, work);
    tear_down(&quiet.scene);
}

static void
on_signal(int number, void *self)
{
    note(self, number == SIGHUP ? 'h' : '?');
}

static void
a_signal_comes_on_the_loop(void **state)
{
    (void)state;
    struct scene scene;
    struct err err;
    set_up(&scene);
    assert_true(loop_real_on_signal(scene.real, SIGHUP, on_signal, &scene, &err));
    raise(SIGHUP);
    assert_string_equal(scene.seen, ""); /* not inside the handler */
    run_for(&scene, 5);
    assert_string_equal(scene.seen, "h");
    tear_down(&scene);
}

static void
block_a_while(void *self)
{
    struct scene *scene = self;
    usleep(1030 * 1000); /* the probe is due at 1000 */
    loop_timer_arm(scene->loop, scene->stop, 1);
}

static void
a_blocked_loop_shows_in_its_figures(void **state)
{
    (void)state;
    struct scene scene;
    struct loop_real_figures figures;
    set_up(&scene);
    struct loop_timer *blocker = loop_timer_create(scene.loop, block_a_while, &scene);
    loop_timer_arm(scene.loop, blocker, 0);
    loop_real_run(scene.real);
    loop_real_figures(scene.real, &figures);
    assert_int_equal(figures.probes, 1);
    assert_in_range(figures.late_max_us, 10 * 1000, 60 * 1000 * 1000);
    assert_int_equal(figures.late_mean_us, figures.late_max_us);
    assert_in_range(figures.longest_us, 1030 * 1000, 60 * 1000 * 1000);
    assert_true(figures.turns >= 2);
    loop_timer_destroy(scene.loop, blocker);
    tear_down(&scene);
}

static void
clocks_run_and_seeded_random_repeats(void **state)
{
    (void)state;
    int64_t before = clock_mono_us(&clock_system);
    assert_true(clock_utc_ms(&clock_system) > 1600000000000);
    assert_true(clock_mono_us(&clock_system) >= before);

    struct random_seeded one, two, three;
    random_seeded_init(&one, 7);
    random_seeded_init(&two, 7);
    random_seeded_init(&three, 8);
    unsigned char a[13], b[13], c[13];
    random_fill(&one.random, a, sizeof a);
    random_fill(&two.random, b, sizeof b);
    random_fill(&three.random, c, sizeof c);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    assert_true(random_u64(&random_system) != random_u64(&random_system));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_fire_by_moment_then_in_the_order_they_were_armed),
        cmocka_unit_test(a_timer_can_be_moved_disarmed_and_armed_again),
        cmocka_unit_test(a_timer_that_arms_itself_starves_no_descriptor),
        cmocka_unit_test(a_callback_may_destroy_itself_and_what_is_due_behind_it),
        cmocka_unit_test(quiet_is_noticed_after_activity_and_ever_more_rarely),
        cmocka_unit_test(a_signal_comes_on_the_loop),
        cmocka_unit_test(a_blocked_loop_shows_in_its_figures),
        cmocka_unit_test(clocks_run_and_seeded_random_repeats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
