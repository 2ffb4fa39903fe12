#include "setup_paths.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
put(char to[SETUP_PATH_MAX + 1], const char *dir, const char *name, struct err *err)
{
    if (snprintf(to, SETUP_PATH_MAX + 1, "%s%s", dir, name) <= SETUP_PATH_MAX)
        return true;
    return err_set(err, ERR_LIMIT, "path over %d bytes: %.80s…", SETUP_PATH_MAX, dir);
}

static const char *
environment(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] == '/' ? value : NULL; /* XDG: anything else is void */
}

/* A user's directory by the XDG rules: $variable, else ~/under. */
static bool
user_dir(const char *variable, const char *under, char to[SETUP_PATH_MAX + 1],
         struct err *err)
{
    const char *home = environment("HOME");
    if (environment(variable))
        return put(to, environment(variable), "/yuelai", err);
    const struct passwd *user = home ? NULL : getpwuid(getuid());
    if (!home && user)
        home = user->pw_dir;
    if (!home)
        return err_set(err, ERR_ABSENT,
                       "no HOME: say where with the options data, key");
    return put(to, home, under, err);
}

static const char machine_file[] = "/etc/yuelai/yuelai.conf";

/* Whose station is it: this user's own, or the machine's, which root runs and whose
 * file was read? Then staff with a shell (sudo -u yuelai kioskctl, or a member of the
 * group) mean the same data and the same daemon. */
static bool
is_users(const struct setup *setup)
{
    return geteuid() != 0 && strcmp(setup->file, machine_file) != 0;
}

/* The number-th of the directories that systemd made for us, of "a:b". */
static bool
given_dir(const char *variable, unsigned number, char to[SETUP_PATH_MAX + 1])
{
    const char *at = environment(variable);
    while (at && number-- > 0) {
        at = strchr(at, ':');
        at = at ? at + 1 : NULL;
    }
    size_t length = at ? strcspn(at, ":") : 0;
    return length > 0 && str_copy_bytes(to, SETUP_PATH_MAX + 1, at, length);
}

bool
setup_find_file(struct setup *setup)
{
    struct err err;
    char dir[SETUP_PATH_MAX + 1];
    if (geteuid() != 0 && user_dir("XDG_CONFIG_HOME", "/.config/yuelai", dir, &err) &&
        put(setup->file, dir, "/yuelai.conf", &err) && access(setup->file, F_OK) == 0)
        return true;
    str_copy(setup->file, sizeof setup->file, machine_file);
    if (access(setup->file, F_OK) == 0)
        return true;
    setup->file[0] = '\0';
    return false;
}

static bool
fill_data(struct setup *setup, struct err *err)
{
    char *to = setup->data;
    if (given_dir("STATE_DIRECTORY", 0, to))
        return true;
    if (is_users(setup))
        return user_dir("XDG_DATA_HOME", "/.local/share/yuelai", to, err);
    return put(to, "/var/lib/yuelai", "", err);
}

static bool
fill_key(struct setup *setup, struct err *err)
{
    char *to = setup->key;
    char dir[SETUP_PATH_MAX + 1];
    const char *credentials = environment("CREDENTIALS_DIRECTORY");
    if (credentials && put(to, credentials, "/yuelai.key", err) &&
        access(to, F_OK) == 0)
        return true;
    if (given_dir("STATE_DIRECTORY", 1, dir))
        return put(to, dir, "/key", err);
    if (!is_users(setup))
        return put(to, "/var/lib/yuelai-key/key", "", err);
    return user_dir("XDG_CONFIG_HOME", "/.config/yuelai", dir, err) &&
           put(to, dir, "/key", err);
}

static bool
fill_socket(struct setup *setup, struct err *err)
{
    char *to = setup->socket;
    char dir[SETUP_PATH_MAX + 1];
    if (given_dir("RUNTIME_DIRECTORY", 0, dir))
        return put(to, dir, "/control", err);
    if (!is_users(setup))
        return put(to, "/run/yuelai/control", "", err);
    if (environment("XDG_RUNTIME_DIR"))
        return put(to, environment("XDG_RUNTIME_DIR"), "/yuelai/control", err);
    snprintf(to, SETUP_PATH_MAX + 1, "/tmp/yuelai-%u/control", (unsigned)getuid());
    return true;
}

