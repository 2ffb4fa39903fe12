/* bench_verdict: how long from a code to its verdict, and to its durable commit.
 *
 *     bench-verdict [--short] [--dir DIR] [TICKETS …]      default 3500 100000 1000000
 *
 * verdict    facts gathered and judged by the real desk, nothing recorded
 * forged     the same for a code that nobody has
 * by server  the verdict on a ticketing server's ticket: candidates, product and
 * variation, a list with a rule of everyday size and all that happened to the ticket
 * unknown    a code that nobody has there: candidates, media, revoked, signed, anything
 * committed  desk_scan of a new guest: journal, badge with its fields, outbox, COMMIT
 * fdatasync  8 KiB overwritten in a file on the same disk, after each such scan
 * same bytes what the scan's commit wrote (10 pages and their frames), overwritten so
 * in a delta verdict on a code that comes at any moment in which the loop is at work on
 * a download: a slice of changed guests and its commit, or the housekeeping between two
 * of them; from that moment on slice      such a slice, its commit included tidying
 * such a piece of housekeeping
 *
 * Housekeeping (db_idle) runs between two scans, as the loop of kioskd does it; its
 * time is the last row. DIR is a directory on the disk to measure (default /var/tmp).
 */

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bare_disk.h"
#include "desk/desk.h"
#include "figures.h"
#include "hand_loop.h"
#include "store/catalog.h"
#include "store/db.h"
#include "store/roster_build.h"
#include "store/seal.h"
#include "str.h"
#include "verdict_lane.h"
#include "verdict_rules.h"

enum { LOOKS = 20000, SCANS = 2000, SHORT_LOOKS = 500, SHORT_SCANS = 50 };
enum { SLICES = 3000, SHORT_SLICES = 50 };
enum { SLICE_US = 1200 }; /* sync's: of 2 ms, and the commit comes on top */

struct bench {
    char dir[256];
    uint64_t tickets;
    unsigned looks, scans, slices;
    struct hand_loop hand; /* timers that never fire */
    struct feed feed;
    struct log log;
    struct seal *seal;
    struct db *db;
    struct desk *desk;
    unsigned admitted; /* answers with a durable row and a badge */
    struct figures verdict, forged, server, unknown, committed, sync, same, idle;
    struct figures delta, slice, tidy;
    struct lanes lanes;
};

static void
stop(const struct err *err)
{
    fprintf(stderr, "bench-verdict: %s\n", err->text);
    exit(1);
}

/* ---- figures ------------------------------------------------------------------- */

static void
print_row(const struct bench *bench, const char *what, struct figures *figures,
          double against)
{
    char ratio[16] = "";
    sort(figures);
    if (against > 0)
        snprintf(ratio, sizeof ratio, "%.2fx", at(figures, .5) / against);
    printf("%9" PRIu64 "  %-10s %6u %10.1f %10.1f %10.1f %10.1f %8s\n", bench->tickets,
           what, figures->count, at(figures, .5), at(figures, .99), at(figures, .999),
           at(figures, 1), ratio);
}

/* ---- the roster ------------------------------------------------------------------ */

static void
write_code(char code[48], uint64_t number, bool is_forged)
{
    uint64_t z = number * UINT64_C(0x9E3779B97F4A7C15) ^ UINT64_C(0x1234567890ABCDEF);
    snprintf(code, 48, "%c%016" PRIX64 "%06" PRIX64, is_forged ? 'F' : 'T',
             z ^ (z >> 29), number);
}

static void
add_ticket(struct roster_build *build, uint64_t number)
{
    static const char *const names[] = { "张伟", "Đorđe Žižić", "João da Conceição",
                                         "Владимир Петров", "김민수" };
    static const char *const sessions[] = { "main" };
    struct err err;
    char code[48];
    struct roster_row row = {
        .secret = code, .import_key = code, .sessions = sessions, .session_count = 1
    };
    write_code(code, number, false);
    snprintf(row.ticket.name, sizeof row.ticket.name, "%s %" PRIu64, names[number % 5],
             number);
    str_copy(row.ticket.event, sizeof row.ticket.event, "bench");
    str_copy(row.ticket.organisation, sizeof row.ticket.organisation,
             "Universität Belgrad");
    str_copy(row.ticket.country, sizeof row.ticket.country, "RS");
    str_copy(row.ticket.kind, sizeof row.ticket.kind, number % 20 ? "guest" : "vip");
    row.ticket.origin =
        (struct ticket_origin){ .position = (int64_t)number + 1, .product = 7 };
    str_copy(row.ticket.extra, sizeof row.ticket.extra, "{\"table\":\"7\"}");
    if (!roster_build_ticket(build, &row, &err))
        stop(&err);
}

