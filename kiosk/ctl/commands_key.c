#include "ctl/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "ctl/known_event.h"
#include "ctl/qr_pictures.h"
#include "store/badgekey.h"
#include "store/db.h"

/* The keys that badges are signed with. A change and its line in the audit are one
 * transaction; the audit names a key by its print, never the key. */

struct change {
    char event[ROSTER_KEY_MAX + 1];
    bool known; /* it was there before */
};

static bool
change_keys(struct command_request *request,
            bool (*act)(struct command_request *request, struct change *change,
                        struct err *err),
            struct change *change, struct err *err)
{
    struct db *db = request->parts->db;
    if (!db_begin(db, err))
        return false;
    if (act(request, change, err) &&
        badgekey_note(db, request->who, request->command->name, change->event, err) &&
        db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

/* Of a command whose argument is the event. */
static bool
name_event(const struct command_request *request, struct change *change,
           struct err *err)
{
    return str_copy(change->event, sizeof change->event,
                    command_text(request, "event")) ||
           err_set(err, ERR_INPUT, "event: its name is over %d bytes", ROSTER_KEY_MAX);
}

/* ---- make, remove ------------------------------------------------------------------
 */

static bool
make(struct command_request *request, struct change *change, struct err *err)
{
    const struct command_parts *parts = request->parts;
    return name_event(request, change, err) &&
           known_event(parts->db, change->event, false, err) &&
           badgekey_make(parts->db, change->event, parts->random, err);
}

static void
run_make(struct command_request *request)
{
    struct change change;
    struct err err;
    bool ok = change_keys(request, make, &change, &err);
    command_did(request, "event", "made", ok, &err);
}

const struct command command_key_make = {
    .name = "key make",
    .summary = "make a key that signs an event's badges from now on",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = { { "event", COMMAND_ARGUMENT, true, "EVENT", "its slug" } },
    .facts = { { "event", "Event", CELL_TEXT }, { "did", "Key", CELL_TEXT } },
    .note =
        "Once, at one station; the others get it by kioskctl key export and key\n"
        "import. Badges signed with a former key stay good where that key is known.",
    .run = run_make,
};

static bool
forget(struct command_request *request, struct change *change, struct err *err)
{
    return name_event(request, change, err) &&
           badgekey_remove(request->parts->db, change->event, err);
}

static void
run_remove(struct command_request *request)
{
    struct change change;
    struct err err;
    bool ok = change_keys(request, forget, &change, &err);
    command_did(request, "event", "removed", ok, &err);
}

const struct command command_key_remove = {
    .name = "key remove",
    .summary = "forget an event's keys: badges are no longer signed or checked here",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = { { "event", COMMAND_ARGUMENT, true, "EVENT",
                   "from kioskctl key list" } },
    .facts = { { "event", "Event", CELL_TEXT }, { "did", "Keys", CELL_TEXT } },
    .run = run_remove,
};

/* ---- list --------------------------------------------------------------------------
 */

static bool
add_event(const struct badgekeys *keys, void *self)
{
    struct str *out = self;
    for (unsigned i = 0; i < keys->count; i++) {
        json_open_object(out, NULL);
        json_add_text(out, "event", keys->event);
        json_add_text(out, "key", keys->prints[i]);
        json_add_bool(out, "signs", i == 0);
        json_close_object(out);
    }
    return str_ok(out);
}

static void
run_list(struct command_request *request)
{
    struct str out;
    struct err err;
    command_open_result(&out);
    json_open_array(&out, "rows");
    if (!badgekey_each(request->parts->db, add_event, &out, &err)) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_key_list = {
    .name = "key list",
    .summary = "the events whose badges are signed and checked here",
    .place = COMMAND_EITHER,
    .columns = {
        { "event", "EVENT", CELL_TEXT },
        { "key", "KEY", CELL_TEXT },
        { "signs", "SIGNS", CELL_YES },
    },
    .note = "Stations that show the same eight digits have the same key.",
    .run = run_list,
};

/* ---- export ------------------------------------------------------------------------
 */

struct picture {
    struct command_request *request;
    int codes_fd;
};

static void
picture_done(const struct err *err, void *self)
{
    struct picture *picture = self;
    struct command_request *request = picture->request;
    close(picture->codes_fd);
    free(picture);
    command_did(request, "event", "exported", !err, err);
}

/* A name that is a file's in any directory. */
static void
name_picture(const char *event, char *path, size_t size)
{
    snprintf(path, size, "badge-key-%s.png", event);
    for (char *at = path; *at; at++) {
        if (*at == '/' || *at == ':')
            *at = '-';
    }
}

static bool
draw_picture(struct command_request *request, const char *event, const char *line,
             struct err *err)
{
    const struct command_parts *parts = request->parts;
    char path[ROSTER_KEY_MAX + 32];
    struct picture *picture = calloc(1, sizeof *picture);
    if (!picture)
        return err_no_memory(err);
    *picture = (struct picture){ request, qr_pictures_list(err) };
    struct qr_pictures pictures = {
        .helper = parts->helper,
        .loop = parts->loop,
        .task = parts->task,
        .codes_fd = picture->codes_fd,
        .dir_fd = command_file(request, "picture"),
        .done = picture_done,
        .self = picture,
    };
    name_picture(event, path, sizeof path);
    if (picture->codes_fd >= 0 && qr_pictures_add(picture->codes_fd, line, path, err) &&
        qr_pictures_draw(&pictures, err)) {
        request->stays = true;
        return true;
    }
    if (picture->codes_fd >= 0)
        close(picture->codes_fd);
    free(picture);
    return false;
}

static bool
write_line(int fd, char *line, struct err *err)
{
    size_t length = strlen(line);
    line[length] = '\n';
    bool ok = fd_write(fd, line, length + 1);
    line[length] = '\0';
    return ok || err_set(err, ERR_IO, "badge key: %s", strerror(errno));
}

static void
run_export(struct command_request *request)
{
    const char *event = command_text(request, "event");
    int out = command_file(request, "out");
    bool wants_picture = command_file(request, "picture") >= 0;
    char line[BADGEKEY_TEXT_MAX + 2];
    struct err err;
    bool ok = (out >= 0 || wants_picture ||
               err_set(&err, ERR_INPUT, "key export: wants FILE or --picture DIR")) &&
              badgekey_export(request->parts->db, event, line, &err) &&
              badgekey_note(request->parts->db, request->who, request->command->name,
                            event, &err) &&
              (out < 0 || write_line(out, line, &err));
    bool draws = ok && wants_picture;
    if (draws)
        ok = draw_picture(request, event, line, &err);
    explicit_bzero(line, sizeof line);
    if (!draws || !ok)
        command_did(request, "event", "exported", ok, &err);
}

const struct command command_key_export = {
    .name = "key export",
    .summary = "write the key that signs an event's badges, for the next station",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = {
        { "event", COMMAND_ARGUMENT, true, "EVENT", "from kioskctl key list" },
        { "out", COMMAND_FILE_OUT, false, "FILE", "one line; - is standard output" },
        { "picture", COMMAND_DIRECTORY, false, "DIR",
          "a QR code to be scanned at the next station: badge-key-EVENT.png" },
    },
    .facts = { { "event", "Event", CELL_TEXT }, { "did", "Key", CELL_TEXT } },
    .note = "Whoever has it can make badges that pass: delete file and picture afterwards.",
    .run = run_export,
};

/* ---- import ------------------------------------------------------------------------
 */

static bool
import(struct command_request *request, struct change *change, struct err *err)
{
    const char *line = command_text(request, "key");
    return badgekey_import(request->parts->db, line, strlen(line), change->event,
                           &change->known, err);
}

static void
run_import(struct command_request *request)
{
    struct change change;
    struct err err;
    if (!change_keys(request, import, &change, &err)) {
        command_fail(request, &err);
        return;
    }
    struct str out;
    command_open_result(&out);
    json_add_text(&out, "event", change.event);
    json_add_text(&out, "did",
                  change.known ? "was here already; it signs" : "imported");
    command_done(request, &out);
}

const struct command command_key_import = {
    .name = "key import",
    .summary = "take over the key that another station exported",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = { { "key", COMMAND_SECRET, true, "KEY",
                   "the line, asked for; or of standard input" } },
    .facts = { { "event", "Event", CELL_TEXT }, { "did", "Key", CELL_TEXT } },
    .note = "A supervisor in the staff corner may scan its QR code instead.",
    .run = run_import,
};
