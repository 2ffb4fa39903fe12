#ifndef YUELAI_EXPORT_H
#define YUELAI_EXPORT_H

/* export: what the station knows, as tables for people. UTF-8 with a byte order mark,
 * RFC 4180, safe against formulas (csv_write.h).
 *
 * Check-ins: a row for each entry, exit and refusal of the journal, oldest first:
 *
 *     time,utc,event,list,verdict,record,station,gate,ticket,order,name,name_latin,
 *     organisation,country,kind,who,reason,badge,badge_issue
 *
 * What no server has taken: a row for each entry, exit, refusal and printed badge that
 * waits, is held or was turned down (dead), with the server's words, oldest first:
 *
 *     time,utc,state,answer,tries,what,record,event,list,station,gate,who,ticket,order,
 *     name,name_latin,organisation,country,kind
 *
 * `time` is the door's time where the event is ("2026-11-25 09:01:22 +08:00").
 *
 * Invitations: DIR/invitations.csv with ref, code, name, e-mail, … of every ticket that
 * was imported and is not cancelled, and DIR/<ref>.png with each code as a QR picture.
 * The table can be imported at other stations: codes and references stay the same.
 */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct clock;
struct db;

/* A table that is being written, a slice at a time: a long journal or a large roster
 * must not keep a guest waiting at the door.
 *
 *     export_checkins_open(&setting, &export, &err)      nothing is read yet
 *     export_slice(export, &at, &err)                    a ms or so of work
 *         at.state  EXPORT_MORE   go on, after whoever else wants the loop
 *                   EXPORT_WAITS  the reader of the pipe is slow: later
 *                   EXPORT_DONE   all is written
 *     export_close(export)                               at any time
 *
 * Between two slices the station goes on. Check-ins are those that the journal had when
 * the export was opened, each once; guest and badge are told as they are when their row
 * is written. */
struct export;

enum { EXPORT_SLICE_US = 1200 };

enum export_state { EXPORT_MORE, EXPORT_WAITS, EXPORT_DONE };

struct export_progress {
    enum export_state state;
    int64_t done, of; /* of what is read: journal rows, or imports */
    int64_t rows; /* written */
};

bool export_slice(struct export *export, struct export_progress *at, struct err *err);
void export_close(struct export *export); /* takes NULL */

/* fd: open for writing, stays the caller's until the export is closed. The texts are
 * borrowed for as long. event NULL: all. zone: IANA; NULL: each event's own. */
struct export_doors {
    struct db *db;
    const struct clock *clock;
    int fd;
    const char *event, *zone;
};

bool export_checkins_open(const struct export_doors *setting, struct export **export,
                          struct err *err);
bool export_unsent_open(const struct export_doors *setting, struct export **export,
                        struct err *err);

/* Makes one picture of a code; from whoever can draw (kiosk-draw qr). */
typedef bool export_picture_fn(const char *code, const char *path, void *self,
                               struct err *err);

/* dir_fd: an open directory, in which files are made (mode 0600). dir: its name, for
 * the pictures' paths and errors. draw NULL: the table only. All borrowed until the
 * export is closed. */
struct export_invitations {
    struct db *db;
    const struct clock *clock;
    int dir_fd;
    const char *dir;
    const char *event; /* NULL: all */
    export_picture_fn *draw;
    void *self; /* draw's */
};

bool export_invitations_open(const struct export_invitations *setting,
                             struct export **export, struct err *err);

#endif
