#include "ctl/commands.h"

#include "base/json.h"
#include "desk/desk.h"

void
commands_add_clock(const struct desk *desk, struct str *out)
{
    struct desk_clock clock;
    desk_clock(desk, &clock);
    json_add_text(out, "clock",
                  clock.before_built ? "wrong: before this program was built; set it"
                  : clock.suspect
                      ? "suspect: long before the newest check-in; if it is "
                        "right: kioskctl clock confirm"
                      : "right, as far as can be told");
    json_add_bool(out, "clock_suspect", clock.suspect);
    json_add_int(out, "now_ms", clock.now_ms);
    if (clock.newest_ms)
        json_add_int(out, "newest_ms", clock.newest_ms);
    if (clock.confirmed_ms)
        json_add_int(out, "confirmed_ms", clock.confirmed_ms);
}

static void
run_clock(struct command_request *request)
{
    struct str out;
    command_open_result(&out);
    commands_add_clock(request->parts->desk, &out);
    command_done(request, &out);
}

static void
run_clock_confirm(struct command_request *request)
{
    struct err err;
    if (desk_confirm_clock(request->parts->desk, request->who, &err))
        run_clock(request);
    else
        command_fail(request, &err);
}

#define CLOCK_FACTS                                                          \
    {                                                                        \
        { "clock", "Clock", CELL_TEXT }, { "now_ms", "It says", CELL_TIME }, \
            { "newest_ms", "Newest check-in", CELL_TIME },                   \
            { "confirmed_ms", "Confirmed", CELL_TIME },                      \
    }

const struct command command_clock = {
    .name = "clock",
    .summary = "what the station thinks of its clock",
    .place = COMMAND_DAEMON,
    .facts = CLOCK_FACTS,
    .run = run_clock,
};

const struct command command_clock_confirm = {
    .name = "clock confirm",
    .summary = "say that the clock is right now, after one that was far ahead",
    .place = COMMAND_DAEMON,
    .only_root = true,
    .facts = CLOCK_FACTS,
    .note =
        "Until then a clock before the newest check-in refuses nobody by their times.",
    .run = run_clock_confirm,
};
