#include "offline_count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/catalog.h"
#include "store/roster.h"
#include "store/roster_search.h"

/* A station's search as another program for this server counts it. */

enum { PAGE_ROWS = 50, HITS_MAX = 2000 };

struct hits {
    struct offline_scene *scene;
    const char *query;
    struct list list;
    int64_t ids[HITS_MAX];
    unsigned count;
    bool failed;
};

static bool
add_hit(const struct ticket *ticket, void *self)
{
    struct hits *hits = self;
    enum list_answer takes;
    struct err err;
    for (unsigned i = 0; i < hits->count; i++) {
        if (hits->ids[i] == ticket->id)
            return true;
    }
    if (roster_list_takes(hits->scene->db, &hits->list, ticket, &takes, &err) &&
        takes == LIST_TAKES && hits->count < HITS_MAX)
        hits->ids[hits->count++] = ticket->id;
    return true;
}

/* A code by its beginning, and a piece from the middle of a name: no index has them. */
static bool
add_if_like(const struct ticket *ticket, void *self)
{
    struct hits *hits = self;
    char secret[ROSTER_SECRET_MAX + 1];
    struct err err;
    bool found = false;
    size_t length = strlen(hits->query);
    if (roster_secret(hits->scene->db, ticket->id, &found, secret, &err) && found)
        found = strncasecmp(secret, hits->query, length) == 0;
    if (found || strcasestr(ticket->name, hits->query) ||
        strncasecmp(ticket->order_code, hits->query, length) == 0)
        add_hit(ticket, hits);
    return true;
}

static void
search_event(struct hits *hits, const char *event, const char *key)
{
    struct offline_scene *scene = hits->scene;
    struct ticket *found = calloc(SEARCH_RESULTS_MAX, sizeof *found);
    unsigned count = 0;
    bool has_list = false;
    struct err err;
    if (!found)
        abort();
    bool ok = roster_list(scene->db, event, key, &has_list, &hits->list, &err) &&
              has_list &&
              roster_by_contact(scene->db, event, hits->query, HITS_MAX, add_hit, hits,
                                &err) &&
              roster_search(scene->db, event, hits->query, found, SEARCH_RESULTS_MAX,
                            &count, &err);
    for (unsigned i = 0; ok && i < count; i++) {
        if (strcasestr(found[i].name, hits->query) ||
            strcasestr(found[i].order_code, hits->query))
            add_hit(&found[i], hits);
    }
    if (ok &&
        !roster_each_ticket(scene->db, event, 0, HITS_MAX, add_if_like, hits, &err))
        offline_wrong(scene, "%s", err.text);
    free(found);
}

static struct json *
describe_hit(struct hits *hits, int64_t id)
{
    struct offline_scene *scene = hits->scene;
    struct ticket ticket;
    struct product product = { .id = 0 };
    struct variation variation = { .id = 0 };
    char secret[ROSTER_SECRET_MAX + 1] = "";
    struct str out;
    struct json *json = NULL;
    struct err err;
    bool found;
    str_init(&out, 65536);
    if (!roster_by_id(scene->db, id, &found, &ticket, &err) || !found ||
        !roster_secret(scene->db, id, &found, secret, &err) ||
        !catalog_product(scene->db, ticket.event, ticket.origin.product, &found,
                         &product, &err) ||
        !catalog_variation(scene->db, ticket.event, ticket.origin.variation, &found,
                           &variation, &err))
        return NULL;
    const struct json *order = offline_find(scene, "order", ticket.order_code);
    json_open_object(&out, NULL);
    json_add_text(&out, "ticket", product.name);
    json_add_text(&out, "variation", variation.name);
    json_add_text(&out, "attendee_name", ticket.name);
    json_add_text(&out, "secret", secret);
    json_add_text(&out, "order", ticket.order_code);
    json_add_int(&out, "positionid", ticket.origin.number);
    json_add_text(&out, "order_status", offline_text(json_member(order, "status")));
    json_add_bool(&out, "redeemed", offline_has_entry(scene, &hits->list, &ticket));
    json_add_bool(&out, "require_attention",
                  ticket.origin.attention || product.attention || variation.attention);
    json_close_object(&out);
    if (!json_parse(out.data, out.length, &json, &err))
        abort();
    str_finish(&out);
    return json;
}

static bool
is_part_of(const struct json *wanted, const struct json *got)
{
    for (const struct json *item = json_first(wanted); item; item = json_next(item)) {
        if (!cases_same(item, json_member(got, json_key(item))))
            return false;
    }
    return true;
}

/* Each wanted row must be one of the rows found, each of these once. */
static void
compare_rows(struct hits *hits, const struct json *rows, unsigned first, unsigned end,
             struct cases_result *result)
{
    bool used[HITS_MAX] = { false };
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        bool is_there = false;
        for (unsigned i = first; i < end && !is_there; i++) {
            struct json *got = used[i] ? NULL : describe_hit(hits, hits->ids[i]);
            is_there = used[i] = used[i] || (got && is_part_of(row, got));
            is_there = is_there && got;
            json_free(got);
        }
        if (is_there)
            continue;
        char *wanted = cases_print(row);
        cases_differ(result, wanted, "no such row");
        free(wanted);
    }
}

static void
compare_secrets(struct hits *hits, const struct json *secrets, unsigned first,
                unsigned end, struct cases_result *result)
{
    for (const struct json *item = json_first(secrets); item; item = json_next(item)) {
        bool is_there = false;
        for (unsigned i = first; i < end && !is_there; i++) {
            struct json *got = describe_hit(hits, hits->ids[i]);
            is_there = cases_same(item, json_member(got, "secret"));
            json_free(got);
        }
        if (!is_there)
            cases_differ(result, offline_text(item), "no such row");
    }
}

void
offline_search(struct offline_scene *scene, const struct json *step,
               struct cases_result *result)
{
    struct hits *hits = calloc(1, sizeof *hits);
    char query[512], key[ROSTER_KEY_MAX + 1];
    const struct json *expect = json_member(step, "expect");
    int64_t page = 1;
    struct err err;
    if (!hits || !json_int_or(step, "page", 1, &page, &err))
        abort();
    str_copy(query, sizeof query, offline_text(json_member(step, "query")));
    *hits = (struct hits){ .scene = scene, .query = query };
    const struct json *item = json_first(json_member(step, "lists"));
    for (; item; item = json_next(item)) {
        str_copy(key, sizeof key, offline_text(item));
        search_event(hits, json_key(item), key);
    }
    unsigned first = page > 0 ? (unsigned)(page - 1) * PAGE_ROWS : 0;
    unsigned end = first + PAGE_ROWS < hits->count ? first + PAGE_ROWS : hits->count;
    if (first > end)
        first = end;
    char count[16];
    snprintf(count, sizeof count, "%u", end - first);
    const char *wanted = offline_text(json_member(expect, "count"));
    if (wanted[0] != '\0' && strcmp(wanted, count) != 0)
        cases_differ(result, wanted, count);
    compare_secrets(hits, json_member(expect, "contains_secrets"), first, end, result);
    compare_rows(hits, json_member(expect, "rows"), first, end, result);
    free(hits);
}
