#include "desk/desk_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/db.h"
#include "store/outbox.h"
#include "store/seal.h"
#include "str.h"

/* The one transaction: journal + spool + outbox, in journal.db alone. Nothing is told
 * to anybody before it is committed. A COMMIT that failed may have committed: then the
 * journal is asked by the nonce, and what it says counts. */

/* What one scan writes. */
struct entry {
    struct journal_row row;
    bool has_row, has_job, proves_out, hears;
    struct spool_job job;
    int64_t skipped; /* refusals that were not written before this one */
};

/* ---- what there is to write ---------------------------------------------------- */

/* Scanned while its job waits for "did it come out?": here it is. */
static bool
proves_it_came_out(const struct desk_slot *slot)
{
    const struct desk_outcome *outcome = &slot->outcome;
    return outcome->by_badge && outcome->has_job &&
           outcome->job.state == SPOOL_UNCERTAIN &&
           outcome->job.issue == slot->badge.issue &&
           strcmp(outcome->job.station, slot->badge.station) == 0;
}

static bool
tells_of_a_later_issue(const struct desk_slot *slot)
{
    return slot->outcome.by_badge && !slot->facts.forged && slot->outcome.has_ticket &&
           slot->badge.issue > slot->top_issue &&
           slot->badge.issue - slot->top_issue <= DESK_HEARD_JUMP_MAX;
}

static bool
wants_row(struct desk_slot *slot, int64_t *skipped)
{
    if (slot->answer.record != ADMIT_RECORD_REFUSED)
        return slot->answer.record != ADMIT_RECORD_NONE;
    if (slot->input.is_malformed)
        return false; /* a reader's noise, counted there */
    struct desk *desk = slot->desk;
    size_t length =
        slot->input.length < ROSTER_SECRET_MAX ? slot->input.length : ROSTER_SECRET_MAX;
    uint64_t hash = slot->input.is_presented
                        ? desk_limit_hash(slot->input.ref, strlen(slot->input.ref))
                        : desk_limit_hash(slot->input.code, length);
    if (desk_limit_allows(&slot->limit, hash, clock_mono_ms(desk->set.clock), skipped))
        return true;
    desk->counts.refusals_skipped++;
    return false;
}

static enum journal_kind
kind_of(enum admit_record record)
{
    return record == ADMIT_RECORD_ENTRY  ? JOURNAL_ENTRY
           : record == ADMIT_RECORD_EXIT ? JOURNAL_EXIT
                                         : JOURNAL_REFUSED;
}

static void
fill_row(struct desk_slot *slot, struct entry *entry)
{
    struct desk *desk = slot->desk;
    const struct desk_outcome *outcome = &slot->outcome;
    struct journal_row *row = &entry->row;

    *row = (struct journal_row){ .kind = kind_of(slot->answer.record),
                                 .verdict = slot->answer.verdict,
                                 .at_ms = outcome->at_ms,
                                 .clock_suspect = outcome->clock_suspect };
    row->mode = outcome->confirmed ? JOURNAL_CONFIRMED : JOURNAL_LOCAL;
    /* A refusal of our own leaves the scan's nonce free: a server that was asked under
     * it and not heard may have let in whom we refuse, and says so when asked again. */
    if (row->kind == JOURNAL_REFUSED && !outcome->confirmed)
        random_fill(desk->set.random, row->nonce, sizeof row->nonce);
    else
        memcpy(row->nonce, slot->nonce, sizeof row->nonce);
    str_copy(row->station, sizeof row->station, desk->station);
    str_copy(row->gate, sizeof row->gate, desk->role.gate);
    str_copy(row->who, sizeof row->who, slot->input.who);
    str_copy(row->reason, sizeof row->reason, outcome->reason);
    if (entry->skipped > 0 && row->reason[0] == '\0')
        snprintf(row->reason, sizeof row->reason,
                 "%" PRId64 " refusals just before this one were not recorded",
                 entry->skipped);
    if (outcome->has_ticket)
        str_copy(row->ref, sizeof row->ref, outcome->ticket.ref);
    if (outcome->has_list) {
        str_copy(row->event, sizeof row->event, outcome->list.event);
        str_copy(row->list, sizeof row->list, outcome->list.key);
    } else if (desk->role.list_count > 0) {
        str_copy(row->event, sizeof row->event, desk->role.lists[0].event);
        str_copy(row->list, sizeof row->list, desk->role.lists[0].list);
    }
}

