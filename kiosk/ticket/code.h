#ifndef YUELAI_CODE_H
#define YUELAI_CODE_H

/* code: bytes of one reading device in, whole codes out.
 *
 *     as it comes          B ]Q2 \000026 MHTQY-7QX4 X CR      (all but the code optional)
 *                          |  |     |         |     |  '- end: CR LF CRLF TAB, or a silence
 *                          |  |     |         |     '---- suffix set at the scanner
 *                          |  |     |         '---------- the code
 *                          |  |     '-------------------- ECI: its character set
 *                          |  '-------------------------- AIM identifier: its symbology
 *                          '----------------------------- prefix set at the scanner
 *     as it is handed up   MHTQY-7QX4
 *
 *     EMPTY --byte--> COLLECTING --end, or idle--> a code, or what is wrong with it
 *       ^                 |  '--over CODE_RAW_MAX--> "too long", once --.
 *       |                 '--lost--------------------------------.      |
 *       '------end, or idle------ SWALLOWING <-------------------+------'
 *
 * A device that lost something is believed again only after an end or a silence, so that
 * the rear half of a code never passes for a code. One read is one event: a code of
 * 4,296 characters is one "too long", not five codes. A code with line ends in it
 * (a visiting card) is several reads: its lines cannot be told from hands that are quick.
 *
 * A hands-free scanner reads the same code again and again while it sees it: a read equal
 * to the last one is a repeat as long as no more than `repeat_us` have passed since
 * the last sighting. Any other code in between ends that.
 *
 * An idle scanner is noticed by whoever owns the timer: after code_feed or code_lost,
 * while code_is_open, call code_tick once idle_us have passed. code_feed itself never
 * ends a code because of a gap: a station that stood still for a moment reads late
 * what came in time.
 *
 * Pure: no clock, no allocation, no I/O. One struct code for each device.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CODE_MAX = 1024, /* bytes of a code that is handed up */
    CODE_AFFIX_MAX = 31, /* bytes of a prefix or suffix set at the scanner */
    CODE_RAW_MAX = CODE_MAX + 128 /* with all that stands around it */
};

/* What ends a code, besides a silence. */
enum {
    CODE_END_LINE = 1, /* CR, LF, both */
    CODE_END_TAB = 2,
    CODE_END_NUL = 4,
    CODE_END_ETX = 8, /* an STX in front is then dropped */
    CODE_END_DEFAULT = CODE_END_LINE | CODE_END_TAB
};

struct code_setting {
    int64_t idle_us; /* a silence that ends a code */
    int64_t repeat_us; /* 0: every read counts */
    unsigned ends; /* CODE_END_… */
    char prefix[CODE_AFFIX_MAX + 1]; /* dropped if it is there; "" = none */
    char suffix[CODE_AFFIX_MAX + 1];
};

enum code_kind {
    CODE_READ, /* `text` is a code */
    CODE_REPEATED, /* as the last one, so soon that nobody meant it */
    CODE_MALFORMED /* cannot be a code: `fault` says why */
};

enum code_fault {
    CODE_FAULT_NONE,
    CODE_TOO_LONG,
    CODE_BAD_BYTE, /* a control character, or not UTF-8 */
    CODE_FOREIGN_CHARSET /* by its ECI in a character set that is not read here */
};

struct code_event {
    enum code_kind kind;
    const char *text; /* READ: UTF-8 without control characters but GS; NUL-terminated */
    size_t length; /* READ: 1 to CODE_MAX bytes; else 0 */
    enum code_fault fault; /* MALFORMED */
    size_t at; /* BAD_BYTE: which, from 1, counted without what stands around the code */
    uint8_t byte; /* BAD_BYTE */
    unsigned eci; /* the character set it named; 0 = none (29, 32: GB 18030; 26: UTF-8) */
    int64_t at_us; /* of its last byte; of the byte too many */
};

/* The event is borrowed for the call; the decoder must not be called from inside. */
typedef void code_fn(const struct code_event *event, void *self);

enum code_state { CODE_EMPTY, CODE_COLLECTING, CODE_SWALLOWING };

struct code { /* private */
    struct code_setting setting;
    enum code_state state;
    char raw[CODE_RAW_MAX]; /* COLLECTING: what came since the last end */
    size_t length;
    int64_t last_us; /* of the last byte, or of the loss */
    bool has_seen; /* the last read, as it came, for telling a repeat */
    char seen[CODE_RAW_MAX];
    size_t seen_length;
    int64_t seen_us;
};

/* 150 ms, 3 s, CR LF TAB, no prefix, no suffix. */
void code_setting_init(struct code_setting *setting);

void code_init(struct code *code, const struct code_setting *setting);

/* Takes bytes in the order they came; at_us (monotonic, from 0) is the moment of the
 * last. Calls `call` for each read that ended among them. */
void code_feed(struct code *code, const uint8_t *bytes, size_t length, int64_t at_us,
               code_fn *call, void *self);

/* Ends the code that is open if idle_us have passed since its last byte. */
void code_tick(struct code *code, int64_t now_us, code_fn *call, void *self);

/* Bytes were lost at now_us: forgets the code that is open and the rest of it. */
void code_lost(struct code *code, int64_t now_us);

/* True if code_tick has something to wait for; then, and only then, how long. */
bool code_is_open(const struct code *code);
int64_t code_idle_left_us(const struct code *code, int64_t now_us);

/* One whole code that came another way (typed, sent by kioskctl): the same cleaning and
 * checks; line ends around it are dropped, nothing is a repeat. No call if it is empty. */
void code_whole(const struct code_setting *setting, const char *bytes, size_t length,
                int64_t at_us, code_fn *call, void *self);

/* What is wrong with a MALFORMED event, and what would be right, for staff: one line
 * in `to`, which it returns. */
const char *code_explain(const struct code_event *event, char *to, size_t size);

#endif
