#include "sync/pull_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "str.h"

/* The tickets of an event, page by page.
 *
 *     nothing stored        all of them, oldest first
 *     incomplete:<time>     all from that time on; the first run's moment stays
 *     complete              what changed since that moment, newest change first
 *
 * Where there are media (wristbands), cancelled positions are asked for, too: the
 * server counts them among those that a medium means. Orders that came without are
 * loaded anew for that, once. While a page is written the next one is on its way, and
 * no more than that one. */

static const char incomplete[] = "incomplete:";

/* ---- the question --------------------------------------------------------- */

static bool
add_base(struct pull *self)
{
    static const char *const left_out[] = {
        "downloads",           "payment_date", "payment_provider", "fees",
        "positions.downloads", "payments",     "refunds",
    };
    bool ok = pull_query(self, "testmode", "false", false);
    for (size_t i = 0; ok && i < sizeof left_out / sizeof *left_out; i++)
        ok = pull_query(self, "exclude", left_out[i], true);
    if (ok && (self->set.badges || self->with_cancelled))
        ok = pull_query(self, "pdf_data", "true", false);
    if (ok && self->with_cancelled)
        ok = pull_query(self, "include_canceled_positions", "true", false);
    return ok;
}

/* The base, and what this run is after: on each address where it is missing. */
static bool
add_query(struct pull *self)
{
    const struct pull_orders *orders = &self->orders;
    bool ok = add_base(self);
    if (ok && orders->first && orders->series_after[0])
        ok = pull_query(self, "subevent_after", orders->series_after, false);
    if (!ok || orders->since[0] == '\0')
        return ok;
    return orders->first ? pull_query(self, "ordering", "datetime", false) &&
                               pull_query(self, "created_since", orders->since, false)
                         : pull_query(self, "ordering", "-last_modified", false) &&
                               pull_query(self, "modified_since", orders->since, false);
}

static bool
had_cancelled(struct pull *self, const char *event)
{
    char value[CATALOG_MARK_MAX + 1];
    return strcmp(pull_mark(self, event, "orders.cancelled", value), "1") == 0;
}

static void
read_marks(struct pull *self)
{
    struct pull_orders *orders = &self->orders;
    const char *event = pull_event(self), *texts;
    char value[CATALOG_MARK_MAX + 1];
    struct err ignored;
    pull_mark(self, event, "orders.generated", orders->was_generated);
    if (!self->building &&
        !catalog_mark(self->set.db, event, "orders.state", orders->was_state, &ignored))
        orders->was_state[0] = '\0';
    texts = pull_mark(self, event, "orders.texts", value);
    bool other = (self->set.badges && strcmp(texts, "1") != 0) ||
                 (self->with_cancelled && !had_cancelled(self, event));
    orders->first = true;
    orders->sweep = !self->building && orders->was_state[0];
    if (self->anew || other || orders->was_state[0] == '\0')
        return;
    orders->sweep = false;
    if (str_starts(orders->was_state, incomplete)) {
        str_copy(orders->generated, sizeof orders->generated, orders->was_generated);
        str_copy(orders->since, sizeof orders->since,
                 orders->was_state + strlen(incomplete));
        str_copy(orders->datetime, sizeof orders->datetime, orders->since);
        return;
    }
    orders->first = false;
    str_copy(orders->since, sizeof orders->since, orders->was_generated);
}

static void on_page(struct pull *self);

void
pull_orders_begin(struct pull *self)
{
    enum { SERIES_DAYS = 14 };
    struct pull_orders *orders = &self->orders;
    char event[3 * ROSTER_KEY_MAX + 1];
    pull_orders_finish(orders);
    read_marks(self);
    if (self->series[self->at])
        pretix_write_time((self->began_ms - INT64_C(86400000) * SERIES_DAYS) * 1000,
                          orders->series_after);
    self->pages = 0;
    if (!pull_address(self, "events/%s/orders/",
                      api_escape(pull_event(self), event, sizeof event)) ||
        !add_query(self)) {
        pull_failed(self, API_REFUSED, "the address is too long");
        return;
    }
    pull_ask(self, PULL_READ_ORDERS, on_page);
}

