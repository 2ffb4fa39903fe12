#include "importing.h"

#include "ticket/madecode.h"

static void
a_table_becomes_tickets_with_all_their_fields(void **state)
{
    struct store *store = *state;
    struct import_result result = take(
        store,
        "Ticket "
        "code;姓名;英文名;单位;国家/地区;嘉宾类别;场次;座位号;订单号;语言;支付状态;"
        "Valid from;Valid until;手机号;T恤\r\n"
        "AB-1;张伟;Zhang Wei;重庆大学;中国;参展商;AI Forum；开幕式;A-1;O9;中文;已支付;"
        "2026-11-25;2026/11/26;13800000000;XL\r\n",
        NULL);
    assert_int_equal(result.good, 1);
    assert_int_equal(result.added, 1);
    assert_string_equal(result.key, "code");
    assert_int_equal(result.lists, 3); /* main and the two sessions */

    struct ticket ticket = ticket_of(store, "code:AB-1");
    assert_string_equal(ticket.name, "张伟");
    assert_string_equal(ticket.name_latin, "Zhang Wei");
    assert_string_equal(ticket.organisation, "重庆大学");
    assert_string_equal(ticket.country, "CN");
    assert_string_equal(ticket.kind, "exhibitor");
    assert_string_equal(ticket.seat, "A-1");
    assert_string_equal(ticket.order_code, "O9");
    assert_string_equal(ticket.language, "zh");
    assert_int_equal(ticket.status, TICKET_PAID);
    assert_int_equal(ticket.valid_from_ms, 1795536000000);
    assert_int_equal(ticket.valid_until_ms - ticket.valid_from_ms,
                     (2 * 86400 - 1) * 1000);
    assert_string_equal(ticket.extra, "{\"T恤\":\"XL\"}");

    struct ticket found;
    enum roster_found how;
    assert_ok(roster_by_secret(store->db, "AB-1", 4, &how, &found, err));
    assert_int_equal(how, ROSTER_ONE);
    struct list list;
    bool there;
    assert_ok(roster_list(store->db, "citec", "ai-forum", &there, &list, err));
    assert_true(there);
    assert_string_equal(list.name, "AI Forum");
    assert_ok(roster_list(store->db, "citec", "main", &there, &list, err));
    assert_true(there && list.all_kinds && list.session[0] == '\0');
}

static void
headers_of_other_languages_and_split_names_are_understood(void **state)
{
    struct store *store = *state;
    take(store,
         "Anmeldecode,Vorname,Nachname,Firma,Land,Kategorie,Zahlungsstatus\n"
         "1,Jürgen,Groß,Siemens AG,Deutschland,Aussteller,bezahlt\n",
         NULL);
    assert_string_equal(ticket_of(store, "code:1").name, "Jürgen Groß");
    assert_string_equal(ticket_of(store, "code:1").country, "DE");
    take(store, "code,姓,名\n2,欧阳,小明\n", NULL);
    assert_string_equal(ticket_of(store, "code:2").name, "欧阳小明");
    take(store, "code,Name,Vorname\n3,Müller,Eva\n", NULL);
    assert_string_equal(ticket_of(store, "code:3").name, "Eva Müller");
}

static void
a_map_names_columns_by_header_or_number(void **state)
{
    struct store *store = *state;
    struct import_setting setting = setting_of(store);
    struct run run;
    setting.map = "code=Zugang, name=#2,skip=Geheim";
    run_import(&setting, "Zugang,Wer,Geheim,Mehr\nX7,Ana,nichts,da\n", NULL, &run);
    assert_int_equal(run.result.state, IMPORT_DONE);
    assert_string_equal(ticket_of(store, "code:X7").extra, "{\"Mehr\":\"da\"}");
    str_finish(&run.told);

    setting.map = "code=Ticket";
    run_import(&setting, "Zugang,Wer\nX7,Ana\n", NULL, &run);
    assert_int_equal(run.result.state, IMPORT_FAILED);
    assert_non_null(strstr(run.result.err.text, "\"Ticket\" among: Zugang, Wer"));
    str_finish(&run.told);
}

