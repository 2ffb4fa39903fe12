#ifndef YUELAI_SCREEN_API_PARTS_H
#define YUELAI_SCREEN_API_PARTS_H

/* api_parts: shared by api.c (addresses, sessions) and api_guest.c (a guest's touches)
 * alone. */

#include "base/json.h"
#include "screen/api.h"

/* The state that a touch answers. */
bool api_read_state(const struct json *body, const char **boot, int64_t *seq);

/* Does what a guest touched; an HTTP status. */
int api_touch_guest(struct guest *guest, const char *act, const struct json *body);

#endif
