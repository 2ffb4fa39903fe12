#ifndef YUELAI_TESTS_IMPORTING_H
#define YUELAI_TESTS_IMPORTING_H

/* importing: what the tests of desk/import share: an import into a real store, without
 * a loop unless the test is about the loop, and what it told. */

#include "storing.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "desk/import.h"

struct run {
    struct import_result result;
    struct str told;
    unsigned progress;
    bool done;
};

static inline void
note_told(const char *json, void *self)
{
    struct run *run = self;
    str_add_text(&run->told, json);
    str_add_char(&run->told, '\n');
}

static inline void
note_progress(const struct import_progress *progress, void *self)
{
    (void)progress;
    ((struct run *)self)->progress++;
}

static inline void
note_done(const struct import_result *result, void *self)
{
    struct run *run = self;
    assert_false(run->done);
    run->result = *result;
    run->done = true;
}

static inline int
text_fd(const char *bytes, size_t length)
{
    int fd = memfd_create("table", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), length);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static inline struct import_setting
setting_of(struct store *store)
{
    return (struct import_setting){ .db = store->db,
                                    .clock = &store->clock,
                                    .random = &store->random,
                                    .log = &store->log,
                                    .guests_fd = -1,
                                    .lists_fd = -1,
                                    .event = "citec",
                                    .zone = "Asia/Shanghai" };
}

/* One import of these texts; NULL: no such table. Finish run->told. */
static inline void
run_import(struct import_setting *setting, const char *guests, const char *lists,
           struct run *run)
{
    const struct import_listener listener = { note_told, note_progress, note_done,
                                              run };
    struct import *import = NULL;
    *run = (struct run){ .done = false };
    str_init(&run->told, 1 << 20);
    setting->guests_fd = guests ? text_fd(guests, strlen(guests)) : -1;
    setting->lists_fd = lists ? text_fd(lists, strlen(lists)) : -1;
    assert_ok(import_start(setting, &listener, &import, err));
    assert_true(run->done);
    import_destroy(import);
    if (guests)
        close(setting->guests_fd);
    if (lists)
        close(setting->lists_fd);
}

/* An import that must be done, and needs no second look. */
static inline struct import_result
take(struct store *store, const char *guests, const char *lists)
{
    struct import_setting setting = setting_of(store);
    struct run run;
    run_import(&setting, guests, lists, &run);
    if (run.result.state != IMPORT_DONE)
        fail_msg("%s", run.result.err.text);
    str_finish(&run.told);
    return run.result;
}

static inline struct ticket
ticket_of(struct store *store, const char *key)
{
    struct ticket ticket;
    bool found;
    assert_ok(roster_by_import_key(store->db, "citec", key, &found, &ticket, err));
    if (!found)
        fail_msg("no ticket %s", key);
    return ticket;
}

static inline int
teardown(void **state)
{
    struct store *store = *state;
    char path[128];
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "%s/imports/%04d.sealed", store->dir, i);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/imports/lock", store->dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/imports", store->dir);
    if (access(path, F_OK) == 0)
        assert_int_equal(rmdir(path), 0); /* nothing else, no .part */
    return store_teardown(state);
}

#define import_test(name) cmocka_unit_test_setup_teardown(name, store_setup, teardown)

#endif
