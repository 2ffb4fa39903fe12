#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void
every_byte_is_written_in_its_order(void **state)
{
    (void)state;
    int ends[2];
    char text[] = "one two three", read_back[sizeof text] = "";
    assert_int_equal(pipe(ends), 0);
    assert_true(fd_write(ends[1], text, 4));
    assert_true(fd_write(ends[1], text + 4, sizeof text - 4));
    assert_true(fd_write(ends[1], text, 0));
    close(ends[1]);
    assert_int_equal(read(ends[0], read_back, sizeof read_back), sizeof text);
    assert_string_equal(read_back, text);
    assert_int_equal(read(ends[0], read_back, 1), 0);
    close(ends[0]);
}

/* A pipe that takes a part, and then nothing. */
static void
what_takes_no_more_is_told_with_its_reason(void **state)
{
    (void)state;
    int ends[2];
    enum { MORE_THAN_A_PIPE_HOLDS = 4 * 1024 * 1024 };
    char *bytes = calloc(1, MORE_THAN_A_PIPE_HOLDS);
    assert_non_null(bytes);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_false(fd_write(ends[1], bytes, MORE_THAN_A_PIPE_HOLDS));
    assert_int_equal(errno, EAGAIN);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    assert_false(fd_write(ends[1], bytes, 1));
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_written_in_its_order),
        cmocka_unit_test(what_takes_no_more_is_told_with_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
