#ifndef YUELAI_CONFIG_H
#define YUELAI_CONFIG_H

/* config: a configuration file, checked against a table of what may stand in it.
 *
 *     # comment
 *     title = "Zebra"                      options of the section ""
 *     station { letters = "A" }            a section there is once
 *     printer "left" {                     one there may be many of, each with a title
 *         media = { "62x100", "89x36" }    a list
 *     }
 *
 * A table says for each section which options it has, of what type, within which bounds
 * and with what default; nothing else may stand in the file. All errors are found at
 * once, each with its place and what would be right:
 *
 *     yuelai.conf:12: printer "left": unknown option "profle"; did you mean "profile"?
 *     yuelai.conf:13: printer "left".kinds: want yes or no, got "maybe"
 *
 * The syntax is libconfuse's (the one place of that library): '#', '//' and C comments,
 * texts with or without quotes, ${VARIABLES} of the environment.
 *
 * Reading gives a struct config; a part of it is a section that stood in the file (or,
 * for a section there is once, its defaults if it did not). Getters cannot fail: what is
 * asked for is in the table, which is asserted, and its value was checked.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

enum {
    CONFIG_FILE_MAX = 1024 * 1024, /* bytes */
    CONFIG_ITEMS_MAX = 256, /* of a list */
    CONFIG_PARTS_MAX = 512, /* sections in a file */
    CONFIG_ERRORS_MAX = 50, /* the rest is counted */
    CONFIG_REPORT_MAX = 64 * 1024 /* bytes: a fitting cap for a report */
};

enum config_type {
    CONFIG_TEXT, /* min, max: bytes; max 0: up to 1023 */
    CONFIG_INT, /* min, max: bounds */
    CONFIG_REAL, /* likewise */
    CONFIG_BOOL, /* yes no true false on off */
    CONFIG_CHOICE, /* one of `words` */
    CONFIG_TEXTS, /* a list; min, max: bytes of each */
    CONFIG_REALS /* a list; min, max: bounds of each */
};

struct config_option {
    const char *name;
    enum config_type type;
    /* As it would be written, without quotes; a list's items with spaces between them.
     * NULL: the option must be given. */
    const char *fallback;
    double min, max; /* both 0: no bounds */
    const char *words; /* CHOICE: "none transport ipp"; lists: NULL, or what each may be */
    unsigned items; /* lists: how many there must be; 0 = any number */
    const char *help; /* one or more lines, without '#' */
};

struct config_section {
    const char *name; /* "" = options outside any section */
    bool titled; /* printer "left" { … }, any number of them */
    const struct config_option *options; /* ends with a NULL name */
    const char *help;
    const char *example; /* titled: written as a comment by config_print; may be NULL */
};

struct config; /* opaque */
struct config_part;

/* Reads a file. `sections` ends with a NULL name and lives longer than the config. On
 * failure err has the first error (and how many more there are); report, which may be
 * NULL, gets them all, a line each. ERR_ABSENT: there is no such file. */
bool config_read(const struct config_section *sections, const char *path,
                 struct config **config, struct str *report, struct err *err);
/* The same from a text; `name` stands in for the file's name. "" gives the defaults,
 * where nothing must be given. */
bool config_read_text(const struct config_section *sections, const char *name,
                      const struct str *text, struct config **config,
                      struct str *report, struct err *err);
/* As config_read, but a file whose sections can be told apart gives a config although values in
 * it are wrong (false, and *config is not NULL): those have their defaults, or nothing
 * where they must be given, and config_is_wrong says so. For finding what else is wrong. */
bool config_read_some(const struct config_section *sections, const char *path,
                      struct config **config, struct str *report, struct err *err);
void config_free(struct config *config); /* takes NULL */

/* How many sections of that name there are, and the number-th in the file's order. */
unsigned config_count(const struct config *config, const char *section);
const struct config_part *config_part(const struct config *config, const char *section,
                                      unsigned number);

const char *config_title(const struct config_part *part); /* "" if it has none */
bool config_is_wrong(const struct config_part *part, const char *option);
bool config_given(const struct config_part *part, const char *option);

const char *config_text(const struct config_part *part, const char *option);
int64_t config_int(const struct config_part *part, const char *option);
double config_real(const struct config_part *part, const char *option);
bool config_bool(const struct config_part *part, const char *option);
unsigned config_choice(const struct config_part *part, const char *option); /* from 0 */

unsigned config_items(const struct config_part *part, const char *option);
const char *config_item(const struct config_part *part, const char *option, unsigned i);
double config_item_real(const struct config_part *part, const char *option, unsigned i);

/* Fills err with "file:line: section.option: …" for a value that only its user could
 * find wrong (a list that does not exist); option NULL: the section itself. Returns
 * false. */
bool config_wrong(const struct config_part *part, const char *option, struct err *err,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Writes a file that says nothing but defaults: every option as a comment, with its help
 * and its bounds. What must be given is left to be filled in. */
void config_print(const struct config_section *sections, struct str *out);

#endif
