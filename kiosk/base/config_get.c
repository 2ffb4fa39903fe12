#include "base/config_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

unsigned
config_count(const struct config *config, const char *section)
{
    unsigned count = 0;
    for (unsigned i = 0; i < config->count; i++)
        count += strcmp(config->parts[i]->section->name, section) == 0;
    return count;
}

const struct config_part *
config_part(const struct config *config, const char *section, unsigned number)
{
    for (unsigned i = 0; i < config->count; i++) {
        if (strcmp(config->parts[i]->section->name, section) == 0 && number-- == 0)
            return config->parts[i];
    }
    assert(false && "a section that is not there was asked for");
    return NULL;
}

const char *
config_title(const struct config_part *part)
{
    return part->title;
}

static const struct config_option *
option_of(const struct config_part *part, const char *name)
{
    for (const struct config_option *o = part->section->options; o->name; o++) {
        if (strcmp(o->name, name) == 0)
            return o;
    }
    assert(false && "an option that is not in the table was asked for");
    return NULL;
}

static const struct config_value *
value_of(const struct config_part *part, const char *name)
{
    return &part->values[option_of(part, name) - part->section->options];
}

bool
config_is_wrong(const struct config_part *part, const char *option)
{
    return value_of(part, option)->wrong;
}

bool
config_given(const struct config_part *part, const char *option)
{
    return value_of(part, option)->line > 0;
}

const char *
config_text(const struct config_part *part, const char *option)
{
    return config_item(part, option, 0);
}

int64_t
config_int(const struct config_part *part, const char *option)
{
    return strtoll(config_item(part, option, 0), NULL, 10);
}

double
config_real(const struct config_part *part, const char *option)
{
    return config_item_real(part, option, 0);
}

bool
config_bool(const struct config_part *part, const char *option)
{
    const char *text = config_item(part, option, 0);
    return strcasecmp(text, "yes") == 0 || strcasecmp(text, "true") == 0 ||
           strcasecmp(text, "on") == 0;
}

unsigned
config_choice(const struct config_part *part, const char *option)
{
    const char *text = config_item(part, option, 0);
    size_t length = strlen(text);
    unsigned number = 0;
    for (const char *at = option_of(part, option)->words; *(at += strspn(at, " "));) {
        size_t n = strcspn(at, " ");
        if (n == length && strncmp(at, text, n) == 0)
            return number;
        at += n;
        number++;
    }
    assert(false && "the default is not among the words");
    return 0;
}

unsigned
config_items(const struct config_part *part, const char *option)
{
    return value_of(part, option)->count;
}

const char *
config_item(const struct config_part *part, const char *option, unsigned i)
{
    const struct config_value *value = value_of(part, option);
    assert(i < value->count);
    return value->items[i];
}

double
config_item_real(const struct config_part *part, const char *option, unsigned i)
{
    return strtod(config_item(part, option, i), NULL);
}

bool
config_wrong(const struct config_part *part, const char *option, struct err *err,
             const char *format, ...)
{
    char path[128], text[256];
    const struct config_option *o = option ? option_of(part, option) : NULL;
    int line = option ? value_of(part, option)->line : 0;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (line == 0)
        line = part->line;
    config_path(part, o, path, sizeof path);
    if (line == 0)
        return err_set(err, ERR_INPUT, "%s: %s: %s", part->config->name, path, text);
    return err_set(err, ERR_INPUT, "%s:%d: %s: %s", part->config->name, line, path,
                   text);
}

/* ---- a file of defaults ---------------------------------------------------------- */

static void
print_help(const char *help, const char *indent, struct str *out)
{
    while (help && *help) {
        size_t length = strcspn(help, "\n");
        str_addf(out, length ? "%s# %.*s\n" : "%s#\n", indent, (int)length, help);
        help += length + (help[length] == '\n');
    }
}

static void
print_default(const struct config_option *option, const char *indent, struct str *out)
{
    const char *value = option->fallback;
    bool bare = option->type == CONFIG_INT || option->type == CONFIG_REAL ||
                option->type == CONFIG_BOOL;
    str_addf(out, "%s#%s = ", indent, option->name);
    if (!value)
        str_add_text(out, "…");
    else if (bare)
        str_add_text(out, value);
    else if (option->type != CONFIG_TEXTS && option->type != CONFIG_REALS)
        str_addf(out, "\"%s\"", value);
    else {
        const char *between = "";
        str_add_text(out, "{ ");
        for (; *(value += strspn(value, " ")); value += strcspn(value, " ")) {
            const char *quote = option->type == CONFIG_TEXTS ? "\"" : "";
            str_addf(out, "%s%s%.*s%s", between, quote, (int)strcspn(value, " "), value,
                     quote);
            between = ", ";
        }
        str_add_text(out, between[0] ? " }" : "}");
    }
    str_add_char(out, '\n');
}

/* A section of which there may be many stands as a comment, whole. */
static void
print_section(const struct config_section *section, struct str *out)
{
    const char *hash = section->titled ? "#" : "";
    const char *indent = !section->name[0] ? "" : section->titled ? "#    " : "    ";
    print_help(section->help, "", out);
    if (!section->name[0])
        str_add_char(out, '\n');
    if (section->example)
        str_addf(out, "#\n%s", section->example);
    if (section->titled)
        str_addf(out, "#\n#%s \"…\" {\n", section->name);
    else if (section->name[0])
        str_addf(out, "%s%s {\n", hash, section->name);
    for (const struct config_option *o = section->options; o->name; o++) {
        if (o != section->options)
            str_addf(out, "%s\n", hash);
        print_help(o->help, indent, out);
        str_addf(out, "%s# (", indent);
        config_describe(o, out);
        str_add_text(out, o->fallback ? ")\n" : "; must be given)\n");
        print_default(o, indent, out);
    }
    if (section->name[0])
        str_addf(out, "%s}\n", hash);
}

void
config_print(const struct config_section *sections, struct str *out)
{
    for (const struct config_section *s = sections; s->name; s++) {
        if (s != sections)
            str_add_char(out, '\n');
        print_section(s, out);
    }
}
