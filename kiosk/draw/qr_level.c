#include "draw/qr_level.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { VERSIONS = 40 };

/* Bytes of data in a code of each version and level (ISO/IEC 18004, table 7). */
static const uint16_t room_bytes[][VERSIONS] = {
    { 19,   34,   55,   80,   108,  136,  156,  194,  232,  274,
      324,  370,  428,  461,  523,  589,  647,  721,  795,  861,
      932,  1006, 1094, 1174, 1276, 1370, 1468, 1531, 1631, 1735,
      1843, 1955, 2071, 2191, 2306, 2434, 2566, 2702, 2812, 2956 },
    { 16,   28,   44,   64,   86,   108,  124,  154,  182,  216,
      254,  290,  334,  365,  415,  453,  507,  563,  627,  669,
      714,  782,  860,  914,  1000, 1062, 1128, 1193, 1267, 1373,
      1455, 1541, 1631, 1725, 1812, 1914, 1992, 2102, 2216, 2334 },
    { 13,  22,  34,   48,   62,   76,   88,   110,  132,  154,  180,  206, 244, 261,
      295, 325, 367,  397,  445,  485,  512,  568,  614,  664,  718,  754, 808, 871,
      911, 985, 1033, 1115, 1171, 1231, 1286, 1354, 1426, 1502, 1582, 1666 },
    { 9,   16,  26,  36,  46,  60,  66,  86,   100,  122,  140,  158, 180, 197,
      223, 253, 283, 313, 341, 385, 406, 442,  464,  514,  538,  596, 628, 661,
      701, 745, 793, 845, 901, 961, 986, 1054, 1096, 1142, 1222, 1276 },
};

/* A run's characters are of one mode: which has how many bits, and how long its count.
 */
static size_t
bits_of(const char *text, int version)
{
    static const char alphanumeric[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    size_t length = strlen(text);
    size_t step = version < 10 ? 0U : version < 27 ? 2U : 4U;
    if (text[strspn(text, "0123456789")] == '\0')
        return 4 + 10 + step + length / 3 * 10 + (length % 3 * 10 + 2) / 3;
    if (text[strspn(text, alphanumeric)] == '\0')
        return 4 + 9 + step + length / 2 * 11 + length % 2 * 6;
    return 4 + (version < 10 ? 8U : 16U) + 8 * length;
}

int
qr_level_modules(const char *text, enum qr_level level)
{
    for (int version = 1; version <= VERSIONS; version++) {
        if (bits_of(text, version) <= 8U * room_bytes[level][version - 1])
            return 17 + 4 * version;
    }
    return 0;
}

int
qr_level_dots(const struct qr_room *room, int modules)
{
    /* A hair of tolerance: a box of 12.4 mm is a dot's fraction short at 203 dpi. */
    return (int)((room->side_dots + 0.75F) /
                 (float)(modules + 2 * room->quiet_modules));
}

static int
dots_at(const char *text, const struct qr_room *room, enum qr_level level)
{
    int modules = qr_level_modules(text, level);
    return modules > 0 ? qr_level_dots(room, modules) : 0;
}

enum qr_level
qr_level_choose(const char *text, const struct qr_room *room)
{
    int medium = dots_at(text, room, QR_LEVEL_M);
    if (room->may_be_low && medium < room->least_dots &&
        dots_at(text, room, QR_LEVEL_L) > medium)
        return QR_LEVEL_L;
    for (enum qr_level level = QR_LEVEL_H; level > QR_LEVEL_M; level--) {
        int dots = dots_at(text, room, level);
        if (dots > 0 && (dots >= room->good_dots || dots >= medium))
            return level;
    }
    return QR_LEVEL_M;
}
