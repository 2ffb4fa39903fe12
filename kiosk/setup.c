#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "setup_parts.h"
#include "setup_paths.h"
#include "ticket/code.h"

void
setup_complain(struct complaints *complaints, const struct err *err)
{
    if (complaints->count++ == 0)
        complaints->first = *err;
    if (complaints->report)
        str_addf(complaints->report, "%s\n", err->text);
}

/* Says that an option is wrong, in the words of `inner`. */
static void
complain_of(struct complaints *complaints, const struct config_part *part,
            const char *option, const struct err *inner)
{
    struct err err;
    config_wrong(part, option, &err, "%s", inner->text);
    setup_complain(complaints, &err);
}

static bool
conclude(const struct complaints *complaints, struct err *err)
{
    if (complaints->count == 0)
        return true;
    *err = complaints->first;
    return false;
}

static void
take_text(const struct config_part *part, const char *option, char *to, size_t size)
{
    str_copy(to, size,
             config_text(part, option)); /* the table's bounds are the field's */
}

/* ---- station, role, time table --------------------------------------------------- */

static void
take_station(struct setup *setup, struct complaints *complaints)
{
    struct err err;
    const struct config_part *part = config_part(setup->config, "station", 0);
    take_text(part, "letters", setup->station, sizeof setup->station);
    take_text(part, "name", setup->station_name, sizeof setup->station_name);
    take_text(part, "gate", setup->gate, sizeof setup->gate);
    for (const char *c = setup->station; *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            continue;
        config_wrong(part, "letters", &err, "want 1 to 3 of A-Z, got \"%s\"",
                     setup->station);
        setup_complain(complaints, &err);
        break;
    }
}

static bool
take_role(const struct setup *setup, const struct config_part *part, struct role *role,
          struct complaints *complaints)
{
    static const char twice[] = "role: "; /* the option says it already */
    struct err err, wrong;
    if (config_is_wrong(part, "role"))
        return false;
    if (!role_parse(config_text(part, "role"), role, &err)) {
        const char *why = err.text;
        why += str_starts(why, twice) ? sizeof twice - 1 : 0;
        config_wrong(part, "role", &wrong, "%s", why);
        setup_complain(complaints, &wrong);
        return false;
    }
    if (role->gate[0] == '\0')
        str_copy(role->gate, sizeof role->gate, setup->gate);
    return true;
}

static void
take_moment(struct setup *setup, const struct config_part *part,
            const struct zone *zone, struct complaints *complaints)
{
    struct zone_time time;
    struct role role = { 0 };
    struct err err;
    if (!take_role(setup, part, &role, complaints))
        return;
    if (!zone_read(config_title(part), &time, &err) ||
        !role_table_add(&setup->table, zone_utc_ms(zone, &time), &role, &err))
        complain_of(complaints, part, NULL, &err);
}

static void
take_roles(struct setup *setup, struct complaints *complaints)
{
    struct err err;
    struct zone *zone;
    const struct config_part *top = config_part(setup->config, "", 0);
    if (config_text(top, "role")[0])
        take_role(setup, top, &setup->role, complaints);
    take_text(top, "zone", setup->zone, sizeof setup->zone);
    if (!zone_open(setup->zone, &zone, &err)) {
        complain_of(complaints, top, "zone", &err);
        return;
    }
    for (unsigned i = 0; i < config_count(setup->config, "at"); i++)
        take_moment(setup, config_part(setup->config, "at", i), zone, complaints);
    zone_close(zone);
}

/* ---- screen, scanners, kinds ------------------------------------------------------
 */

