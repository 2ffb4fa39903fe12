#ifndef YUELAI_CUPS_FILES_H
#define YUELAI_CUPS_FILES_H

/* cups_files: where this machine's CUPS keeps things, by its cups-files.conf, and what the
 * backend `once` (drivers/backend_once.h) needs there. */

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "str.h"

enum { CUPS_PATH_MAX = 511 };

struct cups_files {
    char dir[CUPS_PATH_MAX + 1]; /* of cupsd.conf and cups-files.conf */
    char backends[CUPS_PATH_MAX + 1];
    char cache[CUPS_PATH_MAX + 1];
    char user[64]; /* whom backends run as that are not root's */
    uid_t uid;
    gid_t gid;
    bool there; /* cups-files.conf could be read */
};

/* dir "": /etc/cups. Never fails: what is not said is as Debian has it. */
void cups_files_read(const char *dir, struct cups_files *files);

/* ---- settings, by the script cups-settings ---------------------------------- */

/* What the script would change, a line each; "" = nothing. */
bool cups_settings_lack(const char *script, const struct cups_files *files,
                        struct str *lines, struct err *err);
bool cups_settings_write(const char *script, const struct cups_files *files,
                         struct err *err);

/* systemctl restart cups, where systemd runs; false and a sentence for people where it
 * does not. */
bool cups_restart(struct err *err);
bool cups_has_systemd(void);

/* ---- the backend `once` ----------------------------------------------------- */

enum once_lack {
    ONCE_LACKS_PROGRAM = 1 << 0, /* it is not installed */
    ONCE_LACKS_MODE = 1 << 1, /* CUPS would not run it, or not as the right user */
    ONCE_LACKS_CLAIMS = 1 << 2 /* it cannot write its claims */
};

/* What is wrong; `why` says it, as far as something is. as_root: a real backend behind it
 * is root's (usb). */
unsigned cups_once_lacks(const struct cups_files *files, bool as_root, struct str *why);

/* Installs the program `from`, or gives it the right mode; makes the claims' directory
 * writable, and sets aside what stands in its place. */
bool cups_once_mend(const struct cups_files *files, const char *from, bool as_root,
                    unsigned lacks, struct err *err);

#endif
