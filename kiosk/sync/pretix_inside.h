#ifndef YUELAI_PRETIX_INSIDE_H
#define YUELAI_PRETIX_INSIDE_H

/* pretix_inside: what the files of the pretix family share. */

#include "base/json.h"
#include "sync/pretix.h"

/* The members of an object that have these names, in one walk: the server writes them in
 * one order, which `names` follows as far as it can. Those absent or null are NULL. */
void pretix_collect(const struct json *object, const char *const *names,
                    const struct json **values, unsigned count);

/* Of a member that was collected; absent (NULL) gives 0, "" and false, and so does one of
 * another kind: what a door can do without must not cost a row. */
int64_t pretix_int(const struct json *value);
const char *pretix_text(const struct json *value);
bool pretix_bool(const struct json *value);
/* 0 if it is absent or no time. */
int64_t pretix_ms(const struct json *value);

int64_t pretix_int_of(const struct json *object, const char *name);

/* A check-in of the server as a row of ours, with its nonce. */
void pretix_nonce(int64_t id, uint8_t nonce[16]);
void pretix_fill_elsewhere(const struct pretix_checkin *checkin, const char *event,
                           const char *ref, struct roster_elsewhere *row);
/* *ours: it is of device `own`, and our journal has it. */
bool pretix_is_own(struct db *db, const char *ref, const struct pretix_checkin *checkin,
                   int64_t own, bool *ours, struct err *err);

/* Copies as much of the text as there is room for. */
void pretix_copy(char *to, size_t size, const struct json *value);

/* The name for staff, which comes before the one for buyers. */
const char *pretix_product_name(const struct json *object, const char *language);

/* The kind of guest of a product: by its id, else by its name, else "". */
const char *pretix_kind_of(const struct pretix_reading *reading, int64_t product,
                           const char *name);

#endif
