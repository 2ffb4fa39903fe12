/* The staff's page of all badges before the event, over a run with the real drawing
 * helper: what is shown, who may, and what is served as files. */
#include "at_corner.h"

#include <ftw.h>

#include "base/loop_real.h"
#include "print/preflight_run.h"

struct scene {
    struct corner *corner;
    struct loop_real *real; /* the run's; the corner's is turned by hand */
    struct loop_timer *look;
    char cache[64];
    struct preflight_means means;
    struct web_file file; /* the last one that was asked for */
    char start[16];
};

static unsigned no_printers;

static bool
fill(const struct ticket *ticket, struct spool_job *job, void *self, struct err *err)
{
    (void)self, (void)err;
    *job = (struct spool_job){ .issue = 1 };
    str_copy(job->event, sizeof job->event, ticket->event);
    str_copy(job->ref, sizeof job->ref, ticket->ref);
    str_copy(
        job->fields, sizeof job->fields,
        "{\"name\":\"Ana\",\"organisation\":"
        "\"Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamten"
        "gesellschaftsvorsitzendenstellvertreterversammlungsprotokollfuehrerin\"}");
    return true;
}

/* Until the run has ended; a minute at most. */
static void
look(void *self)
{
    struct scene *page = self;
    if (preflight_run_status(page->corner->preflight)->state != PREFLIGHT_GOING)
        loop_real_stop(page->real);
    else
        loop_timer_arm(loop_real_door(page->real), page->look, 10);
}

