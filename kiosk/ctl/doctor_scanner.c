#include "ctl/doctor.h"

#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "desk/reader.h"
#include "str.h"

static const char kept_out[] = "Nobody can be scanned with it.";

/* ---- who may read a device ----------------------------------------------------------
 */

enum { GROUPS_MAX = 64 };

/* kioskd.service adds dialout, whatever the user's own groups are. */
static bool
is_in_group(const struct passwd *user, gid_t gid)
{
    gid_t groups[GROUPS_MAX];
    int count = GROUPS_MAX;
    const struct group *dialout = getgrnam("dialout");
    if (dialout && dialout->gr_gid == gid)
        return true;
    if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
        return false;
    for (int i = 0; i < count; i++) {
        if (groups[i] == gid)
            return true;
    }
    return false;
}

static bool
may_read(const struct doctor *doctor, const struct stat *is)
{
    unsigned uid = doctor_user(doctor);
    uid_t who = uid == (unsigned)-1 ? geteuid() : (uid_t)uid;
    const struct passwd *user = getpwuid(who);
    mode_t wanted = S_IROTH | S_IWOTH;
    if (who == 0)
        return true;
    if (is->st_uid == who)
        return ((is->st_mode >> 6) & wanted) == wanted;
    if (user && is_in_group(user, is->st_gid))
        return ((is->st_mode >> 3) & wanted) == wanted;
    return (is->st_mode & wanted) == wanted;
}

/* ---- keyboards by their USB numbers
 * --------------------------------------------------- */

static unsigned
read_hex(const char *path)
{
    char line[16];
    FILE *file = fopen(path, "re");
    char *end = line;
    unsigned long value = 0;
    if (file && fgets(line, sizeof line, file))
        value = strtoul(line, &end, 16);
    if (file)
        fclose(file);
    return end == line ? 0 : (unsigned)value;
}

struct keyboards {
    unsigned vendor, product;
    unsigned found, readable;
    char node[DOCTOR_PATH_MAX + 1]; /* one that may not be read */
};

static void
look_at_event(const struct doctor *doctor, const char *name,
              struct keyboards *keyboards)
{
    char inside[96], path[DOCTOR_PATH_MAX + 1];
    struct stat is;
    snprintf(inside, sizeof inside, "/sys/class/input/%.32s/device/id/vendor", name);
    if (read_hex(doctor_path(doctor, inside, path)) != keyboards->vendor)
        return;
    snprintf(inside, sizeof inside, "/sys/class/input/%.32s/device/id/product", name);
    if (read_hex(doctor_path(doctor, inside, path)) != keyboards->product)
        return;
    keyboards->found++;
    snprintf(inside, sizeof inside, "/dev/input/%.32s", name);
    doctor_path(doctor, inside, path);
    if (stat(path, &is) == 0 && may_read(doctor, &is))
        keyboards->readable++;
    else
        str_copy(keyboards->node, sizeof keyboards->node, path);
}

static void
find_keyboards(const struct doctor *doctor, struct keyboards *keyboards)
{
    char path[DOCTOR_PATH_MAX + 1];
    DIR *dir = opendir(doctor_path(doctor, "/sys/class/input", path));
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry;
         entry = readdir(dir)) {
        if (str_starts(entry->d_name, "event"))
            look_at_event(doctor, entry->d_name, keyboards);
    }
    if (dir)
        closedir(dir);
}

/* "evdev:05e0:1200" */
static bool
read_numbers(const char *uri, struct keyboards *keyboards)
{
    char *end;
    if (!str_starts(uri, "evdev:") || strchr(uri, '/') || strchr(uri, '='))
        return false;
    keyboards->vendor = (unsigned)strtoul(uri + strlen("evdev:"), &end, 16);
    if (*end != ':')
        return false;
    keyboards->product = (unsigned)strtoul(end + 1, &end, 16);
    return *end == '\0';
}

static void
absent(struct doctor *doctor, const char *where, const char *what)
{
    struct finding *finding = doctor_found(doctor, "scanner-away", where, kept_out,
                                           "%.200s is not plugged in", what);
    str_copy(
        finding->mend, sizeof finding->mend,
        "plug it in, or name it as lsusb (a serial one: ls /dev/serial/by-id) shows "
        "it");
}

static void
closed(struct doctor *doctor, const char *where, const char *node)
{
    struct finding *finding = doctor_found(doctor, "scanner-closed", where, kept_out,
                                           "kioskd may not read %.200s", node);
    str_copy(finding->mend, sizeof finding->mend,
             "a line for its maker in 70-yuelai-scanner.rules, sudo udevadm control "
             "--reload, and plug it in again");
}

static void
look_at_node(struct doctor *doctor, const char *where, const char *named)
{
    char path[DOCTOR_PATH_MAX + 1];
    struct stat is;
    if (stat(doctor_path(doctor, named, path), &is) != 0)
        absent(doctor, where, named);
    else if (!may_read(doctor, &is))
        closed(doctor, where, named);
}

/* A running kioskd has the device, or says itself what it lacks. */
static void
look_at_device(struct doctor *doctor, const struct reader_scanner *scanner)
{
    struct keyboards keyboards = { .found = 0 };
    char where[128];
    const char *node = strchr(scanner->uri, ':');
    snprintf(where, sizeof where, "scanner %.100s", scanner->name);
    if (node && node[1] == '/' && !str_starts(scanner->uri, "fifo:")) {
        look_at_node(doctor, where, node + 1);
    } else if (read_numbers(scanner->uri, &keyboards)) {
        find_keyboards(doctor, &keyboards);
        if (keyboards.found == 0)
            absent(doctor, where, scanner->uri);
        else if (keyboards.readable == 0)
            closed(doctor, where, keyboards.node);
    }
}

static void
look_for_rule(struct doctor *doctor)
{
    static const char *const places[] = {
        "/usr/lib/udev/rules.d/70-yuelai-scanner.rules",
        "/lib/udev/rules.d/70-yuelai-scanner.rules",
        "/usr/local/lib/udev/rules.d/70-yuelai-scanner.rules",
        "/etc/udev/rules.d/70-yuelai-scanner.rules"
    };
    char path[DOCTOR_PATH_MAX + 1];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (access(doctor_path(doctor, places[i], path), R_OK) == 0)
            return;
    }
    struct finding *finding =
        doctor_found(doctor, "scanner-rule", "scanners",
                     "kioskd may not read a scanner in keyboard mode, and while it "
                     "does not run codes "
                     "are typed into whatever is on the screen.",
                     "the udev rule 70-yuelai-scanner.rules is not installed");
    str_copy(finding->mend, sizeof finding->mend,
             "sudo ninja -C build install, sudo udevadm control --reload, and plug the "
             "scanner in again");
}

void
doctor_look_at_scanners(struct doctor *doctor)
{
    const struct command_here *here = doctor->parts->here;
    bool keyboards = false;
    for (unsigned i = 0; i < here->scanner_count; i++) {
        keyboards = keyboards || str_starts(here->scanners[i].uri, "evdev:");
        if (!doctor->daemon)
            look_at_device(doctor, &here->scanners[i]);
    }
    if (keyboards)
        look_for_rule(doctor);
}
