#include "ticket/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

typedef void token_fn(struct str *out, const char *text);

static void
assert_result(token_fn *call, const char *text, const char *want)
{
    struct str out;
    str_init(&out, 8192);
    call(&out, text);
    assert_true(str_ok(&out));
    assert_string_equal(out.data, want);
    str_finish(&out);
}

static bool
has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += n) {
        bool begins = at == words || at[-1] == ' ';
        if (begins && (at[n] == ' ' || at[n] == '\0'))
            return true;
    }
    return false;
}

/* Each of the wanted words must be a token of the text. */
static void
assert_tokens(const char *text, const char *wanted)
{
    struct str out;
    char word[64];
    str_init(&out, 8192);
    name_index(&out, text);
    assert_true(str_ok(&out));
    for (int at = 0, n; sscanf(wanted + at, "%63s%n", word, &n) == 1; at += n) {
        if (!has_word(out.data, word))
            fail_msg("%s: \"%s\" is not among: %s", text, word, out.data);
    }
    str_finish(&out);
}

static void
a_han_name_is_found_by_character_pinyin_and_initials(void **state)
{
    (void)state;
    assert_result(name_index, "张伟", "张 伟 zhang wei zhangwei zw");
    assert_result(name_index, "王小明",
                  "王 小 明 wang xiao ming wangxiaoming xiaoming wxm");
    assert_tokens("王 伟", "王 伟 wangwei ww");
    assert_tokens("王　小明", "wangxiaoming xiaoming wxm"); /* full-width space */
    assert_tokens("维克托·迈尔", "维 maier weiketuo");
}

static void
surnames_have_both_readings(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        { "单晓明", "dan shan danxiaoming shanxiaoming xiaoming dxm sxm" },
        { "曾国藩", "ceng zeng cengguofan zengguofan" },
        { "解晓东", "jie xie xiexiaodong" },
        { "仇英", "chou qiu qiuying" },
        { "区伟", "ou qu ouwei" },
        { "查良镛", "cha zha zhaliangyong" },
        { "朴槿惠", "pu piao piaojinhui" },
        { "盖叫天", "gai ge gejiaotian" },
        { "缪斯", "mou miao miaosi" },
        { "尉迟恭", "yuchigong weichigong gong ycg" },
        { "万俟卨", "moqixie wanqixie mqx" },
        { "重庆大学", "zhongqingdaxue chongqingdaxue cqdx" },
        { "吕布", "lv lu lyu lvbu lubu lyubu lb" },
        { "刘䶮", "liuyan" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_tokens(names[i][0], names[i][1]);
}

static void
a_surname_reading_holds_only_in_front(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 8192);
    name_index(&out, "王单");
    assert_false(has_word(out.data, "shan"));
    assert_true(has_word(out.data, "dan"));
    str_finish(&out);
}

static void
latin_letters_lose_their_accents_and_keep_their_spellings(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        { "Đorđe Žižić", "dorde djordje zizic" },
        { "Łukasz Szczepański", "lukasz szczepanski" },
        { "Søren Åkesson", "soren soeren akesson aakesson" },
        { "Jürgen Groß", "jurgen juergen gross" },
        { "Ægir Þórðarson", "aegir thordarson" },
        { "Nguyễn Tiến Đạt", "nguyen tien dat" },
        { "Işık Öztürk İpek Ağa", "isik ozturk oeztuerk ipek aga" },
        { "Ħal Għaxaq", "hal ghaxaq" },
        { "O’Connor", "o connor oconnor" },
        { "D'Angelo", "dangelo angelo" },
        { "Mayer-Schönberger", "mayer schonberger mayerschonberger schoenberger" },
        { "da Conceição", "da conceicao" },
        { "Ｚｈａｎｇ Ｗｅｉ", "zhang wei zhangwei" }, /* full-width */
        { "Jose\xCC\x81 Nun\xCC\x83"
          "ez",
          "jose nunez" },  /* decomposed */
        { "ﬁnn", "finn" }, /* a ligature */
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_tokens(names[i][0], names[i][1]);
}

