#include "easel_scene.h"

/* The loop for a while, whatever happens. */
static void
run_for(struct scene *scene, int64_t ms)
{
    scene->wanted = -1;
    loop_timer_arm(scene->loop, scene->stop, ms);
    loop_real_run(scene->real);
}

static void
wait_until_ready(struct scene *scene)
{
    for (int i = 0; i < 2400 && !easel_is_ready(scene->easel); i++)
        run_for(scene, 25);
    assert_true(easel_is_ready(scene->easel));
}

static const char simple[] =
    "<svg xmlns='http://www.w3.org/2000/svg' width='62mm' height='100mm' "
    "viewBox='0 0 62 100'><rect id='name' x='4' y='20' width='54' height='20' "
    "data-max='9mm'/></svg>";

/* A scene with that design in it; the helper has not been asked for anything. */
static void
open_simple(struct scene *scene)
{
    open_scene(scene, NULL, 0);
    write_design(scene, "d", simple);
}

/* … and one badge of it has been asked for and answered. */
static void
open_drawn(struct scene *scene, struct drawing *drawing)
{
    open_simple(scene);
    ask(scene, drawing, "d");
    wait_for(scene, 1, 60000);
}

static void
texts_that_do_not_fit_or_lack_a_letter_are_named(void **state)
{
    static const char narrow[] =
        "<svg xmlns='http://www.w3.org/2000/svg' width='62mm' height='100mm' "
        "viewBox='0 0 62 100'><rect id='name' x='4' y='20' width='54' height='20' "
        "data-max='9mm'/><rect id='seat' x='4' y='50' width='3' height='5' "
        "data-max='5mm' data-min='4mm'/></svg>";
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_scene(&scene, NULL, 0);
    write_design(&scene, "d", narrow);
    ask(&scene, &drawing, "d"); /* its design is prepared first */
    drawing.request.fields = "{\"name\":\"Anna \xEF\x80\x80\",\"seat\":\"Row 17\"}";
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_true(drawing.request.overflow);
    assert_int_equal(drawing.request.missing, 1);
    assert_string_equal(drawing.request.misfit, "name lacks 1 letters, seat");
    close_scene(&scene);
}

static void
a_guest_becomes_a_page_of_dots(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_scene(&scene, SOURCE_DIR "/templates/badge", 0);
    ask(&scene, &drawing, "conference-62x100");
    wait_for(&scene, 1, 60000);
    assert_string_equal(drawing.request.text, "");
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_int_equal(drawing.request.page.width_dots, 495);
    assert_int_equal(drawing.request.page.height_dots, 799);
    assert_int_equal(drawing.request.page.dpi, 203);
    assert_true(drawing.black > 10000);
    assert_false(drawing.request.overflow);
    assert_int_equal(drawing.request.missing, 0);
    assert_true(drawing.request.took_us > 0);
    assert_string_equal(easel_problem(scene.easel, "conference-62x100"), "");
    close_scene(&scene);
}

static void
without_any_font_a_guest_is_refused_with_what_to_install(void **state)
{
    struct scene scene;
    struct drawing drawing;
    char fonts[96];
    (void)state;

    set_scene(&scene);
    snprintf(fonts, sizeof fonts, "%s/fonts.conf", scene.dir);
    FILE *file = fopen(fonts, "w");
    assert_non_null(file);
    fprintf(file, "<fontconfig><dir>%s</dir></fontconfig>\n", scene.dir);
    assert_int_equal(fclose(file), 0);
    scene.fonts = fonts;
    open_easel(&scene, BINARY_DIR "/kiosk-draw", NULL, 0);
    write_design(&scene, "d", simple);
    ask(&scene, &drawing, "d");
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_REFUSED);
    assert_non_null(strstr(drawing.request.text, "no fonts"));
    assert_non_null(strstr(drawing.request.text, "fonts-noto-core"));
    assert_non_null(strstr(drawing.request.text, "fonts-noto-cjk"));
    close_scene(&scene);
}

