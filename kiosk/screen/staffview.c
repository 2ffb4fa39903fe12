#include "screen/staffview.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print/printq.h"
#include "screen/staffview_inside.h"
#include "store/settings.h"

/* ---- looking up ---------------------------------------------------------------------
 */

static bool
find(struct staffview *view, struct err *err)
{
    unsigned count = 0;
    if (view->query[0] != '\0' &&
        !staff_find(view->setting->desk, view->query, view->rows, STAFFVIEW_ROWS + 1,
                    &count, err))
        return false;
    view->row_count = count;
    return true;
}

static bool
open_guest(struct staffview *view, const char *ref, struct err *err)
{
    if (!staff_detail(view->setting->desk, ref, view->detail, err))
        return false;
    view->has_detail = true;
    return true;
}

/* ---- acts: each takes its parameters from body ------------------------------ */

static bool
act_show(struct staffview *view, const struct json *body, struct err *err)
{
    const char *name;
    enum staffview_screen screen;
    if (!json_text(body, "screen", &name, err))
        return false;
    if (!staffview_screen_from_name(name, &screen))
        return err_set(err, ERR_ABSENT, "screen: there is no such one");
    if (!staffview_may_show(view, screen, err))
        return false;
    staffview_drop_code(view);
    view->screen = screen;
    return true;
}

static bool
act_find(struct staffview *view, const struct json *body, struct err *err)
{
    if (!json_copy(body, "query", view->query, sizeof view->query, err))
        return false;
    view->screen = STAFFVIEW_FIND;
    return find(view, err);
}

static bool
act_open(struct staffview *view, const struct json *body, struct err *err)
{
    char ref[ROSTER_REF_MAX + 1];
    if (!json_copy(body, "ref", ref, sizeof ref, err) || !open_guest(view, ref, err))
        return false;
    view->screen = STAFFVIEW_GUEST;
    return true;
}

static bool
act_admit(struct staffview *view, const struct json *body, struct err *err)
{
    char ref[ROSTER_REF_MAX + 1];
    if (!json_copy(body, "ref", ref, sizeof ref, err))
        return false;
    desk_present(view->setting->desk, ref, view->who);
    view->notice = "admitted";
    return open_guest(view, ref, err);
}

static bool
act_let_in(struct staffview *view, const struct json *body, struct err *err)
{
    char ref[ROSTER_REF_MAX + 1];
    const char *text;
    if (!json_copy(body, "ref", ref, sizeof ref, err) ||
        !json_text(body, "text", &text, err) ||
        !desk_let_in(view->setting->desk, ref, text, view->who, err))
        return false;
    view->notice = "admitted";
    return open_guest(view, ref, err);
}

static bool
act_answer(struct staffview *view, const struct json *body, struct err *err)
{
    struct desk_reply reply;
    int64_t scan;
    if (!json_int(body, "scan", &scan, err) ||
        !json_int(body, "question", &reply.question, err) ||
        !json_text(body, "text", &reply.text, err))
        return false;
    view->notice = "answered";
    return desk_answer(view->setting->desk, (uint64_t)scan, &reply, 1, err);
}

static bool
act_reprint(struct staffview *view, const struct json *body, struct err *err)
{
    char ref[ROSTER_REF_MAX + 1];
    const char *reason, *text;
    if (!json_copy(body, "ref", ref, sizeof ref, err) ||
        !json_text(body, "reason", &reason, err) ||
        !json_text_or(body, "text", "", &text, err))
        return false;
    struct spool_job *job = calloc(1, sizeof *job);
    if (!job)
        return err_no_memory(err);
    bool ok =
        staff_reprint(view->setting->desk, ref, reason, text, view->who, job, err);
    view->notice_issue = job->issue;
    free(job);
    if (!ok)
        return false;
    view->notice = "reprinted";
    return open_guest(view, ref, err);
}

