/* Any key strokes of any country: bounded bytes, no crash, and a reset forgets. */

#include "../../drivers/scan_keymap.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte: the country; then three bytes a stroke: key (2), value. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const countries[] = { "us", "gb", "fr", "de", "es", "it" };
    if (size == 0)
        return 0;
    struct keymap keymap;
    uint8_t bytes[KEYMAP_BYTES_MAX];

    keymap_init(&keymap, keymap_find(countries[data[0] % 6]));
    for (size_t at = 1; at + 3 <= size; at += 3) {
        unsigned key = data[at] | (unsigned)data[at + 1] << 8;
        assert(keymap_key(&keymap, key, (int8_t)data[at + 2], bytes) <= sizeof bytes);
    }
    keymap_reset(&keymap);
    assert(keymap_key(&keymap, 2 /* KEY_1 */, 1, bytes) >= 1);
    return 0;
}
