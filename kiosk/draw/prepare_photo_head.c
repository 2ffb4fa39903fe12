#include <string.h>

#include "draw/prepare_photo.h"

enum { SIDE_MAX = 16000, SEGMENTS_MAX = 200 };

static uint32_t
number(const uint8_t *at, int bytes, bool little)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[little ? bytes - 1 - i : i];
    return value;
}

/* ---- EXIF: a TIFF file in a segment, of which one number is wanted -------------- */

/* The orientation, 1 if it says none that can be right. */
static int32_t
read_orientation(const uint8_t *tiff, size_t length)
{
    if (length < 14)
        return 1;
    bool little = tiff[0] == 'I';
    uint32_t table = number(tiff + 4, 4, little);
    if (table > length - 2)
        return 1;
    uint32_t entries = number(tiff + table, 2, little);
    const uint8_t *entry = tiff + table + 2;
    for (; entries > 0 && (size_t)(tiff + length - entry) >= 12;
         entries--, entry += 12) {
        uint32_t value = number(entry + 8, 2, little);
        if (number(entry, 2, little) == 0x112)
            return value >= 1 && value <= 8 ? (int32_t)value : 1;
    }
    return 1;
}

/* ---- JPEG ----------------------------------------------------------------------- */

static bool
is_frame(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
           marker != 0xcc;
}

static void
read_segment(uint8_t marker, const uint8_t *body, size_t length,
             struct prepare_photo_head *head)
{
    static const char exif[6] = "Exif";
    if (is_frame(marker) && length >= 6 && head->width == 0) {
        head->height = (int32_t)number(body + 1, 2, false);
        head->width = (int32_t)number(body + 3, 2, false);
    } else if (marker == 0xe1 && length > sizeof exif &&
               memcmp(body, exif, sizeof exif) == 0) {
        head->orientation = read_orientation(body + sizeof exif, length - sizeof exif);
    }
}

/* Segment by segment to where the pixels begin. Inside them the two bytes that end a
 * picture cannot stand by chance: without them it was cut off. */
static bool
look_at_jpeg(const uint8_t *bytes, size_t length, struct prepare_photo_head *head)
{
    size_t at = 2;
    for (int i = 0; i < SEGMENTS_MAX && at + 4 <= length && bytes[at] == 0xff; i++) {
        uint8_t marker = bytes[at + 1];
        size_t size = number(bytes + at + 2, 2, false);
        if (marker == 0xff) { /* fills up */
            at++;
            continue;
        }
        if (size < 2 || size > length - at - 2)
            return false;
        if (marker == 0xda)
            return head->width > 0 &&
                   memmem(bytes + at, length - at, "\xff\xd9", 2) != NULL;
        read_segment(marker, bytes + at + 4, size - 2, head);
        at += 2 + size;
    }
    return false;
}

/* ---- PNG ------------------------------------------------------------------------ */

static bool
look_at_png(const uint8_t *bytes, size_t length, struct prepare_photo_head *head)
{
    if (length < 33 || memcmp(bytes + 12, "IHDR", 4) != 0)
        return false;
    uint32_t width = number(bytes + 16, 4, false),
             height = number(bytes + 20, 4, false);
    head->width = width > INT32_MAX ? INT32_MAX : (int32_t)width;
    head->height = height > INT32_MAX ? INT32_MAX : (int32_t)height;
    head->is_png = true;
    return memmem(bytes + 33, length - 33, "IEND", 4) != NULL;
}

bool
prepare_photo_look(const uint8_t *bytes, size_t length, struct prepare_photo_head *head,
                   struct err *err)
{
    static const uint8_t png[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    bool whole;

    *head = (struct prepare_photo_head){ .orientation = 1 };
    if (length > 8 && memcmp(bytes, png, sizeof png) == 0)
        whole = look_at_png(bytes, length, head);
    else if (length > 4 && memcmp(bytes, "\xff\xd8\xff", 3) == 0)
        whole = look_at_jpeg(bytes, length, head);
    else
        return err_set(err, ERR_INPUT, "photo: not a picture: want JPEG or PNG");
    if (!whole)
        return err_set(err, ERR_INPUT, "photo: the picture is damaged or cut off");
    if (head->width < 1 || head->height < 1 || head->width > SIDE_MAX ||
        head->height > SIDE_MAX ||
        (int64_t)head->width * head->height > PREPARE_PHOTO_PIXELS_MAX)
        return err_set(err, ERR_LIMIT,
                       "photo: %dx%d pixels, want at most %d million of them",
                       head->width, head->height, PREPARE_PHOTO_PIXELS_MAX / 1000000);
    return true;
}
