#include "station_parts.h"

#include <stdio.h>
#include <string.h>

#include "ctl/reload.h"
#include "desk/desk.h"
#include "desk/pin.h"
#include "desk/reader.h"
#include "print/printq.h"
#include "screen/screen.h"
#include "store/db.h"

/* A reload: every option either is taken over here, or is named as waiting for a
 * restart.
 *
 * The parts borrow texts of the setup that they were built with (its arrays, never its
 * config's). So that setup stays where it is for as long as the station lives, and what
 * is taken is copied into it; what waits keeps its old value, and is named again at the
 * next reload. */

struct change {
    struct station *station;
    struct setup *was;      /* the station's, in place */
    const struct setup *to; /* what was read */
    struct reload *said;
};

static void
taken(const struct change *change, const char *what)
{
    reload_add(&change->said->taken, what);
}

/* ---- what the station is bound to ----------------------------------------------- */

static bool
other_letters(const struct setup *a, const struct setup *b)
{
    return strcmp(a->station, b->station) != 0;
}

static bool
other_data(const struct setup *a, const struct setup *b)
{
    return strcmp(a->data, b->data) != 0;
}

static bool
other_key(const struct setup *a, const struct setup *b)
{
    return strcmp(a->key, b->key) != 0;
}

static bool
other_socket(const struct setup *a, const struct setup *b)
{
    return strcmp(a->socket, b->socket) != 0;
}

static bool
other_port(const struct setup *a, const struct setup *b)
{
    return a->port != b->port;
}

static bool
other_designs(const struct setup *a, const struct setup *b)
{
    return strcmp(a->designs, b->designs) != 0;
}

static bool
other_fonts(const struct setup *a, const struct setup *b)
{
    return strcmp(a->fonts, b->fonts) != 0;
}

static bool
other_helper(const struct setup *a, const struct setup *b)
{
    return strcmp(a->helper, b->helper) != 0;
}

static bool
other_server(const struct setup *a, const struct setup *b)
{
    const struct setup_server *was = &a->server, *to = &b->server;
    bool same = was->mode == to->mode && was->event_count == to->event_count &&
                was->kind_count == to->kind_count && was->follow == to->follow &&
                was->download_ms == to->download_ms && was->old_ms == to->old_ms &&
                strcmp(was->language, to->language) == 0 &&
                strcmp(was->ca, to->ca) == 0 && strcmp(was->proxy, to->proxy) == 0 &&
                strcmp(was->pins, to->pins) == 0;
    for (unsigned i = 0; same && i < was->event_count; i++)
        same = strcmp(was->events[i], to->events[i]) == 0;
    for (unsigned i = 0; same && i < was->kind_count; i++)
        same = was->kinds[i].product == to->kinds[i].product &&
               strcmp(was->kinds[i].name, to->kinds[i].name) == 0 &&
               strcmp(was->kinds[i].kind, to->kinds[i].kind) == 0;
    return !same;
}

static void
name_what_waits(const struct change *change)
{
    static const struct {
        bool (*other)(const struct setup *a, const struct setup *b);
        const char *what;
    } bound[] = {
        { other_letters, "station.letters" },
        { other_data, "data" },
        { other_key, "key" },
        { other_socket, "socket" },
        { other_port, "screen.listen" },
        { other_designs, "designs" },
        { other_fonts, "fonts" },
        { other_helper, "helper" },
        { other_server, "server" },
    };
    char line[80];
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++) {
        if (!bound[i].other(change->was, change->to))
            continue;
        snprintf(line, sizeof line, "%s: with the next restart", bound[i].what);
        reload_add(&change->said->waits, line);
    }
}

/* ---- role, kinds, names, times --------------------------------------------------- */

static bool
same_table(const struct role_table *a, const struct role_table *b)
{
    bool same = a->count == b->count;
    for (unsigned i = 0; same && i < a->count; i++)
        same = a->moments[i].from_ms == b->moments[i].from_ms &&
               role_equal(&a->moments[i].role, &b->moments[i].role);
    return same;
}

static void
take_role(const struct change *change)
{
    struct setup *was = change->was;
    const struct setup *to = change->to;
    bool role = !role_equal(&was->role, &to->role);
    bool table = !same_table(&was->table, &to->table);
    was->role = to->role;
    was->table = to->table;
    if (role)
        taken(change, "role");
    if (table)
        taken(change, "time table");
    if (role || table)
        desk_configure(change->station->desk, &was->role, &was->table);
}

