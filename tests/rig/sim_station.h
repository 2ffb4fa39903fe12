#ifndef YUELAI_SIM_STATION_H
#define YUELAI_SIM_STATION_H

/* sim_station: a whole station in a simulation: scanner, desk, PINs, print queue, store on
 * a real disk, behind the seams of include/. It can be switched off at any moment, as one
 * stops it or as a power cut does, and on again over the same directory.
 *
 *     sim_scanner -> reader -> desk <-> sim_sync <-> sim_wire <-> sim_server
 *                                |
 *                             db (disk) <- printq -> artist -> hand_spooler -> paper
 */

#include "base/feed.h"
#include "desk/desk.h"
#include "desk/pin.h"
#include "desk/reader.h"
#include "hand_loop.h"
#include "hand_spooler.h"
#include "print/printq.h"
#include "random.h"
#include "sim_sync.h"
#include "sim_task.h"
#include "sim_wire.h"
#include "store/db.h"
#include "store/seal.h"
#include "str.h"

enum { SIM_GUESTS = 24, SIM_WELCOMES_MAX = 512, SIM_DIR_MAX = 100 };

/* Never drawn: its design is refused. */
#define SIM_GUEST_UNDRAWABLE 5
/* Never uploaded: the server cannot take it. */
#define SIM_GUEST_UNSENDABLE 7

struct sim_welcome { /* a guest was told "welcome" */
    char ref[ROSTER_REF_MAX + 1];
};

struct sim_station {
    char letters[4], dir[SIM_DIR_MAX];
    struct hand_loop *hand;
    struct str *record; /* every line of every station of the simulation */
    struct log log;
    struct random_seeded dice;
    struct sim_task task;
    struct sim_wire wire;
    struct sim_sync sync;
    struct hand_spooler spooler;
    const char *profiles; /* directory */
    const struct printer_driver *driver; /* of the print service, or a planted fault */

    bool on;
    struct feed feed;
    struct seal *seal;
    struct db *db;
    struct printq *printq;
    struct desk *desk;
    struct pin *pin;
    struct reader *reader;
    struct easel_request *drawing;
    struct loop_timer *draws;

    /* what was said, for the invariants */
    struct desk_outcome *outcome; /* the last one answered */
    unsigned answered;
    struct sim_welcome welcomes[SIM_WELCOMES_MAX];
    unsigned welcome_count;
    unsigned logins;
    char wrong[256]; /* an invariant that broke while something was said; "" = none */
};

void sim_station_init(struct sim_station *station, struct hand_loop *hand,
                      struct sim_server *server, struct str *record);
/* Makes the directory anew and fills the roster. letters and dir are set. */
void sim_station_found(struct sim_station *station);
void sim_station_start(struct sim_station *station);
/* by_power_cut: nothing more reaches the disk. */
void sim_station_stop(struct sim_station *station, bool by_power_cut);
void sim_station_finish(struct sim_station *station);

/* Bytes from its scanner, with an end mark. */
void sim_station_scan(struct sim_station *station, const char *code);

/* "SIM-0005", "G00005" */
void sim_guest_code(unsigned guest, char code[16]);
void sim_guest_ref(unsigned guest, char ref[16]);

/* The name of a job at the print service. */
void sim_job_name(const struct spool_job *job, char name[PRINTER_JOB_NAME_MAX + 1]);

#endif
