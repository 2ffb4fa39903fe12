#include "ctl/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 8 };

static int
count_of(const char *const *word)
{
    int count = 0;
    while (count < WORDS_MAX && word[count])
        count++;
    return count;
}

static void
a_command_line_becomes_a_request(void **state)
{
    (void)state;
    static const struct {
        const char *word[WORDS_MAX];
        const char *request;
    } samples[] = {
        { { "status" }, "{\"command\":\"status\",\"args\":{}}" },
        { { "scan", "ABC-1" }, "{\"command\":\"scan\",\"args\":{\"code\":\"ABC-1\"}}" },
        { { "scan", "--wait", "ABC" },
          "{\"command\":\"scan\",\"args\":{\"wait\":\"1\",\"code\":\"ABC\"}}" },
        { { "scan", "--", "--wait" },
          "{\"command\":\"scan\",\"args\":{\"code\":\"--wait\"}}" },
        { { "queue" }, "{\"command\":\"queue\",\"args\":{}}" },
        { { "queue", "retry", "12" },
          "{\"command\":\"queue retry\",\"args\":{\"job\":\"12\"}}" },
        { { "role", "list=a/b", "gate=N" },
          "{\"command\":\"role\",\"args\":{\"role\":\"list=a/b gate=N\"}}" },
        { { "reprint", "R1", "--reason=lost" },
          "{\"command\":\"reprint\",\"args\":{\"ref\":\"R1\",\"reason\":\"lost\"}}" },
        { { "lookup", "张伟", "--event", "citec" },
          "{\"command\":\"lookup\",\"args\":{\"text\":\"张伟 --event citec\"}}" },
        { { "lookup", "--event", "citec", "张", "伟" },
          "{\"command\":\"lookup\",\"args\":{\"event\":\"citec\",\"text\":\"张 "
          "伟\"}}" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct words words;
        struct err err = { 0 };
        if (!words_read(&words, count_of(samples[i].word),
                        (char *const *)(uintptr_t)samples[i].word, &err))
            fail_msg("%s", err.text);
        assert_true(words_close(&words, &err));
        assert_string_equal(words.request.data, samples[i].request);
        words_finish(&words);
    }
}

static void
a_wrong_word_is_named_with_what_would_be_right(void **state)
{
    (void)state;
    static const struct {
        const char *word[WORDS_MAX];
        const char *says;
    } samples[] = {
        { { NULL }, "want a command" },
        { { "statsu" }, "did you mean \"status\"" },
        { { "frobnicate" }, "no such command" },
        { { "status", "now" }, "one word too many: \"now\"" },
        { { "scan", "--later", "A" }, "no option --later" },
        { { "scan", "--wait=1", "A" }, "takes no value" },
        { { "reprint", "R1", "--reason" }, "--reason: wants REASON" },
        { { "scan", "\xff" }, "want UTF-8" },
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct words words;
        struct err err = { 0 };
        assert_false(words_read(&words, count_of(samples[i].word),
                                (char *const *)(uintptr_t)samples[i].word, &err));
        assert_int_equal(err.code, ERR_INPUT);
        if (!strstr(err.text, samples[i].says))
            fail_msg("want \"%s\" in \"%s\"", samples[i].says, err.text);
        words_finish(&words);
    }
}

static void
every_command_has_help_that_names_its_options(void **state)
{
    (void)state;
    struct str all;
    str_init(&all, 65536);
    words_help_all(&all);
    for (size_t i = 0; commands[i]; i++) {
        struct str one;
        str_init(&one, 65536);
        words_help(commands[i], &one);
        assert_non_null(strstr(all.data, commands[i]->name));
        assert_non_null(strstr(one.data, commands[i]->summary));
        assert_non_null(commands[i]->run);
        for (size_t j = 0; j < COMMAND_OPTIONS_MAX && commands[i]->options[j].name; j++)
            assert_non_null(strstr(one.data, commands[i]->options[j].help));
        str_finish(&one);
    }
    str_finish(&all);
}

static void
a_prefix_of_two_words_takes_the_longer_command(void **state)
{
    (void)state;
    const char *word[] = { "printer", "test", "left" };
    struct words words;
    struct err err;
    assert_true(words_read(&words, 3, (char *const *)(uintptr_t)word, &err));
    assert_string_equal(words.command->name, "printer test");
    words_finish(&words);
}

static void
write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void
assert_holds(const char *path, const char *text)
{
    char held[64] = "";
    FILE *file = fopen(path, "r");
    if (!text) {
        assert_null(file);
        return;
    }
    assert_non_null(file);
    held[fread(held, 1, sizeof held - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(held, text);
}

static void
a_refused_command_leaves_no_file_and_keeps_yesterdays(void **state)
{
    (void)state;
    char dir[] = "/tmp/words-XXXXXX", path[64], folder[64];
    static const struct {
        const char *before, *written, *refused, *done; /* NULL: no file */
    } samples[] = {
        { NULL, "", NULL, "" },
        { NULL, "new", "new", "new" },
        { "of yesterday", "", "of yesterday", "" },
        { "of yesterday", "new", "new", "new" },
    };
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/out.csv", dir);
    snprintf(folder, sizeof folder, "%s/letters", dir);
    for (size_t i = 0; i < 2 * (sizeof samples / sizeof *samples); i++) {
        const char *word[] = { "export", path, "--event", "citec" };
        bool done = i % 2;
        struct words words;
        struct err err;
        unlink(path);
        if (samples[i / 2].before)
            write_file(path, samples[i / 2].before);
        assert_true(words_read(&words, 4, (char *const *)(uintptr_t)word, &err));
        for (size_t slot = 0; slot < COMMAND_FILES_MAX; slot++) {
            const char *text = samples[i / 2].written;
            ssize_t length = (ssize_t)strlen(text);
            if (words.files[slot] >= 0)
                assert_int_equal(write(words.files[slot], text, (size_t)length),
                                 length);
        }
        words_settle(&words, done);
        words_finish(&words);
        assert_holds(path, done ? samples[i / 2].done : samples[i / 2].refused);
    }
    for (int i = 0; i < 2; i++) {
        const char *word[] = { "export", "--invitations", folder };
        struct words words;
        struct err err;
        assert_true(words_read(&words, 3, (char *const *)(uintptr_t)word, &err));
        words_settle(&words, i == 1);
        words_finish(&words);
        assert_int_equal(rmdir(folder), i == 1 ? 0 : -1);
    }
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_line_becomes_a_request),
        cmocka_unit_test(a_refused_command_leaves_no_file_and_keeps_yesterdays),
        cmocka_unit_test(a_wrong_word_is_named_with_what_would_be_right),
        cmocka_unit_test(every_command_has_help_that_names_its_options),
        cmocka_unit_test(a_prefix_of_two_words_takes_the_longer_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
