#include "verdict.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *const names[VERDICT_COUNT] = {
    [VERDICT_ADMIT] = "admit",
    [VERDICT_ADMIT_AGAIN] = "admit-again",
    [VERDICT_EXIT] = "exit",
    [VERDICT_PRINT_ONLY] = "print-only",
    [VERDICT_ALREADY_IN] = "already-in",
    [VERDICT_UNPAID] = "unpaid",
    [VERDICT_CANCELLED] = "cancelled",
    [VERDICT_BLOCKED] = "blocked",
    [VERDICT_REVOKED] = "revoked",
    [VERDICT_NOT_YET_VALID] = "not-yet-valid",
    [VERDICT_NO_LONGER_VALID] = "no-longer-valid",
    [VERDICT_WRONG_LIST] = "wrong-list",
    [VERDICT_RULES] = "rules",
    [VERDICT_QUESTIONS] = "questions",
    [VERDICT_AMBIGUOUS] = "ambiguous",
    [VERDICT_NOT_IN_COPY] = "not-in-copy",
    [VERDICT_REPLACED] = "replaced",
    [VERDICT_MALFORMED] = "malformed",
    [VERDICT_UNAPPROVED] = "unapproved",
    [VERDICT_ERROR] = "error",
    [VERDICT_EXCHANGE] = "exchange",
    [VERDICT_EXCHANGED] = "exchanged",
    [VERDICT_FORGED] = "forged",
};

const char *
verdict_name(enum verdict verdict)
{
    assert((unsigned)verdict < VERDICT_COUNT);
    return names[verdict];
}

bool
verdict_from_name(const char *name, enum verdict *verdict)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *verdict = (enum verdict)i;
            return true;
        }
    }
    return false;
}

bool
verdict_passes(enum verdict verdict)
{
    return verdict == VERDICT_ADMIT || verdict == VERDICT_ADMIT_AGAIN ||
           verdict == VERDICT_EXIT;
}
