#ifndef YUELAI_CASES_H
#define YUELAI_CASES_H

/* cases: replays files of cases for a check-in device of the server pretix against the
 * house's own modules. A file is a JSON object with an array `cases`; each case has an `id`
 * and what its suite wants:
 *
 *     {"suite": "sig1", "cases": [{"id": "sig1.empty", "secret": "", …, "expect": {…}}]}
 *
 * Which suite a case is of: its own `suite`, else the file's, else the file's name
 * ("jsonlogic.json", "client/setup.json" is "client/setup"), else what its members look
 * like. A suite has a file of its own, case_NAME.c, and a line in the table of cases.c.
 * A case of no suite known here fails: nothing is ever skipped. */

#include <stdbool.h>

#include "base/json.h"
#include "str.h"

struct cases_file {
    const struct json *root;
    const char *path;
    const char *folder; /* where it lies: the files that datasets name are found from there */
};

/* What a case gave. Without a call it is ok. */
struct cases_result {
    bool failed;
    struct str text; /* "expected X, got Y" */
};

/* Says what was wanted and what came; of several in one case the first is told. */
void cases_differ(struct cases_result *result, const char *expected, const char *got);
/* The same in free words, for a case that cannot be run as it stands. */
void cases_refuse(struct cases_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Runs one case of a suite. */
typedef void (*cases_function)(const struct cases_file *file, const struct json *one,
                               struct cases_result *result);

/* ---- the suites --------------------------------------------------------------- */

void case_jsonlogic(const struct cases_file *file, const struct json *one,
                    struct cases_result *result);
void case_sig1(const struct cases_file *file, const struct json *one,
               struct cases_result *result);
void case_http(const struct cases_file *file, const struct json *one,
               struct cases_result *result);
void case_order_sync(const struct cases_file *file, const struct json *one,
                     struct cases_result *result);
void case_offline_check(const struct cases_file *file, const struct json *one,
                        struct cases_result *result);
void case_questions(const struct cases_file *file, const struct json *one,
                    struct cases_result *result);

void case_client_setup(const struct cases_file *file, const struct json *one,
                       struct cases_result *result);
void case_client_online(const struct cases_file *file, const struct json *one,
                        struct cases_result *result);
void case_client_upload(const struct cases_file *file, const struct json *one,
                        struct cases_result *result);
void case_client_connectivity(const struct cases_file *file, const struct json *one,
                              struct cases_result *result);

/* The suite of that case; NULL if there is none here. `name` gets what it was taken for. */
cases_function cases_find(const struct cases_file *file, const struct json *one,
                          const char **name);

/* ---- what suites share -------------------------------------------------------- */

/* True if both are the same value; numbers by their size, members in any order. */
bool cases_same(const struct json *a, const struct json *b);

/* The value as JSON in a text of its own; the caller frees it. */
char *cases_print(const struct json *value);

#endif
