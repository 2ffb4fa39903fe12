#include "sync/enrol.h"

#include <sys/stat.h>

#include "serving.h"

struct scene {
    struct serving serving;
    struct enrol *enrol;
    unsigned done, changed;
    bool ok;
    char text[512];
};

static void
on_change(void *self)
{
    ((struct scene *)self)->changed++;
}

static int
setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    struct serving *serving = &scene->serving;
    serving_prepare(serving);
    serving->account = (struct account){ .state = ACCOUNT_NONE };
    struct enrol_setting setting = { .db = serving->store.db,
                                     .loop = &serving->hand.loop,
                                     .clock = &serving->hand.clock,
                                     .log = &serving->store.log,
                                     .wire = &serving->wire,
                                     .account = &serving->account,
                                     .station_name = "North 1",
                                     .root = serving->store.dir };
    assert_ok(enrol_create(&setting, &scene->enrol, err));
    enrol_on_change(scene->enrol, on_change, scene);
    *state = scene;
    return 0;
}

static int
teardown(void **state)
{
    struct scene *scene = *state;
    enrol_destroy(scene->enrol);
    assert_int_equal(scene->serving.open, 0);
    serving_finish(&scene->serving);
    free(scene);
    return 0;
}

#define enrol_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
on_done(bool ok, const char *text, void *self)
{
    struct scene *scene = self;
    scene->done++;
    scene->ok = ok;
    str_copy(scene->text, sizeof scene->text, text);
}

#define DEVICE(organizer, token)                                   \
    "{\"organizer\":\"" organizer                                  \
    "\",\"device_id\":7,\"unique_serial\":\"ABCDEFGHJKLMNPQR\","   \
    "\"api_token\":\"" token                                       \
    "\",\"name\":\"Hall N2\",\"security_profile\":\"pretixscan\"," \
    "\"gate\":{\"id\":3,\"name\":\"North\",\"identifier\":\"n\"}}"

static const char url[] = "https://t.example";

static void
enrol(struct scene *scene)
{
    assert_ok(enrol_start(scene->enrol, url, "code1", false, on_done, scene, err));
    serving_answer(&scene->serving, 200, DEVICE("dummy", "s3cret-1"));
    assert_true(scene->ok);
}

static void
a_code_makes_the_station_a_device(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    struct account kept;
    assert_ok(enrol_start(scene->enrol, "https://t.example/", "code1", false, on_done,
                          scene, err));
    assert_string_equal(serving->requests[0]->url,
                        "https://t.example/api/v1/device/initialize");
    assert_null(serving->requests[0]->token);
    assert_string_equal(serving_text(serving, "token"), "code1");
    assert_string_equal(serving_text(serving, "software_brand"), "Yuelai");
    assert_string_equal(serving_text(serving, "software_version"), YUELAI_VERSION);
    assert_true(serving_text(serving, "hardware_brand")[0]);
    assert_true(serving_text(serving, "hardware_model")[0]);
    assert_string_equal(serving_text(serving, "info.station"), "North 1");
    assert_fails(enrol_start(scene->enrol, url, "code1", false, on_done, scene, err),
                 ERR_BUSY, "already");
    serving_answer(serving, 200, DEVICE("dummy", "s3cret-1"));
    assert_true(scene->ok);
    assert_string_equal(scene->text, "");
    assert_int_equal(scene->changed, 1);
    store_reopen(&serving->store);
    assert_ok(account_load(serving->store.db, &kept, err));
    assert_int_equal(kept.state, ACCOUNT_ACTIVE);
    assert_string_equal(kept.url, url);
    assert_string_equal(kept.organizer, "dummy");
    assert_string_equal(kept.token, "s3cret-1");
    assert_int_equal(kept.device_id, 7);
    assert_string_equal(kept.name, "Hall N2");
    assert_string_equal(kept.gate, "North");
    assert_int_equal(kept.gate_id, 3);
    assert_string_equal(serving->account.token, "s3cret-1");
}

