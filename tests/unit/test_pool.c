#include "print/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A printer to change a little. */
static struct pool_member
well(const char *kinds, const char *pool, int64_t used_ms)
{
    return (struct pool_member){ .here = true,
                                 .kinds = kinds,
                                 .pool = pool,
                                 .width_um = 62000,
                                 .height_um = 100000,
                                 .heard = true,
                                 .well = true,
                                 .free = true,
                                 .used_ms = used_ms };
}

static struct pool_member
as(struct pool_member member, const char *how)
{
    if (strcmp(how, "busy") == 0) {
        member.free = false;
        member.outstanding = 1;
    } else if (strcmp(how, "bad") == 0) {
        member.well = member.free = false;
    } else if (strcmp(how, "doubtful") == 0) {
        member.well = false;
        member.doubtful = true;
    } else if (strcmp(how, "new") == 0) {
        member.heard = member.well = member.free = false;
    } else if (strcmp(how, "trial") == 0) {
        member.trial = true;
    } else if (strcmp(how, "gone") == 0) {
        member.here = false;
    } else {
        assert_string_equal(how, "well");
    }
    return member;
}

struct row {
    const char *what;
    struct {
        const char *kinds, *pool, *how;
        int64_t used_ms;
        int32_t width_um; /* 0 = 62 mm */
    } printers[4];
    const char *kind;
    int chosen;
};

static const struct row rows[] = {
    { "none", { { 0 } }, "guest", POOL_NOBODY },
    { "one", { { "", "", "well", 5, 0 } }, "guest", 0 },
    { "who has rested longest",
      { { "", "", "well", 5, 0 }, { "", "", "well", 3, 0 }, { "", "", "well", 4, 0 } },
      "guest",
      1 },
    { "the busy one not",
      { { "", "", "busy", 1, 0 }, { "", "", "well", 9, 0 } },
      "guest",
      1 },
    { "all busy: it waits",
      { { "", "", "busy", 1, 0 }, { "", "", "busy", 9, 0 } },
      "guest",
      POOL_NOBODY },
    { "the well before one on trial",
      { { "", "", "trial", 1, 0 }, { "", "", "well", 9, 0 } },
      "guest",
      1 },
    { "one on trial before nobody",
      { { "", "", "trial", 1, 0 }, { "", "", "bad", 9, 0 } },
      "guest",
      0 },
    { "its own printer, though another has rested longer",
      { { "guest", "", "well", 1, 0 }, { "vip, speaker", "", "well", 9, 0 } },
      "speaker",
      1 },
    { "its own is busy: no stand-in",
      { { "guest", "", "well", 1, 0 }, { "vip", "", "busy", 9, 0 } },
      "vip",
      POOL_NOBODY },
    { "its own has not been heard of: no stand-in yet",
      { { "guest", "", "well", 1, 0 }, { "vip", "", "new", 9, 0 } },
      "vip",
      POOL_NOBODY },
    { "its own is broken: the neighbour with the same labels stands in",
      { { "guest", "", "well", 1, 0 }, { "vip", "", "bad", 9, 0 } },
      "vip",
      0 },
    { "labels of another size do not",
      { { "guest", "", "well", 1, 100000 }, { "vip", "", "bad", 9, 0 } },
      "vip",
      POOL_NOBODY },
    { "nor one of another pool",
      { { "guest", "north", "well", 1, 0 }, { "vip", "south", "bad", 9, 0 } },
      "vip",
      POOL_NOBODY },
    { "nor one of no pool, when its own is of one",
      { { "guest", "", "well", 1, 0 }, { "vip", "south", "bad", 9, 0 } },
      "vip",
      POOL_NOBODY },
    { "a pool's word counts more than the labels' size",
      { { "guest", "wide", "well", 1, 100000 }, { "vip", "wide", "bad", 9, 0 } },
      "vip",
      0 },
    { "the stand-in is busy: it waits",
      { { "guest", "", "busy", 1, 0 }, { "vip", "", "doubtful", 9, 0 } },
      "vip",
      POOL_NOBODY },
    { "all are in trouble: its own is tried first",
      { { "guest", "", "doubtful", 1, 0 }, { "vip", "", "doubtful", 9, 0 } },
      "vip",
      1 },
    { "its own cannot be tried: the stand-in that can",
      { { "guest", "", "doubtful", 1, 0 }, { "vip", "", "bad", 9, 0 } },
      "vip",
      0 },
    { "a kind that nobody serves is everybody's",
      { { "guest", "", "busy", 1, 0 }, { "vip", "", "well", 9, 0 } },
      "media",
      1 },
    { "one that leaves is nobody",
      { { "vip", "", "gone", 1, 0 }, { "guest", "", "well", 9, 0 } },
      "vip",
      1 },
    { "a word within a word is none",
      { { "vips", "", "well", 1, 0 }, { "vip", "", "well", 9, 0 } },
      "vip",
      1 },
};

