#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../drivers/backend_once.h"
#include "press.h"

struct scene {
    char root[64];
    char claims[80];
};

static int
setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    snprintf(scene->root, sizeof scene->root, "/tmp/yl-XXXXXX");
    assert_non_null(mkdtemp(scene->root));
    snprintf(scene->claims, sizeof scene->claims, "%s/once", scene->root);
    *state = scene;
    return 0;
}

static int
teardown(void **state)
{
    struct scene *scene = *state;
    press_shell("rm -rf %s", scene->root);
    free(scene);
    return 0;
}

/* ---- claims ----------------------------------------------------------------- */

static enum once_found
take(struct scene *scene, struct once_claim *claim, const char *name, uint64_t document)
{
    struct err err;
    return once_claim_take(claim, scene->claims, name, document, &err);
}

static void
a_claim_is_held_by_one_and_tells_how_it_ended(void **state)
{
    struct scene *scene = *state;
    struct once_claim first, second;
    assert_int_equal(take(scene, &first, "kiosk-A-1-1", 7), ONCE_IS_OURS);
    assert_int_equal(take(scene, &second, "kiosk-A-1-1", 7), ONCE_IS_BUSY);
    assert_int_equal(second.owner, getpid());
    assert_int_equal(take(scene, &second, "kiosk-A-1-2", 7), ONCE_IS_OURS);
    once_claim_let_go(&second);
    assert_int_equal(take(scene, &second, "kiosk-A-1-2", 7), ONCE_WAS_CUT);
    once_claim_sent(&first);
    assert_int_equal(take(scene, &second, "kiosk-A-1-1", 7), ONCE_WAS_SENT);
    assert_int_equal(take(scene, &second, "kiosk-A-1-1", 7), ONCE_WAS_SENT);
}

static void
a_claim_that_was_withdrawn_never_was(void **state)
{
    struct scene *scene = *state;
    struct once_claim claim;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(take(scene, &claim, "kiosk-A-1-1", 7), ONCE_IS_OURS);
        once_claim_withdraw(&claim);
    }
}

