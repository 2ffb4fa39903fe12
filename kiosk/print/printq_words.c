#include "print/printq_parts.h"

#include <stdio.h>
#include <string.h>

/* Names for programs, advice for people. The screen has its own words in each language,
 * under the same names. */

const char *
printq_health_name(enum printq_health health)
{
    static const char *const names[] = {
        [PRINTQ_READY] = "ready",       [PRINTQ_PRINTING] = "printing",
        [PRINTQ_TROUBLE] = "trouble",   [PRINTQ_UNREACHABLE] = "unreachable",
        [PRINTQ_DRAINED] = "set aside",
    };
    return (size_t)health < sizeof names / sizeof *names ? names[health] : "?";
}

static const char *const problem_names[PRINTQ_PROBLEM_COUNT] = {
    [PRINTQ_NO_PROBLEM] = "",
    [PRINTQ_NO_QUEUE] = "no-queue",
    [PRINTQ_NO_SPOOLER] = "no-spooler",
    [PRINTQ_SILENT] = "spooler-silent",
    [PRINTQ_WRONG_DRIVER] = "wrong-driver",
    [PRINTQ_PAUSED] = "paused",
    [PRINTQ_REJECTING] = "rejecting",
    [PRINTQ_LABELS] = "labels",
    [PRINTQ_COVER] = "cover",
    [PRINTQ_JAM] = "jam",
    [PRINTQ_RIBBON] = "ribbon",
    [PRINTQ_OFFLINE] = "offline",
    [PRINTQ_FILTER] = "filter",
    [PRINTQ_HUNG] = "hung",
    [PRINTQ_REFUSED] = "refused",
    [PRINTQ_OTHER_PROBLEM] = "other",
};

/* %s: the queue's name. */
static const char *const advices[PRINTQ_PROBLEM_COUNT] = {
    [PRINTQ_NO_PROBLEM] = "",
    [PRINTQ_NO_QUEUE] =
        ("CUPS has no queue %s: correct its uri in the configuration, or "
         "make the queue: lpadmin -p %s -E -v DEVICE -m raw"),
    [PRINTQ_NO_SPOOLER] = "CUPS is not running: systemctl start cups",
    [PRINTQ_SILENT] = "CUPS does not answer: systemctl restart cups",
    [PRINTQ_WRONG_DRIVER] =
        ("choose another profile in the configuration, or make queue "
         "%s anew for this one"),
    [PRINTQ_PAUSED] = "the queue is paused: cupsenable %s",
    [PRINTQ_REJECTING] = "the queue takes no jobs: cupsaccept %s",
    [PRINTQ_LABELS] = "put in labels; printing goes on by itself",
    [PRINTQ_COVER] = "close its cover; printing goes on by itself",
    [PRINTQ_JAM] = "free the jammed label; printing goes on by itself",
    [PRINTQ_RIBBON] = "put in a ribbon; printing goes on by itself",
    [PRINTQ_OFFLINE] = "look at its power and its cable",
    [PRINTQ_FILTER] = "its driver is not whole: install its package; lpstat -l -p %s",
    [PRINTQ_HUNG] =
        ("look at its display, power and cable; a test label that comes out "
         "brings it back at once"),
    [PRINTQ_REFUSED] = "it is tried again by itself; lpstat -l -p %s",
    [PRINTQ_OTHER_PROBLEM] = "look at the printer",
};

const char *
printq_problem_name(enum printq_problem problem)
{
    return (size_t)problem < PRINTQ_PROBLEM_COUNT ? problem_names[problem] : "?";
}

const char *
printq_queue_of(const struct printq_status *status)
{
    return strncmp(status->uri, "cups:", 5) == 0 ? status->uri + 5 : "";
}

