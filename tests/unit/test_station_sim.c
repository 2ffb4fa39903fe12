#include "sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SCANS = 100, SEEDS = 6, RECORD_MAX = 64 * 1024 * 1024 };

static bool
play(uint64_t seed, enum sim_mutant mutant, struct str *record, struct sim_tally *tally,
     char wrong[400])
{
    char dir[64]; /* the same for every play: paths stand in logs */
    snprintf(dir, sizeof dir, "/tmp/yuelai-sim-%d", getpid());
    const struct sim_setting setting = { .seed = seed,
                                         .scans = SCANS,
                                         .mutant = mutant,
                                         .dir = dir,
                                         .profiles = SOURCE_DIR "/templates/printer" };
    wrong[0] = '\0';
    str_clear(record);
    bool ok = sim_play(&setting, record, tally, wrong, 400);
    assert_true(str_ok(record));
    if (!ok && mutant == SIM_SOUND && getenv("SIM_RECORD")) {
        FILE *file = fopen(getenv("SIM_RECORD"), "wx");
        if (!file)
            return ok; /* the first one is kept */
        fwrite(record->data, 1, record->length, file);
        fclose(file);
    }
    return ok;
}

/* Where two records part: the line of the first. */
static const char *
first_difference(const struct str *a, const struct str *b)
{
    size_t i = 0;
    while (i < a->length && i < b->length && a->data[i] == b->data[i])
        i++;
    while (i > 0 && a->data[i - 1] != '\n')
        i--;
    return a->data + i;
}

static void
whatever_fails_the_invariants_hold(void **state)
{
    (void)state;
    struct sim_tally sum = { 0 };
    struct str record;
    str_init(&record, RECORD_MAX);
    const char *from = getenv("SIM_SEED"), *count = getenv("SIM_SEEDS");
    uint64_t seed = from ? strtoull(from, NULL, 10) : 1;
    uint64_t end = seed + (count ? strtoull(count, NULL, 10) : SEEDS);
    for (; seed < end; seed++) {
        struct sim_tally tally;
        char wrong[400];
        if (!play(seed, SIM_SOUND, &record, &tally, wrong))
            fail_msg("%s", wrong);
        sum.welcomes += tally.welcomes;
        sum.paper += tally.paper;
        sum.restarts += tally.restarts;
        sum.power_cuts += tally.power_cuts;
        sum.faults += tally.faults;
        sum.said += tally.said;
        sum.reprints += tally.reprints;
        sum.server_entries += tally.server_entries;
        assert_int_equal(tally.scans, 2 * SCANS);
    }
    print_message("welcomes %u, labels %u, restarts %u (%u power cuts), faults %u, "
                  "guests asked %u, reprints %u, entries at the server %u\n",
                  sum.welcomes, sum.paper, sum.restarts, sum.power_cuts, sum.faults,
                  sum.said, sum.reprints, sum.server_entries);
    if (from || count)
        return;
    /* the play was worth seeing */
    assert_true(sum.welcomes > 100 && sum.paper > 100 && sum.faults > 50);
    assert_true(sum.restarts >= SEEDS && sum.power_cuts > 0);
    assert_true(sum.said > 0 && sum.reprints > 0);
    str_finish(&record);
}

static void
the_same_seed_gives_the_same_record(void **state)
{
    (void)state;
    struct str one, two;
    struct sim_tally tally;
    char wrong[400];
    str_init(&one, RECORD_MAX);
    str_init(&two, RECORD_MAX);
    for (uint64_t seed = 2; seed <= 3; seed++) {
        play(seed, SIM_SOUND, &one, &tally, wrong);
        play(seed, SIM_SOUND, &two, &tally, wrong);
        if (one.length != two.length || memcmp(one.data, two.data, one.length) != 0)
            fail_msg("seed %d: from here on:\n%.300s\n---\n%.300s", (int)seed,
                     first_difference(&one, &two), first_difference(&two, &one));
        assert_true(one.length > 10000);
    }
    play(4, SIM_SOUND, &two, &tally, wrong);
    assert_true(one.length != two.length ||
                memcmp(one.data, two.data, one.length) != 0);
    str_finish(&one);
    str_finish(&two);
}

static void
a_planted_fault_is_caught(void **state)
{
    (void)state;
    static const char *const says[SIM_MUTANTS] = {
        [SIM_PRINTER_DOUBLES] = "invariant 3",
        [SIM_PRINTER_LIES] = "invariant 4",
        [SIM_BLIND_REPRINT] = "invariant 3",
        [SIM_SERVER_LIES] = "invariant 7",
    };
    struct str record;
    str_init(&record, RECORD_MAX);
    for (int mutant = SIM_SOUND + 1; mutant < SIM_MUTANTS; mutant++) {
        struct sim_tally tally;
        char wrong[400];
        bool held = true;
        for (uint64_t seed = 1; held && seed <= 20; seed++)
            held = play(seed, (enum sim_mutant)mutant, &record, &tally, wrong);
        if (held)
            fail_msg("mutant %d lived through 20 seeds", mutant);
        print_message("mutant %d: %s\n", mutant, wrong);
        assert_non_null(strstr(wrong, says[mutant]));
    }
    str_finish(&record);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_fails_the_invariants_hold),
        cmocka_unit_test(the_same_seed_gives_the_same_record),
        cmocka_unit_test(a_planted_fault_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
