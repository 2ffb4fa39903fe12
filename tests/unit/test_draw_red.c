/* A printer with black and red: which dots go where, and that none goes to both. */
#include "drawing.h"

#include "draw/canvas.h"
#include "draw/fields.h"
#include "draw/prepare_red.h"

#define HEAD                                                              \
    "<svg xmlns='http://www.w3.org/2000/svg' width='60mm' height='40mm' " \
    "viewBox='0 0 60 40' font-family='Noto Sans'>\n"

enum { DPI = 254 /* ten dots a millimetre */ };

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

/* A page with dots of its own. */
struct sheet {
    struct page page;
    uint8_t *bits;
    size_t plane; /* bytes */
};

static void
draw_design(const struct design *design, const char *json, struct sheet *sheet)
{
    struct fields fields;
    struct badge_report report;
    struct err err;

    assert_true(fields_read(json, strlen(json), &fields, &err));
    struct badge_guest guest = { .design = design, .fields = &fields, .qr = "YL1 ABC" };
    if (!badge_draw(badge, &guest, &sheet->page, &report, &err))
        fail_msg("%s", err.text);
    sheet->plane = (size_t)sheet->page.stride_bytes * (size_t)sheet->page.height_dots;
    sheet->bits = malloc(2 * sheet->plane);
    assert_non_null(sheet->bits);
    memcpy(sheet->bits, sheet->page.bits, sheet->plane);
    if (sheet->page.second) {
        memcpy(sheet->bits + sheet->plane, sheet->page.second, sheet->plane);
        sheet->page.second = sheet->bits + sheet->plane;
    }
    sheet->page.bits = sheet->bits;
    fields_finish(&fields);
}

static void
draw_svg(const char *svg, const char *json, struct design_target target,
         struct sheet *sheet)
{
    struct design design;
    prepare_bytes(svg, strlen(svg), &target, &design);
    draw_design(&design, json, sheet);
    design_finish(&design);
}

static bool
red_dot(const struct sheet *sheet, int x, int y)
{
    struct page red = sheet->page;
    red.bits = red.second;
    return dot(&red, x, y);
}

/* ' ' paper, 'b' black, 'r' red */
static char
colour_at(const struct sheet *sheet, int x, int y)
{
    return dot(&sheet->page, x, y) ? 'b' : red_dot(sheet, x, y) ? 'r' : ' ';
}

static size_t
count_dots(const uint8_t *plane, size_t bytes)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += (size_t)__builtin_popcount(plane[i]);
    return count;
}

/* No dot is in both planes, and both together are the page of a printer without red. */
static void
check_planes(const struct sheet *two, const struct sheet *one, const char *name)
{
    assert_non_null(two->page.second);
    assert_null(one->page.second);
    assert_int_equal(two->plane, one->plane);
    for (size_t i = 0; i < two->plane; i++) {
        if (two->page.bits[i] & two->page.second[i])
            fail_msg("%s: byte %zu is black and red", name, i);
        if ((two->page.bits[i] | two->page.second[i]) != one->page.bits[i])
            fail_msg("%s: byte %zu is another without red", name, i);
    }
}

/* ---- which colours are red ------------------------------------------------ */

