#ifndef YUELAI_DRAW_SERVE_H
#define YUELAI_DRAW_SERVE_H

/* serve: the drawing helper at work: answers requests (protocol.h) one after the other
 * until the other side is gone. Keeps the last few designs read. Nothing in a request
 * ends it: what is wrong comes back as REFUSED with the reason. */

#include <stdbool.h>

#include "draw/badge.h"
#include "err.h"

/* Says READY, then serves. True when the other side has gone. */
bool serve_run(int socket, struct badge *badge, struct err *err);

#endif
