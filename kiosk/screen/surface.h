#ifndef YUELAI_SURFACE_H
#define YUELAI_SURFACE_H

/* surface: what one screen shows now, as a whole, and which answers still belong to it.
 *
 *     guest, staffview --surface_begin … surface_end--> surface --changed--> web's streams
 *     page             --POST seq, boot----------------> surface_accepts?
 *
 * There is one surface for the guests of a station (all tabs mirror it) and one for each
 * staff session; nothing of one is ever sent to another. Each state says everything; a
 * page that missed ten of them lacks nothing. `seq` counts states, `since` is the seq
 * with which the present screen began: an answer to any state since then is an answer to
 * this screen, one to an earlier state is not ("yes", meant for the guest before).
 *
 * `boot` is made anew with each start, so that a page that outlived its daemon can tell. */

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum { SURFACE_STATE_MAX = 256 * 1024, SURFACE_ID_MAX = 32 };

struct surface_identity {
    char boot[SURFACE_ID_MAX + 1]; /* of this start of the daemon */
    char assets[SURFACE_ID_MAX + 1]; /* hash over all files of the page */
};

struct surface {
    const struct surface_identity *identity; /* borrowed */
    uint64_t seq, since;
    struct str state; /* JSON object, complete between end and the next begin */
    void (*changed)(struct surface *surface, void *self); /* NULL = nobody looks */
    void *changed_self;
};

void surface_init(struct surface *surface, const struct surface_identity *identity);
void surface_finish(struct surface *surface);

/* Starts the next state: its object is open and has boot, assets, seq and since; the
 * caller adds members to what is returned. new_screen: what the screen asks is another
 * question than before. */
struct str *surface_begin(struct surface *surface, bool new_screen);

/* Closes the state and tells whoever looks. A state over SURFACE_STATE_MAX is not sent:
 * false, and the surface keeps an empty text. */
bool surface_end(struct surface *surface);

/* True if an answer that names this boot and seq is one to the present screen. */
bool surface_accepts(const struct surface *surface, const char *boot, int64_t seq);

#endif
