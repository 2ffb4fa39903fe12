#ifndef YUELAI_SIM_SYNC_H
#define YUELAI_SIM_SYNC_H

/* sim_sync: the least that a station needs of a server, over a wire: a claim (claim.h) and
 * an uploader of the outbox. As plain as can be, since it is a measuring tool: the rooms
 * that are measured are the desk's and the store's. */

#include <stdbool.h>

#include "claim.h"
#include "log.h"
#include "loop.h"
#include "sim_wire.h"
#include "store/outbox.h"

enum { SIM_READERS_MAX = 2, SIM_BODY_MAX = 512 };

struct sim_question {
    struct sim_sync *sync;
    bool open;
    struct wire_request request;
    char body[SIM_BODY_MAX];
    claim_answer_fn *answer;
    void *answer_self;
};

struct sim_sync {
    struct claim claim;
    struct wire *wire;
    const struct loop *loop;
    const struct clock *clock;
    const struct log *log;
    const char *station;
    struct db *db; /* NULL while the station is off */
    struct sim_question questions[SIM_READERS_MAX];
    int64_t silent_until_ms; /* after a silence nobody is asked for a while */

    struct loop_timer *timer;
    struct wire_request upload;
    char upload_body[SIM_BODY_MAX];
    struct outbox_row row; /* the one that is on its way */
    bool uploading;
};

void sim_sync_init(struct sim_sync *sync, struct wire *wire, const struct loop *loop,
                   const struct clock *clock, const struct log *log);
void sim_sync_start(struct sim_sync *sync, struct db *db, const char *station);
void sim_sync_stop(struct sim_sync *sync); /* whatever is out is forgotten */
void sim_sync_finish(struct sim_sync *sync);

void sim_hex(const uint8_t nonce[CLAIM_NONCE_BYTES], char text[SIM_NONCE_SIZE]);

#endif
