#include "storing.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "desk/csv.h"
#include "desk/csv_write.h"
#include "desk/export.h"
#include "desk/import.h"

/* A table that was written, as somebody else's reader would have it. */
static void
next_row(struct csv *csv, struct csv_row *row)
{
    struct err err = { ERR_NONE, "" };
    if (csv_next(csv, row, &err) != CSV_ROW)
        fail_msg("no row: %s", err.text);
}

static struct csv *
open_table(int *fd)
{
    struct csv_setting setting = { .read = csv_read_fd, .self = fd };
    struct csv *csv;
    lseek(*fd, 0, SEEK_SET);
    assert_ok(csv_open(&setting, &csv, err));
    return csv;
}

static const char *
field(const struct csv_row *header, const struct csv_row *row, const char *name)
{
    for (unsigned i = 0; i < header->count; i++) {
        if (strcmp(header->fields[i], name) == 0)
            return row->fields[i];
    }
    fail_msg("no column %s", name);
    return "";
}

/* Rows borrow from the reader: the header's names are copied once. */
static void
keep_header(struct csv *csv, struct csv_row *header, char names[40][32])
{
    next_row(csv, header);
    assert_true(header->count <= 40);
    for (unsigned i = 0; i < header->count; i++) {
        str_copy(names[i], 32, header->fields[i]);
        header->fields[i] = names[i];
    }
}

static void
add_journal(struct store *store, enum journal_kind kind, enum verdict verdict,
            const char *ref, const char *reason)
{
    struct journal_row row = store_journal_row(store, kind, ref);
    row.verdict = verdict;
    str_copy(row.reason, sizeof row.reason, reason);
    assert_ok(db_begin(store->db, err));
    assert_ok(journal_add(store->db, &row, err));
    assert_ok(db_commit(store->db, err));
}

/* To the end, in however many slices. */
static int64_t
write_all(struct export *export, unsigned *slices)
{
    struct export_progress at = { .state = EXPORT_MORE };
    for (*slices = 0; at.state == EXPORT_MORE; ++*slices)
        assert_ok(export_slice(export, &at, err));
    assert_int_equal(at.state, EXPORT_DONE);
    assert_int_equal(at.done, at.of);
    export_close(export);
    return at.rows;
}

static int64_t
write_checkins(struct store *store, int fd, const char *event, const char *zone)
{
    struct export_doors setting = {
        .db = store->db, .clock = &store->clock, .fd = fd, .event = event, .zone = zone
    };
    struct export *export;
    unsigned slices;
    assert_ok(export_checkins_open(&setting, &export, err));
    return write_all(export, &slices);
}

static void
check_ins_are_written_with_local_time_and_guest(void **state)
{
    struct store *store = *state;
    struct csv_row header, row;
    static char names[40][32];
    store->now_ms = 1795570200000; /* 2026-11-25 01:30 UTC */
    store_put_event(store, "citec");
    struct roster_row guest = store_row("citec", "code:1", "SECRET-1", "=HYPERLINK(1)");
    str_copy(guest.ticket.organisation, sizeof guest.ticket.organisation, "重庆大学");
    str_copy(guest.ticket.ref, sizeof guest.ticket.ref, "REF1");
    store_put(store, &guest);
    add_journal(store, JOURNAL_ENTRY, VERDICT_ADMIT, "REF1", "");
    for (int i = 0; i < 70; i++) /* more than are read at once */
        add_journal(store, JOURNAL_REFUSED, VERDICT_NOT_IN_COPY, "", "@x");

    int fd = memfd_create("out", MFD_CLOEXEC);
    assert_int_equal(write_checkins(store, fd, NULL, NULL), 71);
    struct csv *csv = open_table(&fd);
    keep_header(csv, &header, names);
    next_row(csv, &row);
    assert_string_equal(field(&header, &row, "time"), "2026-11-25 09:30:00 +08:00");
    assert_string_equal(field(&header, &row, "utc"), "2026-11-25T01:30:00Z");
    assert_string_equal(field(&header, &row, "verdict"), "admit");
    assert_string_equal(field(&header, &row, "record"), "entry");
    assert_string_equal(field(&header, &row, "ticket"), "REF1");
    assert_string_equal(field(&header, &row, "name"), "'=HYPERLINK(1)");
    assert_string_equal(field(&header, &row, "organisation"), "重庆大学");
    next_row(csv, &row);
    assert_string_equal(field(&header, &row, "record"), "refused");
    assert_string_equal(field(&header, &row, "reason"), "'@x");
    csv_close(csv);

    assert_int_equal(ftruncate(fd, 0), 0);
    lseek(fd, 0, SEEK_SET);
    assert_int_equal(write_checkins(store, fd, "other", "UTC"), 0);
    close(fd);
}

