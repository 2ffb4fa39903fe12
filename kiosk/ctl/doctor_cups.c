#include "ctl/doctor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/device_uri.h"
#include "ctl/program.h"
#include "ctl/talk.h"
#include "str.h"

/* ---- settings ------------------------------------------------------------------- */

static bool
write_settings(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    (void)finding;
    if (!cups_settings_write(doctor->parts->here->cups_settings, &doctor->files, err))
        return false;
    talk_say(doctor->talk,
             "  CUPS takes them with its next start: sudo systemctl restart cups\n");
    return true;
}

static void
look_at_settings(struct doctor *doctor)
{
    struct str lines;
    struct err err;
    const char *script = doctor->parts->here->cups_settings;
    str_init(&lines, PROGRAM_OUTPUT_MAX);
    bool asked = cups_settings_lack(script, &doctor->files, &lines, &err);
    while (lines.length > 0 && lines.data[lines.length - 1] == '\n')
        lines.data[--lines.length] = '\0';
    if (!asked || lines.length > 0) {
        struct finding *finding = doctor_found(
            doctor, "cups-settings", "CUPS",
            "Without DirtyCleanInterval 0 and SyncOnClose a badge that CUPS has "
            "accepted "
            "is gone when its machine loses power; with another ErrorPolicy than "
            "abort-job CUPS prints a badge again that kioskd has printed elsewhere.",
            "%.480s", asked ? lines.data : err.text);
        snprintf(finding->mend, sizeof finding->mend,
                 "sudo sh %.200s %.200s && sudo systemctl restart cups", script,
                 doctor->files.dir);
        finding->fix = asked ? write_settings : NULL;
    }
    str_finish(&lines);
}

/* ---- cups-browsed -----------------------------------------------------------------
 */

static bool
disable_browsed(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    static const char *const argv[] = { "systemctl", "disable", "--now", "cups-browsed",
                                        NULL };
    struct str out;
    int status = 1;
    (void)doctor;
    (void)finding;
    str_init(&out, PROGRAM_OUTPUT_MAX);
    bool good = program_run(argv, &out, &status, err);
    if (good && status != 0)
        good = err_set(err, ERR_IO, "systemctl: %.200s", out.length ? out.data : "?");
    str_finish(&out);
    return good;
}

static void
look_for_browsed(struct doctor *doctor)
{
    char path[DOCTOR_PATH_MAX + 1];
    if (access(doctor_path(doctor, "/usr/sbin/cups-browsed", path), X_OK) != 0)
        return;
    struct finding *finding = doctor_found(doctor, "cups-browsed", "CUPS",
                                           "It makes queues of whatever the venue's "
                                           "network announces, and removes them and "
                                           "changes defaults while people queue.",
                                           "cups-browsed is installed (%s)", path);
    str_copy(finding->mend, sizeof finding->mend,
             "sudo systemctl disable --now cups-browsed, or sudo apt-get remove "
             "cups-browsed");
    finding->fix = !doctor->root[0] && cups_has_systemd() ? disable_browsed : NULL;
}

/* ---- the backend `once` -----------------------------------------------------------
 */

static bool
mend_once(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    return cups_once_mend(&doctor->files, doctor->parts->here->once, finding->queue,
                          finding->lacks, err);
}

static void
look_at_once(struct doctor *doctor)
{
    struct str why;
    bool as_root = false;
    for (unsigned i = 0; i < doctor->queue_count; i++)
        as_root = as_root || (str_starts(doctor->queues[i].device, "once:") &&
                              device_wants_root(doctor->queues[i].device));
    str_init(&why, DOCTOR_TEXT_MAX);
    unsigned lacks = cups_once_lacks(&doctor->files, as_root, &why);
    if (lacks) {
        const char *id = lacks & ONCE_LACKS_PROGRAM ? "once-absent"
                         : lacks & ONCE_LACKS_MODE  ? "once-mode"
                                                    : "once-claims";
        struct finding *finding =
            doctor_found(doctor, id, "backend once",
                         "When CUPS is restarted in the middle of a badge it prints it "
                         "again from the "
                         "start; this backend alone keeps it from that.",
                         "%s", why.length ? why.data : "it is not installed");
        snprintf(
            finding->mend, sizeof finding->mend,
            lacks & ONCE_LACKS_CLAIMS && !(lacks & ONCE_LACKS_PROGRAM)
                ? "make room on that disk; sudo install -d -o %.60s -m 700 "
                  "%.200s/once"
                : "sudo install -m %.4s %.200s %.200s/once",
            lacks & (ONCE_LACKS_PROGRAM | ONCE_LACKS_MODE) ? as_root ? "744" : "755"
                                                           : doctor->files.user,
            lacks & (ONCE_LACKS_PROGRAM | ONCE_LACKS_MODE) ? doctor->parts->here->once
                                                           : doctor->files.cache,
            doctor->files.backends);
        finding->fix = mend_once;
        finding->lacks = lacks;
        finding->queue = as_root;
    }
    str_finish(&why);
}

void
doctor_look_at_cups(struct doctor *doctor)
{
    look_for_browsed(doctor);
    if (!doctor->files.there)
        return; /* another machine's */
    look_at_settings(doctor);
    look_at_once(doctor);
}
