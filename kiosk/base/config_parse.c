#include "base/config_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

/* ---- the parser's table and its errors ---- */

/* libconfuse gives an error function no more than the section it was in: the words are
 * left there, in a field that is for comments, and picked up by find_syntax_error. */
static void on_syntax_error(cfg_t *cfg, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void
on_syntax_error(cfg_t *cfg, const char *format, va_list args)
{
    char text[200];
    if (cfg->comment)
        return;
    vsnprintf(text, sizeof text, format, args);
    cfg->comment = strdup(text);
}

static void
note_syntax_error(struct config_reading *reading, const cfg_t *cfg)
{
    char quoted[200];
    str_quote(quoted, sizeof quoted, cfg->comment, strlen(cfg->comment));
    for (char *c = quoted; *c; c++) { /* \" reads badly within a sentence */
        if (c[0] == '\\' && c[1] == '"')
            memmove(c, c + 1, strlen(c));
    }
    config_note(reading->errors, cfg->line, "syntax: %s", quoted);
}

static void
find_syntax_error(struct config_reading *reading, cfg_t *cfg)
{
    for (const struct config_section *s = reading->sections; s->name; s++) {
        cfg_opt_t *opt = s->name[0] ? cfg_getopt(cfg, s->name) : NULL;
        for (unsigned i = 0; opt && i < cfg_opt_size(opt); i++) {
            const cfg_t *section = cfg_opt_getnsec(opt, i);
            if (section->comment) {
                note_syntax_error(reading, section);
                return;
            }
        }
    }
    if (cfg->comment)
        note_syntax_error(reading, cfg);
    else
        config_note(reading->errors, cfg->line, "syntax error");
}

/* Everything is a text to the parser; what it means is checked afterwards. */
static void
fill_options(const struct config_section *section, cfg_opt_t *to)
{
    for (const struct config_option *o = section->options; o->name; o++) {
        bool list = o->type == CONFIG_TEXTS || o->type == CONFIG_REALS;
        *to++ = (cfg_opt_t){ .name = o->name,
                             .type = CFGT_STR,
                             .flags = CFGF_NODEFAULT | (list ? CFGF_LIST : 0) };
    }
    *to = (cfg_opt_t){ .type = CFGT_NONE };
}

static unsigned
count_sections(const struct config_section *sections)
{
    unsigned count = 0;
    while (sections[count].name)
        count++;
    return count;
}

/* One allocation for each section's options and one for the top; [0] is the top's. */
static void
free_tables(cfg_opt_t **tables, unsigned count)
{
    for (unsigned i = 0; tables && i <= count; i++)
        free(tables[i]);
    free(tables);
}

static cfg_opt_t **
make_tables(const struct config_section *sections)
{
    unsigned count = count_sections(sections);
    const struct config_section *top = config_find_section(sections, "");
    unsigned options = top ? config_option_count(top) : 0;
    cfg_opt_t **tables = calloc(count + 1, sizeof *tables);
    if (!tables)
        return NULL;
    tables[0] = calloc(options + count + 1, sizeof **tables);
    bool whole = tables[0] != NULL;
    for (unsigned i = 0; i < count; i++) {
        tables[i + 1] = calloc(config_option_count(&sections[i]) + 1, sizeof **tables);
        whole = whole && tables[i + 1];
    }
    if (!whole) {
        free_tables(tables, count);
        return NULL;
    }
    cfg_opt_t *at = tables[0];
    if (top) {
        fill_options(top, at);
        at += options;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!sections[i].name[0])
            continue;
        fill_options(&sections[i], tables[i + 1]);
        unsigned flags =
            sections[i].titled ? CFGF_MULTI | CFGF_TITLE : (unsigned)CFGF_NONE;
        *at++ = (cfg_opt_t)CFG_SEC(sections[i].name, tables[i + 1], (cfg_flag_t)flags);
    }
    *at = (cfg_opt_t){ .type = CFGT_NONE };
    return tables;
}

/* ---- from the parser's values to ours ----------------------------------------- */

static bool
add_item(struct config_value *value, const char *text, size_t length)
{
    char **items = realloc(value->items, (value->count + 1) * sizeof *items);
    if (!items)
        return false;
    value->items = items;
    items[value->count] = strndup(text, length);
    return items[value->count] && ++value->count;
}

static bool
take_fallback(const struct config_option *option, struct config_value *value)
{
    const char *at = option->fallback;
    if (!at)
        return true;
    if (option->type != CONFIG_TEXTS && option->type != CONFIG_REALS)
        return add_item(value, at, strlen(at));
    while (*(at += strspn(at, " "))) {
        size_t length = strcspn(at, " ");
        if (!add_item(value, at, length))
            return false;
        at += length;
    }
    return true;
}

