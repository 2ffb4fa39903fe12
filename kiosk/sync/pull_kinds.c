#include "sync/pull_inside.h"

#include <string.h>

#include "str.h"
#include "sync/pretix_inside.h"

/* Which kind of guest a ticket makes is said by the name of its product, which an order
 * does not bear: it is looked up here, once a product. */

static const struct pull_kind *
find(const struct pull_kinds *kinds, int64_t product)
{
    for (unsigned i = 0; i < kinds->count; i++) {
        if (kinds->rows[i].product == product)
            return &kinds->rows[i];
    }
    return NULL;
}

static const struct pull_kind *
add(struct pull_kinds *kinds, int64_t product, const char *kind)
{
    enum { ROWS = sizeof kinds->rows / sizeof *kinds->rows };
    if (kinds->count == ROWS)
        kinds->count = 0; /* more products than that: they are looked up again */
    struct pull_kind *row = &kinds->rows[kinds->count++];
    row->product = product;
    str_copy(row->kind, sizeof row->kind, kind);
    return row;
}

/* Of products that have just come: while a roster is built they stand nowhere else. */
static const char *
told(const struct pull *self, int64_t product)
{
    const struct pretix_reading reading = { .kinds = self->set.kinds,
                                            .kind_count = self->set.kind_count };
    const struct pull_page *page = self->held[PULL_RES_PRODUCTS].first;
    for (; page; page = page->next) {
        const struct json *row = json_first(json_member(page->root, "results"));
        for (; row; row = json_next(row)) {
            if (pretix_int_of(row, "id") == product)
                return pretix_kind_of(&reading, product,
                                      pretix_product_name(row, self->set.language));
        }
    }
    return NULL;
}

static const struct pull_kind *
look_up(struct pull *self, int64_t id)
{
    struct product product = { .id = id };
    struct err ignored;
    bool found = false;
    const char *kind = told(self, id);
    if (!kind && !catalog_product(self->set.db, pull_event(self), id, &found, &product,
                                  &ignored))
        found = false;
    return add(&self->kinds, id, kind ? kind : found ? product.kind : "");
}

void
pull_kinds_fill(struct pull *self, struct pretix_batch *batch)
{
    for (unsigned i = 0; self->set.kind_count > 0 && i < batch->position_count; i++) {
        struct ticket *ticket = &batch->positions[i].row.ticket;
        const struct pull_kind *kind;
        if (ticket->kind[0])
            continue;
        kind = find(&self->kinds, ticket->origin.product);
        if (!kind)
            kind = look_up(self, ticket->origin.product);
        str_copy(ticket->kind, sizeof ticket->kind, kind->kind);
    }
}
