/* encode-probe LANGUAGE [KEY=VALUE ...] PAGE.pbm [RED.pbm] >DOCUMENT
 *
 * One page through one encoder: for tests that decode it elsewhere. Keys, all numbers:
 * dpi feed_dpi width_um height_um x y box_x box_y box_width box_height head right
 * tracking cut packing darkness speed quirks two_colour (enums by their number). */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "all_encoders.h"

struct ask {
    const struct encoder *encoder;
    struct page page;
    struct encoder_setting setting;
    const char *files[2];
    unsigned count;
};

static bool
set(struct ask *ask, const char *key, int32_t value)
{
    struct encoder_setting *to = &ask->setting;
    const struct {
        const char *key;
        int32_t *to;
    } numbers[] = {
        { "dpi", &ask->page.dpi },
        { "feed_dpi", &ask->page.feed_dpi },
        { "width_um", &to->media_width_um },
        { "height_um", &to->media_height_um },
        { "x", &to->offset_x_dots },
        { "y", &to->offset_y_dots },
        { "box_x", &to->box.x_dots },
        { "box_y", &to->box.y_dots },
        { "box_width", &to->box.width_dots },
        { "box_height", &to->box.height_dots },
        { "head", &to->head_dots },
        { "right", &to->pins_right },
        { "darkness", &to->darkness },
        { "speed", &to->speed },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(numbers[i].key, key) == 0) {
            *numbers[i].to = value;
            return true;
        }
    }
    if (strcmp(key, "tracking") == 0)
        to->tracking = (enum encoder_tracking)value;
    else if (strcmp(key, "cut") == 0)
        to->cut = (enum encoder_cut)value;
    else if (strcmp(key, "packing") == 0)
        to->packing = (enum encoder_packing)value;
    else if (strcmp(key, "quirks") == 0)
        to->quirks = (unsigned)value;
    else if (strcmp(key, "two_colour") == 0)
        to->two_colour = value != 0;
    else
        return false;
    return true;
}

static bool
read_words(struct ask *ask, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        char key[32];
        long long value;
        char *equals = strchr(argv[i], '=');
        if (!equals && ask->count < 2) {
            ask->files[ask->count++] = argv[i];
            continue;
        }
        if (!equals || !str_read_int(equals + 1, INT32_MIN, INT32_MAX, &value))
            return false;
        str_copy_bytes(key, sizeof key, argv[i], (size_t)(equals - argv[i]));
        if (!set(ask, key, (int32_t)value))
            return false;
    }
    for (unsigned i = 0; argc > 1 && all_encoders[i]; i++) {
        if (strcmp(all_encoders[i]->name, argv[1]) == 0)
            ask->encoder = all_encoders[i];
    }
    return ask->encoder && ask->count > 0;
}

/* A plain P4 file; its size goes to the page, its dots are the caller's to free. */
static uint8_t *
read_pbm(const char *path, struct page *page)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bits = NULL;
    int width, height;
    if (file && fscanf(file, "P4 %d %d", &width, &height) == 2 && fgetc(file) == '\n' &&
        width > 0 && height > 0 && width <= PAGE_DOTS_MAX && height <= PAGE_DOTS_MAX) {
        page->width_dots = width;
        page->height_dots = height;
        page->stride_bytes = (width + 7) / 8;
        size_t size = (size_t)page->stride_bytes * (size_t)height;
        bits = malloc(size);
        if (bits && fread(bits, 1, size, file) != size) {
            free(bits);
            bits = NULL;
        }
    }
    if (file)
        fclose(file);
    return bits;
}

int
main(int argc, char **argv)
{
    struct ask ask = { .page = { .dpi = 300 },
                       .setting = { .darkness = ENCODER_UNSET,
                                    .speed = ENCODER_UNSET } };
    struct str out;
    struct err err;
    if (!read_words(&ask, argc, argv)) {
        fprintf(stderr, "encode-probe: see the head of its source\n");
        return 2;
    }
    uint8_t *bits = read_pbm(ask.files[0], &ask.page);
    uint8_t *second = ask.count > 1 ? read_pbm(ask.files[1], &ask.page) : NULL;
    ask.page.bits = bits;
    ask.page.second = second;
    str_init(&out, ENCODER_DOCUMENT_MAX);
    bool good = bits != NULL;
    if (good && !ask.encoder->encode(&ask.page, &ask.setting, &out, &err)) {
        fprintf(stderr, "%s\n", err.text);
        good = false;
    }
    if (good)
        fwrite(out.data, 1, out.length, stdout);
    str_finish(&out);
    free(bits);
    free(second);
    return good ? 0 : 1;
}
