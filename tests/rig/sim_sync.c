#include "sim_sync.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "store/db.h"
#include "store/spool.h"

enum { UPLOAD_MS = 500, DEADLINE_MS = 3000, SILENCE_MS = 4000 };

void
sim_hex(const uint8_t nonce[CLAIM_NONCE_BYTES], char text[SIM_NONCE_SIZE])
{
    for (size_t i = 0; i < CLAIM_NONCE_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", nonce[i]);
}

static void
write_body(char to[SIM_BODY_MAX], const char *op, const uint8_t *nonce, const char *ref,
           const char *station)
{
    char hex[SIM_NONCE_SIZE];
    struct str body;
    str_init(&body, SIM_BODY_MAX - 1);
    sim_hex(nonce, hex);
    json_open_object(&body, NULL);
    json_add_text(&body, "op", op);
    json_add_text(&body, "nonce", hex);
    json_add_text(&body, "ref", ref);
    json_add_text(&body, "station", station);
    json_close_object(&body);
    assert(str_ok(&body));
    str_copy(to, SIM_BODY_MAX, body.data);
    str_finish(&body);
}

static void
send(struct sim_sync *sync, struct wire_request *request, const char *body,
     void (*done)(struct wire_request *request), void *owner)
{
    *request = (struct wire_request){ .method = "POST",
                                      .url = "http://server/",
                                      .body = body,
                                      .body_length = strlen(body),
                                      .deadline_ms = DEADLINE_MS,
                                      .body_max = 1024,
                                      .done = done,
                                      .owner = owner };
    wire_start(sync->wire, request);
}

/* ---- the claim ----------------------------------------------------------- */

static bool
asks(void *self)
{
    const struct sim_sync *sync = self;
    return clock_mono_ms(sync->clock) >= sync->silent_until_ms;
}

static void
on_answer(struct wire_request *request)
{
    struct sim_question *question = request->owner;
    struct claim_answer answer = { .outcome = CLAIM_SILENT };
    bool ok = request->outcome == WIRE_OK && request->status == 200 &&
              verdict_from_name(request->answer.data, &answer.verdict);
    if (ok)
        answer.outcome = CLAIM_ANSWERED;
    else
        question->sync->silent_until_ms =
            clock_mono_ms(question->sync->clock) + SILENCE_MS;
    str_finish(&request->answer);
    question->open = false;
    question->answer(&answer, question->answer_self);
}

static void
ask(unsigned reader, const struct claim_question *asked, claim_answer_fn *answer,
    void *answer_self, void *self)
{
    struct sim_sync *sync = self;
    struct sim_question *question = &sync->questions[reader];
    assert(reader < SIM_READERS_MAX && !question->open);
    question->open = true;
    question->answer = answer;
    question->answer_self = answer_self;
    write_body(question->body, "claim", asked->nonce, asked->ref, sync->station);
    send(sync, &question->request, question->body, on_answer, question);
}

static void
forget(unsigned reader, void *self)
{
    struct sim_sync *sync = self;
    struct sim_question *question = &sync->questions[reader];
    assert(question->open);
    wire_abort(sync->wire, &question->request);
    question->open = false;
    sync->silent_until_ms = clock_mono_ms(sync->clock) + SILENCE_MS;
}

/* ---- the outbox ---------------------------------------------------------- */

static bool
take_row(const struct outbox_row *row, void *self)
{
    struct sim_sync *sync = self;
    sync->row = *row;
    sync->uploading = true;
    return false;
}

static bool
take_entry(const struct journal_row *row, void *self)
{
    str_copy(self, ROSTER_REF_MAX + 1, row->ref);
    return false;
}

/* The ticket that a row is about. */
static void
find_ref(struct sim_sync *sync, char ref[ROSTER_REF_MAX + 1])
{
    struct err err;
    struct spool_job job;
    bool found;
    ref[0] = '\0';
    if (sync->row.kind != OUTBOX_PRINTED)
        journal_each(sync->db, NULL, sync->row.about - 1, 1, take_entry, ref, &err);
    else if (spool_get(sync->db, sync->row.about, &found, &job, &err) && found)
        str_copy(ref, ROSTER_REF_MAX + 1, job.ref);
}

static void
on_uploaded(struct wire_request *request)
{
    struct sim_sync *sync = request->owner;
    enum outbox_state to = OUTBOX_PENDING;
    struct err err;
    if (request->outcome == WIRE_OK)
        to = request->status == 200 ? OUTBOX_SENT : OUTBOX_DEAD;
    str_copy(sync->row.answer, sizeof sync->row.answer,
             to == OUTBOX_DEAD ? "400: cannot be taken" : "");
    sync->row.tries++;
    if (to == OUTBOX_PENDING)
        sync->row.next_ms = clock_utc_ms(sync->clock) + 1000;
    str_finish(&request->answer);
    sync->uploading = false;
    if (!db_begin(sync->db, &err) || !outbox_move(sync->db, &sync->row, to, &err) ||
        !db_commit(sync->db, &err)) {
        db_rollback(sync->db);
        log_error(sync->log, "sync", "row=%d %s", (int)sync->row.id, err.text);
    }
}

static void
look(void *self)
{
    static const char *const ops[] = { "checkin", "refusal", "printed" };
    struct sim_sync *sync = self;
    struct err err;
    char ref[ROSTER_REF_MAX + 1];
    loop_timer_arm(sync->loop, sync->timer, UPLOAD_MS);
    if (sync->uploading)
        return;
    if (!outbox_each(sync->db, 1u << OUTBOX_PENDING, clock_utc_ms(sync->clock), 1,
                     take_row, sync, &err))
        log_error(sync->log, "sync", "%s", err.text);
    if (!sync->uploading)
        return;
    find_ref(sync, ref);
    write_body(sync->upload_body, ops[sync->row.kind], sync->row.nonce, ref,
               sync->station);
    send(sync, &sync->upload, sync->upload_body, on_uploaded, sync);
}

/* ---- life ---------------------------------------------------------------- */

void
sim_sync_init(struct sim_sync *sync, struct wire *wire, const struct loop *loop,
              const struct clock *clock, const struct log *log)
{
    *sync = (struct sim_sync){ .claim = { asks, ask, forget, sync },
                               .wire = wire,
                               .loop = loop,
                               .clock = clock,
                               .log = log };
    for (unsigned i = 0; i < SIM_READERS_MAX; i++)
        sync->questions[i].sync = sync;
    sync->timer = loop_timer_create(loop, look, sync);
}

void
sim_sync_start(struct sim_sync *sync, struct db *db, const char *station)
{
    sync->db = db;
    sync->station = station;
    loop_timer_arm(sync->loop, sync->timer, UPLOAD_MS);
}

void
sim_sync_stop(struct sim_sync *sync)
{
    loop_timer_disarm(sync->loop, sync->timer);
    for (unsigned i = 0; i < SIM_READERS_MAX; i++) {
        if (sync->questions[i].open)
            wire_abort(sync->wire, &sync->questions[i].request);
        sync->questions[i].open = false;
    }
    if (sync->uploading)
        wire_abort(sync->wire, &sync->upload);
    sync->uploading = false;
    sync->db = NULL;
}

void
sim_sync_finish(struct sim_sync *sync)
{
    loop_timer_destroy(sync->loop, sync->timer);
}
