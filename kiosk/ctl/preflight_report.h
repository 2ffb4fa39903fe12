#ifndef YUELAI_PREFLIGHT_REPORT_H
#define YUELAI_PREFLIGHT_REPORT_H

/* preflight_report: what a preflight found, as one page to read, print or mail, with a
 * picture of each badge beside it:
 *
 *     DIR/index.html     by finding; needs nothing from a network
 *     DIR/REF.png        a badge, dot for dot
 *
 * Files are for their owner alone (0600). A former report in the same directory goes, with
 * the pictures that it names and no other file. */

#include <stdbool.h>

#include "ctl/preflight.h"
#include "err.h"
#include "page.h"

struct preflight_report;

/* Borrows the directory's descriptor, and removes the former report there. ERR_INPUT if an
 * index.html is there that is none: nothing is changed then. */
bool preflight_report_open(int dir_fd, struct preflight_report **report,
                           struct err *err);

/* page NULL: there is no picture of it. */
bool preflight_report_add(struct preflight_report *report,
                          const struct preflight_finding *finding,
                          const struct page *page, struct err *err);

struct preflight_about {
    const char *event; /* names, for people */
    const char *when;  /* date and time, for people */
    const struct preflight_counts *counts;
};

/* Writes the page. */
bool preflight_report_write(struct preflight_report *report,
                            const struct preflight_about *about, struct err *err);

/* Pictures of one that was not written go too. Takes NULL. */
void preflight_report_close(struct preflight_report *report);

#endif
