#ifndef YUELAI_ROSTER_H
#define YUELAI_ROSTER_H

/* roster: this station's copy of events, check-in lists and tickets.
 *
 *     event 1--n list            a list takes all kinds or some (list_kind), and
 *       |                        all sessions or one (list.session)
 *       1--n ticket n--m session
 *              '--n elsewhere    entries and exits that other stations made
 *
 * A ticket is known by `ref`, which is its own for ever (badge codes, journal and spool
 * bear it); row ids are good until the roster is next replaced. Its secret is stored as
 * a look-up value and a sealed box (store/seal.h).
 *
 * Everything here reads or writes roster.db on the station's one connection. Look-ups
 * are single indexed reads: tens of microseconds at a million tickets.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct db;

enum {
    ROSTER_KEY_MAX = 63, /* bytes: event slug, list key, session key, import key */
    ROSTER_REF_MAX = 16, /* A-Z 0-9, as in badge codes */
    ROSTER_TEXT_MAX = 255, /* bytes of a name, an organisation, … */
    ROSTER_EXTRA_MAX = 4095, /* bytes of the JSON object of all other columns */
    ROSTER_SECRET_MAX = 1024,
    ROSTER_SESSIONS_MAX = 64 /* a ticket */
};

enum ticket_status { TICKET_PAID, TICKET_UNPAID, TICKET_CANCELLED };

struct ticket {
    int64_t id;
    char ref[ROSTER_REF_MAX + 1];
    char event[ROSTER_KEY_MAX + 1];
    enum ticket_status status;
    bool blocked, revoked;
    int64_t valid_from_ms, valid_until_ms; /* 0 = no bound; until is inclusive */
    char order_code[ROSTER_KEY_MAX + 1]; /* "" = none */
    char name[ROSTER_TEXT_MAX + 1]; /* as the guest writes it, any script */
    char name_latin[ROSTER_TEXT_MAX + 1]; /* "" = none */
    char organisation[ROSTER_TEXT_MAX + 1];
    char country[3]; /* ISO 3166-1 alpha-2, "" = unknown */
    char kind[ROSTER_KEY_MAX + 1]; /* key of the kind of guest: "vip", "exhibitor" */
    char language[16]; /* BCP 47, "" = unknown */
    char seat[ROSTER_KEY_MAX + 1];
    char extra[ROSTER_EXTRA_MAX + 1]; /* JSON object, "{}" = none */
};

/* A ticket as it is written: with its secret and its sessions, all borrowed. */
struct roster_row {
    struct ticket ticket; /* id is ignored; ref "" = keep the row's, or make one */
    const char *secret; /* NULL = none, or keep the row's */
    const char *import_key; /* who it is at its source: code, e-mail, number, id */
    const char *const *sessions; /* keys */
    unsigned session_count;
};

struct list {
    int64_t id;
    char event[ROSTER_KEY_MAX + 1];
    char key[ROSTER_KEY_MAX + 1]; /* at its source; unique in its event */
    char name[ROSTER_TEXT_MAX + 1]; /* "Hall N2: AI forum" */
    char place[ROSTER_TEXT_MAX + 1];
    char session[ROSTER_KEY_MAX + 1]; /* "" = all sessions */
    int64_t starts_ms, ends_ms; /* 0 = unknown; told to guests, and the bounds of entry
                                   where opens_ms, closes_ms are set */
    int64_t opens_ms, closes_ms; /* entry before or after is refused; 0 = no bound */
    bool all_kinds;
    bool several_entries; /* a second entry without an exit is allowed */
    bool entry_after_exit; /* who left may come in again */
    bool include_unpaid;
};

struct event {
    int64_t id;
    char slug[ROSTER_KEY_MAX + 1];
    char name[ROSTER_TEXT_MAX + 1];
    char zone[ROSTER_KEY_MAX + 1]; /* IANA: "Asia/Shanghai" */
    char source[ROSTER_KEY_MAX + 1]; /* back end: "csv", "pretix" */
    int64_t starts_ms, ends_ms;
};

/* How old the copy is. */
struct roster_age {
    int64_t complete_ms; /* when it was last known to be whole; 0 = never */
    int64_t tickets; /* rows, not cancelled */
};

enum roster_found { ROSTER_NONE, ROSTER_ONE, ROSTER_SEVERAL };

