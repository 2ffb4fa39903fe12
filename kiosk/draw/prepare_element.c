#include "draw/prepare_element.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "str.h"

enum { LANGUAGES_MAX = 16 };

static const double side_max_mm = 2000;
static const double least_size_mm = 1.4; /* smaller is not read by anybody */

/* An element under way. */
struct element {
    const struct json *json;
    const struct prepare_sheet *sheet;
    struct design *design;
    struct design_slot slot;
    struct err *err;
};

/* ---- values ------------------------------------------------------------- */

static bool
wrong(const struct element *element, const char *name, const char *want)
{
    return err_set(element->err, ERR_INPUT, "%s: want %s", name, want);
}

static bool
read_text_number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

/* A number, or a text that is one; `otherwise` if it is not there. */
static bool
number(const struct element *element, const char *name, double otherwise, double *value)
{
    const struct json *member = json_member(element->json, name);
    const char *text;
    struct err ignored;

    *value = otherwise;
    if (!member || json_kind(member) == JSON_NULL)
        return true;
    if (json_text(member, "", &text, &ignored) && *text == '\0')
        return true;
    if (json_number(member, "", value, &ignored))
        return isfinite(*value) || wrong(element, name, "a number");
    return (json_text(member, "", &text, &ignored) && read_text_number(text, value)) ||
           wrong(element, name, "a number");
}

static bool
length(const struct element *element, const char *name, double least, double *mm)
{
    if (!number(element, name, NAN, mm))
        return false;
    if (*mm >= least && *mm <= side_max_mm)
        return true;
    return wrong(element, name, "millimetres");
}

static bool
flag(const struct element *element, const char *name, bool otherwise)
{
    bool value = otherwise;
    struct err ignored;
    return json_bool_or(element->json, name, otherwise, &value, &ignored) ? value
                                                                          : otherwise;
}

static const char *
word(const struct element *element, const char *name, const char *otherwise)
{
    const char *text = otherwise;
    struct err ignored;
    return json_text_or(element->json, name, otherwise, &text, &ignored) ? text
                                                                         : otherwise;
}

/* Half as bright as paper or brighter: white. */
static bool
is_light(const struct element *element)
{
    static const double weights[] = { 0.2126, 0.7152, 0.0722 };
    const struct json *part = json_first(json_member(element->json, "color"));
    double light = 0;
    for (int i = 0; i < 3 && part; i++, part = json_next(part)) {
        double value;
        struct err ignored;
        if (!json_number(part, "", &value, &ignored))
            return false;
        light += weights[i] * value;
    }
    return light >= 128;
}

/* ---- what it says ------------------------------------------------------- */

static bool
keep(struct element *element, const char *text)
{
    struct design *design = element->design;

    if (*text == '\0')
        return true;
    if (!str_copy(element->slot.text, sizeof element->slot.text, text))
        return wrong(element, "text", "at most 1023 bytes");
    if (design->slot_count == DESIGN_SLOTS_MAX)
        return err_set(element->err, ERR_LIMIT, "over %d elements and languages",
                       DESIGN_SLOTS_MAX);
    design->slots[design->slot_count++] = element->slot;
    return true;
}

static const char *
text_in(const struct json *texts, const char *language)
{
    const char *text = "";
    struct err ignored;
    const struct json *item = json_member(texts, language);
    return item && json_text(item, "", &text, &ignored) ? text : "";
}

/* What who speaks none of the languages reads: English, else the first. */
static const char *
default_text(const struct json *texts)
{
    const char *text = text_in(texts, "en");
    const struct json *item = json_first(texts);
    for (; item && *text == '\0'; item = json_next(item))
        text = text_in(texts, json_key(item));
    return text;
}

/* A language with what a condition is made of in its name is none. */
static bool
is_language(const char *name)
{
    return *name && strlen(name) < 16 && strcspn(name, ",;= ") == strlen(name);
}

static bool
keep_language(struct element *element, const struct json *item, struct str *others)
{
    const char *name = json_key(item);
    const char *text = text_in(json_member(element->json, "text_i18n"), name);

    if (*text == '\0' || !is_language(name))
        return true;
    str_addf(others, "%s%s", others->length > 0 ? "," : "language=", name);
    snprintf(element->slot.show_if, sizeof element->slot.show_if, "language=%s", name);
    bool good = keep(element, text);
    element->slot.show_if[0] = '\0';
    return good;
}

static bool
keep_languages(struct element *element)
{
    const struct json *texts = json_member(element->json, "text_i18n");
    const char *locale = word(element, "locale", "");
    struct str others;
    bool good = true;

    if (json_kind(texts) == JSON_TEXT)
        return keep(element, word(element, "text_i18n", ""));
    if (*text_in(texts, locale))
        return keep(element, text_in(texts, locale));
    if (json_count(texts) < 2)
        return keep(element, default_text(texts));
    if (json_count(texts) > LANGUAGES_MAX)
        return wrong(element, "text_i18n", "at most 16 languages");
    str_init(&others, DESIGN_TEXT_MAX);
    const struct json *item = json_first(texts);
    for (; good && item; item = json_next(item))
        good = keep_language(element, item, &others);
    good = good && (str_ok(&others) ||
                    wrong(element, "text_i18n", "shorter names of languages"));
    if (good)
        str_copy(element->slot.show_unless, sizeof element->slot.show_unless,
                 others.data);
    str_finish(&others);
    return good && keep(element, default_text(texts));
}

