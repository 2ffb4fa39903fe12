#include <fcntl.h>
#include <sys/stat.h>

#include "storing.h"

enum { ADMISSIONS = 200, PAGE = 2048 };

static void
admit(struct store *store, int number)
{
    struct journal_row row = store_journal_row(store, JOURNAL_ENTRY, "");
    struct spool_job job = { .kind = "guest", .event = "citec", .station = "A" };
    struct outbox_row out = { .kind = OUTBOX_CHECKIN, .event = "citec", .body = "{}" };
    snprintf(row.ref, sizeof row.ref, "R%d", number);
    str_copy(job.ref, sizeof job.ref, row.ref);
    memset(job.fields, 'x', (size_t)(number % 37 ? 500 : 6000)); /* some overflow */
    memcpy(out.nonce, row.nonce, sizeof out.nonce);
    assert_ok(db_begin(store->db, err));
    assert_ok(journal_add(store->db, &row, err));
    assert_ok(spool_add(store->db, &job, err));
    out.about = row.id;
    assert_ok(outbox_add(store->db, &out, err));
    assert_ok(db_commit(store->db, err));
}

struct counts {
    int64_t journal, spool, outbox, audit;
};

static bool
count_job(const struct spool_job *job, void *self)
{
    struct counts *counts = self;
    assert_true(job->issue >= 1 && job->state < SPOOL_STATE_COUNT);
    counts->spool++;
    return true;
}

static bool
count_row(const struct journal_row *row, void *self)
{
    struct counts *counts = self;
    assert_true(str_starts(row->ref, "R"));
    counts->journal++;
    return true;
}

static bool
count_out(const struct outbox_row *row, void *self)
{
    struct counts *counts = self;
    assert_string_equal(row->event, "citec");
    counts->outbox++;
    return true;
}

static struct counts
count(struct store *store)
{
    struct counts counts = { 0 };
    assert_ok(journal_each(store->db, NULL, 0, 0, count_row, &counts, err));
    assert_ok(spool_each(store->db, (1u << SPOOL_STATE_COUNT) - 1, 0, count_job,
                         &counts, err));
    assert_ok(outbox_each(store->db, 15, 0, 0, count_out, &counts, err));
    return counts;
}

static char *
read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void
write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* A journal of ADMISSIONS rows, closed, as bytes. */
static char *
make_journal(struct store *store, size_t *size)
{
    for (int i = 0; i < ADMISSIONS; i++)
        admit(store, i);
    assert_ok(settings_set(store->db, "role", "list=citec/main", err));
    db_close(store->db);
    store->db = NULL;
    return read_file(store_path(store, "journal.db"), size);
}

