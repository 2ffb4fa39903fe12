#include "at_corner.h"

#include "store/settings.h"

static const char *
with_ref(struct corner *corner, const char *code, const char *more)
{
    static char text[256];
    snprintf(text, sizeof text, "\"ref\":\"%s\"%s", door_ref(&corner->door, code),
             more);
    return text;
}

static bool
note_audit(const struct audit_row *row, void *self)
{
    str_add_text(self, row->who);
    str_add_char(self, ' ');
    str_add_text(self, row->what);
    str_add_char(self, '\n');
    return true;
}

static bool
audited(struct corner *corner, const char *line)
{
    struct str all;
    str_init(&all, 64 * 1024);
    assert_ok(audit_each(corner->door.db, 0, note_audit, &all, err));
    bool found = strstr(all.data, line) != NULL;
    str_finish(&all);
    return found;
}

/* ---- tests --------------------------------------------------------------------------
 */

static void
the_role_is_always_in_sight(void **state)
{
    struct corner *corner = *state;
    static const char *const screens[] = { "find", "role", "printers", "problems" };
    corner_login(corner, "ana", "4711");
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        char more[64];
        snprintf(more, sizeof more, "\"screen\":\"%s\"", screens[i]);
        assert_int_equal(corner_act(corner, "show", more), 200);
        assert_true(corner_shows(corner, more));
        assert_true(corner_shows(corner, "\"name\":\"Main hall\""));
        assert_true(corner_shows(corner, "\"direction\":\"entry\""));
    }
    assert_int_equal(corner_act(corner, "show", "\"screen\":\"guest\""), 404);
    assert_int_equal(corner_act(corner, "show", "\"screen\":\"nothing\""), 404);
    assert_int_equal(corner_act(corner, "nothing", ""), 404);
}

static void
configure_role(struct corner *corner, const char *text)
{
    static const struct role_table no_table;
    struct role role;
    assert_ok(role_parse(text, &role, err));
    desk_configure(corner->door.desk, &role, &no_table);
    hand_loop_turn(&corner->door.hand, 0);
}

static void
trouble_of_the_station_is_in_sight_on_every_screen(void **state)
{
    struct corner *corner = *state;
    corner_login(corner, "ana", "4711");
    assert_false(corner_shows(corner, "\"trouble\":{"));
    configure_role(corner, "list=citec/gone");
    assert_true(corner_shows(corner, "\"trouble\":{\"code\":\"NO-ROLE\""));
    assert_true(corner_shows(corner, "\"closed\":true"));
    assert_int_equal(corner_act(corner, "show", "\"screen\":\"printers\""), 200);
    assert_true(corner_shows(corner, "citec/gone is not in the roster"));
    configure_role(corner, "list=citec/main");
    assert_false(corner_shows(corner, "\"trouble\":{"));
}

static void
a_guest_is_found_opened_and_checked_in(void **state)
{
    struct corner *corner = *state;
    corner_login(corner, "li", "4711");
    assert_int_equal(corner_act(corner, "find", "\"query\":\"zizic\""), 200);
    assert_true(corner_shows(corner, "Ана Жижић"));
    assert_true(corner_shows(corner, "\"presence\":\"never\""));
    assert_int_equal(corner_act(corner, "open", with_ref(corner, "T-ANA", "")), 200);
    assert_true(corner_shows(corner, "\"screen\":\"guest\""));
    assert_int_equal(corner_act(corner, "admit", with_ref(corner, "T-ANA", "")), 200);
    assert_string_equal(corner->door.last.who, "staff:li");
    assert_int_equal(corner->door.last.verdict, VERDICT_ADMIT);
    assert_true(corner_shows(corner, "\"presence\":\"inside\""));
    assert_true(corner_shows(corner, "\"kind\":\"entry\""));
    assert_true(corner_shows(corner, "\"state\":\"queued\""));
    assert_true(corner_shows(corner, "\"last\":{"));
    assert_int_equal(corner_act(corner, "find", "\"query\":\"\""), 200);
    assert_true(corner_shows(corner, "\"rows\":[]"));
}

static void
what_happens_to_an_open_guest_is_shown(void **state)
{
    struct corner *corner = *state;
    corner_login(corner, "li", "4711");
    corner_act(corner, "open", with_ref(corner, "T-ANA", ""));
    uint64_t since = corner_staff(corner)->since;
    door_scan(&corner->door, "T-ANA"); /* the guest scans on the other side */
    hand_loop_turn(&corner->door.hand, 0);
    assert_true(corner_shows(corner, "\"presence\":\"inside\""));
    assert_int_equal(corner_staff(corner)->since, since); /* the same question still */
}

