#include "store/db_internal.h"

#include <assert.h>
#include <stdio.h>

#include "str.h"

/* ---- journal.db ------------------------------------------------------------------
 *
 * Strict, with checks: a damaged row that still looks like one is not salvaged as one.
 * One set of strings a version; the file's user_version says how many it has had. A
 * version that was once released is never edited: the next one changes what it left.
 *
 * Every table has a rowid, so that a damaged file can be salvaged by ranges of it;
 * AUTOINCREMENT where an id is known outside (print job names, uploads): it never
 * comes again. */

enum { JOURNAL_PARTS = 2 }; /* a compiler need not take one string of over 4 KB */

/* What stations did twice while they were apart. */
static const char journal_conflicts[] =
    "CREATE TABLE conflict(id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL,"
    " list TEXT NOT NULL, ref TEXT NOT NULL, ours_ms INTEGER NOT NULL,"
    " ours TEXT NOT NULL, theirs_ms INTEGER NOT NULL, theirs TEXT NOT NULL, gate TEXT "
    "NOT NULL,"
    " found_ms INTEGER NOT NULL, done_ms INTEGER NOT NULL, who TEXT NOT NULL,"
    " UNIQUE(event, list, ref, ours_ms, theirs_ms, theirs)) STRICT;";

static const char *const journal_versions[][JOURNAL_PARTS] = { {
    "CREATE TABLE setting(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
    " value TEXT NOT NULL) STRICT;"

    "CREATE TABLE audit(id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL,"
    " who TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL)"
    " STRICT;"

    "CREATE TABLE journal(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " nonce BLOB NOT NULL UNIQUE CHECK(length(nonce) = 16),"
    " kind INTEGER NOT NULL CHECK(kind BETWEEN 0 AND 2), mode INTEGER NOT NULL,"
    " verdict INTEGER NOT NULL, event TEXT NOT NULL, list TEXT NOT NULL,"
    " ref TEXT NOT NULL, station TEXT NOT NULL, gate TEXT NOT NULL, who TEXT NOT NULL,"
    " reason TEXT NOT NULL, at_ms INTEGER NOT NULL, clock_suspect INTEGER NOT NULL) "
    "STRICT;"
    "CREATE INDEX journal_ref ON journal(ref);"

    "CREATE TABLE spool(id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL,"
    " ref TEXT NOT NULL, station TEXT NOT NULL, issue INTEGER NOT NULL,"
    " state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 8),"
    " evidence INTEGER NOT NULL CHECK(evidence BETWEEN 0 AND 4), cause TEXT NOT NULL,"
    " who TEXT NOT NULL, printer TEXT NOT NULL, design TEXT NOT NULL,"
    " kind TEXT NOT NULL, made_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
    " sent_ms INTEGER NOT NULL, epoch INTEGER NOT NULL, draws INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, why TEXT NOT NULL, fields TEXT NOT NULL) STRICT;"
    "CREATE INDEX spool_ref ON spool(ref, issue);"
    "CREATE INDEX spool_state ON spool(state);"

    "CREATE TABLE heard(id INTEGER PRIMARY KEY, ref TEXT NOT NULL,"
    " station TEXT NOT NULL, issue INTEGER NOT NULL, UNIQUE(ref, station)) STRICT;"

    "CREATE TABLE outbox(id INTEGER PRIMARY KEY AUTOINCREMENT, nonce BLOB NOT NULL,"
    " kind INTEGER NOT NULL, state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3), "
    "event TEXT NOT NULL,"
    " about INTEGER NOT NULL, at_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, answer TEXT NOT NULL, body TEXT NOT NULL) STRICT;"
    "CREATE INDEX outbox_state ON outbox(state, at_ms, id, next_ms);",
    journal_conflicts,
} };

enum { JOURNAL_VERSION = sizeof journal_versions / sizeof *journal_versions };

static bool
migrate(struct conn *journal, int from, struct err *err)
{
    char version[48];
    snprintf(version, sizeof version, "PRAGMA main.user_version=%d", from + 1);
    if (!conn_exec(journal, "BEGIN", err))
        return false;
    struct err ignored;
    bool ok = true;
    for (int i = 0; ok && i < JOURNAL_PARTS && journal_versions[from][i]; i++)
        ok = conn_exec(journal, journal_versions[from][i], err);
    if (ok && conn_exec(journal, version, err) && conn_exec(journal, "COMMIT", err))
        return true;
    conn_exec(journal, "ROLLBACK", &ignored);
    return err_wrap(err, "bringing the schema to version %d", from + 1);
}

int
db_journal_version(void)
{
    return JOURNAL_VERSION;
}

