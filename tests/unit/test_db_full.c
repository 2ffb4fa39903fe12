#include "store/db.h"

#include <sys/stat.h>

#include "admitting.h"
#include "full_vfs.h"
#include "storing.h"

static void
a_full_disk_is_told_once_and_the_ballast_makes_room(void **state)
{
    struct store *store = *state;
    struct full_vfs disk;
    struct db_status status;
    db_close(store->db);
    full_vfs_init(&disk, "full");
    store->setting.vfs = "full";
    store->setting.ballast_bytes = 1 << 20;
    store_open(store);
    db_idle(store->db); /* makes the ballast */
    struct stat st;
    const char *ballast = store_path(store, "ballast");
    assert_int_equal(stat(ballast, &st), 0);
    assert_true((int64_t)st.st_blocks * 512 >= 1 << 20);
    assert_ok(admit(store, "AAA", err));

    disk.ballast = ballast;
    disk.full = true;
    assert_fails(admit(store, "BBB", err), ERR_LIMIT, "disk is full");
    assert_true(disk.refused > 0);
    assert_int_not_equal(access(disk.ballast, F_OK), 0);
    db_status(store->db, &status);
    assert_true(status.ballast_spent);
    assert_int_equal(entries(store), 1); /* and nothing half-written */
    assert_ok(admit(store, "BBB", err));

    disk.full = false;
    store->now_ms += 60000;
    for (int i = 0; i < 8; i++)
        db_idle(store->db);
    db_status(store->db, &status);
    assert_false(status.ballast_spent);
    assert_int_equal(access(disk.ballast, F_OK), 0);
    store_reopen(store);
    db_status(store->db, &status);
    assert_false(status.ballast_spent); /* what is there is known again */
    assert_int_equal(entries(store), 2);
    db_close(store->db);
    store->db = NULL;
    full_vfs_finish(&disk);
}

static void
a_disk_that_stays_full_stops_nothing_but_writing(void **state)
{
    struct store *store = *state;
    struct full_vfs disk;
    assert_ok(admit(store, "AAA", err));
    db_close(store->db);
    full_vfs_init(&disk, "full");
    store->setting.vfs = "full";
    store_open(store);
    disk.full = true;
    for (int i = 0; i < 3; i++)
        assert_fails(admit(store, "BBB", err), ERR_LIMIT, store->dir);
    db_idle(store->db);
    assert_int_equal(entries(store), 1);
    store_reopen(store); /* on a full disk, too */
    assert_int_equal(entries(store), 1);
    disk.full = false;
    assert_ok(admit(store, "BBB", err));
    assert_int_equal(entries(store), 2);
    db_close(store->db);
    store->db = NULL;
    full_vfs_finish(&disk);
}

static void
a_commit_that_was_not_synced_is_not_claimed(void **state)
{
    struct store *store = *state;
    struct full_vfs disk;
    db_close(store->db);
    full_vfs_init(&disk, "full");
    store->setting.vfs = "full";
    store_open(store);
    assert_ok(admit(store, "AAA", err));
    disk.fail_syncs = 1;
    assert_fails(admit(store, "BBB", err), ERR_IO, store->dir);
    assert_int_equal(disk.fail_syncs, 0); /* a commit does wait for the disk */
    assert_ok(admit(store, "CCC", err));
    store_reopen(store);
    int64_t count = entries(store);
    assert_true(count == 2 || count == 3); /* BBB may be there: read again */
    db_close(store->db);
    store->db = NULL;
    full_vfs_finish(&disk);
}

static void
a_transaction_that_sqlite_rolled_back_takes_no_more_rows(void **state)
{
    struct store *store = *state;
    struct full_vfs disk;
    db_close(store->db);
    full_vfs_init(&disk, "full");
    store->setting.vfs = "full";
    store_open(store);
    assert_ok(db_begin(store->db, err));
    struct spool_job job = { .ref = "AAA", .station = "A" };
    memset(job.fields, 'x', SPOOL_FIELDS_MAX);
    bool refused = false;
    disk.full = true; /* rows until the cache spills, or the commit */
    for (int i = 0; i < 3000 && !refused; i++) {
        struct err err;
        refused = !spool_add(store->db, &job, &err);
        if (refused)
            assert_int_equal(err.code, ERR_LIMIT);
    }
    struct journal_row row = store_journal_row(store, JOURNAL_ENTRY, "AAA");
    if (refused)
        assert_fails(journal_add(store->db, &row, err), ERR_BUSY, "rolled back");
    struct err why;
    assert_false(db_commit(store->db, &why));
    disk.full = false;
    assert_int_equal(entries(store), 0);
    assert_ok(admit(store, "BBB", err));
    db_close(store->db);
    store->db = NULL;
    full_vfs_finish(&disk);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_full_disk_is_told_once_and_the_ballast_makes_room),
        store_test(a_disk_that_stays_full_stops_nothing_but_writing),
        store_test(a_commit_that_was_not_synced_is_not_claimed),
        store_test(a_transaction_that_sqlite_rolled_back_takes_no_more_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