static void
a_new_badge_wants_a_reason_and_the_right_to_it(void **state)
{
    struct corner *corner = *state;
    door_scan(&corner->door, "T-ANA");
    corner_login(corner, "ana", "4711"); /* a helper */
    corner_act(corner, "open", with_ref(corner, "T-ANA", ""));
    assert_true(corner_shows(corner, "\"reprint\":false"));
    assert_int_equal(corner_act(corner, "reprint",
                                with_ref(corner, "T-ANA", ",\"reason\":\"lost\"")),
                     403);
    assert_true(corner_shows(corner, "\"key\":\"failed\""));
    assert_false(audited(corner, "staff:ana reprint"));

    corner_login(corner, "li", "4711");
    corner_act(corner, "open", with_ref(corner, "T-ANA", ""));
    static const char *const wrong[] = { "", ",\"reason\":\"\"", ",\"reason\":\"no\"",
                                         ",\"reason\":\"other\"" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(
            corner_act(corner, "reprint", with_ref(corner, "T-ANA", wrong[i])), 400);
    assert_int_equal(corner_act(corner, "reprint",
                                with_ref(corner, "T-ANA", ",\"reason\":\"lost\"")),
                     200);
    assert_true(corner_shows(corner, "\"key\":\"reprinted\",\"issue\":2"));
    assert_true(corner_shows(corner, "\"state\":\"void\""));
    assert_true(audited(corner, "staff:li reprint"));
}

/* Paper that came out says "printed" for ever; that it is void stands beside that. */
static void
a_printed_badge_that_was_replaced_is_told_as_such(void **state)
{
    struct corner *corner = *state;
    door_scan(&corner->door, "T-ANA");
    door_move_job(&corner->door, "T-ANA", SPOOL_PRINTED);
    corner_login(corner, "li", "4711");
    corner_act(corner, "open", with_ref(corner, "T-ANA", ""));
    assert_true(corner_shows(corner, "\"state\":\"printed\""));
    assert_false(corner_shows(corner, "\"replaced_by\""));
    corner_act(corner, "reprint", with_ref(corner, "T-ANA", ",\"reason\":\"lost\""));
    assert_true(corner_shows(corner, "\"replaced_by\":2"));
    const char *json = corner_staff(corner)->state.data;
    const char *jobs = strstr(json, "\"jobs\":[");
    assert_non_null(jobs);
    const char *second = strstr(jobs, "\"issue\":2"),
               *first = strstr(jobs, "\"issue\":1");
    assert_non_null(second);
    assert_non_null(first);
    assert_true(second < first); /* newest first */
    assert_true(strstr(json, "\"replaced_by\"") > first);
}

static void
a_country_has_a_name_in_every_language_of_the_station(void **state)
{
    struct corner *corner = *state;
    corner_login(corner, "li", "4711");
    corner_act(corner, "find", "\"query\":\"zizic\"");
    assert_true(corner_shows(corner, "\"country_names\":{\"zh-Hans\":\"塞尔维亚\","
                                     "\"en\":\"Serbia\"}"));
}

static void
a_tap_for_one_guest_never_lands_on_the_next(void **state)
{
    struct corner *corner = *state;
    char body[384];
    corner_login(corner, "li", "4711");
    corner_act(corner, "open", with_ref(corner, "T-ANA", ""));
    unsigned long long seq = corner_staff(corner)->seq;
    corner_act(corner, "open", with_ref(corner, "T-LI", ""));
    snprintf(body, sizeof body, "{\"boot\":\"boot-1\",\"seq\":%llu,%s}", seq,
             with_ref(corner, "T-ANA", ""));
    unsigned answered = corner->door.answered;
    assert_int_equal(corner_post(corner, "/api/staff/admit", body), 409);
    assert_int_equal(corner->door.answered, answered);
}

static void
the_role_is_changed_by_who_may(void **state)
{
    struct corner *corner = *state;
    static const char change[] = "\"lists\":[{\"event\":\"citec\",\"list\":\"vip\"}],"
                                 "\"direction\":\"ask\",\"work\":\"admit-only\"";
    corner_login(corner, "li", "4711");
    assert_int_equal(corner_act(corner, "role", change), 403);
    assert_int_equal(desk_role(corner->door.desk)->direction, ROLE_ENTRY);

    corner_login(corner, "wang", "4711");
    corner_act(corner, "show", "\"screen\":\"role\"");
    assert_true(corner_shows(corner, "\"name\":\"VIP lounge\""));
    assert_true(corner_shows(corner, "\"event\":\"fair\""));
    assert_int_equal(corner_act(corner, "role", change), 200);
    assert_int_equal(desk_role(corner->door.desk)->direction, ROLE_ASK);
    assert_int_equal(desk_role(corner->door.desk)->work, ROLE_ADMIT_ONLY);
    assert_string_equal(desk_role(corner->door.desk)->lists[0].list, "vip");
    assert_true(audited(corner, "staff:wang role"));
    assert_int_equal(corner_act(corner, "role-clear", ""), 200);
    assert_int_equal(desk_role(corner->door.desk)->direction, ROLE_ENTRY);
}

static void
a_role_that_cannot_be_is_refused_in_words(void **state)
{
    struct corner *corner = *state;
    static const struct {
        const char *more, *says;
    } samples[] = {
        { "\"direction\":\"entry\",\"work\":\"admit-only\"", "lists" },
        { "\"lists\":[],\"direction\":\"entry\",\"work\":\"admit-only\"",
          "at least one" },
        { "\"lists\":[{\"event\":\"citec\",\"list\":\"main\"}],\"direction\":\"up\","
          "\"work\":\"admit-only\"",
          "direction" },
        { "\"lists\":[{\"event\":\"citec\",\"list\":\"main\"}],\"direction\":\"exit\"",
          "work" },
        { "\"lists\":[{\"event\":\"citec\",\"list\":\"nowhere\"}],\"direction\":"
          "\"exit\","
          "\"work\":\"admit-only\"",
          "nowhere" },
    };
    corner_login(corner, "wang", "4711");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        int status = corner_act(corner, "role", samples[i].more);
        assert_true(status == 400 || status == 404);
        if (!corner_shows(corner, samples[i].says))
            fail_msg("%s: not said", samples[i].says);
    }
    assert_string_equal(desk_role(corner->door.desk)->lists[0].list, "main");
}

