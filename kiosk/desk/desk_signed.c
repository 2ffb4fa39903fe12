#include "desk/desk_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "store/seal.h"
#include "store/settings.h"
#include "str.h"

/* Tickets that vouch for themselves, while their order is not in this copy.
 *
 * Such a ticket has no reference yet, and its guest may come back before it has one. So
 * it gets one from its own text: the first 16 letters of a keyed hash, base 32. It is
 * the same at every scan at this station, says nothing to who lacks the key, and
 * journal, spool and badge bear it as they bear any other. When the order arrives the
 * ticket has its own reference; what stands under the former one is found again through
 * the code (slot->alias). So that the badge alone finds it too, the text is kept,
 * sealed, under "signed.<ref>" in settings. */

enum { REF_LENGTH = 16, BITS = 5 };
static const char kept_prefix[] = "signed.";

static_assert((int)REF_LENGTH <= (int)ROSTER_REF_MAX, "our own must fit");
static_assert((int)REF_LENGTH * (int)BITS <= 8 * (int)SEAL_LOOKUP_BYTES, "few bits");

static void
make_ref(const struct seal *seal, const char *text, size_t length,
         char ref[ROSTER_REF_MAX + 1])
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* no 0 O 1 I */
    static const char purpose[] = "signed ticket\n";
    char whole[sizeof purpose + SIGNED_TEXT_MAX];
    uint8_t hash[SEAL_LOOKUP_BYTES];
    memcpy(whole, purpose, sizeof purpose - 1);
    memcpy(whole + sizeof purpose - 1, text, length);
    seal_lookup(seal, whole, sizeof purpose - 1 + length, hash);
    for (unsigned i = 0; i < REF_LENGTH; i++) {
        unsigned value = 0;
        for (unsigned bit = i * BITS; bit < (i + 1) * BITS; bit++)
            value = value << 1 | ((unsigned)hash[bit / 8] >> (7 - bit % 8) & 1u);
        ref[i] = letters[value];
    }
    ref[REF_LENGTH] = '\0';
}

/* ---- finding ------------------------------------------------------------------------
 */

/* Where a copy knows nothing of the guest, the product says what kind of one it is. */
static bool
fill_ticket(struct desk_slot *slot, const struct desk_event *event,
            const struct signed_ticket *read, struct err *err)
{
    struct desk *desk = slot->desk;
    struct ticket *ticket = &slot->outcome.ticket;
    struct product product;
    bool found;
    *ticket = (struct ticket){ .status = TICKET_PAID, .extra = "{}" };
    make_ref(db_seal(desk->set.db), slot->text, slot->text_length, ticket->ref);
    str_copy(ticket->event, sizeof ticket->event, event->slug);
    ticket->origin.product = read->item;
    ticket->origin.variation = read->variation;
    ticket->valid_from_ms = read->valid_from_s * 1000;
    ticket->valid_until_ms = read->valid_until_s * 1000;
    if (read->subevent != 0)
        snprintf(slot->session, sizeof slot->session, "%lld",
                 (long long)read->subevent);
    if (!catalog_product(desk->set.db, event->slug, read->item, &found, &product, err))
        return false;
    slot->facts.gap = !found;
    if (found)
        str_copy(ticket->kind, sizeof ticket->kind, product.kind);
    return catalog_withdrawn(desk->set.db, event->slug, slot->text, slot->text_length,
                             WITHDRAWN_BLOCKED, &ticket->blocked, err);
}

static int
compare_slugs(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The role's events, in the order in which their keys are tried. */
static unsigned
sort_events(const struct role *role, const char *slugs[ROLE_LISTS_MAX])
{
    for (unsigned i = 0; i < role->list_count; i++)
        slugs[i] = role->lists[i].event;
    qsort(slugs, role->list_count, sizeof *slugs, compare_slugs);
    return role->list_count;
}

bool
desk_signed_find(struct desk_slot *slot, bool *found, struct err *err)
{
    struct desk *desk = slot->desk;
    const char *slugs[ROLE_LISTS_MAX];
    struct signed_ticket read;
    *found = false;
    if (!db_seal(desk->set.db) || !signed_read(slot->text, slot->text_length, &read))
        return true;
    unsigned count = sort_events(&desk->role, slugs);
    for (unsigned i = 0; i < count; i++) {
        const struct desk_event *event;
        if (!desk_event_get(desk, slugs[i], &event, err))
            return false;
        if (!signed_verify(&read, event->keys, event->key_count, NULL))
            continue;
        *found = true;
        slot->facts.code = ADMIT_CODE_TICKET;
        slot->facts.is_signed = slot->outcome.is_signed = true;
        slot->outcome.has_ticket = true;
        if (slot->text != slot->signed_text)
            str_copy_bytes(slot->signed_text, sizeof slot->signed_text, slot->text,
                           slot->text_length);
        return fill_ticket(slot, event, &read, err);
    }
    return true;
}

/* ---- what was known before the order came
 * ------------------------------------------------ */

bool
desk_signed_alias(struct desk_slot *slot, const struct desk_event *event,
                  struct err *err)
{
    struct db *db = slot->desk->set.db;
    char secret[ROSTER_SECRET_MAX + 1];
    struct signed_ticket read;
    bool found;
    slot->alias[0] = '\0';
    if (event->key_count == 0 || slot->facts.is_signed || !db_seal(db))
        return true;
    if (!roster_secret(db, slot->outcome.ticket.id, &found, secret, err))
        return false;
    if (found && signed_read(secret, strlen(secret), &read))
        make_ref(db_seal(db), secret, strlen(secret), slot->alias);
    return true;
}

/* ---- what is kept
 * ------------------------------------------------------------------------ */

static void
write_key(const char *ref, char *key, size_t size)
{
    snprintf(key, size, "%s%s", kept_prefix, ref);
}

bool
desk_signed_keep(struct desk_slot *slot, struct err *err)
{
    char key[sizeof kept_prefix + ROSTER_REF_MAX];
    if (!slot->facts.is_signed)
        return true;
    write_key(slot->outcome.ticket.ref, key, sizeof key);
    return settings_set_sealed(slot->desk->set.db, key, slot->signed_text,
                               strlen(slot->signed_text), err);
}

/* What was sealed with a key that is lost says nothing any more. */
bool
desk_signed_recall(struct desk_slot *slot, const char *ref, bool *found,
                   struct err *err)
{
    char key[sizeof kept_prefix + ROSTER_REF_MAX];
    size_t length;
    write_key(ref, key, sizeof key);
    if (!settings_get_sealed(slot->desk->set.db, key, slot->signed_text,
                             sizeof slot->signed_text - 1, found, &length, err)) {
        *found = false;
        return err->code == ERR_INPUT;
    }
    if (!*found)
        return true;
    slot->text = slot->signed_text;
    slot->text_length = length;
    slot->signed_text[length] = '\0';
    return true;
}
