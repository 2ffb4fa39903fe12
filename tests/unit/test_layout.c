/* Layouts of a ticketing server: what becomes of them, and what is wrong with them. */
#include "layouts.h"

#include "draw/fields.h"
#include "draw/layout_words.h"

/* ---- slots --------------------------------------------------------------- */

static void
an_element_lands_where_the_server_puts_it(void **state)
{
    struct design design;
    (void)state;

    want_layout("[" NAME
                ",\"bold\":true,\"align\":\"center\",\"verticalalign\":\"bottom\","
                "\"lineheight\":\"2\",\"rotation\":90,\"autoresize\":true,"
                "\"splitlongwords\":false,\"color\":[255,255,255,1]}]",
                NULL, &own_size, &design);
    const struct design_slot *slot = &design.slots[0];
    assert_int_equal(design.width_dots, 1480); /* without a background: A6, landscape */
    assert_int_equal(design.height_dots, 1050);
    assert_int_equal(design.slot_count, 1);
    assert_string_equal(slot->text, "{attendee_name}");
    assert_float_equal(slot->box.x, 100, 0.01);
    assert_float_equal(slot->box.y, 1050 - 600, 0.01);
    assert_float_equal(slot->box.width, 600, 0.01);
    assert_float_equal(slot->box.height, 200, 0.01);
    assert_float_equal(slot->size_max, 24.0F * 254 / 72, 0.01);
    assert_float_equal(slot->leading, 2.3F, 0.001);
    assert_int_equal(slot->weight, 700);
    assert_int_equal(slot->align, DESIGN_CENTRE);
    assert_int_equal(slot->valign, DESIGN_BOTTOM);
    assert_true(slot->shrinks && !slot->splits && slot->white);
    assert_float_equal(slot->turn_degrees, 90, 0.01);
    design_finish(&design);
}

static void
a_text_in_several_languages_is_read_in_the_guests_own(void **state)
{
    static const struct {
        const char *fields, *says;
    } cases[] = { { "{\"language\":\"de\"}", "Willkommen" },
                  { "{\"language\":\"zh-hans\"}", "欢迎" },
                  { "{\"language\":\"en\"}", "Welcome" },
                  { "{\"language\":\"fr\"}", "Welcome" },
                  { "{}", "Welcome" } };
    struct design design;
    (void)state;

    want_layout("[{\"type\":\"textarea\",\"left\":1,\"bottom\":20,\"width\":60,"
                "\"content\":\"other_i18n\",\"text_i18n\":{\"de\":\"Willkommen\","
                "\"en\":\"Welcome\",\"zh-hans\":\"欢迎\",\"sr\":\"\"}}]",
                NULL, &own_size, &design);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fields fields;
        struct err err;
        int shown = 0;
        assert_true(
            fields_read(cases[i].fields, strlen(cases[i].fields), &fields, &err));
        for (int at = 0; at < design.slot_count; at++) {
            const struct design_slot *slot = &design.slots[at];
            if (!fields_hold(&fields, slot->show_if) ||
                (*slot->show_unless && fields_hold(&fields, slot->show_unless)))
                continue;
            assert_string_equal(slot->text, cases[i].says);
            shown++;
        }
        assert_int_equal(shown, 1);
        fields_finish(&fields);
    }
    design_finish(&design);
}

static void
variables_are_filled_in_and_other_braces_stay(void **state)
{
    static const struct {
        const char *pattern, *says;
    } cases[] = {
        { "{attendee_name}", "张伟" },
        { "{order}-{positionid}", "ABC12-2" },
        { "{meta:hall}: {question_food}", "N2: vegan" },
        { "no {such} variable", "no  variable" },
        { "{ order } {order", "{ order } {order" },
        { "{{order}}", "{ABC12}" },
        { "{attendee_company}", "Tsinghua" }, /* our own field stands in */
        { "{item} {event_name}", "VIP CITEC" },
        { "", "" },
    };
    static const char json[] =
        "{\"attendee_name\":\"张伟\",\"name\":\"Wei\",\"order\":\"ABC12\","
        "\"positionid\":\"2\",\"meta:hall\":\"N2\",\"question_food\":\"vegan\","
        "\"organisation\":\"Tsinghua\",\"kind_label\":\"VIP\",\"event\":\"CITEC\"}";
    struct fields fields;
    struct err err;
    struct str out;
    (void)state;

    assert_true(fields_read(json, strlen(json), &fields, &err));
    str_init(&out, 64);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str_clear(&out);
        assert_true(layout_words(&fields, cases[i].pattern, &out));
        assert_string_equal(out.data, cases[i].says);
    }
    str_clear(&out);
    assert_false(
        layout_words(&fields,
                     "0123456789012345678901234567890123456789012345678901234567"
                     "8901{order}",
                     &out));
    assert_int_equal(out.length, 64);
    str_finish(&out);
    fields_finish(&fields);
}

