#ifndef YUELAI_CLIENT_WORLD_H
#define YUELAI_CLIENT_WORLD_H

/* client_world: what the suites client/… share: the store and the copy of offline_scene, an
 * account, and a wire that gives the case's answers.
 *
 *     {"status": 400, "json": …} or {"status": 400, "body": "<html>"}, with or without
 *     "headers"; or {"io_error": "timeout"} */

#include "offline_scene.h"
#include "sync/account.h"
#include "sync/api.h"
#include "wire.h"

enum { CLIENT_REQUESTS_MAX = 64 };

struct client_world {
    struct offline_scene scene;
    struct cases_file data; /* where datasets are: beside the file, or above it */
    char folder[4096];
    struct json *manifest;
    struct account account;
    struct api_client api;
    struct wire wire;
    struct wire_request *requests[CLIENT_REQUESTS_MAX]; /* open, in order */
    unsigned open;
};

/* False: *result says why. Close it all the same. */
bool client_open(struct client_world *world, const struct cases_file *file,
                 struct cases_result *result);
void client_close(struct client_world *world);

/* Loads the dataset of that name; none if it is NULL. */
bool client_load(struct client_world *world, const char *dataset,
                 struct cases_result *result);

/* Gives the open request at this place the answer of a case. */
bool client_answer(struct client_world *world, unsigned at, const struct json *http,
                   struct cases_result *result);

/* A text of the case, or `otherwise`. */
const char *client_text(const struct json *json, const char *path,
                        const char *otherwise);
void client_expect_text(const struct json *expect, const char *name, const char *got,
                        struct cases_result *result);
void client_expect_bool(const struct json *expect, const char *name, bool got,
                        struct cases_result *result);
void client_expect_int(const struct json *expect, const char *name, int64_t got,
                       struct cases_result *result);

#endif
