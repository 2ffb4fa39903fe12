#ifndef YUELAI_DRAW_PROTOCOL_H
#define YUELAI_DRAW_PROTOCOL_H

/* protocol: what kioskd and the drawing helper say to each other, over a socketpair of
 * SOCK_SEQPACKET: one question, one answer, one packet each. kioskd includes this and
 * links none of the drawing.
 *
 *     kioskd                                   kiosk-draw serve
 *       |  request, fields, qr + fd of the design      |
 *       |--------------------------------------------->|
 *       |  reply, slot reports + sealed memfd, page    |
 *       |<---------------------------------------------|
 *
 * Both sides believe nothing: every number is checked by who reads it. The memfd is
 * sealed against writing and resizing, so the page cannot change under its reader.
 *
 * Nothing but base/ and include/ stands behind this header. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum {
    PROTOCOL_VERSION = 2,
    PROTOCOL_FIELDS_MAX = 32 * 1024, /* bytes of the JSON object */
    PROTOCOL_QR_MAX = 1024, /* bytes */
    PROTOCOL_REPORTS_MAX = 48,
    PROTOCOL_SOCKET_FD = 3, /* where `serve` finds its end */
    PROTOCOL_EXIT_TROUBLE = 3, /* `prepare`: a disk, a limit; not the design's fault */
    PROTOCOL_PACKET_MAX = 64 * 1024
};

enum protocol_outcome {
    PROTOCOL_READY = 1, /* the helper is warm; no request stands behind this one */
    PROTOCOL_DRAWN,
    PROTOCOL_REFUSED, /* the guest's texts cannot be drawn; text says why */
    PROTOCOL_SPOILED /* the prepared design cannot be read: prepare it anew */
};

struct protocol_request {
    uint32_t version;
    uint32_t fields_bytes, qr_bytes; /* follow in this order, without a NUL */
    uint32_t unused;
    uint64_t number; /* comes back in the reply */
    uint64_t design_key; /* the helper reads the design's file once for each */
};

struct protocol_report {
    char slot[32]; /* name, perhaps cut */
    int32_t x, y, width, height; /* dots, upright as designed */
    int32_t size_dots, lines, missing, overflow;
};

struct protocol_reply {
    uint32_t version;
    uint32_t outcome; /* enum protocol_outcome */
    uint64_t number;
    int32_t width_dots, height_dots, stride_bytes, dpi; /* DRAWN */
    int32_t overflow; /* a text did not fit at its floor */
    int32_t missing; /* characters without a glyph, left out */
    int32_t qr_module_dots, qr_is_small;
    int32_t draw_us;
    int32_t report_count;
    int32_t heap_kib; /* what the helper has allocated, beside designs */
    int32_t unused;
    char text[256]; /* REFUSED: why */
    struct protocol_report reports[PROTOCOL_REPORTS_MAX];
};

/* Sends one packet made of two pieces; fd -1: none. Never blocks: ERR_BUSY. */
struct protocol_packet {
    const void *head, *body;
    size_t head_bytes, body_bytes;
    int fd;
};
bool protocol_send(int socket, const struct protocol_packet *packet, struct err *err);

/* Receives one packet of at most `room` bytes. */
struct protocol_inbox {
    void *bytes;
    size_t room;
    size_t length; /* received; 0: the other side has gone */
    int fd; /* -1, or the caller's to close */
};
bool protocol_receive(int socket, struct protocol_inbox *inbox, struct err *err);

#endif
