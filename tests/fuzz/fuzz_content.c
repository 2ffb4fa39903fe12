/* Any content of a QR code with any texts of a guest: what is taken ends within its
 * bounds, is the same every time, a link has no byte that no link may have, and a card
 * needs a yes.
 *
 *     content NUL secret NUL JSON of the guest */

#include "draw/content.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "draw/qr.h"
#include "draw/qr_level.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

/* Takes a text off the front; a copy. */
static char *
take(const unsigned char **bytes, size_t *length)
{
    const unsigned char *end = memchr(*bytes, '\0', *length);
    size_t size = end ? (size_t)(end - *bytes) : *length;
    char *text = malloc(size + 1);
    assert(text);
    memcpy(text, *bytes, size);
    text[size] = '\0';
    *bytes += size + (end != NULL);
    *length -= size + (end != NULL);
    return text;
}

static void
check_words(const struct design_slot *slot, const struct content_guest *guest)
{
    struct str first, again;
    str_init(&first, QR_TEXT_MAX);
    str_init(&again, QR_TEXT_MAX);
    enum content_said said = content_write(slot, guest, &first);
    assert(content_write(slot, guest, &again) == said);
    assert(strcmp(first.data, again.data) == 0 && str_ok(&first));
    assert((said == CONTENT_SAID) == (first.length > 0));
    bool is_card =
        slot->content == DESIGN_CONTENT_VCARD || slot->content == DESIGN_CONTENT_MECARD;
    if (is_card && fields_get(guest->fields, "consent", 7)[0] == '\0')
        assert(said == CONTENT_NOTHING);
    for (size_t i = 0; slot->content == DESIGN_CONTENT_URL && i < first.length; i++)
        assert(first.data[i] > ' ' && first.data[i] < 0x7F);
    for (int level = QR_LEVEL_L; level <= QR_LEVEL_M; level++)
        assert(qr_level_modules(first.data, (enum qr_level)level) >= 21);
    str_finish(&first);
    str_finish(&again);
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct design_slot slot = { .consent = "consent", .email = "mail", .phone = "tel" };
    struct fields fields;
    struct err err;
    const char *want = NULL;
    char *content = take(&bytes, &length), *secret = take(&bytes, &length);

    if (!content_read(content, &slot, &want))
        assert(want);
    else if (fields_read((const char *)bytes, length, &fields, &err)) {
        struct content_guest guest = { &fields, "YL1-MHTQYULGFM-B2-EA84", secret };
        check_words(&slot, &guest);
        fields_finish(&fields);
    }
    free(content);
    free(secret);
    return 0;
}
