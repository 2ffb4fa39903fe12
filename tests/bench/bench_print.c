/* bench-print [--short | ROUNDS]: from the scan's row to the first byte at a printer,
 * through a real cupsd on this machine, everything warm.
 *
 *     commit of the job's row -> drawn -> encoded -> SENDING on disk -> CUPS -> sink
 *
 * The sinks are TCP ports that note when the first byte of a job comes; the driverless
 * printer is ippeveprinter, whose command begins when it has the whole page (so its
 * time is late rather than early). `lp` prints
 * the same badge on the very queue that gets our bytes as application/vnd.cups-raw: as
 * a PDF with text in it, as check-in programs make them, and as a PDF of one picture,
 * our own fallback; all in turns, in one run. The targets: half of the badges within
 * 25 ms, and ten times ahead of that lp on the same queue; they are for a quiet
 * machine, so its load is said too. */

#include <arpa/inet.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "badge_pdf.h"
#include "press.h"
#include "print/printq.h"
#include "store/db.h"
#include "store/seal.h"
#include "str.h"

enum { RAW, PPD, DRIVERLESS, LP_TEXT, LP_PICTURE, PATHS };
enum { TARGET_MS = 25, TARGET_RATIO = 10 };
enum { ROUNDS_MAX = 200, WARM = 3, WAIT_MS = 15000 };

struct sink {
    int listener, port;
    atomic_llong first_us; /* of the job under way; 0 = none yet */
    pthread_t thread;
};

struct bench {
    struct press_room room;
    struct sink raw, ppd;
    struct loop_real *loop;
    struct task_real *task;
    struct seal *seal;
    struct db *db;
    struct easel *easel;
    struct printq *printq;
    struct feed feed;
    struct log log;
    struct printq_printer printers[3];
    struct loop_timer *limit;
    struct str pdf; /* the last badge, as a PDF */
    bool printed;
    double took_ms[PATHS][ROUNDS_MAX];
    int count[PATHS];
};

static const char *const path_names[PATHS] = {
    "raw queue, ZPL",
    "PPD queue, ours as vnd.cups-raw",
    "driverless queue, PWG raster",
    "PPD queue, lp badge.pdf (text)",
    "PPD queue, lp badge.pdf (a picture)",
};

static int64_t
now_us(void)
{
    return clock_mono_us(&clock_system);
}

/* ---- sinks ------------------------------------------------------------------ */

static void *
drink(void *self)
{
    struct sink *sink = self;
    for (;;) {
        char bytes[65536];
        int fd = accept(sink->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        while (read(fd, bytes, sizeof bytes) > 0) {
            long long none = 0;
            atomic_compare_exchange_strong(&sink->first_us, &none, now_us());
        }
        close(fd);
    }
}

static bool
open_sink(struct sink *sink)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sink->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (sink->listener < 0 || bind(sink->listener, (struct sockaddr *)&at, size) != 0 ||
        listen(sink->listener, 16) != 0 ||
        getsockname(sink->listener, (struct sockaddr *)&at, &size) != 0)
        return false;
    sink->port = ntohs(at.sin_port);
    return pthread_create(&sink->thread, NULL, drink, sink) == 0;
}

static void
close_sink(struct sink *sink)
{
    shutdown(sink->listener, SHUT_RDWR);
    pthread_join(sink->thread, NULL);
    close(sink->listener);
}

/* ---- the station ------------------------------------------------------------ */

static void
quiet(enum log_level level, const char *module, const char *text, void *self)
{
    (void)self;
    fprintf(stderr, "<%d>%s: %s\n", (int)level, module, text);
}

/* The artist also keeps each badge as a PDF, which is what lp gets. */
struct drawing {
    struct easel_request request, *theirs;
    struct bench *bench;
};

static void
drawn(struct easel_request *request)
{
    struct drawing *drawing = request->owner;
    struct easel_request *theirs = drawing->theirs;
    theirs->outcome = request->outcome;
    theirs->page = request->page;
    theirs->took_us = request->took_us;
    str_copy(theirs->text, sizeof theirs->text, request->text);
    if (request->outcome == EASEL_DRAWN && request->page.dpi == 203 &&
        drawing->bench->pdf.length == 0) {
        struct encoder_setting setting = { .media_width_um = 62000,
                                           .media_height_um = 100000 };
        struct err err;
        encode_pdf1.encode(&request->page, &setting, &drawing->bench->pdf, &err);
        char path[128];
        snprintf(path, sizeof path, "%s/text.pdf", drawing->bench->room.root);
        badge_pdf_write(path, &request->page);
    }
    theirs->done(theirs);
    free(drawing);
}

