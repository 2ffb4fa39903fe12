#include "store/roster_rows.h"

#include "str.h"

/* Events, lists and what other stations did, as rows. */

bool
rows_put_event(const struct rows *rows, const struct event *event, struct err *err)
{
    if (event->slug[0] == '\0')
        return err_set(err, ERR_INPUT, "event: slug wants 1 to %d bytes",
                       ROSTER_KEY_MAX);
    struct query q = query(
        rows->conn, "INSERT INTO event(slug, name, zone, source, starts_ms, ends_ms,"
                    " admission_ms, is_series)"
                    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT(slug) DO UPDATE SET"
                    " name=excluded.name, zone=excluded.zone, source=excluded.source,"
                    " starts_ms=excluded.starts_ms, ends_ms=excluded.ends_ms,"
                    " admission_ms=excluded.admission_ms,"
                    " is_series=excluded.is_series");
    query_text(&q, event->slug);
    query_text(&q, event->name);
    query_text(&q, event->zone);
    query_text(&q, event->source);
    query_int(&q, event->starts_ms);
    query_int(&q, event->ends_ms);
    query_int(&q, event->admission_ms);
    query_int(&q, event->is_series);
    return query_run(&q, err) ? true : err_wrap(err, "event %s", event->slug);
}

static bool
upsert_list(const struct rows *rows, const struct list *list, int64_t event_id,
            int64_t *id, struct err *err)
{
    struct query q = query(
        rows->conn,
        "INSERT INTO list(event_id, key, name, place, session, starts_ms, ends_ms,"
        " opens_ms, closes_ms, all_kinds, several_entries, entry_after_exit,"
        " include_unpaid, addon_match, exit_all_ms)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)"
        " ON CONFLICT(event_id, key) DO UPDATE SET name=excluded.name,"
        " place=excluded.place, session=excluded.session,"
        " starts_ms=excluded.starts_ms, ends_ms=excluded.ends_ms,"
        " opens_ms=excluded.opens_ms, closes_ms=excluded.closes_ms,"
        " all_kinds=excluded.all_kinds, several_entries=excluded.several_entries,"
        " entry_after_exit=excluded.entry_after_exit,"
        " include_unpaid=excluded.include_unpaid,"
        " addon_match=excluded.addon_match, exit_all_ms=excluded.exit_all_ms"
        " RETURNING id");
    query_int(&q, event_id);
    query_text(&q, list->key);
    query_text(&q, list->name);
    query_text(&q, list->place);
    query_text(&q, list->session);
    query_int(&q, list->starts_ms);
    query_int(&q, list->ends_ms);
    query_int(&q, list->opens_ms);
    query_int(&q, list->closes_ms);
    query_int(&q, list->all_kinds);
    query_int(&q, list->several_entries);
    query_int(&q, list->entry_after_exit);
    query_int(&q, list->include_unpaid);
    query_int(&q, list->addon_match);
    query_int(&q, list->exit_all_ms);
    bool row;
    if (!query_next(&q, &row, err))
        return false;
    *id = take_int(&q);
    query_end(&q);
    return true;
}

static bool
replace_kinds(const struct rows *rows, int64_t list_id, const char *const *kinds,
              unsigned count, struct err *err)
{
    struct query gone = query(rows->conn, "DELETE FROM list_kind WHERE list_id = ?1");
    query_int(&gone, list_id);
    if (!query_run(&gone, err))
        return false;
    for (unsigned i = 0; i < count; i++) {
        struct query q = query(rows->conn, "INSERT OR IGNORE INTO list_kind"
                                           "(list_id, kind) VALUES(?1, ?2)");
        query_int(&q, list_id);
        query_text(&q, kinds[i]);
        if (!query_run(&q, err))
            return false;
    }
    return true;
}

bool
rows_put_list(const struct rows *rows, const struct list *list,
              const char *const *kinds, unsigned kind_count, struct err *err)
{
    int64_t event_id, id;
    if (list->key[0] == '\0')
        return err_set(err, ERR_INPUT, "list: key wants 1 to %d bytes", ROSTER_KEY_MAX);
    if (rows_find_event(rows, list->event, &event_id, err) &&
        upsert_list(rows, list, event_id, &id, err) &&
        replace_kinds(rows, id, kinds, list->all_kinds ? 0 : kind_count, err))
        return true;
    return err_wrap(err, "list %s", list->key);
}

bool
rows_put_elsewhere(const struct rows *rows, const struct roster_elsewhere *row,
                   struct err *err)
{
    struct query q =
        query(rows->conn, "INSERT OR IGNORE INTO elsewhere(nonce, event, list, ref,"
                          " kind, at_ms, station, gate)"
                          " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)");
    query_blob(&q, row->nonce, sizeof row->nonce);
    query_text(&q, row->event);
    query_text(&q, row->list);
    query_text(&q, row->ref);
    query_int(&q, row->exit);
    query_int(&q, row->at_ms);
    query_text(&q, row->station);
    query_text(&q, row->gate);
    return query_run(&q, err);
}

bool
rows_find_list(const struct rows *rows, const char *event, const char *key, int64_t *id,
               struct err *err)
{
    struct query q =
        query(rows->conn, "SELECT l.id FROM list l JOIN event e ON e.id = l.event_id"
                          " WHERE e.slug = ?1 AND l.key = ?2");
    bool found;
    query_text(&q, event);
    query_text(&q, key);
    if (!query_next(&q, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_ABSENT, "event %s has no list %s", event, key);
    *id = take_int(&q);
    query_end(&q);
    return true;
}
