#ifndef YUELAI_BACKEND_ONCE_H
#define YUELAI_BACKEND_ONCE_H

/* backend_once: a CUPS backend that lets each badge reach its printer once.
 *
 *     lpadmin -p zebra -E -v 'once:socket://192.168.1.50/?snmp=false' -m raw …
 *     cupsd -> once -> the real backend, as its child -> the printer
 *
 * cupsd sends a job again, from its first byte, whenever it was killed, restarted or
 * upgraded while the job printed; often while the first backend, which outlives it, is
 * still at work. So every job of ours (its name is kiosk-…) leaves a claim, a file
 * DIR/<job name>, which is on disk before the real backend is offered a byte:
 *
 *     (none) -> offered -> sent     it took every byte and ended well
 *       ^          |'----> cut      it took some and did not; or nobody knows
 *       '----------'                it ended and had not taken one byte: it never was
 *
 * The claim is locked while the run lives. A second run of the job waits for the lock,
 * then does as the first had done: after "sent" it completes, after "cut" it cancels the
 * job, and where the first left no claim it prints. Cancelled while it waits, it passes
 * that on to the first.
 *
 * A byte is taken when the real backend reads it: usb does that once it has its printer,
 * and socket, if it is given a file to read. ipp and lpd read all at once, before they
 * connect; there a printer that was away counts as "cut".
 *
 * What became of the bytes is the last message of the job (job-printer-state-message),
 * also after a restart: "once: WORD", or "once: WORD: the real backend's last words".
 * Exit codes are cups/backend.h's: 0 for "sent"; for the others the real backend's, but
 * that 1, 6 and 7 (failed, retry) become 5, cancel: under no error policy does the queue
 * try again by itself, or stop. A later run of what was cut ends with 5.
 *
 * Without a claim (disk full, directory missing) the job is printed as without this
 * backend, and no word is said of it. Jobs of others pass through untouched.
 *
 * A claim is of one document: another one under the same name, over ten minutes later, is
 * another database's and prints. Claims are removed after 14 days.
 *
 * DIR is $CUPS_CACHEDIR/once, 0700, the user's whom cupsd runs backends as: cupsd's own
 * (lp) if the program is 0755, root if it is 0744, which real backends for USB and serial
 * printers need. It must belong to root and not be writable to others. It is installed
 * beside kioskd's helpers; /usr/lib/cups/backend gets it when a printer is set up so. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

#define ONCE_SCHEME "once"
#define ONCE_WORDS "once: " /* before one of these: */
#define ONCE_SENT "sent"
#define ONCE_NOTHING "nothing"
#define ONCE_CUT "cut"

enum { ONCE_KEEP_DAYS = 14, ONCE_SAME_MINUTES = 10, ONCE_PATH_MAX = 1023 };

struct once_claim {
    char path[ONCE_PATH_MAX + 1];
    int fd; /* its lock; -1 = not held */
    pid_t owner; /* of ONCE_IS_BUSY: who holds it; 0 = not known */
};

enum once_found {
    ONCE_IS_OURS, /* held, and on disk */
    ONCE_IS_BUSY, /* another run of the job is alive */
    ONCE_WAS_SENT,
    ONCE_WAS_CUT,
    ONCE_NO_CLAIM /* none can be made: err says why */
};

/* Takes the claim of a job, or says who has it. document: a hash of its bytes. Does not
 * wait. */
enum once_found once_claim_take(struct once_claim *claim, const char *dir,
                                const char *job_name, uint64_t document,
                                struct err *err);
void once_claim_sent(struct once_claim *claim);     /* to disk, and let go */
void once_claim_withdraw(struct once_claim *claim); /* it never was */
void once_claim_let_go(struct once_claim *claim);   /* as it is: cut, unless it says sent */
/* Removes what is older than ONCE_KEEP_DAYS; at most once a day. */
void once_claim_sweep(const char *dir);

#endif
