#include "screen/guest_inside.h"

#include <string.h>

#include "base/json.h"

static const char *
code_of(enum station_trouble trouble)
{
    static const char *const codes[] = {
        [STATION_READY] = "",
        [STATION_NO_ROLE] = "NO-ROLE",
        [STATION_NO_ROSTER] = "NO-ROSTER",
        [STATION_SEALED] = "WITHDRAWN",
        [STATION_DISK_FULL] = "DISK-FULL",
        [STATION_DISK_BAD] = "DISK-BAD",
    };
    return codes[trouble];
}

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
        idle->code = code_of(trouble);
    }
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
    struct guest_view before, after;
    if (is_same(&guest->copy, copy))
        return;
    guest_idle_view(guest, &before);
    guest->copy = *copy;
    guest_idle_view(guest, &after);
    if (guest_is_idle(guest) &&
        (before.screen != after.screen || strcmp(before.variant, after.variant) != 0))
        guest_go_idle(guest);
    else
        guest_publish(guest, false);
}
