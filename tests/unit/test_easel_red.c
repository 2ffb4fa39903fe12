/* A printer with red by way of the easel: both planes come, from the very same design
 * and helper that draw a page of black alone. */
#include "easel_scene.h"

static const char svg[] =
    "<svg xmlns='http://www.w3.org/2000/svg' width='62mm' height='100mm' "
    "viewBox='0 0 62 100'><rect width='62' height='10' fill='#f00'/>"
    "<rect width='62' height='10' y='90'/>"
    "<rect id='name' x='4' y='20' width='54' height='20' data-max='9mm'/></svg>";

struct planes {
    struct easel_request request;
    struct scene *scene;
    size_t black, red, both; /* dots; of both: bytes */
    bool has_red;
};

static void
on_planes(struct easel_request *request)
{
    struct planes *planes = request->owner;
    const struct page *page = &request->page;
    size_t bytes = (size_t)page->stride_bytes * (size_t)page->height_dots;

    planes->has_red = page->second != NULL;
    for (size_t i = 0; page->bits && i < bytes; i++) {
        uint8_t red = page->second ? page->second[i] : 0;
        planes->black += (size_t)__builtin_popcount(page->bits[i]);
        planes->red += (size_t)__builtin_popcount(red);
        planes->both += (page->bits[i] & red) != 0;
    }
    if (++planes->scene->answers == planes->scene->wanted)
        loop_real_stop(planes->scene->real);
}

static void
draw(struct scene *scene, int32_t second, struct planes *planes)
{
    *planes = (struct planes){ .scene = scene };
    planes->request = (struct easel_request){ .design = "d",
                                              .target = scene_target,
                                              .fields = scene_fields,
                                              .qr = scene_qr,
                                              .done = on_planes,
                                              .owner = planes };
    planes->request.target.second = second;
    easel_draw(scene->easel, &planes->request);
    wait_for(scene, 1, 60000);
    assert_string_equal(planes->request.text, "");
    assert_int_equal(planes->request.outcome, EASEL_DRAWN);
}

static void
a_page_has_a_plane_of_red_where_it_is_asked_for(void **state)
{
    struct scene scene;
    struct planes one, two, again;
    (void)state;

    open_scene(&scene, NULL, 0);
    write_design(&scene, "d", svg);
    draw(&scene, 0, &one);
    draw(&scene, 1, &two);
    draw(&scene, 0, &again);
    assert_false(one.has_red || again.has_red);
    assert_true(two.has_red && two.red > 30000);
    assert_int_equal(two.both, 0);
    assert_int_equal(two.black + two.red, one.black);
    assert_int_equal(again.black, one.black);
    close_scene(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_has_a_plane_of_red_where_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