static bool
is_variable(const char *key)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-:_";
    return *key && strspn(key, letters) == strlen(key);
}

static bool
keep_content(struct element *element, const char *content)
{
    char variable[DESIGN_NAME_MAX + 3];

    str_copy(element->slot.name, sizeof element->slot.name, content);
    if (strcmp(content, "other") == 0)
        return keep(element, word(element, "text", ""));
    if (strcmp(content, "other_i18n") == 0)
        return json_member(element->json, "text_i18n") ? keep_languages(element) : true;
    if (!is_variable(content))
        return true;
    if (strlen(content) > DESIGN_NAME_MAX)
        return wrong(element, "content", "at most 63 bytes");
    snprintf(variable, sizeof variable, "{%s}", content);
    return keep(element, variable);
}

/* ---- where it stands ---------------------------------------------------- */

static bool
place(struct element *element, double width_mm, double height_mm)
{
    const struct prepare_sheet *sheet = element->sheet;
    double left, bottom, k = sheet->dots_per_mm;

    if (!length(element, "left", -side_max_mm, &left) ||
        !length(element, "bottom", -side_max_mm, &bottom))
        return false;
    double top = sheet->top_mm + sheet->height_mm - bottom - height_mm;
    element->slot.box = (struct design_box){ (float)(left * k), (float)(top * k),
                                             (float)fmax(1, width_mm * k),
                                             (float)fmax(1, height_mm * k) };
    return (fabs(left) <= 600 && fabs(bottom) <= 600 && width_mm <= 600 &&
            height_mm <= 600) ||
           wrong(element, "left, bottom", "a place on the page");
}

/* ---- texts -------------------------------------------------------------- */

/* The server's: the first baseline is an em under the top, whatever the face. */
static const float first_baseline = 1;

/* How far a face reaches over and under its baseline, by its own word. Those that the
 * server does not know are Open Sans. */
static const struct face {
    const char *family;
    float ascent, descent;
} faces[] = {
    { "Open Sans", 0.765F, 0.240F },
    { "Noto Sans", 1.069F, 0.293F },
};

static const struct face *
face_of(const char *family)
{
    for (size_t i = 1; i < sizeof faces / sizeof *faces; i++) {
        if (str_starts(family, faces[i].family))
            return &faces[i];
    }
    return &faces[0];
}

static bool
read_align(struct element *element)
{
    static const struct {
        const char *name;
        int32_t align;
    } names[] = { { "left", DESIGN_LEFT },
                  { "center", DESIGN_CENTRE },
                  { "right", DESIGN_RIGHT } };
    const char *align = word(element, "align", "left");
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(names[i].name, align) == 0) {
            element->slot.align = names[i].align;
            return true;
        }
    }
    return wrong(element, "align", "left, center or right");
}

static bool
read_style(struct element *element)
{
    struct design_slot *slot = &element->slot;
    const char *family = word(element, "fontfamily", "Open Sans");
    double size, turn, point = element->sheet->dots_per_mm * 25.4 / 72;

    if (!number(element, "fontsize", 12, &size) || size < 1 || size > 500)
        return wrong(element, "fontsize", "a number from 1 to 500");
    if (!number(element, "rotation", 0, &turn) || !read_align(element))
        return false;
    slot->turn_degrees = (float)fmod(turn, 360);
    slot->point = (float)point;
    slot->size_max = slot->size_wrap = (float)fmax(1, size * point);
    slot->size_min = (float)fmax(
        1, fmin(least_size_mm * element->sheet->dots_per_mm, (double)slot->size_max));
    slot->weight = flag(element, "bold", false) ? 700 : 400;
    slot->italic = flag(element, "italic", false);
    slot->white = is_light(element);
    slot->ascent = first_baseline;
    if (strchr(family, ',') ||
        snprintf(slot->family, sizeof slot->family, "%s,Open Sans", family) >=
            (int)sizeof slot->family)
        str_copy(slot->family, sizeof slot->family, "Open Sans");
    return true;
}

/* Baseline to baseline, in ems; the server's own factor. */
static bool
read_lineheight(struct element *element, double otherwise, double *leading)
{
    double value;
    if (!number(element, "lineheight", NAN, &value))
        return false;
    *leading = isnan(value) ? otherwise : 1.15 * value;
    element->slot.leading = (float)*leading;
    return (*leading > 0.1 && *leading <= 10) ||
           wrong(element, "lineheight", "a number from 0.1 to 8");
}

