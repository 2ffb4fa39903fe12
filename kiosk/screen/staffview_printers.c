#include "screen/staffview_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "print/printq.h"
#include "store/settings.h"

/* ---- what stands there ---------------------------------------------------------- */

static void
write_roll(const struct printq_roll *roll, struct str *out)
{
    json_open_object(out, "roll");
    json_add_int(out, "labels", roll->labels);
    if (roll->counted) {
        json_add_int(out, "left", roll->left);
        json_add_bool(out, "low", roll->low);
    }
    if (roll->has_end)
        json_add_int(out, "minutes", roll->minutes);
    json_close_object(out);
}

void
staffview_write_printers(const struct staffview *view, struct str *out)
{
    static const char *const healths[] = { "ready", "printing", "trouble",
                                           "unreachable", "drained" };
    struct printq *printq = view->setting->printq;
    json_open_array(out, "printers");
    for (unsigned i = 0; printq && i < printq_count(printq); i++) {
        struct printq_status status;
        printq_status(printq, i, &status);
        if (status.name[0] == '\0')
            continue;
        json_open_object(out, NULL);
        json_add_int(out, "number", i);
        json_add_text(out, "name", status.name);
        json_add_text(out, "health", healths[status.health]);
        json_add_text(out, "problem", printq_problem_name(status.problem));
        json_add_text(out, "queue", printq_queue_of(&status));
        json_add_text(out, "text", status.text);
        json_add_int(out, "printed", status.printed);
        json_add_bool(out, "on_trial", status.on_trial);
        if (status.next_try_ms)
            json_add_int(out, "next_try_ms", status.next_try_ms);
        write_roll(&status.roll, out);
        json_close_object(out);
    }
    json_close_array(out);
}

/* ---- what staff do to them ------------------------------------------------------ */

static bool
read_printer(struct staffview *view, const struct json *body, unsigned *number,
             struct err *err)
{
    int64_t value;
    struct printq *printq = view->setting->printq;
    if (!json_int(body, "number", &value, err))
        return false;
    if (!printq || value < 0 || value >= (int64_t)printq_count(printq))
        return err_set(err, ERR_ABSENT, "printer: there is no number %" PRId64, value);
    *number = (unsigned)value;
    return true;
}

/* What people do to a printer is in the audit, before it is done. */
static bool
note_printer(struct staffview *view, unsigned number, const char *what, struct err *err)
{
    struct printq_status status;
    char detail[PRINTQ_NAME_MAX + 16];
    printq_status(view->setting->printq, number, &status);
    snprintf(detail, sizeof detail, "printer=%s", status.name);
    return audit_add(view->setting->db, view->who, what, detail, err);
}

bool
staffview_drain(struct staffview *view, const struct json *body, struct err *err)
{
    unsigned number;
    bool drained;
    if (!read_printer(view, body, &number, err) ||
        !json_bool(body, "drained", &drained, err))
        return false;
    view->notice = drained ? "drained" : "taken";
    return note_printer(view, number, drained ? "printer drain" : "printer resume",
                        err) &&
           printq_drain(view->setting->printq, number, drained, err);
}

bool
staffview_test(struct staffview *view, const struct json *body, struct err *err)
{
    unsigned number;
    if (!read_printer(view, body, &number, err))
        return false;
    view->notice = "tested";
    return note_printer(view, number, "printer test", err) &&
           printq_test(view->setting->printq, number, err);
}

bool
staffview_roll(struct staffview *view, const struct json *body, struct err *err)
{
    unsigned number;
    if (!read_printer(view, body, &number, err))
        return false;
    view->notice = "new-roll";
    return note_printer(view, number, "printer roll", err) &&
           printq_roll(view->setting->printq, number, 0, err);
}