static bool
read_choice(const struct json *body, const char *path, const char *const names[3],
            unsigned *choice, struct err *err)
{
    const char *name;
    if (!json_text(body, path, &name, err))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            *choice = i;
            return true;
        }
    }
    return err_set(err, ERR_INPUT, "%s: want %s, %s or %s", path, names[0], names[1],
                   names[2]);
}

static bool
read_lists(const struct json *body, struct role *role, struct err *err)
{
    const struct json *lists;
    if (!json_array(body, "lists", &lists, err))
        return false;
    role->list_count = 0;
    for (const struct json *item = json_first(lists); item; item = json_next(item)) {
        if (role->list_count == ROLE_LISTS_MAX)
            return err_set(err, ERR_LIMIT, "lists: at most %d", ROLE_LISTS_MAX);
        struct role_list *list = &role->lists[role->list_count++];
        if (!json_copy(item, "event", list->event, sizeof list->event, err) ||
            !json_copy(item, "list", list->list, sizeof list->list, err))
            return false;
    }
    return role->list_count > 0 || err_set(err, ERR_INPUT, "lists: want at least one");
}

static bool
act_role(struct staffview *view, const struct json *body, struct err *err)
{
    struct role role = *desk_role(view->setting->desk); /* keeps the gate */
    unsigned direction, work;
    if (!read_lists(body, &role, err) ||
        !read_choice(body, "direction", staffview_directions, &direction, err) ||
        !read_choice(body, "work", staffview_works, &work, err))
        return false;
    role.direction = (enum role_direction)direction;
    role.work = (enum role_work)work;
    view->notice = "role";
    return desk_set_role(view->setting->desk, &role, view->who, err);
}

static bool
act_role_clear(struct staffview *view, const struct json *body, struct err *err)
{
    (void)body;
    view->notice = "role";
    return desk_clear_role(view->setting->desk, view->who, err);
}

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

static bool
act_drain(struct staffview *view, const struct json *body, struct err *err)
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

static bool
act_test(struct staffview *view, const struct json *body, struct err *err)
{
    unsigned number;
    if (!read_printer(view, body, &number, err))
        return false;
    view->notice = "tested";
    return note_printer(view, number, "printer test", err) &&
           printq_test(view->setting->printq, number, err);
}

static bool
act_retry(struct staffview *view, const struct json *body, struct err *err)
{
    int64_t job;
    if (!json_int(body, "job", &job, err))
        return false;
    if (!view->setting->printq)
        return err_set(err, ERR_ABSENT, "this station has no printers");
    view->notice = "retried";
    return printq_retry(view->setting->printq, job, view->who, err);
}

static bool
act_said(struct staffview *view, const struct json *body, struct err *err)
{
    int64_t job;
    bool came_out;
    if (!json_int(body, "job", &job, err) ||
        !json_bool(body, "came_out", &came_out, err))
        return false;
    view->notice = "said";
    return desk_badge_said(view->setting->desk, job, came_out, view->who, err);
}

static const struct act {
    const char *name;
    enum staff_act needs;
    bool (*run)(struct staffview *view, const struct json *body, struct err *err);
} acts[] = {
    { "show", STAFF_FIND, act_show },
    { "find", STAFF_FIND, act_find },
    { "open", STAFF_FIND, act_open },
    { "admit", STAFF_PRESENT, act_admit },
    { "let-in", STAFF_REPRINT, act_let_in },
    { "answer", STAFF_PRESENT, act_answer },
    { "reprint", STAFF_REPRINT, act_reprint },
    { "role", STAFF_ROLE, act_role },
    { "role-clear", STAFF_ROLE, act_role_clear },
    { "drain", STAFF_SAY_BADGE, act_drain },
    { "test", STAFF_SAY_BADGE, act_test },
    { "retry", STAFF_REPRINT, act_retry },
    { "said", STAFF_SAY_BADGE, act_said },
    { "server-now", STAFF_SERVER, staffview_server_now },
    { "server-full", STAFF_ENROL, staffview_server_full },
    { "server-offline", STAFF_SERVER, staffview_server_offline },
    { "server-believe", STAFF_ENROL, staffview_server_believe },
    { "conflict-done", STAFF_SERVER, staffview_conflict_done },
    { "outbox-retry", STAFF_SERVER, staffview_outbox_retry },
    { "enrol-code", STAFF_ENROL, staffview_enrol_code },
    { "enrol-start", STAFF_ENROL, staffview_enrol_start },
    { "enrol-back", STAFF_ENROL, staffview_enrol_back },
    { "key-wait", STAFF_ENROL, staffview_key_wait },
};

