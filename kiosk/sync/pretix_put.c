#include "sync/pretix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"
#include "sync/pretix_inside.h"

/* The server's small objects -> the catalog: events, sessions, products, questions,
 * lists, withdrawn codes, media, layouts. */

static void
key_of(char key[ROSTER_KEY_MAX + 1], const struct json *id)
{
    snprintf(key, ROSTER_KEY_MAX + 1, "%lld", (long long)pretix_int(id));
}

/* ---- events ----------------------------------------------------------------- */

static bool
put_keys(const struct pen *pen, const char *event, const struct json *object,
         struct err *err)
{
    struct str out;
    str_init(&out, CATALOG_KEYS_MAX);
    const struct json *keys = json_at(object, "valid_keys.pretix_sig1");
    if (keys)
        json_add_value(&out, NULL, keys);
    else
        str_add_text(&out, "[]");
    bool ok = str_ok(&out) ? catalog_put_keys(pen, event, out.data, err)
                           : err_set(err, ERR_LIMIT, "valid_keys: over %d bytes",
                                     CATALOG_KEYS_MAX);
    str_finish(&out);
    return ok;
}

bool
pretix_put_event(const struct pen *pen, const struct pretix_reading *reading,
                 const struct json *object, struct err *err)
{
    struct event event = { .id = 0 };
    const char *slug;
    if (!json_text(object, "slug", &slug, err))
        return err_wrap(err, "event");
    str_copy(event.slug, sizeof event.slug, slug);
    str_copy(event.name, sizeof event.name,
             pretix_i18n(json_member(object, "name"), reading->language));
    pretix_copy(event.zone, sizeof event.zone, json_member(object, "timezone"));
    str_copy(event.source, sizeof event.source, "pretix");
    event.starts_ms = pretix_ms(json_member(object, "date_from"));
    event.ends_ms = pretix_ms(json_member(object, "date_to"));
    event.admission_ms = pretix_ms(json_member(object, "date_admission"));
    event.is_series = pretix_bool(json_member(object, "has_subevents"));
    return catalog_put_event(pen, &event, err) && put_keys(pen, slug, object, err)
               ? true
               : err_wrap(err, "event %s", slug);
}

bool
pretix_put_session(const struct pen *pen, const struct pretix_reading *reading,
                   const struct json *object, struct err *err)
{
    struct session session = { .starts_ms = 0 };
    int64_t id;
    if (!json_int(object, "id", &id, err))
        return err_wrap(err, "sub-event");
    key_of(session.key, json_member(object, "id"));
    str_copy(session.name, sizeof session.name,
             pretix_i18n(json_member(object, "name"), reading->language));
    str_copy(session.place, sizeof session.place,
             pretix_i18n(json_member(object, "location"), reading->language));
    session.starts_ms = pretix_ms(json_member(object, "date_from"));
    session.ends_ms = pretix_ms(json_member(object, "date_to"));
    session.admission_ms = pretix_ms(json_member(object, "date_admission"));
    return catalog_put_session(pen, reading->event, &session, err);
}

/* ---- products --------------------------------------------------------------- */

/* The name for staff comes before the one for buyers, as in the server's own apps. */
const char *
pretix_product_name(const struct json *object, const char *language)
{
    const char *inside = pretix_text(json_member(object, "internal_name"));
    return inside[0] ? inside : pretix_i18n(json_member(object, "name"), language);
}

static bool
put_variation(const struct pen *pen, const struct pretix_reading *reading,
              const struct json *object, int64_t product, struct err *err)
{
    struct variation variation = { .product = product };
    if (!json_int(object, "id", &variation.id, err))
        return err_wrap(err, "variation of item %lld", (long long)product);
    str_copy(variation.name, sizeof variation.name,
             pretix_i18n(json_member(object, "value"), reading->language));
    variation.attention = pretix_bool(json_member(object, "checkin_attention"));
    pretix_copy(variation.note, sizeof variation.note,
                json_member(object, "checkin_text"));
    return catalog_put_variation(pen, reading->event, &variation, err);
}

bool
pretix_put_product(const struct pen *pen, const struct pretix_reading *reading,
                   const struct json *object, struct err *err)
{
    struct product product = { .layout = CATALOG_LAYOUT_DEFAULT };
    if (!json_int(object, "id", &product.id, err))
        return err_wrap(err, "item");
    str_copy(product.name, sizeof product.name,
             pretix_product_name(object, reading->language));
    str_copy(product.kind, sizeof product.kind,
             pretix_kind_of(reading, product.id, product.name));
    product.attention = pretix_bool(json_member(object, "checkin_attention"));
    pretix_copy(product.note, sizeof product.note, json_member(object, "checkin_text"));
    pretix_copy(product.media_policy, sizeof product.media_policy,
                json_member(object, "media_policy"));
    pretix_copy(product.media_type, sizeof product.media_type,
                json_member(object, "media_type"));
    if (!catalog_put_product(pen, reading->event, &product, err))
        return err_wrap(err, "item %lld", (long long)product.id);
    const struct json *variations = json_member(object, "variations");
    for (const struct json *item = json_first(variations); item;
         item = json_next(item)) {
        if (!put_variation(pen, reading, item, product.id, err))
            return false;
    }
    return true;
}

bool
pretix_put_question(const struct pen *pen, const struct pretix_reading *reading,
                    const struct json *object, struct err *err)
{
    struct str body;
    int64_t id, place;
    if (!json_int(object, "id", &id, err) ||
        !json_int_or(object, "position", 0, &place, err))
        return err_wrap(err, "question");
    str_init(&body, CATALOG_QUESTION_MAX);
    json_add_value(&body, NULL, object);
    bool ok = str_ok(&body)
                  ? catalog_put_question(pen, reading->event, id, place, body.data, err)
                  : err_set(err, ERR_LIMIT, "over %d bytes", CATALOG_QUESTION_MAX);
    str_finish(&body);
    return ok ? true : err_wrap(err, "question %lld", (long long)id);
}

