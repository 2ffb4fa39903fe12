#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_upload_row.h"
#include "store/outbox.h"
#include "sync/push.h"

/* client/upload: a queue, the server's answers one after the other, the requests that
 * were to be made, and what still waits afterwards. The outbox is sent by push itself,
 * one row at a time. Rows that the server can never take are DEAD here: kept and
 * listed, but no longer in the queue. */

struct player {
    struct upload upload;
    const struct json *responses, *expected;
    bool used[UPLOAD_ROWS_MAX]; /* of expected */
    unsigned asked;
    struct cases_result *result;
};

static const struct json *
nth(const struct json *list, unsigned n)
{
    const struct json *item = json_first(list);
    while (item && n-- > 0)
        item = json_next(item);
    return item;
}

/* The one that a request is, of those not made yet. Kinds may come in another order
 * than in the case, rows of one kind may not: else it is the first, and *why says the
 * difference. */
static int
find_expected(struct player *player, const struct upload_row *row,
              const struct wire_request *request, char *why, size_t size)
{
    int first = -1;
    char other[1024];
    unsigned count = (unsigned)json_count(player->expected);
    for (unsigned i = 0; i < count && i < UPLOAD_ROWS_MAX; i++) {
        if (player->used[i])
            continue;
        upload_compare(&player->upload, row, request, nth(player->expected, i),
                       first < 0 ? why : other, first < 0 ? size : sizeof other);
        if (first < 0 ? !why[0] : !other[0]) {
            why[0] = '\0';
            return (int)i;
        }
        if (first < 0)
            first = (int)i;
    }
    return first;
}

/* Two rows of a kind must not change places. */
static bool
keeps_order(const struct player *player, int at)
{
    const char *path = client_text(nth(player->expected, (unsigned)at), "path", "");
    for (int i = 0; i < at; i++) {
        const char *before =
            client_text(nth(player->expected, (unsigned)i), "path", "");
        bool same_kind = (strstr(before, "/redeem/") != NULL) ==
                             (strstr(path, "/redeem/") != NULL) &&
                         (strstr(before, "/printlog/") != NULL) ==
                             (strstr(path, "/printlog/") != NULL);
        if (same_kind && !player->used[i])
            return false;
    }
    return true;
}

static void
play_request(struct player *player)
{
    struct client_world *world = player->upload.world;
    const struct wire_request *request = world->requests[0];
    char why[1024] = "no further request was expected";
    const struct upload_row *row = upload_row_of(&player->upload, request);
    if (!row) {
        cases_refuse(player->result, "a request that is of no row: %s", request->url);
        return;
    }
    int at = find_expected(player, row, request, why, sizeof why);
    if (at < 0 || why[0] || !keeps_order(player, at)) {
        cases_refuse(player->result, "request %u: %s", player->asked + 1,
                     why[0] ? why : "out of order");
        return;
    }
    player->used[at] = true;
    player->asked++;
    const struct json *response = nth(player->responses, (unsigned)at);
    if (!response)
        cases_refuse(player->result, "the case has no answer to request %d", at + 1);
    else
        client_answer(world, 0, response, player->result);
}

static void
check_queue(struct player *player, const struct json *expected)
{
    struct str got, wanted;
    str_init(&got, 4096);
    str_init(&wanted, 4096);
    for (unsigned i = 0; i < player->upload.count; i++) {
        const struct upload_row *row = &player->upload.rows[i];
        struct outbox_row out;
        bool found;
        struct err err;
        if (!outbox_get(player->upload.world->scene.db, row->id, &found, &out, &err) ||
            !found)
            cases_refuse(player->result, "a row of the outbox has gone");
        else if (out.state == OUTBOX_PENDING || out.state == OUTBOX_HOLD)
            str_addf(&got, "%s ", offline_text(json_member(row->queued, "id")));
    }
    for (const struct json *item = json_first(expected); item; item = json_next(item))
        str_addf(&wanted, "%s ", offline_text(item));
    if (strcmp(got.data, wanted.data) != 0)
        cases_refuse(player->result, "expected in the queue: %s, got: %s",
                     wanted.length > 0 ? wanted.data : "nothing",
                     got.length > 0 ? got.data : "nothing");
    str_finish(&got);
    str_finish(&wanted);
}

static void
play(struct player *player, const struct json *one)
{
    struct client_world *world = player->upload.world;
    struct push *push;
    struct err err;
    struct push_setting setting = { .db = world->scene.db,
                                    .loop = &world->scene.hand.loop,
                                    .clock = &world->scene.hand.clock,
                                    .random = &world->scene.random.random,
                                    .log = &world->scene.log,
                                    .api = &world->api,
                                    .station = "A",
                                    .at_once = 1 };
    if (!push_create(&setting, &push, &err)) {
        cases_refuse(player->result, "%s", err.text);
        return;
    }
    push_poke(push);
    while (world->open > 0 && !player->result->failed)
        play_request(player);
    hand_loop_turn(&world->scene.hand, 100); /* ends are written a moment later */
    if (!player->result->failed && player->asked != json_count(player->expected))
        cases_refuse(player->result, "expected %zu requests, got %u",
                     json_count(player->expected), player->asked);
    if (!player->result->failed)
        check_queue(player, json_member(one, "expect_queue_after"));
    push_destroy(push);
}

/* The organizer stands in the paths alone. */
static void
set_organizer(struct client_world *world, const struct json *expected)
{
    static const char before[] = "/organizers/";
    const char *path = client_text(json_first(expected), "path", "");
    const char *slug = strstr(path, before);
    if (!slug)
        return;
    slug += sizeof before - 1;
    str_copy_bytes(world->account.organizer, sizeof world->account.organizer, slug,
                   strcspn(slug, "/"));
}

void
case_client_upload(const struct cases_file *file, const struct json *one,
                   struct cases_result *result)
{
    struct client_world *world = calloc(1, sizeof *world);
    struct player *player = calloc(1, sizeof *player);
    const struct json *queue = json_member(one, "queue");
    if (!world || !player) {
        cases_refuse(result, "no memory");
    } else if (client_open(world, file, result)) {
        player->upload.world = world;
        player->responses = json_member(one, "responses");
        player->expected = json_member(one, "expect_requests");
        player->result = result;
        set_organizer(world, player->expected);
        const struct json *row = json_first(queue);
        while (row && upload_add(&player->upload, row, result))
            row = json_next(row);
        if (!result->failed)
            play(player, one);
    }
    if (world)
        client_close(world);
    free(world);
    free(player);
}
