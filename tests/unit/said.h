#ifndef YUELAI_TEST_SAID_H
#define YUELAI_TEST_SAID_H

/* said: what a decoder (ticket/code) handed up, as one line of text. For test_code and
 * test_code_clean. */

#include <stdio.h>
#include <string.h>

#include "ticket/code.h"

/* What a decoder said, as text: a code is "code", a repeat "again", the rest as marked.
 */
struct said {
    char text[4096];
    unsigned count;
    struct code_event last;
};

static void
note(const struct code_event *event, void *self)
{
    struct said *said = self;
    char piece[CODE_MAX + 64];
    if (event->kind == CODE_READ)
        snprintf(piece, sizeof piece, "%s", event->text);
    else if (event->kind == CODE_REPEATED)
        snprintf(piece, sizeof piece, "(again)");
    else if (event->fault == CODE_BAD_BYTE)
        snprintf(piece, sizeof piece, "(bad %02X at %zu)", event->byte, event->at);
    else if (event->fault == CODE_TOO_LONG)
        snprintf(piece, sizeof piece, "(too long)");
    else
        snprintf(piece, sizeof piece, "(charset %u)", event->eci);

    size_t used = strlen(said->text);
    snprintf(said->text + used, sizeof said->text - used, "%s%s", used ? "|" : "",
             piece);
    said->count++;
    said->last = *event;
}

struct bytes {
    const char *at;
    size_t length;
};
#define BYTES(text) { (text), sizeof(text) - 1 }

static void
feed(struct code *code, const void *bytes, size_t length, int64_t at_us,
     struct said *said)
{
    code_feed(code, bytes, length, at_us, note, said);
}

static void
feed_text(struct code *code, const char *text, int64_t at_us, struct said *said)
{
    feed(code, text, strlen(text), at_us, said);
}

static struct code_setting
usual(void)
{
    struct code_setting setting;
    code_setting_init(&setting);
    return setting;
}

#endif
