#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/moment.h"
#include "sync/pretix.h"

enum { WRITTEN_MAX = 4096, PIECE_BYTES = 65536 };

/* ---- a station, again and again
 * ------------------------------------------------------ */

static void
hear(enum feed_topic topic, const void *what, void *self)
{
    struct judge *judge = self;
    if (topic == FEED_SCAN)
        judge->last = *(const struct desk_outcome *)what;
}

static void
say(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)self;
    fprintf(stderr, "%s: %s\n", module, text);
}

static bool
open_db(struct judge *judge, const struct clock *clock, struct err *err)
{
    struct db_setting store = { .dir = judge->dir,
                                .seal = judge->seal,
                                .clock = clock,
                                .random = &judge->random.random,
                                .log = &judge->log };
    return db_open(&store, &judge->db, err);
}

static bool
open_desk(struct judge *judge, struct err *err)
{
    struct desk_setting setting = { .db = judge->db,
                                    .loop = &judge->hand.loop,
                                    .clock = &judge->hand.clock,
                                    .random = &judge->random.random,
                                    .log = &judge->log,
                                    .feed = &judge->feed,
                                    .station = "A",
                                    .readers = 1,
                                    .trust_clock = true };
    return desk_create(&setting, &judge->desk, err);
}

static bool
copy_file(const char *dir, const char *from, const char *to, struct err *err)
{
    char path[JUDGE_PATH_MAX + 32];
    char *piece = malloc(PIECE_BYTES);
    size_t got;
    snprintf(path, sizeof path, "%s/%s", dir, from);
    FILE *in = fopen(path, "re");
    snprintf(path, sizeof path, "%s/%s", dir, to);
    FILE *out = fopen(path, "we");
    bool ok = piece && in && out;
    while (ok && (got = fread(piece, 1, PIECE_BYTES, in)) > 0)
        ok = fwrite(piece, 1, got, out) == got;
    if (in)
        fclose(in);
    if (out)
        ok = fclose(out) == 0 && ok;
    free(piece);
    return ok || err_set(err, ERR_IO, "%s/%s cannot be copied to %s", dir, from, to);
}

static void
remove_file(const char *dir, const char *name)
{
    char path[JUDGE_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    unlink(path);
}

/* The journal as it was after the sync. */
static bool
reset(struct judge *judge, struct err *err)
{
    desk_destroy(judge->desk);
    db_close(judge->db);
    judge->desk = NULL;
    judge->db = NULL;
    judge->written_count = 0;
    judge->resets++;
    remove_file(judge->dir, "journal.db-wal");
    remove_file(judge->dir, "journal.db-shm");
    return copy_file(judge->dir, "journal.synced", "journal.db", err) &&
           open_db(judge, &judge->hand.clock, err) && open_desk(judge, err);
}

static void
prepare(struct judge *judge)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 11 };
    struct err err;
    judge->log = (struct log){ say, judge, LOG_LEVEL_WARNING };
    hand_loop_init(&judge->hand, 0);
    random_seeded_init(&judge->random, 1);
    feed_init(&judge->feed);
    feed_listen(&judge->feed, 1u << FEED_SCAN, hear, judge);
    judge->written = calloc(WRITTEN_MAX, sizeof *judge->written);
    if (!judge->written || !seal_from_bytes(key, &judge->seal, &err))
        abort();
}

bool
judge_open(struct judge *judge, struct err *err)
{
    if (!judge->seal)
        prepare(judge);
    if (judge->db) { /* it has been synced: from here on it has its own clock */
        db_close(judge->db);
        judge->db = NULL;
        return copy_file(judge->dir, "journal.db", "journal.synced", err) &&
               reset(judge, err);
    }
    return open_db(judge, &clock_system, err);
}

void
judge_close(struct judge *judge)
{
    desk_destroy(judge->desk);
    db_close(judge->db);
    seal_close(judge->seal);
    free(judge->written);
}

/* ---- a scan
 * --------------------------------------------------------------------------- */

static bool
take_role(struct judge *judge, const struct json *scan, struct err *err)
{
    static const struct role_table no_table = { .count = 0 };
    struct role role = { .work = ROLE_ADMIT_ONLY };
    const struct json *lists;
    const char *type, *key;
    if (!json_text_or(scan, "type", "entry", &type, err) ||
        !json_object(scan, "lists", &lists, err))
        return false;
    role.direction = strcmp(type, "exit") == 0 ? ROLE_EXIT : ROLE_ENTRY;
    for (const struct json *item = json_first(lists); item; item = json_next(item)) {
        if (role.list_count == ROLE_LISTS_MAX || !json_text(item, "", &key, err))
            return false;
        struct role_list *list = &role.lists[role.list_count++];
        str_copy(list->event, sizeof list->event, json_key(item));
        str_copy(list->list, sizeof list->list, key);
    }
    desk_configure(judge->desk, &role, &no_table);
    return true;
}

