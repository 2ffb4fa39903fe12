#include "ticket/candidate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A candidate in letters: 'a' add-on, 'm' the list matches add-ons, 'p' the product is
 * taken; then from and until, -1 for none. */
struct row {
    const char *kind;
    int from, until;
};

static enum candidate_choice
choose(const struct row *rows, size_t count, int now, size_t *which)
{
    struct candidate candidates[8];
    assert_true(count <= 8);
    for (size_t i = 0; i < count; i++) {
        candidates[i] = (struct candidate){
            .is_addon = strchr(rows[i].kind, 'a'),
            .addon_match = strchr(rows[i].kind, 'm'),
            .product_allowed = strchr(rows[i].kind, 'p'),
            .has_from = rows[i].from >= 0,
            .has_until = rows[i].until >= 0,
            .valid_from_ms = rows[i].from,
            .valid_until_ms = rows[i].until,
        };
    }
    return candidate_choose(candidates, count, now, which);
}

static void
products_and_add_ons_tell_tickets_apart(void **state)
{
    (void)state;
    static const struct {
        const char *kinds[4];
        int which; /* -1: ambiguous */
    } rows[] = {
        { { "p" }, 0 },
        { { "" }, 0 }, /* alone it is meant, whatever is wrong with it */
        { { "a" }, 0 },
        { { "mp", "amp" }, -1 },
        { { "m", "amp" }, 1 },
        { { "mp", "am" }, 0 },
        { { "m", "am" }, 0 }, /* none left: the first */
        { { "", "ap" }, 0 },  /* add-ons do not count here */
        { { "p", "ap" }, 0 },
        { { "p", "p" }, -1 }, /* two tickets of a medium */
        { { "", "p", "p" }, -1 },
        { { "", "p", "ap" }, 1 },
        { { "m", "am", "amp" }, 2 },
        { { "m", "amp", "amp" }, -1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row candidates[4];
        size_t count = 0, which = 99;
        for (; count < 4 && rows[i].kinds[count]; count++)
            candidates[count] = (struct row){ rows[i].kinds[count], -1, -1 };
        enum candidate_choice choice = choose(candidates, count, 100, &which);
        int got = choice == CANDIDATE_ONE ? (int)which : -1;
        if (choice == CANDIDATE_NONE || got != rows[i].which)
            fail_msg("row %zu: got %d", i, got);
    }
}

/* Two add-ons, of two halves of a day. */
static void
times_tell_tickets_apart(void **state)
{
    (void)state;
    static const struct {
        struct row first, second;
        int now, which; /* -1: ambiguous */
    } rows[] = {
        { { "mp", 10, 20 }, { "mp", 20, 30 }, 5, 0 }, /* the next */
        { { "mp", 20, 30 }, { "mp", 10, 20 }, 5, 1 },
        { { "mp", 10, 20 }, { "mp", 20, 30 }, 10, 0 },
        { { "mp", 10, 20 }, { "mp", 20, 30 }, 19, 0 },
        { { "mp", 10, 20 }, { "mp", 20, 30 }, 20, 1 }, /* the end is exclusive */
        { { "mp", 10, 20 }, { "mp", 20, 30 }, 30, 0 }, /* and not yet the last */
        { { "mp", 10, 20 }, { "mp", 20, 30 }, 31, 1 }, /* the last */
        { { "mp", 10, 20 }, { "mp", 15, 30 }, 17, -1 },
        { { "mp", 10, 20 }, { "mp", 25, 30 }, 22, 1 }, /* next goes before last */
        { { "mp", -1, -1 }, { "mp", 25, 30 }, 22, 0 },
        { { "mp", -1, 22 }, { "mp", -1, 22 }, 22, 0 }, /* neither next nor last */
        { { "mp", 25, -1 }, { "m", -1, -1 }, 22, 0 },  /* the product goes before */
        { { "m", 25, -1 }, { "m", -1, -1 }, 22, 0 },
        /* none left: times decide among all, whatever their product */
        { { "m", -1, -1 }, { "m", 25, -1 }, 22, 1 },
        { { "m", -1, -1 }, { "am", 5, 10 }, 22, 1 },
        { { "m", 5, 10 }, { "am", 25, 30 }, 22, 1 },
        { { "m", -1, -1 }, { "am", 5, 30 }, 22, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct row two[2] = { rows[i].first, rows[i].second };
        size_t which = 99;
        enum candidate_choice choice = choose(two, 2, rows[i].now, &which);
        int got = choice == CANDIDATE_ONE ? (int)which : -1;
        if (choice == CANDIDATE_NONE || got != rows[i].which)
            fail_msg("row %zu: got %d", i, got);
    }
}

static void
of_none_none_is_meant(void **state)
{
    (void)state;
    size_t which = 7;
    assert_int_equal(candidate_choose(NULL, 0, 0, &which), CANDIDATE_NONE);
    assert_int_equal(which, 7);
}

static void
the_first_of_several_is_told(void **state)
{
    (void)state;
    size_t which = 99;
    static const struct row rows[] = {
        { "m", -1, -1 }, { "mp", -1, 5 }, { "mp", -1, -1 }, { "mp", -1, -1 }
    };
    assert_int_equal(choose(rows, 4, 10, &which), CANDIDATE_AMBIGUOUS);
    assert_int_equal(which, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_and_add_ons_tell_tickets_apart),
        cmocka_unit_test(times_tell_tickets_apart),
        cmocka_unit_test(of_none_none_is_meant),
        cmocka_unit_test(the_first_of_several_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
