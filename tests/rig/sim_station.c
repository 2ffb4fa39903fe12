#include "sim_station.h"

#include <assert.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bad_disk.h"

void
sim_guest_code(unsigned guest, char code[16])
{
    snprintf(code, 16, "SIM-%04u", guest);
}

void
sim_guest_ref(unsigned guest, char ref[16])
{
    snprintf(ref, 16, "G%05u", guest);
}

void
sim_job_name(const struct spool_job *job, char name[PRINTER_JOB_NAME_MAX + 1])
{
    snprintf(name, PRINTER_JOB_NAME_MAX + 1, "kiosk-%s-%" PRId64 "-%u", job->station,
             job->id, (unsigned)job->issue);
}

static void
must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "sim: %s\n", err->text);
    abort();
}

static void
write_log(enum log_level level, const char *module, const char *text, void *self)
{
    struct sim_station *station = self;
    str_addf(station->record, "%10" PRId64 " %s <%d>%s: %s\n",
             station->hand->now_us / 1000, station->letters, (int)level, module, text);
}

/* ---- the scanner: a driver that says what the play makes it say ------------- */

struct scanner {
    struct scanner_host host;
};

static struct scanner *scanners['Z' + 1]; /* by the station's letter */

static struct scanner *
open_scanner(const struct scanner_setting *setting, struct err *err)
{
    struct scanner *scanner = calloc(1, sizeof *scanner);
    (void)err;
    assert(scanner);
    scanner->host = setting->host;
    scanners[(unsigned char)setting->uri[4]] = scanner;
    return scanner;
}

static void
close_scanner(struct scanner *scanner)
{
    for (size_t i = 0; i < sizeof scanners / sizeof *scanners; i++) {
        if (scanners[i] == scanner)
            scanners[i] = NULL;
    }
    free(scanner);
}

static const struct scanner_driver sim_scanner = { .scheme = "sim",
                                                   .open = open_scanner,
                                                   .close = close_scanner };

void
sim_station_scan(struct sim_station *station, const char *code)
{
    struct scanner *scanner = scanners[(unsigned char)station->letters[0]];
    char line[256];
    int length = snprintf(line, sizeof line, "%s\r", code);
    /* in two pieces, as a serial line would */
    scanner->host.bytes(0, (const uint8_t *)line, 3, station->hand->now_us,
                        scanner->host.self);
    scanner->host.bytes(0, (const uint8_t *)line + 3, (size_t)length - 3,
                        station->hand->now_us, scanner->host.self);
}

/* ---- the artist ------------------------------------------------------------- */

static void
draw_now(void *self)
{
    static const uint8_t dots[2] = { 0xF0, 0x0F };
    static char undrawable[32];
    struct sim_station *station = self;
    struct easel_request *request = station->drawing;
    char ref[16];
    station->drawing = request->next;
    if (station->drawing)
        loop_timer_arm(&station->hand->loop, station->draws, 2);
    sim_guest_ref(SIM_GUEST_UNDRAWABLE, ref);
    snprintf(undrawable, sizeof undrawable, "-%s-", ref);
    bool refused = strstr(request->qr, undrawable) != NULL;
    request->outcome = refused ? EASEL_REFUSED : EASEL_DRAWN;
    request->page = (struct page){ .width_dots = 8,
                                   .height_dots = 2,
                                   .stride_bytes = 1,
                                   .dpi = request->target.dpi,
                                   .bits = dots };
    str_copy(request->text, sizeof request->text,
             refused ? "its design cannot be drawn" : "");
    request->done(request);
}

static void
draw_later(struct easel_request *request, void *self)
{
    struct sim_station *station = self;
    struct easel_request **end = &station->drawing;
    while (*end)
        end = &(*end)->next;
    *end = request;
    request->next = NULL;
    loop_timer_arm(&station->hand->loop, station->draws, 2);
}

/* ---- what is said ----------------------------------------------------------- */

static void
break_rule(struct sim_station *station, const char *rule, const char *ref)
{
    if (!station->wrong[0])
        snprintf(station->wrong, sizeof station->wrong, "invariant %s: station %s, %s",
                 rule, station->letters, ref);
}

/* Printed here, or made by the other station and seen here since. */
static bool
is_badge_out(const struct sim_station *station, const struct desk_outcome *outcome)
{
    char letters[4];
    uint32_t top;
    struct err err;
    if (outcome->has_job && outcome->job.state == SPOOL_PRINTED)
        return true;
    return spool_top_issue(station->db, outcome->ticket.ref, &top, letters, &err) &&
           top > 0 && strcmp(letters, station->letters) != 0;
}

/* Invariant 7: "already in" only if that admission exists; if its badge is not out, the
 * answer is to print. */
