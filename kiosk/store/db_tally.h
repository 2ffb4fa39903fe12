#ifndef YUELAI_DB_TALLY_H
#define YUELAI_DB_TALLY_H

/* db_tally: how many rows of each kind there are, kept in memory: the screen asks for the
 * counts all day, and a table of them would be one more page of every scan's commit.
 *
 *     open: counted --> writers of this room note each row --> commit: they hold
 *                                                      '--> rollback: they never were
 *
 * After a COMMIT that failed nobody knows: then all is counted again when next asked. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct db;

enum tally_table { TALLY_JOURNAL, TALLY_SPOOL, TALLY_OUTBOX, TALLY_TABLES };
enum { TALLY_KINDS_MAX = 16, TALLY_GUESTS = 15 /* of the journal: tickets that entered */ };

struct tally {
    int64_t rows[TALLY_TABLES][TALLY_KINDS_MAX];
};

struct tally_book {
    struct tally now, committed;
    bool stale; /* to be counted when next asked */
};

/* At the open. */
bool tally_open(struct db *db, struct err *err);
/* One row more (or fewer) of this kind, within a transaction. */
void tally_note(struct db *db, enum tally_table table, unsigned kind, int change);
void tally_commit(struct db *db);
void tally_rollback(struct db *db, bool unsure);
/* kinds: the first `count` of that table; guests may be NULL. */
bool tally_ask(struct db *db, enum tally_table table, int64_t *kinds, unsigned count,
               struct err *err);

#endif
