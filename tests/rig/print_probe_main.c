/* print-probe: a station's print half alone, for tests against a real cupsd:
 * journal.db, print queue, drawing helper, CUPS; no scanner, no screen.
 *
 *     print-probe --data DIR --server SOCKET --build BUILD --source SOURCE
 *                 --printer NAME=URI=PROFILE=MEDIA=DESIGN …
 *                 [--jobs N] [--test NAME] [--drawn DIR] [--deadline MS] [--timeout S]
 *                 [--pin]
 *
 * Adds N guests, prints what is in the spool until nothing is on its way, and says a
 * line for each job: id issue state evidence printer why. What is already in DIR is
 * taken up again: killing and starting it is a station's restart. --drawn keeps each
 * page as it was drawn, DIR/<badge code>.pbm. --pin: each job may go to one printer
 * only, in turn. The last line is the longest that the loop was held up.
 *
 * Ends with 0: all printed; 3: something failed or is uncertain; 4: timeout. */

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "all_encoders.h"
#include "base/loop_real.h"
#include "base/task_real.h"
#include "label.h"
#include "print/easel.h"
#include "print/printq.h"
#include "store/db.h"
#include "store/seal.h"
#include "str.h"

struct probe {
    const char *data, *server, *build, *source, *drawn, *test;
    long jobs, timeout_s;
    struct printq_printer printers[PRINTQ_PRINTERS_MAX];
    struct printq_setting setting;
    struct loop_real *loop;
    struct task_real *task;
    struct seal *seal;
    struct db *db;
    struct easel *easel;
    struct printq *printq;
    struct feed feed;
    struct log log;
    struct loop_timer *look;
    int64_t until_ms;
    bool late, pin;
};

static void
to_stderr(enum log_level level, const char *module, const char *text, void *self)
{
    (void)self;
    fprintf(stderr, "%" PRId64 " <%d>%s: %s\n", clock_mono_ms(&clock_system),
            (int)level, module, text);
}

/* ---- the artist: the easel, with somebody looking over its shoulder --------- */

struct seen {
    struct easel_request request; /* ours, to the easel */
    struct easel_request *theirs;
    struct probe *probe;
    char name[64];
};

static void
keep(const struct probe *probe, const struct page *page, const char *name)
{
    char path[512];
    struct label label;
    struct err err;
    snprintf(path, sizeof path, "%s/%s.pbm", probe->drawn, name);
    if (!label_init(&label, page->width_dots, page->height_dots, &err))
        return;
    for (int32_t y = 0; y < page->height_dots; y++)
        memcpy(label.bits + (size_t)y * label.stride,
               page->bits + (size_t)y * (size_t)page->stride_bytes, label.stride);
    label_write_pbm(&label, path, &err);
    label_finish(&label);
}

static void
seen_drawn(struct easel_request *request)
{
    struct seen *seen = request->owner;
    struct easel_request *theirs = seen->theirs;
    if (request->outcome == EASEL_DRAWN && seen->probe->drawn)
        keep(seen->probe, &request->page, seen->name);
    theirs->outcome = request->outcome;
    theirs->page = request->page;
    theirs->overflow = request->overflow;
    theirs->took_us = request->took_us;
    str_copy(theirs->text, sizeof theirs->text, request->text);
    theirs->done(theirs);
    free(seen);
}

static void
draw(struct easel_request *theirs, void *self)
{
    struct probe *probe = self;
    struct seen *seen = calloc(1, sizeof *seen);
    seen->request = *theirs;
    seen->request.done = seen_drawn;
    seen->request.owner = seen;
    seen->theirs = theirs;
    seen->probe = probe;
    str_copy(seen->name, sizeof seen->name, theirs->qr);
    for (char *c = seen->name; *c; c++) {
        if (*c == ' ')
            *c = '-';
    }
    easel_draw(probe->easel, &seen->request);
}

/* ---- guests ----------------------------------------------------------------- */

