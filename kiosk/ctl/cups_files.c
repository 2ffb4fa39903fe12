#include "ctl/cups_files.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "ctl/program.h"

enum { CLAIMS_ROOM_BYTES = 1024 * 1024 };

/* ---- where -------------------------------------------------------------------- */

static void
take_line(char *line, struct cups_files *files)
{
    char *name = line + strspn(line, " \t");
    char *value = name + strcspn(name, " \t\r\n");
    if (*value)
        *value++ = '\0';
    value += strspn(value, " \t");
    size_t length = strlen(value);
    while (length > 0 && isspace((unsigned char)value[length - 1]))
        value[--length] = '\0';
    if (strcasecmp(name, "ServerBin") == 0)
        snprintf(files->backends, sizeof files->backends, "%.490s/backend", value);
    else if (strcasecmp(name, "CacheDir") == 0)
        str_copy(files->cache, sizeof files->cache, value);
    else if (strcasecmp(name, "User") == 0)
        str_copy(files->user, sizeof files->user, value);
}

void
cups_files_read(const char *dir, struct cups_files *files)
{
    char path[CUPS_PATH_MAX + 32], line[1024];
    *files = (struct cups_files){ .backends = "/usr/lib/cups/backend",
                                  .cache = "/var/cache/cups",
                                  .user = "lp" };
    str_copy(files->dir, sizeof files->dir, dir[0] ? dir : "/etc/cups");
    snprintf(path, sizeof path, "%s/cups-files.conf", files->dir);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        take_line(line, files);
    files->there = file != NULL;
    if (file)
        fclose(file);
    const struct passwd *user = getpwnam(files->user);
    files->uid = user ? user->pw_uid : (uid_t)-1;
    files->gid = user ? user->pw_gid : (gid_t)-1;
}

/* ---- settings ----------------------------------------------------------------- */

static bool
run_script(const char *script, const char *option, const struct cups_files *files,
           struct str *out, int *status, struct err *err)
{
    const char *const argv[] = { "sh", script, option ? option : files->dir,
                                 option ? files->dir : NULL, NULL };
    return program_run(argv, out, status, err);
}

bool
cups_settings_lack(const char *script, const struct cups_files *files,
                   struct str *lines, struct err *err)
{
    int status;
    if (!run_script(script, "--check", files, lines, &status, err))
        return false;
    if (status == 0)
        str_clear(lines);
    return status <= 1 || err_set(err, ERR_IO, "%s: %.200s", script, lines->data);
}

bool
cups_settings_write(const char *script, const struct cups_files *files, struct err *err)
{
    struct str out;
    int status;
    str_init(&out, PROGRAM_OUTPUT_MAX);
    bool good = run_script(script, NULL, files, &out, &status, err);
    if (good && status != 0)
        good = err_set(err, ERR_IO, "%s: %.200s", script, out.length ? out.data : "?");
    str_finish(&out);
    return good;
}

bool
cups_has_systemd(void)
{
    return access("/run/systemd/system", F_OK) == 0;
}

bool
cups_restart(struct err *err)
{
    static const char *const argv[] = { "systemctl", "restart", "cups", NULL };
    struct str out;
    int status;
    if (!cups_has_systemd())
        return err_set(err, ERR_ABSENT,
                       "systemd does not run here: restart cupsd as it was started");
    str_init(&out, PROGRAM_OUTPUT_MAX);
    bool good = program_run(argv, &out, &status, err);
    if (good && status != 0)
        good = err_set(err, ERR_IO, "systemctl restart cups: %.200s",
                       out.length ? out.data : "failed");
    str_finish(&out);
    return good;
}

/* ---- the backend `once` --------------------------------------------------------- */

static void
once_paths(const struct cups_files *files, char program[], char claims[])
{
    snprintf(program, CUPS_PATH_MAX + 8, "%s/once", files->backends);
    snprintf(claims, CUPS_PATH_MAX + 8, "%s/once", files->cache);
}

/* CUPS runs no backend that others can write; one that only root may run, it runs as
 * root. */
static unsigned
look_at_program(const char *path, bool as_root, struct str *why)
{
    struct stat is;
    mode_t others = S_IXGRP | S_IXOTH;
    if (stat(path, &is) != 0) {
        str_addf(why, "%s is not there; ", path);
        return ONCE_LACKS_PROGRAM;
    }
    bool good = S_ISREG(is.st_mode) && is.st_mode & S_IXUSR &&
                !(is.st_mode & (S_IWGRP | S_IWOTH)) &&
                (is.st_uid == 0 || is.st_uid == geteuid()) &&
                (!as_root || !(is.st_mode & others)) &&
                (is.st_mode & S_IXOTH || !(is.st_mode & S_IXGRP));
    if (!good)
        str_addf(why, "%s has mode %04o and owner %u, wants %s, owner root; ", path,
                 is.st_mode & 07777, (unsigned)is.st_uid,
                 as_root ? "0744 (a backend behind it is root's)" : "0755");
    return good ? 0 : ONCE_LACKS_MODE;
}