/* ---- pages --------------------------------------------------------------- */

static void
the_background_gives_size_pages_and_artwork(void **state)
{
    static const struct {
        const char *what;
        int pages, turned;
        double mm[2];
        struct design_target target;
        int width, height, degrees; /* wanted */
    } cases[] = {
        { "its own size", 1, 0, { 62, 100 }, { 254, 0, 0, 0, 0, 0 }, 620, 1000, 0 },
        { "pages below one another",
          2,
          0,
          { 62, 50 },
          { 254, 0, 0, 0, 0, 0 },
          620,
          1000,
          0 },
        { "… on a label that is long enough",
          2,
          0,
          { 62, 50 },
          { 254, 600, 980, -10, -10, 0 },
          620,
          1000,
          0 },
        { "the first page on one that is not",
          2,
          0,
          { 62, 100 },
          { 254, 600, 980, -10, -10, 0 },
          620,
          1000,
          0 },
        { "turned by itself",
          1,
          90,
          { 62, 100 },
          { 254, 0, 0, 0, 0, 0 },
          1000,
          620,
          0 },
        { "turned to fit",
          1,
          0,
          { 100, 62 },
          { 254, 600, 980, -10, -10, 0 },
          1000,
          620,
          90 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct design design;
        struct str pdf;
        make_pdf(&pdf, cases[i].pages, cases[i].mm, cases[i].turned, "0 0 90 90 re f");
        want_layout("[]", &pdf, &cases[i].target, &design);
        if (design.width_dots != cases[i].width ||
            design.height_dots != cases[i].height ||
            design.target.rotate_degrees != cases[i].degrees)
            fail_msg("%s: %dx%d %d", cases[i].what, design.width_dots,
                     design.height_dots, design.target.rotate_degrees);
        size_t black = 0;
        for (uint32_t at = 0; at < design.bits_length; at++)
            black += (size_t)__builtin_popcount(design.bits[at]);
        int pages = cases[i].pages == 2 && cases[i].mm[1] < 60 ? 2 : 1;
        assert_in_range(black, (size_t)pages * 316 * 316, (size_t)pages * 320 * 320);
        str_finish(&pdf);
        design_finish(&design);
    }
}

/* ---- what is wrong -------------------------------------------------------- */

#define AT "\"left\":1,\"bottom\":1,\"width\":9,\"height\":9"

static void
each_wrong_layout_is_told_by_element_and_attribute(void **state)
{
    static const struct {
        const char *json, *says;
    } cases[] = {
        { "{}", "layout: want an array" },
        { "[", "layout: " },
        { "[{\"type\":\"textcontainer\",\"bottom\":1,\"width\":9,\"height\":9}]",
          "element 1 (textcontainer): left: want millimetres" },
        { "[{\"type\":\"imagearea\"},{}]", "element 1 (imagearea): width: want" },
        { "[{},{\"type\":\"textcontainer\"," AT ",\"fontsize\":0}]",
          "element 2 (textcontainer): fontsize: want a number from 1" },
        { "[{\"type\":\"textcontainer\"," AT ",\"fontsize\":\"big\"}]",
          "fontsize: want" },
        { "[{\"type\":\"textcontainer\"," AT ",\"lineheight\":\"1e9\"}]",
          "lineheight: want" },
        { "[{\"type\":\"textcontainer\"," AT ",\"rotation\":\"x\"}]",
          "rotation: want" },
        { "[{\"type\":\"textcontainer\"," AT ",\"rotation\":1e400}]", "" },
        { "[{\"type\":\"textcontainer\"," AT ",\"align\":\"middle\"}]",
          "align: want left" },
        { "[{\"type\":\"textcontainer\"," AT ",\"verticalalign\":\"up\"}]",
          "verticalalign: want top" },
        { "[{\"type\":\"barcodearea\",\"left\":1,\"bottom\":1,\"size\":0}]",
          "element 1 (barcodearea): size: want" },
        { "[{\"type\":\"barcodearea\",\"left\":9e9,\"bottom\":1,\"size\":9}]",
          "left: want" },
        { "[{\"type\":\"textarea\",\"left\":1,\"bottom\":1,\"width\":9,\"page\":\"x\"}"
          "]",
          "page: want" },
        { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
          "]]]]",
          "layout: " },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct design design;
        struct err err = { 0 };
        if (read_layout(cases[i].json, NULL, &own_size, &design, &err) ||
            !strstr(err.text, cases[i].says))
            fail_msg("%s: \"%s\"", cases[i].json, err.text);
        assert_null(design.bits);
    }
}

static void
what_nobody_knows_is_passed_over(void **state)
{
    struct design design;
    (void)state;

    want_layout("[{\"type\":\"hologram\",\"left\":\"far\"},{},7,null,"
                "{\"type\":\"textarea\",\"page\":3,\"left\":\"?\"},"
                "{\"type\":\"textcontainer\"," AT ",\"content\":\"a b<script>\"},"
                "{\"type\":\"textcontainer\"," AT "}]",
                NULL, &own_size, &design);
    assert_int_equal(design.slot_count, 0);
    design_finish(&design);
}

static void
too_many_elements_are_refused(void **state)
{
    struct design design;
    struct err err;
    struct str json;
    (void)state;

    str_init(&json, 65536);
    for (int i = 0; i < DESIGN_SLOTS_MAX + 1; i++)
        str_addf(&json, "%s" NAME "}", i ? "," : "[");
    str_add_text(&json, "]");
    assert_false(read_layout(json.data, NULL, &own_size, &design, &err));
    assert_non_null(strstr(err.text, "element 49 (textcontainer): over 48 elements"));
    str_finish(&json);
}

static void
a_background_that_cannot_be_one_is_refused(void **state)
{
    static const struct {
        int pages;
        double mm[2];
        struct design_target target;
        const char *says;
    } cases[] = {
        { 9, { 62, 100 }, { 254, 0, 0, 0, 0, 0 }, "9 pages, want 1 to 8" },
        { 1, { 5000, 5000 }, { 254, 0, 0, 0, 0, 0 }, "5000x5000 mm, want 10 to 500" },
        { 1, { 1, 1 }, { 254, 0, 0, 0, 0, 0 }, "want 10 to 500 mm" },
        { 8, { 400, 400 }, { 600, 0, 0, 0, 0, 0 }, "dots at 600 dpi are too many" },
        { 1,
          { 148, 105 },
          { 254, 600, 980, -10, -10, 0 },
          "the layout is 148x105 mm, the printer can print 60x98 mm" },
    };
    struct design design;
    struct err err;
    struct str pdf;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_pdf(&pdf, cases[i].pages, cases[i].mm, 0, "");
        if (read_layout("[]", &pdf, &cases[i].target, &design, &err) ||
            !strstr(err.text, cases[i].says))
            fail_msg("want \"%s\", got \"%s\"", cases[i].says, err.text);
        str_finish(&pdf);
    }
    str_init(&pdf, 64);
    str_add_text(&pdf, "%PDF-1.7\nnothing more");
    assert_false(read_layout("[]", &pdf, &own_size, &design, &err));
    assert_non_null(strstr(err.text, "background: not a PDF"));
    str_finish(&pdf);
}