/* ---- the outbox ---------------------------------------------------------------- */

/* The code in a sealed box: the roster may have lost the ticket when this is sent. Of a
 * server's ticket it is its own, whatever was scanned: a medium, or its parent's; a
 * cancelled one has none any more, so it is the medium's. */
static bool
add_sealed_code(struct desk_slot *slot, struct str *out, struct err *err)
{
    struct db *db = slot->desk->set.db;
    char secret[ROSTER_SECRET_MAX + 1];
    char text[SEAL_TEXT_SIZE(ROSTER_SECRET_MAX)];
    size_t length =
        slot->input.length < ROSTER_SECRET_MAX ? slot->input.length : ROSTER_SECRET_MAX;
    bool has_row = slot->outcome.has_ticket && !slot->facts.is_signed;
    bool scanned = !slot->input.is_presented && !slot->outcome.by_badge;
    bool others = scanned && !(slot->facts.from_server && has_row), found = false;

    if (slot->facts.is_signed) {
        found = str_copy(secret, sizeof secret, slot->signed_text);
        length = strlen(secret);
    } else if (!others && slot->outcome.has_ticket &&
               !roster_secret(db, slot->outcome.ticket.id, &found, secret, err)) {
        return false;
    } else if (found) {
        length = strlen(secret);
    } else if (scanned) {
        memcpy(secret, slot->input.code, length);
        found = true;
    }
    if (found && db_seal(db))
        json_add_text(out, "sealed", seal_text(db_seal(db), secret, length, text));
    return true;
}

static bool
write_body(struct desk_slot *slot, char *body, struct err *err)
{
    struct str out;
    str_init(&out, OUTBOX_BODY_MAX);
    json_open_object(&out, NULL);
    json_add_text(&out, "by",
                  slot->input.is_presented ? "staff"
                  : slot->outcome.by_badge ? "badge"
                                           : "code");
    if (slot->outcome.by_badge)
        json_add_int(&out, "issue", slot->badge.issue);
    if (slot->facts.direction == ROLE_EXIT)
        json_add_text(&out, "type", "exit"); /* of a refusal: its row does not say */
    if (slot->answer.hidden)
        json_add_bool(&out, "hidden", true); /* the server says `invalid` */
    if (slot->facts.ignore_unpaid)
        json_add_bool(&out, "ignore_unpaid", true);
    desk_ask_write(slot, &out);
    bool ok = add_sealed_code(slot, &out, err);
    json_close_object(&out);
    if (ok && !str_ok(&out))
        ok = err_set(err, ERR_LIMIT, "outbox row: over %d bytes", OUTBOX_BODY_MAX);
    if (ok)
        str_copy(body, OUTBOX_BODY_MAX + 1, out.data);
    str_finish(&out);
    return ok;
}

/* What a claim confirmed, the server has already. */
static bool
add_outbox(struct desk_slot *slot, const struct journal_row *row, struct err *err)
{
    struct outbox_row *out = calloc(1, sizeof *out);
    if (!out)
        return err_no_memory(err);
    out->kind = row->kind == JOURNAL_REFUSED ? OUTBOX_REFUSAL : OUTBOX_CHECKIN;
    out->state = row->mode == JOURNAL_CONFIRMED ? OUTBOX_SENT : OUTBOX_PENDING;
    out->about = row->id;
    out->at_ms = row->at_ms;
    memcpy(out->nonce, row->nonce, sizeof out->nonce);
    str_copy(out->event, sizeof out->event, row->event);
    bool ok =
        write_body(slot, out->body, err) && outbox_add(slot->desk->set.db, out, err);
    free(out);
    return ok;
}

/* ---- the transaction ------------------------------------------------------------ */

