/* What a design may say of a slot: sides, conditions, and errors that name the place.
 */
#include "drawing.h"

#include "draw/fields.h"

#define HEAD(width, height)                                                         \
    "<svg xmlns='http://www.w3.org/2000/svg' width='" #width "mm' height='" #height \
    "mm' viewBox='0 0 " #width " " #height "' font-family='Noto Sans'>\n"

enum { DPI = 254 /* ten dots a millimetre: turning moves nothing by a fraction */ };

static struct badge *badge;

static int
set_up(void **state)
{
    (void)state;
    badge = new_badge();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    badge_destroy(badge);
    return 0;
}

/* A copy of the page's dots, the caller's to free. */
static uint8_t *
draw_svg(const char *svg, const char *json, struct page *page,
         struct badge_report *report)
{
    struct design_target target = { .dpi = DPI };
    struct design design;
    struct fields fields;
    struct err err;

    prepare_bytes(svg, strlen(svg), &target, &design);
    assert_true(fields_read(json, strlen(json), &fields, &err));
    struct badge_guest guest = { .design = &design, .fields = &fields, .qr = "YL1-X" };
    assert_true(badge_draw(badge, &guest, page, report, &err));
    for (int i = 0; i < report->slot_count; i++)
        report->slots[i].name = ""; /* the design's, which goes */
    size_t length = (size_t)page->stride_bytes * (size_t)page->height_dots;
    uint8_t *copy = malloc(length);
    assert_non_null(copy);
    memcpy(copy, page->bits, length);
    page->bits = copy;
    fields_finish(&fields);
    design_finish(&design);
    return copy;
}

static const char guest[] =
    "{\"name\":\"Anna Li\",\"organisation\":\"جامعة القاهرة\",\"country\":\"China\","
    "\"kind\":\"vip\",\"photo\":\"\"}";

static const char parts[] =
    "<g data-stack='middle'><rect id='name' x='4' y='5' width='42' height='12' "
    "data-max='8mm'/><rect id='organisation' x='4' y='17' width='42' height='9' "
    "data-max='5mm'/></g>"
    "<rect id='country' x='5' y='30' width='30' height='6' data-max='5mm'/>"
    "<text data-field='kind' x='6' y='45' font-size='4' data-width='30'/>";

static void
a_slot_that_is_turned_has_the_dots_of_the_page_turned(void **state)
{
    struct page upright, turned;
    struct badge_report report, other;
    char svg[2048];
    (void)state;

    snprintf(svg, sizeof svg, HEAD(50, 50) "%s</svg>", parts);
    uint8_t *want = draw_svg(svg, guest, &upright, &report);
    for (int degrees = 90; degrees < 360; degrees += 90) {
        snprintf(svg, sizeof svg,
                 HEAD(50, 50) "<g transform='rotate(%d 25 25)'>%s</g></svg>", degrees,
                 parts);
        uint8_t *bits = draw_svg(svg, guest, &turned, &other);
        int side = upright.width_dots, differing = 0, black = 0;
        assert_int_equal(other.slot_count, report.slot_count);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int u = degrees == 90    ? side - 1 - y
                        : degrees == 180 ? side - 1 - x
                                         : y;
                int v = degrees == 90    ? x
                        : degrees == 180 ? side - 1 - y
                                         : side - 1 - x;
                differing += dot(&upright, x, y) != dot(&turned, u, v);
                black += dot(&upright, x, y);
            }
        }
        /* hinting works across, so a letter that lies is not the one that stands */
        assert_true(black > 5000);
        if (differing > black / 6)
            fail_msg("turned by %d: %d dots of %d differ", degrees, differing, black);
        const struct design_box *a = &report.slots[0].box, *b = &other.slots[0].box;
        assert_int_equal((int)(degrees == 180 ? b->width : b->height), (int)a->width);
        free(bits);
    }
    free(want);
}

static void
a_text_is_white_where_its_condition_says_so(void **state)
{
    static const char svg[] =
        HEAD(50, 20) "<rect data-show-if='band=solid' width='50' height='20'/>"
                     "<rect id='name' data-white-if='band=solid' x='4' y='4' "
                     "width='42' height='12' data-max='8mm'/></svg>";
    struct page dark, light;
    struct badge_report report;
    (void)state;

    uint8_t *one =
        draw_svg(svg, "{\"name\":\"Anna\",\"band\":\"solid\"}", &dark, &report);
    uint8_t *two =
        draw_svg(svg, "{\"name\":\"Anna\",\"band\":\"line\"}", &light, &report);
    for (int y = 0; y < dark.height_dots; y++) {
        for (int x = 0; x < dark.width_dots; x++)
            assert_int_equal(dot(&dark, x, y), !dot(&light, x, y));
    }
    free(one);
    free(two);
}

/* The share of black dots in a part of the page, in percent. */
static int
blackness(const struct page *page, int from_x, int to_x)
{
    int black = 0;
    for (int y = 20; y < 180; y++) {
        for (int x = from_x; x < to_x; x++)
            black += dot(page, x, y);
    }
    return black * 100 / (160 * (to_x - from_x));
}