/* ---- lists ------------------------------------------------------------------ */

static void
fill_list(const struct json *object, struct list *list)
{
    const struct json *session = json_member(object, "subevent");
    key_of(list->key, json_member(object, "id"));
    str_copy(list->name, sizeof list->name,
             pretix_i18n(json_member(object, "name"), NULL));
    if (session && json_kind(session) == JSON_NUMBER)
        key_of(list->session, session);
    list->all_kinds = pretix_bool(json_member(object, "all_products"));
    list->several_entries = pretix_bool(json_member(object, "allow_multiple_entries"));
    list->entry_after_exit = pretix_bool(json_member(object, "allow_entry_after_exit"));
    list->include_unpaid = pretix_bool(json_member(object, "include_pending"));
    list->addon_match = pretix_bool(json_member(object, "addon_match"));
    list->exit_all_ms = pretix_ms(json_member(object, "exit_all_at"));
}

static bool
put_filled(const struct pen *pen, const struct json *object, const struct list *list,
           struct err *err)
{
    struct str rules;
    const struct json *products = json_member(object, "limit_products");
    const struct json *rule = json_member(object, "rules");
    unsigned count = 0;
    int64_t *ids = calloc(json_count(products) + 1, sizeof *ids);
    if (!ids)
        return err_no_memory(err);
    for (const struct json *item = json_first(products); item; item = json_next(item))
        ids[count++] = pretix_int(item);
    str_init(&rules, CATALOG_RULES_MAX);
    if (rule && json_kind(rule) != JSON_NULL)
        json_add_value(&rules, NULL, rule);
    bool ok = str_ok(&rules)
                  ? catalog_put_list(pen, list, ids, count, rules.data, err)
                  : err_set(err, ERR_LIMIT, "rules: over %d bytes", CATALOG_RULES_MAX);
    str_finish(&rules);
    free(ids);
    return ok;
}

bool
pretix_put_list(const struct pen *pen, const struct pretix_reading *reading,
                const struct json *object, struct err *err)
{
    struct list *list = calloc(1, sizeof *list);
    int64_t id;
    if (!list)
        return err_no_memory(err);
    bool ok = json_int(object, "id", &id, err);
    if (ok) {
        str_copy(list->event, sizeof list->event, reading->event);
        fill_list(object, list);
        ok = put_filled(pen, object, list, err);
    }
    free(list);
    return ok ? true : err_wrap(err, "check-in list");
}

/* ---- codes and media -------------------------------------------------------- */

bool
pretix_put_revoked(const struct pen *pen, const struct pretix_reading *reading,
                   const struct json *object, struct err *err)
{
    const char *secret;
    return json_text(object, "secret", &secret, err) &&
                   catalog_put_withdrawn(pen, reading->event, secret, WITHDRAWN_REVOKED,
                                         true, err)
               ? true
               : err_wrap(err, "revoked secret");
}

bool
pretix_put_blocked(const struct pen *pen, const struct pretix_reading *reading,
                   const struct json *object, struct err *err)
{
    const char *secret;
    bool blocked;
    return json_text(object, "secret", &secret, err) &&
                   json_bool_or(object, "blocked", true, &blocked, err) &&
                   catalog_put_withdrawn(pen, reading->event, secret, WITHDRAWN_BLOCKED,
                                         blocked, err)
               ? true
               : err_wrap(err, "blocked secret");
}

/* An id, or an object that has one. */
static void
link_position(struct medium *medium, const struct json *value)
{
    const struct json *id = json_member(value, "id");
    int64_t position = pretix_int(id ? id : value);
    if (position > 0 && medium->count < CATALOG_MEDIUM_POSITIONS_MAX)
        medium->positions[medium->count++] = position;
}

bool
pretix_put_medium(const struct pen *pen, const struct json *object, struct err *err)
{
    struct medium medium = { .active = true };
    const struct json *several = json_member(object, "linked_orderpositions");
    const char *type, *identifier;
    if (!json_int(object, "id", &medium.id, err) ||
        !json_text(object, "type", &type, err) ||
        !json_text(object, "identifier", &identifier, err) ||
        !json_bool_or(object, "active", true, &medium.active, err))
        return err_wrap(err, "medium");
    medium.expires_ms = pretix_ms(json_member(object, "expires"));
    for (const struct json *item = json_first(several); item; item = json_next(item))
        link_position(&medium, item);
    if (!several && json_member(object, "linked_orderposition"))
        link_position(&medium, json_member(object, "linked_orderposition"));
    return catalog_put_medium(pen, &medium, type, identifier, err)
               ? true
               : err_wrap(err, "medium %lld", (long long)medium.id);
}

bool
pretix_put_layout(const struct pen *pen, const struct pretix_reading *reading,
                  const struct json *object, const char *background, struct err *err)
{
    struct str body;
    const struct json *layout;
    int64_t id;
    bool is_default;
    if (!json_int(object, "id", &id, err) ||
        !json_bool_or(object, "default", false, &is_default, err) ||
        !json_array(object, "layout", &layout, err))
        return err_wrap(err, "badge layout");
    str_init(&body, CATALOG_LAYOUT_MAX);
    json_add_value(&body, NULL, layout);
    bool ok = str_ok(&body)
                  ? catalog_put_layout(pen, reading->event, id, is_default, body.data,
                                       background, err)
                  : err_set(err, ERR_LIMIT, "over %d bytes", CATALOG_LAYOUT_MAX);
    str_finish(&body);
    return ok ? true : err_wrap(err, "badge layout %lld", (long long)id);
}
