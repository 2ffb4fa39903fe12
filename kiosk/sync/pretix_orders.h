#ifndef YUELAI_PRETIX_ORDERS_H
#define YUELAI_PRETIX_ORDERS_H

/* pretix_orders: a page of orders as it is read, for the two files that read it: the page
 * and its orders (pretix_orders.c), one position (pretix_position.c). */

#include "sync/pretix_inside.h"

enum order_member {
    ORDER_CODE,
    ORDER_STATUS,
    ORDER_TESTMODE,
    ORDER_EMAIL,
    ORDER_LOCALE,
    ORDER_DATETIME,
    ORDER_INVOICE,
    ORDER_POSITIONS,
    ORDER_ATTENTION,
    ORDER_NOTE,
    ORDER_MODIFIED,
    ORDER_APPROVAL,
    ORDER_IF_PENDING,
    ORDER_MEMBERS
};
enum position_member {
    POSITION_ID,
    POSITION_NUMBER,
    POSITION_ITEM,
    POSITION_VARIATION,
    POSITION_NAME,
    POSITION_PARTS,
    POSITION_EMAIL,
    POSITION_COMPANY,
    POSITION_COUNTRY,
    POSITION_SECRET,
    POSITION_PARENT,
    POSITION_SESSION,
    POSITION_CHECKINS,
    POSITION_PRINTS,
    POSITION_ANSWERS,
    POSITION_REF,
    POSITION_SEAT,
    POSITION_CANCELED,
    POSITION_FROM,
    POSITION_UNTIL,
    POSITION_BLOCKED,
    POSITION_PDF,
    POSITION_MEMBERS
};
/* One order as it is read. */
struct order_reading {
    const struct pretix_reading *set;
    struct pretix_batch *batch;
    const struct json *order[ORDER_MEMBERS];
    const struct json *position[POSITION_MEMBERS];
    const struct json *invoice[3]; /* name, company, country */
};

/* Room for as long as the batch lives; NULL: no memory. */
void *pretix_keep(struct pretix_batch *batch, size_t size);

/* A row that cannot be is passed over, counted, and the first is told. */
void pretix_is_bad(struct order_reading *reading, const char *what);

/* The next row of the batch, or a bad one. Fails only for want of memory. */
bool pretix_read_position(struct order_reading *reading, const struct json *object,
                          struct err *err);

#endif
