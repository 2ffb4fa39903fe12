#include "ctl/printer_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/device_uri.h"
#include "print/profile_fit.h"
#include "str.h"

struct search {
    struct found_printer *printer;
    char words[SPOOLER_URI_MAX + 1];
    const char *language;
    unsigned most;
};

static bool
is_generic(const struct profile *profile, const char *language)
{
    bool general = str_starts(profile->name, "generic-") ||
                   str_starts(profile->name, "driverless-");
    return language[0] && general && strcmp(profile->language, language) == 0;
}

static bool
look(const struct profile *profile, void *self)
{
    struct search *search = self;
    struct found_printer *printer = search->printer;
    unsigned fit = profile_fit(profile, printer->model), other;
    other = profile_fit(profile, printer->id);
    fit = other > fit ? other : fit;
    other = profile_fit(profile, search->words);
    fit = other > fit ? other : fit;
    if (fit == 0 && is_generic(profile, search->language))
        fit = 1;
    if (fit == 0 || fit < search->most)
        return true;
    if (fit > search->most) {
        printer->fit_count = 0;
        printer->refused[0] = '\0';
    }
    search->most = fit;
    if (profile->refused[0])
        str_copy(printer->refused, sizeof printer->refused, profile->refused);
    if (printer->fit_count < FOUND_FITS_MAX)
        str_copy(printer->fits[printer->fit_count++], sizeof printer->fits[0],
                 profile->name);
    return true;
}

bool
printer_fit(const char *profiles, struct found_printer *printer, struct err *err)
{
    struct search search = { .printer = printer,
                             .language = profile_fit_language(printer->id) };
    profile_fit_words(printer->uri, search.words, sizeof search.words);
    printer->fit_count = 0;
    printer->refused[0] = '\0';
    return profile_each(profiles, look, &search, err);
}

/* ---- devices ---------------------------------------------------------------- */

static void
take_device(const struct spooler_device *device, void *self)
{
    struct found *found = self;
    for (unsigned i = 0; i < found->count; i++) {
        if (strcmp(found->printers[i].uri, device->uri) == 0)
            return;
    }
    if (found->count == FOUND_MAX)
        return;
    struct found_printer *to = &found->printers[found->count];
    *to = (struct found_printer){ .uri = "" };
    if (!str_copy(to->uri, sizeof to->uri, device->uri))
        return;
    str_copy(to->model, sizeof to->model, device->model);
    str_copy(to->id, sizeof to->id, device->id);
    str_copy(to->about, sizeof to->about,
             device->about[0] ? device->about : device->model);
    found->count++;
}

/* A serial port is there whether a printer is at it or not. */
static bool
is_likely(const struct found_printer *printer)
{
    static const char *const schemes[] = { "usb:", "dnssd:", "socket:",
                                           "ipp:", "ipps:",  "lpd:" };
    if (printer->fit_count > 0)
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (str_starts(printer->uri, schemes[i]))
            return true;
    }
    return false;
}

static void
name_queue(const struct spooler_queue *queue, void *self)
{
    struct found *found = self;
    for (unsigned i = 0; i < found->count; i++) {
        struct found_printer *printer = &found->printers[i];
        const char *device = device_real(queue->device);
        size_t length = strcspn(printer->uri, "?");
        if (strncmp(device, printer->uri, length) == 0 &&
            (device[length] == '\0' || device[length] == '?'))
            str_copy(printer->queue, sizeof printer->queue, queue->name);
    }
}

bool
printer_find(const struct command_parts *parts, const struct spooler_setting *setting,
             struct found *found, struct err *err)
{
    const struct spooler_door *spooler = parts->here->spooler;
    unsigned kept = 0;
    found->count = 0;
    if (!spooler->devices(setting, FOUND_SECONDS, take_device, found, err))
        return false;
    for (unsigned i = 0; i < found->count; i++) {
        if (!printer_fit(parts->profiles, &found->printers[i], err))
            return false;
        if (is_likely(&found->printers[i]))
            found->printers[kept++] = found->printers[i];
    }
    found->count = kept;
    return spooler->queues(setting, name_queue, found, err);
}
