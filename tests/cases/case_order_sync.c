#include "case_order_sync.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/catalog.h"
#include "store/journal.h"

/* A whole download against answers that stand in the case, and then what is there. */

/* ---- a station ------------------------------------------------------------ */

static void
no_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)module, (void)text, (void)self;
}

static bool
open_store(struct play *play, struct err *err)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 3 };
    str_copy(play->dir, sizeof play->dir, "/tmp/yuelai-case-XXXXXX");
    if (!mkdtemp(play->dir))
        return err_set(err, ERR_IO, "no directory under /tmp");
    hand_loop_init(&play->hand, INT64_C(1780315200000));
    random_seeded_init(&play->dice, 1);
    sim_task_init(&play->lanes, &play->hand.loop, &play->dice.random);
    play->log = (struct log){ no_log, NULL, LOG_LEVEL_ERROR };
    play->timer = loop_timer_create(&play->hand.loop, play_serve, play);
    struct db_setting setting = { .dir = play->dir,
                                  .clock = &play->hand.clock,
                                  .random = &play->dice.random,
                                  .log = &play->log };
    if (!seal_from_bytes(key, &play->seal, err))
        return false;
    setting.seal = play->seal;
    return db_open(&setting, &play->db, err);
}

static bool
open_pull(struct play *play, struct err *err)
{
    play->account = (struct account){ .state = ACCOUNT_ACTIVE, .device_id = 4711 };
    str_copy(play->account.url, sizeof play->account.url, "https://case.invalid");
    str_copy(play->account.organizer, sizeof play->account.organizer, play->organizer);
    play->wire = (struct wire){ play_start, play_abort, play };
    play->api = (struct api_client){ &play->wire, &play->hand.clock, &play->log,
                                     &play->account };
    struct pull_setting setting = { .db = play->db,
                                    .loop = &play->hand.loop,
                                    .task = &play->lanes.task,
                                    .clock = &play->hand.clock,
                                    .random = &play->dice.random,
                                    .log = &play->log,
                                    .api = &play->api,
                                    .badges = true,
                                    .retries = -1 };
    return pull_create(&setting, &play->pull, err);
}

static void
close_all(struct play *play)
{
    pull_destroy(play->pull);
    db_close(play->db);
    loop_timer_destroy(&play->hand.loop, play->timer);
    if (play->seal)
        seal_close(play->seal);
    DIR *dir = opendir(play->dir);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", play->dir, entry->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(play->dir);
}

/* ---- what is there now ---------------------------------------------------- */

struct tally {
    struct play *play;
    int64_t orders, positions, checkins;
    char last[ROSTER_KEY_MAX + 1];
    char codes[4096][ROSTER_KEY_MAX + 1];
};

static void
count_order(struct tally *tally, const char *code)
{
    for (int64_t i = 0; i < tally->orders; i++) {
        if (strcmp(tally->codes[i], code) == 0)
            return;
    }
    if (tally->orders < 4096)
        str_copy(tally->codes[tally->orders++], sizeof *tally->codes, code);
}

static bool
count_ticket(const struct ticket *ticket, void *self)
{
    struct tally *tally = self;
    struct play *play = tally->play;
    struct journal_deeds *deeds = calloc(1, sizeof *deeds);
    struct err ignored;
    tally->positions++;
    count_order(tally, ticket->order_code);
    for (unsigned i = 0; deeds && i < play->list_count; i++) {
        if (journal_deeds(play->db, ticket->ref, ticket->event, play->lists[i], deeds,
                          &ignored))
            tally->checkins += deeds->count;
    }
    free(deeds);
    return true;
}

static void
compare_int(struct play *play, const char *name, int64_t got)
{
    const struct json *wanted = json_member(json_member(play->step, "expect"), name);
    if (wanted && play_int(wanted, "", -1) != got)
        cases_refuse(play->result, "expected %s %lld, got %lld", name,
                     (long long)play_int(wanted, "", -1), (long long)got);
}

static void
compare_mark(struct play *play, const char *name, const char *what)
{
    char value[CATALOG_MARK_MAX + 1];
    struct err err;
    const char *wanted = play_text(json_member(play->step, "expect"), name, NULL);
    if (!catalog_mark(play->db, play->event, what, value, &err))
        str_copy(value, sizeof value, "");
    if (wanted && strcmp(wanted, value) != 0)
        cases_differ(play->result, wanted, value);
}