static void
take_screen(struct setup *setup, struct complaints *complaints)
{
    static const char host[] = "127.0.0.1:";
    struct err err;
    long long port = 0;
    const struct config_part *part = config_part(setup->config, "screen", 0);
    const char *listen = config_text(part, "listen");
    if (config_is_wrong(part, "listen"))
        listen = "127.0.0.1:1"; /* said already */
    if (!str_starts(listen, host) ||
        !str_read_int(listen + sizeof host - 1, 1, 65535, &port)) {
        config_wrong(part, "listen", &err, "want 127.0.0.1:PORT, got \"%s\"", listen);
        setup_complain(complaints, &err);
    }
    setup->port = (uint16_t)port;
    setup->language_count = config_items(part, "languages");
    if (setup->language_count == 0 || setup->language_count > SETUP_LANGUAGES_MAX) {
        config_wrong(part, "languages", &err, "want 1 to %d of them",
                     SETUP_LANGUAGES_MAX);
        setup_complain(complaints, &err);
        setup->language_count = 0;
    }
    for (unsigned i = 0; i < setup->language_count; i++)
        setup->languages[i] = config_item(part, "languages", i);
    setup->shown_languages = (unsigned)config_int(part, "shown");
    if (setup->shown_languages > setup->language_count)
        setup->shown_languages = setup->language_count;
    setup->staff_idle_ms = 1000 * config_int(part, "staff_idle_s");
    take_text(part, "page", setup->page, sizeof setup->page);
}

/* True if the part's title fits a name field; else complains. */
static bool
take_title(const struct config_part *part, char *to, size_t size,
           struct complaints *complaints)
{
    struct err err;
    const char *title = config_title(part);
    if (title[0] && str_copy(to, size, title))
        return true;
    config_wrong(part, NULL, &err, "want a name of 1 to %zu bytes", size - 1);
    setup_complain(complaints, &err);
    return false;
}

static bool
has_room(const struct config_part *part, unsigned count, unsigned most,
         struct complaints *complaints)
{
    struct err err;
    if (count < most)
        return true;
    config_wrong(part, NULL, &err, "want at most %u of them", most);
    setup_complain(complaints, &err);
    return false;
}

static unsigned
take_ends(const struct config_part *part, struct complaints *complaints)
{
    static const struct {
        const char *word;
        unsigned end;
    } known[] = { { "line", CODE_END_LINE },
                  { "tab", CODE_END_TAB },
                  { "nul", CODE_END_NUL },
                  { "etx", CODE_END_ETX } };
    unsigned ends = 0;
    for (unsigned i = 0; i < config_items(part, "ends"); i++) {
        const char *word = config_item(part, "ends", i);
        struct err err;
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(known[k].word, word) != 0)
            k++;
        if (k < sizeof known / sizeof *known) {
            ends |= known[k].end;
            continue;
        }
        config_wrong(part, "ends", &err, "want line, tab, nul or etx, got \"%s\"",
                     word);
        setup_complain(complaints, &err);
    }
    return ends;
}

static void
take_scanners(struct setup *setup, struct complaints *complaints)
{
    for (unsigned i = 0; i < config_count(setup->config, "scanner"); i++) {
        const struct config_part *part = config_part(setup->config, "scanner", i);
        struct reader_scanner *to = &setup->scanners[setup->scanner_count];
        if (!has_room(part, i, READER_SCANNERS_MAX, complaints))
            return;
        if (!take_title(part, to->name, sizeof to->name, complaints))
            continue;
        take_text(part, "uri", to->uri, sizeof to->uri);
        take_text(part, "country", to->country, sizeof to->country);
        take_text(part, "strip_prefix", to->strip_prefix, sizeof to->strip_prefix);
        take_text(part, "strip_suffix", to->strip_suffix, sizeof to->strip_suffix);
        to->baud = (int32_t)config_int(part, "baud");
        to->idle_ms = (int32_t)config_int(part, "idle_ms");
        to->repeat_ms = (int32_t)config_int(part, "repeat_ms");
        to->grab = config_bool(part, "grab");
        to->ends = take_ends(part, complaints);
        setup->scanner_count++;
    }
}

static void
take_design(const struct setup *setup, const struct config_part *part,
            struct desk_kind *to, struct complaints *complaints)
{
    struct err err;
    take_text(part, "design", to->design, sizeof to->design);
    if (!setup_has_design(setup, to->design)) {
        config_wrong(part, "design", &err, "want one of those in %s, got \"%s\"",
                     setup->designs, to->design);
        setup_complain(complaints, &err);
    }
}

