#ifndef YUELAI_IMPORT_ROW_H
#define YUELAI_IMPORT_ROW_H

/* import_row: a row of guests.csv becomes a guest, or is told as bad; a row of
 * lists.csv a check-in list. Runs on a lane: everything it uses is its own. */

#include <stdbool.h>
#include <stdint.h>

#include "desk/csv.h"
#include "desk/import_columns.h"
#include "desk/import_record.h"
#include "desk/import_report.h"
#include "desk/import_seen.h"
#include "desk/import_words.h"

struct seal;
struct zone;

enum import_key { KEY_CODE, KEY_EMAIL, KEY_NUMBER, KEY_PERSON };

const char *import_key_name(enum import_key key);
bool import_key_named(const char *name, enum import_key *key);

enum { IMPORT_SESSIONS_MAX = 512, IMPORT_OWN_KINDS_MAX = 64 };

/* What is learnt from all rows. */
struct import_session {
    char key[ROSTER_KEY_MAX + 1];
    char name[ROSTER_TEXT_MAX + 1]; /* as it was first written */
};

struct import_own_kind {
    char key[ROSTER_KEY_MAX + 1];
    int64_t rows;
};

struct import_rows {
    /* given */
    const struct import_words *words;
    const struct import_columns *columns;
    const struct seal *seal;
    const struct zone *zone;
    struct import_report *report;
    const char *file;  /* "guests", "lists" */
    const char *event; /* slug */
    enum import_key key;

    /* learnt */
    struct import_seen keys, people;
    struct import_session *sessions; /* room for IMPORT_SESSIONS_MAX */
    unsigned session_count;
    struct import_own_kind kinds[IMPORT_OWN_KINDS_MAX];
    unsigned kind_count;
    int64_t codes_made, duplicates;
};

/* False: the row is bad, and told. */
bool import_row_guest(struct import_rows *rows, const struct csv_row *row,
                      struct import_guest *guest);
bool import_row_list(struct import_rows *rows, const struct csv_row *row,
                     struct import_list *list);

/* ---- between the files of this family -------------------------------------- */

/* The column's text, "" if the table or the row has none. */
const char *import_row_raw(const struct import_rows *rows, const struct csv_row *row,
                           enum import_column column);
/* It, cleaned, into `to`; tells and returns false if it is too long. */
bool import_row_text(struct import_rows *rows, const struct csv_row *row,
                     enum import_column column, char *to, size_t size);
bool import_row_moment(struct import_rows *rows, const struct csv_row *row,
                       enum import_column column, int64_t *ms);
bool import_row_yes(struct import_rows *rows, const struct csv_row *row,
                    enum import_column column, bool *yes);
/* Tells of a column and returns false, or true if it is but a warning. */
bool import_row_bad(struct import_rows *rows, const struct csv_row *row,
                    enum import_column column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool import_row_warn(struct import_rows *rows, const struct csv_row *row,
                     enum import_column column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A kind by its word, or the organiser's own, slugged. */
void import_row_kind(struct import_rows *rows, const char *text, bool counts,
                     char key[ROSTER_KEY_MAX + 1]);
/* The row's key and, if it has none, its code. */
bool import_row_identify(struct import_rows *rows, const struct csv_row *row,
                         struct import_guest *guest);

#endif
