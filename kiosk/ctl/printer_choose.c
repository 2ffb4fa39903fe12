#include "ctl/printer_setup.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/device_uri.h"
#include "ctl/talk.h"

enum { PROFILES_MAX = 128, DESIGNS_MAX = 64 };

/* ---- which printer -------------------------------------------------------------- */

static bool
choose_among(struct setting_up *up, const struct found *found, struct err *err)
{
    char lines[FOUND_MAX][320];
    const char *items[FOUND_MAX];
    unsigned chosen;
    if (found->count == 0)
        return err_set(
            err, ERR_ABSENT,
            "no printer is found: is it plugged in and on? One in the network "
            "is named by --uri socket://ADDRESS or ipp://ADDRESS/ipp/print");
    for (unsigned i = 0; i < found->count; i++) {
        const struct found_printer *printer = &found->printers[i];
        snprintf(lines[i], sizeof lines[i], "%.90s  %.200s", printer->about,
                 printer->uri);
        items[i] = lines[i];
    }
    if (!talk_choose(up->talk, "Which printer?", items, found->count, "--uri", &chosen,
                     err))
        return false;
    up->found = found->printers[chosen];
    return true;
}

/* A URI given by hand may be one that CUPS knows more of. */
static bool
take_uri(struct setting_up *up, const char *uri, const struct found *found,
         struct err *err)
{
    char quoted[120];
    if (!device_is_uri(uri) ||
        !str_copy(up->found.uri, sizeof up->found.uri, device_real(uri)))
        return err_set(err, ERR_INPUT,
                       "--uri: want SCHEME:…, such as socket://ADDRESS, got \"%s\"",
                       str_quote(quoted, sizeof quoted, uri, strlen(uri)));
    for (unsigned i = 0; i < found->count; i++) {
        if (strcmp(found->printers[i].uri, up->found.uri) == 0)
            up->found = found->printers[i];
    }
    return printer_fit(up->parts->profiles, &up->found, err);
}

/* A printer of the network is not looked for where it has been named. */
static bool
choose_printer(struct setting_up *up, struct err *err)
{
    const char *uri = command_text(up->request, "uri");
    struct found *found = calloc(1, sizeof *found);
    if (!found)
        return err_no_memory(err);
    bool wants = !uri[0] || str_starts(device_real(uri), "usb:") ||
                 str_starts(device_real(uri), "dnssd:");
    if (wants && !uri[0])
        talk_say(up->talk, "Looking for printers, %d s …\n", FOUND_SECONDS);
    bool good = !wants || printer_find(up->parts, &up->spooler, found, err);
    good =
        good && (uri[0] ? take_uri(up, uri, found, err) : choose_among(up, found, err));
    free(found);
    return good;
}

/* ---- which profile -------------------------------------------------------------- */

struct all_profiles {
    char names[PROFILES_MAX][PROFILE_NAME_MAX + 1];
    unsigned count;
};

static bool
add_profile(const struct profile *profile, void *self)
{
    struct all_profiles *all = self;
    if (!profile->refused[0] && !str_starts(profile->name, "virtual-"))
        str_copy(all->names[all->count++], sizeof all->names[0], profile->name);
    return all->count < PROFILES_MAX;
}

static bool
choose_of_all(struct setting_up *up, char *name, size_t size, struct err *err)
{
    struct all_profiles all = { .count = 0 };
    const char *items[PROFILES_MAX];
    unsigned chosen;
    if (!profile_each(up->parts->profiles, add_profile, &all, err))
        return false;
    for (unsigned i = 0; i < all.count; i++)
        items[i] = all.names[i];
    talk_say(up->talk, "No profile names a printer that calls itself \"%s\".\n",
             up->found.model[0] ? up->found.model : up->found.uri);
    if (!talk_choose(up->talk, "What kind of printer is it?", items, all.count,
                     "--profile (kioskctl printers profiles)", &chosen, err))
        return false;
    return str_copy(name, size, all.names[chosen]);
}

