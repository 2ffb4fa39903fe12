/* Layouts of a ticketing server, drawn. Expected places are the server's own
 * (tests/pretix/test_layouts.py has it drawn beside ours). */
#include "layouts.h"

#include "draw/badge.h"

/* ---- what is drawn -------------------------------------------------------- */

struct heard {
    struct badge_line lines[32];
    char words[32][128];
    int count;
};

static void
hear(const struct badge_line *line, void *self)
{
    struct heard *heard = self;
    assert_true(heard->count < 32);
    heard->lines[heard->count] = *line;
    str_copy(heard->words[heard->count++], 128, line->words);
}

static struct badge *badge;

static size_t
black_within(const struct page *page, const int box[4])
{
    size_t black = 0;
    for (int y = box[1]; y < box[3]; y++) {
        for (int x = box[0]; x < box[2]; x++)
            black += page->bits[y * page->stride_bytes + x / 8] >> (7 - x % 8) & 1;
    }
    return black;
}

static void
draw_layout(const char *json, const struct str *pdf, const char *texts,
            struct heard *heard, struct badge_report *report, struct page *page)
{
    struct design design;
    struct fields fields;
    struct err err;

    memset(heard, 0, sizeof *heard);
    want_layout(json, pdf, &own_size, &design);
    assert_true(fields_read(texts, strlen(texts), &fields, &err));
    struct badge_guest guest = {
        .design = &design, .fields = &fields, .qr = "", .said = hear, .self = heard
    };
    if (!badge_draw(badge, &guest, page, report, &err))
        fail_msg("%s: %s", json, err.text);
    fields_finish(&fields);
    design_finish(&design);
}

#define BOX(more)                                                          \
    "[{\"type\":\"textcontainer\",\"left\":20,\"bottom\":40,\"width\":30," \
    "\"height\":20,\"fontsize\":12,\"content\":\"other\"," more "}]"

static void
lines_end_where_the_servers_do(void **state)
{
    static const struct {
        const char *layout, *lines;
        bool overflow;
    } cases[] = {
        { BOX("\"text\":\"one\""), "one", false },
        { BOX("\"text\":\"two\\nlines\""), "two|lines", false },
        { BOX("\"text\":\"a\\n\\nb\""), "a||b", false },
        { BOX("\"text\":\"filled one after the other\""), "filled one after|the other",
          false },
        { BOX("\"text\":\"Jean-Baptiste-Emmanuel\""), "Jean-Baptiste-|Emmanuel",
          false },
        { BOX("\"text\":\"Donaudampfschifffahrt\""), "Donaudampfs|chifffahrt", false },
        { BOX("\"text\":\"die Donaudampfschifffahrt\""), "die Donaudam|pfschifffahrt",
          false },
        { BOX("\"splitlongwords\":false,\"text\":\"Donaudampfschifffahrt\""),
          "Donaudampfschifffahrt", true },
        { BOX("\"text\":\"悦来国际会议中心人才交流大会\""),
          "悦来国际会议中|心人才交流大会", false },
        { BOX("\"text\":\"\""), "", false },
        { BOX("\"text\":\"a\\nb\\nc\\nd\\ne\""), "a|b|c|d|e", true },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct badge_report report;
        struct heard heard;
        struct page page;
        char all[512] = "";
        draw_layout(cases[i].layout, NULL, "{}", &heard, &report, &page);
        for (int at = 0; at < heard.count; at++) {
            size_t used = strlen(all);
            snprintf(all + used, sizeof all - used, "%s%s", at ? "|" : "",
                     heard.words[at]);
        }
        if (strcmp(all, cases[i].lines) != 0 || report.overflow != cases[i].overflow)
            fail_msg("%s: \"%s\" overflow %d", cases[i].layout, all, report.overflow);
    }
}

static void
a_text_gets_smaller_until_it_fits_and_says_so_if_it_is_tiny(void **state)
{
    struct badge_report report;
    struct heard heard;
    struct page page;
    (void)state;

    draw_layout(BOX("\"autoresize\":true,\"fontsize\":40,\"text\":\"not so long\""),
                NULL, "{}", &heard, &report, &page);
    assert_false(report.overflow);
    assert_true(report.slots[0].size < 40 * 254.0F / 72);
    assert_true(report.slots[0].box.height <= 200);
    draw_layout(
        "[{\"type\":\"textcontainer\",\"left\":20,\"bottom\":40,\"width\":10,"
        "\"height\":2,\"fontsize\":30,\"autoresize\":true,\"content\":\"other\","
        "\"text\":\"far too much for so small a box\"}]",
        NULL, "{}", &heard, &report, &page);
    assert_true(report.overflow);
}

