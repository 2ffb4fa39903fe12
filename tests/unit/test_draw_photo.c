/* Guests' pictures: set into a design, spread, everything else pure; and what is no
 * picture, or one too large, told by its head. */
#include "drawing.h"
#include "portrait.h"

#include "draw/prepare_photo.h"

#define SVG(inside)                                                                   \
    "<svg xmlns='http://www.w3.org/2000/svg' width='50mm' height='50mm' "             \
    "viewBox='0 0 50 50'>" inside "<rect data-text='NO PICTURE' x='2' y='2' "         \
    "width='20' height='26' data-max='4mm' data-min='1mm' data-show-unless='photo'/>" \
    "<rect id='qr' x='25' y='25' width='24' height='24'/></svg>"

static struct portrait portrait;

struct drawn {
    struct page page;
    struct badge_report report;
    uint8_t *bits;
};

/* The badge with the picture in it; bytes NULL: without one. */
static void
draw_with(const char *svg, const uint8_t *bytes, size_t length, struct drawn *drawn)
{
    struct design_target target = { .dpi = 254 };
    struct design design;
    struct fields fields;
    struct err err = { 0 };
    static const char guest[] = "{\"photo\":\"zhang.jpg\"}";

    prepare_bytes(svg, strlen(svg), &target, &design);
    if (bytes && !prepare_photo(&design, bytes, length, &err))
        fail_msg("%s", err.text);
    assert_true(fields_read(guest, strlen(guest), &fields, &err));
    fields_set_photo(&fields, design.has_photo);
    struct badge *badge = new_badge();
    struct badge_guest to = { .design = &design, .fields = &fields, .qr = "YL1-PHOTO" };
    if (!badge_draw(badge, &to, &drawn->page, &drawn->report, &err))
        fail_msg("%s", err.text);
    size_t size = (size_t)drawn->page.stride_bytes * (size_t)drawn->page.height_dots;
    drawn->bits = malloc(size);
    assert_non_null(drawn->bits);
    memcpy(drawn->bits, drawn->page.bits, size);
    drawn->page.bits = drawn->bits;
    fields_finish(&fields);
    badge_destroy(badge);
    design_finish(&design);
}

/* In percent, of the part at (x, y) that is 40 dots on each side. */
static int
shade(const struct page *page, int x, int y)
{
    int black = 0;
    for (int i = 0; i < 1600; i++)
        black += dot(page, x + i % 40, y + i / 40);
    return black / 16;
}

static void
a_picture_is_spread_in_its_slot_and_the_code_beside_it_reads(void **state)
{
    struct drawn drawn;
    char said[64];
    (void)state;

    draw_with(SVG("<rect id='photo' x='2' y='2' width='15' height='20'/>"),
              portrait.bytes, portrait.length, &drawn);
    assert_in_range(shade(&drawn.page, 22, 22), 0, 12);   /* the wall, above */
    assert_in_range(shade(&drawn.page, 22, 176), 50, 75); /* and below */
    assert_in_range(shade(&drawn.page, 75, 75), 10, 50);  /* a face */
    assert_int_equal(shade(&drawn.page, 180, 40), 0);     /* outside */
    assert_int_equal(read_codes(&drawn.page, said, sizeof said), 1);
    assert_string_equal(said, "YL1-PHOTO");
    assert_int_equal(drawn.report.slot_count, 1); /* no "NO PICTURE" */
    free(drawn.bits);
}

static void
without_a_picture_its_room_stays_empty_and_others_may_use_it(void **state)
{
    struct drawn drawn;
    (void)state;

    draw_with(SVG("<rect id='photo' x='2' y='2' width='15' height='20'/>"), NULL, 0,
              &drawn);
    assert_int_equal(drawn.report.slot_count, 2);
    assert_int_equal(shade(&drawn.page, 22, 22), 0);
    free(drawn.bits);
}

static void
round_corners_are_paper_and_a_contained_picture_is_whole(void **state)
{
    struct drawn drawn;
    (void)state;

    draw_with(SVG("<rect id='photo' x='2' y='2' width='20' height='20' rx='10'/>"),
              portrait.bytes, portrait.length, &drawn);
    int corner = 0;
    for (int i = 0; i < 400; i++)
        corner += dot(&drawn.page, 199 + i % 20, 199 + i / 20);
    assert_int_equal(corner, 0);
    assert_true(shade(&drawn.page, 100, 170) > 30);
    free(drawn.bits);
    draw_with(SVG("<rect id='photo' x='2' y='2' width='20' height='10' "
                  "data-fit='contain'/>"),
              portrait.bytes, portrait.length, &drawn);
    assert_int_equal(shade(&drawn.page, 30, 60), 0); /* beside it */
    assert_true(shade(&drawn.page, 100, 75) > 10);
    free(drawn.bits);
}

