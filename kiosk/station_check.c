#include "station_parts.h"

#include <string.h>

#include "screen/screen.h"

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
        if (config_is_wrong(part, "uri"))
            continue; /* said already */
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

/* A report may be absent; err has the first. */
struct findings {
    struct str *report;
    struct err *err;
    bool good;
};

static void
find(struct findings *findings, const struct err *wrong)
{
    if (findings->report)
        str_addf(findings->report, "%s\n", wrong->text);
    if (findings->good)
        *findings->err = *wrong;
    findings->good = false;
}

static void
check_languages(const struct setup *setup, struct findings *findings)
{
    const struct config_part *part = config_part(setup->config, "screen", 0);
    struct err why, wrong;
    for (unsigned i = 0; i < setup->language_count; i++) {
        if (screen_has_language(setup->languages[i], &why))
            continue;
        config_wrong(part, "languages", &wrong, "%s", why.text);
        find(findings, &wrong);
    }
}

bool
station_check(const struct setup *setup, const struct station_world *world,
              struct str *report, struct err *err)
{
    struct findings findings = { report, err, true };
    struct err wrong;
    findings.good = check_uris(setup, world, "scanner", report, err);
    if (!check_uris(setup, world, "printer", report, &wrong) && findings.good) {
        *err = wrong;
        findings.good = false;
    }
    check_languages(setup, &findings);
    return findings.good;
}
