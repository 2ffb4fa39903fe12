#include "station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "print/easel_check.h"
#include "print/printq.h"

/* Before the event somebody wants to know that the badges can be drawn: that takes
 * seconds and the drawing helper, so a start or a reload does not wait for it. */

static const struct config_part *
part_of(const struct setup *setup, const char *printer)
{
    unsigned i = 0;
    while (i + 1 < config_count(setup->config, "printer") &&
           strcmp(config_title(config_part(setup->config, "printer", i)), printer) != 0)
        i++;
    return config_part(setup->config, "printer", i);
}

static bool
judge(const struct setup *setup, const struct easel_check *checks, struct str *report,
      struct err *err)
{
    bool good = true;
    for (unsigned i = 0; i < setup->printer_count; i++) {
        struct err wrong;
        if (checks[i].problem[0] == '\0')
            continue;
        config_wrong(part_of(setup, setup->printers[i].name), "design", &wrong, "%s",
                     checks[i].problem);
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
    if (setup->printer_count == 0)
        return true;
    if (!has_helper(setup, report, err))
        return false;
    struct easel_check *checks = calloc(setup->printer_count, sizeof *checks);
    if (!checks)
        return err_no_memory(err);
    for (unsigned i = 0; i < setup->printer_count; i++) {
        checks[i].design = setup->printers[i].design;
        checks[i].target = printq_target(&setup->printers[i]);
    }
    bool good = easel_check(&setting, checks, setup->printer_count, err);
    if (good)
        good = judge(setup, checks, report, err);
    else
        str_addf(report, "designs cannot be looked at: %s\n", err->text);
    free(checks);
    return good;
}
