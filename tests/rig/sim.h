#ifndef YUELAI_SIM_H
#define YUELAI_SIM_H

/* sim: two stations, their printers and a server in one process, on one clock turned by
 * hand, through a schedule of scans and faults that is drawn from a seed.
 *
 *     step:  somebody scans, or staff act, or something breaks, or is mended, or a station
 *            is switched off (cleanly, or by a power cut) and on
 *            -> time goes on -> every invariant is checked
 *
 * The rates of the faults are drawn too, 0 among them, so that each seed is a world of its
 * own. The same seed gives the same record, byte for byte (invariant 11). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

/* Planted faults, to show that the checks see what they are for. */
enum sim_mutant {
    SIM_SOUND,
    SIM_PRINTER_DOUBLES, /* every label twice */
    SIM_PRINTER_LIES, /* "completed", and no paper */
    SIM_BLIND_REPRINT, /* a lost reply is answered by sending again */
    SIM_SERVER_LIES, /* "already in" of tickets that nobody entered with */
    SIM_MUTANTS
};

struct sim_setting {
    uint64_t seed;
    unsigned scans; /* at each station */
    enum sim_mutant mutant;
    const char *dir; /* made, and removed at the end; short */
    const char *profiles; /* directory of printer profiles */
};

struct sim_tally { /* what the play came to, so that a test can see it played */
    unsigned scans, welcomes, already_in, paper, restarts, power_cuts, faults, said,
        reprints, unsure, server_entries;
};

/* Plays it. False: an invariant broke; wrong says which, when and where. */
bool sim_play(const struct sim_setting *setting, struct str *record,
              struct sim_tally *tally, char *wrong, size_t size);

#endif
