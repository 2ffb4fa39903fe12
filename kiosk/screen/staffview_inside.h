#ifndef YUELAI_STAFFVIEW_INSIDE_H
#define YUELAI_STAFFVIEW_INSIDE_H

/* staffview_inside: shared by staffview.c (acts) and staffview_write.c (the state). */

#include "screen/staffview.h"

enum { STAFFVIEW_ROWS = 20, STAFFVIEW_QUERY_MAX = 255, STAFFVIEW_PROBLEMS = 20 };

enum staffview_screen {
    STAFFVIEW_FIND,
    STAFFVIEW_GUEST,
    STAFFVIEW_ROLE,
    STAFFVIEW_PRINTERS,
    STAFFVIEW_PROBLEMS_LIST,
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
    char notice_text[384]; /* of "failed" */
    uint32_t notice_issue; /* of "reprinted" */
    int64_t idle_ms;
};

const char *staffview_screen_name(enum staffview_screen screen);
bool staffview_screen_from_name(const char *name, enum staffview_screen *screen);

extern const char *const staffview_directions[3]; /* by enum role_direction */
extern const char *const staffview_works[3]; /* by enum role_work */

void staffview_publish(struct staffview *view, bool new_screen);

#endif