static void
a_picture_in_shades_is_spread_and_what_stands_beside_it_stays_pure(void **state)
{
    static const char svg[] = HEAD(
        50, 20) "<g data-tone='photo'><rect width='10' height='20' fill='#404040'/>"
                "<rect x='10' width='10' height='20' fill='#808080'/>"
                "<rect x='20' width='10' height='20' fill='#c0c0c0'/></g>"
                "<rect x='30' width='10' height='20' fill='#404040'/>"
                "<rect x='40' width='10' height='20' fill='#c0c0c0'/></svg>";
    static const int want[] = { 75, 50, 25, 100, 0 };
    struct page page;
    struct badge_report report;
    (void)state;

    uint8_t *bits = draw_svg(svg, "{}", &page, &report);
    for (int i = 0; i < 5; i++) {
        int found = blackness(&page, 100 * i + 8, 100 * i + 92);
        if (abs(found - want[i]) > 2)
            fail_msg("part %d: %d %% black", i, found);
    }
    free(bits);
}

static void
any_column_and_any_mixture_of_fields_is_a_slot(void **state)
{
    static const char svg[] = HEAD(
        50, 50) "<rect data-field='t_shirt' x='4' y='4' width='42' height='8' "
                "data-max='5mm'/>"
                "<rect data-text='{a} · {b}' x='4' y='14' width='42' height='8' "
                "data-max='5mm'/>"
                "<text x='4' y='30' font-size='5' data-case='upper'>{a}, {c}</text>"
                "<text x='4' y='40' font-size='5'>the same for all</text></svg>";
    struct page page;
    struct badge_report report;
    (void)state;

    uint8_t *bits =
        draw_svg(svg, "{\"t_shirt\":\"XL\",\"a\":\"one\",\"b\":\"\",\"c\":\"three\"}",
                 &page, &report);
    assert_int_equal(report.slot_count, 3);
    free(bits);
    bits = draw_svg(svg, "{}", &page, &report);
    assert_int_equal(report.slot_count, 0);
    free(bits);
}

static void
what_is_wrong_with_a_slot_is_told_by_line_and_element(void **state)
{
    static const struct {
        const char *slot, *want;
    } cases[] = {
        { "data-max='8 miles'",
          "line 2: <rect id=\"name\">: data-max=\"8 miles\": want a size" },
        { "data-max='3mm' data-min='4mm'", "data-min is over data-max" },
        { "data-lines='9' data-max='3mm'", "data-lines=\"9\": want a number of lines" },
        { "data-align='middle' data-max='3mm'",
          "data-align=\"middle\": want start, left, center or right" },
        { "data-valign='centre' data-max='3mm'", "want top, middle or bottom" },
        { "data-wrap='x' data-max='3mm'", "data-wrap=\"x\": want a size" },
        { "data-leading='9' data-max='3mm'", "want a line height from 0.8 to 3" },
        { "data-case='lower' data-max='3mm'", "want upper or none" },
        { "data-empty='gone' data-max='3mm'", "want collapse or keep" },
        { "data-color='red' data-max='3mm'", "want black or white" },
        { "", "no size: want font-size or data-max" },
        { "data-max='3mm' transform='skewX(20)'", "neither slanted, mirrored" },
        { "data-max='3mm' transform='scale(-1 1)'", "neither slanted, mirrored" },
        { "data-max='3mm' font-weight='heavy'", "font-weight: cannot read \"heavy\"" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct design_target target = { .dpi = 203 };
        struct design design;
        struct err err;
        char svg[1024];
        snprintf(svg, sizeof svg,
                 HEAD(50, 50) "<rect id='name' x='4' y='4' width='20' height='9' %s/>\n"
                              "</svg>",
                 cases[i].slot);
        assert_false(prepare_design(svg, strlen(svg), &target, &design, &err));
        if (!strstr(err.text, cases[i].want) || !strstr(err.text, "line 2"))
            fail_msg("%s: \"%s\"", cases[i].slot, err.text);
    }
}

static void
the_texts_of_a_stack_stand_on_one_side(void **state)
{
    static const char svg[] =
        HEAD(50, 50) "<g data-stack='top'><rect id='name' x='4' y='4' width='20' "
                     "height='9' data-max='3mm'/>\n<rect id='seat' x='4' y='14' "
                     "transform='rotate(90 25 25)' width='20' height='9' "
                     "data-max='3mm'/></g></svg>";
    struct design_target target = { .dpi = 203 };
    struct design design;
    struct err err;
    (void)state;

    assert_false(prepare_design(svg, strlen(svg), &target, &design, &err));
    assert_non_null(strstr(err.text, "stand on one side"));
    assert_non_null(strstr(err.text, "line 3"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_that_is_turned_has_the_dots_of_the_page_turned),
        cmocka_unit_test(a_text_is_white_where_its_condition_says_so),
        cmocka_unit_test(
            a_picture_in_shades_is_spread_and_what_stands_beside_it_stays_pure),
        cmocka_unit_test(any_column_and_any_mixture_of_fields_is_a_slot),
        cmocka_unit_test(what_is_wrong_with_a_slot_is_told_by_line_and_element),
        cmocka_unit_test(the_texts_of_a_stack_stand_on_one_side),
    };
    setenv("FONTCONFIG_FILE", SOURCE_DIR "/templates/system/fonts.conf", 1);
    setenv("XDG_CACHE_HOME", BINARY_DIR "/font-cache", 1);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
