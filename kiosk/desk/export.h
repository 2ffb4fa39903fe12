#ifndef YUELAI_EXPORT_H
#define YUELAI_EXPORT_H

/* export: what the station knows, as tables for people. UTF-8 with a byte order mark,
 * RFC 4180, safe against formulas (csv_write.h).
 *
 * Check-ins: a row for each entry, exit and refusal of the journal, oldest first:
 *
 *     time,utc,event,list,verdict,kind of
 * row,station,gate,ticket,order,name,name_latin,
 *     organisation,country,kind,who,reason,badge,badge_issue
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

struct db;

struct export_counts {
    int64_t rows;
};

/* Writes to fd. event NULL: all. zone: IANA; NULL: each event's own. */
bool export_checkins(struct db *db, int fd, const char *event, const char *zone,
                     struct export_counts *counts, struct err *err);

/* Makes one picture of a code; from whoever can draw (kiosk-draw qr). */
typedef bool export_picture_fn(const char *code, const char *path, void *self,
                               struct err *err);

/* dir_fd: an open directory, in which files are made (mode 0600). dir: its name, for
 * the pictures' paths and errors. draw NULL: the table only. */
struct export_invitations {
    int dir_fd;
    const char *dir;
    const char *event; /* NULL: all */
    export_picture_fn *draw;
    void *self; /* draw's */
};

bool export_invitations(struct db *db, const struct export_invitations *setting,
                        struct export_counts *counts, struct err *err);

#endif