static bool
choose_profile(struct setting_up *up, struct err *err)
{
    char name[PROFILE_NAME_MAX + 1] = "";
    const char *given = command_text(up->request, "profile");
    const char *items[FOUND_FITS_MAX];
    unsigned chosen;
    if (up->found.refused[0])
        return err_set(err, ERR_INPUT, "%s cannot be used: %s",
                       up->found.about[0] ? up->found.about : up->found.uri,
                       up->found.refused);
    for (unsigned i = 0; i < up->found.fit_count; i++)
        items[i] = up->found.fits[i];
    if (given[0] && !str_copy(name, sizeof name, given))
        return err_set(err, ERR_INPUT, "--profile: over %d bytes", PROFILE_NAME_MAX);
    if (!given[0] && up->found.fit_count > 0) {
        if (!talk_choose(up->talk, "Which profile? (dots an inch stand on its label)",
                         items, up->found.fit_count, "--profile", &chosen, err))
            return false;
        str_copy(name, sizeof name, items[chosen]);
    } else if (!given[0] && !choose_of_all(up, name, sizeof name, err)) {
        return false;
    }
    if (!profile_load(up->parts->profiles, name, &up->printer.profile, err))
        return false;
    up->pristine = up->printer.profile;
    return true;
}

/* ---- which labels, which design ------------------------------------------------- */

static bool
choose_medium(struct setting_up *up, struct err *err)
{
    struct profile *profile = &up->printer.profile;
    const char *given = command_text(up->request, "medium");
    char lines[PROFILE_MEDIA_MAX][160];
    const char *items[PROFILE_MEDIA_MAX];
    if (given[0])
        return profile_choose_media(profile, given, err);
    for (unsigned i = 0; i < profile->media_count; i++) {
        const struct profile_media *media = &profile->media[i];
        snprintf(lines[i], sizeof lines[i], "%s%s%s", media->name,
                 media->order[0] ? "  " : "", media->order);
        items[i] = lines[i];
    }
    return talk_choose(up->talk, "Which labels are in it? (millimetres)", items,
                       profile->media_count, "--medium", &profile->medium, err);
}

static int
is_design(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot && strcmp(dot, ".svg") == 0 &&
           strcmp(entry->d_name, "calibration.svg") != 0;
}

static bool
is_there(const char *name, struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++) {
        size_t length = strlen(entries[i]->d_name) - strlen(".svg");
        if (strlen(name) == length && memcmp(name, entries[i]->d_name, length) == 0)
            return true;
    }
    return false;
}

static bool
choose_from(struct setting_up *up, struct dirent **entries, int count, struct err *err)
{
    const struct profile *profile = &up->printer.profile;
    const char *given = command_text(up->request, "design");
    const char *items[DESIGNS_MAX];
    char usual[PROFILE_NAME_MAX + 16];
    unsigned shown = count > DESIGNS_MAX ? DESIGNS_MAX : (unsigned)count, chosen;
    snprintf(usual, sizeof usual, "conference-%s",
             profile->media[profile->medium].name);
    if (!given[0] && is_there(usual, entries, count))
        return str_copy(up->printer.design, sizeof up->printer.design, usual);
    if (given[0] && (str_starts(given, "server") || is_there(given, entries, count)))
        return str_copy(up->printer.design, sizeof up->printer.design, given);
    if (given[0] || shown == 0)
        return err_set(err, ERR_INPUT, "--design: there is no \"%.60s\" in %s", given,
                       up->parts->here->designs);
    for (unsigned i = 0; i < shown; i++) {
        entries[i]->d_name[strlen(entries[i]->d_name) - strlen(".svg")] = '\0';
        items[i] = entries[i]->d_name;
    }
    return talk_choose(up->talk, "Which badge is printed on them?", items, shown,
                       "--design", &chosen, err) &&
           str_copy(up->printer.design, sizeof up->printer.design, items[chosen]);
}

static bool
choose_design(struct setting_up *up, struct err *err)
{
    struct dirent **entries;
    int count = scandir(up->parts->here->designs, &entries, is_design, alphasort);
    if (count < 0)
        return err_set(err, ERR_IO, "%s cannot be read", up->parts->here->designs);
    bool good = choose_from(up, entries, count, err);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return good;
}

/* ---- which queue ---------------------------------------------------------------- */

