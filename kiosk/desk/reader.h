#ifndef YUELAI_READER_H
#define YUELAI_READER_H

/* reader: the station's scanners. Opens each through its driver, keeps a decoder
 * (ticket/code) for each device behind it, so that two guests' bytes never mix, flushes
 * a code that has no terminator after a silence, and hands whole codes to the desk.
 *
 *     driver --bytes--> decoder of that device --code---------> desk_scan
 *               |                              --no code------> desk_malformed
 *               '-lost, state                  --once more----> counted, no more
 *
 * What was read is never logged, only how long it was. */

#include <stdbool.h>
#include <stdint.h>

#include "base/feed.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "loop.h"
#include "scanner.h"

struct desk;
struct reader;

enum {
    READER_SCANNERS_MAX = 8,
    READER_NAME_MAX = 63,
    READER_STAFF = READER_SCANNERS_MAX /* the slot of what staff type or find, always */
};

struct reader_scanner { /* one of the configuration */
    char name[READER_NAME_MAX + 1]; /* "front" */
    char uri[256];
    char country[8];
    char strip_prefix[32], strip_suffix[32]; /* "" = none */
    int32_t baud;
    int32_t idle_ms; /* a silence that ends a code; 0 = 150 */
    int32_t repeat_ms; /* the same code again within this is the same read; 3000; 0: none */
    unsigned ends; /* CODE_END_… of ticket/code.h; 0 = CR, LF, TAB */
    bool grab;
};

/* FEED_SCANNER: at each change of state and after each read. Borrowed for the call. */
struct reader_status {
    unsigned reader; /* slot */
    char name[READER_NAME_MAX + 1]; /* "" = its scanner is gone, the slot is empty */
    enum scanner_state state;
    char detail[256];
    int64_t codes, repeats, malformed; /* since the start */
    int64_t last_ms; /* UTC of the last code, 0 = none */
};

struct reader_setting {
    const struct reader_scanner *scanners;
    unsigned count;
    const struct scanner_driver *const *drivers; /* ends with NULL; main names them */
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    struct feed *feed;
    struct desk *desk;
};

/* The scanners are copied. One whose URI cannot be right, or is another one's, fails and
 * is named; an absent one is waited for. */
bool reader_create(const struct reader_setting *setting, struct reader **reader,
                   struct err *err);
void reader_destroy(struct reader *reader); /* takes NULL */

/* Lets go of every device and takes no more codes; statuses can still be asked. For a
 * station that is about to stop: what was read before goes its way. */
void reader_stop(struct reader *reader);

/* Other scanners from now on, known by their names: one that is the same is not touched;
 * of one that differs only in how codes are taken from its bytes the device stays open;
 * others are opened anew, those no longer named are let go, and what they had read goes
 * its way. One that cannot be opened is SCANNER_FAILED and named in the log. */
void reader_configure(struct reader *reader, const struct reader_scanner *scanners,
                      unsigned count);
bool reader_same_scanner(const struct reader_scanner *a,
                         const struct reader_scanner *b);

/* A code that came another way (kioskctl scan, a typed code), through the same checks, for
 * `slot`: a scanner's, or READER_STAFF. Meant each time it comes: never
 * taken for a repeat. */
void reader_inject(struct reader *reader, unsigned slot, const char *bytes,
                   size_t length);

/* Asked of each code that a scanner has read, before the desk is: true, and it was no
 * guest's (an enrolment code that staff await); the desk does not hear of it. One
 * listener; NULL: none. */
void reader_on_code(struct reader *reader,
                    bool (*take)(const char *text, size_t length, void *self),
                    void *self);

/* Slots, empty ones included. */
unsigned reader_count(const struct reader *reader);
void reader_status(const struct reader *reader, unsigned slot,
                   struct reader_status *status);

#endif
