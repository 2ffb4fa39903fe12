#include "door.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bad_disk.h"
#include "store/badgekey.h"

enum { HOUR_MS = 3600 * 1000 };

/* The rig has no use for an error but to stop. */
static void
must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "door: %s\n", err->text);
    abort();
}

/* ---- the conference ------------------------------------------------------------- */

static void
put_event(struct door *door, const char *slug)
{
    struct err err;
    struct event event = { .zone = "Asia/Shanghai", .source = "csv" };
    str_copy(event.slug, sizeof event.slug, slug);
    str_copy(event.name, sizeof event.name, "Yuelai Talent Conference");
    must(roster_put_event(door->db, &event, &err), &err);
}

static void
put_lists(struct door *door)
{
    static const char *const vip[] = { "vip" };
    int64_t now_ms = clock_utc_ms(&door->hand.clock);
    struct err err;
    const struct list lists[] = {
        { .event = "citec", .key = "main", .name = "Main hall", .all_kinds = true },
        { .event = "citec", .key = "vip", .name = "VIP lounge" },
        { .event = "citec",
          .key = "n2",
          .name = "Hall N2: AI forum",
          .session = "n2",
          .all_kinds = true,
          .starts_ms = now_ms + HOUR_MS },
        { .event = "citec",
          .key = "again",
          .name = "Fair",
          .all_kinds = true,
          .several_entries = true },
        { .event = "citec",
          .key = "back",
          .name = "Terrace",
          .all_kinds = true,
          .entry_after_exit = true },
        { .event = "citec",
          .key = "lenient",
          .name = "Lobby",
          .all_kinds = true,
          .include_unpaid = true },
        { .event = "citec",
          .key = "evening",
          .name = "Gala",
          .all_kinds = true,
          .opens_ms = now_ms + HOUR_MS },
        { .event = "fair", .key = "main", .name = "Job fair", .all_kinds = true },
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        must(
            roster_put_list(door->db, &lists[i], vip, lists[i].all_kinds ? 0 : 1, &err),
            &err);
}

static void
put_ticket(struct door *door, const char *code, struct ticket ticket, bool has_n2)
{
    static const char *const sessions[] = { "main", "n2" };
    struct err err;
    struct roster_row row = { .ticket = ticket,
                              .secret = code,
                              .import_key = code,
                              .sessions = sessions,
                              .session_count = has_n2 ? 2 : 1 };
    int64_t id;
    bool made;
    if (row.ticket.event[0] == '\0')
        str_copy(row.ticket.event, sizeof row.ticket.event, "citec");
    if (row.ticket.extra[0] == '\0')
        str_copy(row.ticket.extra, sizeof row.ticket.extra, "{}");
    if (row.ticket.kind[0] == '\0')
        str_copy(row.ticket.kind, sizeof row.ticket.kind, "guest");
    must(roster_put_ticket(door->db, &row, &id, &made, &err), &err);
}

static void
put_tickets(struct door *door)
{
    int64_t now_ms = clock_utc_ms(&door->hand.clock);
    put_ticket(door, "T-ANA",
               (struct ticket){ .name = "Ана Жижић",
                                .name_latin = "Ana Žižić",
                                .organisation = "Универзитет у Београду",
                                .country = "RS",
                                .order_code = "AB3XY",
                                .seat = "A-12",
                                .extra = "{\"table\":\"7\",\"year\":1999,"
                                         "\"name\":\"not this one\"}" },
               false);
    put_ticket(door, "T-LI",
               (struct ticket){ .name = "李小龙",
                                .name_latin = "Li Xiaolong",
                                .country = "CN",
                                .kind = "vip",
                                .language = "zh-Hans" },
               false);
    put_ticket(door, "T-UNPAID",
               (struct ticket){ .name = "Uma", .status = TICKET_UNPAID }, false);
    put_ticket(door, "T-CANCELLED",
               (struct ticket){ .name = "Carl", .status = TICKET_CANCELLED }, false);
    put_ticket(door, "T-BLOCKED", (struct ticket){ .name = "Bob", .blocked = true },
               false);
    put_ticket(door, "T-REVOKED", (struct ticket){ .name = "Rex", .revoked = true },
               false);
    put_ticket(door, "T-EARLY",
               (struct ticket){ .name = "Eva", .valid_from_ms = now_ms + HOUR_MS },
               false);
    put_ticket(door, "T-LATE",
               (struct ticket){ .name = "Lea", .valid_until_ms = now_ms - HOUR_MS },
               false);
    put_ticket(door, "T-N2", (struct ticket){ .name = "Nina" }, true);
    put_ticket(door, "T-OTHER", (struct ticket){ .name = "Otto", .event = "fair" },
               false);
    put_ticket(door, "YL3-2026-0001", (struct ticket){ .name = "Yara" }, false);
}

static void
fill_roster(struct door *door)
{
    struct err err;
    must(roster_begin(door->db, &err), &err);
    put_event(door, "citec");
    put_event(door, "fair");
    put_lists(door);
    put_tickets(door);
    must(roster_set_complete(door->db, clock_utc_ms(&door->hand.clock), &err), &err);
    must(roster_commit(door->db, &err), &err);
}

/* ---- what it says ---------------------------------------------------------------- */

static void
hear(enum feed_topic topic, const void *what, void *self)
{
    struct door *door = self;
    if (topic == FEED_SCAN) {
        door->last = *(const struct desk_outcome *)what;
        door->published++;
        door->answered += door->last.phase == DESK_ANSWERED;
    } else if (topic == FEED_JOB) {
        door->job = *(const struct spool_job *)what;
        door->jobs++;
    } else if (topic == FEED_ROLE) {
        door->roles++;
    } else {
        door->stations++;
    }
}

static void
keep_log(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level;
    struct door *door = self;
    str_addf(&door->logged, "%s: %s\n", module, text);
}

/* ---- the claim ------------------------------------------------------------------- */

static bool
asks(void *self)
{
    return ((struct door *)self)->claim_asks;
}

static void
ask(unsigned reader, const struct claim_question *question, claim_answer_fn *answer,
    void *answer_self, void *self)
{
    struct door *door = self;
    struct door_question *kept = &door->questions[reader];
    assert(!kept->open);
    *kept = (struct door_question){ true, answer, answer_self, *question, "", "" };
    str_copy(kept->ref, sizeof kept->ref, question->ref);
    str_copy(kept->list, sizeof kept->list, question->list);
    door->asked++;
}

static void
forget(unsigned reader, void *self)
{
    struct door *door = self;
    assert(door->questions[reader].open);
    door->questions[reader].open = false;
    door->forgotten++;
}

void
door_answer(struct door *door, unsigned reader, enum verdict verdict)
{
    struct door_question *question = &door->questions[reader];
    struct claim_answer answer = { .outcome = CLAIM_ANSWERED, .verdict = verdict };
    assert(question->open);
    question->open = false;
    str_copy(answer.reason, sizeof answer.reason, "the server says so");
    answer.attention = door->claim_notes[0] != '\0';
    str_copy(answer.notes, sizeof answer.notes, door->claim_notes);
    question->answer(&answer, question->self);
}

/* ---- life ---------------------------------------------------------------- */

static void
open_store(struct door *door)
{
    struct err err;
    static const uint8_t key[SEAL_KEY_BYTES] = { 1 };
    must(seal_from_bytes(key, &door->seal, &err), &err);
    struct db_setting setting = { .dir = door->dir,
                                  .vfs = bad_disk_vfs(),
                                  .seal = door->seal,
                                  .clock = &door->hand.clock,
                                  .random = &door->random.random,
                                  .log = &door->log };
    must(db_open(&setting, &door->db, &err), &err);
}

static void
close_store(struct door *door)
{
    db_close(door->db);
    seal_close(door->seal);
    door->db = NULL;
    door->seal = NULL;
}

static void
open_desk(struct door *door)
{
    struct err err;
    door->setting.db = door->db;
    must(desk_create(&door->setting, &door->desk, &err), &err);
}

static void
set_role(struct door *door, const char *role)
{
    struct err err;
    door->setting.role = (struct role){ .list_count = 0 };
    if (role)
        must(role_parse(role, &door->setting.role, &err), &err);
}

void
door_open(struct door *door, const char *role)
{
    memset(door, 0, sizeof *door);
    str_copy(door->dir, sizeof door->dir, "/tmp/yuelai-door-XXXXXX");
    if (!mkdtemp(door->dir))
        abort();
    bad_disk_set(BAD_DISK_SOUND);
    hand_loop_init(&door->hand, (int64_t)DOOR_START_S * 1000);
    random_seeded_init(&door->random, 1);
    str_init(&door->logged, 1 << 20);
    door->log = (struct log){ keep_log, door, LOG_LEVEL_DEBUG };
    feed_init(&door->feed);
    feed_listen(&door->feed,
                1u << FEED_SCAN | 1u << FEED_JOB | 1u << FEED_ROLE | 1u << FEED_STATION,
                hear, door);
    door->claim = (struct claim){ asks, ask, forget, door };
    open_store(door);
    fill_roster(door);
    door->setting = (struct desk_setting){ .loop = &door->hand.loop,
                                           .clock = &door->hand.clock,
                                           .random = &door->random.random,
                                           .log = &door->log,
                                           .feed = &door->feed,
                                           .claim = &door->claim,
                                           .station = "B",
                                           .readers = DOOR_READERS };
    set_role(door, role);
    open_desk(door);
}

void
door_restart(struct door *door)
{
    desk_destroy(door->desk);
    close_store(door);
    memset(door->questions, 0, sizeof door->questions);
    open_store(door);
    open_desk(door);
}

void
door_take_role(struct door *door, const char *role)
{
    desk_destroy(door->desk);
    set_role(door, role);
    open_desk(door);
}

void
door_close(struct door *door)
{
    char path[384];
    desk_destroy(door->desk);
    close_store(door);
    str_finish(&door->logged);
    DIR *dir = opendir(door->dir);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        snprintf(path, sizeof path, "%s/%s", door->dir, entry->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(door->dir);
}

/* ---- doing --------------------------------------------------------------- */

const struct desk_outcome *
door_scan_at(struct door *door, unsigned reader, const char *code)
{
    desk_scan(door->desk, reader, code, strlen(code), door->hand.now_us);
    return &door->last;
}

const struct desk_outcome *
door_scan(struct door *door, const char *code)
{
    return door_scan_at(door, 0, code);
}

const char *
door_ref(struct door *door, const char *code)
{
    static char refs[4][ROSTER_REF_MAX + 1];
    static unsigned turn;
    struct err err;
    enum roster_found found;
    struct ticket ticket;
    must(roster_by_secret(door->db, code, strlen(code), &found, &ticket, &err), &err);
    assert(found == ROSTER_ONE);
    char *ref = refs[turn++ % 4];
    str_copy(ref, sizeof refs[0], ticket.ref);
    return ref;
}

static struct spool_job
newest_job(struct door *door, const char *code)
{
    struct err err;
    struct spool_job job;
    bool found;
    must(spool_latest(door->db, door_ref(door, code), &found, &job, &err), &err);
    assert(found);
    return job;
}

void
door_move_job(struct door *door, const char *code, enum spool_state to)
{
    static const enum spool_state way[] = { SPOOL_DRAWN, SPOOL_SENDING, SPOOL_SENT };
    struct err err;
    struct spool_job job = newest_job(door, code);
    must(db_begin(door->db, &err), &err);
    for (size_t i = job.state; i < sizeof way / sizeof *way && job.state != to; i++)
        must(spool_move(door->db, &job, way[i], &err), &err);
    if (to == SPOOL_PRINTED)
        job.evidence = SPOOL_EVIDENCE_PRINTER;
    if (job.state != to)
        must(spool_move(door->db, &job, to, &err), &err);
    must(db_commit(door->db, &err), &err);
}

const char *
door_badge(struct door *door, const char *code)
{
    static char texts[4][BADGECODE_SIGNED_MAX + 1];
    static unsigned turn;
    struct spool_job job = newest_job(door, code);
    struct badgecode badge = { .issue = job.issue };
    str_copy(badge.ref, sizeof badge.ref, job.ref);
    str_copy(badge.station, sizeof badge.station, job.station);
    char *text = texts[turn++ % 4];
    struct err err;
    must(badgekey_write(door->db, job.event, &badge, text, &err), &err);
    return text;
}

struct tally {
    enum outbox_kind kind;
    int64_t rows;
};

static bool
tally(const struct outbox_row *row, void *self)
{
    struct tally *count = self;
    count->rows += row->kind == count->kind;
    return true;
}

int64_t
door_outbox(struct door *door, enum outbox_kind kind)
{
    struct tally count = { .kind = kind };
    struct err err;
    must(outbox_each(door->db, (1u << OUTBOX_STATE_COUNT) - 1, 0, 0, tally, &count,
                     &err),
         &err);
    return count.rows;
}
