/* Whose layout a badge is drawn with: the ticketing server's for the guest's product,
 * or the printer's own design. */
#include "printq_scene.h"

#include <sys/stat.h>

#include "store/catalog.h"

static const char layout[] = "[{\"type\":\"textarea\",\"content\":\"attendee_name\"}]";

static void
put_ticket(struct scene *scene, const char *ref, int64_t product)
{
    struct roster_row one = store_row("citec", ref, ref, "张伟");
    str_copy(one.ticket.ref, sizeof one.ticket.ref, ref);
    str_copy(one.ticket.language, sizeof one.ticket.language, "de");
    one.ticket.origin.product = product;
    store_put(&scene->store, &one);
}

static void
put_product(struct scene *scene, int64_t id, int64_t its_layout)
{
    struct product product = { .id = id, .name = "Ticket", .layout = its_layout };
    assert_ok(roster_begin(scene->store.db, err));
    assert_ok(catalog_put_product(roster_pen(scene->store.db), "citec", &product, err));
    assert_ok(roster_commit(scene->store.db, err));
}

static void
put_layout(struct scene *scene, int64_t id, bool is_default, const char *body,
           const char *background)
{
    assert_ok(roster_begin(scene->store.db, err));
    assert_ok(catalog_put_layout(roster_pen(scene->store.db), "citec", id, is_default,
                                 body, background, err));
    assert_ok(roster_commit(scene->store.db, err));
}

/* An event with a product of each kind, and a printer that follows the server. */
static void
set_event(struct scene *scene)
{
    static char folder[600];
    snprintf(folder, sizeof folder, "%s/layouts", scene->store.dir);
    scene->setting.layouts = folder;
    scene->printers[0].server_layouts = true;
    store_put_event(&scene->store, "citec");
    put_product(scene, 1, 7);
    put_product(scene, 2, CATALOG_LAYOUT_DEFAULT);
    put_product(scene, 3, CATALOG_LAYOUT_NONE);
    put_layout(scene, 7, false, layout, "");
    put_layout(scene, 8, true, "[]", "");
    put_ticket(scene, "SEVEN", 1);
    put_ticket(scene, "DEFAULT", 2);
    put_ticket(scene, "NOBADGE", 3);
    put_ticket(scene, "WALKIN", 0);
    put_ticket(scene, "STRANGE", 99);
}

static const char *
folder_file(const struct scene *scene, const char *name)
{
    static char path[700];
    snprintf(path, sizeof path, "%s/%s", scene->setting.layouts, name);
    return path;
}

