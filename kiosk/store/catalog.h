#ifndef YUELAI_CATALOG_H
#define YUELAI_CATALOG_H

/* catalog: what a ticketing server tells of an event beside its tickets and lists.
 *
 *     event 1--n product 1--n variation     what was bought; a product has a kind of
 *       |                                   guest and a badge layout
 *       1--n session                        a server's sub-event: its own times
 *       1--n question                       asked at the door; answers: roster_answers
 *       1--n layout                         a badge's, in the server's format
 *       1--n withdrawn code                 revoked or blocked, in the copy or not
 *       '--- keys                           for tickets that are signed
 *     medium n--m position                  wristbands and cards, of the organiser
 *     mark                                  how far a download has come
 *
 * It stands in roster.db, may be thrown away with it, and is written by a pen: that of
 * the roster in use (within roster_begin … roster_commit, on the loop's thread) or that
 * of one being built (store/roster_build.h, on the thread that builds it).
 *
 * Codes of tickets and media are stored as keyed look-up values only. Names are texts in
 * the event's language, chosen by whoever writes them. Ids are the server's.
 *
 * Errors: ERR_ABSENT no such event; ERR_INPUT a field is too long, named; ERR_IO.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "store/roster.h"
#include "str.h"

struct db;
struct pen;

enum {
    CATALOG_RULES_MAX = 65536, /* bytes of a list's rules */
    CATALOG_QUESTION_MAX = 32768, /* bytes of a question's JSON */
    CATALOG_LAYOUT_MAX = 262144, /* bytes of a layout's JSON */
    CATALOG_KEYS_MAX = 16384, /* bytes of the JSON array of keys */
    CATALOG_MARK_MAX = 1023,
    CATALOG_MEDIUM_POSITIONS_MAX = 32,
    CATALOG_LAYOUT_NONE = -1, /* this product has no badge */
    CATALOG_LAYOUT_DEFAULT = 0 /* the event's default, else the station's design */
};

struct product {
    int64_t id;
    char name[ROSTER_TEXT_MAX + 1];
    char kind[ROSTER_KEY_MAX + 1]; /* kind of guest; "" = as guest */
    bool attention;
    char note[ROSTER_TEXT_MAX + 1]; /* for staff at the door */
    int64_t layout; /* id, or CATALOG_LAYOUT_NONE or …_DEFAULT */
    char media_policy[32], media_type[32]; /* "" = none */
};

struct variation {
    int64_t id, product;
    char name[ROSTER_TEXT_MAX + 1];
    bool attention;
    char note[ROSTER_TEXT_MAX + 1];
};

struct session {
    char key[ROSTER_KEY_MAX + 1]; /* its id at the server, as a text */
    char name[ROSTER_TEXT_MAX + 1], place[ROSTER_TEXT_MAX + 1];
    int64_t starts_ms, ends_ms; /* ends 0 = unknown */
    int64_t admission_ms; /* 0 = starts_ms */
};

struct medium {
    int64_t id;
    bool active;
    int64_t expires_ms; /* 0 = never */
    int64_t positions[CATALOG_MEDIUM_POSITIONS_MAX]; /* linked to it, of any event */
    unsigned count;
};

enum withdrawn { WITHDRAWN_REVOKED, WITHDRAWN_BLOCKED };

/* ---- writing ------------------------------------------------------------------ */

/* The pen of the roster in use; valid until db_close. */
const struct pen *roster_pen(struct db *db);

/* What a full list of the server replaces: put each, then keep those alone. */
enum catalog_part {
    CATALOG_PRODUCTS, /* with their variations */
    CATALOG_SESSIONS,
    CATALOG_QUESTIONS,
    CATALOG_LAYOUTS
};
bool catalog_put_product(const struct pen *pen, const char *event,
                         const struct product *product, struct err *err);
bool catalog_put_variation(const struct pen *pen, const char *event,
                           const struct variation *variation, struct err *err);
bool catalog_put_session(const struct pen *pen, const char *event,
                         const struct session *session, struct err *err);
