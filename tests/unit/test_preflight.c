/* The station's preflight over a real roster and the real drawing helper. */
#include "storing.h"

#include <ftw.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/loop_real.h"
#include "print/preflight_run.h"
#include "store/catalog.h"

struct scene {
    struct store store;
    struct loop_real *real;
    struct loop_timer *stop;
    char designs[80], cache[80], layouts[80];
    struct printq_printer printer;
    unsigned printers;
    struct preflight_means means;
    struct feed feed;
    struct preflight_run *run;
    int told, ended; /* of the feed, of an order */
    struct err why;
    char seen[256];
};

static bool
fill(const struct ticket *ticket, struct spool_job *job, void *self, struct err *err)
{
    struct str out;
    (void)self, (void)err;
    *job = (struct spool_job){ .issue = 1 };
    str_copy(job->event, sizeof job->event, ticket->event);
    str_copy(job->ref, sizeof job->ref, ticket->ref);
    str_copy(job->kind, sizeof job->kind, ticket->kind);
    str_init(&out, SPOOL_FIELDS_MAX);
    json_open_object(&out, NULL);
    json_add_text(&out, "name", ticket->name);
    json_add_text(&out, "organisation", ticket->organisation);
    json_close_object(&out);
    str_copy(job->fields, sizeof job->fields, out.data);
    str_finish(&out);
    return true;
}

static void
hear(enum feed_topic topic, const void *what, void *self)
{
    struct scene *scene = self;
    const struct preflight_status *status = what;
    assert_int_equal(topic, FEED_PREFLIGHT);
    scene->told++;
    if (status->state != PREFLIGHT_GOING)
        loop_real_stop(scene->real);
}

static void
late(void *self)
{
    struct scene *scene = self;
    loop_real_stop(scene->real);
}

