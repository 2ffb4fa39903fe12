#ifndef YUELAI_PREFLIGHT_H
#define YUELAI_PREFLIGHT_H

/* preflight: draws the badge of every ticket that is not cancelled, as this station would
 * print it now, and says which of them somebody should look at before the event.
 *
 *     roster, a ticket at a time -> fill -> proof -> drawn: what is wrong with it?
 *                                                       '-> found(finding, page)
 *
 * Nothing is printed, reserved or written. The loop goes on meanwhile. A design that is
 * refused is a finding once, not once for each guest. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "page.h"
#include "print/easel.h"
#include "print/printq.h"
#include "store/roster.h"
#include "store/spool.h"

struct preflight;

enum preflight_what {
    PREFLIGHT_REFUSED,  /* the design; ref and name are "" */
    PREFLIGHT_FAILED,   /* the drawing helper died of it, or took too long */
    PREFLIGHT_NO_NAME,
    PREFLIGHT_OVERFLOW, /* a text does not fit at its smallest size */
    PREFLIGHT_LETTERS,  /* no typeface has them */
    PREFLIGHT_QR,       /* modules too small for the printer's head */
    PREFLIGHT_NAME,     /* a suspicious one */
    PREFLIGHT_WHAT_COUNT
};

const char *preflight_what_text(enum preflight_what what); /* English, for people */
const char *preflight_what_name(enum preflight_what what); /* "no-name" */

struct preflight_finding { /* none NULL; borrowed */
    enum preflight_what what;
    const char *ref, *name, *design;
    const char *detail; /* "organisation", "in capitals only", "" */
};

struct preflight_counts {
    int64_t of; /* tickets of the whole copy; 0: not known, an event was named */
    int64_t badges; /* looked at so far */
    int64_t flagged; /* badges with at least one finding */
    int64_t findings[PREFLIGHT_WHAT_COUNT]; /* badges, also those of a refused design */
};

/* What a station's badges are drawn with; borrowed. */
struct preflight_means {
    struct db *db;
    struct easel_setting easel; /* its loop, clock and log are the preflight's */
    const struct printq_printer *printers;
    const unsigned *printer_count; /* a reload changes them */
    const char *station; /* letters */
    /* The row that a guest's badge would have now, with nothing reserved. */
    bool (*fill)(const struct ticket *ticket, struct spool_job *job, void *self,
                 struct err *err);
    void *self;
};

struct preflight_setting {
    const struct preflight_means *means; /* borrowed */
    const char *event; /* NULL or "": all */
    const char *design; /* NULL or "": each badge's own */
    /* page NULL: it could not be drawn; else good within the call only. */
    bool (*found)(const struct preflight_finding *finding, const struct page *page,
                  void *self, struct err *err);
    /* The last call, once, unless it is destroyed before; err NULL: all were looked at.
     * It may destroy the preflight. */
    void (*ended)(const struct err *err, void *self);
    void *self;
};

/* Borrows event and design. */
bool preflight_create(const struct preflight_setting *setting,
                      struct preflight **preflight, struct err *err);
void preflight_destroy(struct preflight *preflight); /* takes NULL */
const struct preflight_counts *preflight_counts(const struct preflight *preflight);

#endif
