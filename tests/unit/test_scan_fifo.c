#include "scanning.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory of its own for each test. */
struct place {
    char directory[64], path[96], uri[128];
};

static void
place_init(struct place *place)
{
    snprintf(place->directory, sizeof place->directory, "/tmp/yuelai-fifo-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->path, sizeof place->path, "%s/codes", place->directory);
    snprintf(place->uri, sizeof place->uri, "fifo:%s", place->path);
}

static void
place_finish(const struct place *place)
{
    unlink(place->path);
    assert_int_equal(rmdir(place->directory), 0);
}

static void
put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void
writers_come_and_go_and_every_line_arrives(void **state)
{
    (void)state;
    struct place place;
    struct scanning scanning;
    struct stat found;
    struct err err;

    place_init(&place);
    scanning_init(&scanning, &scan_fifo);
    assert_true(scanning_open(&scanning, place.uri, &err));
    assert_string_equal(scanning.heard, "|ready");
    assert_int_equal(stat(place.path, &found), 0);
    assert_true(S_ISFIFO(found.st_mode));
    assert_int_equal(found.st_mode & 0777, 0600);

    put(place.path, "CITEC2026\n");
    scanning_until(&scanning, "CITEC2026$");
    put(place.path, "A\nB");
    put(place.path, "C\n");
    scanning_until(&scanning, "A$BC$");
    assert_string_equal(scanning.heard, "|ready|0:CITEC2026$A$BC$");
    assert_true(scanning.last_at_us <= clock_mono_us(&clock_system));
    scanning_finish(&scanning);
    place_finish(&place);
}

/* A pipe whose last writer has left is readable for ever, unless it is held open. */
static void
a_pipe_without_writers_leaves_the_loop_at_rest(void **state)
{
    (void)state;
    struct place place;
    struct scanning scanning;
    struct loop_real_figures before, after;
    struct err err;

    place_init(&place);
    scanning_init(&scanning, &scan_fifo);
    assert_true(scanning_open(&scanning, place.uri, &err));
    put(place.path, "A\n");
    scanning_until(&scanning, "A$");
    loop_real_figures(scanning.real, &before);
    loop_timer_arm(scanning.setting.loop, scanning.deadline, 100);
    loop_real_run(scanning.real);
    loop_real_figures(scanning.real, &after);
    assert_true(after.turns - before.turns < 20);
    scanning_finish(&scanning);
    place_finish(&place);
}

static void
a_pipe_that_is_there_already_is_used(void **state)
{
    (void)state;
    struct place place;
    struct scanning scanning;
    struct err err;

    place_init(&place);
    assert_int_equal(mkfifo(place.path, 0622), 0);
    scanning_init(&scanning, &scan_fifo);
    assert_true(scanning_open(&scanning, place.uri, &err));
    put(place.path, "A\n");
    scanning_until(&scanning, "A$");
    scanning_finish(&scanning);
    place_finish(&place);
}

static void
what_is_no_pipe_is_refused_by_name(void **state)
{
    (void)state;
    struct place place;
    struct scanning scanning;

    place_init(&place);
    FILE *file = fopen(place.path, "w");
    assert_non_null(file);
    fclose(file);
    char nowhere[160];
    snprintf(nowhere, sizeof nowhere, "fifo:%s/none/codes", place.directory);
    const struct {
        const char *uri, *says;
        enum err_code code;
    } samples[] = {
        { place.uri, "no named pipe", ERR_INPUT },
        { nowhere, "directory", ERR_ABSENT },
        { "fifo:codes", "want fifo:/path", ERR_INPUT },
        { "fifo:", "want fifo:/path", ERR_INPUT },
        { "fifo:/dev/null", "no named pipe", ERR_INPUT },
    };
    scanning_init(&scanning, &scan_fifo);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct err err;
        assert_false(scanning_open(&scanning, samples[i].uri, &err));
        assert_int_equal(err.code, samples[i].code);
        assert_non_null(strstr(err.text, samples[i].says));
    }
    assert_string_equal(scanning.heard, "");
    scanning_finish(&scanning);
    place_finish(&place);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(writers_come_and_go_and_every_line_arrives),
        cmocka_unit_test(a_pipe_without_writers_leaves_the_loop_at_rest),
        cmocka_unit_test(a_pipe_that_is_there_already_is_used),
        cmocka_unit_test(what_is_no_pipe_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
