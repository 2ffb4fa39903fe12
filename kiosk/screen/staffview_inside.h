#ifndef YUELAI_STAFFVIEW_INSIDE_H
#define YUELAI_STAFFVIEW_INSIDE_H

/* staffview_inside: shared by staffview.c (acts), staffview_server.c (acts about the
 * ticketing server), staffview_write.c (the state) and staffview_lists.c (its part of
 * the ticketing server). */

#include "screen/staffview.h"
#include "screen/uplink.h"

enum { STAFFVIEW_ROWS = 20, STAFFVIEW_QUERY_MAX = 255, STAFFVIEW_PROBLEMS = 20 };
enum { STAFFVIEW_WORK = 50 /* rows of a work list at once */ };

enum staffview_screen {
    STAFFVIEW_FIND,
    STAFFVIEW_GUEST,
    STAFFVIEW_ROLE,
    STAFFVIEW_PRINTERS,
    STAFFVIEW_PROBLEMS_LIST,
    STAFFVIEW_SERVER,
    STAFFVIEW_CONFLICTS,
    STAFFVIEW_DEAD,
    STAFFVIEW_ENROL,
    STAFFVIEW_SCREEN_COUNT
};

struct staffview {
    const struct staffview_setting *setting;
    char token[PIN_TOKEN_CHARACTERS + 1];
    char who[PIN_NAME_MAX + 8], name[PIN_NAME_MAX + 1];
    enum pin_level level;
    struct surface surface;
    enum staffview_screen screen;
    char query[STAFFVIEW_QUERY_MAX + 1];
    struct staff_row *rows; /* STAFFVIEW_ROWS + 1: the one more says that there are more */
    unsigned row_count;
    struct staff_detail *detail;
    bool has_detail;
    const char *notice; /* key of what was just done, "" = nothing */
    char notice_text[384]; /* of "failed", "key-taken" */
    uint32_t notice_issue; /* of "reprinted" */
    bool awaits_key; /* the next code is a badge's key */
    int64_t idle_ms;
    struct uplink_code code; /* that was read and is not confirmed; url "" = none */
    const char *code_problem; /* "newer" "unreadable", "" = none */
};

bool staffview_screen_from_name(const char *name, enum staffview_screen *screen);

extern const char *const staffview_directions[3]; /* by enum role_direction */
extern const char *const staffview_works[3]; /* by enum role_work */

void staffview_publish(struct staffview *view, bool new_screen);

/* ---- staffview_server.c: acts, as in staffview.c ---- */

bool staffview_server_now(struct staffview *view, const struct json *body,
                          struct err *err);
bool staffview_server_full(struct staffview *view, const struct json *body,
                           struct err *err);
bool staffview_server_offline(struct staffview *view, const struct json *body,
                              struct err *err);
bool staffview_server_believe(struct staffview *view, const struct json *body,
                              struct err *err);
bool staffview_conflict_done(struct staffview *view, const struct json *body,
                             struct err *err);
bool staffview_outbox_retry(struct staffview *view, const struct json *body,
                            struct err *err);
bool staffview_enrol_code(struct staffview *view, const struct json *body,
                          struct err *err);
bool staffview_enrol_start(struct staffview *view, const struct json *body,
                           struct err *err);
bool staffview_enrol_back(struct staffview *view, const struct json *body,
                          struct err *err);
/* ---- staffview_key.c ---- */

bool staffview_key_wait(struct staffview *view, const struct json *body,
                        struct err *err);
/* The next code, if it is awaited; false: it is another's. */
bool staffview_key_take(struct staffview *view, const char *text, size_t length);

/* ---- staffview_server.c ---- */

/* The code that was read is forgotten, and its token. */
void staffview_drop_code(struct staffview *view);
bool staffview_may_show(const struct staffview *view, enum staffview_screen screen,
                        struct err *err);

/* ---- staffview_lists.c ---- */

void staffview_write_server(const struct staffview *view, struct str *out);

#endif
