/* kiosk-draw: the drawing helper. kioskd starts it; people and scripts may.
 *
 *     serve          badges, for as long as kioskd lives       over the socket at fd 3
 *     qr             QR codes as pictures                      invitations
 *     prepare, png   are kiosk-draw-prepare's, which reads designs */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/picture.h"
#include "draw/badge.h"
#include "draw/command.h"
#include "draw/protocol.h"
#include "draw/qr.h"
#include "draw/serve.h"
#include "str.h"

enum { QR_LINE_MAX = 4096 + QR_TEXT_MAX, QR_MODULE_DOTS = 10 };

/* ---- serve -------------------------------------------------------------- */

static int
serve(const struct command_options *options)
{
    (void)options;
    struct badge *badge = NULL;
    struct err err;

    bool good = command_enter_jail(&badge, 0, true, &err) &&
                serve_run(PROTOCOL_SOCKET_FD, badge, &err);
    badge_destroy(badge);
    return good ? EXIT_SUCCESS : command_complain(&err);
}

/* ---- qr ----------------------------------------------------------------- */

static bool
write_code(const char *text, const char *path, int module_dots, struct err *err)
{
    struct canvas canvas;
    if (!qr_alone(text, module_dots, &canvas, err))
        return false;
    struct page page = { .width_dots = canvas.width_dots,
                         .height_dots = canvas.height_dots,
                         .stride_bytes = canvas.stride_bytes,
                         .dpi = 300,
                         .bits = canvas.bits };
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 ? picture_write(&page, fd, err)
                        : err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (fd >= 0 && close(fd) != 0 && good)
        good = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    free(canvas.bits);
    return good;
}

/* A bad line is named; the others are done all the same. No jail: it reads no foreign
 * format, and its very work is to open files. */
static int
qr(const struct command_options *options)
{
    char line[QR_LINE_MAX];
    long long module_dots = QR_MODULE_DOTS;
    int result = EXIT_SUCCESS;

    if (options->module && !str_read_int(options->module, 1, 64, &module_dots)) {
        fputs("kiosk-draw: --module: want 1 to 64 dots\n", stderr);
        return COMMAND_USAGE;
    }
    for (int number = 1; fgets(line, sizeof line, stdin); number++) {
        struct err err;
        line[strcspn(line, "\r\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (tab)
            *tab = '\0';
        bool good = tab ? write_code(line, tab + 1, (int)module_dots, &err)
                        : err_set(&err, ERR_INPUT, "want text, a tab, a path");
        if (!good) {
            printf("line %d: %s\n", number, err.text);
            result = COMMAND_WRONG;
        }
    }
    return result;
}

static const struct command commands[] = { { "serve", serve },
                                           { "qr", qr },
                                           { NULL, NULL } };
static const char *const others[] = { "prepare", "png", NULL };

int
main(int count, char **arguments)
{
    const struct command_program program = { commands, others, "kiosk-draw-prepare" };
    return command_main(&program, count, arguments);
}