static int
set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct store *store = &scene->store;
    assert_non_null(scene);
    store_prepare(store);
    store_open(store);
    store_put_event(store, "citec");
    assert_ok(loop_real_create(&scene->real, err));
    scene->stop = loop_timer_create(loop_real_door(scene->real), late, scene);
    snprintf(scene->designs, sizeof scene->designs, "%s/designs", store->dir);
    snprintf(scene->cache, sizeof scene->cache, "%s/cache", store->dir);
    snprintf(scene->layouts, sizeof scene->layouts, "%s/layouts", store->dir);
    assert_int_equal(mkdir(scene->designs, 0700), 0);
    scene->printers = 1;
    str_copy(scene->printer.design, sizeof scene->printer.design, "conference-62x100");
    scene->printer.profile = (struct profile){ .dpi = 203 };
    scene->printer.profile.media[0] = (struct profile_media){ .width_um = 62000,
                                                              .height_um = 100000,
                                                              .box_width_um = 62000,
                                                              .box_height_um = 100000 };
    scene->means = (struct preflight_means){
        .db = store->db,
        .easel = { .helper = BINARY_DIR "/kiosk-draw",
                   .designs = SOURCE_DIR "/templates/badge",
                   .layouts = scene->layouts,
                   .cache = scene->cache,
                   .fonts = SOURCE_DIR "/templates/system/fonts.conf",
                   .loop = loop_real_door(scene->real),
                   .clock = &clock_system,
                   .log = &store->log },
        .printers = &scene->printer,
        .printer_count = &scene->printers,
        .station = "A",
        .fill = fill,
    };
    feed_init(&scene->feed);
    feed_listen(&scene->feed, 1u << FEED_PREFLIGHT, hear, scene);
    const struct preflight_run_setting setting = { &scene->means, &scene->feed };
    assert_ok(preflight_run_create(&setting, &scene->run, err));
    *state = scene;
    return 0;
}

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static int
tear_down(void **state)
{
    struct scene *scene = *state;
    preflight_run_destroy(scene->run);
    loop_timer_destroy(loop_real_door(scene->real), scene->stop);
    loop_real_destroy(scene->real);
    db_close(scene->store.db);
    nftw(scene->store.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    seal_close(scene->store.seal);
    free(scene);
    return 0;
}

static void
put(struct scene *scene, const char *ref, const char *name, const char *organisation)
{
    struct roster_row row = store_row("citec", ref, ref, name);
    str_copy(row.ticket.ref, sizeof row.ticket.ref, ref);
    str_copy(row.ticket.organisation, sizeof row.ticket.organisation, organisation);
    store_put(&scene->store, &row);
}

static void
begin(struct scene *scene, const char *design)
{
    const struct preflight_order order = { .design = design, .who = "staff:li" };
    assert_ok(preflight_run_begin(scene->run, &order, err));
}

/* Until it has ended. */
static const struct preflight_status *
wait_end(struct scene *scene)
{
    const struct preflight_status *status = preflight_run_status(scene->run);
    loop_timer_arm(loop_real_door(scene->real), scene->stop, 60000);
    if (status->state == PREFLIGHT_GOING)
        loop_real_run(scene->real);
    if (status->state == PREFLIGHT_GOING)
        fail_msg("it goes on at badge %d; log:\n%s", (int)status->counts.badges,
                 scene->store.logged);
    return status;
}

static bool
note(const struct preflight_row *row, void *self)
{
    struct scene *scene = self;
    snprintf(scene->seen, sizeof scene->seen, "%s|%s|%s|%s|%s", row->finding.ref,
             row->finding.name, row->finding.design, row->finding.detail,
             row->has_picture ? "picture" : "");
    return true;
}

/* The last one of that kind. */
static const char *
last_of(struct scene *scene, enum preflight_what what)
{
    scene->seen[0] = '\0';
    preflight_run_each(scene->run, what, 0, note, scene);
    return scene->seen;
}

/* ---- tests ----------------------------------------------------------------------- */

static const char long_name[] =
    "Gesellschaft "
    "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamten "
    "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft";

static void
each_fault_is_kept_by_its_kind_with_a_picture(void **state)
{
    struct scene *scene = *state;
    put(scene, "FINE", "Ana Souza", "USP");
    put(scene, "LONG", "Ben Long", long_name);
    put(scene, "TEST", "TEST", "USP");
    put(scene, "NONE", "", "USP");
    put(scene, "SIGN", "Ada \U00012000", "USP");
    begin(scene, "");
    const struct preflight_status *status = wait_end(scene);
    assert_int_equal(status->state, PREFLIGHT_DONE);
    assert_int_equal(status->counts.badges, 5);
    assert_int_equal(status->counts.flagged, 4);
    assert_int_equal(status->counts.of, 5);
    assert_string_equal(last_of(scene, PREFLIGHT_OVERFLOW),
                        "LONG|Ben Long|conference-62x100|organisation|picture");
    assert_string_equal(last_of(scene, PREFLIGHT_NO_NAME),
                        "NONE||conference-62x100||picture");
    assert_non_null(strstr(last_of(scene, PREFLIGHT_LETTERS), "name lacks 1 letters"));
    assert_non_null(strstr(last_of(scene, PREFLIGHT_NAME), "TEST|TEST|"));
    for (int i = 0; i < PREFLIGHT_WHAT_COUNT; i++)
        assert_int_equal(preflight_run_kept(scene->run, (enum preflight_what)i),
                         status->counts.findings[i]);
    const char *png;
    size_t length;
    assert_ok(preflight_run_picture(scene->run, 1, 0, &png, &length, err));
    assert_true(length > 500 && memcmp(png, "\x89PNG", 4) == 0);
    assert_fails(preflight_run_picture(scene->run, 2, 0, &png, &length, err),
                 ERR_ABSENT, "no such picture");
    assert_fails(preflight_run_picture(scene->run, 1, 4, &png, &length, err),
                 ERR_ABSENT, "no such picture");
    const struct str *table = preflight_run_table(scene->run);
    assert_non_null(strstr(table->data, "ref,name,design,finding,detail\r\n"));
    assert_non_null(strstr(table->data, "NONE,,conference-62x100,no name,\r\n"));
}

static void
a_dense_code_is_told_with_what_would_be_right(void **state)
{
    struct scene *scene = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/dense.svg", scene->designs);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"62mm\" height=\"100mm\" "
          "viewBox=\"0 0 62 100\"><rect id=\"qr\" x=\"5\" y=\"5\" width=\"9\" "
          "height=\"9\"/></svg>",
          file);
    assert_int_equal(fclose(file), 0);
    scene->means.easel.designs = scene->designs;
    put(scene, "ABCDEFGH", "Ana Souza", "USP");
    begin(scene, "dense");
    wait_end(scene);
    /* A code of 25 modules and 4 of quiet at each side, 3 dots each at 203 dpi. */
    assert_string_equal(last_of(scene, PREFLIGHT_QR),
                        "ABCDEFGH|Ana Souza|dense|modules of 2 dots, want 3: a "
                        "rectangle of 12.4 mm for it in the design, or a shorter "
                        "code|picture");
}

static void
note_end(const struct err *err, void *self)
{
    struct scene *scene = self;
    scene->ended++;
    if (err)
        scene->why = *err;
}

