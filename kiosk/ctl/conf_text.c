#include "ctl/conf_text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- where things are ------------------------------------------------------- */

/* Behind blanks and comments. */
static const char *
skip(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (*at == '#' || str_starts(at, "//")) {
            at += strcspn(at, "\n");
        } else if (str_starts(at, "/*")) {
            const char *end = strstr(at + 2, "*/");
            at = end ? end + 2 : at + strlen(at);
        } else {
            return at;
        }
    }
}

/* Behind a text in quotes, a list, or a bare word. */
static const char *
skip_value(const char *at)
{
    char quote = *at;
    if (quote == '"' || quote == '\'') {
        for (at++; *at && *at != quote; at++)
            at += *at == '\\' && at[1];
        return *at ? at + 1 : at;
    }
    if (*at == '{') {
        for (at = skip(at + 1); *at && *at != '}';) {
            const char *next = skip(*at == ',' ? at + 1 : skip_value(at));
            at = next > at ? next : at + 1;
        }
        return *at ? at + 1 : at;
    }
    return at + strcspn(at, " \t\r\n#{}=,\"'");
}

static bool
is_text(const char *from, const char *to, const char *text)
{
    if (from < to && (*from == '"' || *from == '\''))
        from++, to--;
    return (size_t)(to - from) == strlen(text) && memcmp(from, text, strlen(text)) == 0;
}

struct place {
    const char *from, *to; /* between its braces: behind '{', at '}' */
};

/* Behind the section that begins at '{'. */
static const char *
skip_section(const char *at, struct place *place)
{
    place->from = at + 1;
    for (at = skip(at + 1); *at && *at != '}';) {
        const char *next = skip(*at == '=' || *at == '+' ? at + 1 : skip_value(at));
        at = next > at ? next : at + 1;
    }
    place->to = at;
    return *at ? at + 1 : at;
}

/* WORD = VALUE | WORD { … } | WORD TITLE { … }, one after another */
static bool
find_section(const char *text, const char *section, const char *title,
             struct place *place)
{
    for (const char *at = skip(text); *at;) {
        const char *word = at, *word_end = skip_value(at);
        at = skip(word_end > word ? word_end : word + 1);
        if (*at == '=' || str_starts(at, "+=")) {
            at = skip(skip_value(skip(strchr(at, '=') + 1)));
            continue;
        }
        const char *named = at, *named_end = at;
        if (*at && *at != '{') {
            named_end = skip_value(at);
            at = skip(named_end);
        }
        if (*at != '{')
            continue;
        at = skip(skip_section(at, place));
        if (is_text(word, word_end, section) && is_text(named, named_end, title))
            return true;
    }
    return false;
}

/* The value of an option, within a section. */
static bool
find_option(const struct place *section, const char *option, struct place *value)
{
    for (const char *at = skip(section->from); at < section->to;) {
        const char *word = at, *end = skip_value(at);
        at = skip(end > word ? end : word + 1);
        if (*at != '=')
            continue;
        value->from = skip(at + 1);
        value->to = skip_value(value->from);
        at = skip(value->to);
        if (is_text(word, end, option))
            return true;
    }
    return false;
}

bool
conf_has(const char *text, const char *section, const char *title)
{
    struct place place;
    return find_section(text, section, title, &place);
}

void
conf_get(const char *text, const char *section, const char *title, const char *option,
         char value[CONF_VALUE_MAX + 1])
{
    struct place in, at;
    value[0] = '\0';
    if (find_section(text, section, title, &in) && find_option(&in, option, &at))
        str_copy_bytes(value, CONF_VALUE_MAX + 1, at.from, (size_t)(at.to - at.from));
}

/* ---- changes ---------------------------------------------------------------- */

/* In front of the closing brace: on a line of its own, where that has one. */
static void
insert(const char *text, const struct place *section, const struct conf_option *option,
       struct str *out)
{
    const char *at = section->to;
    while (at > section->from && (at[-1] == ' ' || at[-1] == '\t'))
        at--;
    bool own_line = at > section->from && at[-1] == '\n';
    const char *from = own_line ? at : section->to;
    str_add(out, text, (size_t)(from - text));
    if (own_line) {
        str_addf(out, "    %s = %s\n", option->name, option->value);
    } else {
        bool parted = from > text && (from[-1] == ' ' || from[-1] == '\t');
        str_addf(out, "%s%s = %s ", parted ? "" : " ", option->name, option->value);
    }
    str_add_text(out, from);
}

static bool
set_one(const char *text, const char *section, const char *title,
        const struct conf_option *option, struct str *out)
{
    struct place in, at;
    if (!find_section(text, section, title, &in))
        return false;
    if (find_option(&in, option->name, &at)) {
        str_add(out, text, (size_t)(at.from - text));
        str_add_text(out, option->value);
        str_add_text(out, at.to);
    } else {
        insert(text, &in, option, out);
    }
    return true;
}