/* Of this event's rows of that part only those with these ids (as texts) stay. */
bool catalog_keep(const struct pen *pen, const char *event, enum catalog_part part,
                  const char *const *keys, unsigned count, struct err *err);
/* Of a product that is there, or (0) of all of the event's. */
bool catalog_set_product_layout(const struct pen *pen, const char *event,
                                int64_t product, int64_t layout, struct err *err);
/* body: its JSON as ticket/question reads it. place: the order of asking. */
bool catalog_put_question(const struct pen *pen, const char *event, int64_t id,
                          int64_t place, const char *body, struct err *err);
/* background: a file name in the station's cache of layouts; "" = none. */
bool catalog_put_layout(const struct pen *pen, const char *event, int64_t id,
                        bool is_default, const char *body, const char *background,
                        struct err *err);
/* on false: it is not withdrawn (any more). */
bool catalog_put_withdrawn(const struct pen *pen, const char *event, const char *secret,
                           enum withdrawn why, bool on, struct err *err);
/* keys: a JSON array of base64 texts, as the server gives them. */
bool catalog_put_keys(const struct pen *pen, const char *event, const char *keys,
                      struct err *err);
/* type and identifier as the server names them: "barcode", "nfc_uid". */
bool catalog_put_medium(const struct pen *pen, const struct medium *medium,
                        const char *type, const char *identifier, struct err *err);
/* The list, its products (unless all_kinds) and its rules ("" or "{}" = none). */
bool catalog_put_list(const struct pen *pen, const struct list *list,
                      const int64_t *products, unsigned count, const char *rules,
                      struct err *err);
/* Of this event's lists only these keys stay. */
bool catalog_keep_lists(const struct pen *pen, const char *event,
                        const char *const *keys, unsigned count, struct err *err);
bool catalog_put_event(const struct pen *pen, const struct event *event,
                       struct err *err);
/* event "" for what belongs to the organiser; value "" removes it. */
bool catalog_set_mark(const struct pen *pen, const char *event, const char *what,
                      const char *value, struct err *err);

/* ---- reading the roster in use -------------------------------------------------- */

bool catalog_product(struct db *db, const char *event, int64_t id, bool *found,
                     struct product *product, struct err *err);
bool catalog_variation(struct db *db, const char *event, int64_t id, bool *found,
                       struct variation *variation, struct err *err);
bool catalog_session(struct db *db, const char *event, const char *key, bool *found,
                     struct session *session, struct err *err);
/* In order of asking; body is borrowed for the call; each returns false to stop. */
bool catalog_each_question(struct db *db, const char *event,
                           bool (*each)(int64_t id, const char *body, void *self),
                           void *self, struct err *err);
/* The layout of a product's badge by its id, or (id CATALOG_LAYOUT_DEFAULT) the event's
 * default. body is appended; background has ROSTER_TEXT_MAX + 1 bytes. */
bool catalog_layout(struct db *db, const char *event, int64_t id, bool *found,
                    struct str *body, char *background, struct err *err);
bool catalog_withdrawn(struct db *db, const char *event, const char *secret,
                       size_t length, enum withdrawn why, bool *found, struct err *err);
/* Appends the JSON array. */
bool catalog_keys(struct db *db, const char *event, struct str *keys, struct err *err);
/* Appends the rules' JSON; nothing if there are none. */
bool catalog_rules(struct db *db, int64_t list_id, struct str *rules, struct err *err);
bool catalog_medium(struct db *db, const char *type, const char *identifier,
                    size_t length, bool *found, struct medium *medium,
                    struct err *err);
/* True if any medium is known. */
bool catalog_has_media(struct db *db, bool *has, struct err *err);
/* True if any medium is linked to that position. */
bool catalog_linked(struct db *db, int64_t position, bool *linked, struct err *err);
/* value has CATALOG_MARK_MAX + 1 bytes; "" if it is not set. */
bool catalog_mark(struct db *db, const char *event, const char *what, char *value,
                  struct err *err);

#endif
