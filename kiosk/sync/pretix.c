#include "sync/pretix.h"

#include <string.h>
#include <strings.h>

#include "str.h"
#include "sync/pretix_inside.h"

/* ---- members -----------------------------------------------------------------------
 */

void
pretix_collect(const struct json *object, const char *const *names,
               const struct json **values, unsigned count)
{
    memset(values, 0, count * sizeof *values);
    unsigned at = 0;
    for (const struct json *item = json_first(object); item; item = json_next(item)) {
        const char *key = json_key(item);
        for (unsigned n = 0; n < count; n++) {
            unsigned i = at + n < count ? at + n : at + n - count;
            if (strcmp(names[i], key) != 0)
                continue;
            if (!values[i] && json_kind(item) != JSON_NULL)
                values[i] = item;
            at = i + 1 < count ? i + 1 : 0;
            break;
        }
    }
}

int64_t
pretix_int(const struct json *value)
{
    int64_t number = 0;
    struct err ignored;
    return value && json_int(value, "", &number, &ignored) ? number : 0;
}

int64_t
pretix_int_of(const struct json *object, const char *name)
{
    return pretix_int(json_member(object, name));
}

const char *
pretix_text(const struct json *value)
{
    const char *text;
    struct err ignored;
    return value && json_text(value, "", &text, &ignored) ? text : "";
}

bool
pretix_bool(const struct json *value)
{
    bool yes = false;
    struct err ignored;
    return value && json_bool(value, "", &yes, &ignored) && yes;
}

int64_t
pretix_ms(const struct json *value)
{
    int64_t us;
    const char *text = pretix_text(value);
    if (text[0] == '\0' || !pretix_read_time(text, &us))
        return 0;
    return us >= 0 ? us / 1000 : -((-us + 999) / 1000);
}

void
pretix_copy(char *to, size_t size, const struct json *value)
{
    str_copy(to, size, pretix_text(value));
}

const char *
pretix_kind_of(const struct pretix_reading *reading, int64_t product, const char *name)
{
    for (unsigned i = 0; i < reading->kind_count; i++) {
        const struct pretix_kind *kind = &reading->kinds[i];
        bool by_id = kind->product != 0 && kind->product == product;
        bool by_name =
            kind->product == 0 && name[0] && strcasecmp(kind->name, name) == 0;
        if (by_id || by_name)
            return kind->kind;
    }
    return "";
}

/* ---- verdicts ----------------------------------------------------------------------
 */

static const struct {
    const char *reason;
    enum verdict verdict;
} words[] = {
    /* the first of each verdict is what we say; all are understood */
    { "ok", VERDICT_ADMIT },
    { "ok", VERDICT_ADMIT_AGAIN },
    { "ok", VERDICT_EXIT },
    { "already_redeemed", VERDICT_ALREADY_IN },
    { "already_redeemed", VERDICT_PRINT_ONLY },
    { "unpaid", VERDICT_UNPAID },
    { "unapproved", VERDICT_UNAPPROVED },
    { "canceled", VERDICT_CANCELLED },
    { "blocked", VERDICT_BLOCKED },
    { "revoked", VERDICT_REVOKED },
    { "invalid_time", VERDICT_NOT_YET_VALID },
    { "invalid_time", VERDICT_NO_LONGER_VALID },
    { "product", VERDICT_WRONG_LIST },
    { "rules", VERDICT_RULES },
    { "incomplete", VERDICT_QUESTIONS },
    { "ambiguous", VERDICT_AMBIGUOUS },
    { "invalid", VERDICT_NOT_IN_COPY },
    { "invalid", VERDICT_REPLACED },
    { "invalid", VERDICT_MALFORMED },
    { "invalid", VERDICT_FORGED },
    { "error", VERDICT_ERROR },
    { "exchange", VERDICT_EXCHANGE },
    { "already_exchanged", VERDICT_EXCHANGED },
};

const char *
pretix_reason(enum verdict verdict)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].verdict == verdict)
            return words[i].reason;
    }
    return "error";
}

bool
pretix_verdict(const char *reason, enum verdict *verdict)
{
    for (size_t i = 0; reason && i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].reason, reason) == 0) {
            *verdict = words[i].verdict;
            return true;
        }
    }
    return false;
}
