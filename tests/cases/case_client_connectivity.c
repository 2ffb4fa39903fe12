#include "cases.h"

#include <stdio.h>
#include <string.h>

#include "client_world.h"
#include "sync/reach.h"

/* client/connectivity: exchanges one after the other, and what reach makes of them. */

enum { ERRORS_ONLY_MS = 3600 * 1000 };

/* "5s"; "off": never by itself; "errors": slow is never bad. */
static bool
read_mode(const char *mode, int64_t *limit_ms)
{
    char digits[16];
    long long seconds;
    size_t length = strlen(mode);
    *limit_ms =
        strcmp(mode, "errors") == 0 || strcmp(mode, "error") == 0 ? ERRORS_ONLY_MS : 0;
    if (*limit_ms || strcmp(mode, "off") == 0)
        return true;
    if (length < 2 || length >= sizeof digits || mode[length - 1] != 's')
        return false;
    memcpy(digits, mode, length - 1);
    digits[length - 1] = '\0';
    if (!str_read_int(digits, 1, 3600, &seconds))
        return false;
    *limit_ms = seconds * 1000;
    return true;
}

static bool
play(struct reach *reach, const struct json *event)
{
    int64_t took_ms;
    struct err ignored;
    const char *word = client_text(event, "", NULL);
    if (!word && json_int(event, "", &took_ms, &ignored))
        reach_note(reach, took_ms);
    else if (word && strcmp(word, "error") == 0)
        reach_fail(reach);
    else if (word && strcmp(word, "hard_on") == 0)
        reach_hard(reach, true);
    else if (word && strcmp(word, "hard_off") == 0)
        reach_hard(reach, false);
    else
        return false;
    return true;
}

void
case_client_connectivity(const struct cases_file *file, const struct json *one,
                         struct cases_result *result)
{
    struct reach reach;
    struct err ignored;
    int64_t limit_ms;
    bool offline = false;
    const struct json *events = json_member(one, "events");
    const struct json *expect = json_member(one, "expect_offline_after_each");
    const char *mode = client_text(one, "mode", "?");
    (void)file;
    if (!read_mode(mode, &limit_ms) || json_count(events) != json_count(expect) ||
        !json_bool_or(one, "start_offline", false, &offline, &ignored)) {
        cases_refuse(result,
                     "want a mode that is known (\"%s\"), and as many "
                     "expectations as events",
                     mode);
        return;
    }
    reach_init(&reach, limit_ms, offline);
    const struct json *event = json_first(events), *want = json_first(expect);
    for (unsigned i = 1; event; event = json_next(event), want = json_next(want), i++) {
        bool wanted = false;
        char text[64];
        if (!play(&reach, event) || !json_bool(want, "", &wanted, &ignored)) {
            cases_refuse(result, "event %u is of no known kind", i);
            return;
        }
        snprintf(text, sizeof text, "after event %u offline %s", i,
                 wanted ? "true" : "false");
        if (reach_is_offline(&reach) != wanted)
            cases_differ(result, text, wanted ? "false" : "true");
    }
}
