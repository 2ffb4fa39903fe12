#include "ticket/code.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "ticket/code_clean.h"

void
code_setting_init(struct code_setting *setting)
{
    *setting = (struct code_setting){ .idle_us = 150000,
                                      .repeat_us = 3000000,
                                      .ends = CODE_END_DEFAULT };
}

void
code_init(struct code *code, const struct code_setting *setting)
{
    memset(code, 0, sizeof *code);
    code->setting = *setting;
}

static bool
is_end(const struct code *code, uint8_t byte)
{
    static const struct {
        uint8_t byte;
        unsigned end;
    } ends[] = { { '\r', CODE_END_LINE },
                 { '\n', CODE_END_LINE },
                 { '\t', CODE_END_TAB },
                 { '\0', CODE_END_NUL },
                 { 0x03, CODE_END_ETX } };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (byte == ends[i].byte)
            return code->setting.ends & ends[i].end;
    }
    return false;
}

/* Takes note of the read in `raw`; true if it is the last one again. */
static bool
seen_again(struct code *code)
{
    int64_t now_us = code->last_us;
    bool same = code->has_seen && code->seen_length == code->length &&
                memcmp(code->seen, code->raw, code->length) == 0;
    bool soon = now_us - code->seen_us <= code->setting.repeat_us;
    bool again = same && soon && code->setting.repeat_us > 0;

    memcpy(code->seen, code->raw, code->length);
    code->seen_length = code->length;
    code->seen_us = now_us;
    code->has_seen = true;
    return again;
}

static void
hand_up(struct code *code, struct code_event *event, code_fn *call, void *self)
{
    if (seen_again(code))
        *event = (struct code_event){ .kind = CODE_REPEATED,
                                      .text = "",
                                      .at_us = event->at_us };
    call(event, self);
}

static void
finish(struct code *code, code_fn *call, void *self)
{
    char text[CODE_MAX + 1];
    struct code_event event = { .at_us = code->last_us };
    bool any = code->state == CODE_COLLECTING &&
               code_clean(&code->setting, code->raw, code->length, text, &event);
    code->state = CODE_EMPTY;
    if (any)
        hand_up(code, &event, call, self);
    code->length = 0;
}

/* Told at once: the guest need not wait for the rest of it. */
static void
overflow(struct code *code, code_fn *call, void *self)
{
    struct code_event event = { .kind = CODE_MALFORMED,
                                .text = "",
                                .fault = CODE_TOO_LONG,
                                .at_us = code->last_us };
    code->state = CODE_SWALLOWING;
    hand_up(code, &event, call, self);
    code->length = 0;
}

static void
take(struct code *code, uint8_t byte, code_fn *call, void *self)
{
    if (is_end(code, byte)) {
        finish(code, call, self);
        return;
    }
    if (code->state == CODE_SWALLOWING)
        return;
    if (code->length == sizeof code->raw) {
        overflow(code, call, self);
        return;
    }
    code->state = CODE_COLLECTING;
    code->raw[code->length++] = (char)byte;
}

void
code_feed(struct code *code, const uint8_t *bytes, size_t length, int64_t at_us,
          code_fn *call, void *self)
{
    if (length == 0)
        return;
    code->last_us = at_us;
    for (size_t i = 0; i < length; i++)
        take(code, bytes[i], call, self);
}

bool
code_is_open(const struct code *code)
{
    return code->state != CODE_EMPTY;
}

int64_t
code_idle_left_us(const struct code *code, int64_t now_us)
{
    int64_t left_us = code->setting.idle_us - (now_us - code->last_us);
    return left_us > 0 ? left_us : 0;
}

void
code_tick(struct code *code, int64_t now_us, code_fn *call, void *self)
{
    if (code_is_open(code) && code_idle_left_us(code, now_us) == 0)
        finish(code, call, self);
}

void
code_lost(struct code *code, int64_t now_us)
{
    code->state = CODE_SWALLOWING;
    code->length = 0;
    code->last_us = now_us;
}

void
code_whole(const struct code_setting *setting, const char *bytes, size_t length,
           int64_t at_us, code_fn *call, void *self)
{
    char text[CODE_MAX + 1];
    struct code_event event = { .at_us = at_us };
    if (code_clean(setting, bytes, length, text, &event))
        call(&event, self);
}

const char *
code_explain(const struct code_event *event, char *to, size_t size)
{
    switch (event->fault) {
    case CODE_TOO_LONG:
        snprintf(to, size, "over %d characters long: no ticket of ours", CODE_MAX);
        break;
    case CODE_BAD_BYTE:
        snprintf(to, size,
                 event->byte < 0x80
                     ? "byte 0x%02X in place %zu: a code is text without "
                       "control characters"
                     : "byte 0x%02X in place %zu: a code is UTF-8 text",
                 event->byte, event->at);
        break;
    case CODE_FOREIGN_CHARSET:
        snprintf(to, size,
                 "in character set ECI %06u: want UTF-8 or ASCII, see the scanner's "
                 "settings",
                 event->eci);
        break;
    case CODE_FAULT_NONE:
        to[0] = '\0';
        break;
    }
    assert(strlen(to) < size);
    return to;
}
