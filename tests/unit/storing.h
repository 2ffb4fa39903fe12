#ifndef YUELAI_TESTS_STORING_H
#define YUELAI_TESTS_STORING_H

/* storing: what the tests of store/ share: a data directory of their own, a clock turned
 * by hand, seeded randomness, a log that is kept, a key, and rows to fill in. Included by
 * one test program each; the functions are static for that. */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "log.h"
#include "random.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/outbox.h"
#include "store/roster.h"
#include "store/seal.h"
#include "store/settings.h"
#include "store/spool.h"
#include "str.h"

struct store {
    char dir[64];
    int64_t now_ms;
    uint64_t seed;
    char logged[8192];
    struct clock clock;
    struct random random;
    struct log log;
    struct seal *seal;
    struct db_setting setting;
    struct db *db;
};

static int64_t
store_utc_ms(void *self)
{
    return ((struct store *)self)->now_ms;
}

static int64_t
store_mono_us(void *self)
{
    return ((struct store *)self)->now_ms * 1000;
}

static void
store_random(void *bytes, size_t length, void *self)
{
    struct store *store = self;
    for (size_t i = 0; i < length; i++) {
        store->seed = store->seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        ((unsigned char *)bytes)[i] = (unsigned char)(store->seed >> 56);
    }
}

static void
store_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level;
    struct store *store = self;
    size_t used = strlen(store->logged);
    snprintf(store->logged + used, sizeof store->logged - used, "%s: %s\n", module, text);
}

#define assert_ok(call)                                                                \
    do {                                                                               \
        struct err err_ = { 0 };                                                       \
        struct err *err = &err_;                                                       \
        if (!(call))                                                                   \
            fail_msg("%s: %s", #call, err_.text);                                      \
    } while (0)

#define assert_fails(call, wanted, says)                                               \
    do {                                                                               \
        struct err err_ = { 0 };                                                       \
        struct err *err = &err_;                                                       \
        assert_false(call);                                                            \
        if (err_.code != (wanted) || !strstr(err_.text, says))                         \
            fail_msg("%s: code %d: %s", #call, err_.code, err_.text);                  \
    } while (0)

static inline void
store_open(struct store *store)
{
    assert_ok(db_open(&store->setting, &store->db, err));
}

static inline void
store_reopen(struct store *store)
{
    db_close(store->db);
    store->db = NULL;
    store_open(store);
}

/* Makes the directory and all but the db. */
static inline void
store_prepare(struct store *store)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 7 };
    *store = (struct store){ .now_ms = INT64_C(1795500000000), .seed = 1 };
    str_copy(store->dir, sizeof store->dir, "/tmp/yuelai-store-XXXXXX");
    assert_non_null(mkdtemp(store->dir));
    store->clock = (struct clock){ store_utc_ms, store_mono_us, store };
    store->random = (struct random){ store_random, store };
    store->log = (struct log){ store_log, store, LOG_LEVEL_DEBUG };
    assert_ok(seal_from_bytes(key, &store->seal, err));
    store->setting = (struct db_setting){ .dir = store->dir,
                                          .seal = store->seal,
                                          .clock = &store->clock,
                                          .random = &store->random,
                                          .log = &store->log };
}

/* The path of a file in the directory; good until the next call but three. */
static inline const char *
store_path(const struct store *store, const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", store->dir, name);
    return path;
}

static inline void
store_remove(struct store *store)
{
    DIR *dir = opendir(store->dir);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        unlink(store_path(store, entry->d_name));
    if (dir)
        closedir(dir);
    rmdir(store->dir);
    seal_close(store->seal);
}

static inline int
store_setup(void **state)
{
    struct store *store = malloc(sizeof *store);
    assert_non_null(store);
    store_prepare(store);
    store_open(store);
    *state = store;
    return 0;
}

static inline int
store_teardown(void **state)
{
    struct store *store = *state;
    db_close(store->db);
    store_remove(store);
    free(store);
    return 0;
}

#define store_test(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

/* ---- rows ---------------------------------------------------------------------------- */

static inline void
store_put_event(struct store *store, const char *slug)
{
    struct event event = { .zone = "Asia/Shanghai", .source = "csv" };
    str_copy(event.slug, sizeof event.slug, slug);
    str_copy(event.name, sizeof event.name, slug);
    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_put_event(store->db, &event, err));
    assert_ok(roster_commit(store->db, err));
}

static inline struct roster_row
store_row(const char *event, const char *import_key, const char *secret, const char *name)
{
    struct roster_row row = { .secret = secret, .import_key = import_key };
    str_copy(row.ticket.event, sizeof row.ticket.event, event);
    str_copy(row.ticket.name, sizeof row.ticket.name, name);
    str_copy(row.ticket.kind, sizeof row.ticket.kind, "guest");
    str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
    return row;
}

static inline int64_t
store_put(struct store *store, const struct roster_row *row)
{
    int64_t id = 0;
    bool made;
    assert_ok(roster_begin(store->db, err));
    assert_ok(roster_put_ticket(store->db, row, &id, &made, err));
    assert_ok(roster_commit(store->db, err));
    return id;
}

static inline struct journal_row
store_journal_row(struct store *store, enum journal_kind kind, const char *ref)
{
    struct journal_row row = { .kind = kind, .verdict = VERDICT_ADMIT };
    random_fill(&store->random, row.nonce, sizeof row.nonce);
    str_copy(row.event, sizeof row.event, "citec");
    str_copy(row.list, sizeof row.list, "main");
    str_copy(row.ref, sizeof row.ref, ref);
    str_copy(row.station, sizeof row.station, "A");
    str_copy(row.gate, sizeof row.gate, "North");
    row.at_ms = store->now_ms;
    return row;
}

#endif