static void
draw(struct easel_request *theirs, void *self)
{
    struct bench *bench = self;
    struct drawing *drawing = calloc(1, sizeof *drawing);
    drawing->request = *theirs;
    drawing->request.done = drawn;
    drawing->request.owner = drawing;
    drawing->theirs = theirs;
    drawing->bench = bench;
    easel_draw(bench->easel, &drawing->request);
}

static void
job_changed(enum feed_topic topic, const void *what, void *self)
{
    struct bench *bench = self;
    const struct spool_job *job = what;
    (void)topic;
    if (job->state != SPOOL_PRINTED && job->state != SPOOL_FAILED &&
        job->state != SPOOL_UNCERTAIN)
        return;
    bench->printed = job->state == SPOOL_PRINTED;
    loop_real_stop(bench->loop);
}

static void
give_up(void *self)
{
    loop_real_stop(self);
}

static void
turn(struct bench *bench, int64_t ms)
{
    loop_timer_arm(loop_real_door(bench->loop), bench->limit, ms);
    loop_real_run(bench->loop);
    loop_timer_disarm(loop_real_door(bench->loop), bench->limit);
}

static bool
describe(struct bench *bench, unsigned at, const char *queue, const char *profile,
         struct err *err)
{
    struct printq_printer *printer = &bench->printers[at];
    str_copy(printer->name, sizeof printer->name, queue);
    snprintf(printer->uri, sizeof printer->uri, "cups:%s", queue);
    str_copy(printer->server, sizeof printer->server, bench->room.server);
    str_copy(printer->design, sizeof printer->design, "conference-62x100");
    return profile_load(SOURCE_DIR "/templates/printer", profile, &printer->profile,
                        err) &&
           profile_choose_media(&printer->profile, "62x100", err);
}

static bool
open_store(struct bench *bench, struct err *err)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 1 };
    char data[128], cache[128];
    snprintf(data, sizeof data, "%s/data", bench->room.root);
    snprintf(cache, sizeof cache, "%s/designs", bench->room.root);
    if (!loop_real_create(&bench->loop, err) ||
        !task_real_create(loop_real_door(bench->loop), &bench->task, err) ||
        !seal_from_bytes(key, &bench->seal, err))
        return false;
    struct db_setting db = { .dir = data,
                             .seal = bench->seal,
                             .clock = &clock_system,
                             .random = &random_system,
                             .log = &bench->log };
    struct easel_setting easel = { .helper = BINARY_DIR "/kiosk-draw",
                                   .designs = SOURCE_DIR "/templates/badge",
                                   .cache = cache,
                                   .fonts = SOURCE_DIR "/templates/system/fonts.conf",
                                   .loop = loop_real_door(bench->loop),
                                   .clock = &clock_system,
                                   .log = &bench->log };
    return db_open(&db, &bench->db, err) && easel_create(&easel, &bench->easel, err);
}

static bool
open_station(struct bench *bench, struct err *err)
{
    static const struct printer_driver *const drivers[] = { &print_cups, NULL };
    static const struct encoder *const encoders[] = { &encode_zpl, &encode_pwg, NULL };
    bench->log = (struct log){ quiet, NULL, LOG_LEVEL_WARNING };
    if (!open_store(bench, err) || !describe(bench, 0, "raw", "virtual-zpl-203", err) ||
        !describe(bench, 1, "ppd", "virtual-zpl-203", err) ||
        !describe(bench, 2, "driverless", "driverless-300", err))
        return false;
    feed_init(&bench->feed);
    feed_listen(&bench->feed, 1u << FEED_JOB, job_changed, bench);
    bench->limit = loop_timer_create(loop_real_door(bench->loop), give_up, bench->loop);
    struct printq_setting setting = { .printers = bench->printers,
                                      .count = 3,
                                      .drivers = drivers,
                                      .encoders = encoders,
                                      .db = bench->db,
                                      .artist = { .draw = draw, .self = bench },
                                      .random = &random_system,
                                      .loop = loop_real_door(bench->loop),
                                      .task = task_real_door(bench->task),
                                      .clock = &clock_system,
                                      .log = &bench->log,
                                      .feed = &bench->feed,
                                      .station = "A" };
    return printq_create(&setting, &bench->printq, err);
}

