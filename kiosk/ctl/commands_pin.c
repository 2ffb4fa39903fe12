#include "ctl/commands.h"

#include <string.h>

#include "base/json.h"
#include "desk/pin.h"

/* pin_set answers from the loop later; a request whose asker left meanwhile is told
 * nothing (work is NULL then), and the PIN is set all the same. */
static void
pin_was_set(const struct pin_answer *answer, void *self)
{
    struct command_request *request = self;
    struct err err = { 0 };
    bool ok = answer->outcome == PIN_RIGHT ||
              err_set(&err, ERR_IO, "the PIN could not be kept");
    command_did(request, "name", "set", ok, &err);
}

static void
run_pin_set(struct command_request *request)
{
    struct pin_person person = { .level = PIN_DESK };
    struct err err;
    const char *level = command_text(request, "level");
    if (level[0] && !pin_level_from_name(level, &person.level)) {
        err_set(&err, ERR_INPUT, "level: want helper, desk or supervisor");
        command_fail(request, &err);
        return;
    }
    if (!str_copy(person.name, sizeof person.name, command_text(request, "name"))) {
        err_set(&err, ERR_INPUT, "name: want at most %d of a-z 0-9 . _ -",
                PIN_NAME_MAX);
        command_fail(request, &err);
        return;
    }
    request->stays = true; /* pin_was_set comes whether the asker waits or not */
    if (!pin_set(request->parts->pin, &person, command_text(request, "pin"),
                 request->who, pin_was_set, request, &err))
        command_fail(request, &err);
}

const struct command command_pin_set = {
    .name = "pin set",
    .summary = "give somebody of the staff a PIN, or a new one",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = {
        { "name", COMMAND_ARGUMENT, true, "NAME", "a-z 0-9 . _ -" },
        { "level", COMMAND_TEXT, false, "LEVEL", "helper, desk (default) or supervisor" },
        { "pin", COMMAND_SECRET, true, "PIN", "4 to 12 digits, asked for; or a line of "
                                              "standard input" },
    },
    .facts = { { "name", "Name", CELL_TEXT }, { "did", "PIN", CELL_TEXT } },
    .run = run_pin_set,
};

static bool
add_person(const struct pin_person *person, void *self)
{
    struct str *out = self;
    json_open_object(out, NULL);
    json_add_text(out, "name", person->name);
    json_add_text(out, "level", pin_level_name(person->level));
    json_add_int(out, "wrong_tries", person->wrong_tries);
    json_add_bool(out, "locked", person->locked);
    json_close_object(out);
    return str_ok(out);
}

static void
run_pin_list(struct command_request *request)
{
    struct str out;
    struct err err;
    command_open_result(&out);
    json_open_array(&out, "rows");
    if (!pin_each(request->parts->pin, add_person, &out, &err)) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_pin_list = {
    .name = "pin list",
    .summary = "the staff who have a PIN at this station",
    .place = COMMAND_EITHER,
    .only_root = true,
    .columns = {
        { "name", "NAME", CELL_TEXT },
        { "level", "LEVEL", CELL_TEXT },
        { "wrong_tries", "WRONG", CELL_INT },
        { "locked", "LOCKED", CELL_YES },
    },
    .run = run_pin_list,
};

static void
run_pin_unlock(struct command_request *request)
{
    struct err err;
    bool ok = pin_unlock(request->parts->pin, command_text(request, "name"),
                         request->who, &err);
    command_did(request, "name", "unlocked", ok, &err);
}

static void
run_pin_remove(struct command_request *request)
{
    struct err err;
    bool ok = pin_remove(request->parts->pin, command_text(request, "name"),
                         request->who, &err);
    command_did(request, "name", "removed", ok, &err);
}

const struct command command_pin_unlock = {
    .name = "pin unlock",
    .summary = "let somebody try again who was locked after wrong PINs",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = { { "name", COMMAND_ARGUMENT, true, "NAME", "from kioskctl pin list" } },
    .facts = { { "name", "Name", CELL_TEXT }, { "did", "PIN", CELL_TEXT } },
    .run = run_pin_unlock,
};

const struct command command_pin_remove = {
    .name = "pin remove",
    .summary = "take somebody's PIN away; open sessions end",
    .place = COMMAND_EITHER,
    .only_root = true,
    .options = { { "name", COMMAND_ARGUMENT, true, "NAME", "from kioskctl pin list" } },
    .facts = { { "name", "Name", CELL_TEXT }, { "did", "PIN", CELL_TEXT } },
    .run = run_pin_remove,
};