static void
compare_state(struct play *play)
{
    static const char *const known[] = { "orders", "positions", "checkins",
                                         "stored_page_generated", "stored_status" };
    struct tally *tally = calloc(1, sizeof *tally);
    struct err ignored;
    if (!tally)
        abort();
    tally->play = play;
    roster_each_ticket(play->db, play->event, 0, 1000000, count_ticket, tally,
                       &ignored);
    compare_int(play, "orders", tally->orders);
    compare_int(play, "positions", tally->positions);
    compare_int(play, "checkins", tally->checkins);
    free(tally);
    compare_mark(play, "stored_page_generated", "orders.generated");
    compare_mark(play, "stored_status", "orders.state");
    const struct json *item = json_first(json_member(play->step, "expect"));
    for (; item; item = json_next(item)) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            is_known = is_known || strcmp(known[i], json_key(item)) == 0;
        if (!is_known)
            cases_refuse(play->result, "nothing here knows of %s", json_key(item));
    }
}

/* ---- steps ---------------------------------------------------------------- */

static void
note_list(struct play *play, const struct json *checkin)
{
    char key[24];
    snprintf(key, sizeof key, "%lld", (long long)play_int(checkin, "list", 0));
    for (unsigned i = 0; i < play->list_count; i++) {
        if (strcmp(play->lists[i], key) == 0)
            return;
    }
    if (play->list_count < LISTS_MAX)
        str_copy(play->lists[play->list_count++], sizeof *play->lists, key);
}

static void
note_lists(struct play *play, const struct json *order)
{
    const struct json *position = json_first(json_member(order, "positions"));
    for (; position; position = json_next(position)) {
        const struct json *checkin = json_first(json_member(position, "checkins"));
        for (; checkin; checkin = json_next(checkin))
            note_list(play, checkin);
    }
}

static void
note_answer(struct play *play, const struct json *answer)
{
    const struct json *file = json_first(json_member(answer, "results_files"));
    const struct json *order = json_first(json_member(answer, "results"));
    for (; file; file = json_next(file)) {
        struct str text;
        struct json *read = NULL;
        struct err ignored;
        str_init(&text, TEXT_MAX);
        if (play_add_file(play, play_text(file, "", ""), &text) &&
            json_parse(text.data, text.length, &read, &ignored))
            note_lists(play, read);
        json_free(read);
        str_finish(&text);
    }
    for (; order; order = json_next(order))
        note_lists(play, order);
}

static void
on_done(enum api_result outcome, void *self)
{
    struct play *play = self;
    play->outcome = outcome;
    play->ended = true;
}

static void
sync_orders(struct play *play)
{
    enum { TURNS = 200000, TURN_MS = 5 };
    const struct json *answers = json_member(play->step, "responses");
    play->answer = json_first(answers);
    play->wanted = json_first(json_member(play->step, "expect_requests"));
    for (const struct json *item = json_first(answers); item; item = json_next(item))
        note_answer(play, item);
    play->ended = false;
    pull_start(play->pull, &play->event, 1, false, on_done, play);
    for (unsigned i = 0; i < TURNS && !play->ended; i++)
        hand_loop_turn(&play->hand, TURN_MS);
    if (!play->ended)
        cases_refuse(play->result, "the run does not end");
    if (play->wanted)
        cases_refuse(play->result, "expected one more request, for %s",
                     play_text(play->wanted, "path", ""));
    bool failed = play->outcome != API_OK;
    if (json_member(play->step, "expect_error") &&
        failed != play_is_true(play->step, "expect_error"))
        cases_differ(play->result, failed ? "no error" : "an error",
                     failed ? "an error" : "none");
    compare_state(play);
}

/* The event that the case is about: said, or in the first path. */
static const char *
event_of(const struct json *one, char event[ROSTER_KEY_MAX + 1])
{
    const struct json *step = json_first(json_member(one, "steps"));
    const char *path =
        play_text(json_first(json_member(step, "expect_requests")), "path", "");
    const char *at = strstr(path, "/events/");
    str_copy(event, ROSTER_KEY_MAX + 1, play_text(step, "event", "demo"));
    if (at && !json_member(step, "event"))
        str_copy_bytes(event, ROSTER_KEY_MAX + 1, at + 8, strcspn(at + 8, "/"));
    return event;
}

void
case_order_sync(const struct cases_file *file, const struct json *one,
                struct cases_result *result)
{
    struct play *play = calloc(1, sizeof *play);
    char event[ROSTER_KEY_MAX + 1];
    struct err err;
    if (!play)
        abort();
    play->file = file;
    play->one = one;
    play->result = result;
    play->event = event_of(one, event);
    str_copy(play->organizer, sizeof play->organizer,
             play_text(play_dataset(play), "organizer", "demo"));
    bool ok = open_store(play, &err) && open_pull(play, &err);
    if (!ok)
        cases_refuse(result, "%s", err.text);
    const struct json *step = json_first(json_member(one, "steps"));
    for (; ok && step && !result->failed; step = json_next(step)) {
        play->step = step;
        if (strcmp(play_text(step, "op", ""), "sync_orders") == 0)
            sync_orders(play);
        else
            cases_refuse(result, "no such operation here: %s",
                         play_text(step, "op", ""));
    }
    close_all(play);
    free(play);
}