static void
the_printer_is_chosen_as_the_drawing_has_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pool_member members[4];
        unsigned count = 0;
        for (; count < 4 && rows[i].printers[count].kinds; count++) {
            members[count] =
                as(well(rows[i].printers[count].kinds, rows[i].printers[count].pool,
                        rows[i].printers[count].used_ms),
                   rows[i].printers[count].how);
            if (rows[i].printers[count].width_um)
                members[count].width_um = rows[i].printers[count].width_um;
        }
        int chosen = pool_choose(members, count, rows[i].kind);
        if (chosen != rows[i].chosen)
            fail_msg("%s: chose %d, want %d", rows[i].what, chosen, rows[i].chosen);
    }
}

static void
the_least_to_do_counts_before_the_longest_rest(void **state)
{
    (void)state;
    struct pool_member members[] = { well("", "", 1), well("", "", 9) };
    members[0].outstanding = 2;
    members[1].outstanding = 1;
    assert_int_equal(pool_choose(members, 2, "guest"), 1);
}

static void
a_stand_in_knows_for_whom(void **state)
{
    (void)state;
    struct pool_member members[] = { well("guest", "", 1), well("vip", "", 2),
                                     well("vip", "gold", 3) };
    assert_int_equal(pool_part(members, 3, 0, "vip"), POOL_STAND_IN);
    assert_int_equal(pool_part(members, 3, 1, "vip"), POOL_OWN);
    assert_int_equal(pool_part(members, 3, 2, "guest"), POOL_NOT);
    assert_int_equal(pool_stands_in_for(members, 3, 0, "vip"), 1);
    assert_int_equal(pool_stands_in_for(members, 3, 2, "guest"), POOL_NOBODY);
}

/* Whatever the printers are: who is chosen is there, may print it, and can begin. */
static void
every_choice_of_three_printers_can_begin(void **state)
{
    (void)state;
    static const char *const hows[] = { "well", "busy",  "bad", "doubtful",
                                        "new",  "trial", "gone" };
    static const char *const kinds[] = { "", "vip", "guest" };
    enum { HOWS = 7, KINDS = 3, ALL = HOWS * KINDS };
    unsigned chosen_ones = 0;
    for (int n = 0; n < ALL * ALL * ALL; n++) {
        struct pool_member members[3];
        for (int i = 0, left = n; i < 3; i++, left /= ALL)
            members[i] =
                as(well(kinds[left % ALL % KINDS], "", i), hows[left % ALL / KINDS]);
        int chosen = pool_choose(members, 3, "vip");
        if (chosen == POOL_NOBODY)
            continue;
        chosen_ones++;
        assert_true(members[chosen].here);
        assert_true((members[chosen].free && members[chosen].well) ||
                    members[chosen].doubtful);
        assert_int_not_equal(pool_part(members, 3, (unsigned)chosen, "vip"), POOL_NOT);
    }
    assert_true(chosen_ones > ALL);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_printer_is_chosen_as_the_drawing_has_it),
        cmocka_unit_test(the_least_to_do_counts_before_the_longest_rest),
        cmocka_unit_test(a_stand_in_knows_for_whom),
        cmocka_unit_test(every_choice_of_three_printers_can_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