static void
check_already_in(struct sim_station *station, const struct desk_outcome *outcome)
{
    const char *ref = outcome->ticket.ref;
    const struct sim_entry *entry = sim_server_by_ref(station->wire.server, ref);
    if (outcome->history.entries == 0 && !(outcome->confirmed && entry))
        break_rule(station, "7: already in without an admission", ref);
    bool made_here = outcome->history.entries > 0 &&
                     strcmp(outcome->history.last_station, station->letters) == 0;
    if (made_here && !outcome->by_badge && !is_badge_out(station, outcome))
        break_rule(station, "7: already in without a badge", ref);
}

static void
on_scan(enum feed_topic topic, const void *what, void *self)
{
    (void)topic;
    struct sim_station *station = self;
    const struct desk_outcome *outcome = what;
    const char *ref = outcome->ticket.ref;
    if (outcome->phase != DESK_ANSWERED)
        return;
    *station->outcome = *outcome;
    station->answered++;
    str_addf(
        station->record, "%10" PRId64 " %s says %s %s recorded=%d job=%" PRId64 "\n",
        station->hand->now_us / 1000, station->letters, verdict_name(outcome->verdict),
        ref, outcome->recorded, outcome->has_job ? outcome->job.id : 0);
    if (verdict_passes(outcome->verdict) && !outcome->unrecorded) {
        if (!outcome->recorded)
            break_rule(station, "1: welcome without a row", ref);
        assert(station->welcome_count < SIM_WELCOMES_MAX);
        str_copy(station->welcomes[station->welcome_count++].ref, ROSTER_REF_MAX + 1,
                 ref);
    }
    if (outcome->verdict == VERDICT_ALREADY_IN)
        check_already_in(station, outcome);
}

/* ---- a disk with guests ----------------------------------------------------- */

static void
open_store(struct sim_station *station)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 7 };
    struct err err;
    must(seal_from_bytes(key, &station->seal, &err), &err);
    struct db_setting setting = { .dir = station->dir,
                                  .vfs = bad_disk_vfs(),
                                  .seal = station->seal,
                                  .clock = &station->hand->clock,
                                  .random = &station->dice.random,
                                  .log = &station->log };
    must(db_open(&setting, &station->db, &err), &err);
}

static void
close_store(struct sim_station *station)
{
    db_close(station->db);
    seal_close(station->seal);
    station->db = NULL;
    station->seal = NULL;
}

static void
put_guest(struct sim_station *station, unsigned guest)
{
    static const char *const sessions[] = { "main" };
    char code[16], ref[16];
    struct err err;
    struct roster_row row = { .ticket = { .event = "sim",
                                          .name = "张伟",
                                          .country = "CN",
                                          .kind = "guest",
                                          .extra = "{}" },
                              .sessions = sessions,
                              .session_count = 1 };
    int64_t id;
    bool made;
    sim_guest_code(guest, code);
    sim_guest_ref(guest, ref);
    row.secret = row.import_key = code;
    str_copy(row.ticket.ref, sizeof row.ticket.ref, ref);
    row.ticket.blocked = guest == 11;
    row.ticket.status = guest == 13   ? TICKET_CANCELLED
                        : guest == 17 ? TICKET_UNPAID
                                      : TICKET_PAID;
    must(roster_put_ticket(station->db, &row, &id, &made, &err), &err);
}

static void
remove_dir(const char *dir)
{
    char path[2 * SIM_DIR_MAX + 300];
    DIR *open = opendir(dir);
    for (struct dirent *entry; open && (entry = readdir(open));) {
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        unlink(path);
    }
    if (open)
        closedir(open);
    rmdir(dir);
}

void
sim_station_found(struct sim_station *station)
{
    struct err err;
    struct event event = { .slug = "sim", .name = "Simulation", .zone = "UTC" };
    struct list list = { .event = "sim", .key = "main", .all_kinds = true };
    remove_dir(station->dir);
    open_store(station);
    must(roster_begin(station->db, &err), &err);
    must(roster_put_event(station->db, &event, &err), &err);
    must(roster_put_list(station->db, &list, NULL, 0, &err), &err);
    for (unsigned guest = 0; guest < SIM_GUESTS; guest++)
        put_guest(station, guest);
    must(roster_set_complete(station->db, clock_utc_ms(&station->hand->clock), &err),
         &err);
    must(roster_commit(station->db, &err), &err);
    close_store(station);
}

/* ---- on and off ------------------------------------------------------------- */