static void
nothing_is_answered_from_inside_the_call(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_scene(&scene, NULL, 0);
    ask(&scene, &drawing, "../etc/passwd");
    assert_int_equal(drawing.order, 0);
    wait_for(&scene, 1, 10000);
    assert_int_equal(drawing.request.outcome, EASEL_REFUSED);
    assert_non_null(strstr(drawing.request.text, "../etc/passwd"));
    close_scene(&scene);
}

static void
a_design_that_is_not_there_is_refused_by_name_and_drawn_once_it_is(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_scene(&scene, NULL, 0);
    ask(&scene, &drawing, "later");
    wait_for(&scene, 1, 10000);
    assert_int_equal(drawing.request.outcome, EASEL_REFUSED);
    assert_non_null(strstr(drawing.request.text, "later"));
    assert_non_null(strstr(easel_problem(scene.easel, "later"), "later"));

    write_design(&scene, "later", simple);
    ask(&scene, &drawing, "later");
    wait_for(&scene, 1, 20000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_string_equal(easel_problem(scene.easel, "later"), "");
    close_scene(&scene);
}

static void
a_design_saved_anew_is_drawn_anew(void **state)
{
    struct scene scene;
    struct drawing before, after;
    char bolder[sizeof simple + 64];
    (void)state;

    open_simple(&scene);
    ask(&scene, &before, "d");
    wait_for(&scene, 1, 20000);
    snprintf(bolder, sizeof bolder, "%.*s<rect width='62' height='10'/></svg>",
             (int)(strlen(simple) - 6), simple);
    write_design(&scene, "d", bolder);
    ask(&scene, &after, "d");
    wait_for(&scene, 1, 20000);
    assert_int_equal(after.request.outcome, EASEL_DRAWN);
    assert_int_equal(after.black, before.black + 495 * 80);
    close_scene(&scene);
}

static void
a_helper_that_dies_costs_its_drawing_and_the_next_one_works(void **state)
{
    struct scene scene;
    struct drawing first, second;
    (void)state;

    open_simple(&scene);
    ask(&scene, &first, "d");
    wait_for(&scene, 1, 60000);
    assert_int_equal(first.request.outcome, EASEL_DRAWN);
    int pid = easel_helper_pid(scene.easel);
    assert_true(pid > 0);

    kill(pid, SIGSTOP); /* so that the request is with it when it dies */
    ask(&scene, &first, "d");
    ask(&scene, &second, "d");
    run_for(&scene, 50);
    assert_int_equal(first.order, 0);
    kill(pid, SIGABRT);
    kill(pid, SIGCONT);
    wait_for(&scene, 2, 60000);
    assert_int_equal(first.request.outcome, EASEL_CRASHED);
    assert_non_null(strstr(first.request.text, "signal 6"));
    assert_int_equal(second.request.outcome, EASEL_DRAWN);
    assert_true(first.order < second.order);
    assert_int_not_equal(easel_helper_pid(scene.easel), pid);
    close_scene(&scene);
}

static void
a_badge_that_takes_over_two_seconds_costs_its_drawing(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_drawn(&scene, &drawing);
    kill(easel_helper_pid(scene.easel), SIGSTOP);
    ask(&scene, &drawing, "d");
    wait_for(&scene, 1, 10000);
    assert_int_equal(drawing.request.outcome, EASEL_CRASHED);
    assert_non_null(strstr(drawing.request.text, "too long"));
    ask(&scene, &drawing, "d");
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    close_scene(&scene);
}

static void
an_idle_helper_that_dies_is_started_anew_and_nobody_notices(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_simple(&scene);
    wait_until_ready(&scene);
    kill(easel_helper_pid(scene.easel), SIGKILL);
    run_for(&scene, 20);
    ask(&scene, &drawing, "d");
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    close_scene(&scene);
}

static void
fields_that_are_no_object_are_refused(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_simple(&scene);
    ask(&scene, &drawing, "d");
    drawing.request.fields = "[1,2";
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_REFUSED);
    assert_non_null(strstr(drawing.request.text, "fields"));
    close_scene(&scene);
}

