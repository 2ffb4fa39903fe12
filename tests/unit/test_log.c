#include "log.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log_sink.h"
#include "base/notify.h"
#include "str.h"

struct kept {
    enum log_level level;
    char module[64], text[2 * LOG_LINE_MAX];
    int count;
};

static void
keep(enum log_level level, const char *module, const char *text, void *self)
{
    struct kept *kept = self;
    kept->level = level;
    kept->count++;
    str_copy(kept->module, sizeof kept->module, module);
    str_copy(kept->text, sizeof kept->text, text);
}

static void
a_line_is_one_line_of_bounded_length(void **state)
{
    (void)state;
    struct kept kept = { 0 };
    struct log log = { .write = keep, .self = &kept, .threshold = LOG_LEVEL_INFO };
    log_debug(&log, "desk", "not %s", "said");
    assert_int_equal(kept.count, 0);
    log_warning(&log, "desk", "code=%d\n<3>forged: \x1b[0m", 7);
    assert_int_equal(kept.level, LOG_LEVEL_WARNING);
    assert_string_equal(kept.module, "desk");
    assert_string_equal(kept.text, "code=7 <3>forged:  [0m");

    char large[3000];
    memset(large, 'x', sizeof large);
    memcpy(large + LOG_LINE_MAX - 1, "名", 3);
    large[sizeof large - 1] = '\0';
    log_info(&log, "desk", "%s", large);
    assert_int_equal(strlen(kept.text), LOG_LINE_MAX - 1); /* no half character */
}

/* Everything that can be read from a pipe whose other end is closed. */
static char *
drain(int fd, struct str *out)
{
    char bytes[4096];
    str_init(out, 10000000);
    for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) > 0;)
        str_add(out, bytes, (size_t)got);
    return out->data;
}

static void
a_pipe_gets_lines_with_levels_for_journald(void **state)
{
    (void)state;
    int ends[2];
    struct log_sink sink;
    struct str out;
    assert_int_equal(pipe(ends), 0);
    log_sink_init(&sink, ends[1], LOG_LEVEL_INFO);
    log_error(&sink.log, "db", "full");
    log_debug(&sink.log, "db", "hidden");
    log_sink_set_level(&sink, LOG_LEVEL_DEBUG);
    log_debug(&sink.log, "db", "shown");
    log_sink_finish(&sink);
    close(ends[1]);
    assert_string_equal(drain(ends[0], &out), "<3>db: full\n<7>db: shown\n");
    str_finish(&out);
    close(ends[0]);
}

static void
a_terminal_gets_the_time_of_day_and_colours(void **state)
{
    (void)state;
    struct log_sink sink;
    char line[200] = "";
    int master = posix_openpt(O_RDWR | O_NOCTTY), hour, minute, second, ms;
    assert_true(master >= 0);
    assert_int_equal(grantpt(master) | unlockpt(master), 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    unsetenv("NO_COLOR");
    log_sink_init(&sink, slave, LOG_LEVEL_INFO);
    log_error(&sink.log, "db", "full");
    assert_true(read(master, line, sizeof line - 1) > 0);
    assert_int_equal(sscanf(line, "%2d:%2d:%2d.%3d", &hour, &minute, &second, &ms), 4);
    assert_non_null(strstr(line, " \x1b[1;31mdb       full\x1b[0m\r\n"));
    log_sink_finish(&sink);

    setenv("NO_COLOR", "1", 1);
    log_sink_init(&sink, slave, LOG_LEVEL_INFO);
    log_error(&sink.log, "db", "full");
    memset(line, 0, sizeof line);
    assert_true(read(master, line, sizeof line - 1) > 0);
    assert_non_null(strstr(line, " db       full\r\n"));
    log_sink_finish(&sink);
    close(slave);
    close(master);
}

static void *
write_many(void *self)
{
    const struct log *log = self;
    for (int i = 0; i < 500; i++)
        log_info(log, "lane", "0123456789012345678901234567890123456789 i=%03d", i);
    return NULL;
}

static void *
drain_in_thread(void *self)
{
    struct str *out = self;
    int fd = (int)out->length; /* borrowed field: where to read from */
    drain(fd, out);
    return NULL;
}

static void
lines_of_several_threads_stay_whole(void **state)
{
    (void)state;
    int ends[2];
    struct log_sink sink;
    pthread_t writers[4], reader;
    assert_int_equal(pipe(ends), 0);
    struct str out = { .length = (size_t)ends[0] };
    log_sink_init(&sink, ends[1], LOG_LEVEL_INFO);
    pthread_create(&reader, NULL, drain_in_thread, &out);
    for (int i = 0; i < 4; i++)
        pthread_create(&writers[i], NULL, write_many, &sink.log);
    for (int i = 0; i < 4; i++)
        pthread_join(writers[i], NULL);
    close(ends[1]);
    pthread_join(reader, NULL);
    int lines = 0;
    for (char *at = out.data; *at; at += strcspn(at, "\n") + 1, lines++) {
        assert_int_equal(strcspn(at, "\n"), 55);
        assert_memory_equal(at, "<6>lane: 0123456789", 19);
    }
    assert_int_equal(lines, 2000);
    log_sink_finish(&sink);
    str_finish(&out);
    close(ends[0]);
}

/* ---- notify ---------------------------------------------------------------------- */

static int
listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = strlen(path);
    memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                     0);
    return fd;
}