static void
take_kinds(struct setup *setup, struct complaints *complaints)
{
    for (unsigned i = 0; i < config_count(setup->config, "kind"); i++) {
        const struct config_part *part = config_part(setup->config, "kind", i);
        struct desk_kind *to = &setup->kinds[setup->kind_count];
        if (!has_room(part, i, SETUP_KINDS_MAX, complaints))
            return;
        if (!take_title(part, to->key, sizeof to->key, complaints))
            continue;
        take_text(part, "label", to->label, sizeof to->label);
        take_text(part, "icon", to->icon, sizeof to->icon);
        take_text(part, "alert", to->alert, sizeof to->alert);
        if (strcmp(config_text(part, "band"), "house") != 0)
            take_text(part, "band", to->band, sizeof to->band);
        if (config_text(part, "design")[0])
            take_design(setup, part, to, complaints);
        setup->kind_count++;
    }
}

/* A key beside the data it guards would be copied with it. */
static void
check_key(const struct setup *setup, struct complaints *complaints)
{
    struct err err;
    size_t length = strlen(setup->data);
    if (!str_starts(setup->key, setup->data) || setup->key[length] != '/')
        return;
    config_wrong(config_part(setup->config, "", 0), "key", &err,
                 "want a file outside of data (%s)", setup->data);
    setup_complain(complaints, &err);
}

static void
take_all(struct setup *setup, struct complaints *complaints)
{
    struct err err;
    const struct config_part *top = config_part(setup->config, "", 0);
    take_text(top, "data", setup->data, sizeof setup->data);
    take_text(top, "key", setup->key, sizeof setup->key);
    take_text(top, "socket", setup->socket, sizeof setup->socket);
    take_text(top, "designs", setup->designs, sizeof setup->designs);
    take_text(top, "profiles", setup->profiles, sizeof setup->profiles);
    take_text(top, "fonts", setup->fonts, sizeof setup->fonts);
    take_text(top, "helper", setup->helper, sizeof setup->helper);
    setup->log_level =
        (enum log_level)(LOG_LEVEL_ERROR + (int)config_choice(top, "log_level"));
    setup->ballast_bytes = config_int(top, "ballast_mb") * 1024 * 1024;
    setup->claim_deadline_ms = config_int(top, "claim_deadline_ms");
    setup->job_deadline_ms = config_int(top, "job_deadline_ms");
    setup->refuse_unsigned = config_bool(top, "refuse_unsigned");
    if (!setup_fill_paths(setup, config_text(top, "templates"), &err))
        setup_complain(complaints, &err);
    else
        check_key(setup, complaints);
    take_station(setup, complaints);
    take_roles(setup, complaints);
    take_screen(setup, complaints);
    take_scanners(setup, complaints);
    take_kinds(setup, complaints);
    setup_take_server(setup, complaints);
}

static bool
read_file(struct setup *setup, const char *path, struct str *report, struct err *err)
{
    if (path && !str_copy(setup->file, sizeof setup->file, path)) {
        err_set(err, ERR_LIMIT, "path over %d bytes", SETUP_PATH_MAX);
        if (report)
            str_addf(report, "%s\n", err->text);
        return false;
    }
    if (!path && !setup_find_file(setup))
        return true;
    return config_read_some(setup_sections, setup->file, &setup->config, report, err);
}

/* Of no file, or of one that nothing can be made of. */
static bool
take_defaults(struct setup *setup, struct err *err)
{
    struct str nothing;
    str_init(&nothing, 0);
    return config_read_text(setup_sections, "(defaults)", &nothing, &setup->config,
                            NULL, err);
}

bool
setup_read(const char *path, struct setup **out, struct str *report, struct err *err)
{
    struct complaints complaints = { .report = report };
    struct err other;
    struct setup *setup = calloc(1, sizeof *setup);
    *out = NULL;
    if (!setup)
        return err_no_memory(err);
    bool good = read_file(setup, path, report, err);
    setup->unread = !good && !setup->config;
    if (!setup->config && !take_defaults(setup, good ? err : &other)) {
        setup_free(setup);
        return false;
    }
    take_all(setup, &complaints);
    *out = setup;
    return conclude(&complaints, good ? err : &other) && good;
}

bool
setup_load(const char *path, struct setup **setup, struct str *report, struct err *err)
{
    if (setup_read(path, setup, report, err))
        return true;
    setup_free(*setup);
    *setup = NULL;
    return false;
}

void
setup_free(struct setup *setup)
{
    if (!setup)
        return;
    config_free(setup->config);
    free(setup);
}