static void
bad_rows_are_told_by_line_and_field_and_good_ones_are_in(void **state)
{
    struct store *store = *state;
    struct import_setting setting = setting_of(store);
    struct run run;
    run_import(&setting,
               "code,name,status,valid until,country\n"
               "1,Ana,paid,,RS\n"
               "2,Bo,perhaps,,RS\n"
               "1,Cem,paid,,RS\n"
               "4,Dana,paid,31.12.2026,Atlantis\n"
               "5,Eva,paid,2026-02-30,RS\n"
               "6,Fay,paid,,RS,too,many\n"
               "7,\"Gil,paid\n"
               "8,Hao,paid,2026-12-31,Atlantis\n",
               NULL, &run);
    assert_int_equal(run.result.state, IMPORT_DONE);
    assert_int_equal(run.result.rows, 8);
    assert_int_equal(run.result.good, 2);
    assert_int_equal(run.result.bad, 6);
    static const char *const told[] = {
        "\"line\":3,\"field\":\"status\"",
        "\"line\":4,\"field\":\"code\"",
        "line 2",
        "\"line\":5,\"field\":\"valid until\"",
        "\"line\":6,\"field\":\"valid until\"",
        "\"line\":7",
        "\"line\":8,\"field\":\"name\"",
        "\"line\":9,\"field\":\"country\"",
        "want paid, unpaid or cancelled",
        "want 2026-11-25",
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        if (!strstr(run.told.data, told[i]))
            fail_msg("%s is not told in: %s", told[i], run.told.data);
    }
    ticket_of(store, "code:1");
    ticket_of(store, "code:8");
    str_finish(&run.told);
}

static void
an_import_again_updates_and_keeps_reference_and_absent_columns(void **state)
{
    struct store *store = *state;
    take(store, "code,name,seat,sessions,status\n1,Ana,A-1,Gala,unpaid\n2,Bo,,,\n",
         NULL);
    struct ticket before = ticket_of(store, "code:1");
    struct import_result result = take(store, "code,name\n1,Anna\n3,Cem\n", NULL);
    assert_int_equal(result.updated, 1);
    assert_int_equal(result.added, 1);
    assert_int_equal(result.cancelled, 0);
    struct ticket after = ticket_of(store, "code:1");
    assert_string_equal(after.name, "Anna");
    assert_string_equal(after.ref, before.ref);
    assert_string_equal(after.seat, "A-1");
    assert_int_equal(after.status, TICKET_UNPAID);
    assert_int_equal(ticket_of(store, "code:2").status, TICKET_PAID);
    struct list gala;
    bool found;
    enum list_answer answer;
    assert_ok(roster_list(store->db, "citec", "gala", &found, &gala, err));
    assert_ok(roster_list_takes(store->db, &gala, &after, &answer, err));
    assert_int_equal(answer, LIST_TAKES); /* its session stayed */
}

/* "code,name" and rows of these numbers. */
static void
write_table(struct str *out, int from, int to)
{
    str_init(out, 1 << 20);
    str_add_text(out, "code,name\n");
    for (int i = from; i < to; i++)
        str_addf(out, "C%d,Guest %d\n", i, i);
}

static void
replace_cancels_what_is_missing_and_asks_beyond_a_fifth(void **state)
{
    struct store *store = *state;
    struct import_setting setting = setting_of(store);
    struct str all, most, few;
    struct run run;
    write_table(&all, 0, 100);
    write_table(&most, 20, 100);
    write_table(&few, 41, 100);
    take(store, all.data, NULL);

    setting.replace = true;
    run_import(&setting, most.data, NULL, &run); /* a fifth: not over it */
    assert_int_equal(run.result.state, IMPORT_DONE);
    assert_int_equal(run.result.cancelled, 20);
    assert_non_null(strstr(run.told.data, "\"level\":\"cancelled\""));
    assert_non_null(strstr(run.told.data, "Guest 19\""));
    assert_int_equal(ticket_of(store, "code:C19").status, TICKET_CANCELLED);
    assert_int_equal(ticket_of(store, "code:C20").status, TICKET_PAID);
    str_finish(&run.told);

    run_import(&setting, few.data, NULL, &run);
    assert_int_equal(run.result.state, IMPORT_ASKS);
    assert_int_equal(run.result.known, 80);
    assert_int_equal(run.result.missing, 21);
    assert_int_equal(ticket_of(store, "code:C20").status, TICKET_PAID);
    str_finish(&run.told);

    setting.yes = true;
    run_import(&setting, few.data, NULL, &run);
    assert_int_equal(run.result.state, IMPORT_DONE);
    assert_int_equal(run.result.cancelled, 21);
    str_finish(&run.told);

    take(store, all.data, NULL); /* who is in the table again is welcome again */
    assert_int_equal(ticket_of(store, "code:C0").status, TICKET_PAID);
    str_finish(&all);
    str_finish(&most);
    str_finish(&few);
}

