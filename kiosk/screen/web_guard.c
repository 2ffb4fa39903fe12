#include "screen/web_guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };

static bool
is_our_host(const char *host, uint16_t port)
{
    for (size_t i = 0; host && i < sizeof names / sizeof *names; i++) {
        char ours[64];
        snprintf(ours, sizeof ours, "%s:%" PRIu16, names[i], port);
        if (strcasecmp(host, ours) == 0)
            return true;
    }
    return false;
}

static bool
is_our_origin(const char *origin, uint16_t port)
{
    static const char scheme[] = "http://";
    return strncasecmp(origin, scheme, sizeof scheme - 1) == 0 &&
           is_our_host(origin + sizeof scheme - 1, port);
}

/* "none" is what a person typed into the address bar. */
static bool
is_our_site(const char *fetch_site)
{
    return strcmp(fetch_site, "same-origin") == 0 || strcmp(fetch_site, "none") == 0;
}

static bool
is_json(const char *content_type)
{
    static const char json[] = "application/json";
    if (!content_type || strncasecmp(content_type, json, sizeof json - 1) != 0)
        return false;
    char after = content_type[sizeof json - 1];
    return after == '\0' || after == ';' || after == ' ';
}

int
web_guard_status(const struct web_guard_request *request, uint16_t port)
{
    if (!is_our_host(request->host, port))
        return 421;
    if (request->origin && !is_our_origin(request->origin, port))
        return 403;
    if (request->fetch_site && !is_our_site(request->fetch_site))
        return 403;
    if (request->posts && !is_json(request->content_type))
        return 415;
    return 0;
}

bool
web_guard_cookie(const char *header, const char *name, char *value, unsigned size)
{
    size_t name_length = strlen(name);
    for (const char *at = header; at && *at;) {
        at += strspn(at, " ;");
        size_t length = strcspn(at, ";");
        if (length > name_length && strncmp(at, name, name_length) == 0 &&
            at[name_length] == '=') {
            size_t value_length = length - name_length - 1;
            if (value_length >= size)
                return false;
            memcpy(value, at + name_length + 1, value_length);
            value[value_length] = '\0';
            return true;
        }
        at += length;
    }
    return false;
}
