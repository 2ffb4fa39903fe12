#include "screen/guest_inside.h"

#include <string.h>

#include "base/json.h"

/* Only a station that has nobody to let in yet waits for the load; any other works on
 * with the copy that it has. */
static bool
is_loading(const struct guest *guest)
{
    return guest->copy.loading && guest->station.trouble == STATION_NO_ROSTER;
}

void
guest_idle_view(const struct guest *guest, struct guest_view *idle)
{
    enum station_trouble trouble = guest->station.trouble;
    *idle = (struct guest_view){ .variant = "", .screen = GUEST_ATTRACT };
    if (!guest->started) {
        idle->screen = GUEST_STARTING;
    } else if (is_loading(guest)) {
        idle->screen = GUEST_STARTING;
        idle->variant = "loading";
    } else if (trouble != STATION_READY) {
        idle->screen = GUEST_OUT_OF_ORDER;
        idle->code = guest_trouble_code(trouble);
    } else if (guest_lacks_printer(guest)) {
        idle->screen = guest->admits ? GUEST_ATTRACT : GUEST_OUT_OF_ORDER;
        idle->variant = guest->admits ? "no-badges" : "";
        idle->code = guest->admits ? NULL : GUEST_CODE_NO_PRINTER;
    }
}

static bool
is_another(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") != 0;
}

void
guest_look(struct guest *guest)
{
    struct guest_view idle;
    guest_idle_view(guest, &idle);
    if (guest_is_idle(guest) && (idle.screen != guest->view.screen ||
                                 is_another(idle.variant, guest->view.variant) ||
                                 is_another(idle.code, guest->view.code)))
        guest_go_idle(guest);
    else
        guest_publish(guest, false);
}

void
guest_write_copy_chips(const struct guest *guest, struct str *out)
{
    if (is_loading(guest))
        json_add_text(out, NULL, "loading");
    else if (guest->copy.old_ms)
        json_add_text(out, NULL, "old");
}

void
guest_write_copy(const struct guest *guest, struct str *out)
{
    if (!is_loading(guest) && !guest->copy.old_ms)
        return;
    json_open_object(out, "copy");
    if (is_loading(guest)) {
        json_add_int(out, "done", guest->copy.done);
        json_add_int(out, "total", guest->copy.total);
    } else {
        json_add_int(out, "at", guest->copy.old_ms);
    }
    json_close_object(out);
}

static bool
is_same(const struct guest_copy *a, const struct guest_copy *b)
{
    return a->loading == b->loading && a->done == b->done && a->total == b->total &&
           a->old_ms == b->old_ms;
}

void
guest_set_copy(struct guest *guest, const struct guest_copy *copy)
{
    if (is_same(&guest->copy, copy))
        return;
    guest->copy = *copy;
    guest_look(guest);
}
