#include "desk/pin.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "desk/pin_parts.h"
#include "store/seal.h"
#include "str.h"

static const char *const levels[] = {
    [PIN_HELPER] = "helper",
    [PIN_DESK] = "desk",
    [PIN_SUPERVISOR] = "supervisor",
};
enum { LEVEL_COUNT = sizeof levels / sizeof *levels, WAIT_MAX_MS = 64 * 1000 };

const char *
pin_level_name(enum pin_level level)
{
    return levels[level];
}

bool
pin_level_from_name(const char *name, enum pin_level *level)
{
    for (unsigned i = 0; i < LEVEL_COUNT; i++) {
        if (strcmp(levels[i], name) == 0) {
            *level = (enum pin_level)i;
            return true;
        }
    }
    return false;
}

/* ---- throttle --------------------------------------------------------------- */

/* How long after the last of so many wrong tries. */
static int64_t
wait_after(int64_t tries)
{
    if (tries < PIN_FREE_TRIES)
        return 0;
    int64_t wait_ms = 1000;
    for (int64_t i = PIN_FREE_TRIES; i < tries && wait_ms < WAIT_MAX_MS; i++)
        wait_ms *= 2;
    return wait_ms;
}

/* The person's, else a free one; NULL if all are taken. */
static struct pin_throttle *
throttle_of(struct pin *pin, const char *name)
{
    struct pin_throttle *unused = NULL;
    for (unsigned i = 0; i < PIN_PEOPLE_MAX; i++) {
        struct pin_throttle *throttle = &pin->throttles[i];
        if (throttle->is_used && strcmp(throttle->name, name) == 0)
            return throttle;
        if (!throttle->is_used && !unused)
            unused = throttle;
    }
    return unused;
}

/* Since when the waiting counts: the last try, or the start if it was in another run.
 */
static int64_t
since_ms(struct pin *pin, const char *name)
{
    const struct pin_throttle *throttle = throttle_of(pin, name);
    return throttle && throttle->is_used ? throttle->at_ms : pin->started_ms;
}

static void
note_try(struct pin *pin, const char *name)
{
    struct pin_throttle *throttle = throttle_of(pin, name);
    if (!throttle)
        return;
    throttle->is_used = true;
    str_copy(throttle->name, sizeof throttle->name, name);
    throttle->at_ms = clock_mono_ms(pin->set.clock);
}

/* ---- answers ---------------------------------------------------------------- */

/* NULL: all spares are out too, which means more askers than the program lets in. */
static struct pin_reply *
make_reply(struct pin *pin)
{
    struct pin_reply *reply = calloc(1, sizeof *reply);
    for (unsigned i = 0; !reply && i < PIN_SPARES; i++) {
        if (!pin->spares[i].is_used)
            reply = &pin->spares[i];
    }
    assert(reply);
    *reply = (struct pin_reply){ .is_used = true };
    reply->is_spare = reply >= pin->spares && reply < pin->spares + PIN_SPARES;
    return reply;
}

static void
free_reply(struct pin_reply *reply)
{
    if (reply->is_spare)
        explicit_bzero(reply, sizeof *reply);
    else
        free(reply);
}

/* Answers from the loop, after the present callback. */
static void
answer_soon(struct pin *pin, const struct pin_answer *answer, pin_answer_fn *done,
            void *self)
{
    struct pin_reply *reply = make_reply(pin);
    reply->answer = *answer;
    reply->done = done;
    reply->self = self;
    struct pin_reply **end = &pin->replies;
    while (*end)
        end = &(*end)->next;
    *end = reply;
    loop_timer_arm(pin->set.loop, pin->reply_timer, 0);
}

static void
send_replies(void *self)
{
    struct pin *pin = self;
    struct pin_reply *reply = pin->replies;
    pin->replies = NULL;
    while (reply) {
        struct pin_reply *next = reply->next;
        reply->done(&reply->answer, reply->self);
        free_reply(reply);
        reply = next;
    }
}

static void
answer_right(struct pin *pin, struct pin_work *work, struct pin_answer *answer)
{
    struct err err;
    answer->outcome = PIN_RIGHT;
    answer->level = work->level;
    if (!pin_write_tries(pin, work->name, 0, &err))
        log_warning(pin->set.log, "pin", "tries of %s stay: %s", work->name, err.text);
    pin_open_session(pin, work->name, work->level, answer->token);
    log_info(pin->set.log, "pin", "person=%s level=%s session=open", work->name,
             pin_level_name(work->level));
}

static void
answer_wrong(struct pin *pin, struct pin_work *work, struct pin_answer *answer)
{
    bool is_locked = work->tries >= PIN_LOCK_AT;
    answer->outcome = is_locked ? PIN_LOCKED : PIN_WRONG;
    answer->wait_ms = wait_after(work->tries);
    answer->tries_left = is_locked ? 0 : (unsigned)(PIN_LOCK_AT - work->tries);
    note_try(pin, work->name);
    log_notice(pin->set.log, "pin", "person=%s wrong=%d%s", work->name,
               (int)work->tries, is_locked ? " locked" : "");
}

/* ---- the work, on a lane ---------------------------------------------------- */

static void
run_work(struct task_job *job)
{
    struct pin_work *work = (struct pin_work *)job;
    if (work->sets)
        work->ok = seal_pin_hash(work->digits, work->hash);
    else
        work->ok = seal_pin_matches(work->hash, work->digits) && work->exists;
    work->has_run = true;
    explicit_bzero(work->digits, sizeof work->digits);
}

