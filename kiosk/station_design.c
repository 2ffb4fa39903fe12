#include "station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "print/easel_check.h"
#include "print/printq.h"

/* Before the event somebody wants to know that the badges can be drawn: that takes
 * seconds and the drawing helper, so a start or a reload does not wait for it. */

enum { LOOKS_MAX = PRINTQ_PRINTERS_MAX * (1 + SETUP_KINDS_MAX) };

/* Each design with the heads it goes onto, and the part of the file that names it. */
struct looks {
    struct easel_check *checks;
    const struct config_part *parts[LOOKS_MAX];
    unsigned count;
};

static const struct config_part *
part_of(const struct setup *setup, const char *printer)
{
    unsigned i = 0;
    while (i + 1 < config_count(setup->config, "printer") &&
           strcmp(config_title(config_part(setup->config, "printer", i)), printer) != 0)
        i++;
    return config_part(setup->config, "printer", i);
}

static void
add(struct looks *looks, const struct config_part *part, const char *design,
    const struct printq_printer *printer)
{
    looks->parts[looks->count] = part;
    looks->checks[looks->count].design = design;
    looks->checks[looks->count++].target = printq_target(printer);
}

/* A kind that no printer serves is served by all, as printq has it. */
static bool
takes(const struct setup *setup, unsigned printer, const char *kind)
{
    bool served = false;
    for (unsigned i = 0; i < setup->printer_count; i++)
        served = served || printq_serves(&setup->printers[i], kind);
    return !served || printq_serves(&setup->printers[printer], kind);
}

/* Printers first; then the designs that kinds of guest have of their own, on the labels
 * of those that serve them. */
static void
gather(const struct setup *setup, struct looks *looks)
{
    for (unsigned i = 0; i < setup->printer_count; i++)
        add(looks, part_of(setup, setup->printers[i].name), setup->printers[i].design,
            &setup->printers[i]);
    for (unsigned k = 0; k < config_count(setup->config, "kind"); k++) {
        const struct config_part *part = config_part(setup->config, "kind", k);
        const char *design = config_text(part, "design");
        for (unsigned i = 0; design[0] && i < setup->printer_count; i++) {
            if (looks->count < LOOKS_MAX && takes(setup, i, config_title(part)))
                add(looks, part, design, &setup->printers[i]);
        }
    }
}

/* Said once for each part, if it is wrong on several heads. */
static bool
judge(const struct looks *looks, struct str *report, struct err *err)
{
    const struct config_part *told = NULL;
    bool good = true;
    for (unsigned i = 0; i < looks->count; i++) {
        struct err wrong;
        if (looks->checks[i].problem[0] == '\0' || looks->parts[i] == told)
            continue;
        told = looks->parts[i];
        config_wrong(told, "design", &wrong, "%s", looks->checks[i].problem);
        str_addf(report, "%s\n", wrong.text);
        if (good)
            *err = wrong;
        good = false;
    }
    return good;
}

/* Without the helper there is nothing to learn about designs: that is what is wrong. */
static bool
has_helper(const struct setup *setup, struct str *report, struct err *err)
{
    char path[SETUP_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s-prepare", setup->helper);
    if (access(path, X_OK) == 0)
        return true;
    config_wrong(config_part(setup->config, "", 0), "helper", err,
                 "want kiosk-draw with kiosk-draw-prepare beside it, found no %s",
                 path);
    str_addf(report, "%s\n", err->text);
    return false;
}

bool
station_check_designs(const struct setup *setup, const struct station_world *world,
                      struct str *report, struct err *err)
{
    const struct easel_setting setting = { .helper = setup->helper,
                                           .designs = setup->designs,
                                           .fonts = setup->fonts,
                                           .clock = world->clock };
    struct looks looks = { 0 };
    if (setup->printer_count == 0)
        return true;
    if (!has_helper(setup, report, err))
        return false;
    looks.checks = calloc(LOOKS_MAX, sizeof *looks.checks);
    if (!looks.checks)
        return err_no_memory(err);
    gather(setup, &looks);
    bool good = easel_check(&setting, looks.checks, looks.count, err);
    if (good)
        good = judge(&looks, report, err);
    else
        str_addf(report, "designs cannot be looked at: %s\n", err->text);
    free(looks.checks);
    return good;
}
