#include "store/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/roster_rows.h"

/* The catalog of the roster in use, as it is read. */

const struct pen *
roster_pen(struct db *db)
{
    return &db->pen;
}

bool
catalog_product(struct db *db, const char *event, int64_t id, bool *found,
                struct product *product, struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT name, kind, attention, note, layout, media_policy,"
                           " media_type FROM product WHERE id = ?1 AND event_id ="
                           " (SELECT id FROM event WHERE slug = ?2)");
    query_int(&q, id);
    query_text(&q, event);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    if (!*found)
        return true;
    product->id = id;
    take_text(&q, product->name, sizeof product->name);
    take_text(&q, product->kind, sizeof product->kind);
    product->attention = take_bool(&q);
    take_text(&q, product->note, sizeof product->note);
    product->layout = take_int(&q);
    take_text(&q, product->media_policy, sizeof product->media_policy);
    take_text(&q, product->media_type, sizeof product->media_type);
    query_end(&q);
    return true;
}

bool
catalog_variation(struct db *db, const char *event, int64_t id, bool *found,
                  struct variation *variation, struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT product, name, attention, note FROM variation"
                           " WHERE id = ?1 AND event_id ="
                           " (SELECT id FROM event WHERE slug = ?2)");
    query_int(&q, id);
    query_text(&q, event);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    if (!*found)
        return true;
    variation->id = id;
    variation->product = take_int(&q);
    take_text(&q, variation->name, sizeof variation->name);
    variation->attention = take_bool(&q);
    take_text(&q, variation->note, sizeof variation->note);
    query_end(&q);
    return true;
}

bool
catalog_session(struct db *db, const char *event, const char *key, bool *found,
                struct session *session, struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT name, place, starts_ms, ends_ms, admission_ms"
                           " FROM session WHERE key = ?1 AND event_id ="
                           " (SELECT id FROM event WHERE slug = ?2)");
    query_text(&q, key);
    query_text(&q, event);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    if (!*found)
        return true;
    str_copy(session->key, sizeof session->key, key);
    take_text(&q, session->name, sizeof session->name);
    take_text(&q, session->place, sizeof session->place);
    session->starts_ms = take_int(&q);
    session->ends_ms = take_int(&q);
    session->admission_ms = take_int(&q);
    query_end(&q);
    return true;
}

/* One after the other, so that `each` may look up what it likes. */
bool
catalog_each_question(struct db *db, const char *event,
                      bool (*each)(int64_t id, const char *body, void *self),
                      void *self, struct err *err)
{
    char *body = malloc(CATALOG_QUESTION_MAX + 1);
    int64_t place = INT64_MIN, id = INT64_MIN;
    bool ok = true, goes_on = true;
    if (!body)
        return err_no_memory(err);
    while (ok && goes_on) {
        struct query q = query(
            &db->roster, "SELECT place, id, body FROM question"
                         " WHERE event_id = (SELECT id FROM event WHERE slug=?1)"
                         " AND (place, id) > (?2, ?3) ORDER BY place, id LIMIT 1");
        bool row;
        query_text(&q, event);
        query_int(&q, place);
        query_int(&q, id);
        ok = query_next(&q, &row, err);
        if (!ok || !row)
            break;
        place = take_int(&q);
        id = take_int(&q);
        take_text(&q, body, CATALOG_QUESTION_MAX + 1);
        query_end(&q);
        goes_on = each(id, body, self);
    }
    free(body);
    return ok ? true : err_wrap(err, "roster");
}

/* Appends a text column, whatever its length. */
static bool
take_long(struct query *q, struct str *out)
{
    size_t length;
    const void *text = take_blob(q, &length);
    return text ? str_add(out, text, length) : true;
}

bool
catalog_layout(struct db *db, const char *event, int64_t id, bool *found,
               struct str *body, char *background, struct err *err)
{
    static const char by_id[] = "SELECT body, background FROM layout WHERE event_id ="
                                " (SELECT id FROM event WHERE slug = ?1) AND id = ?2";
    static const char by_default[] =
        "SELECT body, background FROM layout WHERE event_id ="
        " (SELECT id FROM event WHERE slug = ?1) AND is_default ORDER BY id LIMIT 1";
    struct query q =
        query(&db->roster, id == CATALOG_LAYOUT_DEFAULT ? by_default : by_id);
    query_text(&q, event);
    if (id != CATALOG_LAYOUT_DEFAULT)
        query_int(&q, id);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    if (!*found)
        return true;
    bool ok = take_long(&q, body);
    take_text(&q, background, ROSTER_TEXT_MAX + 1);
    query_end(&q);
    return ok ? true : err_no_memory(err);
}

