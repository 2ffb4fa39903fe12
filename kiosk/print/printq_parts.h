#ifndef YUELAI_PRINTQ_PARTS_H
#define YUELAI_PRINTQ_PARTS_H

/* printq_parts: what the printq family shares; nobody else includes it.
 *
 *     printq.c          built, torn down, what others ask of it, test labels
 *     printq_turn.c     finds work in the spool and chooses a printer for it
 *     printq_lane.c     one printer: its questions to the driver
 *     printq_health.c   how it is: rests, trials, and what is told of it
 *     printq_draw.c     QUEUED -> DRAWN -> SENDING -> SENT
 *     printq_layout.c   which design a job is drawn with
 *     printq_misfit.c   badges whose texts are not as their design wants them
 *     printq_change.c   other printers while people come in
 *     printq_watch.c    SENT -> PRINTED, FAILED, UNCERTAIN; deadline, cancel, find
 *     printq_words.c    names, problems and advice
 *     printq_trace.c    what happened with a job, line by line
 *     printq_write.c    every step as one transaction, and what is told of it
 *
 * A lane is a printer with at most one job in flight:
 *
 *     IDLE -> DRAWING -> READY -> SENDING -> WATCHING -> IDLE
 *       |                            '-> FINDING <-'  ^
 *       '--- after a restart ---------------^---------'
 *
 * Its timer asks the next question: every 100 ms while a job is in flight, every few
 * seconds when idle. A decision that could not be written (disk full) is not taken: the
 * same question brings the same answer again, and it is tried anew. */

#include "print/printq.h"
#include "store/badgekey.h"
#include "str.h"

enum {
    DEADLINE_MS = 15000,
    SUBMIT_MS = 5000, /* deadlines of single questions */
    QUESTION_MS = 3000,
    POLL_MS = 100, /* between questions while a job is in flight */
    PROBE_MS = 3000, /* when idle and well */
    PROBE_SOON_MS = 1000, /* when something is wrong */
    FIND_MS = 500,
    CANCEL_MS = 5000, /* how long a cancelled job may take to end */
    REST_MS = 5000, /* a printer that refused or hung rests; doubled up to REST_MAX_MS */
    REST_MAX_MS = 60000,
    QUARANTINE_MAX_MS = 300000, /* of one that hung, while another printer is well */
    STALE_MS = 2000, /* before a printer in trouble is tried all the same */
    CONNECTING_MS = 2000, /* "connecting" is no trouble for so long */
    DRAWS_MAX = 3, /* drawings that the helper did not survive */
    TRIES_MAX = 3, /* automatic ones of a job, before a person decides */
    TOOK_MAX = 32,
    TURN_MS = 1000,
    TURN_JOBS_MAX = 200,
    LAYOUTS_MAX = 32,
    LAYOUT_MORE_MAX = 8 * 1024 /* bytes that a layout adds to a guest's fields */
};

/* What keeps a printer from printing until somebody comes. */
enum {
    HOPELESS = PRINTER_NO_QUEUE | PRINTER_WRONG_DRIVER, /* nothing is sent there */
    BLOCKING = HOPELESS | PRINTER_MEDIA_EMPTY | PRINTER_MEDIA_JAM | PRINTER_COVER_OPEN |
               PRINTER_OFFLINE | PRINTER_PAUSED | PRINTER_SUPPLY_EMPTY |
               PRINTER_FILTER_FAILED
};

enum lane_phase {
    LANE_IDLE,
    LANE_DRAWING, /* the artist has it */
    LANE_READY, /* drawn; waits for the driver to be free */
    LANE_SENDING, /* SUBMIT is out */
    LANE_WATCHING, /* the spooler has it */
    LANE_FINDING /* who knows: the spooler is asked by the job's name */
};

/* A drawing that is asked for. It owns what the artist borrows, and outlives its lane if
 * that goes while the drawing is out. */
struct printq_art {
    struct easel_request request;
    struct printq_lane *lane; /* NULL: nobody waits for it any more */
    char design[ROSTER_KEY_MAX + 1], qr[BADGECODE_SIGNED_MAX + 1],
        fields[SPOOL_FIELDS_MAX + LAYOUT_MORE_MAX + 1];
};

/* A server's layout that has been made a file of. */
struct printq_layout {
    char design[ROSTER_KEY_MAX + 1];
    uint64_t print; /* of what is in it */
};

struct printq_lane {
    struct printq *printq;
    unsigned number;
    struct printq_printer spec;
    bool gone; /* no printer is here */
    bool leaving; /* it changes, or goes, when it is idle … */
    struct printq_printer *next; /* … to this; NULL = it goes */
    const struct printer_driver *driver;
    struct printer *printer;
    const struct encoder *encoder;
    struct easel_target target;
    struct encoder_setting setting;
    struct loop_timer *timer;

    /* what is known of the printer */
    bool heard; /* any answer has come, or failed to */
    bool known; /* it answered the last question */
    bool drained;
    enum printer_state queue;
    bool accepting;
    bool guarded; /* its backend lets each job through once */
    unsigned reasons;
    char text[PRINTER_TEXT_MAX + 1];
    uint64_t epoch;
    int64_t connecting_ms; /* monotonic, since when; 0 = not */
    int64_t rest_until_ms, rest_ms; /* after a refusal or a job that ran out of time */
    int64_t rest_until_utc_ms; /* the same, for people */
    bool hung; /* it let a job run out of time and has shown no sign of life since */
    bool trial; /* it has shown one, but no label yet */
    int64_t used_ms; /* monotonic, when it last took or gave back a job */