/* ---- beside the program ---------------------------------------------------------- */

static bool
program_dir(char to[SETUP_PATH_MAX + 1], struct err *err)
{
    ssize_t length = readlink("/proc/self/exe", to, SETUP_PATH_MAX);
    if (length <= 0)
        return err_set(err, ERR_IO, "/proc/self/exe: %s", strerror(errno));
    to[length] = '\0';
    *strrchr(to, '/') = '\0';
    return true;
}

/* A build directory knows its source tree; true if `dir` is one. */
static bool
source_of_build(const char *dir, char to[SETUP_PATH_MAX + 1])
{
    static const char key[] = "CMAKE_HOME_DIRECTORY:INTERNAL=";
    char path[SETUP_PATH_MAX + 1], line[SETUP_PATH_MAX + 64];
    struct err err;
    bool found = false;
    FILE *cache = put(path, dir, "/CMakeCache.txt", &err) ? fopen(path, "re") : NULL;
    while (cache && !found && fgets(line, sizeof line, cache)) {
        line[strcspn(line, "\n")] = '\0';
        found =
            str_starts(line, key) && put(to, line + sizeof key - 1, "/templates", &err);
    }
    if (cache)
        fclose(cache);
    return found;
}

/* Where templates and helper are; tests' programs stand one deeper in the build. */
static bool
find_installed(char templates[SETUP_PATH_MAX + 1], char helper[SETUP_PATH_MAX + 1],
               char fonts[SETUP_PATH_MAX + 1], struct err *err)
{
    char dir[SETUP_PATH_MAX + 1];
    if (!program_dir(dir, err))
        return false;
    for (int up = 0; up < 2; up++) {
        if (source_of_build(dir, templates))
            return put(helper, dir, "/kiosk-draw", err) &&
                   put(fonts, templates, "/system/fonts.conf", err);
        char *slash = strrchr(dir, '/');
        if (up == 0 && slash && slash != dir)
            *slash = '\0';
    }
    /* dir is the prefix now: …/sbin/kioskd, …/bin/kioskctl */
    return put(templates, dir, "/share/yuelai", err) &&
           put(helper, dir, "/libexec/yuelai/kiosk-draw", err) &&
           put(fonts, templates, "/fonts.conf", err);
}

static bool
fill(char to[SETUP_PATH_MAX + 1], const char *dir, const char *name, struct err *err)
{
    return to[0] || put(to, dir, name, err);
}

bool
setup_fill_paths(struct setup *setup, const char *option, struct err *err)
{
    char templates[SETUP_PATH_MAX + 1], helper[SETUP_PATH_MAX + 1];
    char fonts[SETUP_PATH_MAX + 1];
    if (!find_installed(templates, helper, fonts, err))
        return false;
    if (option[0] &&
        (!put(templates, option, "", err) || !put(fonts, option, "/fonts.conf", err)))
        return false;
    return (setup->data[0] || fill_data(setup, err)) &&
           (setup->key[0] || fill_key(setup, err)) &&
           (setup->socket[0] || fill_socket(setup, err)) &&
           fill(setup->designs, templates, "/badge", err) &&
           fill(setup->profiles, templates, "/printer", err) &&
           fill(setup->fonts, fonts, "", err) && fill(setup->helper, helper, "", err);
}

bool
setup_make_parent(const char *path, struct err *err)
{
    char dir[SETUP_PATH_MAX + 1];
    if (!str_copy(dir, sizeof dir, path))
        return err_set(err, ERR_LIMIT, "path over %d bytes", SETUP_PATH_MAX);
    for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(dir, 0700) != 0 && errno != EEXIST)
            return err_set(err, ERR_IO, "%s: %s", dir, strerror(errno));
        *slash = '/';
    }
    return true;
}