static void
expect(int fd, const char *says)
{
    char text[1024] = "";
    ssize_t got = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);
    assert_true(got > 0);
    assert_memory_equal(text, says, strlen(says));
}

static void
systemd_hears_by_either_kind_of_socket(void **state)
{
    (void)state;
    char file[64], abstract[64], pid[16];
    snprintf(file, sizeof file, "/tmp/yuelai-notify-%d", getpid());
    snprintf(abstract, sizeof abstract, "@yuelai-notify-%d", getpid());
    snprintf(pid, sizeof pid, "%d", getpid());
    const char *const paths[] = { file, abstract };
    for (int i = 0; i < 2; i++) {
        struct notify notify;
        int fd = listen_at(paths[i]);
        setenv("NOTIFY_SOCKET", paths[i], 1);
        setenv("WATCHDOG_USEC", "10000000", 1);
        setenv("WATCHDOG_PID", pid, 1);
        notify_open(&notify);
        assert_int_equal(notify.watchdog_us, 10000000);
        assert_null(getenv("NOTIFY_SOCKET"));
        assert_null(getenv("WATCHDOG_USEC"));
        notify_ready(&notify);
        expect(fd, "READY=1");
        notify_reloading(&notify);
        expect(fd, "RELOADING=1\nMONOTONIC_USEC=");
        notify_alive(&notify);
        expect(fd, "WATCHDOG=1");
        notify_status(&notify, "queue %d\nREADY=1", 3);
        expect(fd, "STATUS=queue 3");
        notify_stopping(&notify);
        expect(fd, "STOPPING=1");
        notify_close(&notify);
        close(fd);
    }
    unlink(file);
}

static void
without_systemd_nothing_is_said(void **state)
{
    (void)state;
    static const char *const paths[] = { NULL, "", "relative", "/no/such/socket", "@" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct notify notify;
        if (paths[i])
            setenv("NOTIFY_SOCKET", paths[i], 1);
        setenv("WATCHDOG_USEC", "1000", 1);
        notify_open(&notify);
        assert_int_equal(notify.fd, -1);
        assert_int_equal(notify.watchdog_us, 0);
        notify_ready(&notify);
        notify_close(&notify);
    }
}

static void
a_watchdog_meant_for_another_process_is_not_ours(void **state)
{
    (void)state;
    struct notify notify;
    char path[64];
    snprintf(path, sizeof path, "@yuelai-other-%d", getpid());
    int fd = listen_at(path);
    setenv("NOTIFY_SOCKET", path, 1);
    setenv("WATCHDOG_USEC", "1000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    notify_open(&notify);
    assert_true(notify.fd >= 0);
    assert_int_equal(notify.watchdog_us, 0);
    notify_close(&notify);
    close(fd);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_line_of_bounded_length),
        cmocka_unit_test(a_pipe_gets_lines_with_levels_for_journald),
        cmocka_unit_test(a_terminal_gets_the_time_of_day_and_colours),
        cmocka_unit_test(lines_of_several_threads_stay_whole),
        cmocka_unit_test(systemd_hears_by_either_kind_of_socket),
        cmocka_unit_test(without_systemd_nothing_is_said),
        cmocka_unit_test(a_watchdog_meant_for_another_process_is_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
