#include "ctl/doctor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/device_uri.h"
#include "encoder.h"
#include "str.h"

/* One printer of yuelai.conf beside its queue. */
struct pair {
    struct doctor *doctor;
    const struct printq_printer *printer;
    const struct spooler_queue *queue;
    unsigned number; /* of the queue */
    char where[128];
};

/* ---- mends ---------------------------------------------------------------------- */

static const struct spooler_queue *
queue_of(const struct doctor *doctor, const struct finding *finding)
{
    return &doctor->queues[finding->queue];
}

static bool
put(const struct doctor *doctor, const struct spooler_change *change, struct err *err)
{
    return doctor->parts->here->spooler->put(&doctor->spooler, change, err);
}

static bool
resume(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    return doctor->parts->here->spooler->resume(&doctor->spooler,
                                                queue_of(doctor, finding)->name, err);
}

static bool
set_policy(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    const struct spooler_change change = { .name = queue_of(doctor, finding)->name,
                                           .policy = "abort-job" };
    return put(doctor, &change, err);
}

static bool
set_private(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    const struct spooler_change change = { .name = queue_of(doctor, finding)->name,
                                           .private = true };
    return put(doctor, &change, err);
}

static bool
set_unscaled(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    const struct spooler_change change = { .name = queue_of(doctor, finding)->name,
                                           .unscaled = true };
    return put(doctor, &change, err);
}

/* The keyword stands in the mend's own text too; this is asked anew. */
static bool
set_media(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    const struct command_here *here = doctor->parts->here;
    const struct printq_printer *printer = &here->printers[finding->lacks];
    const struct profile *profile = &printer->profile;
    const struct spooler_change change = {
        .name = queue_of(doctor, finding)->name,
        .media = profile->media[profile->medium].keyword,
    };
    return put(doctor, &change, err);
}

/* What an earlier mend of this run has changed stays. */
static bool
set_device(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    struct spooler_queue *queue = &doctor->queues[finding->queue];
    char device[SPOOLER_URI_MAX + 1];
    if (!device_mend(queue->device, finding->lacks, device, sizeof device, err))
        return false;
    const struct spooler_change change = { .name = queue->name, .device = device };
    return put(doctor, &change, err) &&
           str_copy(queue->device, sizeof queue->device, device);
}

/* ---- what is looked at ------------------------------------------------------------
 */

#define FOUND(pair, id, why, ...) \
    doctor_found((pair)->doctor, (id), (pair)->where, (why), __VA_ARGS__)

static void
mend_with(const struct pair *pair, struct finding *finding,
          bool (*fix)(struct doctor *doctor, const struct finding *finding,
                      struct err *err),
          const char *options)
{
    snprintf(finding->mend, sizeof finding->mend, "sudo lpadmin -p %.100s %.380s",
             pair->queue->name, options);
    finding->fix = fix;
    finding->queue = pair->number;
}

static void
look_at_state(const struct pair *pair)
{
    const struct spooler_queue *queue = pair->queue;
    struct finding *finding = NULL;
    if (queue->state == PRINTER_STOPPED)
        finding = FOUND(pair, "paused", "Nothing comes out of it until it is resumed.",
                        "the queue %s is paused%s%s", queue->name,
                        queue->message[0] ? ": " : "", queue->message);
    else if (!queue->accepting)
        finding = FOUND(pair, "rejecting", "Every badge for it is refused by CUPS.",
                        "the queue %s rejects jobs", queue->name);
    if (!finding)
        return;
    mend_with(pair, finding, resume, "");
    snprintf(finding->mend, sizeof finding->mend,
             "sudo cupsenable %.100s; sudo cupsaccept %.100s", queue->name,
             queue->name);
}

static void
look_at_policy(const struct pair *pair)
{
    const char *policy = pair->queue->policy;
    if (!policy[0] || strcmp(policy, "abort-job") == 0)
        return;
    bool stops = strcmp(policy, "stop-printer") == 0;
    mend_with(pair,
              FOUND(pair, "policy",
                    stops
                        ? "One failed badge stops the queue, and all after it wait "
                          "for somebody with a keyboard."
                        : "CUPS prints a failed badge again by itself, over and over, "
                          "beside kioskd that has printed it elsewhere.",
                    "its error policy is %s", policy),
              set_policy, "-o printer-error-policy=abort-job");
}

static void
look_at_shared(const struct pair *pair)
{
    if (pair->queue->shared)
        mend_with(pair,
                  FOUND(pair, "shared",
                        "Whoever is in the venue's network may print on your labels.",
                        "the queue is shared with the network"),
                  set_private, "-o printer-is-shared=false");
}

static void
look_at_device(const struct pair *pair)
{
    static const struct {
        unsigned lack;
        const char *id, *what, *why;
    } table[] = {
        { DEVICE_LACKS_SNMP, "snmp", "CUPS asks the printer for its supplies (SNMP)",
          "Where it does not answer, each badge takes 4 seconds longer." },
        { DEVICE_LACKS_CONTIMEOUT, "contimeout",
          "CUPS goes on connecting for a week to a printer that is away",
          "A printer that was switched off holds its badge until kioskd takes it "
          "back." },
        { DEVICE_LACKS_ONCE, "once-unused", "it does not go through the backend once",
          "When CUPS is restarted in the middle of a badge, it comes twice, or "
          "somebody "
          "is asked whether it came." },
    };
    unsigned lacks = device_lacks(pair->queue->device);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char device[SPOOLER_URI_MAX + 1], options[SPOOLER_URI_MAX + 8];
        struct err err;
        if (!(lacks & table[i].lack) || !device_mend(pair->queue->device, table[i].lack,
                                                     device, sizeof device, &err))
            continue;
        struct finding *finding = FOUND(pair, table[i].id, table[i].why, "%s (%.200s)",
                                        table[i].what, pair->queue->device);
        snprintf(options, sizeof options, "-v '%s'", device);
        mend_with(pair, finding, set_device, options);
        finding->lacks = table[i].lack;
    }
}

