#ifndef YUELAI_WORDS_H
#define YUELAI_WORDS_H

/* words: a command line into a request, by the table of commands, and its help. Pure
 * but for opening the files that the words name. */

#include <stdbool.h>

#include "ctl/command.h"
#include "err.h"
#include "str.h"

struct words {
    const struct command *command;
    struct str request;           /* {"command":…,"args":{…}} */
    int files[COMMAND_FILES_MAX]; /* opened; -1 = none */
    const char *paths[COMMAND_FILES_MAX]; /* of those to be written, among the words */
    bool made[COMMAND_FILES_MAX];         /* it was not there before */
    bool made_directory;          /* one of them was not there before */
    bool to_stdout;               /* what is written is standard output: nothing else may be */
    bool help;                    /* --help was among them */
};

/* Reads the words behind kioskctl's own options. Fails with ERR_INPUT, naming the word
 * and what would be right ("did you mean …?"); words is then empty but needs finish. */
bool words_read(struct words *words, int count, char *const *word, struct err *err);
/* A value that is not among the words (a secret, asked for at the terminal). */
void words_add(struct words *words, const char *name, const char *value);
/* Completes the request. */
bool words_close(struct words *words, struct err *err);
/* After the command. A file ends where writing ended; until then it keeps what it held, so
 * a command that is refused costs nobody their file of yesterday. If it was refused, what
 * was made for it and is empty goes again. */
void words_settle(const struct words *words, bool done);
void words_finish(struct words *words); /* closes the files */

void words_help_all(struct str *out);
void words_help(const struct command *command, struct str *out);

#endif
