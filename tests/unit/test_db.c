#include "store/db.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "admitting.h"
#include "store/db_internal.h"
#include "store/roster_search.h"
#include "storing.h"

/* ---- opening ---------------------------------------------------------------- */

static void
a_directory_has_one_owner(void **state)
{
    struct store *store = *state;
    char pid[32];
    struct db *second;
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_fails(db_open(&store->setting, &second, err), ERR_BUSY, store->dir);
    assert_fails(db_open(&store->setting, &second, err), ERR_BUSY, pid);

    int status;
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        bool opened = db_open(&store->setting, &second, &err);
        _exit(!opened && err.code == ERR_BUSY ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    db_close(store->db);
    store->db = NULL;
    store_open(store); /* the lock goes with its owner */
}

static void
nobody_else_can_read_the_files(void **state)
{
    struct store *store = *state;
    struct stat st;
    assert_int_equal(stat(store->dir, &st), 0);
    assert_int_equal(st.st_mode & 0077, 0);
}

static void
a_directory_that_cannot_be_is_named(void **state)
{
    struct store *store = *state;
    struct db *db;
    struct db_setting setting = store->setting;
    setting.dir = "/proc/no/such/place";
    assert_fails(db_open(&setting, &db, err), ERR_IO, "/proc/no/such/place");
}

static void
another_key_is_told_and_not_guessed(void **state)
{
    struct store *store = *state;
    static const uint8_t key[SEAL_KEY_BYTES] = { 99 };
    struct db_setting setting = store->setting;
    struct seal *other;
    struct db *db;
    assert_ok(seal_from_bytes(key, &other, err));
    db_close(store->db);
    store->db = NULL;
    setting.seal = other;
    assert_fails(db_open(&setting, &db, err), ERR_INPUT, "was filled with key");
    seal_close(other);
    setting.seal = NULL; /* a tool that looks up no code */
    assert_ok(db_open(&setting, &db, err));
    db_close(db);
    store_open(store);
}

/* Runs SQL on a file of a closed store, as somebody with a shell would. */
static void
meddle(struct store *store, const char *file, const char *sql)
{
    sqlite3 *raw;
    assert_int_equal(sqlite3_open(store_path(store, file), &raw), SQLITE_OK);
    if (sqlite3_exec(raw, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(raw));
    sqlite3_close(raw);
}

static void
a_newer_schema_is_refused(void **state)
{
    struct store *store = *state;
    struct db *db;
    db_close(store->db);
    store->db = NULL;
    meddle(store, "journal.db", "PRAGMA user_version=77");
    assert_fails(db_open(&store->setting, &db, err), ERR_INPUT, "version 77");
    meddle(store, "journal.db", "PRAGMA user_version=1");
    store_open(store);
}

static bool
has_file_like(struct store *store, const char *prefix)
{
    DIR *dir = opendir(store->dir);
    bool has = false;
    for (struct dirent *entry; (entry = readdir(dir));)
        has = has || str_starts(entry->d_name, prefix);
    closedir(dir);
    return has;
}

static void
overwrite(const char *path, long at, size_t length, int byte)
{
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    char *bytes = malloc(length);
    memset(bytes, byte, length);
    assert_int_equal(pwrite(fd, bytes, length, at), length);
    free(bytes);
    close(fd);
}

static int
count_set_aside(struct store *store)
{
    int count = 0;
    DIR *dir = opendir(store->dir);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += str_starts(entry->d_name, "roster.bad-") &&
                 !strchr(entry->d_name + strlen("roster.bad-"), '-');
    closedir(dir);
    return count;
}

static void
a_bad_roster_is_set_aside_and_the_journal_goes_on(void **state)
{
    struct store *store = *state;
    struct db_status status;
    struct ticket ticket;
    bool found;
    store_put_event(store, "citec");
    struct roster_row row = store_row("citec", "k", "c", "Ana");
    for (int round = 0; round < 5; round++) {
        store_put(store, &row);
        assert_ok(admit(store, "AAA", err));
        db_close(store->db);
        store->now_ms += 1000;
        if (round == 0)
            overwrite(store_path(store, "roster.db"), 0, 100, 'x');
        else if (round == 1)
            overwrite(store_path(store, "roster.db"), 4096, 4096 * 4, 0x5A);
        else
            meddle(store, "roster.db", "PRAGMA user_version=77");
        store_open(store);
        db_status(store->db, &status);
        assert_true(status.roster_set_aside);
        assert_true(has_file_like(store, "roster.bad-"));
        assert_non_null(strstr(store->logged, "roster set aside"));
        assert_ok(roster_by_import_key(store->db, "citec", "k", &found, &ticket, err));
        assert_false(found);
        assert_int_equal(entries(store), round + 1);
        store_put_event(store, "citec");
        assert_int_equal(count_set_aside(store), round < 3 ? round + 1 : 3);
    }
}

/* Pages that are in memory stay good; what has to be read again does not. */
static void
damage_the_roster_in_use(struct store *store)
{
    struct stat st;
    const char *path = store_path(store, "roster.db");
    for (int i = 0; i < 3; i++) { /* the log goes into the file */
        store->now_ms += 60000;
        db_idle(store->db);
    }
    assert_int_equal(stat(path, &st), 0);
    overwrite(path, 4096, (size_t)st.st_size - 4096, 0x5A);
    sqlite3_db_release_memory(store->db->sql);
}

static void
a_roster_that_goes_bad_while_in_use_is_told_and_mended(void **state)
{
    struct store *store = *state;
    struct db_status status;
    struct ticket ticket;
    struct roster_age age;
    struct journal_history history;
    enum roster_found found;
    struct err why;
    store_put_event(store, "citec");
    struct roster_row row = store_row("citec", "k", "secret-1", "Ana");
    store_put(store, &row);
    assert_ok(admit(store, "AAA", err));
    assert_ok(db_mend_roster(store->db, err)); /* of a sound one: nothing */
    assert_ok(roster_by_secret(store->db, "secret-1", 8, &found, &ticket, err));
    assert_int_equal(found, ROSTER_ONE);

    damage_the_roster_in_use(store);
    db_status(store->db, &status);
    assert_false(status.roster_damaged);
    assert_false(roster_by_secret(store->db, "secret-1", 8, &found, &ticket, &why));
    assert_int_equal(why.code, ERR_IO);
    assert_non_null(strstr(why.text, "roster.db is damaged"));
    db_status(store->db, &status);
    assert_true(status.roster_damaged);
    assert_ok(admit(store, "BBB", err)); /* the journal goes on */

    store->logged[0] = '\0';
    assert_ok(db_begin(store->db, err));
    assert_fails(db_mend_roster(store->db, err), ERR_BUSY, "transaction");
    db_rollback(store->db);
    assert_ok(db_mend_roster(store->db, err));
    assert_non_null(strstr(store->logged, "roster set aside"));
    assert_true(has_file_like(store, "roster.bad-"));
    db_status(store->db, &status);
    assert_false(status.roster_damaged);
    assert_true(status.roster_set_aside);
    assert_ok(roster_by_secret(store->db, "secret-1", 8, &found, &ticket, err));
    assert_int_equal(found, ROSTER_NONE); /* "not in my copy" */
    assert_ok(roster_age(store->db, &age, err));
    assert_int_equal(age.complete_ms, 0);
    assert_ok(journal_history(store->db, "AAA", "citec", "main", &history, err));
    assert_int_equal(history.entries, 1);

    store_put_event(store, "citec"); /* and it is filled again */
    store_put(store, &row);
    assert_ok(roster_by_secret(store->db, "secret-1", 8, &found, &ticket, err));
    assert_int_equal(found, ROSTER_ONE);
    assert_int_equal(entries(store), 2);
    store_reopen(store);
    assert_ok(roster_by_secret(store->db, "secret-1", 8, &found, &ticket, err));
    assert_int_equal(found, ROSTER_ONE);
}

/* ---- kill -9 ---------------------------------------------------------------- */

/* Admits for ever and says each committed number; housekeeping in between. */
static void
admit_until_killed(struct store *store, int pipe)
{
    struct err err;
    for (int32_t i = 1;; i++) {
        char ref[ROSTER_REF_MAX + 1];
        snprintf(ref, sizeof ref, "R%d", i);
        if (!admit(store, ref, &err) || write(pipe, &i, sizeof i) != sizeof i)
            _exit(1);
        if (i % 16 == 0) {
            store->now_ms += 5000;
            db_idle(store->db);
        }
    }
}

/* Kills it some time after it has said `heard` numbers; what it said last. */
static int32_t
kill_at_random(struct store *store, int32_t heard, unsigned wait_us)
{
    int pipes[2], status;
    int32_t last = 0, number;
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        close(pipes[0]);
        if (!db_open(&store->setting, &store->db, &err))
            _exit(1);
        admit_until_killed(store, pipes[1]);
    }
    close(pipes[1]);
    while (last < heard && read(pipes[0], &number, sizeof number) == sizeof number)
        last = number;
    usleep(wait_us);
    kill(child, SIGKILL);
    while (read(pipes[0], &number, sizeof number) == sizeof number)
        last = number;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    close(pipes[0]);
    return last;
}

static void
what_was_committed_survives_kill_9(void **state)
{
    struct store *store = *state;
    int64_t told = 0;
    db_close(store->db);
    store->db = NULL;
    for (int round = 0; round < 25; round++) {
        uint16_t noise;
        random_fill(&store->random, &noise, sizeof noise);
        store->seed += 77; /* the child goes on from here: other nonces */
        told += kill_at_random(store, noise % 8, noise % 5000);
        store->seed += 1234567;
        store_open(store); /* its quick_check says ok, or this fails */
        struct db_status status;
        db_status(store->db, &status);
        assert_false(status.journal_salvaged);
        int64_t has = entries(store);
        assert_true(has >= told && has <= told + 1); /* one may be unheard */
        told = has;
        db_close(store->db);
        store->db = NULL;
    }
    assert_true(told > 25);
}

/* ---- plans ------------------------------------------------------------------ */

/* Statements of the db's connection whose plan reads a whole table. FTS5 calls every
 * MATCH a scan, but of its index; a subquery's own rows are no table. */
static int
count_scans(struct store *store)
{
    int scans = 0;
    for (sqlite3_stmt *stmt = NULL; (stmt = sqlite3_next_stmt(store->db->sql, stmt));) {
        char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sqlite3_sql(stmt));
        bool is_count = strstr(sql, "count(") != NULL; /* once, at the open */
        sqlite3_stmt *plan = NULL;
        if (sqlite3_prepare_v2(store->db->sql, sql, -1, &plan, NULL) != SQLITE_OK)
            plan = NULL; /* BEGIN and its like */
        while (plan && sqlite3_step(plan) == SQLITE_ROW) {
            const char *step = (const char *)sqlite3_column_text(plan, 3);
            bool scan = str_starts(step, "SCAN") && !is_count &&
                        !strstr(step, "VIRTUAL TABLE INDEX 0:M") &&
                        !strstr(step, "CONSTANT ROW") && !strstr(step, "subquery");
            if (scan)
                print_error("%s\n    %s\n", sql, step);
            scans += scan;
        }
        sqlite3_finalize(plan);
        sqlite3_free(sql);
    }
    return scans;
}