static bool
add_guests(struct probe *probe, struct err *err)
{
    static const char *const names[] = { "张伟",          "Đorđević Šćepanović",
                                         "محمد الفارسی",  "Александра Ковалёва",
                                         "김민준",        "João Gonçalves",
                                         "李^XA~HS<&\">", "Ola Ødegård" };
    for (long i = 0; i < probe->jobs; i++) {
        struct spool_job job = { .event = "citec", .kind = "guest", .cause = "first" };
        str_copy(job.station, sizeof job.station, "A");
        if (probe->pin)
            str_copy(job.kind, sizeof job.kind,
                     probe->printers[i % probe->setting.count].name);
        snprintf(job.ref, sizeof job.ref, "PR%08" PRIX32,
                 (uint32_t)(clock_mono_us(&clock_system) & 0xFFFFFFFF));
        const char *name = names[i % 8];
        bool quotes = strchr(name, '"') != NULL;
        snprintf(job.fields, sizeof job.fields,
                 "{\"event\":\"CITEC 2026\",\"name\":\"%s\",\"organisation\":\"Novi "
                 "Sad\",\"country\":\"Serbia\",\"kind\":\"guest\",\"kind_label\":"
                 "\"GUEST\",\"ref\":\"%s\"}",
                 quotes ? "李^XA~HS<&\\\">" : name, job.ref);
        if (!db_begin(probe->db, err) || !spool_add(probe->db, &job, err) ||
            !db_commit(probe->db, err))
            return false;
    }
    return true;
}

/* ---- the end ---------------------------------------------------------------- */

static bool
is_over(struct probe *probe)
{
    int64_t counts[SPOOL_STATE_COUNT], open = 0;
    struct err err;
    if (!spool_counts(probe->db, counts, &err))
        return false;
    for (int state = SPOOL_QUEUED; state <= SPOOL_UNKNOWN; state++)
        open += counts[state];
    for (unsigned i = 0; i < printq_count(probe->printq); i++) {
        struct printq_status status;
        printq_status(probe->printq, i, &status);
        open += status.health == PRINTQ_PRINTING;
    }
    return open == 0;
}

static void
look(void *self)
{
    struct probe *probe = self;
    loop_timer_arm(loop_real_door(probe->loop), probe->look, 50);
    if (probe->test) {
        struct err err = { 0 };
        bool asked = false;
        for (unsigned i = 0; i < probe->setting.count; i++) {
            struct printq_status status;
            printq_status(probe->printq, i, &status);
            if (strcmp(status.name, probe->test) == 0 && status.health == PRINTQ_READY)
                asked = printq_test(probe->printq, i, &err);
        }
        if (asked)
            probe->test = NULL;
    } else if (is_over(probe)) {
        loop_real_stop(probe->loop);
    }
    if (clock_mono_ms(&clock_system) > probe->until_ms) {
        probe->late = true;
        loop_real_stop(probe->loop);
    }
}

static bool
tell(const struct spool_job *job, void *self)
{
    int *worst = self;
    printf("%" PRId64 " %" PRIu32 " %s %s %s %s %s\n", job->id, job->issue, job->ref,
           spool_state_name(job->state), spool_evidence_name(job->evidence),
           job->printer[0] ? job->printer : "-", job->why);
    if (job->state != SPOOL_PRINTED && *worst == 0)
        *worst = 3;
    return true;
}

/* ---- building it ------------------------------------------------------------ */

static bool
take_printer(struct probe *probe, char *text, struct err *err)
{
    char *part[5], profiles[512];
    for (int i = 0; i < 5; i++) {
        part[i] = strsep(&text, "=");
        if (!part[i])
            return err_set(err, ERR_INPUT, "--printer: NAME=URI=PROFILE=MEDIA=DESIGN");
    }
    struct printq_printer *printer = &probe->printers[probe->setting.count++];
    str_copy(printer->name, sizeof printer->name, part[0]);
    str_copy(printer->uri, sizeof printer->uri, part[1]);
    str_copy(printer->server, sizeof printer->server, probe->server);
    str_copy(printer->design, sizeof printer->design, part[4]);
    snprintf(profiles, sizeof profiles, "%s/templates/printer", probe->source);
    return profile_load(profiles, part[2], &printer->profile, err) &&
           profile_choose_media(&printer->profile, part[3], err);
}

static bool
open_easel(struct probe *probe, struct err *err)
{
    char helper[512], designs[512], cache[512], fonts[512];
    snprintf(helper, sizeof helper, "%s/kiosk-draw", probe->build);
    snprintf(designs, sizeof designs, "%s/templates/badge", probe->source);
    snprintf(cache, sizeof cache, "%s/designs", probe->data);
    snprintf(fonts, sizeof fonts, "%s/templates/system/fonts.conf", probe->source);
    struct easel_setting setting = { .helper = helper,
                                     .designs = designs,
                                     .cache = cache,
                                     .fonts = fonts,
                                     .loop = loop_real_door(probe->loop),
                                     .clock = &clock_system,
                                     .log = &probe->log };
    return easel_create(&setting, &probe->easel, err);
}

