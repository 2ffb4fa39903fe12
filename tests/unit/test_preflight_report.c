#include "ctl/preflight_report.h"

#include <fcntl.h>

#include "storing.h"

struct scene {
    struct store store; /* of which we want the directory */
    int fd;
};

static const struct preflight_counts counts = {
    .badges = 40,
    .flagged = 2,
    .findings = { [PREFLIGHT_OVERFLOW] = 2, [PREFLIGHT_NAME] = 1 }
};

static int
scene_setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    store_prepare(&scene->store);
    scene->fd = open(scene->store.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(scene->fd >= 0);
    *state = scene;
    return 0;
}

static int
scene_teardown(void **state)
{
    struct scene *scene = *state;
    close(scene->fd);
    store_remove(&scene->store);
    free(scene);
    return 0;
}

static bool
is_there(const struct scene *scene, const char *name)
{
    return faccessat(scene->fd, name, F_OK, 0) == 0;
}

static void
put(const struct scene *scene, const char *name, const char *text)
{
    int fd = openat(scene->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void
read_whole(const struct scene *scene, char *to, size_t size)
{
    int fd = openat(scene->fd, "index.html", O_RDONLY);
    ssize_t got = read(fd, to, size - 1);
    assert_true(got > 0);
    to[got] = '\0';
    close(fd);
}

static void
add(struct preflight_report *report, enum preflight_what what, const char *ref,
    const char *name, const char *detail)
{
    uint8_t bits[8] = { 0x81 };
    const struct page page = {
        .width_dots = 8, .height_dots = 8, .stride_bytes = 1, .dpi = 203, .bits = bits
    };
    struct preflight_finding finding = { .what = what, .design = "fancy" };
    str_copy(finding.ref, sizeof finding.ref, ref);
    str_copy(finding.name, sizeof finding.name, name);
    str_copy(finding.detail, sizeof finding.detail, detail);
    assert_ok(preflight_report_add(report, &finding, ref[0] ? &page : NULL, err));
}

static void
finish(struct preflight_report *report, const char *event)
{
    const struct preflight_about about = { event, "2026-11-24 16:50 Asia/Shanghai",
                                           &counts };
    assert_ok(preflight_report_write(report, &about, err));
    preflight_report_close(report);
}

static void
names_and_words_from_outside_stay_text(void **state)
{
    struct scene *scene = *state;
    struct preflight_report *report;
    char page[16384];
    assert_ok(preflight_report_open(scene->fd, &report, err));
    add(report, PREFLIGHT_OVERFLOW, "AAA", "<script>alert(\"1\")</script>", "x<b>&'y'");
    add(report, PREFLIGHT_REFUSED, "", "", "line 2: <image>: href=\"/etc\"");
    finish(report, "Tea & <i>Talk</i>");
    read_whole(scene, page, sizeof page);

    static const char *const wanted[] = {
        "<b>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</b>",
        "<small>x&lt;b&gt;&amp;",
        "line 2: &lt;image&gt;: href=&quot;/etc&quot;",
        "<p>Tea &amp; &lt;i&gt;Talk&lt;/i&gt;, 2026-11-24 16:50 Asia/Shanghai</p>",
        "<p>2 of 40 badges want a look.</p>",
        "<h2>Text does not fit: 2</h2>",
        "<h2>Design refused: 0</h2>",
        "<img src=\"AAA.png\"",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (!strstr(page, wanted[i]))
            fail_msg("no %s in %s", wanted[i], page);
    }
    static const char *const unwanted[] = { "<script", "<image", "<i>", "x<b>" };
    for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++) {
        if (strstr(page, unwanted[i]))
            fail_msg("%s in %s", unwanted[i], page);
    }
}

static void
a_former_report_goes_with_its_pictures_and_nothing_else(void **state)
{
    struct scene *scene = *state;
    struct preflight_report *report;
    char page[16384];
    assert_ok(preflight_report_open(scene->fd, &report, err));
    add(report, PREFLIGHT_OVERFLOW, "AAA", "Ana", "");
    add(report, PREFLIGHT_NAME, "BBB", "TEST", "");
    finish(report, "Tea");
    put(scene, "holiday.png", "mine");
    put(scene, "found.csv", "ref\r\n");
    assert_true(is_there(scene, "AAA.png") && is_there(scene, "BBB.png"));

    assert_ok(preflight_report_open(scene->fd, &report, err));
    add(report, PREFLIGHT_OVERFLOW, "BBB", "Bob", "");
    finish(report, "Tea");
    read_whole(scene, page, sizeof page);
    assert_false(is_there(scene, "AAA.png"));
    assert_true(is_there(scene, "BBB.png") && strstr(page, "BBB.png"));
    assert_true(is_there(scene, "holiday.png") && is_there(scene, "found.csv"));
}

static void
a_page_that_lies_removes_nothing_outside(void **state)
{
    struct scene *scene = *state;
    struct preflight_report *report;
    char page[16384], up[128];
    assert_ok(preflight_report_open(scene->fd, &report, err));
    finish(report, "Tea");
    read_whole(scene, page, sizeof page);
    snprintf(up, sizeof up, "%s.png", scene->store.dir);
    int fd = open(up, O_WRONLY | O_CREAT, 0600);
    snprintf(page + strlen(page), sizeof page - strlen(page),
             "<img src=\"..%s\"<img src=\"../%s\"<img src=\"my-own.png\"<img src=\"A",
             up, strrchr(up, '/') + 1);
    put(scene, "index.html", page);
    put(scene, "my-own.png", "mine");

    assert_ok(preflight_report_open(scene->fd, &report, err));
    preflight_report_close(report);
    assert_int_equal(access(up, F_OK), 0);
    assert_true(is_there(scene, "my-own.png"));
    close(fd);
    unlink(up);
}

static void
somebody_elses_page_is_left_alone(void **state)
{
    struct scene *scene = *state;
    struct preflight_report *report;
    char page[256];
    static const char home[] =
        "<!DOCTYPE html>\n<title>Home</title><img src=\"AAA.png\">";
    put(scene, "index.html", home);
    put(scene, "AAA.png", "mine");
    assert_fails(preflight_report_open(scene->fd, &report, err), ERR_INPUT,
                 "that is no report");
    assert_null(report);
    read_whole(scene, page, sizeof page);
    assert_string_equal(page, home);
    assert_true(is_there(scene, "AAA.png"));
}

static void
one_that_breaks_off_leaves_nothing(void **state)
{
    struct scene *scene = *state;
    struct preflight_report *report;
    assert_ok(preflight_report_open(scene->fd, &report, err));
    add(report, PREFLIGHT_OVERFLOW, "AAA", "Ana", "");
    assert_true(is_there(scene, "AAA.png"));
    preflight_report_close(report);
    assert_false(is_there(scene, "AAA.png"));
    assert_false(is_there(scene, "index.html"));
}

int
main(void)
{
#define scene_test(name) \
    cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    static const struct CMUnitTest tests[] = {
        scene_test(names_and_words_from_outside_stay_text),
        scene_test(a_former_report_goes_with_its_pictures_and_nothing_else),
        scene_test(a_page_that_lies_removes_nothing_outside),
        scene_test(somebody_elses_page_is_left_alone),
        scene_test(one_that_breaks_off_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