static void
fill_roster(struct bench *bench)
{
    struct err err;
    struct roster_build *build;
    struct event event = {
        .slug = "bench", .name = "Bench", .zone = "Asia/Shanghai", .source = "csv"
    };
    struct list list = {
        .event = "bench", .key = "main", .name = "Main", .all_kinds = true
    };
    double began_us = now_us();
    if (!roster_build_open(bench->dir, bench->seal, &random_system, &build, &err) ||
        !roster_build_event(build, &event, &err) ||
        !roster_build_list(build, &list, NULL, 0, &err))
        stop(&err);
    for (uint64_t i = 0; i < bench->tickets; i++)
        add_ticket(build, i);
    if (!roster_build_finish(build, clock_utc_ms(&clock_system), NULL, NULL, &err))
        stop(&err);
    roster_build_close(build);
    double swap_us = now_us();
    if (!db_swap_roster(bench->db, &err))
        stop(&err);
    fprintf(stderr, "%" PRIu64 " tickets built in %.1f s, swapped in %.2f ms\n",
            bench->tickets, (swap_us - began_us) / 1e6, (now_us() - swap_us) / 1e3);
}

/* The same event as a ticketing server's. */
static void
turn_into_servers(struct bench *bench)
{
    struct err err;
    const struct pen *pen = roster_pen(bench->db);
    struct event event = servers_event;
    event.starts_ms = clock_utc_ms(&clock_system);
    struct product product = { .id = 7, .name = "Day ticket", .note = "Programme" };
    const struct roster_age age = { .complete_ms = 1 };
    if (!roster_begin(bench->db, &err) || !catalog_put_event(pen, &event, &err) ||
        !catalog_put_product(pen, "bench", &product, &err) ||
        !catalog_put_list(pen, &servers_list, NULL, 0, rules, &err) ||
        !roster_commit(bench->db, &err))
        stop(&err);
    feed_publish(&bench->feed, FEED_ROSTER, &age);
}

/* ---- life --------------------------------------------------------------------------
 */

static void
write_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)self;
    fprintf(stderr, "%s: %s\n", module, text);
}

static void
hear(enum feed_topic topic, const void *what, void *self)
{
    (void)topic;
    struct bench *bench = self;
    const struct desk_outcome *outcome = what;
    bench->admitted += outcome->recorded && outcome->made_job;
}

static void
open_bench(struct bench *bench)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 1 };
    struct err err;
    hand_loop_init(&bench->hand, 0);
    feed_init(&bench->feed);
    feed_listen(&bench->feed, 1u << FEED_SCAN, hear, bench);
    bench->log = (struct log){ write_log, NULL, LOG_LEVEL_WARNING };
    if (!mkdtemp(bench->dir) || !seal_from_bytes(key, &bench->seal, &err)) {
        fprintf(stderr, "bench-verdict: cannot make %s\n", bench->dir);
        exit(1);
    }
    struct db_setting store = { .dir = bench->dir,
                                .seal = bench->seal,
                                .clock = &clock_system,
                                .random = &random_system,
                                .log = &bench->log };
    if (!lanes_open(&bench->lanes, &err))
        stop(&err);
    store.task = task_real_door(bench->lanes.real);
    if (!db_open(&store, &bench->db, &err))
        stop(&err);
    fill_roster(bench);

    struct desk_setting setting = { .db = bench->db,
                                    .loop = &bench->hand.loop,
                                    .clock = &clock_system,
                                    .random = &random_system,
                                    .log = &bench->log,
                                    .feed = &bench->feed,
                                    .station = "B",
                                    .readers = 1 };
    if (!role_parse("list=bench/main", &setting.role, &err) ||
        !desk_create(&setting, &bench->desk, &err))
        stop(&err);
}

