#include "offline_count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal.h"
#include "store/outbox.h"
#include "store/roster.h"

static void
expect_number(const struct json *step, int64_t got, struct cases_result *result)
{
    char text[24];
    const char *wanted = offline_text(json_member(step, "expect"));
    snprintf(text, sizeof text, "%lld", (long long)got);
    if (strcmp(text, wanted) != 0)
        cases_differ(result, wanted, text);
}

/* ---- what waits for upload
 * ------------------------------------------------------------ */

struct queue {
    struct offline_scene *scene;
    int64_t count; /* of this secret, if one is asked for */
    const char *secret;
    int64_t last; /* id; 0 = none */
    char body[OUTBOX_BODY_MAX + 1];
    int64_t about;
};

static bool
unseal(struct offline_scene *scene, const char *body,
       char secret[ROSTER_SECRET_MAX + 1])
{
    uint8_t box[ROSTER_SECRET_MAX + SEAL_OVERHEAD_BYTES];
    struct json *root;
    struct err err;
    const char *hex = "";
    size_t length = 0;
    unsigned byte;
    secret[0] = '\0';
    if (!json_parse(body, strlen(body), &root, &err))
        return false;
    bool ok = json_text(root, "sealed", &hex, &err);
    while (ok && length < sizeof box && sscanf(hex + 2 * length, "%2x", &byte) == 1)
        box[length++] = (uint8_t)byte;
    ok = ok && length > SEAL_OVERHEAD_BYTES &&
         seal_unbox(scene->seal, box, length, secret);
    if (ok)
        secret[length - SEAL_OVERHEAD_BYTES] = '\0';
    json_free(root);
    return ok;
}

static bool
take_row(const struct outbox_row *row, void *self)
{
    struct queue *queue = self;
    char secret[ROSTER_SECRET_MAX + 1];
    if (row->kind != OUTBOX_CHECKIN)
        return true;
    if (!queue->secret ||
        (unseal(queue->scene, row->body, secret) && strcmp(secret, queue->secret) == 0))
        queue->count++;
    if (row->id > queue->last) {
        queue->last = row->id;
        queue->about = row->about;
        str_copy(queue->body, sizeof queue->body, row->body);
    }
    return true;
}

static void
read_queue(struct offline_scene *scene, const char *secret, struct queue *queue)
{
    struct err err;
    *queue = (struct queue){ .scene = scene, .secret = secret };
    if (!outbox_each(scene->db, (1u << OUTBOX_STATE_COUNT) - 1, 0, 0, take_row, queue,
                     &err))
        offline_wrong(scene, "%s", err.text);
}

int64_t
offline_queued(struct offline_scene *scene)
{
    struct queue queue;
    read_queue(scene, NULL, &queue);
    return queue.count;
}

void
offline_queue_count(struct offline_scene *scene, const struct json *step,
                    struct cases_result *result)
{
    expect_number(step, scene->queued + offline_queued(scene), result);
}

struct kind {
    int64_t id;
    bool exit;
};

static bool
take_kind(const struct journal_row *row, void *self)
{
    struct kind *kind = self;
    if (row->id != kind->id)
        return true;
    kind->exit = row->kind == JOURNAL_EXIT;
    return false;
}

static const char *
type_of(struct offline_scene *scene, int64_t about)
{
    struct kind kind = { .id = about };
    struct err err;
    if (!journal_each(scene->db, NULL, 0, 0, take_kind, &kind, &err))
        offline_wrong(scene, "%s", err.text);
    return kind.exit ? "exit" : "entry";
}

/* {"7":"True"}, or [{"question":7,"answer":"True"}] as some write it. */
static bool
same_answers(const struct json *expect, const struct json *got)
{
    if (json_count(expect) != json_count(got))
        return false;
    for (const struct json *item = json_first(expect); item; item = json_next(item)) {
        const struct json *question = json_member(item, "question");
        const struct json *value = json_member(item, "answer");
        if (json_member(question, "id"))
            question = json_member(question, "id");
        if (!value)
            value = json_member(item, "value");
        const char *key = question ? offline_text(question) : json_key(item);
        const char *wanted = offline_text(question ? value : item);
        if (!json_member(got, key) ||
            strcmp(offline_text(json_member(got, key)), wanted) != 0)
            return false;
    }
    return true;
}

static void
compare_answers(const char *body, const struct json *expect,
                struct cases_result *result)
{
    struct json *root, *inside = NULL;
    struct err err;
    const char *text = offline_text(expect);
    if (text[0] != '\0' && json_parse(text, strlen(text), &inside, &err))
        expect = inside; /* JSON within a text */
    if (!json_parse(body[0] ? body : "{}", strlen(body[0] ? body : "{}"), &root, &err))
        return;
    if (!same_answers(expect, json_member(root, "answers"))) {
        char *wanted = cases_print(expect),
             *got = cases_print(json_member(root, "answers"));
        cases_differ(result, wanted, got);
        free(wanted);
        free(got);
    }
    json_free(root);
    json_free(inside);
}

