#ifndef YUELAI_ONLINE_H
#define YUELAI_ONLINE_H

/* online: the claim door (include/claim.h) at a ticketing server: "may this ticket be used
 * here, now, by this nonce?", asked while the guest waits at most the desk's deadline.
 *
 *     ONLINE FIRST   the server is asked whenever reach says it is worth it
 *     LOCAL FIRST    it is asked only about tickets that the copy does not know
 *     OFF            never
 *
 * "ok" admits though the copy says no. A refusal holds. Anything that is no whole answer
 * (silence, 5xx, 429, a portal's page) is CLAIM_SILENT: the copy decides, under the same
 * nonce, and the outbox reconciles. Once a guest has waited for nothing, nobody is asked
 * about until something has come through again (sync's probe, soon after).
 *
 * Answers to questions of the server are not asked for here: `incomplete` becomes
 * VERDICT_QUESTIONS with what is missing; if nothing required is that concerns this
 * guest, the server is asked once more, without questions. */

#include "base/feed.h"
#include "claim.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "sync/api.h"
#include "sync/reach.h"

enum online_mode { ONLINE_FIRST, ONLINE_LOCAL_FIRST, ONLINE_OFF };

struct online;

struct online_setting {
    struct db *db;
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    const struct api_client *api;
    struct reach *reach; /* sync's */
    enum online_mode mode;
    unsigned readers; /* desk's slots */
    int64_t deadline_ms; /* desk's: a request is not kept much longer */
    const char *language; /* of the server's explanations */
};

bool online_create(const struct online_setting *setting, struct online **online,
                   struct err *err);
void online_destroy(struct online *online);
const struct claim *online_claim(struct online *online);
/* What each call brings; NULL: the desk's deadline was over before any answer. reach has
 * been told already. */
void online_on_result(struct online *online,
                      void (*call)(const struct api_call *, void *self), void *self);
/* All that the server said of a ticket, right before the desk hears its verdict. */
struct online_answer; /* sync/online_answer.h */
void online_on_answer(struct online *online,
                      void (*call)(const struct online_answer *, void *self),
                      void *self);
/* A server that wants a rest (Retry-After) has it. One that does not know this device (401)
 * is not asked for a minute, nor one that keeps a list from it (403) about that list; the
 * account is another now, so it may be. */
void online_unlock(struct online *online);

#endif
