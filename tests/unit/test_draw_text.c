/* Words on a badge: whose letters, which lines. */
#include "draw/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw/text_clean.h"
#include "draw/text_cost.h"
#include "draw/text_language.h"

#if defined(__SANITIZE_ADDRESS__)
/* Pango and fontconfig keep what they know of fonts until the process ends. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

enum { WIDTH = 640, HEIGHT = 240 };

static const struct design_slot name_slot = {
    .text = "{name}",
    .family = "Noto Sans",
    .box = { 0, 0, WIDTH, HEIGHT },
    .size_max = 60,
    .size_min = 20,
    .size_wrap = 40,
    .leading = 1.1F,
    .weight = 700,
    .lines_max = 2,
    .align = DESIGN_LEFT,
    .stack = -1,
};

static struct text *text;

static int
set_up(void **state)
{
    struct err err;
    (void)state;
    return text_create(&text, &err) ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    text_destroy(text);
    return 0;
}

static void
fit(const struct design_slot *slot, const char *words, float width,
    struct text_fit *found)
{
    struct text_room room = { width, slot->box.height, slot->size_max };
    text_begin(text);
    text_fit(text, slot, words, &room, found);
}

/* Its lines, joined by '|'. */
static void
lines_of(const struct text_fit *found, char *out, size_t size)
{
    struct str lines;
    str_init(&lines, size - 1);
    for (int i = 0; i < found->line_count; i++)
        str_addf(&lines, "%s%s", i ? "|" : "", text_line_words(&found->lines[i]));
    str_copy(out, size, lines.data);
    str_finish(&lines);
}

static void
paint(const struct design_slot *slot, const char *words, uint8_t *bits)
{
    struct text_fit found;
    struct canvas canvas = { bits, WIDTH, HEIGHT, WIDTH / 8 };
    memset(bits, 0, (size_t)WIDTH / 8 * HEIGHT);
    fit(slot, words, WIDTH, &found);
    assert_true(text_paint(text, slot, &found, 0, &canvas));
}

/* ---- languages ---------------------------------------------------------- */