bool
db_migrate_journal(struct conn *journal, int to, struct err *err)
{
    char text[32];
    long long version = 0;
    assert(to <= JOURNAL_VERSION);
    if (!db_ask_text(journal, "PRAGMA main.user_version", text, sizeof text, err))
        return false;
    if (!str_read_int(text, 0, JOURNAL_VERSION, &version))
        return err_set(err, ERR_INPUT,
                       "%s has schema version %s, this program knows up to %d: "
                       "install the newer program again",
                       journal->path, text, JOURNAL_VERSION);
    for (int from = (int)version; from < to; from++) {
        if (!migrate(journal, from, err))
            return false;
    }
    return true;
}

/* ---- roster.db --------------------------------------------------------------------
 *
 * No migrations: a file of another version is set aside and filled anew. Names are
 * without a schema in front, because the same text makes a file beside the one in use.
 *
 * `lookup` and `import` are keyed hashes, `box` is sealed: no code, no e-mail, no
 * number by which a source knows its guests stands here in clear. (A server's own ids
 * of positions and products do: they tell nobody anything.) */

static const char roster_tables[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('complete_ms',0),('tickets',0),('words','');"

    "CREATE TABLE event(id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, zone TEXT NOT NULL, source TEXT NOT NULL,"
    " starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL,"
    " admission_ms INTEGER NOT NULL, is_series INTEGER NOT NULL,"
    " keys TEXT NOT NULL DEFAULT '[]');"

    "CREATE TABLE list(id INTEGER PRIMARY KEY,"
    " event_id INTEGER NOT NULL REFERENCES event, key TEXT NOT NULL,"
    " name TEXT NOT NULL, place TEXT NOT NULL, session TEXT NOT NULL,"
    " starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL,"
    " opens_ms INTEGER NOT NULL, closes_ms INTEGER NOT NULL,"
    " all_kinds INTEGER NOT NULL, several_entries INTEGER NOT NULL,"
    " entry_after_exit INTEGER NOT NULL, include_unpaid INTEGER NOT NULL,"
    " addon_match INTEGER NOT NULL, exit_all_ms INTEGER NOT NULL,"
    " rules TEXT NOT NULL DEFAULT '', UNIQUE(event_id, key));"

    "CREATE TABLE list_kind(list_id INTEGER NOT NULL REFERENCES list,"
    " kind TEXT NOT NULL, PRIMARY KEY(list_id, kind)) WITHOUT ROWID;"

    "CREATE TABLE list_product(list_id INTEGER NOT NULL REFERENCES list,"
    " product INTEGER NOT NULL, PRIMARY KEY(list_id, product)) WITHOUT ROWID;"

    "CREATE TABLE ticket(id INTEGER PRIMARY KEY,"
    " event_id INTEGER NOT NULL REFERENCES event, ref TEXT NOT NULL,"
    " import BLOB, lookup BLOB, box BLOB, status INTEGER NOT NULL,"
    " blocked INTEGER NOT NULL, revoked INTEGER NOT NULL,"
    " valid_from_ms INTEGER NOT NULL, valid_until_ms INTEGER NOT NULL,"
    " order_code TEXT NOT NULL, name TEXT NOT NULL, name_latin TEXT NOT NULL,"
    " organisation TEXT NOT NULL, country TEXT NOT NULL, kind TEXT NOT NULL,"
    " language TEXT NOT NULL, seat TEXT NOT NULL, extra TEXT NOT NULL,"
    " position INTEGER NOT NULL, product INTEGER NOT NULL, variation INTEGER NOT NULL,"
    " parent INTEGER NOT NULL, number INTEGER NOT NULL, unapproved INTEGER NOT NULL,"
    " attention INTEGER NOT NULL, note TEXT NOT NULL);"

    "CREATE TABLE ticket_session(ticket_id INTEGER NOT NULL REFERENCES ticket,"
    " session TEXT NOT NULL, PRIMARY KEY(ticket_id, session)) WITHOUT ROWID;"

    "CREATE TABLE elsewhere(nonce BLOB PRIMARY KEY, event TEXT NOT NULL,"
    " list TEXT NOT NULL, ref TEXT NOT NULL, kind INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, station TEXT NOT NULL, gate TEXT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE mark(event TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY(event, what)) WITHOUT ROWID;";

/* store/catalog; ids are the server's. */
static const char catalog_tables[] =
    "CREATE TABLE product(event_id INTEGER NOT NULL REFERENCES event,"
    " id INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,"
    " attention INTEGER NOT NULL, note TEXT NOT NULL, layout INTEGER NOT NULL,"
    " media_policy TEXT NOT NULL, media_type TEXT NOT NULL,"
    " PRIMARY KEY(event_id, id)) WITHOUT ROWID;"

    "CREATE TABLE variation(event_id INTEGER NOT NULL REFERENCES event,"
    " id INTEGER NOT NULL, product INTEGER NOT NULL, name TEXT NOT NULL,"
    " attention INTEGER NOT NULL, note TEXT NOT NULL,"
    " PRIMARY KEY(event_id, id)) WITHOUT ROWID;"

    "CREATE TABLE session(event_id INTEGER NOT NULL REFERENCES event,"
    " key TEXT NOT NULL, name TEXT NOT NULL, place TEXT NOT NULL,"
    " starts_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL,"
    " admission_ms INTEGER NOT NULL, PRIMARY KEY(event_id, key)) WITHOUT ROWID;"

    "CREATE TABLE question(event_id INTEGER NOT NULL REFERENCES event,"
    " id INTEGER NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY(event_id, id)) WITHOUT ROWID;"

    "CREATE TABLE layout(event_id INTEGER NOT NULL REFERENCES event,"
    " id INTEGER NOT NULL, is_default INTEGER NOT NULL, body TEXT NOT NULL,"
    " background TEXT NOT NULL, PRIMARY KEY(event_id, id)) WITHOUT ROWID;"

    "CREATE TABLE answer(ticket_id INTEGER NOT NULL REFERENCES ticket,"
    " question INTEGER NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY(ticket_id, question)) WITHOUT ROWID;"

    "CREATE TABLE contact(ticket_id INTEGER NOT NULL REFERENCES ticket,"
    " lookup BLOB NOT NULL);"

    "CREATE TABLE withdrawn(lookup BLOB NOT NULL,"
    " event_id INTEGER NOT NULL REFERENCES event, why INTEGER NOT NULL,"
    " PRIMARY KEY(lookup, event_id, why)) WITHOUT ROWID;"

    "CREATE TABLE medium(id INTEGER PRIMARY KEY, lookup BLOB NOT NULL,"
    " active INTEGER NOT NULL, expires_ms INTEGER NOT NULL);"
    "CREATE TABLE medium_ticket(medium_id INTEGER NOT NULL REFERENCES medium,"
    " position INTEGER NOT NULL, PRIMARY KEY(medium_id, position)) WITHOUT ROWID;";

static const char *const roster_indexes[] = {
    "CREATE UNIQUE INDEX IF NOT EXISTS ticket_ref ON ticket(ref);",
    "CREATE UNIQUE INDEX IF NOT EXISTS ticket_import ON ticket(import)"
    " WHERE import IS NOT NULL;",
    "CREATE UNIQUE INDEX IF NOT EXISTS ticket_lookup ON ticket(lookup, event_id)"
    " WHERE lookup IS NOT NULL;",
    "CREATE INDEX IF NOT EXISTS ticket_event ON ticket(event_id);",
    "CREATE INDEX IF NOT EXISTS ticket_position ON ticket(position)"
    " WHERE position <> 0;",
    "CREATE INDEX IF NOT EXISTS ticket_parent ON ticket(parent) WHERE parent <> 0;",
    "CREATE INDEX IF NOT EXISTS ticket_order ON ticket(event_id, order_code)"
    " WHERE position <> 0;",
    "CREATE INDEX IF NOT EXISTS contact_lookup ON contact(lookup);",
    "CREATE INDEX IF NOT EXISTS contact_ticket ON contact(ticket_id);",
    "CREATE INDEX IF NOT EXISTS medium_lookup ON medium(lookup);",
    "CREATE INDEX IF NOT EXISTS medium_ticket_of ON medium_ticket(position);",
    "CREATE INDEX IF NOT EXISTS elsewhere_ref ON elsewhere(ref);",
};

/* Tokens come folded and with spaces between: `ascii` takes every byte above 0x7F as a
 * letter and does no more. No phrases, no ranking: detail and columnsize are off, which
 * halves the index. Merging is done when idle (search_merge). */
static const char roster_words[] =
    "CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='ascii',"
    " prefix='1 2 3 4 5 6', detail=none, columnsize=0);"
    "INSERT INTO words(words, rank) VALUES('automerge', 0);"
    "INSERT INTO words(words, rank) VALUES('crisismerge', 64);";

bool
db_roster_tables(struct conn *roster, struct err *err)
{
    char version[48];
    snprintf(version, sizeof version, "PRAGMA user_version=%d", DB_ROSTER_VERSION);
    return conn_exec(roster, roster_tables, err) &&
           conn_exec(roster, catalog_tables, err) &&
           conn_exec(roster, roster_words, err) && conn_exec(roster, version, err);
}

bool
db_roster_indexes(struct conn *roster, void (*progress)(int percent, void *self),
                  void *self, struct err *err)
{
    enum { COUNT = sizeof roster_indexes / sizeof *roster_indexes };
    for (int i = 0; i < COUNT; i++) {
        if (!conn_exec(roster, roster_indexes[i], err))
            return false;
        if (progress)
            progress((i + 1) * 99 / COUNT, self);
    }
    return true;
}
