#include "sim.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim_check.h"
#include "ticket/badgecode.h"

enum { STATIONS = 2, START_S = 1795500000, HEAL_MS = 180 * 1000 };

/* How likely each fault is at a step, in thousandths. */
struct rates {
    unsigned wire, printer, spooler, restart, mend;
};

struct sim {
    const struct sim_setting *setting;
    struct hand_loop hand;
    struct random_seeded dice;
    struct rates rates;
    struct sim_server server;
    struct sim_station stations[STATIONS];
    struct sim_seen seen[STATIONS];
    unsigned scans[STATIONS];
    struct str *record;
    struct sim_tally *tally;
    unsigned step;
};

static unsigned
roll(struct sim *sim, unsigned sides)
{
    return (unsigned)(random_u64(&sim->dice.random) % sides);
}

static bool
chance(struct sim *sim, unsigned thousandths)
{
    return roll(sim, 1000) < thousandths;
}

static void
note(struct sim *sim, const struct sim_station *station, const char *what)
{
    str_addf(sim->record, "%10" PRId64 " %s -- %s\n", sim->hand.now_us / 1000,
             station->letters, what);
}

/* ---- a planted fault: what printq must never do, done below it -------------- */

static void (*blind_done)(struct printer_request *request); /* of the present request */

static void
blind_again(struct printer_request *request)
{
    void (*done)(struct printer_request * request) = blind_done;
    request->done = done;
    if (request->op == PRINTER_SUBMIT && request->outcome == PRINTER_UNKNOWN)
        hand_driver.start(request->printer, request);
    else
        done(request);
}

static void
blind_start(struct printer *printer, struct printer_request *request)
{
    if (request->op == PRINTER_SUBMIT) {
        blind_done = request->done;
        request->done = blind_again;
        request->printer = printer;
    }
    hand_driver.start(printer, request);
}

static struct printer *
blind_open(const struct printer_setting *setting, struct err *err)
{
    return hand_driver.open(setting, err);
}

static void
blind_close(struct printer *printer)
{
    hand_driver.close(printer);
}

static const struct printer_driver blind_driver = {
    .scheme = "hand", .open = blind_open, .start = blind_start, .close = blind_close
};

static void
plant(struct sim *sim)
{
    for (unsigned i = 0; i < STATIONS; i++) {
        struct sim_station *station = &sim->stations[i];
        station->spooler.doubles = sim->setting->mutant == SIM_PRINTER_DOUBLES;
        station->spooler.lies = sim->setting->mutant == SIM_PRINTER_LIES;
        if (sim->setting->mutant == SIM_BLIND_REPRINT)
            station->driver = &blind_driver;
    }
    sim->server.lies = sim->setting->mutant == SIM_SERVER_LIES;
}

/* ---- faults ----------------------------------------------------------------- */

static void
mend_printer(struct sim_station *station)
{
    struct hand_queue *queue = hand_spooler_queue(&station->spooler, "left");
    station->spooler.silent = station->spooler.refuses = false;
    queue->hangs = queue->denies = queue->aborts = false;
    queue->reasons = 0;
}

static void
break_printer(struct sim *sim, struct sim_station *station)
{
    static const char *const names[] = { "fault: silent",      "fault: refuses",
                                         "fault: keeps reply", "fault: swallows",
                                         "fault: hangs",       "fault: denies",
                                         "fault: aborts",      "fault: out of labels" };
    struct hand_spooler *spooler = &station->spooler;
    struct hand_queue *queue = hand_spooler_queue(spooler, "left");
    unsigned which = roll(sim, 8);
    bool *const switches[] = { &spooler->silent,      &spooler->refuses,
                               &spooler->keeps_reply, &spooler->swallows,
                               &queue->hangs,         &queue->denies,
                               &queue->aborts };
    mend_printer(station);
    if (which < 7)
        *switches[which] = true;
    else
        queue->reasons = PRINTER_MEDIA_EMPTY;
    sim->tally->faults++;
    note(sim, station, names[which]);
}

static void
switch_off_and_on(struct sim *sim, struct sim_station *station)
{
    bool power_cut = chance(sim, 500);
    note(sim, station, power_cut ? "power cut" : "stop");
    sim_station_stop(station, power_cut);
    hand_loop_turn(&sim->hand, roll(sim, 5000)); /* the other goes on */
    note(sim, station, "start");
    sim_station_start(station);
    sim->tally->restarts++;
    sim->tally->power_cuts += power_cut;
}

