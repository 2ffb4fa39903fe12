#ifndef YUELAI_QUESTION_H
#define YUELAI_QUESTION_H

/* question: what an organiser wants to know at the door, which answers will do, and what is
 * to be asked next, as the ticketing server pretix sees it.
 *
 *     stored answers ─┐
 *     given answers ──┴> question_plan ──> ASK number n      the guest: only what applies to him
 *                                     └─> DONE               send; the server agrees
 *                                     └─> DONE_UNSUPPORTED   send, with questions_supported: false
 *
 * The server knows no dependencies at a check-in: a question that does not apply to this guest
 * stays `incomplete` there for ever. That is the last kind of answer above. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone.h"
#include "str.h"

enum {
    QUESTION_ANSWER_MAX = 4096, /* bytes of an answer */
    QUESTION_VALUES_MAX = 64, /* answers of another question that one depends on */
    QUESTION_CHAIN_MAX = 16 /* questions that depend on one another */
};

enum question_type {
    QUESTION_NUMBER, /* N */
    QUESTION_LINE, /* S */
    QUESTION_TEXT, /* T */
    QUESTION_BOOL, /* B */
    QUESTION_CHOICE, /* C */
    QUESTION_CHOICES, /* M */
    QUESTION_FILE, /* F */
    QUESTION_DATE, /* D */
    QUESTION_TIME, /* H */
    QUESTION_DATETIME, /* W */
    QUESTION_COUNTRY, /* CC */
    QUESTION_PHONE, /* TEL */
    QUESTION_EMAIL, /* EMAIL */
    QUESTION_TYPE_COUNT
};

/* "N", "CC", …; false for a type that is none of these: a station treats it as a line. */
bool question_type_read(const char *name, enum question_type *type);
const char *question_type_name(enum question_type type);

struct question_option {
    int64_t id;
    const char *identifier;
};

/* Bounds that are texts are as the server writes them; NULL or "": none. */
struct question {
    int64_t id;
    enum question_type type;
    bool required;
    bool asked; /* ask_during_checkin, and for this ticket's product */
    const struct question_option *options;
    size_t option_count;
    int64_t depends_on; /* a question's id, 0: none */
    const char *const *depends_values; /* "True", "False" or options' identifiers */
    size_t depends_count;
    const char *number_min, *number_max; /* "3.5" */
    const char *date_min, *date_max; /* "2026-11-24" */
    const char *datetime_min, *datetime_max; /* ISO 8601 */
    size_t length_min, length_max; /* characters of a line or text; 0: no bound */
};

/* ---- one answer --------------------------------------------------------------- */

enum question_fault {
    QUESTION_FINE,
    QUESTION_REQUIRED, /* empty, or "no" to a yes that must be */
    QUESTION_NO_NUMBER,
    QUESTION_NO_OPTION,
    QUESTION_NO_DATE,
    QUESTION_NO_TIME,
    QUESTION_NO_DATETIME,
    QUESTION_NO_COUNTRY,
    QUESTION_NO_EMAIL,
    QUESTION_NO_TEXT, /* not UTF-8, or a NUL in it */
    QUESTION_TOO_SMALL,
    QUESTION_TOO_LARGE,
    QUESTION_TOO_SHORT,
    QUESTION_TOO_LONG,
    QUESTION_FAULT_COUNT
};

/* "required", "no-number", …: for JSON and the languages' tables. */
const char *question_fault_name(enum question_fault fault);

/* Checks an answer and appends to `value` what is to be stored and sent:
 *
 *     number 3.5   yes or no "True", "False"   choices "3,12", by their options' ids
 *     date 2026-11-24   time 13:30   both 2026-11-24T13:30   country DE   others as they came
 *
 * An option may be named by id or identifier. Anything but "True" and "true" is no. A phone
 * number is taken as it is, as at the server.
 * `zone` is the event's, for the bounds of a date and time without offset. `optional` lets
 * required questions be left out. Nothing is appended to `value` unless it is FINE; empty:
 * it was left out. */
enum question_fault question_clean(const struct question *question, const char *input,
                                   size_t length, const struct zone *zone,
                                   struct str *value);
enum question_fault question_clean_optional(const struct question *question,
                                            const char *input, size_t length,
                                            const struct zone *zone, struct str *value);

/* True if the server keeps such a value. It takes but forgets an empty one, the number 0 and
 * "False": the guest's next entry asks again, there and so here. */
bool question_is_kept(const struct question *question, const char *value);

/* ---- what to ask -------------------------------------------------------------- */

/* An answer, stored at the server or given here: of a given one any spelling. Stored answers to
 * choices are ids or identifiers joined by commas. */
struct question_answer {
    int64_t question;
    const char *text;
};

struct question_form {
    const struct question *questions; /* of the ticket's product, in the order to ask */
    size_t count;
    const struct question_answer *stored;
    size_t stored_count;
    const struct question_answer *given;
    size_t given_count;
    const struct zone *zone; /* the event's */
};

/* True if the server would ask this one: asked, nothing usable stored, nothing acceptable
 * given. An empty answer to an optional question is acceptable. */
bool question_is_open(const struct question_form *form, size_t which);

/* The server's list, `incomplete` if it is not empty: places in form->questions, at most
 * `room` of them; returns how many there are. */
size_t question_open(const struct question_form *form, size_t *places, size_t room);

/* True if the question concerns this guest: it depends on none, or on one that concerns him
 * and whose answer is among its values. Circles concern nobody. */
bool question_applies(const struct question_form *form, size_t which);

enum question_plan { QUESTION_ASK, QUESTION_DONE, QUESTION_DONE_UNSUPPORTED };

/* What is next for the guest; ASK sets `which`. */
enum question_plan question_plan(const struct question_form *form, size_t *which);

/* True if a given answer is to be sent: not an empty one to an optional question that has a
 * stored answer, which the server would overwrite with the text "None". */
bool question_is_sent(const struct question_form *form,
                      const struct question_answer *given);

#endif
