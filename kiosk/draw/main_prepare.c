/* kiosk-draw-prepare: what reads a design, a process for each: librsvg, expat and
 * poppler are here and nowhere else.
 *
 *     prepare   one design, once, into the cache          10 s
 *     png       one badge as a picture                    previews, tests
 *
 * A design is an SVG file or a ticketing server's layout (prepare_layout.h).
 *
 * Files are opened first, the jail is entered, and only then is anything read. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/picture.h"
#include "draw/badge.h"
#include "draw/command.h"
#include "draw/prepare.h"
#include "draw/prepare_layout.h"
#include "draw/text.h"
#include "str.h"

enum { PREPARE_CPU_S = 10 };

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
open_both(const struct command_options *options, int *in, int *out, struct err *err)
{
    *in = open(options->design, O_RDONLY | O_CLOEXEC);
    if (*in < 0)
        return err_set(err, ERR_ABSENT, "%s: %s", options->design, strerror(errno));
    *out = open(options->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (*out < 0)
        return err_set(err, ERR_IO, "%s: %s", options->out, strerror(errno));
    return true;
}

/* ---- designs ------------------------------------------------------------ */

static bool
read_design(int fd, const struct design_target *target, struct design *design,
            struct err *err)
{
    struct str file;
    str_init(&file, PREPARE_LAYOUT_MAX);
    for (;;) {
        char piece[65536];
        ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err_set(err, ERR_IO, "cannot read: %s", strerror(errno));
        if (got > 0 && !str_add(&file, piece, (size_t)got))
            err_set(err, ERR_LIMIT, "over %d MB", PREPARE_LAYOUT_MAX / 1024 / 1024);
        if (got < 0 || !str_ok(&file)) {
            str_finish(&file);
            return false;
        }
        if (got == 0)
            break;
    }
    bool good = prepare_is_layout(file.data, file.length)
                    ? prepare_layout(file.data, file.length, target, design, err)
                    : prepare_design(file.data, file.length, target, design, err);
    str_finish(&file);
    return good;
}

/* What both commands do: files, the jail, the design. */
struct work {
    struct design design;
    struct badge *badge;
    int out;
};

static bool
begin_work(const struct command_options *options, struct work *work, struct err *err)
{
    struct design_target target;
    int in;

    memset(work, 0, sizeof *work);
    return read_target(options->target, &target, err) &&
           open_both(options, &in, &work->out, err) &&
           command_enter_jail(&work->badge, PREPARE_CPU_S, false, err) &&
           badge_has_fonts(work->badge, err) &&
           read_design(in, &target, &work->design, err);
}

static int
end_work(struct work *work, bool good, const struct err *err)
{
    design_finish(&work->design);
    badge_destroy(work->badge);
    return good ? EXIT_SUCCESS : command_complain(err);
}

static int
prepare(const struct command_options *options)
{
    struct work work;
    struct err err;

    if (!options->design || !options->target || !options->out)
        return command_usage();
    setpriority(PRIO_PROCESS, 0, 10);
    bool good =
        begin_work(options, &work, &err) && design_save(&work.design, work.out, &err);
    return end_work(&work, good, &err);
}

/* ---- png ---------------------------------------------------------------- */

/* Each line of text and each code, before the slots they stand in. */
static void
print_line(const struct badge_line *line, void *self)
{
    char quoted[2 * TEXT_WORDS_MAX];
    (void)self;
    printf("    x=%.2f y=%.2f w=%.2f size=%.2f turn=%.1f slot=%s \"%s\"\n",
           (double)line->x, (double)line->baseline, (double)line->width,
           (double)line->size, (double)line->turn_degrees, line->slot,
           str_quote(quoted, sizeof quoted, line->words, strlen(line->words)));
}

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
draw_png(const struct command_options *options, const struct design *design,
         struct badge *badge, int out, struct err *err)
{
    struct badge_report report;
    struct fields fields;
    struct page page;
    const char *json = options->fields ? options->fields : "{}";

    if (!fields_read(json, strlen(json), &fields, err))
        return false;
    struct badge_guest guest = { .design = design,
                                 .fields = &fields,
                                 .qr = options->qr ? options->qr : "-",
                                 .said = options->report ? print_line : NULL };
    bool good = badge_draw(badge, &guest, &page, &report, err) &&
                picture_write(&page, out, err);
    if (good && options->report)
        print_report(&report);
    fields_finish(&fields);
    return good;
}

static int
png(const struct command_options *options)
{
    struct work work;
    struct err err;

    if (!options->design || !options->target || !options->out)
        return command_usage();
    bool good = begin_work(options, &work, &err) &&
                draw_png(options, &work.design, work.badge, work.out, &err);
    return end_work(&work, good, &err);
}

static const struct command commands[] = { { "prepare", prepare },
                                           { "png", png },
                                           { NULL, NULL } };
static const char *const others[] = { "serve", "qr", NULL };

int
main(int count, char **arguments)
{
    const struct command_program program = { commands, others, "kiosk-draw" };
    return command_main(&program, count, arguments);
}
