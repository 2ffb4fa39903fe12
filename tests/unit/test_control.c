#include "ctl/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop_real.h"
#include "base/task_real.h"
#include "clock.h"
#include "ctl/ask.h"
#include "random.h"
#include "store/db.h"
#include "store/seal.h"
#include "store/settings.h"

/* A station without devices, its control on a socket, and a client in a lane of its own
 * thread (ask blocks). */
struct station {
    struct loop_real *loop;
    struct task_real *task;
    struct seal *seal;
    struct db *db;
    struct log log;
    struct command_parts parts;
    struct control *control;
    char dir[64], socket[96];
};

static void
write_nothing(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level;
    (void)module;
    (void)text;
    (void)self;
}

static int
set_up(void **state)
{
    struct station *station = calloc(1, sizeof *station);
    struct err err;
    static const uint8_t key[SEAL_KEY_BYTES] = { 1 };
    snprintf(station->dir, sizeof station->dir, "/tmp/ylcontrol.XXXXXX");
    assert_non_null(mkdtemp(station->dir));
    snprintf(station->socket, sizeof station->socket, "%s/s", station->dir);
    station->log = (struct log){ .write = write_nothing, .threshold = LOG_LEVEL_ERROR };
    assert_true(loop_real_create(&station->loop, &err));
    assert_true(task_real_create(loop_real_door(station->loop), &station->task, &err));
    assert_true(seal_from_bytes(key, &station->seal, &err));
    struct db_setting setting = { .dir = station->dir,
                                  .seal = station->seal,
                                  .clock = &clock_system,
                                  .random = &random_system,
                                  .log = &station->log };
    if (!db_open(&setting, &station->db, &err))
        fail_msg("%s", err.text);
    station->parts = (struct command_parts){ .db = station->db,
                                             .seal = station->seal,
                                             .loop = loop_real_door(station->loop),
                                             .task = task_real_door(station->task),
                                             .clock = &clock_system,
                                             .random = &random_system,
                                             .log = &station->log,
                                             .station = "A",
                                             .station_name = "Test" };
    if (!control_create(station->socket, &station->parts, &station->control, &err))
        fail_msg("%s", err.text);
    *state = station;
    return 0;
}

static int
tear_down(void **state)
{
    struct station *station = *state;
    char command[96];
    control_destroy(station->control);
    db_close(station->db);
    seal_close(station->seal);
    task_real_destroy(station->task);
    loop_real_destroy(station->loop);
    snprintf(command, sizeof command, "%s/journal.db", station->dir);
    static const char *const files[] = { "journal.db",     "journal.db-wal",
                                         "journal.db-shm", "roster.db",
                                         "roster.db-wal",  "roster.db-shm",
                                         "lock",           "ballast",
                                         "out.csv" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(command, sizeof command, "%s/%s", station->dir, files[i]);
        unlink(command);
    }
    rmdir(station->dir);
    free(station);
    return 0;
}

/* ---- asking ------------------------------------------------------------------ */

struct asking {
    struct task_job job;
    struct station *station;
    const char *request;
    int files[COMMAND_FILES_MAX];
    char answer[4096];
    bool ok;
    struct err err;
};

static void
keep_line(const char *line, size_t length, void *self)
{
    struct asking *asking = self;
    (void)length;
    str_copy(asking->answer, sizeof asking->answer, line);
}

static void
run_ask(struct task_job *job)
{
    struct asking *asking = (struct asking *)job;
    struct ask ask = { .socket = asking->station->socket,
                       .request = asking->request,
                       .length = strlen(asking->request),
                       .files = asking->files,
                       .line = keep_line,
                       .self = asking };
    asking->ok = ask_station(&ask, &asking->err);
}

static void
asked(struct task_job *job)
{
    struct asking *asking = (struct asking *)job;
    loop_real_stop(asking->station->loop);
}

static void
ask(struct station *station, struct asking *asking, const char *request)
{
    const struct task *task = task_real_door(station->task);
    struct task_lane *lane = task_open(task, "client");
    assert_non_null(lane);
    asking->station = station;
    asking->request = request;
    asking->job = (struct task_job){ .run = run_ask, .done = asked };
    task_submit(task, lane, &asking->job);
    loop_real_run(station->loop);
    task_close(task, lane);
}

static void
a_request_is_answered_with_one_result(void **state)
{
    struct asking asking = { .files = { -1, -1 } };
    ask(*state, &asking, "{\"command\":\"status\",\"args\":{}}");
    assert_true(asking.ok);
    assert_non_null(strstr(asking.answer, "{\"result\":{\"station\":\"A\""));
    assert_non_null(strstr(asking.answer, "\"tickets\":0"));
}