/* In place of a wrong value, so that the rest can be looked at all the same. */
static bool
take_default(const struct config_option *option, struct config_value *value)
{
    bool list = option->type == CONFIG_TEXTS || option->type == CONFIG_REALS;
    for (unsigned n = 0; n < value->count; n++)
        free(value->items[n]);
    value->count = 0;
    value->wrong = true;
    return option->fallback || list ? take_fallback(option, value)
                                    : add_item(value, "", 0);
}

static int
line_of_option(const struct config_reading *reading, int section, const char *name)
{
    for (int i = 0; i < reading->scan.count; i++) {
        const struct config_place *place = &reading->scan.places[i];
        if (place->within == section && !place->is_section &&
            strcmp(place->name, name) == 0)
            return place->line;
    }
    return 0;
}

/* Takes the values of one section (cfg NULL: it is not in the file). `place` is where
 * it stands in the scan, -1 for the top. */
static bool
take_values(struct config_reading *reading, struct config_part *part, cfg_t *cfg,
            int place)
{
    for (unsigned i = 0; part->section->options[i].name; i++) {
        const struct config_option *option = &part->section->options[i];
        struct config_value *value = &part->values[i];
        cfg_opt_t *opt = cfg ? cfg_getopt(cfg, option->name) : NULL;
        int line = cfg ? line_of_option(reading, place, option->name) : 0;
        if (line == 0) {
            if (!take_fallback(option, value))
                return false;
        } else {
            value->line = line;
            for (unsigned n = 0; opt && n < cfg_opt_size(opt); n++) {
                const char *text = cfg_opt_getnstr(opt, n);
                if (!add_item(value, text ? text : "", text ? strlen(text) : 0))
                    return false;
            }
        }
        if (!config_check_value(part, option, value, reading->errors) &&
            !take_default(option, value))
            return false;
    }
    return true;
}

static struct config_part *
add_part(struct config *config, const struct config_section *section, const char *title)
{
    struct config_part *part = calloc(1, sizeof *part);
    if (!part)
        return NULL;
    config->parts[config->count++] = part; /* config_free takes the half-built */
    part->config = config;
    part->section = section;
    part->title = strdup(title ? title : "");
    part->values = calloc(config_option_count(section) + 1, sizeof *part->values);
    return part->title && part->values ? part : NULL;
}

/* The number-th section of that name which the parser saw. */
static int
place_of_section(const struct config_reading *reading, const char *name,
                 unsigned number)
{
    for (int i = 0; i < reading->scan.count; i++) {
        const struct config_place *place = &reading->scan.places[i];
        bool blank = reading->text.data[place->begin] == ' ';
        if (place->is_section && place->within < 0 && !blank &&
            strcmp(place->name, name) == 0 && number-- == 0)
            return i;
    }
    return -1;
}

static bool
take_section(struct config_reading *reading, const struct config_section *section,
             cfg_t *cfg)
{
    unsigned count = section->name[0] ? cfg_size(cfg, section->name) : 1;
    for (unsigned i = 0; i < count || (i == 0 && !section->titled); i++) {
        cfg_t *from = !section->name[0] ? cfg
                      : i < count       ? cfg_getnsec(cfg, section->name, i)
                                        : NULL;
        int place = section->name[0] ? place_of_section(reading, section->name, i) : -1;
        if (place < 0 && section->name[0])
            from = NULL; /* the parser makes an empty one of what it did not see */
        if (reading->config->count == CONFIG_PARTS_MAX) {
            config_note(reading->errors, 0, "over %d sections", CONFIG_PARTS_MAX);
            return true;
        }
        struct config_part *part =
            add_part(reading->config, section, from ? cfg_title(from) : NULL);
        if (!part)
            return false;
        part->line = place < 0 ? 0 : reading->scan.places[place].line;
        if (!take_values(reading, part, from, place))
            return false;
    }
    return true;
}

static bool
parse(struct config_reading *reading, cfg_t *cfg, struct err *err)
{
    FILE *file = reading->text.length == 0
                     ? fopen("/dev/null", "re")
                     : fmemopen(reading->text.data, reading->text.length, "r");
    if (!file)
        return err_no_memory(err);
    cfg_set_error_function(cfg, on_syntax_error);
    int outcome = cfg_parse_fp(cfg, file);
    fclose(file);
    if (outcome != CFG_SUCCESS) {
        find_syntax_error(reading, cfg);
        return true;
    }
    for (const struct config_section *s = reading->sections; s->name; s++) {
        if (!take_section(reading, s, cfg))
            return err_no_memory(err);
    }
    return true;
}

bool
config_parse(struct config_reading *reading, struct err *err)
{
    cfg_opt_t **tables = make_tables(reading->sections);
    cfg_t *cfg = tables ? cfg_init(tables[0], CFGF_NONE) : NULL;
    bool done = cfg ? parse(reading, cfg, err) : err_no_memory(err);
    if (cfg)
        cfg_free(cfg);
    free_tables(tables, count_sections(reading->sections));
    return done;
}
