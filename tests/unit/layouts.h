#ifndef YUELAI_TEST_LAYOUTS_H
#define YUELAI_TEST_LAYOUTS_H

/* layouts: files as a ticketing server's layouts come in, for test_layout (what they
 * mean, what is wrong with them) and test_layout_drawn. */

#include "draw/prepare_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "str.h"

#if defined(__SANITIZE_ADDRESS__)
/* Pango, fontconfig and poppler keep what they know until the process ends. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

static const struct design_target own_size = { .dpi = 254 }; /* 10 dots a millimetre */

/* ---- files --------------------------------------------------------------- */

static inline void
add_object(struct str *pdf, long *places, int number, const char *words)
{
    places[number] = (long)pdf->length;
    str_addf(pdf, "%d 0 obj%s endobj\n", number, words);
}

/* A PDF of `pages` pages of that size, each with what `draws` paints; `turned` degrees.
 */
static inline void
make_pdf(struct str *pdf, int pages, const double mm[2], int turned, const char *draws)
{
    long places[64] = { 0 };
    char words[4096];
    struct str kids;

    str_init(&kids, 1024);
    str_init(pdf, 65536);
    str_add_text(pdf, "%PDF-1.4\n");
    add_object(pdf, places, 1, "<</Type/Catalog/Pages 2 0 R>>");
    for (int i = 0; i < pages; i++)
        str_addf(&kids, "%d 0 R ", 4 + i);
    snprintf(words, sizeof words, "<</Type/Pages/Kids[%s]/Count %d>>", kids.data,
             pages);
    add_object(pdf, places, 2, words);
    snprintf(words, sizeof words, "<</Length %zu>>stream\n%s\nendstream", strlen(draws),
             draws);
    add_object(pdf, places, 3, words);
    snprintf(
        words, sizeof words,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.3f %.3f]/Rotate %d/Contents 3 0 R>>",
        mm[0] * 72 / 25.4, mm[1] * 72 / 25.4, turned);
    for (int i = 0; i < pages; i++)
        add_object(pdf, places, 4 + i, words);
    long table = (long)pdf->length;
    str_addf(pdf, "xref\n0 %d\n0000000000 65535 f \n", 4 + pages);
    for (int i = 1; i < 4 + pages; i++)
        str_addf(pdf, "%010ld 00000 n \n", places[i]);
    str_addf(pdf, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%ld\n%%%%EOF\n",
             4 + pages, table);
    assert_true(str_ok(pdf));
    str_finish(&kids);
}

static inline void
bundle(struct str *file, const char *json, const struct str *pdf)
{
    size_t bytes = pdf ? pdf->length : 0;
    str_init(file, 2 * 1024 * 1024);
    str_addf(file, "YLLAYOUT1 %zu %zu\n%s", strlen(json), bytes, json);
    if (pdf)
        str_add(file, pdf->data, bytes);
    assert_true(str_ok(file));
}

static inline bool
read_layout(const char *json, const struct str *pdf, const struct design_target *target,
            struct design *design, struct err *err)
{
    struct str file;
    bundle(&file, json, pdf);
    assert_true(prepare_is_layout(file.data, file.length));
    bool good = prepare_layout(file.data, file.length, target, design, err);
    str_finish(&file);
    return good;
}

static inline void
want_layout(const char *json, const struct str *pdf, const struct design_target *target,
            struct design *design)
{
    struct err err;
    if (!read_layout(json, pdf, target, design, &err))
        fail_msg("%s: %s", json, err.text);
}

#define NAME                                                                         \
    "{\"type\":\"textcontainer\",\"left\":\"10.00\",\"bottom\":40,\"width\":\"60\"," \
    "\"height\":20,\"fontsize\":\"24.0\",\"content\":\"attendee_name\""

#endif