static void
end_set(struct pin *pin, struct pin_work *work, struct pin_answer *answer)
{
    struct err err;
    if (!work->ok || !pin_write_person(pin, work, &err)) {
        answer->outcome = PIN_FAILED;
        return;
    }
    answer->outcome = PIN_RIGHT;
    answer->level = work->level;
    pin_end_sessions_of(pin, work->name);
}

static void
end_work(struct task_job *job)
{
    struct pin_work *work = (struct pin_work *)job;
    struct pin *pin = work->pin;
    struct pin_answer answer = { .outcome = PIN_CLOSED };

    pin->work = NULL;
    if (!pin->is_closing && work->has_run) {
        if (work->sets)
            end_set(pin, work, &answer);
        else if (work->ok)
            answer_right(pin, work, &answer);
        else
            answer_wrong(pin, work, &answer);
    }
    explicit_bzero(work->digits, sizeof work->digits);
    pin_answer_fn *done = work->done;
    void *self = work->self;
    free(work);
    done(&answer, self);
}

struct pin_work *
pin_make_work(struct pin *pin, const char *name, const char *digits)
{
    struct pin_work *work = calloc(1, sizeof *work);
    if (!work)
        return NULL;
    work->job = (struct task_job){ .run = run_work, .done = end_work };
    work->pin = pin;
    str_copy(work->name, sizeof work->name, name);
    str_copy(work->digits, sizeof work->digits, digits);
    return work;
}

void
pin_submit(struct pin *pin, struct pin_work *work)
{
    pin->work = work;
    task_submit(pin->set.task, pin->lane, &work->job);
}

/* ---- trying ----------------------------------------------------------------- */

/* A hash of nothing that anybody types: takes as long as a person's. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$"
                             "c29tZXNhbHRzb21lc2FsdA$"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* May it be tried now? Fills the answer if not. */
static bool
may_try(struct pin *pin, const char *name, int64_t tries, struct pin_answer *answer)
{
    if (tries >= PIN_LOCK_AT) {
        answer->outcome = PIN_LOCKED;
        return false;
    }
    int64_t left_ms =
        since_ms(pin, name) + wait_after(tries) - clock_mono_ms(pin->set.clock);
    if (wait_after(tries) > 0 && left_ms > 0) {
        answer->outcome = PIN_WAIT;
        answer->wait_ms = left_ms;
        return false;
    }
    return true;
}

/* Strangers share one counter: otherwise each name typed would leave a row. */
static const char *
counted_name(const struct pin_work *work)
{
    return work->exists ? work->name : "";
}

static bool
prepare_try(struct pin *pin, struct pin_work *work, struct pin_answer *answer,
            struct err *err)
{
    if (!pin_read_person(pin, work->name, &work->level, work->hash, err))
        return false;
    work->exists = work->hash[0] != '\0';
    if (!work->exists) {
        str_copy(work->hash, sizeof work->hash, nobody);
        work->name[0] = '\0';
    }
    int64_t tries;
    if (!pin_read_tries(pin, counted_name(work), &tries, err))
        return false;
    if (!work->exists && tries >= PIN_LOCK_AT - 1)
        tries = PIN_LOCK_AT - 2; /* nobody cannot be locked, only slowed */
    if (!may_try(pin, counted_name(work), tries, answer))
        return true;
    work->tries = tries + 1;
    return pin_write_tries(pin, counted_name(work), work->tries, err);
}

void
pin_try(struct pin *pin, const char *name, const char *digits, pin_answer_fn *done,
        void *self)
{
    struct pin_answer answer = { .outcome = PIN_FAILED };
    struct err err;
    if (pin->work) {
        answer.outcome = PIN_BUSY;
        answer_soon(pin, &answer, done, self);
        return;
    }
    struct pin_work *work = pin_make_work(pin, pin_is_name(name) ? name : "",
                                          pin_is_digits(digits) ? digits : "");
    if (!work || !prepare_try(pin, work, &answer, &err) || work->tries == 0) {
        if (work && answer.outcome == PIN_FAILED)
            log_error(pin->set.log, "pin", "no try possible: %s", err.text);
        free(work);
        answer_soon(pin, &answer, done, self);
        return;
    }
    work->done = done;
    work->self = self;
    pin_submit(pin, work);
}

/* ---- life ------------------------------------------------------------------- */

bool
pin_create(const struct pin_setting *setting, struct pin **pin, struct err *err)
{
    struct pin *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    made->set = *setting;
    if (made->set.idle_ms == 0)
        made->set.idle_ms = PIN_IDLE_MS;
    made->started_ms = clock_mono_ms(setting->clock);
    made->reply_timer = loop_timer_create(setting->loop, send_replies, made);
    made->idle_timer = loop_timer_create(setting->loop, pin_end_idle, made);
    made->lane = task_open(setting->task, "pin");
    if (!made->reply_timer || !made->idle_timer || !made->lane) {
        pin_destroy(made);
        return err_no_memory(err);
    }
    *pin = made;
    return true;
}

void
pin_destroy(struct pin *pin)
{
    if (!pin)
        return;
    pin->is_closing = true;
    if (pin->lane)
        task_close(pin->set.task, pin->lane);
    send_replies(pin);
    loop_timer_destroy(pin->set.loop, pin->reply_timer);
    loop_timer_destroy(pin->set.loop, pin->idle_timer);
    explicit_bzero(pin->sessions, sizeof pin->sessions);
    free(pin);
}
