#ifndef YUELAI_IMPORT_KEEP_H
#define YUELAI_IMPORT_KEEP_H

/* import_keep: the accepted imports, sealed, in the data directory: what the roster can
 * be built of again, with the codes that were made, and where invitations find e-mails.
 *
 *     DIR/imports/0007.part    being written
 *     DIR/imports/0007.sealed  accepted: whole and on disk
 *
 *     "YLIMPORT1\n", then boxes (store/seal.h) of up to 64 KiB of records, each behind
 * its length of 4 bytes, little-endian
 *
 * May be used on a lane: it touches files and the seal only. */

#include <stdbool.h>
#include <stdint.h>

#include "desk/import_record.h"
#include "err.h"
#include "str.h"

struct seal;
struct keep_writer;
struct keep_reader;

/* The highest number of an accepted import; 0 = none. */
bool keep_last(const char *dir, int64_t *number, struct err *err);

/* Begins the import behind the last one; *number is its own. */
bool keep_create(const char *dir, const struct seal *seal, struct keep_writer **writer,
                 int64_t *number, struct err *err);
/* Adds packed records and empties the buffer. */
bool keep_add(struct keep_writer *writer, struct str *records, struct err *err);
/* All of it reaches the disk; the file keeps its name .part. Closes the writer. */
bool keep_finish(struct keep_writer *writer, struct err *err);
void keep_abandon(struct keep_writer *writer); /* the file goes; takes NULL */

/* .part becomes .sealed, durably. */
bool keep_accept(const char *dir, int64_t number, struct err *err);
void keep_remove_part(const char *dir, int64_t number);

/* Opens a kept import, or one that is still .part. ERR_ABSENT: there is none. */
bool keep_open(const char *dir, int64_t number, const struct seal *seal,
               struct keep_reader **reader, struct err *err);
/* The next record, good until the next call; *end at the end. ERR_INPUT: damaged, or
 * sealed with another key. */
bool keep_next(struct keep_reader *reader, struct import_record **record, bool *end,
               struct err *err);
void keep_close(struct keep_reader *reader); /* takes NULL */

#endif
