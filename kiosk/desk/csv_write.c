#include "desk/csv_write.h"

#include <string.h>

static bool
begins_formula(const char *text)
{
    static const char *const begins[] = { "=",  "+",  "-",  "@",  "\t", "\r",
                                          "\n", "＝", "＋", "－", "＠" };
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        if (str_starts(text, begins[i]))
            return true;
    }
    return false;
}

/* Also after any number of quotes of our own kind, so that taking one off is exact. */
static bool
wants_quote(const char *text)
{
    return begins_formula(text + strspn(text, "'"));
}

void
csv_write_mark(struct str *out)
{
    str_add_text(out, "\xEF\xBB\xBF");
}

void
csv_write_field(struct str *out, const char *text)
{
    bool first = out->length == 0 || out->data[out->length - 1] == '\n' ||
                 (out->length == 3 && memcmp(out->data, "\xEF\xBB\xBF", 3) == 0);
    if (!first)
        str_add_char(out, ',');
    bool safe = !wants_quote(text);
    bool plain = text[strcspn(text, ",\"\r\n;\t")] == '\0' && text[0] != ' ';
    /* an empty first field in quotes: a row of one is no blank line */
    if (text[0] == '\0' && first)
        plain = false;
    if (!plain)
        str_add_char(out, '"');
    if (!safe)
        str_add_char(out, '\'');
    for (const char *at = text; *at; at++) {
        if (*at == '"')
            str_add_char(out, '"');
        str_add_char(out, *at);
    }
    if (!plain)
        str_add_char(out, '"');
}

void
csv_write_end(struct str *out)
{
    str_add_text(out, "\r\n");
}

const char *
csv_write_plain(const char *field)
{
    return field[0] == '\'' && wants_quote(field + 1) ? field + 1 : field;
}