/* Root writes where it likes. */
static bool
is_writers(const struct cups_files *files, const struct stat *is, bool runs_as_root)
{
    return runs_as_root || is->st_uid == files->uid || files->uid == (uid_t)-1;
}

static unsigned
look_at_claims(const struct cups_files *files, const char *program, const char *claims,
               struct str *why)
{
    struct stat is, mode;
    struct statvfs disk;
    bool as_root = stat(program, &mode) == 0 && !(mode.st_mode & S_IXOTH);
    bool there = stat(claims, &is) == 0;
    size_t before = why->length;
    if (there && !S_ISDIR(is.st_mode))
        str_addf(why, "%s is no directory; ", claims);
    else if (there && (!is_writers(files, &is, as_root) || (is.st_mode & 0700) != 0700))
        str_addf(why, "%s is not %s's to write (owner %u, mode %04o); ", claims,
                 files->user, (unsigned)is.st_uid, is.st_mode & 07777);
    else if (!there && stat(files->cache, &is) != 0)
        str_addf(why, "%s is not there; ", files->cache);
    if (statvfs(files->cache, &disk) == 0 &&
        ((uint64_t)disk.f_bavail * disk.f_frsize < CLAIMS_ROOM_BYTES ||
         (disk.f_files > 0 && disk.f_favail == 0)))
        str_addf(why, "the disk of %s is full; ", files->cache);
    return why->length > before ? ONCE_LACKS_CLAIMS : 0;
}

unsigned
cups_once_lacks(const struct cups_files *files, bool as_root, struct str *why)
{
    char program[CUPS_PATH_MAX + 8], claims[CUPS_PATH_MAX + 8];
    once_paths(files, program, claims);
    unsigned lacks = look_at_program(program, as_root, why);
    if (!(lacks & ONCE_LACKS_PROGRAM))
        lacks |= look_at_claims(files, program, claims, why);
    if (why->length > 2)
        why->data[why->length -= 2] = '\0';
    return lacks;
}

static bool
copy_program(const char *from, const char *to, mode_t mode, struct err *err)
{
    char piece[65536], beside[CUPS_PATH_MAX + 16];
    snprintf(beside, sizeof beside, "%s.new", to);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out =
        in < 0
            ? -1
            : open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0700);
    ssize_t got = in < 0 || out < 0 ? -1 : 0;
    while (out >= 0 && (got = read(in, piece, sizeof piece)) > 0 &&
           write(out, piece, (size_t)got) == got)
        continue;
    bool good = got == 0 && fchmod(out, mode) == 0 && fsync(out) == 0 &&
                rename(beside, to) == 0;
    if (!good)
        err_set(err, ERR_IO, "%s to %s: %s", from, to, strerror(errno));
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return good;
}

static bool
mend_claims(const struct cups_files *files, const char *claims, struct err *err)
{
    char aside[CUPS_PATH_MAX + 16];
    struct stat is;
    snprintf(aside, sizeof aside, "%s.aside", claims);
    if (lstat(claims, &is) == 0 && !S_ISDIR(is.st_mode) && rename(claims, aside) != 0)
        return err_set(err, ERR_IO, "%s: %s", claims, strerror(errno));
    if ((mkdir(claims, 0700) != 0 && errno != EEXIST) || chmod(claims, 0700) != 0 ||
        (geteuid() == 0 && chown(claims, files->uid, files->gid) != 0))
        return err_set(err, ERR_IO, "%s: %s", claims, strerror(errno));
    return true;
}

bool
cups_once_mend(const struct cups_files *files, const char *from, bool as_root,
               unsigned lacks, struct err *err)
{
    char program[CUPS_PATH_MAX + 8], claims[CUPS_PATH_MAX + 8];
    mode_t mode = as_root ? 0744 : 0755;
    once_paths(files, program, claims);
    if (lacks & (ONCE_LACKS_PROGRAM | ONCE_LACKS_MODE) &&
        !copy_program(from, program, mode, err))
        return false;
    return !(lacks & ONCE_LACKS_CLAIMS) || mend_claims(files, claims, err);
}