static const struct act *
find_act(const char *name)
{
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (strcmp(acts[i].name, name) == 0)
            return &acts[i];
    }
    return NULL;
}

static bool
run(struct staffview *view, const struct act *act, const struct json *body,
    struct err *err)
{
    if (!staff_may(view->level, act->needs))
        return err_set(err, ERR_LIMIT, "%s: %s may not do this", act->name,
                       pin_level_name(view->level));
    return act->run(view, body, err);
}

bool
staffview_act(struct staffview *view, const char *name, const struct json *body,
              struct err *err)
{
    const struct act *act = find_act(name);
    enum staffview_screen before = view->screen;
    if (!act)
        return err_set(err, ERR_ABSENT, "staff: there is no act of that name");
    view->notice = "";
    view->awaits_key = false;
    bool ok = run(view, act, body, err);
    if (!ok) {
        /* What is wrong with a code stands beside its field, and stays. */
        view->notice = act->run == staffview_enrol_code ? "" : "failed";
        str_copy(view->notice_text, sizeof view->notice_text, err->text);
        log_notice(view->setting->log, "staff", "who=%s act=%s failed=\"%s\"",
                   view->who, name, err->text);
    }
    /* Another guest is another screen, and so is another server: a tap meant for the
     * one never lands on the next. */
    bool another = act->run == act_open || act->run == staffview_enrol_code;
    staffview_publish(view, view->screen != before || another);
    return ok;
}

/* ---- news ------------------------------------------------------------------- */

static void
refresh_guest(struct staffview *view)
{
    struct err err;
    char ref[ROSTER_REF_MAX + 1];
    str_copy(ref, sizeof ref, view->detail->summary.ticket.ref);
    if (!open_guest(view, ref, &err))
        log_notice(view->setting->log, "staff", "ref=%s failed=\"%s\"", ref, err.text);
}

void
staffview_tell(struct staffview *view, unsigned topics)
{
    bool shows_guest = view->screen == STAFFVIEW_GUEST && view->has_detail;
    if (shows_guest && (topics & (1u << FEED_JOB | 1u << FEED_SCAN)))
        refresh_guest(view);
    staffview_publish(view, false);
}

/* ---- life ------------------------------------------------------------------- */

struct surface *
staffview_surface(struct staffview *view)
{
    return &view->surface;
}

const char *
staffview_token(const struct staffview *view)
{
    return view->token;
}

bool
staffview_create(const struct staffview_setting *setting, const char *token,
                 const struct pin_session *session, struct staffview **created,
                 struct err *err)
{
    struct staffview *view = calloc(1, sizeof *view);
    if (!view)
        return err_no_memory(err);
    view->setting = setting;
    str_copy(view->token, sizeof view->token, token);
    str_copy(view->who, sizeof view->who, session->who);
    str_copy(view->name, sizeof view->name, session->name);
    view->level = session->level;
    view->idle_ms = session->left_ms;
    view->notice = view->code_problem = "";
    surface_init(&view->surface, setting->identity);
    view->rows = calloc(STAFFVIEW_ROWS + 1, sizeof *view->rows);
    view->detail = calloc(1, sizeof *view->detail);
    if (!view->rows || !view->detail) {
        staffview_destroy(view);
        return err_no_memory(err);
    }
    staffview_publish(view, true);
    *created = view;
    return true;
}

void
staffview_destroy(struct staffview *view)
{
    if (!view)
        return;
    staffview_drop_code(view);
    surface_finish(&view->surface);
    free(view->rows);
    free(view->detail);
    free(view);
}
