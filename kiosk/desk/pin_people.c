#include "desk/pin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/pin_parts.h"
#include "store/db.h"
#include "store/settings.h"
#include "str.h"

bool
pin_is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strlen(name);
    return length >= 1 && length <= PIN_NAME_MAX && strspn(name, allowed) == length;
}

bool
pin_is_digits(const char *digits)
{
    size_t length = strlen(digits);
    return length >= PIN_DIGITS_MIN && length <= PIN_DIGITS_MAX &&
           strspn(digits, "0123456789") == length;
}

/* ---- what settings keep ------------------------------------------------------------
 *
 *     pin.hash.NAME    "supervisor $argon2id$…"
 *     pin.tries.NAME   wrong tries since the last right one
 */

static void
write_key(char key[PIN_KEY_SIZE], const char *what, const char *name)
{
    snprintf(key, PIN_KEY_SIZE, "pin.%s.%s", what, name);
}

bool
pin_read_tries(struct pin *pin, const char *name, int64_t *tries, struct err *err)
{
    char key[PIN_KEY_SIZE];
    write_key(key, "tries", name);
    return settings_get_int(pin->set.db, key, 0, tries, err);
}

bool
pin_write_tries(struct pin *pin, const char *name, int64_t tries, struct err *err)
{
    char key[PIN_KEY_SIZE];
    write_key(key, "tries", name);
    return settings_set_int(pin->set.db, key, tries, err);
}

/* hash gets "" if there is no such person. */
bool
pin_read_person(struct pin *pin, const char *name, enum pin_level *level,
                char hash[SEAL_PIN_TEXT_MAX], struct err *err)
{
    char key[PIN_KEY_SIZE], value[SEAL_PIN_TEXT_MAX + 16];
    write_key(key, "hash", name);
    hash[0] = '\0';
    if (!settings_get(pin->set.db, key, value, sizeof value, err))
        return false;
    char *blank = strchr(value, ' ');
    if (!blank)
        return true;
    *blank = '\0';
    if (pin_level_from_name(value, level))
        str_copy(hash, SEAL_PIN_TEXT_MAX, blank + 1);
    return true;
}

bool
pin_write_person(struct pin *pin, const struct pin_work *work, struct err *err)
{
    char key[PIN_KEY_SIZE], value[SEAL_PIN_TEXT_MAX + 16], detail[128];
    write_key(key, "hash", work->name);
    snprintf(value, sizeof value, "%s %s", pin_level_name(work->level), work->hash);
    snprintf(detail, sizeof detail, "person=%s level=%s", work->name,
             pin_level_name(work->level));
    if (!db_begin(pin->set.db, err))
        return false;
    if (settings_set(pin->set.db, key, value, err) &&
        pin_write_tries(pin, work->name, 0, err) &&
        audit_add(pin->set.db, work->who, "pin", detail, err) &&
        db_commit(pin->set.db, err))
        return true;
    db_rollback(pin->set.db);
    return false;
}

/* ---- people ----------------------------------------------------------------- */

static bool
check_new(struct pin *pin, const char *name, const char *digits, struct err *err)
{
    if (!pin_is_name(name))
        return err_set(err, ERR_INPUT, "PIN: name: want 1 to %d of a-z 0-9 . _ -",
                       PIN_NAME_MAX);
    if (!pin_is_digits(digits))
        return err_set(err, ERR_INPUT, "PIN: want %d to %d digits", PIN_DIGITS_MIN,
                       PIN_DIGITS_MAX);
    if (strspn(digits, (char[]){ digits[0], '\0' }) == strlen(digits) ||
        strstr("01234567890123", digits) || strstr("9876543210987", digits))
        return err_set(err, ERR_INPUT,
                       "PIN: want one that is not guessed first (no 1111, no 1234)");
    if (pin->work)
        return err_set(err, ERR_BUSY, "PIN: another is being checked or set");
    return true;
}

