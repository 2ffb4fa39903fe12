#include "desk/reader_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

/* Which scanners there are: built at the start, changed while people come in. A slot
 * keeps its number for as long as its scanner has its name; one that went leaves its
 * slot to the next that comes. */

enum { IDLE_DEFAULT_MS = 150 };

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
        if (!source->idle)
            source->idle = loop_timer_create(slot->reader->setting.loop,
                                             reader_on_silence, source);
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
    struct scanner_setting device = {
        .uri = slot->scanner.uri,
        .country = slot->scanner.country[0] ? slot->scanner.country : "us",
        .baud = slot->scanner.baud,
        .grab = slot->scanner.grab,
        .loop = setting->loop,
        .clock = setting->clock,
        .log = setting->log,
        .host = reader_host,
    };
    device.host.self = slot;
    slot->driver = find_driver(setting, slot->scanner.uri);
    if (!slot->driver)
        return no_driver(setting, slot->scanner.uri, err);
    slot->device = slot->driver->open(&device, err);
    return slot->device != NULL;
}

static bool
is_taken(const struct reader *reader, const struct slot *by, const char *uri)
{
    for (unsigned i = 0; i < reader->count; i++) {
        const struct slot *slot = &reader->slots[i];
        if (slot != by && slot->scanner.name[0] && strcmp(slot->scanner.uri, uri) == 0)
            return true;
    }
    return false;
}

static bool
fill_slot(struct slot *slot, const struct reader_scanner *scanner, struct err *err)
{
    unsigned number = slot->status.reader;
    if (is_taken(slot->reader, slot, scanner->uri))
        return err_set(err, ERR_INPUT, "\"%s\" is another scanner's already",
                       scanner->uri);
    slot->scanner = *scanner;
    slot->status = (struct reader_status){ .reader = number };
    slot->has_state = false;
    str_copy(slot->status.name, sizeof slot->status.name, scanner->name);
    set_up_code(scanner, &slot->code_setting);
    return make_sources(slot, err) && open_device(slot, err);
}

/* An empty one, or a new one; NULL if all are full. */
static struct slot *
find_room(struct reader *reader)
{
    for (unsigned i = 0; i < reader->count; i++) {
        if (reader->slots[i].scanner.name[0] == '\0')
            return &reader->slots[i];
    }
    if (reader->count == READER_SCANNERS_MAX)
        return NULL;
    struct slot *slot = &reader->slots[reader->count];
    slot->reader = reader;
    slot->status.reader = reader->count++;
    return slot;
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
        if (!fill_slot(find_room(reader), &setting->scanners[i], err)) {
            reader_destroy(reader);
            return err_wrap(err, "scanner \"%s\"", setting->scanners[i].name);
        }
    }
    *made = reader;
    return true;
}

/* ---- changed while people come in --------------------------------------------- */

static const struct reader_scanner *
find_scanner(const struct reader_scanner *scanners, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(scanners[i].name, name) == 0)
            return &scanners[i];
    }
    return NULL;
}

static struct slot *
find_slot(struct reader *reader, const char *name)
{
    for (unsigned i = 0; i < reader->count; i++) {
        if (strcmp(reader->slots[i].scanner.name, name) == 0)
            return &reader->slots[i];
    }
    return NULL;
}

bool
reader_same_scanner(const struct reader_scanner *a, const struct reader_scanner *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->uri, b->uri) == 0 &&
           strcmp(a->country, b->country) == 0 &&
           strcmp(a->strip_prefix, b->strip_prefix) == 0 &&
           strcmp(a->strip_suffix, b->strip_suffix) == 0 && a->baud == b->baud &&
           a->idle_ms == b->idle_ms && a->repeat_ms == b->repeat_ms &&
           a->ends == b->ends && a->grab == b->grab;
}

/* What only the decoder has to know changes under an open device. */
static bool
same_device(const struct reader_scanner *a, const struct reader_scanner *b)
{
    return strcmp(a->uri, b->uri) == 0 && strcmp(a->country, b->country) == 0 &&
           a->baud == b->baud && a->grab == b->grab;
}

/* A code that waits for its silence is whole: it goes its way. */
static void
let_go(struct slot *slot)
{
    const struct reader_setting *setting = &slot->reader->setting;
    int64_t later_us = clock_mono_us(setting->clock) + slot->code_setting.idle_us;
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++) {
        struct source *source = &slot->sources[i];
        if (source->idle)
            loop_timer_disarm(setting->loop, source->idle);
        if (slot->device && code_is_open(&source->code))
            code_tick(&source->code, later_us, reader_on_event, slot);
    }
    if (slot->device)
        slot->driver->close(slot->device);
    slot->device = NULL;
}

static void
retune(struct slot *slot, const struct reader_scanner *to)
{
    slot->scanner = *to;
    set_up_code(to, &slot->code_setting);
    for (unsigned i = 0; i < SCANNER_SOURCES_MAX; i++) {
        slot->sources[i].code.setting = slot->code_setting;
        reader_await_silence(&slot->sources[i]);
    }
    log_notice(slot->reader->setting.log, "reader", "scanner=%s changed", to->name);
}

static void
empty(struct slot *slot)
{
    unsigned number = slot->status.reader;
    log_notice(slot->reader->setting.log, "reader", "scanner=%s removed",
               slot->scanner.name);
    slot->scanner = (struct reader_scanner){ .name = "" };
    slot->status = (struct reader_status){ .reader = number };
    reader_publish(slot);
}

static void
fill(struct reader *reader, const struct reader_scanner *to)
{
    struct slot *slot = find_slot(reader, to->name);
    struct err err;
    if (!slot)
        slot = find_room(reader);
    assert(slot); /* there are as many as scanners */
    if (fill_slot(slot, to, &err))
        return;
    slot->status.state = SCANNER_FAILED;
    str_copy(slot->status.detail, sizeof slot->status.detail, err.text);
    log_error(reader->setting.log, "reader", "scanner=%s state=failed: %s", to->name,
              err.text);
    reader_publish(slot);
}

/* First all that go or move are let go, so that two may swap their devices. */
void
reader_configure(struct reader *reader, const struct reader_scanner *scanners,
                 unsigned count)
{
    assert(count <= READER_SCANNERS_MAX);
    if (reader->stopped)
        return;
    for (unsigned i = 0; i < reader->count; i++) {
        struct slot *slot = &reader->slots[i];
        const struct reader_scanner *to =
            find_scanner(scanners, count, slot->scanner.name);
        if (slot->scanner.name[0] == '\0')
            continue;
        if (!to || !same_device(to, &slot->scanner) || !slot->device)
            let_go(slot);
        else if (!reader_same_scanner(to, &slot->scanner))
            retune(slot, to);
        if (!to)
            empty(slot);
        else if (!slot->device)
            slot->scanner.uri[0] = '\0'; /* nobody's, until it is filled again */
    }
    for (unsigned i = 0; i < count; i++) {
        const struct slot *slot = find_slot(reader, scanners[i].name);
        if (!slot || !slot->device)
            fill(reader, &scanners[i]);
    }
}
