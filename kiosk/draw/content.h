#ifndef YUELAI_DRAW_CONTENT_H
#define YUELAI_DRAW_CONTENT_H

/* content: what a design's QR code says. Pure.
 *
 *     badge            the badge's own code, which opens the next door
 *     secret           the ticket's own code
 *     https://…{ref}   a link: each {field} as its text, percent-encoded; {qr} and
 *                      {secret} are the two above
 *     vcard, mecard    the guest's card: name, organisation, country; e-mail and phone
 *                      from the fields that the slot names. Only with the guest's
 *                      consent: a field (of the slot's choice) that says yes
 *
 * A card is vCard 3.0 (RFC 2426) or MECARD, UTF-8, not folded: readers of codes know
 * folded lines less well than long ones. What a code cannot hold (QR_TEXT_MAX) is left
 * out from the end: other spelling, country, phone, e-mail, organisation. */

#include <stdbool.h>

#include "draw/design.h"
#include "draw/fields.h"
#include "str.h"

/* Takes the value of a design's data-content; *want says what would be right. */
bool content_read(const char *value, struct design_slot *slot, const char **want);

/* All borrowed; secret "": the ticket has none. */
struct content_guest {
    const struct fields *fields;
    const char *badge, *secret;
};

enum content_said {
    CONTENT_SAID,
    CONTENT_NOTHING, /* no consent, no name, no such code, a link with nothing in it */
    CONTENT_TOO_LONG /* over the buffer's cap */
};

/* Appends what the slot, of the house's manner, says about this guest. The buffer is as
 * it was unless CONTENT_SAID. */
enum content_said content_write(const struct design_slot *slot,
                                const struct content_guest *guest, struct str *out);

/* The content's word in a design: "vcard". */
const char *content_name(const struct design_slot *slot);

#endif
