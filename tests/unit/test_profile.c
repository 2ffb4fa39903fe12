#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "all_encoders.h"
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

static const struct encoder *
language_of(const struct profile *profile)
{
    for (unsigned i = 0; all_encoders[i]; i++) {
        if (strcmp(all_encoders[i]->name, profile->language) == 0)
            return all_encoders[i];
    }
    return NULL;
}

/* A white page as large as the printable box must be printable. */
static void
print_white(const struct profile *profile, const struct profile_media *media)
{
    int32_t dpi = profile->dpi;
    struct page page = { .width_dots = encoder_dots(media->box_width_um, dpi),
                         .height_dots = encoder_dots(media->box_height_um, dpi),
                         .dpi = dpi };
    struct encoder_setting setting = {
        .media_width_um = media->width_um,
        .media_height_um = media->height_um,
        .box = { encoder_dots(media->box_x_um, dpi), encoder_dots(media->box_y_um, dpi),
                 page.width_dots, page.height_dots },
        .offset_x_dots = encoder_dots(media->box_x_um, dpi),
        .offset_y_dots = encoder_dots(media->box_y_um, dpi),
        .darkness = profile->darkness,
        .speed = profile->speed,
        .tracking = media->tracking,
        .cut = profile->cut,
        .head_dots = profile->head_dots,
        .pins_right = media->pins_right,
        .packing = profile->packing,
        .quirks = profile->quirks,
        .two_colour = media->two_colour,
    };
    struct str out;
    struct err err;
    page.stride_bytes = (page.width_dots + 7) / 8;
    uint8_t *bits = calloc((size_t)page.height_dots, (size_t)page.stride_bytes);
    page.bits = bits;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    if (!language_of(profile)->encode(&page, &setting, &out, &err))
        fail_msg("%s, %s: %s", profile->name, media->name, err.text);
    str_finish(&out);
    free(bits);
}

static bool
try_profile(const struct profile *profile, void *self)
{
    unsigned *count = self;
    struct profile again;
    struct err err = { 0 };
    bool loaded =
        profile_load(SOURCE_DIR "/templates/printer", profile->name, &again, &err);
    print_message("%s\n", profile->name);
    assert_int_equal(loaded, profile->refused[0] == '\0');
    if (loaded)
        assert_non_null(language_of(profile));
    else
        assert_non_null(strstr(err.text, profile->refused));
    for (unsigned i = 0; loaded && i < profile->media_count; i++)
        print_white(profile, &profile->media[i]);
    ++*count;
    return true;
}

static void
every_profile_that_is_delivered_can_be_printed_with(void **state)
{
    (void)state;
    unsigned count = 0;
    struct err err = { 0 };
    if (!profile_each(SOURCE_DIR "/templates/printer", try_profile, &count, &err))
        fail_msg("%s", err.text);
    assert_true(count >= 40);
}

static bool
stop_at_third(const struct profile *profile, void *self)
{
    unsigned *count = self;
    assert_true(profile->name[0] != '\0');
    return ++*count < 3;
}

static void
a_list_of_profiles_ends_where_it_is_told_to(void **state)
{
    (void)state;
    unsigned count = 0;
    struct err err = { 0 };
    assert_true(
        profile_each(SOURCE_DIR "/templates/printer", stop_at_third, &count, &err));
    assert_int_equal(count, 3);
    assert_false(profile_each("/nowhere", stop_at_third, &count, &err));
    assert_non_null(strstr(err.text, "/nowhere"));
}

/* Brother's tables, "2.3.5 Raster line": another number of rows or dots is an error
 * light. */
static void
the_boxes_of_brother_rolls_are_those_of_its_manual(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *media;
        int32_t dots, rows, right;
    } rolls[] = {
        { "brother-ql-820", "62x100", 696, 1109, 12 },
        { "brother-ql-820", "62x29", 696, 271, 12 },
        { "brother-ql-700", "29x90", 306, 991, 6 },
        { "brother-ql-710", "38x90", 413, 991, 12 },
        { "brother-ql-800", "17x87", 165, 956, 0 },
        { "brother-ql-1100", "62x100", 696, 1109, 56 },
        { "brother-ql-1100", "102x152", 1164, 1660, 56 },
        { "brother-ql-1100", "102x51", 1164, 526, 56 },
    };
    for (size_t i = 0; i < sizeof rolls / sizeof *rolls; i++) {
        struct profile profile;
        struct err err;
        assert_true(profile_load(SOURCE_DIR "/templates/printer", rolls[i].profile,
                                 &profile, &err));
        assert_true(profile_choose_media(&profile, rolls[i].media, &err));
        const struct profile_media *media = &profile.media[profile.medium];
        assert_int_equal(encoder_dots(media->box_width_um, 300), rolls[i].dots);
        assert_int_equal(encoder_dots(media->box_height_um, 300), rolls[i].rows);
        assert_int_equal(media->pins_right, rolls[i].right);
        assert_int_equal(media->tracking, ENCODER_GAP);
    }
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
        "  keyword = \"custom_89x36mm_89x36mm\"  tracking = \"continuous\"\n"
        "  pins_right = 12  two_colour = yes  order = \"DK-1\" }\n"
        "models = {\"A 1\", \"B\"}\npacking = \"deflate\"\nquirks = "
        "{\"raster-only\"}\n");
    if (!load(text, &profile, &err))
        fail_msg("%s", err.text);
    assert_string_equal(profile.language, "zpl");
    assert_int_equal(profile.rotate_degrees, 180);
    assert_int_equal(profile.offset_x_um, 500);
    assert_int_equal(profile.offset_y_um, -1250);
    assert_int_equal(profile.darkness, 12);
    assert_int_equal(profile.speed, ENCODER_UNSET);
    assert_int_equal(profile.media[0].tracking, ENCODER_MARK);
    assert_int_equal(profile.cut, ENCODER_CUT_EACH);
    assert_int_equal(profile.evidence, SPOOL_EVIDENCE_TRANSPORT);
    assert_string_equal(profile.models, "A 1, B");
    assert_int_equal(profile.packing, ENCODER_PACK_DEFLATE);
    assert_int_equal(profile.quirks, ENCODER_RASTER_ONLY);
    assert_int_equal(profile.media[1].tracking, ENCODER_CONTINUOUS);
    assert_int_equal(profile.media[1].pins_right, 12);
    assert_true(profile.media[1].two_colour && !profile.media[0].two_colour);
    assert_string_equal(profile.media[1].order, "DK-1");
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
        { "refused = \"no\"\nmedia \"a\" { width_mm = 62  height_mm = 100 }\n",
          "want none where it is refused", ":2" },
        { "quirks = {\"raster\"}\n", "raster-only", ":5" },
        { "media \"a\" { width_mm = 62  height_mm = 100\n pins_right = 400 }\n",
          "ends at dot 896", ":5" },
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
        cmocka_unit_test(every_profile_that_is_delivered_can_be_printed_with),
        cmocka_unit_test(a_list_of_profiles_ends_where_it_is_told_to),
        cmocka_unit_test(the_boxes_of_brother_rolls_are_those_of_its_manual),
        cmocka_unit_test(a_profile_is_read_whole),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(a_name_that_leaves_the_directory_is_refused),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
