#include "ctl/commands.h"

#include <string.h>

#include "base/json.h"
#include "ctl/reload.h"
#include "store/settings.h"

/* A row a line: {"state":"taken","text":"role"}. */
static void
add_lines(struct str *out, const char *state, const struct str *lines)
{
    for (const char *at = lines->length ? lines->data : ""; *at;) {
        size_t length = strcspn(at, "\n");
        json_open_object(out, NULL);
        json_add_text(out, "state", state);
        json_add_bytes(out, "text", at, length);
        json_close_object(out);
        at += length + (at[length] == '\n');
    }
}

static void
refuse(struct command_request *request, const struct reload *last)
{
    const char *lines = last->wrong.length ? last->wrong.data : "it cannot be read";
    size_t first = strcspn(lines, "\n");
    unsigned more = 0;
    for (const char *c = lines + first; *c; c++)
        more += *c == '\n' && c[1];
    struct err err;
    if (more)
        err_set(&err, ERR_INPUT,
                "%.*s (and %u more: kioskd --check); the former configuration stays",
                (int)first, lines, more);
    else
        err_set(&err, ERR_INPUT, "%.*s; the former configuration stays", (int)first,
                lines);
    command_fail(request, &err);
}

static void
run_reload(struct command_request *request)
{
    const struct reload_door *door = request->parts->reload;
    struct err err;
    struct str out;
    if (!door) {
        err_set(&err, ERR_ABSENT, "reload: this station has no configuration to read");
        command_fail(request, &err);
        return;
    }
    door->again(door->self);
    const struct reload *last = door->last;
    if (!audit_add(request->parts->db, request->who, "reload",
                   last->refused ? "refused" : "taken", &err)) {
        command_fail(request, &err);
        return;
    }
    if (last->refused) {
        refuse(request, last);
        return;
    }
    command_open_result(&out);
    json_add_text(&out, "file", last->file[0] ? last->file : "(defaults)");
    json_add_text(&out, "did",
                  last->taken.length || last->waits.length ? "read again"
                                                           : "nothing has changed");
    json_open_array(&out, "rows");
    add_lines(&out, "taken", &last->taken);
    add_lines(&out, "waits", &last->waits);
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_reload = {
    .name = "reload",
    .summary = "read the configuration again; says what was taken and what waits",
    .place = COMMAND_DAEMON,
    .only_root = true,
    .facts = { { "file", "File", CELL_TEXT }, { "did", "Done", CELL_TEXT } },
    .columns = { { "state", "STATE", CELL_TEXT }, { "text", "WHAT", CELL_TEXT } },
    .note = "As systemctl reload kioskd, with an answer. One that is wrong changes "
            "nothing.",
    .run = run_reload,
};