static int
set_up(void **state)
{
    struct scene *page = calloc(1, sizeof *page);
    assert_non_null(page);
    corner_setup((void **)&page->corner);
    struct door *door = &page->corner->door;
    assert_ok(loop_real_create(&page->real, err));
    page->look = loop_timer_create(loop_real_door(page->real), look, page);
    str_copy(page->cache, sizeof page->cache, "/tmp/yuelai-pages-XXXXXX");
    assert_non_null(mkdtemp(page->cache));
    page->means = (struct preflight_means){
        .db = door->db,
        .easel = { .helper = BINARY_DIR "/kiosk-draw",
                   .designs = SOURCE_DIR "/templates/badge",
                   .cache = page->cache,
                   .fonts = SOURCE_DIR "/templates/system/fonts.conf",
                   .loop = loop_real_door(page->real),
                   .clock = &door->hand.clock,
                   .log = &door->log },
        .printer_count = &no_printers,
        .station = "A",
        .fill = fill,
    };
    const struct preflight_run_setting run = { &page->means, &door->feed };
    assert_ok(preflight_run_create(&run, &page->corner->preflight, err));
    api_destroy(page->corner->api);
    corner_build_api(page->corner);
    *state = page;
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
    struct scene *page = *state;
    struct preflight_run *run = page->corner->preflight;
    corner_teardown((void **)&page->corner);
    preflight_run_destroy(run);
    loop_timer_destroy(loop_real_door(page->real), page->look);
    loop_real_destroy(page->real);
    nftw(page->cache, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(page);
    return 0;
}

static void
keep_file(const struct web_file *file, void *self)
{
    ((struct scene *)self)->file = *file;
    snprintf(((struct scene *)self)->start, sizeof((struct scene *)0)->start, "%.*s",
             (int)(file->length < 15 ? file->length : 15),
             file->bytes ? (const char *)file->bytes : "");
}

static int
get(struct scene *page, const char *path)
{
    struct web_routes routes = api_routes(page->corner->api);
    routes.file(path, page->corner->token, keep_file, page, routes.self);
    return page->file.status;
}

static void
show(struct corner *corner)
{
    assert_int_equal(corner_act(corner, "show", "\"screen\":\"preflight\""), 200);
}

static void
run_out(struct scene *page)
{
    loop_timer_arm(loop_real_door(page->real), page->look, 0);
    loop_real_run(page->real);
    hand_loop_turn(&page->corner->door.hand, 0);
}

static void
who_may_begins_it_and_sees_what_it_found(void **state)
{
    struct scene *page = *state;
    struct corner *corner = page->corner;
    corner_login(corner, "li", "4711");
    show(corner);
    assert_true(corner_shows(corner, "\"state\":\"idle\""));
    assert_true(corner_shows(corner, "\"events\":[{\"slug\":\"citec\""));
    assert_int_equal(corner_act(corner, "preflight-start", "\"event\":\"nope\""), 404);
    assert_int_equal(corner_act(corner, "preflight-start", "\"event\":\"citec\""), 200);
    assert_true(corner_shows(corner, "\"state\":\"going\""));
    assert_true(corner_shows(corner, "\"by\":\"staff:li\""));
    assert_int_equal(corner_act(corner, "preflight-start", "\"event\":\"\""), 409);
    run_out(page);
    assert_true(corner_shows(corner, "\"state\":\"done\""));
    assert_true(corner_shows(corner, "{\"finding\":\"overflow\",\"count\":"));
    assert_true(corner_shows(corner, "\"design\":\"conference-62x100\""));
    assert_int_equal(
        corner_act(corner, "preflight-look", "\"finding\":\"overflow\",\"page\":7"),
        200);
    assert_true(corner_shows(corner, "\"page\":0")); /* there are no seven */
    assert_int_equal(
        corner_act(corner, "preflight-look", "\"finding\":\"nothing\",\"page\":0"),
        404);
    assert_int_equal(
        corner_act(corner, "preflight-look", "\"finding\":\"qr\",\"page\":-1"), 400);
}

static void
it_goes_on_without_its_session_and_another_stops_it(void **state)
{
    struct scene *page = *state;
    struct corner *corner = page->corner;
    corner_login(corner, "li", "4711");
    show(corner);
    assert_int_equal(corner_act(corner, "preflight-start", "\"event\":\"\""), 200);
    assert_int_equal(corner_act(corner, "logout", ""), 200);
    assert_int_equal(preflight_run_status(corner->preflight)->state, PREFLIGHT_GOING);
    corner_login(corner, "wang", "4711");
    show(corner);
    assert_true(corner_shows(corner, "\"state\":\"going\""));
    assert_true(corner_shows(corner, "\"by\":\"staff:li\""));
    assert_int_equal(corner_act(corner, "preflight-stop", ""), 200);
    assert_true(corner_shows(corner, "\"state\":\"stopped\""));
}

static void
a_guest_that_was_opened_from_it_leads_back_to_it(void **state)
{
    struct scene *page = *state;
    struct corner *corner = page->corner;
    char ref[64];
    snprintf(ref, sizeof ref, "\"ref\":\"%s\"", door_ref(&corner->door, "T-ANA"));
    corner_login(corner, "li", "4711");
    show(corner);
    assert_int_equal(corner_act(corner, "open", ref), 200);
    assert_true(corner_shows(corner, "\"back\":\"preflight\""));
    assert_int_equal(corner_act(corner, "find", "\"query\":\"\""), 200);
    assert_int_equal(corner_act(corner, "open", ref), 200);
    assert_true(corner_shows(corner, "\"back\":\"find\""));
}

static void
its_files_are_for_the_session_alone(void **state)
{
    static const char table[] = "/api/staff/preflight/findings.csv";
    struct scene *page = *state;
    struct corner *corner = page->corner;
    assert_int_equal(get(page, table), 401);
    assert_int_equal(get(page, "/api/staff/preflight/1/0"), 401);
    assert_int_equal(get(page, "/api/guest/preflight/1/0"), 404);
    corner_login(corner, "ana", "4711"); /* a helper */
    assert_int_equal(get(page, table), 403);
    assert_int_equal(corner_act(corner, "show", "\"screen\":\"preflight\""), 403);
    assert_int_equal(corner_act(corner, "preflight-start", "\"event\":\"\""), 403);
    assert_int_equal(corner_act(corner, "logout", ""), 200);

    corner_login(corner, "li", "4711");
    show(corner);
    assert_int_equal(corner_act(corner, "preflight-start", "\"event\":\"\""), 200);
    assert_int_equal(get(page, table), 200);
    assert_string_equal(page->file.type, "text/csv; charset=utf-8");
    assert_string_equal(page->file.name, "findings.csv");
    assert_string_equal(page->start, "\xef\xbb\xbfref,name,des");
    run_out(page);
    assert_int_equal(get(page, "/api/staff/preflight/1/0"), 200);
    assert_string_equal(page->file.type, "image/png");
    assert_memory_equal(page->start, "\x89PNG", 4);
    static const char *const none[] = {
        "/api/staff/preflight/2/0", "/api/staff/preflight/1/999",
        "/api/staff/preflight/1",   "/api/staff/preflight//",
        "/api/staff/preflight/1/x", "/api/staff/preflight/../../key",
        "/api/staff/nothing"
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(get(page, none[i]), 404);
}

#define page_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        page_test(who_may_begins_it_and_sees_what_it_found),
        page_test(it_goes_on_without_its_session_and_another_stops_it),
        page_test(a_guest_that_was_opened_from_it_leads_back_to_it),
        page_test(its_files_are_for_the_session_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
