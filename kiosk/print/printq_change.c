#include "print/printq_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Other printers while people come in. A lane whose printer changes or goes takes no
 * new job; when it is idle, and no question of it is out, it is closed and opened as
 * the new one. Its number stays; a lane without a printer ("gone") waits for the next
 * that comes.
 *
 *     open --configure--> leaving --idle--> open (changed) | gone --configure--> open
 */

enum { LOOK_MS = 50 };

static bool
same_media(const struct profile *a, const struct profile *b)
{
    return a->medium == b->medium && a->media_count == b->media_count &&
           memcmp(a->media, b->media, sizeof a->media) == 0;
}

static bool
same_profile(const struct profile *a, const struct profile *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->language, b->language) == 0 &&
           a->dpi == b->dpi && a->offset_x_um == b->offset_x_um &&
           a->offset_y_um == b->offset_y_um && a->rotate_degrees == b->rotate_degrees &&
           a->darkness == b->darkness && a->speed == b->speed &&
           a->head_dots == b->head_dots && a->cut == b->cut &&
           a->packing == b->packing && a->quirks == b->quirks &&
           a->evidence == b->evidence && same_media(a, b);
}

bool
printq_same_printer(const struct printq_printer *a, const struct printq_printer *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->uri, b->uri) == 0 &&
           strcmp(a->server, b->server) == 0 && strcmp(a->design, b->design) == 0 &&
           strcmp(a->kinds, b->kinds) == 0 && a->server_layouts == b->server_layouts &&
           same_profile(&a->profile, &b->profile);
}

/* ---- one lane ------------------------------------------------------------------- */

static bool
is_quiet(const struct printq_lane *lane)
{
    return lane->phase == LANE_IDLE && !lane->ask_out && !lane->art_out;
}

/* Nothing is left of the lane but its place. */
static void
close_lane(struct printq_lane *lane)
{
    struct printq *printq = lane->printq;
    unsigned number = lane->number;
    printq_lane_close(lane);
    *lane = (struct printq_lane){ .printq = printq, .number = number, .gone = true };
}

static void
tell_gone(struct printq_lane *lane)
{
    struct printq_status status;
    printq_lane_status(lane, &status);
    feed_publish(lane->printq->set.feed, FEED_PRINTER, &status);
}

/* True if there is a printer in the lane now. */
static bool
open_lane(struct printq_lane *lane, const struct printq_printer *spec)
{
    struct err err;
    lane->gone = false;
    if (!printq_lane_open(lane, spec, &err)) {
        log_error(lane->printq->set.log, "printq", "printer=%s cannot be opened: %s",
                  spec->name, err.text);
        close_lane(lane);
        return false;
    }
    printq_lane_later(lane, 0);
    return true;
}

static void
turn_over(struct printq_lane *lane)
{
    struct printq_printer *to = lane->next;
    char name[PRINTQ_NAME_MAX + 1];
    str_copy(name, sizeof name, lane->spec.name);
    lane->next = NULL;
    close_lane(lane);
    if (to)
        open_lane(lane, to);
    log_notice(lane->printq->set.log, "printq", "printer=%s %s", name,
               to ? "changed" : "removed");
    free(to);
    if (lane->gone)
        tell_gone(lane);
}

void
printq_change(void *self)
{
    struct printq *printq = self;
    bool waits = false;
    for (unsigned i = 0; i < printq->count; i++) {
        struct printq_lane *lane = &printq->lanes[i];
        if (lane->leaving && is_quiet(lane))
            turn_over(lane);
        waits = waits || lane->leaving;
    }
    if (waits)
        loop_timer_arm(printq->set.loop, printq->change, LOOK_MS);
    printq_turn_soon(printq);
}

/* ---- all of them ---------------------------------------------------------------- */

static const struct printq_printer *
find_printer(const struct printq_printer *printers, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(printers[i].name, name) == 0)
            return &printers[i];
    }
    return NULL;
}

static struct printq_lane *
find_lane(struct printq *printq, const char *name)
{
    for (unsigned i = 0; i < printq->count; i++) {
        if (strcmp(printq->lanes[i].spec.name, name) == 0)
            return &printq->lanes[i];
    }
    return NULL;
}

/* What the lane is to become; one that becomes what it is stays. */
static bool
intend(struct printq_lane *lane, const struct printq_printer *to, struct err *err)
{
    free(lane->next);
    lane->next = NULL;
    lane->leaving = !to || !printq_same_printer(&lane->spec, to);
    if (!to || !lane->leaving)
        return true;
    lane->next = malloc(sizeof *lane->next);
    if (!lane->next)
        return err_no_memory(err);
    *lane->next = *to;
    return true;
}

static struct printq_lane *
find_room(struct printq *printq)
{
    for (unsigned i = 0; i < printq->count; i++) {
        if (printq->lanes[i].gone)
            return &printq->lanes[i];
    }
    if (printq->count == PRINTQ_PRINTERS_MAX)
        return NULL;
    struct printq_lane *lane = &printq->lanes[printq->count];
    *lane = (struct printq_lane){ .printq = printq, .number = printq->count++ };
    return lane;
}

static bool
add(struct printq *printq, const struct printq_printer *printer, struct err *err)
{
    struct printq_lane *lane = find_room(printq);
    if (!lane)
        return err_set(err, ERR_BUSY,
                       "printer \"%s\": no room until one that goes is done",
                       printer->name);
    if (!open_lane(lane, printer))
        return err_set(err, ERR_INPUT, "printer \"%s\" cannot be opened",
                       printer->name);
    log_notice(printq->set.log, "printq", "printer=%s added", printer->name);
    return true;
}

bool
printq_configure(struct printq *printq, const struct printq_printer *printers,
                 unsigned count, struct err *err)
{
    struct err other;
    bool good = true;
    for (unsigned i = 0; i < printq->count; i++) {
        struct printq_lane *lane = &printq->lanes[i];
        if (!lane->gone && !intend(lane, find_printer(printers, count, lane->spec.name),
                                   good ? err : &other))
            good = false;
    }
    printq_change(printq);
    for (unsigned i = 0; i < count; i++) {
        if (!find_lane(printq, printers[i].name) &&
            !add(printq, &printers[i], good ? err : &other))
            good = false;
    }
    return good;
}

bool
printq_is_leaving(const struct printq *printq, const char *name)
{
    for (unsigned i = 0; i < printq->count; i++) {
        const struct printq_lane *lane = &printq->lanes[i];
        if (lane->leaving && strcmp(lane->spec.name, name) == 0)
            return true;
    }
    return false;
}

void
printq_set_deadline(struct printq *printq, int64_t deadline_ms)
{
    printq->set.deadline_ms = deadline_ms > 0 ? deadline_ms : DEADLINE_MS;
}
