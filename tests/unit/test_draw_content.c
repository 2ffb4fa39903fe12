/* What a QR code says, and how much correction it can afford. */
#include "draw/content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/qr.h"
#include "draw/qr_level.h"
#include <cmocka.h>

static const char badge_code[] = "YL1-MHTQYULGFM-B2-EA84";

static struct design_slot
slot_of(const char *content)
{
    struct design_slot slot = { .kind = DESIGN_SLOT_QR, .consent = "consent" };
    const char *want;
    if (!content_read(content, &slot, &want))
        fail_msg("%s: want %s", content, want);
    return slot;
}

/* What it says, "" for nothing. */
static void
write_content(const struct design_slot *slot, const char *json, const char *secret,
              char *text, size_t size)
{
    struct fields fields;
    struct err err;
    struct str out;
    str_init(&out, QR_TEXT_MAX);
    if (!fields_read(json, strlen(json), &fields, &err))
        fail_msg("%s", err.text);
    struct content_guest guest = { &fields, badge_code, secret };
    enum content_said said = content_write(slot, &guest, &out);
    assert_true(said == CONTENT_SAID || out.length == 0);
    assert_true(str_ok(&out));
    str_copy(text, size, out.data);
    fields_finish(&fields);
    str_finish(&out);
}

/* ---- codes and links ---------------------------------------------------- */