bool
catalog_withdrawn(struct db *db, const char *event, const char *secret, size_t length,
                  enum withdrawn why, bool *found, struct err *err)
{
    uint8_t lookup[SEAL_LOOKUP_BYTES];
    *found = false;
    if (!db_need_seal(db, err))
        return false;
    seal_lookup(db->seal, secret, length, lookup);
    struct query q =
        query(&db->roster, "SELECT 1 FROM withdrawn WHERE lookup = ?1 AND event_id ="
                           " (SELECT id FROM event WHERE slug = ?2) AND why = ?3");
    query_blob(&q, lookup, sizeof lookup);
    query_text(&q, event);
    query_int(&q, why);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    query_end(&q);
    return true;
}

static bool
read_long(struct query *q, struct str *out, struct err *err)
{
    bool row, ok = true;
    if (!query_next(q, &row, err))
        return err_wrap(err, "roster");
    if (row)
        ok = take_long(q, out);
    query_end(q);
    return ok ? true : err_no_memory(err);
}

bool
catalog_keys(struct db *db, const char *event, struct str *keys, struct err *err)
{
    struct query q = query(&db->roster, "SELECT keys FROM event WHERE slug = ?1");
    query_text(&q, event);
    return read_long(&q, keys, err);
}

bool
catalog_rules(struct db *db, int64_t list_id, struct str *rules, struct err *err)
{
    struct query q = query(&db->roster, "SELECT rules FROM list WHERE id = ?1");
    query_int(&q, list_id);
    return read_long(&q, rules, err);
}

bool
catalog_medium(struct db *db, const char *type, const char *identifier, size_t length,
               bool *found, struct medium *medium, struct err *err)
{
    uint8_t lookup[SEAL_LOOKUP_BYTES];
    *found = false;
    if (length == 0 || length > ROSTER_SECRET_MAX)
        return true;
    if (!db_need_seal(db, err))
        return false;
    rows_medium(db->seal, type, identifier, length, lookup);
    struct query q = query(&db->roster, "SELECT id, active, expires_ms FROM medium"
                                        " WHERE lookup = ?1 ORDER BY id DESC LIMIT 1");
    query_blob(&q, lookup, sizeof lookup);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    if (!*found)
        return true;
    *medium = (struct medium){ .id = take_int(&q) };
    medium->active = take_bool(&q);
    medium->expires_ms = take_int(&q);
    query_end(&q);
    struct query links = query(&db->roster, "SELECT position FROM medium_ticket"
                                            " WHERE medium_id = ?1 ORDER BY position");
    query_int(&links, medium->id);
    for (bool row = true; row && medium->count < CATALOG_MEDIUM_POSITIONS_MAX;) {
        if (!query_next(&links, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        medium->positions[medium->count++] = take_int(&links);
    }
    query_end(&links);
    return true;
}

bool
catalog_has_media(struct db *db, bool *has, struct err *err)
{
    struct query q = query(&db->roster, "SELECT 1 FROM medium LIMIT 1");
    if (!query_next(&q, has, err))
        return err_wrap(err, "roster");
    query_end(&q);
    return true;
}

bool
catalog_linked(struct db *db, int64_t position, bool *linked, struct err *err)
{
    struct query q = query(&db->roster, "SELECT 1 FROM medium_ticket"
                                        " WHERE position = ?1 LIMIT 1");
    query_int(&q, position);
    if (!query_next(&q, linked, err))
        return err_wrap(err, "roster");
    query_end(&q);
    return true;
}

bool
catalog_mark(struct db *db, const char *event, const char *what, char *value,
             struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT value FROM mark WHERE event = ?1 AND what = ?2");
    bool row;
    query_text(&q, event);
    query_text(&q, what);
    if (!query_next(&q, &row, err))
        return err_wrap(err, "roster");
    value[0] = '\0';
    if (row)
        take_text(&q, value, CATALOG_MARK_MAX + 1);
    query_end(&q);
    return true;
}