static void
saturated_reds_are_red_and_their_neighbours_are_not(void **state)
{
    static const struct {
        const char *word;
        bool red;
    } cases[] = {
        { "red", true },        { "#f00", true },       { "#FF0000", true },
        { "#c8102e", true },    { "#b22222", true },    { "rgb(220, 20, 60)", true },
        { "Crimson", true },    { "#ff6347", true },    { "#000", false },
        { "#fff", false },      { "#808080", false },   { "#ffa500", false },
        { "#a52a2a", true },    { "#f0f", false },      { "#ff1493", false },
        { "#ffc0cb", false },   { "#00f", false },      { "#0a0", false },
        { "#ff8c00", false },   { "none", false },      { "", false },
        { "#f", false },        { "#ff00000", false },  { "rgb(999,0,0)", false },
        { "rgb(255,0", false }, { "url(#red)", false }, { "currentColor", false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (prepare_is_red_word(cases[i].word) != cases[i].red)
            fail_msg("\"%s\"", cases[i].word);
    }
}

static void
a_shade_of_red_on_paper_keeps_its_colour(void **state)
{
    static const uint32_t reds[] = { 0xFF0000, 0xC8102E, 0xB22222, 0xFF6347, 0x8B0000 };
    (void)state;

    for (size_t i = 0; i < sizeof reds / sizeof reds[0]; i++) {
        for (unsigned share = 25; share <= 255; share++) {
            uint32_t rgb = 0;
            for (int part = 16; part >= 0; part -= 8) {
                unsigned taken = 255 - (reds[i] >> part & 255);
                rgb |= (255 - taken * share / 255) << part;
            }
            if (prepare_redness(rgb) == 0)
                fail_msg("%06x at %u is %06x, no red", reds[i], share, rgb);
        }
    }
}

/* ---- artwork and slots ---------------------------------------------------- */

static const char artwork[] = HEAD
    "<rect x='0' y='0' width='20' height='10' fill='#f00'/>"
    "<circle cx='10' cy='5' r='3' fill='#000'/>"
    "<rect x='20' y='0' width='20' height='10' fill='#000'/>"
    "<circle cx='30' cy='5' r='3.3' fill='crimson'/>"
    "<g data-show-if='kind=vip'><path d='M42 1L58 2L44 9z' fill='#c8102e'/>"
    "<circle cx='24' cy='3' r='2' fill='#fff'/>"
    "<rect x='2' y='2' width='2' height='2' fill='#fff'/></g>"
    "<g data-tone='photo'><rect x='50' y='12' width='8' height='8' fill='#f00'/></g>"
    "<rect x='0' y='20' width='60' height='10' fill='#d00'/>"
    "<rect id='kind_label' x='1' y='21' width='30' height='8' data-max='6mm' "
    "data-color='white'/>"
    "<text x='1' y='18' font-size='6' fill='#e00'>{name}</text>"
    "<text data-field='name_latin' x='22' y='18' font-size='6' fill='#e00' "
    "data-color='black' data-width='20'/>"
    "<rect data-field='seat' data-color='red' x='21' y='1' width='18' height='8' "
    "data-max='6mm'/>"
    "<rect id='qr' x='38' y='20' width='20' height='20'/></svg>";

static const char vip[] =
    "{\"name\":\"Li 伟\",\"name_latin\":\"Li Wei\",\"kind\":\"vip\","
    "\"kind_label\":\"VIP\",\"seat\":\"A 12\"}";

static void
each_part_has_its_colour(void **state)
{
    static const struct {
        int x, y;
        char colour;
    } spots[] = {
        { 15, 15, 'r' },   { 100, 50, 'b' },  { 205, 95, 'b' }, { 300, 20, 'r' },
        { 460, 40, 'r' },  { 590, 90, ' ' },  { 240, 30, ' ' }, { 30, 30, ' ' },
        { 540, 160, 'b' }, { 340, 295, 'r' }, { 20, 295, 'r' }, { 590, 390, ' ' },
    };
    struct sheet two;
    (void)state;

    draw_svg(artwork, vip, (struct design_target){ .dpi = DPI, .second = 1 }, &two);
    for (size_t i = 0; i < sizeof spots / sizeof spots[0]; i++) {
        char found = colour_at(&two, spots[i].x, spots[i].y);
        if (found != spots[i].colour)
            fail_msg("%d,%d: '%c', want '%c'", spots[i].x, spots[i].y, found,
                     spots[i].colour);
    }
    free(two.bits);
}

/* How many dots of a part are paper, black, red. */
static void
count_in(const struct sheet *sheet, const int box[4], int counts[3])
{
    counts[0] = counts[1] = counts[2] = 0;
    for (int y = box[1]; y < box[1] + box[3]; y++) {
        for (int x = box[0]; x < box[0] + box[2]; x++) {
            char colour = colour_at(sheet, x, y);
            counts[colour == ' ' ? 0 : colour == 'b' ? 1 : 2]++;
        }
    }
}

static void
texts_are_red_white_on_red_and_codes_are_black(void **state)
{
    static const int name[] = { 10, 125, 200, 70 }, latin[] = { 220, 125, 190, 60 };
    static const int label[] = { 10, 210, 290, 80 }, code[] = { 382, 222, 158, 156 };
    struct sheet two;
    int counts[3];
    char said[64];
    (void)state;

    draw_svg(artwork, vip, (struct design_target){ .dpi = DPI, .second = 1 }, &two);
    count_in(&two, name, counts);
    assert_true(counts[1] == 0 && counts[2] > 1000);
    count_in(&two, latin, counts); /* data-color counts, not the fill */
    assert_true(counts[1] > 1000 && counts[2] == 0);
    count_in(&two, label, counts); /* white letters on red */
    assert_true(counts[0] > 1000 && counts[1] == 0 && counts[2] > 10000);
    count_in(&two, code, counts); /* and the paper around it, on a red field */
    assert_true(counts[0] > 5000 && counts[1] > 5000 && counts[2] == 0);
    assert_int_equal(read_codes(&two.page, said, sizeof said), 1);
    assert_string_equal(said, "YL1 ABC");
    free(two.bits);
}

static void
no_dot_is_in_both_planes_however_the_design_lies(void **state)
{
    (void)state;
    for (int degrees = 0; degrees < 360; degrees += 90) {
        for (int g = 0; g < 2; g++) {
            struct design_target target = { DPI, 640, 640, 7, -5, degrees, 1 };
            struct sheet two, one;
            const char *json = g ? vip : "{\"kind\":\"guest\"}";
            draw_svg(artwork, json, target, &two);
            target.second = 0;
            draw_svg(artwork, json, target, &one);
            check_planes(&two, &one, "artwork");
            assert_true(count_dots(two.page.second, two.plane) > 10000);
            free(two.bits);
            free(one.bits);
        }
    }
}

/* ---- the designs that come along ------------------------------------------ */

static const struct {
    const char *name;
    bool red;
} designs[] = {
    { "conference-62x100", false }, { "address-89x36", false },
    { "event-100x150", false },     { "a6-105x148", false },
    { "fold-105x296", false },      { "card-54x86", false },
    { "exhibitor-62x100", false },  { "crew-62x100", true },
    { "vip-62x100", true },
};

static void
prepare_red(const char *name, int dpi, struct design *design)
{
    static char svg[65536];
    char path[512];
    struct design_target target = { .dpi = dpi, .second = 1 };

    snprintf(path, sizeof path, SOURCE_DIR "/templates/badge/%s.svg", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(svg, 1, sizeof svg, file);
    fclose(file);
    prepare_bytes(svg, length, &target, design);
}

static void
every_design_is_whole_with_and_without_red(void **state)
{
    static const char guest[] =
        "{\"name\":\"王小明\",\"name_latin\":\"Wang Xiaoming\",\"kind\":\"vip\","
        "\"kind_label\":\"VIP\",\"band\":\"solid\",\"icon\":\"star\",\"event\":"
        "\"CITEC\","
        "\"organisation\":\"Yuelai\",\"country\":\"China\",\"seat\":\"A 12\"}";
    (void)state;

    for (size_t d = 0; d < sizeof designs / sizeof designs[0]; d++) {
        struct design red, black;
        struct sheet two, one;
        prepare_red(designs[d].name, 300, &red);
        prepare(designs[d].name, 300, 0, &black);
        draw_design(&red, guest, &two);
        draw_design(&black, guest, &one);
        check_planes(&two, &one, designs[d].name);
        assert_int_equal(count_dots(two.page.second, two.plane) > 0, designs[d].red);
        free(two.bits);
        free(one.bits);
        design_finish(&red);
        design_finish(&black);
    }
}

/* ---- goldens --------------------------------------------------------------- */

static const struct {
    const char *design, *guest, *json;
} goldens[] = {
    { "vip-62x100", "han",
      "{\"name\":\"王小明\",\"name_latin\":\"Wang Xiaoming\",\"kind\":\"vip\","
      "\"kind_label\":\"贵宾 VIP\",\"band\":\"solid\",\"event\":\"CITEC 2026 "
      "智能制造大会\","
      "\"organisation\":\"悦来国际会议中心\",\"country\":\"中国\",\"seat\":\"A 12\","
      "\"session\":\"开幕式\",\"ref\":\"A7K2M\"}" },
    { "crew-62x100", "latin",
      "{\"name\":\"Đorđe Žižić\",\"kind\":\"media\",\"kind_label\":\"Media\","
      "\"band\":\"stripes\",\"event\":\"CITEC 2026\",\"organisation\":\"RTS\","
      "\"country\":\"Serbia\",\"seat\":\"\",\"session\":\"All\",\"ref\":\"B3Q9X\"}" },
};

static void
read_whole(const char *path, struct str *out)
{
    char piece[4096];
    size_t got;
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is not there", path);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        str_add(out, piece, got);
    fclose(file);
}

/* Goldens are PBM pictures, one for each plane: nothing of ours reads them. */
static void
check_golden(const struct sheet *sheet, const uint8_t *plane, const char *path)
{
    struct str want, got;
    const char *mode = getenv("YUELAI_GOLDEN");

    str_init(&want, 1 << 20);
    str_init(&got, 1 << 20);
    str_addf(&got, "P4\n%d %d\n", sheet->page.width_dots, sheet->page.height_dots);
    str_add(&got, plane, sheet->plane);
    if (mode && strcmp(mode, "write") == 0) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fwrite(got.data, 1, got.length, file);
        fclose(file);
    }
    read_whole(path, &want);
    if (want.length != got.length || memcmp(want.data, got.data, got.length) != 0)
        fail_msg("%s is another; if that is meant, look at it and run "
                 "YUELAI_GOLDEN=write %s/tests/test_draw_red",
                 path, BINARY_DIR);
    str_finish(&want);
    str_finish(&got);
}

static void
every_dot_of_both_planes_is_where_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        struct design design;
        struct sheet sheet;
        char path[512];
        prepare_red(goldens[i].design, 300, &design);
        draw_design(&design, goldens[i].json, &sheet);
        for (int plane = 0; plane < 2; plane++) {
            snprintf(path, sizeof path,
                     SOURCE_DIR "/tests/unit/golden/%s-300-%s-%s.pbm",
                     goldens[i].design, goldens[i].guest, plane ? "red" : "black");
            check_golden(&sheet, plane ? sheet.page.second : sheet.page.bits, path);
        }
        free(sheet.bits);
        design_finish(&design);
    }
}