static void
start_printq(struct sim_station *station)
{
    static const struct encoder *const encoders[] = { &encode_zpl, NULL };
    const struct printer_driver *const drivers[] = { station->driver, NULL };
    struct err err;
    struct printq_printer printer = { .name = "left", .design = "plain" };
    snprintf(printer.uri, sizeof printer.uri, "%s:left", station->driver->scheme);
    must(profile_load(station->profiles, "virtual-zpl-203", &printer.profile, &err),
         &err);
    struct printq_setting setting = { .printers = &printer,
                                      .count = 1,
                                      .drivers = drivers,
                                      .encoders = encoders,
                                      .db = station->db,
                                      .artist = { .draw = draw_later, .self = station },
                                      .random = &station->dice.random,
                                      .loop = &station->hand->loop,
                                      .task = &station->task.task,
                                      .clock = &station->hand->clock,
                                      .log = &station->log,
                                      .feed = &station->feed,
                                      .station = station->letters };
    hand_spooler_use(&station->spooler);
    must(printq_create(&setting, &station->printq, &err), &err);
}

static void
start_desk(struct sim_station *station)
{
    struct err err;
    struct desk_setting desk = { .db = station->db,
                                 .loop = &station->hand->loop,
                                 .clock = &station->hand->clock,
                                 .random = &station->dice.random,
                                 .log = &station->log,
                                 .feed = &station->feed,
                                 .claim = &station->sync.claim,
                                 .station = station->letters,
                                 .readers = 1 };
    struct pin_setting pin = { .db = station->db,
                               .loop = &station->hand->loop,
                               .clock = &station->hand->clock,
                               .random = &station->dice.random,
                               .log = &station->log,
                               .task = &station->task.task };
    must(role_parse("list=sim/main", &desk.role, &err), &err);
    must(desk_create(&desk, &station->desk, &err), &err);
    must(pin_create(&pin, &station->pin, &err), &err);
}

static void
start_reader(struct sim_station *station)
{
    static const struct scanner_driver *const drivers[] = { &sim_scanner, NULL };
    struct err err;
    struct reader_scanner scanner = { .name = "front",
                                      .idle_ms = 150,
                                      .repeat_ms = 500 };
    snprintf(scanner.uri, sizeof scanner.uri, "sim:%s", station->letters);
    struct reader_setting setting = { .scanners = &scanner,
                                      .count = 1,
                                      .drivers = drivers,
                                      .loop = &station->hand->loop,
                                      .clock = &station->hand->clock,
                                      .log = &station->log,
                                      .feed = &station->feed,
                                      .desk = station->desk };
    must(reader_create(&setting, &station->reader, &err), &err);
}

void
sim_station_start(struct sim_station *station)
{
    feed_init(&station->feed);
    feed_listen(&station->feed, 1u << FEED_SCAN, on_scan, station);
    open_store(station);
    start_printq(station);
    start_desk(station);
    sim_sync_start(&station->sync, station->db, station->letters);
    start_reader(station);
    station->on = true;
}

void
sim_station_stop(struct sim_station *station, bool by_power_cut)
{
    if (by_power_cut)
        bad_disk_set(BAD_DISK_BROKEN);
    reader_destroy(station->reader);
    pin_destroy(station->pin);
    desk_destroy(station->desk);
    sim_sync_stop(&station->sync);
    printq_destroy(station->printq);
    loop_timer_disarm(&station->hand->loop, station->draws);
    while (station->drawing) /* comes back to nobody */
        draw_now(station);
    loop_timer_disarm(&station->hand->loop, station->draws);
    close_store(station);
    bad_disk_set(BAD_DISK_SOUND);
    station->on = false;
}

void
sim_station_init(struct sim_station *station, struct hand_loop *hand,
                 struct sim_server *server, struct str *record)
{
    const struct loop *loop = &hand->loop;
    station->hand = hand;
    station->record = record;
    station->log = (struct log){ write_log, station, LOG_LEVEL_DEBUG };
    station->driver = &hand_driver;
    station->outcome = calloc(1, sizeof *station->outcome);
    assert(station->outcome);
    station->draws = loop_timer_create(loop, draw_now, station);
    hand_spooler_init(&station->spooler, hand);
    sim_task_init(&station->task, loop, &station->dice.random);
    sim_wire_init(&station->wire, hand, &station->dice.random, server);
    sim_sync_init(&station->sync, &station->wire.wire, loop, &hand->clock,
                  &station->log);
}

void
sim_station_finish(struct sim_station *station)
{
    const struct loop *loop = &station->hand->loop;
    if (station->on)
        sim_station_stop(station, false);
    sim_sync_finish(&station->sync);
    sim_wire_finish(&station->wire);
    hand_spooler_finish(&station->spooler);
    loop_timer_destroy(loop, station->draws);
    remove_dir(station->dir);
    free(station->outcome);
}