static void
a_turned_slot_has_its_picture_turned(void **state)
{
    struct drawn drawn;
    (void)state;

    /* Upright on the page's right side: the dark lower end lies at the left. */
    draw_with(SVG("<g transform='rotate(90 25 25)'><rect id='photo' x='2' y='28' "
                  "width='15' height='20'/></g>"),
              portrait.bytes, portrait.length, &drawn);
    assert_in_range(shade(&drawn.page, 24, 24), 50, 75);
    assert_in_range(shade(&drawn.page, 176, 24), 0, 12);
    free(drawn.bits);
}

/* ---- heads ---------------------------------------------------------------------- */

static size_t
make_jpeg(uint8_t *to, int orientation, int width, int height)
{
    uint8_t bytes[] = { 0xff,
                        0xd8,
                        0xff,
                        0xe1,
                        0,
                        34,
                        'E',
                        'x',
                        'i',
                        'f',
                        0,
                        0,
                        'M',
                        'M',
                        0,
                        42,
                        0,
                        0,
                        0,
                        8,
                        0,
                        1,
                        0x01,
                        0x12,
                        0,
                        3,
                        0,
                        0,
                        0,
                        1,
                        0,
                        (uint8_t)orientation,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0xff,
                        0xc0,
                        0,
                        11,
                        8,
                        (uint8_t)(height >> 8),
                        (uint8_t)height,
                        (uint8_t)(width >> 8),
                        (uint8_t)width,
                        1,
                        1,
                        0x11,
                        0,
                        0xff,
                        0xda,
                        0,
                        8,
                        1,
                        1,
                        0,
                        0,
                        63,
                        0,
                        1,
                        2,
                        3,
                        0xff,
                        0xd9 };
    memcpy(to, bytes, sizeof bytes);
    return sizeof bytes;
}

static void
a_head_says_size_and_orientation(void **state)
{
    struct prepare_photo_head head;
    struct err err = { 0 };
    uint8_t bytes[128];
    (void)state;

    size_t length = make_jpeg(bytes, 6, 4000, 3000);
    if (!prepare_photo_look(bytes, length, &head, &err))
        fail_msg("%s", err.text);
    assert_int_equal(head.width, 4000);
    assert_int_equal(head.height, 3000);
    assert_int_equal(head.orientation, 6);
    length = make_jpeg(bytes, 77, 40, 30);
    assert_true(prepare_photo_look(bytes, length, &head, &err));
    assert_int_equal(head.orientation, 1);
}

static void
what_is_no_picture_is_refused_by_name(void **state)
{
    struct prepare_photo_head head;
    struct err err = { 0 };
    uint8_t bytes[128];
    (void)state;

    assert_false(prepare_photo_look((const uint8_t *)"GIF89a.......", 12, &head, &err));
    assert_non_null(strstr(err.text, "photo: not a picture"));
    size_t length = make_jpeg(bytes, 1, 16000, 16000);
    assert_false(prepare_photo_look(bytes, length, &head, &err));
    assert_non_null(strstr(err.text, "photo: 16000x16000 pixels"));
    length = make_jpeg(bytes, 1, 40, 30);
    for (size_t cut = 0; cut < length; cut++) /* wherever it ends, it is no picture */
        assert_false(prepare_photo_look(bytes, cut, &head, &err));
    for (size_t cut = 0; cut < portrait.length; cut += cut < 64 ? 1 : 997)
        assert_false(prepare_photo_look(portrait.bytes, cut, &head, &err));
}

static void
a_picture_whose_pixels_cannot_be_read_is_refused(void **state)
{
    struct design_target target = { .dpi = 254 };
    struct design design;
    struct err err = { 0 };
    uint8_t bytes[128];
    static const char svg[] =
        SVG("<rect id='photo' x='2' y='2' width='15' height='20'/>");
    (void)state;

    prepare_bytes(svg, strlen(svg), &target, &design);
    size_t length = make_jpeg(bytes, 1, 40, 30); /* it has no tables */
    assert_false(prepare_photo(&design, bytes, length, &err));
    assert_non_null(strstr(err.text, "photo: the picture cannot be read"));
    assert_int_equal(design.has_photo, 0);
    design_finish(&design);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_is_spread_in_its_slot_and_the_code_beside_it_reads),
        cmocka_unit_test(without_a_picture_its_room_stays_empty_and_others_may_use_it),
        cmocka_unit_test(round_corners_are_paper_and_a_contained_picture_is_whole),
        cmocka_unit_test(a_turned_slot_has_its_picture_turned),
        cmocka_unit_test(a_head_says_size_and_orientation),
        cmocka_unit_test(what_is_no_picture_is_refused_by_name),
        cmocka_unit_test(a_picture_whose_pixels_cannot_be_read_is_refused),
    };
    portrait_make(&portrait);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
