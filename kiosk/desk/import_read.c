#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "desk/csv.h"
#include "desk/import_parts.h"
#include "str.h"

/* On the lane: the tables, row by row, into imports/NNNN.part. */

enum { LISTS_BYTES_MAX = 2 * 1024 * 1024 };

/* One table being read. */
struct reading {
    struct import_job *job;
    struct import_rows rows;
    struct import_columns columns;
    struct csv *csv;
    struct keep_writer *writer; /* guests */
    struct str packed;          /* lists: all of them; guests: the present one */
    struct import_guest guest;
    struct import_list list;
    int64_t good, bad;
};

static int64_t
size_of(int fd)
{
    struct stat info;
    return fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : 0;
}

static bool
open_table(struct reading *reading, int *fd, enum import_book book, struct err *err)
{
    struct import_job *job = reading->job;
    struct csv_setting setting = { .read = csv_read_fd,
                                   .self = fd,
                                   .encoding = job->encoding,
                                   .separator = job->separator };
    struct csv_row row;
    const char *map = book == BOOK_GUESTS ? job->map : NULL;
    if (!csv_open(&setting, &reading->csv, err))
        return false;
    enum csv_result result = csv_next(reading->csv, &row, err);
    if (result == CSV_END)
        return err_set(err, ERR_INPUT, "is empty: want a header line, then rows");
    if (result == CSV_BAD)
        return err_wrap(err, "line %lld, column %u", (long long)row.line, row.column);
    return result == CSV_ROW && import_columns_read(reading->rows.words, book, &row,
                                                    map, &reading->columns, err);
}

static void
tell_bad_row(struct reading *reading, const struct csv_row *row, const struct err *err)
{
    const struct import_columns *columns = &reading->columns;
    bool named = row->column >= 1 && row->column <= columns->count;
    struct report_place place = { reading->rows.file, row->line,
                                  named ? columns->headers[row->column - 1] : "" };
    report_row(&reading->job->report, "error", &place, "%s", err->text);
}

static bool
take_row(struct reading *reading, const struct csv_row *row, struct err *err)
{
    bool lists = reading->writer == NULL;
    bool good = lists ? import_row_list(&reading->rows, row, &reading->list)
                      : import_row_guest(&reading->rows, row, &reading->guest);
    reading->good += good;
    reading->bad += !good;
    if (!good)
        return true;
    if (lists) {
        import_pack_list(&reading->list, &reading->packed);
        return str_ok(&reading->packed) ||
               err_set(err, ERR_LIMIT, "line %lld: too many lists",
                       (long long)row->line);
    }
    import_pack_guest(&reading->guest, &reading->packed);
    return keep_add(reading->writer, &reading->packed, err);
}

static bool
read_rows(struct reading *reading, struct err *err)
{
    struct import_job *job = reading->job;
    struct csv_row row;
    for (;;) {
        if (atomic_load(&job->stop))
            return err_set(err, ERR_BUSY, "the import was stopped");
        enum csv_result result = csv_next(reading->csv, &row, err);
        if (result == CSV_END)
            return true;
        if (result == CSV_FAILED)
            return false;
        if (result == CSV_BAD) {
            tell_bad_row(reading, &row, err);
            reading->bad++;
        } else if (!take_row(reading, &row, err)) {
            return false;
        }
        atomic_store(&job->done, csv_bytes(reading->csv));
        atomic_store(&job->rows, reading->good + reading->bad);
    }
}

/* ---- lists ----------------------------------------------------------------- */

/* The event lasts from its first list's start to its last one's end. */
static bool
span_event(struct reading *reading, struct event *event, struct err *err)
{
    struct import_record *record = malloc(sizeof *record);
    if (!record)
        return err_no_memory(err);
    bool good = true;
    for (size_t at = 0; good && at < reading->packed.length;) {
        good = import_unpack(reading->packed.data, reading->packed.length, &at, record,
                             err);
        const struct list *list = &record->list.list;
        if (good && list->starts_ms &&
            (!event->starts_ms || list->starts_ms < event->starts_ms))
            event->starts_ms = list->starts_ms;
        if (good && list->ends_ms > event->ends_ms)
            event->ends_ms = list->ends_ms;
    }
    free(record);
    return good;
}

static bool
read_lists(struct reading *reading, struct err *err)
{
    struct import_job *job = reading->job;
    reading->rows.file = "lists";
    if (job->lists_fd < 0)
        return true;
    atomic_store(&job->of, size_of(job->lists_fd));
    if (!open_table(reading, &job->lists_fd, BOOK_LISTS, err) ||
        !read_rows(reading, err))
        return err_wrap(err, "lists");
    job->result->bad += reading->bad;
    csv_close(reading->csv);
    reading->csv = NULL;
    import_seen_finish(&reading->rows.keys);
    reading->good = reading->bad = 0;
    return span_event(reading, &job->event.event, err);
}

/* The event's record, then the lists', which are put away one by one: a box holds 64
 * KiB. */
static bool
write_head(struct reading *reading, struct err *err)
{
    struct str one;
    str_init(&one, IMPORT_RECORD_MAX);
    import_pack_event(&reading->job->event, &one);
    bool good = keep_add(reading->writer, &one, err);
    const unsigned char *at = (const unsigned char *)reading->packed.data;
    const unsigned char *end = at + reading->packed.length;
    while (good && at < end) {
        size_t size = 5 + (at[1] | (size_t)at[2] << 8 | (size_t)at[3] << 16 |
                           (size_t)at[4] << 24);
        str_add(&one, at, size);
        good = keep_add(reading->writer, &one, err);
        at += size;
    }
    str_finish(&one);
    str_clear(&reading->packed);
    return good;
}

