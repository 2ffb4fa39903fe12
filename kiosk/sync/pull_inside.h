#ifndef YUELAI_PULL_INSIDE_H
#define YUELAI_PULL_INSIDE_H

/* pull_inside: what the files of the pull family share.
 *
 *     pull_run     which question comes next
 *     pull_list    a question with a list for an answer     pull_orders  the tickets
 *         |  pull_ask: request, retries, page read on the lane
 *         v
 *     pull_write   a page's objects -> a pen (any thread)
 *         |-- pull_slice   on the loop, a little at a time, into the roster in use
 *         '-- pull_build   on the lane, into the roster that is being built
 *     pull_inspect what the page tells of our own deeds: conflicts, badges elsewhere
 *     pull_layouts backgrounds of badges     pull_gone   what is no longer there
 *
 * One request is on its way at a time, and one page is being written; a page that came
 * meanwhile waits. Whatever is on the lane belongs to its job until that is back. */

#include "store/roster_build.h"
#include "sync/pull.h"

enum pull_res {
    PULL_RES_INFO,
    PULL_RES_SESSIONS,
    PULL_RES_EVENT, /* from here to ORDERS: of each event */
    PULL_RES_PRODUCTS,
    PULL_RES_QUESTIONS,
    PULL_RES_LAYOUTS,
    PULL_RES_BADGES, /* which product has which layout */
    PULL_RES_LISTS,
    PULL_RES_REVOKED,
    PULL_RES_BLOCKED,
    PULL_RES_ORDERS,
    PULL_RES_MEDIA,
    PULL_RES_SETTINGS, /* of each event */
    PULL_RES_COUNT
};

enum {
    PULL_PAGES_MAX = 200000,          /* of one question */
    PULL_HELD_MAX = 32 * 1024 * 1024, /* bytes of text of the pages that are kept */
    PULL_MARKS_MAX = 8,
    PULL_FEW = 20 /* under so many tickets, losing half is nothing to ask staff about */
};

/* Pages of one answer, kept until they are written. */
struct pull_page {
    struct pull_page *next;
    struct json *root;
};
struct pull_held {
    struct pull_page *first, *last;
    size_t bytes;
    uint64_t print; /* fingerprint of all their text */
    bool fresh;     /* they are to be written */
    bool delta;     /* only what changed was asked for */
    char modified[64], generated[64];
    int64_t date_ms; /* the server's clock */
};

struct pull_mark {
    char event[ROSTER_KEY_MAX + 1], what[64];
    char value[256];
};

/* Lists on which a second entry is nothing to tell. */
struct pull_several {
    int64_t lists[256];
    unsigned count;
};

/* Kinds of guest of the event's products, as far as they were asked for. */
struct pull_kinds {
    struct pull_kind {
        int64_t product;
        char kind[ROSTER_KEY_MAX + 1];
    } rows[64];
    unsigned count;
};

/* What is being written, and how far that has come. Touches nothing of the pull. */
struct pull_work {
    enum pull_res res;
    char event[ROSTER_KEY_MAX + 1];
    struct pretix_reading reading;
    const struct pen *pen;
    struct roster_build *build; /* NULL: the roster in use */
    struct db *db;              /* NULL while building */
    int64_t own;                /* our device */

    const struct pull_page *page; /* of a list */
    const struct json *item;
    bool begun, whole;              /* whole: what is not in it goes */
    const struct pull_page *badges; /* with products: their layouts */
    const char *(*background)(const char *url, char *name, const void *self);
    const void *background_self;

    struct pretix_batch *batch; /* of orders; the work's own */
    unsigned order, position;
    bool order_begun;
    const struct pull_several *several;
    char (*former)[ROSTER_KEY_MAX + 1]; /* codes of the page before */
    unsigned former_count;

    char (*keys)[ROSTER_KEY_MAX + 1]; /* seen, for `whole` */
    unsigned key_count, key_room;

    struct pull_mark marks[PULL_MARKS_MAX];
    unsigned mark_count;
    int64_t now_ms; /* UTC */
    int64_t tickets, bad;
    char first_bad[256];
};

/* ---- jobs of the lane ----------------------------------------------------- */

enum pull_reading_as { PULL_READ_TREE, PULL_READ_ORDERS };

struct pull_read_job {
    struct task_job job;
    struct pull *pull; /* for done */
    bool out;
    enum pull_reading_as as;
    struct pretix_reading reading;
    char event[ROSTER_KEY_MAX + 1];
    char *body;
    size_t length;
    struct pretix_batch *dead; /* to be freed */

    bool ok;
    struct err err;
    struct json *root;
    struct pretix_batch *batch;
    uint64_t print;
};

