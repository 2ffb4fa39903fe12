/* What ends a preparation that is not the design's own doing: it is tried again, and no
 * badge is refused for it. The helper is the real one behind a script that dies first.
 */
#include "easel_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

static const char simple[] =
    "<svg xmlns='http://www.w3.org/2000/svg' width='62mm' height='100mm' "
    "viewBox='0 0 62 100'><rect id='name' x='4' y='20' width='54' height='20' "
    "data-max='9mm'/></svg>";

/* A script by that name which does what it is told, then what the real one does. */
static void
write_script(const struct scene *scene, const char *name, const char *first)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", scene->dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\nexec " BINARY_DIR "/%s \"$@\"\n", first, name);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0700), 0);
}

/* A helper whose program `name` leaves a line in a file each time; the first `times` of
 * them end as told. */
static void
write_helper(const struct scene *scene, const char *name, const char *end, int times)
{
    char first[320];
    snprintf(first, sizeof first,
             "echo tried >>%s/tries; [ $(wc -l <%s/tries) -gt %d ] || %s", scene->dir,
             scene->dir, times, end);
    write_script(scene, "kiosk-draw", "");
    write_script(scene, "kiosk-draw-prepare", "");
    write_script(scene, name, first);
}

static void
open_helper(struct scene *scene)
{
    char path[96];
    snprintf(path, sizeof path, "%s/kiosk-draw", scene->dir);
    open_easel(scene, path, NULL, 0);
}

static int
tries(const struct scene *scene)
{
    char path[96];
    int lines = 0, letter;
    snprintf(path, sizeof path, "%s/tries", scene->dir);
    FILE *file = fopen(path, "r");
    while (file && (letter = fgetc(file)) != EOF)
        lines += letter == '\n';
    if (file)
        fclose(file);
    return lines;
}

static const struct {
    const char *end;
    int times; /* it ends so */
    enum easel_outcome outcome;
    int tries;
    const char *says;
} endings[] = {
    { "kill -9 $$", 1, EASEL_DRAWN, 2, "" },
    { "kill -9 $$", 2, EASEL_DRAWN, 3, "" },
    { "kill -TERM $$", 2, EASEL_DRAWN, 3, "" },
    { "exit 3", 2, EASEL_DRAWN, 3, "" }, /* no room on the disk, say */
    { "kill -9 $$", 9, EASEL_REFUSED, 3, "design d: was stopped 3 times (signal 9)" },
    { "{ echo no room; exit 3; }", 9, EASEL_REFUSED, 3, "design d: no room" },
    { "kill -SEGV $$", 1, EASEL_REFUSED, 1, "broke the drawing helper (signal 11)" },
    { "kill -XCPU $$", 1, EASEL_REFUSED, 1, "broke the drawing helper (signal 24)" },
    { "kill -SYS $$", 1, EASEL_REFUSED, 1, "broke the drawing helper (signal 31)" },
    { "kill -ABRT $$", 1, EASEL_REFUSED, 1, "broke the drawing helper (signal 6)" },
    { "{ echo line 7: bad; exit 1; }", 1, EASEL_REFUSED, 1, "design d: line 7: bad" },
};

static void
what_comes_from_outside_is_tried_again_and_what_the_design_does_is_not(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct scene scene;
        struct drawing drawing;

        set_scene(&scene);
        write_helper(&scene, "kiosk-draw-prepare", endings[i].end, endings[i].times);
        open_helper(&scene);
        write_design(&scene, "d", simple);
        ask(&scene, &drawing, "d");
        wait_for(&scene, 1, 60000);
        if (drawing.request.outcome != endings[i].outcome ||
            tries(&scene) != endings[i].tries ||
            !strstr(drawing.request.text, endings[i].says))
            fail_msg("%s, %d times: outcome %d after %d tries: \"%s\"", endings[i].end,
                     endings[i].times, drawing.request.outcome, tries(&scene),
                     drawing.request.text);
        close_scene(&scene);
    }
}

static void
a_badge_goes_on_waiting_while_its_helper_is_killed_at_its_start(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    set_scene(&scene);
    write_helper(&scene, "kiosk-draw", "kill -9 $$", 2);
    open_helper(&scene);
    ask(&scene, &drawing, "d");
    write_design(&scene, "d", simple);
    wait_for(&scene, 1, 60000);
    if (drawing.request.outcome != EASEL_DRAWN)
        fail_msg("%s", drawing.request.text);
    assert_int_equal(tries(&scene), 3);
    close_scene(&scene);
}

/* The first descriptor that would be given out next. */
static int
next_descriptor(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    close(fd);
    return fd;
}

static const struct rlimit *restored;

static void
on_relief(void *self)
{
    (void)self;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, restored), 0);
}

static void
a_process_that_cannot_be_started_for_now_is_started_later(void **state)
{
    struct scene scene;
    struct drawing first, second;
    struct rlimit all, few;
    (void)state;

    open_scene(&scene, NULL, 0);
    write_design(&scene, "d", simple);
    write_design(&scene, "e", simple);
    ask(&scene, &first, "d");
    wait_for(&scene, 1, 60000); /* the helper runs */

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
    for (int spare = 0; spare < 3; spare++) { /* too few at each step */
        char name[] = { 'e', (char)('0' + spare), '\0' };
        write_design(&scene, name, simple);
        restored = &all;
        few = (struct rlimit){ (rlim_t)(next_descriptor() + spare), all.rlim_max };
        struct loop_timer *relief = loop_timer_create(scene.loop, on_relief, NULL);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        loop_timer_arm(scene.loop, relief, 50);
        ask(&scene, &second, name);
        wait_for(&scene, 1, 60000);
        if (second.request.outcome != EASEL_DRAWN)
            fail_msg("%d spare: %s", spare, second.request.text);
        loop_timer_destroy(scene.loop, relief);
    }
    close_scene(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            what_comes_from_outside_is_tried_again_and_what_the_design_does_is_not),
        cmocka_unit_test(
            a_badge_goes_on_waiting_while_its_helper_is_killed_at_its_start),
        cmocka_unit_test(a_process_that_cannot_be_started_for_now_is_started_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
