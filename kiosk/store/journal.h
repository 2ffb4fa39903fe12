#ifndef YUELAI_JOURNAL_H
#define YUELAI_JOURNAL_H

/* journal: every entry and exit this station has recorded, and every scan it refused;
 * append-only. The truth about what happened at this door.
 *
 * Rows name ticket, event and list by their own keys, not by roster row ids: the roster
 * may be replaced under them. Rows are added inside the scan's transaction (db_begin …
 * db_commit), together with spool and outbox. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "store/roster.h"
#include "verdict.h"

enum { JOURNAL_NONCE_BYTES = 16 };

enum journal_kind { JOURNAL_ENTRY, JOURNAL_EXIT, JOURNAL_REFUSED };

enum journal_mode {
    JOURNAL_LOCAL, /* decided by this station's copy */
    JOURNAL_CONFIRMED /* a claim answered first */
};

struct journal_row {
    int64_t id; /* filled in by journal_add */
    uint8_t nonce[JOURNAL_NONCE_BYTES]; /* fixed before the first claim */
    enum journal_kind kind;
    enum journal_mode mode;
    enum verdict verdict;
    char event[ROSTER_KEY_MAX + 1], list[ROSTER_KEY_MAX + 1];
    char ref[ROSTER_REF_MAX + 1]; /* "" if the code was not in our copy */
    char station[4]; /* letters */
    char gate[ROSTER_KEY_MAX + 1];
    char who[64]; /* "" = the guest; "staff:li" */
    char reason[ROSTER_TEXT_MAX + 1];
    int64_t at_ms; /* the moment of the scan: the door's time */
    bool clock_suspect;
};

bool journal_add(struct db *db, struct journal_row *row, struct err *err);

/* What has happened to a ticket on a list: our journal and what other stations did
 * (roster's elsewhere), each nonce once. */
struct journal_history {
    unsigned entries, exits;
    bool has_last;
    enum journal_kind last_kind; /* ENTRY or EXIT, the newest by at_ms */
    int64_t last_at_ms, first_entry_ms;
    char last_station[ROSTER_KEY_MAX + 1];
    char last_gate[ROSTER_KEY_MAX + 1];
};

bool journal_history(struct db *db, const char *ref, const char *event, const char *list,
                     struct journal_history *history, struct err *err);

/* The same deeds one by one, by time, then in the order they came; of more than there
 * is room for the newest. What a list's rules count. */
enum { JOURNAL_DEEDS_MAX = 512 };
struct journal_deeds {
    struct journal_deed {
        int64_t at_ms;
        bool exit;
    } rows[JOURNAL_DEEDS_MAX];
    unsigned count;
};
bool journal_deeds(struct db *db, const char *ref, const char *event, const char *list,
                   struct journal_deeds *deeds, struct err *err);

/* True (in *found) if a row of this nonce is there: what to ask after a failed COMMIT. */
bool journal_by_nonce(struct db *db, const uint8_t nonce[JOURNAL_NONCE_BYTES],
                      bool *found, struct journal_row *row, struct err *err);

/* at_ms of the row that was added last with a clock above suspicion; 0 = none. */
bool journal_newest(struct db *db, int64_t *at_ms, struct err *err);

/* The id of the row that was added last; 0 = none. */
bool journal_last(struct db *db, int64_t *id, struct err *err);

/* Whether anything was recorded of that event; goes through all of it if not. */
bool journal_has_event(struct db *db, const char *event, bool *has, struct err *err);

/* In order of id from after_id on, at most `max` (0: all); ref NULL: all tickets. */
bool journal_each(struct db *db, const char *ref, int64_t after_id, unsigned max,
                  bool (*each)(const struct journal_row *row, void *self), void *self,
                  struct err *err);

struct journal_counts {
    int64_t entries, exits, refused;
    int64_t guests_in; /* tickets with an entry on any list */
};
bool journal_counts(struct db *db, struct journal_counts *counts, struct err *err);

#endif