enum pull_deed {
    PULL_OPEN,
    PULL_WRITE,
    PULL_FINISH,
    PULL_CLOSE,
    PULL_FILE,
    PULL_LET_GO /* of the former roster */
};

struct pull_build_job {
    struct task_job job;
    struct pull *pull;
    bool out;
    enum pull_deed deed;
    const char *dir; /* PULL_OPEN */
    const struct seal *seal;
    const struct random *random;
    struct roster_build *build;
    struct pull_work *work;
    int64_t complete_ms;
    int former; /* PULL_LET_GO: a descriptor of it */
    char path[4096]; /* PULL_FILE: this text goes there */
    char *body;
    size_t length;

    bool ok;
    struct err err;
};

/* ---- the orders of an event ----------------------------------------------- */

struct pull_orders {
    bool first;         /* not a delta */
    bool sweep;         /* what is not named goes */
    char generated[64]; /* to be stored when all is written */
    char state[128], was_generated[CATALOG_MARK_MAX + 1],
        was_state[CATALOG_MARK_MAX + 1];
    char datetime[64];     /* of the last order written */
    char since[80];        /* created_since or modified_since */
    char series_after[80]; /* subevent_after; "" = no series */
    unsigned pages, written;
    struct pretix_batch *waiting; /* read, not yet being written */
    bool no_more;                 /* the last page was read */
    int64_t *seen;                /* positions, for `sweep` */
    size_t seen_count, seen_room;
    int64_t tickets; /* of this event, in this run */
    char (*former)[ROSTER_KEY_MAX + 1];
    unsigned former_count;
};

struct pull_gone {
    bool counting;           /* first: how many would go */
    int64_t after, stay, go; /* ticket row */
    char event[ROSTER_KEY_MAX + 1];
    const int64_t *kept; /* sorted positions that stay */
    size_t kept_count;
    bool whole_event;
    void (*done)(struct pull *);
};

struct pull {
    struct pull_setting set;
    char *layouts;
    struct pull_status status;
    void (*info_call)(const struct pull_info *, void *self);
    void *info_self;
    bool believed, distrust; /* distrust: fetch all anew in the next run */
    bool with_cancelled;     /* positions are asked for: there are media */
    bool no_build;           /* an event that is gone there must stay here */

    /* a run */
    bool running, ending, anew, building, first_load, swapped, no_orders;
    bool pictured;       /* the event's backgrounds are there */
    unsigned catalog_at; /* what of the event's catalog is written */
    char events[ACCOUNT_EVENTS_MAX][ROSTER_KEY_MAX + 1];
    bool vanished[ACCOUNT_EVENTS_MAX], series[ACCOUNT_EVENTS_MAX];
    unsigned count, at;
    enum pull_res res;
    bool listed; /* the event that did not answer is among the device's */
    void (*done)(enum api_result result, void *self);
    void *done_self;
    enum api_result result;
    int64_t began_ms, tickets_before, tickets;
    bool changed;

    /* a question */
    struct api_call call;
    char url[API_URL_MAX + 1], if_modified_since[64];
    int tries;
    int64_t silent_since_ms; /* mono; 0 = not silent */
    struct loop_timer *again;
    void (*heard)(struct pull *);
    bool unchanged;
    unsigned pages;
    struct pull_read_job read;
    struct pull_held held[PULL_RES_COUNT];
    struct pull_orders orders;
    struct pull_several several; /* of the event */
    struct pull_kinds kinds;

    /* what is being written */
    struct pull_work work;
    bool writing;
    void (*wrote)(struct pull *);
    struct loop_timer *slice;
    unsigned slices;
    struct task_lane *lane, *readers; /* writing; reading pages */
    struct pretix_batch *dead; /* written: freed on the lane, it costs a millisecond */
    struct pull_build_job build;
    void (*built)(struct pull *);
    struct pull_gone gone;
    void (*all_gone)(struct pull *);

    /* events of an organiser that the station has left */
    struct loop_timer *forget;
    bool forgetting;
    void (*forgot)(void *self);
    void *forgot_self;

    /* backgrounds */
    struct wire_request picture;
    bool picture_open, pictures_whole;
    char picture_url[2048], picture_name[32];
    const struct pull_page *picture_page;
    const struct json *picture_item;
    char (*pictures)[32]; /* file names in use */
    unsigned picture_count;
};

/* ---- pull.c, pull_run.c --------------------------------------------------- */

/* Ends the run; done is called when nothing is out any more. Twice: the first counts.
 */
void pull_end(struct pull *self, enum api_result result, const char *text);
void pull_try_end(struct pull *self); /* a job came back while the run ends */
void pull_suspect(struct pull *self, const char *text);
void pull_note_bad(struct pull *self, int64_t bad, const char *first);
void pull_say_changed(struct pull *self);
/* The value of a mark, "" where all is to be fetched anew. */
const char *pull_mark(struct pull *self, const char *event, const char *what,
                      char value[CATALOG_MARK_MAX + 1]);
