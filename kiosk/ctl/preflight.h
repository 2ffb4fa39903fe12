#ifndef YUELAI_PREFLIGHT_H
#define YUELAI_PREFLIGHT_H

/* preflight: draws the badge of every ticket that is not cancelled, as this station would
 * print it now, and says which of them somebody should look at before the event.
 *
 *     roster, a ticket at a time -> desk_badge -> proof -> drawn: what is wrong with it?
 *                                                             '-> found(finding, page)
 *
 * Nothing is printed, reserved or written. The loop goes on meanwhile. A design that is
 * refused is a finding once, not once for each guest. Where a ticketing server's layout
 * would be printed, the printer's own design is looked at instead, and counted. */

#include <stdbool.h>
#include <stdint.h>

#include "ctl/command.h"
#include "err.h"
#include "page.h"
#include "store/roster.h"

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

struct preflight_finding {
    enum preflight_what what;
    char ref[ROSTER_REF_MAX + 1];
    char name[ROSTER_TEXT_MAX + 1];
    char design[ROSTER_KEY_MAX + 1];
    char detail[256]; /* "organisation", "in capitals only", "" */
};

struct preflight_counts {
    int64_t of; /* tickets of the whole copy; 0: not known, an event was named */
    int64_t badges; /* looked at so far */
    int64_t flagged; /* badges with at least one finding */
    int64_t layouts; /* badges of a server's layout, looked at by the printer's design */
    int64_t findings[PREFLIGHT_WHAT_COUNT]; /* badges, also those of a refused design */
};

struct preflight_setting {
    const struct command_parts *parts; /* borrowed; its `drawing` must be there */
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
