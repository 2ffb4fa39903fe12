#include "draw/prepare_red.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

unsigned
prepare_redness(uint32_t rgb)
{
    unsigned red = 255 - (rgb >> 16 & 255), green = 255 - (rgb >> 8 & 255);
    unsigned blue = 255 - (rgb & 255);
    unsigned less = green < blue ? green : blue, more = green < blue ? blue : green;
    return 2 * red <= less && more <= 2 * less ? less : 0;
}

bool
prepare_is_red(uint32_t rgb)
{
    return prepare_redness(rgb) >= 128;
}

static bool
read_hex(const char *value, uint32_t *rgb)
{
    unsigned number;
    int end = 0;
    if (sscanf(value, "#%x%n", &number, &end) != 1 || value[end] != '\0')
        return false;
    if (end == 4)
        number = (number >> 8 & 15) * 0x110000 + (number >> 4 & 15) * 0x1100 +
                 (number & 15) * 0x11;
    *rgb = number;
    return end == 4 || end == 7;
}

static bool
read_parts(const char *value, uint32_t *rgb)
{
    unsigned parts[3];
    int end = 0;
    if (sscanf(value, "rgb( %3u , %3u , %3u )%n", &parts[0], &parts[1], &parts[2],
               &end) != 3 ||
        end == 0)
        return false;
    *rgb = (parts[0] & 255) << 16 | (parts[1] & 255) << 8 | (parts[2] & 255);
    return parts[0] < 256 && parts[1] < 256 && parts[2] < 256;
}

bool
prepare_is_red_word(const char *value)
{
    static const char *const names[] = { "red",     "crimson",   "firebrick",
                                         "darkred", "orangered", "tomato" };
    uint32_t rgb;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(value, names[i]) == 0)
            return true;
    }
    return (read_hex(value, &rgb) || read_parts(value, &rgb)) && prepare_is_red(rgb);
}
