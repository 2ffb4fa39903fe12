/* pretix-judge DIR [URL TOKEN EVENT...]: fills DIR from a ticketing server, if told of
 * one, then answers each line of standard input by a line; see judge.h. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"

enum { LINE_BYTES = 1024 * 1024 };

static void
answer_line(struct judge *judge, const char *line, size_t length)
{
    struct json *scan = NULL;
    struct str out;
    struct err err;
    str_init(&out, LINE_BYTES);
    if (!json_parse(line, length, &scan, &err) ||
        !judge_scan(judge, scan, &out, &err)) {
        str_clear(&out);
        json_open_object(&out, NULL);
        json_add_text(&out, "code", "broken");
        json_add_text(&out, "words", err.text);
        json_close_object(&out);
    }
    printf("%s\n", out.data);
    fflush(stdout);
    json_free(scan);
    str_finish(&out);
}

int
main(int count, char **words)
{
    struct err err;
    char *line = malloc(LINE_BYTES);
    struct judge *judge = calloc(1, sizeof *judge);
    if (count < 2 || count == 3 || count == 4 || !line || !judge) {
        fprintf(stderr, "usage: %s DIR [URL TOKEN EVENT...]\n", words[0]);
        return 2;
    }
    str_copy(judge->dir, sizeof judge->dir, words[1]);
    if (!judge_open(judge, &err) ||
        (count > 4 &&
         !judge_sync(judge, words[2], words[3], (const char *const *)(words + 4),
                     (unsigned)count - 4, &err)) ||
        !judge_open(judge, &err)) {
        fprintf(stderr, "%s: %s\n", words[0], err.text);
        return 1;
    }
    printf("{\"ready\":true}\n");
    fflush(stdout);
    while (fgets(line, LINE_BYTES, stdin))
        answer_line(judge, line, strlen(line));
    fprintf(stderr, "the journal was taken back %u times\n", judge->resets);
    judge_close(judge);
    free(judge);
    free(line);
    return 0;
}
