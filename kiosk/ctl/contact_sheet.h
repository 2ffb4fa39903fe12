#ifndef YUELAI_CONTACT_SHEET_H
#define YUELAI_CONTACT_SHEET_H

/* contact_sheet: badges side by side as a page that a browser keeps open, from the disk,
 * while they are drawn again and again:
 *
 *     DIR/index.html     the page; asks for sheet.js three times a second
 *     DIR/sheet.js       what there is to show now: sheet({…})
 *     DIR/KEY.png        a badge, dot for dot
 *
 * A page from file:// may load scripts and pictures but fetch nothing, hence the script.
 * Each file is written under another name and renamed: nobody sees half of one. The page
 * keeps its place while pictures change, and says in red what is wrong with the design,
 * over the last good badges. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "page.h"

struct contact_badge {
    const char *key; /* of its picture */
    const char *title, *kind; /* for people */
    int32_t width_dots, height_dots; /* 0: it was never drawn */
    char misfit[160]; /* "name, organisation lacks 2 letters", "" = all is well */
    bool qr_too_dense;
};

struct contact_sheet {
    int64_t stamp; /* another number whenever there is something new */
    const char *file; /* the design's name, for people */
    const char *when; /* "14:03:27" */
    const char *good; /* when the badges were drawn; "" = never */
    int32_t dpi;
    int64_t took_ms;
    const char *problem; /* "badge.svg:12: <rect>: …", "" = none */
    bool is_over; /* nobody draws any more */
    const struct contact_badge *badges;
    unsigned badge_count;
};

/* Writes the page. ERR_INPUT if an index.html is there that is no such page: nothing is
 * changed then. */
bool contact_sheet_open(int dir_fd, struct err *err);

bool contact_sheet_picture(int dir_fd, const char *key, const struct page *page,
                           struct err *err);

/* After the pictures. */
bool contact_sheet_write(int dir_fd, const struct contact_sheet *sheet, struct err *err);

/* A problem as easel tells it ("design design: line 12: <rect>: …") as compilers do:
 * "badge.svg:12: <rect>: …". */
void contact_sheet_problem(const char *told, const char *file, char *to, size_t size);

extern const char contact_sheet_page[]; /* contact_sheet_page.c */

#endif
