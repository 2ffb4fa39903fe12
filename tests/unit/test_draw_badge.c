/* The shipped designs with hard names: goldens, codes read back, nothing cut, no boxes.
 *
 * A golden is a 1-bit PNG in golden/. To make them anew, after looking at what changed:
 *     YUELAI_GOLDEN=write build/tests/test_draw_badge */
#include "draw/badge.h"

#include <cairo.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/picture.h"
#include "draw/qr.h"
#include "drawing.h"
#include <cmocka.h>

static const char *const designs[] = {
    "conference-62x100", "address-89x36", "event-100x150",
    "a6-105x148",        "fold-105x296",  "card-54x86",
    "exhibitor-62x100",  "crew-62x100",   "vip-62x100",
};
static const int dpis[] = { 203, 300 };
enum { DESIGNS = sizeof designs / sizeof designs[0], DPIS = 2 };

static const struct guest {
    const char *key, *name, *latin, *organisation, *country, *code, *kind, *label,
        *band, *icon, *session, *seat;
} guests[] = {
    { "han", "张 伟", "Zhang Wei", "清华大学 Tsinghua University", "China", "CN", "vip",
      "VIP", "solid", "star", "Opening forum", "A12" },
    { "latin", "Đorđe Žižić", "", "Univerzitet u Beogradu", "Serbia", "RS", "guest",
      "GUEST", "line", "", "", "" },
    { "arabic", "محمد عبد الرحمن", "Mohammed Abdulrahman", "جامعة القاهرة (Cairo)",
      "Egypt", "EG", "media", "MEDIA", "stripes", "camera", "Opening forum", "" },
    { "cyrillic", "Владимир Кузнецов", "Vladimir Kuznetsov", "МГУ", "Russia", "RU",
      "speaker", "SPEAKER", "solid", "microphone", "AI and Robotics", "" },
    { "hangul", "김 민수", "Kim Min-su", "", "South Korea", "KR", "phd", "OVERSEAS PhD",
      "line", "leaf", "", "" },
    { "long", "João Pedro Monteiro da Conceição e Silva de Albuquerque", "",
      "Instituto Superior Técnico da Universidade de Lisboa, Departamento de "
      "Engenharia Electrotécnica",
      "Portugal", "PT", "exhibitor", "EXHIBITOR", "frame", "stand", "Hall N2",
      "N2-104" },
    { "thai", "สมชาย วงศ์สุวรรณรัตนโกสินทร์", "Somchai Wongsuwanrattanakosin",
      "จุฬาลงกรณ์มหาวิทยาลัย", "Thailand", "TH", "staff", "STAFF", "stripes", "key", "",
      "" },
    { "greek", "Prof. Dr. Ελένη Παπαδοπούλου", "Eleni Papadopoulou", "", "Greece", "GR",
      "employer", "EMPLOYER", "frame", "", "Recruitment fair of employers of the delta",
      "" },
    { "two", "山田 太郎 Taro Yamada", "", "東京大学直轄研究所", "Japan", "JP",
      "academician", "ACADEMICIAN", "solid", "", "", "C7" },
    { "bare", "Nguyễn Thị Hương 🎉", "", "", "", "", "team", "TEAM", "frame", "", "",
      "" },
};
enum { GUESTS = sizeof guests / sizeof guests[0] };

static const char code[] = "YL1-MHTQYULGFM-B2-EA84";

/* Texts of a guest as kioskd sends them. */
static void
read_guest(const struct guest *guest, struct fields *fields)
{
    struct str json;
    struct err err;

    str_init(&json, 8192);
    str_addf(&json,
             "{\"name\":\"%s\",\"name_latin\":\"%s\",\"organisation\":\"%s\","
             "\"country\":\"%s\",\"country_code\":\"%s\",\"kind\":\"%s\","
             "\"kind_label\":\"%s\",\"band\":\"%s\",\"icon\":\"%s\","
             "\"session\":\"%s\",\"seat\":\"%s\",\"ref\":\"MHTQYULGFM\",\"event\":"
             "\"悦来人才交流大会 · Yuelai Talent Exchange Conference\"}",
             guest->name, guest->latin, guest->organisation, guest->country,
             guest->code, guest->kind, guest->label, guest->band, guest->icon,
             guest->session, guest->seat);
    if (!fields_read(json.data, json.length, fields, &err))
        fail_msg("%s", err.text);
    str_finish(&json);
}