static void
made_code(struct store *store, const char *key, char code[ROSTER_SECRET_MAX + 1])
{
    struct ticket ticket = ticket_of(store, key);
    bool found;
    char read[MADECODE_LENGTH + 1];
    assert_ok(roster_secret(store->db, ticket.id, &found, code, err));
    assert_true(found);
    assert_true(madecode_read(code, strlen(code), read));
    assert_string_equal(read, code);
}

static void
made_codes_are_kept_at_every_import_and_after_the_loss_of_the_roster(void **state)
{
    struct store *store = *state;
    static const char table[] = "name,organisation\nAna,NIS\n张伟,重庆大学\nAna,NIS\n";
    char first[2][ROSTER_SECRET_MAX + 1], again[ROSTER_SECRET_MAX + 1];
    static const char *const keys[] = { "person:ana/nis", "person:ana/nis#2" };
    struct import_result result = take(store, table, NULL);
    assert_string_equal(result.key, "person");
    assert_int_equal(result.codes_made, 3);
    assert_int_equal(result.duplicates, 1);
    struct ticket before = ticket_of(store, keys[0]);
    made_code(store, keys[0], first[0]);
    made_code(store, keys[1], first[1]);
    assert_string_not_equal(first[0], first[1]);
    result = take(store, table, NULL);
    assert_int_equal(result.added, 0);
    made_code(store, keys[0], again);
    assert_string_equal(again, first[0]);

    db_close(store->db);
    unlink(store_path(store, "roster.db"));
    store_open(store);
    bool pending;
    assert_ok(import_pending(store->db, &pending, err));
    assert_true(pending);
    struct import_setting setting = setting_of(store);
    struct run run = { .done = false };
    struct import *import;
    const struct import_listener listener = { note_told, note_progress, note_done,
                                              &run };
    str_init(&run.told, 1 << 20);
    assert_ok(import_rebuild(&setting, &listener, &import, err));
    assert_true(run.done);
    if (run.result.state != IMPORT_DONE)
        fail_msg("%s", run.result.err.text);
    import_destroy(import);
    str_finish(&run.told);
    made_code(store, keys[1], again);
    assert_string_equal(again, first[1]);
    assert_string_equal(ticket_of(store, keys[0]).ref, before.ref);
    assert_ok(import_pending(store->db, &pending, err));
    assert_false(pending);
}

static void
an_email_or_number_can_be_the_key(void **state)
{
    struct store *store = *state;
    struct import_setting setting = setting_of(store);
    struct run run;
    setting.key = "email";
    run_import(&setting, "name,e-mail\nAna,ANA@x.example\nBo,bo\nCem,ana@x.example\n",
               NULL, &run);
    assert_int_equal(run.result.good, 1);
    assert_int_equal(run.result.bad, 2);
    assert_string_equal(ticket_of(store, "email:ana@x.example").extra, "{}");
    str_finish(&run.told);
    setting.key = "number";
    run_import(&setting, "name,编号\nDana,007\n", NULL, &run);
    assert_int_equal(run.result.good, 1);
    ticket_of(store, "number:007");
    str_finish(&run.told);
    setting.key = "code";
    run_import(&setting, "name\nAna\n", NULL, &run);
    assert_int_equal(run.result.state, IMPORT_FAILED);
    str_finish(&run.told);
}

