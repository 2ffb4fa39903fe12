#include "ctl/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"

enum { REQUEST_BYTES_MAX = 60 * 1024 };

/* How many of the words name this command; 0: they do not. */
static int
matched(const struct command *command, int count, char *const *word)
{
    const char *name = command->name;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(word[i]);
        if (strncmp(name, word[i], length) != 0)
            return 0;
        if (name[length] == '\0')
            return i + 1;
        if (name[length] != ' ')
            return 0;
        name += length + 1;
    }
    return 0;
}

/* Edit distance, at most `near` is of interest; texts are short. */
static unsigned
distance(const char *a, const char *b)
{
    enum { SHORT = 32 };
    size_t n = strlen(a), m = strlen(b);
    if (n >= SHORT || m >= SHORT)
        return SHORT;
    unsigned row[SHORT];
    for (unsigned j = 0; j <= m; j++)
        row[j] = j;
    for (unsigned i = 1; i <= n; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= m; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

static bool
no_such_command(const char *word, struct err *err)
{
    const struct command *near = NULL;
    unsigned least = 3; /* a slip or two */
    char quoted[64];
    for (size_t i = 0; commands[i]; i++) {
        unsigned d = distance(commands[i]->name, word);
        if (d < least) {
            least = d;
            near = commands[i];
        }
    }
    str_quote(quoted, sizeof quoted, word, strlen(word));
    if (near)
        return err_set(err, ERR_INPUT, "\"%s\": no such command; did you mean \"%s\"?",
                       quoted, near->name);
    return err_set(err, ERR_INPUT,
                   "\"%s\": no such command; kioskctl --help lists them", quoted);
}

/* Opens what the word names; fails with -1 and errno. */
static int
open_file(struct words *words, unsigned slot, enum command_option_kind kind,
          const char *path)
{
    bool out = kind == COMMAND_FILE_OUT;
    if (kind == COMMAND_DIRECTORY) {
        words->made[slot] = words->made_directory = mkdir(path, 0700) == 0;
        if (!words->made_directory && errno != EEXIST)
            return -1;
        words->paths[slot] = path;
        return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (strcmp(path, "-") == 0)
        words->to_stdout = words->to_stdout || out;
    if (strcmp(path, "-") == 0)
        return dup(out ? STDOUT_FILENO : STDIN_FILENO);
    if (!out)
        return open(path, O_RDONLY | O_CLOEXEC);
    words->paths[slot] = path;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    words->made[slot] = fd >= 0;
    /* O_CREAT: a link to a place where nothing is yet. */
    return fd >= 0 || errno != EEXIST
               ? fd
               : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static bool
add_value(struct words *words, const struct command_option *option, const char *value,
          struct err *err)
{
    unsigned slot;
    if (command_file_slot(words->command, option->name, &slot)) {
        if (words->files[slot] >= 0)
            return err_set(err, ERR_INPUT, "%s: is given twice", option->name);
        words->files[slot] = open_file(words, slot, option->kind, value);
        if (words->files[slot] < 0)
            return err_set(err, ERR_IO, "%s: %s", value, strerror(errno));
    }
    if (!str_is_utf8(value, strlen(value)))
        return err_set(err, ERR_INPUT, "%s: want UTF-8", option->name);
    json_add_text(&words->request, option->name, value);
    return true;
}

static const struct command_option *
option_named(const struct command *command, const char *name)
{
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        const struct command_option *option = &command->options[i];
        bool by_name = option->kind == COMMAND_TEXT || option->kind == COMMAND_FLAG ||
                       option->kind == COMMAND_FILE_NAMED ||
                       option->kind == COMMAND_DIRECTORY;
        if (by_name && strcmp(option->name, name) == 0)
            return option;
    }
    return NULL;
}

/* Where in its words a command line has got to. */
struct reading {
    struct words *words;
    int count, at;
    char *const *word;
    size_t next_argument; /* index into the command's options */
    unsigned given;       /* 1 << index */
};

static void
note_given(struct reading *reading, const struct command_option *option)
{
    reading->given |= 1u << (option - reading->words->command->options);
}

/* Before anybody is asked: a daemon that does not run should not hide it. */
static bool
nothing_is_missing(const struct reading *reading, struct err *err)
{
    const struct command *command = reading->words->command;
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        const struct command_option *option = &command->options[i];
        bool asked_for = option->kind == COMMAND_SECRET;
        if (option->required && !asked_for && !(reading->given & 1u << i))
            return err_set(err, ERR_INPUT, "%s: wants %s (%s)", command->name,
                           option->value ? option->value : option->name, option->help);
    }
    return true;
}

static bool
read_option(struct reading *reading, struct err *err)
{
    const char *word = reading->word[reading->at] + 2;
    const struct command *command = reading->words->command;
    char name[64];
    const char *equals = strchr(word, '=');
    str_copy_bytes(name, sizeof name, word,
                   equals ? (size_t)(equals - word) : strlen(word));
    const struct command_option *option = option_named(command, name);
    reading->at++;
    if (!option)
        return err_set(err, ERR_INPUT, "%s: no option --%s; see kioskctl %s --help",
                       command->name, name, command->name);
    note_given(reading, option);
    if (option->kind == COMMAND_FLAG) {
        if (equals)
            return err_set(err, ERR_INPUT, "--%s: takes no value", name);
        return add_value(reading->words, option, "1", err);
    }
    if (equals)
        return add_value(reading->words, option, equals + 1, err);
    if (reading->at == reading->count)
        return err_set(err, ERR_INPUT, "--%s: wants %s", name, option->value);
    return add_value(reading->words, option, reading->word[reading->at++], err);
}

static bool
read_argument(struct reading *reading, struct err *err)
{
    const struct command *command = reading->words->command;
    const struct command_option *option = NULL;
    while (!option && reading->next_argument < COMMAND_OPTIONS_MAX &&
           command->options[reading->next_argument].name) {
        const struct command_option *candidate =
            &command->options[reading->next_argument++];
        if (candidate->kind == COMMAND_ARGUMENT || candidate->kind == COMMAND_REST ||
            candidate->kind == COMMAND_FILE_IN || candidate->kind == COMMAND_FILE_OUT)
            option = candidate;
    }
    if (!option)
        return err_set(err, ERR_INPUT, "%s: one word too many: \"%s\"", command->name,
                       reading->word[reading->at]);
    note_given(reading, option);
    if (option->kind != COMMAND_REST)
        return add_value(reading->words, option, reading->word[reading->at++], err);

    struct str rest;
    str_init(&rest, REQUEST_BYTES_MAX);
    for (; reading->at < reading->count; reading->at++) {
        if (rest.length > 0)
            str_add_char(&rest, ' ');
        str_add_text(&rest, reading->word[reading->at]);
    }
    bool ok = str_ok(&rest) ? add_value(reading->words, option, rest.data, err)
                            : err_set(err, ERR_LIMIT, "%s: too long", option->name);
    str_finish(&rest);
    return ok;
}

static bool
read_words(struct reading *reading, struct err *err)
{
    bool only_arguments = false;
    while (reading->at < reading->count) {
        const char *word = reading->word[reading->at];
        if (!only_arguments && strcmp(word, "--") == 0) {
            only_arguments = true;
            reading->at++;
        } else if (!only_arguments && strcmp(word, "--help") == 0) {
            reading->words->help = true;
            reading->at++;
        } else if (!only_arguments && str_starts(word, "--")) {
            if (!read_option(reading, err))
                return false;
        } else if (!read_argument(reading, err)) {
            return false;
        }
    }
    return reading->words->help || nothing_is_missing(reading, err);
}

bool
words_read(struct words *words, int count, char *const *word, struct err *err)
{
    *words = (struct words){ .files = { -1, -1 } };
    str_init(&words->request, REQUEST_BYTES_MAX);
    int used = 0;
    for (size_t i = 0; commands[i]; i++) {
        int n = matched(commands[i], count, word);
        if (n > used) {
            used = n;
            words->command = commands[i];
        }
    }
    if (!words->command)
        return count > 0 ? no_such_command(word[0], err)
                         : err_set(err, ERR_INPUT, "want a command; kioskctl --help");

    struct reading reading = { words, count, used, word, 0, 0 };
    json_open_object(&words->request, NULL);
    json_add_text(&words->request, "command", words->command->name);
    json_open_object(&words->request, "args");
    return read_words(&reading, err);
}

void
words_add(struct words *words, const char *name, const char *value)
{
    json_add_text(&words->request, name, value);
}

bool
words_close(struct words *words, struct err *err)
{
    json_close_object(&words->request);
    json_close_object(&words->request);
    return str_ok(&words->request) ||
           err_set(err, ERR_LIMIT, "%s: over %d bytes of arguments",
                   words->command->name, REQUEST_BYTES_MAX);
}

void
words_settle(const struct words *words, bool done)
{
    for (size_t i = 0; i < COMMAND_FILES_MAX; i++) {
        struct stat is;
        const char *path = words->paths[i];
        if (!path || words->files[i] < 0 || fstat(words->files[i], &is) != 0)
            continue;
        off_t end = S_ISREG(is.st_mode) ? lseek(words->files[i], 0, SEEK_CUR) : 0;
        if (S_ISREG(is.st_mode) && (done || end > 0) &&
            ftruncate(words->files[i], end) != 0)
            fprintf(stderr, "kioskctl: %s: %s\n", path, strerror(errno));
        if (done || end > 0 || !words->made[i])
            continue;
        if (S_ISDIR(is.st_mode))
            rmdir(path); /* if there is something in it, it stays */
        else
            unlink(path);
    }
}

void
words_finish(struct words *words)
{
    for (size_t i = 0; i < COMMAND_FILES_MAX; i++) {
        if (words->files[i] >= 0)
            close(words->files[i]);
    }
    str_finish(&words->request);
}

void
words_help_all(struct str *out)
{
    str_add_text(
        out, "Usage: kioskctl [--config FILE] [--socket PATH] [--json] COMMAND …\n\n");
    for (size_t i = 0; commands[i]; i++)
        str_addf(out, "  %-18s %s\n", commands[i]->name, commands[i]->summary);
    str_add_text(
        out, "\nkioskctl COMMAND --help tells more. --json prints the answer as JSON.\n"
             "Exit status: 0 done, 1 failed, 2 wrong usage, 3 the verdict is no,\n"
             "4 kioskd is not running or somebody else holds the data.\n");
}

void
words_help(const struct command *command, struct str *out)
{
    str_addf(out, "Usage: kioskctl %s", command->name);
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        const struct command_option *option = &command->options[i];
        if (option->kind == COMMAND_SECRET)
            continue; /* never a word: others on the machine could read it */
        const char *open = option->required ? "" : "[";
        const char *close = option->required ? "" : "]";
        bool by_name = option_named(command, option->name) != NULL;
        str_addf(out, " %s%s%s%s%s%s", open, by_name ? "--" : "",
                 by_name ? option->name : "", by_name && option->value ? " " : "",
                 option->value ? option->value : "", close);
    }
    str_addf(out, "\n\n%s\n", command->summary);
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        const struct command_option *option = &command->options[i];
        bool by_name = option_named(command, option->name) != NULL;
        char name[64];
        str_copy(name, sizeof name, by_name ? "--" : "");
        str_copy(name + strlen(name), sizeof name - strlen(name),
                 by_name ? option->name : option->value);
        str_addf(out, "\n  %-16s %s", name, option->help);
    }
    str_addf(out, "\n%s%s%s", command->note ? "\n" : "",
             command->note ? command->note : "", command->note ? "\n" : "");
}
