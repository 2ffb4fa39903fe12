#include "print/preflight_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/picture.h"
#include "print/preflight_table.h"

enum { TELL_MS = 250, TEXTS_MAX = 8 * 1024 * 1024, PICTURES_MAX = 8 * 1024 * 1024 };

/* Where a row's texts and picture stand in the two heaps. */
struct kept {
    enum preflight_what what;
    uint32_t text;                    /* ref, name, design, detail, each with its NUL */
    uint32_t picture, picture_length; /* 0 bytes: none */
};

struct preflight_run {
    struct preflight_run_setting set;
    struct preflight_status status;
    struct preflight *preflight;
    struct preflight_order order; /* its texts are gone */
    struct loop_timer *timer;     /* tells how far it is */
    char design[ROSTER_KEY_MAX + 1];
    struct kept *rows;
    unsigned count, room;
    unsigned kept[PREFLIGHT_WHAT_COUNT], pictures_of[PREFLIGHT_WHAT_COUNT];
    struct str texts, pictures, table;
};

const char *
preflight_state_name(enum preflight_state state)
{
    static const char *const names[PREFLIGHT_STATE_COUNT] = {
        [PREFLIGHT_IDLE] = "idle",     [PREFLIGHT_GOING] = "going",
        [PREFLIGHT_DONE] = "done",     [PREFLIGHT_STOPPED] = "stopped",
        [PREFLIGHT_BROKEN] = "broken",
    };
    return names[state];
}

/* ---- keeping --------------------------------------------------------------------- */

static bool
has_room(struct preflight_run *run)
{
    if (run->count < run->room)
        return true;
    unsigned room = run->room ? 2 * run->room : 256;
    struct kept *rows = realloc(run->rows, room * sizeof *rows);
    if (!rows)
        return false;
    run->rows = rows;
    run->room = room;
    return true;
}

static void
keep_picture(struct preflight_run *run, struct kept *row, const struct page *page)
{
    struct err ignored; /* one that has no room is not shown */
    struct str png;
    if (run->pictures_of[row->what] == PREFLIGHT_PICTURES_EACH)
        return;
    str_init(&png, PICTURES_MAX - run->pictures.length);
    if (picture_png(page, &png, &ignored) &&
        str_add(&run->pictures, png.data, png.length)) {
        row->picture_length = (uint32_t)png.length;
        row->picture = (uint32_t)(run->pictures.length - png.length);
        run->pictures_of[row->what]++;
    }
    str_finish(&png);
}

static void
keep(struct preflight_run *run, const struct preflight_finding *finding,
     const struct page *page)
{
    const char *const texts[] = { finding->ref, finding->name, finding->design,
                                  finding->detail };
    struct kept row = { .what = finding->what, .text = (uint32_t)run->texts.length };
    size_t bytes = 0;
    for (int i = 0; i < 4; i++)
        bytes += strlen(texts[i]) + 1;
    if (run->texts.length + bytes > TEXTS_MAX || !has_room(run)) {
        run->status.unlisted++;
        return;
    }
    for (int i = 0; i < 4; i++)
        str_add(&run->texts, texts[i], strlen(texts[i]) + 1);
    preflight_table_add(&run->table, finding);
    if (!str_ok(&run->texts) || !str_ok(&run->table)) { /* nothing fits any more */
        run->status.unlisted++;
        return;
    }
    if (page && finding->ref[0])
        keep_picture(run, &row, page);
    run->rows[run->count++] = row;
    run->kept[row.what]++;
}

static void
forget(struct preflight_run *run)
{
    free(run->rows);
    run->rows = NULL;
    run->count = run->room = 0;
    memset(run->kept, 0, sizeof run->kept);
    memset(run->pictures_of, 0, sizeof run->pictures_of);
    str_finish(&run->texts);
    str_finish(&run->pictures);
    str_finish(&run->table);
    str_init(&run->texts, TEXTS_MAX);
    str_init(&run->pictures, PICTURES_MAX);
    str_init(&run->table, TEXTS_MAX);
}

/* ---- going ----------------------------------------------------------------------- */

static const struct loop *
loop_of(const struct preflight_run *run)
{
    return run->set.means->easel.loop;
}

static void
tell(struct preflight_run *run)
{
    if (run->preflight)
        run->status.counts = *preflight_counts(run->preflight);
    if (run->set.feed)
        feed_publish(run->set.feed, FEED_PREFLIGHT, &run->status);
}

static void
on_time(void *self)
{
    struct preflight_run *run = self;
    loop_timer_arm(loop_of(run), run->timer, TELL_MS);
    tell(run);
}

static bool
found(const struct preflight_finding *finding, const struct page *page, void *self,
      struct err *err)
{
    struct preflight_run *run = self;
    keep(run, finding, page);
    return !run->order.found || run->order.found(finding, page, run->order.self, err);
}

static void
end(struct preflight_run *run, enum preflight_state state, const struct err *err)
{
    const struct preflight_order order = run->order;
    run->status.counts = *preflight_counts(run->preflight);
    run->status.state = state;
    run->status.ended_ms = clock_utc_ms(run->set.means->easel.clock);
    if (state == PREFLIGHT_BROKEN && err)
        str_copy(run->status.text, sizeof run->status.text, err->text);
    loop_timer_disarm(loop_of(run), run->timer);
    preflight_destroy(run->preflight);
    run->preflight = NULL;
    run->order = (struct preflight_order){ 0 };
    log_info(run->set.means->easel.log, "preflight",
             "state=%s badges=%" PRId64 " flagged=%" PRId64 " took_ms=%" PRId64,
             preflight_state_name(state), run->status.counts.badges,
             run->status.counts.flagged, run->status.ended_ms - run->status.began_ms);
    tell(run);
    if (order.ended)
        order.ended(err, order.self);
}