static bool
count_person(const struct pin_person *person, void *self)
{
    (void)person;
    unsigned *count = self;
    ++*count;
    return true;
}

bool
pin_set(struct pin *pin, const struct pin_person *person, const char *digits,
        const char *who, pin_answer_fn *done, void *self, struct err *err)
{
    unsigned count = 0;
    if (!check_new(pin, person->name, digits, err) ||
        !pin_each(pin, count_person, &count, err))
        return false;
    if (count >= PIN_PEOPLE_MAX)
        return err_set(err, ERR_LIMIT, "PIN: more than %d people", PIN_PEOPLE_MAX);
    struct pin_work *work = pin_make_work(pin, person->name, digits);
    if (!work)
        return err_no_memory(err);
    work->sets = true;
    work->level = person->level;
    str_copy(work->who, sizeof work->who, who);
    work->done = done;
    work->self = self;
    pin_submit(pin, work);
    return true;
}

static bool
must_exist(struct pin *pin, const char *name, struct err *err)
{
    enum pin_level level;
    char hash[SEAL_PIN_TEXT_MAX];
    if (!pin_is_name(name) || !pin_read_person(pin, name, &level, hash, err))
        return pin_is_name(name) ? false
                                 : err_set(err, ERR_ABSENT, "PIN: no such person");
    return hash[0] != '\0' || err_set(err, ERR_ABSENT, "PIN: nobody called %s", name);
}

/* Removes the hash too, unless it only unlocks. */
static bool
clear(struct pin *pin, const char *name, bool only_tries, const char *who,
      struct err *err)
{
    char key[PIN_KEY_SIZE], detail[64];
    struct db *db = pin->set.db;
    write_key(key, "hash", name);
    snprintf(detail, sizeof detail, "person=%s", name);
    if (!db_begin(db, err))
        return false;
    if ((only_tries || settings_remove(db, key, err)) &&
        pin_write_tries(pin, name, 0, err) &&
        audit_add(db, who, only_tries ? "pin-unlock" : "pin-remove", detail, err) &&
        db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

bool
pin_remove(struct pin *pin, const char *name, const char *who, struct err *err)
{
    if (!must_exist(pin, name, err) || !clear(pin, name, false, who, err))
        return false;
    pin_end_sessions_of(pin, name);
    return true;
}

bool
pin_unlock(struct pin *pin, const char *name, const char *who, struct err *err)
{
    return must_exist(pin, name, err) && clear(pin, name, true, who, err);
}

struct each_person {
    struct pin_person people[PIN_PEOPLE_MAX + 1];
    unsigned count;
};

static bool
collect(const char *key, const char *value, void *self)
{
    struct each_person *walk = self;
    struct pin_person *person = &walk->people[walk->count];
    char level[16];
    const char *blank = strchr(value, ' ');
    *person = (struct pin_person){ .level = PIN_HELPER };
    if (!blank)
        return true;
    str_copy(person->name, sizeof person->name, key + strlen("pin.hash."));
    str_copy_bytes(level, sizeof level, value, (size_t)(blank - value));
    if (pin_level_from_name(level, &person->level))
        walk->count++;
    return walk->count <= PIN_PEOPLE_MAX;
}

bool
pin_each(struct pin *pin, bool (*each)(const struct pin_person *person, void *self),
         void *self, struct err *err)
{
    struct each_person *walk = calloc(1, sizeof *walk);
    if (!walk)
        return err_no_memory(err);
    bool ok = settings_each(pin->set.db, "pin.hash.", collect, walk, err);
    for (unsigned i = 0; ok && i < walk->count; i++) {
        int64_t tries;
        ok = pin_read_tries(pin, walk->people[i].name, &tries, err);
        if (!ok)
            break;
        walk->people[i].wrong_tries = (unsigned)tries;
        walk->people[i].locked = tries >= PIN_LOCK_AT;
        if (!each(&walk->people[i], self))
            break;
    }
    free(walk);
    return ok;
}
