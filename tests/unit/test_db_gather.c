#include "store/db_gather.h"

#include <fcntl.h>

#include "admitting.h"
#include "full_vfs.h"
#include "storing.h"

/* The store's db anew, above a disk that counts. */
static void
open_counted(struct store *store, struct full_vfs *disk)
{
    db_close(store->db);
    full_vfs_init(disk, "full");
    store->setting.vfs = "full";
    store_open(store);
}

static void
close_counted(struct store *store, struct full_vfs *disk)
{
    db_close(store->db);
    store->db = NULL;
    full_vfs_finish(disk);
    store->setting.vfs = NULL;
}

static void
copy_file(const char *from, const char *to)
{
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(in >= 0 && out >= 0);
    for (ssize_t length; (length = read(in, bytes, sizeof bytes)) > 0;)
        assert_int_equal(write(out, bytes, (size_t)length), length);
    close(in);
    close(out);
}

/* What another process would find if this one was gone now. */
static int64_t
entries_of_a_copy(const struct store *store)
{
    static const char *const names[] = { "journal.db", "journal.db-wal", "roster.db" };
    struct store copy;
    store_prepare(&copy);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        copy_file(store_path(store, names[i]), store_path(&copy, names[i]));
    store_open(&copy);
    int64_t count = entries(&copy);
    db_close(copy.db);
    store_remove(&copy);
    return count;
}

/* More than the cache holds: the pages go to the log before the commit. */
static void
add_many(struct store *store, const char *ref)
{
    static struct spool_job job;
    job = (struct spool_job){ .station = "A" };
    memset(job.fields, 'x', SPOOL_FIELDS_MAX);
    str_copy(job.ref, sizeof job.ref, ref);
    for (int i = 0; i < 800; i++)
        assert_ok(spool_add(store->db, &job, err));
}

static int64_t
count_jobs(struct store *store)
{
    int64_t counts[SPOOL_STATE_COUNT], all = 0;
    assert_ok(spool_counts(store->db, counts, err));
    for (unsigned i = 0; i < SPOOL_STATE_COUNT; i++)
        all += counts[i];
    return all;
}

/* ---- */

static void
a_commit_is_one_write_and_one_sync_of_its_log(void **state)
{
    struct store *store = *state;
    struct full_vfs disk;
    open_counted(store, &disk);
    assert_ok(admit(store, "AAA", err)); /* begins the log */
    for (int i = 0; i < 3; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "B%d", i);
        disk.log_writes = disk.log_syncs = 0;
        assert_ok(admit(store, ref, err));
        assert_int_equal(disk.log_writes, 1);
        assert_int_equal(disk.log_syncs, 1);
    }
    close_counted(store, &disk);
}

static void
what_is_committed_is_in_the_file_and_not_only_with_us(void **state)
{
    struct store *store = *state;
    for (int i = 1; i <= 3; i++) {
        char ref[8];
        snprintf(ref, sizeof ref, "A%d", i);
        assert_ok(admit(store, ref, err));
        assert_int_equal(entries_of_a_copy(store), i);
    }
    store->now_ms += 60000;
    db_idle(store->db); /* a checkpoint: the log starts anew */
    assert_ok(admit(store, "BBB", err));
    assert_int_equal(entries_of_a_copy(store), 4);
}

static void
what_is_open_is_not_in_the_file(void **state)
{
    struct store *store = *state;
    assert_ok(admit(store, "AAA", err));
    assert_ok(db_begin(store->db, err));
    struct journal_row row = store_journal_row(store, JOURNAL_ENTRY, "BBB");
    assert_ok(journal_add(store->db, &row, err));
    assert_int_equal(entries_of_a_copy(store), 1);
    add_many(store, "BBB"); /* nor when much of it has gone to the log */
    assert_int_equal(entries_of_a_copy(store), 1);
    db_rollback(store->db);
    assert_int_equal(entries_of_a_copy(store), 1);
}

static void
a_transaction_longer_than_the_buffer_is_whole(void **state)
{
    struct store *store = *state;
    assert_ok(db_begin(store->db, err));
    add_many(store, "AAA");
    assert_int_equal(count_jobs(store), 800); /* read back in the middle of it */
    assert_ok(db_commit(store->db, err));
    store_reopen(store); /* checks every page */
    assert_int_equal(count_jobs(store), 800);
}

static void
a_long_transaction_that_is_rolled_back_leaves_no_trace(void **state)
{
    struct store *store = *state;
    struct db_status status;
    assert_ok(admit(store, "AAA", err));
    assert_ok(db_begin(store->db, err));
    add_many(store, "BBB");
    db_rollback(store->db);
    assert_ok(admit(store, "CCC", err));
    assert_int_equal(entries_of_a_copy(store), 2);
    store_reopen(store);
    db_status(store->db, &status);
    assert_false(status.journal_salvaged);
    assert_int_equal(entries(store), 2);
}

static void
a_write_that_is_refused_fails_its_commit_and_the_next_one_holds(void **state)
{
    struct store *store = *state;
    struct full_vfs disk;
    open_counted(store, &disk);
    assert_ok(admit(store, "AAA", err));
    disk.full = true;
    for (int i = 0; i < 3; i++)
        assert_fails(admit(store, "BBB", err), ERR_LIMIT, "disk is full");
    assert_true(disk.refused > 0);
    disk.full = false;
    assert_int_equal(entries(store), 1);
    assert_int_equal(entries_of_a_copy(store), 1);
    assert_ok(admit(store, "CCC", err));
    assert_int_equal(entries_of_a_copy(store), 2);
    close_counted(store, &disk);
}

static void
a_vfs_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct gather *gather = NULL;
    assert_fails(gather_create("no-such-disk", &gather, err), ERR_ABSENT,
                 "no-such-disk");
    assert_null(gather);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_commit_is_one_write_and_one_sync_of_its_log),
        store_test(what_is_committed_is_in_the_file_and_not_only_with_us),
        store_test(what_is_open_is_not_in_the_file),
        store_test(a_transaction_longer_than_the_buffer_is_whole),
        store_test(a_long_transaction_that_is_rolled_back_leaves_no_trace),
        store_test(a_write_that_is_refused_fails_its_commit_and_the_next_one_holds),
        cmocka_unit_test(a_vfs_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
