/* bench_sync: a download from pages of a ticketing server, and what a guest at the door
 * feels of it.
 *
 *     bench-sync [--short] [--dir DIR] [POSITIONS …]     default 3500 100000 1000000
 *
 * first    the first load into an empty station
 * refresh  all of it anew beside the roster in use, then swapped in
 * delta    up to 2,000 positions that were changed, in slices on the loop; ten times
 * python   the same first load by http.client, json and sqlite3 (sync_peer.py)
 *
 * The server's pages are packed beforehand and sent by a process of its own, over http
 * with gzip. A thread hands in a code every 10 ms; a verdict counts from then on until
 * the real desk has judged it on the loop (nothing is recorded). Memory is the highest
 * resident set over that before; "cpu s" is the time of all its threads. "longest" is
 * the longest callback on the loop so far: after `refresh`, the swap is among them. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <time.h>

#include "../../drivers/wire_curl.h"
#include "base/loop_real.h"
#include "base/task_real.h"
#include "bench_dir.h"
#include "desk/desk.h"
#include "store/db.h"
#include "store/seal.h"
#include "sync/pull.h"
#include "sync_pages.h"

enum { CODE_EVERY_US = 10000, LOOKS_MAX = 1 << 17 };

struct bench {
    char dir[256], layouts[300];
    uint64_t positions;
    struct sync_pages pages;
    struct loop_real *real;
    struct task_real *lanes;
    struct wire_curl *curl;
    struct feed feed;
    struct log log;
    struct seal *seal;
    struct db *db;
    struct desk *desk;
    struct account account;
    struct api_client api;
    struct pull *pull;
    enum api_result result;

    int codes[2]; /* a pipe: when a code came */
    pthread_t scanner;
    atomic_bool scanning;
    double *us;
    unsigned count;
    bool known; /* the roster has the tickets */
};

static void
stop(const char *what)
{
    fprintf(stderr, "bench-sync: %s\n", what);
    exit(1);
}

static void
must(bool ok, const struct err *err)
{
    if (!ok)
        stop(err->text);
}

static double
clock_us(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double
now_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

static void
write_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)self;
    fprintf(stderr, "%s: %s\n", module, text);
}

/* ---- the door ------------------------------------------------------------- */

static void *
scan(void *self)
{
    struct bench *bench = self;
    while (atomic_load(&bench->scanning)) {
        double now = now_us();
        if (write(bench->codes[1], &now, sizeof now) != sizeof now)
            return NULL;
        usleep(CODE_EVERY_US);
    }
    return NULL;
}

static void
on_code(int fd, int events, void *self)
{
    (void)events;
    struct bench *bench = self;
    struct admit_facts facts;
    struct admit_answer answer;
    struct err err;
    double came;
    char code[48];
    if (read(fd, &came, sizeof came) != sizeof came)
        return;
    sync_code(code, random_u64(&random_system) % bench->positions);
    must(desk_judge(bench->desk, code, strlen(code), &facts, &answer, &err), &err);
    if (bench->known && answer.verdict != VERDICT_ADMIT)
        stop(verdict_name(answer.verdict));
    if (bench->count < LOOKS_MAX)
        bench->us[bench->count++] = now_us() - came;
}

/* ---- figures -------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
at(const struct bench *bench, double share)
{
    return bench->count == 0
               ? 0
               : bench->us[(unsigned)(share * (bench->count - 1) + 0.5)] / 1000;
}

static double
status_mib(const char *name)
{
    char line[256];
    double kib = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtod(line + strlen(name) + 1, NULL);
    }
    if (file)
        fclose(file);
    return kib / 1024;
}

static void
forget_peak(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "5", 1) != 1)
        fprintf(stderr, "bench-sync: peaks are those of the whole run\n");
    close(fd);
}

/* ---- a run ---------------------------------------------------------------- */

static void
on_done(enum api_result result, void *self)
{
    struct bench *bench = self;
    bench->result = result;
    loop_real_stop(bench->real);
}

