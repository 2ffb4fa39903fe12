#ifndef YUELAI_COMMAND_H
#define YUELAI_COMMAND_H

/* command: what programs and people can ask of a station, as one table.
 *
 *     kioskctl --socket--> control --\
 *                                     +--> command_run(request) --> lines back
 *     kioskctl, no daemon, lock held -/
 *
 * A request is a name and named texts; its answer is any number of progress lines and
 * then exactly one result or error, each a JSON object:
 *
 *     {"progress":{"rows":1200,"of":3500}}
 *     {"result":{…}}      {"error":{"code":"absent","text":"ticket …: no such ticket"}}
 *
 * The same table tells kioskctl what to accept, what to say in --help and how to show a
 * result to people, so a command is one entry and one function. A command may answer
 * later (a scan waits for its verdict); the request lives until it has answered or its
 * asker has gone. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/feed.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "random.h"
#include "str.h"
#include "task.h"

struct db;
struct desk;
struct desk_kind;
struct json;
struct pin;
struct printq;
struct printq_printer;
struct reader;
struct reload_door;
struct seal;
struct staff;
struct sync;

/* What a command needs that draws badges as this station would print them; borrowed. */
struct command_drawing {
    const char *designs, *cache, *fonts; /* as struct easel_setting has them */
    const struct printq_printer *printers;
    const unsigned *printer_count; /* a reload changes them */
    const struct desk_kind *kinds;
    const unsigned *kind_count;
};

/* What commands work on; borrowed. What is NULL is not there: a command that needs it
 * says so (a station without a daemon has a db and nothing else). */
struct command_parts {
    struct db *db;
    const struct seal *seal;
    struct desk *desk;
    struct reader *reader;
    struct printq *printq;
    struct staff *staff;
    struct pin *pin;
    struct sync *sync;
    struct feed *feed;
    const struct loop *loop;
    const struct task *task;
    const struct clock *clock;
    const struct random *random;
    const struct log *log;
    const char *station; /* letters */
    const char *station_name;
    const char *zone; /* IANA, of the event where the roster does not say */
    const char *helper; /* path of kiosk-draw */
    const char *profiles; /* directory of the printer profiles */
    const struct command_drawing *drawing;
    int64_t started_ms; /* UTC */
    const struct reload_door *reload; /* NULL = no configuration to read again */
};

enum { COMMAND_FILES_MAX = 2, COMMAND_OPTIONS_MAX = 14, COMMAND_COLUMNS_MAX = 14 };

enum command_place {
    COMMAND_DAEMON, /* needs a running kioskd */
    COMMAND_EITHER, /* kioskd if it runs, else kioskctl takes the lock itself */
};

enum command_option_kind {
    COMMAND_ARGUMENT, /* by position */
    COMMAND_REST, /* all remaining words, joined by spaces */
    COMMAND_TEXT, /* --name VALUE */
    COMMAND_FLAG, /* --name */
    COMMAND_SECRET, /* asked for at the terminal, or a line of standard input */
    /* Opened by kioskctl, passed as descriptors: command_file gives them. */
    COMMAND_FILE_IN, /* by position */
    COMMAND_FILE_NAMED, /* --name FILE, to read */
    COMMAND_FILE_OUT, /* by position, to write; "-": standard output */
    COMMAND_DIRECTORY /* --name DIR; made if it is not there */
};

struct command_option {
    const char *name;
    enum command_option_kind kind;
    bool required;
    const char *value; /* what --help calls it: "FILE" */
    const char *help;
};

enum command_cell { CELL_TEXT, CELL_INT, CELL_TIME, CELL_AGE, CELL_SECONDS, CELL_YES };

/* How a member of the result (or of each of its rows) is shown to people. */
struct command_column {
    const char *key;
    const char *heading;
    enum command_cell cell;
};

struct command_request;

struct command {
    const char *name; /* "queue retry" */
    const char *summary;
    enum command_place place;
    bool only_root; /* the daemon's own user or root */
    bool draws; /* badges: the configured printers must be known without a daemon too */
    struct command_option options[COMMAND_OPTIONS_MAX]; /* ends with name NULL */
    struct command_column facts[COMMAND_COLUMNS_MAX]; /* of the result itself */
    struct command_column columns[COMMAND_COLUMNS_MAX]; /* of result.rows */
    const char *note; /* more for --help, or NULL */
    void (*run)(struct command_request *request);
};

/* Ends with a name of NULL. */
extern const struct command *const commands[];

/* The command of that name (longest match over words), or NULL. */
const struct command *command_find(const char *name);

struct command_request {
    const struct command_parts *parts;
    const struct command *command;
    const struct json *args; /* an object of texts; owned by whoever runs the request */
    char who[64]; /* "uid:1000": for the audit */
    /* A slot for each option of the command that is a file, in their order; -1 = not
     * given; closed by whoever runs the request. */
    int files[COMMAND_FILES_MAX];

    /* Where lines go. Set by the transport. `last` is set on the result or error. After
     * that the request may be gone: do not touch it. */
    void (*line)(struct command_request *request, const char *line, size_t length,
                 bool last);
    void *transport;

    /* A command that answers later puts its own state and clean-up here; called if the
     * asker goes away first, and then nothing is answered. A command that cannot be
     * called back sets `stays`: the request then lives on until it has answered. */
    void *work;
    void (*cancel)(struct command_request *request);
    bool stays;
};

/* True for options that come as descriptors; *slot is where in files. */
bool command_file_slot(const struct command *command, const char *name, unsigned *slot);

/* Descriptors that came without their names, in slot order, to the slots that the args
 * name. For a transport, before command_run. */
void command_place_files(struct command_request *request);

/* Runs; answers now or later. */
void command_run(struct command_request *request);

/* ---- for the commands ---------------------------------------------------------- */

/* A named text of the request; "" if it is not given. */
const char *command_text(const struct command_request *request, const char *name);
bool command_flag(const struct command_request *request, const char *name);
int command_file(const struct command_request *request, const char *name); /* or -1 */
/* A whole number ≥ 1 (an id); answers with an error and returns false if it is none. */
bool command_id(struct command_request *request, const char *name, int64_t *id);

/* An answer is written with base/json into a buffer that these open and close:
 *
 *     struct str out;
 *     command_open_result(&out);
 *     json_add_int(&out, "jobs", 3);
 *     command_done(request, &out);              {"result":{"jobs":3}}
 *
 * command_done and command_progress send and finish the buffer; one that failed (too
 * large) is answered as an error. A result with times says in "zone" by whose clocks they
 * are shown to people: the event's, else the configuration's, "" = the machine's. */
void command_open_result(struct str *out);
void command_open_progress(struct str *out);
void command_progress(struct command_request *request, struct str *out);
void command_done(struct command_request *request, struct str *out);
/* The short answer of a command that did one thing to one thing it was given by name:
 * {"result":{"printer":"left","did":"set aside"}}, or the error if not ok. */
void command_did(struct command_request *request, const char *name, const char *did,
                 bool ok, const struct err *err);
void command_fail(struct command_request *request, const struct err *err);
/* "input", "absent", …: an error's code as answers write it. */
const char *command_code_name(enum err_code code);

#endif
