#include "printq_scene.h"

/* Other printers while badges are on their way. */

static struct printq_printer *
printer(struct scene *scene, unsigned number)
{
    return (struct printq_printer *)(uintptr_t)&scene->setting.printers[number];
}

static void
configure(struct scene *scene, unsigned count)
{
    assert_ok(printq_configure(scene->printq, scene->setting.printers, count, err));
}

static void
a_job_in_flight_ends_before_its_printer_changes(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 10);
    assert_int_equal(status(scene, 0).job, id);

    str_copy(printer(scene, 0)->design, sizeof printer(scene, 0)->design, "other");
    configure(scene, 1);
    assert_true(printq_is_leaving(scene->printq, "left"));
    int64_t next = guest(scene, "BBB");
    wait_ms(scene, 8000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
    assert_false(printq_is_leaving(scene->printq, "left"));
    assert_int_equal(row(scene, next).state, SPOOL_PRINTED);
    assert_string_equal(scene->drawn_design, "other");
}

static void
one_that_goes_leaves_its_place_to_the_next_that_comes(void **state)
{
    struct scene *scene = *state;
    start(scene);
    wait_ms(scene, 50);
    configure(scene, 0);
    wait_ms(scene, 200);
    assert_string_equal(status(scene, 0).name, "");
    struct err why;
    assert_false(printq_test(scene->printq, 0, &why));
    int64_t id = guest(scene, "AAA");
    wait_ms(scene, 3000);
    assert_int_equal(row(scene, id).state, SPOOL_QUEUED); /* it waits */

    configure(scene, 1);
    assert_string_equal(status(scene, 0).name, "left");
    wait_ms(scene, 8000);
    assert_int_equal(row(scene, id).state, SPOOL_PRINTED);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_in_flight_ends_before_its_printer_changes,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            one_that_goes_leaves_its_place_to_the_next_that_comes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