static double
run(struct bench *bench, const char *what, bool full, unsigned times)
{
    static const char *const events[] = { "bench" };
    double rows = 0;
    struct pull_status status;
    struct loop_real_figures figures;
    double idle_mib = status_mib("VmRSS:");
    bench->count = 0;
    forget_peak();
    double began = now_us(), cpu = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    for (unsigned i = 0; i < times; i++) {
        pull_start(bench->pull, events, 1, full, on_done, bench);
        loop_real_run(bench->real);
        pull_status(bench->pull, &status);
        rows += (double)status.done * ORDER_POSITIONS;
        if (bench->result != API_OK)
            stop(status.trouble);
    }
    double took_s = (now_us() - began) / 1e6;
    double cpu_s = (clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e6;
    double peak_mib = status_mib("VmHWM:");
    loop_real_figures(bench->real, &figures);
    qsort(bench->us, bench->count, sizeof *bench->us, compare);
    printf("%9" PRIu64 "  %-8s %8.2f %8.2f %9.0f %8.1f %7u %8.2f %8.2f %8.2f %9.2f\n",
           bench->positions, what, took_s, cpu_s, rows / took_s, peak_mib - idle_mib,
           bench->count, at(bench, .5), at(bench, .99), at(bench, 1),
           (double)figures.longest_us / 1000);
    fflush(stdout);
    return took_s;
}

extern char **environ;

/* What the peer printed goes to a file. */
static bool
run_peer(const struct bench *bench, const char *out)
{
    char port[16], path[300];
    pid_t child;
    int status = -1;
    posix_spawn_file_actions_t actions;
    snprintf(port, sizeof port, "%d", bench->pages.port);
    snprintf(path, sizeof path, "%s/peer.db", bench->dir);
    char *arguments[] = { (char[]){ "python3" },
                          (char[]){ SOURCE_DIR "/tests/bench/sync_peer.py" }, port,
                          path, NULL };
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bool ok =
        posix_spawnp(&child, "python3", &actions, NULL, arguments, environ) == 0 &&
        waitpid(child, &status, 0) == child && status == 0;
    posix_spawn_file_actions_destroy(&actions);
    return ok;
}

static void
peer(struct bench *bench, double ours_s)
{
    char path[300];
    double took_s = 0, cpu_s = 0, mib = 0;
    long rows = 0;
    snprintf(path, sizeof path, "%s/peer.txt", bench->dir);
    FILE *out = run_peer(bench, path) ? fopen(path, "re") : NULL;
    if (!out || fscanf(out, "%lf %lf %ld %lf", &took_s, &cpu_s, &rows, &mib) != 4)
        fprintf(stderr, "bench-sync: no python3 to compare with\n");
    else
        printf("%9" PRIu64
               "  %-8s %8.2f %8.2f %9.0f %8.1f  %.1fx the time of `first`\n",
               bench->positions, "python", took_s, cpu_s, (double)rows / took_s, mib,
               took_s / ours_s);
    if (out)
        fclose(out);
}

/* ---- life ----------------------------------------------------------------- */

static void
open_desk(struct bench *bench)
{
    struct err err;
    struct desk_setting setting = { .db = bench->db,
                                    .loop = loop_real_door(bench->real),
                                    .clock = &clock_system,
                                    .random = &random_system,
                                    .log = &bench->log,
                                    .feed = &bench->feed,
                                    .station = "B",
                                    .readers = 1 };
    must(role_parse("list=bench/1", &setting.role, &err), &err);
    must(desk_create(&setting, &bench->desk, &err), &err);
}

static void
open_pull(struct bench *bench)
{
    struct err err;
    struct wire_curl_setting wire = { .loop = loop_real_door(bench->real),
                                      .log = &bench->log };
    must(wire_curl_create(&bench->curl, &wire, &err), &err);
    bench->account = (struct account){ .state = ACCOUNT_ACTIVE, .device_id = 1 };
    snprintf(bench->account.url, sizeof bench->account.url, "http://127.0.0.1:%d",
             bench->pages.port);
    str_copy(bench->account.organizer, sizeof bench->account.organizer, "o");
    str_copy(bench->account.token, sizeof bench->account.token, "token");
    bench->api = (struct api_client){ wire_curl_door(bench->curl), &clock_system,
                                      &bench->log, &bench->account };
    snprintf(bench->layouts, sizeof bench->layouts, "%s/layouts", bench->dir);
    struct pull_setting setting = { .db = bench->db,
                                    .loop = loop_real_door(bench->real),
                                    .task = task_real_door(bench->lanes),
                                    .clock = &clock_system,
                                    .random = &random_system,
                                    .log = &bench->log,
                                    .feed = &bench->feed,
                                    .api = &bench->api,
                                    .layouts = bench->layouts,
                                    .language = "en" };
    must(pull_create(&setting, &bench->pull, &err), &err);
}

static void
open_bench(struct bench *bench)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 1 };
    struct err err;
    feed_init(&bench->feed);
    bench->log = (struct log){ write_log, NULL, LOG_LEVEL_WARNING };
    if (!mkdtemp(bench->dir))
        stop("cannot make a directory");
    must(seal_from_bytes(key, &bench->seal, &err), &err);
    struct db_setting store = { .dir = bench->dir,
                                .seal = bench->seal,
                                .clock = &clock_system,
                                .random = &random_system,
                                .log = &bench->log };
    must(db_open(&store, &bench->db, &err), &err);
    must(loop_real_create(&bench->real, &err), &err);
    must(task_real_create(loop_real_door(bench->real), &bench->lanes, &err), &err);
    open_desk(bench);
    open_pull(bench);
}