static void
lists_come_from_their_own_table_and_are_not_made_over(void **state)
{
    struct store *store = *state;
    static const char lists[] =
        "key,name,place,starts,ends,opens,closes,kinds,session,several_entries\n"
        "n2,AI forum,Hall N2,2026-11-25 13:30,2026-11-25 17:00,2026-11-25 13:00,,"
        "\"vip;参展商\",AI Forum,yes\n"
        "main,North Gate,,,,,,,,\n"
        "bad,Bad,,2026-11-25 13:30,2026-11-25 12:00,,,,,\n";
    struct import_result result = take(store, NULL, lists);
    assert_int_equal(result.lists, 2);
    assert_int_equal(result.bad, 1);
    take(store, "code,name,kind,sessions\n1,Ana,vip,AI Forum\n2,Bo,guest,AI Forum\n",
         NULL);
    struct list list;
    bool found;
    assert_ok(roster_list(store->db, "citec", "main", &found, &list, err));
    assert_string_equal(list.name, "North Gate");
    assert_ok(roster_list(store->db, "citec", "ai-forum", &found, &list, err));
    assert_false(found);
    assert_ok(roster_list(store->db, "citec", "n2", &found, &list, err));
    assert_true(found && list.several_entries && !list.all_kinds);
    assert_int_equal(list.ends_ms - list.starts_ms, 210 * 60000);
    struct ticket ana = ticket_of(store, "code:1"), bo = ticket_of(store, "code:2");
    enum list_answer answer;
    assert_ok(roster_list_takes(store->db, &list, &ana, &answer, err));
    assert_int_equal(answer, LIST_TAKES);
    assert_ok(roster_list_takes(store->db, &list, &bo, &answer, err));
    assert_int_equal(answer, LIST_OTHER_KIND);
}

static void
kinds_of_the_organisers_own_are_kept_and_listed(void **state)
{
    struct store *store = *state;
    struct import_setting setting = setting_of(store);
    struct run run;
    run_import(&setting, "code,name,kind\n1,A,Gold Sponsor\n2,B,gold sponsor\n3,C,\n",
               NULL, &run);
    assert_string_equal(ticket_of(store, "code:1").kind, "gold-sponsor");
    assert_string_equal(ticket_of(store, "code:3").kind, "guest");
    assert_non_null(strstr(run.told.data, "\"key\":\"gold-sponsor\",\"rows\":2"));
    str_finish(&run.told);
}

static void
nothing_in_the_clear_is_left_of_codes_and_addresses(void **state)
{
    struct store *store = *state;
    take(store,
         "code,name,email,phone\nSECRETCODE42,Ana,ana.unique@x.example,+4912345678\n",
         NULL);
    db_close(store->db);
    store->db = NULL;
    static const char *const files[] = { "roster.db", "journal.db",
                                         "imports/0001.sealed" };
    static const char *const words[] = { "SECRETCODE42", "ana.unique", "12345678" };
    for (size_t i = 0; i < 3; i++) {
        static char bytes[1 << 20];
        FILE *file = fopen(store_path(store, files[i]), "re");
        assert_non_null(file);
        size_t length = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        for (size_t w = 0; w < 3; w++)
            assert_null(memmem(bytes, length, words[w], strlen(words[w])));
    }
    store_open(store);
}

static void
options_that_are_wrong_are_named_before_anything_starts(void **state)
{
    struct store *store = *state;
    static const struct {
        const char *key, *separator, *zone, *event, *word;
    } wrong[] = {
        { "phone", NULL, NULL, "citec", "phone" },
        { NULL, "ab", NULL, "citec", "separator" },
        { NULL, NULL, "Mars/Base", "citec", "Mars" },
        { NULL, NULL, NULL, "a/b", "event" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct import_setting setting = setting_of(store);
        const struct import_listener listener = { .told = NULL };
        struct import *import;
        struct err err = { ERR_NONE, "" };
        setting.guests_fd = text_fd("code\n", 5);
        setting.key = wrong[i].key;
        setting.separator = wrong[i].separator;
        setting.zone = wrong[i].zone;
        setting.event = wrong[i].event;
        assert_false(import_start(&setting, &listener, &import, &err));
        if (!strstr(err.text, wrong[i].word))
            fail_msg("%s: %s", wrong[i].word, err.text);
        close(setting.guests_fd);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        import_test(a_table_becomes_tickets_with_all_their_fields),
        import_test(headers_of_other_languages_and_split_names_are_understood),
        import_test(a_map_names_columns_by_header_or_number),
        import_test(bad_rows_are_told_by_line_and_field_and_good_ones_are_in),
        import_test(an_import_again_updates_and_keeps_reference_and_absent_columns),
        import_test(replace_cancels_what_is_missing_and_asks_beyond_a_fifth),
        import_test(
            made_codes_are_kept_at_every_import_and_after_the_loss_of_the_roster),
        import_test(an_email_or_number_can_be_the_key),
        import_test(lists_come_from_their_own_table_and_are_not_made_over),
        import_test(kinds_of_the_organisers_own_are_kept_and_listed),
        import_test(nothing_in_the_clear_is_left_of_codes_and_addresses),
        import_test(options_that_are_wrong_are_named_before_anything_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
