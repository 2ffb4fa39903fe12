#include "ctl/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "print/printq.h"
#include "print/supply.h"
#include "store/settings.h"

/* ---- what is left on a roll ----------------------------------------------------- */

/* What a roll will do, in a few words; "" if there is nothing to say. Returns `to`. */
const char *
commands_say_roll(const struct printq_roll *roll, char to[80])
{
    char when[40] = "";
    to[0] = '\0';
    if (roll->has_end && roll->minutes == 0)
        snprintf(when, sizeof when, "ends within a minute");
    else if (roll->has_end && roll->minutes < 120)
        snprintf(when, sizeof when, "ends in about %" PRId64 " min", roll->minutes);
    else if (roll->has_end)
        snprintf(when, sizeof when, "ends in about %" PRId64 " h", roll->minutes / 60);
    if (roll->counted)
        snprintf(to, 80, "%s%s%s", roll->low ? "low" : "",
                 roll->low && when[0] ? ", " : "", when);
    return to;
}

void
commands_add_roll(const struct printq_roll *roll, struct str *out)
{
    char text[80];
    if (!roll->counted)
        return;
    json_add_int(out, "labels_left", roll->left);
    json_add_bool(out, "labels_low", roll->low);
    if (roll->has_end)
        json_add_int(out, "roll_minutes", roll->minutes);
    json_add_text(out, "roll", commands_say_roll(roll, text));
}

/* ---- a new one ------------------------------------------------------------------ */

static bool
read_count(const char *text, int64_t *labels, struct err *err)
{
    long long count = 0;
    if (text[0] && !str_read_int(text, 1, SUPPLY_LABELS_MAX, &count))
        return err_set(err, ERR_INPUT, "count: want a whole number of 1 to %d labels",
                       SUPPLY_LABELS_MAX);
    *labels = count;
    return true;
}

static void
run_printer_roll(struct command_request *request)
{
    char detail[PRINTQ_NAME_MAX + 48];
    const char *count = command_text(request, "count");
    unsigned number;
    int64_t labels = 0;
    struct err err;
    if (!commands_find_printer(request, &number))
        return;
    snprintf(detail, sizeof detail, "printer=%s labels=%.10s",
             command_text(request, "printer"), count[0] ? count : "configured");
    bool ok =
        read_count(count, &labels, &err) &&
        audit_add(request->parts->db, request->who, "printer roll", detail, &err) &&
        printq_roll(request->parts->printq, number, labels, &err);
    command_did(request, "printer", "new roll", ok, &err);
}

const struct command command_printer_roll = {
    .name = "printer roll",
    .summary = "say that a new roll of labels is in a printer",
    .place = COMMAND_DAEMON,
    .options = {
        { "printer", COMMAND_ARGUMENT, true, "PRINTER", "name from kioskctl printers" },
        { "count", COMMAND_ARGUMENT, false, "COUNT",
          "labels on it; else as roll in its section says" },
    },
    .facts = { { "printer", "Printer", CELL_TEXT }, { "did", "Done", CELL_TEXT } },
    .run = run_printer_roll,
};
