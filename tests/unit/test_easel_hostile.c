/* Designs that mean harm, each against the real helper: refused by name, in time, and
 * nobody else's badge waits. */
#include "easel_scene.h"

#include "str.h"

#define SVG                                                                   \
    "<svg xmlns='http://www.w3.org/2000/svg' "                                \
    "xmlns:xlink='http://www.w3.org/1999/xlink' width='62mm' height='100mm' " \
    "viewBox='0 0 62 100'>"

static const char good[] = SVG "<rect id='name' x='4' y='20' width='54' height='20' "
                               "data-max='9mm'/></svg>";

/* What is wrong with it stands in the text it is refused with. */
static const struct hostile {
    const char *name, *svg, *says;
} hostile[] = {
    { "laughs",
      "<!DOCTYPE svg [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
      "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]>" SVG "<text>&c;</text></svg>",
      "line 1: <!DOCTYPE" },
    { "outside-entity",
      "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" SVG
      "<text>&x;</text></svg>",
      "may not declare entities" },
    { "undeclared", SVG "<text>&x;</text></svg>", "undefined entity" },
    { "file", SVG "<image id='i' xlink:href='file:///etc/passwd'/></svg>",
      "<image id=\"i\">: xlink:href refers to \"file:///etc/passwd\"" },
    { "http", SVG "\n<image href='http://example.org/a.png'/></svg>",
      "line 2: <image>: href refers to \"http://example.org/a.png\"" },
    { "path", SVG "<use href='../other.svg#a'/></svg>", "../other.svg#a" },
    { "svg-in-data", SVG "<image href='data:image/svg+xml;base64,PHN2Zy8+'/></svg>",
      "data:image/svg+xml" },
    { "url", SVG "<rect style='fill:url(http://example.org/#a)'/></svg>",
      "http://example.org/#a" },
    { "import", SVG "<style>@import 'http://example.org/a.css';</style></svg>",
      "@import" },
    { "instruction", "<?xml-stylesheet href='http://example.org/a.css'?>" SVG "</svg>",
      "processing instructions" },
    { "include",
      SVG "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' "
          "href='/etc/passwd' parse='text'/></svg>",
      "xi:include" },
    { "huge",
      "<svg xmlns='http://www.w3.org/2000/svg' width='99999mm' height='99999mm'/>",
      "want a size from 10mm to 500mm" },
    { "cycle", SVG "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g></svg>",
      "refers, in the end, to itself" },
    { "broken", SVG "<rect></svg>", "line 1: not well-formed XML" },
    { "other", "<html xmlns='http://www.w3.org/1999/xhtml'/>", "want <svg>" },
    { "empty", "", "no element found" },
    { "turned",
      SVG "<rect id='name' transform='rotate(20)' x='9' y='9' width='9' height='9' "
          "data-max='3mm'/></svg>",
      "line 1: <rect>: slot \"name\": a slot may be moved, scaled and turned by 90" },
    { "sizes",
      SVG "\n\n<rect id='name' x='4' y='4' width='9' height='9' data-max='big'/></svg>",
      "line 3: <rect id=\"name\">: data-max=\"big\": want a size" },
    { "off-paper",
      SVG "<rect id='name' x='40' y='4' width='30' height='9' data-max='3mm'/></svg>",
      "slot \"name\": 8.1 mm of it lie outside" },
};

static void
each_is_refused_by_name_with_what_is_wrong(void **state)
{
    struct scene scene;
    (void)state;

    open_scene(&scene, NULL, 0);
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        const struct hostile *one = &hostile[i];
        struct drawing drawing;
        write_design(&scene, one->name, one->svg);
        ask(&scene, &drawing, one->name);
        wait_for(&scene, 1, 12000);
        if (drawing.request.outcome != EASEL_REFUSED ||
            !strstr(drawing.request.text, one->name) ||
            !strstr(drawing.request.text, one->says))
            fail_msg("%s: want \"%s\", got %d \"%s\"", one->name, one->says,
                     drawing.request.outcome, drawing.request.text);
        assert_string_equal(easel_problem(scene.easel, one->name),
                            drawing.request.text);
    }
    close_scene(&scene);
}

/* ---- those that only show when they run --------------------------------- */

/* Filters within bounds, each looking at the whole page many times. */
static void
write_endless(struct scene *scene, const char *name)
{
    struct str svg;
    str_init(&svg, 1024 * 1024);
    str_add_text(&svg, SVG "<filter id='f' x='0' y='0' width='1' height='1'>");
    for (int i = 0; i < 400; i++)
        str_add_text(&svg, "<feTurbulence baseFrequency='.9' numOctaves='9999'/>"
                           "<feMorphology operator='dilate' radius='200'/>");
    str_add_text(&svg, "</filter><rect width='62' height='100' "
                       "filter='url(#f)'/></svg>");
    assert_true(str_ok(&svg));
    write_design(scene, name, svg.data);
    str_finish(&svg);
}

