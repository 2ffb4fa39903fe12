#ifndef YUELAI_IMPORT_RECORD_H
#define YUELAI_IMPORT_RECORD_H

/* import_record: checked rows of an import, as bytes for the sealed file and back.
 *
 *     type (one letter) | length (4 bytes, little-endian) | texts, each with its NUL
 *
 *     E the event and how it was imported, first | L a check-in list | G a guest */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "store/roster.h"
#include "str.h"

enum {
    IMPORT_LIST_KINDS_MAX = 16,
    IMPORT_EMAIL_MAX = 254,
    IMPORT_RECORD_MAX = 24 * 1024 /* bytes of one, packed */
};

struct import_event {
    struct event event;
    bool replace;
    bool makes;       /* guests came with it: "main" and lists of sessions are made */
    uint64_t columns; /* import_columns_mask of the guests */
    int64_t at_ms;
};

struct import_list {
    struct list list;
    char kinds[IMPORT_LIST_KINDS_MAX][ROSTER_KEY_MAX + 1];
    unsigned kind_count;
    bool made; /* of a session, without being asked: never over one that is there */
};

struct import_guest {
    struct ticket ticket; /* event and id are not packed */
    char code[ROSTER_SECRET_MAX + 1];
    char key[ROSTER_TEXT_MAX + 1]; /* the roster's import_key */
    char email[IMPORT_EMAIL_MAX + 1];
    int64_t line; /* of the table it came from */
    char sessions[ROSTER_SESSIONS_MAX][ROSTER_KEY_MAX + 1];
    unsigned session_count;
};

enum import_record_type { RECORD_EVENT = 'E', RECORD_LIST = 'L', RECORD_GUEST = 'G' };

/* One at a time: unpacking fills the member that `type` names. */
struct import_record {
    enum import_record_type type;
    struct import_event event;
    struct import_list list;
    struct import_guest guest;
};

void import_pack_event(const struct import_event *event, struct str *out);
void import_pack_list(const struct import_list *list, struct str *out);
void import_pack_guest(const struct import_guest *guest, struct str *out);

/* Reads the record at *at, moves *at behind it. ERR_INPUT: it is damaged. */
bool import_unpack(const char *bytes, size_t length, size_t *at,
                   struct import_record *record, struct err *err);

#endif
