#ifndef YUELAI_EASEL_H
#define YUELAI_EASEL_H

/* easel: asks the drawing helper, kiosk-draw, for badges.
 *
 *     easel --socketpair--> kiosk-draw serve    slot texts in, sealed memfd with the page out
 *       '----- fork/exec --> kiosk-draw-prepare  a design in, static bitmap + slot table out
 *
 * kioskd links none of the drawing libraries. The helper runs in a jail; a badge that
 * takes over 2 s, or a helper that dies, costs that drawing: the helper is started anew
 * and `done` says EASEL_CRASHED; who asked counts and asks again. A design that cannot be
 * prepared within 10 s is refused by name, and everything else goes on.
 *
 * Its libraries keep every glyph they have drawn (36 KB for a large Han one, thousands in
 * an event): a helper grown past heap_limit_kib is renewed when nobody waits, one past
 * twice that between two badges.
 *
 * One drawing at a time; further requests wait their turn, but nobody waits for another
 * one's design to be prepared: up to three are prepared at once, beside the drawing.
 *
 *     design   WAITING -> READY (cached by content, target and version)
 *                 ^ '---> REFUSED until its file changes
 *                 '- its process was killed, or could not be started: again, twice at
 *                    most, while its badges wait; all tries together have 10 s
 *     helper   STARTING -> READY <-> DRAWING        any end: CRASHED, then started anew,
 *                                                   later each time it ends at once; who
 *                                                   waits goes on waiting if it was
 *                                                   killed, up to the third time */

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "page.h"

struct easel;

enum easel_outcome {
    EASEL_DRAWN,
    EASEL_REFUSED, /* the design or a field is wrong; text says what */
    EASEL_CRASHED /* the helper died or took too long */
};

/* How a design is put onto a printer's head; part of what is prepared and cached. */
struct easel_target {
    int32_t dpi;
    int32_t width_dots, height_dots; /* of the printable box, as fed */
    int32_t offset_x_dots, offset_y_dots; /* of the label's corner within it */
    int32_t rotate_degrees; /* 0 90 180 270, design to head */
};

struct easel_request {
    /* asked; borrowed until done */
    const char *design; /* name of a file in the design directory, without ".svg"; or
                           "pretix:EVENT/ID", a server's layout (easel_layout_file) */
    struct easel_target target;
    const char *fields; /* JSON object of texts */
    const char *qr; /* what the QR code says */

    /* answered */
    enum easel_outcome outcome;
    struct page page; /* DRAWN: valid during done only */
    char text[256]; /* REFUSED, CRASHED: why */
    bool overflow; /* a text did not fit even at its floor: drawn smaller, reported */
    int missing; /* characters that no face has: left out, reported */
    char misfit[160]; /* the slots of these two: "name, organisation lacks 2 letters" */
    bool qr_is_small; /* modules under what the head prints well */
    int64_t took_us; /* the way there and back included */

    void (*done)(struct easel_request *request);
    void *owner;
    struct easel_request *next; /* the easel's */
};

struct easel_setting {
    const char *helper; /* path of kiosk-draw; kiosk-draw-prepare stands beside it */
    const char *designs; /* directory of *.svg */
    const char *layouts; /* directory of *.layout (draw/prepare_layout.h); NULL: none */
    const char *cache; /* directory for prepared designs; made if absent */
    const char *fonts; /* private fonts.conf */
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    int64_t prepare_limit_ms, draw_limit_ms; /* 0: 10 s, 2 s */
    int32_t heap_limit_kib; /* of the helper, beside its designs; 0: 12 MiB */
    int nice; /* of the helper: 19 for work that no guest waits for */
};

bool easel_create(const struct easel_setting *setting, struct easel **easel,
                  struct err *err);
void easel_destroy(struct easel *easel); /* takes NULL; open requests come back CRASHED */

/* The file, without ".layout", of a ticketing server's layout by its design's name:
 * "pretix:citec/7" is in pretix-citec-7. `file` has EASEL_FILE_MAX + 1 bytes. False if the
 * name is not of that form, or too long. */
enum { EASEL_FILE_MAX = 63 };
bool easel_layout_file(const char *design, char *file);

/* Prepares a design for a target ahead of the first guest and warms the helper up. Its
 * outcome is logged and kept for easel_problem. */
void easel_warm(struct easel *easel, const char *design, const struct easel_target *target);

/* The request is the easel's until done, which is never called from inside this. */
void easel_draw(struct easel *easel, struct easel_request *request);

/* What is wrong with a design, or "" (also for one not tried yet). A design is tried
 * again when its file has changed; one that took too long or broke the helper, also
 * after a minute; one that was stopped from outside, after 5 s. */
const char *easel_problem(const struct easel *easel, const char *design);

/* True once the helper is warm; its process id, 0 while there is none (for status and
 * tests). */
bool easel_is_ready(const struct easel *easel);
int easel_helper_pid(const struct easel *easel);

#endif
