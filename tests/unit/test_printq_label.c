#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print/printq.h"

/* How far right and down the slots of a design reach. */
static void
reach(const char *name, double *right_mm, double *bottom_mm)
{
    char path[256], line[8192];
    snprintf(path, sizeof path, SOURCE_DIR "/templates/badge/%s.svg", name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    *right_mm = *bottom_mm = 0;
    while (fgets(line, sizeof line, file)) {
        double x, y, width, height;
        const char *at = strstr(line, "<rect ") ? strstr(line, " x=\"") : NULL;
        if (!at || sscanf(at, " x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &x,
                          &y, &width, &height) != 4)
            continue;
        *right_mm = x + width > *right_mm ? x + width : *right_mm;
        *bottom_mm = y + height > *bottom_mm ? y + height : *bottom_mm;
    }
    fclose(file);
    assert_true(*right_mm > 0);
}

static bool
try_profile(const struct profile *profile, void *self)
{
    struct printq_printer printer = { .profile = *profile };
    unsigned *count = self;
    for (unsigned i = 0; i < profile->media_count; i++) {
        const struct profile_media *media = &profile->media[i];
        double right_mm, bottom_mm;
        printer.profile.medium = i;
        reach(printq_test_design(&printer), &right_mm, &bottom_mm);
        if (right_mm * 1000 > media->box_width_um ||
            bottom_mm * 1000 > media->box_height_um)
            fail_msg("%s %s: %s reaches %g x %g mm, its box is %d x %d um",
                     profile->name, media->name, printq_test_design(&printer), right_mm,
                     bottom_mm, media->box_width_um, media->box_height_um);
        (*count)++;
    }
    return true;
}

static void
every_label_of_every_printer_has_a_calibration_label_that_fits(void **state)
{
    (void)state;
    unsigned count = 0;
    struct err err;
    assert_true(
        profile_each(SOURCE_DIR "/templates/printer", try_profile, &count, &err));
    assert_true(count > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_label_of_every_printer_has_a_calibration_label_that_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
