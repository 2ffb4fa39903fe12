#include "station_parts.h"

#include <stdlib.h>
#include <string.h>

#include "desk/desk.h"
#include "print/printq.h"
#include "store/spool.h"

/* ---- before the start
 * ----------------------------------------------------------------- */

static bool
has_scheme(const char *uri, const char *scheme)
{
    size_t length = strlen(scheme);
    return strncmp(uri, scheme, length) == 0 && uri[length] == ':';
}

static bool
scanner_has_driver(const struct station_world *world, const char *uri)
{
    for (size_t i = 0; world->scanner_drivers[i]; i++) {
        if (has_scheme(uri, world->scanner_drivers[i]->scheme))
            return true;
    }
    return false;
}

static bool
printer_has_driver(const struct station_world *world, const char *uri)
{
    for (size_t i = 0; world->printer_drivers[i]; i++) {
        if (has_scheme(uri, world->printer_drivers[i]->scheme))
            return true;
    }
    return false;
}

static void
name_schemes(const struct station_world *world, bool scanners, struct str *out)
{
    for (size_t i = 0; scanners ? world->scanner_drivers[i] != NULL
                                : world->printer_drivers[i] != NULL;
         i++)
        str_addf(out, "%s%s:", i ? ", " : "",
                 scanners ? world->scanner_drivers[i]->scheme
                          : world->printer_drivers[i]->scheme);
}

static bool
check_uris(const struct setup *setup, const struct station_world *world,
           const char *section, struct str *report, struct err *err)
{
    bool good = true, scanners = strcmp(section, "scanner") == 0;
    struct str schemes;
    str_init(&schemes, 200);
    name_schemes(world, scanners, &schemes);
    for (unsigned i = 0; i < config_count(setup->config, section); i++) {
        const struct config_part *part = config_part(setup->config, section, i);
        const char *uri = config_text(part, "uri");
        struct err wrong;
        if (scanners ? scanner_has_driver(world, uri) : printer_has_driver(world, uri))
            continue;
        config_wrong(part, "uri", &wrong, "want one of %s in front, got \"%s\"",
                     schemes.data, uri);
        if (report)
            str_addf(report, "%s\n", wrong.text);
        if (good)
            *err = wrong;
        good = false;
    }
    str_finish(&schemes);
    return good;
}

bool
station_check(const struct setup *setup, const struct station_world *world,
              struct str *report, struct err *err)
{
    struct err second;
    bool scanners = check_uris(setup, world, "scanner", report, err);
    bool printers =
        check_uris(setup, world, "printer", report, scanners ? err : &second);
    return scanners && printers;
}

/* ---- a reload
 * -------------------------------------------------------------------------- */

static bool
same_scanners(const struct setup *a, const struct setup *b)
{
    return a->scanner_count == b->scanner_count &&
           memcmp(a->scanners, b->scanners, sizeof a->scanners) == 0;
}

static bool
same_printer(const struct printq_printer *a, const struct printq_printer *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->uri, b->uri) == 0 &&
           strcmp(a->server, b->server) == 0 && strcmp(a->design, b->design) == 0 &&
           strcmp(a->kinds, b->kinds) == 0 &&
           strcmp(a->profile.name, b->profile.name) == 0 &&
           a->profile.medium == b->profile.medium;
}

static bool
same_printers(const struct setup *a, const struct setup *b)
{
    bool same = a->printer_count == b->printer_count;
    for (unsigned i = 0; same && i < a->printer_count; i++)
        same = same_printer(&a->printers[i], &b->printers[i]);
    return same;
}

static bool
same_screen(const struct setup *a, const struct setup *b)
{
    bool same = a->port == b->port && strcmp(a->page, b->page) == 0 &&
                a->language_count == b->language_count &&
                a->shown_languages == b->shown_languages;
    for (unsigned i = 0; same && i < a->language_count; i++)
        same = strcmp(a->languages[i], b->languages[i]) == 0;
    return same;
}

static bool
same_places(const struct setup *a, const struct setup *b)
{
    return strcmp(a->data, b->data) == 0 && strcmp(a->key, b->key) == 0 &&
           strcmp(a->socket, b->socket) == 0 && strcmp(a->designs, b->designs) == 0 &&
           strcmp(a->fonts, b->fonts) == 0 && strcmp(a->helper, b->helper) == 0;
}

static bool
same_station(const struct setup *a, const struct setup *b)
{
    return strcmp(a->station, b->station) == 0 &&
           strcmp(a->station_name, b->station_name) == 0 &&
           strcmp(a->zone, b->zone) == 0;
}

static bool
same_times(const struct setup *a, const struct setup *b)
{
    return a->claim_deadline_ms == b->claim_deadline_ms &&
           a->job_deadline_ms == b->job_deadline_ms &&
           a->staff_idle_ms == b->staff_idle_ms && a->ballast_bytes == b->ballast_bytes;
}

static void
name_what_waits(const struct station *station, const struct setup *to)
{
    static const struct {
        bool (*same)(const struct setup *a, const struct setup *b);
        const char *what;
    } groups[] = {
        { same_station, "station, zone" },
        { same_places, "data, key, socket, designs, fonts, helper" },
        { same_times, "deadlines, staff_idle_s, ballast_mb" },
        { same_screen, "screen" },
        { same_scanners, "scanner" },
        { same_printers, "printer" },
    };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (!groups[i].same(station->setup, to))
            log_warning(station->world.log, "config",
                        "changed: %s; takes effect with the next restart",
                        groups[i].what);
    }
}

void
station_configure(struct station *station, struct setup *to)
{
    struct setup *was = station->setup;
    name_what_waits(station, to);
    desk_configure(station->desk, &to->role, &to->table);
    if (!role_equal(&was->role, &to->role))
        log_notice(station->world.log, "config", "role=changed");
    /* The parts keep borrowed texts of the setup they were built with: only what was
     * taken over moves. */
    was->role = to->role;
    was->table = to->table;
    was->log_level = to->log_level;
    setup_free(to);
}

/* ---- at work
 * ----------------------------------------------------------------------------- */

unsigned
station_badges_out(const struct station *station)
{
    int64_t counts[SPOOL_STATE_COUNT];
    struct err err;
    if (!spool_counts(station->db, counts, &err))
        return 0; /* nothing to wait for that could still be recorded */
    return (unsigned)(counts[SPOOL_DRAWN] + counts[SPOOL_SENDING] + counts[SPOOL_SENT]);
}

void
station_status(const struct station *station, struct str *text)
{
    static const char *const troubles[] = { "ready", "no role", "no roster",
                                            "disk full", "disk bad" };
    int64_t counts[SPOOL_STATE_COUNT] = { 0 };
    struct station_status status;
    struct err err;
    desk_status(station->desk, &status);
    spool_counts(station->db, counts, &err);
    str_addf(text, "Station %s: %s; badges %lld printed, %lld waiting, %lld failed",
             station->setup->station, troubles[status.trouble],
             (long long)counts[SPOOL_PRINTED],
             (long long)(counts[SPOOL_QUEUED] + counts[SPOOL_DRAWN] +
                         counts[SPOOL_SENDING] + counts[SPOOL_SENT]),
             (long long)(counts[SPOOL_FAILED] + counts[SPOOL_UNCERTAIN]));
}
