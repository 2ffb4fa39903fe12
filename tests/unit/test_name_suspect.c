#include "ticket/name_suspect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct sample {
    const char *name, *latin, *organisation;
    enum name_suspicion suspicion;
} samples[] = {
    { "张伟", "Zhang Wei", "清华大学", NAME_FINE },
    { "Đorđe Žižić", "", "Univerzitet u Beogradu", NAME_FINE },
    { "João da Conceição", "", "USP", NAME_FINE },
    { "محمد عبد الله", "Mohammed Abdullah", "", NAME_FINE },
    { "Владимир Петров", "Vladimir Petrov", "МГУ", NAME_FINE },
    { "김민수", "", "KAIST", NAME_FINE },
    { "Suharto", "", "", NAME_FINE },
    { "Li Na", "", "", NAME_FINE },
    { "An Bo", "", "Testo GmbH", NAME_FINE },
    { "XU Wei", "", "", NAME_FINE },
    { "J. R.", "", "", NAME_FINE },
    { "Inc Ha", "", "", NAME_FINE },
    { "", "", "KAIST", NAME_EMPTY },
    { " - ", "", "", NAME_EMPTY },
    { "Test", "", "", NAME_IS_A_TEST },
    { "Anna Test", "", "", NAME_IS_A_TEST },
    { "asdf", "", "", NAME_IS_A_TEST },
    { "aaa", "", "", NAME_IS_A_TEST },
    { "Zzzzzz", "", "", NAME_IS_A_TEST },
    { "Aa", "", "", NAME_FINE },
    { "测试", "", "", NAME_IS_A_TEST },
    { "N/A", "", "", NAME_IS_A_TEST },
    { "тест", "", "", NAME_IS_A_TEST },
    { "anna@example.org", "", "", NAME_IS_AN_ADDRESS },
    { "https://example.org", "", "", NAME_IS_AN_ADDRESS },
    { "Anna 2", "", "", NAME_HAS_DIGITS },
    { "13800138000", "", "", NAME_HAS_DIGITS },
    { "MÜLLER ANNA", "", "", NAME_IN_CAPITALS },
    { "ИВАНОВ ИВАН", "", "", NAME_IN_CAPITALS },
    { "anna müller", "", "", NAME_IN_SMALL_LETTERS },
    { "Siemens AG", "", "Siemens AG", NAME_IS_AN_ORGANISATION },
    { "清华大学", "", "清华大学", NAME_IS_AN_ORGANISATION },
    { "Beijing University", "", "Zhang Wei", NAME_IS_SWAPPED },
    { "Zhang Wei", "张伟", "", NAME_IS_SWAPPED },
    { "Anna Anna", "", "", NAME_STANDS_TWICE },
    { "Anna Li Anna Li", "", "", NAME_STANDS_TWICE },
};

static void
each_name_is_judged_as_a_person_would(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const struct sample *sample = &samples[i];
        struct name_texts texts = { sample->name, sample->latin, sample->organisation };
        enum name_suspicion suspicion = name_suspect(&texts);
        if (suspicion != sample->suspicion)
            fail_msg("\"%s\" of \"%s\": \"%s\", want \"%s\"", sample->name,
                     sample->organisation, name_suspicion_text(suspicion),
                     name_suspicion_text(sample->suspicion));
    }
}

static void
every_suspicion_has_its_words_and_a_sample(void **state)
{
    (void)state;
    bool seen[NAME_SUSPICION_COUNT] = { false };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        seen[samples[i].suspicion] = true;
    for (unsigned i = 0; i < NAME_SUSPICION_COUNT; i++) {
        assert_true(seen[i]);
        assert_int_equal(name_suspicion_text((enum name_suspicion)i)[0] == '\0',
                         i == 0);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_is_judged_as_a_person_would),
        cmocka_unit_test(every_suspicion_has_its_words_and_a_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
