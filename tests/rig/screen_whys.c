#include "screen_whys.h"

#include <string.h>

static const char *
name_of(const struct json *from, const char *member)
{
    const char *text;
    struct err ignored;
    return json_text_or(from, member, "", &text, &ignored) ? text : "";
}

static int64_t
number_of(const struct json *from, const char *member)
{
    int64_t number;
    struct err ignored;
    return json_int_or(from, member, 0, &number, &ignored) ? number : 0;
}

void
screen_whys(const struct json *from, struct rule_answer *why)
{
    static const char compares[][10] = { "less",     "at-most", "more",
                                         "at-least", "equal",   "unequal" };
    for (const struct json *item = json_first(from); item && why->count < RULE_WHYS_MAX;
         item = json_next(item)) {
        struct rule_why *one = &why->whys[why->count++];
        const char *name = name_of(item, "reason");
        for (int i = 0; i < RULE_REASON_COUNT; i++)
            if (strcmp(rule_reason_name((enum rule_reason)i), name) == 0)
                one->reason = (enum rule_reason)i;
        name = name_of(item, "compare");
        for (int i = 0; i < RULE_COMPARE_COUNT; i++)
            if (strcmp(compares[i], name) == 0)
                one->compare = (enum rule_compare)i;
        one->number = (double)number_of(item, "number");
        one->at_ms = number_of(item, "at");
    }
}
