#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print/easel_inside.h"
#include "str.h"

void
easel_design_forget(struct easel_design *design)
{
    const struct loop *loop = design->designs->loop;
    easel_prepare_stop(design);
    loop_timer_destroy(loop, design->rest);
    easel_design_drop(design);
    free(design);
}

/* The one looked for longest ago: what it was is still in the cache. */
static bool
make_room(struct easel_designs *designs)
{
    struct easel_design **oldest = NULL;
    if (designs->photos < EASEL_PHOTOS_MAX)
        return true;
    for (struct easel_design **at = &designs->first; *at; at = &(*at)->next) {
        if ((*at)->photo[0] && (*at)->state != EASEL_DESIGN_WAITING &&
            *at != designs->lent)
            oldest = at;
    }
    if (!oldest)
        return false;
    struct easel_design *gone = *oldest;
    *oldest = gone->next;
    designs->count--;
    designs->photos--;
    easel_design_forget(gone);
    return true;
}

bool
easel_designs_find_photo(struct easel_designs *designs,
                         const struct easel_design *plain, const char *photo,
                         struct easel_design **design, struct err *err)
{
    struct easel_design *found = designs->first;
    while (found &&
           !(strcmp(found->photo, photo) == 0 &&
             strcmp(found->name, plain->name) == 0 &&
             memcmp(&found->target, &plain->target, sizeof found->target) == 0))
        found = found->next;
    if (found)
        easel_design_look_again(found);
    else if (strlen(photo) >= sizeof found->photo)
        return err_set(err, ERR_LIMIT, "its path is too long");
    else if (!make_room(designs))
        return err_set(err, ERR_BUSY, "too many at once");
    else
        found = easel_designs_add(designs, plain->name, &plain->target, photo, err);
    if (!found)
        return false;
    easel_designs_start(designs);
    *design = found;
    return true;
}

void
easel_designs_lend(struct easel_designs *designs, const struct easel_design *design)
{
    designs->lent = design;
}

bool
easel_design_takes_photo(const struct easel_design *design)
{
    return design->takes_photo;
}

/* ---- a badge that wants one ------------------------------------------------ */

/* The badge goes without it: whoever stands there wants to get in. */
static bool
go_without(struct easel *easel, struct easel_request *request, const char *why)
{
    char before[EASEL_NAME_MAX + 16], quoted[sizeof request->misfit];

    snprintf(before, sizeof before, "design %s: ", request->design);
    if (str_starts(why, before))
        why += strlen(before);
    if (str_starts(why, "photo: "))
        why += strlen("photo: ");
    snprintf(request->misfit, sizeof request->misfit, "photo: %s",
             str_quote(quoted, sizeof quoted - 8, why, strlen(why)));
    log_notice(easel->log, "easel", "design=%s photo=left-out reason=\"%s\"",
               request->design, request->misfit);
    request->photo_failed = true;
    return true;
}

bool
easel_photo_take(struct easel *easel, struct easel_request *request,
                 struct easel_design **design)
{
    struct easel_design *with;
    struct err err;

    if (!request->photo || !request->photo[0] || request->photo_failed ||
        !easel_design_takes_photo(*design))
        return true;
    if (!easel_designs_find_photo(easel->designs, *design, request->photo, &with, &err))
        return go_without(easel, request, err.text);
    if (easel_design_state(with) == EASEL_DESIGN_REFUSED)
        return go_without(easel, request, easel_design_problem(with));
    if (easel_design_state(with) == EASEL_DESIGN_READY) {
        *design = with;
        return true;
    }
    int64_t now_ms = clock_mono_ms(easel->clock);
    if (request->photo_until_ms == 0)
        request->photo_until_ms = now_ms + easel->designs->photo_limit_ms;
    if (now_ms >= request->photo_until_ms)
        return go_without(easel, request, "not ready in time");
    loop_timer_arm(easel->loop, easel->pump, request->photo_until_ms - now_ms);
    return false;
}