static void
a_design_that_hangs_delays_no_other_and_is_refused_in_time(void **state)
{
    struct scene scene;
    struct drawing bad, before, during;
    (void)state;

    open_scene(&scene, NULL, 0); /* the real limit of 10 s */
    write_design(&scene, "good", good);
    write_endless(&scene, "endless");
    ask(&scene, &before, "good");
    wait_for(&scene, 1, 60000);

    int64_t began_ms = clock_mono_ms(&clock_system);
    ask(&scene, &bad, "endless");
    for (int i = 0; i < 50; i++) {
        ask(&scene, &during, "good");
        wait_for(&scene, 1, 2500);
        assert_int_equal(during.request.outcome, EASEL_DRAWN);
        assert_int_equal(bad.order, 0);
    }
    assert_true(clock_mono_ms(&clock_system) - began_ms < 5000);
    wait_for(&scene, 1, 15000);
    int64_t took_ms = clock_mono_ms(&clock_system) - began_ms;
    assert_int_equal(bad.request.outcome, EASEL_REFUSED);
    if (!strstr(bad.request.text, "endless"))
        fail_msg("%s", bad.request.text);
    if (took_ms > 12000)
        fail_msg("refused after %d ms", (int)took_ms);
    close_scene(&scene);
}

/* 2^30 rectangles by 30 uses of 2 each. */
static void
a_design_that_grows_without_end_is_refused(void **state)
{
    struct scene scene;
    struct drawing drawing;
    struct str svg;
    (void)state;

    open_scene(&scene, NULL, 0);
    str_init(&svg, 65536);
    str_add_text(&svg, SVG "<defs><rect id='l0' width='1' height='1'/>");
    for (int i = 1; i <= 30; i++)
        str_addf(&svg, "<g id='l%d'><use href='#l%d'/><use href='#l%d'/></g>", i, i - 1,
                 i - 1);
    str_add_text(&svg, "</defs><use href='#l30'/></svg>");
    write_design(&scene, "growing", svg.data);
    str_finish(&svg);
    ask(&scene, &drawing, "growing");
    wait_for(&scene, 1, 15000);
    assert_int_equal(drawing.request.outcome, EASEL_REFUSED);
    assert_non_null(strstr(drawing.request.text, "growing"));
    close_scene(&scene);
}

/* Sixty groups within one another, each with a page of 55 MB of its own. */
static void
a_design_that_eats_memory_costs_nobody_else_any(void **state)
{
    struct scene scene;
    struct drawing drawing, after;
    struct str svg;
    (void)state;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* there the jail sets no limit to memory */
#endif
    open_scene(&scene, NULL, 0);
    str_init(&svg, 1024 * 1024);
    str_add_text(&svg, SVG);
    for (int i = 0; i < 60; i++)
        str_add_text(&svg, "<g opacity='.9' style='isolation:isolate'>"
                           "<rect width='62' height='100'/>");
    for (int i = 0; i < 60; i++)
        str_add_text(&svg, "</g>");
    str_add_text(&svg, "</svg>");
    write_design(&scene, "eats", svg.data);
    str_finish(&svg);
    ask(&scene, &drawing, "eats");
    drawing.request.target =
        (struct easel_target){ .dpi = 1200, .width_dots = 2929, .height_dots = 4724 };
    write_design(&scene, "good", good);
    ask(&scene, &after, "good");
    wait_for(&scene, 2, 15000);
    assert_int_equal(drawing.request.outcome, EASEL_REFUSED);
    assert_non_null(strstr(drawing.request.text, "eats"));
    assert_int_equal(after.request.outcome, EASEL_DRAWN);
    close_scene(&scene);
}

static bool
runs(pid_t pid, const char *word)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t got = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    return memmem(line, got, word, strlen(word)) != NULL;
}

/* A child of ours with that word on its command line; 0: none. */
static pid_t
child_named(const char *word)
{
    char path[64];
    int child;
    pid_t found = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    while (file && found == 0 && fscanf(file, "%d", &child) == 1)
        found = runs(child, word) ? child : 0;
    if (file)
        fclose(file);
    return found;
}

static void
a_design_whose_parser_crashes_is_refused_by_name(void **state)
{
    struct scene scene;
    struct drawing drawing;
    (void)state;

    open_scene(&scene, NULL, 0);
    write_endless(&scene, "crashing"); /* slow enough to be met at work */
    ask(&scene, &drawing, "crashing");
    pid_t pid = 0;
    for (int i = 0; i < 100 && pid == 0; i++) {
        scene.wanted = -1;
        loop_timer_arm(scene.loop, scene.stop, 20);
        loop_real_run(scene.real);
        pid = child_named("prepare");
    }
    assert_true(pid > 0);
    kill(pid, SIGABRT);
    wait_for(&scene, 1, 5000);
    assert_int_equal(drawing.request.outcome, EASEL_REFUSED);
    assert_non_null(strstr(drawing.request.text,
                           "design crashing: it broke the drawing helper (signal 6)"));
    close_scene(&scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_refused_by_name_with_what_is_wrong),
        cmocka_unit_test(a_design_that_hangs_delays_no_other_and_is_refused_in_time),
        cmocka_unit_test(a_design_that_grows_without_end_is_refused),
        cmocka_unit_test(a_design_that_eats_memory_costs_nobody_else_any),
        cmocka_unit_test(a_design_whose_parser_crashes_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
