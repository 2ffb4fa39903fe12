#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "print/profile.h"
#include "str.h"

static char dir[] = "/tmp/yuelai-profile-XXXXXX";

static const char head[] =
    "title = \"Test\"\nlanguage = \"zpl\"\ndpi = 203\nhead_dots = 832\n";

static bool
load(const char *text, struct profile *profile, struct err *err)
{
    char path[128];
    snprintf(path, sizeof path, "%s/test.conf", dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    bool good = profile_load(dir, "test", profile, err);
    unlink(path);
    return good;
}

static void
every_profile_that_is_delivered_is_right(void **state)
{
    (void)state;
    unsigned count = 0;
    DIR *all = opendir(SOURCE_DIR "/templates/printer");
    assert_non_null(all);
    for (struct dirent *entry = readdir(all); entry; entry = readdir(all)) {
        char name[256];
        struct profile profile;
        struct err err = { 0 };
        char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".conf") != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(dot - entry->d_name), entry->d_name);
        if (!profile_load(SOURCE_DIR "/templates/printer", name, &profile, &err))
            fail_msg("%s", err.text);
        assert_string_equal(profile.name, name);
        assert_true(profile.media_count > 0);
        count++;
    }
    closedir(all);
    assert_true(count >= 9);
}

static void
a_profile_is_read_whole(void **state)
{
    (void)state;
    struct profile profile;
    struct err err = { 0 };
    char text[1024];
    snprintf(
        text, sizeof text, "%s%s", head,
        "rotate = 180\noffset_mm = {0.5, -1.25}\ndarkness = 12\n"
        "tracking = \"mark\"\ncut = \"each\"\nevidence = \"transport\"\n"
        "media \"62x100\" { width_mm = 62  height_mm = 100 }\n"
        "media \"89x36\" { width_mm = 89  height_mm = 36  box_mm = {1.5, 2, 86, 32}\n"
        "  keyword = \"custom_89x36mm_89x36mm\" }\n");
    if (!load(text, &profile, &err))
        fail_msg("%s", err.text);
    assert_string_equal(profile.language, "zpl");
    assert_int_equal(profile.rotate_degrees, 180);
    assert_int_equal(profile.offset_x_um, 500);
    assert_int_equal(profile.offset_y_um, -1250);
    assert_int_equal(profile.darkness, 12);
    assert_int_equal(profile.speed, ENCODER_UNSET);
    assert_int_equal(profile.tracking, ENCODER_MARK);
    assert_int_equal(profile.cut, ENCODER_CUT_EACH);
    assert_int_equal(profile.evidence, SPOOL_EVIDENCE_TRANSPORT);
    assert_int_equal(profile.media_count, 2);
    assert_int_equal(profile.media[0].box_width_um, 62000);
    assert_int_equal(profile.media[1].box_x_um, 1500);
    assert_int_equal(profile.media[1].box_height_um, 32000);
    assert_true(profile_choose_media(&profile, "89x36", &err));
    assert_int_equal(profile.medium, 1);
    assert_false(profile_choose_media(&profile, "a4", &err));
    assert_non_null(strstr(err.text, "62x100, 89x36"));
}

static void
what_is_wrong_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *more, *says, *place;
    } samples[] = {
        { "media \"a\" { width_mm = 62  height_mm = 100 }\ndarknes = 3\n", "darkness",
          ":6" },
        { "evidence = \"paper\"\n", "none", ":5" },
        { "media \"a\" { width_mm = 120  height_mm = 100 }\n", "832", ":5" },
        { "media \"a\" { width_mm = 62  height_mm = 100\n box_mm = {1, 2, 3} }\n",
          "3 numbers", ":6" },
        { "media \"a\" { width_mm = 62  height_mm = 100\n box_mm = {1, 2, 62, 90} }\n",
          "within", ":6" },
        { "media \"a\" { height_mm = 100 }\n", "width_mm", ":5" },
        { "", "media", "test.conf" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char text[1024];
        struct profile profile = { .dpi = 7 };
        struct err err = { 0 };
        snprintf(text, sizeof text, "%s%s", head, samples[i].more);
        assert_false(load(text, &profile, &err));
        if (!strstr(err.text, samples[i].says) || !strstr(err.text, samples[i].place))
            fail_msg("%s (want \"%s\" and \"%s\")", err.text, samples[i].says,
                     samples[i].place);
        assert_int_equal(profile.dpi, 7); /* untouched */
    }
}

static void
a_name_that_leaves_the_directory_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = { "", "../etc/passwd", "a/b", ".hidden",
                                         "no such" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct profile profile;
        struct err err = { 0 };
        assert_false(profile_load(dir, names[i], &profile, &err));
        assert_int_equal(err.code, ERR_INPUT);
    }
    struct profile profile;
    struct err err = { 0 };
    assert_false(profile_load(dir, "absent", &profile, &err));
    assert_int_equal(err.code, ERR_ABSENT);
}

static int
make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_that_is_delivered_is_right),
        cmocka_unit_test(a_profile_is_read_whole),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(a_name_that_leaves_the_directory_is_refused),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