static bool
same_kind(const struct desk_kind *a, const struct desk_kind *b)
{
    return strcmp(a->key, b->key) == 0 && strcmp(a->label, b->label) == 0 &&
           strcmp(a->band, b->band) == 0 && strcmp(a->icon, b->icon) == 0 &&
           strcmp(a->design, b->design) == 0 && strcmp(a->alert, b->alert) == 0;
}

static bool
same_kinds(const struct setup *a, const struct setup *b)
{
    bool same = a->kind_count == b->kind_count;
    for (unsigned i = 0; same && i < a->kind_count; i++)
        same = same_kind(&a->kinds[i], &b->kinds[i]);
    return same;
}

static void
take_kinds(const struct change *change)
{
    struct setup *was = change->was;
    if (same_kinds(was, change->to))
        return;
    memcpy(was->kinds, change->to->kinds, sizeof was->kinds);
    was->kind_count = change->to->kind_count;
    desk_set_kinds(change->station->desk, was->kinds, was->kind_count);
    taken(change, "kinds");
}

/* Texts that others look at where they are. */
static void
take_text(const struct change *change, char *was, const char *to, const char *what)
{
    if (strcmp(was, to) == 0)
        return;
    memmove(was, to, strlen(to) + 1); /* both are fields of a setup, of the same size */
    taken(change, what);
}

static void
take_names(const struct change *change)
{
    struct setup *was = change->was;
    const struct setup *to = change->to;
    take_text(change, was->station_name, to->station_name, "station.name");
    take_text(change, was->gate, to->gate, "station.gate");
    take_text(change, was->zone, to->zone, "zone");
    take_text(change, was->profiles, to->profiles, "profiles");
    if (was->log_level != to->log_level)
        taken(change, "log_level");
    was->log_level = to->log_level;
}

static bool
take_number(const struct change *change, int64_t *was, int64_t to, const char *what)
{
    if (*was == to)
        return false;
    *was = to;
    taken(change, what);
    return true;
}

static void
take_numbers(const struct change *change)
{
    struct station *station = change->station;
    struct setup *was = change->was;
    const struct setup *to = change->to;
    if (take_number(change, &was->claim_deadline_ms, to->claim_deadline_ms,
                    "claim_deadline_ms"))
        desk_set_claim_deadline(station->desk, was->claim_deadline_ms);
    if (take_number(change, &was->job_deadline_ms, to->job_deadline_ms,
                    "job_deadline_ms"))
        printq_set_deadline(station->printq, was->job_deadline_ms);
    if (take_number(change, &was->staff_idle_ms, to->staff_idle_ms,
                    "screen.staff_idle_s"))
        pin_set_idle(station->pin, was->staff_idle_ms);
    if (was->refuse_unsigned != to->refuse_unsigned) {
        was->refuse_unsigned = to->refuse_unsigned;
        desk_set_refuse_unsigned(station->desk, was->refuse_unsigned);
        taken(change, "refuse_unsigned");
    }
    if (take_number(change, &was->ballast_bytes, to->ballast_bytes, "ballast_mb"))
        db_set_ballast(station->db, was->ballast_bytes);
}

/* ---- screen ------------------------------------------------------------------------
 */

static bool
same_languages(const struct setup *a, const struct setup *b)
{
    bool same = a->language_count == b->language_count &&
                a->shown_languages == b->shown_languages;
    for (unsigned i = 0; same && i < a->language_count; i++)
        same = strcmp(a->languages[i], b->languages[i]) == 0;
    return same;
}

/* The page's directory is looked at again each time: its files may have changed. */
static void
take_screen(const struct change *change)
{
    struct setup *was = change->was;
    const struct setup *to = change->to;
    bool languages = !same_languages(was, to), page = strcmp(was->page, to->page) != 0;
    struct screen_setting setting;
    struct err err;
    char line[sizeof err.text + 16];
    station_screen_setting(change->station, to, &setting);
    if ((languages || page || to->page[0]) &&
        !screen_configure(change->station->screen, &setting, &err)) {
        snprintf(line, sizeof line, "screen: %s", err.text);
        reload_add(&change->said->waits, line);
        was->language_count = 0; /* their texts go; the next reload tries again */
        return;
    }
    if (languages)
        taken(change, "screen.languages");
    take_text(change, was->page, to->page, "screen.page");
    memcpy(was->languages, to->languages, sizeof was->languages);
    was->language_count = to->language_count;
    was->shown_languages = to->shown_languages;
}