static void
close_station(struct bench *bench)
{
    printq_destroy(bench->printq);
    easel_destroy(bench->easel);
    db_close(bench->db);
    seal_close(bench->seal);
    loop_timer_destroy(loop_real_door(bench->loop), bench->limit);
    task_real_destroy(bench->task);
    loop_real_destroy(bench->loop);
    str_finish(&bench->pdf);
}

/* ---- one badge -------------------------------------------------------------- */

/* The driverless printer's last "start" in its log, as monotonic microseconds. */
static int64_t
driverless_us(const struct bench *bench)
{
    char path[128], line[256];
    double at = 0;
    snprintf(path, sizeof path, "%s/driverless/log", bench->room.root);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strstr(line, " start "))
            at = strtod(line, NULL);
    }
    if (file)
        fclose(file);
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    double now = (double)wall.tv_sec + (double)wall.tv_nsec / 1e9;
    return now_us() - (int64_t)((now - at) * 1e6);
}

static bool
print_ours(struct bench *bench, int path, int64_t *took_us)
{
    struct sink *sinks[] = { &bench->raw, &bench->ppd };
    struct spool_job job = { .event = "citec", .kind = "guest", .station = "A" };
    struct err err;
    for (unsigned i = 0; i < 3; i++)
        printq_drain(bench->printq, i, (int)i != path, &err);
    turn(bench, 100);
    snprintf(job.ref, sizeof job.ref, "B%010" PRIX64,
             (uint64_t)now_us() & 0xFFFFFFFFFF);
    snprintf(job.fields, sizeof job.fields,
             "{\"event\":\"CITEC 2026\",\"name\":\"张伟\",\"name_latin\":\"Zhang Wei\","
             "\"organisation\":\"Novi Sad\",\"country\":\"China\",\"kind\":\"guest\","
             "\"kind_label\":\"GUEST\",\"ref\":\"%s\"}",
             job.ref);
    if (path < 2)
        atomic_store(&sinks[path]->first_us, 0);
    bench->printed = false;
    int64_t start_us = now_us();
    if (!db_begin(bench->db, &err) || !spool_add(bench->db, &job, &err) ||
        !db_commit(bench->db, &err))
        return false;
    printq_poke(bench->printq);
    turn(bench, WAIT_MS);
    *took_us = (path < 2 ? atomic_load(&sinks[path]->first_us) : driverless_us(bench)) -
               start_us;
    return bench->printed;
}

static bool
write_picture(struct bench *bench)
{
    char path[128];
    snprintf(path, sizeof path, "%s/picture.pdf", bench->room.root);
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    fwrite(bench->pdf.data, 1, bench->pdf.length, file);
    return fclose(file) == 0;
}

static bool
print_lp(struct bench *bench, const char *name, int64_t *took_us)
{
    if (!write_picture(bench))
        return false;
    atomic_store(&bench->ppd.first_us, 0);
    int64_t start_us = now_us();
    bool good = press_shell(
        "CUPS_SERVER=%s lp -d ppd -o media=Custom.62x100mm %s/%s.pdf >%s/lp",
        bench->room.server, bench->room.root, name, bench->room.root);
    for (int i = 0; good && atomic_load(&bench->ppd.first_us) == 0; i++) {
        if (now_us() - start_us > WAIT_MS * 1000)
            return false;
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
    }
    *took_us = atomic_load(&bench->ppd.first_us) - start_us;
    turn(bench, 1500); /* its filters are gone */
    return good;
}

/* ---- the table -------------------------------------------------------------- */

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void
judge(const char *what, double value, const char *unit, double target, bool met)
{
    printf("  %-50s %7.1f %-3s target %s %g: %s\n", what, value, unit,
           unit[0] == 'x' ? "at least" : "at most", target, met ? "met" : "MISSED");
}