/* ---- what no server took ----------------------------------------------------------
 */

static void
add_outbox(struct store *store, enum outbox_state state, int64_t about,
           const char *answer)
{
    struct outbox_row row = { .kind = OUTBOX_CHECKIN,
                              .state = state,
                              .about = about,
                              .at_ms = store->now_ms + about,
                              .tries = 3 };
    memset(row.nonce, (int)about, sizeof row.nonce);
    str_copy(row.event, sizeof row.event, "citec");
    str_copy(row.answer, sizeof row.answer, answer);
    str_copy(row.body, sizeof row.body, "{}");
    assert_ok(db_begin(store->db, err));
    assert_ok(outbox_add(store->db, &row, err));
    assert_ok(db_commit(store->db, err));
}

static void
what_no_server_took_is_written_with_its_guest_and_the_servers_words(void **state)
{
    struct store *store = *state;
    static const struct {
        enum outbox_state state;
        const char *name, *answer;
    } rows[] = {
        { OUTBOX_DEAD, "dead", "=404: no such ticket" },
        { OUTBOX_SENT, NULL, "" },
        { OUTBOX_HOLD, "hold", "401" },
        { OUTBOX_PENDING, "pending", "" },
    };
    struct csv_row header, row;
    static char names[40][32];
    store->now_ms = 1795570200000; /* 2026-11-25 01:30 UTC */
    store_put_event(store, "citec");
    struct roster_row guest = store_row("citec", "code:1", "SECRET-1", "张伟");
    str_copy(guest.ticket.ref, sizeof guest.ticket.ref, "REF1");
    store_put(store, &guest);
    for (int64_t i = 0; i < 4; i++) {
        add_journal(store, JOURNAL_ENTRY, VERDICT_ADMIT, "REF1", "");
        add_outbox(store, rows[i].state, i + 1, rows[i].answer);
    }

    int fd = memfd_create("out", MFD_CLOEXEC);
    struct export_doors setting = { .db = store->db, .clock = &store->clock, .fd = fd };
    struct export *export;
    unsigned slices;
    assert_ok(export_unsent_open(&setting, &export, err));
    assert_int_equal(write_all(export, &slices), 3);
    struct csv *csv = open_table(&fd);
    keep_header(csv, &header, names);
    for (int i = 0; i < 4; i++) {
        if (!rows[i].name)
            continue;
        next_row(csv, &row);
        assert_string_equal(field(&header, &row, "state"), rows[i].name);
        assert_string_equal(csv_write_plain(field(&header, &row, "answer")),
                            rows[i].answer);
        assert_string_equal(field(&header, &row, "time"), "2026-11-25 09:30:00 +08:00");
        assert_string_equal(field(&header, &row, "what"), "check-in");
        assert_string_equal(field(&header, &row, "record"), "entry");
        assert_string_equal(field(&header, &row, "ticket"), "REF1");
        assert_string_equal(field(&header, &row, "name"), "张伟");
        assert_string_equal(field(&header, &row, "tries"), "3");
    }
    csv_close(csv);

    setting.event = "other";
    assert_int_equal(ftruncate(fd, 0), 0);
    lseek(fd, 0, SEEK_SET);
    assert_ok(export_unsent_open(&setting, &export, err));
    assert_int_equal(write_all(export, &slices), 0);
    close(fd);
}

/* ---- slices --------------------------------------------------------------------- */

/* A clock that goes on by a tenth of a slice each time it is looked at. */
static int64_t
ticking_us(void *self)
{
    int64_t *now_us = self;
    return *now_us += EXPORT_SLICE_US / 10;
}

