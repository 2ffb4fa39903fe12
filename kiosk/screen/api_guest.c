#include "screen/api_parts.h"

#include <string.h>

#include "base/json.h"

bool
api_read_state(const struct json *body, const char **boot, int64_t *seq)
{
    struct err err;
    return json_text(body, "boot", boot, &err) && json_int(body, "seq", seq, &err);
}

enum touch { TOUCH_GONE, TOUCH_TAKEN, TOUCH_BAD, TOUCH_UNKNOWN };

static enum touch
touch(struct guest *guest, const char *act, const struct json *body)
{
    const char *boot, *lang, *text;
    int64_t seq, question;
    bool flag;
    struct err err;

    if (!api_read_state(body, &boot, &seq))
        return TOUCH_BAD;
    if (strcmp(act, "stay") == 0)
        return guest_stay(guest, boot, seq) ? TOUCH_TAKEN : TOUCH_GONE;
    if (strcmp(act, "done") == 0)
        return guest_done(guest, boot, seq) ? TOUCH_TAKEN : TOUCH_GONE;
    if (strcmp(act, "language") == 0) {
        if (!json_text(body, "lang", &lang, &err))
            return TOUCH_BAD;
        return guest_language(guest, boot, seq, lang) ? TOUCH_TAKEN : TOUCH_GONE;
    }
    if (strcmp(act, "choose") == 0) {
        if (!json_bool(body, "exit", &flag, &err))
            return TOUCH_BAD;
        return guest_choose(guest, boot, seq, flag) ? TOUCH_TAKEN : TOUCH_GONE;
    }
    if (strcmp(act, "answer") == 0) {
        if (!json_int(body, "question", &question, &err) ||
            !json_text(body, "text", &text, &err))
            return TOUCH_BAD;
        return guest_answer(guest, boot, seq, question, text) ? TOUCH_TAKEN
                                                              : TOUCH_GONE;
    }
    if (strcmp(act, "badge") == 0) {
        if (!json_bool(body, "came_out", &flag, &err))
            return TOUCH_BAD;
        return guest_badge(guest, boot, seq, flag) ? TOUCH_TAKEN : TOUCH_GONE;
    }
    return TOUCH_UNKNOWN;
}

int
api_touch_guest(struct guest *guest, const char *act, const struct json *body)
{
    static const int statuses[] = { [TOUCH_GONE] = 409,
                                    [TOUCH_TAKEN] = 200,
                                    [TOUCH_BAD] = 400,
                                    [TOUCH_UNKNOWN] = 404 };
    return statuses[touch(guest, act, body)];
}