/* ---- guests ---------------------------------------------------------------- */

/* A code column tells rows apart; without one, what was said; else the person. */
static bool
choose_key(struct reading *reading, struct err *err)
{
    struct import_job *job = reading->job;
    const int *at = reading->columns.at;
    static const enum import_column columns[] = { [KEY_CODE] = COLUMN_CODE,
                                                  [KEY_EMAIL] = COLUMN_EMAIL,
                                                  [KEY_NUMBER] = COLUMN_NUMBER,
                                                  [KEY_PERSON] = COLUMN_NAME };
    if (!job->key_said)
        job->key = at[COLUMN_CODE] >= 0 ? KEY_CODE : KEY_PERSON;
    bool there = job->key == KEY_PERSON || at[columns[job->key]] >= 0;
    if (!there)
        return err_set(err, ERR_INPUT,
                       "there is no column to be the key \"%s\": name it by --map %s=…",
                       import_key_name(job->key),
                       import_column_name(columns[job->key]));
    bool usable = at[COLUMN_CODE] >= 0 || at[COLUMN_NAME] >= 0 ||
                  at[COLUMN_LAST] >= 0 || at[COLUMN_FIRST] >= 0 ||
                  at[COLUMN_LATIN] >= 0 || at[COLUMN_EMAIL] >= 0;
    if (!usable)
        return err_set(err, ERR_INPUT,
                       "no column of the header (%s) is a code or a name: name them by "
                       "--map code=…,name=…",
                       job->result->columns);
    reading->rows.key = job->key;
    str_copy(job->result->key, sizeof job->result->key, import_key_name(job->key));
    return true;
}

static void
tell_columns(struct reading *reading)
{
    struct import_result *result = reading->job->result;
    struct str text;
    str_init(&text, sizeof result->columns - 1);
    import_columns_tell(&reading->columns, &text);
    str_copy(result->columns, sizeof result->columns, text.data);
    str_finish(&text);
    str_copy(result->encoding, sizeof result->encoding, csv_encoding(reading->csv));
}

/* "main" and a list for each session; whoever applies them leaves those that are there.
 */
static bool
make_lists(struct reading *reading, struct err *err)
{
    struct import_list *list = &reading->list;
    for (unsigned i = 0; i <= reading->rows.session_count; i++) {
        *list = (struct import_list){ .made = true };
        list->list.all_kinds = list->list.entry_after_exit = true;
        const struct import_session *session = &reading->rows.sessions[i];
        bool all = i == reading->rows.session_count;
        const char *key = all ? "main" : session->key;
        str_copy(list->list.key, sizeof list->list.key, key);
        str_copy(list->list.session, sizeof list->list.session, all ? "" : key);
        str_copy(list->list.name, sizeof list->list.name,
                 all ? "Main entrance" : session->name);
        str_clear(&reading->packed);
        import_pack_list(list, &reading->packed);
        if (!keep_add(reading->writer, &reading->packed, err))
            return false;
    }
    return true;
}

static bool
read_guests(struct reading *reading, struct err *err)
{
    struct import_job *job = reading->job;
    struct import_result *result = job->result;
    reading->rows.file = "guests";
    atomic_store(&job->of, size_of(job->guests_fd));
    if (!open_table(reading, &job->guests_fd, BOOK_GUESTS, err))
        return err_wrap(err, "guests");
    tell_columns(reading);
    job->event.columns = import_columns_mask(&reading->columns);
    job->event.makes = true;
    if (!choose_key(reading, err))
        return err_wrap(err, "guests");
    if (!write_head(reading, err) || !read_rows(reading, err))
        return err_wrap(err, "guests");
    result->rows = reading->good + reading->bad;
    result->good = reading->good;
    result->bad += reading->bad;
    result->codes_made = reading->rows.codes_made;
    result->duplicates = reading->rows.duplicates;
    for (unsigned i = 0; i < reading->rows.kind_count; i++)
        report_kind(&job->report, reading->rows.kinds[i].key,
                    reading->rows.kinds[i].rows);
    return make_lists(reading, err);
}

/* ---- all of it ------------------------------------------------------------- */

static bool
read_all(struct reading *reading, struct err *err)
{
    struct import_job *job = reading->job;
    if (!read_lists(reading, err) ||
        !keep_create(job->dir, job->seal, &reading->writer, &job->number, err))
        return false;
    bool good =
        job->guests_fd >= 0 ? read_guests(reading, err) : write_head(reading, err);
    if (!good) {
        keep_abandon(reading->writer);
        return false;
    }
    return keep_finish(reading->writer, err);
}

void
import_read(struct import_job *job)
{
    struct import_words *words = NULL;
    struct reading *reading = calloc(1, sizeof *reading);
    struct import_session *sessions = calloc(
        IMPORT_SESSIONS_MAX + 1, sizeof *sessions); /* one more: see make_lists */
    job->ok = reading && sessions && import_words_create(&words, &job->err);
    if (!reading || !sessions)
        err_no_memory(&job->err);
    if (job->ok) {
        reading->job = job;
        reading->rows = (struct import_rows){ .words = words,
                                              .columns = &reading->columns,
                                              .seal = job->seal,
                                              .zone = job->zone,
                                              .report = &job->report,
                                              .event = job->event.event.slug,
                                              .sessions = sessions };
        str_init(&reading->packed, LISTS_BYTES_MAX);
        job->ok = read_all(reading, &job->err);
        str_finish(&reading->packed);
        import_seen_finish(&reading->rows.keys);
        import_seen_finish(&reading->rows.people);
        csv_close(reading->csv);
    }
    import_words_destroy(words);
    free(sessions);
    free(reading);
}
