#include "encoded.h"

static char *
encoded(const struct page *page, const struct encoder_setting *setting, struct str *out)
{
    struct err err = { 0 };
    str_init(out, ENCODER_DOCUMENT_MAX);
    if (!encode_zpl.encode(page, setting, out, &err))
        fail_msg("%s", err.text);
    return out->data;
}

static void
every_dot_reaches_the_head(void **state)
{
    (void)state;
    every_dot_comes_back_from(&encode_zpl);
}

static void
the_written_form_is_the_guides(void **state)
{
    (void)state;
    static const uint8_t bits[] = { 0x00, 0x00, 0xF0, 0x0F, 0xF0, 0x0F, 0xFF, 0xFF };
    struct page page = {
        .width_dots = 16, .height_dots = 4, .stride_bytes = 2, .dpi = 203, .bits = bits
    };
    struct encoder_setting setting = setting_for(&page);
    struct str out;
    setting.speed = 102;
    setting.darkness = 7;
    setting.tracking = ENCODER_MARK;
    setting.cut = ENCODER_CUT_EACH;
    assert_string_equal(encoded(&page, &setting, &out),
                        "~SD07^XA^MNM^MMC^PR4^PW16^LL4^LH0,0^FO0,0"
                        "^GFA,8,8,2,,FH0!:!^FS^PQ1,0,0,N^XZ\n");
    str_finish(&out);
}

static void
long_runs_are_written_in_sums(void **state)
{
    (void)state;
    struct sheet sheet = sheet_make(SHEET_WHITE, 8000, 1, 203);
    struct encoder_setting setting = setting_for(&sheet.page);
    struct str out;
    sheet.bits[999] = 1; /* 1999 digits of 0, then a 1 */
    /* 4 x 419, then 323 = 320 + 3 */
    assert_non_null(
        strstr(encoded(&sheet.page, &setting, &out), ",zY0zY0zY0zY0vI01^FS"));
    str_finish(&out);
    comes_back(&encode_zpl, &sheet.page, &setting);
    free(sheet.bits);
}

static void
a_badge_is_a_few_kilobytes_and_holds_no_text_command(void **state)
{
    (void)state;
    struct sheet sheet = sheet_make(SHEET_LETTERS, 496, 799, 203);
    struct encoder_setting setting = setting_for(&sheet.page);
    struct str out;
    const char *text = encoded(&sheet.page, &setting, &out);
    assert_true(out.length < 8000);
    assert_null(strstr(text, "^FD"));
    assert_non_null(strstr(text, "^MNY^MMT^PW496^LL799"));
    assert_null(strstr(text, "~SD")); /* unset: what the printer has stays */
    assert_null(strstr(text, "^PR"));
    str_finish(&out);
    free(sheet.bits);
}

static void
every_packing_reaches_the_head(void **state)
{
    (void)state;
    static const enum encoder_packing packings[] = { ENCODER_PACK_NONE,
                                                     ENCODER_PACK_DEFLATE };
    for (size_t i = 0; i < 2; i++) {
        struct sheet sheet = sheet_make(SHEET_NOISE, 496, 799, 203);
        struct encoder_setting setting = setting_for(&sheet.page);
        setting.packing = packings[i];
        setting.offset_x_dots = 3;
        comes_back(&encode_zpl, &sheet.page, &setting);
        free(sheet.bits);
    }
}

/* Labels have a gap: rows of the page below the label would lengthen it, or fail. */
static void
what_lies_outside_the_label_is_cut(void **state)
{
    (void)state;
    struct sheet sheet = sheet_make(SHEET_BLACK, 100, 100, 203);
    struct encoder_setting setting = setting_for(&sheet.page);
    struct str out;
    setting.offset_x_dots = setting.offset_y_dots = 30;
    assert_non_null(strstr(encoded(&sheet.page, &setting, &out), "^PW100^LL100^"));
    str_finish(&out);
    comes_back(&encode_zpl, &sheet.page, &setting);
    free(sheet.bits);
}

static void
a_page_beside_its_label_is_an_error(void **state)
{
    (void)state;
    struct sheet sheet = sheet_make(SHEET_BLACK, 100, 100, 203);
    struct encoder_setting setting = setting_for(&sheet.page);
    struct err err = { 0 };
    struct str out;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    setting.offset_x_dots = -100;
    assert_false(encode_zpl.encode(&sheet.page, &setting, &out, &err));
    assert_int_equal(err.code, ERR_INPUT);
    str_finish(&out);
    free(sheet.bits);
}

static void
a_label_too_big_for_its_buffer_is_an_error(void **state)
{
    (void)state;
    a_full_buffer_is_an_error_of(&encode_zpl);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dot_reaches_the_head),
        cmocka_unit_test(the_written_form_is_the_guides),
        cmocka_unit_test(long_runs_are_written_in_sums),
        cmocka_unit_test(a_badge_is_a_few_kilobytes_and_holds_no_text_command),
        cmocka_unit_test(every_packing_reaches_the_head),
        cmocka_unit_test(what_lies_outside_the_label_is_cut),
        cmocka_unit_test(a_page_beside_its_label_is_an_error),
        cmocka_unit_test(a_label_too_big_for_its_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
