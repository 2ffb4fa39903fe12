#include "screen/guest_inside.h"

#include <string.h>

bool
guest_lacks_printer(const struct guest *guest)
{
    const struct guest_printer *printer = guest_printer_for(guest, "");
    return guest->prints && (printer ? printer->down : guest->has_role);
}

const struct guest_printer *
guest_printer_for(const struct guest *guest, const char *name)
{
    const struct guest_printer *chosen = NULL;
    for (unsigned i = 0; i < PRINTQ_PRINTERS_MAX; i++) {
        const struct guest_printer *printer = &guest->printers[i];
        if (!printer->known)
            continue;
        if (*name && strcmp(printer->name, name) == 0)
            return printer;
        if (!chosen || (chosen->down && !printer->down))
            chosen = printer;
    }
    return chosen;
}

static const char *
trouble_of(const struct guest_printer *printer)
{
    if (printer->reasons & PRINTER_MEDIA_EMPTY)
        return "labels";
    if (printer->reasons & PRINTER_COVER_OPEN)
        return "cover";
    if (printer->reasons & PRINTER_MEDIA_JAM)
        return "jam";
    if (printer->reasons & PRINTER_SUPPLY_EMPTY)
        return "ribbon";
    if (printer->health == PRINTQ_UNREACHABLE || printer->reasons & PRINTER_OFFLINE)
        return "offline";
    return "other";
}

void
guest_printer_look(const struct guest *guest, struct guest_view *view)
{
    if (view->screen != GUEST_WELCOME && view->screen != GUEST_TROUBLE)
        return;
    const struct guest_printer *printer = guest_printer_for(guest, view->printer);
    bool down = printer ? printer->down : guest_lacks_printer(guest);
    view->screen = down ? GUEST_TROUBLE : GUEST_WELCOME;
    view->trouble = !down ? NULL : printer ? trouble_of(printer) : "other";
}
