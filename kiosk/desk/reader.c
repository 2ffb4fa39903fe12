#include "desk/reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "desk/desk.h"
#include "str.h"
#include "ticket/code.h"

enum { IDLE_DEFAULT_MS = 150 };

struct slot;

struct source { /* one device behind a scanner */
    struct slot *slot;
    struct code code;
    struct loop_timer *idle;
};

struct slot { /* one configured scanner */
    struct reader *reader;
    struct reader_scanner scanner;
    const struct scanner_driver *driver;
    struct scanner *device;
    struct code_setting code_setting;
    struct source sources[SCANNER_SOURCES_MAX];
    struct reader_status status;
    bool has_state;
};

struct reader {
    struct reader_setting setting; /* scanners is not kept */
    unsigned count;                /* slots that are built, whole or half */
    bool stopped;
    struct slot slots[READER_SCANNERS_MAX];
};

static void
publish(const struct slot *slot)
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
    const struct reader_setting *setting = &slot->reader->setting;

    log_info(setting->log, "reader", "scanner=%s code bytes=%zu", slot->status.name,
             event->length);
    slot->status.codes++;
    slot->status.last_ms = clock_utc_ms(setting->clock);
    desk_scan(setting->desk, slot->status.reader, event->text, event->length,
              event->at_us);
}

static void
on_event(const struct code_event *event, void *self)
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
    publish(slot);
}

/* Waits for the silence behind what is open, if anything is. */
static void
await_silence(struct source *source)
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

static void
on_silence(void *self)
{
    struct source *source = self;
    const struct reader_setting *setting = &source->slot->reader->setting;

    code_tick(&source->code, clock_mono_us(setting->clock), on_event, source->slot);
    await_silence(source);
}

/* ---- what drivers call ------------------------------------------------------ */

static void
on_bytes(unsigned number, const uint8_t *bytes, size_t length, int64_t at_us,
         void *self)
{
    struct slot *slot = self;
    assert(number < SCANNER_SOURCES_MAX);
    struct source *source = &slot->sources[number];

    code_feed(&source->code, bytes, length, at_us, on_event, slot);
    await_silence(source);
}

static void
on_lost(unsigned number, void *self)
{
    struct slot *slot = self;
    assert(number < SCANNER_SOURCES_MAX);
    struct source *source = &slot->sources[number];

    code_lost(&source->code, clock_mono_us(slot->reader->setting.clock));
    await_silence(source);
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
    publish(slot);
}

/* ---- life ------------------------------------------------------------------- */

static const struct scanner_driver *
find_driver(const struct reader_setting *setting, const char *uri)
{
    for (size_t i = 0; setting->drivers[i]; i++) {
        size_t length = strlen(setting->drivers[i]->scheme);
        if (strncmp(uri, setting->drivers[i]->scheme, length) == 0 &&
            uri[length] == ':')
            return setting->drivers[i];
    }
    return NULL;
}

static bool
no_driver(const struct reader_setting *setting, const char *uri, struct err *err)
{
    struct str known;
    str_init(&known, 256);
    for (size_t i = 0; setting->drivers[i]; i++)
        str_addf(&known, " %s:", setting->drivers[i]->scheme);
    err_set(err, ERR_INPUT, "\"%s\": no such kind of scanner; there are%s", uri,
            known.data);
    str_finish(&known);
    return false;
}

static bool
make_sources(struct slot *slot, struct err *err)
{
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++) {
        struct source *source = &slot->sources[i];
        source->slot = slot;
        code_init(&source->code, &slot->code_setting);
        source->idle =
            loop_timer_create(slot->reader->setting.loop, on_silence, source);
        if (!source->idle)
            return err_no_memory(err);
    }
    return true;
}

