#include "encoded.h"

#include <cups/raster.h>
#include <stdio.h>
#include <unistd.h>

static void
every_dot_reaches_the_head(void **state)
{
    (void)state;
    every_dot_comes_back_from(&encode_pwg);
}

/* Somebody else's reader: libcups' own. */
static void
cups_reads_the_page_and_its_size(void **state)
{
    (void)state;
    struct sheet sheet = sheet_make(SHEET_NOISE, 732, 1181, 300);
    struct encoder_setting setting = setting_for(&sheet.page);
    struct err err = { 0 };
    struct str out;
    setting.media_width_um = 62000;
    setting.media_height_um = 100000;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    assert_true(encode_pwg.encode(&sheet.page, &setting, &out, &err));

    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(out.data, 1, out.length, file), out.length);
    rewind(file);
    cups_raster_t *raster = cupsRasterOpen(fileno(file), CUPS_RASTER_READ);
    assert_non_null(raster);
    cups_page_header2_t header;
    assert_int_equal(cupsRasterReadHeader2(raster, &header), 1);
    assert_int_equal(header.cupsWidth, 732);
    assert_int_equal(header.cupsHeight, 1181);
    assert_int_equal(header.HWResolution[0], 300);
    assert_int_equal(header.PageSize[0], 176);
    assert_int_equal(header.PageSize[1], 283);
    assert_int_equal(header.cupsColorSpace, CUPS_CSPACE_K);
    assert_string_equal(header.cupsPageSizeName, "custom_62x100mm_62x100mm");
    unsigned char row[92];
    for (int y = 0; y < 1181; y++) {
        assert_int_equal(cupsRasterReadPixels(raster, row, sizeof row), sizeof row);
        assert_memory_equal(row, sheet.bits + y * sheet.page.stride_bytes, sizeof row);
    }
    assert_int_equal(cupsRasterReadHeader2(raster, &header), 0); /* one page */
    cupsRasterClose(raster);
    fclose(file);
    str_finish(&out);
    free(sheet.bits);
}

static void
a_label_without_size_is_an_error(void **state)
{
    (void)state;
    struct sheet sheet = sheet_make(SHEET_BLACK, 10, 10, 300);
    struct encoder_setting setting = setting_for(&sheet.page);
    struct err err = { 0 };
    struct str out;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    setting.media_height_um = 0;
    assert_false(encode_pwg.encode(&sheet.page, &setting, &out, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.text, "um"));
    str_finish(&out);
    free(sheet.bits);
}

static void
a_label_too_big_for_its_buffer_is_an_error(void **state)
{
    (void)state;
    a_full_buffer_is_an_error_of(&encode_pwg);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dot_reaches_the_head),
        cmocka_unit_test(cups_reads_the_page_and_its_size),
        cmocka_unit_test(a_label_without_size_is_an_error),
        cmocka_unit_test(a_label_too_big_for_its_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
