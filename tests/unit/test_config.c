#include "base/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct config_option top[] = {
    { "title", CONFIG_TEXT, "none", 0, 20, NULL, 0, "What it is called." },
    { "evidence", CONFIG_CHOICE, "none", 0, 0, "none transport ipp", 0, NULL },
    { .name = NULL },
};
static const struct config_option station[] = {
    { "letters", CONFIG_TEXT, "A", 1, 3, NULL, 0, "1 to 3 of A-Z." },
    { "port", CONFIG_INT, "8484", 1, 65535, NULL, 0, NULL },
    { "ratio", CONFIG_REAL, "0.5", 0, 1, NULL, 0, NULL },
    { "languages", CONFIG_TEXTS, "zh en", 2, 8, NULL, 0, "In this order." },
    { .name = NULL },
};
static const struct config_option printer[] = {
    { "uri", CONFIG_TEXT, NULL, 1, 255, NULL, 0, "Where it is." },
    { "grab", CONFIG_BOOL, "yes", 0, 0, NULL, 0, NULL },
    { "box_mm", CONFIG_REALS, "0 0 62 100", -500, 500, NULL, 4, NULL },
    { .name = NULL },
};
static const struct config_section sections[] = {
    { "", false, top, "Top.", NULL },
    { "station", false, station, "The station.", NULL },
    { "printer", true, printer, "A printer.", "#printer \"left\" { uri = \"x:\" }\n" },
    { .name = NULL },
};

/* Reads a text; NULL with everything that was wrong in `report`. */
static struct config *
read_text(const char *text, struct str *report, struct err *err)
{
    struct config *config = NULL;
    struct str bytes;
    str_init(&bytes, 10000);
    str_add_text(&bytes, text);
    str_init(report, CONFIG_REPORT_MAX);
    bool done = config_read_text(sections, "k.conf", &bytes, &config, report, err);
    str_finish(&bytes);
    return done ? config : NULL;
}

static struct config *
good(const char *text)
{
    struct str report;
    struct err err;
    struct config *config = read_text(text, &report, &err);
    if (!config)
        fail_msg("%s", report.data);
    assert_string_equal(report.data, "");
    str_finish(&report);
    return config;
}

static void
an_empty_file_gives_the_defaults(void **state)
{
    (void)state;
    struct config *config = good("");
    const struct config_part *part = config_part(config, "station", 0);
    assert_string_equal(config_text(part, "letters"), "A");
    assert_int_equal(config_int(part, "port"), 8484);
    assert_true(config_real(part, "ratio") == 0.5);
    assert_int_equal(config_items(part, "languages"), 2);
    assert_string_equal(config_item(part, "languages", 1), "en");
    assert_false(config_given(part, "port"));
    assert_int_equal(config_count(config, "station"), 1);
    assert_int_equal(config_count(config, "printer"), 0);
    assert_string_equal(config_title(part), "");
    assert_int_equal(config_choice(config_part(config, "", 0), "evidence"), 0);
    config_free(config);
}

static void
values_are_read_wherever_and_however_they_stand(void **state)
{
    (void)state;
    struct config *config = good("# a comment with { and \"\n"
                                 "printer left { uri = file:/tmp/x grab = off }\n"
                                 "station { /* port = 1\n */ letters = BCD port=1\n"
                                 "  ratio = 1 languages = {} } // end\n"
                                 "title = '悦来 \"x\"'\n"
                                 "printer \"right \\\"1\\\"\" {\n"
                                 "  uri = \"cups:Zebra\"\n"
                                 "  box_mm = { -1.5, 0,\n 62,\n 100 }\n}\n"
                                 "evidence = ipp");
    const struct config_part *part = config_part(config, "printer", 0);
    assert_int_equal(config_count(config, "printer"), 2);
    assert_string_equal(config_title(part), "left");
    assert_string_equal(config_text(part, "uri"), "file:/tmp/x");
    assert_false(config_bool(part, "grab"));
    assert_true(config_item_real(part, "box_mm", 2) == 62);

    part = config_part(config, "printer", 1);
    assert_string_equal(config_title(part), "right \"1\"");
    assert_true(config_bool(part, "grab"));
    assert_int_equal(config_items(part, "box_mm"), 4);
    assert_true(config_item_real(part, "box_mm", 0) == -1.5);
    assert_true(config_given(part, "box_mm"));

    part = config_part(config, "station", 0);
    assert_string_equal(config_text(part, "letters"), "BCD");
    assert_int_equal(config_int(part, "port"), 1);
    assert_int_equal(config_items(part, "languages"), 0);
    part = config_part(config, "", 0);
    assert_string_equal(config_text(part, "title"), "悦来 \"x\"");
    assert_int_equal(config_choice(part, "evidence"), 2);
    config_free(config);
}

