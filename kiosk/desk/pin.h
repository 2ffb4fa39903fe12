#ifndef YUELAI_PIN_H
#define YUELAI_PIN_H

/* pin: who of the staff stands at this station. A PIN for each person, kept as argon2id in
 * settings; a right PIN opens a session, known by a random token.
 *
 *     pin_try -> counter +1, durable -> hash on a lane (some 25 ms) -> answer
 *                                         right: counter 0, session
 *                                         wrong: counter stays
 *
 * The counter is on disk before the hash begins, so that no power cut, no restart and no
 * clock jump gives a guess away: three wrong tries are free, then each must wait 1, 2, 4, …
 * seconds (counted anew after a restart), and after PIN_LOCK_AT wrong ones the person is
 * locked until a supervisor or kioskctl unlocks. A name that does not exist takes as long
 * and is answered like a wrong PIN.
 *
 * A session ends by itself when nothing was done in it for its idle time. Sessions live in
 * memory only: a restart ends all.
 */

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "random.h"
#include "task.h"

struct db;
struct pin;

enum {
    PIN_NAME_MAX = 32, /* a-z 0-9 . _ - */
    PIN_DIGITS_MIN = 4,
    PIN_DIGITS_MAX = 12,
    PIN_FREE_TRIES = 3,
    PIN_LOCK_AT = 10,
    PIN_TOKEN_CHARACTERS = 32, /* 128 bits, hexadecimal */
    PIN_SESSIONS_MAX = 16,
    PIN_PEOPLE_MAX = 100,
    PIN_IDLE_MS = 60 * 1000 /* default */
};

/* What somebody may do; each includes the ones before. See staff.h. */
enum pin_level { PIN_HELPER, PIN_DESK, PIN_SUPERVISOR };

const char *pin_level_name(enum pin_level level); /* "helper" "desk" "supervisor" */
bool pin_level_from_name(const char *name, enum pin_level *level);

struct pin_setting {
    struct db *db;
    const struct loop *loop;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    const struct task *task;
    int64_t idle_ms; /* 0: PIN_IDLE_MS */
};

bool pin_create(const struct pin_setting *setting, struct pin **pin, struct err *err);
void pin_destroy(struct pin *pin); /* takes NULL; an open try is answered CLOSED */

/* ---- people ------------------------------------------------------------------ */

struct pin_person {
    char name[PIN_NAME_MAX + 1];
    enum pin_level level;
    unsigned wrong_tries;
    bool locked;
};

enum pin_outcome {
    PIN_RIGHT,
    PIN_WRONG, /* the PIN, or there is no such person */
    PIN_WAIT, /* too soon after wrong ones: wait_ms; not counted */
    PIN_LOCKED,
    PIN_BUSY, /* another PIN is being checked or set: again in a moment */
    PIN_FAILED, /* the counter could not be made durable, or no memory for the hash */
    PIN_CLOSED /* the program stops */
};

struct pin_answer {
    enum pin_outcome outcome;
    char token[PIN_TOKEN_CHARACTERS + 1]; /* RIGHT */
    enum pin_level level; /* RIGHT */
    int64_t wait_ms; /* WAIT; WRONG: before the next try */
    unsigned tries_left; /* WRONG: until LOCKED */
};

/* Borrowed for the call. Always called from the loop, never from inside pin_try or
 * pin_set, exactly once for each. */
typedef void pin_answer_fn(const struct pin_answer *answer, void *self);

void pin_try(struct pin *pin, const char *name, const char *digits, pin_answer_fn *done,
             void *self);

/* Sets or changes somebody's PIN and level, audited; counter and lock are cleared. Checks
 * before it returns: ERR_INPUT names what is wrong with the name or the digits, ERR_BUSY,
 * ERR_LIMIT; then calls done with RIGHT (without a session) or FAILED. */
bool pin_set(struct pin *pin, const struct pin_person *person, const char *digits,
             const char *who, pin_answer_fn *done, void *self, struct err *err);
/* ERR_ABSENT if there is no such person. Their sessions end. */
bool pin_remove(struct pin *pin, const char *name, const char *who, struct err *err);
bool pin_unlock(struct pin *pin, const char *name, const char *who, struct err *err);
/* In order of name; each returns false to stop. */
bool pin_each(struct pin *pin, bool (*each)(const struct pin_person *person, void *self),
              void *self, struct err *err);

/* ---- sessions ---------------------------------------------------------------- */

struct pin_session {
    char name[PIN_NAME_MAX + 1];
    char who[PIN_NAME_MAX + 8]; /* "staff:li", for journal and audit */
    enum pin_level level;
    int64_t left_ms; /* until it ends by itself */
};

/* True, and the session, if the token is of one that lives. touch: somebody did something
 * in it, its idle time begins anew. */
bool pin_session(struct pin *pin, const char *token, bool touch,
                 struct pin_session *session);
/* The idle time of sessions from now on, and of the open ones; 0: PIN_IDLE_MS. */
void pin_set_idle(struct pin *pin, int64_t idle_ms);
void pin_logout(struct pin *pin, const char *token);

/* Calls when sessions ended by themselves or with their person; one listener. */
void pin_on_end(struct pin *pin, void (*call)(const char *token, void *self), void *self);

#endif
