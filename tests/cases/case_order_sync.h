#ifndef YUELAI_CASE_ORDER_SYNC_H
#define YUELAI_CASE_ORDER_SYNC_H

/* case_order_sync: what the two files of the suite order-sync share: a case as it is
 * played (case_order_sync.c) and the server that it scripts (case_order_sync_server.c). */

#include "cases.h"

#include "hand_loop.h"
#include "sim_task.h"
#include "store/db.h"
#include "store/seal.h"
#include "sync/pull.h"

enum { WAITING_MAX = 8, LISTS_MAX = 64, TEXT_MAX = 8 * 1024 * 1024 };

struct play {
    const struct cases_file *file;
    const struct json *one, *step;
    struct cases_result *result;
    const struct json *answer, *wanted; /* the next of each */
    const char *event;
    char organizer[64];

    char dir[64];
    struct hand_loop hand;
    struct sim_task lanes;
    struct random_seeded dice;
    struct log log;
    struct seal *seal;
    struct db *db;
    struct account account;
    struct api_client api;
    struct wire wire;
    struct loop_timer *timer;
    struct wire_request *waiting[WAITING_MAX];
    unsigned count;
    struct pull *pull;
    bool ended;
    enum api_result outcome;
    char lists[LISTS_MAX][24]; /* that check-ins of the case name */
    unsigned list_count;
};

/* Of a member that may be absent. */
const char *play_text(const struct json *from, const char *name, const char *otherwise);
int64_t play_int(const struct json *from, const char *name, int64_t otherwise);
bool play_is_true(const struct json *from, const char *name);

/* The text of a file that the case names; false: it is no more than said so. */
bool play_add_file(struct play *play, const char *name, struct str *out);
const struct json *play_dataset(const struct play *play);

/* The wire's, and the timer's. */
void play_start(struct wire_request *request, void *self);
void play_abort(struct wire_request *request, void *self);
void play_serve(void *self);

#endif