    /* the job in flight */
    enum lane_phase phase;
    bool testing; /* it is a test label, which is in no row */
    bool voided; /* a later issue took its place */
    struct spool_job job;
    char job_name[PRINTER_JOB_NAME_MAX + 1];
    int64_t queued_ms; /* UTC, since when it has waited */
    int64_t left_ms, looked_ms; /* of the deadline; monotonic moment of the last look */
    bool started, cancelled;
    int64_t began_s; /* when the spooler last handed it over, as far as it was seen */
    bool resent;     /* it did so twice, or is about to */
    bool overdue; /* it ran out of time */
    char seen[128]; /* what the last look saw */
    unsigned absent; /* times it was not found, one after the other */
    struct str document;

    struct printq_art *art;
    bool art_out;
    struct printer_request ask;
    bool ask_out;

    int64_t printed, took_ms[TOOK_MAX];
    unsigned took_count;
    struct printq_status told;
};

struct printq {
    struct printq_setting set;
    struct printq_lane lanes[PRINTQ_PRINTERS_MAX];
    unsigned count;
    struct loop_timer *turn, *change;
    struct printq_traces *traces;
    bool closing;
    int64_t tests;
    struct printq_misfit misfits[PRINTQ_MISFITS_MAX]; /* a ring */
    unsigned misfit_count; /* ever */
    struct printq_layout layouts[LAYOUTS_MAX]; /* since the start */
    unsigned layout_count;
};

static inline int64_t
printq_mono_ms(const struct printq *printq)
{
    return clock_mono_ms(printq->set.clock);
}

/* ---- printq_misfit.c: a badge's texts are not as its design wants them ---- */
void printq_misfit(struct printq *printq, const struct spool_job *job,
                   const char *slots);

/* ---- printq_turn.c ---- */
void printq_turn(void *self); /* loop_fn */
void printq_turn_soon(struct printq *printq);
/* Could it take a job now? `clean`: and nothing is wrong with it. */
bool printq_lane_free(const struct printq_lane *lane);
bool printq_lane_clean(const struct printq_lane *lane);
/* Another printer that could print this job at once. */
bool printq_has_other(const struct printq_lane *lane);
bool printq_other_is_well(const struct printq_lane *lane); /* whatever it serves */

/* ---- printq_lane.c ---- */
bool printq_lane_open(struct printq_lane *lane, const struct printq_printer *spec,
                      struct err *err);
void printq_lane_close(struct printq_lane *lane);
bool printq_lane_keep_drained(struct printq_lane *lane, bool drained, struct err *err);
void printq_lane_ask(struct printq_lane *lane, enum printer_op op);
void printq_lane_later(struct printq_lane *lane, int64_t ms);
/* The job has left this printer. */
void printq_lane_leave(struct printq_lane *lane);

/* ---- printq_change.c ---- */
void printq_change(void *self); /* loop_fn */

/* ---- printq_health.c ---- */
/* It refused, or gave a job up: it rests, longer each time. */
void printq_lane_rest(struct printq_lane *lane, const char *why);
void printq_lane_back_off(struct printq_lane *lane);
bool printq_lane_rests(const struct printq_lane *lane);
/* The job in flight ran out of time. When it has left, the printer rests. */
void printq_lane_hang(struct printq_lane *lane);
/* The queue has answered: is one that hung worth a trial? */
void printq_lane_probe(struct printq_lane *lane);
void printq_lane_mended(struct printq_lane *lane); /* a label came out of it */
void printq_lane_tell(struct printq_lane *lane); /* FEED_PRINTER, if something changed */
void printq_lane_status(const struct printq_lane *lane, struct printq_status *status);

/* ---- printq_words.c ---- */
enum printq_problem printq_lane_problem(const struct printq_lane *lane);
/* "media-empty cover-open"; returns `to`. */
const char *printq_reasons_text(unsigned reasons, char *to, size_t size);

/* ---- printq_trace.c ---- */
struct printq_traces *printq_traces_create(void); /* NULL: no memory */
void printq_traces_destroy(struct printq_traces *traces);
void printq_note(struct printq *printq, int64_t job, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void printq_note_look(struct printq_lane *lane); /* if it saw anything new */
void printq_trace_log(const struct printq *printq, int64_t job);
void printq_trace_drop(struct printq *printq, int64_t job);

/* ---- printq_layout.c ---- */
/* Fills in the art's design and fields. */
void printq_layout_choose(struct printq_lane *lane, const struct spool_job *job);

/* ---- printq_draw.c ---- */
void printq_draw(struct printq_lane *lane, const struct spool_job *job);
bool printq_draw_test(struct printq_lane *lane, struct err *err);
void printq_art_free(struct printq_lane *lane); /* now, or when it comes back */
void printq_send(struct printq_lane *lane); /* READY, and the driver is free */
void printq_sent(struct printq_lane *lane); /* SUBMIT has come back */

/* ---- printq_watch.c ---- */
void printq_recover(struct printq_lane *lane, const struct spool_job *job);
void printq_watch(struct printq_lane *lane); /* the timer: asks the next question */
void printq_looked(struct printq_lane *lane); /* its answer has come */

/* ---- printq_write.c ---- */
enum printq_wrote {
    PRINTQ_WROTE,
    PRINTQ_NOT, /* the disk would not have it: nothing is written */
    PRINTQ_GONE /* the row has gone another way; the job is not ours any more */
};

/* Writes the job's new state, with the steps between if there are any, in one
 * transaction, with an outbox row if it is PRINTED; tells FEED_JOB. `again`: and queues
 * it under the next issue. The job changes only if it was written. */
enum printq_wrote printq_write(struct printq *printq, struct spool_job *job,
                               enum spool_state to, const char *why, bool again);
/* Counts an automatic try in the job, which the next write keeps; false if there have
 * been TRIES_MAX. */
bool printq_may_try(struct spool_job *job);
bool printq_was_tried(const struct spool_job *job);

#endif
