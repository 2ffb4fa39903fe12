#include "ctl/doctor.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "str.h"

struct finding *
doctor_found(struct doctor *doctor, const char *id, const char *where, const char *why,
             const char *format, ...)
{
    unsigned at =
        doctor->count < DOCTOR_FINDINGS_MAX ? doctor->count++ : DOCTOR_FINDINGS_MAX - 1;
    struct finding *finding = &doctor->findings[at];
    va_list values;
    *finding = (struct finding){ .id = id, .why = why };
    str_copy(finding->where, sizeof finding->where, where);
    va_start(values, format);
    vsnprintf(finding->what, sizeof finding->what, format, values);
    va_end(values);
    return finding;
}

const char *
doctor_path(const struct doctor *doctor, const char *path, char to[DOCTOR_PATH_MAX + 1])
{
    snprintf(to, DOCTOR_PATH_MAX + 1, "%s%s", doctor->root, path);
    return to;
}

unsigned
doctor_user(const struct doctor *doctor)
{
    struct stat data;
    if (stat(doctor->parts->here->data, &data) == 0)
        return data.st_uid;
    const struct passwd *user = getpwnam("yuelai");
    return user ? user->pw_uid : (unsigned)-1;
}

static void
take_queue(const struct spooler_queue *queue, void *self)
{
    struct doctor *doctor = self;
    if (doctor->queue_count < DOCTOR_QUEUES_MAX)
        doctor->queues[doctor->queue_count++] = *queue;
}

static void
ask_cups(struct doctor *doctor)
{
    struct err err = { 0 };
    doctor->cups = doctor->parts->here->spooler->queues(&doctor->spooler, take_queue,
                                                        doctor, &err);
    if (doctor->cups)
        return;
    struct finding *finding = doctor_found(
        doctor, "cups-away", "CUPS",
        "No badge is printed; check-in goes on, and badges wait.", "%s", err.text);
    snprintf(finding->mend, sizeof finding->mend,
             err.code == ERR_ABSENT
                 ? "sudo systemctl enable --now cups (sudo apt-get install cups, if it "
                   "is not there)"
                 : "it hangs: sudo systemctl restart cups");
}

void
doctor_look(struct doctor *doctor)
{
    ask_cups(doctor);
    doctor_look_at_station(doctor);
    doctor_look_at_scanners(doctor);
    doctor_look_at_cups(doctor);
    if (doctor->cups)
        doctor_look_at_queues(doctor);
}