bool
conf_set(const char *text, const char *section, const char *title,
         const struct conf_option options[], unsigned count, struct str *out,
         struct err *err)
{
    struct str now, next;
    bool found = conf_has(text, section, title);
    str_init(&now, CONF_TEXT_MAX);
    str_add_text(&now, text);
    for (unsigned i = 0; found && i < count; i++) {
        str_init(&next, CONF_TEXT_MAX);
        found = set_one(now.data, section, title, &options[i], &next);
        str_finish(&now);
        now = next;
    }
    if (found && str_ok(&now))
        str_add(out, now.data, now.length);
    bool fits = str_ok(&now) && str_ok(out);
    str_finish(&now);
    if (!found)
        return err_set(err, ERR_ABSENT, "no section %s \"%s\"", section, title);
    return fits ||
           err_set(err, ERR_LIMIT, "a configuration over %d bytes", CONF_TEXT_MAX);
}

bool
conf_append(const char *text, const char *section, const char *title,
            const struct conf_option options[], unsigned count, struct str *out)
{
    char quoted[CONF_VALUE_MAX + 1];
    size_t length = strlen(text);
    conf_quote(title, quoted);
    str_add_text(out, text);
    if (length > 0)
        str_add_text(out, text[length - 1] == '\n' ? "\n" : "\n\n");
    str_addf(out, "%s %s {\n", section, quoted);
    for (unsigned i = 0; i < count; i++)
        str_addf(out, "    %s = %s\n", options[i].name, options[i].value);
    str_add_text(out, "}\n");
    return str_ok(out);
}

void
conf_quote(const char *text, char value[CONF_VALUE_MAX + 1])
{
    size_t length = 0;
    value[length++] = '"';
    for (const char *at = text; *at && length < CONF_VALUE_MAX - 2; at++) {
        if (*at == '"' || *at == '\\')
            value[length++] = '\\';
        value[length++] = *at;
    }
    value[length++] = '"';
    value[length] = '\0';
}

/* ---- shown ------------------------------------------------------------------ */

static size_t
line_length(const char *at)
{
    size_t length = strcspn(at, "\n");
    return length + (at[length] == '\n');
}

static void
add_lines(const char *sign, const char *from, const char *to, struct str *out)
{
    while (from < to) {
        size_t length = line_length(from);
        str_addf(out, "%s%.*s\n", sign, (int)strcspn(from, "\n"), from);
        from += length;
    }
}

void
conf_diff(const char *before, const char *after, struct str *out)
{
    while (*before && *after) {
        size_t length = line_length(before);
        if (length != line_length(after) || memcmp(before, after, length) != 0)
            break;
        before += length;
        after += length;
    }
    const char *b = before + strlen(before), *a = after + strlen(after);
    const char *b_end = b, *a_end = a; /* whole lines that are alike at the end */
    while (b > before && a > after && b[-1] == a[-1]) {
        b--, a--;
        if (*b == '\n' || b == before || a == after)
            b_end = b + (*b == '\n'), a_end = a + (*a == '\n');
    }
    add_lines("- ", before, b_end, out);
    add_lines("+ ", after, a_end, out);
}

/* ---- the file --------------------------------------------------------------- */

bool
conf_read(const char *path, struct str *text, struct err *err)
{
    char piece[8192];
    FILE *file = fopen(path, "re");
    if (!file && errno == ENOENT)
        return str_add_text(text, "") || err_no_memory(err);
    if (!file)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        str_add(text, piece, got);
    bool whole = !ferror(file) && str_ok(text) &&
                 (text->length == 0 || !memchr(text->data, '\0', text->length));
    fclose(file);
    return (whole && str_add_text(text, "")) ||
           err_set(err, ERR_IO, "%s: cannot be read", path);
}

static bool
write_beside(const char *path, const char *beside, const struct str *text)
{
    struct stat was;
    bool there = stat(path, &was) == 0;
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                  there ? was.st_mode & 07777 : 0644);
    if (fd < 0)
        return false;
    bool good = write(fd, text->data, text->length) == (ssize_t)text->length;
    if (good && there)
        good = fchmod(fd, was.st_mode & 07777) == 0 &&
               (fchown(fd, was.st_uid, was.st_gid) == 0 || geteuid() != 0);
    good = good && fsync(fd) == 0;
    int wrong = errno;
    close(fd);
    errno = wrong;
    return good && rename(beside, path) == 0;
}

bool
conf_write(const char *path, const struct str *text, struct err *err)
{
    char whole[4096], beside[4096 + 8];
    if (!realpath(path, whole) && !str_copy(whole, sizeof whole, path))
        return err_set(err, ERR_LIMIT, "%.80s…: path too long", path);
    snprintf(beside, sizeof beside, "%s.new", whole);
    if (write_beside(whole, beside, text))
        return true;
    err_set(err, ERR_IO, "%s: %s", whole, strerror(errno));
    unlink(beside);
    return false;
}
