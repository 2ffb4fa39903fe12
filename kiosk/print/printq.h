#ifndef YUELAI_PRINTQ_H
#define YUELAI_PRINTQ_H

/* printq: takes the spool's jobs to paper and finds out whether they got there.
 *
 * The states are drawn in store/spool.h; this file's .c owns the steps. One job in
 * flight a printer; a job's printer is chosen when it is drawn. Work is found in the
 * database at the start, when poked and every second, so a lost poke costs a second and
 * a restart loses nothing: SENDING becomes UNKNOWN, SENT is looked up at the spooler by
 * job name, DRAWN is drawn again under the same issue. The spooler's own restart leaves
 * UNCERTAIN what was in it, but for queues behind drivers/backend_once.h: there the
 * backend's word holds, and a job that was lost is sent again under its issue.
 *
 * Every wait has a deadline of ours; a printer that says nothing is a reason on the
 * screen, never a hang. One that let a job run over its deadline is in PRINTQ_TROUBLE
 * ("no label within 15 s") and heals by itself: it rests 15 s, 30 s, 60 s … 5 min (1 min
 * if no other printer is well), then its queue is asked, and if that is idle, accepting
 * and without complaint the printer is on trial: well, but the last to be chosen, until a
 * label comes out of it or it hangs again. A test label that comes out ends the trouble
 * at once; so do staff who set it aside and take it back. Meanwhile jobs go to other
 * printers that serve them. A job that has had a try lets those go first that have had
 * none. */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "print/easel.h"
#include "print/profile.h"
#include "printer.h"
#include "random.h"
#include "store/spool.h"
#include "str.h"
#include "task.h"

struct db;
struct printq;

enum { PRINTQ_PRINTERS_MAX = 8, PRINTQ_NAME_MAX = 63 };

struct printq_printer { /* one of the configuration */
    char name[PRINTQ_NAME_MAX + 1]; /* "left" */
    char uri[256]; /* "cups:QUEUE" */
    char server[256]; /* CUPS server, "" = default */
    char design[64]; /* of badges on this printer's labels */
    bool server_layouts; /* those of the ticketing server come first, where it has one */
    char kinds[256]; /* kinds of guest it serves, "" = all */
    struct profile profile; /* loaded by profile name */
};

enum printq_health {
    PRINTQ_READY,
    PRINTQ_PRINTING,
    PRINTQ_TROUBLE, /* reasons or text say which; waiting jobs go on when it is mended */
    PRINTQ_UNREACHABLE, /* the spooler or the queue does not answer */
    PRINTQ_DRAINED /* set aside by staff */
};

/* What is wrong, for whoever can mend it. */
enum printq_problem {
    PRINTQ_NO_PROBLEM,
    PRINTQ_NO_QUEUE, /* the spooler has no queue of that name */
    PRINTQ_NO_SPOOLER, /* CUPS does not run */
    PRINTQ_SILENT, /* CUPS runs and does not answer */
    PRINTQ_WRONG_DRIVER, /* the queue cannot be right for the profile */
    PRINTQ_PAUSED, /* the queue is stopped */
    PRINTQ_REJECTING, /* the queue takes no jobs */
    PRINTQ_LABELS,
    PRINTQ_COVER,
    PRINTQ_JAM,
    PRINTQ_RIBBON,
    PRINTQ_OFFLINE, /* the queue does not reach its printer */
    PRINTQ_FILTER, /* the queue's driver does not work */
    PRINTQ_HUNG, /* no label within the deadline */
    PRINTQ_REFUSED, /* it refused or gave up a job, and rests */
    PRINTQ_OTHER_PROBLEM,
    PRINTQ_PROBLEM_COUNT
};

const char *printq_health_name(enum printq_health health); /* "ready" … */
const char *printq_problem_name(enum printq_problem problem); /* "no-queue" …, "" = none */

/* FEED_PRINTER */
struct printq_status {
    unsigned number;
    char name[PRINTQ_NAME_MAX + 1];
    char uri[256];
    char profile[64];
    enum printq_health health;
    enum printq_problem problem;
    unsigned reasons; /* enum printer_reason */
    char text[PRINTER_TEXT_MAX + 1]; /* the printer's own words, or ours */
    int64_t job; /* spool id in flight, 0 = none */
    int64_t printed; /* since the start */
    int64_t median_ms; /* queued to printed, of the last ones; 0 = not known yet */
    int64_t next_try_ms; /* UTC, when one that refused or hung is looked at again; 0 = it
                            does not rest */
    bool on_trial; /* it hung, looks well again, and has printed nothing yet */
};

/* The ticketing server has a layout for this guest's badge: a printer with server_layouts
 * draws that, unless the row names a design. */
bool printq_has_layout(struct db *db, const struct spool_job *job, bool *has,
                       struct err *err);