static bool
open_all(struct probe *probe, struct err *err)
{
    static const struct printer_driver *const drivers[] = { &print_cups, &print_file,
                                                            NULL };
    static const uint8_t key[SEAL_KEY_BYTES] = { 1 };
    if (!loop_real_create(&probe->loop, err) ||
        !task_real_create(loop_real_door(probe->loop), &probe->task, err) ||
        !seal_from_bytes(key, &probe->seal, err))
        return false;
    struct db_setting db = { .dir = probe->data,
                             .seal = probe->seal,
                             .clock = &clock_system,
                             .random = &random_system,
                             .log = &probe->log };
    if (!db_open(&db, &probe->db, err) || !open_easel(probe, err) ||
        !add_guests(probe, err))
        return false;
    feed_init(&probe->feed);
    probe->setting.printers = probe->printers;
    probe->setting.drivers = drivers;
    probe->setting.encoders = all_encoders;
    probe->setting.db = probe->db;
    probe->setting.artist = (struct printq_artist){ .draw = draw, .self = probe };
    probe->setting.random = &random_system;
    probe->setting.loop = loop_real_door(probe->loop);
    probe->setting.task = task_real_door(probe->task);
    probe->setting.clock = &clock_system;
    probe->setting.log = &probe->log;
    probe->setting.feed = &probe->feed;
    probe->setting.station = "A";
    return printq_create(&probe->setting, &probe->printq, err);
}

static bool
read_options(struct probe *probe, int argc, char **argv, struct err *err)
{
    static const struct option options[] = {
        { "data", 1, NULL, 'd' },    { "server", 1, NULL, 's' },
        { "build", 1, NULL, 'b' },   { "source", 1, NULL, 'S' },
        { "printer", 1, NULL, 'p' }, { "jobs", 1, NULL, 'j' },
        { "drawn", 1, NULL, 'D' },   { "deadline", 1, NULL, 'l' },
        { "timeout", 1, NULL, 't' }, { "test", 1, NULL, 'T' },
        { "pin", 0, NULL, 'P' },     { NULL, 0, NULL, 0 },
    };
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'd')
            probe->data = optarg;
        else if (c == 's')
            probe->server = optarg;
        else if (c == 'b')
            probe->build = optarg;
        else if (c == 'S')
            probe->source = optarg;
        else if (c == 'D')
            probe->drawn = optarg;
        else if (c == 'T')
            probe->test = optarg;
        else if (c == 'P')
            probe->pin = true;
        else if (c == 'j')
            probe->jobs = strtol(optarg, NULL, 10);
        else if (c == 'l')
            probe->setting.deadline_ms = strtol(optarg, NULL, 10);
        else if (c == 't')
            probe->timeout_s = strtol(optarg, NULL, 10);
        else if (c != 'p' || !take_printer(probe, optarg, err))
            return false;
    }
    for (unsigned i = 0; probe->pin && i < probe->setting.count; i++)
        str_copy(probe->printers[i].kinds, sizeof probe->printers[i].kinds,
                 probe->printers[i].name);
    return probe->data && probe->server && probe->build && probe->source;
}

static int
run(struct probe *probe)
{
    struct err err;
    struct loop_real_figures figures;
    int worst = 0;
    probe->until_ms = clock_mono_ms(&clock_system) + 1000 * probe->timeout_s;
    probe->look = loop_timer_create(loop_real_door(probe->loop), look, probe);
    loop_timer_arm(loop_real_door(probe->loop), probe->look, 50);
    loop_real_run(probe->loop);
    loop_timer_destroy(loop_real_door(probe->loop), probe->look);
    spool_each(probe->db, ~0u, 0, tell, &worst, &err);
    loop_real_figures(probe->loop, &figures);
    printf("loop late_max_ms=%" PRId64 " longest_ms=%" PRId64 "\n",
           figures.late_max_us / 1000, figures.longest_us / 1000);
    return probe->late ? 4 : worst;
}

int
main(int argc, char **argv)
{
    static struct probe probe;
    struct err err = { 0 };
    probe.log = (struct log){ to_stderr, NULL, LOG_LEVEL_INFO };
    probe.timeout_s = 30;
    if (!read_options(&probe, argc, argv, &err) || !open_all(&probe, &err)) {
        fprintf(stderr, "print-probe: %s\n", err.text[0] ? err.text : "see its source");
        return 2;
    }
    int code = run(&probe);
    printq_destroy(probe.printq);
    easel_destroy(probe.easel);
    db_close(probe.db);
    seal_close(probe.seal);
    task_real_destroy(probe.task);
    loop_real_destroy(probe.loop);
    return code;
}