static int64_t
count_lines(int fd)
{
    static char bytes[1 << 16];
    int64_t lines = 0;
    lseek(fd, 0, SEEK_SET);
    for (ssize_t length; (length = read(fd, bytes, sizeof bytes)) > 0;) {
        for (ssize_t i = 0; i < length; i++)
            lines += bytes[i] == '\n';
    }
    return lines;
}

static void
a_long_journal_is_written_in_slices_as_it_was_at_the_beginning(void **state)
{
    struct store *store = *state;
    int64_t now_us = 0;
    struct clock ticking = { store->clock.utc_ms, ticking_us, &now_us };
    int fd = memfd_create("out", MFD_CLOEXEC);
    struct export_doors setting = { .db = store->db, .clock = &ticking, .fd = fd };
    struct export_progress at = { .state = EXPORT_MORE };
    struct export *export;
    for (int i = 0; i < 100; i++)
        add_journal(store, JOURNAL_REFUSED, VERDICT_NOT_IN_COPY, "", "x");
    assert_ok(export_checkins_open(&setting, &export, err));
    unsigned slices = 0;
    for (int64_t before = 0; at.state == EXPORT_MORE; slices++, before = at.rows) {
        assert_ok(export_slice(export, &at, err));
        assert_in_range(at.rows - before, 0, 11);
        assert_int_equal(at.of, 100);
        /* meanwhile the door goes on */
        add_journal(store, JOURNAL_REFUSED, VERDICT_NOT_IN_COPY, "", "later");
    }
    assert_int_equal(at.state, EXPORT_DONE);
    export_close(export);
    assert_true(slices >= 10);
    assert_int_equal(at.rows, 100);
    assert_int_equal(count_lines(fd), 101);
    close(fd);
}

static void
a_reader_that_takes_nothing_holds_nobody_up(void **state)
{
    struct store *store = *state;
    int ends[2];
    for (int i = 0; i < 1000; i++)
        add_journal(store, JOURNAL_REFUSED, VERDICT_NOT_IN_COPY, "", "x");
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0); /* blocks: a write would hang */
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 8192) > 0);
    struct export_doors setting = { .db = store->db,
                                    .clock = &store->clock,
                                    .fd = ends[1] };
    struct export_progress at = { .state = EXPORT_MORE };
    struct export *export;
    assert_ok(export_checkins_open(&setting, &export, err));
    static char text[256 * 1024];
    size_t length = 0;
    unsigned waits = 0;
    while (at.state != EXPORT_DONE) {
        assert_ok(export_slice(export, &at, err));
        if (at.state == EXPORT_WAITS) {
            waits++;
            ssize_t took = read(ends[0], text + length, sizeof text - length);
            assert_true(took > 0);
            length += (size_t)took;
        }
    }
    export_close(export);
    close(ends[1]);
    for (ssize_t took; (took = read(ends[0], text + length, sizeof text - length)) > 0;)
        length += (size_t)took;
    close(ends[0]);
    int64_t lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    assert_true(waits > 5);
    assert_int_equal(lines, 1001);
}

static void
an_export_that_nobody_waits_for_is_closed_in_the_middle(void **state)
{
    struct store *store = *state;
    int64_t now_us = 0;
    struct clock ticking = { store->clock.utc_ms, ticking_us, &now_us };
    int fd = memfd_create("out", MFD_CLOEXEC);
    struct export_doors setting = { .db = store->db, .clock = &ticking, .fd = fd };
    struct export_progress at;
    struct export *export;
    for (int i = 0; i < 100; i++)
        add_journal(store, JOURNAL_REFUSED, VERDICT_NOT_IN_COPY, "", "x");
    assert_ok(export_checkins_open(&setting, &export, err));
    assert_ok(export_slice(export, &at, err));
    assert_int_equal(at.state, EXPORT_MORE);
    export_close(export);
    close(fd);
}

/* ---- invitations ---------------------------------------------------------------- */

static void
import_text(struct store *store, int fd)
{
    struct import_setting setting = { .db = store->db,
                                      .clock = &store->clock,
                                      .random = &store->random,
                                      .log = &store->log,
                                      .guests_fd = fd,
                                      .lists_fd = -1,
                                      .event = "citec",
                                      .zone = "Asia/Shanghai" };
    const struct import_listener listener = { .told = NULL };
    struct import *import;
    lseek(fd, 0, SEEK_SET);
    assert_ok(import_start(&setting, &listener, &import, err));
    import_destroy(import);
}

