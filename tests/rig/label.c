#include "label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

bool
label_init(struct label *label, int32_t width, int32_t height, struct err *err)
{
    *label = (struct label){ 0 };
    if (width < 1 || height < 1 || width > LABEL_SIDE_MAX || height > LABEL_SIDE_MAX)
        return err_set(err, ERR_INPUT, "a label of %d x %d dots", width, height);
    label->width = width;
    label->height = height;
    label->stride = ((size_t)width + 7) / 8;
    label->bits = calloc((size_t)height, label->stride);
    return label->bits ? true : err_no_memory(err);
}

void
label_finish(struct label *label)
{
    free(label->bits);
    *label = (struct label){ 0 };
}

void
label_lay(struct label *label, const struct label *from, int32_t x, int32_t y)
{
    for (int32_t row = 0; row < from->height; row++) {
        int32_t to_y = row + y;
        if (to_y < 0 || to_y >= label->height)
            continue;
        const uint8_t *source = from->bits + (size_t)row * from->stride;
        uint8_t *target = label->bits + (size_t)to_y * label->stride;
        for (int32_t dot = 0; dot < from->width; dot++) {
            int32_t to_x = dot + x;
            if (to_x >= 0 && to_x < label->width && source[dot / 8] & 0x80 >> dot % 8)
                target[to_x / 8] |= (uint8_t)(0x80 >> to_x % 8);
        }
    }
}

bool
label_decode(const uint8_t *bytes, size_t length, struct label *label, struct err *err)
{
    if (length > 4 && memcmp(bytes, "RaS2", 4) == 0)
        return label_decode_pwg(bytes, length, label, err);
    if (length > 4 && memcmp(bytes, "%PDF", 4) == 0)
        return label_decode_pdf(bytes, length, label, err);
    if (memmem(bytes, length, "^XA", 3))
        return label_decode_zpl(bytes, length, label, err);
    return err_set(err, ERR_INPUT, "%zu bytes that are no ZPL, PWG or PDF", length);
}

static bool
put(const char *path, bool (*write_it)(FILE *, const struct label *),
    const struct label *label, struct err *err)
{
    char aside[1024];
    snprintf(aside, sizeof aside, "%s.new", path);
    FILE *file = fopen(aside, "wb");
    bool good = file && write_it(file, label);
    if (file && fclose(file) != 0)
        good = false;
    if (!good || rename(aside, path) != 0) {
        unlink(aside);
        return err_set(err, ERR_IO, "%s cannot be written", path);
    }
    return true;
}

static bool
pbm(FILE *file, const struct label *label)
{
    fprintf(file, "P4\n%d %d\n", label->width, label->height);
    size_t all = (size_t)label->height * label->stride;
    return fwrite(label->bits, 1, all, file) == all;
}

bool
label_write_pbm(const struct label *label, const char *path, struct err *err)
{
    return put(path, pbm, label, err);
}

static void
big_endian(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void
chunk(FILE *file, const char *type, const uint8_t *bytes, uint32_t length)
{
    uint8_t word[4];
    big_endian(word, length);
    fwrite(word, 1, 4, file);
    fwrite(type, 1, 4, file);
    if (length)
        fwrite(bytes, 1, length, file);
    uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);
    if (length)
        crc = crc32(crc, bytes, length);
    big_endian(word, (uint32_t)crc);
    fwrite(word, 1, 4, file);
}

/* PNG's 0 is black; each row has a filter byte in front. */
static uint8_t *
png_rows(const struct label *label, size_t *length)
{
    size_t row = label->stride + 1;
    uint8_t *plain = malloc(row * (size_t)label->height);
    if (!plain)
        return NULL;
    for (size_t y = 0; y < (size_t)label->height; y++) {
        plain[y * row] = 0;
        for (size_t i = 0; i < label->stride; i++)
            plain[y * row + 1 + i] = (uint8_t)~label->bits[y * label->stride + i];
    }
    *length = row * (size_t)label->height;
    return plain;
}

static bool
png(FILE *file, const struct label *label)
{
    static const uint8_t signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n' };
    uint8_t header[13] = { [8] = 1 };
    big_endian(header, (uint32_t)label->width);
    big_endian(header + 4, (uint32_t)label->height);
    size_t length = 0;
    uint8_t *plain = png_rows(label, &length);
    uLongf packed_length = compressBound(length);
    uint8_t *packed = malloc(packed_length);
    bool good =
        plain && packed && compress2(packed, &packed_length, plain, length, 1) == Z_OK;
    if (good) {
        fwrite(signature, 1, sizeof signature, file);
        chunk(file, "IHDR", header, sizeof header);
        chunk(file, "IDAT", packed, (uint32_t)packed_length);
        chunk(file, "IEND", NULL, 0);
        good = !ferror(file);
    }
    free(plain);
    free(packed);
    return good;
}

bool
label_write_png(const struct label *label, const char *path, struct err *err)
{
    return put(path, png, label, err);
}