static void
a_wrong_request_is_answered_with_what_would_be_right(void **state)
{
    static const struct {
        const char *request, *says;
    } samples[] = {
        { "nonsense", "\"code\":\"input\"" },
        { "[]", "want" },
        { "{}", "command" },
        { "{\"command\":7}", "want a text" },
        { "{\"command\":\"dance\",\"args\":{}}", "kioskctl --help" },
        { "{\"command\":\"scan\",\"args\":{\"code\":\"A\"}}", "\"code\":\"busy\"" },
        { "{\"command\":\"show\",\"args\":{}}", "wants TICKET" },
        { "{\"command\":\"show\"}", "wants TICKET" },
        { "{\"command\":\"show\",\"args\":{\"ref\":\"\\u001b<x>\"}}", "not in this" },
        { "{\"command\":\"export\",\"args\":{\"out\":\"x\"}}", "wants FILE" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct asking asking = { .files = { -1, -1 } };
        ask(*state, &asking, samples[i].request);
        assert_true(asking.ok);
        if (!strstr(asking.answer, "{\"error\":") ||
            !strstr(asking.answer, samples[i].says))
            fail_msg("%s: %s", samples[i].request, asking.answer);
    }
}

static void
a_file_is_passed_as_a_descriptor(void **state)
{
    struct station *station = *state;
    struct asking asking = { .files = { -1, -1 } };
    char path[96];
    snprintf(path, sizeof path, "%s/out.csv", station->dir);
    FILE *file = fopen(path, "w+");
    assert_non_null(file);
    asking.files[0] = fileno(file);
    ask(station, &asking, "{\"command\":\"export\",\"args\":{\"out\":\"out.csv\"}}");
    assert_non_null(strstr(asking.answer, "\"rows_written\":0"));
    assert_true(fseek(file, 0, SEEK_END) == 0 && ftell(file) > 20); /* the heading */
    fclose(file);
}

static int
connect_raw(const struct station *station)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    str_copy(address.sun_path, sizeof address.sun_path, station->socket);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void
clients_that_say_nothing_or_too_much_disturb_nobody(void **state)
{
    struct station *station = *state;
    int silent = connect_raw(station), endless = connect_raw(station);
    static char much[70000];
    memset(much, 'x', sizeof much);
    for (int i = 0; i < 4; i++)
        (void)!send(endless, much, sizeof much, MSG_DONTWAIT | MSG_NOSIGNAL);
    struct asking asking = { .files = { -1, -1 } };
    ask(station, &asking, "{\"command\":\"lists\",\"args\":{}}");
    assert_true(asking.ok);
    assert_string_equal(asking.answer, "{\"result\":{\"rows\":[],\"zone\":\"\"}}");
    close(silent);
    close(endless);
}

static void
a_second_station_on_the_socket_is_told_so(void **state)
{
    struct station *station = *state;
    struct control *second = NULL;
    struct err err;
    assert_false(control_create(station->socket, &station->parts, &second, &err));
    assert_int_equal(err.code, ERR_BUSY);
    struct asking asking = { .files = { -1, -1 } };
    ask(station, &asking, "{\"command\":\"lists\",\"args\":{}}");
    assert_true(asking.ok); /* the first still answers */
}

static void
a_socket_left_by_a_crash_is_made_anew_and_a_file_is_not(void **state)
{
    struct station *station = *state;
    struct err err;
    control_destroy(station->control);
    station->control = NULL;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    str_copy(address.sun_path, sizeof address.sun_path, station->socket);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd); /* nobody listens; the name stays */
    assert_true(
        control_create(station->socket, &station->parts, &station->control, &err));
    struct stat is;
    assert_int_equal(stat(station->socket, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0660);
    control_destroy(station->control);
    station->control = NULL;

    FILE *file = fopen(station->socket, "w");
    fclose(file);
    assert_false(
        control_create(station->socket, &station->parts, &station->control, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(access(station->socket, F_OK), 0);
    unlink(station->socket);
}

int
main(void)
{
#define station_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        station_test(a_request_is_answered_with_one_result),
        station_test(a_wrong_request_is_answered_with_what_would_be_right),
        station_test(a_file_is_passed_as_a_descriptor),
        station_test(clients_that_say_nothing_or_too_much_disturb_nobody),
        station_test(a_second_station_on_the_socket_is_told_so),
        station_test(a_socket_left_by_a_crash_is_made_anew_and_a_file_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
