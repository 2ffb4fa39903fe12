/* Guests' pictures through the real helper: each badge has its own, a bad one costs the
 * badge its picture and nothing else, and nobody waits for one without an end. */
#include "easel_scene.h"
#include "portrait.h"

#include "print/printq_parts.h"

static const char with_room[] =
    "<svg xmlns='http://www.w3.org/2000/svg' width='62mm' height='100mm' "
    "viewBox='0 0 62 100'><rect id='photo' x='4' y='5' width='24' height='32'/>"
    "<rect id='name' x='4' y='45' width='54' height='14' data-max='9mm'/></svg>";
static const char without_room[] =
    "<svg xmlns='http://www.w3.org/2000/svg' width='62mm' height='100mm' "
    "viewBox='0 0 62 100'><rect id='name' x='4' y='45' width='54' height='14' "
    "data-max='9mm'/></svg>";

static struct portrait portrait;

static void
write_photo(const struct scene *scene, const char *name, const void *bytes,
            size_t length, char path[160])
{
    snprintf(path, 160, "%s/%s", scene->dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* The machine may have other things to do: what is tested is not how fast it is. */
static void
open_patient(struct scene *scene)
{
    set_scene(scene);
    scene->photo_ms = 60000;
    open_easel(scene, BINARY_DIR "/kiosk-draw", NULL, 0);
}

static void
ask_with(struct scene *scene, struct drawing *drawing, const char *design,
         const char *photo)
{
    ask(scene, drawing, design);
    drawing->request.photo = photo;
}

static void
a_badge_has_its_guests_picture(void **state)
{
    struct scene scene;
    struct drawing with, without, again;
    char path[160];
    (void)state;

    open_patient(&scene);
    write_design(&scene, "card", with_room);
    write_photo(&scene, "a.png", portrait.bytes, portrait.length, path);
    ask(&scene, &without, "card");
    wait_for(&scene, 1, 60000);
    ask_with(&scene, &with, "card", path);
    wait_for(&scene, 1, 60000);
    assert_int_equal(without.request.outcome, EASEL_DRAWN);
    assert_int_equal(with.request.outcome, EASEL_DRAWN);
    assert_string_equal(with.request.misfit, "");
    assert_true(with.black > without.black + 5000);
    ask_with(&scene, &again, "card", path);
    wait_for(&scene, 1, 60000);
    assert_int_equal(again.black, with.black);
    close_scene(&scene);
}

static void
a_bad_picture_is_told_and_the_badge_comes_without_it(void **state)
{
    static const struct {
        const char *name, *bytes, *says;
    } bad[] = {
        { "text.jpg", "hello, this is no picture", "not a picture" },
        { "cut.jpg", "\xff\xd8\xff\xe0", "not a picture" },
        { "empty.png", "", "not a picture" },
    };
    struct scene scene;
    struct drawing drawing, plain;
    char path[160];
    (void)state;

    open_patient(&scene);
    write_design(&scene, "card", with_room);
    ask(&scene, &plain, "card");
    wait_for(&scene, 1, 60000);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_photo(&scene, bad[i].name, bad[i].bytes, strlen(bad[i].bytes), path);
        ask_with(&scene, &drawing, "card", path);
        wait_for(&scene, 1, 60000);
        assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
        assert_int_equal(drawing.black, plain.black);
        if (!strstr(drawing.request.misfit, bad[i].says))
            fail_msg("%s: \"%s\"", bad[i].name, drawing.request.misfit);
    }
    ask_with(&scene, &drawing, "card", "/nowhere/at-all.jpg");
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_non_null(strstr(drawing.request.misfit, "No such file"));
    assert_string_equal(easel_problem(scene.easel, "card"), "");
    close_scene(&scene);
}

static void
a_design_without_room_does_not_look_at_pictures(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_patient(&scene);
    write_design(&scene, "plain", without_room);
    ask_with(&scene, &drawing, "plain", "/nowhere/at-all.jpg");
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_string_equal(drawing.request.misfit, "");
    close_scene(&scene);
}

static void
nobody_waits_for_a_picture_longer_than_that(void **state)
{
    struct scene scene;
    struct drawing drawing;
    char path[160];
    (void)state;

    set_scene(&scene);
    scene.photo_ms = 1; /* no process starts as fast */
    open_easel(&scene, BINARY_DIR "/kiosk-draw", NULL, 0);
    write_design(&scene, "card", with_room);
    write_photo(&scene, "a.png", portrait.bytes, portrait.length, path);
    ask_with(&scene, &drawing, "card", path);
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_true(strncmp(drawing.request.misfit, "photo: not ", 11) == 0);
    close_scene(&scene);
}

static void
more_guests_than_are_remembered_all_get_a_badge(void **state)
{
    enum { GUESTS = 20 };
    struct scene scene;
    static struct drawing drawings[GUESTS];
    static char paths[GUESTS][160];
    (void)state;

    open_patient(&scene);
    write_design(&scene, "card", with_room);
    for (int i = 0; i < GUESTS; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.png", i);
        write_photo(&scene, name, "no picture", 10, paths[i]);
        ask_with(&scene, &drawings[i], "card", paths[i]);
    }
    wait_for(&scene, GUESTS, 120000);
    for (int i = 0; i < GUESTS; i++) {
        assert_int_equal(drawings[i].request.outcome, EASEL_DRAWN);
        assert_true(strncmp(drawings[i].request.misfit, "photo: ", 7) == 0);
    }
    close_scene(&scene);
}

/* ---- which file ----------------------------------------------------------------- */

static void
a_file_is_named_by_the_column_or_by_the_reference(void **state)
{
    static const struct {
        const char *fields, *ref, *want; /* under the directory; "": none */
    } table[] = {
        { "{\"photo\":\"zhang.jpg\"}", "AB12", "/zhang.jpg" },
        { "{\"photo\":\"\"}", "AB12", "/AB12.png" },
        { "{}", "AB12", "/AB12.png" },
        { "{}", "AB13", "" },
        { "{\"photo\":\"../etc/passwd\"}", "AB12", "" },
        { "{\"photo\":\"/etc/passwd\"}", "AB12", "" },
        { "{\"photo\":\".hidden\"}", "AB12", "" },
    };
    struct scene scene;
    static struct spool_job job;
    char path[PRINTQ_PHOTO_MAX], want[160];
    (void)state;

    set_scene(&scene);
    write_photo(&scene, "AB12.png", "x", 1, want);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        str_copy(job.fields, sizeof job.fields, table[i].fields);
        str_copy(job.ref, sizeof job.ref, table[i].ref);
        snprintf(want, sizeof want, "%s%s", table[i].want[0] ? scene.dir : "",
                 table[i].want);
        printq_photo_find(scene.dir, &job, path);
        assert_string_equal(path, want);
        printq_photo_find("", &job, path);
        assert_string_equal(path, "");
    }
    close_scene(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_badge_has_its_guests_picture),
        cmocka_unit_test(a_bad_picture_is_told_and_the_badge_comes_without_it),
        cmocka_unit_test(a_design_without_room_does_not_look_at_pictures),
        cmocka_unit_test(nobody_waits_for_a_picture_longer_than_that),
        cmocka_unit_test(more_guests_than_are_remembered_all_get_a_badge),
        cmocka_unit_test(a_file_is_named_by_the_column_or_by_the_reference),
    };
    portrait_make(&portrait);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
