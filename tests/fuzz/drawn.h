#ifndef YUELAI_FUZZ_DRAWN_H
#define YUELAI_FUZZ_DRAWN_H

/* drawn: what must hold of any design that is good: the drawing helper takes it from the
 * cache as it was written, and a guest drawn with it is drawn again just so. */

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "draw/badge.h"
#include "draw/design.h"
#include "str.h"

enum { DRAWN_BYTES_MAX = 256 * 1024 /* larger pages are not drawn: it takes long */ };

/* fontconfig keeps its caches until the process ends. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\n";
}

static inline struct badge *
drawn_badge(void)
{
    static struct badge *badge; /* one for all inputs: what it remembers must not show */
    struct err err;
    if (!badge) {
        setenv("FONTCONFIG_FILE", SOURCE_DIR "/templates/system/fonts.conf", 0);
        if (!badge_create(&badge, &err) || !badge_has_fonts(badge, &err))
            abort();
    }
    return badge;
}

/* A page without artwork. */
static inline bool
drawn_blank(struct design *design)
{
    size_t bytes = (size_t)design->stride_bytes * (size_t)design->height_dots;
    if (bytes > DRAWN_BYTES_MAX)
        return false;
    free(design->bits);
    design->bits = calloc(1, bytes);
    assert(design->bits);
    design->bits_length = (uint32_t)bytes;
    return true;
}

static inline void
drawn_check_load(const struct design *design)
{
    struct design loaded;
    struct err err = { 0 };
    int fd = memfd_create("design", MFD_CLOEXEC);
    assert(fd >= 0);
    assert(design_save(design, fd, &err));
    if (!design_load(fd, &loaded, &err))
        abort(); /* it would be prepared anew for each badge, for ever */
    close(fd);
    assert(loaded.slot_count == design->slot_count);
    design_finish(&loaded);
}

static inline void
drawn_check_report(const struct design *design, const struct badge_report *report)
{
    assert(report->slot_count >= 0 && report->slot_count <= DESIGN_SLOTS_MAX);
    assert(report->slot_count <= design->slot_count);
    assert(report->missing >= 0);
    for (int i = 0; i < report->slot_count; i++) {
        const struct badge_slot_report *slot = &report->slots[i];
        assert(slot->lines >= 0 && slot->missing >= 0);
        assert(slot->size >= 0 && slot->size < 3 * PAGE_DOTS_MAX);
        assert(!slot->overflow || report->overflow);
    }
}

/* Bits behind a row's width are 0, as encoders take them. */
static inline void
drawn_check_page(const struct page *page)
{
    assert(page->width_dots > 0 && page->stride_bytes >= (page->width_dots + 7) / 8);
    if (page->width_dots % 8 == 0)
        return;
    for (int y = 0; y < page->height_dots; y++) {
        const uint8_t *row = page->bits + (size_t)y * (size_t)page->stride_bytes;
        assert((row[page->width_dots / 8] & 0xFF >> page->width_dots % 8) == 0);
    }
}

static inline void
drawn_hear(const struct badge_line *line, void *self)
{
    size_t *lines = self;
    assert(line->slot && line->words);
    *lines += 1 + strlen(line->words);
}

/* Draws; another guest between; draws again: the same dots. */
static inline void
drawn_check(const struct design *design, const struct fields *fields, const char *qr)
{
    static const struct fields nobody = { .count = 0 };
    struct badge *badge = drawn_badge();
    struct badge_report report, again;
    struct page page;
    struct err err = { 0 };
    size_t lines = 0;
    struct badge_guest guest = { .design = design,
                                 .fields = fields,
                                 .qr = qr,
                                 .said = drawn_hear,
                                 .self = &lines };

    if (!badge_draw(badge, &guest, &page, &report, &err)) {
        assert(err.text[0] && (err.code == ERR_INPUT || err.code == ERR_LIMIT));
        return;
    }
    drawn_check_report(design, &report);
    drawn_check_page(&page);
    size_t bytes = (size_t)page.stride_bytes * (size_t)page.height_dots;
    uint8_t *first = malloc(bytes);
    assert(first);
    memcpy(first, page.bits, bytes);
    struct badge_guest other = { .design = design, .fields = &nobody, .qr = "other" };
    badge_draw(badge, &other, &page, &again, &err);
    assert(badge_draw(badge, &guest, &page, &again, &err));
    assert(memcmp(first, page.bits, bytes) == 0);
    assert(again.slot_count == report.slot_count && again.missing == report.missing &&
           again.overflow == report.overflow);
    free(first);
}

#endif
