/* bench draw: a guest becomes dots.
 *
 *     in process    badge_draw alone
 *     by easel      the way of a real badge: socket, jail, sealed page, loop
 *
 * Each design with guests of each script, warm; then 1,000 guests of all kinds, the
 * first badge of a cold helper, the helper's memory, and what else one might take
 * (draw_peers.py). `--short`: few of each; `--full`: the peers make all badges, too. */

#include <ftw.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/loop_real.h"
#include "clock.h"
#include "draw/badge.h"
#include "draw/prepare.h"
#include "print/easel.h"
#include "str.h"

#include "draw_guests.h"

extern char **environ;

enum { DPI = 300, SAMPLES_MAX = 4000 };

static const char *const designs[] = { "conference-62x100", "address-89x36",
                                       "event-100x150", "a6-105x148" };
enum { DESIGNS = sizeof designs / sizeof designs[0] };

struct crowd { /* guests of all scripts: what everybody is compared by */
    int count;
    double seconds; /* they took, one after the other */
    long peak_kib;  /* of the helper that drew them; -1: it has just been renewed */
};

/* ---- figures ------------------------------------------------------------ */

struct figures {
    int64_t us[SAMPLES_MAX];
    int count;
};

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
note(struct figures *figures, int64_t us)
{
    if (figures->count < SAMPLES_MAX)
        figures->us[figures->count++] = us;
}

static double
rank(struct figures *figures, double share)
{
    if (figures->count == 0)
        return 0;
    qsort(figures->us, (size_t)figures->count, sizeof figures->us[0], compare);
    int at = (int)(share * figures->count);
    return (double)figures->us[at < figures->count ? at : figures->count - 1] / 1000;
}

static int64_t
now_us(void)
{
    return clock_mono_us(&clock_system);
}

/* ---- in process --------------------------------------------------------- */

static bool
load_design(const char *name, struct design *design)
{
    struct design_target target = { .dpi = DPI };
    char path[512], *bytes = malloc(PREPARE_FILE_MAX);
    struct err err;

    snprintf(path, sizeof path, SOURCE_DIR "/templates/badge/%s.svg", name);
    FILE *file = fopen(path, "r");
    size_t length = file && bytes ? fread(bytes, 1, PREPARE_FILE_MAX, file) : 0;
    if (file)
        fclose(file);
    bool good = length > 0 && prepare_design(bytes, length, &target, design, &err);
    if (!good)
        printf("%s: cannot be prepared\n", path);
    free(bytes);
    return good;
}

static void
draw_inside(struct badge *badge, const struct design *design, int script, int count,
            struct figures *figures)
{
    struct str json;
    str_init(&json, 4096);
    figures->count = 0;
    for (int i = -GUESTS_A_SCRIPT; i < count; i++) { /* the first ones warm it up */
        struct fields fields;
        struct page page;
        struct badge_report report;
        struct err err;
        char qr[64];
        int guest = i + GUESTS_A_SCRIPT;

        make_fields(script, guest, &json);
        make_code(guest, qr, sizeof qr);
        int64_t began = now_us();
        if (!fields_read(json.data, json.length, &fields, &err))
            continue;
        struct badge_guest whom = { .design = design, .fields = &fields, .qr = qr };
        bool good = badge_draw(badge, &whom, &page, &report, &err);
        int64_t took = now_us() - began;
        if (good && i >= 0)
            note(figures, took);
        fields_finish(&fields);
    }
    str_finish(&json);
}

/* ---- by easel ----------------------------------------------------------- */

struct round {
    struct loop_real *real;
    struct easel *easel;
    struct easel_request request;
    int design, script, next, count;
    struct figures *figures;
    struct str json;
    char qr[64];
    int64_t began_us;
    struct easel_target target;
    bool names; /* no two guests alike */
    bool failed;
};

static void
ask(struct round *round)
{
    int script = round->script >= 0 ? round->script : round->next % SCRIPTS;
    if (round->names)
        make_name(round->next, &round->json);
    else
        make_fields(script, round->next / (round->script >= 0 ? 1 : SCRIPTS),
                    &round->json);
    make_code(round->next, round->qr, sizeof round->qr);
    round->request.fields = round->json.data;
    round->request.qr = round->qr;
    round->request.design = designs[round->design];
    round->request.target = round->target;
    round->began_us = now_us();
    easel_draw(round->easel, &round->request);
}

