/* kiosk-draw: the drawing helper. kioskd starts it; people and scripts may.
 *
 *     prepare   one design, once, into the cache          a process each, 10 s
 *     serve     badges, for as long as kioskd lives       over the socket at fd 3
 *     png       one badge as a picture                    previews, tests
 *     qr        QR codes as pictures                      invitations
 *
 * Files are opened first, the jail is entered, and only then is anything read. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "draw/badge.h"
#include "draw/badge_png.h"
#include "draw/jail.h"
#include "draw/prepare.h"
#include "draw/protocol.h"
#include "draw/qr.h"
#include "draw/serve.h"
#include "str.h"

#if defined(__SANITIZE_ADDRESS__)
/* The search for leaks at the end needs a world outside the jail. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

enum {
    EXIT_WRONG = 1, /* the design or what is asked for; the reason is on stdout */
    EXIT_USAGE = 2,
    EXIT_TROUBLE = PROTOCOL_EXIT_TROUBLE,
    MEMORY_MAX = 768 * 1024 * 1024,
    PREPARE_CPU_S = 10,
    QR_LINE_MAX = 4096 + QR_TEXT_MAX,
    QR_MODULE_DOTS = 10
};

static const char usage[] =
    "kiosk-draw draws badges for kioskd, in a jail.\n"
    "\n"
    "  kiosk-draw prepare --design FILE.svg --target TARGET --out FILE\n"
    "  kiosk-draw serve                      socket at descriptor 3\n"
    "  kiosk-draw png --design FILE.svg --target TARGET --fields JSON [--qr TEXT]\n"
    "                 --out FILE.png [--report]\n"
    "  kiosk-draw qr [--module DOTS] < LINES  each line: text, a tab, a path.png\n"
    "\n"
    "TARGET is DPI[,WIDTH,HEIGHT[,OFFSETX,OFFSETY[,DEGREES]]] in dots of the head;\n"
    "without a size the design's own is taken. Fonts: $FONTCONFIG_FILE.\n";

struct options {
    const char *design, *target, *out, *fields, *qr, *module;
    bool report;
};

static int
complain(const struct err *err)
{
    printf("%s\n", err->text);
    fflush(stdout);
    return err->code == ERR_IO ? EXIT_TROUBLE : EXIT_WRONG;
}

/* ---- arguments ---------------------------------------------------------- */

static bool
read_options(int count, char **arguments, struct options *options)
{
    const struct {
        const char *name;
        const char **value;
    } table[] = { { "--design", &options->design }, { "--target", &options->target },
                  { "--out", &options->out },       { "--fields", &options->fields },
                  { "--qr", &options->qr },         { "--module", &options->module } };

    for (int i = 0; i < count; i++) {
        size_t at = 0;
        while (at < 6 && strcmp(arguments[i], table[at].name) != 0)
            at++;
        if (strcmp(arguments[i], "--report") == 0)
            options->report = true;
        else if (at < 6 && i + 1 < count)
            *table[at].value = arguments[++i];
        else {
            fprintf(stderr, "kiosk-draw: cannot use \"%s\"\n", arguments[i]);
            return false;
        }
    }
    return true;
}

static bool
read_target(const char *text, struct design_target *target, struct err *err)
{
    int32_t *const numbers[] = { &target->dpi,           &target->width_dots,
                                 &target->height_dots,   &target->offset_x_dots,
                                 &target->offset_y_dots, &target->rotate_degrees };
    const char *at = text;

    memset(target, 0, sizeof *target);
    for (int i = 0; i < 6 && *at; i++) {
        char *end;
        long value = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || value < -PAGE_DOTS_MAX ||
            value > PAGE_DOTS_MAX)
            break;
        *numbers[i] = (int32_t)value;
        at = *end ? end + 1 : end;
    }
    if (*at || target->dpi < 100 || target->dpi > 1200 || target->width_dots < 0 ||
        target->height_dots < 0 || target->rotate_degrees < 0 ||
        target->rotate_degrees > 270 || target->rotate_degrees % 90 != 0)
        return err_set(err, ERR_INPUT,
                       "target \"%.40s\": want DPI,WIDTH,HEIGHT,OFFSETX,OFFSETY,"
                       "DEGREES, dpi from 100 to 1200, a size, 0 90 180 or 270",
                       text);
    return true;
}