/* What to do about its problem, in English, with the command where one helps; "" if there
 * is none. Returns `to`. */
const char *printq_advice(const struct printq_status *status, char *to, size_t size);
/* Nothing would come out of it now. One that was not heard of yet is not down. */
bool printq_is_down(const struct printq_status *status);
/* True if no printer could print a badge now, or there is none; `text` (emptied first) then
 * says what is the matter with which, and what to do. */
bool printq_none_works(const struct printq *printq, struct str *text);
/* "cups:QUEUE" -> "QUEUE"; "" if it is no CUPS queue. */
const char *printq_queue_of(const struct printq_status *status);

/* Who draws: the easel, or whoever a simulation puts here. `draw` has easel_draw's
 * contract: the request comes back through its `done`, later, once. `warm` is told of each
 * printer's design when the queue is made, so that the first guest need not wait for it;
 * NULL: nobody cares. */
struct printq_artist {
    void (*draw)(struct easel_request *request, void *self);
    void *self;
    void (*warm)(const char *design, const struct easel_target *target, void *self);
};

struct printq_artist printq_easel(struct easel *easel);

struct printq_setting {
    const struct printq_printer *printers;
    unsigned count;
    const struct printer_driver *const *drivers; /* ends with NULL */
    const struct encoder *const *encoders; /* ends with NULL */
    struct db *db;
    struct printq_artist artist;
    const struct random *random; /* nonces of the outbox */
    const struct loop *loop;
    const struct task *task;
    const struct clock *clock;
    const struct log *log;
    struct feed *feed; /* publishes FEED_JOB and FEED_PRINTER; a FEED_SCAN is a poke */
    const char *layouts; /* directory: the server's backgrounds, and what is made of its
                            layouts for the artist; NULL: none */
    const char *station; /* letters */
    int64_t deadline_ms; /* a job's, from SENDING to its end, without the time in which
                            the printer says what it wants; 0 = 15000 */
};

bool printq_create(const struct printq_setting *setting, struct printq **printq,
                   struct err *err);
/* Waits for requests to printers that are out (their deadlines are short); a drawing that
 * is out may come back later. Takes NULL. */
void printq_destroy(struct printq *printq);

/* There may be work. */
void printq_poke(struct printq *printq);

/* What happened with a job, oldest line first: its steps, what the spooler said of it and
 * of the printer. The last lines of the last jobs that are not printed are kept, in
 * memory. Returns how many there were. */
enum { PRINTQ_TRACE_LINES = 64 };
unsigned printq_trace(const struct printq *printq, int64_t job,
                      void (*each)(int64_t at_ms, const char *text, void *self),
                      void *self);

/* Badges that were printed with a text under its design's floor, or without a letter that
 * no face has: the newest first, the last ones since the start (the audit has all, as
 * "badge-text"). Returns how many `to` was filled with. */
enum { PRINTQ_MISFITS_MAX = 16 };
struct printq_misfit {
    int64_t job, at_ms; /* spool id, UTC */
    char ref[ROSTER_REF_MAX + 1];
    char slots[160]; /* "name, organisation lacks 2 letters" */
};
unsigned printq_misfits(const struct printq *printq,
                        struct printq_misfit to[PRINTQ_MISFITS_MAX]);

/* Queues a FAILED or UNCERTAIN job again under the next issue. */
bool printq_retry(struct printq *printq, int64_t job, const char *who, struct err *err);

/* A label with frame, ruler and QR on printer `number`, outside the spool. It is watched
 * to its end as a badge is: one that comes out (with evidence) ends the printer's
 * trouble, one that does not within the deadline is taken back and is trouble. */
bool printq_test(struct printq *printq, unsigned number, struct err *err);

/* Staff set a printer aside, or take it back; kept over a restart, by its name. */
bool printq_drain(struct printq *printq, unsigned number, bool drained,
                  struct err *err);

/* Other printers from now on, known by their names. One that is the same is not touched;
 * one that changes or is no longer named takes no new job and turns when it is idle, so
 * the job in flight ends as it began. Fails if one could not be taken; the others are. */
bool printq_configure(struct printq *printq, const struct printq_printer *printers,
                      unsigned count, struct err *err);
bool printq_same_printer(const struct printq_printer *a,
                         const struct printq_printer *b);
/* How its badges are put onto its head. */
struct easel_target printq_target(const struct printq_printer *printer);
/* It prints badges of this kind of guest. */
bool printq_serves(const struct printq_printer *printer, const char *kind);
/* It still finishes a job before it changes or goes. */
bool printq_is_leaving(const struct printq *printq, const char *name);
void printq_set_deadline(struct printq *printq, int64_t deadline_ms); /* 0 = 15000 */

/* Places, empty ones included: an empty one's status has no name. */
unsigned printq_count(const struct printq *printq);
void printq_status(const struct printq *printq, unsigned number,
                   struct printq_status *status);

#endif
