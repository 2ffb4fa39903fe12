#include "store/given.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "store/db_internal.h"
#include "store/settings.h"
#include "str.h"

static const char prefix[] = "answer.";

/* "/" is what follows "." */
#define OF_ANSWERS "key >= 'answer.' AND key < 'answer/'"
#define REF_OF_KEY "substr(key, 8, instr(substr(key, 8), '.') - 1)"
#define UNHEARD                                                   \
    "SELECT j.ref FROM outbox o JOIN journal j ON j.id = o.about" \
    " WHERE o.kind = 0 AND o.state IN (0, 1, 3)"

/* ---- kept ------------------------------------------------------------------------ */

static void
write_key(const char *ref, int64_t question, char key[GIVEN_KEY_SIZE])
{
    snprintf(key, GIVEN_KEY_SIZE, "%s%s.%" PRId64, prefix, ref, question);
}

static bool
read_key(const char *key, struct given *given)
{
    long long question;
    const char *ref = key + sizeof prefix - 1, *dot = strrchr(ref, '.');
    if (!dot || !str_read_int(dot + 1, 1, INT64_MAX, &question))
        return false;
    given->question = question;
    return str_copy_bytes(given->ref, sizeof given->ref, ref, (size_t)(dot - ref));
}

bool
given_keep(struct db *db, const char *ref, int64_t question, const char *value,
           struct err *err)
{
    char key[GIVEN_KEY_SIZE];
    write_key(ref, question, key);
    return settings_set(db, key, value, err);
}

struct walk {
    bool (*each)(const struct roster_answer *, void *self);
    void *self;
};

static bool
show(const char *key, const char *value, void *self)
{
    const struct walk *walk = self;
    struct given given;
    if (!read_key(key, &given))
        return true;
    const struct roster_answer answer = { given.question, value };
    return walk->each(&answer, walk->self);
}

bool
given_each(struct db *db, const char *ref,
           bool (*each)(const struct roster_answer *, void *self), void *self,
           struct err *err)
{
    char key[GIVEN_KEY_SIZE];
    struct walk walk = { each, self };
    if (ref[0] == '\0')
        return true;
    snprintf(key, sizeof key, "%s%s.", prefix, ref);
    return settings_each(db, key, show, &walk, err);
}

/* ---- until the server has it -------------------------------------------------------
 */

bool
given_take(struct db *db, struct given_taken *taken, struct err *err)
{
    struct query q =
        query(&db->journal, "SELECT key FROM setting WHERE " OF_ANSWERS
                            " AND key > ?1 AND " REF_OF_KEY " NOT IN (" UNHEARD ")"
                            " ORDER BY key LIMIT ?2");
    char key[GIVEN_KEY_SIZE];
    unsigned seen = 0;
    bool row;
    query_text(&q, taken->after);
    query_int(&q, GIVEN_TAKE_MAX);
    taken->count = 0;
    for (;; seen++) {
        if (!query_next(&q, &row, err))
            return err_wrap(err, "answers given");
        if (!row)
            break;
        take_text(&q, key, sizeof key);
        if (read_key(key, &taken->rows[taken->count]))
            taken->count++;
        str_copy(taken->after, sizeof taken->after, key);
    }
    if (seen < GIVEN_TAKE_MAX)
        taken->after[0] = '\0';
    return true;
}

static bool
is_unheard(struct db *db, const char *ref, bool *unheard, struct err *err)
{
    struct query q = query(&db->journal, UNHEARD " AND j.ref = ?1 LIMIT 1");
    query_text(&q, ref);
    if (!query_next(&q, unheard, err))
        return false;
    query_end(&q);
    return true;
}

struct search {
    int64_t question;
    bool found;
};

static bool
is_it(const struct roster_answer *answer, void *self)
{
    struct search *search = self;
    search->found = answer->question == search->question && answer->value[0] != '\0';
    return !search->found;
}

static bool
is_in_roster(struct db *db, const struct given *given, bool *there, struct err *err)
{
    struct search search = { .question = given->question };
    struct ticket ticket;
    bool found;
    if (!roster_by_ref(db, given->ref, &found, &ticket, err) ||
        (found && !roster_answers(db, ticket.id, is_it, &search, err)))
        return false;
    *there = search.found;
    return true;
}

static bool
settle_one(struct db *db, const struct given *given, unsigned *gone, struct err *err)
{
    char key[GIVEN_KEY_SIZE];
    bool there, unheard;
    if (!is_in_roster(db, given, &there, err))
        return false;
    if (!there)
        return true;
    if (!is_unheard(db, given->ref, &unheard, err))
        return false;
    if (unheard)
        return true;
    write_key(given->ref, given->question, key);
    *gone += 1;
    return settings_remove(db, key, err);
}

bool
given_settle(struct db *db, struct given_taken *taken, unsigned *gone, struct err *err)
{
    bool ok = taken->count == 0 || db_begin(db, err);
    *gone = 0;
    if (ok && taken->count > 0) {
        for (unsigned i = 0; ok && i < taken->count; i++)
            ok = settle_one(db, &taken->rows[i], gone, err);
        ok = ok && db_commit(db, err);
        if (!ok)
            db_rollback(db);
    }
    taken->count = 0;
    return ok || err_wrap(err, "answers given");
}

bool
given_forget_gone(struct db *db, struct err *err)
{
    struct query q =
        query(&db->journal,
              "DELETE FROM setting WHERE " OF_ANSWERS
              " AND (SELECT event FROM journal WHERE ref = " REF_OF_KEY
              " ORDER BY id DESC LIMIT 1) NOT IN (SELECT slug FROM roster.event)");
    return query_run(&q, err) || err_wrap(err, "answers given");
}
