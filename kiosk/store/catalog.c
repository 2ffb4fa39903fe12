#include "store/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/db_internal.h"
#include "store/roster_rows.h"

/* The catalog as it is written: by the pen of the roster in use or of one being built.
 */

static bool
may_write(const struct pen *pen, struct err *err)
{
    return !pen->live || db_writing(pen->live, err);
}

/* A statement whose ?1 is the event's row. */
static bool
begin(const struct pen *pen, const char *event, const char *sql, struct query *q,
      struct err *err)
{
    int64_t id;
    if (!may_write(pen, err) || !rows_find_event(&pen->rows, event, &id, err))
        return false;
    *q = query(pen->rows.conn, sql);
    query_int(q, id);
    return true;
}

static bool
check_length(const char *what, const char *text, size_t max, struct err *err)
{
    size_t length = strlen(text);
    return length <= max
               ? true
               : err_set(err, ERR_INPUT, "%s: has %zu bytes, want at most %zu", what,
                         length, max);
}

bool
catalog_put_product(const struct pen *pen, const char *event,
                    const struct product *product, struct err *err)
{
    struct query q;
    if (!begin(pen, event,
               "INSERT OR REPLACE INTO product(event_id, id, name, kind, attention,"
               " note, layout, media_policy, media_type)"
               " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
               &q, err))
        return false;
    query_int(&q, product->id);
    query_text(&q, product->name);
    query_text(&q, product->kind);
    query_int(&q, product->attention);
    query_text(&q, product->note);
    query_int(&q, product->layout);
    query_text(&q, product->media_policy);
    query_text(&q, product->media_type);
    return query_run(&q, err);
}

bool
catalog_put_variation(const struct pen *pen, const char *event,
                      const struct variation *variation, struct err *err)
{
    struct query q;
    if (!begin(pen, event,
               "INSERT OR REPLACE INTO variation(event_id, id, product, name,"
               " attention, note) VALUES(?1,?2,?3,?4,?5,?6)",
               &q, err))
        return false;
    query_int(&q, variation->id);
    query_int(&q, variation->product);
    query_text(&q, variation->name);
    query_int(&q, variation->attention);
    query_text(&q, variation->note);
    return query_run(&q, err);
}

bool
catalog_put_session(const struct pen *pen, const char *event,
                    const struct session *session, struct err *err)
{
    struct query q;
    if (!begin(pen, event,
               "INSERT OR REPLACE INTO session(event_id, key, name, place, starts_ms,"
               " ends_ms, admission_ms) VALUES(?1,?2,?3,?4,?5,?6,?7)",
               &q, err))
        return false;
    query_text(&q, session->key);
    query_text(&q, session->name);
    query_text(&q, session->place);
    query_int(&q, session->starts_ms);
    query_int(&q, session->ends_ms);
    query_int(&q, session->admission_ms);
    return query_run(&q, err);
}

bool
catalog_put_question(const struct pen *pen, const char *event, int64_t id,
                     int64_t place, const char *body, struct err *err)
{
    struct query q;
    if (!check_length("question", body, CATALOG_QUESTION_MAX, err) ||
        !begin(pen, event,
               "INSERT OR REPLACE INTO question(event_id, id, place, body)"
               " VALUES(?1,?2,?3,?4)",
               &q, err))
        return false;
    query_int(&q, id);
    query_int(&q, place);
    query_text(&q, body);
    return query_run(&q, err);
}

bool
catalog_put_layout(const struct pen *pen, const char *event, int64_t id,
                   bool is_default, const char *body, const char *background,
                   struct err *err)
{
    struct query q;
    if (!check_length("badge layout", body, CATALOG_LAYOUT_MAX, err) ||
        !check_length("badge layout's background", background, ROSTER_TEXT_MAX, err) ||
        !begin(pen, event,
               "INSERT OR REPLACE INTO layout(event_id, id, is_default, body,"
               " background) VALUES(?1,?2,?3,?4,?5)",
               &q, err))
        return false;
    query_int(&q, id);
    query_int(&q, is_default);
    query_text(&q, body);
    query_text(&q, background);
    return query_run(&q, err);
}

static bool
need_seal(const struct pen *pen, struct err *err)
{
    return pen->rows.seal
               ? true
               : err_set(err, ERR_INPUT, "%s: codes cannot be written without the key",
                         pen->rows.conn->path);
}