static void
close_bench(struct bench *bench)
{
    pull_destroy(bench->pull);
    wire_curl_destroy(bench->curl);
    desk_destroy(bench->desk);
    task_real_destroy(bench->lanes);
    loop_real_destroy(bench->real);
    db_close(bench->db);
    seal_close(bench->seal);
    bench_remove_dir(bench->layouts);
    bench_remove_dir(bench->dir);
}

static void
measure(const char *parent, uint64_t positions)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench || pipe2(bench->codes, O_CLOEXEC) != 0)
        abort();
    bench->positions = positions;
    bench->us = calloc(LOOKS_MAX, sizeof *bench->us);
    snprintf(bench->dir, sizeof bench->dir, "%s/yuelai-bench-XXXXXX", parent);
    sync_start(&bench->pages, positions);
    fprintf(stderr, "%u pages, %.0f bytes a position, packed %.0f\n",
            bench->pages.pages, (double)bench->pages.plain_bytes / (double)positions,
            (double)bench->pages.packed_bytes / (double)positions);
    open_bench(bench);
    struct loop_watch *watch = loop_watch(loop_real_door(bench->real), bench->codes[0],
                                          LOOP_READ, on_code, bench);
    atomic_store(&bench->scanning, true);
    pthread_create(&bench->scanner, NULL, scan, bench);
    double ours_s = run(bench, "first", false, 1);
    bench->known = true;
    run(bench, "refresh", true, 1);
    run(bench, "delta", false, 10);
    atomic_store(&bench->scanning, false);
    pthread_join(bench->scanner, NULL);
    loop_unwatch(loop_real_door(bench->real), watch);
    peer(bench, ours_s);
    close_bench(bench);
    sync_stop(&bench->pages);
    close(bench->codes[0]);
    close(bench->codes[1]);
    free(bench->us);
    free(bench);
}

int
main(int argc, char **argv)
{
    const char *parent = "/var/tmp";
    long long sizes[16] = { 3500, 100000, 1000000 };
    unsigned count = 0, fixed = 3;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--short") == 0) {
            fixed = 1;
        } else if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc) {
            parent = argv[++i];
        } else if (count == 16 ||
                   !str_read_int(argv[i], 1, 10000000, &sizes[count++])) {
            fprintf(stderr, "usage: bench-sync [--short] [--dir DIR] [POSITIONS …]\n");
            return 2;
        }
    }
    printf("%9s  %-8s %8s %8s %9s %8s %7s %8s %8s %8s %9s\n", "positions", "what", "s",
           "cpu s", "rows/s", "MiB more", "codes", "p50 ms", "p99 ms", "max ms",
           "longest");
    for (unsigned i = 0; i < (count ? count : fixed); i++)
        measure(parent, (uint64_t)sizes[i]);
    return 0;
}
