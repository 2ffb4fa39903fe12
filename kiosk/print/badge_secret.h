#ifndef YUELAI_BADGE_SECRET_H
#define YUELAI_BADGE_SECRET_H

/* badge_secret: the ticket's own code, for designs whose QR code says that. It is unsealed
 * when a badge is drawn, goes to the drawing helper beside the fields, and stands in no
 * row, file or log. */

#include <stdbool.h>

#include "err.h"
#include "store/roster.h"

struct db;

/* `secret` has room for ROSTER_SECRET_MAX + 1 bytes; "" if there is no such ticket, or it
 * has none. */
bool badge_secret_take(struct db *db, const char *ref, char *secret, struct err *err);

/* Makes a stand-in of it, as long and of the same kinds of characters, so that its code is
 * as dense and opens no door: for badges that are only looked at. */
void badge_secret_blur(char *secret);

#endif
