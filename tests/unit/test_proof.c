#include "print/proof.h"

#include <sys/resource.h>

#include "easel_scene.h"
#include "str.h"

/* A run of `wanted` badges; what came back is counted. */
struct run {
    struct scene scene;
    struct proof *proof;
    int given, drawn, crashed, ended;
    int fail_at; /* next() fails at this one; 0: never */
    bool seen[512];
    int lowest_nice;
    struct err err;
    bool went_wrong;
};

static bool
next(struct proof_sheet *sheet, bool *more, void *self, struct err *err)
{
    struct run *run = self;
    *more = run->given < run->scene.wanted;
    if (!*more)
        return true;
    if (run->fail_at > 0 && run->given + 1 == run->fail_at)
        return err_set(err, ERR_IO, "the roster cannot be read");
    snprintf(sheet->ref, sizeof sheet->ref, "%d", run->given++);
    str_copy(sheet->design, sizeof sheet->design, "conference-62x100");
    sheet->target = scene_target;
    str_copy(sheet->fields, sizeof sheet->fields, scene_fields);
    str_copy(sheet->qr, sizeof sheet->qr, scene_qr);
    return true;
}

/* Of a child of this process. */
static int
nice_of_a_child(void)
{
    char path[64];
    int nice = -100;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    int pid;
    while (file && fscanf(file, "%d", &pid) == 1) {
        int now = getpriority(PRIO_PROCESS, (id_t)pid);
        nice = now > nice ? now : nice;
    }
    if (file)
        fclose(file);
    return nice;
}

static bool
drawn(const struct proof_sheet *sheet, void *self, struct err *err)
{
    struct run *run = self;
    (void)err;
    long number = strtol(sheet->ref, NULL, 10);
    assert_false(run->seen[number]);
    run->seen[number] = true;
    run->drawn++;
    run->crashed += sheet->answer.outcome == EASEL_CRASHED;
    if (sheet->answer.outcome == EASEL_DRAWN)
        assert_int_equal(sheet->answer.page.width_dots, scene_target.width_dots);
    run->lowest_nice = nice_of_a_child();
    return true;
}

static void
ended(const struct err *err, void *self)
{
    struct run *run = self;
    run->ended++;
    run->went_wrong = err != NULL;
    if (err)
        run->err = *err;
    loop_real_stop(run->scene.real);
}

static void
begin(struct run *run, const char *helper, unsigned helpers)
{
    struct scene *scene = &run->scene;
    struct log log = { scene_log, scene, LOG_LEVEL_ERROR };
    struct err err;
    struct proof_setting setting = {
        .easel = { .helper = helper,
                   .designs = SOURCE_DIR "/templates/badge",
                   .cache = scene->cache,
                   .fonts = SOURCE_DIR "/templates/system/fonts.conf",
                   .loop = scene->loop,
                   .clock = &clock_system,
                   .log = &log },
        .helpers = helpers,
        .next = next,
        .drawn = drawn,
        .ended = ended,
        .self = run,
    };
    if (!proof_create(&setting, &run->proof, &err))
        fail_msg("%s", err.text);
    loop_timer_arm(scene->loop, scene->stop, 60000);
    loop_real_run(scene->real);
    proof_destroy(run->proof);
}

static void
every_badge_comes_back_once_from_several_helpers(void **state)
{
    (void)state;
    struct run run = { 0 };
    set_scene(&run.scene);
    run.scene.wanted = 300;
    begin(&run, BINARY_DIR "/kiosk-draw", 3);
    assert_int_equal(run.ended, 1);
    assert_false(run.went_wrong);
    assert_int_equal(run.drawn, 300);
    assert_int_equal(run.crashed, 0);
    assert_int_equal(run.lowest_nice, 19);
    close_scene(&run.scene);
}

static void
none_at_all_is_an_end_too(void **state)
{
    (void)state;
    struct run run = { 0 };
    set_scene(&run.scene);
    begin(&run, BINARY_DIR "/kiosk-draw", 0);
    assert_int_equal(run.ended, 1);
    assert_int_equal(run.drawn, 0);
    close_scene(&run.scene);
}

static void
what_fails_in_between_ends_it_with_its_words(void **state)
{
    (void)state;
    struct run run = { .fail_at = 40 };
    set_scene(&run.scene);
    run.scene.wanted = 300;
    begin(&run, BINARY_DIR "/kiosk-draw", 2);
    assert_int_equal(run.ended, 1);
    assert_true(run.went_wrong);
    assert_string_equal(run.err.text, "the roster cannot be read");
    assert_true(run.drawn < 40);
    close_scene(&run.scene);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_badge_comes_back_once_from_several_helpers),
        cmocka_unit_test(none_at_all_is_an_end_too),
        cmocka_unit_test(what_fails_in_between_ends_it_with_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
