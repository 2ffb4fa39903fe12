#ifndef YUELAI_ACCOUNT_H
#define YUELAI_ACCOUNT_H

/* account: what this station is to a ticketing server: a device with a token.
 *
 *     NONE -> ACTIVE -> REVOKED      the organiser has withdrawn the device: nothing is
 *               ^          |         asked of the server any more, no guest is admitted
 *               '----------'         by its events, and what was not uploaded is kept
 *                enrolled again
 *
 * It stands in journal.db's settings ("account.*"), the token in a sealed box; it is never
 * logged, shown or exported. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct db;

enum {
    ACCOUNT_URL_MAX = 511,
    ACCOUNT_TOKEN_MAX = 255,
    ACCOUNT_NAME_MAX = 190,
    ACCOUNT_EVENTS_MAX = 16
};

enum account_state { ACCOUNT_NONE, ACCOUNT_ACTIVE, ACCOUNT_REVOKED };

struct account {
    enum account_state state;
    char url[ACCOUNT_URL_MAX + 1]; /* "https://tickets.example", no slash at its end */
    char organizer[64]; /* slug */
    char token[ACCOUNT_TOKEN_MAX + 1];
    int64_t device_id; /* per organizer, as check-ins name it */
    char serial[64];
    char name[ACCOUNT_NAME_MAX + 1]; /* as the organiser named the device */
    char profile[64]; /* security profile; "" = full */
    int64_t gate_id; /* 0 = none */
    char gate[ACCOUNT_NAME_MAX + 1];
    char server[64]; /* its version, "" = not known yet */
    int64_t enrolled_ms, revoked_ms; /* UTC; 0 = never */
};

/* Fills in ACCOUNT_NONE if there is none. */
bool account_load(struct db *db, struct account *account, struct err *err);
/* Durable when it returns true: a rolled token is saved before it is used. */
bool account_save(struct db *db, const struct account *account, struct err *err);

/* Reads an enrolment code: {"handshake_version":1,"url":…,"token":…}. ERR_INPUT says what
 * is wrong in words for staff; *newer: the code is for a newer program. url and token
 * have ACCOUNT_URL_MAX + 1 and ACCOUNT_TOKEN_MAX + 1 bytes. */
bool account_read_code(const char *text, size_t length, char *url, char *token,
                       bool *newer, struct err *err);
/* What an address may be: http or https, printable ASCII, no user, query or fragment. */
bool account_check_url(const char *url, struct err *err);
/* True if a scanned text is an enrolment code at all (so that desk need not judge it). */
bool account_is_code(const char *text, size_t length);

#endif