static void
maybe_break(struct sim *sim, struct sim_station *station)
{
    if (chance(sim, sim->rates.wire)) {
        station->wire.mood = (enum sim_wire_mood)(1 + roll(sim, SIM_WIRE_MOODS - 1));
        sim->tally->faults++;
        note(sim, station, "fault: wire");
    }
    if (chance(sim, sim->rates.printer))
        break_printer(sim, station);
    if (chance(sim, sim->rates.spooler)) {
        bool lost = chance(sim, 300);
        note(sim, station,
             lost ? "print service restarts, empty" : "print service restarts");
        hand_spooler_restart(&station->spooler, lost);
        sim->tally->faults++;
    }
    if (chance(sim, sim->rates.mend)) {
        station->wire.mood = SIM_WIRE_GOOD;
        mend_printer(station);
        note(sim, station, "mended");
    }
    if (chance(sim, sim->rates.restart))
        switch_off_and_on(sim, station);
}

/* ---- people ----------------------------------------------------------------- */

/* A badge that lies on paper, of this station or the other. */
static void
scan_badge(struct sim *sim, struct sim_station *station)
{
    const struct sim_station *from = &sim->stations[roll(sim, STATIONS)];
    struct badgecode badge = { .issue = 1 };
    struct spool_job *job = calloc(1, sizeof *job);
    char text[BADGECODE_TEXT_MAX + 1];
    struct err err;
    int64_t id;
    unsigned issue;
    bool found = false;
    assert(job);
    if (from->spooler.paper_count > 0 &&
        sscanf(from->spooler.paper[roll(sim, from->spooler.paper_count)],
               "kiosk-%3[A-Z]-%" SCNd64 "-%u", badge.station, &id, &issue) == 3 &&
        spool_get(from->db, id, &found, job, &err) && found) {
        badge.issue = issue;
        str_copy(badge.ref, sizeof badge.ref, job->ref);
        badgecode_format(&badge, text);
        sim_station_scan(station, text);
    }
    free(job);
}

static void
scan(struct sim *sim, unsigned number)
{
    struct sim_station *station = &sim->stations[number];
    char code[16];
    sim_guest_code(roll(sim, SIM_GUESTS), code);
    sim->scans[number]++;
    sim->tally->scans++;
    note(sim, station, code);
    if (chance(sim, 100))
        scan_badge(sim, station);
    else if (chance(sim, 30))
        sim_station_scan(station, "NOT-OF-THIS-EVENT");
    else
        sim_station_scan(station, code);
    if (chance(sim, 200)) { /* impatient: once more */
        hand_loop_turn(&sim->hand, 600);
        sim_station_scan(station, code);
    }
}

static bool
find_unsure(const struct spool_job *job, void *self)
{
    *(struct spool_job *)self = *job;
    return false;
}

/* Who is asked whether the badge came out looks, and says what is true. */
static void
answer_unsure(struct sim *sim, struct sim_station *station)
{
    struct spool_job *job = calloc(1, sizeof *job);
    char name[PRINTER_JOB_NAME_MAX + 1];
    struct err err;
    assert(job);
    if (spool_each(station->db, 1u << SPOOL_UNCERTAIN, 1, find_unsure, job, &err) &&
        job->id > 0) {
        sim_job_name(job, name);
        bool out = hand_spooler_copies(&station->spooler, name) > 0;
        sim->tally->unsure++;
        note(sim, station, out ? "it came out" : "it did not come out");
        if (desk_badge_said(station->desk, job->id, out, "", &err))
            sim->tally->said++;
        else
            note(sim, station, err.text);
    }
    free(job);
}

static void
on_pin(const struct pin_answer *answer, void *self)
{
    struct sim_station *station = self;
    station->logins += answer->outcome == PIN_RIGHT && answer->token[0];
    str_addf(station->record, "%10" PRId64 " %s pin %d\n", station->hand->now_us / 1000,
             station->letters, (int)answer->outcome);
}

static void
reprint(struct sim *sim, struct sim_station *station)
{
    struct spool_job *job = calloc(1, sizeof *job);
    struct err err;
    char ref[16];
    assert(job);
    sim_guest_ref(roll(sim, SIM_GUESTS), ref);
    if (sim->tally->reprints % 8 == 0) /* a hash takes its 25 ms */
        pin_try(station->pin, "li", "2468", on_pin, station);
    if (desk_reprint(station->desk, ref, "lost", "staff:li", job, &err)) {
        sim->tally->reprints++;
        note(sim, station, "reprint");
    } else {
        note(sim, station, err.text);
    }
    free(job);
}

/* ---- the play --------------------------------------------------------------- */

