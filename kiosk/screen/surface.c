#include "screen/surface.h"

#include <string.h>

#include "base/json.h"

void
surface_init(struct surface *surface, const struct surface_identity *identity)
{
    *surface = (struct surface){ .identity = identity };
    str_init(&surface->state, SURFACE_STATE_MAX);
}

void
surface_finish(struct surface *surface)
{
    str_finish(&surface->state);
}

struct str *
surface_begin(struct surface *surface, bool new_screen)
{
    surface->seq++;
    if (new_screen)
        surface->since = surface->seq;
    str_clear(&surface->state);
    json_open_object(&surface->state, NULL);
    json_add_text(&surface->state, "boot", surface->identity->boot);
    json_add_text(&surface->state, "assets", surface->identity->assets);
    json_add_int(&surface->state, "seq", (int64_t)surface->seq);
    json_add_int(&surface->state, "since", (int64_t)surface->since);
    return &surface->state;
}

bool
surface_end(struct surface *surface)
{
    json_close_object(&surface->state);
    if (!str_ok(&surface->state)) {
        str_clear(&surface->state);
        return false;
    }
    if (surface->changed)
        surface->changed(surface, surface->changed_self);
    return true;
}

bool
surface_accepts(const struct surface *surface, const char *boot, int64_t seq)
{
    return strcmp(boot, surface->identity->boot) == 0 && seq > 0 &&
           (uint64_t)seq >= surface->since && (uint64_t)seq <= surface->seq;
}