/* Every statement this station has prepared so far is asked for its plan. */
static void
no_statement_of_a_scan_reads_a_whole_table(void **state)
{
    struct store *store = *state;
    store_put_event(store, "citec");
    struct roster_row row = store_row("citec", "k", "secret-secret", "Ana");
    int64_t id = store_put(store, &row);
    struct ticket ticket, hits[4];
    enum roster_found several;
    struct journal_history history;
    struct spool_job job;
    struct list list;
    struct roster_age age;
    unsigned count;
    uint32_t issue;
    bool found;
    assert_ok(roster_by_secret(store->db, "secret-secret", 13, &several, &ticket, err));
    assert_ok(roster_by_id(store->db, id, &found, &ticket, err));
    assert_ok(roster_by_ref(store->db, ticket.ref, &found, &ticket, err));
    assert_ok(roster_by_import_key(store->db, "citec", "k", &found, &ticket, err));
    assert_ok(roster_lists_for(store->db, &ticket, &list, 1, &count, err));
    assert_ok(roster_list(store->db, "citec", "main", &found, &list, err));
    assert_ok(roster_age(store->db, &age, err));
    assert_ok(journal_history(store->db, ticket.ref, "citec", "main", &history, err));
    assert_ok(admit(store, ticket.ref, err));
    assert_ok(spool_latest(store->db, ticket.ref, &found, &job, err));
    assert_ok(spool_top_issue(store->db, ticket.ref, &issue, NULL, err));
    assert_ok(roster_search(store->db, "citec", "ana", hits, 4, &count, err));
    assert_ok(roster_search(store->db, "", "an", hits, 4, &count, err));
    entries(store);
    assert_int_equal(count_scans(store), 0);
}

