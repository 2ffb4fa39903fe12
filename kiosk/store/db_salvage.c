#include "store/db_salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/db_graft.h"
#include "store/db_internal.h"
#include "store/db_rescue.h"
#include "str.h"

/* Where everything stands; all paths owned. */
struct place {
    char *note, *journal, *journal_wal, *fresh, *bad, *bad_wal;
};

static void
place_finish(struct place *place)
{
    free(place->note);
    free(place->journal);
    free(place->journal_wal);
    free(place->fresh);
    free(place->bad);
    free(place->bad_wal);
}

static bool
place_init(struct place *place, const char *dir, const char *bad, struct err *err)
{
    *place = (struct place){ .note = db_path(dir, "salvage"),
                             .journal = db_path(dir, "journal.db"),
                             .journal_wal = db_path(dir, "journal.db-wal"),
                             .fresh = db_path(dir, "journal.new"),
                             .bad = db_path(dir, bad) };
    if (place->bad && asprintf(&place->bad_wal, "%s-wal", place->bad) < 0)
        place->bad_wal = NULL;
    if (place->note && place->journal && place->journal_wal && place->fresh &&
        place->bad_wal)
        return true;
    place_finish(place);
    return err_no_memory(err);
}

static bool
fail(const char *path, const char *what, struct err *err)
{
    return err_set(err, errno == ENOSPC ? ERR_LIMIT : ERR_IO, "%s: %s: %s", path, what,
                   strerror(errno));
}

/* ---- the note ---------------------------------------------------------------------
 */

static bool
write_note(struct db *db, const char *bad, struct err *err)
{
    char *path = db_path(db->dir, "salvage");
    if (!path)
        return err_no_memory(err);
    size_t length = strlen(bad);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, bad, length) == (ssize_t)length && fsync(fd) == 0;
    if (!ok)
        fail(path, "cannot write it", err);
    if (fd >= 0)
        close(fd);
    if (!ok)
        unlink(path);
    free(path);
    return ok && db_sync_dir(db->dir, err);
}

/* "" if there is no note, or one that a power cut left half-written: then nothing has
 * been moved yet. */
static bool
read_note(struct db *db, char *bad, size_t size, struct err *err)
{
    char *path = db_path(db->dir, "salvage");
    if (!path)
        return err_no_memory(err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, bad, size - 1) : 0;
    bad[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
    size_t digits =
        str_starts(bad, "journal.bad-") ? strspn(bad + 12, "0123456789") : 0;
    if (digits < 13 || bad[12 + digits] != '\0')
        bad[0] = '\0';
    if (fd >= 0 && bad[0] == '\0')
        unlink(path);
    free(path);
    return true;
}

/* ---- moving -----------------------------------------------------------------------
 */

static bool
exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The file, then its log: if only the first has gone, the second follows later. */
static bool
move_aside(struct db *db, const struct place *place, struct err *err)
{
    if (!exists(place->bad) && rename(place->journal, place->bad) != 0)
        return fail(place->journal, "cannot set it aside", err);
    if (!exists(place->journal) && exists(place->journal_wal) &&
        rename(place->journal_wal, place->bad_wal) != 0)
        return fail(place->journal_wal, "cannot set it aside", err);
    return db_sync_dir(db->dir, err);
}

static bool
take_place(struct db *db, const struct place *place, struct err *err)
{
    if (rename(place->fresh, place->journal) != 0)
        return fail(place->fresh, "cannot take the journal's place", err);
    return db_sync_dir(db->dir, err);
}

/* ---- taking over ------------------------------------------------------------------
 */

/* What the file as it is hides: its schema from a new one, its leaves under new trees.
 * It may fail, but for want of room: then what was read so far is what there is. */
static bool
rescue_hidden(struct db *db, const struct place *place, struct db_rescue *rescue,
              struct err *err)
{
    char *graft = db_path(db->dir, "journal.graft");
    struct err why = { .code = ERR_NONE };
    if (!graft)
        return err_no_memory(err);
    rescue->bad = graft;
    bool ok = db_graft(place->bad, place->fresh, graft, &why) &&
              db_rescue_begin(rescue, &why) && db_rescue_copy(rescue, &why);
    db_rescue_end(rescue);
    db_graft_remove(graft);
    free(graft);
    if (!ok && (why.code == ERR_LIMIT || why.code == ERR_MEMORY)) {
        *err = why;
        return false;
    }
    if (!ok)
        log_warning(db->log, "salvage", "%s", why.text);
    return true;
}

static bool
rescue(struct db *db, const struct place *place, struct db_rescue *rescue,
       struct err *err)
{
    struct err why;
    rescue->bad = place->bad;
    if (!db_rescue_begin(rescue, err))
        return false;
    bool reads = db_rescue_reads(rescue, &why);
    if (!reads) {
        log_warning(db->log, "salvage", "%s", why.text);
        rescue->gaps++;
    }
    bool ok = !reads || db_rescue_copy(rescue, err);
    db_rescue_end(rescue);
    return ok && (rescue->gaps == 0 || rescue_hidden(db, place, rescue, err)) &&
           db_rescue_settle(rescue, err);
}

static bool
fill_fresh(struct db *db, const struct place *place, struct err *err)
{
    struct db_rescue job = { .fresh = place->fresh,
                             .vfs = db->vfs,
                             .log = db->log,
                             .now_ms = clock_utc_ms(db->clock) };
    unlink(place->fresh);
    if (!rescue(db, place, &job, err))
        return err_wrap(err, "salvaging %s", place->bad);
    db->status.journal_salvaged = true;
    db->status.salvaged_rows = job.rows;
    db->status.lost_gaps = job.gaps;
    log_error(db->log, "salvage", "done: rows=%" PRId64 " gaps=%" PRId64 " kept=%s",
              job.rows, job.gaps, place->bad);
    return true;
}

bool
db_salvage_resume(struct db *db, struct err *err)
{
    char bad[64];
    struct place place;
    if (!read_note(db, bad, sizeof bad, err))
        return false;
    if (bad[0] == '\0')
        return true;
    if (!place_init(&place, db->dir, bad, err))
        return false;
    bool done = exists(place.bad) && exists(place.journal); /* all but the note's end */
    bool ok = done || (move_aside(db, &place, err) && fill_fresh(db, &place, err) &&
                       take_place(db, &place, err));
    if (ok)
        unlink(place.note);
    place_finish(&place);
    return ok;
}

bool
db_salvage(struct db *db, struct err *err)
{
    char bad[64];
    snprintf(bad, sizeof bad, "journal.bad-%013" PRId64, clock_utc_ms(db->clock));
    return write_note(db, bad, err) && db_salvage_resume(db, err);
}
