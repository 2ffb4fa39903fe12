#include "sync/pull_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "str.h"
#include "sync/pretix_inside.h"

/* What was read goes to a pen, an object or a ticket at a time, so that whoever calls
 * can stop between any two of them. A row that cannot be is passed over, counted, and
 * the first is told; anything else that fails is the disk's. */

void
pull_work_mark(struct pull_work *work, const char *event, const char *what,
               const char *value)
{
    struct pull_mark *mark = &work->marks[work->mark_count];
    if (work->mark_count == PULL_MARKS_MAX)
        return;
    work->mark_count++;
    str_copy(mark->event, sizeof mark->event, event);
    str_copy(mark->what, sizeof mark->what, what);
    str_copy(mark->value, sizeof mark->value, value);
}

void
pull_work_finish(struct pull_work *work)
{
    pretix_batch_free(work->batch);
    free(work->keys);
    free(work->former);
    *work = (struct pull_work){ 0 };
}

/* A bad row costs itself only. */
static bool
pass_over(struct pull_work *work, struct err *err)
{
    if (err->code != ERR_INPUT && err->code != ERR_LIMIT)
        return false;
    if (work->bad++ == 0)
        str_copy(work->first_bad, sizeof work->first_bad, err->text);
    return true;
}

/* ---- small objects -------------------------------------------------------- */

static bool
note_key(struct pull_work *work, const struct json *object, struct err *err)
{
    if (work->key_count == work->key_room) {
        unsigned room = work->key_room ? 2 * work->key_room : 64;
        void *keys = realloc(work->keys, room * sizeof *work->keys);
        if (!keys)
            return err_no_memory(err);
        work->keys = keys;
        work->key_room = room;
    }
    snprintf(work->keys[work->key_count++], sizeof *work->keys, "%lld",
             (long long)pretix_int_of(object, "id"));
    return true;
}

/* The layout of a product: its row's, where there is one. */
static bool
set_badge(const struct pull_work *work, const struct json *row, struct err *err)
{
    const struct json *layout = json_member(row, "layout");
    int64_t id = layout && json_kind(layout) == JSON_NUMBER
                     ? pretix_int_of(row, "layout")
                     : CATALOG_LAYOUT_NONE;
    return catalog_set_product_layout(work->pen, work->event,
                                      pretix_int_of(row, "item"), id, err);
}

static bool
put_product(const struct pull_work *work, const struct json *object, struct err *err)
{
    int64_t product = pretix_int_of(object, "id");
    if (!pretix_put_product(work->pen, &work->reading, object, err))
        return false;
    for (const struct pull_page *page = work->badges; page; page = page->next) {
        const struct json *row = json_first(json_member(page->root, "results"));
        for (; row; row = json_next(row)) {
            if (pretix_int_of(row, "item") == product && !set_badge(work, row, err))
                return false;
        }
    }
    return true;
}

static bool
put_session(const struct pull_work *work, const struct json *object, struct err *err)
{
    struct err ignored;
    const char *slug = "";
    json_text_or(object, "event", "", &slug, &ignored);
    return strcmp(slug, work->event) != 0 ||
           pretix_put_session(work->pen, &work->reading, object, err);
}

static bool
put_layout(const struct pull_work *work, const struct json *object, struct err *err)
{
    char name[32] = "";
    const char *url = "";
    struct err ignored;
    json_text_or(object, "background", "", &url, &ignored);
    if (url[0] && work->background)
        work->background(url, name, work->background_self);
    return pretix_put_layout(work->pen, &work->reading, object, name, err);
}

static bool
put_object(struct pull_work *work, const struct json *object, struct err *err)
{
    switch (work->res) {
    case PULL_RES_SESSIONS:
        return put_session(work, object, err);
    case PULL_RES_EVENT:
        return pretix_put_event(work->pen, &work->reading, object, err);
    case PULL_RES_PRODUCTS:
        return put_product(work, object, err);
    case PULL_RES_QUESTIONS:
        return pretix_put_question(work->pen, &work->reading, object, err);
    case PULL_RES_LAYOUTS:
        return put_layout(work, object, err);
    case PULL_RES_BADGES:
        return set_badge(work, object, err);
    case PULL_RES_LISTS:
        return pretix_put_list(work->pen, &work->reading, object, err);
    case PULL_RES_REVOKED:
        return pretix_put_revoked(work->pen, &work->reading, object, err);
    case PULL_RES_BLOCKED:
        return pretix_put_blocked(work->pen, &work->reading, object, err);
    case PULL_RES_MEDIA:
        return pretix_put_medium(work->pen, object, err);
    default:
        pull_settings_marks(object, work);
        return true;
    }
}

/* An event and its settings are an object alone; all else is a list. */
static const struct json *
first_of(const struct pull_work *work)
{
    if (work->res == PULL_RES_EVENT || work->res == PULL_RES_SETTINGS)
        return work->page->root;
    return json_first(json_member(work->page->root, "results"));
}

static bool
is_alone(const struct pull_work *work)
{
    return work->res == PULL_RES_EVENT || work->res == PULL_RES_SETTINGS;
}

static bool
begin_objects(struct pull_work *work, struct err *err)
{
    work->begun = true;
    work->item = work->page ? first_of(work) : NULL;
    /* Which layout a product has is told of those alone that differ from the default.
     */
    return work->res != PULL_RES_BADGES ||
           catalog_set_product_layout(work->pen, work->event, 0, CATALOG_LAYOUT_DEFAULT,
                                      err);
}

