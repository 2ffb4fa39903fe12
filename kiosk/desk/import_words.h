#ifndef YUELAI_IMPORT_WORDS_H
#define YUELAI_IMPORT_WORDS_H

/* import_words: what organisers write, in their languages, and what it means here.
 *
 *     header   "Vorname", "名", "First name"  ->  COLUMN_FIRST
 *     kind     "参展商", "Aussteller"          ->  "exhibitor"
 *     status   "已支付", "bezahlt"             ->  TICKET_PAID
 *     country  "Serbien"?  no: "Serbia", "塞尔维亚", "RS", "SRB" of a few  ->  "RS"
 *
 * Words are compared without case, accents, punctuation and order (ticket/name.h). */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

enum import_column {
    COLUMN_CODE,
    COLUMN_REF,
    COLUMN_NAME,
    COLUMN_FIRST,
    COLUMN_LAST,
    COLUMN_LATIN,
    COLUMN_ORGANISATION,
    COLUMN_COUNTRY,
    COLUMN_KIND,
    COLUMN_SESSIONS,
    COLUMN_EMAIL,
    COLUMN_NUMBER,
    COLUMN_LANGUAGE,
    COLUMN_STATUS,
    COLUMN_BLOCKED,
    COLUMN_FROM,
    COLUMN_UNTIL,
    COLUMN_SEAT,
    COLUMN_ORDER,
    COLUMN_SKIP, /* telephone, passport, …: not kept */
    /* of lists.csv */
    COLUMN_LIST_KEY,
    COLUMN_PLACE,
    COLUMN_STARTS,
    COLUMN_ENDS,
    COLUMN_OPENS,
    COLUMN_CLOSES,
    COLUMN_KINDS,
    COLUMN_SESSION,
    COLUMN_SEVERAL,
    COLUMN_AFTER_EXIT,
    COLUMN_UNPAID,
    COLUMN_COUNT,
    COLUMN_EXTRA = COLUMN_COUNT /* none of these: kept as it is */
};

/* "code", "name_latin", …: for --map and reports. */
const char *import_column_name(enum import_column column);
bool import_column_named(const char *name, enum import_column *column);

enum import_book {
    BOOK_GUESTS,    /* headers of guests.csv: an import_column */
    BOOK_LISTS,     /* headers of lists.csv */
    BOOK_KINDS,     /* index into import_kinds */
    BOOK_STATUS,    /* an enum ticket_status */
    BOOK_COUNTRIES, /* index for country_code() */
    BOOK_LANGUAGES, /* index into import_languages */
    BOOK_YES,       /* 1 or 0 */
    BOOK_COUNT
};

extern const char *const import_kinds[]; /* ends with NULL */
extern const char *const import_languages[];

struct import_words;

bool import_words_create(struct import_words **words, struct err *err);
void import_words_destroy(struct import_words *words); /* takes NULL */

/* The meaning of a word in a book; -1 if there is none. */
int import_words_find(const struct import_words *words, enum import_book book,
                      const char *text);

#endif