static void
draw(struct badge *badge, const struct design *design, const struct guest *guest,
     const char *qr, struct page *page, struct badge_report *report)
{
    struct fields fields;
    struct err err;

    read_guest(guest, &fields);
    struct badge_guest whom = { .design = design, .fields = &fields, .qr = qr };
    if (!badge_draw(badge, &whom, page, report, &err))
        fail_msg("%s", err.text);
    fields_finish(&fields);
}

/* ---- what a scanner reads ----------------------------------------------- */

static void
the_code_of_every_design_is_read_back_at_both_resolutions(void **state)
{
    /* As long as a badge code with a signature will be. */
    static const char signed_code[] =
        "YL2-MHTQYULGFM-B12-EA84-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEF"
        "GHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMN";
    const char *const codes[] = { code, signed_code };
    struct badge *badge = new_badge();
    (void)state;

    for (int d = 0; d < DESIGNS * DPIS * 2; d++) {
        struct design design;
        struct page page;
        struct badge_report report;
        char text[256];
        const char *name = designs[d / 4];
        int dpi = dpis[d / 2 % 2];

        prepare(name, dpi, 0, &design);
        draw(badge, &design, &guests[0], codes[d % 2], &page, &report);
        int found = read_codes(&page, text, sizeof text);
        if (found != count_codes(&design) || strcmp(text, codes[d % 2]) != 0)
            fail_msg("%s at %d dpi: %d codes, read \"%s\"", name, dpi, found, text);
        if (report.qr_is_small || report.qr_module_dots < qr_readable_dots(dpi))
            fail_msg("%s at %d dpi: modules of %d dots", name, dpi,
                     report.qr_module_dots);
        design_finish(&design);
    }
    badge_destroy(badge);
}

/* ---- goldens ------------------------------------------------------------ */

static void
golden_path(const char *design, int dpi, const char *guest, char *path, size_t size)
{
    snprintf(path, size, SOURCE_DIR "/tests/unit/golden/%s-%d-%s.png", design, dpi,
             guest);
}

static void
write_golden(const struct page *page, const char *path)
{
    struct err err;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    if (!picture_write(page, fd, &err))
        fail_msg("%s", err.text);
    close(fd);
}

static size_t
count_differences(const struct page *page, const char *path)
{
    cairo_surface_t *golden = cairo_image_surface_create_from_png(path);
    if (cairo_surface_status(golden) != CAIRO_STATUS_SUCCESS)
        fail_msg("%s: %s", path, cairo_status_to_string(cairo_surface_status(golden)));
    assert_int_equal(cairo_image_surface_get_width(golden), page->width_dots);
    assert_int_equal(cairo_image_surface_get_height(golden), page->height_dots);
    const unsigned char *bytes = cairo_image_surface_get_data(golden);
    int stride = cairo_image_surface_get_stride(golden);
    bool is_a1 = cairo_image_surface_get_format(golden) == CAIRO_FORMAT_A1;
    size_t differing = 0;
    for (int y = 0; y < page->height_dots; y++) {
        for (int x = 0; x < page->width_dots; x++) {
            const unsigned char *row = bytes + (size_t)y * (size_t)stride;
            bool white = is_a1 ? row[x / 8] >> x % 8 & 1 : row[4 * (size_t)x] >= 128;
            differing += white == dot(page, x, y);
        }
    }
    cairo_surface_destroy(golden);
    return differing;
}

static void
check_golden(struct badge *badge, const char *name, int dpi, int *bad)
{
    const char *mode = getenv("YUELAI_GOLDEN");
    struct design design;

    prepare(name, dpi, 0, &design);
    for (size_t g = 0; g < GUESTS; g++) {
        struct page page;
        struct badge_report report;
        char path[512];
        draw(badge, &design, &guests[g], code, &page, &report);
        golden_path(name, dpi, guests[g].key, path, sizeof path);
        if (mode && strcmp(mode, "write") == 0) {
            write_golden(&page, path);
            continue;
        }
        size_t differing = count_differences(&page, path);
        if (differing > 0) {
            print_message("%s: %zu dots differ\n", path, differing);
            (*bad)++;
        }
    }
    design_finish(&design);
}

