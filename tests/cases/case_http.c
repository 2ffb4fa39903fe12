#include "cases.h"

#include <stdlib.h>

#include "case_http.h"

/* One server for all cases of the program: each begins with a fresh world in it. */
static struct pretix_server *server;

static void
stop(void)
{
    pretix_server_stop(server);
}

void
case_http(const struct cases_file *file, const struct json *one,
          struct cases_result *result)
{
    struct err err = { 0 };
    struct case_http_set set = { .datasets = json_at(file->root, "datasets"),
                                 .directory = file->folder };
    if (!server && !pretix_server_start(&server, NULL, &err)) {
        cases_refuse(result, "%s", err.text);
        return;
    }
    static bool registered;
    if (!registered)
        registered = atexit(stop) == 0;
    if (!json_text_or(file->root, "defaults.now", NULL, &set.now, &err) ||
        !case_http_play(server, &set, one, &err))
        cases_refuse(result, "%s", err.text);
}