void
pull_orders_finish(struct pull_orders *orders)
{
    pretix_batch_free(orders->waiting);
    free(orders->seen);
    free(orders->former);
    *orders = (struct pull_orders){ 0 };
}

/* ---- the end -------------------------------------------------------------- */

static int
by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void
finished(struct pull *self)
{
    pull_orders_finish(&self->orders);
    pull_next(self);
}

static void
set_marks(const struct pull *self, const char *state, struct pull_work *work)
{
    const struct pull_orders *orders = &self->orders;
    pull_work_mark(work, work->event, "orders.generated", orders->generated);
    pull_work_mark(work, work->event, "orders.state", state);
    pull_work_mark(work, work->event, "orders.texts", self->set.badges ? "1" : "0");
    pull_work_mark(work, work->event, "orders.cancelled",
                   self->with_cancelled ? "1" : "");
}

/* Only now is it as the server has it. A work of marks alone. */
static void
swept(struct pull *self)
{
    struct pull_work *work = &self->work;
    *work = (struct pull_work){ .res = PULL_RES_ORDERS };
    str_copy(work->event, sizeof work->event, pull_event(self));
    set_marks(self, "complete", work);
    pull_write(self, finished);
}

static void
all_written(struct pull *self)
{
    struct pull_orders *orders = &self->orders;
    pull_say_changed(self);
    if (!orders->sweep) {
        finished(self);
        return;
    }
    if (orders->seen_count > 0)
        qsort(orders->seen, orders->seen_count, sizeof *orders->seen, by_number);
    pull_sweep(self, pull_event(self), orders->seen, orders->seen_count, swept);
}

/* ---- a page --------------------------------------------------------------- */

static bool
note_seen(struct pull_orders *orders, const struct pretix_batch *batch)
{
    if (!orders->sweep)
        return true;
    size_t need = orders->seen_count + batch->position_count;
    if (need > orders->seen_room) {
        size_t room = need > 2 * orders->seen_room ? need + 64 : 2 * orders->seen_room;
        int64_t *seen = realloc(orders->seen, room * sizeof *seen);
        if (!seen)
            return false;
        orders->seen = seen;
        orders->seen_room = room;
    }
    for (unsigned i = 0; i < batch->position_count; i++)
        orders->seen[orders->seen_count++] =
            batch->positions[i].row.ticket.origin.position;
    return true;
}

/* The marks that go with the last row of a page. A delta's move at its very end, so
 * that a run that broke is done again from where it began; where a sweep follows, after
 * it. */
static void
add_marks(struct pull *self, bool last)
{
    struct pull_orders *orders = &self->orders;
    char state[128];
    if (orders->sweep || (!last && (!orders->first || orders->datetime[0] == '\0')))
        return;
    if (last)
        str_copy(state, sizeof state, "complete");
    else
        snprintf(state, sizeof state, "%s%s", incomplete, orders->datetime);
    set_marks(self, state, &self->work);
    str_copy(orders->state, sizeof orders->state, state);
}

static void
remember_codes(struct pull_orders *orders, const struct pretix_batch *batch)
{
    free(orders->former);
    orders->former_count = 0;
    orders->former = calloc(batch->order_count + 1, sizeof *orders->former);
    for (unsigned i = 0; orders->former && i < batch->order_count; i++)
        memcpy(orders->former[orders->former_count++], batch->orders[i].code,
               sizeof *orders->former);
}

static void on_written(struct pull *self);

static void
write_page(struct pull *self)
{
    struct pull_orders *orders = &self->orders;
    struct pretix_batch *batch = orders->waiting;
    struct pull_work *work = &self->work;
    struct err err;
    orders->waiting = NULL;
    pull_kinds_fill(self, batch);
    *work = (struct pull_work){ .res = PULL_RES_ORDERS, .batch = batch };
    str_copy(work->event, sizeof work->event, pull_event(self));
    work->former = orders->former; /* the work's from here */
    work->former_count = orders->former_count;
    orders->former = NULL;
    orders->former_count = 0;
    if (batch->order_count > 0)
        str_copy(orders->datetime, sizeof orders->datetime,
                 batch->orders[batch->order_count - 1].datetime);
    if (self->building)
        remember_codes(orders, batch);
    add_marks(self, batch->next[0] == '\0');
    self->status.done += batch->order_count;
    if (batch->bad > 0)
        pull_note_bad(self, batch->bad, batch->first_bad);
    if (self->building && !pull_inspect_page(self, &err)) {
        pull_end(self, API_SILENT, err.text);
        return;
    }
    pull_write(self, on_written);
}

