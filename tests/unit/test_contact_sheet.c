#include "ctl/contact_sheet.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/loop_real.h"
#include "ctl/file_watch.h"
#include "str.h"

struct scene {
    char dir[64];
    int fd;
};

static int
scene_setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    str_copy(scene->dir, sizeof scene->dir, "/tmp/sheet-XXXXXX");
    assert_non_null(mkdtemp(scene->dir));
    scene->fd = open(scene->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(scene->fd >= 0);
    *state = scene;
    return 0;
}

static int
scene_teardown(void **state)
{
    struct scene *scene = *state;
    static const char *const names[] = { "index.html", "sheet.js", "a.png", "a.svg",
                                         "b.svg" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(scene->fd, names[i], 0);
    close(scene->fd);
    assert_int_equal(rmdir(scene->dir), 0); /* nothing half-written is left */
    free(scene);
    return 0;
}

static void
put(const struct scene *scene, const char *name, const char *text)
{
    int fd = openat(scene->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void
read_whole(const struct scene *scene, const char *name, char *to, size_t size)
{
    int fd = openat(scene->fd, name, O_RDONLY);
    ssize_t got = read(fd, to, size - 1);
    assert_true(got >= 0);
    to[got] = '\0';
    close(fd);
}

static void
a_problem_is_told_as_compilers_do(void **state)
{
    (void)state;
    static const struct {
        const char *told, *says;
    } cases[] = {
        { "design design: line 12: <rect id=\"x\">: no size",
          "b.svg:12: <rect id=\"x\">: no size" },
        { "design design: over 4 MB", "b.svg: over 4 MB" },
        { "line up", "b.svg: line up" },
        { "No such file or directory", "b.svg: No such file or directory" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        contact_sheet_problem(cases[i].told, "b.svg", text, sizeof text);
        assert_string_equal(text, cases[i].says);
    }
}

static void
the_page_is_written_again_but_never_over_somebody_elses(void **state)
{
    struct scene *scene = *state;
    char page[8192];
    struct err err;
    assert_true(contact_sheet_open(scene->fd, &err));
    assert_true(contact_sheet_open(scene->fd, &err));
    read_whole(scene, "index.html", page, sizeof page);
    assert_string_equal(page, contact_sheet_page);
    put(scene, "index.html", "<!DOCTYPE html>\n<title>Home</title>");
    assert_false(contact_sheet_open(scene->fd, &err));
    assert_int_equal(err.code, ERR_INPUT);
    read_whole(scene, "index.html", page, sizeof page);
    assert_non_null(strstr(page, "Home"));
}

static void
a_sheet_is_a_script_with_every_slot_that_does_not_fit(void **state)
{
    struct scene *scene = *state;
    static const struct contact_badge badges[] = {
        { .key = "a",
          .title = "</script>\"",
          .kind = "vip",
          .width_dots = 8,
          .height_dots = 2,
          .misfit = "name, organisation lacks 2 letters",
          .qr_too_dense = true },
        { .key = "b", .title = "never drawn", .kind = "" },
    };
    const struct contact_sheet sheet = { .stamp = 7,
                                         .file = "b.svg",
                                         .when = "1:02:03",
                                         .good = "",
                                         .dpi = 203,
                                         .problem = "",
                                         .badges = badges,
                                         .badge_count = 2 };
    static const char *const says[] = { "name does not fit",
                                        "organisation lacks 2 letters",
                                        "the QR code is too dense at this size" };
    static const uint8_t bits[] = { 0x80, 0x01 };
    const struct page page = {
        .width_dots = 8, .height_dots = 2, .stride_bytes = 1, .dpi = 203, .bits = bits
    };
    char text[4096];
    struct json *root;
    struct err err;
    assert_true(contact_sheet_picture(scene->fd, "a", &page, &err));
    assert_true(contact_sheet_write(scene->fd, &sheet, &err));
    read_whole(scene, "sheet.js", text, sizeof text);
    assert_true(strncmp(text, "sheet({", 7) == 0);
    assert_string_equal(text + strlen(text) - 4, "});\n");
    assert_true(json_parse(text + 6, strlen(text) - 9, &root, &err));
    assert_int_equal(json_count(json_at(root, "badges")), 1);
    const struct json *item =
        json_first(json_at(json_first(json_at(root, "badges")), "misfits"));
    for (size_t i = 0; i < 3; i++, item = json_next(item)) {
        const char *slot;
        assert_true(json_text(item, "", &slot, &err));
        assert_string_equal(slot, says[i]);
    }
    assert_null(item);
    json_free(root);
    read_whole(scene, "a.png", text, sizeof text);
    assert_memory_equal(text, "\x89PNG", 4);
}

/* ---- file_watch -------------------------------------------------------------------
 */

struct watching {
    struct loop_real *real;
    unsigned times;
};

static void
on_saved(void *self)
{
    struct watching *watching = self;
    watching->times++;
    loop_real_stop(watching->real);
}

static void
a_file_is_heard_of_when_it_is_saved_in_place_or_renamed_over(void **state)
{
    struct scene *scene = *state;
    struct watching watching = { 0 };
    struct file_watch *watch;
    char path[96], other[96];
    struct err err;
    snprintf(path, sizeof path, "%s/a.svg", scene->dir);
    snprintf(other, sizeof other, "%s/b.svg", scene->dir);
    assert_true(loop_real_create(&watching.real, &err));
    const struct loop *loop = loop_real_door(watching.real);
    assert_false(file_watch_create(loop, path, on_saved, &watching, &watch, &err));
    assert_int_equal(err.code, ERR_ABSENT);

    put(scene, "a.svg", "one");
    assert_true(file_watch_create(loop, path, on_saved, &watching, &watch, &err));
    put(scene, "b.svg", "another's"); /* heard of in the same turn, if at all */
    put(scene, "a.svg", "two");
    loop_real_run(watching.real);
    assert_int_equal(watching.times, 1);
    assert_int_equal(rename(other, path), 0);
    loop_real_run(watching.real);
    assert_int_equal(watching.times, 2);
    put(scene, "a.svg", "and the new one in place");
    loop_real_run(watching.real);
    assert_int_equal(watching.times, 3);
    file_watch_destroy(watch);
    loop_real_destroy(watching.real);
}

int
main(void)
{
#define scene_test(name) \
    cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_is_told_as_compilers_do),
        scene_test(the_page_is_written_again_but_never_over_somebody_elses),
        scene_test(a_sheet_is_a_script_with_every_slot_that_does_not_fit),
        scene_test(a_file_is_heard_of_when_it_is_saved_in_place_or_renamed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
