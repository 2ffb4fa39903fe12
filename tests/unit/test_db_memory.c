#include "store/db.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store/db_internal.h"
#include "storing.h"

/* What is asked at every scan is remembered: nobody may ever hear what was. */

static void
put_list(struct store *store, const char *name)
{
    struct list list = { .event = "citec", .key = "main", .all_kinds = true };
    str_copy(list.name, sizeof list.name, name);
    assert_ok(roster_put_list(store->db, &list, NULL, 0, err));
}

static void
assert_list(struct store *store, const char *name)
{
    struct list list;
    bool found;
    assert_ok(roster_list(store->db, "citec", "main", &found, &list, err));
    assert_int_equal(found, name != NULL);
    if (name)
        assert_string_equal(list.name, name);
}

static void
a_list_is_told_as_it_is_now(void **state)
{
    struct store *store = *state;
    store_put_event(store, "citec");
    assert_list(store, NULL);
    assert_ok(roster_begin(store->db, err));
    put_list(store, "Hall 1");
    assert_list(store, "Hall 1"); /* by who wrote it, before the commit */
    assert_ok(roster_commit(store->db, err));
    assert_list(store, "Hall 1");
    assert_list(store, "Hall 1");
    assert_ok(roster_begin(store->db, err));
    assert_list(store, "Hall 1");
    put_list(store, "Hall 2");
    assert_list(store, "Hall 2");
    roster_rollback(store->db);
    assert_list(store, "Hall 1");
    assert_ok(roster_begin(store->db, err));
    put_list(store, "Hall 3");
    assert_ok(roster_commit(store->db, err));
    assert_list(store, "Hall 3");
    store_reopen(store);
    assert_list(store, "Hall 3");
}

static void
an_event_and_the_age_are_told_as_they_are_now(void **state)
{
    struct store *store = *state;
    struct event event = { .slug = "citec", .zone = "UTC", .source = "csv" };
    struct event other;
    struct roster_age age;
    bool found;
    for (int i = 1; i <= 3; i++) {
        snprintf(event.name, sizeof event.name, "Name %d", i);
        assert_ok(roster_begin(store->db, err));
        assert_ok(roster_put_event(store->db, &event, err));
        assert_ok(roster_set_complete(store->db, i, err));
        assert_ok(roster_commit(store->db, err));
        assert_ok(roster_event(store->db, "citec", &found, &other, err));
        assert_string_equal(other.name, event.name);
        assert_ok(roster_age(store->db, &age, err));
        assert_int_equal(age.complete_ms, i);
        assert_ok(roster_event(store->db, "other", &found, &other, err));
        assert_false(found);
    }
}

static uint32_t
top_of(struct store *store, const char *ref)
{
    uint32_t top;
    char station[4];
    assert_ok(spool_top_issue(store->db, ref, &top, station, err));
    return top;
}

static void
the_top_issue_is_told_as_it_is_now(void **state)
{
    struct store *store = *state;
    static struct spool_job job;
    job = (struct spool_job){ .ref = "AAA", .station = "A" };
    assert_int_equal(top_of(store, "AAA"), 0);
    assert_ok(db_begin(store->db, err));
    assert_ok(spool_add(store->db, &job, err));
    assert_int_equal(top_of(store, "AAA"), 1);
    db_rollback(store->db);
    assert_int_equal(top_of(store, "AAA"), 0);
    assert_ok(db_begin(store->db, err));
    assert_ok(spool_add(store->db, &job, err));
    assert_ok(db_commit(store->db, err));
    assert_int_equal(top_of(store, "AAA"), 1);
    assert_int_equal(top_of(store, "BBB"), 0);
    assert_int_equal(top_of(store, "AAA"), 1);
    assert_ok(db_begin(store->db, err));
    assert_ok(spool_heard(store->db, "AAA", "B", 7, err));
    assert_ok(db_commit(store->db, err));
    assert_int_equal(top_of(store, "AAA"), 7);
}

/* ---- which file is it? -------------------------------------------------------------
 */

static void
damage_the_roster(struct store *store)
{
    struct stat st;
    static char bytes[1 << 20];
    const char *path = store_path(store, "roster.db");
    db_close(store->db); /* the log goes into the file */
    store->db = NULL;
    store_open(store);
    assert_int_equal(stat(path, &st), 0);
    assert_true((size_t)st.st_size <= sizeof bytes);
    memset(bytes, 0x5A, sizeof bytes);
    int fd = open(path, O_WRONLY);
    ssize_t length = st.st_size - 4096;
    assert_int_equal(pwrite(fd, bytes, (size_t)length, 4096), length);
    close(fd);
    sqlite3_db_release_memory(store->db->sql);
}

static void
deeds_that_cannot_be_read_are_the_rosters_damage(void **state)
{
    struct store *store = *state;
    static struct journal_deeds deeds;
    struct db_status status;
    struct err why;
    store_put_event(store, "citec");
    damage_the_roster(store);
    assert_false(journal_deeds(store->db, "AAA", "citec", "main", &deeds, &why));
    assert_non_null(strstr(why.text, "roster.db is damaged"));
    db_status(store->db, &status);
    assert_true(status.roster_damaged); /* so it is mended */
}

static void
events_of_the_outbox_that_cannot_be_read_are_the_rosters_damage(void **state)
{
    struct store *store = *state;
    int64_t ids[4], rows, oldest_ms;
    unsigned count;
    struct db_status status;
    struct err why;
    static struct outbox_row row = { .event = "citec" };
    store_put_event(store, "citec");
    assert_ok(db_begin(store->db, err));
    assert_ok(outbox_add(store->db, &row, err));
    assert_ok(db_commit(store->db, err));
    damage_the_roster(store);
    assert_false(outbox_due(store->db, store->now_ms, ids, 4, &count, &why));
    assert_non_null(strstr(why.text, "roster.db is damaged"));
    assert_false(outbox_waiting(store->db, &rows, &oldest_ms, &why));
    db_status(store->db, &status);
    assert_true(status.roster_damaged);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_list_is_told_as_it_is_now),
        store_test(an_event_and_the_age_are_told_as_they_are_now),
        store_test(the_top_issue_is_told_as_it_is_now),
        store_test(deeds_that_cannot_be_read_are_the_rosters_damage),
        store_test(events_of_the_outbox_that_cannot_be_read_are_the_rosters_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
