#include "setup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "setup_paths.h"

static char place[64]; /* a directory of this run */

static const char *
in_place(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", place, name);
    return path;
}

static const char *
file_with(const char *text)
{
    const char *path = in_place("yuelai.conf");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
    return path;
}

static struct setup *
good(const char *text)
{
    struct setup *setup;
    struct str report;
    struct err err;
    str_init(&report, CONFIG_REPORT_MAX);
    if (!setup_load(file_with(text), &setup, &report, &err))
        fail_msg("%s", report.data);
    str_finish(&report);
    return setup;
}

/* Everything that is said to be wrong, less the file's directory. */
static void
expect_report(const char *text, const char *want)
{
    struct setup *setup;
    struct str report, bare;
    struct err err;
    str_init(&report, CONFIG_REPORT_MAX);
    str_init(&bare, CONFIG_REPORT_MAX);
    assert_false(setup_load(file_with(text), &setup, &report, &err));
    size_t prefix = strlen(place) + 1;
    for (const char *at = report.data; *at; at += strcspn(at, "\n") + 1) {
        size_t n = strcspn(at, "\n") + 1, skip = str_starts(at, place) ? prefix : 0;
        str_add(&bare, at + skip, n - skip);
    }
    assert_string_equal(bare.data, want);
    str_finish(&report);
    str_finish(&bare);
}

static void
without_a_file_a_user_has_a_station(void **state)
{
    (void)state;
    struct setup *setup;
    struct err err;
    char text[300];
    setenv("STATE_DIRECTORY", "/s/data:/s/key", 1);
    setenv("RUNTIME_DIRECTORY", "/s/run", 1);
    snprintf(text, sizeof text, "%s", "");
    assert_true(setup_load(file_with(text), &setup, NULL, &err));
    assert_string_equal(setup->data, "/s/data");
    assert_string_equal(setup->key, "/s/key/key");
    assert_string_equal(setup->socket, "/s/run/control");
    assert_string_equal(setup->station, "A");
    assert_int_equal(setup->role.list_count, 0);
    assert_int_equal(setup->port, 8484);
    assert_int_equal(setup->language_count, 2);
    assert_string_equal(setup->languages[0], "zh-Hans");
    assert_int_equal(setup->log_level, LOG_LEVEL_INFO);
    assert_int_equal(setup->ballast_bytes, 16 * 1024 * 1024);
    setup_free(setup);
    unsetenv("STATE_DIRECTORY");
    unsetenv("RUNTIME_DIRECTORY");
}

/* As root both are the machine's; an ordinary user sees the difference. */
static void
the_machines_file_means_the_machines_station_for_everyone(void **state)
{
    (void)state;
    static struct setup machines, own;
    struct err err;
    setenv("XDG_DATA_HOME", "/home/li/data", 1);
    str_copy(machines.file, sizeof machines.file, "/etc/yuelai/yuelai.conf");
    assert_true(setup_fill_paths(&machines, "", &err));
    assert_string_equal(machines.data, "/var/lib/yuelai");
    assert_string_equal(machines.key, "/var/lib/yuelai-key/key");
    assert_string_equal(machines.socket, "/run/yuelai/control");
    str_copy(own.file, sizeof own.file, "/home/li/yuelai.conf");
    assert_true(setup_fill_paths(&own, "", &err));
    assert_string_equal(own.data,
                        geteuid() == 0 ? "/var/lib/yuelai" : "/home/li/data/yuelai");
    unsetenv("XDG_DATA_HOME");
}

/* This test stands in the build directory: the source tree's templates are meant. */
static void
from_the_build_directory_the_source_tree_is_used(void **state)
{
    (void)state;
    struct setup *setup = good("");
    assert_string_equal(setup->designs, SOURCE_DIR "/templates/badge");
    assert_string_equal(setup->profiles, SOURCE_DIR "/templates/printer");
    assert_string_equal(setup->fonts, SOURCE_DIR "/templates/system/fonts.conf");
    assert_string_equal(setup->helper, BINARY_DIR "/kiosk-draw");
    setup_free(setup);
    setup = good("templates = /t profiles = /p");
    assert_string_equal(setup->designs, "/t/badge");
    assert_string_equal(setup->profiles, "/p");
    assert_string_equal(setup->fonts, "/t/fonts.conf");
    setup_free(setup);
}

