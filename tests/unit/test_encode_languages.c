/* The written form of the languages that tests/e2e/test_drivers.py reads back dot by
 * dot: each command as its maker's paper has it, and what cannot be printed is refused.
 */

#include "encoded.h"

#include "all_encoders.h"

static const uint8_t bits[] = { 0x80, 0x00, 0xFF, 0xF0, 0xFF, 0xF0 };
static const struct page page = {
    .width_dots = 12, .height_dots = 3, .stride_bytes = 2, .dpi = 203, .bits = bits
};

struct form {
    const char *name;
    const struct encoder *encoder;
    struct encoder_setting setting; /* but for the label's size */
    const char *bytes;
    size_t length, zeros; /* before bytes */
};

#define FORM(text, zero_bytes) \
    .bytes = (text), .length = sizeof(text) - 1, .zeros = (zero_bytes)
#define UNSET .darkness = ENCODER_UNSET, .speed = ENCODER_UNSET

static const struct form forms[] = {
    { "epl2, gap, all set",
      &encode_epl2,
      { .darkness = 9, .speed = 76, .cut = ENCODER_CUT_EACH },
      FORM("\nN\nq12\nQ3,24\nS3\nD9\nR0,0\nZT\nGW0,0,2,3,\x7f\xff\x00\x0f\x00\x0f\nP1\n"
           "C\n",
           0) },
    { "epl2, mark",
      &encode_epl2,
      { UNSET, .tracking = ENCODER_MARK },
      FORM("\nN\nq12\nQ3,B24+0\nR0,0\nZT\nGW0,0,2,3,\x7f\xff\x00\x0f\x00\x0f\nP1\n",
           0) },
    { "epl2, as set, out of its scales",
      &encode_epl2,
      { .darkness = 30, .speed = 400, .tracking = ENCODER_AS_SET },
      FORM("\nN\nq12\nS6\nD15\nR0,0\nZT\nGW0,0,2,3,\x7f\xff\x00\x0f\x00\x0f\nP1\n",
           0) },
    { "tspl, gap",
      &encode_tspl,
      { .darkness = 8, .speed = 102 },
      FORM("\r\nSIZE 1.50 mm,0.38 mm\r\nGAP 3 mm,0 mm\r\nSET CUTTER OFF\r\nSPEED 4\r\n"
           "DENSITY 8\r\nDIRECTION 0,0\r\nREFERENCE 0,0\r\nCLS\r\nBITMAP 0,0,2,3,0,"
           "\x7f\xff\x00\x0f\x00\x0f\r\nPRINT 1,1\r\n",
           0) },
    { "tspl, endless, cut",
      &encode_tspl,
      { UNSET, .tracking = ENCODER_CONTINUOUS, .cut = ENCODER_CUT_EACH },
      FORM("\r\nSIZE 1.50 mm,0.38 mm\r\nGAP 0 mm,0 mm\r\nSET CUTTER 1\r\nDIRECTION 0,0"
           "\r\nREFERENCE 0,0\r\nCLS\r\nBITMAP 0,0,2,3,0,\x7f\xff\x00\x0f\x00\x0f\r\n"
           "PRINT 1,1\r\n",
           0) },
    { "escpos, labels",
      &encode_escpos,
      { .darkness = -2, .speed = ENCODER_UNSET },
      FORM("\x1b@\x1d(K\2\0\x31\xfe\x1dv0\0\2\0\3\0\x80\0\xff\xf0\xff\xf0\x1d\x0c",
           0) },
    { "escpos, endless, cut",
      &encode_escpos,
      { UNSET, .tracking = ENCODER_CONTINUOUS, .cut = ENCODER_CUT_END },
      FORM("\x1b@\x1dv0\0\2\0\3\0\x80\0\xff\xf0\xff\xf0\x1dVB\0", 0) },
    { "escpos, endless, torn off",
      &encode_escpos,
      { UNSET, .tracking = ENCODER_CONTINUOUS },
      FORM("\x1b@\x1dv0\0\2\0\3\0\x80\0\xff\xf0\xff\xf0\x1b"
           "d\4",
           0) },
    { "brother_ql, endless, a head of 24",
      &encode_brother_ql,
      { UNSET, .tracking = ENCODER_CONTINUOUS, .cut = ENCODER_CUT_EACH, .head_dots = 24,
        .pins_right = 4, .packing = ENCODER_PACK_NONE },
      FORM("\x1b@\x1bia\1\x1biz\xc6\x0a\2\0\3\0\0\0\0\0\x1biM@\x1biA\1\x1biK\x08\x1bi"
           "d\0\0g\0\3\0\1\0g\0\3\x0f\xff\0g\0\3\x0f\xff\0\x1a",
           400) },
    { "zpl, plain, as set",
      &encode_zpl,
      { UNSET, .tracking = ENCODER_AS_SET, .packing = ENCODER_PACK_NONE },
      FORM("^XA^MMT^PW12^LL3^LH0,0^FO0,0^GFA,6,6,2,8000FFF0FFF0^FS^PQ1,0,0,N^XZ\n",
           0) },
};

