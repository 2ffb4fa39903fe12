#include "ctl/preview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "ctl/commands.h"
#include "ctl/sample.h"
#include "print/preflight.h"

static const char alphanumeric[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

static void
a_previews_code_is_as_long_as_the_badges_and_no_badge_code(void **state)
{
    (void)state;
    static const struct badgecode codes[] = {
        { "MHTQYULGFM", "A", 2 },
        { "A", "B", 1 },
        { "ABCDEFGHIJ234567", "XYZ", BADGECODE_ISSUE_MAX },
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char own[BADGECODE_TEXT_MAX + 1], text[BADGECODE_SIGNED_MAX + 1];
        struct badgecode read;
        struct err err;
        badgecode_format(&codes[i], own);
        size_t lengths[] = { strlen(own), BADGECODE_SIGNED_MAX };
        for (size_t j = 0; j < 2; j++) {
            preview_code(&codes[i], lengths[j], text);
            assert_int_equal(strlen(text), lengths[j]);
            assert_true(str_starts(text, "PREVIEW-"));
            assert_non_null(strstr(text, codes[i].ref));
            assert_int_equal(strspn(text, alphanumeric), lengths[j]);
            assert_false(badgecode_claims(text, lengths[j]));
            assert_false(badgecode_parse(text, lengths[j], &read, &err));
        }
    }
    char text[BADGECODE_SIGNED_MAX + 1];
    preview_code(&codes[0], 22, text);
    assert_string_equal(text, "PREVIEW-MHTQYULGFM-A2.");
}

static void
every_sample_has_a_row_and_stands_in_the_help(void **state)
{
    (void)state;
    struct desk_badges badges = { .station = "A" };
    unsigned kinds = 0;
    assert_in_range(sample_count(), 12, 20);
    for (const struct sample *sample = samples; sample->key; sample++) {
        struct spool_job job;
        struct json *root;
        struct err err;
        const char *name;
        if (!sample_job(sample, &badges, &job, &err))
            fail_msg("%s: %s", sample->key, err.text);
        assert_true(json_parse(job.fields, strlen(job.fields), &root, &err));
        assert_true(json_text(root, "name", &name, &err));
        assert_string_equal(name, sample->name);
        json_free(root);
        assert_ptr_equal(sample_find(sample->key), sample);
        assert_non_null(strstr(command_preview.note, sample->key));
        kinds += strcmp(job.kind, "vip") == 0 || strcmp(job.kind, "staff") == 0 ||
                 strcmp(job.kind, "exhibitor") == 0;
    }
    assert_true(kinds >= 3);
    assert_null(sample_find("no such"));
}

static bool
no_ticket(const struct ticket *ticket, struct spool_job *job, void *self,
          struct err *err)
{
    (void)ticket;
    (void)job;
    (void)self;
    return err_set(err, ERR_ABSENT, "no roster here");
}

static void
the_printer_is_the_one_named_or_the_first_for_the_kind(void **state)
{
    (void)state;
    static struct printq_printer printers[2] = {
        { .name = "left", .design = "conference-62x100", .kinds = "guest" },
        { .name = "right", .design = "card-54x86", .kinds = "vip" },
    };
    static const unsigned count = 2, none = 0;
    const struct preflight_means means = { .printers = printers,
                                           .printer_count = &count,
                                           .fill = no_ticket };
    const struct command_parts parts = { .station = "A",
                                         .drawing = &means,
                                         .kind_count = &none };
    static const struct {
        const char *code, *printer, *dpi, *design; /* wished for */
        const char *on, *drawn;                    /* NULL: refused */
    } cases[] = {
        { "chinese", "", "", "", "left", "conference-62x100" },
        { "arabic", "", "", "", "right", "card-54x86" },
        { "arabic", "left", "", "", "left", "conference-62x100" },
        { "arabic", "", "", "vip-62x100", "right", "vip-62x100" },
        { "thai", "", "", "", "left",
          "conference-62x100" }, /* of a kind nobody names */
        { "chinese", "", "300", "", "", "conference-62x100" },
        { "chinese", "middle", "", "", NULL, NULL },
        { "chinese", "left", "300", "", NULL, NULL },
        { "chinese", "", "9", "", NULL, NULL },
        { "chinese ", "", "", "", NULL, NULL },
    };
    for (size_t i = 0; i < 2; i++)
        printers[i].profile.dpi = 203;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct preview_wish wish = { .code = cases[i].code,
                                           .ref = "",
                                           .sample = true,
                                           .design = cases[i].design,
                                           .printer = cases[i].printer,
                                           .dpi = cases[i].dpi };
        static struct preview preview;
        struct err err;
        memset(&preview, 0, sizeof preview);
        assert_int_equal(preview_fill(&parts, &wish, &preview, &err),
                         cases[i].on != NULL);
        if (!cases[i].on)
            continue;
        assert_string_equal(preview.printer, cases[i].on);
        assert_string_equal(preview.sheet.design, cases[i].drawn);
        assert_int_equal(preview.sheet.target.dpi, cases[i].dpi[0] ? 300 : 203);
    }
}

static void
what_is_wrong_with_a_badge_is_said_in_one_line(void **state)
{
    (void)state;
    static struct preview preview;
    char text[512];
    preview_warn(&preview, text, sizeof text);
    assert_string_equal(text, "");
    preview.sheet.answer.overflow = true;
    str_copy(preview.no_layout, sizeof preview.no_layout, "its background is gone");
    preview.sheet.answer.qr_is_small = true;
    str_copy(preview.sheet.answer.misfit, sizeof preview.sheet.answer.misfit, "name");
    preview_warn(&preview, text, sizeof text);
    assert_true(
        str_starts(text, "a text does not fit: name; the QR code is too dense"));
    assert_non_null(strstr(text, "layout"));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_previews_code_is_as_long_as_the_badges_and_no_badge_code),
        cmocka_unit_test(every_sample_has_a_row_and_stands_in_the_help),
        cmocka_unit_test(the_printer_is_the_one_named_or_the_first_for_the_kind),
        cmocka_unit_test(what_is_wrong_with_a_badge_is_said_in_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