static void
a_turned_text_turns_about_its_upper_left_corner(void **state)
{
    static const struct {
        int degrees, box[4]; /* where its ink is, and nowhere else */
    } cases[] = {
        { 0, { 400, 380, 800, 460 } }, { 90, { 320, 380, 400, 780 } },
        { 180, { 0, 300, 400, 380 } }, { 270, { 400, 0, 480, 380 } },
        { -90, { 400, 0, 480, 380 } }, { 45, { 340, 380, 700, 740 } },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct badge_report report;
        struct heard heard;
        struct page page;
        char json[512];
        snprintf(json, sizeof json,
                 "[{\"type\":\"textcontainer\",\"left\":40,\"bottom\":57,\"width\":40,"
                 "\"height\":10,\"fontsize\":20,\"content\":\"order\","
                 "\"rotation\":%d}]",
                 cases[i].degrees);
        draw_layout(json, NULL, "{\"order\":\"ABCDEF\"}", &heard, &report, &page);
        size_t inside = black_within(&page, cases[i].box);
        size_t all = black_within(&page, (int[4]){ 0, 0, 1480, 1050 });
        if (inside != all || all < 1000)
            fail_msg("%d degrees: %zu of %zu dots", cases[i].degrees, inside, all);
    }
}

static void
white_letters_stand_on_a_dark_background(void **state)
{
    static const double mm[2] = { 100, 60 };
    struct badge_report report;
    struct heard heard;
    struct page page;
    struct str pdf;
    (void)state;

    make_pdf(&pdf, 1, mm, 0, "0 g 0 0 300 200 re f");
    draw_layout("[{\"type\":\"textarea\",\"left\":10,\"bottom\":20,\"width\":80,"
                "\"fontsize\":40,\"bold\":true,\"color\":[240,240,255,1],"
                "\"content\":\"order\"}]",
                &pdf, "{\"order\":\"ABCDEF\"}", &heard, &report, &page);
    size_t black = black_within(&page, (int[4]){ 0, 0, 1000, 600 });
    assert_in_range(black, 400000, 580000);
    str_finish(&pdf);
}

static void
han_characters_are_drawn_and_nothing_is_missing(void **state)
{
    struct badge_report report;
    struct heard heard;
    struct page page;
    (void)state;

    draw_layout("[" NAME "}]", NULL, "{\"attendee_name\":\"张伟 Đorđe محمد ไทย\"}",
                &heard, &report, &page);
    assert_int_equal(report.missing, 0);
    assert_true(black_within(&page, (int[4]){ 0, 0, 1480, 1050 }) > 5000);
}

static void
a_code_says_what_its_layout_wants(void **state)
{
    static const struct {
        const char *element, *says;
    } cases[] = {
        { "\"content\":\"secret\"", "s3cr3t" },
        { "\"color\":[0,0,0]", "s3cr3t" }, /* the server's default */
        { "\"content\":\"pseudonymization_id\"", "ABCDEFGHJ" },
        { "\"content\":\"other\",\"text\":\" https://x.org/{order} \"",
          "https://x.org/ABC12" },
        { "\"content\":\"medium_identifier\"", NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct badge_report report;
        struct heard heard;
        struct page page;
        char json[256];
        snprintf(
            json, sizeof json,
            "[{\"type\":\"barcodearea\",\"left\":5,\"bottom\":5,\"size\":\"30\",%s}]",
            cases[i].element);
        draw_layout(json, NULL,
                    "{\"secret\":\"s3cr3t\",\"ref\":\"ABCDEFGHJ\",\"order\":\"ABC12\"}",
                    &heard, &report, &page);
        assert_int_equal(heard.count, cases[i].says ? 1 : 0);
        if (cases[i].says)
            assert_string_equal(heard.words[0], cases[i].says);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_where_the_servers_do),
        cmocka_unit_test(a_text_gets_smaller_until_it_fits_and_says_so_if_it_is_tiny),
        cmocka_unit_test(a_turned_text_turns_about_its_upper_left_corner),
        cmocka_unit_test(white_letters_stand_on_a_dark_background),
        cmocka_unit_test(han_characters_are_drawn_and_nothing_is_missing),
        cmocka_unit_test(a_code_says_what_its_layout_wants),
    };
    struct err err;

    setenv("FONTCONFIG_FILE", SOURCE_DIR "/templates/system/fonts.conf", 1);
    setenv("XDG_CACHE_HOME", BINARY_DIR "/font-cache", 1);
    if (!badge_create(&badge, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    badge_destroy(badge);
    return failed;
}
