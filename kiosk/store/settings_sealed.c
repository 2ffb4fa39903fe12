#include "store/settings.h"

#include <assert.h>
#include <string.h>

#include "store/db.h"
#include "store/seal.h"

static_assert((int)SETTINGS_SEALED_MAX == (int)SEAL_TEXT_MAX,
              "as much as a text holds");

bool
settings_set_sealed(struct db *db, const char *key, const void *plain, size_t length,
                    struct err *err)
{
    char text[SEAL_TEXT_SIZE(SETTINGS_SEALED_MAX)];
    if (!db_seal(db))
        return err_set(err, ERR_INPUT,
                       "setting %s: cannot be kept without the station's key", key);
    if (length > SETTINGS_SEALED_MAX)
        return err_set(err, ERR_LIMIT, "setting %s: longer than %d bytes", key,
                       SETTINGS_SEALED_MAX);
    return settings_set(db, key, seal_text(db_seal(db), plain, length, text), err);
}

bool
settings_get_sealed(struct db *db, const char *key, void *plain, size_t room,
                    bool *found, size_t *length, struct err *err)
{
    char text[SEAL_TEXT_SIZE(SETTINGS_SEALED_MAX)];
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
    if (!db_seal(db) || !seal_untext(db_seal(db), text, plain, room, length))
        return err_set(err, ERR_INPUT, "setting %s: was sealed with another key", key);
    return true;
}
