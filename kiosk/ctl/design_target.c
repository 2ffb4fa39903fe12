#include "ctl/design_target.h"

#include <stdlib.h>

#include "print/printq.h"
#include "print/profile.h"
#include "str.h"

enum { DPI_MIN = 100, DPI_MAX = 1200, DPI_USUAL = 203 };

static bool
of_profile(const struct command_request *request, const char *name,
           struct easel_target *target, struct err *err)
{
    const char *media = command_text(request, "media");
    struct printq_printer *printer = calloc(1, sizeof *printer);
    if (!printer)
        return err_no_memory(err);
    bool ok = profile_load(request->parts->profiles, name, &printer->profile, err) &&
              (media[0] == '\0' || profile_choose_media(&printer->profile, media, err));
    if (ok)
        *target = printq_target(printer);
    free(printer);
    return ok;
}

bool
design_target_read(const struct command_request *request, struct easel_target *target,
                   struct err *err)
{
    const char *text = command_text(request, "target");
    const char *printer = command_text(request, "printer");
    long long dpi = DPI_USUAL;
    if (text[0] && printer[0])
        return err_set(err, ERR_INPUT, "--target and --printer: want one of the two");
    if (command_text(request, "media")[0] && printer[0] == '\0')
        return err_set(err, ERR_INPUT, "--media: wants --printer with it");
    if (printer[0])
        return of_profile(request, printer, target, err);
    if (text[0] && !str_read_int(text, DPI_MIN, DPI_MAX, &dpi))
        return err_set(err, ERR_INPUT, "--target: want %d to %d dots an inch", DPI_MIN,
                       DPI_MAX);
    *target = (struct easel_target){ .dpi = (int32_t)dpi };
    return true;
}
