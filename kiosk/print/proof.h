#ifndef YUELAI_PROOF_H
#define YUELAI_PROOF_H

/* proof: draws badges without printing them, many after another, while the station goes
 * on: by drawing helpers of its own, niced, on all cores but one.
 *
 *     next() -> sheet -> easel (one of several) -> helper -> drawn(sheet with its page)
 *
 * The loop only hands texts out and looks at answers: two sheets wait at each helper,
 * so that none idles. A helper that dies costs its sheet a try; the third time the
 * sheet comes back as it is (EASEL_CRASHED). */

#include <stdbool.h>

#include "err.h"
#include "print/easel.h"
#include "store/roster.h"
#include "store/spool.h"
#include "ticket/badgecode.h"

enum { PROOF_HELPERS_MAX = 16 };

/* One badge. next() fills all but `answer`; `answer.page` is good within drawn() only.
 */
struct proof_sheet {
    char ref[ROSTER_REF_MAX + 1];
    char design[ROSTER_KEY_MAX + 1];
    struct easel_target target;
    char fields[SPOOL_FIELDS_MAX + 1];
    char qr[BADGECODE_SIGNED_MAX + 1];
    void *owner; /* next()'s own */
    struct easel_request answer;
};

struct proof_setting {
    struct easel_setting easel;
    unsigned helpers; /* 0: the machine's cores but one, at least one */
    /* Fills a sheet; *more = false: there are none left. From the loop; a failure ends
     * everything. */
    bool (*next)(struct proof_sheet *sheet, bool *more, void *self, struct err *err);
    bool (*drawn)(const struct proof_sheet *sheet, void *self, struct err *err);
    /* The last call, once, unless it is destroyed before; err NULL: all are drawn. It
     * may destroy the proof. */
    void (*ended)(const struct err *err, void *self);
    void *self;
};

struct proof;

/* Begins at the loop's next turn. */
bool proof_create(const struct proof_setting *setting, struct proof **proof,
                  struct err *err);
void proof_destroy(struct proof *proof); /* takes NULL; what is out is dropped */

#endif