/* ---- scanners and printers: named, added, changed, removed -------------------------
 */

static void
say_part(struct str *lines, const char *kind, const char *name, const char *what)
{
    char line[160];
    snprintf(line, sizeof line, "%s %s: %s", kind, name, what);
    reload_add(lines, line);
}

static const struct reader_scanner *
find_scanner(const struct setup *setup, const char *name)
{
    for (unsigned i = 0; i < setup->scanner_count; i++) {
        if (strcmp(setup->scanners[i].name, name) == 0)
            return &setup->scanners[i];
    }
    return NULL;
}

static void
take_scanners(const struct change *change)
{
    struct setup *was = change->was;
    const struct setup *to = change->to;
    struct str *lines = &change->said->taken;
    size_t before = lines->length;
    for (unsigned i = 0; i < was->scanner_count; i++) {
        const struct reader_scanner *now = find_scanner(to, was->scanners[i].name);
        if (!now || !reader_same_scanner(now, &was->scanners[i]))
            say_part(lines, "scanner", was->scanners[i].name,
                     now ? "changed" : "removed");
    }
    for (unsigned i = 0; i < to->scanner_count; i++) {
        if (!find_scanner(was, to->scanners[i].name))
            say_part(lines, "scanner", to->scanners[i].name, "added");
    }
    if (lines->length == before)
        return;
    memcpy(was->scanners, to->scanners, sizeof was->scanners);
    was->scanner_count = to->scanner_count;
    reader_configure(change->station->reader, was->scanners, was->scanner_count);
}

static const struct printq_printer *
find_printer(const struct setup *setup, const char *name)
{
    for (unsigned i = 0; i < setup->printer_count; i++) {
        if (strcmp(setup->printers[i].name, name) == 0)
            return &setup->printers[i];
    }
    return NULL;
}

/* One that still has a badge to bring out turns when that is done. */
static void
say_printer(const struct change *change, const char *name, const char *what)
{
    char line[80];
    if (!printq_is_leaving(change->station->printq, name)) {
        say_part(&change->said->taken, "printer", name, what);
        return;
    }
    snprintf(line, sizeof line, "%s, when its badge is out", what);
    say_part(&change->said->waits, "printer", name, line);
}

static bool
same_printers(const struct setup *a, const struct setup *b)
{
    bool same = a->printer_count == b->printer_count;
    for (unsigned i = 0; same && i < a->printer_count; i++)
        same = printq_same_printer(&a->printers[i], &b->printers[i]);
    return same;
}

static void
take_printers(const struct change *change)
{
    struct setup *was = change->was;
    const struct setup *to = change->to;
    struct err err;
    if (same_printers(was, to))
        return;
    if (!printq_configure(change->station->printq, to->printers, to->printer_count,
                          &err))
        reload_add(&change->said->waits, err.text);
    for (unsigned i = 0; i < was->printer_count; i++) {
        const struct printq_printer *now = find_printer(to, was->printers[i].name);
        if (!now || !printq_same_printer(now, &was->printers[i]))
            say_printer(change, was->printers[i].name, now ? "changed" : "removed");
    }
    for (unsigned i = 0; i < to->printer_count; i++) {
        if (!find_printer(was, to->printers[i].name))
            say_part(&change->said->taken, "printer", to->printers[i].name, "added");
    }
    memcpy(was->printers, to->printers, sizeof was->printers);
    was->printer_count = to->printer_count;
}

void
station_configure(struct station *station, struct setup *to, struct reload *said)
{
    const struct change change = { station, station->setup, to, said };
    name_what_waits(&change);
    take_names(&change);
    take_kinds(&change);
    take_role(&change);
    take_numbers(&change);
    take_screen(&change);
    take_scanners(&change);
    take_printers(&change);
    /* the languages' texts are the config's: theirs lives on, the other one goes */
    struct config *old = station->setup->config;
    station->setup->config = to->config;
    to->config = old;
    setup_free(to);
}