static void
a_file_whose_lengths_lie_is_refused(void **state)
{
    static const char *const files[] = {
        "YLLAYOUT1 2 0\n",
        "YLLAYOUT1 2 0\n[] ",
        "YLLAYOUT1 2 9\n[]",
        "YLLAYOUT1 99999999 0\n",
        "YLLAYOUT1 2 99999999\n[]",
        "YLLAYOUT1 two 0\n[]",
        "YLLAYOUT1 2 0",
        "YLLAYOUT1 ",
    };
    struct design design;
    struct err err;
    (void)state;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_false(
            prepare_layout(files[i], strlen(files[i]), &own_size, &design, &err));
        assert_non_null(strstr(err.text, "layout: its first line"));
    }
    assert_false(prepare_is_layout("<svg", 4));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_element_lands_where_the_server_puts_it),
        cmocka_unit_test(a_text_in_several_languages_is_read_in_the_guests_own),
        cmocka_unit_test(variables_are_filled_in_and_other_braces_stay),
        cmocka_unit_test(the_background_gives_size_pages_and_artwork),
        cmocka_unit_test(each_wrong_layout_is_told_by_element_and_attribute),
        cmocka_unit_test(what_nobody_knows_is_passed_over),
        cmocka_unit_test(too_many_elements_are_refused),
        cmocka_unit_test(a_background_that_cannot_be_one_is_refused),
        cmocka_unit_test(a_file_whose_lengths_lie_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
