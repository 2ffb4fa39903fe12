#ifndef YUELAI_ROSTER_H
#define YUELAI_ROSTER_H

/* roster: this station's copy of events, check-in lists and tickets.
 *
 *     event 1--n list            a list takes all tickets, or those of some kinds or
 *       |                        products, and all sessions or one (list.session)
 *       1--n ticket n--m session
 *              '--n elsewhere    entries and exits that other stations made
 *
 * What a ticketing server tells of an event besides (products, sessions, questions,
 * media, withdrawn codes, layouts) stands in store/catalog.h.
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
    ROSTER_SESSIONS_MAX = 64, /* a ticket */
    ROSTER_CONTACTS_MAX = 4,
    ROSTER_ANSWER_MAX = 4095, /* bytes of one answer */
    ROSTER_CANDIDATES_MAX = 32 /* tickets that one code may mean */
};

/* PAID: may be used as far as money goes, which a server may say of one that is not
 * paid for yet. */
enum ticket_status { TICKET_PAID, TICKET_UNPAID, TICKET_CANCELLED };

/* What a ticketing server knows of a ticket; all 0 and "" for a roster from a file. */
struct ticket_origin {
    int64_t position; /* the server's id of it */
    int64_t product, variation; /* ids; variation 0 = none */
    int64_t parent; /* position of the ticket it is an add-on to; 0 = none */
    unsigned number; /* in its order, from 1 */
    bool unapproved; /* its order waits for the organiser's approval */
    bool attention; /* staff are asked to look at this guest */
    char note[ROSTER_TEXT_MAX + 1]; /* the order's text for the door */
};

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
    struct ticket_origin origin;
    char extra[ROSTER_EXTRA_MAX + 1]; /* JSON object, "{}" = none */
};

/* A ticket as it is written: with its secret and its sessions, all borrowed. */
struct roster_row {
    struct ticket ticket; /* id is ignored; ref "" = keep the row's, or make one */
    const char *secret; /* NULL = none, or keep the row's */
    const char *import_key; /* who it is at its source: code, e-mail, number, id */
    const char *const *sessions; /* keys */
    unsigned session_count;
    const char *const *contacts; /* e-mail addresses: found whole (roster_by_contact) */
    unsigned contact_count; /* at most ROSTER_CONTACTS_MAX */
    const struct roster_answer *answers; /* replace those of before */
    unsigned answer_count;
};

/* What a guest has answered to a server's question, as the server writes it. */
struct roster_answer {
    int64_t question;
    const char *value;
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
    bool include_unpaid; /* from a server: staff may let an unpaid one in */
    bool addon_match; /* a ticket's code also presents its add-ons */
    bool has_rules; /* their text: catalog_rules */
    int64_t exit_all_ms; /* then all inside count as gone; 0 = never */
};

struct event {
    int64_t id;
    char slug[ROSTER_KEY_MAX + 1];
    char name[ROSTER_TEXT_MAX + 1];
    char zone[ROSTER_KEY_MAX + 1]; /* IANA: "Asia/Shanghai" */
    char source[ROSTER_KEY_MAX + 1]; /* back end: "csv", "pretix" */
    int64_t starts_ms, ends_ms;
    int64_t admission_ms; /* doors open; 0 = starts_ms */
    bool is_series; /* its sessions are a server's sub-events, one a ticket */
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

/* The ticket with this position at its server. */
bool roster_by_position(struct db *db, const char *event, int64_t position, bool *found,
                        struct ticket *ticket, struct err *err);

/* Tickets of the event with this e-mail address (in any case of letters), at most max;
 * each returns false to stop. */
bool roster_by_contact(struct db *db, const char *event, const char *contact,
                       unsigned max, bool (*each)(const struct ticket *, void *self),
                       void *self, struct err *err);
/* The answers of a ticket, each one borrowed for the call. */
bool roster_answers(struct db *db, int64_t ticket_id,
                    bool (*each)(const struct roster_answer *, void *self), void *self,
                    struct err *err);

/* A ticket as one of several that a code may mean. */
struct roster_candidate {
    int64_t id; /* row, for roster_by_id */
    int64_t position, parent, product;
    char session[ROSTER_KEY_MAX + 1]; /* the first; "" = none */
    int64_t valid_from_ms, valid_until_ms;
    bool cancelled;
};
struct roster_candidates {
    struct roster_candidate rows[ROSTER_CANDIDATES_MAX];
    unsigned count; /* more than there is room for are left out */
};
/* Those of one event with this secret (one, or none), then their add-ons if asked for,
 * but not those without a secret of their own: a server's that are cancelled. */
bool roster_candidates(struct db *db, const char *event, const char *secret,
                       size_t length, bool addons, struct roster_candidates *found,
                       struct err *err);
/* How a server's cancelled ticket, which has no secret, stands among contacts: by its
 * medium's identifier, which follows. */
#define ROSTER_MEDIUM_CONTACT "medium\x1F"
/* Adds the cancelled tickets of the event that name this medium, then their add-ons if
 * asked for; those that are in `found` already stay as they are. */
bool roster_add_cancelled(struct db *db, const char *event, const char *identifier,
                          size_t length, bool addons, struct roster_candidates *found,
                          struct err *err);
/* The ticket of that position, then its add-ons if asked for, cancelled or not: a
 * medium's. They are added to those that are in `found` already. */
bool roster_add_candidates(struct db *db, const char *event, int64_t position,
                           bool addons, struct roster_candidates *found,
                           struct err *err);

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
 * comes from that key, so a roster that is built anew has the same refs; one is also made
 * for such a row if the ref it brings is another ticket's. Fails with
 * ERR_INPUT if the secret is another ticket's of that event, or a field is not what it
 * should be; with ERR_ABSENT if the event is not there. What was put before stays. */
bool roster_put_ticket(struct db *db, const struct roster_row *row, int64_t *id,
                       bool *made, struct err *err);
bool roster_set_status(struct db *db, int64_t ticket_id, enum ticket_status status,
                       struct err *err);
/* The ticket goes, with its words, answers, sessions and elsewhere-rows. Journal, spool
 * and outbox keep what they have of it. */
bool roster_remove_ticket(struct db *db, int64_t ticket_id, struct err *err);
/* Of this order only the tickets with these positions stay: what a server does not name
 * any more is gone there. */
bool roster_keep_positions(struct db *db, const char *event, const char *order_code,
                           const int64_t *positions, unsigned count, struct err *err);
/* The event goes with all it has. */
bool roster_remove_event(struct db *db, const char *event, struct err *err);
/* Who gave the events of this source has nothing to do with this station any more: from
 * here on they have slugs that nobody asks for, and neither marks nor media. What is left
 * of them goes a little at a time: `max` rows or a whole event a call, *more says whether
 * there is any. That goes on after a restart (roster_has_left). */
bool roster_leave(struct db *db, const char *source, struct err *err);
bool roster_has_left(struct db *db, bool *left, struct err *err);
bool roster_remove_left(struct db *db, unsigned max, bool *more, struct err *err);
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
/* All of a ticket's go, before a server's new ones come. */
bool roster_clear_elsewhere(struct db *db, const char *ref, struct err *err);
/* The copy is whole as of at_ms. */
bool roster_set_complete(struct db *db, int64_t at_ms, struct err *err);

#endif
