#include "desk/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "desk/csv_write.h"
#include "desk/export_parts.h"
#include "desk/import_keep.h"
#include "store/db.h"
#include "store/roster.h"
#include "str.h"

/* Invitations. Who they are for stands in the kept imports, which alone have the e-mail
 * addresses; what is true now (code, name, status) is asked of the roster. The newest
 * import comes first, and nobody is invited twice. */

enum { TEXT_MAX = 64 * 1024, REFS_MIN = 8192 };

struct invitations {
    struct export base; /* first */
    struct db *db;
    struct export_invitations setting;
    int64_t number, last;       /* of the import that is read, of the newest */
    struct keep_reader *reader; /* NULL: the next import is to be opened */
    FILE *file;
    struct str line;
    char (*refs)[ROSTER_REF_MAX + 1]; /* who is done: open addressing */
    size_t room, count;
    char event[ROSTER_KEY_MAX + 1]; /* of the import that is read */
    int64_t written;
};

static size_t
slot_of(const struct invitations *all, const char *ref)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *at = ref; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001B3u;
    size_t slot = (size_t)(hash ^ hash >> 29) & (all->room - 1);
    while (all->refs[slot][0] && strcmp(all->refs[slot], ref) != 0)
        slot = (slot + 1) & (all->room - 1);
    return slot;
}

static bool
grow(struct invitations *all, struct err *err)
{
    struct invitations larger = *all;
    larger.room = all->room ? all->room * 2 : REFS_MIN;
    larger.refs = calloc(larger.room, sizeof *larger.refs);
    if (!larger.refs)
        return err_no_memory(err);
    for (size_t i = 0; i < all->room; i++) {
        if (all->refs[i][0])
            memcpy(larger.refs[slot_of(&larger, all->refs[i])], all->refs[i],
                   sizeof all->refs[i]);
    }
    free(all->refs);
    *all = larger;
    return true;
}

/* *fresh: this ticket had not come before. */
static bool
note(struct invitations *all, const char *ref, bool *fresh, struct err *err)
{
    if (all->count * 2 >= all->room && !grow(all, err))
        return false;
    size_t slot = slot_of(all, ref);
    *fresh = all->refs[slot][0] == '\0';
    if (*fresh) {
        str_copy(all->refs[slot], sizeof all->refs[slot], ref);
        all->count++;
    }
    return true;
}

static bool
find_ticket(struct invitations *all, const struct import_guest *guest, bool *found,
            struct ticket *ticket, struct err *err)
{
    if (!roster_by_import_key(all->db, all->event, guest->key, found, ticket, err))
        return false;
    if (*found || !guest->ticket.ref[0])
        return true;
    return roster_by_ref(all->db, guest->ticket.ref, found, ticket, err);
}

static bool
write_row(struct invitations *all, const struct ticket *ticket, const char *code,
          const char *email, struct err *err)
{
    static const char *const status[] = { "paid", "unpaid", "cancelled" };
    char picture[ROSTER_REF_MAX + 8];
    snprintf(picture, sizeof picture, "%s.png", ticket->ref);
    str_clear(&all->line);
    csv_write_field(&all->line, ticket->ref);
    csv_write_field(&all->line, code);
    csv_write_field(&all->line, ticket->name);
    csv_write_field(&all->line, ticket->name_latin);
    csv_write_field(&all->line, email);
    csv_write_field(&all->line, ticket->organisation);
    csv_write_field(&all->line, ticket->country);
    csv_write_field(&all->line, ticket->kind);
    csv_write_field(&all->line, ticket->language);
    csv_write_field(&all->line, ticket->order_code);
    csv_write_field(&all->line, ticket->seat);
    csv_write_field(&all->line, status[ticket->status]);
    csv_write_field(&all->line, picture);
    csv_write_end(&all->line);
    if (fwrite(all->line.data, 1, all->line.length, all->file) != all->line.length)
        return err_set(err, ERR_IO, "invitations.csv: %s", strerror(errno));
    all->written++;
    if (!all->setting.draw)
        return true;
    char path[1024];
    int length = snprintf(path, sizeof path, "%s/%s", all->setting.dir, picture);
    if (length < 0 || (size_t)length >= sizeof path)
        return err_set(err, ERR_LIMIT, "%.200s: the path is too long", picture);
    return all->setting.draw(code, path, all->setting.self, err);
}

