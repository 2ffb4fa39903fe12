#ifndef YUELAI_ROSTER_ROWS_H
#define YUELAI_ROSTER_ROWS_H

/* roster_rows: a roster file's rows, as those who write and read them see them: roster_*
 * on the station's connection, roster_build on one of its own. Inside this room only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"
#include "store/query.h"
#include "store/roster.h"
#include "store/seal.h"

struct db;

struct rows {
    struct conn *conn;
    const struct seal *seal;
    const struct random *random;
};

/* store/catalog.h's; live: within a transaction of the roster in use. */
struct pen {
    struct rows rows;
    struct db *live;
};

/* A row checked and made ready to be written; borrows the row. */
struct fair_row {
    const struct roster_row *row;
    const struct ticket *ticket; /* row's, or `masked` */
    int64_t event_id;
    bool has_import, has_secret;
    uint8_t import[SEAL_LOOKUP_BYTES], lookup[SEAL_LOOKUP_BYTES];
    uint8_t box[ROSTER_SECRET_MAX + SEAL_OVERHEAD_BYTES];
    size_t box_length;
    uint8_t contacts[ROSTER_CONTACTS_MAX][SEAL_LOOKUP_BYTES];
    char ref[ROSTER_REF_MAX + 1]; /* "" = to be made */
    struct ticket masked; /* where a field had the secret in it */
};

/* fair->event_id is the caller's to fill in (rows_find_event). ERR_INPUT: a field is
 * wrong, named. */
bool rows_prepare(const struct rows *rows, const struct roster_row *row,
                  struct fair_row *fair, struct err *err);
/* The try-th ref of this row, from its import key where it has one. */
void rows_make_ref(const struct rows *rows, struct fair_row *fair, unsigned try);

bool rows_insert_ticket(const struct rows *rows, const struct fair_row *fair,
                        int64_t *id, struct err *err);
bool rows_update_ticket(const struct rows *rows, const struct fair_row *fair,
                        int64_t id, struct err *err);
/* Sessions, contacts and answers of a row that has none yet. */
bool rows_put_parts(const struct rows *rows, const struct fair_row *fair, int64_t id,
                    struct err *err);
bool rows_clear_parts(const struct rows *rows, int64_t id, struct err *err);
bool rows_put_event(const struct rows *rows, const struct event *event,
                    struct err *err);
bool rows_put_list(const struct rows *rows, const struct list *list,
                   const char *const *kinds, unsigned kind_count, struct err *err);
bool rows_find_list(const struct rows *rows, const char *event, const char *key,
                    int64_t *id, struct err *err);
bool rows_put_elsewhere(const struct rows *rows, const struct roster_elsewhere *row,
                        struct err *err);
/* ERR_ABSENT: no such event. */
bool rows_find_event(const struct rows *rows, const char *slug, int64_t *id,
                     struct err *err);

/* What an e-mail address is stored and looked for as; ASCII case does not matter. */
void rows_contact(const struct seal *seal, const char *contact,
                  uint8_t hash[SEAL_LOOKUP_BYTES]);

/* What a medium is stored and looked for as. */
void rows_medium(const struct seal *seal, const char *type, const char *identifier,
                 size_t length, uint8_t hash[SEAL_LOOKUP_BYTES]);

/* What an import key is stored and looked for as. */
void rows_import_key(const struct seal *seal, const char *event, const char *key,
                     uint8_t hash[SEAL_LOOKUP_BYTES]);

#define ROSTER_TICKET_COLUMNS                                                          \
    "t.id, t.ref, e.slug, t.status, t.blocked, t.revoked, t.valid_from_ms,"            \
    " t.valid_until_ms, t.order_code, t.name, t.name_latin, t.organisation,"           \
    " t.country, t.kind, t.language, t.seat, t.extra, t.position, t.product,"           \
    " t.variation, t.parent, t.number, t.unapproved, t.attention, t.note"
#define ROSTER_TICKET_TABLES "ticket t JOIN event e ON e.id = t.event_id"

void rows_take_ticket(struct query *q, struct ticket *ticket);

#endif
