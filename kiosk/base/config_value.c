#include "base/config_parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One line of the report, with its place; the first is kept for the caller's err. */
void
config_note(struct config_errors *errors, int line, const char *format, ...)
{
    struct err err;
    char text[320];
    va_list args;
    if (errors->count++ >= CONFIG_ERRORS_MAX)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (line > 0)
        err_set(&err, ERR_INPUT, "%s:%d: %s", errors->file, line, text);
    else
        err_set(&err, ERR_INPUT, "%s: %s", errors->file, text);
    if (errors->count == 1)
        errors->first = err;
    if (errors->report)
        str_addf(errors->report, "%s\n", err.text);
}

unsigned
config_option_count(const struct config_section *section)
{
    unsigned count = 0;
    while (section->options[count].name)
        count++;
    return count;
}

const char *
config_path(const struct config_part *part, const struct config_option *option,
            char *to, size_t size)
{
    const char *section = part->section->name;
    const char *dot = section[0] && option ? "." : "";
    const char *name = option ? option->name : "";
    if (part->section->titled)
        snprintf(to, size, "%s \"%s\"%s%s", section, part->title, dot, name);
    else
        snprintf(to, size, "%s%s%s", section, dot, name);
    return to;
}

/* ---- what a value may be ------------------------------------------------------- */

static bool
is_list(const struct config_option *option)
{
    return option->type == CONFIG_TEXTS || option->type == CONFIG_REALS;
}

static bool
is_bounded(const struct config_option *option)
{
    return option->min != 0 || option->max != 0;
}

/* True if text is one of the words, which have spaces between them. */
static bool
is_among(const char *words, const char *text)
{
    size_t length = strlen(text);
    for (const char *at = words; *(at += strspn(at, " "));) {
        size_t n = strcspn(at, " ");
        if (n == length && strncmp(at, text, n) == 0)
            return true;
        at += n;
    }
    return false;
}

static bool
is_int(const struct config_option *option, const char *text)
{
    long long value;
    static const long long most = 1LL << 53;
    if (!str_read_int(text, -most, most, &value))
        return false;
    return !is_bounded(option) ||
           ((double)value >= option->min && (double)value <= option->max);
}

static bool
is_real(const struct config_option *option, const char *text)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || errno || !isfinite(value))
        return false;
    return !is_bounded(option) || (value >= option->min && value <= option->max);
}

static bool
is_bool(const char *text)
{
    static const char *const words[] = { "yes", "no", "true", "false", "on", "off" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

static bool
is_text(const struct config_option *option, const char *text)
{
    size_t length = strlen(text);
    double most = option->max > 0 ? option->max : 1023;
    if ((double)length < option->min || (double)length > most)
        return false;
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return false; /* no option means a line break or worse */
    }
    return !option->words || is_among(option->words, text);
}

static bool
is_right(const struct config_option *option, const char *text)
{
    switch (option->type) {
    case CONFIG_INT:
        return is_int(option, text);
    case CONFIG_REAL:
    case CONFIG_REALS:
        return is_real(option, text);
    case CONFIG_BOOL:
        return is_bool(text);
    case CONFIG_CHOICE:
        return is_among(option->words, text);
    case CONFIG_TEXT:
    case CONFIG_TEXTS:
        break;
    }
    return is_text(option, text);
}

/* ---- in words ------------------------------------------------------------------- */

static void
describe_words(const char *words, struct str *out)
{
    const char *between = "";
    for (const char *at = words; *(at += strspn(at, " "));) {
        size_t n = strcspn(at, " ");
        str_addf(out, "%s\"%.*s\"", between, (int)n, at);
        between = ", ";
        at += n;
    }
}

static void
describe_bounds(const struct config_option *option, struct str *out)
{
    if (is_bounded(option))
        str_addf(out, " from %.15g to %.15g", option->min, option->max);
}

static void
describe_text(const struct config_option *option, struct str *out)
{
    str_add_text(out, "text");
    if (option->min > 0 && option->max > 0)
        str_addf(out, " of %.0f to %.0f bytes", option->min, option->max);
    else if (option->max > 0)
        str_addf(out, " of at most %.0f bytes", option->max);
    else if (option->min > 0)
        str_add_text(out, " that is not empty");
}

void
config_describe(const struct config_option *option, struct str *out)
{
    if (is_list(option) && option->items)
        str_addf(out, "a list of %u, each ", option->items);
    else if (is_list(option))
        str_add_text(out, "a list, each ");
    if (option->words) {
        str_add_text(out, is_list(option) ? "of " : "one of ");
        describe_words(option->words, out);
        return;
    }
    switch (option->type) {
    case CONFIG_INT:
        str_add_text(out, "a whole number");
        describe_bounds(option, out);
        break;
    case CONFIG_REAL:
    case CONFIG_REALS:
        str_add_text(out, "a number");
        describe_bounds(option, out);
        break;
    case CONFIG_BOOL:
        str_add_text(out, "yes or no");
        break;
    default:
        describe_text(option, out);
    }
}

static void
note_wrong(const struct config_part *part, const struct config_option *option,
           const struct config_value *value, const char *got,
           struct config_errors *errors)
{
    char path[128], quoted[64];
    struct str want;
    str_init(&want, 200);
    config_describe(option, &want);
    config_path(part, option, path, sizeof path);
    if (got)
        str_quote(quoted, sizeof quoted, got, strlen(got));
    else
        snprintf(quoted, sizeof quoted, "%u", value->count);
    config_note(errors, value->line,
                got ? "%s: want %s, got \"%s\"" : "%s: want %s, got %s", path,
                want.data, quoted);
    str_finish(&want);
}

bool
config_check_value(const struct config_part *part, const struct config_option *option,
                   const struct config_value *value, struct config_errors *errors)
{
    char path[128];
    if (value->line == 0 && !option->fallback) {
        config_note(errors, part->line, "%s must be given",
                    config_path(part, option, path, sizeof path));
        return false;
    }
    if (value->line == 0)
        return true; /* our own default */
    if (is_list(option) && ((option->items && value->count != option->items) ||
                            value->count > CONFIG_ITEMS_MAX)) {
        note_wrong(part, option, value, NULL, errors);
        return false;
    }
    for (unsigned i = 0; i < value->count; i++) {
        if (!is_right(option, value->items[i])) {
            note_wrong(part, option, value, value->items[i], errors);
            return false;
        }
    }
    return true;
}