static void
set_up_code(const struct reader_scanner *scanner, struct code_setting *setting)
{
    code_setting_init(setting);
    setting->idle_us =
        (int64_t)(scanner->idle_ms > 0 ? scanner->idle_ms : IDLE_DEFAULT_MS) * 1000;
    setting->repeat_us =
        (int64_t)(scanner->repeat_ms > 0 ? scanner->repeat_ms : 0) * 1000;
    if (scanner->ends)
        setting->ends = scanner->ends;
    str_copy(setting->prefix, sizeof setting->prefix, scanner->strip_prefix);
    str_copy(setting->suffix, sizeof setting->suffix, scanner->strip_suffix);
}

static bool
open_device(struct slot *slot, struct err *err)
{
    const struct reader_setting *setting = &slot->reader->setting;
    const struct scanner_setting device = {
        .uri = slot->scanner.uri,
        .country = slot->scanner.country[0] ? slot->scanner.country : "us",
        .baud = slot->scanner.baud,
        .grab = slot->scanner.grab,
        .loop = setting->loop,
        .clock = setting->clock,
        .log = setting->log,
        .host = { .bytes = on_bytes, .lost = on_lost, .state = on_state, .self = slot }
    };
    slot->driver = find_driver(setting, slot->scanner.uri);
    if (!slot->driver)
        return no_driver(setting, slot->scanner.uri, err);
    slot->device = slot->driver->open(&device, err);
    return slot->device != NULL;
}

static bool
is_taken(const struct reader *reader, const char *uri)
{
    for (unsigned i = 0; i < reader->count; i++) {
        if (strcmp(reader->slots[i].scanner.uri, uri) == 0)
            return true;
    }
    return false;
}

static bool
add_slot(struct reader *reader, const struct reader_scanner *scanner, struct err *err)
{
    if (is_taken(reader, scanner->uri))
        return err_set(err, ERR_INPUT, "\"%s\" is another scanner's already",
                       scanner->uri);
    struct slot *slot = &reader->slots[reader->count];
    slot->reader = reader;
    slot->scanner = *scanner;
    slot->status.reader = reader->count++;
    str_copy(slot->status.name, sizeof slot->status.name, scanner->name);
    set_up_code(scanner, &slot->code_setting);
    return make_sources(slot, err) && open_device(slot, err);
}

bool
reader_create(const struct reader_setting *setting, struct reader **made,
              struct err *err)
{
    if (setting->count > READER_SCANNERS_MAX)
        return err_set(err, ERR_LIMIT, "%u scanners: want at most %d", setting->count,
                       READER_SCANNERS_MAX);
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return err_no_memory(err);
    reader->setting = *setting;
    reader->setting.scanners = NULL;
    for (unsigned i = 0; i < setting->count; i++) {
        if (!add_slot(reader, &setting->scanners[i], err)) {
            reader_destroy(reader);
            return err_wrap(err, "scanner \"%s\"", setting->scanners[i].name);
        }
    }
    *made = reader;
    return true;
}

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

/* ---- from elsewhere --------------------------------------------------------- */

/* A code of the staff's slot, which is no scanner. */
static void
on_typed(const struct code_event *event, void *self)
{
    const struct reader *reader = self;
    struct desk *desk = reader->setting.desk;
    char reason[160];

    if (event->kind == CODE_READ)
        desk_scan(desk, reader->count, event->text, event->length, event->at_us);
    else
        desk_malformed(desk, reader->count, code_explain(event, reason, sizeof reason));
}

void
reader_inject(struct reader *reader, unsigned slot, const char *bytes, size_t length)
{
    int64_t now_us = clock_mono_us(reader->setting.clock);
    assert(slot <= reader->count);
    if (reader->stopped)
        return;
    if (slot < reader->count) {
        code_whole(&reader->slots[slot].code_setting, bytes, length, now_us, on_event,
                   &reader->slots[slot]);
        return;
    }
    struct code_setting setting;
    code_setting_init(&setting);
    code_whole(&setting, bytes, length, now_us, on_typed, reader);
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
