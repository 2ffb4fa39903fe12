#include "screen/guest_view.h"

#include <string.h>

#include "base/json.h"

enum {
    SHORT_MS = 5000,
    TAKE_MS = 8000,
    READ_MS = 12000,
    LONG_MS = 20000,
    SLOW_MS = 30000
};

/* `stays`: a screen to be read, whose time a touch extends. */
static const struct {
    const char *name;
    int64_t ms;
    bool stays;
} screens[GUEST_SCREEN_COUNT] = {
    [GUEST_STARTING] = { "starting", 0, false },
    [GUEST_OUT_OF_ORDER] = { "out-of-order", 0, false },
    [GUEST_ATTRACT] = { "attract", 0, false },
    [GUEST_READING] = { "reading", READ_MS, false },
    [GUEST_DIRECTION] = { "direction", LONG_MS, false },
    [GUEST_WELCOME] = { "welcome", 60000, false },
    [GUEST_TAKE] = { "take", TAKE_MS, false },
    [GUEST_ENTER] = { "enter", SHORT_MS, false },
    [GUEST_EXIT] = { "exit", SHORT_MS, false },
    [GUEST_CAME_OUT] = { "came-out", SLOW_MS, false },
    [GUEST_TROUBLE] = { "trouble", SLOW_MS, true },
    [GUEST_FAILED] = { "failed", LONG_MS, true },
    [GUEST_ALREADY] = { "already", READ_MS, true },
    [GUEST_ON_ITS_WAY] = { "on-its-way", LONG_MS, true },
    [GUEST_REPLACED] = { "replaced", READ_MS, true },
    [GUEST_FORGED] = { "forged", READ_MS, true },
    [GUEST_UNPAID] = { "unpaid", READ_MS, true },
    [GUEST_CANCELLED] = { "cancelled", READ_MS, true },
    [GUEST_BLOCKED] = { "blocked", READ_MS, true },
    [GUEST_REVOKED] = { "revoked", READ_MS, true },
    [GUEST_NOT_YET] = { "not-yet", READ_MS, true },
    [GUEST_NO_LONGER] = { "no-longer", READ_MS, true },
    [GUEST_WRONG_LIST] = { "wrong-list", LONG_MS, true },
    [GUEST_RULES] = { "rules", READ_MS, true },
    [GUEST_QUESTIONS] = { "questions", READ_MS, true },
    [GUEST_AMBIGUOUS] = { "ambiguous", READ_MS, true },
    [GUEST_NOT_IN_COPY] = { "not-in-copy", LONG_MS, true },
    [GUEST_MALFORMED] = { "malformed", READ_MS, true },
    [GUEST_UNAPPROVED] = { "unapproved", READ_MS, true },
    [GUEST_ERROR] = { "error", READ_MS, true },
    [GUEST_EXCHANGE] = { "exchange", READ_MS, true },
    [GUEST_EXCHANGED] = { "exchanged", READ_MS, true },
};

/* Refusals that say nothing but themselves; the others are looked at one by one. */
static const enum guest_screen refusals[VERDICT_COUNT] = {
    [VERDICT_UNPAID] = GUEST_UNPAID,
    [VERDICT_CANCELLED] = GUEST_CANCELLED,
    [VERDICT_BLOCKED] = GUEST_BLOCKED,
    [VERDICT_REVOKED] = GUEST_REVOKED,
    [VERDICT_UNAPPROVED] = GUEST_UNAPPROVED,
    [VERDICT_ERROR] = GUEST_ERROR,
    [VERDICT_EXCHANGE] = GUEST_EXCHANGE,
    [VERDICT_EXCHANGED] = GUEST_EXCHANGED,
    [VERDICT_NOT_YET_VALID] = GUEST_NOT_YET,
    [VERDICT_NO_LONGER_VALID] = GUEST_NO_LONGER,
    [VERDICT_WRONG_LIST] = GUEST_WRONG_LIST,
    [VERDICT_RULES] = GUEST_RULES,
    [VERDICT_QUESTIONS] = GUEST_QUESTIONS,
    [VERDICT_AMBIGUOUS] = GUEST_AMBIGUOUS,
    [VERDICT_NOT_IN_COPY] = GUEST_NOT_IN_COPY,
    [VERDICT_REPLACED] = GUEST_REPLACED,
    [VERDICT_FORGED] = GUEST_FORGED,
    [VERDICT_MALFORMED] = GUEST_MALFORMED,
};

