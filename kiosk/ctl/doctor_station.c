#include "ctl/doctor.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/json.h"
#include "ctl/ask.h"
#include "ctl/label.h"
#include "ctl/program.h"
#include "str.h"

enum { ROOM_BYTES = 200 * 1024 * 1024 };

/* ---- kioskd's own view ------------------------------------------------------------
 */

static void
take_advice(struct doctor *doctor, const struct json *row)
{
    const char *name = "", *advice = "", *text = "";
    char where[128];
    struct err err;
    json_text_or(row, "name", "", &name, &err);
    json_text_or(row, "advice", "", &advice, &err);
    json_text_or(row, "text", "", &text, &err);
    if (!advice[0])
        return;
    snprintf(where, sizeof where, "printer %.100s", name);
    struct finding *finding = doctor_found(
        doctor, "kioskd-printer", where, "kioskd sends no badge there now.",
        "kioskd says: %.200s", text[0] ? text : advice);
    str_copy(finding->mend, sizeof finding->mend, advice);
}

static void
take_part(struct doctor *doctor, const struct json *row)
{
    const char *part = "", *state = "", *text = "";
    struct err err;
    json_text_or(row, "part", "", &part, &err);
    json_text_or(row, "state", "", &state, &err);
    json_text_or(row, "text", "", &text, &err);
    bool scanner = str_starts(part, "scanner ") && strcmp(state, "ready") != 0;
    if (!scanner)
        return;
    struct finding *finding =
        doctor_found(doctor, "kioskd-scanner", part, "Nobody can be scanned with it.",
                     "kioskd says: %s%s%.200s", state, text[0] ? ": " : "", text);
    str_copy(finding->mend, sizeof finding->mend,
             "plug it in, or name it in yuelai.conf as lsusb shows it");
}

struct hearing {
    struct doctor *doctor;
    void (*take)(struct doctor *doctor, const struct json *row);
};

static void
hear(const char *line, size_t length, void *self)
{
    const struct hearing *hearing = self;
    struct json *root;
    struct err err;
    if (!json_parse(line, length, &root, &err))
        return;
    const struct json *result = json_member(root, "result");
    const struct json *rows = result ? json_member(result, "rows") : NULL;
    for (const struct json *row = rows ? json_first(rows) : NULL; row;
         row = json_next(row))
        hearing->take(hearing->doctor, row);
    json_free(root);
}

static bool
ask_kioskd(struct doctor *doctor, const char *request,
           void (*take)(struct doctor *doctor, const struct json *row))
{
    static const int none[COMMAND_FILES_MAX] = { -1, -1 };
    struct hearing hearing = { doctor, take };
    struct err err;
    const struct ask ask = { .socket = doctor->parts->here->socket,
                             .request = request,
                             .length = strlen(request),
                             .files = none,
                             .line = hear,
                             .self = &hearing };
    return ask_station(&ask, &err);
}

/* ---- the configuration, data, key ---------------------------------------------------
 */

static void
look_at_configuration(struct doctor *doctor)
{
    const struct command_here *here = doctor->parts->here;
    if (!here->wrong[0])
        return;
    struct finding *finding =
        doctor_found(doctor, "configuration", here->file,
                     "kioskd does not start with it, or goes on with the one before.",
                     "%.400s", here->wrong);
    str_copy(finding->mend, sizeof finding->mend,
             "sudo kioskd --check names every error");
}

static bool
close_to_others(struct doctor *doctor, const struct finding *finding, struct err *err)
{
    struct stat is;
    (void)doctor;
    if (stat(finding->where, &is) == 0 &&
        chmod(finding->where, is.st_mode & 07700) == 0)
        return true;
    return err_set(err, ERR_IO, "%s: %s", finding->where, strerror(errno));
}

static void
look_at_mode(struct doctor *doctor, const char *id, const char *path, const char *why)
{
    struct stat is;
    if (stat(path, &is) != 0 || (is.st_mode & 077) == 0)
        return;
    struct finding *finding = doctor_found(
        doctor, id, path, why, "others may read it (mode %04o)", is.st_mode & 07777);
    snprintf(finding->mend, sizeof finding->mend, "sudo chmod go= %.400s", path);
    finding->fix = close_to_others;
}

static void
look_at_data(struct doctor *doctor)
{
    const struct command_here *here = doctor->parts->here;
    struct statvfs disk;
    struct stat is;
    look_at_mode(doctor, "data-mode", here->data,
                 "The guest list is in it: names, and who is here.");
    look_at_mode(doctor, "key-mode", here->key,
                 "Who reads it and a copy of the data can make tickets.");
    if (stat(here->data, &is) != 0)
        return; /* before its first start */
    if (!S_ISDIR(is.st_mode)) {
        struct finding *finding = doctor_found(
            doctor, "data", here->data, "kioskd does not start.", "it is no directory");
        str_copy(finding->mend, sizeof finding->mend, "move it away");
    }
    if (statvfs(here->data, &disk) == 0 &&
        (uint64_t)disk.f_bavail * disk.f_frsize < ROOM_BYTES) {
        struct finding *finding = doctor_found(
            doctor, "disk", here->data,
            "When it is full nobody can be recorded, and so nobody is let in.",
            "its disk has %llu MB left",
            (unsigned long long)disk.f_bavail * disk.f_frsize / (1024 * 1024));
        str_copy(finding->mend, sizeof finding->mend,
                 "make room: sudo journalctl --vacuum-size=100M; sudo apt-get clean");
    }
}

