/* Any bytes as a ticketing server's badge layout (its JSON; a PDF behind it is
 * poppler's to read): reading ends, and what is good is drawn for a guest. The first
 * byte chooses the head. */

#include "draw/prepare_layout.h"

#include <stdio.h>

#include "draw/prepare.h"
#include "drawn.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static const char guest[] =
    "{\"name\":\"张伟\",\"attendee_name\":\"Đorđe Žižić\",\"item\":\"VIP\",\"secret\":"
    "\"z3fsn8jyufm5kpk768q69gkbyr5f4h6w\",\"language\":\"de\",\"event_name\":\"Yuelai "
    "Talent Exchange\",\"company\":\"جامعة "
    "القاهرة\",\"pseudonymization_id\":\"ABCDEF\"}";

static void
draw(const struct design *design)
{
    struct fields fields;
    struct err err;
    assert(fields_read(guest, strlen(guest), &fields, &err));
    drawn_check(design, &fields, "YL1-MHTQYULGFM-B2-EA84");
    fields_finish(&fields);
}

/* Heads that it fits, that it fits only turned, and that it does not. */
static const struct design_target targets[] = {
    { .dpi = 100 },
    { .dpi = 100, .rotate_degrees = 270 },
    { .dpi = 100, .width_dots = 413, .height_dots = 583 },
    { .dpi = 203, .width_dots = 496, .height_dots = 799 },
};

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct design design;
    struct str file;
    struct err err = { 0 };
    str_init(&file, PREPARE_LAYOUT_MAX);
    str_addf(&file, "YLLAYOUT1 %zu 0\n", length);
    str_add(&file, bytes, length);
    if (prepare_layout(file.data, file.length, &targets[length & 3], &design, &err)) {
        drawn_check_load(&design);
        draw(&design);
    } else
        assert(err.text[0] && (err.code == ERR_INPUT || err.code == ERR_LIMIT));
    design_finish(&design);
    str_finish(&file);
    return 0;
}
