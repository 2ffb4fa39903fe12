#include "ctl/printer_setup.h"

#include <stdio.h>
#include <string.h>

#include "ctl/calibrate.h"
#include "ctl/conf_text.h"
#include "ctl/talk.h"

enum { OPTIONS_MAX = 5 + CALIBRATE_OPTIONS_MAX };

static void
add_option(struct conf_option options[], unsigned *count, const char *name,
           const char *text)
{
    options[*count].name = name;
    conf_quote(text, options[*count].value);
    (*count)++;
}

static unsigned
write_options(const struct setting_up *up, struct conf_option options[OPTIONS_MAX])
{
    const struct profile *profile = &up->printer.profile;
    const char *media = profile->media[profile->medium].name;
    char usual[PROFILE_NAME_MAX + 16];
    unsigned count = 0;
    snprintf(usual, sizeof usual, "conference-%s", media);
    add_option(options, &count, "uri", up->printer.uri);
    if (up->printer.server[0])
        add_option(options, &count, "server", up->printer.server);
    add_option(options, &count, "profile", profile->name);
    add_option(options, &count, "media", media);
    if (strcmp(usual, up->printer.design) != 0)
        add_option(options, &count, "design", up->printer.design);
    return count + calibrate_options(&up->pristine, profile, options + count);
}

/* Shows how the file changes, and writes it if agreed. */
static bool
change_file(const struct talk *talk, const char *path, const struct str *before,
            const struct str *after, bool *done, struct err *err)
{
    struct str diff;
    str_init(&diff, CONF_TEXT_MAX);
    conf_diff(before->data, after->data, &diff);
    talk_say(talk, "\n%s:\n%s", path, diff.length ? diff.data : "(nothing changes)\n");
    bool same = diff.length == 0;
    str_finish(&diff);
    *done = false;
    if (same)
        return true;
    if (!talk_agree(talk, "Write it so?", done, err))
        return false;
    return !*done || conf_write(path, after, err);
}

/* The section stays as somebody has written it: only told of. */
static void
tell_differences(const struct setting_up *up, const char *text,
                 const struct conf_option options[], unsigned count)
{
    bool any = false;
    for (unsigned i = 0; i < count; i++) {
        char value[CONF_VALUE_MAX + 1];
        conf_get(text, "printer", up->printer.name, options[i].name, value);
        if (strcmp(value, options[i].value) == 0)
            continue;
        talk_say(up->talk,
                 any ? "%s" : "%s\n%s has a printer \"%s\" already. It says\n", "",
                 up->parts->here->file, up->printer.name);
        any = true;
        talk_say(up->talk, "    %s = %s, would be %s\n", options[i].name,
                 value[0] ? value : "(nothing)", options[i].value);
    }
    if (any)
        talk_say(up->talk, "It is left as it is.\n");
    else
        talk_say(up->talk, "\n%s has the printer \"%s\" already, just so.\n",
                 up->parts->here->file, up->printer.name);
}

bool
printer_section(struct setting_up *up, struct err *err)
{
    struct conf_option options[OPTIONS_MAX];
    unsigned count = write_options(up, options);
    struct str before, after;
    str_init(&before, CONF_TEXT_MAX);
    str_init(&after, CONF_TEXT_MAX);
    bool good = conf_read(up->parts->here->file, &before, err);
    if (good && conf_has(before.data, "printer", up->printer.name)) {
        tell_differences(up, before.data, options, count);
    } else if (good) {
        good = conf_append(before.data, "printer", up->printer.name, options, count,
                           &after) ||
               err_no_memory(err);
        good = good && change_file(up->talk, up->parts->here->file, &before, &after,
                                   &up->section, err);
    }
    str_finish(&before);
    str_finish(&after);
    return good;
}

bool
printer_keep_calibration(const struct command_parts *parts,
                         const struct printq_printer *printer,
                         const struct profile *before, bool *kept, struct err *err)
{
    struct conf_option options[CALIBRATE_OPTIONS_MAX];
    unsigned count = calibrate_options(before, &printer->profile, options);
    struct str text, after;
    str_init(&text, CONF_TEXT_MAX);
    str_init(&after, CONF_TEXT_MAX);
    *kept = false;
    bool good =
        conf_read(parts->here->file, &text, err) &&
        conf_set(text.data, "printer", printer->name, options, count, &after, err) &&
        change_file(parts->here->talk, parts->here->file, &text, &after, kept, err);
    str_finish(&text);
    str_finish(&after);
    return good;
}