/* ---- typefaces, clock, user, screen
 * -------------------------------------------------- */

static void
look_at_typefaces(struct doctor *doctor)
{
    struct err err = { 0 };
    int missing = 0;
    bool drawn = label_try(doctor->parts, &missing, &err);
    if (drawn && missing == 0)
        return;
    struct finding *finding = doctor_found(
        doctor, "typefaces", "typefaces",
        drawn ? "Guests' names come out with letters left out."
              : "No badge can be drawn.",
        "%.400s",
        drawn ? "there is none for Chinese, Latin, Greek, Cyrillic, Arabic, Hebrew or "
                "Korean"
              : err.text);
    str_copy(finding->mend, sizeof finding->mend,
             "sudo apt-get install fonts-noto-core fonts-noto-cjk");
}

static void
look_at_clock(struct doctor *doctor)
{
    static const char *const services[] = { "/usr/lib/systemd/systemd-timesyncd",
                                            "/lib/systemd/systemd-timesyncd",
                                            "/usr/sbin/chronyd", "/usr/sbin/ntpd",
                                            "/usr/sbin/ntpsec" };
    struct timex clock = { .modes = 0 };
    char path[DOCTOR_PATH_MAX + 1];
    bool there = false;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        there = there || access(doctor_path(doctor, services[i], path), X_OK) == 0;
    bool right = !doctor->root[0] && adjtimex(&clock) != TIME_ERROR &&
                 !(clock.status & STA_UNSYNC);
    if (right || (there && doctor->root[0]))
        return;
    struct finding *finding =
        doctor_found(doctor, "clock", "clock",
                     "Entries bear a wrong time, and roles begin and tickets end at a "
                     "wrong one; two "
                     "stations do not agree who came first.",
                     there ? "it is not set by the network's time (yet)"
                           : "nothing sets it: no timesyncd, no chrony");
    str_copy(finding->mend, sizeof finding->mend,
             there ? "timedatectl; is there a network, and may it reach a time server?"
                   : "sudo apt-get install systemd-timesyncd");
}

static void
look_at_user(struct doctor *doctor)
{
    if (strcmp(doctor->parts->here->file, "/etc/yuelai/yuelai.conf") != 0 ||
        getpwnam("yuelai"))
        return;
    struct finding *finding =
        doctor_found(doctor, "user", "user yuelai", "kioskd.service does not start.",
                     "there is no such user");
    str_copy(finding->mend, sizeof finding->mend,
             "sudo systemd-sysusers && sudo systemd-tmpfiles --create");
}

/* The service's word for a unit; "" where systemd does not run. */
static void
ask_systemd(const char *question, const char *unit, char *answer, size_t size)
{
    const char *const argv[] = { "systemctl", question, unit, NULL };
    struct str out;
    struct err err;
    int status;
    answer[0] = '\0';
    if (!cups_has_systemd())
        return;
    str_init(&out, PROGRAM_OUTPUT_MAX);
    if (program_run(argv, &out, &status, &err) && out.length > 0)
        str_copy_bytes(answer, size, out.data, strcspn(out.data, "\n"));
    str_finish(&out);
}

static void
look_at_screen(struct doctor *doctor)
{
    char enabled[32], active[32];
    if (doctor->root[0])
        return;
    ask_systemd("is-enabled", "yuelai-screen", enabled, sizeof enabled);
    ask_systemd("is-active", "yuelai-screen", active, sizeof active);
    if (strcmp(enabled, "enabled") != 0 || strcmp(active, "active") == 0)
        return;
    struct finding *finding = doctor_found(
        doctor, "screen", "yuelai-screen", "Guests see nothing.",
        "its unit is enabled, and %s", active[0] ? active : "does not run");
    str_copy(finding->mend, sizeof finding->mend,
             "journalctl -u yuelai-screen says why");
}

void
doctor_look_at_station(struct doctor *doctor)
{
    look_at_configuration(doctor);
    doctor->daemon =
        ask_kioskd(doctor, "{\"command\":\"printers\",\"args\":{}}", take_advice) &&
        ask_kioskd(doctor, "{\"command\":\"status\",\"args\":{}}", take_part);
    look_at_data(doctor);
    look_at_typefaces(doctor);
    look_at_clock(doctor);
    look_at_user(doctor);
    look_at_screen(doctor);
}
