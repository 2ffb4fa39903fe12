#ifndef YUELAI_IMPORT_SEEN_H
#define YUELAI_IMPORT_SEEN_H

/* import_seen: on which line of a table a text stood first. 12 bytes a row; two texts
 * count as one if 64 bits of their hash are equal (once in 10^7 tables of a million).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct import_seen {
    uint64_t *hashes; /* 0 = free */
    uint32_t *lines;
    size_t room, count; /* room: a power of two, or 0 */
};

void import_seen_init(struct import_seen *seen);
void import_seen_finish(struct import_seen *seen);

/* The line where the text stood before, or 0: then `line` is noted. Without memory
 * everything is new. */
int64_t import_seen_note(struct import_seen *seen, const char *text, int64_t line);

#endif