/* An answer that is not as it should be leaves its question open. */
static void
answer(struct judge *judge, const struct json *answers)
{
    const char *text;
    struct err err;
    for (const struct json *item = json_first(answers); item; item = json_next(item)) {
        if (judge->last.phase != DESK_ASKING_QUESTIONS)
            return;
        if (!json_text(item, "", &text, &err))
            continue;
        struct desk_reply reply = { strtoll(json_key(item), NULL, 10), text };
        desk_answer(judge->desk, judge->last.number, &reply, 1, &err);
    }
}

static bool
present(struct judge *judge, const struct json *scan, struct err *err)
{
    const char *at, *secret;
    struct moment moment;
    int64_t gate;
    bool asks;
    struct desk_read read = { .medium = NULL };
    if (!json_text(scan, "at", &at, err) || !json_text(scan, "secret", &secret, err) ||
        !json_text_or(scan, "source_type", "barcode", &read.medium, err) ||
        !json_bool_or(scan, "ignore_unpaid", false, &read.ignore_unpaid, err) ||
        !json_bool_or(scan, "questions_supported", true, &asks, err) ||
        !json_int_or(scan, "gate", 0, &gate, err))
        return false;
    if (!moment_read(at, strlen(at), &moment))
        return err_set(err, ERR_INPUT, "at: no moment: %s", at);
    read.asking = asks ? DESK_ASK_AS_SERVER : DESK_ASK_NOTHING;
    if (judge->last.phase == DESK_ASKING_QUESTIONS)
        hand_loop_turn(&judge->hand,
                       INT64_C(3600) * 1000); /* nobody answers any more */
    judge->hand.utc_ms = moment.at_ms - judge->hand.now_us / 1000;
    desk_set_gate(judge->desk, gate);
    if (!take_role(judge, scan, err))
        return false;
    desk_scan_as(judge->desk, 0, &read, secret, strlen(secret), judge->hand.now_us);
    answer(judge, json_member(scan, "answers"));
    return true;
}

static bool
is_written(const struct judge *judge)
{
    for (unsigned i = 0; judge->last.has_ticket && i < judge->written_count; i++) {
        if (judge->written[i] == judge->last.ticket.id)
            return true;
    }
    return false;
}

static void
write_questions(const struct desk_outcome *outcome, struct str *out)
{
    struct json *root = NULL;
    struct err err;
    if (outcome->phase != DESK_ASKING_QUESTIONS || !outcome->questions ||
        !json_parse(outcome->questions, strlen(outcome->questions), &root, &err))
        return;
    json_open_array(out, "questions");
    for (const struct json *item = json_first(root); item; item = json_next(item))
        json_add_value(out, NULL, json_member(item, "id"));
    json_close_array(out);
    json_free(root);
}

static void
describe(const struct desk_outcome *outcome, struct str *out)
{
    json_open_object(out, NULL);
    json_add_text(out, "code",
                  outcome->hidden ? "invalid" : pretix_reason(outcome->verdict));
    json_add_text(out, "verdict", verdict_name(outcome->verdict));
    if (outcome->has_ticket) {
        json_add_int(out, "position", outcome->ticket.origin.position);
        json_add_bool(out, "attention", outcome->attention);
    }
    if (outcome->rule_text[0] != '\0')
        json_add_text(out, "why", outcome->rule_text);
    json_add_bool(out, "signed", outcome->is_signed);
    json_add_bool(out, "medium", outcome->by_medium);
    json_add_int(out, "entries", outcome->history.entries);
    write_questions(outcome, out);
    json_close_object(out);
}

bool
judge_scan(struct judge *judge, const struct json *scan, struct str *out,
           struct err *err)
{
    if (!present(judge, scan, err))
        return false;
    if ((is_written(judge) || judge->written_count == WRITTEN_MAX) &&
        (!reset(judge, err) || !present(judge, scan, err)))
        return false;
    const struct desk_outcome *last = &judge->last;
    if (last->has_ticket && (last->recorded || json_member(scan, "answers")))
        judge->written[judge->written_count++] = last->ticket.id;
    else if (last->is_signed) /* it has no row to know it by */
        judge->written_count = WRITTEN_MAX;
    describe(last, out);
    return true;
}
