/* The QR codes of a badge as somebody else's program reads them, at 203 dpi. */
#include "draw/badge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing.h"
#include <cmocka.h>

static const char badge_code[] = "YL1-MHTQYULGFM-B2-EA84";
static const char secret[] = "z3hvbrgiptn4kyvjmmgh42sfuvjhhb3s";
#define ANN                                                                      \
    "\"name\":\"Đorđe Žižić\",\"organisation\":\"Univerzitet u Beogradu\"," \
    "\"country\":\"Serbia\",\"ref\":\"MHTQYULGFM\""

/* A label of 62 x 100 mm with one code or two, each of 30 mm. */
static void
prepare_codes(const char *first, const char *second, struct design *design)
{
    char svg[2048];
    struct design_target target = { .dpi = 203 };
    int length = snprintf(
        svg, sizeof svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"62mm\" height=\"100mm\" "
        "viewBox=\"0 0 62 100\">"
        "<rect data-field=\"qr\" x=\"15\" y=\"5\" width=\"36\" height=\"36\" %s/>",
        first);
    if (second)
        length +=
            snprintf(svg + length, sizeof svg - (size_t)length,
                     "<rect x=\"15\" y=\"55\" width=\"36\" height=\"36\" %s/>", second);
    length += snprintf(svg + length, sizeof svg - (size_t)length, "</svg>");
    prepare_bytes(svg, (size_t)length, &target, design);
}

static void
draw(const struct design *design, struct badge *badge, const char *json,
     const char *its_secret, struct page *page, struct badge_report *report)
{
    struct fields fields;
    struct err err;
    if (!fields_read(json, strlen(json), &fields, &err))
        fail_msg("%s", err.text);
    struct badge_guest guest = {
        .design = design, .fields = &fields, .qr = badge_code, .secret = its_secret
    };
    if (!badge_draw(badge, &guest, page, report, &err))
        fail_msg("%s", err.text);
    fields_finish(&fields);
}

static void
every_kind_of_content_is_read_at_203_dpi(void **state)
{
    static const struct {
        const char *attributes, *fields, *secret, *want;
    } cases[] = {
        { "", "{" ANN "}", secret, badge_code },
        { "data-content=\"badge\"", "{" ANN "}", secret, badge_code },
        { "data-content=\"secret\"", "{" ANN "}", secret, secret },
        { "data-content=\"https://a.example/m?r={ref}&amp;n={name}\"", "{" ANN "}", "",
          "https://a.example/m?r=MHTQYULGFM&n=%C4%90or%C4%91e%20%C5%BDi%C5%BEi%C4%87" },
        { "data-content=\"vcard\"", "{" ANN ",\"consent\":\"yes\"}", "",
          "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Đorđe Žižić;;;;\r\nFN:Đorđe Žižić\r\n"
          "ORG:Univerzitet u Beogradu\r\nADR:;;;;;;Serbia\r\nEND:VCARD\r\n" },
        { "data-content=\"mecard\" data-consent=\"share\" data-email=\"mail\"",
          "{" ANN ",\"share\":\"是\",\"mail\":\"dj@a.example\"}", "",
          "MECARD:N:Đorđe Žižić;ORG:Univerzitet u Beogradu;EMAIL:dj@a.example;"
          "ADR:,,,,,,Serbia;;" },
        /* the badge is the pass */
        { "data-content=\"vcard\"", "{" ANN ",\"consent\":\"no\"}", "", badge_code },
        { "data-content=\"secret\"", "{" ANN "}", "", badge_code },
        { "data-content=\"https://a.example/{profile}\"", "{" ANN "}", "", badge_code },
    };
    struct badge *badge = new_badge();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct design design;
        struct page page;
        struct badge_report report;
        char text[2048];
        prepare_codes(cases[i].attributes, NULL, &design);
        draw(&design, badge, cases[i].fields, cases[i].secret, &page, &report);
        int found = read_codes(&page, text, sizeof text);
        if (found != 1 || strcmp(text, cases[i].want) != 0)
            fail_msg("%s: %d codes, read \"%s\"", cases[i].attributes, found, text);
        if (report.qr_is_small || report.qr_bytes != (int)strlen(text))
            fail_msg("%s: %d dots, %d bytes", cases[i].attributes,
                     report.qr_module_dots, report.qr_bytes);
        design_finish(&design);
    }
    badge_destroy(badge);
}