static void
ended(const struct err *err, void *self)
{
    struct err why;
    if (err)
        why = *err; /* it goes with the preflight */
    end(self, err ? PREFLIGHT_BROKEN : PREFLIGHT_DONE, err ? &why : NULL);
}

bool
preflight_run_begin(struct preflight_run *run, const struct preflight_order *order,
                    struct err *err)
{
    struct preflight_status *status = &run->status;
    const char *event = order->event ? order->event : "";
    const char *design = order->design ? order->design : "";
    if (run->preflight)
        return err_set(err, ERR_BUSY,
                       "preflight: one is going, begun by %s, at badge %" PRId64,
                       status->who, preflight_counts(run->preflight)->badges);
    if (strlen(event) > ROSTER_KEY_MAX || strlen(design) > ROSTER_KEY_MAX)
        return err_set(err, ERR_INPUT, "preflight: a name is over %d bytes",
                       ROSTER_KEY_MAX);
    forget(run);
    preflight_table_begin(&run->table);
    *status = (struct preflight_status){
        .state = PREFLIGHT_GOING,
        .number = status->number + 1,
        .began_ms = clock_utc_ms(run->set.means->easel.clock),
    };
    str_copy(status->event, sizeof status->event, event);
    str_copy(status->who, sizeof status->who, order->who);
    str_copy(run->design, sizeof run->design, design);
    run->order = *order;
    struct preflight_setting setting = { .means = run->set.means,
                                         .event = status->event,
                                         .design = run->design,
                                         .found = found,
                                         .ended = ended,
                                         .self = run };
    if (!preflight_create(&setting, &run->preflight, err)) {
        status->state = PREFLIGHT_BROKEN;
        str_copy(status->text, sizeof status->text, err->text);
        run->order = (struct preflight_order){ 0 };
        return false;
    }
    log_info(run->set.means->easel.log, "preflight", "state=going by=%s event=%s",
             status->who, status->event);
    loop_timer_arm(loop_of(run), run->timer, 0);
    return true;
}

void
preflight_run_stop(struct preflight_run *run)
{
    struct err err;
    err_set(&err, ERR_BUSY, "preflight: it was stopped");
    if (run->preflight)
        end(run, PREFLIGHT_STOPPED, &err);
}

void
preflight_run_leave(struct preflight_run *run)
{
    run->order = (struct preflight_order){ 0 };
    preflight_run_stop(run);
}

/* ---- looking --------------------------------------------------------------------- */

const struct preflight_status *
preflight_run_status(const struct preflight_run *run)
{
    return &run->status;
}

static struct preflight_row
row_of(const struct preflight_run *run, unsigned number)
{
    const struct kept *kept = &run->rows[number];
    struct preflight_row row = { .finding = { .what = kept->what },
                                 .number = number,
                                 .has_picture = kept->picture_length > 0 };
    const char **const texts[] = { &row.finding.ref, &row.finding.name,
                                   &row.finding.design, &row.finding.detail };
    const char *at = run->texts.data + kept->text;
    for (int i = 0; i < 4; i++) {
        *texts[i] = at;
        at += strlen(at) + 1;
    }
    return row;
}

void
preflight_run_each(const struct preflight_run *run, enum preflight_what what,
                   unsigned skip, bool (*each)(const struct preflight_row *, void *),
                   void *self)
{
    for (unsigned i = 0; i < run->count; i++) {
        if (run->rows[i].what != what)
            continue;
        if (skip > 0) {
            skip--;
            continue;
        }
        struct preflight_row row = row_of(run, i);
        if (!each(&row, self))
            return;
    }
}

unsigned
preflight_run_kept(const struct preflight_run *run, enum preflight_what what)
{
    return run->kept[what];
}

bool
preflight_run_picture(const struct preflight_run *run, int64_t run_number, unsigned row,
                      const char **png, size_t *length, struct err *err)
{
    if (run_number != run->status.number || row >= run->count ||
        run->rows[row].picture_length == 0)
        return err_set(err, ERR_ABSENT, "preflight: there is no such picture");
    *png = run->pictures.data + run->rows[row].picture;
    *length = run->rows[row].picture_length;
    return true;
}

const struct str *
preflight_run_table(const struct preflight_run *run)
{
    return &run->table;
}

/* ---- life ------------------------------------------------------------------------ */

bool
preflight_run_create(const struct preflight_run_setting *setting,
                     struct preflight_run **created, struct err *err)
{
    struct preflight_run *run = calloc(1, sizeof *run);
    *created = NULL;
    if (!run)
        return err_no_memory(err);
    run->set = *setting;
    str_init(&run->texts, TEXTS_MAX);
    str_init(&run->pictures, PICTURES_MAX);
    str_init(&run->table, TEXTS_MAX);
    run->timer = loop_timer_create(loop_of(run), on_time, run);
    if (!run->timer) {
        preflight_run_destroy(run);
        return err_no_memory(err);
    }
    *created = run;
    return true;
}

void
preflight_run_destroy(struct preflight_run *run)
{
    if (!run)
        return;
    preflight_destroy(run->preflight);
    loop_timer_destroy(loop_of(run), run->timer);
    free(run->rows);
    str_finish(&run->texts);
    str_finish(&run->pictures);
    str_finish(&run->table);
    free(run);
}