static void
a_code_says_what_its_design_asks_for(void **state)
{
    static const struct {
        const char *content, *fields, *secret, *want;
    } cases[] = {
        { "badge", "{}", "s3cret", badge_code },
        { "secret", "{}", "zz9 Ä", "zz9 Ä" },
        { "secret", "{}", "", "" },
        { "https://a.example/b", "{}", "", "https://a.example/b" },
        { "https://a.example/{ref}?x={qr}", "{\"ref\":\"MHT\"}", "",
          "https://a.example/MHT?x=YL1-MHTQYULGFM-B2-EA84" },
        { "https://a.example/{secret}", "{\"secret\":\"of a column\"}", "a/b",
          "https://a.example/a%2Fb" },
        { "https://a.example/?n={name}&o={organisation}#{ref}",
          "{\"name\":\"Đ & 张\",\"organisation\":\"\",\"ref\":\"A-._~1\"}", "",
          "https://a.example/?n=%C4%90%20%26%20%E5%BC%A0&o=#A-._~1" },
        { "http://a.example/{职务}", "{\"职务\":\"100%\"}", "",
          "http://a.example/100%25" },
        { "https://a.example/ü x/{ref}", "{\"ref\":\"1\"}", "",
          "https://a.example/%C3%BC%20x/1" },
        { "https://a.example/{profile}", "{\"ref\":\"1\"}", "", "" },
        { "https://a.example/{ref}", "{\"ref\":\"\\\"<x>\\u0001\"}", "",
          "https://a.example/%22%3Cx%3E%01" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct design_slot slot = slot_of(cases[i].content);
        char text[2048];
        write_content(&slot, cases[i].fields, cases[i].secret, text, sizeof text);
        if (strcmp(text, cases[i].want) != 0)
            fail_msg("%s: \"%s\", want \"%s\"", cases[i].content, text, cases[i].want);
    }
}

static void
a_content_that_means_nothing_is_refused_with_what_would_be_right(void **state)
{
    static const struct {
        const char *content, *want;
    } cases[] = {
        { "", "badge, secret, vcard" },
        { "link", "badge, secret, vcard" },
        { "VCARD", "badge, secret, vcard" },
        { "ftp://a.example/{ref}", "badge, secret, vcard" },
        { "https://", "whole {field}s" },
        { "https://a.example/{ref", "whole {field}s" },
        { "https://a.example/ref}", "whole {field}s" },
        { "https://a.example/{}", "whole {field}s" },
        { "https://a.example/{a{b}}", "whole {field}s" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct design_slot slot = { 0 };
        const char *want = "";
        if (content_read(cases[i].content, &slot, &want) ||
            !strstr(want, cases[i].want))
            fail_msg("%s: want \"%s\"", cases[i].content, want);
    }
}

static void
a_link_too_long_for_a_code_is_not_cut(void **state)
{
    char json[1300];
    struct design_slot slot = slot_of("https://a.example/{name}");
    char text[2048];
    (void)state;
    snprintf(json, sizeof json, "{\"name\":\"%01100d\"}", 0);
    write_content(&slot, json, "", text, sizeof text);
    assert_string_equal(text, "");
}

/* ---- cards -------------------------------------------------------------- */

#define WEI                                                                         \
    "\"name\":\"张伟\",\"name_latin\":\"Zhang Wei\",\"organisation\":\"Müller; " \
    "Söhne, KG\",\"country\":\"China\",\"mail\":\"w@a.example\",\"tel\":\"+86 1:2\""

static void
a_card_is_the_guests_with_every_special_character_kept(void **state)
{
    static const struct {
        const char *content, *fields, *want;
    } cases[] = {
        { "vcard", "{" WEI ",\"consent\":\"yes\"}",
          "BEGIN:VCARD\r\nVERSION:3.0\r\nN:张伟;;;;\r\nFN:张伟\r\n"
          "ORG:Müller\\; Söhne\\, KG\r\nEMAIL:w@a.example\r\nTEL:+86 1:2\r\n"
          "ADR:;;;;;;China\r\nNICKNAME:Zhang Wei\r\nEND:VCARD\r\n" },
        { "mecard", "{" WEI ",\"consent\":\"Yes\"}",
          "MECARD:N:张伟;ORG:Müller\\; Söhne\\, KG;EMAIL:w@a.example;TEL:+86 1\\:2;"
          "ADR:,,,,,,China;NICKNAME:Zhang Wei;;" },
        { "vcard",
          "{\"name\":\"Ann\\\\B\\nC\",\"family_name\":\"B;C\",\"given_name\":\"Ann\","
          "\"consent\":\"1\"}",
          "BEGIN:VCARD\r\nVERSION:3.0\r\nN:B\\;C;Ann;;;\r\nFN:Ann\\\\B\\nC\r\n"
          "END:VCARD\r\n" },
        { "mecard",
          "{\"name\":\"Ann B\",\"attendee_name_family_name\":\"B,\\n\","
          "\"attendee_name_given_name\":\"Ann\",\"consent\":\"TRUE\"}",
          "MECARD:N:B\\, ,Ann;;" },
        { "vcard", "{\"name\":\"\",\"consent\":\"yes\"}", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct design_slot slot = slot_of(cases[i].content);
        char text[2048];
        str_copy(slot.email, sizeof slot.email, "mail");
        str_copy(slot.phone, sizeof slot.phone, "tel");
        write_content(&slot, cases[i].fields, "", text, sizeof text);
        if (strcmp(text, cases[i].want) != 0)
            fail_msg("%zu: \"%s\"\nwant \"%s\"", i, text, cases[i].want);
    }
}

static void
mail_and_phone_stay_out_of_a_card_whose_design_names_no_field(void **state)
{
    struct design_slot slot = slot_of("vcard");
    char text[2048];
    (void)state;
    write_content(&slot, "{" WEI ",\"email\":\"x@y.example\",\"consent\":\"x\"}", "",
                  text, sizeof text);
    assert_null(strchr(text, '@'));
    assert_null(strstr(text, "TEL"));
}

static void
only_a_clear_yes_is_consent(void **state)
{
    static const struct {
        const char *said;
        bool is_yes;
    } cases[] = {
        { "yes", true }, { "Yes", true },       { " ja ", true },  { "X", true },
        { "是", true },  { "同意", true },      { "Да", true },    { "はい", true },
        { "1", true },   { "True", true },      { "", false },     { "no", false },
        { "0", false },  { "false", false },    { "nein", false }, { "不同意", false },
        { "否", false }, { "n/a", false },      { "?", false },    { "maybe", false },
        { "-", false },  { "yes, but", false }, { "是否", false }, { " ", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct design_slot slot = slot_of("vcard");
        char json[256], text[2048];
        str_copy(slot.consent, sizeof slot.consent, "share");
        snprintf(json, sizeof json,
                 "{\"name\":\"A\",\"consent\":\"yes\",\"share\":\"%s\"}",
                 cases[i].said);
        write_content(&slot, json, "", text, sizeof text);
        if ((text[0] != '\0') != cases[i].is_yes)
            fail_msg("\"%s\" is taken for %s", cases[i].said, text[0] ? "yes" : "no");
    }
}

static void
a_card_too_long_for_a_code_loses_its_least_part_not_its_end(void **state)
{
    struct design_slot slot = slot_of("vcard");
    char json[4096], text[2048];
    (void)state;
    snprintf(json, sizeof json,
             "{\"name\":\"Ann\",\"organisation\":\"%0500d\",\"name_latin\":\"%0500d\","
             "\"country\":\"Serbia\",\"consent\":\"yes\"}",
             0, 0);
    write_content(&slot, json, "", text, sizeof text);
    assert_non_null(strstr(text, "\r\nADR:;;;;;;Serbia\r\nEND:VCARD\r\n"));
    assert_null(strstr(text, "NICKNAME"));
    snprintf(json, sizeof json, "{\"name\":\"%0400d\",\"consent\":\"yes\"}", 0);
    write_content(&slot, json, "", text, sizeof text);
    assert_non_null(strstr(text, "END:VCARD"));
    snprintf(json, sizeof json, "{\"name\":\"%0600d\",\"consent\":\"yes\"}", 0);
    write_content(&slot, json, "", text, sizeof text);
    assert_string_equal(text, "");
}

/* ---- levels ------------------------------------------------------------- */

static void
the_table_of_levels_agrees_with_the_codes_that_are_made(void **state)
{
    static uint8_t bits[8 * 1024];
    static const char letters[] = "a0Z"; /* bytes, digits, letters of the short form */
    (void)state;
    for (int level = QR_LEVEL_L; level <= QR_LEVEL_H; level++) {
        for (size_t length = 1; length <= QR_TEXT_MAX; length += 1 + length / 8) {
            char text[QR_TEXT_MAX + 1];
            memset(text, letters[length % 3], length);
            text[length] = '\0';
            int modules = qr_level_modules(text, (enum qr_level)level);
            /* A box that holds this code at one dot a module, and no higher level's. */
            struct design_slot slot = { .content = DESIGN_CONTENT_URL,
                                        .bare = 1,
                                        .module_dots = 1,
                                        .box = { 0, 0, (float)modules,
                                                 (float)modules } };
            struct canvas canvas = { bits, 256, 256, 32, NULL };
            struct qr_size drawn;
            struct err err;
            if (!qr_draw(&canvas, &slot, 203, text, &drawn, &err))
                fail_msg("level %d, %zu of '%c': %s", level, length, text[0], err.text);
            if (drawn.modules != modules)
                fail_msg("level %d, %zu of '%c': %d modules, want %d", level, length,
                         text[0], modules, drawn.modules);
        }
    }
}

static void
correction_is_as_high_as_leaves_large_modules(void **state)
{
    static const struct {
        float side_dots;
        int quiet, least, good;
        bool may_be_low;
        size_t length;
        enum qr_level want;
    } cases[] = {
        { 168, 4, 3, 4, false, 22, QR_LEVEL_H },  /* 21 mm at 203 dpi: 4 dots */
        { 143, 4, 3, 4, false, 22, QR_LEVEL_Q },  /* 18 mm: H would have 3, Q has 4 */
        { 99, 4, 3, 4, false, 22, QR_LEVEL_Q },   /* costs nothing: as large as M's */
        { 168, 4, 3, 4, false, 122, QR_LEVEL_Q }, /* signed: 3 dots as M's */
        { 150, 4, 3, 4, false, 122, QR_LEVEL_M }, /* Q would have 2 */
        { 99, 4, 3, 4, false, 122, QR_LEVEL_M },  /* too small, but never under M */
        { 135, 4, 3, 4, true, 150, QR_LEVEL_L },  /* 3 dots, M would have 2 */
        { 400, 4, 3, 4, true, 122, QR_LEVEL_H },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        struct qr_room room = { cases[i].side_dots, cases[i].quiet, cases[i].least,
                                cases[i].good, cases[i].may_be_low };
        memset(text, 'A', cases[i].length);
        text[cases[i].length] = '\0';
        enum qr_level level = qr_level_choose(text, &room);
        if (level != cases[i].want)
            fail_msg("case %zu: level %d, want %d (%d %d %d %d modules)", i, (int)level,
                     (int)cases[i].want, qr_level_modules(text, QR_LEVEL_L),
                     qr_level_modules(text, QR_LEVEL_M),
                     qr_level_modules(text, QR_LEVEL_Q),
                     qr_level_modules(text, QR_LEVEL_H));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_says_what_its_design_asks_for),
        cmocka_unit_test(
            a_content_that_means_nothing_is_refused_with_what_would_be_right),
        cmocka_unit_test(a_link_too_long_for_a_code_is_not_cut),
        cmocka_unit_test(a_card_is_the_guests_with_every_special_character_kept),
        cmocka_unit_test(mail_and_phone_stay_out_of_a_card_whose_design_names_no_field),
        cmocka_unit_test(only_a_clear_yes_is_consent),
        cmocka_unit_test(a_card_too_long_for_a_code_loses_its_least_part_not_its_end),
        cmocka_unit_test(the_table_of_levels_agrees_with_the_codes_that_are_made),
        cmocka_unit_test(correction_is_as_high_as_leaves_large_modules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
