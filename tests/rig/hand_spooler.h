#ifndef YUELAI_HAND_SPOOLER_H
#define YUELAI_HAND_SPOOLER_H

/* hand_spooler: a print service and its printers, in memory, on a loop turned by hand.
 * A printer driver of the scheme "hand" ("hand:left") whose faults are switches. It
 * keeps what came out on paper, which nothing but paper can tell.
 *
 *     SUBMIT -> waiting -> printing (print_ms) -> completed, and one more sheet
 *
 * One at a time is the present one: hand_spooler_use says which. */

#include "hand_loop.h"
#include "printer.h"

enum { HAND_QUEUES_MAX = 4, HAND_JOBS_MAX = 512, HAND_PAPER_MAX = 512 };

struct hand_job {
    char name[PRINTER_JOB_NAME_MAX + 1];
    struct hand_queue *queue;
    enum printer_job_state state;
    bool started;
    enum printer_once once;
    int64_t left_ms; /* of printing */
};

struct hand_queue {
    char name[32]; /* "" = free */
    struct hand_spooler *spooler;
    enum printer_state state;
    bool accepting;
    unsigned reasons;
    int64_t print_ms;                /* how long a label takes */
    bool hangs;                      /* takes jobs and does not print them */
    bool denies;                     /* refuses every document by word */
    bool aborts;                     /* gives up each job it has begun */
    bool drops;                      /* gives up each job before it begins it */
    bool guarded;                    /* a backend lets each job through once … */
    bool away;                       /* … and finds no printer to give a byte to */
    int64_t ends_ms;                 /* how long it takes to end when it is cancelled */
    struct hand_job *ending;         /* cancelled, its backend still runs … */
    int64_t ending_ms;               /* … for so long */
    struct printer_request *request; /* the question that is out */
    struct loop_timer *reply;
};

struct hand_spooler {
    struct hand_loop *loop;
    uint64_t epoch;
    bool silent;      /* answers nothing: UNKNOWN at the deadline */
    bool refuses;     /* no connection: REFUSED, UNKNOWN for questions */
    bool keeps_reply; /* takes the next job, and does not say so; once */
    bool swallows;    /* does not take the next job, and does not say so; once */
    bool doubles;     /* prints every label twice */
    bool lies;        /* says "completed" and prints nothing */
    struct hand_queue queues[HAND_QUEUES_MAX];
    struct hand_job jobs[HAND_JOBS_MAX];
    unsigned job_count;
    char paper[HAND_PAPER_MAX][PRINTER_JOB_NAME_MAX + 1];
    unsigned paper_count;
    struct loop_timer *tick;
};

extern const struct printer_driver hand_driver;

void hand_spooler_init(struct hand_spooler *spooler, struct hand_loop *loop);
void hand_spooler_finish(struct hand_spooler *spooler);
void hand_spooler_use(struct hand_spooler *spooler);

/* The queue of that name; made if it is not there. */
struct hand_queue *hand_spooler_queue(struct hand_spooler *spooler, const char *name);

/* Killed and started again: another epoch; what was printing begins anew, but at a guarded
 * queue, where the first run ends it (`jobs_lost`: and forgets them all). */
void hand_spooler_restart(struct hand_spooler *spooler, bool jobs_lost);

/* Sheets of paper with that job's name on them. */
unsigned hand_spooler_copies(const struct hand_spooler *spooler, const char *job_name);

#endif
