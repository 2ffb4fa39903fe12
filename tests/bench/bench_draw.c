/* bench draw: a guest becomes dots.
 *
 *     in process    badge_draw alone
 *     by easel      the way of a real badge: socket, jail, sealed page, loop
 *
 * Each design with guests of each script, warm; then 1,000 guests of all kinds, the
 * first badge of a cold helper, the helper's memory, and, where they are installed,
 * what else one might take. `--short`: few of each. */

#include <fcntl.h>
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
pss_kib(int pid)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "Pss:", 4) == 0)
            kib = strtol(line + 4, NULL, 10);
    }
    if (file)
        fclose(file);
    return kib;
}

/* ---- peers -------------------------------------------------------------- */

static bool
run(const char *const *arguments)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = -1;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    bool good = posix_spawnp(&pid, arguments[0], &actions, NULL,
                             (char *const *)(uintptr_t)arguments, environ) == 0 &&
                waitpid(pid, &status, 0) == pid && status == 0;
    posix_spawn_file_actions_destroy(&actions);
    return good;
}

static void
peer(const char *name, const char *const *arguments, int badges, double ours_ms)
{
    int64_t began = now_us();
    if (!run(arguments)) {
        printf("%-44s absent\n", name);
        return;
    }
    double ms = (double)(now_us() - began) / 1000 / badges;
    printf("%-44s %9.2f ms a badge %8.0fx\n", name, ms, ms / ours_ms);
}

/* What stands on our badge, in the faces it has there, as pretix would set it: plain
 * Latin, nothing shrunk, no second script. */
static const char reportlab[] =
    "import reportlab.pdfgen.canvas as c, reportlab.graphics.barcode.qr as q\n"
    "from reportlab.graphics.shapes import Drawing\n"
    "from reportlab.graphics import renderPDF\n"
    "from reportlab.pdfbase import pdfmetrics as m\n"
    "from reportlab.pdfbase.ttfonts import TTFont as T\n"
    "d='/usr/share/fonts/truetype/noto/NotoSans-'\n"
    "m.registerFont(T('R',d+'Regular.ttf'));m.registerFont(T('B',d+'Bold.ttf'))\n"
    "p=c.Canvas('/dev/null',pagesize=(175.7,283.5))\n"
    "for i in range(100):\n"
    " for f,s,y,t in (('B',11,265,'Yuelai Talent Exchange Conference'),"
    "('B',30,200,'Anna M\\u00fcller'),('R',12,160,'Max-Planck-Institut'),"
    "('B',10,145,'Germany'),('B',9,85,'Opening forum'),('R',9,72,'Seat A%d'%i),"
    "('R',7,60,'MHTQYULGFM'),('B',22,15,'GUEST')):\n"
    "  p.setFont(f,s);p.drawString(11,y,t)\n"
    " p.rect(0,247,175,36,fill=0);p.rect(11,40,150,1,fill=1)\n"
    " d=Drawing(60,60);d.add(q.QrCodeWidget('YL1-MHTQ%06d-B1-AAAA'%i,barWidth=60,"
    "barHeight=60,barLevel='M'))\n"
    " renderPDF.draw(d,p,5,40);p.showPage()\n"
    "p.save()\n";

static void
compare_with_peers(const char *dir, double ours_ms)
{
    char svg[256], png[256];
    snprintf(svg, sizeof svg, SOURCE_DIR "/templates/badge/%s.svg", designs[0]);
    snprintf(png, sizeof png, "%s/peer.png", dir);
    const char *const rsvg[] = { "rsvg-convert", "-d", "300", "-p", "300",
                                 "-o",           png,  svg,   NULL };
    const char *const python[] = { "/usr/bin/python3", "-c", reportlab, NULL };
    printf("\n%-44s %9.2f ms a badge %8s\n", "easel, 62x100 mm, Latin, warm", ours_ms,
           "1x");
    peer("rsvg-convert, the artwork alone, a process each", rsvg, 1, ours_ms);
    peer("reportlab, PDF of 100 such badges, process too", python, 100, ours_ms);
}

/* ---- the whole ---------------------------------------------------------- */

static bool
bench_designs(struct round *round, struct badge *badge, int count, double *latin_ms)
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
            if (d == 0 && s == 1)
                *latin_ms = rank(&outside, 0.5);
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
bench_crowd(struct round *round, int count)
{
    static struct figures figures;
    round->design = 0;
    round->target =
        (struct easel_target){ .dpi = DPI, .width_dots = 732, .height_dots = 1181 };
    int64_t began = now_us();
    draw_by_easel(round, -1, count, &figures);
    printf("\n%d badges of all scripts, one after the other: %.2f s; p50 %.2f p99 %.2f "
           "ms\n",
           count, (double)(now_us() - began) / 1e6, rank(&figures, 0.5),
           rank(&figures, 0.99));
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
    double latin_ms = 1;

    if (!mkdtemp(dir))
        return 1;
    setenv("FONTCONFIG_FILE", SOURCE_DIR "/templates/system/fonts.conf", 1);
    setenv("XDG_CACHE_HOME", dir, 1);
    str_init(&round.json, 4096);
    round.request.owner = &round;
    bool good = loop_real_create(&round.real, &err) && badge_create(&badge, &err);
    if (good)
        badge_warm(badge);
    good = good && start(&round, dir, &log) &&
           bench_designs(&round, badge, count, &latin_ms);
    if (good) {
        bench_crowd(&round, is_short ? 50 : 1000);
        bench_names(&round, is_short ? 50 : 3500);
        compare_with_peers(dir, latin_ms);
    }
    easel_destroy(round.easel);
    badge_destroy(badge);
    loop_real_destroy(round.real);
    str_finish(&round.json);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return good ? 0 : 1;
}
