#ifndef YUELAI_PREVIEW_H
#define YUELAI_PREVIEW_H

/* preview: one badge as this station would print it now, for looking at.
 *
 *     who is wished for -> ticket -> row of the spool, not written -> sheet for print/proof
 *
 * Nothing is reserved. Its QR code is as large as the badge's will be, but says PREVIEW:
 *
 *     YL1-MHTQYULGFM-A2-EA84      the next badge's
 *     PREVIEW-MHTQYULGFM-A2.      the preview's: no badge code of any version, so a preview
 *                                 that somebody prints opens no door
 *
 * A ticketing server's layout shows the ticket's secret: there, too, stands such a text. */

#include <stdbool.h>
#include <stddef.h>

#include "ctl/command.h"
#include "err.h"
#include "print/proof.h"
#include "store/roster.h"
#include "ticket/badgecode.h"

/* What is asked for; "" = not given. */
struct preview_wish {
    const char *code; /* a ticket's, a badge's or a reference; of a sample its name */
    const char *ref;
    bool sample; /* one of ctl/sample: needs no roster */
    const char *design; /* its own */
    const char *printer; /* one of the configuration; the first that serves the kind */
    const char *dpi; /* in place of a printer: the design's own size */
};

struct preview {
    char name[ROSTER_TEXT_MAX + 1]; /* the guest's */
    char printer[64]; /* "" = none */
    char no_layout[200]; /* why a ticketing server's is not drawn, "" = it need not be */
    struct proof_sheet sheet; /* to be drawn */
};

/* ERR_ABSENT: no such ticket, sample or printer; ERR_INPUT: the wish makes no sense. */
bool preview_fill(const struct command_parts *parts, const struct preview_wish *wish,
                  struct preview *preview, struct err *err);

/* The text of a preview's code: `length` characters, as the badge's own has, at most
 * BADGECODE_SIGNED_MAX; `text` has room for one more. */
void preview_code(const struct badgecode *code, size_t length, char *text);

/* What somebody should know of a badge that was drawn: "name does not fit; …"; "" if all
 * is well. */
void preview_warn(const struct preview *preview, char *text, size_t size);

#endif
