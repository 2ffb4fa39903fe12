#ifndef YUELAI_SETUP_H
#define YUELAI_SETUP_H

/* setup: what this station is configured to be, for kioskd and kioskctl alike.
 *
 *     yuelai.conf --base/config--> table (setup_table.c) --> struct setup, typed, checked
 *
 * A setup is a value: reading the file again (SIGHUP) makes another one, and whoever
 * compares the two sees what changed. Everything has a default: without a file a station
 * "A" keeps its data in the usual place and waits for a role and a roster.
 *
 * Where things are, unless the file says otherwise:
 *
 *     file      /etc/yuelai/yuelai.conf, or $XDG_CONFIG_HOME/yuelai/yuelai.conf of a user
 *     data      /var/lib/yuelai, or $XDG_DATA_HOME/yuelai of a user
 *     key       systemd's credential "yuelai.key", else /var/lib/yuelai-key/key, or
 *               $XDG_CONFIG_HOME/yuelai/key of a user; never within data
 *     socket    /run/yuelai/control, or $XDG_RUNTIME_DIR/yuelai/control of a user
 *     templates beside the programs as installed (…/share/yuelai), or the source tree's
 *               when a program is started from its build directory
 *
 * "Of a user": whoever is not root and did not read /etc/yuelai/yuelai.conf. systemd's
 * StateDirectory= and RuntimeDirectory= come before all of these.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "desk/desk.h"
#include "desk/reader.h"
#include "err.h"
#include "log.h"
#include "print/printq.h"
#include "str.h"
#include "sync/online.h"
#include "sync/pretix.h"
#include "ticket/role.h"

enum {
    SETUP_PATH_MAX = 1023,
    SETUP_NAME_MAX = 63,
    SETUP_LANGUAGES_MAX = 16,
    SETUP_KINDS_MAX = 64,
    SETUP_EVENTS_MAX = 16,
    SETUP_PRODUCTS_MAX = 128
};

/* The ticketing server. */
struct setup_server {
    enum online_mode mode;
    char slugs[SETUP_EVENTS_MAX][ROSTER_KEY_MAX + 1];
    const char *events[SETUP_EVENTS_MAX]; /* into slugs: a setup is not moved */
    unsigned event_count;
    struct pretix_kind kinds[SETUP_PRODUCTS_MAX];
    unsigned kind_count;
    char language[16];
    char ca[SETUP_PATH_MAX + 1], proxy[256]; /* "" = none */
    char pins[SETUP_PATH_MAX + 1]; /* "a;b", "" = none */
    int64_t download_ms, old_ms;
    bool follow;
};

struct setup {
    struct config *config; /* what was read; owns the languages' texts */
    char file[SETUP_PATH_MAX + 1]; /* "" = none was there */
    bool unread; /* there is one, and nothing could be made of it: these are defaults */

    char data[SETUP_PATH_MAX + 1], key[SETUP_PATH_MAX + 1];
    char socket[SETUP_PATH_MAX + 1];
    char designs[SETUP_PATH_MAX + 1], profiles[SETUP_PATH_MAX + 1];
    char fonts[SETUP_PATH_MAX + 1]; /* fonts.conf */
    char page[SETUP_PATH_MAX + 1]; /* directory over the built-in page, "" = none */
    char helper[SETUP_PATH_MAX + 1]; /* kiosk-draw */

    char station[4]; /* letters */
    char station_name[SETUP_NAME_MAX + 1];
    char gate[SETUP_NAME_MAX + 1]; /* of roles that name none */
    char zone[SETUP_NAME_MAX + 1]; /* IANA, "" = the system's */
    struct role role;
    struct role_table table;
    enum log_level log_level;

    bool refuse_unsigned; /* badges, of events that have a key */
    int64_t ballast_bytes, claim_deadline_ms, job_deadline_ms, staff_idle_ms;
    uint16_t port; /* of the page, on 127.0.0.1 */
    const char *languages[SETUP_LANGUAGES_MAX];
    unsigned language_count, shown_languages;

    struct reader_scanner scanners[READER_SCANNERS_MAX];
    unsigned scanner_count;
    struct printq_printer printers[PRINTQ_PRINTERS_MAX];
    unsigned printer_count;
    struct desk_kind kinds[SETUP_KINDS_MAX];
    unsigned kind_count;

    struct setup_server server;
};

/* The option table, for config_print. */
extern const struct config_section setup_sections[];

/* Reads path, or with NULL the usual file, which may be absent. All errors go to report
 * (may be NULL), a line each; err has the first. Printers are left out: most commands
 * need none. */
bool setup_load(const char *path, struct setup **setup, struct str *report,
                struct err *err);
/* Fills in the printers, with their profiles. */
bool setup_load_printers(struct setup *setup, struct str *report, struct err *err);
void setup_free(struct setup *setup); /* takes NULL */

/* As setup_load, but what is wrong does not end it: *setup is what could be read (NULL only
 * without memory), for finding the socket and what else is wrong. */
bool setup_read(const char *path, struct setup **setup, struct str *report,
                struct err *err);

/* Makes the directory a file is to stand in, and those above it, mode 0700. */
bool setup_make_parent(const char *path, struct err *err);

#endif