static void
everything_is_typed(void **state)
{
    (void)state;
    struct setup *setup =
        good("data = /d key = /k socket = /s log_level = debug ballast_mb = 0\n"
             "zone = Asia/Shanghai\n"
             "role = \"list=citec/main work=admit-only\"\n"
             "station { letters = BC name = \"Kiosk B\" gate = North }\n"
             "screen { listen = \"127.0.0.1:9000\" languages = {en} shown = 2 "
             "staff_idle_s = "
             "90 }\n"
             "scanner front { uri = \"evdev:05e0:1200\" country = de grab = no\n"
             "  strip_prefix = \"]Q1\" repeat_ms = 0 }\n"
             "scanner side { uri = \"fifo:/x\" }\n"
             "at \"2026-11-24 13:30\" { role = \"list=citec/n2 gate=South\" }\n"
             "at \"2026-11-24 09:00\" { role = \"list=citec/main direction=exit\" }\n"
             "kind phd { label = \"OVERSEAS PhD\" }\n"
             "kind vip { band = stripes icon = leaf design = \"conference-62x100\"\n"
             "  alert = \"Call the protocol desk\" }\n");
    assert_string_equal(setup->data, "/d");
    assert_int_equal(setup->log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(setup->role.work, ROLE_ADMIT_ONLY);
    assert_string_equal(setup->role.gate, "North"); /* the station's */
    assert_int_equal(setup->port, 9000);
    assert_int_equal(setup->shown_languages, 1);
    assert_int_equal(setup->staff_idle_ms, 90000);
    assert_int_equal(setup->scanner_count, 2);
    assert_string_equal(setup->scanners[0].name, "front");
    assert_string_equal(setup->scanners[0].strip_prefix, "]Q1");
    assert_false(setup->scanners[0].grab);
    assert_true(setup->scanners[1].grab);
    assert_int_equal(setup->scanners[1].repeat_ms, 3000);
    assert_int_equal(setup->table.count, 2);
    assert_int_equal(setup->table.moments[0].from_ms, 1795482000000); /* 09:00 +8 */
    assert_int_equal(setup->table.moments[1].from_ms, 1795498200000);
    assert_string_equal(setup->table.moments[0].role.gate, "North");
    assert_string_equal(setup->table.moments[1].role.gate, "South");
    assert_string_equal(setup->kinds[0].label, "OVERSEAS PhD");
    assert_string_equal(setup->kinds[0].band, ""); /* the house's */
    assert_string_equal(setup->kinds[1].label, "");
    assert_string_equal(setup->kinds[1].band, "stripes");
    assert_string_equal(setup->kinds[1].icon, "leaf");
    assert_string_equal(setup->kinds[1].design, "conference-62x100");
    assert_string_equal(setup->kinds[1].alert, "Call the protocol desk");
    setup_free(setup);
}

static void
what_no_table_can_check_is_told_in_the_same_words(void **state)
{
    (void)state;
    expect_report(
        "station {\n letters = a1\n}\n"
        "role = \"list=citec\"\n"
        "at \"tomorrow\" {\n role = \"list=citec/main\"\n}\n"
        "at \"2026-11-24 13:30\" {\n role = nothing\n}\n"
        "screen { listen = \"0.0.0.0:80\" }\n"
        "data = /d\n"
        "key = /d/key\n",
        "yuelai.conf:13: key: want a file outside of data (/d)\n"
        "yuelai.conf:2: station.letters: want 1 to 3 of A-Z, got \"a1\"\n"
        "yuelai.conf:4: role: list \"citec\": want event/list, each of 1 to 63 bytes\n"
        "yuelai.conf:5: at \"tomorrow\": want a time like \"2026-11-24 13:30\", got "
        "\"tomorrow\"\n"
        "yuelai.conf:9: at \"2026-11-24 13:30\".role: \"nothing\": want list=, "
        "direction=, work= or gate=\n"
        "yuelai.conf:11: screen.listen: want 127.0.0.1:PORT, got "
        "\"0.0.0.0:80\"\n");
    expect_report("zone = Asia/Peking\n",
                  "yuelai.conf:1: zone: there is no time zone \"Asia/Peking\"\n");
    expect_report(
        "scaner x { uri = \"fifo:x\" }",
        "yuelai.conf:1: unknown section \"scaner\"; did you mean \"scanner\"?\n");
}

static void
printers_bring_their_profiles_and_errors(void **state)
{
    (void)state;
    struct str report;
    struct err err;
    struct setup *setup =
        good("printer left { uri = \"cups:x\" profile = no-such-printer }");
    str_init(&report, CONFIG_REPORT_MAX);
    assert_false(setup_load_printers(setup, &report, &err));
    assert_non_null(strstr(report.data, "yuelai.conf:1: printer \"left\".profile: "));
    assert_non_null(strstr(report.data, "no-such-printer"));
    str_finish(&report);
    setup_free(setup);
}

static void
read_source(const char *name, struct str *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/templates/%s", SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *to = str_reserve(text, 65536);
    str_grew(text, fread(to, 1, 65536, file));
    fclose(file);
}

static void
the_manual_has_every_option(void **state)
{
    (void)state;
    struct str manual;
    str_init(&manual, CONFIG_FILE_MAX);
    read_source("man/yuelai.conf.5", &manual);
    for (const struct config_section *s = setup_sections; s->name; s++) {
        const char *from = manual.data;
        char item[80];
        if (s->name[0]) { /* ".Ss The section screen", ".Ss Sections scanner" */
            snprintf(item, sizeof item, "ection%s %s\n", s->titled ? "s" : "", s->name);
            from = strstr(from, item);
            if (!from)
                fail_msg("%s has no part of the manual", s->name);
        }
        for (const struct config_option *o = s->options; o->name; o++) {
            snprintf(item, sizeof item, "\n.It Cm %s\n", o->name);
            const char *at = strstr(from, item), *next = strstr(from + 1, "\n.Ss ");
            if (s->name[0] == '\0') /* its heading comes first */
                next = strstr(strstr(from, "\n.Ss ") + 1, "\n.Ss ");
            if (!at || (next && at > next))
                fail_msg("%s.%s is not in the manual", s->name, o->name);
        }
    }
    str_finish(&manual);
}

/* Written by `kioskd --print-config`; an option that is missing from it is found here.
 */
static void
the_file_that_is_shipped_has_every_option(void **state)
{
    (void)state;
    struct str printed, shipped;
    struct setup *setup;
    struct err err;
    str_init(&printed, CONFIG_FILE_MAX);
    str_init(&shipped, CONFIG_FILE_MAX);
    config_print(setup_sections, &printed);
    read_source("system/yuelai.conf", &shipped);
    assert_string_equal(shipped.data, printed.data);
    assert_true(
        setup_load(SOURCE_DIR "/templates/system/yuelai.conf", &setup, NULL, &err));
    setup_free(setup);
    str_finish(&printed);
    str_finish(&shipped);
}

static void
directories_above_a_file_are_made(void **state)
{
    (void)state;
    struct err err;
    struct stat stat_;
    assert_true(setup_make_parent(in_place("a/b/c"), &err));
    assert_true(setup_make_parent(in_place("a/b/c"), &err));
    assert_int_equal(stat(in_place("a/b"), &stat_), 0);
    assert_int_equal(stat_.st_mode & 0777, 0700);
    assert_int_not_equal(stat(in_place("a/b/c"), &stat_), 0);
    fclose(fopen(in_place("file"), "w"));
    assert_false(setup_make_parent(in_place("file/x/y"), &err));
    assert_non_null(strstr(err.text, "file"));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_file_a_user_has_a_station),
        cmocka_unit_test(the_machines_file_means_the_machines_station_for_everyone),
        cmocka_unit_test(from_the_build_directory_the_source_tree_is_used),
        cmocka_unit_test(everything_is_typed),
        cmocka_unit_test(what_no_table_can_check_is_told_in_the_same_words),
        cmocka_unit_test(printers_bring_their_profiles_and_errors),
        cmocka_unit_test(the_manual_has_every_option),
        cmocka_unit_test(the_file_that_is_shipped_has_every_option),
        cmocka_unit_test(directories_above_a_file_are_made),
    };
    snprintf(place, sizeof place, "/tmp/yuelai-setup-XXXXXX");
    if (!mkdtemp(place))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(in_place("yuelai.conf"));
    unlink(in_place("file"));
    rmdir(in_place("a/b"));
    rmdir(in_place("a"));
    rmdir(place);
    return failed;
}