/* Against what a check-in program does today: lp on the queue that gets our bytes. */
static void
judge_all(const struct bench *bench, const double median[PATHS])
{
    static const int ours[] = { RAW, PPD }, theirs[] = { LP_TEXT, LP_PICTURE };
    char what[80];
    printf("\n");
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        double p50 = median[ours[i]];
        if (bench->count[ours[i]] == 0) {
            printf("  p50, %s: nothing came out: MISSED\n", path_names[ours[i]]);
            continue;
        }
        snprintf(what, sizeof what, "p50, %s", path_names[ours[i]]);
        judge(what, p50, "ms", TARGET_MS, p50 <= TARGET_MS);
    }
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++) {
        double ratio = median[PPD] > 0 ? median[theirs[i]] / median[PPD] : 0;
        snprintf(what, sizeof what, "same PPD queue, against%s",
                 strchr(path_names[theirs[i]], ',') + 1);
        judge(what, ratio, "x", TARGET_RATIO, ratio >= TARGET_RATIO);
    }
}

static void
table(struct bench *bench, double load)
{
    double median[PATHS], load_now = 0;
    getloadavg(&load_now, 1);
    for (int path = 0; path < PATHS; path++) {
        qsort(bench->took_ms[path], (size_t)bench->count[path], sizeof(double),
              by_size);
        median[path] =
            bench->count[path] ? bench->took_ms[path][bench->count[path] / 2] : 0;
    }
    printf("scan to first byte at the printer, ms (load %.1f at the start, %.1f at the "
           "end, %ld processors)\n\n",
           load, load_now, sysconf(_SC_NPROCESSORS_ONLN));
    printf("%-36s %4s %8s %8s %8s %9s %12s\n", "path", "n", "min", "p50", "p95",
           "lp text /", "lp picture /");
    for (int path = 0; path < PATHS; path++) {
        int n = bench->count[path];
        const double *took = bench->took_ms[path];
        if (n == 0) {
            printf("%-36s nothing came out\n", path_names[path]);
            continue;
        }
        printf("%-36s %4d %8.1f %8.1f %8.1f %8.1fx %11.1fx\n", path_names[path], n,
               took[0], median[path], took[n * 95 / 100],
               median[LP_TEXT] / median[path], median[LP_PICTURE] / median[path]);
    }
    judge_all(bench, median);
}

static void
measure(struct bench *bench, int rounds)
{
    for (int round = 0; round < rounds + WARM; round++) {
        for (int path = 0; path < PATHS; path++) {
            int64_t took_us = 0;
            bool good = path == LP_PICTURE ? print_lp(bench, "picture", &took_us)
                        : path == LP_TEXT  ? print_lp(bench, "text", &took_us)
                                           : print_ours(bench, path, &took_us);
            if (!good)
                fprintf(stderr, "bench-print: %s: a badge did not come out\n",
                        path_names[path]);
            else if (round >= WARM)
                bench->took_ms[path][bench->count[path]++] = (double)took_us / 1000;
        }
    }
}

int
main(int argc, char **argv)
{
    static struct bench bench;
    struct err err = { 0 };
    double load = 0;
    bool is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
    int rounds = is_short ? 3 : argc > 1 ? (int)strtol(argv[1], NULL, 10) : 15;
    if (rounds < 1 || rounds > ROUNDS_MAX)
        rounds = 15;
    getloadavg(&load, 1);
    str_init(&bench.pdf, ENCODER_DOCUMENT_MAX);
    bool good =
        open_sink(&bench.raw) && open_sink(&bench.ppd) &&
        press_room_open(&bench.room, "driverless=ipp") &&
        press_shell(
            "export CUPS_SERVER=%s; exec 2>/dev/null; "
            "lpadmin -p raw -E -v 'socket://127.0.0.1:%d/?snmp=false' -m raw && "
            "lpadmin -p ppd -E -v 'socket://127.0.0.1:%d/?snmp=false' "
            "-m drv:///sample.drv/zebra.ppd",
            bench.room.server, bench.raw.port, bench.ppd.port);
    if (good && open_station(&bench, &err)) {
        measure(&bench, rounds);
        table(&bench, load);
        close_station(&bench);
    } else {
        fprintf(stderr, "bench-print: %s\n", err.text[0] ? err.text : "no rig");
        good = false;
    }
    press_room_close(&bench.room);
    close_sink(&bench.raw);
    close_sink(&bench.ppd);
    return good ? 0 : 1;
}
