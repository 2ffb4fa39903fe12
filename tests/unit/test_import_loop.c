#include "importing.h"

#include <time.h>

#include "base/loop_real.h"
#include "base/task_real.h"
#include "demo_event.h"

/* The daemon's import: a lane reads, the loop writes in slices and goes on meanwhile.
 */

struct turning {
    struct run run;
    struct loop_real *loop;
    struct loop_timer *tick;
    struct timespec last;
    unsigned ticks;
    double worst_ms;
};

static void
end_loop(const struct import_result *result, void *self)
{
    struct turning *turning = self;
    note_done(result, &turning->run);
    loop_real_stop(turning->loop);
}

static void
told_nothing(const char *json, void *self)
{
    (void)json;
    (void)self;
}

/* A scan would be answered as late as this tick is. */
static void
tick(void *self)
{
    struct turning *turning = self;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double ms = (double)(now.tv_sec - turning->last.tv_sec) * 1e3 +
                (double)(now.tv_nsec - turning->last.tv_nsec) / 1e6;
    if (turning->ticks++ > 0 && ms > turning->worst_ms)
        turning->worst_ms = ms;
    turning->last = now;
    loop_timer_arm(loop_real_door(turning->loop), turning->tick, 1);
}

static int64_t
real_mono_us(void *self)
{
    struct timespec now;
    (void)self;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
import_on_loop(struct store *store, const char *dir, struct turning *turning)
{
    struct task_real *tasks;
    struct import *import;
    struct clock clock = { store->clock.utc_ms, real_mono_us, store };
    char path[128];
    *turning = (struct turning){ .ticks = 0 };
    assert_ok(loop_real_create(&turning->loop, err));
    const struct loop *loop = loop_real_door(turning->loop);
    assert_ok(task_real_create(loop, &tasks, err));
    const struct import_listener listener = { told_nothing, NULL, end_loop, turning };
    struct import_setting setting = setting_of(store);
    setting.loop = loop;
    setting.task = task_real_door(tasks);
    setting.clock = &clock;
    snprintf(path, sizeof path, "%s/guests.csv", dir);
    setting.guests_fd = open(path, O_RDONLY | O_CLOEXEC);
    turning->tick = loop_timer_create(loop, tick, turning);
    loop_timer_arm(loop, turning->tick, 0);
    assert_ok(import_start(&setting, &listener, &import, err));
    struct err busy = { ERR_NONE, "" };
    struct import *second;
    assert_false(import_start(&setting, &listener, &second, &busy));
    assert_int_equal(busy.code, ERR_BUSY);
    loop_real_run(turning->loop);
    import_destroy(import);
    loop_timer_destroy(loop, turning->tick);
    task_real_destroy(tasks);
    loop_real_destroy(turning->loop);
    close(setting.guests_fd);
    if (turning->run.result.state != IMPORT_DONE)
        fail_msg("%s", turning->run.result.err.text);
}

static void
the_loop_goes_on_while_the_demo_event_comes_in_and_is_updated(void **state)
{
    struct store *store = *state;
    struct turning turning;
    char dir[64] = "/tmp/import-demo-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    assert_ok(demo_event_write(
        &(struct demo_event_setting){ .date = "2026-11-25", .seed = 1 }, dir, err));
    import_on_loop(store, dir, &turning);
    assert_int_equal(turning.run.result.added, 3500);
    import_on_loop(store, dir, &turning);
    assert_int_equal(turning.run.result.updated, 3500);
    print_message("update of 3,500: %u ticks, the latest after %.1f ms\n",
                  turning.ticks, turning.worst_ms);
    assert_true(turning.ticks > 50);
    struct roster_age age;
    assert_ok(roster_age(store->db, &age, err));
    assert_true(age.tickets > 3300 && age.complete_ms > 0);
    static const char *const names[] = { "guests.csv", "lists.csv" };
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        import_test(the_loop_goes_on_while_the_demo_event_comes_in_and_is_updated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
