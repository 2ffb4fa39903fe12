#include "encoded.h"

#include <stdio.h>
#include <unistd.h>

#include "press.h"

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

/* What poppler makes of the document: a P4 picture. */
static struct label
poppler_draws(const struct str *pdf, int32_t dpi)
{
    struct label label;
    struct err err = { 0 };
    char path[] = "/tmp/yuelai-pdf1-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, pdf->data, pdf->length), pdf->length);
    close(fd);
    assert_true(
        press_shell("pdftoppm -mono -singlefile -r %d %s %s.out", dpi, path, path));
    assert_true(press_shell("mv %s.out.pbm %s", path, path));

    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fgetc(file), 'P');
    assert_int_equal(fgetc(file), '4');
    int width = next_number(file), height = next_number(file);
    fgetc(file);
    assert_true(label_init(&label, width, height, &err));
    size_t all = label.stride * (size_t)height;
    assert_int_equal(fread(label.bits, 1, all, file), all);
    fclose(file);
    unlink(path);
    return label;
}

/* Somebody else's reader: poppler, at the head's resolution. */
static void
poppler_draws_the_same_dots(void **state)
{
    (void)state;
    static const int32_t sizes[][3] = { { 496, 799, 203 },
                                        { 732, 1181, 300 },
                                        { 1063, 425, 300 } };
    if (access("/usr/bin/pdftoppm", X_OK) != 0)
        skip();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct sheet sheet =
            sheet_make(SHEET_NOISE, sizes[i][0], sizes[i][1], sizes[i][2]);
        struct encoder_setting setting = setting_for(&sheet.page);
        struct err err = { 0 };
        struct str out;
        str_init(&out, ENCODER_DOCUMENT_MAX);
        assert_true(encode_pdf1.encode(&sheet.page, &setting, &out, &err));
        struct label label = poppler_draws(&out, sizes[i][2]);
        assert_true(label.width - sizes[i][0] <= 1);
        assert_true(label.height - sizes[i][1] <= 1);
        assert_int_equal(differing_dots(&label, &sheet.page, &setting), 0);
        label_finish(&label);
        str_finish(&out);
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
