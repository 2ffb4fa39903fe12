#include "base/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config_parts.h"

static int
line_at(const char *text, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

/* False, with a note, for bytes that are no text: nothing else is worth saying then. */
static bool
check_bytes(const struct str *text, struct config_errors *errors)
{
    for (size_t at = 0; at < text->length;) {
        size_t start = at;
        unsigned c = str_next_character(text->data, text->length, &at);
        if ((c == 0xFFFD && at == start + 1) || c == 0) {
            config_note(errors, line_at(text->data, start), "want UTF-8 text");
            return false;
        }
    }
    return true;
}

static void
note_scan_error(struct config_errors *errors, const struct err *err)
{
    int line = 0, used = 0;
    if (sscanf(err->text, "line %d: %n", &line, &used) == 1)
        config_note(errors, line, "%s", err->text + used);
    else
        config_note(errors, 0, "%s", err->text);
}

static struct config *
new_config(const struct config_section *sections, const char *name)
{
    struct config *config = calloc(1, sizeof *config);
    if (!config)
        return NULL;
    config->sections = sections;
    config->name = strdup(name);
    if (!config->name) {
        free(config);
        return NULL;
    }
    return config;
}

static bool
conclude(struct config_errors *errors, struct err *err)
{
    if (errors->count == 0)
        return true;
    *err = errors->first;
    if (errors->count > 1) {
        char text[sizeof err->text];
        str_copy(text, sizeof text - 24, err->text);
        return err_set(err, errors->first.code, "%s (and %u more)", text,
                       errors->count - 1);
    }
    return false;
}

/* *config gets what could be read, NULL = nothing, whatever is wrong with it. */
static bool
read_some(const struct config_section *sections, const char *name,
          const struct str *text, struct config **config, struct str *report,
          struct err *err)
{
    struct config_errors errors = { .file = name, .report = report };
    struct config_reading reading = { .sections = sections, .errors = &errors };
    struct err scan_err;
    bool done = true, parsed = false;

    *config = NULL;
    reading.config = new_config(sections, name);
    str_init(&reading.text, CONFIG_FILE_MAX);
    if (!reading.config || !str_add(&reading.text, text->data, text->length))
        done = err_no_memory(err);
    else if (!check_bytes(&reading.text, &errors))
        ;
    else if (!config_scan(reading.text.data, reading.text.length, &reading.scan,
                          &scan_err))
        note_scan_error(&errors, &scan_err);
    else {
        config_check_names(&reading);
        done = config_parse(&reading, err);
        parsed = done && reading.config->count > 0;
    }

    config_scan_finish(&reading.scan);
    str_finish(&reading.text);
    if (parsed)
        *config = reading.config;
    else
        config_free(reading.config);
    return done && conclude(&errors, err);
}

/* All or nothing. */
static bool
insist(bool good, struct config **config)
{
    if (good)
        return true;
    config_free(*config);
    *config = NULL;
    return false;
}

bool
config_read_text(const struct config_section *sections, const char *name,
                 const struct str *text, struct config **config, struct str *report,
                 struct err *err)
{
    return insist(read_some(sections, name, text, config, report, err), config);
}

static bool
read_file(const char *path, struct str *text, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno == ENOENT ? ERR_ABSENT : ERR_IO, "%s: %s", path,
                       strerror(errno));
    for (;;) {
        enum { PIECE = 16384 };
        char *to = str_reserve(text, PIECE);
        ssize_t got = to ? read(fd, to, PIECE) : -1;
        if (!to)
            err_set(err, ERR_LIMIT, "%s: want at most %d bytes", path, CONFIG_FILE_MAX);
        else if (got < 0)
            err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        if (got <= 0) {
            close(fd);
            return got == 0;
        }
        str_grew(text, (size_t)got);
    }
}

bool
config_read_some(const struct config_section *sections, const char *path,
                 struct config **config, struct str *report, struct err *err)
{
    struct str text;
    *config = NULL;
    str_init(&text, CONFIG_FILE_MAX + 16384); /* the reader asks in pieces */
    bool done = read_file(path, &text, err);
    if (!done && report)
        str_addf(report, "%s\n", err->text);
    if (done && text.length > CONFIG_FILE_MAX) {
        done =
            err_set(err, ERR_LIMIT, "%s: want at most %d bytes", path, CONFIG_FILE_MAX);
        if (report)
            str_addf(report, "%s\n", err->text);
    }
    done = done && read_some(sections, path, &text, config, report, err);
    str_finish(&text);
    return done;
}

bool
config_read(const struct config_section *sections, const char *path,
            struct config **config, struct str *report, struct err *err)
{
    return insist(config_read_some(sections, path, config, report, err), config);
}

static void
free_part(struct config_part *part)
{
    for (unsigned i = 0; part->values && part->section->options[i].name; i++) {
        for (unsigned n = 0; n < part->values[i].count; n++)
            free(part->values[i].items[n]);
        free(part->values[i].items);
    }
    free(part->values);
    free(part->title);
    free(part);
}

void
config_free(struct config *config)
{
    if (!config)
        return;
    for (unsigned i = 0; i < config->count; i++)
        free_part(config->parts[i]);
    free(config->name);
    free(config);
}