static bool
write_badge(struct desk_slot *slot, struct entry *entry, struct err *err)
{
    struct desk *desk = slot->desk;
    struct desk_outcome *outcome = &slot->outcome;
    if (entry->hears && !spool_heard(desk->set.db, outcome->ticket.ref,
                                     slot->badge.station, slot->badge.issue, err))
        return false;
    if (entry->proves_out) {
        entry->job = outcome->job;
        entry->job.evidence = SPOOL_EVIDENCE_SAID;
        return spool_move(desk->set.db, &entry->job, SPOOL_PRINTED, err);
    }
    if (!slot->answer.print)
        return true;
    entry->has_job = true;
    if (slot->facts.badge == ADMIT_BADGE_FAILED) {
        entry->job = outcome->job;
        return spool_again(desk->set.db, &entry->job, "retry", slot->input.who, err);
    }
    if (!desk_fill_job(desk, &outcome->ticket,
                       outcome->has_list ? &outcome->list : NULL, &entry->job, err))
        return false;
    str_copy(entry->job.cause, sizeof entry->job.cause, "first");
    str_copy(entry->job.who, sizeof entry->job.who, slot->input.who);
    entry->job.made_ms = entry->job.changed_ms = outcome->at_ms;
    return spool_add(desk->set.db, &entry->job, err);
}

static bool
write_all(struct desk_slot *slot, struct entry *entry, struct err *err)
{
    struct db *db = slot->desk->set.db;
    if (entry->has_row && !journal_add(db, &entry->row, err))
        return false;
    if (entry->has_row && slot->answer.report && !add_outbox(slot, &entry->row, err))
        return false;
    bool passes = slot->answer.record == ADMIT_RECORD_ENTRY ||
                  slot->answer.record == ADMIT_RECORD_EXIT;
    bool is_settled = slot->outcome.confirmed || passes;
    if ((is_settled && !desk_intent_end(slot, err)) ||
        (passes && !(desk_ask_keep(slot, err) && desk_signed_keep(slot, err))))
        return false;
    return write_badge(slot, entry, err);
}

/* After an error: is it there all the same? */
static bool
find_written(struct desk_slot *slot, struct entry *entry)
{
    struct err ignored;
    struct db *db = slot->desk->set.db;
    struct journal_row row;
    bool found = false;

    if (entry->has_row &&
        (!journal_by_nonce(db, entry->row.nonce, &found, &row, &ignored) || !found))
        return false;
    if (!entry->has_job)
        return found;
    struct spool_job job;
    if (!spool_latest(db, slot->outcome.ticket.ref, &found, &job, &ignored) || !found ||
        !spool_on_its_way(job.state))
        return false;
    entry->job = job;
    return true;
}

static void
tell_outcome(struct desk_slot *slot, const struct entry *entry)
{
    struct desk_outcome *outcome = &slot->outcome;
    outcome->recorded = entry->has_row;
    if (entry->has_job || entry->proves_out) {
        outcome->job = entry->job;
        outcome->has_job = true;
        outcome->made_job = entry->has_job;
    }
    if (entry->has_row && !entry->row.clock_suspect &&
        entry->row.at_ms > slot->desk->newest_ms)
        slot->desk->newest_ms = entry->row.at_ms;
}

static bool
commit(struct desk_slot *slot, struct entry *entry, struct err *err)
{
    struct db *db = slot->desk->set.db;
    if (!db_begin(db, err))
        return false;
    if (write_all(slot, entry, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return find_written(slot, entry);
}

bool
desk_record(struct desk_slot *slot, struct err *err)
{
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return err_no_memory(err);
    entry->has_row = wants_row(slot, &entry->skipped);
    entry->proves_out = proves_it_came_out(slot);
    entry->hears = tells_of_a_later_issue(slot);
    if (entry->has_row)
        fill_row(slot, entry);

    bool ok = true;
    if (entry->has_row || entry->proves_out || entry->hears || slot->answer.print) {
        ok = commit(slot, entry, err);
        desk_health_note(slot->desk, ok ? NULL : err);
    }
    if (ok)
        tell_outcome(slot, entry);
    free(entry);
    return ok;
}
