/* bench_slices: how long one slice of an export keeps the loop.
 *
 *     bench-slices [--short] [--dir DIR] [ROWS]      default 200000 journal rows
 *
 * The journal is filled with entries of 3,500 guests and written out to a file and to a
 * pipe that somebody reads, as `kioskctl export` does it in a running station.
 * Beside the time on the wall stands the processor's: on a busy machine a slice may
 * have to wait for its turn. DIR is a directory on the disk to measure (default
 * /var/tmp). */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench_dir.h"
#include "desk/export.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/roster_build.h"
#include "store/seal.h"
#include "store/spool.h"
#include "str.h"

enum { GUESTS = 3500, SLICES_MAX = 1 << 20 };

struct bench {
    char dir[256];
    int64_t rows;
    struct log log;
    struct seal *seal;
    struct db *db;
    double *us, *cpu_us; /* of each slice */
    unsigned count;
};

static void
must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "bench-slices: %s\n", err->text);
    exit(1);
}

static double
now_us(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
write_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)self;
    fprintf(stderr, "%s: %s\n", module, text);
}

/* ---- a station with a day behind it ------------------------------------------------
 */

static void
fill_roster(struct bench *bench)
{
    struct err err;
    struct roster_build *build;
    struct event event = {
        .slug = "bench", .name = "Bench", .zone = "Asia/Shanghai", .source = "csv"
    };
    must(roster_build_open(bench->dir, bench->seal, &random_system, &build, &err),
         &err);
    must(roster_build_event(build, &event, &err), &err);
    for (int i = 0; i < GUESTS; i++) {
        char key[32];
        struct roster_row row = { .secret = key, .import_key = key };
        snprintf(key, sizeof key, "guest-%d", i);
        snprintf(row.ticket.ref, sizeof row.ticket.ref, "R%d", i);
        snprintf(row.ticket.name, sizeof row.ticket.name, "Đorđe Žižić %d", i);
        str_copy(row.ticket.event, sizeof row.ticket.event, "bench");
        str_copy(row.ticket.kind, sizeof row.ticket.kind, "guest");
        str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
        must(roster_build_ticket(build, &row, &err), &err);
    }
    must(roster_build_finish(build, 1, NULL, NULL, &err), &err);
    roster_build_close(build);
    must(db_swap_roster(bench->db, &err), &err);
}

static void
add_entry(struct bench *bench, int64_t number)
{
    struct err err;
    struct journal_row row = { .kind = JOURNAL_ENTRY, .verdict = VERDICT_ADMIT };
    random_fill(&random_system, row.nonce, sizeof row.nonce);
    snprintf(row.ref, sizeof row.ref, "R%d", (int)(number % GUESTS));
    str_copy(row.event, sizeof row.event, "bench");
    str_copy(row.list, sizeof row.list, "main");
    str_copy(row.station, sizeof row.station, "A");
    row.at_ms = INT64_C(1795500000000) + number * 1000;
    must(journal_add(bench->db, &row, &err), &err);
    if (number >= GUESTS)
        return;
    struct spool_job job = { .event = "bench", .station = "A", .kind = "guest" };
    str_copy(job.ref, sizeof job.ref, row.ref);
    memset(job.fields, 'x', 500);
    must(spool_add(bench->db, &job, &err), &err);
}

static void
fill_journal(struct bench *bench)
{
    enum { AT_ONCE = 1000 };
    struct err err;
    for (int64_t i = 0; i < bench->rows; i++) {
        if (i % AT_ONCE == 0)
            must(db_begin(bench->db, &err), &err);
        add_entry(bench, i);
        if ((i + 1) % AT_ONCE == 0 || i + 1 == bench->rows)
            must(db_commit(bench->db, &err), &err);
    }
    db_idle(bench->db);
}

/* ---- what is measured --------------------------------------------------------------
 */

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
at(const double *us, unsigned count, double share)
{
    return us[(unsigned)(share * (count - 1) + 0.5)];
}

