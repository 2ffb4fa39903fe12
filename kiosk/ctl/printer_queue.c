#include "ctl/printer_setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/device_uri.h"
#include "ctl/program.h"
#include "ctl/talk.h"

/* ---- the backend `once` -----------------------------------------------------------
 */

/* True: it can be put before the queue. What is not installed and not agreed to, is
 * said and done without. */
static bool
offer_once(struct setting_up *up, bool *can, struct err *err)
{
    struct str why;
    bool agreed, as_root = device_wants_root(up->found.uri);
    str_init(&why, 1024);
    unsigned lacks = cups_once_lacks(&up->files, as_root, &why);
    *can = lacks == 0;
    if (lacks) {
        talk_say(up->talk,
                 "\nThe backend \"once\" lets each badge reach the printer once, also "
                 "when CUPS is\nrestarted in the middle of it. %s.\n",
                 why.length ? why.data : "It is not installed");
    }
    str_finish(&why);
    if (!lacks)
        return true;
    if (access(up->files.backends, W_OK) != 0 && !up->talk->dry) {
        talk_say(up->talk, "Only root can install it (sudo): going on without.\n");
        return true;
    }
    if (!talk_agree(up->talk, "Install it?", &agreed, err))
        return false;
    *can = agreed || up->talk->dry;
    return !agreed ||
           cups_once_mend(&up->files, up->parts->here->once, as_root, lacks, err);
}

/* ---- the queue --------------------------------------------------------------------
 */

static void
show(const struct talk *talk, const char *name, const char *before, const char *after)
{
    bool same = strcmp(before, after) == 0 || !after[0];
    if (!before[0] && after[0])
        talk_say(talk, "    %-8s %s\n", name, after);
    else if (!same)
        talk_say(talk, "    %-8s %s -> %s\n", name, before, after);
}

static void
show_queue(const struct setting_up *up, const struct spooler_change *change)
{
    const struct talk *talk = up->talk;
    const char *was_driver = up->was.raw ? "raw" : up->was.model;
    talk_say(talk,
             up->is_there ? "\nThe queue %s is there; it becomes\n"
                          : "\nA new queue in CUPS, %s:\n",
             up->queue);
    show(talk, "device", up->was.device, change->device);
    show(talk, "driver", up->is_there ? was_driver : "",
         change->driver ? change->driver : "");
    show(talk, "errors", up->was.policy, "abort-job");
    show(talk, "shared", up->is_there ? up->was.shared ? "yes" : "no" : "", "no");
    show(talk, "media", up->was.media, change->media ? change->media : "");
}

/* "everywhere" asks the printer itself, whom the backend `once` hides: first without.
 */
static bool
put(const struct setting_up *up, const struct spooler_change *change, struct err *err)
{
    const struct spooler_door *spooler = up->parts->here->spooler;
    struct spooler_change first = *change;
    bool everywhere = change->driver && strcmp(change->driver, "everywhere") == 0;
    if (!everywhere)
        return spooler->put(&up->spooler, change, err);
    struct spooler_change then = { .name = change->name,
                                   .device = change->device,
                                   .media = change->media,
                                   .unscaled = true };
    first.device = device_real(change->device);
    first.media = NULL;
    first.unscaled = false;
    return spooler->put(&up->spooler, &first, err) &&
           spooler->put(&up->spooler, &then, err);
}

static bool
is_same_driver(const struct setting_up *up)
{
    bool raw = strcmp(up->driver, "raw") == 0;
    return up->is_there && raw == up->was.raw && (raw || !up->driver[0]);
}

bool
printer_make_queue(struct setting_up *up, struct err *err)
{
    const struct profile *profile = &up->printer.profile;
    bool can, agreed;
    if (!offer_once(up, &can, err))
        return false;
    unsigned lacks = device_lacks(up->found.uri);
    if (!can)
        lacks &= ~(unsigned)DEVICE_LACKS_ONCE;
    if (!device_mend(up->found.uri, lacks, up->device, sizeof up->device, err))
        return false;
    bool raw = strcmp(up->driver, "raw") == 0;
    struct spooler_change change = {
        .name = up->queue,
        .device = up->device,
        .driver = is_same_driver(up) ? NULL : up->driver,
        .policy = "abort-job",
        .media = raw ? NULL : profile->media[profile->medium].keyword,
        .about = up->is_there ? NULL : profile->title,
        .private = true,
        .unscaled = !raw,
    };
    show_queue(up, &change);
    if (!talk_agree(up->talk, up->is_there ? "Change it so?" : "Make it?", &agreed,
                    err) ||
        !agreed)
        return agreed || up->talk->dry ||
               err_set(err, ERR_INPUT, "without a queue there is nothing to set up");
    up->made = put(up, &change, err) &&
               up->parts->here->spooler->resume(&up->spooler, up->queue, err);
    return up->made;
}

/* ---- CUPS' own settings -----------------------------------------------------------
 */

static bool
restart(const struct setting_up *up, struct err *err)
{
    bool agreed = false;
    struct err why;
    bool ours = !up->spooler.server[0] && cups_has_systemd();
    if (ours &&
        !talk_agree(up->talk, "Restart CUPS now? (badges that are printing end first)",
                    &agreed, err))
        return false;
    if (agreed && cups_restart(&why))
        return true;
    talk_say(up->talk,
             "CUPS takes them with its next start: sudo systemctl restart cups%s%s\n",
             agreed ? ": " : "", agreed ? why.text : "");
    return true;
}

bool
printer_settings(struct setting_up *up, struct err *err)
{
    struct str lines;
    bool agreed;
    if (!up->files.there) {
        talk_say(up->talk, "\nCUPS' settings are not on this machine (%s).\n",
                 up->files.dir);
        return true;
    }
    str_init(&lines, PROGRAM_OUTPUT_MAX);
    bool good =
        cups_settings_lack(up->parts->here->cups_settings, &up->files, &lines, err);
    bool lacks = good && lines.length > 0;
    if (lacks)
        talk_say(up->talk,
                 "\nCUPS loses accepted badges when it dies, and retries by itself, "
                 "unless told (what the\nsettings are for stands in %s):\n%s",
                 up->parts->here->cups_settings, lines.data);
    str_finish(&lines);
    if (!lacks)
        return good;
    if (!talk_agree(up->talk, "Write them? (a copy of each file is kept)", &agreed,
                    err))
        return false;
    if (!agreed) {
        talk_say(up->talk, "Later: sudo sh %s %s\n", up->parts->here->cups_settings,
                 up->files.dir);
        return true;
    }
    up->settings = cups_settings_write(up->parts->here->cups_settings, &up->files, err);
    return up->settings && restart(up, err);
}
