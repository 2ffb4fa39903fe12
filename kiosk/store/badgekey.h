#ifndef YUELAI_BADGEKEY_H
#define YUELAI_BADGEKEY_H

/* badgekey: the keys that an event's badge codes are signed with, so that any of its
 * stations tells a forged badge without asking anybody.
 *
 *     made once, at one station     ->  badgekey_export  ->  a line of text, or its QR
 *     every other station           <-  badgekey_import  <-
 *
 * A station that has a key signs every badge it draws for that event, and checks the
 * signature of every badge it reads. An event may have several: the newest signs, all
 * of them verify, so that a key can be changed while badges of the former are worn.
 *
 * They are the organiser's secret: kept sealed (settings_set_sealed). The line is
 *
 *     YLKEY1:citec:<seed, 64 hexadecimal digits>:<the public half's first 8>
 *
 * and whoever has it makes badges that pass. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "random.h"
#include "store/roster.h"
#include "ticket/badgecode.h"

struct db;

enum {
    BADGEKEY_MAX = 4,   /* of one event; the oldest goes when another comes */
    BADGEKEY_PRINT = 8, /* digits by which people tell keys apart */
    BADGEKEY_TEXT_MAX =
        7 + ROSTER_KEY_MAX + 1 + 2 * SIGNATURE_SEED_BYTES + 1 + BADGEKEY_PRINT
};

struct badgekeys {
    char event[ROSTER_KEY_MAX + 1];
    unsigned count; /* 0: its badges are not signed here */
    uint8_t keys[BADGEKEY_MAX][SIGNATURE_KEY_BYTES]; /* public; newest first */
    char prints[BADGEKEY_MAX][BADGEKEY_PRINT + 1];   /* "d75a9801" */
};

/* Makes a new one, which signs from now on. */
bool badgekey_make(struct db *db, const char *event, const struct random *random,
                   struct err *err);

/* Writes the line of the one that signs, room for BADGEKEY_TEXT_MAX + 1; ERR_ABSENT if
 * the event has none. */
bool badgekey_export(struct db *db, const char *event, char *text, struct err *err);

/* True if text looks like such a line: what a scanner must not take for a ticket. */
bool badgekey_claims(const char *text, size_t length);

/* Reads a line; blanks around it do not matter. Its key signs from now on; event (room
 * for ROSTER_KEY_MAX + 1) says whose it is, known whether it was there already.
 * ERR_INPUT names what is wrong; nothing is changed then. */
bool badgekey_import(struct db *db, const char *text, size_t length, char *event,
                     bool *known, struct err *err);

/* Forgets all of an event's: its badges are no longer signed or checked. ERR_ABSENT if
 * there are none. */
bool badgekey_remove(struct db *db, const char *event, struct err *err);

/* The audit's line of what was done with an event's keys; within the transaction that did
 * it. It names the key that signs now by its print, never the key. */
bool badgekey_note(struct db *db, const char *who, const char *what, const char *event,
                   struct err *err);

bool badgekey_of(struct db *db, const char *event, struct badgekeys *keys,
                 struct err *err);
bool badgekey_each(struct db *db,
                   bool (*each)(const struct badgekeys *keys, void *self), void *self,
                   struct err *err);

/* The text of a badge's code: signed if its event has a key, else with a check. `text`
 * has room for BADGECODE_SIGNED_MAX + 1 bytes. */
bool badgekey_write(struct db *db, const char *event, const struct badgecode *code,
                    char *text, struct err *err);

#endif