static bool
read_valign(struct element *element)
{
    static const char *const names[] = { "top", "middle", "bottom" };
    const char *align = word(element, "verticalalign", "top");
    for (int32_t i = 0; i < 3; i++) {
        if (strcmp(names[i], align) == 0) {
            element->slot.valign = i;
            return true;
        }
    }
    return wrong(element, "verticalalign", "top, middle or bottom");
}

static bool
read_container(struct element *element)
{
    double width, height, leading;
    if (!read_style(element) || !read_lineheight(element, 1.15, &leading) ||
        !read_valign(element) || !length(element, "width", 0, &width) ||
        !length(element, "height", 0, &height) || !place(element, width, height))
        return false;
    element->slot.shrinks = flag(element, "autoresize", false);
    element->slot.splits = flag(element, "splitlongwords", true);
    return keep_content(element, word(element, "content", ""));
}

/* The elder kind: a width, and no height. It stands on its lower edge and grows upward,
 * or hangs from there. The odd factors are the server's. */
static bool
read_area(struct element *element)
{
    const struct face *face = face_of(word(element, "fontfamily", "Open Sans"));
    double own = fmax(1, (double)(face->ascent + face->descent));
    double width, bottom, leading, descent = -(double)face->descent;
    bool downward = flag(element, "downward", false);

    if (!read_style(element) || !read_lineheight(element, own, &leading) ||
        !length(element, "width", 0, &width) ||
        !length(element, "bottom", -side_max_mm, &bottom))
        return false;
    double height = downward ? bottom : element->sheet->height_mm - bottom;
    if (!place(element, width, fmax(0, height)))
        return false;
    if (downward) {
        element->slot.box.y += (float)(fmax(0, height) * element->sheet->dots_per_mm);
        element->slot.shift = (float)(descent / 2.5);
    } else {
        bool has_lineheight = leading != own;
        element->slot.upward = 1;
        element->slot.shift =
            (float)(descent + (has_lineheight ? (leading - 1) * 1.05 : 0));
    }
    element->slot.splits = 1;
    return keep_content(element, word(element, "content", ""));
}

/* ---- the others --------------------------------------------------------- */

static bool
read_code(struct element *element)
{
    double size;
    if (!length(element, "size", 1, &size) || !place(element, size, size))
        return false;
    element->slot.kind = DESIGN_SLOT_QR;
    element->slot.align = DESIGN_CENTRE;
    element->slot.valign = DESIGN_MIDDLE;
    element->slot.level = DESIGN_LEVEL_BY_LENGTH;
    element->slot.bare = flag(element, "nowhitespace", false);
    return keep_content(element, word(element, "content", "secret"));
}

static bool
read_image(struct element *element)
{
    double width, height;
    if (!length(element, "width", 0, &width) ||
        !length(element, "height", 0, &height) || !place(element, width, height))
        return false;
    element->slot.kind = DESIGN_SLOT_PHOTO;
    return keep_content(element, word(element, "content", ""));
}

/* The server's name, as high as its picture would be. */
static bool
read_powered_by(struct element *element)
{
    static const double shape = 1.63; /* its width to its height */
    double size, k = element->sheet->dots_per_mm;
    if (!length(element, "size", 1, &size) || !place(element, size * shape, size))
        return false;
    element->slot.size_max = element->slot.size_wrap = (float)fmax(1, 0.28 * size * k);
    element->slot.size_min = 1;
    element->slot.weight = 700;
    element->slot.leading = 1.15F;
    element->slot.ascent = first_baseline;
    element->slot.align = DESIGN_CENTRE;
    element->slot.valign = DESIGN_MIDDLE;
    element->slot.shrinks = 1;
    element->slot.white = strcmp(word(element, "content", "dark"), "white") == 0;
    str_copy(element->slot.family, sizeof element->slot.family, "Open Sans");
    str_copy(element->slot.name, sizeof element->slot.name, "poweredby");
    return keep(element, "powered by\npretix");
}

bool
prepare_element_page(const struct json *element, int *page, struct err *err)
{
    struct element reading = { .json = element, .err = err };
    double value;
    if (!number(&reading, "page", 1, &value))
        return false;
    *page = value >= 1 && value < 1000 ? (int)value : 0;
    return true;
}

bool
prepare_element(const struct json *json, const struct prepare_sheet *sheet,
                struct design *design, struct err *err)
{
    static const struct {
        const char *type;
        bool (*read)(struct element *element);
    } types[] = { { "textcontainer", read_container },
                  { "textarea", read_area },
                  { "barcodearea", read_code },
                  { "imagearea", read_image },
                  { "poweredby", read_powered_by } };
    struct element element = {
        .json = json,
        .sheet = sheet,
        .design = design,
        .err = err,
        .slot = { .manner = DESIGN_PLAIN,
                  .stack = -1,
                  .lines_max = 1,
                  .weight = 400,
                  .size_max = 12,
                  .size_min = 1,
                  .size_wrap = 1,
                  .leading = 1,
                  .point = (float)fmax(0.6, sheet->dots_per_mm * 25.4 / 72) },
    };
    const char *type = word(&element, "type", "");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].type, type) == 0)
            return types[i].read(&element);
    }
    return true;
}
