#ifndef YUELAI_CONTROL_H
#define YUELAI_CONTROL_H

/* control: kioskd's unix socket, for kioskctl and other programs on this machine.
 *
 * A client connects, sends one line (a JSON object: command, args), with its files as
 * descriptors beside it, and reads lines until the last (command.h). Who it is the kernel
 * says (SO_PEERCRED); it goes into the audit. The socket is 0660, so the file system says
 * who may. Bounds: 64 KiB a request, 5 s to send it, 32 clients, 8 MiB unsent. */

#include <stdbool.h>

#include "ctl/command.h"
#include "err.h"

struct control;

/* The socket at `path` is made anew; one that another process answers on is ERR_BUSY. */
bool control_create(const char *path, const struct command_parts *parts,
                    struct control **control, struct err *err);
/* Takes NULL; closes on all. What still calls back into a request that stays (pin) is
 * destroyed before. */
void control_destroy(struct control *control);

#endif