static void
remove_all(struct store *store)
{
    DIR *dir = opendir(store->dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        unlink(store_path(store, entry->d_name));
    closedir(dir);
}

/* ---- any page --------------------------------------------------------------- */

/* Each page in turn is lost; what stood on the others must not be. */
static void
a_lost_page_costs_the_rows_on_it_and_no_others(void **state)
{
    struct store *store = *state;
    enum { ON_A_PAGE = 120 }; /* the smallest rows: 102 */
    size_t size;
    char *good = make_journal(store, &size), *bad = malloc(size);
    assert_true(size / PAGE > 40);
    for (size_t page = 0; page < size / PAGE; page++) {
        struct db_status status;
        memcpy(bad, good, size);
        store_random(bad + page * PAGE, PAGE, store);
        remove_all(store);
        write_file(store_path(store, "journal.db"), bad, size);
        store->logged[0] = '\0';
        store_open(store);
        db_status(store->db, &status);
        struct counts has = count(store);
        int64_t lost = 3 * ADMISSIONS - has.journal - has.spool - has.outbox;
        if (lost > (status.journal_salvaged ? ON_A_PAGE : 0))
            fail_msg("page %zu: %d %d %d of %d\n%s", page + 1, (int)has.journal,
                     (int)has.spool, (int)has.outbox, ADMISSIONS, store->logged);
        admit(store, 1000); /* and it goes on */
        db_close(store->db);
        store->db = NULL;
    }
    free(good);
    free(bad);
}

static void
flipped_bits_anywhere_never_stop_it(void **state)
{
    struct store *store = *state;
    size_t size;
    char *good = make_journal(store, &size), *bad = malloc(size);
    for (int round = 0; round < 60; round++) {
        memcpy(bad, good, size);
        for (int i = 0; i < 1 + round; i++) {
            uint32_t at;
            store_random(&at, sizeof at, store);
            bad[at % size] = (char)(bad[at % size] ^ 1 << at % 8);
        }
        remove_all(store);
        write_file(store_path(store, "journal.db"), bad, size);
        store->logged[0] = '\0';
        store_open(store);
        struct journal_counts counts; /* walks would meet the odd letter */
        assert_ok(journal_counts(store->db, &counts, err));
        assert_true(counts.entries > ADMISSIONS / 4);
        db_close(store->db);
        store->db = NULL;
    }
    free(good);
    free(bad);
}

static void
what_is_no_database_at_all_becomes_an_empty_one(void **state)
{
    struct store *store = *state;
    static const char *const contents[] = {
        "",
        "x",
        "SQLite format 3",
        "This is a text that somebody has copied over the journal, and it is long "
        "enough "
        "to be taken for the head of a file, which has a hundred bytes at its "
        "beginning.",
    };
    db_close(store->db);
    store->db = NULL;
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        remove_all(store);
        write_file(store_path(store, "journal.db"), contents[i], strlen(contents[i]));
        store_open(store);
        assert_int_equal(count(store).journal, 0);
        admit(store, 1);
        db_close(store->db);
        store->db = NULL;
    }
}

/* ---- all around ------------------------------------------------------------- */

/* Damages page `page` of the closed journal. */
static void
damage(struct store *store, long page)
{
    char noise[PAGE];
    store_random(noise, sizeof noise, store);
    int fd = open(store_path(store, "journal.db"), O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, noise, PAGE, page * PAGE), PAGE);
    close(fd);
}

/* A page with rows on it, past the middle: a leaf of a table's tree. */
static long
page_of_rows(const char *journal, size_t size)
{
    size_t page = size / PAGE / 2;
    while (page < size / PAGE && journal[page * PAGE] != 0x0D)
        page++;
    assert_true(page < size / PAGE);
    return (long)page;
}

static void
the_bad_one_is_kept_and_the_salvage_is_told(void **state)
{
    struct store *store = *state;
    struct db_status status;
    struct stat st;
    size_t size, kept_size;
    char value[64], bad_name[64];
    char *good = make_journal(store, &size);
    damage(store, page_of_rows(good, size));
    free(good);
    char *damaged = read_file(store_path(store, "journal.db"), &size);
    store_open(store);
    db_status(store->db, &status);
    assert_true(status.journal_salvaged);
    assert_true(status.salvaged_rows > ADMISSIONS * 2);
    assert_true(status.lost_gaps >= 1);
    assert_non_null(strstr(store->logged, "is damaged"));
    assert_ok(settings_get(store->db, "role", value, sizeof value, err));
    assert_string_equal(value, "list=citec/main");
    snprintf(bad_name, sizeof bad_name, "journal.bad-%lld", (long long)store->now_ms);
    char *kept = read_file(store_path(store, bad_name), &kept_size);
    assert_int_equal(kept_size, size);
    assert_memory_equal(kept, damaged, size);
    assert_int_not_equal(stat(store_path(store, "salvage"), &st), 0);
    assert_int_not_equal(stat(store_path(store, "journal.new"), &st), 0);
    assert_int_not_equal(stat(store_path(store, "journal.graft"), &st), 0);
    store_reopen(store);
    db_status(store->db, &status);
    assert_false(status.journal_salvaged); /* once is enough */
    free(kept);
    free(damaged);
}

