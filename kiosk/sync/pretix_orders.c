#include "sync/pretix_orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

/* A page of orders -> a batch. The tree of the page stays with the batch, and the rows'
 * texts point into it; what has to be put together stands in pieces beside it. */

struct pretix_piece {
    struct pretix_piece *next;
    char bytes[];
};

static const char *const order_names[ORDER_MEMBERS] = {
    "code",
    "status",
    "testmode",
    "email",
    "locale",
    "datetime",
    "invoice_address",
    "positions",
    "checkin_attention",
    "checkin_text",
    "last_modified",
    "require_approval",
    "valid_if_pending",
};

/* ---- room --------------------------------------------------------------------------
 */

void *
pretix_keep(struct pretix_batch *batch, size_t size)
{
    struct pretix_piece *piece = malloc(sizeof *piece + size);
    if (!piece)
        return NULL;
    piece->next = batch->pieces;
    batch->pieces = piece;
    return piece->bytes;
}

struct counts {
    size_t orders, positions, checkins, prints;
};

static void
count(const struct json *results, struct counts *counts)
{
    for (const struct json *order = json_first(results); order;
         order = json_next(order)) {
        const struct json *positions = json_member(order, "positions");
        counts->orders++;
        for (const struct json *position = json_first(positions); position;
             position = json_next(position)) {
            counts->positions++;
            counts->checkins += json_count(json_member(position, "checkins"));
            counts->prints += json_count(json_member(position, "print_logs"));
        }
    }
}

static bool
make_room(struct pretix_batch *batch, const struct json *results, struct err *err)
{
    struct counts counts = { 0 };
    count(results, &counts);
    batch->orders = calloc(counts.orders + 1, sizeof *batch->orders);
    batch->positions = calloc(counts.positions + 1, sizeof *batch->positions);
    batch->checkins = calloc(counts.checkins + 1, sizeof *batch->checkins);
    batch->prints = calloc(counts.prints + 1, sizeof *batch->prints);
    return batch->orders && batch->positions && batch->checkins && batch->prints
               ? true
               : err_no_memory(err);
}

void
pretix_batch_free(struct pretix_batch *batch)
{
    if (!batch)
        return;
    while (batch->pieces) {
        struct pretix_piece *piece = batch->pieces;
        batch->pieces = piece->next;
        free(piece);
    }
    json_free(batch->root);
    free(batch->orders);
    free(batch->positions);
    free(batch->checkins);
    free(batch->prints);
    free(batch);
}

void
pretix_is_bad(struct order_reading *reading, const char *what)
{
    struct pretix_batch *batch = reading->batch;
    if (batch->bad++ == 0)
        snprintf(batch->first_bad, sizeof batch->first_bad,
                 "order %s, position %lld: %s", pretix_text(reading->order[ORDER_CODE]),
                 (long long)pretix_int(reading->position[POSITION_ID]), what);
}

/* ---- orders ----------------------------------------------------------------- */

static bool
read_order(struct order_reading *reading, const struct json *object, struct err *err)
{
    static const char *const invoice_names[] = { "name", "company", "country" };
    struct pretix_batch *batch = reading->batch;
    struct pretix_order *order = &batch->orders[batch->order_count];
    pretix_collect(object, order_names, reading->order, ORDER_MEMBERS);
    pretix_collect(reading->order[ORDER_INVOICE], invoice_names, reading->invoice, 3);
    memset(reading->position, 0, sizeof reading->position);
    if (pretix_text(reading->order[ORDER_CODE])[0] == '\0') {
        pretix_is_bad(reading, "code: want a text");
        return true;
    }
    pretix_copy(order->code, sizeof order->code, reading->order[ORDER_CODE]);
    pretix_copy(order->datetime, sizeof order->datetime,
                reading->order[ORDER_DATETIME]);
    pretix_copy(order->last_modified, sizeof order->last_modified,
                reading->order[ORDER_MODIFIED]);
    order->testmode = pretix_bool(reading->order[ORDER_TESTMODE]);
    order->first = batch->position_count;
    for (const struct json *item = json_first(reading->order[ORDER_POSITIONS]); item;
         item = json_next(item)) {
        if (!pretix_read_position(reading, item, err))
            return false;
    }
    order->count = batch->position_count - order->first;
    batch->order_count++;
    return true;
}

static bool
read_page(struct pretix_batch *batch, const struct pretix_reading *set, struct err *err)
{
    struct order_reading reading = { .set = set, .batch = batch };
    const struct json *results;
    int64_t total;
    if (!json_array(batch->root, "results", &results, err) ||
        !json_int_or(batch->root, "count", -1, &total, err) ||
        !json_copy(batch->root, "next", batch->next, sizeof batch->next, err) ||
        !make_room(batch, results, err))
        return false;
    batch->total = total;
    for (const struct json *item = json_first(results); item; item = json_next(item)) {
        if (!read_order(&reading, item, err))
            return false;
    }
    return true;
}

bool
pretix_read_orders(const char *body, size_t length, const struct pretix_reading *set,
                   struct pretix_batch **out, struct err *err)
{
    struct pretix_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return err_no_memory(err);
    if (!json_parse(body, length, &batch->root, err) || !read_page(batch, set, err)) {
        pretix_batch_free(batch);
        return err_wrap(err, "page of orders");
    }
    *out = batch;
    return true;
}
