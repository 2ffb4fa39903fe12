#include "../../drivers/wire_curl.h"

#include "wiring.h"

#include <ftw.h>

/* Whom wire_curl believes: servers with certificates that are right, or wrong in one
 * way each. */

static char directory[] = "/tmp/yl-certs-XXXXXX";
static struct server good, wrong_name, expired, plain;

static int
start_all(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_non_null(mkdtemp(directory));
    make_certificates(directory);
    start_server(&good, directory, "good");
    start_server(&wrong_name, directory, "wrong-name");
    start_server(&expired, directory, "expired");
    start_server(&plain, directory, NULL);
    return 0;
}

static int
drop(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
    (void)stat, (void)kind, (void)ftw;
    return remove(path);
}

static int
stop_all(void **state)
{
    (void)state;
    stop_server(&good);
    stop_server(&wrong_name);
    stop_server(&expired);
    stop_server(&plain);
    return nftw(directory, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *
in_directory(char *to, size_t size, const char *name)
{
    snprintf(to, size, "%s/%s", directory, name);
    return to;
}

static void
read_pin(char *to, size_t size)
{
    char path[200];
    FILE *file = fopen(in_directory(path, sizeof path, "good.pin"), "r");
    assert_non_null(file);
    to[fread(to, 1, size - 1, file)] = '\0';
    fclose(file);
}

#define OTHER_PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void
only_the_right_certificate_is_believed(void **state)
{
    (void)state;
    char pin[100], two[200], ca[200], other[200];
    read_pin(pin, sizeof pin);
    snprintf(two, sizeof two, OTHER_PIN ";%s", pin);
    in_directory(ca, sizeof ca, "ca.pem");
    in_directory(other, sizeof other, "other-ca.pem");
    const struct {
        const char *name;
        const struct server *server;
        const char *ca, *pins;
        enum wire_outcome outcome;
    } rows[] = {
        { "right", &good, ca, NULL, WIRE_OK },
        { "the system's authorities", &good, NULL, NULL, WIRE_UNTRUSTED },
        { "another authority", &good, other, NULL, WIRE_UNTRUSTED },
        { "wrong name", &wrong_name, ca, NULL, WIRE_UNTRUSTED },
        { "expired", &expired, ca, NULL, WIRE_UNTRUSTED },
        { "right pin", &good, ca, pin, WIRE_OK },
        { "wrong pin", &good, ca, OTHER_PIN, WIRE_UNTRUSTED },
        { "the second of two pins", &good, ca, two, WIRE_OK },
        { "right pin, wrong authority", &good, other, pin, WIRE_UNTRUSTED },
        { "no TLS there", &plain, ca, NULL, WIRE_UNREACHABLE },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wiring wiring;
        open_wiring(&wiring, (struct wire_curl_setting){ .ca_file = rows[i].ca,
                                                         .pins = rows[i].pins });
        struct wire_request request =
            request_to(&wiring, "https", rows[i].server->port, "/plain/10");
        request.token = "SECRETTOKEN";
        exchange(&wiring, &request);
        if (request.outcome != rows[i].outcome)
            fail_msg("%s: outcome %d, want %d (%s)", rows[i].name, (int)request.outcome,
                     (int)rows[i].outcome, request.text);
        str_finish(&request.answer);
        close_wiring(&wiring);
    }
}

static void
a_body_cut_under_tls_is_cut_as_well(void **state)
{
    (void)state;
    const char *const paths[] = { "/cut/length", "/cut/chunk", "/cut/head" };
    char ca[200];
    struct wiring wiring;
    open_wiring(&wiring, (struct wire_curl_setting){
                             .ca_file = in_directory(ca, sizeof ca, "ca.pem") });
    for (unsigned i = 0; i < 3; i++) {
        struct wire_request request = request_to(&wiring, "https", good.port, paths[i]);
        exchange(&wiring, &request);
        assert_int_equal(request.outcome, WIRE_CUT);
        str_finish(&request.answer);
    }
    close_wiring(&wiring);
}

static void
a_file_or_pin_that_is_none_is_told_at_once(void **state)
{
    (void)state;
    char pin[100], twice[200];
    read_pin(pin, sizeof pin);
    snprintf(twice, sizeof twice, "%s;", pin);
    const struct {
        const char *ca, *pins, *part;
    } rows[] = {
        { "/nowhere/ca.pem", NULL, "CA file /nowhere/ca.pem" },
        { NULL, "sha1//AAAA", "pin at \"sha1//AAAA" },
        { NULL, "", "want sha256//BASE64" },
        { NULL, twice, "want sha256//BASE64" },
        { NULL, "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,x", "pin at" },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct loop_real *real;
        struct err err = { 0 };
        assert_true(loop_real_create(&real, &err));
        struct log log = { .write = keep_line };
        struct wire_curl *curl = NULL;
        struct wire_curl_setting setting = { .loop = loop_real_door(real),
                                             .log = &log,
                                             .ca_file = rows[i].ca,
                                             .pins = rows[i].pins };
        assert_false(wire_curl_create(&curl, &setting, &err));
        assert_null(curl);
        if (err.code != ERR_INPUT || !strstr(err.text, rows[i].part))
            fail_msg("row %u: %s", i, err.text);
        loop_real_destroy(real);
    }
}

/* Every stage of a request under TLS, from before its name is looked up to its body. */
static void
an_abort_is_safe_at_every_stage(void **state)
{
    (void)state;
    char ca[200];
    in_directory(ca, sizeof ca, "ca.pem");
    const char *const paths[] = { "/drip", "/silent", "/endless", "/plain/100000" };
    for (unsigned ms = 0; ms < 24; ms++) {
        struct wiring wiring;
        open_wiring(&wiring, (struct wire_curl_setting){ .ca_file = ca });
        struct wire_request requests[4];
        for (unsigned i = 0; i < 4; i++) {
            requests[i] = request_to(&wiring, "https", good.port, paths[i]);
            requests[i].done = on_done;
            wire_start(wiring.wire, &requests[i]);
        }
        wiring.again = true;
        if (ms)
            run_for(&wiring, ms / 2);
        unsigned done = wiring.done;
        for (unsigned i = 0; i < 3 + ms % 2;
             i++) { /* sometimes one is left to destroy */
            wire_abort(wiring.wire, &requests[i]);
            str_finish(&requests[i].answer);
        }
        run_for(&wiring, 3);
        assert_true(wiring.done <= done + 1);
        for (unsigned i = 0; i < 3; i++)
            assert_null(requests[i].transfer);
        close_wiring(&wiring);
        str_finish(&requests[3].answer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_right_certificate_is_believed),
        cmocka_unit_test(a_body_cut_under_tls_is_cut_as_well),
        cmocka_unit_test(a_file_or_pin_that_is_none_is_told_at_once),
        cmocka_unit_test(an_abort_is_safe_at_every_stage),
    };
    return cmocka_run_group_tests(tests, start_all, stop_all);
}