static void
a_helper_that_is_not_there_leaves_nobody_waiting(void **state)
{
    struct scene scene;
    struct drawing drawing;
    struct easel *lost;
    struct err err;
    (void)state;

    open_simple(&scene);
    struct log log = { scene_log, &scene, LOG_LEVEL_ERROR };
    struct easel_setting setting = { .helper = "/nowhere/kiosk-draw",
                                     .designs = scene.designs,
                                     .cache = scene.cache,
                                     .fonts = SOURCE_DIR "/templates/system/fonts.conf",
                                     .loop = scene.loop,
                                     .clock = &clock_system,
                                     .log = &log };
    assert_true(easel_create(&setting, &lost, &err));
    struct easel *real = scene.easel;
    scene.easel = lost;
    ask(&scene, &drawing, "d");
    wait_for(&scene, 1, 5000);
    assert_int_not_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_non_null(strstr(drawing.request.text, "/nowhere/kiosk-draw"));
    easel_destroy(lost);
    scene.easel = real;
    close_scene(&scene);
}

static void
an_easel_taken_down_gives_its_requests_back(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_simple(&scene);
    ask(&scene, &drawing, "d");
    easel_destroy(scene.easel);
    scene.easel = NULL;
    assert_int_equal(drawing.order, 1);
    assert_int_equal(drawing.request.outcome, EASEL_CRASHED);
    close_scene(&scene);
}

static void
a_helper_grown_large_is_renewed_and_no_badge_is_lost(void **state)
{
    struct scene scene;
    struct drawing drawings[4];
    (void)state;

    set_scene(&scene);
    scene.heap_kib = 1; /* each badge is one too many */
    open_easel(&scene, BINARY_DIR "/kiosk-draw", NULL, 0);
    write_design(&scene, "d", simple);
    ask(&scene, &drawings[0], "d");
    wait_for(&scene, 1, 60000);
    int pid = easel_helper_pid(scene.easel);
    for (int i = 0; i < 2400 && easel_helper_pid(scene.easel) == pid; i++)
        run_for(&scene, 25); /* with nobody waiting */
    wait_until_ready(&scene);
    assert_int_not_equal(easel_helper_pid(scene.easel), pid);

    for (int i = 0; i < 4; i++)
        ask(&scene, &drawings[i], "d");
    wait_for(&scene, 4, 60000);
    for (int i = 0; i < 4; i++)
        assert_int_equal(drawings[i].request.outcome, EASEL_DRAWN);
    assert_non_null(strstr(scene.seen, "state=renewed"));
    close_scene(&scene);
}

static bool
maps(int pid, const char *library)
{
    char path[64], line[512];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (!found && fgets(line, sizeof line, file))
        found = strstr(line, library) != NULL;
    fclose(file);
    return found;
}

static void
the_helper_that_stays_has_no_parser_of_drawings_in_it(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_drawn(&scene, &drawing);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    int pid = easel_helper_pid(scene.easel);
    assert_true(maps(pid, "libpango"));
    assert_false(maps(pid, "librsvg"));
    assert_false(maps(pid, "libxml2"));
    assert_false(maps(pid, "libgdk_pixbuf"));
    close_scene(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guest_becomes_a_page_of_dots),
        cmocka_unit_test(texts_that_do_not_fit_or_lack_a_letter_are_named),
        cmocka_unit_test(without_any_font_a_guest_is_refused_with_what_to_install),
        cmocka_unit_test(nothing_is_answered_from_inside_the_call),
        cmocka_unit_test(
            a_design_that_is_not_there_is_refused_by_name_and_drawn_once_it_is),
        cmocka_unit_test(a_design_saved_anew_is_drawn_anew),
        cmocka_unit_test(a_helper_that_dies_costs_its_drawing_and_the_next_one_works),
        cmocka_unit_test(a_badge_that_takes_over_two_seconds_costs_its_drawing),
        cmocka_unit_test(an_idle_helper_that_dies_is_started_anew_and_nobody_notices),
        cmocka_unit_test(fields_that_are_no_object_are_refused),
        cmocka_unit_test(a_helper_that_is_not_there_leaves_nobody_waiting),
        cmocka_unit_test(a_helper_grown_large_is_renewed_and_no_badge_is_lost),
        cmocka_unit_test(the_helper_that_stays_has_no_parser_of_drawings_in_it),
        cmocka_unit_test(an_easel_taken_down_gives_its_requests_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