/* ---- look-ups -------------------------------------------------------------- */

/* The ticket whose secret this is. With ROSTER_SEVERAL (tickets of several events) the
 * first is filled in. */
bool roster_by_secret(struct db *db, const char *secret, size_t length,
                      enum roster_found *found, struct ticket *ticket, struct err *err);
bool roster_by_ref(struct db *db, const char *ref, bool *found, struct ticket *ticket,
                   struct err *err);
bool roster_by_id(struct db *db, int64_t id, bool *found, struct ticket *ticket,
                  struct err *err);
bool roster_by_import_key(struct db *db, const char *event, const char *import_key,
                          bool *found, struct ticket *ticket, struct err *err);

/* The secret itself, unsealed: for uploads and invitations only. secret has room for
 * ROSTER_SECRET_MAX + 1. found false: the ticket has none. */
bool roster_secret(struct db *db, int64_t ticket_id, bool *found, char *secret,
                   struct err *err);

bool roster_event(struct db *db, const char *slug, bool *found, struct event *event,
                  struct err *err);
bool roster_list(struct db *db, const char *event, const char *key, bool *found,
                 struct list *list, struct err *err);

enum list_answer { LIST_TAKES, LIST_OTHER_KIND, LIST_OTHER_SESSION };
bool roster_list_takes(struct db *db, const struct list *list,
                       const struct ticket *ticket, enum list_answer *answer,
                       struct err *err);

/* The lists of a ticket's event that take it, soonest first: where it would be right.
 * Fills up to `max`, *count is how many. */
bool roster_lists_for(struct db *db, const struct ticket *ticket, struct list *lists,
                      unsigned max, unsigned *count, struct err *err);

bool roster_age(struct db *db, struct roster_age *age, struct err *err);

/* ---- all of them, in order of id; each returns false to stop ----------------- */

bool roster_each_event(struct db *db, bool (*each)(const struct event *, void *self),
                       void *self, struct err *err);
bool roster_each_list(struct db *db, const char *event,
                      bool (*each)(const struct list *, void *self), void *self,
                      struct err *err);
/* From after_id on, at most `max`; so that a long walk can be cut into slices. */
bool roster_each_ticket(struct db *db, const char *event, int64_t after_id, unsigned max,
                        bool (*each)(const struct ticket *, void *self), void *self,
                        struct err *err);
bool roster_sessions(struct db *db, int64_t ticket_id,
                     bool (*each)(const char *session, void *self), void *self,
                     struct err *err);

/* ---- writing, in slices: begin, some puts, commit ---------------------------- */

bool roster_begin(struct db *db, struct err *err);
bool roster_commit(struct db *db, struct err *err);
void roster_rollback(struct db *db);

bool roster_put_event(struct db *db, const struct event *event, struct err *err);
/* kinds: the kinds the list takes, unless all_kinds. */
bool roster_put_list(struct db *db, const struct list *list, const char *const *kinds,
                     unsigned kind_count, struct err *err);
/* Inserts, or updates the row of that import_key, or of that ref where there is no key
 * (its ref stays). *id, *made say which. A ref that is made for a row with an import_key
 * comes from that key, so a roster that is built anew has the same refs. Fails with
 * ERR_INPUT if the secret is another ticket's of that event, or a field is not what it
 * should be; with ERR_ABSENT if the event is not there. What was put before stays. */
bool roster_put_ticket(struct db *db, const struct roster_row *row, int64_t *id,
                       bool *made, struct err *err);
bool roster_set_status(struct db *db, int64_t ticket_id, enum ticket_status status,
                       struct err *err);
/* An entry or exit that another station made; the same nonce again changes nothing. */
struct roster_elsewhere {
    uint8_t nonce[16];
    char event[ROSTER_KEY_MAX + 1], list[ROSTER_KEY_MAX + 1];
    char ref[ROSTER_REF_MAX + 1];
    bool exit;
    int64_t at_ms;
    char station[ROSTER_KEY_MAX + 1]; /* as the server names it */
    char gate[ROSTER_KEY_MAX + 1];
};
bool roster_put_elsewhere(struct db *db, const struct roster_elsewhere *row,
                          struct err *err);
/* The copy is whole as of at_ms. */
bool roster_set_complete(struct db *db, int64_t at_ms, struct err *err);

#endif