static void
the_letters_then_the_language_then_the_country_choose_the_shapes(void **state)
{
    static const struct {
        const char *words, *language, *country, *tag;
    } cases[] = {
        { "张伟", "", "", "zh-cn" },         { "張偉", "", "TW", "zh-tw" },
        { "張偉", "", "HK", "zh-hk" },       { "張偉", "zh-Hant", "US", "zh-tw" },
        { "張偉", "zh-HK", "", "zh-hk" },    { "張偉", "zh_Hans_CN", "TW", "zh-cn" },
        { "山田太郎", "", "JP", "ja" },      { "山田太郎", "en", "JP", "ja" },
        { "山田太郎", "zh", "JP", "zh-cn" }, { "山田はなこ", "zh", "CN", "ja" },
        { "金敏洙", "", "KR", "ko" },        { "金敏洙", "ja-JP", "KR", "ja" },
        { "김민수", "", "", "ko" },          { "Ђорђе", "", "RS", "sr" },
        { "Георги", "bg", "", "bg" },        { "Anna", "jam", "", "zh-cn" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(
            text_language(cases[i].words, cases[i].language, cases[i].country),
            cases[i].tag);
}

static void
a_japanese_name_has_japanese_shapes_and_the_events_words_do_not(void **state)
{
    static uint8_t chinese[WIDTH / 8 * HEIGHT], other[WIDTH / 8 * HEIGHT];
    struct design_slot event = name_slot;
    (void)state;

    str_copy(event.text, sizeof event.text, "{event}");
    text_speak(text, "", "CN");
    paint(&name_slot, "直骨令", chinese);
    text_speak(text, "", "JP");
    paint(&name_slot, "直骨令", other);
    assert_memory_not_equal(chinese, other, sizeof chinese);
    paint(&event, "直骨令", other);
    assert_memory_equal(chinese, other, sizeof chinese);
    text_speak(text, "ko", "JP");
    paint(&name_slot, "直骨令", other);
    assert_memory_not_equal(chinese, other, sizeof chinese);
    text_speak(text, "", "");
}

/* A layout that was set from right to left stays so, whatever is fitted after it. */
static void
a_text_keeps_its_direction_while_others_are_fitted(void **state)
{
    static const char words[] = "جامعة القاهرة (Cairo)";
    static uint8_t alone[WIDTH / 8 * HEIGHT], between[WIDTH / 8 * HEIGHT];
    struct canvas canvas = { between, WIDTH, HEIGHT, WIDTH / 8 };
    struct text_room room = { WIDTH, HEIGHT, 60 };
    struct text_fit arabic, latin;
    (void)state;

    paint(&name_slot, words, alone);
    memset(between, 0, sizeof between);
    text_begin(text);
    text_fit(text, &name_slot, words, &room, &arabic);
    text_fit(text, &name_slot, "Anna", &room, &latin);
    assert_true(text_paint(text, &name_slot, &arabic, 0, &canvas));
    assert_memory_equal(alone, between, sizeof alone);
}

/* ---- names -------------------------------------------------------------- */

static void
names_of_han_and_hangul_lose_their_space_and_others_keep_it(void **state)
{
    static const struct {
        const char *name, *want;
    } cases[] = {
        { "张 伟", "张伟" },
        { "欧阳 娜娜", "欧阳娜娜" },
        { "山田 はなこ", "山田はなこ" },
        { "김 민수", "김민수" },
        { "조지 워싱턴", "조지 워싱턴" },
        { "张伟 李芳 王小明", "张伟 李芳 王小明" },
        { "张伟 Zhang", "张伟 Zhang" },
        { "山田 太郎 Taro Yamada", "山田太郎 Taro Yamada" },
        { "Kim Min-su 김 민수", "Kim Min-su 김민수" },
        { "マイケル ジョンソン", "マイケル ジョンソン" },
        { "Anna Li", "Anna Li" },
        { "", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str name;
        str_init(&name, 200);
        str_add_text(&name, cases[i].name);
        text_join_name(&name);
        assert_string_equal(name.data, cases[i].want);
        assert_int_equal(name.length, strlen(cases[i].want));
        str_finish(&name);
    }
}

static void
capitals_leave_words_that_have_their_own(void **state)
{
    static const struct {
        const char *words, *want;
    } cases[] = { { "Guest", "GUEST" },
                  { "Overseas PhD", "OVERSEAS PhD" },
                  { "délégué straße", "DÉLÉGUÉ STRASSE" },
                  { "гость", "ГОСТЬ" },
                  { "嘉宾", "嘉宾" } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str out;
        str_init(&out, 200);
        text_clean(cases[i].words, true, &out);
        assert_string_equal(out.data, cases[i].want);
        str_finish(&out);
    }
}

static void
lines_end_where_people_would_end_them(void **state)
{
    static const struct {
        const char *words, *want;
        float width;
    } cases[] = {
        /* a line for each script, even where one would hold both */
        { "张伟 Zhang Wei", "张伟|Zhang Wei", 600 },
        { "山田 太郎 Taro Yamada", "山田太郎|Taro Yamada", 600 },
        { "محمد Mohammed", "محمد|Mohammed", 600 },
        { "张伟", "张伟", 600 },
        /* a title goes with the name */
        { "Prof. Müller", "Prof. Müller", 220 },
        { "Dr Katherine Johnson", "Dr Katherine|Johnson", 320 },
        { "Prof. Dr. Katherine Johnson", "Prof. Dr. Katherine|Johnson", 320 },
        { "Д-р Владимир Кузнецов", "Д-р Владимир|Кузнецов", 320 },
        /* a short word with what follows it */
        { "Vasco da Gama", "Vasco|da Gama", 250 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text_fit found;
        char lines[256];
        fit(&name_slot, cases[i].words, cases[i].width, &found);
        lines_of(&found, lines, sizeof lines);
        assert_string_equal(lines, cases[i].want);
    }
}

static void
no_line_begins_with_what_closes_and_none_ends_with_what_opens(void **state)
{
    static const char *const closing[] = {
        "）", "。", "，", "、", "」", "》", "！", "”"
    };
    static const char *const opening[] = { "（", "「", "《" };
    struct design_slot slot = name_slot;
    (void)state;

    str_copy(slot.text, sizeof slot.text, "{organisation}");
    for (int at = 1; at < 11; at++) { /* the mark at each place of the text */
        for (size_t m = 0; m < 11; m++) {
            const char *mark = m < 8 ? closing[m] : opening[m - 8];
            struct text_fit found;
            struct str words;
            str_init(&words, 200);
            for (int i = 0; i < 12; i++)
                str_add_text(&words, i == at ? mark : "学");
            fit(&slot, words.data, 300, &found);
            assert_int_equal(found.line_count, 2);
            const char *first = text_line_words(&found.lines[0]);
            const char *second = text_line_words(&found.lines[1]);
            if (m < 8)
                assert_false(str_starts(second, mark));
            else
                assert_string_not_equal(first + strlen(first) - strlen(mark), mark);
            str_finish(&words);
        }
    }
}

static void
bold_is_bold_in_every_script_and_no_stroke_is_lost_at_the_smallest_size(void **state)
{
    static const char *const words[] = { "清华议", "Đorđe", "Кузнецов", "محمد",
                                         "김민수", "สมชาย", "अमित",     "Ελένη" };
    static uint8_t bits[WIDTH / 8 * HEIGHT];
    (void)state;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        for (float size = 16; size <= 48; size += 8) { /* 2 mm and more at 203 dpi */
            struct design_slot slot = name_slot;
            size_t ink[2] = { 0, 0 };
            slot.size_max = size;
            slot.size_min = slot.size_wrap = size / 2;
            for (int bold = 0; bold < 2; bold++) {
                slot.weight = bold ? 700 : 400;
                paint(&slot, words[i], bits);
                for (size_t b = 0; b < sizeof bits; b++)
                    ink[bold] += (size_t)__builtin_popcount(bits[b]);
            }
            if ((double)ink[1] < 1.2 * (double)ink[0] ||
                ink[0] < (size_t)(size * size / 8))
                fail_msg("%s at %.0f dots: %zu and %zu dots of ink", words[i],
                         (double)size, ink[0], ink[1]);
        }
    }
}

/* Straight strokes as thin as a small Han letter's: each must be there from end to end,
 * at whatever fraction of a dot it falls. */
static void
hairlines_are_whole_wherever_they_fall(void **state)
{
    static uint8_t bits[WIDTH / 8 * HEIGHT];
    struct design_slot slot = name_slot;
    struct canvas canvas = { bits, WIDTH, HEIGHT, WIDTH / 8 };
    (void)state;

    slot.weight = 400;
    slot.size_max = 16;
    slot.size_min = slot.size_wrap = 8;
    for (int shift = 0; shift < 8; shift++) {
        struct text_fit found;
        slot.box.x = (float)shift / 8;
        memset(bits, 0, sizeof bits);
        fit(&slot, "十", WIDTH, &found);
        assert_true(text_paint(text, &slot, &found, (float)shift / 8, &canvas));
        int columns = 0, rows = 0;
        for (int y = 0; y < 32; y++) {
            int across = 0;
            for (int x = 0; x < 24; x++)
                across += bits[y * (WIDTH / 8) + x / 8] >> (7 - x % 8) & 1;
            rows += across > 0;
            columns = across > columns ? across : columns;
        }
        assert_true(rows >= 13);
        assert_true(columns >= 13);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_letters_then_the_language_then_the_country_choose_the_shapes),
        cmocka_unit_test(
            a_japanese_name_has_japanese_shapes_and_the_events_words_do_not),
        cmocka_unit_test(a_text_keeps_its_direction_while_others_are_fitted),
        cmocka_unit_test(names_of_han_and_hangul_lose_their_space_and_others_keep_it),
        cmocka_unit_test(capitals_leave_words_that_have_their_own),
        cmocka_unit_test(lines_end_where_people_would_end_them),
        cmocka_unit_test(no_line_begins_with_what_closes_and_none_ends_with_what_opens),
        cmocka_unit_test(
            bold_is_bold_in_every_script_and_no_stroke_is_lost_at_the_smallest_size),
        cmocka_unit_test(hairlines_are_whole_wherever_they_fall),
    };
    setenv("FONTCONFIG_FILE", SOURCE_DIR "/templates/system/fonts.conf", 1);
    setenv("XDG_CACHE_HOME", BINARY_DIR "/font-cache", 1);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