static void
cyrillic_and_greek_are_found_in_latin_too(void **state)
{
    (void)state;
    assert_tokens("Ђорђе Петровић", "ђорђе djordje petrovic");
    assert_tokens("Жељко", "жељко zeljko");
    assert_tokens("Наталья Щёлокова", "наталья natalya щелокова shchyolokova");
    assert_tokens("Христо Цветков", "khristo hristo tsvetkov cvetkov");
    assert_tokens("Γιώργος Παπαδόπουλος", "γιωργοσ giorgos papadopoulos");
}

static void
arabic_hangul_thai_and_hebrew_are_folded(void **state)
{
    (void)state;
    assert_tokens("أحمد العلي", "احمد العلي علي");
    assert_tokens("مُحَمَّد", "محمد");
    assert_tokens("김민준", "김민준 민준");
    assert_tokens("\xE1\x84\x80\xE1\x85\xB5\xE1\x86\xB7", "김"); /* from its jamo */
    assert_tokens("יעקב", "יעקב");
    struct str index, query;
    str_init(&index, 8192);
    str_init(&query, 8192);
    name_index(&index, "สมชาย ใจดี");
    name_query(&query, "ใจดี");
    assert_true(query.length > 0 && has_word(index.data, query.data));
    str_finish(&index);
    str_finish(&query);
}

static void
what_is_typed_becomes_words_without_readings(void **state)
{
    (void)state;
    assert_result(name_query, "小明", "小 明");
    assert_result(name_query, "  Gnjatović, MARIJA ", "gnjatovic marija");
    assert_result(name_query, "张wei", "张 wei");
    assert_result(name_query, "O’Con", "o con");
    assert_result(name_query, " .,;*\" ", "");
    assert_result(name_query, "", "");
    assert_result(name_query, "a\" OR b*", "a or b");
}

static void
equal_people_have_equal_keys(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        { "Marija Gnjatović", "GNJATOVIC, Marija" },
        { "王 伟", "王伟" },
        { "Jean-Luc Müller", "jean luc muller" },
        { "José Nuñez", "Jose\xCC\x81 Nun\xCC\x83"
                        "ez" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct str a, b;
        str_init(&a, 1024);
        str_init(&b, 1024);
        name_key(&a, pairs[i][0]);
        name_key(&b, pairs[i][1]);
        assert_true(a.length > 0);
        assert_string_equal(a.data, b.data);
        str_finish(&a);
        str_finish(&b);
    }
    assert_result(name_key, "Ana Li", "anali");
    assert_result(name_key, "…", "");
}

static void
tokens_are_appended_behind_what_is_there(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 8192);
    name_index(&out, "Ana");
    name_index(&out, "Ana Lima");
    assert_string_equal(out.data, "ana ana lima analima");
    str_finish(&out);
}

static void
a_text_of_any_length_and_bytes_stays_bounded(void **state)
{
    (void)state;
    static char text[200001];
    static const char *const pieces[] = { "单", "lü-", "\xFF", "ß", "ﷺ", "a ", "𠮷" };
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        size_t n = strlen(pieces[p]);
        for (size_t at = 0; at + n < sizeof text; at += n)
            memcpy(text + at, pieces[p], n + 1);
        struct str out;
        str_init(&out, 8192);
        clock_t start = clock();
        name_index(&out, text);
        name_query(&out, text);
        assert_true(str_ok(&out));
        assert_true(out.length <= NAME_INDEX_MAX + 1 + NAME_QUERY_MAX);
        assert_true(str_is_utf8(out.data, out.length));
        assert_true(clock() - start < CLOCKS_PER_SEC / 5);
        str_clear(&out);
        name_key(&out, text);
        assert_true(str_ok(&out));
        str_finish(&out);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_han_name_is_found_by_character_pinyin_and_initials),
        cmocka_unit_test(surnames_have_both_readings),
        cmocka_unit_test(a_surname_reading_holds_only_in_front),
        cmocka_unit_test(latin_letters_lose_their_accents_and_keep_their_spellings),
        cmocka_unit_test(cyrillic_and_greek_are_found_in_latin_too),
        cmocka_unit_test(arabic_hangul_thai_and_hebrew_are_folded),
        cmocka_unit_test(what_is_typed_becomes_words_without_readings),
        cmocka_unit_test(equal_people_have_equal_keys),
        cmocka_unit_test(tokens_are_appended_behind_what_is_there),
        cmocka_unit_test(a_text_of_any_length_and_bytes_stays_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