static const enum guest_stage stages[SPOOL_STATE_COUNT] = {
    [SPOOL_QUEUED] = GUEST_STAGE_QUEUED,    [SPOOL_DRAWN] = GUEST_STAGE_QUEUED,
    [SPOOL_SENDING] = GUEST_STAGE_PRINTING, [SPOOL_SENT] = GUEST_STAGE_PRINTING,
    [SPOOL_UNKNOWN] = GUEST_STAGE_CHECKING, [SPOOL_PRINTED] = GUEST_STAGE_PRINTED,
};

static const char *const stage_names[] = {
    [GUEST_STAGE_NONE] = "",
    [GUEST_STAGE_QUEUED] = "queued",
    [GUEST_STAGE_PRINTING] = "printing",
    [GUEST_STAGE_CHECKING] = "checking",
    [GUEST_STAGE_PRINTED] = "printed",
};

const char *
guest_trouble_code(enum station_trouble trouble)
{
    static const char *const codes[] = {
        [STATION_READY] = "",
        [STATION_NO_ROLE] = "NO-ROLE",
        [STATION_NO_ROSTER] = "NO-ROSTER",
        [STATION_SEALED] = "WITHDRAWN",
        [STATION_DISK_FULL] = "DISK-FULL",
        [STATION_DISK_BAD] = "DISK-BAD",
    };
    return codes[trouble];
}

const char *
guest_screen_name(enum guest_screen screen)
{
    return screens[screen].name;
}

int64_t
guest_screen_ms(enum guest_screen screen)
{
    return screens[screen].ms;
}

bool
guest_screen_stays(enum guest_screen screen)
{
    return screens[screen].stays;
}

static void
take_person(struct guest_view *view, const struct ticket *ticket)
{
    view->has_guest = true;
    str_copy(view->name, sizeof view->name, ticket->name);
    str_copy(view->name_latin, sizeof view->name_latin, ticket->name_latin);
    str_copy(view->organisation, sizeof view->organisation, ticket->organisation);
    str_copy(view->kind, sizeof view->kind, ticket->kind);
    str_copy(view->seat, sizeof view->seat, ticket->seat);
    str_copy(view->language, sizeof view->language, ticket->language);
}

static void
take_list(struct guest_view *view, const struct list *list)
{
    str_copy(view->list, sizeof view->list, list->name);
    str_copy(view->place, sizeof view->place, list->place);
    view->from_ms = list->opens_ms ? list->opens_ms : list->starts_ms;
}

/* Where a badge in this state puts the guest who waits for it. */
static enum guest_screen
screen_of_job(enum spool_state state, enum guest_screen waiting)
{
    switch (state) {
    case SPOOL_PRINTED:
        return GUEST_TAKE;
    case SPOOL_UNCERTAIN:
        return GUEST_CAME_OUT;
    case SPOOL_FAILED:
        return GUEST_FAILED;
    case SPOOL_VOID:
        return GUEST_ATTRACT;
    default:
        return waiting;
    }
}

static void
take_job(struct guest_view *view, const struct spool_job *job)
{
    view->job = job->id;
    view->stage = stages[job->state];
    str_copy(view->printer, sizeof view->printer, job->printer);
}

static void
answer_already(const struct desk_outcome *outcome, struct guest_view *view)
{
    const struct spool_job *job = &outcome->job;
    const struct journal_history *history = &outcome->history;

    view->screen = GUEST_ALREADY;
    view->at_ms = history->last_at_ms;
    str_copy(view->at_station, sizeof view->at_station, history->last_station);
    str_copy(view->at_gate, sizeof view->at_gate, history->last_gate);
    if (outcome->has_job && job->state != SPOOL_PRINTED && job->state != SPOOL_VOID) {
        take_job(view, job);
        view->screen = screen_of_job(job->state, GUEST_ON_ITS_WAY);
    }
    if (outcome->ask_came_out)
        view->screen = GUEST_CAME_OUT;
}

