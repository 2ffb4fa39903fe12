#include "store/roster_build.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/roster_rows.h"
#include "store/search_words.h"
#include "store/seen.h"

/* Rows go into tables without indexes; whether a key was there before is asked of a
 * filter. Only a "perhaps" costs a look: through the whole table for the first few,
 * then an index is made early, so that a file of nothing but doubles is no trap. */

enum { LOOKS_WITHOUT_INDEX = 8 };

/* Rows come in the order of their keys, and pages are done with soon; sorting takes
 * what the filter leaves. */
static const char fill_pragmas[] = "PRAGMA cache_size=-3072";
static const char sort_pragmas[] = "PRAGMA cache_size=-12288";

struct roster_build {
    struct conn conn;
    struct pen pen;
    struct seal const *seal;
    const struct random *random;
    struct seen *seen;
    unsigned looks;
    char event[ROSTER_KEY_MAX + 1]; /* of the last ticket, and its row */
    int64_t event_id;
    struct str words;             /* of a ticket; kept for its room */
    int64_t tickets;              /* not cancelled */
    char ref[ROSTER_REF_MAX + 1]; /* of the last one */
    bool finished;
};

bool
roster_build_open(const char *dir, const struct seal *seal, const struct random *random,
                  struct roster_build **build, struct err *err)
{
    if (!seal)
        return err_set(err, ERR_INPUT, "%s: a roster cannot be built without the key",
                       dir);
    struct roster_build *made = calloc(1, sizeof *made);
    char *path = db_path(dir, "roster.new");
    if (!made || !path) {
        free(made);
        free(path);
        return err_no_memory(err);
    }
    made->seal = seal;
    made->random = random;
    made->pen.rows = (struct rows){ &made->conn, seal, random };
    str_init(&made->words, SEARCH_WORDS_MAX);
    bool ok = seen_create(&made->seen, err) &&
              db_roster_create(path, NULL, &made->conn, err) &&
              conn_exec(&made->conn, fill_pragmas, err);
    free(path);
    if (!ok) {
        roster_build_close(made);
        return false;
    }
    *build = made;
    return true;
}

void
roster_build_close(struct roster_build *build)
{
    if (!build)
        return;
    if (!build->finished)
        db_roster_abandon(&build->conn);
    seen_destroy(build->seen);
    str_finish(&build->words);
    free(build);
}

static struct rows
rows_of(struct roster_build *build)
{
    return (struct rows){ &build->conn, build->seal, build->random };
}

const struct pen *
roster_build_pen(struct roster_build *build)
{
    return &build->pen;
}

bool
roster_build_event(struct roster_build *build, const struct event *event,
                   struct err *err)
{
    struct rows rows = rows_of(build);
    build->event[0] = '\0';
    return rows_put_event(&rows, event, err);
}

bool
roster_build_list(struct roster_build *build, const struct list *list,
                  const char *const *kinds, unsigned kind_count, struct err *err)
{
    struct rows rows = rows_of(build);
    return rows_put_list(&rows, list, kinds, kind_count, err);
}

bool
roster_build_elsewhere(struct roster_build *build, const struct roster_elsewhere *row,
                       struct err *err)
{
    struct rows rows = rows_of(build);
    return rows_put_elsewhere(&rows, row, err);
}

/* ---- keys that must not come twice --------------------------------------------------
 */

enum key { KEY_IMPORT, KEY_REF, KEY_SECRET, KEY_COUNT };

static bool
look(struct roster_build *build, enum key key, const struct fair_row *fair, bool *there,
     struct err *err)
{
    static const char *const questions[KEY_COUNT] = {
        [KEY_IMPORT] = "SELECT 1 FROM ticket WHERE import = ?1",
        [KEY_REF] = "SELECT 1 FROM ticket WHERE ref = ?1",
        [KEY_SECRET] = "SELECT 1 FROM ticket WHERE lookup = ?1 AND event_id = ?2",
    };
    if (build->looks++ == LOOKS_WITHOUT_INDEX &&
        !db_roster_indexes(&build->conn, NULL, NULL, err))
        return false;
    struct query q = query(&build->conn, questions[key]);
    if (key == KEY_REF)
        query_text(&q, fair->ref);
    else
        query_blob(&q, key == KEY_IMPORT ? fair->import : fair->lookup,
                   SEAL_LOOKUP_BYTES);
    if (key == KEY_SECRET)
        query_int(&q, fair->event_id);
    if (!query_next(&q, there, err))
        return false;
    query_end(&q);
    return true;
}

/* A key as the filter wants it: random bytes, different for each kind of key. Look-up
 * values are that already; the same code in two events is two keys. */
