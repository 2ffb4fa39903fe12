#include "desk/desk_parts.h"

#include <stdlib.h>
#include <string.h>

#include "str.h"
#include "ticket/candidate.h"

/* A code -> the ticket it means. A roster from a file knows one ticket a code. A
 * ticketing server looks, in the events of the lists that are asked, for
 *
 *     tickets with this code, their add-ons where a list wants them  (not another
 * session's) > tickets of a medium with this identifier > a code that was withdrawn > a
 * ticket that vouches for itself
 *
 * and of several it takes the one that the list takes now. */

/* ---- the code ---------------------------------------------------------------- */

static bool
is_readable(const struct desk_input *input)
{
    if (input->length == 0 || input->length > ROSTER_SECRET_MAX)
        return false;
    for (size_t i = 0; i < input->length; i++) {
        unsigned char c = (unsigned char)input->code[i];
        if ((c < ' ' && c != 0x1D) || c == 0x7F) /* 1D: a separator within GS1 codes */
            return false;
    }
    return str_is_utf8(input->code, input->length);
}

static bool
is_space(unsigned c)
{
    return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* The server takes white space off both ends. */
static void
trim(struct desk_slot *slot)
{
    const char *code = slot->input.code;
    size_t at = 0, start = 0, end = 0;
    bool any = false;
    while (at < slot->input.length) {
        size_t began = at;
        if (is_space(str_next_character(code, slot->input.length, &at)))
            continue;
        if (!any)
            start = began;
        any = true;
        end = at;
    }
    slot->text = code + start;
    slot->text_length = end - start;
}

/* ---- a roster from a file ------------------------------------------------------- */

static bool
by_secret(struct desk_slot *slot, struct err *err)
{
    enum roster_found found;
    struct desk_outcome *outcome = &slot->outcome;
    if (!roster_by_secret(slot->desk->set.db, slot->input.code, slot->input.length,
                          &found, &outcome->ticket, err))
        return false;
    outcome->has_ticket = found == ROSTER_ONE;
    slot->facts.code = found == ROSTER_ONE       ? ADMIT_CODE_TICKET
                       : found == ROSTER_SEVERAL ? ADMIT_CODE_SEVERAL
                                                 : ADMIT_CODE_UNKNOWN;
    return true;
}

static bool
by_ref(struct desk_slot *slot, const char *ref, struct err *err)
{
    struct desk_outcome *outcome = &slot->outcome;
    if (!roster_by_ref(slot->desk->set.db, ref, &outcome->has_ticket, &outcome->ticket,
                       err))
        return false;
    slot->facts.code = outcome->has_ticket ? ADMIT_CODE_TICKET : ADMIT_CODE_UNKNOWN;
    return true;
}

/* ---- candidates -------------------------------------------------------------------
 */

struct choice {
    unsigned place; /* of its event's list in the role */
    bool is_addon;  /* came in behind the ticket that the code leads to */
    struct roster_candidate row;
};

struct search {
    struct desk_slot *slot;
    bool looks[ROLE_LISTS_MAX]; /* a server's event whose list is in the roster */
    struct list lists[ROLE_LISTS_MAX];
    bool any, addons;
    struct choice rows[ROSTER_CANDIDATES_MAX];
    unsigned count;
    bool by_medium;
    struct medium medium;
    int64_t hidden; /* row of the first that the session of a list hides; 0 = none */
};

static bool
read_lists(struct search *search, struct err *err)
{
    struct desk *desk = search->slot->desk;
    const struct role *role = &desk->role;
    for (unsigned i = 0; i < role->list_count; i++) {
        const struct desk_event *event;
        if (!desk_event_get(desk, role->lists[i].event, &event, err))
            return false;
        if (!event->from_server)
            continue;
        if (!roster_list(desk->set.db, role->lists[i].event, role->lists[i].list,
                         &search->looks[i], &search->lists[i], err))
            return false;
        search->any = search->any || search->looks[i];
        search->addons =
            search->addons || (search->looks[i] && search->lists[i].addon_match);
    }
    return true;
}

static bool
is_hidden(const struct search *search, unsigned place,
          const struct roster_candidate *row)
{
    const char *session = search->lists[place].session;
    return !search->by_medium && session[0] != '\0' &&
           strcmp(row->session, session) != 0;
}

static bool
is_addon(const struct search *search, const struct roster_candidate *row, unsigned at)
{
    if (!search->by_medium)
        return at > 0;
    for (unsigned i = 0; i < search->medium.count; i++) {
        if (search->medium.positions[i] == row->position)
            return false;
    }
    return true;
}

static void
add_choices(struct search *search, unsigned place,
            const struct roster_candidates *found)
{
    for (unsigned i = 0; i < found->count; i++) {
        const struct roster_candidate *row = &found->rows[i];
        if (is_hidden(search, place, row)) {
            if (search->hidden == 0)
                search->hidden = row->id;
            continue;
        }
        if (search->count == ROSTER_CANDIDATES_MAX)
            return;
        search->rows[search->count++] =
            (struct choice){ place, is_addon(search, row, i), *row };
    }
}

static bool
add_by_code(struct search *search, struct err *err)
{
    const struct role *role = &search->slot->desk->role;
    for (unsigned i = 0; i < role->list_count; i++) {
        struct roster_candidates found = { .count = 0 };
        if (!search->looks[i])
            continue;
        if (!roster_candidates(search->slot->desk->set.db, role->lists[i].event,
                               search->slot->text, search->slot->text_length,
                               search->addons, &found, err))
            return false;
        add_choices(search, i, &found);
    }
    return true;
}

/* Those that the server has cancelled count, but are not named where it names a
 * medium's tickets. */
static bool
add_cancelled(struct search *search, unsigned place, struct roster_candidates *rows,
              struct err *err)
{
    const struct desk_slot *slot = search->slot;
    struct medium *medium = &search->medium;
    unsigned known = rows->count;
    if (!roster_add_cancelled(slot->desk->set.db, slot->desk->role.lists[place].event,
                              slot->text, slot->text_length,
                              search->lists[place].addon_match, rows, err))
        return false;
    for (unsigned i = known; i < rows->count; i++) {
        bool is_own = rows->rows[i].parent == 0 || !search->lists[place].addon_match;
        if (is_own && medium->count < CATALOG_MEDIUM_POSITIONS_MAX)
            medium->positions[medium->count++] = rows->rows[i].position;
    }
    return true;
}

/* *ends: the medium is linked, but to nothing of these events. */
static bool
add_by_medium(struct search *search, bool *ends, struct err *err)
{
    struct desk_slot *slot = search->slot;
    struct db *db = slot->desk->set.db;
    const struct role *role = &slot->desk->role;
    struct medium *medium = &search->medium;
    bool found;
    *ends = false;
    if (!catalog_medium(db, slot->input.medium, slot->text, slot->text_length, &found,
                        medium, err))
        return false;
    if (!found || !medium->active ||
        (medium->expires_ms != 0 && medium->expires_ms <= slot->outcome.at_ms))
        return true;
    search->by_medium = true;
    unsigned linked = medium->count;
    for (unsigned i = 0; i < role->list_count; i++) {
        struct roster_candidates rows = { .count = 0 };
        for (unsigned j = 0; search->looks[i] && j < linked; j++) {
            if (!roster_add_candidates(db, role->lists[i].event, medium->positions[j],
                                       search->lists[i].addon_match, &rows, err))
                return false;
        }
        if (search->looks[i] && !add_cancelled(search, i, &rows, err))
            return false;
        add_choices(search, i, &rows);
    }
    *ends = search->count == 0 && medium->count > 0;
    return true;
}

/* ---- one of several
 * ------------------------------------------------------------------ */

static bool
describe(const struct search *search, const struct choice *choice, struct candidate *to,
         struct err *err)
{
    const struct list *list = &search->lists[choice->place];
    const struct roster_candidate *row = &choice->row;
    struct ticket asked = { .id = row->id };
    enum list_answer answer;
    asked.origin.product = row->product;
    str_copy(asked.event, sizeof asked.event, list->event);
    if (!roster_list_takes(search->slot->desk->set.db, list, &asked, &answer, err))
        return false;
    *to = (struct candidate){ .is_addon = choice->is_addon,
                              .addon_match = list->addon_match,
                              .product_allowed = answer != LIST_OTHER_KIND,
                              .has_from = row->valid_from_ms != 0,
                              .has_until = row->valid_until_ms != 0,
                              .valid_from_ms = row->valid_from_ms,
                              .valid_until_ms = row->valid_until_ms };
    return true;
}

/* Tickets before their add-ons, each by position. */
static int
compare_choices(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;
    if (x->is_addon != y->is_addon)
        return x->is_addon ? 1 : -1;
    return (x->row.position > y->row.position) - (x->row.position < y->row.position);
}

/* Of one order a cancelled position beside a good one is gone at the server. */
static void
drop_cancelled(struct search *search)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < search->count; i++)
        kept += !search->rows[i].row.cancelled;
    if (search->by_medium || kept == 0 || kept == search->count)
        return;
    kept = 0;
    for (unsigned i = 0; i < search->count; i++) {
        if (!search->rows[i].row.cancelled)
            search->rows[kept++] = search->rows[i];
    }
    search->count = kept;
}

