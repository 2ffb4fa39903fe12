/* A ticketing server's layouts by way of the easel: drawn by their names, and those
 * that mean harm refused by them. */
#include "easel_scene.h"

#include "layouts.h"

#define NAME_BOX "[" NAME ",\"autoresize\":true}]"

static void
write_layout(struct scene *scene, const char *file, const char *json,
             const struct str *pdf)
{
    char path[200];
    struct str whole;
    bundle(&whole, json, pdf);
    snprintf(path, sizeof path, "%s/%s.layout", scene->designs, file);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(whole.data, 1, whole.length, out), whole.length);
    assert_int_equal(fclose(out), 0);
    str_finish(&whole);
}

static void
a_layout_is_drawn_by_its_name(void **state)
{
    static const double mm[2] = { 62, 100 };
    struct scene scene;
    struct drawing drawing;
    struct str pdf;
    (void)state;

    open_scene(&scene, NULL, 0);
    make_pdf(&pdf, 1, mm, 0, "0 g 0 0 50 50 re f");
    write_layout(&scene, "pretix-citec-7", NAME_BOX, &pdf);
    ask(&scene, &drawing, "pretix:citec/7");
    wait_for(&scene, 1, 60000);
    assert_string_equal(drawing.request.text, "");
    assert_int_equal(drawing.request.outcome, EASEL_DRAWN);
    assert_in_range(drawing.black, 141 * 141 + 200, 60000);

    write_layout(&scene, "pretix-citec-7", "[]", &pdf); /* a change is seen */
    ask(&scene, &drawing, "pretix:citec/7");
    wait_for(&scene, 1, 60000);
    assert_in_range(drawing.black, 139 * 139, 142 * 142);
    str_finish(&pdf);
    close_scene(&scene);
}

static void
names_that_are_no_layouts_are_refused(void **state)
{
    static const char *const names[] = {
        "pretix:",         "pretix:citec",    "pretix:citec/",
        "pretix:/7",       "pretix:a/b/7",    "pretix:citec/7x",
        "pretix:../etc/7", "pretix:citec/-7", "other:citec/7",
    };
    struct scene scene;
    (void)state;

    open_scene(&scene, NULL, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct drawing drawing;
        ask(&scene, &drawing, names[i]);
        wait_for(&scene, 1, 10000);
        assert_int_equal(drawing.request.outcome, EASEL_REFUSED);
        assert_non_null(strstr(drawing.request.text, names[i]));
    }
    close_scene(&scene);
}

/* ---- backgrounds that mean harm -------------------------------------------- */

static void
write_raw(struct scene *scene, const char *objects)
{
    struct str pdf;
    str_init(&pdf, 65536);
    str_addf(&pdf, "%%PDF-1.4\n%s\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%%%EOF\n",
             objects);
    write_layout(scene, "pretix-harm-1", NAME_BOX, &pdf);
    str_finish(&pdf);
}

#define PAGE(resources, draws)                                                     \
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"                                 \
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"                           \
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 175 283]/Resources<<" resources \
    ">>/Contents 4 0 R>>endobj\n"                                                  \
    "4 0 obj<</Length 64>>stream\n" draws "\nendstream endobj\n"

/* Whatever becomes of each, it is soon, and the next badge is drawn. */
static void
a_background_that_means_harm_costs_nobody_else_a_badge(void **state)
{
    static const struct {
        const char *what, *objects;
        bool refused; /* else it may as well be drawn without the harm */
    } cases[] = {
        { "no pages", "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj", true },
        { "pages within themselves",
          "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
          "2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj",
          true },
        { "a million pages",
          "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
          "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1000000>>endobj",
          true },
        { "a picture within itself",
          PAGE("/XObject<</X 5 0 R>>",
               "/X Do") "5 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 "
                        "9]/Resources<</XObject<</X "
                        "5 0 R>>>>/Length 5>>stream\n/X Do\nendstream endobj\n",
          false },
        { "a picture of gigabytes",
          PAGE("/XObject<</X 5 0 R>>",
               "175 0 0 283 0 0 cm /X Do") "5 0 obj<</Type/XObject/Subtype/Image/Width "
                                           "60000/Height 60000"
                                           "/ColorSpace/DeviceRGB/BitsPerComponent "
                                           "8/Length 1>>stream\nx\nendstream "
                                           "endobj\n",
          false },
        { "a tiling without end",
          PAGE(
              "/Pattern<</P 5 0 R>>",
              "/Pattern cs /P scn 0 0 175 283 re f") "5 0 "
                                                     "obj<</Type/Pattern/PatternType "
                                                     "1/PaintType 1/TilingType 1"
                                                     "/BBox[0 0 1 1]/XStep .0001/YStep "
                                                     ".0001/Resources<<>>/Length "
                                                     "15>>stream\n"
                                                     "0 0 1 1 re f   \nendstream "
                                                     "endobj\n",
          false },
        { "a program", PAGE("", "") "5 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj\n",
          false },
    };
    struct scene scene;
    (void)state;

    open_scene(&scene, NULL, 0);
    write_layout(&scene, "pretix-good-1", NAME_BOX, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct drawing bad, good;
        int64_t began_ms = clock_mono_ms(&clock_system);
        write_raw(&scene, cases[i].objects);
        ask(&scene, &bad, "pretix:harm/1");
        ask(&scene, &good, "pretix:good/1");
        good.request.target =
            (struct easel_target){ .dpi = 203, .width_dots = 1183, .height_dots = 839 };
        wait_for(&scene, 2, 30000);
        if (good.request.outcome != EASEL_DRAWN)
            fail_msg("%s: the next: %s", cases[i].what, good.request.text);
        if (cases[i].refused && (bad.request.outcome != EASEL_REFUSED ||
                                 !strstr(bad.request.text, "pretix:harm/1")))
            fail_msg("%s: %d %s", cases[i].what, bad.request.outcome, bad.request.text);
        if (clock_mono_ms(&clock_system) - began_ms > 14000)
            fail_msg("%s: too long", cases[i].what);
    }
    close_scene(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layout_is_drawn_by_its_name),
        cmocka_unit_test(names_that_are_no_layouts_are_refused),
        cmocka_unit_test(a_background_that_means_harm_costs_nobody_else_a_badge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