static void
every_dot_is_where_it_was(void **state)
{
    struct badge *badge = new_badge();
    int bad = 0;
    (void)state;

    for (int d = 0; d < DESIGNS; d++) {
        for (int r = 0; r < DPIS; r++)
            check_golden(badge, designs[d], dpis[r], &bad);
    }
    badge_destroy(badge);
    if (bad > 0)
        fail_msg(
            "%d badges differ; if that is meant (or the fonts are other ones), look "
            "at them and run YUELAI_GOLDEN=write %s/tests/test_draw_badge",
            bad, BINARY_DIR);
}

/* ---- what must never happen ----------------------------------------------- */

static void
no_text_is_cut_leaves_its_slot_or_lacks_a_glyph(void **state)
{
    struct badge *badge = new_badge();
    (void)state;

    for (int d = 0; d < DESIGNS * DPIS; d++) {
        struct design design;
        prepare(designs[d / 2], dpis[d % 2], 0, &design);
        for (size_t g = 0; g < GUESTS; g++) {
            struct page page;
            struct badge_report report;
            draw(badge, &design, &guests[g], code, &page, &report);
            if (report.overflow || report.missing > 0)
                fail_msg("%s, %s: overflow %d, missing %d", designs[d / 2],
                         guests[g].key, report.overflow, report.missing);
            for (int i = 0; i < report.slot_count; i++) {
                const struct badge_slot_report *slot = &report.slots[i];
                if (slot->box.y < -1 || slot->box.height < 1 ||
                    slot->box.y + slot->box.height > (float)page.height_dots + 1)
                    fail_msg("%s, %s: %s leaves the page", designs[d / 2],
                             guests[g].key, slot->name);
            }
        }
        design_finish(&design);
    }
    badge_destroy(badge);
}

static const struct badge_slot_report *
slot_named(const struct badge_report *report, const char *name)
{
    for (int i = 0; i < report->slot_count; i++) {
        if (strcmp(report->slots[i].name, name) == 0)
            return &report->slots[i];
    }
    fail_msg("%s was not drawn", name);
    return NULL;
}

static void
a_name_longer_than_all_floors_is_drawn_whole_and_told(void **state)
{
    struct badge *badge = new_badge();
    struct guest giant = guests[1];
    struct design design;
    struct page page;
    struct badge_report report;
    char name[901];
    (void)state;

    for (size_t i = 0; i < sizeof name - 1; i++)
        name[i] = i % 30 == 29 ? ' ' : 'W';
    name[sizeof name - 1] = '\0';
    giant.name = name;
    prepare(designs[0], 203, 0, &design);
    draw(badge, &design, &giant, code, &page, &report);
    assert_true(report.overflow);
    assert_true(slot_named(&report, "name")->overflow);
    assert_false(slot_named(&report, "kind_label")->overflow);
    design_finish(&design);
    badge_destroy(badge);
}

static void
emoji_go_silently_and_a_letter_of_no_face_goes_and_is_counted(void **state)
{
    static const struct {
        const char *name;
        int missing;
    } cases[] = {
        { "Anna 🎉", 0 },
        { "👩‍🔬 Anna ❤️", 0 },
        { "Anna \xF0\x92\x80\x80", 1 }, /* U+12000, cuneiform */
        { "Anna \xEF\x80\x80", 1 },     /* U+F000, of private use */
        { "Anna\xE2\x80\xAE", 0 },      /* U+202E: turns what follows around */
    };
    struct badge *badge = new_badge();
    struct design design;
    struct page page;
    struct badge_report report;
    (void)state;

    struct guest plain = guests[1];
    plain.name = "Anna";
    prepare(designs[0], 203, 0, &design);
    draw(badge, &design, &plain, code, &page, &report);
    size_t length = (size_t)page.stride_bytes * (size_t)page.height_dots;
    uint8_t *want = malloc(length);
    assert_non_null(want);
    memcpy(want, page.bits, length);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct guest guest = plain;
        guest.name = cases[i].name;
        draw(badge, &design, &guest, code, &page, &report);
        assert_int_equal(report.missing, cases[i].missing);
        assert_memory_equal(page.bits, want, length);
    }
    free(want);
    design_finish(&design);
    badge_destroy(badge);
}

