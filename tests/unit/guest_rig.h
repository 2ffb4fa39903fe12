#ifndef YUELAI_GUEST_RIG_H
#define YUELAI_GUEST_RIG_H

/* guest_rig: a guests' screen on a loop turned by hand, for test_guest*.c: outcomes,
 * jobs and printers are published as desk and printq would, and the state is read as a
 * page would. */

#include "screen/guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/link.h"
#include "desk/reader.h"
#include "hand_loop.h"
#include "print/printq.h"
#include "str.h"

enum { NOW = 1795482720 }; /* 24 November 2026, seconds */
static const int64_t now_utc_ms = (int64_t)NOW * 1000;

struct rig {
    struct hand_loop hand;
    struct feed feed;
    struct surface_identity identity;
    struct log log;
    struct guest *guest;
    uint64_t chosen_scan;
    bool chosen_exit;
    int64_t said_job;
    bool said_came_out, said_fails;
    uint64_t answered_scan;
    int64_t answered;
    char answer_text[64];
    const char *answer_fault; /* NULL: it will do; "": that scan is over */
    uint64_t scans;
};

static inline void
discard(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)module, (void)text, (void)self;
}

static inline void
choose(uint64_t scan, bool exit, void *self)
{
    struct rig *rig = self;
    rig->chosen_scan = scan;
    rig->chosen_exit = exit;
}

static inline bool
badge_said(int64_t job, bool came_out, void *self, struct err *err)
{
    struct rig *rig = self;
    if (rig->said_fails)
        return err_set(err, ERR_BUSY, "job is not uncertain");
    rig->said_job = job;
    rig->said_came_out = came_out;
    return true;
}

static inline bool
take_answer(uint64_t scan, int64_t question, const char *text, void *self,
            struct err *err)
{
    struct rig *rig = self;
    rig->answered_scan = scan;
    rig->answered = question;
    str_copy(rig->answer_text, sizeof rig->answer_text, text);
    if (!rig->answer_fault)
        return true;
    if (rig->answer_fault[0] == '\0')
        return err_set(err, ERR_BUSY, "this scan is over");
    return err_set(err, ERR_INPUT, "question 7: %s", rig->answer_fault);
}

static inline int
set_up(void **state)
{
    static const char *const languages[] = { "zh-Hans", "en" };
    struct rig *rig = calloc(1, sizeof *rig);
    struct err err;
    assert_non_null(rig);
    hand_loop_init(&rig->hand, now_utc_ms);
    feed_init(&rig->feed);
    rig->log = (struct log){ discard, NULL, LOG_LEVEL_DEBUG };
    rig->identity = (struct surface_identity){ "boot-1", "assets-1" };
    struct guest_setting setting = {
        .loop = &rig->hand.loop,
        .clock = &rig->hand.clock,
        .log = &rig->log,
        .feed = &rig->feed,
        .identity = &rig->identity,
        .station = "A",
        .languages = languages,
        .language_count = 2,
        .shown = 2,
        .actions = { choose, badge_said, take_answer, rig },
    };
    assert_true(guest_create(&setting, &rig->guest, &err));
    struct station_status ready = { .trouble = STATION_READY };
    feed_publish(&rig->feed, FEED_STATION, &ready);
    *state = rig;
    return 0;
}

static inline int
tear_down(void **state)
{
    struct rig *rig = *state;
    guest_destroy(rig->guest);
    free(rig);
    return 0;
}

static const char *
json_of(struct rig *rig)
{
    return guest_surface(rig->guest)->state.data;
}

static inline bool
says(struct rig *rig, const char *member)
{
    return strstr(json_of(rig), member) != NULL;
}

static inline void
assert_screen(struct rig *rig, const char *screen)
{
    struct json *root;
    const char *text;
    struct err err;
    assert_true(json_parse(json_of(rig), strlen(json_of(rig)), &root, &err));
    assert_true(json_text(root, "screen", &text, &err));
    assert_string_equal(text, screen);
    json_free(root);
}

static inline int64_t
seq_of(struct rig *rig)
{
    return (int64_t)guest_surface(rig->guest)->seq;
}

static inline struct desk_outcome *
outcome_of(struct rig *rig, enum verdict verdict)
{
    struct desk_outcome *outcome = calloc(1, sizeof *outcome);
    assert_non_null(outcome);
    outcome->number = ++rig->scans;
    outcome->phase = DESK_ANSWERED;
    outcome->verdict = verdict;
    outcome->recorded = true;
    outcome->at_ms = now_utc_ms;
    outcome->has_ticket = true;
    str_copy(outcome->ticket.name, sizeof outcome->ticket.name, "Miloš Jovanović");
    str_copy(outcome->ticket.kind, sizeof outcome->ticket.kind, "vip");
    str_copy(outcome->ticket.language, sizeof outcome->ticket.language, "en");
    return outcome;
}

static inline void
give_job(struct desk_outcome *outcome, enum spool_state state)
{
    outcome->has_job = outcome->made_job = true;
    outcome->job.id = 7;
    outcome->job.issue = 1;
    outcome->job.state = state;
}

static inline void
publish(struct rig *rig, struct desk_outcome *outcome)
{
    feed_publish(&rig->feed, FEED_SCAN, outcome);
    free(outcome);
}

static inline void
move_job(struct rig *rig, enum spool_state state)
{
    struct spool_job *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->id = 7;
    job->state = state;
    str_copy(job->printer, sizeof job->printer, "left");
    feed_publish(&rig->feed, FEED_JOB, job);
    free(job);
}

static inline void
tell_printer(struct rig *rig, enum printq_health health, unsigned reasons)
{
    struct printq_status *status = calloc(1, sizeof *status);
    assert_non_null(status);
    str_copy(status->name, sizeof status->name, "left");
    status->health = health;
    status->problem = health == PRINTQ_UNREACHABLE ? PRINTQ_SILENT : PRINTQ_NO_PROBLEM;
    status->reasons = reasons;
    status->median_ms = 4200;
    feed_publish(&rig->feed, FEED_PRINTER, status);
    free(status);
}

static inline void
welcome(struct rig *rig)
{
    struct desk_outcome *outcome = outcome_of(rig, VERDICT_ADMIT);
    give_job(outcome, SPOOL_QUEUED);
    publish(rig, outcome);
}

#endif
