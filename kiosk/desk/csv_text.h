#ifndef YUELAI_CSV_TEXT_H
#define YUELAI_CSV_TEXT_H

/* csv_text: the bytes of a table as UTF-8, chunk by chunk. For desk/csv only.
 *
 *     a byte order mark          says it: UTF-8, UTF-16LE, UTF-16BE
 *     else valid UTF-8           UTF-8
 *     else mostly valid UTF-8    UTF-8 with slips (they come out as they are)
 *     else valid GB18030         GB18030, as Chinese Excel writes it
 *     else                       nobody can know: the caller must say
 *
 * What cannot be decoded comes out as the byte FF, which is never part of UTF-8: the
 * reader above finds it in its field and names the place. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "desk/csv.h"
#include "err.h"

struct csv_text;

bool csv_text_open(const struct csv_setting *setting, struct csv_text **text,
                   struct err *err);
void csv_text_close(struct csv_text *text); /* takes NULL */

/* The next chunk, good until the next call; *length 0 at the end. */
bool csv_text_next(struct csv_text *text, const char **bytes, size_t *length,
                   struct err *err);

int64_t csv_text_bytes(const struct csv_text *text);
const char *csv_text_encoding(const struct csv_text *text);

#endif
