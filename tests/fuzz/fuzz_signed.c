/* Any bytes as a ticket's text, as a message that is signed, and as a key: nothing is
 * read beyond its end, and what is taken is spelt in one way only. */

#include "ticket/signed.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void
check(const char *text, size_t length)
{
    static struct signed_ticket ticket; /* of this program, not of the house */
    char other[SIGNED_TEXT_MAX + 1];
    if (!signed_read(text, length, &ticket))
        return;
    assert(ticket.seed_length <= ticket.payload_length);
    assert(ticket.payload + ticket.payload_length == ticket.signature);
    memcpy(other, text, length);
    other[length] = '=';
    assert(!signed_read(other, length + 1, &ticket));
}

/* The bytes as a message: wrapped as a ticket, whoever may have signed it. */
static void
wrap(const unsigned char *bytes, size_t length)
{
    unsigned char raw[SIGNED_RAW_MAX];
    char straight[SIGNED_TEXT_MAX + 8], text[SIGNED_TEXT_MAX + 8];
    if (length > sizeof raw - 69)
        return;
    memset(raw, 7, sizeof raw);
    raw[0] = 1;
    raw[1] = (unsigned char)(length >> 8);
    raw[2] = (unsigned char)length;
    raw[3] = 0;
    raw[4] = SIGNED_SIGNATURE_BYTES;
    memcpy(raw + 5, bytes, length);
    sodium_bin2base64(straight, sizeof straight, raw, length + 69,
                      sodium_base64_VARIANT_ORIGINAL);
    size_t size = strlen(straight);
    for (size_t i = 0; i < size; i++)
        text[i] = straight[size - 1 - i];
    check(text, size);
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct signed_key key;
    struct err err;
    check((const char *)bytes, length);
    wrap(bytes, length);
    signed_key_read((const char *)bytes, length, &key, &err);
    return 0;
}
