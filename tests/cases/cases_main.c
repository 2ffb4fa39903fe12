/* pretix-cases DIR-or-FILE…: replays cases (see cases.h). Of a folder: its own files
 * and those in its folder "client" that hold cases. Prints "ok ID" or "not ok ID:
 * expected X, got Y" for each, and at the end "N passed, N failed"; exit 0 only if none
 * failed. */

#include "cases.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "case_guard.h"

enum { PATH_BYTES = 4096, RESULT_BYTES = 4096 };

struct tally {
    unsigned long passed, failed;
};

static void
fail(struct tally *tally, const char *id, const char *why)
{
    printf("not ok %s: %s\n", id, why);
    tally->failed++;
}

static bool
read_whole(const char *path, struct str *text)
{
    FILE *file = fopen(path, "re");
    char piece[65536];
    size_t got;
    if (!file)
        return false;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        str_add(text, piece, got);
    bool good = !ferror(file) && str_ok(text);
    fclose(file);
    return good;
}

static void
run_case(struct tally *tally, const struct cases_file *file, const struct json *one)
{
    const char *id = "(a case without an id)", *suite;
    struct cases_result result = { 0 };
    struct err err;
    if (!json_text_or(one, "id", id, &id, &err))
        id = "(a case whose id is no text)";
    str_init(&result.text, RESULT_BYTES);
    cases_function function = cases_find(file, one, &suite);
    if (function)
        function(file, one, &result);
    else
        cases_refuse(&result, "no such suite here: %s", suite);
    if (result.failed)
        fail(tally, id, result.text.data);
    else {
        printf("ok %s\n", id);
        tally->passed++;
    }
    str_finish(&result.text);
}

/* A file without `cases` is a failure, unless it was only met in a folder. */
static void
run_file(struct tally *tally, const char *path, bool named)
{
    struct str raw, text;
    struct json *root = NULL;
    struct err err = { 0 };
    char folder[PATH_BYTES];
    str_init(&raw, JSON_TEXT_MAX);
    str_init(&text, JSON_TEXT_MAX);
    const struct json *cases = NULL;
    if (!read_whole(path, &raw) || !case_guard(&text, raw.data, raw.length))
        fail(tally, path, "cannot be read");
    else if (!json_parse(text.data, text.length, &root, &err))
        fail(tally, path, err.text);
    else if (!json_array(root, "cases", &cases, &err) && named)
        fail(tally, path, err.text);

    str_copy(folder, sizeof folder, path);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    struct cases_file file = { root, path, slash ? folder : "." };
    for (const struct json *one = json_first(cases); one; one = json_next(one))
        run_case(tally, &file, one);
    json_free(root);
    str_finish(&raw);
    str_finish(&text);
}

static int
is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static void
run_folder(struct tally *tally, const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_json, alphasort);
    if (count < 0)
        fail(tally, path, strerror(errno));
    for (int i = 0; i < count; i++) {
        char inner[PATH_BYTES];
        snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        run_file(tally, inner, false);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void
run_path(struct tally *tally, const char *path)
{
    struct stat status;
    char client[PATH_BYTES];
    if (stat(path, &status) != 0) {
        fail(tally, path, strerror(errno));
        return;
    }
    if (!S_ISDIR(status.st_mode)) {
        run_file(tally, path, true);
        return;
    }
    run_folder(tally, path);
    snprintf(client, sizeof client, "%s/client", path);
    if (stat(client, &status) == 0 && S_ISDIR(status.st_mode))
        run_folder(tally, client);
}

int
main(int argc, char **argv)
{
    struct tally tally = { 0 };
    if (argc < 2) {
        fputs("usage: pretix-cases DIR-or-FILE…\n", stderr);
        return 2;
    }
    for (int i = 1; i < argc; i++)
        run_path(&tally, argv[i]);
    printf("%lu passed, %lu failed\n", tally.passed, tally.failed);
    return tally.failed == 0 ? 0 : 1;
}