static bool
step_object(struct pull_work *work, bool *done, struct err *err)
{
    if (!work->begun && !begin_objects(work, err))
        return false;
    while (!work->item && work->page && work->page->next) {
        work->page = work->page->next;
        work->item = first_of(work);
    }
    *done = !work->item;
    if (*done)
        return true;
    const struct json *object = work->item;
    work->item = is_alone(work) ? NULL : json_next(object);
    if (is_alone(work))
        work->page = NULL;
    if (work->whole && !note_key(work, object, err))
        return false;
    return put_object(work, object, err) || pass_over(work, err);
}

/* ---- orders --------------------------------------------------------------- */

static bool
was_on_the_page_before(const struct pull_work *work, const struct pretix_order *order)
{
    for (unsigned i = 0; i < work->former_count; i++) {
        if (strcmp(work->former[i], order->code) == 0)
            return true;
    }
    return false;
}

static bool
build_checkin(struct pull_work *work, const struct pretix_checkin *checkin,
              struct err *err)
{
    struct roster_elsewhere row;
    if (checkin->ours)
        return true;
    pretix_fill_elsewhere(checkin, work->event, roster_build_ref(work->build), &row);
    return roster_build_elsewhere(work->build, &row, err);
}

static bool
build_position(struct pull_work *work, const struct pretix_position *position,
               struct err *err)
{
    if (!roster_build_ticket(work->build, &position->row, err))
        return false;
    for (unsigned i = 0; i < position->checkin_count; i++) {
        if (!build_checkin(work, &work->batch->checkins[position->checkin_first + i],
                           err))
            return false;
    }
    return true;
}

static bool
put_position(struct pull_work *work, unsigned number, struct err *err)
{
    const struct pretix_position *position = &work->batch->positions[number];
    bool ok = work->build ? build_position(work, position, err)
                          : pretix_apply_position(work->db, work->batch, number,
                                                  work->own, err) &&
                                pull_inspect(work->db, work, number, err);
    if (ok)
        work->tickets += position->row.ticket.status != TICKET_CANCELLED;
    return ok;
}

/* The order's first step takes away what it does not name, each of the others writes a
 * ticket. */
static bool
step_order(struct pull_work *work, bool *done, struct err *err)
{
    struct pretix_batch *batch = work->batch;
    *done = work->order >= batch->order_count;
    if (*done)
        return true;
    const struct pretix_order *order = &batch->orders[work->order];
    bool skip = work->build && was_on_the_page_before(work, order);
    if (!work->order_begun) {
        work->order_begun = true;
        work->position = 0;
        if (!work->build && !pretix_apply_order_begin(work->db, &work->reading, batch,
                                                      work->order, err))
            return false;
        return true;
    }
    if (skip || work->position >= order->count) {
        work->order++;
        work->order_begun = false;
        return true;
    }
    unsigned number = order->first + work->position++;
    return put_position(work, number, err) || pass_over(work, err);
}

/* ---- both ----------------------------------------------------------------- */

bool
pull_work_step(struct pull_work *work, bool *done, struct err *err)
{
    return work->batch ? step_order(work, done, err) : step_object(work, done, err);
}

static bool
keep_seen(struct pull_work *work, struct err *err)
{
    static const enum catalog_part parts[PULL_RES_COUNT] = {
        [PULL_RES_SESSIONS] = CATALOG_SESSIONS,
        [PULL_RES_PRODUCTS] = CATALOG_PRODUCTS,
        [PULL_RES_QUESTIONS] = CATALOG_QUESTIONS,
        [PULL_RES_LAYOUTS] = CATALOG_LAYOUTS,
    };
    const char **keys = calloc(work->key_count + 1, sizeof *keys);
    if (!keys)
        return err_no_memory(err);
    for (unsigned i = 0; i < work->key_count; i++)
        keys[i] = work->keys[i];
    bool ok =
        work->res == PULL_RES_LISTS
            ? catalog_keep_lists(work->pen, work->event, keys, work->key_count, err)
            : catalog_keep(work->pen, work->event, parts[work->res], keys,
                           work->key_count, err);
    free(keys);
    return ok;
}

bool
pull_work_end(struct pull_work *work, struct err *err)
{
    if (work->whole && !keep_seen(work, err))
        return false;
    for (unsigned i = 0; i < work->mark_count; i++) {
        const struct pull_mark *mark = &work->marks[i];
        if (!catalog_set_mark(work->pen, mark->event, mark->what, mark->value, err))
            return false;
    }
    return true;
}

void
pull_write(struct pull *self, void (*wrote)(struct pull *))
{
    struct pull_work *work = &self->work;
    self->writing = true;
    self->wrote = wrote;
    work->own = self->set.api->account->device_id;
    work->several = &self->several;
    work->now_ms = clock_utc_ms(self->set.clock);
    work->reading = (struct pretix_reading){ .event = work->event,
                                             .language = self->set.language,
                                             .kinds = self->set.kinds,
                                             .kind_count = self->set.kind_count };
    if (!self->building) {
        work->db = self->set.db;
        work->build = NULL;
        work->pen = roster_pen(self->set.db);
        pull_slice_start(self);
        return;
    }
    work->build = self->build.build;
    work->pen = roster_build_pen(work->build);
    work->db = NULL;
    pull_build_do(self, PULL_WRITE, NULL);
}