static void
answer_passage(const struct desk_outcome *outcome, struct guest_view *view)
{
    bool must_be_recorded = outcome->verdict != VERDICT_PRINT_ONLY;
    if (outcome->unrecorded || (must_be_recorded && !outcome->recorded)) {
        view->screen = GUEST_OUT_OF_ORDER;
        view->code = "NOT-RECORDED";
        view->has_guest = false;
        return;
    }
    view->variant = outcome->verdict == VERDICT_ADMIT_AGAIN  ? "again"
                    : outcome->verdict == VERDICT_PRINT_ONLY ? "print"
                                                             : "admit";
    view->screen = outcome->verdict == VERDICT_EXIT ? GUEST_EXIT : GUEST_ENTER;
    if (outcome->badge_out) {
        view->screen = GUEST_ALREADY;
        view->variant = "badge";
        return;
    }
    if (view->screen == GUEST_EXIT || !outcome->has_job)
        return;
    take_job(view, &outcome->job);
    /* A badge that was printed before is in the guest's hand: nothing to wait for. */
    if (outcome->made_job || outcome->job.state != SPOOL_PRINTED)
        view->screen = screen_of_job(outcome->job.state, GUEST_WELCOME);
    if (outcome->ask_came_out)
        view->screen = GUEST_CAME_OUT;
}

/* What kind of no it is, by the first condition that fails. */
static const char *
variant_of_why(const struct rule_answer *why)
{
    if (why->count == 0)
        return "";
    switch (why->whys[0].reason) {
    case RULE_WHY_FROM:
        return "early";
    case RULE_WHY_UNTIL:
        return "late";
    case RULE_WHY_GATE:
        return "gate";
    case RULE_WHY_INSIDE:
        return "inside";
    case RULE_WHY_ENTRIES:
    case RULE_WHY_ENTRIES_TODAY:
    case RULE_WHY_ENTRY_DAYS:
        return why->whys[0].compare <= RULE_AT_MOST ? "used" : "";
    default:
        return "";
    }
}

static void
answer_rules(const struct desk_outcome *outcome, struct guest_view *view)
{
    view->why = outcome->why;
    view->variant = variant_of_why(&view->why);
    if (view->why.count > 0)
        view->reason[0] = '\0'; /* the page has words for it */
    view->from_ms = view->until_ms = 0;
    if (view->why.count > 0 && view->why.whys[0].reason == RULE_WHY_FROM)
        view->from_ms = view->why.whys[0].at_ms;
    if (view->why.count > 0 && view->why.whys[0].reason == RULE_WHY_UNTIL)
        view->until_ms = view->why.whys[0].at_ms;
}

void
guest_view_answer(const struct desk_outcome *outcome, struct guest_view *view)
{
    *view = (struct guest_view){ .variant = "", .scan = outcome->number };
    if (outcome->has_ticket && outcome->verdict != VERDICT_AMBIGUOUS)
        take_person(view, &outcome->ticket);
    if (outcome->has_list)
        take_list(view, &outcome->list);
    str_copy(view->reason, sizeof view->reason, outcome->reason);

    if (verdict_passes(outcome->verdict) || outcome->verdict == VERDICT_PRINT_ONLY) {
        view->attention = outcome->attention;
        answer_passage(outcome, view);
        return;
    }
    if (outcome->verdict == VERDICT_ALREADY_IN) {
        answer_already(outcome, view);
        return;
    }
    view->screen = refusals[outcome->verdict];
    if (view->screen == GUEST_RULES)
        answer_rules(outcome, view);
    if (outcome->wants_file)
        view->variant = "file";
    if (view->screen == GUEST_NOT_YET)
        view->from_ms = outcome->bound_ms;
    if (view->screen == GUEST_NO_LONGER)
        view->until_ms = outcome->bound_ms;
    if (view->screen == GUEST_WRONG_LIST) {
        view->list[0] = view->place[0] = '\0';
        view->from_ms = 0;
        if (outcome->has_right_list)
            take_list(view, &outcome->right_list);
    }
    if (view->screen == GUEST_NOT_IN_COPY && outcome->age.complete_ms)
        view->age_ms = outcome->at_ms - outcome->age.complete_ms;
}

