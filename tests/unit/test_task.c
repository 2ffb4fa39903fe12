#include "base/task_real.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop_real.h"

struct scene {
    struct loop_real *loop;
    struct task_real *real;
    const struct task *task;
    pthread_t home;
    int wanted; /* jobs to come back before the loop stops */
    int order[512], back;
};

struct job {
    struct task_job slot; /* first: the cast back */
    struct scene *scene;
    int number, sleep_ms;
    int runs, dones;
    bool elsewhere;
    bool until_home_waits; /* runs until the test's own thread stands still */
    atomic_bool running;
};

/* Whether the thread of the tests sleeps, as the kernel says it. */
static bool
home_waits(void)
{
    char path[64], line[256] = "", state = '?';
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)getpid());
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    if (fgets(line, sizeof line, file) && strrchr(line, ')'))
        sscanf(strrchr(line, ')'), ") %c", &state);
    fclose(file);
    return state == 'S';
}

static void
run(struct task_job *slot)
{
    struct job *job = (struct job *)slot;
    job->runs++;
    job->running = true;
    while (job->until_home_waits && !home_waits())
        sched_yield();
    job->elsewhere = !pthread_equal(pthread_self(), job->scene->home);
    if (job->sleep_ms)
        usleep((useconds_t)job->sleep_ms * 1000);
}

static void
done(struct task_job *slot)
{
    struct job *job = (struct job *)slot;
    struct scene *scene = job->scene;
    assert_true(pthread_equal(pthread_self(), scene->home));
    job->dones++;
    scene->order[scene->back++] = job->number;
    if (scene->back == scene->wanted)
        loop_real_stop(scene->loop);
}

static void
set_up(struct scene *scene)
{
    struct err err;
    *scene = (struct scene){ .home = pthread_self() };
    assert_true(loop_real_create(&scene->loop, &err));
    assert_true(task_real_create(loop_real_door(scene->loop), &scene->real, &err));
    scene->task = task_real_door(scene->real);
}

static void
tear_down(struct scene *scene)
{
    task_real_destroy(scene->real);
    loop_real_destroy(scene->loop);
}

static void
submit(struct scene *scene, struct task_lane *lane, struct job *job)
{
    job->scene = scene;
    job->slot.run = run;
    job->slot.done = done;
    task_submit(scene->task, lane, &job->slot);
}

static void
jobs_of_a_lane_run_elsewhere_and_come_back_once_in_order(void **state)
{
    (void)state;
    static struct job jobs[500];
    static struct scene scene;
    set_up(&scene);
    struct task_lane *lane = task_open(scene.task, "a lane with a name over 15 bytes");
    assert_non_null(lane);
    scene.wanted = 500;
    for (int i = 0; i < 500; i++) {
        jobs[i].number = i;
        submit(&scene, lane, &jobs[i]);
    }
    loop_real_run(scene.loop);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(scene.order[i], i);
        assert_int_equal(jobs[i].runs, 1);
        assert_int_equal(jobs[i].dones, 1);
        assert_true(jobs[i].elsewhere);
    }
    task_close(scene.task, lane);
    tear_down(&scene);
}

static void
a_stuck_lane_holds_no_other(void **state)
{
    (void)state;
    struct scene scene;
    struct job slow = { .number = 1, .sleep_ms = 80 }, quick = { .number = 2 };
    set_up(&scene);
    struct task_lane *stuck = task_open(scene.task, "stuck");
    struct task_lane *free_lane = task_open(scene.task, "free");
    submit(&scene, stuck, &slow);
    submit(&scene, free_lane, &quick);
    scene.wanted = 1;
    loop_real_run(scene.loop);
    assert_int_equal(scene.order[0], 2);
    assert_int_equal(slow.dones, 0);
    task_close(scene.task, free_lane);
    task_close(scene.task, stuck); /* waits for it */
    assert_int_equal(slow.dones, 1);
    tear_down(&scene);
}

static void
closing_brings_every_job_back_those_that_ran_first(void **state)
{
    (void)state;
    struct scene scene;
    struct job jobs[5] = { [1] = { .until_home_waits = true } };
    set_up(&scene);
    struct task_lane *lane = task_open(scene.task, "closing");
    for (int i = 0; i < 5; i++) {
        jobs[i].number = i;
        submit(&scene, lane, &jobs[i]);
    }
    while (!jobs[1].running)
        sched_yield();
    /* 0 is done but not brought back; 1 runs until closing waits for it. */
    task_close(scene.task, lane);
    assert_int_equal(scene.back, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(scene.order[i], i);
        assert_int_equal(jobs[i].dones, 1);
        assert_int_equal(jobs[i].runs, i < 2 ? 1 : 0);
    }
    tear_down(&scene);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_of_a_lane_run_elsewhere_and_come_back_once_in_order),
        cmocka_unit_test(a_stuck_lane_holds_no_other),
        cmocka_unit_test(closing_brings_every_job_back_those_that_ran_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
