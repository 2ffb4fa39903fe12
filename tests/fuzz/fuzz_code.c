/* Any bytes, in any pieces, at any pace, with losses: what comes out is bounded, clean
 * and never more than one answer for each end, silence or overflow. */

#include <assert.h>
#include <string.h>

#include "str.h"
#include "ticket/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t events;
    uint64_t hash; /* of all that was handed up, in order */
};

static void
check(const struct code_event *event, void *self)
{
    struct seen *seen = self;
    char why[128];

    seen->events++;
    assert(event->length <= CODE_MAX);
    assert((event->kind == CODE_READ) == (event->length > 0));
    assert((event->kind == CODE_MALFORMED) == (event->fault != CODE_FAULT_NONE));
    assert(event->text[event->length] == '\0');
    assert(strlen(event->text) == event->length);
    assert(str_is_utf8(event->text, event->length));
    for (size_t i = 0; i < event->length; i++) {
        unsigned char c = (unsigned char)event->text[i];
        assert((c >= 0x20 && c != 0x7F) || c == 0x1D);
    }
    code_explain(event, why, sizeof why);

    seen->hash = seen->hash * 31 + event->kind * 7u + event->fault;
    for (size_t i = 0; i < event->length; i++)
        seen->hash = seen->hash * 31 + (unsigned char)event->text[i];
}

static void
set_up(struct code_setting *setting, uint8_t choice)
{
    code_setting_init(setting);
    if (choice & 1)
        memcpy(setting->prefix, "<<", 3);
    if (choice & 2)
        memcpy(setting->suffix, ">>", 3);
    setting->ends = choice >> 2 & 15;
    if (choice & 64)
        setting->repeat_us = 0;
}

/* The same bytes, one by one: pieces do not matter. */
static void
check_pieces(const struct code_setting *setting, const uint8_t *data, size_t size)
{
    struct seen whole = { 0 }, single = { 0 };
    struct code code;

    code_init(&code, setting);
    code_feed(&code, data, size, 0, check, &whole);
    code_init(&code, setting);
    for (size_t i = 0; i < size; i++)
        code_feed(&code, data + i, 1, 0, check, &single);
    assert(whole.events == single.events && whole.hash == single.hash);
}

/* Each step: a byte of how (pause, loss, length of the piece), then the piece. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct code_setting setting;
    struct code code;
    struct seen seen = { 0 };
    int64_t now_us = 0;
    size_t chances = 0;

    set_up(&setting, data[0]);
    code_init(&code, &setting);
    for (size_t at = 1; at < size;) {
        uint8_t how = data[at++];
        size_t piece = (size_t)(how & 63) + 1;
        piece = piece < size - at ? piece : size - at;
        now_us += how & 64 ? 200000 : 1000;
        if (how & 64) {
            code_tick(&code, now_us, check, &seen);
            assert(!code_is_open(&code));
            chances++;
        }
        if (how == 255)
            code_lost(&code, now_us);
        code_feed(&code, data + at, piece, now_us, check, &seen);
        chances += piece;
        at += piece;
        assert(code.length <= CODE_RAW_MAX);
        assert(seen.events <= chances);
    }
    code_tick(&code, now_us + 1000000, check, &seen);
    assert(!code_is_open(&code));

    size_t before = seen.events;
    code_whole(&setting, (const char *)data, size, now_us, check, &seen);
    assert(seen.events <= before + 1);
    check_pieces(&setting, data, size);
    return 0;
}
