#include "err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "str.h"

/* vsnprintf may have cut the last character of a full buffer in two. */
static void
mend_end(char *text, size_t size)
{
    size_t length = strlen(text);
    if (length + 1 == size)
        text[str_cut(text, length, length)] = '\0';
}

bool
err_set(struct err *err, enum err_code code, const char *format, ...)
{
    assert(code > ERR_NONE && code < ERR_CODE_COUNT);
    char text[sizeof err->text]; /* an argument may be err->text itself */
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mend_end(text, sizeof text);
    memcpy(err->text, text, sizeof text);
    err->code = code;
    return false;
}

bool
err_wrap(struct err *err, const char *format, ...)
{
    char context[sizeof err->text], whole[2 * sizeof err->text + 2];
    va_list args;

    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    mend_end(context, sizeof context);

    snprintf(whole, sizeof whole, "%s: %s", context, err->text);
    str_copy(err->text, sizeof err->text, whole);
    return false;
}

bool
err_no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}
