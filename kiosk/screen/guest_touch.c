#include "screen/guest_inside.h"

#include <inttypes.h>
#include <string.h>

enum { LANGUAGE_MS = 30000 }; /* a language touched on attract, until the next guest */

/* ---- touches ---------------------------------------------------------------- */

bool
guest_choose(struct guest *guest, const char *boot, int64_t seq, bool exit)
{
    if (!surface_accepts(&guest->surface, boot, seq) ||
        guest->view.screen != GUEST_DIRECTION)
        return false;
    uint64_t scan = guest->view.scan;
    guest->setting.actions.choose(scan, exit, guest->setting.actions.self);
    return true;
}

bool
guest_badge(struct guest *guest, const char *boot, int64_t seq, bool came_out)
{
    struct err err;
    if (!surface_accepts(&guest->surface, boot, seq) ||
        guest->view.screen != GUEST_CAME_OUT)
        return false;
    struct guest_view view = guest->view;
    if (!guest->setting.actions.badge_said(view.job, came_out,
                                           guest->setting.actions.self, &err)) {
        log_warning(guest->setting.log, "guest", "job=%" PRId64 " said=%s error=\"%s\"",
                    view.job, came_out ? "yes" : "no", err.text);
        return false;
    }
    /* The desk may have told the feed already, and this screen may be gone. */
    if (guest->view.screen != GUEST_CAME_OUT)
        return true;
    view.variant = came_out ? "admit" : "print";
    view.screen = came_out ? GUEST_ENTER : GUEST_WELCOME;
    view.stage = came_out ? GUEST_STAGE_PRINTED : GUEST_STAGE_QUEUED;
    guest_printer_look(guest, &view);
    guest_enter(guest, &view);
    return true;
}

/* "question 7: no-number" */
static void
take_fault(struct guest *guest, const struct err *err)
{
    const char *colon = strrchr(err->text, ':');
    str_copy(guest->view.fault, sizeof guest->view.fault,
             colon && colon[1] == ' ' ? colon + 2 : "other");
    guest_set_leave(guest, guest_stay_ms(&guest->view));
    guest_publish(guest, true);
}

bool
guest_answer(struct guest *guest, const char *boot, int64_t seq, int64_t question,
             const char *text)
{
    struct err err;
    if (!surface_accepts(&guest->surface, boot, seq) || !guest->view.asks)
        return false;
    if (guest->setting.actions.answer(guest->view.scan, question, text,
                                      guest->setting.actions.self, &err))
        return true;
    if (err.code == ERR_INPUT)
        take_fault(guest, &err);
    else
        guest_go_idle(guest);
    return err.code == ERR_INPUT;
}

bool
guest_stay(struct guest *guest, const char *boot, int64_t seq)
{
    if (!surface_accepts(&guest->surface, boot, seq) ||
        !guest_screen_stays(guest->view.screen))
        return false;
    guest_set_leave(guest, guest_stay_ms(&guest->view));
    guest_publish(guest, false);
    return true;
}

bool
guest_done(struct guest *guest, const char *boot, int64_t seq)
{
    if (!surface_accepts(&guest->surface, boot, seq) || guest_is_idle(guest))
        return false;
    guest_go_idle(guest);
    return true;
}

bool
guest_language(struct guest *guest, const char *boot, int64_t seq, const char *language)
{
    if (!surface_accepts(&guest->surface, boot, seq))
        return false;
    bool known = *language == '\0';
    for (unsigned i = 0; i < guest->setting.language_count; i++)
        known = known || strcmp(guest->languages[i], language) == 0;
    if (!known)
        return false;
    str_copy(guest->view.language, sizeof guest->view.language, language);
    if (guest_is_idle(guest))
        guest_set_leave(guest, *language ? LANGUAGE_MS : 0);
    guest_publish(guest, false);
    return true;
}
