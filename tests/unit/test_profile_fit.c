#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "print/profile_fit.h"
#include "str.h"

static const struct {
    const char *words;
    const char *best; /* the profiles that fit best, with blanks */
} table[] = {
    { "Zebra Technologies ZTC ZD421-203dpi ZPL", "zebra-zd421-203" },
    { "MFG:Zebra Technologies ;CMD:ZPL;MDL:ZTC ZD421-300dpi ZPL;CLS:PRINTER;",
      "zebra-zd421-300" },
    { "Zebra ZD421", "zebra-zd421-203 zebra-zd421-300" },
    { "Brother QL-820NWB", "brother-ql-820" },
    { "Brother QL-820NWBc", "brother-ql-820" },
    { "usb://Brother/QL-700?serial=000", "brother-ql-700" },
    { "DYMO LabelWriter 450", "dymo-labelwriter-450" },
    { "DYMO LabelWriter 450 Turbo", "dymo-labelwriter-450" },
    { "DYMO LabelWriter 550", "dymo-labelwriter-550" },
    { "DYMO LabelWriter 550 Turbo", "dymo-labelwriter-550" },
    { "DYMO LabelWriter 5XL", "dymo-labelwriter-550" },
    { "DYMO LabelWriter 4XL", "dymo-labelwriter-4xl" },
    { "HP LaserJet 4", "" },
    { "", "" },
};

struct search {
    const char *words;
    unsigned most;
    char best[256];
};

static bool
look(const struct profile *profile, void *self)
{
    struct search *search = self;
    unsigned fit = profile_fit(profile, search->words);
    if (fit == 0 || fit < search->most)
        return true;
    size_t used = fit > search->most ? 0 : strlen(search->best);
    snprintf(search->best + used, sizeof search->best - used, "%s%s", used ? " " : "",
             profile->name);
    search->most = fit;
    return true;
}

static void
a_printer_is_known_by_what_it_calls_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct search search = { .words = table[i].words };
        struct err err;
        assert_true(profile_each(SOURCE_DIR "/templates/printer", look, &search, &err));
        if (strcmp(search.best, table[i].best) != 0)
            fail_msg("\"%s\": want \"%s\", got \"%s\"", table[i].words, table[i].best,
                     search.best);
    }
}

static void
a_language_is_read_from_the_id(void **state)
{
    (void)state;
    static const struct {
        const char *id, *language;
    } ids[] = { { "MFG:X;CMD:ZPL;MDL:Y;", "zpl" },
                { "MFG:X;COMMAND SET:EPL2;MDL:Y;", "epl2" },
                { "MFG:X;CMD:PJL,TSPL;MDL:Y;", "tspl" },
                { "MFG:X;CMD:PWGRaster,AppleRaster;MDL:Y;", "pwg" },
                { "MFG:X;CMD:PCL;MDL:ZPL;", "" },
                { "MFG:X;MDL:Y;", "" },
                { "", "" } };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        assert_string_equal(profile_fit_language(ids[i].id), ids[i].language);
}

static void
a_uri_is_read_as_words(void **state)
{
    (void)state;
    char words[24];
    profile_fit_words("usb://Zebra%20T/Z%2F%0a%zz", words, sizeof words);
    assert_string_equal(words, "usb://Zebra T/Z/%0a%zz");
    profile_fit_words("usb://a-very-long-name-indeed", words, 10);
    assert_string_equal(words, "usb://a-v");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_printer_is_known_by_what_it_calls_itself),
        cmocka_unit_test(a_language_is_read_from_the_id),
        cmocka_unit_test(a_uri_is_read_as_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
