#ifndef YUELAI_SYNC_PARTS_H
#define YUELAI_SYNC_PARTS_H

/* sync_parts: what the files of the sync family share.
 *
 *     sync.c         life, the tick, what others ask
 *     sync_link.c    each exchange is noted: reach, clock, revocation; probes
 *     sync_run.c     upload -> update -> selection -> events -> download
 *     sync_events.c  which events; what the server selects
 */

#include "store/given.h"
#include "sync/sync.h"

enum {
    SYNC_TICK_MS = 1000,
    SYNC_UPLOAD_WAIT_MS = 15 * 1000, /* a run's download does not wait longer */
    SYNC_AGAIN_MS = 30 * 1000, /* after a run that failed, twice as long each time */
    SYNC_SELECT_MS = 60 * 1000,
    SYNC_WAITERS_MAX = 8,
    SYNC_PATH_MAX = 511
};

enum sync_step {
    SYNC_IDLE,
    SYNC_UPLOAD,
    SYNC_UPDATE,
    SYNC_SELECT,
    SYNC_EVENTS,
    SYNC_PULL
};

struct sync_waiter {
    void (*done)(bool ok, void *self);
    void *self;
};

struct sync_slug {
    char text[ROSTER_KEY_MAX + 1];
};

struct sync {
    struct sync_setting set;
    char layouts[SYNC_PATH_MAX + 1];
    struct account account;
    struct api_client api;
    struct reach reach;
    struct enrol *enrol;
    struct online *online;
    struct push *push;
    struct pull *pull;
    struct loop_timer *tick;
    bool started;
    unsigned ticks;
    int64_t push_due_ms; /* mono */

    /* sync_link */
    bool heard, published, published_up, failed;
    int64_t offline_since_ms, heard_ms, clock_apart_ms;
    int64_t noted_ms; /* mono: the last exchange, good or bad */
    char trouble[256];
    struct api_call probe;
    bool probing;
    int64_t probe_due_ms;
    unsigned probe_failures;

    /* sync_run */
    enum sync_step step;
    int64_t step_began_ms, due_ms; /* mono */
    bool full, full_wanted;
    unsigned failures;
    struct sync_waiter waiters[SYNC_WAITERS_MAX];
    unsigned waiter_count;
    struct api_call call;
    bool calling;
    struct loop_timer *next; /* goes on with a run, not from inside a callback */
    struct given_taken given; /* answers that the download that is on should bring */

    /* sync_events */
    struct sync_slug configured[ACCOUNT_EVENTS_MAX];
    struct sync_slug role_events[ACCOUNT_EVENTS_MAX];
    struct sync_slug live[ACCOUNT_EVENTS_MAX];
    unsigned configured_count, role_count, live_count;
    unsigned pages; /* of the list of events */
    struct role_list current;
    struct sync_selection selection; /* event "" = none */
    int64_t select_due_ms;           /* mono */
    struct api_call select;
    bool selecting;
    void (*on_selection)(const struct sync_selection *, void *self);
    void *on_selection_self;

    bool old;
    char organizer[64], url[ACCOUNT_URL_MAX + 1]; /* whose events the copy has */
    void (*on_change)(void *self);
    void *on_change_self;
};

void sync_changed(struct sync *sync);
bool sync_may(const struct sync *sync); /* ask the server anything at all */

/* ---- sync_link.c */

/* reached: online has told reach already. call NULL: a deadline was over. */
void sync_note(struct sync *sync, const struct api_call *call, bool reached);
void sync_seal(struct sync *sync);
void sync_tell_link(struct sync *sync);
void sync_probe(struct sync *sync); /* if it is time for one */
void sync_probe_stop(struct sync *sync);

/* ---- sync_run.c */

void sync_run(struct sync *sync, bool full); /* unless one is on */
void sync_run_tick(struct sync *sync);
void sync_run_stop(struct sync *sync);
void sync_go_on(void *self); /* the next step */

/* ---- sync_events.c */

/* Slugs to download, into `slugs`; 0: they have to be asked for first. */
unsigned sync_choose_events(struct sync *sync, const char **slugs);
bool sync_ask_events(struct sync *sync); /* false: cannot be asked */
/* Asks what the server selects, and tells; goes on with the run if it is one's step. */
void sync_select(struct sync *sync);
void sync_select_stop(struct sync *sync);

#endif
