/* kioskctl: asks the station (ctl/ask), or, where no kioskd holds the data and the
 * command can do without one, takes the lock and does it itself (local_run).
 *
 *     words -> request -> socket -> lines -> show
 *                    '-> local_run ---^
 */

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/json.h"
#include "clock.h"
#include "ctl/ask.h"
#include "ctl/show.h"
#include "ctl/words.h"
#include "kioskctl_local.h"
#include "verdict.h"

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_REFUSED, EXIT_NO_STATION };
enum { SHOWN_BYTES_MAX = 64 * 1024 * 1024, SECRET_MAX = 256 };

struct options {
    const char *config; /* NULL = the usual places */
    const char *socket; /* NULL = the configuration's */
    bool json;
};

/* What has been told so far. */
struct telling {
    const struct command *command;
    FILE *out; /* of the answer: stderr where a table goes to standard output */
    bool json;
    bool progress_line; /* the cursor stands behind one */
    int status;
};

static void
end_progress(struct telling *telling)
{
    if (telling->progress_line)
        fputc('\n', stderr);
    telling->progress_line = false;
}

static int
status_of(const struct command *command, const struct json *result)
{
    const char *verdict;
    struct err err;
    enum verdict read;
    if (strcmp(command->name, "scan") != 0 ||
        !json_text(result, "verdict", &verdict, &err) ||
        !verdict_from_name(verdict, &read))
        return EXIT_DONE;
    return verdict_passes(read) || read == VERDICT_PRINT_ONLY ? EXIT_DONE
                                                              : EXIT_REFUSED;
}

static int
status_of_error(const char *code)
{
    if (strcmp(code, "input") == 0)
        return EXIT_USAGE;
    return strcmp(code, "busy") == 0 ? EXIT_NO_STATION : EXIT_FAILED;
}

static void
tell_error(const struct json *error, struct telling *telling)
{
    const char *code = "", *text = "";
    struct err err;
    if (!json_text(error, "code", &code, &err) ||
        !json_text(error, "text", &text, &err))
        text = "the answer cannot be read";
    end_progress(telling);
    if (!telling->json)
        fprintf(stderr, "kioskctl: %s\n", text);
    telling->status = status_of_error(code);
}

static void
tell_progress(const struct json *progress, struct telling *telling)
{
    struct str text;
    str_init(&text, SHOWN_BYTES_MAX);
    show_progress(progress, &text);
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%s\033[K", text.data);
        fflush(stderr);
        telling->progress_line = true;
    }
    str_finish(&text);
}

static void
tell_result(const struct json *result, struct telling *telling)
{
    end_progress(telling);
    telling->status = status_of(telling->command, result);
    if (telling->json)
        return;
    struct str text;
    str_init(&text, SHOWN_BYTES_MAX);
    show_result(telling->command, result, clock_utc_ms(&clock_system), &text);
    fwrite(text.data, 1, text.length, telling->out);
    str_finish(&text);
}

static void
tell_line(const char *line, size_t length, void *self)
{
    struct telling *telling = self;
    struct json *root;
    struct err err;
    if (telling->json)
        fprintf(telling->out, "%s\n", line);
    if (!json_parse(line, length, &root, &err)) {
        fprintf(stderr, "kioskctl: the answer: %s\n", err.text);
        telling->status = EXIT_FAILED;
        return;
    }
    if (json_member(root, "error"))
        tell_error(json_member(root, "error"), telling);
    else if (json_member(root, "progress"))
        tell_progress(json_member(root, "progress"), telling);
    else if (json_member(root, "result"))
        tell_result(json_member(root, "result"), telling);
    json_free(root);
}

/* A line of the terminal without echo, or of standard input. */
static bool
ask_secret(const char *help, char *to, size_t size, struct err *err)
{
    struct termios was, quiet;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0;
    if (terminal) {
        fprintf(stderr, "%s: ", help);
        quiet = was;
        quiet.c_lflag &= (tcflag_t)~ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    char *read = fgets(to, (int)size, stdin);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
        fputc('\n', stderr);
    }
    if (!read)
        return err_set(err, ERR_INPUT, "want a line on standard input: %s", help);
    to[strcspn(to, "\r\n")] = '\0';
    return true;
}

