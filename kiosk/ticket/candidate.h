#ifndef YUELAI_CANDIDATE_H
#define YUELAI_CANDIDATE_H

/* candidate: which ticket is meant, where a code leads to several, as the ticketing server
 * pretix chooses. A code is a ticket's secret, or names a medium (a wristband) that several
 * tickets may be linked to; where a list matches add-ons, those of the tickets come in too.
 *
 *     one                        it is meant, whatever is wrong with it
 *     several: those whose list takes the product, without add-ons where the list does not match
 *              them
 *     still several: those that are valid now
 *     still several: AMBIGUOUS
 *     none left: of all there were, whatever their product, the one that is valid next, else the
 *              one that was valid last, else the first (its refusal is the answer)
 *
 * By secret a cancelled ticket or add-on is no candidate, but the add-ons of a cancelled ticket
 * are; of a medium cancelled ones are candidates like others. A ticket of another sub-event than
 * its list's is no candidate by secret, but is one of a medium. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct candidate {
    bool is_addon; /* came in as an add-on of what the code leads to, not by the code itself */
    bool addon_match; /* the list of its event matches add-ons */
    bool product_allowed; /* … and takes its product */
    bool has_from, has_until;
    int64_t valid_from_ms; /* valid from this moment on */
    int64_t valid_until_ms; /* valid until before this moment */
};

enum candidate_choice { CANDIDATE_NONE, CANDIDATE_ONE, CANDIDATE_AMBIGUOUS };

/* `candidates` stand by position id, tickets before their add-ons. ONE sets `which`; AMBIGUOUS
 * sets it to the first of those that are meant, NONE (of none) leaves it alone. */
enum candidate_choice candidate_choose(const struct candidate *candidates, size_t count,
                                       int64_t now_ms, size_t *which);

#endif