static void
numbers_known_outside_never_come_again(void **state)
{
    struct store *store = *state;
    size_t size;
    struct spool_job job = { .ref = "NEW", .station = "A" };
    char *good = make_journal(store, &size);
    damage(store, page_of_rows(good, size));
    free(good);
    store_open(store);
    assert_ok(db_begin(store->db, err));
    assert_ok(spool_add(store->db, &job, err));
    assert_ok(db_commit(store->db, err));
    assert_true(job.id > ADMISSIONS);
}

static void
a_salvage_that_was_cut_short_goes_on(void **state)
{
    struct store *store = *state;
    size_t size;
    char bad[64], noted[64];
    char *good = make_journal(store, &size);
    damage(store, page_of_rows(good, size));
    free(good);
    snprintf(bad, sizeof bad, "journal.bad-%lld", (long long)store->now_ms - 5);
    snprintf(noted, sizeof noted, "%s", bad);
    char *bytes = read_file(store_path(store, "journal.db"), &size);
    for (int at = 0; at < 4; at++) {
        remove_all(store);
        write_file(store_path(store, "salvage"), noted, strlen(noted));
        if (at == 0) /* the note is there, nothing has moved */
            write_file(store_path(store, "journal.db"), bytes, size);
        else /* moved; then half a new one is there */
            write_file(store_path(store, bad), bytes, size);
        if (at == 2)
            write_file(store_path(store, "journal.new"), bytes, size / 2);
        if (at == 3) /* half a note: nothing has moved, whatever else is there */
            write_file(store_path(store, "salvage"), noted, 9);
        store_open(store);
        struct counts has = count(store);
        assert_int_equal(has.journal > ADMISSIONS / 2, at != 3);
        struct stat st;
        assert_int_not_equal(stat(store_path(store, "salvage"), &st), 0);
        admit(store, 2000);
        store_reopen(store);
        assert_int_equal(count(store).journal, has.journal + 1);
        db_close(store->db);
        store->db = NULL;
    }
    free(bytes);
}

static void
what_stands_in_the_log_alone_is_salvaged_too(void **state)
{
    struct store *store = *state;
    size_t size, log_size;
    for (int i = 0; i < ADMISSIONS / 2; i++)
        admit(store, i);
    store->now_ms += 60000;
    db_idle(
        store->db); /* what came so far goes to the file, the rest stays in its log */
    for (int i = ADMISSIONS / 2; i < ADMISSIONS; i++)
        admit(store, i);
    char *bytes = read_file(store_path(store, "journal.db"), &size);
    char *log = read_file(store_path(store, "journal.db-wal"), &log_size);
    db_close(store->db);
    store->db = NULL;
    for (long page = 0; page < 20; page += 19) { /* page 1 is the schema's */
        remove_all(store);
        write_file(store_path(store, "journal.db"), bytes, size);
        write_file(store_path(store, "journal.db-wal"), log, log_size);
        damage(store, page);
        store->logged[0] = '\0';
        store_open(store);
        struct counts has = count(store);
        if (has.journal < ADMISSIONS - 120 || has.outbox < ADMISSIONS - 120)
            fail_msg("page %ld: %d %d\n%s", page + 1, (int)has.journal, (int)has.outbox,
                     store->logged);
        db_close(store->db);
        store->db = NULL;
    }
    free(bytes);
    free(log);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_lost_page_costs_the_rows_on_it_and_no_others),
        store_test(flipped_bits_anywhere_never_stop_it),
        store_test(what_is_no_database_at_all_becomes_an_empty_one),
        store_test(the_bad_one_is_kept_and_the_salvage_is_told),
        store_test(numbers_known_outside_never_come_again),
        store_test(a_salvage_that_was_cut_short_goes_on),
        store_test(what_stands_in_the_log_alone_is_salvaged_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
