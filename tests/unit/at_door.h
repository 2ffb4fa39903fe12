#ifndef YUELAI_TESTS_AT_DOOR_H
#define YUELAI_TESTS_AT_DOOR_H

/* at_door: what the tests of desk/ share: cmocka around a door (rig/door.h). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "door.h"

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

#define assert_verdict(outcome, wanted)                                                \
    assert_string_equal(verdict_name((outcome)->verdict), verdict_name(wanted))

static inline int
door_setup(void **state)
{
    struct door *door = malloc(sizeof *door);
    assert_non_null(door);
    door_open(door, "list=citec/main direction=entry work=admit+print gate=North");
    *state = door;
    return 0;
}

static inline int
door_teardown(void **state)
{
    struct door *door = *state;
    door_close(door);
    free(door);
    return 0;
}

#define door_test(name) cmocka_unit_test_setup_teardown(name, door_setup, door_teardown)

#endif