static void
close_bench(struct bench *bench)
{
    char path[600];
    desk_destroy(bench->desk);
    db_close(bench->db);
    task_real_destroy(bench->lanes.real);
    seal_close(bench->seal);
    DIR *dir = opendir(bench->dir);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        snprintf(path, sizeof path, "%s/%s", bench->dir, entry->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(bench->dir);
}

/* ---- what is measured ------------------------------------------------------- */

static uint64_t
random_ticket(const struct bench *bench)
{
    return random_u64(&random_system) % bench->tickets;
}

static void
look(struct bench *bench, bool is_forged, struct figures *figures)
{
    for (unsigned i = 0; i < bench->looks; i++) {
        char code[48];
        struct admit_facts facts;
        struct admit_answer answer;
        struct err err;
        write_code(code, random_ticket(bench), is_forged);
        double began_us = now_us();
        if (!desk_judge(bench->desk, code, strlen(code), &facts, &answer, &err))
            stop(&err);
        figures->us[figures->count++] = now_us() - began_us;
        if ((answer.verdict == VERDICT_NOT_IN_COPY) != is_forged) {
            fprintf(stderr, "bench-verdict: verdict %s\n",
                    verdict_name(answer.verdict));
            exit(1);
        }
    }
}

static void
scan(struct bench *bench)
{
    char path[512], code[48];
    snprintf(path, sizeof path, "%s/block", bench->dir);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    overwrite(fd); /* from now on it overwrites */
    overwrite_frames(fd);
    uint64_t stride = bench->tickets / bench->scans;
    for (unsigned i = 0; i < bench->scans; i++) {
        write_code(code, i * stride, false);
        double began_us = now_us();
        desk_scan(bench->desk, 0, code, strlen(code), clock_mono_us(&clock_system));
        bench->committed.us[bench->committed.count++] = now_us() - began_us;
        bench->sync.us[bench->sync.count++] = overwrite(fd);
        bench->same.us[bench->same.count++] = overwrite_frames(fd);
        began_us = now_us();
        db_idle(bench->db);
        bench->idle.us[bench->idle.count++] = now_us() - began_us;
    }
    close(fd);
    if (bench->admitted != bench->scans) {
        fprintf(stderr, "bench-verdict: %u of %u scans admitted\n", bench->admitted,
                bench->scans);
        exit(1);
    }
}

/* A guest whose name and kind have changed at the source. */
static void
change_ticket(struct bench *bench, uint64_t number)
{
    struct err err;
    char code[48];
    int64_t id;
    bool made;
    struct roster_row row = { .secret = code, .import_key = code };
    write_code(code, number, false);
    snprintf(row.ticket.name, sizeof row.ticket.name, "Jelena Petrović %" PRIu64,
             random_u64(&random_system) % 1000);
    str_copy(row.ticket.event, sizeof row.ticket.event, "bench");
    str_copy(row.ticket.kind, sizeof row.ticket.kind, "vip");
    str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
    if (!roster_put_ticket(bench->db, &row, &id, &made, &err))
        stop(&err);
}

static void
write_slice(void *self)
{
    struct bench *bench = self;
    struct err err;
    double began_us = now_us();
    if (!roster_begin(bench->db, &err))
        stop(&err);
    do
        change_ticket(bench, random_ticket(bench));
    while (now_us() - began_us < SLICE_US);
    if (!roster_commit(bench->db, &err))
        stop(&err);
}

static void
tidy(void *self)
{
    db_idle(((struct bench *)self)->db);
}

static void
hear_lanes(void *self)
{
    lanes_turn(&((struct bench *)self)->lanes);
}

/* As the download does it: a slice, a piece of housekeeping, and nothing while a
 * checkpoint is with its lane. */
static void
apply_some(struct bench *bench, struct turns *turns)
{
    static const struct timespec pause = { .tv_nsec = 1000000 };
    *turns = (struct turns){ .count = 0 };
    turns_take(turns, write_slice, bench, &bench->slice);
    turns_take(turns, tidy, bench, &bench->tidy);
    for (int i = 0; i < 2 && db_roster_waits(bench->db); i++) {
        nanosleep(&pause, NULL);
        turns_take(turns, hear_lanes, bench, &bench->tidy);
    }
    while (db_roster_waits(bench->db)) {
        nanosleep(&pause, NULL);
        lanes_turn(&bench->lanes);
    }
}

static void
look_while_changing(struct bench *bench)
{
    for (unsigned i = 0; i < bench->slices; i++) {
        struct turns turns;
        struct admit_facts facts;
        struct admit_answer answer;
        struct err err;
        char code[48];
        write_code(code, random_ticket(bench), false);
        apply_some(bench, &turns);
        double share = (double)(random_u64(&random_system) % 1000) / 1000;
        double began_us = now_us() - turns_wait_us(&turns, share * turns.sum_us);
        if (!desk_judge(bench->desk, code, strlen(code), &facts, &answer, &err))
            stop(&err);
        bench->delta.us[bench->delta.count++] = now_us() - began_us;
    }
}

static void
judge(const char *what, double value, double target, const char *unit)
{
    printf("           %-44s %8.2f %s, target %.2f: %s\n", what, value, unit, target,
           value <= target ? "met" : "MISSED");
}

static void
run(const char *parent, uint64_t tickets, bool is_short)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        abort();
    bench->tickets = tickets;
    bench->looks = is_short ? SHORT_LOOKS : LOOKS;
    bench->scans = is_short ? SHORT_SCANS : SCANS;
    bench->slices = is_short ? SHORT_SLICES : SLICES;
    if (bench->scans > tickets)
        bench->scans = (unsigned)tickets;
    snprintf(bench->dir, sizeof bench->dir, "%s/yuelai-bench-XXXXXX", parent);
    struct figures *all[] = { &bench->verdict, &bench->forged, &bench->committed,
                              &bench->sync,    &bench->same,   &bench->idle,
                              &bench->delta,   &bench->server, &bench->unknown,
                              &bench->slice,   &bench->tidy };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        figures_init(all[i], LOOKS); /* tidying: three a slice */

    open_bench(bench);
    look(bench, false, &bench->verdict);
    look(bench, true, &bench->forged);
    scan(bench);
    look_while_changing(bench);
    turn_into_servers(bench);
    look(bench, false, &bench->server);
    look(bench, true, &bench->unknown);

    sort(&bench->sync);
    double bare_us = at(&bench->sync, .5);
    print_row(bench, "verdict", &bench->verdict, 0);
    print_row(bench, "forged", &bench->forged, 0);
    print_row(bench, "by server", &bench->server, at(&bench->verdict, .5));
    print_row(bench, "unknown", &bench->unknown, at(&bench->verdict, .5));
    print_row(bench, "committed", &bench->committed, bare_us);
    print_row(bench, "fdatasync", &bench->sync, bare_us);
    print_row(bench, "same bytes", &bench->same, bare_us);
    print_row(bench, "idle", &bench->idle, 0);
    print_row(bench, "in a delta", &bench->delta, 0);
    print_row(bench, "slice", &bench->slice, 0);
    print_row(bench, "tidying", &bench->tidy, 0);
    judge("verdict p99", at(&bench->verdict, .99) / 1e3, 1, "ms");
    judge("verdict in a delta p99", at(&bench->delta, .99) / 1e3, 5, "ms");
    judge("committed / fdatasync, medians", at(&bench->committed, .5) / bare_us, 2,
          "x");
    judge("committed p99.9", at(&bench->committed, .999) / 1e3, 6, "ms");
    close_bench(bench);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]->us);
    free(bench);
}

int
main(int argc, char **argv)
{
    const char *parent = "/var/tmp";
    bool is_short = false, is_sized = false;
    setvbuf(stdout, NULL, _IOLBF, 0); /* into a file too, in order with stderr */
    printf("%9s  %-10s %6s %10s %10s %10s %10s %8s\n", "tickets", "what", "n", "p50 us",
           "p99 us", "p99.9 us", "max us", "ratio");
    for (int i = 1; i < argc; i++) {
        long long tickets;
        if (strcmp(argv[i], "--short") == 0) {
            is_short = true;
        } else if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc) {
            parent = argv[++i];
        } else if (str_read_int(argv[i], 1, 10000000, &tickets)) {
            is_sized = true;
            run(parent, (uint64_t)tickets, is_short);
        } else {
            fprintf(stderr,
                    "usage: bench-verdict [--short] [--dir DIR] [TICKETS ...]\n");
            return 2;
        }
    }
    if (is_sized)
        return 0;
    run(parent, 3500, is_short);
    if (!is_short) {
        run(parent, 100000, false);
        run(parent, 1000000, false);
    }
    return 0;
}