static bool
open_both(const struct options *options, int *in, int *out, struct err *err)
{
    *in = open(options->design, O_RDONLY | O_CLOEXEC);
    if (*in < 0)
        return err_set(err, ERR_ABSENT, "%s: %s", options->design, strerror(errno));
    *out = open(options->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (*out < 0)
        return err_set(err, ERR_IO, "%s: %s", options->out, strerror(errno));
    return true;
}

/* ---- the jail ----------------------------------------------------------- */

/* Fonts are opened in between: fontconfig may have its cache to write, Pango has a
 * thread to start. */
static bool
enter_jail(struct badge **badge, unsigned cpu_s, bool warm, struct err *err)
{
    const char *configuration = getenv("FONTCONFIG_FILE");
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *const readable[] = { "/usr/share",
                                     "/usr/local/share/fonts",
                                     "/etc/fonts",
                                     "/var/cache/fontconfig",
                                     configuration ? configuration : "/etc/fonts",
                                     NULL };
    struct jail_limits limits = { MEMORY_MAX, DESIGN_FILE_MAX, 64, cpu_s };
    bool enforced;

    if (!jail_limit(&limits, err) || !jail_files(readable, cache, &enforced, err) ||
        !badge_create(badge, err))
        return false;
    if (warm)
        badge_warm(*badge);
    return jail_calls(err);
}

/* ---- designs ------------------------------------------------------------ */

static bool
read_design(int fd, const struct design_target *target, struct design *design,
            struct err *err)
{
    struct str svg;
    str_init(&svg, PREPARE_FILE_MAX);
    for (;;) {
        char piece[65536];
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err_set(err, ERR_IO, "cannot read: %s", strerror(errno));
        if (got > 0 && !str_add(&svg, piece, (size_t)got))
            err_set(err, ERR_LIMIT, "over %d MB", PREPARE_FILE_MAX / 1024 / 1024);
        if (got < 0 || !str_ok(&svg)) {
            str_finish(&svg);
            return false;
        }
        if (got == 0)
            break;
    }
    bool good = prepare_design(svg.data, svg.length, target, design, err);
    str_finish(&svg);
    return good;
}

static int
prepare(const struct options *options)
{
    struct design_target target;
    struct design design = { 0 };
    struct badge *badge = NULL;
    struct err err;
    int in, out;

    if (!options->design || !options->target || !options->out) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    setpriority(PRIO_PROCESS, 0, 10);
    bool good = read_target(options->target, &target, &err) &&
                open_both(options, &in, &out, &err) &&
                enter_jail(&badge, PREPARE_CPU_S, false, &err) &&
                read_design(in, &target, &design, &err) &&
                design_save(&design, out, &err);
    design_finish(&design);
    badge_destroy(badge);
    return good ? EXIT_SUCCESS : complain(&err);
}

/* ---- serve -------------------------------------------------------------- */

static int
serve(void)
{
    struct badge *badge = NULL;
    struct err err;

    bool good =
        enter_jail(&badge, 0, true, &err) && serve_run(PROTOCOL_SOCKET_FD, badge, &err);
    badge_destroy(badge);
    return good ? EXIT_SUCCESS : complain(&err);
}

/* ---- png ---------------------------------------------------------------- */

static void
print_report(const struct badge_report *report)
{
    for (int i = 0; i < report->slot_count; i++) {
        const struct badge_slot_report *slot = &report->slots[i];
        printf("%-14s x=%.0f y=%.0f w=%.0f h=%.0f size=%.1f lines=%d missing=%d%s\n",
               slot->name, (double)slot->box.x, (double)slot->box.y,
               (double)slot->box.width, (double)slot->box.height, (double)slot->size,
               slot->lines, slot->missing, slot->overflow ? " overflow" : "");
    }
    printf("overflow=%d missing=%d qr_module_dots=%d%s\n", report->overflow,
           report->missing, report->qr_module_dots,
           report->qr_is_small ? " small" : "");
}

static bool
draw_png(const struct options *options, const struct design *design,
         struct badge *badge, int out, struct err *err)
{
    struct badge_report report;
    struct fields fields;
    struct page page;
    const char *json = options->fields ? options->fields : "{}";

    if (!fields_read(json, strlen(json), &fields, err))
        return false;
    struct badge_guest guest = { design, &fields, options->qr ? options->qr : "-" };
    bool good = badge_draw(badge, &guest, &page, &report, err) &&
                badge_png_write(&page, out, err);
    if (good && options->report)
        print_report(&report);
    fields_finish(&fields);
    return good;
}

static int
png(const struct options *options)
{
    struct design_target target;
    struct design design = { 0 };
    struct badge *badge = NULL;
    struct err err;
    int in, out;

    if (!options->design || !options->target || !options->out) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    bool good = read_target(options->target, &target, &err) &&
                open_both(options, &in, &out, &err) &&
                enter_jail(&badge, PREPARE_CPU_S, false, &err) &&
                read_design(in, &target, &design, &err) &&
                draw_png(options, &design, badge, out, &err);
    design_finish(&design);
    badge_destroy(badge);
    return good ? EXIT_SUCCESS : complain(&err);
}

/* ---- qr ----------------------------------------------------------------- */

static bool
write_code(const char *text, const char *path, int module_dots, struct err *err)
{
    struct canvas canvas;
    if (!qr_alone(text, module_dots, &canvas, err))
        return false;
    struct page page = { canvas.width_dots, canvas.height_dots, canvas.stride_bytes,
                         300, canvas.bits };
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = fd >= 0 ? badge_png_write(&page, fd, err)
                        : err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (fd >= 0 && close(fd) != 0 && good)
        good = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    free(canvas.bits);
    return good;
}

/* A bad line is named; the others are done all the same. No jail: it reads no foreign
 * format, and its very work is to open files. */
static int
qr(const struct options *options)
{
    char line[QR_LINE_MAX];
    long long module_dots = QR_MODULE_DOTS;
    int result = EXIT_SUCCESS;

    if (options->module && !str_read_int(options->module, 1, 64, &module_dots)) {
        fputs("kiosk-draw: --module: want 1 to 64 dots\n", stderr);
        return EXIT_USAGE;
    }
    for (int number = 1; fgets(line, sizeof line, stdin); number++) {
        struct err err;
        line[strcspn(line, "\r\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (tab)
            *tab = '\0';
        bool good = tab ? write_code(line, tab + 1, (int)module_dots, &err)
                        : err_set(&err, ERR_INPUT, "want text, a tab, a path");
        if (!good) {
            printf("line %d: %s\n", number, err.text);
            result = EXIT_WRONG;
        }
    }
    return result;
}

int
main(int count, char **arguments)
{
    struct options options = { 0 };
    const char *command = count > 1 ? arguments[1] : "";

    if (strcmp(command, "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(command, "--version") == 0) {
        puts("kiosk-draw " YUELAI_VERSION);
        return EXIT_SUCCESS;
    }
    if (count > 1 && !read_options(count - 2, arguments + 2, &options))
        return EXIT_USAGE;
    if (strcmp(command, "prepare") == 0)
        return prepare(&options);
    if (strcmp(command, "serve") == 0)
        return serve();
    if (strcmp(command, "png") == 0)
        return png(&options);
    if (strcmp(command, "qr") == 0)
        return qr(&options);
    fputs(usage, stderr);
    return EXIT_USAGE;
}
