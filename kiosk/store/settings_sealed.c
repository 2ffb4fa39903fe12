#include "store/settings.h"

#include <string.h>

#include "base/hex.h"
#include "store/db.h"
#include "store/seal.h"

/* A sealed setting is the hexadecimal text of a box. */

enum { BOX_MAX = SETTINGS_SEALED_MAX + SEAL_OVERHEAD_BYTES };

bool
settings_set_sealed(struct db *db, const char *key, const void *plain, size_t length,
                    struct err *err)
{
    uint8_t box[BOX_MAX];
    char text[2 * BOX_MAX + 1];
    if (!db_seal(db))
        return err_set(err, ERR_INPUT,
                       "setting %s: cannot be kept without the station's key", key);
    if (length > SETTINGS_SEALED_MAX)
        return err_set(err, ERR_LIMIT, "setting %s: longer than %d bytes", key,
                       SETTINGS_SEALED_MAX);
    seal_box(db_seal(db), plain, length, box);
    return settings_set(db, key, hex_write(box, length + SEAL_OVERHEAD_BYTES, text),
                        err);
}

bool
settings_get_sealed(struct db *db, const char *key, void *plain, size_t room,
                    bool *found, size_t *length, struct err *err)
{
    uint8_t box[BOX_MAX];
    char text[2 * BOX_MAX + 1];
    *length = 0;
    if (!settings_get(db, key, text, sizeof text, err))
        return false;
    *found = text[0] != '\0';
    if (!*found)
        return true;
    size_t size = strlen(text) / 2;
    if (size < SEAL_OVERHEAD_BYTES || size - SEAL_OVERHEAD_BYTES > room)
        return err_set(err, ERR_LIMIT, "setting %s: want at most %zu bytes in a box",
                       key, room);
    if (!db_seal(db) || !hex_read(text, 2 * size, box) ||
        !seal_unbox(db_seal(db), box, size, plain))
        return err_set(err, ERR_INPUT, "setting %s: was sealed with another key", key);
    *length = size - SEAL_OVERHEAD_BYTES;
    return true;
}
