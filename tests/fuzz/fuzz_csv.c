/* Any bytes as a table: every row is UTF-8 within its bounds, and reading ends. The
 * first byte chooses the size of the reads. */

#include "desk/csv.h"

#include <stdlib.h>
#include <string.h>

#include "desk/csv_write.h"
#include "str.h"

struct source {
    const unsigned char *at;
    size_t left, step;
};

static ssize_t
read_source(void *to, size_t size, void *self)
{
    struct source *source = self;
    size_t n = source->left < size ? source->left : size;
    if (n > source->step)
        n = source->step;
    memcpy(to, source->at, n);
    source->at += n;
    source->left -= n;
    return (ssize_t)n;
}

static void
check_row(const struct csv_row *row)
{
    struct str out;
    str_init(&out, 4 * CSV_ROW_MAX);
    if (row->count == 0 || row->count > CSV_COLUMNS_MAX || row->line < 1)
        abort();
    for (unsigned i = 0; i < row->count; i++) {
        size_t length = strlen(row->fields[i]);
        if (length > CSV_FIELD_MAX || !str_is_utf8(row->fields[i], length))
            abort();
        csv_write_field(&out, row->fields[i]);
    }
    str_finish(&out);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    if (length == 0)
        return 0;
    struct source source = { bytes + 1, length - 1, (size_t)bytes[0] + 1 };
    struct csv_setting setting = { .read = read_source, .self = &source };
    struct csv *csv;
    struct csv_row row;
    struct err err;
    if (!csv_open(&setting, &csv, &err))
        return 0;
    size_t rows = 0;
    for (;;) {
        enum csv_result result = csv_next(csv, &row, &err);
        if (result == CSV_END || result == CSV_FAILED)
            break;
        if (result == CSV_ROW)
            check_row(&row);
        if (++rows > 2 * length + 2)
            abort();
    }
    csv_close(csv);
    return 0;
}