/* ---- a prepared design is input -------------------------------------------- */

static void
a_prepared_design_without_its_second_plane_is_refused(void **state)
{
    struct design_target target = { .dpi = DPI };
    struct design design, again;
    struct err err;
    FILE *file = tmpfile();
    (void)state;

    assert_non_null(file);
    prepare_bytes(artwork, strlen(artwork), &target, &design);
    size_t plane = design_plane_bytes(&design);
    design.layer_count = 0;
    design.bits_length = (uint32_t)(2 * plane - 1);
    design.bits = realloc(design.bits, 2 * plane);
    design.target.second = 1;
    assert_true(design_save(&design, fileno(file), &err));
    assert_false(design_load(fileno(file), &again, &err));
    assert_non_null(strstr(err.text, "cannot be right"));
    design_finish(&design);
    fclose(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saturated_reds_are_red_and_their_neighbours_are_not),
        cmocka_unit_test(a_shade_of_red_on_paper_keeps_its_colour),
        cmocka_unit_test(each_part_has_its_colour),
        cmocka_unit_test(texts_are_red_white_on_red_and_codes_are_black),
        cmocka_unit_test(no_dot_is_in_both_planes_however_the_design_lies),
        cmocka_unit_test(every_design_is_whole_with_and_without_red),
        cmocka_unit_test(every_dot_of_both_planes_is_where_it_was),
        cmocka_unit_test(a_prepared_design_without_its_second_plane_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
