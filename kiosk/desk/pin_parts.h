#ifndef YUELAI_PIN_PARTS_H
#define YUELAI_PIN_PARTS_H

/* pin_parts: what pin.c (tries), pin_people.c (who there is, kept in settings) and
 * pin_session.c (sessions) share. */

#include "desk/pin.h"
#include "store/seal.h"

enum { PIN_KEY_SIZE = 16 + PIN_NAME_MAX };

/* A PIN that is being checked or set; it owns all it needs on its lane. */
struct pin_work {
    struct task_job job; /* first: the lane knows only this */
    struct pin *pin;
    bool sets; /* hash gets made, else compared */
    bool exists; /* compared: there is such a person */
    char name[PIN_NAME_MAX + 1], who[64];
    char digits[PIN_DIGITS_MAX + 1];
    char hash[SEAL_PIN_TEXT_MAX];
    enum pin_level level;
    int64_t tries; /* counted with this one */
    bool has_run, ok;
    pin_answer_fn *done;
    void *self;
};

/* Replies for when there is no memory for one: more than there are askers at a time
 * (web's streams, kioskctl's clients), so that none is ever answered from inside its call.
 */
enum { PIN_SPARES = 64 };

struct pin_reply { /* waits for the loop's next turn */
    struct pin_answer answer;
    pin_answer_fn *done;
    void *self;
    struct pin_reply *next;
    bool is_spare, is_used; /* one of pin's own */
};

struct pin_throttle {
    char name[PIN_NAME_MAX + 1];
    int64_t at_ms; /* mono, of the last wrong try */
    bool is_used;
};

struct pin_open {
    char token[PIN_TOKEN_CHARACTERS + 1]; /* "" = free */
    char name[PIN_NAME_MAX + 1];
    enum pin_level level;
    int64_t touched_ms; /* mono */
};

struct pin {
    struct pin_setting set;
    struct task_lane *lane;
    struct pin_work *work; /* the one that is out */
    bool is_closing;
    struct pin_reply *replies, spares[PIN_SPARES];
    struct loop_timer *reply_timer, *idle_timer;
    int64_t started_ms; /* mono */
    struct pin_throttle throttles[PIN_PEOPLE_MAX];
    struct pin_open sessions[PIN_SESSIONS_MAX];
    void (*on_end)(const char *token, void *self);
    void *on_end_self;
};

bool pin_is_name(const char *name);
bool pin_is_digits(const char *digits);
/* Wrong tries since the last right one. */
bool pin_read_tries(struct pin *pin, const char *name, int64_t *tries, struct err *err);
bool pin_write_tries(struct pin *pin, const char *name, int64_t tries, struct err *err);
/* hash gets "" if there is no such person. */
bool pin_read_person(struct pin *pin, const char *name, enum pin_level *level,
                     char hash[SEAL_PIN_TEXT_MAX], struct err *err);
bool pin_write_person(struct pin *pin, const struct pin_work *work, struct err *err);

/* A work with its own copies, or NULL; and the only one that is out at a time. */
struct pin_work *pin_make_work(struct pin *pin, const char *name, const char *digits);
void pin_submit(struct pin *pin, struct pin_work *work);

/* Opens a session; of too many the one longest untouched ends. */
void pin_open_session(struct pin *pin, const char *name, enum pin_level level,
                      char token[PIN_TOKEN_CHARACTERS + 1]);
void pin_end_sessions_of(struct pin *pin, const char *name);
void pin_end_idle(void *pin); /* the timer's */

#endif
