/* The directory of prepared designs stays within bounds, and what is in use stays. */
#include "easel_scene.h"

#include <dirent.h>
#include <fcntl.h>

#include "print/easel_cache.h"

static const int64_t now_ms = 1800000000000, day_ms = 24LL * 3600 * 1000;

#define KEY "0123456789abcde"

struct shelf {
    char dir[64];
    const char *used;
};

static void
put_file(const char *dir, const char *name, int bytes, int64_t used_ms)
{
    char path[192];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, bytes), 0);
    easel_cache_touch(fd, used_ms);
    close(fd);
}

static bool
is_there(const char *dir, const char *name)
{
    char path[192];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

static bool
is_used(const char *name, void *self)
{
    const struct shelf *shelf = self;
    return shelf->used && strcmp(name, shelf->used) == 0;
}

/* Five files of 100 bytes: a the oldest, e the newest; and what stays of them. */
static const struct {
    int files, bytes;
    int64_t unused_days; /* a was used 5 days ago … e 1 day ago */
    const char *used, *stay;
} cases[] = {
    { 5, 500, 90, NULL, "abcde" }, { 4, 500, 90, NULL, "bcde" },
    { 2, 500, 90, NULL, "de" },    { 5, 499, 90, NULL, "bcde" },
    { 5, 250, 90, NULL, "de" },    { 5, 500, 3, NULL, "cde" },
    { 2, 500, 90, "a", "ae" }, /* in use, it counts and stays */
    { 5, 500, 3, "a", "acde" },    { 0, 0, 90, "c", "c" },
};

static void
the_oldest_go_first_and_what_is_in_use_stays(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct shelf shelf = { "/tmp/yuelai-shelf-XXXXXX", NULL };
        char used[64], seen[6] = "";
        assert_non_null(mkdtemp(shelf.dir));
        for (char c = 'a'; c <= 'e'; c++) {
            char name[] = "badge-" KEY "0.design";
            name[6 + 15] = c;
            put_file(shelf.dir, name, 100, now_ms - ('f' - c) * day_ms);
        }
        snprintf(used, sizeof used, "badge-" KEY "%s.design",
                 cases[i].used ? cases[i].used : "");
        shelf.used = cases[i].used ? used : NULL;
        struct easel_cache cache = {
            .dir = shelf.dir,
            .bounds = { cases[i].files, cases[i].bytes, cases[i].unused_days * day_ms,
                        day_ms },
            .is_used = is_used,
            .self = &shelf,
        };
        int removed = easel_cache_prune(&cache, now_ms);
        for (char c = 'a'; c <= 'e'; c++) {
            char name[] = "badge-" KEY "0.design";
            name[6 + 15] = c;
            if (is_there(shelf.dir, name))
                seen[strlen(seen)] = c;
        }
        if (strcmp(seen, cases[i].stay) != 0 || removed != 5 - (int)strlen(seen))
            fail_msg("case %d: want %s, have %s (%d removed)", (int)i, cases[i].stay,
                     seen, removed);
        nftw(shelf.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

static void
what_a_crash_left_goes_and_what_is_not_ours_stays(void **state)
{
    struct shelf shelf = { "/tmp/yuelai-shelf-XXXXXX", NULL };
    static const char *const foreign[] = { "CACHEDIR.TAG", "notes.design",
                                           "badge-0123.design", "badge-" KEY "g.design",
                                           "badge-" KEY "f.svg" };
    (void)state;

    assert_non_null(mkdtemp(shelf.dir));
    put_file(shelf.dir, "b-" KEY "1.new-77-5581", 9, now_ms - 2 * day_ms);
    put_file(shelf.dir, "b-" KEY "2.new-77-5582", 9, now_ms + 2 * day_ms);
    put_file(shelf.dir, "b-" KEY "3.new-78-5583", 9, now_ms - 1000); /* under way */
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        put_file(shelf.dir, foreign[i], 9, 0);
    struct easel_cache cache = { .dir = shelf.dir,
                                 .bounds = { 0, 0, 0, day_ms },
                                 .is_used = is_used,
                                 .self = &shelf };
    assert_int_equal(easel_cache_prune(&cache, now_ms), 2);
    assert_true(is_there(shelf.dir, "b-" KEY "3.new-78-5583"));
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        assert_true(is_there(shelf.dir, foreign[i]));
    nftw(shelf.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);

    cache.dir = "/nowhere/at/all";
    assert_int_equal(easel_cache_prune(&cache, now_ms), 0);
}

static int
count_designs(const char *dir)
{
    int count = 0;
    struct dirent *found;
    DIR *stream = opendir(dir);
    assert_non_null(stream);
    while ((found = readdir(stream)) != NULL)
        count += strstr(found->d_name, ".design") != NULL;
    closedir(stream);
    return count;
}

static const char simple[] =
    "<svg xmlns='http://www.w3.org/2000/svg' width='62mm' height='100mm' "
    "viewBox='0 0 62 100'><rect id='name' x='4' y='20' width='54' height='20' "
    "data-max='9mm'/></svg>";

static void
an_easel_tidies_its_cache_and_draws_on_from_it(void **state)
{
    struct scene scene;
    struct drawing drawing;
    int64_t real_ms = clock_utc_ms(&clock_system);
    (void)state;

    set_scene(&scene);
    assert_int_equal(mkdir(scene.cache, 0700), 0);
    for (int i = 0; i < 150; i++) {
        char name[64];
        snprintf(name, sizeof name, "old-%016x.design", i);
        put_file(scene.cache, name, 10, real_ms - 3600 * 1000 - i);
    }
    open_easel(&scene, BINARY_DIR "/kiosk-draw", NULL, 0);
    assert_int_equal(count_designs(scene.cache), easel_cache_bounds.files);
    assert_true(is_there(scene.cache, "old-0000000000000000.design"));
    assert_false(is_there(scene.cache, "old-0000000000000095.design"));

    write_design(&scene, "d", simple);
    ask(&scene, &drawing, "d");
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_int_equal(count_designs(scene.cache), easel_cache_bounds.files);
    ask(&scene, &drawing, "d");
    wait_for(&scene, 1, 60000);
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    close_scene(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_go_first_and_what_is_in_use_stays),
        cmocka_unit_test(what_a_crash_left_goes_and_what_is_not_ours_stays),
        cmocka_unit_test(an_easel_tidies_its_cache_and_draws_on_from_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