bool
guest_view_follow(struct guest_view *view, const struct spool_job *job)
{
    struct guest_view before = *view;
    enum guest_screen waiting =
        view->screen == GUEST_ON_ITS_WAY ? GUEST_ON_ITS_WAY : GUEST_WELCOME;

    take_job(view, job);
    view->screen = screen_of_job(job->state, waiting);
    /* Who said that it came out holds it in the hand. */
    if (job->state == SPOOL_PRINTED && job->evidence == SPOOL_EVIDENCE_SAID)
        view->screen = GUEST_ENTER;
    return view->screen != before.screen || view->stage != before.stage ||
           strcmp(view->printer, before.printer) != 0;
}

static void
add_unless_empty(struct str *out, const char *key, const char *text)
{
    if (text && *text)
        json_add_text(out, key, text);
}

static void
add_unless_zero(struct str *out, const char *key, int64_t value)
{
    if (value)
        json_add_int(out, key, value);
}

static void
write_whys(const struct rule_answer *why, struct str *out)
{
    static const char *const compares[RULE_COMPARE_COUNT] = {
        [RULE_LESS] = "less",   [RULE_AT_MOST] = "at-most",
        [RULE_MORE] = "more",   [RULE_AT_LEAST] = "at-least",
        [RULE_EQUAL] = "equal", [RULE_UNEQUAL] = "unequal",
    };
    if (why->count == 0)
        return;
    json_open_array(out, "whys");
    for (unsigned i = 0; i < why->count; i++) {
        const struct rule_why *one = &why->whys[i];
        json_open_object(out, NULL);
        json_add_text(out, "reason", rule_reason_name(one->reason));
        json_add_text(out, "compare", compares[one->compare]);
        json_add_number(out, "number", one->number);
        add_unless_zero(out, "at", one->at_ms);
        json_close_object(out);
    }
    json_close_array(out);
}

static void
write_facts(const struct guest_view *view, struct str *out)
{
    json_open_object(out, "facts");
    add_unless_empty(out, "list", view->list);
    add_unless_empty(out, "place", view->place);
    add_unless_empty(out, "reason", view->reason);
    add_unless_empty(out, "at_station", view->at_station);
    add_unless_empty(out, "at_gate", view->at_gate);
    add_unless_empty(out, "printer", view->printer);
    add_unless_empty(out, "trouble", view->trouble);
    add_unless_empty(out, "code", view->code);
    add_unless_zero(out, "at", view->at_ms);
    add_unless_zero(out, "from", view->from_ms);
    add_unless_zero(out, "until", view->until_ms);
    add_unless_zero(out, "age_ms", view->age_ms);
    write_whys(&view->why, out);
    add_unless_empty(out, "fault", view->fault);
    if (view->attention)
        json_add_bool(out, "attention", true);
    json_close_object(out);
}

void
guest_view_write(const struct guest_view *view, struct str *out)
{
    json_add_text(out, "screen", screens[view->screen].name);
    add_unless_empty(out, "variant", view->variant);
    add_unless_empty(out, "stage", stage_names[view->stage]);
    if (view->has_guest) {
        json_open_object(out, "guest");
        json_add_text(out, "name", view->name);
        add_unless_empty(out, "name_latin", view->name_latin);
        add_unless_empty(out, "organisation", view->organisation);
        add_unless_empty(out, "kind", view->kind);
        add_unless_empty(out, "seat", view->seat);
        json_close_object(out);
    }
    write_facts(view, out);
}
