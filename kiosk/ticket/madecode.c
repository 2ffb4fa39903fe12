#include "ticket/madecode.h"

#include <string.h>

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* One step of a sum over GF(32) (x^5 + x^2 + 1) in which each digit's weight is another
 * power of x: a wrong digit, or two digits in each other's place, change it. */
static unsigned
step(unsigned sum, unsigned digit)
{
    unsigned doubled = sum << 1;
    if (doubled & 0x20)
        doubled ^= 0x25;
    return doubled ^ digit;
}

void
madecode_format(const uint8_t bytes[MADECODE_BYTES], char *text)
{
    unsigned sum = 0, bits = 0, held = 0, at = 0;
    for (unsigned i = 0; i < MADECODE_BYTES; i++) {
        held = (held << 8 | bytes[i]) & 0xFFFF;
        for (bits += 8; bits >= 5; bits -= 5) {
            unsigned digit = held >> (bits - 5) & 0x1F;
            sum = step(sum, digit);
            text[at++] = digits[digit];
        }
    }
    text[at++] = digits[step(sum, 0)];
    text[at] = '\0';
}

/* The digit's value as typed; -1 if it is none. */
static int
value_of(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

bool
madecode_read(const char *text, size_t length, char *code)
{
    char read[MADECODE_LENGTH + 1];
    unsigned sum = 0, at = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ' || text[i] == '-')
            continue;
        int value = value_of(text[i]);
        if (value < 0 || at == MADECODE_LENGTH)
            return false;
        sum = step(sum, (unsigned)value);
        read[at++] = digits[value];
    }
    if (at != MADECODE_LENGTH || sum != 0)
        return false;
    read[at] = '\0';
    memcpy(code, read, sizeof read);
    return true;
}