static const char *
format_of(const struct pair *pair)
{
    const struct encoder *const *encoders = pair->doctor->parts->here->encoders;
    for (unsigned i = 0; encoders[i]; i++) {
        if (strcmp(encoders[i]->name, pair->printer->profile.language) == 0)
            return encoders[i]->format;
    }
    return "";
}

static void
look_at_driver(const struct pair *pair)
{
    const struct profile *profile = &pair->printer->profile;
    const struct spooler_queue *queue = pair->queue;
    const char *why = pair->doctor->parts->here->spooler->wrong(
        format_of(pair), profile->language, queue->model, device_real(queue->device));
    if (why) {
        struct finding *finding = FOUND(
            pair, "driver",
            "Badges come out as pages of signs, or not at all; kioskd sends none.",
            "%s (profile %s, queue %.100s)", why, profile->name, queue->model);
        snprintf(finding->mend, sizeof finding->mend,
                 "sudo kioskctl printer setup --queue %.100s, or another profile",
                 queue->name);
    }
    bool own = strcmp(format_of(pair), "application/vnd.cups-raw") == 0;
    if (own || (profile->darkness == ENCODER_UNSET && profile->speed == ENCODER_UNSET))
        return;
    struct finding *finding = FOUND(
        pair, "heat",
        "It prints as dark as its driver is set, whatever yuelai.conf says.",
        "darkness or speed is set, but language %s does not carry it to the printer",
        profile->language);
    snprintf(finding->mend, sizeof finding->mend,
             "set it at the queue's driver: lpoptions -p %.100s -l names its options",
             queue->name);
}

/* Only a queue with a driver has these; a raw one passes bytes. */
static void
look_at_page(const struct pair *pair)
{
    const struct profile *profile = &pair->printer->profile;
    const struct spooler_queue *queue = pair->queue;
    const char *keyword = profile->media[profile->medium].keyword;
    if (queue->raw || strcmp(format_of(pair), "application/vnd.cups-raw") == 0)
        return;
    if (keyword[0] && strcmp(queue->media, keyword) != 0) {
        char options[128];
        snprintf(options, sizeof options, "-o media-default=%s", keyword);
        struct finding *finding = FOUND(
            pair, "media",
            "A document that names no size comes out on a sheet of Letter: labels "
            "are fed and thrown away.",
            "its default media is %s, not %s", queue->media[0] ? queue->media : "none",
            keyword);
        mend_with(pair, finding, set_media, options);
        finding->lacks =
            (unsigned)(pair->printer - pair->doctor->parts->here->printers);
    }
    if (queue->dpi && queue->dpi != profile->dpi) {
        struct finding *finding =
            FOUND(pair, "resolution",
                  "Badges come out too large, too small, or on two labels.",
                  "the queue prints at %" PRId32 " dpi, the profile draws at %" PRId32,
                  queue->dpi, profile->dpi);
        snprintf(finding->mend, sizeof finding->mend,
                 "sudo lpadmin -p %.100s -o printer-resolution-default=%" PRId32
                 "dpi, or a profile of %" PRId32 " dpi",
                 queue->name, profile->dpi, queue->dpi);
    }
    bool scales =
        queue->fits || (queue->scaling[0] && strcmp(queue->scaling, "none") != 0);
    if (scales)
        mend_with(pair,
                  FOUND(pair, "scaling",
                        "A code that is scaled is read badly, and nothing stands where "
                        "the label wants it.",
                        "the queue scales pages (%s)",
                        queue->fits ? "fit-to-page" : queue->scaling),
                  set_unscaled, "-o print-scaling-default=none");
}

static void
look_at_one(const struct pair *pair)
{
    if (pair->queue->found) {
        struct finding *finding = FOUND(
            pair, "found-queue", "It goes when the network stops announcing it.",
            "nobody made the queue %s: it was found in the network", pair->queue->name);
        str_copy(finding->mend, sizeof finding->mend,
                 "sudo kioskctl printer setup, under another name");
    }
    look_at_state(pair);
    look_at_policy(pair);
    look_at_shared(pair);
    look_at_device(pair);
    look_at_driver(pair);
    look_at_page(pair);
}

static bool
find_queue(struct pair *pair, const char *name)
{
    const struct doctor *doctor = pair->doctor;
    for (unsigned i = 0; i < doctor->queue_count; i++) {
        if (strcmp(doctor->queues[i].name, name) != 0)
            continue;
        pair->queue = &doctor->queues[i];
        pair->number = i;
        return true;
    }
    return false;
}

void
doctor_look_at_queues(struct doctor *doctor)
{
    const struct command_here *here = doctor->parts->here;
    for (unsigned i = 0; i < here->printer_count; i++) {
        struct pair pair = { .doctor = doctor, .printer = &here->printers[i] };
        if (!str_starts(pair.printer->uri, "cups:") ||
            strcmp(pair.printer->server, doctor->spooler.server) != 0)
            continue;
        snprintf(pair.where, sizeof pair.where, "printer %.100s", pair.printer->name);
        const char *name = pair.printer->uri + strlen("cups:");
        if (find_queue(&pair, name)) {
            look_at_one(&pair);
            continue;
        }
        struct finding *finding = FOUND(&pair, "no-queue", "No badge comes out of it.",
                                        "CUPS has no queue %s", name);
        snprintf(finding->mend, sizeof finding->mend,
                 "sudo kioskctl printer setup --queue %.100s", name);
    }
}