static void
print_row(struct bench *bench, const char *what, int64_t rows, double took_us)
{
    double *both[] = { bench->us, bench->cpu_us };
    printf("%9" PRId64 "  %-5s %7u", rows, what, bench->count);
    for (size_t i = 0; i < 2; i++) {
        qsort(both[i], bench->count, sizeof *both[i], compare);
        printf(" %9.0f %9.0f %9.0f", at(both[i], bench->count, .5),
               at(both[i], bench->count, .99), at(both[i], bench->count, 1));
    }
    printf(" %8.2f\n", took_us / 1e6);
}

static void
measure(struct bench *bench, const char *what, int fd)
{
    struct export_doors setting = { .db = bench->db, .clock = &clock_system, .fd = fd };
    struct export_progress progress = { .state = EXPORT_MORE };
    struct export *export;
    struct err err;
    double began_us = now_us(CLOCK_MONOTONIC);
    bench->count = 0;
    must(export_checkins_open(&setting, &export, &err), &err);
    while (progress.state != EXPORT_DONE && bench->count < SLICES_MAX) {
        double wall_us = now_us(CLOCK_MONOTONIC);
        double cpu_us = now_us(CLOCK_THREAD_CPUTIME_ID);
        must(export_slice(export, &progress, &err), &err);
        bench->cpu_us[bench->count] = now_us(CLOCK_THREAD_CPUTIME_ID) - cpu_us;
        bench->us[bench->count++] = now_us(CLOCK_MONOTONIC) - wall_us;
        if (progress.state == EXPORT_WAITS)
            usleep(100);
    }
    export_close(export);
    print_row(bench, what, progress.rows, now_us(CLOCK_MONOTONIC) - began_us);
}

static void
to_file(struct bench *bench)
{
    char path[512];
    snprintf(path, sizeof path, "%s/out.csv", bench->dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    measure(bench, "file", fd);
    close(fd);
}

static void
read_all(int fd)
{
    static char bytes[1 << 16];
    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
}

static void
to_pipe(struct bench *bench)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        exit(1);
    pid_t reader = fork();
    if (reader == 0) {
        close(ends[1]);
        read_all(ends[0]);
        _exit(0);
    }
    measure(bench, "pipe", ends[1]);
    close(ends[1]);
    close(ends[0]);
    waitpid(reader, NULL, 0);
}

static void
run(const char *parent, int64_t rows)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 1 };
    struct err err;
    struct bench bench = { .rows = rows,
                           .log = { write_log, NULL, LOG_LEVEL_WARNING } };
    bench.us = calloc(SLICES_MAX, sizeof *bench.us);
    bench.cpu_us = calloc(SLICES_MAX, sizeof *bench.cpu_us);
    snprintf(bench.dir, sizeof bench.dir, "%s/yuelai-bench-XXXXXX", parent);
    if (!bench.us || !bench.cpu_us || !mkdtemp(bench.dir))
        exit(1);
    must(seal_from_bytes(key, &bench.seal, &err), &err);
    struct db_setting setting = { .dir = bench.dir,
                                  .seal = bench.seal,
                                  .clock = &clock_system,
                                  .random = &random_system,
                                  .log = &bench.log };
    must(db_open(&setting, &bench.db, &err), &err);
    fill_roster(&bench);
    fill_journal(&bench);
    printf("%9s  %-5s %7s %9s %9s %9s %9s %9s %9s %8s\n", "rows", "to", "slices",
           "p50 us", "p99 us", "max us", "p50 cpu", "p99 cpu", "max cpu", "all s");
    to_file(&bench);
    to_pipe(&bench);
    db_close(bench.db);
    seal_close(bench.seal);
    bench_remove_dir(bench.dir);
    free(bench.us);
    free(bench.cpu_us);
}

int
main(int argc, char **argv)
{
    const char *parent = "/var/tmp";
    long long rows = 200000;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--short") == 0) {
            rows = 2000;
        } else if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc) {
            parent = argv[++i];
        } else if (!str_read_int(argv[i], 1, 10000000, &rows)) {
            fprintf(stderr, "usage: bench-slices [--short] [--dir DIR] [ROWS]\n");
            return 2;
        }
    }
    run(parent, rows);
    return 0;
}
