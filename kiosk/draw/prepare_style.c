#include "draw/prepare_style.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/design.h"
#include "str.h"

const struct prepare_matrix prepare_identity = { 1, 0, 0, 1, 0, 0 };
const struct prepare_style prepare_style_initial = { .family = "Noto Sans",
                                                     .leading = 1.16,
                                                     .weight = 400 };

static const double pi = 3.14159265358979323846;

const char *
prepare_attribute(const char *const *attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    }
    return NULL;
}

/* ---- lengths ------------------------------------------------------------ */

bool
prepare_read_length(const char *text, double *number, const char **unit)
{
    char *end;
    *number = strtod(text, &end);
    while (*end == ' ')
        end++;
    *unit = end;
    return end != text && isfinite(*number) && fabs(*number) < 1e6;
}

bool
prepare_read_mm(const char *text, double per_unit_mm, double *mm)
{
    static const struct {
        const char *name;
        double mm;
    } units[] = { { "mm", 1 },           { "cm", 10 },          { "in", 25.4 },
                  { "pt", 25.4 / 72.0 }, { "px", 25.4 / 96.0 }, { "pc", 25.4 / 6.0 } };
    double number;
    const char *unit;

    if (!prepare_read_length(text, &number, &unit))
        return false;
    if (*unit == '\0') {
        *mm = number * per_unit_mm;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].name) == 0) {
            *mm = number * units[i].mm;
            return true;
        }
    }
    return false;
}

/* ---- transforms --------------------------------------------------------- */

struct prepare_matrix
prepare_multiply(const struct prepare_matrix *m, const struct prepare_matrix *n)
{
    return (struct prepare_matrix){
        m->a * n->a + m->c * n->b,        m->b * n->a + m->d * n->b,
        m->a * n->c + m->c * n->d,        m->b * n->c + m->d * n->d,
        m->a * n->e + m->c * n->f + m->e, m->b * n->e + m->d * n->f + m->f,
    };
}

static bool
read_numbers(const char *text, const char *end, double *numbers, int *count)
{
    *count = 0;
    while (text < end && *count < 6) {
        text += strspn(text, " ,\t\r\n");
        if (text >= end)
            break;
        char *after;
        numbers[*count] = strtod(text, &after);
        if (after == text || !isfinite(numbers[*count]))
            return false;
        (*count)++;
        text = after;
    }
    return true;
}

static bool
make_rotation(const double *n, int count, struct prepare_matrix *m)
{
    if (count != 1 && count != 3)
        return false;
    double c = cos(n[0] * pi / 180), s = sin(n[0] * pi / 180);
    double x = count == 3 ? n[1] : 0, y = count == 3 ? n[2] : 0;
    *m = (struct prepare_matrix){ c, s, -s, c, x - c * x + s * y, y - s * x - c * y };
    return true;
}

static bool
make_matrix(const char *name, const double *n, int count, struct prepare_matrix *m)
{
    *m = prepare_identity;
    if (str_starts(name, "translate(") && (count == 1 || count == 2)) {
        m->e = n[0];
        m->f = count == 2 ? n[1] : 0;
        return true;
    }
    if (str_starts(name, "scale(") && (count == 1 || count == 2)) {
        m->a = n[0];
        m->d = count == 2 ? n[1] : n[0];
        return true;
    }
    if (str_starts(name, "matrix(") && count == 6) {
        *m = (struct prepare_matrix){ n[0], n[1], n[2], n[3], n[4], n[5] };
        return true;
    }
    if (str_starts(name, "rotate("))
        return make_rotation(n, count, m);
    if (str_starts(name, "skewX(") && count == 1) {
        m->c = tan(n[0] * pi / 180);
        return true;
    }
    if (str_starts(name, "skewY(") && count == 1) {
        m->b = tan(n[0] * pi / 180);
        return true;
    }
    return false;
}

bool
prepare_read_transform(const char *text, struct prepare_matrix *matrix, struct err *err)
{
    *matrix = prepare_identity;
    for (text += strspn(text, " ,\t\r\n"); *text; text += strspn(text, " ,\t\r\n")) {
        const char *open = strchr(text, '('), *close = open ? strchr(open, ')') : NULL;
        double numbers[6];
        int count;
        struct prepare_matrix next;

        if (!close || !read_numbers(open + 1, close, numbers, &count) ||
            !make_matrix(text, numbers, count, &next))
            return err_set(err, ERR_INPUT,
                           "transform: want translate, scale, matrix or rotate with "
                           "their numbers");
        *matrix = prepare_multiply(matrix, &next);
        text = close + 1;
    }
    return true;
}