static void
every_error_is_told_with_its_line_and_what_would_be_right(void **state)
{
    (void)state;
    static const struct {
        const char *text, *report;
    } samples[] = {
        { "\n\ntilte = x\n",
          "k.conf:3: unknown option \"tilte\"; did you mean \"title\"?\n" },
        { "zzz = 1", "k.conf:1: unknown option \"zzz\"\n" },
        { "staton {\n letters = A }\n",
          "k.conf:1: unknown section \"staton\"; did you mean \"station\"?\n" },
        { "printer \"l\" {\n uri = a\n grap = yes\n}",
          "k.conf:3: printer \"l\": unknown option \"grap\"; did you mean "
          "\"grab\"?\n" },
        { "station {\n port = 70000\n}", "k.conf:2: station.port: want a whole number "
                                         "from 1 to 65535, got \"70000\"\n" },
        { "station {\n port = 80x }", "k.conf:2: station.port: want a whole number "
                                      "from 1 to 65535, got \"80x\"\n" },
        { "station { letters = ABCD }",
          "k.conf:1: station.letters: want text of 1 to 3 bytes, got \"ABCD\"\n" },
        { "station { ratio = nan }",
          "k.conf:1: station.ratio: want a number from 0 to 1, got \"nan\"\n" },
        { "printer p { uri = u grab = maybe }",
          "k.conf:1: printer \"p\".grab: want yes or no, got \"maybe\"\n" },
        { "printer p { uri = u box_mm = {1,2,3} }",
          "k.conf:1: printer \"p\".box_mm: want a list of 4, each a number from -500 "
          "to 500, "
          "got 3\n" },
        { "printer p { uri = u\nbox_mm = {1,2,3,four} }",
          "k.conf:2: printer \"p\".box_mm: want a list of 4, each a number from -500 "
          "to 500, "
          "got \"four\"\n" },
        { "evidence = ip",
          "k.conf:1: evidence: want one of \"none\", \"transport\", \"ipp\", "
          "got \"ip\"\n" },
        { "\nprinter p {\n}", "k.conf:2: printer \"p\".uri must be given\n" },
        { "title = a\ntitle = b", "k.conf:2: title is given twice; first on line 1\n" },
        { "station { }\nstation { }",
          "k.conf:2: station is given twice; first on line 1\n" },
        { "printer p { uri = a }\nprinter \"p\" { uri = b }",
          "k.conf:2: printer \"p\" is given twice; first on line 1\n" },
        { "title = \"a\nb", "k.conf:1: quote without an end\n" },
        { "title = \"a\nb\"",
          "k.conf:1: title: want text of at most 20 bytes, got \"a\\x0Ab\"\n" },
        { "x\n/* a", "k.conf:2: comment without an end\n" },
        { "station {\n\n port 7\n}",
          "k.conf:3: syntax: missing equal sign after option 'port'\n" },
        { "station = 3", "k.conf:1: unknown option \"station\"\n" },
        { "title\xff = 1", "k.conf:1: want UTF-8 text\n" },
        { "printer { uri = a }",
          "k.conf:1: syntax: missing title for section 'printer'\n" },
        { "station { letters = A", "k.conf:1: section without an end\n" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct str report;
        struct err err;
        struct config *config = read_text(samples[i].text, &report, &err);
        if (config)
            fail_msg("taken: %s", samples[i].text);
        assert_int_equal(err.code, ERR_INPUT);
        assert_string_equal(report.data, samples[i].report);
        assert_memory_equal(err.text, report.data,
                            strlen(err.text)); /* less the newline */
        str_finish(&report);
    }
}

static void
all_errors_are_found_at_once_and_counted(void **state)
{
    (void)state;
    struct str report;
    struct err err;
    assert_null(read_text("titel = x\n"
                          "sattion { port = 0 }\n"
                          "station {\n"
                          "  port = 0\n"
                          "  nothing = { 1, \"}\", # }\n"
                          "    2 }\n"
                          "  letters = \"\"\n"
                          "}\n"
                          "printer a {\n"
                          "  grab = perhaps\n"
                          "}\n",
                          &report, &err));
    assert_string_equal(
        report.data,
        "k.conf:1: unknown option \"titel\"; did you mean \"title\"?\n"
        "k.conf:2: unknown section \"sattion\"; did you mean \"station\"?\n"
        "k.conf:5: station: unknown option \"nothing\"\n"
        "k.conf:7: station.letters: want text of 1 to 3 bytes, got \"\"\n"
        "k.conf:4: station.port: want a whole number from 1 to 65535, got \"0\"\n"
        "k.conf:9: printer \"a\".uri must be given\n"
        "k.conf:10: printer \"a\".grab: want yes or no, got \"perhaps\"\n");
    assert_string_equal(err.text, "k.conf:1: unknown option \"titel\"; did you mean "
                                  "\"title\"? (and 6 more)");
    str_finish(&report);
}

static void
a_bad_file_leaves_nothing_behind_for_the_next(void **state)
{
    (void)state;
    struct str report;
    struct err err;
    for (int i = 0; i < 3; i++) {
        assert_null(read_text("title = 'a", &report, &err));
        str_finish(&report);
        assert_null(read_text("station { port = = }", &report, &err));
        str_finish(&report);
        struct config *config = good("title = b");
        assert_string_equal(config_text(config_part(config, "", 0), "title"), "b");
        config_free(config);
    }
}

static void
a_user_can_find_a_value_wrong_in_the_same_words(void **state)
{
    (void)state;
    struct err err;
    struct config *config = good("station {\n}\nprinter p {\n\n uri = none }");
    assert_false(config_wrong(config_part(config, "printer", 0), "uri", &err,
                              "no driver of that %s", "name"));
    assert_string_equal(err.text,
                        "k.conf:5: printer \"p\".uri: no driver of that name");
    assert_false(
        config_wrong(config_part(config, "station", 0), "port", &err, "taken"));
    assert_string_equal(err.text, "k.conf:1: station.port: taken");
    assert_false(config_wrong(config_part(config, "", 0), "title", &err, "dull"));
    assert_string_equal(err.text, "k.conf: title: dull");
    config_free(config);
}

static void
the_printed_defaults_can_be_read(void **state)
{
    (void)state;
    struct str printed, uncommented;
    str_init(&printed, 10000);
    str_init(&uncommented, 10000);
    config_print(sections, &printed);
    assert_true(str_ok(&printed));
    assert_non_null(strstr(printed.data, "# What it is called.\n"
                                         "# (text of at most 20 bytes)\n"
                                         "#title = \"none\"\n"));
    assert_non_null(strstr(printed.data, "    #languages = { \"zh\", \"en\" }\n"));
    assert_non_null(strstr(printed.data, "#    #box_mm = { 0, 0, 62, 100 }\n"));
    config_free(good(printed.data));

    /* and so can the options that stand there as comments */
    for (const char *line = printed.data; *line; line += strcspn(line, "\n") + 1) {
        size_t n = strcspn(line, "\n"), blank = strspn(line, " ");
        bool option = line[blank] == '#' && line[blank + 1] >= 'a' && line[0] != '#';
        str_addf(&uncommented, "%.*s\n", (int)(option ? n - blank - 1 : n),
                 option ? line + blank + 1 : line);
    }
    struct config *config = good(uncommented.data);
    assert_true(config_given(config_part(config, "station", 0), "languages"));
    config_free(config);
    str_finish(&printed);
    str_finish(&uncommented);
}

static void
a_file_is_read_and_bounded(void **state)
{
    (void)state;
    char path[] = "/tmp/yuelai-config-XXXXXX";
    struct config *config;
    struct err err;
    struct str report;
    str_init(&report, CONFIG_REPORT_MAX);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "title = x\n", 10), 10);
    assert_true(config_read(sections, path, &config, &report, &err));
    assert_string_equal(config_text(config_part(config, "", 0), "title"), "x");
    config_free(config);
    assert_int_equal(ftruncate(fd, CONFIG_FILE_MAX + 1), 0);
    assert_false(config_read(sections, path, &config, &report, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_int_equal(ftruncate(fd, 100 * CONFIG_FILE_MAX), 0);
    assert_false(config_read(sections, path, &config, &report, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    close(fd);
    unlink(path);
    assert_false(config_read(sections, path, &config, NULL, &err));
    assert_int_equal(err.code, ERR_ABSENT);
    assert_non_null(strstr(err.text, path));
    str_finish(&report);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_gives_the_defaults),
        cmocka_unit_test(values_are_read_wherever_and_however_they_stand),
        cmocka_unit_test(every_error_is_told_with_its_line_and_what_would_be_right),
        cmocka_unit_test(all_errors_are_found_at_once_and_counted),
        cmocka_unit_test(a_bad_file_leaves_nothing_behind_for_the_next),
        cmocka_unit_test(a_user_can_find_a_value_wrong_in_the_same_words),
        cmocka_unit_test(the_printed_defaults_can_be_read),
        cmocka_unit_test(a_file_is_read_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