const char *pull_event(const struct pull *self); /* whose turn it is */
void pull_begin(struct pull *self);              /* the first question */
void pull_next(struct pull *self);               /* the next one */
void pull_forget_held(struct pull_held *held);
/* A question that failed for good. */
void pull_failed(struct pull *self, enum api_result result, const char *text);

/* ---- pull_ask.c ----------------------------------------------------------- */

/* self->url is asked; `heard` is called with self->read's tree or batch, or
 * `unchanged`; what fails goes to pull_failed. */
void pull_ask(struct pull *self, enum pull_reading_as as, void (*heard)(struct pull *));
void pull_on_again(void *self); /* the timer: what self->url says is asked */
/* What came is not to be believed: once more, or pull_failed. */
void pull_ask_again(struct pull *self, enum api_result result, const char *text);
/* "/api/v1/organizers/{o}/" and more, to self->url. */
bool pull_address(struct pull *self, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds a pair unless one of that name (every: that very pair) is there. */
bool pull_query(struct pull *self, const char *name, const char *value, bool every);
/* A page's `next`, put at home: false if it is none of this server's. */
bool pull_follow(struct pull *self, const char *next);
bool pull_is_older(const char *generated, const char *than);

/* ---- pull_list.c ---------------------------------------------------------- */

void pull_list_begin(struct pull *self);
/* The held pages of `res` are written, then the next question comes. */
void pull_list_write(struct pull *self, enum pull_res res);
bool pull_list_is_optional(enum pull_res res);
void pull_settings_marks(const struct json *object, struct pull_work *work);

/* ---- pull_orders.c -------------------------------------------------------- */

void pull_orders_begin(struct pull *self);
void pull_orders_finish(struct pull_orders *orders);
/* pull_kinds.c: the kind of those that the page says nothing of. */
void pull_kinds_fill(struct pull *self, struct pretix_batch *batch);
/* A first load that cannot go on: true if what is there is being kept. */
bool pull_orders_keep(struct pull *self, enum api_result result, const char *text);

/* ---- pull_write.c --------------------------------------------------------- */

void pull_work_mark(struct pull_work *work, const char *event, const char *what,
                    const char *value);
/* One object; *done: there is none left. */
bool pull_work_step(struct pull_work *work, bool *done, struct err *err);
/* What goes, and the marks. */
bool pull_work_end(struct pull_work *work, struct err *err);
void pull_work_finish(struct pull_work *work);
/* self->work, in slices or on the lane; wrote is called once all of it is written. */
void pull_write(struct pull *self, void (*wrote)(struct pull *));

/* ---- pull_slice.c, pull_build.c ------------------------------------------- */

void pull_slice_start(struct pull *self);
void pull_on_slice(void *self);
int64_t pull_slice_us(const struct pull *self);
void pull_build_do(struct pull *self, enum pull_deed deed,
                   void (*built)(struct pull *));
/* Whether this run may build a roster beside the one in use. */
bool pull_may_build(struct pull *self, bool *first_load, struct err *err);
/* whole: all of it is there. Then swaps it in and ends the run. */
void pull_build_swap(struct pull *self, bool whole, enum api_result result,
                     const char *text);

/* ---- pull_inspect.c ------------------------------------------------------- */

/* What a position tells of a ticket that our journal and spool know: within a
 * transaction. Sets `ours` of our own check-ins. */
bool pull_inspect(struct db *db, const struct pull_work *work, unsigned position,
                  struct err *err);
/* The same for a whole page, in a transaction of its own: while building. */
bool pull_inspect_page(struct pull *self, struct err *err);

/* ---- pull_layouts.c ------------------------------------------------------- */

void pull_pictures_begin(struct pull *self); /* then pull_next */
void pull_pictures_clean(struct pull *self);
void pull_pictures_stop(struct pull *self);
const char *pull_picture_name(const char *url, char *name, const void *self);

/* ---- pull_gone.c ----------------------------------------------------------- */

void pull_gone_ask(struct pull *self, enum api_result result, const char *text);
/* Tickets of the event whose position is not among the sorted ones go, in slices. */
void pull_sweep(struct pull *self, const char *event, const int64_t *kept, size_t count,
                void (*done)(struct pull *));
void pull_gone_slice(struct pull *self);
/* Events that are not asked for any more, or vanished; then done. */
void pull_gone_events(struct pull *self, void (*done)(struct pull *));
void pull_on_forget(void *self);
/* False: there is nothing to forget; else pull_begin is called again once it is gone. */
bool pull_forgets(struct pull *self);
/* Rows of that event wait for the server. */
bool pull_event_waits(struct pull *self, const char *event);

#endif