static bool
choose(struct search *search, struct err *err)
{
    struct desk_slot *slot = search->slot;
    struct desk_outcome *outcome = &slot->outcome;
    struct candidate candidates[ROSTER_CANDIDATES_MAX];
    size_t which = 0;
    if (search->count > 1)
        drop_cancelled(search);
    qsort(search->rows, search->count, sizeof *search->rows, compare_choices);
    for (unsigned i = 0; search->count > 1 && i < search->count; i++) {
        if (!describe(search, &search->rows[i], &candidates[i], err))
            return false;
    }
    slot->facts.by_medium = outcome->by_medium = search->by_medium;
    if (search->count > 1 && candidate_choose(candidates, search->count, outcome->at_ms,
                                              &which) == CANDIDATE_AMBIGUOUS) {
        slot->facts.code = ADMIT_CODE_SEVERAL;
        return true;
    }
    if (!roster_by_id(slot->desk->set.db, search->rows[which].row.id,
                      &outcome->has_ticket, &outcome->ticket, err))
        return false;
    slot->facts.code = outcome->has_ticket ? ADMIT_CODE_TICKET : ADMIT_CODE_UNKNOWN;
    return true;
}

/* ---- a ticketing server's events
 * ------------------------------------------------------ */

static bool
is_revoked(struct search *search, bool *revoked, struct err *err)
{
    const struct desk_slot *slot = search->slot;
    const struct role *role = &slot->desk->role;
    *revoked = false;
    for (unsigned i = 0; i < role->list_count && !*revoked; i++) {
        if (search->looks[i] &&
            !catalog_withdrawn(slot->desk->set.db, role->lists[i].event, slot->text,
                               slot->text_length, WITHDRAWN_REVOKED, revoked, err))
            return false;
    }
    return true;
}

