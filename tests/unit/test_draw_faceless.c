/* A machine without fonts: a badge would come out without its name. A program of its
 * own, as a process looks for fonts once. */
#include "drawing.h"

#include <unistd.h>

#include "draw/fields.h"

static void
nothing_is_drawn_and_it_says_which_packages_bring_fonts(void **state)
{
    static const char json[] = "{\"name\":\"Ana\"}";
    static const char *const wanted[] = { "no fonts", "fonts-noto-core",
                                          "fonts-noto-cjk" };
    struct design design = { 0 };
    struct badge_report report;
    struct fields fields;
    struct page page;
    struct err err = { 0 };
    (void)state;

    prepare("conference-62x100", 203, 0, &design);
    struct badge *badge = new_badge();
    assert_false(badge_has_fonts(badge, &err));
    assert_true(fields_read(json, strlen(json), &fields, &err));
    struct badge_guest guest = { .design = &design, .fields = &fields, .qr = "A" };
    assert_false(badge_draw(badge, &guest, &page, &report, &err));
    assert_int_equal(err.code, ERR_ABSENT);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_non_null(strstr(err.text, wanted[i]));
    fields_finish(&fields);
    badge_destroy(badge);
    design_finish(&design);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_drawn_and_it_says_which_packages_bring_fonts),
    };
    char path[] = "/tmp/yuelai-faceless-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || dprintf(fd, "<fontconfig></fontconfig>\n") < 0)
        return 1;
    close(fd);
    setenv("FONTCONFIG_FILE", path, 1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
