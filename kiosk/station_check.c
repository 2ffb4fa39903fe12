#include "station_parts.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "screen/screen.h"

/* What a start would refuse and no table can know: found without a device, a lock or a
 * connection. A report may be absent; err has the first. */
struct findings {
    const struct setup *setup;
    const struct station_world *world;
    struct str *report;
    struct err *err;
    bool good;
};

/* Says that an option is wrong, in the words of `why`. */
static void
find(struct findings *findings, const struct config_part *part, const char *option,
     const char *why)
{
    struct err wrong;
    config_wrong(part, option, &wrong, "%s", why);
    if (findings->report)
        str_addf(findings->report, "%s\n", wrong.text);
    if (findings->good)
        *findings->err = wrong;
    findings->good = false;
}

static bool
has_scheme(const char *uri, const char *scheme)
{
    size_t length = strlen(scheme);
    return strncmp(uri, scheme, length) == 0 && uri[length] == ':';
}

static void
find_no_driver(struct findings *findings, const struct config_part *part,
               const struct str *schemes)
{
    struct err why;
    err_set(&why, ERR_INPUT, "want one of %s in front, got \"%s\"", schemes->data,
            config_text(part, "uri"));
    find(findings, part, "uri", why.text);
}

/* ---- scanners -------------------------------------------------------------------- */

static const struct scanner_driver *
scanner_driver(const struct station_world *world, const char *uri, struct str *schemes)
{
    for (size_t i = 0; world->scanner_drivers[i]; i++) {
        const struct scanner_driver *driver = world->scanner_drivers[i];
        if (has_scheme(uri, driver->scheme))
            return driver;
        str_addf(schemes, "%s%s:", i ? ", " : "", driver->scheme);
    }
    return NULL;
}

static bool
is_another_ones(const struct setup *setup, unsigned number)
{
    const char *uri = config_text(config_part(setup->config, "scanner", number), "uri");
    for (unsigned i = 0; i < number; i++) {
        const struct config_part *other = config_part(setup->config, "scanner", i);
        if (strcmp(config_text(other, "uri"), uri) == 0)
            return true;
    }
    return false;
}

static void
check_scanner(struct findings *findings, unsigned number)
{
    const struct config_part *part =
        config_part(findings->setup->config, "scanner", number);
    const struct scanner_setting setting = { .uri = config_text(part, "uri"),
                                             .country = config_text(part, "country"),
                                             .baud = (int32_t)config_int(part, "baud"),
                                             .grab = config_bool(part, "grab") };
    struct str schemes;
    struct err why;
    str_init(&schemes, 200);
    const struct scanner_driver *driver =
        scanner_driver(findings->world, setting.uri, &schemes);
    if (config_is_wrong(part, "uri"))
        ; /* said already */
    else if (!driver)
        find_no_driver(findings, part, &schemes);
    else if (driver->check && !driver->check(&setting, &why))
        find(findings, part,
             str_starts(why.text, "country") ? "country"
             : str_starts(why.text, "baud")  ? "baud"
                                             : "uri",
             why.text);
    else if (is_another_ones(findings->setup, number))
        find(findings, part, "uri", "is another scanner's already");
    str_finish(&schemes);
}

/* ---- printers -------------------------------------------------------------------- */

static const struct printer_driver *
printer_driver(const struct station_world *world, const char *uri, struct str *schemes)
{
    for (size_t i = 0; world->printer_drivers[i]; i++) {
        const struct printer_driver *driver = world->printer_drivers[i];
        if (has_scheme(uri, driver->scheme))
            return driver;
        str_addf(schemes, "%s%s:", i ? ", " : "", driver->scheme);
    }
    return NULL;
}

static void
check_printer(struct findings *findings, unsigned number)
{
    const struct config_part *part =
        config_part(findings->setup->config, "printer", number);
    const struct printer_setting setting = { .uri = config_text(part, "uri"),
                                             .server = config_text(part, "server") };
    struct str schemes;
    struct err why;
    str_init(&schemes, 200);
    const struct printer_driver *driver =
        printer_driver(findings->world, setting.uri, &schemes);
    if (config_is_wrong(part, "uri"))
        ; /* said already */
    else if (!driver)
        find_no_driver(findings, part, &schemes);
    else if (driver->check && !driver->check(&setting, &why))
        find(findings, part, str_starts(why.text, "CUPS server") ? "server" : "uri",
             why.text);
    str_finish(&schemes);
}

static bool
is_spoken(const struct station_world *world, const char *language)
{
    for (size_t i = 0; world->encoders[i]; i++) {
        if (strcmp(world->encoders[i]->name, language) == 0)
            return true;
    }
    return false;
}

static void
check_languages_of_printers(struct findings *findings)
{
    const struct setup *setup = findings->setup;
    for (unsigned i = 0; i < config_count(setup->config, "printer"); i++) {
        const struct config_part *part = config_part(setup->config, "printer", i);
        struct err why;
        for (unsigned k = 0; k < setup->printer_count; k++) {
            const struct printq_printer *printer = &setup->printers[k];
            if (strcmp(printer->name, config_title(part)) != 0 ||
                is_spoken(findings->world, printer->profile.language))
                continue;
            err_set(&why, ERR_INPUT, "nothing here speaks its language \"%s\"",
                    printer->profile.language);
            find(findings, part, "profile", why.text);
        }
    }
}

/* ---- screen, files ----------------------------------------------------------------
 */

static void
check_screen(struct findings *findings)
{
    const struct setup *setup = findings->setup;
    const struct config_part *part = config_part(setup->config, "screen", 0);
    struct stat about;
    struct err why;
    for (unsigned i = 0; i < setup->language_count; i++) {
        if (!screen_has_language(setup->languages[i], &why))
            find(findings, part, "languages", why.text);
    }
    if (setup->page[0] && (stat(setup->page, &about) != 0 || !S_ISDIR(about.st_mode)))
        find(findings, part, "page", "want a directory that is there");
}

static void
check_files(struct findings *findings)
{
    const struct setup *setup = findings->setup;
    const struct config_part *top = config_part(setup->config, "", 0);
    struct stat about;
    if (config_given(top, "helper") && access(setup->helper, X_OK) != 0)
        find(findings, top, "helper", "want a program that is there");
    if (config_given(top, "fonts") && access(setup->fonts, R_OK) != 0)
        find(findings, top, "fonts", "want a file that can be read");
    if (config_given(top, "designs") &&
        (stat(setup->designs, &about) != 0 || !S_ISDIR(about.st_mode)))
        find(findings, top, "designs", "want a directory that is there");
    if (config_given(top, "profiles") &&
        (stat(setup->profiles, &about) != 0 || !S_ISDIR(about.st_mode)))
        find(findings, top, "profiles", "want a directory that is there");
    if (stat(setup->data, &about) == 0 && !S_ISDIR(about.st_mode))
        find(findings, top, "data", "is there and no directory");
    if (stat(setup->key, &about) == 0 && (about.st_mode & 077) != 0)
        find(findings, top, "key", "others may read it: want mode 0600");
}

bool
station_check(const struct setup *setup, const struct station_world *world,
              struct str *report, struct err *err)
{
    struct findings findings = { setup, world, report, err, true };
    for (unsigned i = 0; i < config_count(setup->config, "scanner"); i++)
        check_scanner(&findings, i);
    for (unsigned i = 0; i < config_count(setup->config, "printer"); i++)
        check_printer(&findings, i);
    check_languages_of_printers(&findings);
    check_screen(&findings);
    check_files(&findings);
    return findings.good;
}