static bool
invite(struct invitations *all, const struct import_guest *guest, struct err *err)
{
    char code[ROSTER_SECRET_MAX + 1];
    struct ticket ticket;
    bool found, fresh, has_code;
    if (!find_ticket(all, guest, &found, &ticket, err))
        return false;
    if (!found || ticket.status == TICKET_CANCELLED)
        return true;
    if (!note(all, ticket.ref, &fresh, err))
        return false;
    if (!fresh)
        return true;
    if (!roster_secret(all->db, ticket.id, &has_code, code, err))
        return false;
    return !has_code || write_row(all, &ticket, code, guest->email, err);
}

/* One record of the import that is open. */
static bool
read_record(struct invitations *all, struct err *err)
{
    struct import_record *record;
    const char *wanted = all->setting.event;
    bool end = false;
    if (!keep_next(all->reader, &record, &end, err))
        return false;
    if (end) {
        keep_close(all->reader);
        all->reader = NULL;
        all->number--;
    } else if (record->type == RECORD_EVENT) {
        str_copy(all->event, sizeof all->event, record->event.event.slug);
    } else if (record->type == RECORD_GUEST &&
               (!wanted || strcmp(wanted, all->event) == 0)) {
        return invite(all, &record->guest, err);
    }
    return true;
}

/* One that is not there is passed by. */
static bool
open_import(struct invitations *all, struct err *err)
{
    struct err why;
    if (keep_open(db_dir(all->db), all->number, db_seal(all->db), &all->reader, &why))
        return true;
    all->reader = NULL;
    all->number--;
    if (why.code == ERR_ABSENT)
        return true;
    *err = why;
    return false;
}

static bool
open_table(struct invitations *all, struct err *err)
{
    static const char
        *const columns[] = {
            "ref",          "code",    "name",   "name_latin", "email",
            "organisation", "country", "kind",   "language",   "order",
            "seat",         "status",  "picture" /* no column of an import: it ends up
                                                    among the extra ones */
        };
    int fd = openat(all->setting.dir_fd, "invitations.csv",
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    all->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!all->file) {
        if (fd >= 0)
            close(fd);
        return err_set(err, ERR_IO, "%s/invitations.csv: %s", all->setting.dir,
                       strerror(errno));
    }
    csv_write_mark(&all->line);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        csv_write_field(&all->line, columns[i]);
    csv_write_end(&all->line);
    fwrite(all->line.data, 1, all->line.length, all->file);
    return true;
}

static bool
close_table(struct invitations *all, struct err *err)
{
    FILE *file = all->file;
    all->file = NULL;
    return !file || fclose(file) == 0 ||
           err_set(err, ERR_IO, "%s/invitations.csv: %s", all->setting.dir,
                   strerror(errno));
}

static bool
invitations_slice(struct export *export, int64_t until_us, struct export_progress *at,
                  struct err *err)
{
    struct invitations *all = (struct invitations *)export;
    while (all->number > 0 && clock_mono_us(export->clock) < until_us) {
        if (!(all->reader ? read_record(all, err) : open_import(all, err)))
            return false;
    }
    if (all->number == 0 && !close_table(all, err))
        return false;
    *at = (struct export_progress){
        .state = all->number == 0 ? EXPORT_DONE : EXPORT_MORE,
        .done = all->last - all->number,
        .of = all->last,
        .rows = all->written,
    };
    return true;
}

static void
invitations_close(struct export *export)
{
    struct invitations *all = (struct invitations *)export;
    struct err ignored;
    if (all->reader)
        keep_close(all->reader);
    close_table(all, &ignored);
    free(all->refs);
    str_finish(&all->line);
    free(all);
}

/* Room for everybody at once: to grow later would take longer than a slice. */
static bool
make_room(struct invitations *all, struct err *err)
{
    struct roster_age age;
    if (!roster_age(all->db, &age, err))
        return false;
    all->room = REFS_MIN;
    while (all->room / 2 <= (uint64_t)age.tickets)
        all->room *= 2;
    all->refs = calloc(all->room, sizeof *all->refs);
    return all->refs ? true : err_no_memory(err);
}

bool
export_invitations_open(const struct export_invitations *setting,
                        struct export **export, struct err *err)
{
    struct invitations *all = calloc(1, sizeof *all);
    if (!all)
        return err_no_memory(err);
    all->base = (struct export){ invitations_slice, invitations_close, setting->clock };
    all->db = setting->db;
    all->setting = *setting;
    str_init(&all->line, TEXT_MAX);
    bool ok = keep_last(db_dir(all->db), &all->last, err) && make_room(all, err) &&
              open_table(all, err);
    all->number = all->last;
    if (!ok)
        invitations_close(&all->base);
    else
        *export = &all->base;
    return ok;
}