/* ---- secrets ---------------------------------------------------------------- */

static bool
file_has(const char *path, const char *text)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(size + 1);
    assert_int_equal(fread(bytes, 1, size, file), size);
    fclose(file);
    bool has = memmem(bytes, size, text, strlen(text)) != NULL;
    free(bytes);
    return has;
}

static void
no_secret_stands_in_any_file(void **state)
{
    struct store *store = *state;
    static const char *const parts[] = { "SecretSecret", "guest@example.org" };
    store_put_event(store, "citec");
    for (int i = 0; i < 200; i++) {
        char secret[64], key[64];
        snprintf(secret, sizeof secret, "SecretSecret%04dxyz", i);
        snprintf(key, sizeof key, "%d.guest@example.org", i);
        struct roster_row row = store_row("citec", key, secret, "Ana Findable");
        snprintf(row.ticket.extra, sizeof row.ticket.extra, "{\"code\":\"%s\"}",
                 secret);
        str_copy(row.ticket.order_code, sizeof row.ticket.order_code, secret);
        store_put(store, &row);
    }
    for (int closed = 0; closed < 2; closed++) {
        DIR *dir = opendir(store->dir);
        unsigned files = 0, found = 0;
        for (struct dirent *entry; (entry = readdir(dir));) {
            const char *path = store_path(store, entry->d_name);
            struct stat st;
            if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
                continue;
            files++;
            found += file_has(path, "Ana Findable");
            for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                assert_false(file_has(path, parts[i]));
        }
        closedir(dir);
        assert_true(files >= 3 && found >= 1); /* we did look at the right bytes */
        if (!closed)
            db_close(store->db);
        store->db = NULL;
    }
    assert_null(strstr(store->logged, "SecretSecret"));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        store_test(a_directory_has_one_owner),
        store_test(nobody_else_can_read_the_files),
        store_test(a_directory_that_cannot_be_is_named),
        store_test(another_key_is_told_and_not_guessed),
        store_test(a_newer_schema_is_refused),
        store_test(a_bad_roster_is_set_aside_and_the_journal_goes_on),
        store_test(a_roster_that_goes_bad_while_in_use_is_told_and_mended),
        store_test(what_was_committed_survives_kill_9),
        store_test(no_statement_of_a_scan_reads_a_whole_table),
        store_test(no_secret_stands_in_any_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