/* ---- properties --------------------------------------------------------- */

static bool
read_weight(const char *value, int *weight)
{
    long long number;
    if (strcmp(value, "normal") == 0)
        *weight = 400;
    else if (strcmp(value, "bold") == 0)
        *weight = 700;
    else if (str_read_int(value, 100, 1000, &number))
        *weight = (int)number;
    else
        return false;
    return true;
}

static bool
read_anchor(const char *value, int *anchor)
{
    if (strcmp(value, "start") == 0)
        *anchor = DESIGN_START;
    else if (strcmp(value, "middle") == 0)
        *anchor = DESIGN_CENTRE;
    else if (strcmp(value, "end") == 0)
        *anchor = DESIGN_RIGHT;
    else
        return false;
    return true;
}

/* On one-bit paper there is black, and the white of a text on black. */
static bool
is_white(const char *value)
{
    static const char *const whites[] = { "white", "#fff",    "#ffffff",
                                          "#FFF",  "#FFFFFF", "rgb(255,255,255)" };
    for (size_t i = 0; i < sizeof whites / sizeof whites[0]; i++) {
        if (strcmp(value, whites[i]) == 0)
            return true;
    }
    return false;
}

static void
read_family(const char *value, struct prepare_style *style)
{
    size_t to = 0;
    for (; *value && to + 1 < sizeof style->family; value++) {
        if (*value != '\'' && *value != '"')
            style->family[to++] = *value;
    }
    style->family[str_cut(style->family, to, to)] = '\0';
}

static bool
read_size(const char *value, double *size)
{
    const char *unit;
    return prepare_read_length(value, size, &unit) && *size >= 0 &&
           (*unit == '\0' || strcmp(unit, "px") == 0);
}

static bool
read_property(const char *name, const char *value, struct prepare_style *style)
{
    if (strcmp(name, "font-family") == 0)
        read_family(value, style);
    else if (strcmp(name, "font-size") == 0)
        return read_size(value, &style->size);
    else if (strcmp(name, "font-weight") == 0)
        return read_weight(value, &style->weight);
    else if (strcmp(name, "font-style") == 0)
        style->italic = strcmp(value, "normal") != 0;
    else if (strcmp(name, "text-anchor") == 0)
        return read_anchor(value, &style->anchor);
    else if (strcmp(name, "fill") == 0)
        style->white = is_white(value);
    else if (strcmp(name, "letter-spacing") == 0 && strcmp(value, "normal") != 0)
        return read_size(value, &style->tracking);
    return true;
}

static bool
read_checked(const char *name, const char *value, struct prepare_style *style,
             struct err *err)
{
    char quoted[48];
    if (read_property(name, value, style))
        return true;
    return err_set(err, ERR_INPUT, "%s: cannot read \"%s\"%s", name,
                   str_quote(quoted, sizeof quoted, value, strlen(value)),
                   strcmp(name, "font-size") == 0
                       ? " (want a number of the drawing's own units)"
                       : "");
}

/* style="a: b; c: d" */
static bool
read_declarations(const char *text, struct prepare_style *style, struct err *err)
{
    while (*text) {
        char name[32], value[128];
        size_t length = strcspn(text, ";"), colon = strcspn(text, ":");
        if (colon < length) {
            const char *from = text + strspn(text, " \t\r\n");
            const char *to = text + colon + 1;
            to += strspn(to, " \t\r\n");
            size_t end = length;
            while (end > 0 && strchr(" \t\r\n", text[end - 1]))
                end--;
            str_copy_bytes(name, sizeof name, from,
                           (size_t)(text + colon > from ? text + colon - from : 0));
            str_copy_bytes(value, sizeof value, to,
                           text + end > to ? (size_t)(text + end - to) : 0);
            if (!read_checked(name, value, style, err))
                return false;
        }
        text += length;
        text += *text == ';';
    }
    return true;
}

bool
prepare_read_style(const char *const *attributes, struct prepare_style *style,
                   struct err *err)
{
    for (const char *const *at = attributes; *at; at += 2) {
        if (!read_checked(at[0], at[1], style, err))
            return false;
    }
    const char *declarations = prepare_attribute(attributes, "style");
    return !declarations || read_declarations(declarations, style, err);
}