static void
what_goes_wrong_is_told_in_plain_words_and_nothing_is_kept(void **state)
{
    struct scene *scene = *state;
    static const struct {
        struct serving_answer answer;
        enum enrol_failure failure;
        const char *says;
    } cases[] = {
        { { WIRE_OK, 400, "{\"token\":[\"Unknown initialization token.\"]}", 0 },
          ENROL_REFUSED,
          "Unknown initialization token." },
        { { WIRE_OK, 400,
            "{\"token\":[\"This initialization token has already been used.\"]}", 0 },
          ENROL_REFUSED,
          "ask the organiser for a new one" },
        { { WIRE_OK, 400,
            "{\"token\":[\"This initialization token has been revoked.\"]}", 0 },
          ENROL_REFUSED,
          "withdrawn" },
        { { WIRE_OK, 400, "{\"hardware_model\":[\"This field is required.\"]}", 0 },
          ENROL_REFUSED,
          "hardware_model" },
        { { WIRE_OK, 400, "<html>Bad Request</html>", 0 },
          ENROL_NO_SERVER,
          "no ticketing" },
        { { WIRE_OK, 200, "{\"organizer\":\"o\"}", 0 }, ENROL_NO_SERVER, "device_id" },
        { { WIRE_OK, 200, DEVICE("", ""), 0 }, ENROL_NO_SERVER, "must be there" },
        { { WIRE_OK, 200, "<html>Log in</html>", 0 }, ENROL_NO_SERVER, "login" },
        { { WIRE_OK, 404, "{\"detail\":\"Not found.\"}", 0 },
          ENROL_NO_SERVER,
          "address" },
        { { WIRE_OK, 302, "", 0 }, ENROL_NO_SERVER, "address" },
        { { WIRE_OK, 503, "<h1>x</h1>", 0 }, ENROL_TROUBLE, "trouble" },
        { { WIRE_OK, 429, "{\"detail\":\"x\"}", 7000 }, ENROL_TROUBLE, "busy" },
        { { WIRE_TIMEOUT, 0, "", 0 }, ENROL_SILENT, "reached" },
        { { WIRE_UNTRUSTED, 0, "", 0 }, ENROL_UNTRUSTED, "clock" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(enrol_start(scene->enrol, url, "code1", false, on_done, scene, err));
        serving_answer_at(&scene->serving, 0, cases[i].answer);
        assert_int_equal(scene->done, i + 1);
        if (scene->ok || enrol_failure(scene->enrol) != cases[i].failure ||
            !strstr(scene->text, cases[i].says))
            fail_msg("case %zu: %d \"%s\"", i, enrol_failure(scene->enrol),
                     scene->text);
        assert_int_equal(scene->serving.account.state, ACCOUNT_NONE);
    }
    assert_fails(enrol_start(scene->enrol, "ftp://x", "t", false, on_done, scene, err),
                 ERR_INPUT, "https");
    assert_int_equal(scene->changed, 0);
}

static void
a_rolled_token_is_saved_and_used(void **state)
{
    struct scene *scene = *state;
    struct account kept;
    enrol(scene);
    assert_ok(enrol_roll(scene->enrol, on_done, scene, err));
    assert_string_equal(scene->serving.requests[0]->url,
                        "https://t.example/api/v1/device/roll");
    assert_string_equal(scene->serving.requests[0]->token, "s3cret-1");
    serving_answer(&scene->serving, 200, DEVICE("dummy", "s3cret-2"));
    assert_true(scene->ok);
    assert_string_equal(scene->serving.account.token, "s3cret-2");
    assert_ok(account_load(scene->serving.store.db, &kept, err));
    assert_string_equal(kept.token, "s3cret-2");
    assert_int_equal(kept.enrolled_ms, scene->serving.account.enrolled_ms);
    assert_ok(enrol_roll(scene->enrol, on_done, scene, err));
    serving_answer(&scene->serving, 401, "{\"detail\":\"Invalid token.\"}");
    assert_false(scene->ok);
    assert_int_equal(enrol_failure(scene->enrol), ENROL_LOCKED);
    assert_string_equal(scene->serving.account.token, "s3cret-2");
}

static void
a_station_that_leaves_is_revoked_and_keeps_what_waits(void **state)
{
    struct scene *scene = *state;
    struct account kept;
    enrol(scene);
    serving_put_event(&scene->serving, "dummy", "pretix");
    int64_t id =
        serving_add(&scene->serving, (struct serving_deed){ .kind = OUTBOX_CHECKIN,
                                                            .event = "dummy",
                                                            .ref = "TICKETA",
                                                            .secret = "secret-a" });
    assert_ok(enrol_revoke(scene->enrol, on_done, scene, err));
    serving_answer(&scene->serving, 200, DEVICE("dummy", "s3cret-1"));
    assert_true(scene->ok);
    assert_ok(account_load(scene->serving.store.db, &kept, err));
    assert_int_equal(kept.state, ACCOUNT_REVOKED);
    assert_true(kept.revoked_ms > 0);
    assert_int_equal(serving_row(&scene->serving, id).state, OUTBOX_PENDING);
    assert_fails(enrol_roll(scene->enrol, on_done, scene, err), ERR_INPUT,
                 "not enrolled");
    /* The same organizer again: the rows go on. */
    assert_ok(enrol_start(scene->enrol, url, "code2", false, on_done, scene, err));
    serving_answer(&scene->serving, 200, DEVICE("dummy", "s3cret-3"));
    assert_true(scene->ok);
    assert_int_equal(serving_row(&scene->serving, id).state, OUTBOX_PENDING);
}

static void
another_organizer_does_not_get_the_rows_of_the_first(void **state)
{
    struct scene *scene = *state;
    struct serving *serving = &scene->serving;
    enrol(scene);
    assert_fails(enrol_start(scene->enrol, url, "code2", false, on_done, scene, err),
                 ERR_INPUT, "enrolled already");
    serving_put_event(serving, "dummy", "pretix");
    int64_t id = serving_add(serving, (struct serving_deed){ .kind = OUTBOX_CHECKIN,
                                                             .event = "dummy",
                                                             .ref = "TICKETA",
                                                             .secret = "secret-a" });
    assert_fails(enrol_start(scene->enrol, "https://other.example", "code2", true,
                             on_done, scene, err),
                 ERR_INPUT, "1 rows wait for organizer dummy");
    assert_ok(enrol_start(scene->enrol, url, "code2", true, on_done, scene, err));
    serving_answer(serving, 200, DEVICE("rivals", "s3cret-2"));
    assert_false(scene->ok);
    assert_int_equal(enrol_failure(scene->enrol), ENROL_OTHER);
    assert_string_equal(serving->account.organizer, "dummy");
    assert_string_equal(serving->account.token, "s3cret-1");
    assert_int_equal(serving_row(serving, id).state, OUTBOX_PENDING);

    enrol_leave_behind(scene->enrol);
    assert_ok(enrol_start(scene->enrol, "https://other.example", "code3", true, on_done,
                          scene, err));
    serving_answer(serving, 200, DEVICE("rivals", "s3cret-2"));
    assert_true(scene->ok);
    assert_string_equal(serving->account.organizer, "rivals");
    assert_int_equal(serving_row(serving, id).state, OUTBOX_DEAD);
    assert_non_null(strstr(serving_row(serving, id).answer, "dummy"));
}

static void
the_server_is_told_once_of_each_version_and_machine(void **state)
{
    struct scene *scene = *state;
    char path[256];
    assert_false(enrol_is_stale(scene->enrol));
    enrol(scene);
    assert_false(enrol_is_stale(scene->enrol));
    snprintf(path, sizeof path, "%s/etc", scene->serving.store.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/etc/machine-info", scene->serving.store.dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("PRETTY_HOSTNAME=x\nHARDWARE_VENDOR=\"Acme \"\nHARDWARE_MODEL='Box 3'\n",
          file);
    fclose(file);
    assert_true(enrol_is_stale(scene->enrol));
    assert_ok(enrol_update(scene->enrol, on_done, scene, err));
    assert_string_equal(scene->serving.requests[0]->url,
                        "https://t.example/api/v1/device/update");
    assert_string_equal(serving_text(&scene->serving, "hardware_brand"), "Acme ");
    assert_string_equal(serving_text(&scene->serving, "hardware_model"), "Box 3");
    assert_null(json_at(serving_body(&scene->serving), "token"));
    serving_answer(&scene->serving, 200, DEVICE("dummy", "s3cret-1"));
    assert_true(scene->ok);
    assert_false(enrol_is_stale(scene->enrol));
    unlink(path);
    snprintf(path, sizeof path, "%s/etc", scene->serving.store.dir);
    rmdir(path);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        enrol_test(a_code_makes_the_station_a_device),
        enrol_test(what_goes_wrong_is_told_in_plain_words_and_nothing_is_kept),
        enrol_test(a_rolled_token_is_saved_and_used),
        enrol_test(a_station_that_leaves_is_revoked_and_keeps_what_waits),
        enrol_test(another_organizer_does_not_get_the_rows_of_the_first),
        enrol_test(the_server_is_told_once_of_each_version_and_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