static void
ask_next(struct pull *self, const char *next)
{
    if (!pull_follow(self, next) || !add_query(self) || self->pages > PULL_PAGES_MAX) {
        pull_failed(self, API_REFUSED, "the address of the next page is none");
        return;
    }
    pull_ask(self, PULL_READ_ORDERS, on_page);
}

/* The page that came is written, and the one after it is asked for. */
static void
take(struct pull *self)
{
    char next[2048];
    str_copy(next, sizeof next, self->orders.waiting->next);
    write_page(self);
    if (self->ending)
        return;
    if (next[0] != '\0')
        ask_next(self, next);
}

static void
on_written(struct pull *self)
{
    struct pull_orders *orders = &self->orders;
    orders->written++;
    if (orders->state[0])
        str_copy(orders->was_state, sizeof orders->was_state, orders->state);
    if (orders->waiting)
        take(self);
    else if (orders->no_more)
        all_written(self);
    else if (self->result != API_OK)
        pull_orders_keep(self, self->result, self->status.trouble);
}

/* ---- is it one? ----------------------------------------------------------- */

/* An old page, replayed by something on the way, would take guests back to what they
 * were: each page bears the moment it was made at. */
static const char *
doubt(const struct pull *self)
{
    const struct pull_orders *orders = &self->orders;
    const char *generated = self->call.request.page_generated;
    if (generated[0] == '\0')
        return "the page does not say when it was made: not the ticketing server's";
    if (pull_is_older(generated, orders->was_generated))
        return "the page is older than the last one: something on the way keeps pages";
    if (orders->pages > 0 && pull_is_older(generated, orders->generated) &&
        !str_starts(orders->was_state, incomplete))
        return "the page is older than the first one: something on the way keeps pages";
    return NULL;
}

static void
on_page(struct pull *self)
{
    struct pull_orders *orders = &self->orders;
    struct pretix_batch *batch = self->read.batch;
    self->read.batch = NULL;
    const char *why = self->unchanged ? "unchanged, which was not asked" : doubt(self);
    if (why || !note_seen(orders, batch)) {
        pretix_batch_free(batch);
        self->distrust = true;
        pull_ask_again(self, API_NOT_HERE, why ? why : "no memory");
        return;
    }
    self->distrust = false;
    if (orders->generated[0] == '\0')
        str_copy(orders->generated, sizeof orders->generated,
                 self->call.request.page_generated);
    if (self->pages++ == 0 && batch->total >= 0)
        self->status.total =
            (self->status.total < 0 ? 0 : self->status.total) + batch->total;
    orders->pages++;
    orders->waiting = batch;
    orders->no_more = batch->next[0] == '\0';
    if (!self->writing)
        take(self);
}

/* ---- it broke ------------------------------------------------------------- */

static void
kept(struct pull *self, enum api_result result, const char *text)
{
    char words[256];
    str_copy(words, sizeof words, text);
    if (self->building)
        pull_build_swap(self, false, result, words);
    else
        pull_end(self, result, words);
}

bool
pull_orders_keep(struct pull *self, enum api_result result, const char *text)
{
    struct pull_orders *orders = &self->orders;
    if (self->res != PULL_RES_ORDERS || (self->building && !self->first_load))
        return false;
    if (self->writing || orders->waiting) {
        self->result = result; /* once that is written */
        if (text != self->status.trouble)
            str_copy(self->status.trouble, sizeof self->status.trouble, text);
        return true;
    }
    if (self->building && orders->written == 0 && self->at == 0)
        return false;
    kept(self, result, text);
    return true;
}