static bool
add_secrets(struct words *words, struct err *err)
{
    const struct command_option *options = words->command->options;
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name; i++) {
        char secret[SECRET_MAX];
        if (options[i].kind != COMMAND_SECRET)
            continue;
        if (!ask_secret(options[i].value, secret, sizeof secret, err))
            return false;
        words_add(words, options[i].name, secret);
        explicit_bzero(secret, sizeof secret);
    }
    return true;
}

static int
fail(const struct options *options, FILE *to, const struct err *err, int status)
{
    if (options->json) {
        struct str out;
        str_init(&out, SHOWN_BYTES_MAX);
        json_open_object(&out, NULL);
        json_open_object(&out, "error");
        json_add_text(&out, "code", command_code_name(err->code));
        json_add_text(&out, "text", err->text);
        json_close_object(&out);
        json_close_object(&out);
        fprintf(to, "%s\n", out.data);
        str_finish(&out);
    } else {
        fprintf(stderr, "kioskctl: %s\n", err->text);
    }
    return status;
}

static int
status_of_failure(const struct err *err)
{
    if (err->code == ERR_INPUT)
        return EXIT_USAGE;
    return err->code == ERR_BUSY || err->code == ERR_ABSENT ? EXIT_NO_STATION
                                                            : EXIT_FAILED;
}

static int
run(const struct options *options, struct words *words)
{
    struct telling telling = { .command = words->command,
                               .out = words->to_stdout ? stderr : stdout,
                               .json = options->json,
                               .status = EXIT_FAILED };
    struct local local;
    struct err err;
    if (!local_open(options->config, &local, &err))
        return fail(options, telling.out, &err, EXIT_USAGE);

    struct ask ask = { .socket = options->socket ? options->socket : local.socket,
                       .request = words->request.data,
                       .length = words->request.length,
                       .files = words->files,
                       .line = tell_line,
                       .self = &telling };
    bool ok = local_hand_over(&local, words, &err) && ask_station(&ask, &err);
    if (!ok && err.code == ERR_ABSENT && !options->socket &&
        words->command->place == COMMAND_EITHER)
        ok = local_run(&local, words, tell_line, &telling, &err);
    else if (!ok && err.code == ERR_ABSENT)
        err_set(&err, ERR_BUSY, "%s needs a running kioskd, and none answers on %s",
                words->command->name, ask.socket);
    local_close(&local);
    if (!ok)
        return fail(options, telling.out, &err, status_of_failure(&err));
    return telling.status;
}

static int
print_help(const struct command *command)
{
    struct str text;
    str_init(&text, SHOWN_BYTES_MAX);
    if (command)
        words_help(command, &text);
    else
        words_help_all(&text);
    fwrite(text.data, 1, text.length, stdout);
    str_finish(&text);
    return EXIT_DONE;
}

/* Our own options stand before the command. Returns the index of the first word that is
 * not one; -1: wrong usage, said. */
static int
read_options(int argc, char **argv, struct options *options)
{
    int at = 1;
    while (at < argc && str_starts(argv[at], "--")) {
        const char *word = argv[at++];
        const char **value = strcmp(word, "--config") == 0   ? &options->config
                             : strcmp(word, "--socket") == 0 ? &options->socket
                                                             : NULL;
        if (strcmp(word, "--json") == 0) {
            options->json = true;
        } else if (value && at < argc) {
            *value = argv[at++];
        } else if (value) {
            fprintf(stderr, "kioskctl: %s wants a path\n", word);
            return -1;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "--version") == 0) {
            return at - 1;
        } else {
            fprintf(stderr, "kioskctl: unknown option %s; see kioskctl --help\n", word);
            return -1;
        }
    }
    return at;
}

int
main(int argc, char **argv)
{
    struct options options = { 0 };
    struct words words;
    struct err err;
    int at = read_options(argc, argv, &options);
    if (at < 0)
        return EXIT_USAGE;
    if (at < argc && strcmp(argv[at], "--help") == 0)
        return print_help(NULL);
    if (at < argc && strcmp(argv[at], "--version") == 0) {
        printf("kioskctl %s\n", YUELAI_VERSION);
        return EXIT_DONE;
    }
    int status;
    bool ok = words_read(&words, argc - at, argv + at, &err);
    if (ok && words.help)
        status = print_help(words.command);
    else if (!ok || !add_secrets(&words, &err) || !words_close(&words, &err))
        status = fail(&options, words.to_stdout ? stderr : stdout, &err, EXIT_USAGE);
    else
        status = run(&options, &words);
    words_settle(&words, status == EXIT_DONE);
    words_finish(&words);
    return status;
}
