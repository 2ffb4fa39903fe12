#include "desk/export_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/zone.h"
#include "desk/csv_write.h"

enum {
    TEXT_MAX = 256 * 1024,
    PIPE_BYTES = 4096 /* at once to a pipe: that much fits where poll says "ready" */
};

void
export_table_init(struct export_table *table, struct db *db, int fd, const char *zone)
{
    *table = (struct export_table){ .db = db, .fd = fd, .zone_name = zone };
    str_init(&table->out, TEXT_MAX);
}

void
export_table_finish(struct export_table *table)
{
    for (unsigned i = 0; i < table->zone_count; i++)
        zone_close(table->zones[i].zone);
    str_finish(&table->out);
}

void
export_put_header(struct export_table *table, const char *const *columns, size_t count)
{
    csv_write_mark(&table->out);
    for (size_t i = 0; i < count; i++)
        csv_write_field(&table->out, columns[i]);
    csv_write_end(&table->out);
}

/* Writes what there is room for; *waits: the other end does not take more now. */
bool
export_flush(struct export_table *table, bool *waits, struct err *err)
{
    struct str *out = &table->out;
    if (!str_ok(out))
        return err_no_memory(err);
    *waits = false;
    while (table->flushed < out->length) {
        struct pollfd room = { .fd = table->fd, .events = POLLOUT };
        size_t length = out->length - table->flushed;
        if (poll(&room, 1, 0) == 0) {
            *waits = true;
            return true;
        }
        ssize_t wrote = write(table->fd, out->data + table->flushed,
                              length < PIPE_BYTES ? length : PIPE_BYTES);
        if (wrote < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (wrote < 0)
            return err_set(err, errno == ENOSPC ? ERR_LIMIT : ERR_IO, "export: %s",
                           strerror(errno));
        table->flushed += (size_t)wrote;
    }
    str_clear(out);
    table->flushed = 0;
    return true;
}

/* The zone that an event's times are told in; an unknown one is told in the system's.
 */
bool
export_zone(struct export_table *table, const char *slug, struct zone **zone,
            struct err *err)
{
    for (unsigned i = 0; i < table->zone_count; i++) {
        if (strcmp(table->zones[i].event, slug) == 0) {
            *zone = table->zones[i].zone;
            return true;
        }
    }
    if (table->zone_count == EXPORT_ZONES_MAX) /* the last one's place is taken anew */
        zone_close(table->zones[--table->zone_count].zone);
    struct event event = { .id = 0 };
    bool found;
    const char *name = table->zone_name;
    if (!name) {
        if (!roster_event(table->db, slug, &found, &event, err))
            return false;
        name = found ? event.zone : "";
    }
    struct export_zone *slot = &table->zones[table->zone_count];
    if (!zone_open(name, &slot->zone, err))
        return err_wrap(err, "event %s", slug);
    str_copy(slot->event, sizeof slot->event, slug);
    table->zone_count++;
    *zone = slot->zone;
    return true;
}

void
export_put_times(struct str *out, const struct zone *zone, int64_t at_ms)
{
    struct zone_time local;
    char text[96];
    int64_t minutes = zone_offset_ms(zone, at_ms) / 60000;
    int64_t size = minutes < 0 ? -minutes : minutes;
    zone_local(zone, at_ms, &local);
    snprintf(text, sizeof text,
             "%04d-%02d-%02d %02d:%02d:%02d %c%02" PRId64 ":%02" PRId64, local.year,
             local.month, local.day, local.hour, local.minute, local.second,
             minutes < 0 ? '-' : '+', size / 60, size % 60);
    csv_write_field(out, text);

    time_t seconds = (time_t)(at_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    csv_write_field(out, text);
}

void
export_put_guest(struct str *out, const struct ticket *ticket)
{
    csv_write_field(out, ticket->order_code);
    csv_write_field(out, ticket->name);
    csv_write_field(out, ticket->name_latin);
    csv_write_field(out, ticket->organisation);
    csv_write_field(out, ticket->country);
    csv_write_field(out, ticket->kind);
}

/* One row after the other, until the time is up or the reader waits. */
bool
export_table_slice(struct export_table *table, struct export_source *source,
                   int64_t until_us, struct export_progress *at, struct err *err)
{
    bool waits = false;
    do {
        if (!source->is_read && table->out.length < EXPORT_FLUSH_BYTES) {
            if (!source->put_next(source, err))
                return false;
        } else if (!export_flush(table, &waits, err)) {
            return false;
        } else if (source->is_read) {
            break;
        }
    } while (!waits && clock_mono_us(source->base.clock) < until_us);
    bool is_done = source->is_read && table->out.length == 0;
    at->state = is_done ? EXPORT_DONE : waits ? EXPORT_WAITS : EXPORT_MORE;
    at->rows = table->written;
    return true;
}
