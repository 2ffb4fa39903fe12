/* http-cases DIR-or-FILE…: plays the suite `http` of case files against pretix-stub, a
 * fresh world a case. Prints "ok id" or "not ok id: why", then "N passed, N failed". */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "case_guard.h"
#include "case_http.h"

static bool
read_file(const char *path, struct str *out)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    char piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        str_add(out, piece, got);
    bool ok = !ferror(file) && str_ok(out);
    fclose(file);
    return ok;
}

static bool
load(const char *path, struct json **root, struct err *err)
{
    struct str raw, text;
    str_init(&raw, JSON_TEXT_MAX);
    str_init(&text, JSON_TEXT_MAX);
    bool ok = read_file(path, &raw) ? case_guard(&text, raw.data, raw.length) &&
                                          json_parse(text.data, text.length, root, err)
                                    : err_set(err, ERR_ABSENT, "cannot be read");
    str_finish(&raw);
    str_finish(&text);
    return ok || err_wrap(err, "%s", path);
}

static void
play_all(struct pretix_server *server, const struct json *root, const char *directory,
         unsigned counts[2])
{
    struct case_http_set set = { .datasets = json_at(root, "datasets"),
                                 .directory = directory };
    struct err err = { 0 };
    json_text_or(root, "defaults.now", NULL, &set.now, &err);
    for (const struct json *one = json_first(json_at(root, "cases")); one;
         one = json_next(one)) {
        const char *suite = "", *id = "?";
        json_text_or(one, "suite", "", &suite, &err);
        json_text_or(one, "id", "?", &id, &err);
        if (strcmp(suite, "http") != 0)
            continue;
        bool ok = case_http_play(server, &set, one, &err);
        counts[!ok]++;
        if (ok)
            printf("ok %s\n", id);
        else
            printf("not ok %s: %s\n", id, err.text);
    }
}

int
main(int count, char **paths)
{
    struct pretix_server *server;
    struct err err = { 0 };
    unsigned counts[2] = { 0, 0 };
    if (!pretix_server_start(&server, NULL, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int i = 1; i < count; i++) {
        char path[4096], directory[4096];
        struct stat stat_;
        bool is_directory = stat(paths[i], &stat_) == 0 && S_ISDIR(stat_.st_mode);
        snprintf(path, sizeof path, "%s%s", paths[i],
                 is_directory ? "/manifest.json" : "");
        snprintf(directory, sizeof directory, "%s", path);
        char *slash = strrchr(directory, '/');
        snprintf(slash ? slash : directory, 2, "%s", slash ? "" : ".");
        struct json *root;
        if (load(path, &root, &err)) {
            play_all(server, root, directory, counts);
            json_free(root);
        } else {
            counts[1]++;
            printf("not ok %s\n", err.text);
        }
    }
    pretix_server_stop(server);
    printf("%u passed, %u failed\n", counts[0], counts[1]);
    return counts[1] > 0;
}
