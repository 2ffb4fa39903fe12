#include "screen/guest_inside.h"

#include <string.h>

#include "base/json.h"

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

static unsigned
count_printers(const struct guest *guest)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PRINTQ_PRINTERS_MAX; i++)
        count += guest->printers[i].known;
    return count;
}

static const struct guest_printer *
find_printer(const struct guest *guest, const char *name)
{
    for (unsigned i = 0; i < PRINTQ_PRINTERS_MAX; i++) {
        if (guest->printers[i].known && strcmp(guest->printers[i].name, name) == 0)
            return &guest->printers[i];
    }
    return NULL;
}

void
guest_write_printer_at(const struct guest *guest, struct str *out)
{
    const char *name = guest->view.printer;
    const struct guest_printer *printer = *name ? find_printer(guest, name) : NULL;
    bool has_plain = false;
    if (!printer || count_printers(guest) < 2)
        return;
    json_open_object(out, "printer_at");
    for (unsigned i = 0; i < PRINTQ_PLACES_MAX && printer->places[i].text[0]; i++) {
        json_add_text(out, printer->places[i].language, printer->places[i].text);
        has_plain = has_plain || printer->places[i].language[0] == '\0';
    }
    if (!has_plain)
        json_add_text(out, "", printer->name);
    json_close_object(out);
}