/* *settled: the server would have said something by now. */
static bool
search_server(struct search *search, bool *settled, struct err *err)
{
    struct desk_slot *slot = search->slot;
    bool ends = false;
    *settled = true;
    if (!add_by_code(search, err))
        return false;
    if (search->count == 0 && !add_by_medium(search, &ends, err))
        return false;
    if (search->count > 0)
        return choose(search, err);
    if (ends) {
        slot->outcome.by_medium = slot->facts.by_medium = true;
        return true;
    }
    search->by_medium = false;
    if (!is_revoked(search, &slot->facts.revoked, err) || slot->facts.revoked)
        return slot->facts.revoked;
    if (search->hidden != 0) {
        slot->facts.code = ADMIT_CODE_TICKET;
        return roster_by_id(slot->desk->set.db, search->hidden,
                            &slot->outcome.has_ticket, &slot->outcome.ticket, err);
    }
    return desk_signed_find(slot, settled, err);
}

static bool
by_text(struct desk_slot *slot, struct err *err)
{
    struct search search = { .slot = slot };
    bool settled = false;
    if (!read_lists(&search, err))
        return false;
    if (search.any && slot->text_length > 0 && !search_server(&search, &settled, err))
        return false;
    return settled || by_secret(slot, err);
}

/* ---- all of it
 * -------------------------------------------------------------------------- */

/* The badge of a ticket that was let in without its order: by the text that was kept.
 */
static bool
by_kept_text(struct desk_slot *slot, struct err *err)
{
    bool found;
    if (!desk_signed_recall(slot, slot->badge.ref, &found, err))
        return false;
    return !found || by_text(slot, err);
}

static bool
by_badges_ref(struct desk_slot *slot, struct err *err)
{
    slot->outcome.by_badge = true;
    if (!by_ref(slot, slot->badge.ref, err))
        return false;
    if (slot->facts.code == ADMIT_CODE_UNKNOWN && !by_kept_text(slot, err))
        return false;
    if (slot->facts.code != ADMIT_CODE_UNKNOWN)
        return true;
    trim(slot);
    if (!by_text(slot, err))
        return false;
    slot->outcome.by_badge = slot->facts.code == ADMIT_CODE_UNKNOWN;
    return true;
}

/* A badge's code, or an organiser's own that only looks like one. */
static bool
by_badge(struct desk_slot *slot, struct err *err)
{
    struct err wrong;
    const struct desk_input *input = &slot->input;
    if (badgecode_parse(input->code, input->length, &slot->badge, &wrong))
        return by_badges_ref(slot, err) &&
               (!slot->outcome.by_badge || desk_genuine(slot, err));
    if (!by_text(slot, err))
        return false;
    if (slot->facts.code == ADMIT_CODE_UNKNOWN && !slot->facts.revoked) {
        slot->facts.code = ADMIT_CODE_MALFORMED;
        str_copy(slot->outcome.reason, sizeof slot->outcome.reason, wrong.text);
    }
    return true;
}

bool
desk_find(struct desk_slot *slot, struct err *err)
{
    const struct desk_input *input = &slot->input;
    if (input->is_presented)
        return by_ref(slot, input->ref, err);
    if (input->is_malformed || !is_readable(input)) {
        slot->facts.code = ADMIT_CODE_MALFORMED;
        str_copy(slot->outcome.reason, sizeof slot->outcome.reason,
                 input->is_malformed ? input->reason : "not a readable text");
        return true;
    }
    trim(slot);
    if (badgecode_claims(input->code, input->length))
        return by_badge(slot, err);
    return by_text(slot, err);
}
