#include "desk/reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "desk/desk.h"
#include "desk/reader_parts.h"
#include "str.h"

void
reader_publish(const struct slot *slot)
{
    feed_publish(slot->reader->setting.feed, FEED_SCANNER, &slot->status);
}

/* ---- codes ------------------------------------------------------------------ */

static void
on_malformed(struct slot *slot, const struct code_event *event)
{
    const struct reader_setting *setting = &slot->reader->setting;
    char reason[160];

    code_explain(event, reason, sizeof reason);
    log_notice(setting->log, "reader", "scanner=%s malformed reason=\"%s\"",
               slot->status.name, reason);
    slot->status.malformed++;
    desk_malformed(setting->desk, slot->status.reader, reason);
}

static void
on_read(struct slot *slot, const struct code_event *event)
{
    const struct reader *reader = slot->reader;
    const struct reader_setting *setting = &reader->setting;

    log_info(setting->log, "reader", "scanner=%s code bytes=%zu", slot->status.name,
             event->length);
    slot->status.codes++;
    slot->status.last_ms = clock_utc_ms(setting->clock);
    if (reader->take && reader->take(event->text, event->length, reader->take_self))
        return;
    desk_scan(setting->desk, slot->status.reader, event->text, event->length,
              event->at_us);
}

void
reader_on_event(const struct code_event *event, void *self)
{
    struct slot *slot = self;
    switch (event->kind) {
    case CODE_READ:
        on_read(slot, event);
        break;
    case CODE_MALFORMED:
        on_malformed(slot, event);
        break;
    case CODE_REPEATED:
        slot->status.repeats++;
        break;
    }
    reader_publish(slot);
}

/* Waits for the silence behind what is open, if anything is. */
void
reader_await_silence(struct source *source)
{
    const struct reader_setting *setting = &source->slot->reader->setting;
    if (!code_is_open(&source->code)) {
        loop_timer_disarm(setting->loop, source->idle);
        return;
    }
    int64_t now_us = clock_mono_us(setting->clock);
    int64_t left_us = code_idle_left_us(&source->code, now_us);
    loop_timer_arm(setting->loop, source->idle, left_us / 1000 + 1);
}

void
reader_on_silence(void *self)
{
    struct source *source = self;
    const struct reader_setting *setting = &source->slot->reader->setting;

    code_tick(&source->code, clock_mono_us(setting->clock), reader_on_event,
              source->slot);
    reader_await_silence(source);
}

/* ---- what drivers call ------------------------------------------------------ */

static void
on_bytes(unsigned number, const uint8_t *bytes, size_t length, int64_t at_us,
         void *self)
{
    struct slot *slot = self;
    assert(number < SCANNER_SOURCES_MAX);
    struct source *source = &slot->sources[number];

    code_feed(&source->code, bytes, length, at_us, reader_on_event, slot);
    reader_await_silence(source);
}

static void
on_lost(unsigned number, void *self)
{
    struct slot *slot = self;
    assert(number < SCANNER_SOURCES_MAX);
    struct source *source = &slot->sources[number];

    code_lost(&source->code, clock_mono_us(slot->reader->setting.clock));
    reader_await_silence(source);
}

static void
on_state(enum scanner_state state, const char *detail, void *self)
{
    static const char *const words[] = { "absent", "ready", "failed" };
    struct slot *slot = self;
    struct reader_status *status = &slot->status;
    char quoted[256];

    if (slot->has_state && status->state == state &&
        strcmp(status->detail, detail) == 0)
        return;
    slot->has_state = true;
    status->state = state;
    str_copy(status->detail, sizeof status->detail, detail);
    log_line(slot->reader->setting.log,
             state == SCANNER_FAILED ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "reader",
             "scanner=%s state=%s detail=\"%s\"", status->name, words[state],
             str_quote(quoted, sizeof quoted, detail, strlen(detail)));
    reader_publish(slot);
}

const struct scanner_host reader_host = { .bytes = on_bytes,
                                          .lost = on_lost,
                                          .state = on_state };

/* ---- life ------------------------------------------------------------------- */

void
reader_stop(struct reader *reader)
{
    reader->stopped = true;
    for (unsigned i = 0; i < reader->count; i++) {
        struct slot *slot = &reader->slots[i];
        if (slot->device)
            slot->driver->close(slot->device);
        slot->device = NULL;
        for (unsigned k = 0; k < SCANNER_SOURCES_MAX; k++)
            loop_timer_disarm(reader->setting.loop, slot->sources[k].idle);
    }
}

void
reader_destroy(struct reader *reader)
{
    if (!reader)
        return;
    for (unsigned i = 0; i < reader->count; i++) {
        struct slot *slot = &reader->slots[i];
        if (slot->device)
            slot->driver->close(slot->device);
        for (unsigned k = 0; k < SCANNER_SOURCES_MAX; k++)
            loop_timer_destroy(reader->setting.loop, slot->sources[k].idle);
    }
    free(reader);
}

void
reader_on_code(struct reader *reader,
               bool (*take)(const char *text, size_t length, void *self), void *self)
{
    reader->take = take;
    reader->take_self = self;
}

/* ---- from elsewhere --------------------------------------------------------- */

struct typing {
    struct desk *desk;
    bool answered;
};

/* A code of the staff's slot, which is no scanner. */
static void
on_typed(const struct code_event *event, void *self)
{
    struct typing *typing = self;
    struct desk *desk = typing->desk;
    char reason[160];

    typing->answered = true;
    if (event->kind == CODE_READ)
        desk_scan(desk, READER_STAFF, event->text, event->length, event->at_us);
    else
        desk_malformed(desk, READER_STAFF, code_explain(event, reason, sizeof reason));
}

void
reader_inject(struct reader *reader, unsigned slot, const char *bytes, size_t length)
{
    int64_t now_us = clock_mono_us(reader->setting.clock);
    assert(slot == READER_STAFF || slot < reader->count);
    if (reader->stopped)
        return;
    if (slot != READER_STAFF) {
        code_whole(&reader->slots[slot].code_setting, bytes, length, now_us,
                   reader_on_event, &reader->slots[slot]);
        return;
    }
    struct code_setting setting;
    struct typing typing = { .desk = reader->setting.desk };
    code_setting_init(&setting);
    code_whole(&setting, bytes, length, now_us, on_typed, &typing);
    if (!typing.answered) /* whoever typed it waits */
        desk_malformed(typing.desk, READER_STAFF, "nothing but blanks: no code");
}

unsigned
reader_count(const struct reader *reader)
{
    return reader->count;
}

void
reader_status(const struct reader *reader, unsigned slot, struct reader_status *status)
{
    assert(slot < reader->count);
    *status = reader->slots[slot].status;
}