bool
catalog_put_withdrawn(const struct pen *pen, const char *event, const char *secret,
                      enum withdrawn why, bool on, struct err *err)
{
    static const char put[] = "INSERT OR IGNORE INTO withdrawn(event_id, lookup, why)"
                              " VALUES(?1,?2,?3)";
    static const char take_back[] = "DELETE FROM withdrawn WHERE event_id = ?1"
                                    " AND lookup = ?2 AND why = ?3";
    uint8_t lookup[SEAL_LOOKUP_BYTES];
    struct query q;
    if (!need_seal(pen, err) || !begin(pen, event, on ? put : take_back, &q, err))
        return false;
    seal_lookup(pen->rows.seal, secret, strlen(secret), lookup);
    query_blob(&q, lookup, sizeof lookup);
    query_int(&q, why);
    return query_run(&q, err);
}

bool
catalog_put_keys(const struct pen *pen, const char *event, const char *keys,
                 struct err *err)
{
    struct query q;
    if (!check_length("keys of signed tickets", keys, CATALOG_KEYS_MAX, err) ||
        !begin(pen, event, "UPDATE event SET keys = ?2 WHERE id = ?1", &q, err))
        return false;
    query_text(&q, keys);
    return query_run(&q, err);
}

bool
catalog_put_event(const struct pen *pen, const struct event *event, struct err *err)
{
    return may_write(pen, err) && rows_put_event(&pen->rows, event, err);
}

/* ---- lists ------------------------------------------------------------------------
 */

static bool
replace_products(const struct pen *pen, int64_t list_id, const int64_t *products,
                 unsigned count, struct err *err)
{
    struct query gone =
        query(pen->rows.conn, "DELETE FROM list_product WHERE list_id = ?1");
    query_int(&gone, list_id);
    if (!query_run(&gone, err))
        return false;
    for (unsigned i = 0; i < count; i++) {
        struct query q = query(pen->rows.conn, "INSERT OR IGNORE INTO list_product"
                                               "(list_id, product) VALUES(?1, ?2)");
        query_int(&q, list_id);
        query_int(&q, products[i]);
        if (!query_run(&q, err))
            return false;
    }
    return true;
}

bool
catalog_put_list(const struct pen *pen, const struct list *list,
                 const int64_t *products, unsigned count, const char *rules,
                 struct err *err)
{
    int64_t id;
    if (!check_length("rules", rules, CATALOG_RULES_MAX, err) || !may_write(pen, err) ||
        !rows_put_list(&pen->rows, list, NULL, 0, err) ||
        !rows_find_list(&pen->rows, list->event, list->key, &id, err) ||
        !replace_products(pen, id, products, list->all_kinds ? 0 : count, err))
        return err_wrap(err, "list %s", list->key);
    struct query q = query(pen->rows.conn, "UPDATE list SET rules = ?2 WHERE id = ?1");
    query_int(&q, id);
    query_text(&q, strcmp(rules, "{}") == 0 ? "" : rules);
    return query_run(&q, err);
}

/* Runs a script with ?1 the event and ?2 a JSON array of what stays. */
static bool
keep(const struct pen *pen, const char *event, const char *script,
     const struct str *kept, struct err *err)
{
    struct query q;
    if (!begin(pen, event, script, &q, err))
        return false;
    query_text(&q, kept->data);
    return query_run(&q, err);
}

static bool
keep_all(const struct pen *pen, const char *event, const char *const *scripts,
         const char *const *keys, unsigned count, struct err *err)
{
    struct str kept;
    str_init(&kept, (size_t)(count + 1) * (2 * ROSTER_KEY_MAX + 4));
    json_open_array(&kept, NULL);
    for (unsigned i = 0; i < count; i++)
        json_add_text(&kept, NULL, keys[i]);
    json_close_array(&kept);
    bool ok = str_ok(&kept) ? true : err_no_memory(err);
    for (; ok && *scripts; scripts++)
        ok = keep(pen, event, *scripts, &kept, err);
    str_finish(&kept);
    return ok;
}

