#ifndef YUELAI_QR_PICTURES_H
#define YUELAI_QR_PICTURES_H

/* qr_pictures: QR codes as PNG files, drawn by the drawing helper on a lane of its own
 * while the station goes on. */

#include <stdbool.h>

#include "ctl/command.h"

struct qr_pictures {
    const char *helper; /* path of kiosk-draw */
    const struct loop *loop;
    const struct task *task;
    int codes_fd; /* lines of a text, a tab and a path within the directory; read from
                     its start. What must not stand in a file comes in a memfd. */
    int dir_fd;
    /* On the loop thread, once; err NULL: all are drawn. */
    void (*done)(const struct err *err, void *self);
    void *self;
};

/* The helper's path is copied; both descriptors stay the caller's and open until done.
 */
bool qr_pictures_draw(const struct qr_pictures *pictures, struct err *err);

/* A memfd for codes, or -1. */
int qr_pictures_list(struct err *err);
bool qr_pictures_add(int codes_fd, const char *code, const char *path, struct err *err);

#endif