static void
each_language_is_written_as_its_paper_has_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct form *form = &forms[i];
        struct encoder_setting setting = form->setting;
        struct str out;
        struct err err = { 0 };
        setting.media_width_um = 1502;
        setting.media_height_um = 376;
        str_init(&out, ENCODER_DOCUMENT_MAX);
        if (!form->encoder->encode(&page, &setting, &out, &err))
            fail_msg("%s: %s", form->name, err.text);
        print_message("%s\n", form->name);
        assert_int_equal(out.length, form->zeros + form->length);
        for (size_t at = 0; at < form->zeros; at++)
            assert_int_equal(out.data[at], 0);
        assert_memory_equal(out.data + form->zeros, form->bytes, form->length);
        str_finish(&out);
    }
}

static void
a_dymo_row_is_sent_in_whichever_form_is_shorter(void **state)
{
    (void)state;
    static const uint8_t rows[3][8] = { { 0 },
                                        { 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1 },
                                        { 0x55, 0x55, 0x55, 0x55 } };
    static const char want[] = "\x1b@\x1b"
                               "e\x1bh\x1b"
                               "B\0\x1b"
                               "D\x08\x1bL\0\3\x17\x3f\x17\x9f\x1e\x80\x16"
                               "UUUU\0\0\0\0\x1b"
                               "E";
    struct page sheet = { .width_dots = 64,
                          .height_dots = 3,
                          .stride_bytes = 8,
                          .dpi = 300,
                          .bits = rows[0] };
    struct encoder_setting setting = setting_for(&sheet);
    struct str out;
    struct err err;
    setting.darkness = 2;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    assert_true(encode_dymo_lw.encode(&sheet, &setting, &out, &err));
    assert_int_equal(out.length, 200 + sizeof want - 1);
    for (int i = 0; i < 200; i++)
        assert_int_equal(out.data[i], 0x1B);
    assert_memory_equal(out.data + 200, want, sizeof want - 1);
    str_finish(&out);
}

static void
refused(const struct encoder *encoder, const struct page *sheet,
        const struct encoder_setting *setting, const char *says)
{
    struct str out;
    struct err err = { 0 };
    str_init(&out, ENCODER_DOCUMENT_MAX);
    assert_false(encoder->encode(sheet, setting, &out, &err));
    assert_int_equal(err.code, ERR_INPUT);
    if (!strstr(err.text, encoder->name) || !strstr(err.text, says))
        fail_msg("%s (want \"%s\")", err.text, says);
    str_finish(&out);
}

static void
what_no_printer_could_print_is_refused_by_every_language(void **state)
{
    (void)state;
    for (unsigned i = 0; all_encoders[i]; i++) {
        struct page sheet = page;
        struct encoder_setting setting = setting_for(&sheet);
        sheet.width_dots = 0;
        refused(all_encoders[i], &sheet, &setting, "dots is not 1 to");
        sheet.width_dots = PAGE_DOTS_MAX + 1;
        refused(all_encoders[i], &sheet, &setting, "dots is not 1 to");
        if (all_encoders[i] == &encode_pdf1)
            continue; /* a PDF may be of any size, and clips by itself */
        sheet = page;
        setting.media_height_um = 0;
        refused(all_encoders[i], &sheet, &setting, "um");
        setting = setting_for(&sheet);
        setting.offset_x_dots = -12;
        refused(all_encoders[i], &sheet, &setting, "nothing of the page");
        setting.offset_x_dots = 12;
        refused(all_encoders[i], &sheet, &setting, "nothing of the page");
    }
}

static void
a_page_wider_than_the_head_is_refused(void **state)
{
    (void)state;
    struct encoder_setting setting = setting_for(&page);
    setting.head_dots = 16;
    setting.pins_right = 5; /* 5 + 12 > 16 */
    refused(&encode_brother_ql, &page, &setting, "do not fit a head of 16");
    setting.pins_right = -1;
    refused(&encode_brother_ql, &page, &setting, "do not fit");
    setting.head_dots = 8;
    refused(&encode_dymo_lw, &page, &setting, "do not fit a head of 8");
    struct page red = page;
    red.second = bits;
    setting = setting_for(&page);
    refused(&encode_brother_ql, &red, &setting, "two colours");
}

static void
a_label_too_big_for_its_buffer_is_an_error_of_every_language(void **state)
{
    (void)state;
    for (unsigned i = 0; all_encoders[i]; i++)
        a_full_buffer_is_an_error_of(all_encoders[i]);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_language_is_written_as_its_paper_has_it),
        cmocka_unit_test(a_dymo_row_is_sent_in_whichever_form_is_shorter),
        cmocka_unit_test(what_no_printer_could_print_is_refused_by_every_language),
        cmocka_unit_test(a_page_wider_than_the_head_is_refused),
        cmocka_unit_test(a_label_too_big_for_its_buffer_is_an_error_of_every_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