const char *
printq_advice(const struct printq_status *status, char *to, size_t size)
{
    struct str out;
    str_init(&out, size);
    const char *queue = printq_queue_of(status);
    for (const char *at = advices[status->problem]; *at;) {
        size_t plain = strcspn(at, "%");
        str_add(&out, at, plain);
        at += plain;
        if (*at == '%') { /* "%s" */
            str_add_text(&out, *queue ? queue : status->name);
            at += 2;
        }
    }
    str_copy(to, size, out.length ? out.data : "");
    str_finish(&out);
    return to;
}

bool
printq_is_down(const struct printq_status *status)
{
    bool unheard =
        status->health == PRINTQ_UNREACHABLE && status->problem == PRINTQ_NO_PROBLEM;
    return status->health != PRINTQ_READY && status->health != PRINTQ_PRINTING &&
           !unheard;
}

bool
printq_none_works(const struct printq *printq, struct str *text)
{
    struct printq_status status;
    char advice[256];
    str_clear(text);
    for (unsigned i = 0; i < printq_count(printq); i++) {
        printq_status(printq, i, &status);
        if (status.name[0] == '\0')
            continue;
        if (!printq_is_down(&status)) {
            str_clear(text);
            return false;
        }
        str_addf(text, "%sprinter %s: %s", text->length ? "; " : "", status.name,
                 printq_health_name(status.health));
        if (printq_advice(&status, advice, sizeof advice)[0])
            str_addf(text, ", %s", advice);
    }
    if (text->length == 0)
        str_add_text(text, "no printer is configured: name one in yuelai.conf, or give "
                           "this station a role with work=admit-only");
    return true;
}

/* By what it says first; what makes the rest meaningless comes first. */
static enum printq_problem
problem_of_reasons(unsigned reasons)
{
    static const struct {
        unsigned reason;
        enum printq_problem problem;
    } table[] = {
        { PRINTER_NO_QUEUE, PRINTQ_NO_QUEUE },
        { PRINTER_WRONG_DRIVER, PRINTQ_WRONG_DRIVER },
        { PRINTER_MEDIA_EMPTY, PRINTQ_LABELS },
        { PRINTER_COVER_OPEN, PRINTQ_COVER },
        { PRINTER_MEDIA_JAM, PRINTQ_JAM },
        { PRINTER_SUPPLY_EMPTY, PRINTQ_RIBBON },
        { PRINTER_OFFLINE, PRINTQ_OFFLINE },
        { PRINTER_FILTER_FAILED, PRINTQ_FILTER },
        { PRINTER_PAUSED, PRINTQ_PAUSED },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (reasons & table[i].reason)
            return table[i].problem;
    }
    return PRINTQ_NO_PROBLEM;
}

enum printq_problem
printq_lane_problem(const struct printq_lane *lane)
{
    if (!lane->heard)
        return PRINTQ_NO_PROBLEM;
    if (!lane->known)
        return lane->reasons & PRINTER_NO_SPOOLER ? PRINTQ_NO_SPOOLER : PRINTQ_SILENT;
    enum printq_problem problem = problem_of_reasons(lane->reasons);
    if (problem != PRINTQ_NO_PROBLEM)
        return problem;
    if (lane->queue == PRINTER_STOPPED)
        return PRINTQ_OTHER_PROBLEM;
    if (!lane->accepting)
        return PRINTQ_REJECTING;
    if (lane->hung)
        return PRINTQ_HUNG;
    return lane->phase == LANE_IDLE && printq_lane_rests(lane) ? PRINTQ_REFUSED
                                                               : PRINTQ_NO_PROBLEM;
}

const char *
printq_reasons_text(unsigned reasons, char *to, size_t size)
{
    static const char *const words[] = {
        "media-empty", "media-low",    "media-jam",    "cover-open",    "offline",
        "paused",      "supply-empty", "supply-low",   "filter-failed", "other",
        "no-queue",    "no-spooler",   "wrong-driver",
    };
    size_t used = 0;
    to[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words && used + 1 < size; i++) {
        if (!(reasons & 1u << i))
            continue;
        snprintf(to + used, size - used, "%s%s", used ? " " : "", words[i]);
        used = strlen(to);
    }
    return to;
}
