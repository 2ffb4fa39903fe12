#include "sim_wire.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"

/* ---- the server ------------------------------------------------------------------ */

const struct sim_entry *
sim_server_by_nonce(const struct sim_server *server, const char *nonce)
{
    for (unsigned i = 0; i < server->count; i++) {
        if (strcmp(server->entries[i].nonce, nonce) == 0)
            return &server->entries[i];
    }
    return NULL;
}

const struct sim_entry *
sim_server_by_ref(const struct sim_server *server, const char *ref)
{
    for (unsigned i = 0; i < server->count; i++) {
        if (strcmp(server->entries[i].ref, ref) == 0)
            return &server->entries[i];
    }
    return NULL;
}

static void
enter(struct sim_server *server, const char *nonce, const char *ref,
      const char *station)
{
    assert(server->count < SIM_ENTRIES_MAX);
    struct sim_entry *entry = &server->entries[server->count++];
    str_copy(entry->nonce, sizeof entry->nonce, nonce);
    str_copy(entry->ref, sizeof entry->ref, ref);
    str_copy(entry->station, sizeof entry->station, station);
}

static const char *
claim(struct sim_server *server, const char *nonce, const char *ref,
      const char *station)
{
    if (server->lies)
        return "already-in";
    if (sim_server_by_nonce(server, nonce))
        return "admit";
    if (sim_server_by_ref(server, ref))
        return "already-in";
    enter(server, nonce, ref, station);
    return "admit";
}

/* Acts at once; only the answer travels. */
static void
serve(struct sim_server *server, const struct wire_request *request,
      struct sim_transfer *transfer)
{
    struct json *root;
    struct err err;
    const char *op, *nonce, *ref, *station, *says = "taken";
    bool good = json_parse(request->body, request->body_length, &root, &err);
    assert(good);
    good = json_text(root, "op", &op, &err) && json_text(root, "nonce", &nonce, &err) &&
           json_text(root, "ref", &ref, &err) &&
           json_text(root, "station", &station, &err);
    assert(good);
    transfer->status = 200;
    if (strcmp(op, "claim") == 0)
        says = claim(server, nonce, ref, station);
    else if (strcmp(ref, server->bad_ref) == 0)
        transfer->status = 400;
    else if (strcmp(op, "checkin") == 0 && !sim_server_by_nonce(server, nonce))
        enter(server, nonce, ref, station);
    str_copy(transfer->answer, sizeof transfer->answer, says);
    json_free(root);
}

/* ---- the wire -------------------------------------------------------------------- */

static void
arrive(void *self)
{
    static const enum wire_outcome outcomes[SIM_WIRE_MOODS] = {
        WIRE_OK, WIRE_UNREACHABLE, WIRE_OK, WIRE_TIMEOUT, WIRE_CUT
    };
    struct sim_transfer *transfer = self;
    struct wire_request *request = transfer->request;
    transfer->request = NULL;
    request->transfer = NULL;
    str_init(&request->answer, request->body_max);
    request->outcome = outcomes[transfer->mood];
    request->status = transfer->status;
    if (transfer->mood == SIM_WIRE_GOOD || transfer->mood == SIM_WIRE_SLOW)
        str_add_text(&request->answer, transfer->answer);
    request->done(request);
}

static int64_t
delay_ms(const struct sim_wire *wire, const struct wire_request *request)
{
    int64_t dice = (int64_t)(random_u64(wire->dice) % 1000);
    switch (wire->mood) {
    case SIM_WIRE_DOWN:
        return 3;
    case SIM_WIRE_SLOW:
        return 400 + 2 * dice;
    case SIM_WIRE_LOST:
        return request->deadline_ms;
    default:
        return 5 + dice / 10;
    }
}

static void
start(struct wire_request *request, void *self)
{
    struct sim_wire *wire = self;
    for (unsigned i = 0; i < SIM_TRANSFERS_MAX; i++) {
        struct sim_transfer *transfer = &wire->transfers[i];
        if (transfer->request)
            continue;
        transfer->request = request;
        transfer->mood = wire->mood;
        request->transfer = transfer;
        if (wire->mood != SIM_WIRE_DOWN)
            serve(wire->server, request, transfer);
        loop_timer_arm(&wire->hand->loop, transfer->timer, delay_ms(wire, request));
        return;
    }
    assert(false && "sim_wire: too many transfers");
}

static void
stop(struct wire_request *request, void *self)
{
    struct sim_wire *wire = self;
    struct sim_transfer *transfer = request->transfer;
    if (!transfer)
        return;
    loop_timer_disarm(&wire->hand->loop, transfer->timer);
    transfer->request = NULL;
    request->transfer = NULL;
}

void
sim_wire_init(struct sim_wire *wire, struct hand_loop *hand, const struct random *dice,
              struct sim_server *server)
{
    *wire = (struct sim_wire){
        .wire = { start, stop, wire }, .hand = hand, .dice = dice, .server = server
    };
    for (unsigned i = 0; i < SIM_TRANSFERS_MAX; i++) {
        wire->transfers[i].wire = wire;
        wire->transfers[i].timer =
            loop_timer_create(&hand->loop, arrive, &wire->transfers[i]);
    }
}

void
sim_wire_finish(struct sim_wire *wire)
{
    for (unsigned i = 0; i < SIM_TRANSFERS_MAX; i++)
        loop_timer_destroy(&wire->hand->loop, wire->transfers[i].timer);
}