static void
problems_are_listed_and_settled(void **state)
{
    struct corner *corner = *state;
    char more[64];
    door_scan(&corner->door, "T-ANA");
    door_move_job(&corner->door, "T-ANA", SPOOL_UNCERTAIN);
    door_scan(&corner->door, "T-LI");
    door_move_job(&corner->door, "T-LI", SPOOL_FAILED);
    corner_login(corner, "ana", "4711");
    assert_true(corner_shows(corner, "\"problem_count\":2"));
    corner_act(corner, "show", "\"screen\":\"problems\"");
    assert_true(corner_shows(corner, "\"state\":\"uncertain\""));
    assert_true(corner_shows(corner, "\"name\":\"Ана Жижић\""));
    assert_true(corner_shows(corner, "\"state\":\"failed\""));
    snprintf(more, sizeof more, "\"job\":1,\"came_out\":true");
    assert_int_equal(corner_act(corner, "said", more), 200);
    assert_true(corner_shows(corner, "\"problem_count\":1"));
    assert_int_equal(corner_act(corner, "said", more), 409);         /* it is settled */
    assert_int_equal(corner_act(corner, "retry", "\"job\":2"), 403); /* a helper */
    assert_int_equal(corner_act(corner, "test", "\"number\":0"), 404); /* no printers */
    assert_int_equal(corner_act(corner, "drain", "\"number\":-1"), 404);
}

static void
a_query_from_outside_stays_text(void **state)
{
    struct corner *corner = *state;
    corner_login(corner, "li", "4711");
    static const char *const typed[] = {
        "\\\"; DROP TABLE ticket; --", "<b>x</b>", "%", "* OR *", "NEAR(", "\\\\"
    };
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        char more[128];
        snprintf(more, sizeof more, "\"query\":\"%s\"", typed[i]);
        assert_int_equal(corner_act(corner, "find", more), 200);
        assert_true(corner_shows(corner, "\"rows\":[]"));
    }
    char long_query[400] = "\"query\":\"";
    memset(long_query + 9, 'a', 300);
    memcpy(long_query + 309, "\"", 2);
    assert_int_equal(corner_act(corner, "find", long_query), 400);
    assert_int_equal(corner_act(corner, "find", "\"query\":\"zizic\""), 200);
    assert_true(corner_shows(corner, "Жижић"));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        corner_test(the_role_is_always_in_sight),
        corner_test(trouble_of_the_station_is_in_sight_on_every_screen),
        corner_test(a_guest_is_found_opened_and_checked_in),
        corner_test(what_happens_to_an_open_guest_is_shown),
        corner_test(a_new_badge_wants_a_reason_and_the_right_to_it),
        corner_test(a_printed_badge_that_was_replaced_is_told_as_such),
        corner_test(a_country_has_a_name_in_every_language_of_the_station),
        corner_test(a_tap_for_one_guest_never_lands_on_the_next),
        corner_test(the_role_is_changed_by_who_may),
        corner_test(a_role_that_cannot_be_is_refused_in_words),
        corner_test(problems_are_listed_and_settled),
        corner_test(a_query_from_outside_stays_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
