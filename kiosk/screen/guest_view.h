#ifndef YUELAI_GUEST_VIEW_H
#define YUELAI_GUEST_VIEW_H

/* guest_view: what a guest is shown, as a value. Pure: from an outcome or a print job to
 * a screen with its data, and from there to the members of a state (templates/screen/js
 * makes sentences of them).
 *
 *                     scan answered
 *     attract -> reading -> direction?          refusals, each with its one next step
 *        ^          |                           unpaid unapproved cancelled blocked revoked
 *        |          +-> welcome -> take         not-yet no-longer wrong-list rules error
 *        |          |     |  ^      |           questions ambiguous not-in-copy replaced
 *        |          |     v  |      |           malformed already on-its-way
 *        |          |   trouble     |
 *        |          |   failed      |
 *        |          +-> came-out -> welcome | enter
 *        |          +-> enter, exit |
 *        |          +-> questions, asked here: each answer is a new screen
 *        '---------- time is over, "done", or the next guest's scan
 *
 *     instead of attract: starting, out-of-order
 */

#include <stdbool.h>
#include <stdint.h>

#include "desk/desk.h"
#include "str.h"
#include "ticket/role.h"
#include "ticket/rule.h"

enum guest_screen {
    GUEST_STARTING,
    GUEST_OUT_OF_ORDER,
    GUEST_ATTRACT,
    GUEST_READING,
    GUEST_DIRECTION,
    GUEST_WELCOME,
    GUEST_TAKE,
    GUEST_ENTER,
    GUEST_EXIT,
    GUEST_CAME_OUT,
    GUEST_TROUBLE,
    GUEST_FAILED,
    GUEST_ALREADY,
    GUEST_ON_ITS_WAY,
    GUEST_REPLACED,
    GUEST_FORGED,
    GUEST_UNPAID,
    GUEST_CANCELLED,
    GUEST_BLOCKED,
    GUEST_REVOKED,
    GUEST_NOT_YET,
    GUEST_NO_LONGER,
    GUEST_WRONG_LIST,
    GUEST_RULES,
    GUEST_QUESTIONS,
    GUEST_AMBIGUOUS,
    GUEST_NOT_IN_COPY,
    GUEST_MALFORMED,
    GUEST_UNAPPROVED,
    GUEST_ERROR,
    GUEST_EXCHANGE,
    GUEST_EXCHANGED,
    GUEST_SCREEN_COUNT
};

/* How far the badge is, for the eye of who waits for it. */
enum guest_stage {
    GUEST_STAGE_NONE,
    GUEST_STAGE_QUEUED,
    GUEST_STAGE_PRINTING,
    GUEST_STAGE_CHECKING,
    GUEST_STAGE_PRINTED
};

struct guest_view {
    enum guest_screen screen;
    const char *variant; /* "admit" "again" "print"; "early" "late" "gate" "used" of RULES;
                            "no-badges" of ATTRACT, "loading" of STARTING; "" = the screen
                            has but one */
    enum guest_stage stage;
    uint64_t scan; /* number of the scan it answers, 0 = none */
    int64_t job; /* spool id that is followed, 0 = none */
    bool has_guest;
    char name[ROSTER_TEXT_MAX + 1], name_latin[ROSTER_TEXT_MAX + 1];
    char organisation[ROSTER_TEXT_MAX + 1];
    char kind[ROSTER_KEY_MAX + 1], seat[ROSTER_KEY_MAX + 1];
    char language[16]; /* of the ticket, or as touched; "" = all default ones */
    char list[ROSTER_TEXT_MAX + 1], place[ROSTER_TEXT_MAX + 1]; /* here, or where right */
    char reason[ROSTER_TEXT_MAX + 1];
    char at_station[ROSTER_KEY_MAX + 1], at_gate[ROSTER_KEY_MAX + 1]; /* ALREADY: where */
    char printer[ROSTER_KEY_MAX + 1];
    const char *trouble; /* TROUBLE: "labels" "cover" "jam" "ribbon" "offline" "other" */
    const char *code; /* OUT_OF_ORDER: for staff, "DISK-FULL" */
    int64_t at_ms, from_ms, until_ms; /* UTC, 0 = unknown */
    int64_t age_ms; /* of the copy, 0 = unknown */
    struct rule_answer why; /* RULES: in the guest's words, by the page */
    bool attention; /* may pass, and staff want a word */
    bool asks; /* QUESTIONS: they are asked here */
    char fault[24]; /* asks: what was wrong with the last answer, "" = nothing */
};

/* What guests are shown for the staff, and the staff's corner explains. */
#define GUEST_CODE_NO_PRINTER "NO-PRINTER"
const char *guest_trouble_code(enum station_trouble trouble); /* "DISK-FULL"; "" = none */

/* "attract", "wrong-list": the name that pages, texts and tests use. */
const char *guest_screen_name(enum guest_screen screen);

/* How long a screen stays when nobody touches it; 0 = until something happens. */
int64_t guest_screen_ms(enum guest_screen screen);

/* True if its time can be extended by touch. */
bool guest_screen_stays(enum guest_screen screen);

/* The view of an answered scan (phase ANSWERED). A passage that is not on disk is never
 * welcomed: it becomes OUT_OF_ORDER. */
void guest_view_answer(const struct desk_outcome *outcome, struct guest_view *view);

/* Takes the state of its badge into the view. False if nothing of it changed. */
bool guest_view_follow(struct guest_view *view, const struct spool_job *job);

/* The members guest, variant, stage and facts of a state. */
void guest_view_write(const struct guest_view *view, struct str *out);

#endif
