#include "setup_parts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
setup_has_design(const struct setup *setup, const char *name)
{
    char path[SETUP_PATH_MAX + 80];
    snprintf(path, sizeof path, "%s/%s.svg", setup->designs, name);
    return !strchr(name, '/') && access(path, R_OK) == 0;
}

/* "server", or "server" and the design of those who have no layout there: what is left
 * of the name. */
static const char *
take_server(const char *named, struct printq_printer *to)
{
    size_t word = strcspn(named, " ");
    if (word != strlen("server") || !str_starts(named, "server"))
        return named;
    to->server_layouts = true;
    return named + word + strspn(named + word, " ");
}

/* The design named, or the one that goes by the media's name; it must be there. */
static bool
choose_design(const struct setup *setup, const struct config_part *part,
              struct printq_printer *to, struct err *err)
{
    const char *named = take_server(config_text(part, "design"), to);
    const char *media = to->profile.media[to->profile.medium].name;
    int length = named[0]
                     ? snprintf(to->design, sizeof to->design, "%s", named)
                     : snprintf(to->design, sizeof to->design, "conference-%s", media);
    if (length >= (int)sizeof to->design || strchr(to->design, '/'))
        return config_wrong(part, "design", err, "want a name of at most %zu bytes",
                            sizeof to->design - 1);
    return setup_has_design(setup, to->design) ||
           config_wrong(part, "design", err, "want one of those in %s, got \"%s\"",
                        setup->designs, to->design);
}

static bool
join_kinds(const struct config_part *part, struct printq_printer *to, struct err *err)
{
    struct str kinds;
    str_init(&kinds, sizeof to->kinds - 1);
    for (unsigned i = 0; i < config_items(part, "kinds"); i++)
        str_addf(&kinds, i ? " %s" : "%s", config_item(part, "kinds", i));
    bool fits = str_ok(&kinds);
    if (fits)
        str_copy(to->kinds, sizeof to->kinds, kinds.data);
    else
        config_wrong(part, "kinds", err, "want at most %zu bytes in all",
                     sizeof to->kinds - 1);
    str_finish(&kinds);
    return fits;
}

static bool
take_printer(const struct setup *setup, const struct config_part *part,
             struct printq_printer *to, struct err *err)
{
    struct err why;
    if (!config_title(part)[0] ||
        !str_copy(to->name, sizeof to->name, config_title(part)))
        return config_wrong(part, NULL, err, "want a name of 1 to %d bytes",
                            PRINTQ_NAME_MAX);
    str_copy(to->uri, sizeof to->uri, config_text(part, "uri"));
    str_copy(to->server, sizeof to->server, config_text(part, "server"));
    if (!profile_load(setup->profiles, config_text(part, "profile"), &to->profile,
                      &why))
        return config_wrong(part, "profile", err, "%s", why.text);
    if (config_text(part, "media")[0] &&
        !profile_choose_media(&to->profile, config_text(part, "media"), &why))
        return config_wrong(part, "media", err, "%s", why.text);
    return choose_design(setup, part, to, err) && join_kinds(part, to, err);
}

bool
setup_load_printers(struct setup *setup, struct str *report, struct err *err)
{
    bool good = true;
    setup->printer_count = 0;
    for (unsigned i = 0; i < config_count(setup->config, "printer"); i++) {
        const struct config_part *part = config_part(setup->config, "printer", i);
        struct err wrong;
        if (config_is_wrong(part, "profile"))
            continue; /* said already */
        struct printq_printer printer = { .name = "" };
        bool taken =
            i < PRINTQ_PRINTERS_MAX && take_printer(setup, part, &printer, &wrong);
        if (i == PRINTQ_PRINTERS_MAX)
            config_wrong(part, NULL, &wrong, "want at most %d of them",
                         PRINTQ_PRINTERS_MAX);
        if (!taken && report)
            str_addf(report, "%s\n", wrong.text);
        if (!taken && good)
            *err = wrong;
        good = good && taken;
        if (taken)
            setup->printers[setup->printer_count++] = printer;
        if (i == PRINTQ_PRINTERS_MAX)
            break;
    }
    return good;
}
