#ifndef YUELAI_EASEL_INSIDE_H
#define YUELAI_EASEL_INSIDE_H

/* easel_inside: what the easel's own files share. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "print/easel.h"
#include "print/easel_designs.h"

enum {
    EASEL_PATH_MAX = 1024, /* bytes */
    EASEL_PREPARE_MS = 10000,
    EASEL_DRAW_MS = 2000,
    EASEL_HEAP_KIB = 12 * 1024
};

/* The helper's whole environment: its fonts, its font cache, no locale of anybody's. */
struct easel_environment {
    char fonts[EASEL_PATH_MAX + 32], cache[EASEL_PATH_MAX + 32];
    const char *list[5];
};
void easel_environment_make(struct easel_environment *environment, const char *fonts,
                            const char *cache);

/* ERR_BUSY for what passes: no process, memory or descriptor to be had just now. */
enum err_code easel_err_code(int error);

/* ---- designs: easel_designs.c finds them, easel_prepare.c has them prepared ----- */

enum {
    EASEL_NAME_MAX = 63,
    EASEL_ANSWER_MAX = 512,
    EASEL_AT_ONCE_MAX = 3,
    EASEL_TRIES_MAX = 3, /* of what was stopped from outside */
    EASEL_REST_MS = 200, /* before the second try; four times as long before the third */
    EASEL_AGAIN_SOON_MS = 5000, /* after the last of them */
    EASEL_AGAIN_MS = 60000 /* what failed by time or crash may have been bad luck */
};

/* A file as it was looked at. */
struct easel_stamp {
    int64_t changed_ns, bytes;
    uint64_t inode;
};

struct easel_child;

struct easel_design {
    struct easel_designs *designs;
    struct easel_design *next;
    char name[EASEL_NAME_MAX + 1];
    char file[EASEL_FILE_MAX + 1]; /* its name on disk, without what follows a dot */
    bool is_layout;
    struct easel_target target;

    enum easel_design_state state;
    struct easel_stamp stamp; /* of the file that state is about */
    uint64_t key;
    int fd;
    char problem[384];
    int64_t again_ms; /* monotonic; 0: only when the file changes */
    bool made_anew;   /* after it was spoiled */

    struct easel_child *child;
    struct loop_timer *limit;
    struct loop_watch *watch;
    int pipe; /* what the child says, -1: none */
    char answer[EASEL_ANSWER_MAX];
    size_t answer_length;
    bool is_late;
    int64_t began_us;

    int tries;         /* that were stopped from outside, in a row */
    int64_t spent_ms;  /* by them: the limit is one for all */
    struct loop_timer *rest; /* before the next one */
    bool is_resting;
};

struct easel_designs {
    char helper[EASEL_PATH_MAX], dir[EASEL_PATH_MAX], cache[EASEL_PATH_MAX];
    char layouts[EASEL_PATH_MAX]; /* "": none */
    struct easel_environment environment;
    uint64_t fonts_hash;
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    int64_t limit_ms;
    loop_fn *changed;
    void *self;
    struct easel_design *first;
    int count, preparing;
};

void easel_stamp_read(const struct easel_design *design, struct easel_stamp *stamp);
bool easel_stamp_is(const struct easel_stamp *a, const struct easel_stamp *b);
void easel_path_source(const struct easel_design *design, char *path, size_t size);
void easel_path_cached(const struct easel_design *design, char *path, size_t size);

/* READY if the cache has it. */
bool easel_design_open(struct easel_design *design);
/* again_ms: after which it is tried again; 0: when its file has changed. */
void easel_design_refuse(struct easel_design *design, int64_t again_ms,
                         const char *why);
/* Something that is not the design's doing kept it from being prepared: it stays WAITING
 * and is tried again after a rest. False: that was the last try. */
bool easel_design_rest(struct easel_design *design, const char *why);
void easel_on_rest(void *self); /* its timer's callback */
/* Looks at its file: READY, REFUSED, or WAITING until a process is started for it. */
void easel_design_begin(struct easel_design *design);
void easel_designs_tidy(struct easel_designs *designs); /* its cache on disk */
void easel_designs_start(struct easel_designs *designs); /* as many as may run at once */

/* Starts the process. When it ends the design is READY or REFUSED and `changed` is
 * called. */
bool easel_prepare_start(struct easel_design *design, struct err *err);
void easel_prepare_stop(struct easel_design *design); /* kills; calls nothing */

/* ---- the helper: easel.c keeps the queue, easel_helper.c the process ------------- */

struct easel {
    char path[EASEL_PATH_MAX];
    struct easel_environment environment;
    struct easel_designs *designs;
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    int64_t draw_ms;

    struct easel_request *first, **end; /* all that are not answered, in order */
    struct easel_request *drawing;      /* with the helper; still in the list */
    struct easel_design *drawing_design;
    uint64_t number;
    int64_t sent_us;

    struct easel_child *child;
    int socket;
    struct loop_watch *watch;
    bool is_ready, was_ready, is_late; /* was: since its start */
    bool is_renewed;                   /* its end is our wish */
    int32_t heap_kib, heap_limit_kib;  /* as it last said */
    int nice;
    int failures;                      /* starts in a row that came to nothing */
    struct loop_timer *limit;          /* of the start, or of the drawing */
    struct loop_timer *restart, *pump;
};

/* Takes the request out of every list, then tells its owner. */
void easel_finish(struct easel *easel, struct easel_request *request,
                  enum easel_outcome outcome, const char *text);
void easel_fail_all(struct easel *easel, const char *text);
void easel_pump(void *self); /* whatever can be done now */

void easel_start_helper(struct easel *easel);
void easel_hang_up(struct easel *easel);
/* Lets a helper go that has grown too large and has no badge in hand; the next one starts
 * when it has ended. */
void easel_renew(struct easel *easel);
/* Kills the helper; the request with it comes back CRASHED when it has ended. */
void easel_give_up(struct easel *easel, const char *why);
void easel_on_limit(void *self); /* timers' callbacks */
void easel_on_restart(void *self);

#endif