static void
a_card_without_consent_leaves_no_second_badge_code(void **state)
{
    struct badge *badge = new_badge();
    struct design design;
    struct page page;
    struct badge_report report;
    char text[512];
    (void)state;

    prepare_codes("", "data-content=\"vcard\"", &design);
    assert_int_equal(count_codes(&design), 2);
    assert_string_equal(design.slots[1].name, "qr vcard");
    draw(&design, badge, "{" ANN ",\"consent\":\"yes\"}", "", &page, &report);
    assert_int_equal(report.slot_count, 2);
    assert_int_equal(read_codes(&page, text, sizeof text), 0); /* they differ */
    draw(&design, badge, "{" ANN "}", "", &page, &report);
    assert_int_equal(report.slot_count, 1);
    assert_int_equal(read_codes(&page, text, sizeof text), 1);
    assert_string_equal(text, badge_code);
    design_finish(&design);

    /* that other one is not on everybody's badge */
    prepare_codes("data-show-if=\"kind=vip\"", "data-content=\"vcard\"", &design);
    draw(&design, badge, "{" ANN "}", "", &page, &report);
    assert_int_equal(report.slot_count, 1);
    assert_int_equal(read_codes(&page, text, sizeof text), 1);
    design_finish(&design);
    badge_destroy(badge);
}

static void
a_code_too_dense_for_the_head_is_reported_in_numbers(void **state)
{
    struct badge *badge = new_badge();
    struct design design;
    struct page page;
    struct badge_report report;
    char json[1024] = "{\"x\":\"";
    (void)state;

    prepare_codes("", "data-content=\"https://a.example/{x}\"", &design);
    memset(json + 6, 'a', 700);
    str_copy(json + 706, sizeof json - 706, "\"}");
    draw(&design, badge, json, "", &page, &report);
    assert_true(report.qr_is_small);
    assert_int_equal(report.qr_bytes, 718);
    assert_int_equal(report.qr_least_dots, 3);
    assert_true(report.qr_module_dots < 3);
    assert_true(report.qr_modules * 3 > (int)design.slots[0].box.width);
    design_finish(&design);

    /* a design may want larger modules than the house does */
    prepare_codes("data-module=\"1.5mm\"", NULL, &design);
    draw(&design, badge, "{}", "", &page, &report);
    assert_int_equal(report.qr_least_dots, 12);
    assert_true(report.qr_is_small);
    design_finish(&design);
    badge_destroy(badge);
}

static void
attributes_of_a_code_are_refused_where_they_mean_nothing(void **state)
{
    static const struct {
        const char *element, *want;
    } cases[] = {
        { "<rect data-field=\"name\" data-content=\"vcard\" width=\"9\" height=\"9\"/>",
          "data-content: only a qr slot has it" },
        { "<rect id=\"seat\" data-module=\"1mm\" width=\"9\" height=\"9\"/>",
          "data-module: only a qr slot has it" },
        { "<rect id=\"qr\" data-module=\"9mm\" width=\"9\" height=\"9\"/>",
          "want a size from 0.1mm to 5mm" },
        { "<rect id=\"qr\" data-content=\"card\" width=\"9\" height=\"9\"/>",
          "data-content=\"card\": want badge, secret, vcard, mecard or https" },
        { "<rect id=\"qr\" data-content=\"https://x/{\" width=\"9\" height=\"9\"/>",
          "want a link with whole {field}s in it" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char svg[1024];
        struct design_target target = { .dpi = 203 };
        struct design design;
        struct err err;
        int length = snprintf(svg, sizeof svg,
                              "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                              "width=\"62mm\" height=\"100mm\" viewBox=\"0 0 62 100\">"
                              "%s</svg>",
                              cases[i].element);
        if (prepare_design(svg, (size_t)length, &target, &design, &err))
            fail_msg("%s: is taken", cases[i].element);
        if (!strstr(err.text, cases[i].want))
            fail_msg("%s: %s", cases[i].element, err.text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_content_is_read_at_203_dpi),
        cmocka_unit_test(a_card_without_consent_leaves_no_second_badge_code),
        cmocka_unit_test(a_code_too_dense_for_the_head_is_reported_in_numbers),
        cmocka_unit_test(attributes_of_a_code_are_refused_where_they_mean_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