static bool
is_queue_name(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= PRINTQ_NAME_MAX &&
           strcspn(name, " /#?'\"\\\t\r\n") == length;
}

static void
take_queue(const struct spooler_queue *queue, void *self)
{
    struct setting_up *up = self;
    if (strcmp(queue->name, up->queue) != 0)
        return;
    up->is_there = true;
    up->was = *queue;
}

/* "zebra-zd421-203" -> "zebra-zd421" */
static void
usual_name(const struct setting_up *up, char name[PROFILE_NAME_MAX + 1])
{
    str_copy(name, PROFILE_NAME_MAX + 1, up->printer.profile.name);
    char *dash = strrchr(name, '-');
    if (dash && strspn(dash + 1, "0123456789") == strlen(dash + 1))
        *dash = '\0';
}

static bool
choose_queue(struct setting_up *up, struct err *err)
{
    const char *given = command_text(up->request, "queue");
    char usual[PROFILE_NAME_MAX + 1];
    usual_name(up, usual);
    if (given[0])
        str_copy(up->queue, sizeof up->queue, given);
    else if (up->found.queue[0])
        str_copy(up->queue, sizeof up->queue, up->found.queue);
    else if (!up->talk->terminal)
        str_copy(up->queue, sizeof up->queue, usual);
    else if (!talk_ask(up->talk, "What shall it be called?", usual, "--queue",
                       up->queue, sizeof up->queue, err))
        return false;
    if (!is_queue_name(up->queue))
        return err_set(err, ERR_INPUT,
                       "--queue: want a name of 1 to %d bytes, without blanks, quotes, "
                       "/, # and ?",
                       PRINTQ_NAME_MAX);
    snprintf(up->printer.name, sizeof up->printer.name, "%s", up->queue);
    snprintf(up->printer.uri, sizeof up->printer.uri, "cups:%s", up->queue);
    str_copy(up->printer.server, sizeof up->printer.server, up->spooler.server);
    return up->parts->here->spooler->queues(&up->spooler, take_queue, up, err);
}

/* ---- which driver --------------------------------------------------------------- */

static const char *
format_of(const struct setting_up *up)
{
    const struct encoder *const *encoders = up->parts->here->encoders;
    for (unsigned i = 0; encoders[i]; i++) {
        if (strcmp(encoders[i]->name, up->printer.profile.language) == 0)
            return encoders[i]->format;
    }
    return "";
}

static bool
choose_driver(struct setting_up *up, struct err *err)
{
    const struct profile *profile = &up->printer.profile;
    const char *given = command_text(up->request, "driver"), *format = format_of(up);
    const char *usual =
        strcmp(format, "application/vnd.cups-raw") == 0 ? "raw" : profile->driver;
    const char *why;
    if (!str_copy(up->driver, sizeof up->driver, given[0] ? given : usual))
        return err_set(err, ERR_INPUT, "--driver: over %zu bytes",
                       sizeof up->driver - 1);
    if (!up->driver[0] && up->is_there && !up->was.raw)
        return true; /* its own stays */
    if (!up->driver[0])
        return err_set(
            err, ERR_INPUT,
            "profile %s prints through its maker's driver: install that, make "
            "the queue with it, and name it by --queue; or say --driver "
            "(lpinfo -m lists them)",
            profile->name);
    bool everywhere = strcmp(up->driver, "everywhere") == 0;
    if (everywhere && !str_starts(up->found.uri, "ipp") &&
        !str_starts(up->found.uri, "dnssd:"))
        return err_set(err, ERR_INPUT,
                       "profile %s is for driverless printers: want --uri "
                       "ipp://ADDRESS/ipp/print, got %.200s",
                       profile->name, up->found.uri);
    why = strcmp(up->driver, "raw") == 0
              ? up->parts->here->spooler->wrong(format, profile->language,
                                                "Local Raw Printer", up->found.uri)
              : NULL;
    return !why || err_set(err, ERR_INPUT, "%s", why);
}

bool
printer_choose(struct setting_up *up, struct err *err)
{
    return choose_printer(up, err) && choose_profile(up, err) &&
           choose_medium(up, err) && choose_design(up, err) && choose_queue(up, err) &&
           choose_driver(up, err);
}
