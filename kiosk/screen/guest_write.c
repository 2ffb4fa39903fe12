#include "screen/guest_inside.h"

#include <string.h>

#include "base/json.h"

static int64_t
eta_ms(const struct guest *guest)
{
    const struct guest_printer *printer = guest_printer_for(guest, guest->view.printer);
    return printer ? printer->median_ms : 0;
}

/* A guest's own language comes alone; the closest we have ("zh-CN": zh-Hans). */
static const char *
language_of(const struct guest *guest)
{
    const char *wanted = guest->view.language;
    size_t stem = strcspn(wanted, "-_");
    if (stem < 2)
        return "";
    for (unsigned i = 0; i < guest->setting.language_count; i++) {
        if (strcmp(guest->languages[i], wanted) == 0)
            return guest->languages[i];
    }
    for (unsigned i = 0; i < guest->setting.language_count; i++) {
        if (strncmp(guest->languages[i], wanted, stem) == 0 &&
            strchr("-", guest->languages[i][stem]))
            return guest->languages[i];
    }
    return "";
}

static void
write_languages(const struct guest *guest, struct str *out)
{
    const char *language = language_of(guest);

    json_add_text(out, "lang", language);
    json_open_array(out, "show");
    if (*language)
        json_add_text(out, NULL, language);
    for (unsigned i = 0; !*language && i < guest->setting.shown; i++)
        json_add_text(out, NULL, guest->languages[i]);
    json_close_array(out);
    json_open_array(out, "languages");
    for (unsigned i = 0; i < guest->setting.language_count; i++)
        json_add_text(out, NULL, guest->languages[i]);
    json_close_array(out);
}

bool
guest_scanner_missing(const struct guest *guest)
{
    bool any = false;
    for (unsigned i = 0; i < READER_SCANNERS_MAX; i++) {
        if (guest->has_scanner[i] && guest->scanners[i] == SCANNER_READY)
            return false;
        any = any || guest->has_scanner[i];
    }
    return any;
}

static void
write_chips(const struct guest *guest, struct str *out)
{
    json_open_array(out, "chips");
    if (guest->offline)
        json_add_text(out, NULL, "offline");
    guest_write_copy_chips(guest, out);
    if (guest_scanner_missing(guest))
        json_add_text(out, NULL, "scanner");
    if (guest->view.screen == GUEST_ATTRACT && guest_lacks_printer(guest))
        json_add_text(out, NULL, "printer");
    json_close_array(out);
}

static void
write_times(const struct guest *guest, struct str *out)
{
    int64_t now = clock_mono_ms(guest->setting.clock);
    json_add_int(out, "now_ms", clock_utc_ms(guest->setting.clock));
    if (guest->leave_ms && guest_screen_stays(guest->view.screen)) {
        json_add_int(out, "leave_ms", guest->leave_ms - now);
        json_add_int(out, "leave_total_ms", guest->leave_total_ms);
        json_add_bool(out, "stay", true);
    } else if (guest->view.screen == GUEST_TAKE) {
        json_add_int(out, "leave_ms", guest->leave_ms - now);
        json_add_int(out, "leave_total_ms", guest->leave_total_ms);
    }
    if (guest->view.screen == GUEST_WELCOME) {
        json_add_int(out, "elapsed_ms", now - guest->entered_ms);
        json_add_int(out, "eta_ms", eta_ms(guest));
        json_add_int(out, "late", guest->late);
    }
}

void
guest_publish(struct guest *guest, bool new_screen)
{
    struct str *out = surface_begin(&guest->surface, new_screen);
    json_add_text(out, "surface", "guest");
    json_add_text(out, "station", guest->setting.station);
    json_open_object(out, "event");
    json_add_text(out, "name", guest->event_name);
    json_add_text(out, "zone", guest->event_zone);
    json_close_object(out);
    write_languages(guest, out);
    write_chips(guest, out);
    guest_write_copy(guest, out);
    write_times(guest, out);
    guest_view_write(&guest->view, out);
    if (guest->view.asks)
        json_add_raw(out, "questions", guest->questions.data);
    if (!surface_end(&guest->surface))
        log_error(guest->setting.log, "guest", "state=too-large screen=%s",
                  guest_screen_name(guest->view.screen));
}
