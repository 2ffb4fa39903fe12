#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ctl/device_uri.h"

static void
a_device_is_told_not_to_wait_for_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *mended;
    } table[] = {
        { "socket://10.0.0.1", "once:socket://10.0.0.1/?snmp=false&contimeout=10" },
        { "socket://10.0.0.1:9100/",
          "once:socket://10.0.0.1:9100/?snmp=false&contimeout=10" },
        { "socket://10.0.0.1/?snmp=true&waiteof=false",
          "once:socket://10.0.0.1/?waiteof=false&snmp=false&contimeout=10" },
        { "once:socket://h/?contimeout=5&snmp=true",
          "once:socket://h/?contimeout=5&snmp=false" },
        { "once:socket://h/?snmp=false&contimeout=5",
          "once:socket://h/?snmp=false&contimeout=5" },
        { "usb://Zebra/ZD421?serial=1", "once:usb://Zebra/ZD421?serial=1" },
        { "ipp://h/ipp/print", "once:ipp://h/ipp/print?contimeout=10" },
        { "ipp://h/ipp/print?waitjob=false",
          "once:ipp://h/ipp/print?waitjob=false&contimeout=10" },
        { "file:/dev/null", "once:file:/dev/null" },
    };
    char mended[DEVICE_URI_MAX + 1];
    struct err err;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        unsigned lacks = device_lacks(table[i].uri);
        assert_true(device_mend(table[i].uri, lacks, mended, sizeof mended, &err));
        assert_string_equal(mended, table[i].mended);
        assert_int_equal(device_lacks(mended), 0);
    }
}

static void
what_grows_too_long_is_an_error_and_not_cut(void **state)
{
    (void)state;
    char small[16] = "untouched";
    struct err err;
    assert_false(
        device_mend("socket://10.0.0.1", DEVICE_LACKS_SNMP, small, sizeof small, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_string_equal(small, "untouched");
}

static void
only_a_uri_is_one(void **state)
{
    (void)state;
    static const char *const good[] = { "usb://a", "socket://h", "file:/x",
                                        "once:a:b" };
    static const char *const bad[] = { "",     "zebra",        "192.168.1.5", ":x",
                                       "usb:", "socket://a b", "usb://a\n" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(device_is_uri(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(device_is_uri(bad[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_told_not_to_wait_for_nothing),
        cmocka_unit_test(what_grows_too_long_is_an_error_and_not_cut),
        cmocka_unit_test(only_a_uri_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
