#ifndef YUELAI_DRAW_QR_LEVEL_H
#define YUELAI_DRAW_QR_LEVEL_H

/* qr_level: how much error correction a QR code can afford in its box. Pure.
 *
 * More of it means more modules, so smaller ones. A torn or smeared code is helped by
 * correction, one that is read from afar by large modules: the highest level is taken
 * whose modules are as large as `good`, or no smaller than those of level M; where M's
 * are under `least`, level L if that helps and the slot may have it. */

#include <stdbool.h>

enum qr_level { QR_LEVEL_L, QR_LEVEL_M, QR_LEVEL_Q, QR_LEVEL_H };

struct qr_room {
    float side_dots; /* of the box */
    int quiet_modules; /* on each side */
    int least_dots, good_dots; /* of a module */
    bool may_be_low; /* level L is allowed */
};

/* Modules on a side of a code of this text, without its quiet zone: that of one run of
 * digits, of upper-case letters and digits, or of bytes. A mixture may have fewer.
 * 0: it is over the largest code. */
int qr_level_modules(const char *text, enum qr_level level);

/* Dots of a module of a code of `modules` and its quiet zone; 0: not one. */
int qr_level_dots(const struct qr_room *room, int modules);

enum qr_level qr_level_choose(const char *text, const struct qr_room *room);

#endif
