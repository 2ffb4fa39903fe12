#ifndef YUELAI_SETTINGS_H
#define YUELAI_SETTINGS_H

/* settings: small durable values of the station (its role as set by hand, counters, the
 * staff's PINs, cursors), and the audit: who did what to the station, append-only. Both
 * in journal.db; call inside or outside a transaction. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

struct db;

/* Fills value ("" if the key is not set). Fails with ERR_LIMIT if it does not fit. */
bool settings_get(struct db *db, const char *key, char *value, size_t size,
                  struct err *err);
bool settings_set(struct db *db, const char *key, const char *value, struct err *err);
bool settings_get_int(struct db *db, const char *key, int64_t otherwise, int64_t *value,
                      struct err *err);
bool settings_set_int(struct db *db, const char *key, int64_t value, struct err *err);
bool settings_remove(struct db *db, const char *key, struct err *err);

/* A value nobody reads from a stolen database: kept sealed with the station's key
 * (store/seal). Setting one fails with ERR_INPUT at a station without a key, ERR_LIMIT if
 * it is longer than SETTINGS_SEALED_MAX. */
enum { SETTINGS_SEALED_MAX = 4096 /* bytes */ };
bool settings_set_sealed(struct db *db, const char *key, const void *plain,
                         size_t length, struct err *err);
/* Fills `plain` of `room` bytes; nothing is put behind it. Fails with ERR_INPUT if it was
 * sealed with another key, ERR_LIMIT if it does not fit. */
bool settings_get_sealed(struct db *db, const char *key, void *plain, size_t room,
                         bool *found, size_t *length, struct err *err);

/* Calls for each key with that prefix, in order; stops when `each` returns false. */
bool settings_each(struct db *db, const char *prefix,
                   bool (*each)(const char *key, const char *value, void *self),
                   void *self, struct err *err);

struct audit_row {
    int64_t id, at_ms;
    char who[64]; /* "staff:li", "uid:1000", "table", "config" */
    char what[64]; /* "role", "reprint", "import", … */
    char detail[512];
};

bool audit_add(struct db *db, const char *who, const char *what, const char *detail,
               struct err *err);
bool audit_each(struct db *db, int64_t after_id,
                bool (*each)(const struct audit_row *row, void *self), void *self,
                struct err *err);

#endif