struct pictures {
    unsigned count;
    char code[64], path[256];
};

static bool
note_picture(const char *code, const char *path, void *self, struct err *err)
{
    struct pictures *pictures = self;
    (void)err;
    pictures->count++;
    str_copy(pictures->code, sizeof pictures->code, code);
    str_copy(pictures->path, sizeof pictures->path, path);
    return true;
}

static void
forget_imports(struct store *store)
{
    static const char *const names[] = { "0001.sealed", "0002.sealed", "lock" };
    char path[128];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/imports/%s", store->dir, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/imports", store->dir);
    rmdir(path);
}

static void
invitations_bear_code_and_address_and_can_be_imported_elsewhere(void **state)
{
    struct store *store = *state, other;
    static const char table[] = "name,email,status\nAna,ana@x.example,paid\n"
                                "Bo,bo@x.example,cancelled\nCem,cem@x.example,unpaid\n";
    struct pictures pictures = { .count = 0 };
    int fd = memfd_create("in", MFD_CLOEXEC);
    assert_int_equal(write(fd, table, sizeof table - 1), sizeof table - 1);
    import_text(store, fd);
    import_text(store, fd); /* nobody is invited twice */
    close(fd);

    int dir_fd = open(store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int64_t now_us = 0;
    struct clock ticking = { store->clock.utc_ms, ticking_us, &now_us };
    struct export_invitations setting = { .db = store->db,
                                          .clock = &ticking,
                                          .dir_fd = dir_fd,
                                          .dir = "out",
                                          .draw = note_picture,
                                          .self = &pictures };
    struct export *export;
    unsigned slices;
    assert_ok(export_invitations_open(&setting, &export, err));
    assert_int_equal(write_all(export, &slices), 2);
    assert_true(slices > 1);
    assert_int_equal(pictures.count, 2);

    fd = openat(dir_fd, "invitations.csv", O_RDONLY | O_CLOEXEC);
    struct csv *csv = open_table(&fd);
    struct csv_row header, row;
    static char names[40][32];
    keep_header(csv, &header, names);
    next_row(csv, &row);
    assert_string_equal(field(&header, &row, "email"), "ana@x.example");
    char code[64], ref[32];
    str_copy(code, sizeof code, field(&header, &row, "code"));
    str_copy(ref, sizeof ref, field(&header, &row, "ref"));
    csv_close(csv);

    store_prepare(&other); /* a station with a key of its own would do as well */
    store_open(&other);
    import_text(&other, fd);
    struct ticket ticket;
    enum roster_found how;
    assert_ok(roster_by_secret(other.db, code, strlen(code), &how, &ticket, err));
    assert_int_equal(how, ROSTER_ONE);
    assert_string_equal(ticket.ref, ref);
    assert_string_equal(ticket.extra, "{}");
    /* and here again: by its reference it is the ticket that it was */
    import_text(store, fd);
    bool found;
    assert_ok(roster_by_ref(store->db, ref, &found, &ticket, err));
    struct roster_age age;
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.tickets, 2);

    close(fd);
    close(dir_fd);
    db_close(other.db);
    forget_imports(&other);
    store_remove(&other);
}

static int
teardown(void **state)
{
    struct store *store = *state;
    char path[128];
    forget_imports(store);
    snprintf(path, sizeof path, "%s/imports/0003.sealed", store->dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/imports", store->dir);
    rmdir(path);
    return store_teardown(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(check_ins_are_written_with_local_time_and_guest,
                                        store_setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_no_server_took_is_written_with_its_guest_and_the_servers_words,
            store_setup, teardown),
        store_test(a_long_journal_is_written_in_slices_as_it_was_at_the_beginning),
        store_test(a_reader_that_takes_nothing_holds_nobody_up),
        store_test(an_export_that_nobody_waits_for_is_closed_in_the_middle),
        cmocka_unit_test_setup_teardown(
            invitations_bear_code_and_address_and_can_be_imported_elsewhere,
            store_setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
