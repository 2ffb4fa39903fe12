#include "print/badge_secret.h"

bool
badge_secret_take(struct db *db, const char *ref, char *secret, struct err *err)
{
    struct ticket ticket;
    bool found, has;

    secret[0] = '\0';
    if (!roster_by_ref(db, ref, &found, &ticket, err))
        return false;
    if (!found)
        return true;
    if (!roster_secret(db, ticket.id, &has, secret, err)) {
        secret[0] = '\0';
        return false;
    }
    if (!has)
        secret[0] = '\0';
    return true;
}

void
badge_secret_blur(char *secret)
{
    for (; *secret; secret++) {
        if (*secret >= '0' && *secret <= '9')
            *secret = '0';
        else if (*secret >= 'A' && *secret <= 'Z')
            *secret = 'X';
        else if ((*secret >= 'a' && *secret <= 'z') || (*secret & 0x80))
            *secret = 'x';
    }
}