bool
catalog_keep_lists(const struct pen *pen, const char *event, const char *const *keys,
                   unsigned count, struct err *err)
{
    static const char *const scripts[] = {
        "DELETE FROM list_product WHERE list_id IN (SELECT id FROM list"
        " WHERE event_id = ?1 AND key NOT IN (SELECT value FROM json_each(?2)))",
        "DELETE FROM list_kind WHERE list_id IN (SELECT id FROM list"
        " WHERE event_id = ?1 AND key NOT IN (SELECT value FROM json_each(?2)))",
        "DELETE FROM list WHERE event_id = ?1"
        " AND key NOT IN (SELECT value FROM json_each(?2))",
        NULL,
    };
    return keep_all(pen, event, scripts, keys, count, err);
}

#define ONLY_THESE                                                         \
    " WHERE event_id = ?1 AND CAST(id AS TEXT) NOT IN (SELECT value FROM " \
    "json_each(?2))"

bool
catalog_keep(const struct pen *pen, const char *event, enum catalog_part part,
             const char *const *keys, unsigned count, struct err *err)
{
    static const char *const scripts[][3] = {
        [CATALOG_PRODUCTS] = { "DELETE FROM product" ONLY_THESE,
                               "DELETE FROM variation WHERE event_id = ?1"
                               " AND CAST(product AS TEXT) NOT IN"
                               " (SELECT value FROM json_each(?2))" },
        [CATALOG_SESSIONS] = { "DELETE FROM session WHERE event_id = ?1"
                               " AND key NOT IN (SELECT value FROM json_each(?2))" },
        [CATALOG_QUESTIONS] = { "DELETE FROM question" ONLY_THESE },
        [CATALOG_LAYOUTS] = { "DELETE FROM layout" ONLY_THESE },
    };
    return keep_all(pen, event, scripts[part], keys, count, err);
}

bool
catalog_set_product_layout(const struct pen *pen, const char *event, int64_t product,
                           int64_t layout, struct err *err)
{
    struct query q;
    if (!begin(pen, event,
               "UPDATE product SET layout = ?3 WHERE event_id = ?1"
               " AND (?2 = 0 OR id = ?2)",
               &q, err))
        return false;
    query_int(&q, product);
    query_int(&q, layout);
    return query_run(&q, err);
}

/* ---- media ------------------------------------------------------------------------
 */

bool
catalog_put_medium(const struct pen *pen, const struct medium *medium, const char *type,
                   const char *identifier, struct err *err)
{
    uint8_t lookup[SEAL_LOOKUP_BYTES];
    if (!need_seal(pen, err) || !may_write(pen, err) ||
        !check_length("medium's identifier", identifier, ROSTER_SECRET_MAX, err))
        return false;
    rows_medium(pen->rows.seal, type, identifier, strlen(identifier), lookup);
    struct query q = query(pen->rows.conn, "INSERT OR REPLACE INTO medium(id, lookup,"
                                           " active, expires_ms) VALUES(?1,?2,?3,?4)");
    query_int(&q, medium->id);
    query_blob(&q, lookup, sizeof lookup);
    query_int(&q, medium->active);
    query_int(&q, medium->expires_ms);
    if (!query_run(&q, err))
        return false;
    struct query gone =
        query(pen->rows.conn, "DELETE FROM medium_ticket WHERE medium_id = ?1");
    query_int(&gone, medium->id);
    if (!query_run(&gone, err))
        return false;
    for (unsigned i = 0; i < medium->count; i++) {
        struct query link =
            query(pen->rows.conn, "INSERT OR IGNORE INTO medium_ticket"
                                  "(medium_id, position) VALUES(?1, ?2)");
        query_int(&link, medium->id);
        query_int(&link, medium->positions[i]);
        if (!query_run(&link, err))
            return false;
    }
    return true;
}

/* ---- marks ------------------------------------------------------------------------
 */

bool
catalog_set_mark(const struct pen *pen, const char *event, const char *what,
                 const char *value, struct err *err)
{
    if (!may_write(pen, err) || !check_length("mark", value, CATALOG_MARK_MAX, err))
        return false;
    struct query q = query(pen->rows.conn, "INSERT OR REPLACE INTO mark"
                                           "(event, what, value) VALUES(?1, ?2, ?3)");
    query_text(&q, event);
    query_text(&q, what);
    query_text(&q, value);
    return query_run(&q, err) ? true : err_wrap(err, "mark %s", what);
}