static void
on_done(struct easel_request *request)
{
    struct round *round = request->owner;
    if (request->outcome != EASEL_DRAWN) {
        printf("%s: %s\n", request->design, request->text);
        round->failed = true;
    } else if (round->next >= GUESTS_A_SCRIPT)
        note(round->figures, now_us() - round->began_us);
    if (++round->next < round->count + GUESTS_A_SCRIPT && !round->failed)
        ask(round);
    else
        loop_real_stop(round->real);
}

static void
draw_by_easel(struct round *round, int script, int count, struct figures *figures)
{
    round->script = script;
    round->count = count;
    round->next = 0;
    round->figures = figures;
    figures->count = 0;
    ask(round);
    loop_real_run(round->real);
}

static void
be_quiet(enum log_level level, const char *module, const char *text, void *self)
{
    (void)self;
    if (level <= LOG_LEVEL_WARNING)
        printf("%s: %s\n", module, text);
}

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

/* ---- the helper's memory ------------------------------------------------ */

static long
memory_kib(int pid, const char *name, const char *word)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, word, strlen(word)) == 0)
            kib = strtol(line + strlen(word), NULL, 10);
    }
    if (file)
        fclose(file);
    return kib;
}

static long
pss_kib(int pid)
{
    return memory_kib(pid, "smaps_rollup", "Pss:");
}

/* ---- peers -------------------------------------------------------------- */

/* The guests of bench_crowd, a line of JSON each, with their codes. */
static bool
write_guests(const char *path, int count, struct str *json)
{
    FILE *file = fopen(path, "w");
    for (int i = 0; file && i < count; i++) {
        char qr[64];
        make_fields(i % SCRIPTS, i / SCRIPTS, json);
        make_code(i, qr, sizeof qr);
        fprintf(file, "%.*s,\"qr\":\"%s\"}\n", (int)json->length - 1, json->data, qr);
    }
    return file && fclose(file) == 0;
}

static void
compare_with_peers(const char *dir, const struct crowd *crowd, const char *option,
                   struct str *json)
{
    char guests[256], seconds[32], mib[32];
    pid_t pid;
    snprintf(guests, sizeof guests, "%s/guests", dir);
    snprintf(seconds, sizeof seconds, "%.3f", crowd->seconds);
    snprintf(mib, sizeof mib, "%.1f", (double)crowd->peak_kib / 1024);
    const char *const arguments[] = { "/usr/bin/python3",
                                      SOURCE_DIR "/tests/bench/draw_peers.py",
                                      guests,
                                      seconds,
                                      mib,
                                      option,
                                      NULL };
    printf("\n");
    fflush(stdout);
    if (!write_guests(guests, crowd->count, json) ||
        posix_spawn(&pid, arguments[0], NULL, NULL, (char *const *)(uintptr_t)arguments,
                    environ) != 0 ||
        waitpid(pid, NULL, 0) != pid)
        printf("the peers cannot be asked\n");
}

/* ---- the whole ---------------------------------------------------------- */

static bool
bench_designs(struct round *round, struct badge *badge, int count)
{
    static struct figures inside, outside;

    long one_design_kib = 0;
    printf("%-18s %-9s %9s %9s   %9s %9s %9s\n", "design, 300 dpi", "script", "inside",
           "p99", "by easel", "p99", "max");
    for (int d = 0; d < DESIGNS; d++) {
        struct design design;
        if (!load_design(designs[d], &design))
            return false;
        round->design = d;
        round->target = (struct easel_target){ .dpi = DPI,
                                               .width_dots = design.width_dots,
                                               .height_dots = design.height_dots };
        for (int s = 0; s < SCRIPTS; s++) {
            draw_inside(badge, &design, s, count, &inside);
            draw_by_easel(round, s, count, &outside);
            printf("%-18s %-9s %6.2f ms %6.2f ms   %6.2f ms %6.2f ms %6.2f ms\n",
                   designs[d], scripts[s].name, rank(&inside, 0.5), rank(&inside, 0.99),
                   rank(&outside, 0.5), rank(&outside, 0.99), rank(&outside, 1));
            if (d == 0 && s == SCRIPTS - 1)
                one_design_kib = pss_kib(easel_helper_pid(round->easel));
        }
        design_finish(&design);
    }
    printf("\nhelper's memory (PSS) after the first design: %.1f MiB\n",
           (double)one_design_kib / 1024);
    return !round->failed;
}

