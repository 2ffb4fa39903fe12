#include "client_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"

enum { MANIFEST_MAX = JSON_TEXT_MAX };

/* ---- the wire ----------------------------------------------------------------------
 */

static void
start(struct wire_request *request, void *self)
{
    struct client_world *world = self;
    str_init(&request->answer, request->body_max);
    if (world->open < CLIENT_REQUESTS_MAX)
        world->requests[world->open++] = request;
}

static void
abort_request(struct wire_request *request, void *self)
{
    struct client_world *world = self;
    unsigned to = 0;
    for (unsigned i = 0; i < world->open; i++) {
        if (world->requests[i] != request)
            world->requests[to++] = world->requests[i];
    }
    world->open = to;
}

static bool
outcome_of(const char *error, enum wire_outcome *outcome)
{
    static const struct {
        const char *part;
        enum wire_outcome outcome;
    } words[] = {
        { "timeout", WIRE_TIMEOUT },
        { "time", WIRE_TIMEOUT },
        { "refused", WIRE_UNREACHABLE },
        { "connect", WIRE_UNREACHABLE },
        { "unreachable", WIRE_UNREACHABLE },
        { "dns", WIRE_UNREACHABLE },
        { "host", WIRE_UNREACHABLE },
        { "tls", WIRE_UNTRUSTED },
        { "ssl", WIRE_UNTRUSTED },
        { "cert", WIRE_UNTRUSTED },
        { "cut", WIRE_CUT },
        { "reset", WIRE_CUT },
        { "eof", WIRE_CUT },
        { "large", WIRE_TOO_LARGE },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(error, words[i].part)) {
            *outcome = words[i].outcome;
            return true;
        }
    }
    return false;
}

static int64_t
retry_after_ms(const struct json *http)
{
    const struct json *headers = json_member(http, "headers");
    const char *text = offline_text(json_member(headers, "Retry-After"));
    long long seconds;
    return str_read_int(text, 0, 86400, &seconds) ? seconds * 1000 : 0;
}

static bool
fill(struct wire_request *request, const struct json *http, struct cases_result *result)
{
    const char *error = client_text(http, "io_error", NULL);
    const char *body = client_text(http, "body", NULL);
    const struct json *json = json_member(http, "json");
    int64_t status;
    struct err err;
    request->outcome = WIRE_OK;
    if (error && !outcome_of(error, &request->outcome)) {
        cases_refuse(result, "an io_error of another kind: %s", error);
        return false;
    }
    if (error)
        return true;
    if (!json_int(http, "status", &status, &err)) {
        cases_refuse(result, "answer: %s", err.text);
        return false;
    }
    request->status = (int)status;
    request->retry_after_ms = retry_after_ms(http);
    if (json)
        json_add_value(&request->answer, NULL, json);
    else if (body)
        str_add_text(&request->answer, body);
    return true;
}

bool
client_answer(struct client_world *world, unsigned at, const struct json *http,
              struct cases_result *result)
{
    struct wire_request *request = world->requests[at];
    if (!http || !fill(request, http, result))
        return false;
    abort_request(request, world);
    request->done(request);
    return true;
}

/* ---- data
 * ---------------------------------------------------------------------------- */

static struct json *
read_manifest(const char *folder)
{
    char path[4200];
    struct str text;
    struct json *root = NULL;
    struct err ignored;
    snprintf(path, sizeof path, "%s/manifest.json", folder);
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    str_init(&text, MANIFEST_MAX);
    char piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        str_add(&text, piece, got);
    fclose(file);
    if (!str_ok(&text) || !json_parse(text.data, text.length, &root, &ignored))
        root = NULL;
    str_finish(&text);
    return root;
}

bool
client_load(struct client_world *world, const char *dataset,
            struct cases_result *result)
{
    char path[256];
    if (!dataset)
        return true;
    snprintf(path, sizeof path, "datasets.%s.load", dataset);
    const struct json *entries = json_at(world->scene.file->root, path);
    if (!entries) {
        cases_refuse(result, "no dataset %s", dataset);
        return false;
    }
    for (const struct json *item = json_first(entries); item; item = json_next(item)) {
        if (!offline_add(&world->scene, item)) {
            cases_refuse(result, "%s", world->scene.wrong);
            return false;
        }
    }
    return true;
}

bool
client_open(struct client_world *world, const struct cases_file *file,
            struct cases_result *result)
{
    memset(world, 0, sizeof *world);
    world->data = *file;
    str_copy(world->folder, sizeof world->folder, file->folder);
    if (!json_member(file->root, "datasets")) {
        snprintf(world->folder, sizeof world->folder, "%s/..", file->folder);
        world->manifest = read_manifest(world->folder);
        if (!world->manifest) {
            str_copy(world->folder, sizeof world->folder, file->folder);
            world->manifest = read_manifest(world->folder);
        }
    }
    world->data.folder = world->folder;
    if (world->manifest)
        world->data.root = world->manifest;
    offline_open(&world->scene, &world->data);
    world->wire = (struct wire){ start, abort_request, world };
    world->account = (struct account){ .state = ACCOUNT_ACTIVE, .device_id = 1 };
    str_copy(world->account.url, sizeof world->account.url, "https://pretix.example");
    str_copy(world->account.organizer, sizeof world->account.organizer, "dummy");
    str_copy(world->account.token, sizeof world->account.token, "token");
    world->api = (struct api_client){ &world->wire, &world->scene.hand.clock,
                                      &world->scene.log, &world->account };
    if (world->scene.wrong[0])
        cases_refuse(result, "%s", world->scene.wrong);
    return !world->scene.wrong[0];
}

void
client_close(struct client_world *world)
{
    offline_close(&world->scene);
    json_free(world->manifest);
}

/* ---- what is expected
 * ------------------------------------------------------------------ */

const char *
client_text(const struct json *json, const char *path, const char *otherwise)
{
    const char *text = NULL;
    struct err ignored;
    return json_text(json, path, &text, &ignored) ? text : otherwise;
}

void
client_expect_text(const struct json *expect, const char *name, const char *got,
                   struct cases_result *result)
{
    const struct json *value = json_member(expect, name);
    char wanted[512], came[512];
    if (!value)
        return;
    const char *text = client_text(value, "", "");
    if (strcmp(text, got) == 0)
        return;
    snprintf(wanted, sizeof wanted, "%s %s", name, text);
    snprintf(came, sizeof came, "%s", got[0] ? got : "none");
    cases_differ(result, wanted, came);
}

void
client_expect_bool(const struct json *expect, const char *name, bool got,
                   struct cases_result *result)
{
    bool wanted;
    struct err ignored;
    char text[128];
    if (!json_member(expect, name) || !json_bool(expect, name, &wanted, &ignored) ||
        wanted == got)
        return;
    snprintf(text, sizeof text, "%s %s", name, wanted ? "true" : "false");
    cases_differ(result, text, got ? "true" : "false");
}

void
client_expect_int(const struct json *expect, const char *name, int64_t got,
                  struct cases_result *result)
{
    int64_t wanted;
    struct err ignored;
    char text[128], came[32];
    if (!json_member(expect, name) || !json_int(expect, name, &wanted, &ignored) ||
        wanted == got)
        return;
    snprintf(text, sizeof text, "%s %lld", name, (long long)wanted);
    snprintf(came, sizeof came, "%lld", (long long)got);
    cases_differ(result, text, came);
}
