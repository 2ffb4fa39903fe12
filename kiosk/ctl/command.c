#include "ctl/command.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "desk/desk.h"
#include "store/roster.h"

enum { ANSWER_BYTES_MAX = 8 * 1024 * 1024 };

static const char *const code_names[ERR_CODE_COUNT] = {
    [ERR_NONE] = "none",     [ERR_INPUT] = "input",   [ERR_IO] = "io",
    [ERR_REMOTE] = "remote", [ERR_LIMIT] = "limit",   [ERR_ABSENT] = "absent",
    [ERR_BUSY] = "busy",     [ERR_MEMORY] = "memory",
};

const char *
command_code_name(enum err_code code)
{
    assert((unsigned)code < ERR_CODE_COUNT);
    return code_names[code];
}

const struct command *
command_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static bool
is_file(enum command_option_kind kind)
{
    return kind == COMMAND_FILE_IN || kind == COMMAND_FILE_NAMED ||
           kind == COMMAND_FILE_OUT || kind == COMMAND_DIRECTORY;
}

bool
command_file_slot(const struct command *command, const char *name, unsigned *slot)
{
    *slot = 0;
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        if (!is_file(command->options[i].kind))
            continue;
        if (strcmp(command->options[i].name, name) == 0)
            return true;
        (*slot)++;
        assert(*slot <= COMMAND_FILES_MAX);
    }
    return false;
}

int
command_file(const struct command_request *request, const char *name)
{
    unsigned slot;
    bool there = command_file_slot(request->command, name, &slot);
    assert(there);
    return there ? request->files[slot] : -1;
}

void
command_place_files(struct command_request *request)
{
    const struct command_option *options = request->command->options;
    int came[COMMAND_FILES_MAX];
    unsigned slot = 0, next = 0;
    memcpy(came, request->files, sizeof came);
    for (size_t i = 0; i < COMMAND_FILES_MAX; i++)
        request->files[i] = -1;
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && options[i].name; i++) {
        if (!is_file(options[i].kind))
            continue;
        if (command_flag(request, options[i].name) && next < COMMAND_FILES_MAX)
            request->files[slot] = came[next++];
        slot++;
    }
    while (next < COMMAND_FILES_MAX) { /* nobody asked for these */
        if (came[next] >= 0)
            close(came[next]);
        next++;
    }
}

/* What is required, and what a station without a daemon has not got. */
static bool
is_complete(const struct command_request *request, struct err *err)
{
    const struct command *command = request->command;
    if (command->place == COMMAND_DAEMON && !request->parts->desk)
        return err_set(err, ERR_BUSY, "%s: needs a running kioskd", command->name);
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        const struct command_option *option = &command->options[i];
        bool there = is_file(option->kind)
                         ? command_file(request, option->name) >= 0
                         : command_text(request, option->name)[0] != '\0';
        if (option->required && !there)
            return err_set(err, ERR_INPUT, "%s: wants %s (%s)", command->name,
                           option->value ? option->value : option->name, option->help);
    }
    return true;
}

void
command_run(struct command_request *request)
{
    struct err err;
    if (is_complete(request, &err))
        request->command->run(request);
    else
        command_fail(request, &err);
}

const char *
command_text(const struct command_request *request, const char *name)
{
    const struct json *value = json_member(request->args, name);
    const char *text = "";
    struct err err;
    return value && json_text(value, "", &text, &err) ? text : "";
}

bool
command_flag(const struct command_request *request, const char *name)
{
    return command_text(request, name)[0] != '\0';
}

bool
command_id(struct command_request *request, const char *name, int64_t *id)
{
    long long value;
    if (str_read_int(command_text(request, name), 1, INT64_MAX, &value)) {
        *id = value;
        return true;
    }
    char quoted[64];
    const char *text = command_text(request, name);
    struct err err;
    err_set(&err, ERR_INPUT, "%s: want a whole number from 1, got \"%s\"", name,
            str_quote(quoted, sizeof quoted, text, strlen(text)));
    command_fail(request, &err);
    return false;
}

static void
open_answer(struct str *out, const char *what)
{
    str_init(out, ANSWER_BYTES_MAX);
    json_open_object(out, NULL);
    json_open_object(out, what);
}

void
command_open_result(struct str *out)
{
    open_answer(out, "result");
}

void
command_open_progress(struct str *out)
{
    open_answer(out, "progress");
}

static void
send_answer(struct command_request *request, struct str *out, bool last)
{
    json_close_object(out);
    json_close_object(out);
    if (str_ok(out)) {
        request->line(request, out->data, out->length, last);
    } else {
        struct err err;
        err_set(&err, ERR_LIMIT, "%s: the answer is over %d bytes",
                request->command->name, ANSWER_BYTES_MAX);
        command_fail(request, &err);
    }
    str_finish(out);
}

void
command_progress(struct command_request *request, struct str *out)
{
    send_answer(request, out, false);
}

static bool
shows_time(const struct command *command)
{
    for (unsigned i = 0; i < COMMAND_COLUMNS_MAX; i++) {
        if ((command->facts[i].key && command->facts[i].cell == CELL_TIME) ||
            (command->columns[i].key && command->columns[i].cell == CELL_TIME))
            return true;
    }
    return false;
}

struct zone_search {
    const char *slug; /* of the event, "" = any */
    char zone[ROSTER_KEY_MAX + 1];
};

static bool
note_zone(const struct event *event, void *self)
{
    struct zone_search *search = self;
    if (search->slug[0] && strcmp(event->slug, search->slug) != 0)
        return true;
    str_copy(search->zone, sizeof search->zone, event->zone);
    return false;
}

/* The event of the role, as on the screen. */
static void
add_zone(const struct command_parts *parts, struct str *out)
{
    const struct role *role = parts->desk ? desk_role(parts->desk) : NULL;
    struct zone_search search = { .slug = "" };
    struct err err;
    if (role && role->list_count > 0)
        search.slug = role->lists[0].event;
    if (parts->db)
        roster_each_event(parts->db, note_zone, &search, &err);
    const char *own = parts->zone ? parts->zone : "";
    json_add_text(out, "zone", search.zone[0] ? search.zone : own);
}

void
command_done(struct command_request *request, struct str *out)
{
    if (shows_time(request->command))
        add_zone(request->parts, out);
    send_answer(request, out, true);
}

void
command_fail(struct command_request *request, const struct err *err)
{
    struct str out;
    open_answer(&out, "error");
    json_add_text(&out, "code", command_code_name(err->code));
    json_add_text(&out, "text", err->text);
    json_close_object(&out);
    json_close_object(&out);
    request->line(request, out.data, out.length, true);
    str_finish(&out);
}

void
command_did(struct command_request *request, const char *name, const char *did, bool ok,
            const struct err *err)
{
    if (!ok) {
        command_fail(request, err);
        return;
    }
    struct str out;
    command_open_result(&out);
    json_add_text(&out, name, command_text(request, name));
    json_add_text(&out, "did", did);
    command_done(request, &out);
}