static void
draw_rates(struct sim *sim)
{
    static const unsigned choices[] = { 0, 10, 40, 120 };
    sim->rates = (struct rates){ .wire = choices[roll(sim, 4)],
                                 .printer = choices[roll(sim, 4)],
                                 .spooler = choices[roll(sim, 3)],
                                 .restart = choices[roll(sim, 3)],
                                 .mend = 60 + roll(sim, 200) };
}

static void
open_world(struct sim *sim)
{
    hand_loop_init(&sim->hand, (int64_t)START_S * 1000);
    random_seeded_init(&sim->dice, sim->setting->seed);
    draw_rates(sim);
    sim_guest_ref(SIM_GUEST_UNSENDABLE, sim->server.bad_ref);
    mkdir(sim->setting->dir, 0700);
    for (unsigned i = 0; i < STATIONS; i++) {
        struct sim_station *station = &sim->stations[i];
        str_copy(station->letters, sizeof station->letters, i ? "B" : "A");
        snprintf(station->dir, sizeof station->dir, "%.80s/%s", sim->setting->dir,
                 station->letters);
        station->profiles = sim->setting->profiles;
        random_seeded_init(&station->dice, sim->setting->seed * 16 + i + 1);
        sim_station_init(station, &sim->hand, &sim->server, sim->record);
        sim_station_found(station);
    }
    plant(sim);
    for (unsigned i = 0; i < STATIONS; i++)
        sim_station_start(&sim->stations[i]);
}

static void
close_world(struct sim *sim)
{
    for (unsigned i = 0; i < STATIONS; i++) {
        sim->tally->paper += sim->stations[i].spooler.paper_count;
        sim->tally->welcomes += sim->stations[i].welcome_count;
        sim_station_finish(&sim->stations[i]);
    }
    sim->tally->server_entries = sim->server.count;
    rmdir(sim->setting->dir);
}

static bool
check(struct sim *sim, char *wrong, size_t size)
{
    for (unsigned i = 0; i < STATIONS; i++) {
        char what[256];
        if (sim_check(&sim->stations[i], &sim->seen[i], what, sizeof what))
            continue;
        snprintf(wrong, size, "seed %" PRIu64 ", step %u, %" PRId64 " ms: %s",
                 sim->setting->seed, sim->step, sim->hand.now_us / 1000, what);
        return false;
    }
    return true;
}

static bool
step(struct sim *sim, char *wrong, size_t size)
{
    unsigned number = roll(sim, STATIONS);
    struct sim_station *station = &sim->stations[number];
    if (sim->scans[number] >= sim->setting->scans)
        station = &sim->stations[number = 1 - number];
    sim->step++;
    maybe_break(sim, station);
    if (sim->step == sim->setting->scans) /* whatever the rates: once, in the middle */
        switch_off_and_on(sim, station);
    scan(sim, number);
    hand_loop_turn(&sim->hand, 20 + roll(sim, 2500));
    if (chance(sim, 300))
        answer_unsure(sim, station);
    if (chance(sim, 40))
        reprint(sim, station);
    hand_loop_turn(&sim->hand, roll(sim, 1500));
    return check(sim, wrong, size);
}

/* All is well from now on; what can end, ends. */
static bool
heal(struct sim *sim, char *wrong, size_t size)
{
    for (unsigned i = 0; i < STATIONS; i++) {
        sim->stations[i].wire.mood = SIM_WIRE_GOOD;
        mend_printer(&sim->stations[i]);
    }
    for (int64_t ms = 0; ms < HEAL_MS; ms += 5000) {
        hand_loop_turn(&sim->hand, 5000);
        sim->step++;
        if (!check(sim, wrong, size))
            return false;
    }
    for (unsigned i = 0; i < STATIONS; i++) {
        char what[256];
        if (sim_check_healed(&sim->stations[i], what, sizeof what))
            continue;
        snprintf(wrong, size, "seed %" PRIu64 ", healed: %s", sim->setting->seed, what);
        return false;
    }
    return true;
}

bool
sim_play(const struct sim_setting *setting, struct str *record, struct sim_tally *tally,
         char *wrong, size_t size)
{
    struct sim *sim = calloc(1, sizeof *sim);
    bool ok = true;
    assert(sim);
    *tally = (struct sim_tally){ 0 };
    sim->setting = setting;
    sim->record = record;
    sim->tally = tally;
    open_world(sim);
    while (ok && (sim->scans[0] < setting->scans || sim->scans[1] < setting->scans))
        ok = step(sim, wrong, size);
    ok = ok && heal(sim, wrong, size);
    close_world(sim);
    free(sim);
    return ok;
}