static void
read_file(const char *path, char *to, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    to[fread(to, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void
remove_folder(const struct scene *scene)
{
    static const char *const names[] = { "pretix-citec-7.layout",
                                         "pretix-citec-0.layout", "bg.pdf" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(folder_file(scene, names[i]));
    rmdir(scene->setting.layouts);
}

static void
print_one(struct scene *scene, const char *ref)
{
    unsigned before = scene->drawn;
    guest(scene, ref);
    for (int i = 0; i < 1000 && scene->drawn == before; i++)
        wait_ms(scene, 10);
    assert_int_equal(scene->drawn, before + 1);
    wait_ms(scene, 5000);
}

static void
each_product_has_its_layout_and_the_rest_the_printers_design(void **state)
{
    static const struct {
        const char *ref, *design;
    } cases[] = {
        { "SEVEN", "pretix:citec/7" },      { "DEFAULT", "pretix:citec/0" },
        { "WALKIN", "pretix:citec/0" },     { "STRANGE", "pretix:citec/0" },
        { "NOBADGE", "conference-62x100" },
    };
    struct scene *scene = *state;
    char text[512];

    set_event(scene);
    start(scene);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_one(scene, cases[i].ref);
        if (strcmp(scene->drawn_design, cases[i].design) != 0)
            fail_msg("%s: %s", cases[i].ref, scene->drawn_design);
        struct spool_job job = { 0 };
        bool has;
        str_copy(job.event, sizeof job.event, "citec");
        str_copy(job.ref, sizeof job.ref, cases[i].ref);
        assert_ok(printq_has_layout(scene->store.db, &job, &has, err));
        assert_int_equal(has, str_starts(cases[i].design, "pretix:"));
    }
    read_file(folder_file(scene, "pretix-citec-7.layout"), text, sizeof text);
    char want[512];
    snprintf(want, sizeof want, "YLLAYOUT1 %zu 0\n%s", strlen(layout), layout);
    assert_string_equal(text, want);
    remove_folder(scene);
}

static void
without_a_word_in_the_configuration_nothing_changes(void **state)
{
    struct scene *scene = *state;

    set_event(scene);
    scene->printers[0].server_layouts = false;
    start(scene);
    print_one(scene, "SEVEN");
    assert_string_equal(scene->drawn_design, "conference-62x100");
    assert_string_equal(scene->drawn_fields, "{\"name\":\"张伟\"}");
    assert_int_not_equal(access(scene->setting.layouts, F_OK), 0);
}

static void
an_event_without_layouts_has_the_printers_design(void **state)
{
    struct scene *scene = *state;

    set_event(scene);
    assert_ok(roster_begin(scene->store.db, err));
    assert_ok(catalog_keep(roster_pen(scene->store.db), "citec", CATALOG_LAYOUTS, NULL,
                           0, err));
    assert_ok(roster_commit(scene->store.db, err));
    start(scene);
    print_one(scene, "SEVEN");
    assert_string_equal(scene->drawn_design, "conference-62x100");
}

/* The ticket's code stands on the badge, in the helper's memory, and in no file. */
static void
a_layout_gets_the_tickets_code_and_no_row_does(void **state)
{
    struct scene *scene = *state;

    set_event(scene);
    start(scene);
    print_one(scene, "SEVEN");
    assert_string_equal(scene->drawn_fields,
                        "{\"name\":\"张伟\",\"secret\":\"SEVEN\",\"language\":\"de\"}");
    assert_string_equal(row(scene, 1).fields, "{\"name\":\"张伟\"}");
    remove_folder(scene);
}

static void
a_layout_that_changes_is_written_anew_and_only_then(void **state)
{
    struct scene *scene = *state;
    struct stat first, second;
    char text[512];

    set_event(scene);
    start(scene);
    print_one(scene, "SEVEN");
    const char *path = folder_file(scene, "pretix-citec-7.layout");
    assert_int_equal(stat(path, &first), 0);
    print_one(scene, "SEVEN");
    assert_int_equal(stat(path, &second), 0);
    assert_int_equal(first.st_ino, second.st_ino);

    FILE *file = fopen(folder_file(scene, "bg.pdf"), "w");
    assert_non_null(file);
    fputs("%PDF-x", file);
    fclose(file);
    put_layout(scene, 7, false, "[]", "bg.pdf");
    print_one(scene, "SEVEN");
    read_file(folder_file(scene, "pretix-citec-7.layout"), text, sizeof text);
    assert_string_equal(text, "YLLAYOUT1 2 6\n[]%PDF-x");
    remove_folder(scene);
}

static void
a_background_that_is_not_there_costs_no_badge(void **state)
{
    struct scene *scene = *state;

    set_event(scene);
    put_layout(scene, 7, false, "[]", "gone.pdf");
    start(scene);
    print_one(scene, "SEVEN");
    assert_string_equal(scene->drawn_design, "conference-62x100");
    remove_folder(scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(each_product_has_its_layout_and_the_rest_the_printers_design),
        scene_test(without_a_word_in_the_configuration_nothing_changes),
        scene_test(an_event_without_layouts_has_the_printers_design),
        scene_test(a_layout_gets_the_tickets_code_and_no_row_does),
        scene_test(a_layout_that_changes_is_written_anew_and_only_then),
        scene_test(a_background_that_is_not_there_costs_no_badge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