static void
age(struct scene *scene, const char *name, long seconds)
{
    char path[128], line[128];
    snprintf(path, sizeof path, "%s/%s", scene->claims, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    snprintf(line, sizeof line, "offered 0000000000000007 1 %lld\nsent\n",
             (long long)time(NULL) - seconds);
    fputs(line, file);
    fclose(file);
    struct timespec times[2] = { { time(NULL) - seconds, 0 },
                                 { time(NULL) - seconds, 0 } };
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
another_document_of_that_name_is_another_databases_after_ten_minutes(void **state)
{
    struct scene *scene = *state;
    struct once_claim claim;
    mkdir(scene->claims, 0700);
    age(scene, "kiosk-A-1-1", 500);
    assert_int_equal(take(scene, &claim, "kiosk-A-1-1", 8), ONCE_WAS_SENT);
    age(scene, "kiosk-A-1-1", 700);
    assert_int_equal(take(scene, &claim, "kiosk-A-1-1", 7), ONCE_WAS_SENT);
    assert_int_equal(take(scene, &claim, "kiosk-A-1-1", 8), ONCE_IS_OURS);
    once_claim_let_go(&claim);
}

static void
old_claims_are_swept_and_nothing_else(void **state)
{
    struct scene *scene = *state;
    mkdir(scene->claims, 0700);
    age(scene, "kiosk-A-1-1", 15 * 86400);
    age(scene, "kiosk-A-2-1", 13 * 86400);
    age(scene, "other", 15 * 86400);
    once_claim_sweep(scene->claims);
    assert_true(press_shell(
        "cd %s && [ ! -e kiosk-A-1-1 ] && [ -e kiosk-A-2-1 ] && [ -e other ]",
        scene->claims));
    age(scene, "kiosk-A-1-1", 15 * 86400);
    once_claim_sweep(scene->claims); /* not twice a day */
    assert_true(press_shell("[ -e %s/kiosk-A-1-1 ]", scene->claims));
}

static void
a_directory_that_cannot_be_written_is_said(void **state)
{
    struct scene *scene = *state;
    struct once_claim claim;
    struct err err;
    press_shell(": >%s/file", scene->root);
    char dir[96];
    snprintf(dir, sizeof dir, "%s/file", scene->root);
    assert_int_equal(once_claim_take(&claim, dir, "kiosk-A-1-1", 7, &err),
                     ONCE_NO_CLAIM);
    assert_non_null(strstr(err.text, "kiosk-A-1-1"));
}

/* ---- the program ------------------------------------------------------------ */

/* What the real backend does, in sh; what lies on paper and what was said are files. */
static int
run_once(struct scene *scene, const char *title, const char *does)
{
    assert_true(press_shell("mkdir -p %s/backend && cat >%s/backend/real <<'END'\n"
                            "#!/bin/sh\ncd \"${DEVICE_URI#real:}\" || exit 9\n%s\nEND\n"
                            "chmod 755 %s/backend/real && printf 'the badge' >%s/doc",
                            scene->root, scene->root, does, scene->root, scene->root));
    for (int code = 0; code < 10; code++) {
        if (code == 0)
            press_shell(
                "DEVICE_URI=once:real:%s CUPS_SERVERBIN=%s CUPS_CACHEDIR=%s " BINARY_DIR
                "/backend-once 1 kiosk %s 1 '' %s/doc 2>%s/said; echo $? >%s/code",
                scene->root, scene->root, scene->root, title, scene->root, scene->root,
                scene->root);
        if (press_shell("[ $(cat %s/code) = %d ]", scene->root, code))
            return code;
    }
    return -1;
}

static bool
said(struct scene *scene, const char *words)
{
    return press_shell("tail -n 1 %s/said | grep -q -- '%s'", scene->root, words);
}

static bool
copies(struct scene *scene, int count)
{
    return press_shell("[ $(cat %s/paper 2>/dev/null | grep -c badge) = %d ]",
                       scene->root, count);
}

static void
each_end_of_the_real_backend_has_its_word_and_its_code(void **state)
{
    static const struct {
        const char *does, *word;
        int code, again, copies; /* of a second run whose real backend is well */
    } table[] = {
        { "cat >>paper; echo >>paper", "once: sent$", 0, 0, 1 },
        { "exit 1", "once: nothing$", 5, 0, 1 },
        { "exit 6", "once: nothing$", 5, 0, 1 },
        { "exit 0", "once: nothing$", 5, 0, 1 },
        { "echo 'ERROR: no printer' >&2; exit 4", "once: nothing: no printer$", 4, 0,
          1 },
        { "head -c 3 >/dev/null; exit 1", "once: cut$", 5, 5, 0 },
        { "cat >>paper; echo >>paper; exit 7", "once: cut$", 5, 5, 1 },
        { "cat >>paper; echo >>paper; exit 4", "once: cut$", 4, 5, 1 },
        { "cat >/dev/null; kill -9 $$", "once: cut$", 5, 5, 0 },
    };
    struct scene *scene = *state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char title[32];
        snprintf(title, sizeof title, "kiosk-A-%zu-1", i);
        press_shell("rm -f %s/paper", scene->root);
        assert_int_equal(run_once(scene, title, table[i].does), table[i].code);
        assert_true(said(scene, table[i].word));
        assert_int_equal(run_once(scene, title, "cat >>paper; echo >>paper"),
                         table[i].again);
        assert_true(copies(scene, table[i].copies));
    }
}

static void
jobs_of_others_pass_through_untouched(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            run_once(scene, "letter", "cat \"$6\" >>paper; echo >>paper; exit 3"), 3);
    assert_true(copies(scene, 2));
    assert_true(press_shell("[ ! -e %s/once ]", scene->root));
}

static void
without_a_claim_it_prints_and_says_no_word(void **state)
{
    struct scene *scene = *state;
    press_shell(": >%s/once", scene->root);
    assert_int_equal(run_once(scene, "kiosk-A-1-1", "cat >>paper; echo >>paper"), 0);
    assert_true(copies(scene, 1));
    assert_false(press_shell("grep -q 'once: ' %s/said", scene->root));
    assert_true(press_shell("grep -q 'without a claim' %s/said", scene->root));
}

int
main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        test(a_claim_is_held_by_one_and_tells_how_it_ended),
        test(a_claim_that_was_withdrawn_never_was),
        test(another_document_of_that_name_is_another_databases_after_ten_minutes),
        test(old_claims_are_swept_and_nothing_else),
        test(a_directory_that_cannot_be_written_is_said),
        test(each_end_of_the_real_backend_has_its_word_and_its_code),
        test(jobs_of_others_pass_through_untouched),
        test(without_a_claim_it_prints_and_says_no_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
