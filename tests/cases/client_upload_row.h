#ifndef YUELAI_CLIENT_UPLOAD_ROW_H
#define YUELAI_CLIENT_UPLOAD_ROW_H

/* client_upload_row: a row of a case's queue as this station would have it, and a request of
 * ours in the words of the case.
 *
 * The cases are of a device that uploads by the older call of a list, we use that of the
 * organizer (checkinrpc), which says the same in other places:
 *
 *     ours  POST …/organizers/O/checkinrpc/redeem/      {"lists":[L],"secret":S,…}
 *     case  POST …/events/E/checkinlists/L/positions/S/redeem/    {…}
 *
 * with E the event of list L, S escaped, and `canceled_supported`, which the newer call
 * takes for granted. Nonces and keys are our own: a row's are known by the row they are of,
 * and each must be there, and its own. */

#include "client_world.h"

enum { UPLOAD_ROWS_MAX = 64 };

struct upload_row {
    const struct json *queued; /* the case's */
    int64_t id; /* of the outbox */
    char nonce[40]; /* ours */
};

struct upload {
    struct client_world *world;
    struct upload_row rows[UPLOAD_ROWS_MAX];
    unsigned count;
};

/* Writes journal and outbox, and into the copy what the row needs from there. */
bool upload_add(struct upload *upload, const struct json *queued,
                struct cases_result *result);

/* The row an open request of ours is of, by its nonce or key; NULL: none. */
const struct upload_row *upload_row_of(const struct upload *upload,
                                       const struct wire_request *request);

/* Compares, field by field; "" if it is what was expected, else why it is not. */
void upload_compare(const struct upload *upload, const struct upload_row *row,
                    const struct wire_request *request, const struct json *expected,
                    char *why, size_t size);

#endif