static void
one_goes_at_a_time_and_what_it_found_stays_when_it_is_stopped(void **state)
{
    struct scene *scene = *state;
    const struct preflight_order order = { .who = "uid:0",
                                           .ended = note_end,
                                           .self = scene };
    put(scene, "TEST", "TEST", "USP");
    begin(scene, "");
    assert_fails(preflight_run_begin(scene->run, &order, err), ERR_BUSY, "staff:li");
    wait_end(scene);
    assert_int_equal(preflight_run_kept(scene->run, PREFLIGHT_NAME), 1);
    preflight_run_stop(scene->run); /* of one that has ended: nothing */
    assert_int_equal(preflight_run_status(scene->run)->state, PREFLIGHT_DONE);

    assert_ok(preflight_run_begin(scene->run, &order, err));
    assert_int_equal(preflight_run_kept(scene->run, PREFLIGHT_NAME), 0);
    preflight_run_stop(scene->run);
    assert_int_equal(preflight_run_status(scene->run)->state, PREFLIGHT_STOPPED);
    assert_int_equal(preflight_run_status(scene->run)->number, 2);
    assert_int_equal(scene->ended, 1);
    assert_int_equal(scene->why.code, ERR_BUSY);

    assert_ok(preflight_run_begin(scene->run, &order, err));
    preflight_run_leave(scene->run);
    assert_int_equal(scene->ended, 1); /* whoever left hears no more */
}

static void
of_many_with_one_fault_all_are_listed_and_the_first_are_shown(void **state)
{
    enum { MANY = PREFLIGHT_PICTURES_EACH + 7 };
    struct scene *scene = *state;
    for (int i = 0; i < MANY; i++) {
        char ref[16];
        snprintf(ref, sizeof ref, "TEST%d", i);
        put(scene, ref, "TEST", "USP");
    }
    begin(scene, "");
    wait_end(scene);
    assert_int_equal(preflight_run_kept(scene->run, PREFLIGHT_NAME), MANY);
    const char *png;
    size_t length;
    unsigned shown = 0;
    struct err ignored;
    for (unsigned i = 0; i < MANY; i++)
        shown += preflight_run_picture(scene->run, 1, i, &png, &length, &ignored);
    assert_int_equal(shown, PREFLIGHT_PICTURES_EACH);
    assert_true(scene->told >= 2); /* its beginning, its end */
}

static void
a_servers_layout_that_cannot_be_made_is_a_finding_once(void **state)
{
    struct scene *scene = *state;
    scene->printer.server_layouts = true;
    assert_ok(roster_begin(scene->store.db, err));
    assert_ok(catalog_put_layout(roster_pen(scene->store.db), "citec", 7, true, "[]",
                                 "gone.pdf", err));
    assert_ok(roster_commit(scene->store.db, err));
    put(scene, "ONE", "Ana Souza", "USP");
    put(scene, "TWO", "Ben Long", "USP");
    begin(scene, "");
    const struct preflight_status *status = wait_end(scene);
    assert_int_equal(status->state, PREFLIGHT_DONE);
    assert_int_equal(status->counts.findings[PREFLIGHT_REFUSED], 2);
    assert_int_equal(status->counts.flagged, 2);
    assert_int_equal(preflight_run_kept(scene->run, PREFLIGHT_REFUSED), 1);
    assert_non_null(strstr(last_of(scene, PREFLIGHT_REFUSED), "gone.pdf"));
}

static void
what_ends_it_early_is_told(void **state)
{
    struct scene *scene = *state;
    put(scene, "ONE", "Ana Souza", "USP");
    const struct preflight_order order = {
        .design = "a-name-that-is-so-long-that-no-design-of-any-house-could-ever-be-"
                  "called-so-really",
        .who = "staff:li"
    };
    assert_fails(preflight_run_begin(scene->run, &order, err), ERR_INPUT, "over 63");
    assert_int_equal(preflight_run_status(scene->run)->state, PREFLIGHT_IDLE);
}

#define preflight_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        preflight_test(each_fault_is_kept_by_its_kind_with_a_picture),
        preflight_test(a_dense_code_is_told_with_what_would_be_right),
        preflight_test(one_goes_at_a_time_and_what_it_found_stays_when_it_is_stopped),
        preflight_test(of_many_with_one_fault_all_are_listed_and_the_first_are_shown),
        preflight_test(a_servers_layout_that_cannot_be_made_is_a_finding_once),
        preflight_test(what_ends_it_early_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