void
offline_queue_last(struct offline_scene *scene, const struct json *step,
                   struct cases_result *result)
{
    struct queue queue;
    char secret[ROSTER_SECRET_MAX + 1];
    const char *op = offline_text(json_member(step, "op"));
    const struct json *expect = json_member(step, "expect");
    read_queue(scene, NULL, &queue);
    if (strcmp(op, "queue_last_answers") == 0) {
        compare_answers(queue.body, expect, result);
        return;
    }
    unseal(scene, queue.body, secret);
    const char *got = strcmp(op, "queue_last_secret") == 0 ? secret
                      : queue.last != 0                    ? type_of(scene, queue.about)
                                                           : "nothing";
    if (strcmp(got, offline_text(expect)) != 0)
        cases_differ(result, offline_text(expect), got);
}

/* ---- check-ins
 * ---------------------------------------------------------------------------- */

void
offline_checkin_count(struct offline_scene *scene, const struct json *step,
                      struct cases_result *result)
{
    struct queue queue;
    char secret[ROSTER_SECRET_MAX + 1];
    str_copy(secret, sizeof secret, offline_text(json_member(step, "secret")));
    read_queue(scene, secret, &queue);
    for (size_t i = 0; i < scene->count; i++) {
        const struct json *item =
            json_first(json_member(scene->objects[i].json, "positions"));
        for (; item; item = json_next(item)) {
            if (strcmp(offline_text(json_member(item, "secret")), secret) == 0)
                queue.count += (int64_t)json_count(json_member(item, "checkins"));
        }
    }
    expect_number(step, queue.count, result);
}

/* ---- how many are in ----------------------------------------------------- */

bool
offline_has_entry(struct offline_scene *scene, const struct list *list,
                  const struct ticket *ticket)
{
    struct journal_history history;
    struct err err;
    return journal_history(scene->db, ticket->ref, list->event, list->key, &history,
                           &err) &&
           history.entries > 0;
}

struct totals {
    struct offline_scene *scene;
    struct list list;
    int64_t item; /* 0 = all */
    int64_t total, inside;
};

static bool
count_ticket(const struct ticket *ticket, void *self)
{
    struct totals *totals = self;
    enum list_answer takes;
    struct err err;
    bool paid = ticket->status == TICKET_PAID ||
                (ticket->status == TICKET_UNPAID && totals->list.include_unpaid);
    if (!paid || (totals->item != 0 && ticket->origin.product != totals->item) ||
        !roster_list_takes(totals->scene->db, &totals->list, ticket, &takes, &err) ||
        takes != LIST_TAKES)
        return true;
    totals->total++;
    totals->inside += offline_has_entry(totals->scene, &totals->list, ticket);
    return true;
}

static void
count(struct totals *totals, int64_t item)
{
    struct err err;
    totals->item = item;
    totals->total = totals->inside = 0;
    if (!roster_each_ticket(totals->scene->db, totals->list.event, 0, 1 << 20,
                            count_ticket, totals, &err))
        offline_wrong(totals->scene, "%s", err.text);
}

/* The products that the list takes. */
static int64_t
count_items(const struct totals *totals)
{
    int64_t items = 0;
    enum list_answer takes;
    struct err err;
    for (size_t i = 0; i < totals->scene->count; i++) {
        const struct offline_object *object = &totals->scene->objects[i];
        struct ticket asked = { .id = 0 };
        if (strcmp(object->kind, "item") != 0 ||
            strcmp(object->event, totals->list.event) != 0)
            continue;
        asked.origin.product =
            strtoll(offline_text(json_member(object->json, "id")), NULL, 10);
        if (roster_list_takes(totals->scene->db, &totals->list, &asked, &takes, &err))
            items += takes != LIST_OTHER_KIND;
    }
    return items;
}

static void
expect_member(const struct json *expect, const char *name, int64_t got,
              struct cases_result *result)
{
    char text[24];
    const struct json *wanted = json_member(expect, name);
    snprintf(text, sizeof text, "%lld", (long long)got);
    if (wanted && strcmp(offline_text(wanted), text) != 0)
        cases_refuse(result, "expected %s %s, got %s", name, offline_text(wanted),
                     text);
}

void
offline_status(struct offline_scene *scene, const struct json *step,
               struct cases_result *result)
{
    struct totals totals = { .scene = scene };
    const struct json *expect = json_member(step, "expect");
    char event[ROSTER_KEY_MAX + 1];
    struct err err;
    bool found = false;
    str_copy(event, sizeof event, offline_text(json_member(step, "event")));
    if (!roster_list(scene->db, event, offline_text(json_member(step, "list")), &found,
                     &totals.list, &err) ||
        !found) {
        cases_refuse(result, "no such list");
        return;
    }
    count(&totals, 0);
    expect_member(expect, "total", totals.total, result);
    expect_member(expect, "checked_in", totals.inside, result);
    expect_member(expect, "item_count", count_items(&totals), result);
    const struct json *item = json_first(json_member(expect, "items"));
    for (; item; item = json_next(item)) {
        const struct json *both = json_first(item);
        count(&totals, strtoll(json_key(item), NULL, 10));
        char wanted[64], got[64];
        snprintf(wanted, sizeof wanted, "%s of %s", offline_text(json_next(both)),
                 offline_text(both));
        snprintf(got, sizeof got, "%lld of %lld", (long long)totals.inside,
                 (long long)totals.total);
        if (strcmp(wanted, got) != 0)
            cases_refuse(result, "expected item %s: %s in, got %s", json_key(item),
                         wanted, got);
    }
}
