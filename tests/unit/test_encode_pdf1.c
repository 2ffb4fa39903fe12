#include "encoded.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
every_dot_reaches_the_head(void **state)
{
    (void)state;
    every_dot_comes_back_from(&encode_pdf1);
}

static int
next_number(FILE *file)
{
    int value = -1;
    assert_int_equal(fscanf(file, "%d", &value), 1);
    return value;
}

/* Somebody else's reader: poppler, at the head's resolution. */
static void
poppler_draws_the_same_dots(void **state)
{
    (void)state;
    if (access("/usr/bin/pdftoppm", X_OK) != 0)
        skip();
    static const int32_t sizes[][3] = { { 496, 799, 203 },
                                        { 732, 1181, 300 },
                                        { 1063, 425, 300 } };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct sheet sheet =
            sheet_make(SHEET_NOISE, sizes[i][0], sizes[i][1], sizes[i][2]);
        struct encoder_setting setting = setting_for(&sheet.page);
        struct err err = { 0 };
        struct str out;
        char path[] = "/tmp/yuelai-pdf1-XXXXXX", command[256];
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        str_init(&out, ENCODER_DOCUMENT_MAX);
        assert_true(encode_pdf1.encode(&sheet.page, &setting, &out, &err));
        assert_int_equal(write(fd, out.data, out.length), out.length);
        close(fd);
        snprintf(command, sizeof command, "pdftoppm -mono -singlefile -r %d %s",
                 sizes[i][2], path);
        FILE *file = popen(command, "r");
        assert_non_null(file);
        assert_int_equal(fgetc(file), 'P');
        assert_int_equal(fgetc(file), '4');
        struct label label;
        int width = next_number(file), height = next_number(file);
        fgetc(file);
        assert_true(label_init(&label, width, height, &err));
        size_t all = label.stride * (size_t)height;
        assert_int_equal(fread(label.bits, 1, all, file), all);
        assert_int_equal(pclose(file), 0);
        assert_true(width - sizes[i][0] <= 1 && height - sizes[i][1] <= 1);
        assert_int_equal(differing_dots(&label, &sheet.page, &setting), 0);
        label_finish(&label);
        str_finish(&out);
        unlink(path);
        free(sheet.bits);
    }
}

static void
a_badge_is_a_few_kilobytes_and_holds_no_font(void **state)
{
    (void)state;
    struct sheet sheet = sheet_make(SHEET_LETTERS, 732, 1181, 300);
    struct encoder_setting setting = setting_for(&sheet.page);
    struct err err = { 0 };
    struct str out;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    assert_true(encode_pdf1.encode(&sheet.page, &setting, &out, &err));
    assert_true(out.length < 5000);
    assert_null(memmem(out.data, out.length, "/Font", 5));
    str_finish(&out);
    free(sheet.bits);
}

static void
a_label_too_big_for_its_buffer_is_an_error(void **state)
{
    (void)state;
    a_full_buffer_is_an_error_of(&encode_pdf1);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dot_reaches_the_head),
        cmocka_unit_test(poppler_draws_the_same_dots),
        cmocka_unit_test(a_badge_is_a_few_kilobytes_and_holds_no_font),
        cmocka_unit_test(a_label_too_big_for_its_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
