#ifndef YUELAI_CONFIG_PARTS_H
#define YUELAI_CONFIG_PARTS_H

/* config_parts: what a struct config is made of, for the files of the config family
 * alone; everybody else uses base/config.h. */

#include "base/config.h"
#include "base/config_scan.h"

struct config_value {
    char **items; /* one, or a list's; owned */
    unsigned count;
    int line; /* 0: not in the file */
    bool wrong; /* noted as such; the items are the default's */
};

struct config_part {
    const struct config *config;
    const struct config_section *section;
    char *title;
    int line; /* 0: not in the file */
    struct config_value *values; /* one for each of section->options */
};

struct config {
    const struct config_section *sections;
    char *name; /* of the file */
    struct config_part *parts[CONFIG_PARTS_MAX];
    unsigned count;
};

/* Where errors go while a file is read. */
struct config_errors {
    const char *file;
    struct str *report; /* may be NULL */
    unsigned count;
    struct err first;
};

/* One reading of one file. */
struct config_reading {
    const struct config_section *sections;
    struct str text; /* a copy, in which refused parts are blanked out */
    struct config_scan scan;
    struct config_errors *errors;
    struct config *config;
};

/* The steps of a reading, in this order: notes and blanks out what the table does not
 * know (config_names.c); parses the rest and takes its values (config_parse.c; fails
 * without memory only). */
void config_check_names(struct config_reading *reading);
bool config_parse(struct config_reading *reading, struct err *err);

const struct config_section *config_find_section(const struct config_section *sections,
                                                 const char *name);

/* Notes an error at a line, 0 = none. */
void config_note(struct config_errors *errors, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

unsigned config_option_count(const struct config_section *section);

/* `section.option` or `printer "left".option` as errors name it; returns `to`. */
const char *config_path(const struct config_part *part,
                        const struct config_option *option, char *to, size_t size);

/* Notes what is wrong with a value; true if nothing is. */
bool config_check_value(const struct config_part *part,
                        const struct config_option *option,
                        const struct config_value *value, struct config_errors *errors);

/* What would be right, in words: "want 1 to 65535", "want one of \"a\", \"b\"". */
void config_describe(const struct config_option *option, struct str *out);

#endif