static void
a_design_turned_onto_the_head_has_the_same_dots(void **state)
{
    struct badge *badge = new_badge();
    (void)state;

    for (int degrees = 90; degrees < 360; degrees += 90) {
        struct design upright, turned;
        struct page page, other;
        struct badge_report report;
        prepare(designs[1], 203, 0, &upright);
        prepare(designs[1], 203, degrees, &turned);
        draw(badge, &upright, &guests[0], code, &page, &report);
        size_t length = (size_t)page.stride_bytes * (size_t)page.height_dots;
        uint8_t *copy = malloc(length);
        assert_non_null(copy);
        memcpy(copy, page.bits, length);
        page.bits = copy;
        draw(badge, &turned, &guests[0], code, &other, &report);
        int w = page.width_dots, h = page.height_dots;
        assert_int_equal(other.width_dots, degrees == 180 ? w : h);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int u = degrees == 90 ? h - 1 - y : degrees == 180 ? w - 1 - x : y;
                int v = degrees == 90 ? x : degrees == 180 ? h - 1 - y : w - 1 - x;
                assert_int_equal(dot(&page, x, y), dot(&other, u, v));
            }
        }
        free(copy);
        design_finish(&upright);
        design_finish(&turned);
    }
    badge_destroy(badge);
}

static void
a_prepared_design_comes_back_from_its_file_and_a_damaged_one_does_not(void **state)
{
    struct design design, again;
    struct err err;
    char path[] = "/tmp/yuelai-design-XXXXXX";
    (void)state;

    prepare(designs[0], 203, 0, &design);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_true(design_save(&design, fd, &err));
    assert_true(design_load(fd, &again, &err));
    assert_int_equal(again.slot_count, design.slot_count);
    assert_memory_equal(again.bits, design.bits, design.bits_length);
    design_finish(&again);

    off_t end = lseek(fd, 0, SEEK_END);
    for (off_t at = 0; at < end && at < 12000; at += 7) { /* every number is suspect */
        char byte, wrong = (char)0xEE;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        assert_int_equal(pwrite(fd, &wrong, 1, at), 1);
        if (design_load(fd, &again, &err)) {
            struct badge *badge = new_badge();
            struct fields fields;
            struct page page;
            struct badge_report report;
            read_guest(&guests[0], &fields);
            struct badge_guest whom = { .design = &again,
                                        .fields = &fields,
                                        .qr = code };
            (void)badge_draw(badge, &whom, &page, &report, &err); /* must live */
            fields_finish(&fields);
            badge_destroy(badge);
            design_finish(&again);
        }
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    assert_int_equal(ftruncate(fd, end - 1), 0);
    assert_false(design_load(fd, &again, &err));
    close(fd);
    design_finish(&design);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_code_of_every_design_is_read_back_at_both_resolutions),
        cmocka_unit_test(every_dot_is_where_it_was),
        cmocka_unit_test(no_text_is_cut_leaves_its_slot_or_lacks_a_glyph),
        cmocka_unit_test(a_name_longer_than_all_floors_is_drawn_whole_and_told),
        cmocka_unit_test(emoji_go_silently_and_a_letter_of_no_face_goes_and_is_counted),
        cmocka_unit_test(a_design_turned_onto_the_head_has_the_same_dots),
        cmocka_unit_test(
            a_prepared_design_comes_back_from_its_file_and_a_damaged_one_does_not),
    };
    setenv("FONTCONFIG_FILE", SOURCE_DIR "/templates/system/fonts.conf", 1);
    setenv("XDG_CACHE_HOME", BINARY_DIR "/font-cache", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
