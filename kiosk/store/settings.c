#include "store/settings.h"

#include <stdio.h>
#include <string.h>

#include "store/db_internal.h"

bool
settings_get(struct db *db, const char *key, char *value, size_t size, struct err *err)
{
    struct query q = query(&db->journal, "SELECT value FROM setting WHERE key = ?1");
    query_text(&q, key);
    bool found, fits = true;
    if (!query_next(&q, &found, err))
        return false;
    value[0] = '\0';
    if (found) {
        size_t length;
        const char *text = take_blob(&q, &length);
        fits = str_copy_bytes(value, size, text ? text : "", length);
    }
    query_end(&q);
    return fits ? true
                : err_set(err, ERR_LIMIT, "setting %s: longer than %zu bytes", key,
                          size - 1);
}

bool
settings_set(struct db *db, const char *key, const char *value, struct err *err)
{
    struct query q =
        query(&db->journal, "INSERT INTO setting(key, value) VALUES(?1, ?2)"
                            " ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    query_text(&q, key);
    query_text(&q, value);
    return query_run(&q, err);
}

bool
settings_get_int(struct db *db, const char *key, int64_t otherwise, int64_t *value,
                 struct err *err)
{
    char text[32];
    long long read;
    if (!settings_get(db, key, text, sizeof text, err))
        return false;
    if (text[0] == '\0') {
        *value = otherwise;
        return true;
    }
    if (!str_read_int(text, INT64_MIN, INT64_MAX, &read))
        return err_set(err, ERR_INPUT, "setting %s: want a whole number", key);
    *value = read;
    return true;
}

bool
settings_set_int(struct db *db, const char *key, int64_t value, struct err *err)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return settings_set(db, key, text, err);
}

bool
settings_remove(struct db *db, const char *key, struct err *err)
{
    struct query q = query(&db->journal, "DELETE FROM setting WHERE key = ?1");
    query_text(&q, key);
    return query_run(&q, err);
}

/* One row at a time, so that `each` may set and remove. */
bool
settings_each(struct db *db, const char *prefix,
              bool (*each)(const char *key, const char *value, void *self), void *self,
              struct err *err)
{
    static const char next[] =
        "SELECT key, value FROM setting WHERE key > ?1 ORDER BY key LIMIT 1";
    static const char first[] =
        "SELECT key, value FROM setting WHERE key >= ?1 ORDER BY key LIMIT 1";
    char key[256], value[4096];
    const char *sql = first;
    for (str_copy(key, sizeof key, prefix);; sql = next) {
        struct query q = query(&db->journal, sql);
        bool row;
        query_text(&q, key);
        if (!query_next(&q, &row, err))
            return false;
        if (!row)
            return true;
        take_text(&q, key, sizeof key);
        take_text(&q, value, sizeof value);
        query_end(&q);
        if (!str_starts(key, prefix) || !each(key, value, self))
            return true;
    }
}

/* ---- audit ---------------------------------------------------------------------- */

bool
audit_add(struct db *db, const char *who, const char *what, const char *detail,
          struct err *err)
{
    struct query q = query(&db->journal, "INSERT INTO audit(at_ms, who, what, detail)"
                                         " VALUES(?1, ?2, ?3, ?4)");
    query_int(&q, clock_utc_ms(db->clock));
    query_text(&q, who);
    query_text(&q, what);
    query_text(&q, detail);
    return query_run(&q, err);
}

bool
audit_each(struct db *db, int64_t after_id,
           bool (*each)(const struct audit_row *row, void *self), void *self,
           struct err *err)
{
    struct audit_row row = { .id = after_id };
    for (bool go_on = true; go_on; go_on = each(&row, self)) {
        struct query q =
            query(&db->journal, "SELECT id, at_ms, who, what, detail FROM audit"
                                " WHERE id > ?1 ORDER BY id LIMIT 1");
        bool found;
        query_int(&q, row.id);
        if (!query_next(&q, &found, err))
            return false;
        if (!found)
            return true;
        row.id = take_int(&q);
        row.at_ms = take_int(&q);
        take_text(&q, row.who, sizeof row.who);
        take_text(&q, row.what, sizeof row.what);
        take_text(&q, row.detail, sizeof row.detail);
        query_end(&q);
    }
    return true;
}