static void
tell_memory(const struct round *round, const char *what)
{
    int pid = easel_helper_pid(round->easel);
    long kib = pid > 0 ? pss_kib(pid) : -1;
    printf("helper's memory (PSS) after %s: ", what);
    if (kib >= 0)
        printf("%.1f MiB\n", (double)kib / 1024);
    else
        printf("it is being renewed\n");
}

static void
bench_crowd(struct round *round, struct crowd *crowd)
{
    static struct figures figures;
    round->design = 0;
    round->target =
        (struct easel_target){ .dpi = DPI, .width_dots = 732, .height_dots = 1181 };
    int64_t began = now_us();
    draw_by_easel(round, -1, crowd->count, &figures);
    crowd->seconds = (double)(now_us() - began) / 1e6;
    printf("\n%d badges of all scripts, one after the other: %.2f s; p50 %.2f p99 %.2f "
           "ms\n",
           crowd->count, crowd->seconds, rank(&figures, 0.5), rank(&figures, 0.99));
    crowd->peak_kib = memory_kib(easel_helper_pid(round->easel), "status", "VmHWM:");
    tell_memory(round, "the four designs and these");
}

static void
bench_names(struct round *round, int count)
{
    static struct figures figures;
    round->names = true;
    int64_t began = now_us();
    draw_by_easel(round, 0, count, &figures);
    round->names = false;
    printf("\n%d guests of that many Chinese names: %.2f s; p50 %.2f p99 %.2f max %.2f "
           "ms\n",
           count, (double)(now_us() - began) / 1e6, rank(&figures, 0.5),
           rank(&figures, 0.99), rank(&figures, 1));
    tell_memory(round, "them");
}

static bool
start(struct round *round, const char *dir, const struct log *log)
{
    static struct figures first;
    char cache[128];
    struct err err;

    snprintf(cache, sizeof cache, "%s/cache", dir);
    struct easel_setting setting = { .helper = BINARY_DIR "/kiosk-draw",
                                     .designs = SOURCE_DIR "/templates/badge",
                                     .cache = cache,
                                     .fonts = SOURCE_DIR "/templates/system/fonts.conf",
                                     .loop = loop_real_door(round->real),
                                     .clock = &clock_system,
                                     .log = log };
    for (int pass = 0; pass < 2; pass++) {
        int64_t began = now_us();
        easel_destroy(round->easel);
        round->easel = NULL;
        if (!easel_create(&setting, &round->easel, &err)) {
            printf("%s\n", err.text);
            return false;
        }
        round->target =
            (struct easel_target){ .dpi = DPI, .width_dots = 732, .height_dots = 1181 };
        draw_by_easel(round, 0, 1 - GUESTS_A_SCRIPT, &first);
        printf("first badge, from the start of the helper, %s: %.0f ms\n",
               pass == 0 ? "no caches of fonts or designs" : "with them",
               (double)(now_us() - began) / 1000);
    }
    printf("\n");
    return !round->failed;
}

int
main(int argument_count, char **arguments)
{
    bool is_short = argument_count > 1 && strcmp(arguments[1], "--short") == 0;
    int count = is_short ? 20 : 300;
    struct round round = { .request = { .done = on_done } };
    struct log log = { be_quiet, NULL, LOG_LEVEL_INFO };
    struct badge *badge = NULL;
    struct err err;
    char dir[] = "/tmp/yuelai-bench-XXXXXX";
    struct crowd crowd = { .count = is_short ? 50 : 1000 };

    if (!mkdtemp(dir))
        return 1;
    setenv("FONTCONFIG_FILE", SOURCE_DIR "/templates/system/fonts.conf", 1);
    setenv("XDG_CACHE_HOME", dir, 1);
    str_init(&round.json, 4096);
    round.request.owner = &round;
    bool good = loop_real_create(&round.real, &err) && badge_create(&badge, &err);
    if (good)
        badge_warm(badge);
    good = good && start(&round, dir, &log) && bench_designs(&round, badge, count);
    if (good) {
        bench_crowd(&round, &crowd);
        bench_names(&round, is_short ? 50 : 3500);
        compare_with_peers(dir, &crowd, argument_count > 1 ? arguments[1] : NULL,
                           &round.json);
    }
    easel_destroy(round.easel);
    badge_destroy(badge);
    loop_real_destroy(round.real);
    str_finish(&round.json);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return good ? 0 : 1;
}
