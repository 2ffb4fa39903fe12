#include "store/conflict.h"

#include "store/db_internal.h"
#include "str.h"

#define COLUMNS                                                                \
    "id, event, list, ref, ours_ms, ours, theirs_ms, theirs, gate, found_ms, " \
    "done_ms, who"

static void
take_row(struct query *q, struct conflict *conflict)
{
    conflict->id = take_int(q);
    take_text(q, conflict->event, sizeof conflict->event);
    take_text(q, conflict->list, sizeof conflict->list);
    take_text(q, conflict->ref, sizeof conflict->ref);
    conflict->ours_ms = take_int(q);
    take_text(q, conflict->ours, sizeof conflict->ours);
    conflict->theirs_ms = take_int(q);
    take_text(q, conflict->theirs, sizeof conflict->theirs);
    take_text(q, conflict->gate, sizeof conflict->gate);
    conflict->found_ms = take_int(q);
    conflict->done_ms = take_int(q);
    take_text(q, conflict->who, sizeof conflict->who);
}

bool
conflict_add(struct db *db, struct conflict *conflict, bool *made, struct err *err)
{
    if (!db_writing(db, err))
        return false;
    struct query q =
        query(&db->journal, "INSERT OR IGNORE INTO conflict(event, list, ref, ours_ms,"
                            " ours, theirs_ms, theirs, gate, found_ms, done_ms, who)"
                            " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) RETURNING id");
    query_text(&q, conflict->event);
    query_text(&q, conflict->list);
    query_text(&q, conflict->ref);
    query_int(&q, conflict->ours_ms);
    query_text(&q, conflict->ours);
    query_int(&q, conflict->theirs_ms);
    query_text(&q, conflict->theirs);
    query_text(&q, conflict->gate);
    query_int(&q, conflict->found_ms);
    query_int(&q, conflict->done_ms);
    query_text(&q, conflict->who);
    if (!query_next(&q, made, err))
        return err_wrap(err, "conflict");
    if (*made) {
        conflict->id = take_int(&q);
        query_end(&q);
    }
    return true;
}

bool
conflict_done(struct db *db, int64_t id, int64_t at_ms, const char *who,
              struct err *err)
{
    struct query q = query(&db->journal, "UPDATE conflict SET done_ms = ?2, who = ?3"
                                         " WHERE id = ?1 RETURNING id");
    bool found;
    query_int(&q, id);
    query_int(&q, at_ms);
    query_text(&q, who);
    if (!query_next(&q, &found, err))
        return err_wrap(err, "conflict");
    if (!found)
        return err_set(err, ERR_ABSENT, "there is no conflict %lld", (long long)id);
    query_end(&q);
    return true;
}

bool
conflict_each(struct db *db, bool open_only, int64_t after_id, unsigned max,
              bool (*each)(const struct conflict *, void *self), void *self,
              struct err *err)
{
    struct conflict conflict = { .id = after_id };
    for (unsigned count = 0; max == 0 || count < max; count++) {
        struct query q =
            query(&db->journal, "SELECT " COLUMNS " FROM conflict"
                                " WHERE id > ?1 AND (NOT ?2 OR done_ms = 0)"
                                " ORDER BY id LIMIT 1");
        bool row;
        query_int(&q, conflict.id);
        query_int(&q, open_only);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "conflict");
        if (!row)
            return true;
        take_row(&q, &conflict);
        query_end(&q);
        if (!each(&conflict, self))
            return true;
    }
    return true;
}

bool
conflict_count(struct db *db, int64_t *open, struct err *err)
{
    struct query q =
        query(&db->journal, "SELECT count(*) FROM conflict WHERE done_ms = 0");
    bool row;
    if (!query_next(&q, &row, err))
        return err_wrap(err, "conflict");
    *open = row ? take_int(&q) : 0;
    query_end(&q);
    return true;
}