static void
scatter(const struct roster_build *build, enum key key, const struct fair_row *fair,
        uint8_t hash[SEAL_LOOKUP_BYTES])
{
    char text[64] = "ref";
    uint64_t half;
    switch (key) {
    case KEY_REF:
        memcpy(text + 4, fair->ref, strlen(fair->ref));
        seal_lookup(build->seal, text, sizeof text, hash);
        break;
    case KEY_IMPORT:
        memcpy(hash, fair->import, SEAL_LOOKUP_BYTES);
        break;
    default:
        memcpy(hash, fair->lookup, SEAL_LOOKUP_BYTES);
        memcpy(&half, hash, sizeof half);
        half += (uint64_t)fair->event_id * UINT64_C(0x9E3779B97F4A7C15);
        memcpy(hash, &half, sizeof half);
    }
}

static bool
is_new(struct roster_build *build, enum key key, const struct fair_row *fair,
       bool *fresh, struct err *err)
{
    uint8_t hash[SEAL_LOOKUP_BYTES];
    bool there = false;
    scatter(build, key, fair, hash);
    if (seen_note(build->seen, hash) && !look(build, key, fair, &there, err))
        return false;
    *fresh = !there;
    return true;
}

static bool
check_new(struct roster_build *build, enum key key, const struct fair_row *fair,
          struct err *err)
{
    static const char *const words[KEY_COUNT] = { "import key", "ref", "code" };
    bool fresh;
    if (!is_new(build, key, fair, &fresh, err))
        return false;
    return fresh ? true
                 : err_set(err, ERR_INPUT, "ticket %s: its %s is another ticket's",
                           fair->ref, words[key]);
}

static bool
find_ref(struct roster_build *build, struct fair_row *fair, struct err *err)
{
    struct rows rows = rows_of(build);
    bool fresh = false;
    if (fair->ref[0] && !fair->has_import)
        return check_new(build, KEY_REF, fair, err);
    if (fair->ref[0] && !is_new(build, KEY_REF, fair, &fresh, err))
        return false;
    for (unsigned try = 0; !fresh; try++) {
        rows_make_ref(&rows, fair, try);
        if (!is_new(build, KEY_REF, fair, &fresh, err))
            return false;
    }
    return true;
}

/* One after the other they are mostly of one event. */
static bool
find_event(struct roster_build *build, const char *slug, int64_t *id, struct err *err)
{
    struct rows rows = rows_of(build);
    if (build->event[0] == '\0' || strcmp(build->event, slug) != 0) {
        build->event[0] = '\0';
        if (!rows_find_event(&rows, slug, &build->event_id, err))
            return false;
        str_copy(build->event, sizeof build->event, slug);
    }
    *id = build->event_id;
    return true;
}

static bool
put_words(struct roster_build *build, int64_t id, const struct fair_row *fair,
          struct err *err)
{
    str_clear(&build->words);
    search_words_of(&build->words, fair->ticket, fair->event_id);
    return search_words_add(&build->conn, id, build->words.data, err);
}

bool
roster_build_ticket(struct roster_build *build, const struct roster_row *row,
                    struct err *err)
{
    struct rows rows = rows_of(build);
    struct fair_row fair;
    int64_t id;
    if (!find_event(build, row->ticket.event, &fair.event_id, err) ||
        !rows_prepare(&rows, row, &fair, err) ||
        (fair.has_import && !check_new(build, KEY_IMPORT, &fair, err)) ||
        (fair.has_secret && !check_new(build, KEY_SECRET, &fair, err)) ||
        !find_ref(build, &fair, err) || !rows_insert_ticket(&rows, &fair, &id, err) ||
        !rows_put_parts(&rows, &fair, id, err) || !put_words(build, id, &fair, err))
        return false;
    memcpy(build->ref, fair.ref, sizeof build->ref);
    build->tickets += row->ticket.status != TICKET_CANCELLED;
    return true;
}

const char *
roster_build_ref(const struct roster_build *build)
{
    return build->ref;
}

/* ---- the end ------------------------------------------------------------------------
 */

static bool
put_meta(struct roster_build *build, int64_t complete_ms, struct err *err)
{
    struct query q = query(&build->conn, "UPDATE meta SET value = CASE key"
                                         " WHEN 'tickets' THEN ?1 ELSE ?2 END"
                                         " WHERE key IN ('tickets', 'complete_ms')");
    query_int(&q, build->tickets);
    query_int(&q, complete_ms);
    return query_run(&q, err);
}

bool
roster_build_finish(struct roster_build *build, int64_t complete_ms,
                    void (*progress)(int percent, void *self), void *self,
                    struct err *err)
{
    assert(!build->finished);
    seen_destroy(build->seen); /* its room is for sorting now */
    build->seen = NULL;
    if (!put_meta(build, complete_ms, err) ||
        !conn_exec(&build->conn, sort_pragmas, err) ||
        !db_roster_indexes(&build->conn, progress, self, err) ||
        !search_words_mark(&build->conn, err) || !db_roster_finish(&build->conn, err))
        return err_wrap(err, "building the roster");
    build->finished = true;
    if (progress)
        progress(100, self);
    return true;
}
