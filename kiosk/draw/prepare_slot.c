#include "draw/prepare_slot.h"

#include <math.h>
#include <string.h>

#include "str.h"

/* Fields that a plain id may name; columns of the roster are named by data-field. */
static const char *const known[] = {
    "name",  "name_latin", "organisation", "country", "country_code",
    "kind",  "kind_label", "session",      "seat",    "qr",
    "photo", "ref",        "issue",        "event",
};

static const double least_size_mm = 1.4; /* 4 pt: smaller is not read by anybody */
static const double page_margin_mm = 3;  /* of a text that does not say its width */

bool
prepare_slot_claims(const char *const *attributes)
{
    if (prepare_attribute(attributes, "data-field") ||
        prepare_attribute(attributes, "data-text"))
        return true;
    const char *id = prepare_attribute(attributes, "id");
    for (size_t i = 0; id && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(id, known[i]) == 0)
            return true;
    }
    return false;
}

/* ---- attributes --------------------------------------------------------- */

static bool
read_align(const char *value, int32_t *align)
{
    static const char *const names[] = { "start", "left", "center", "right" };
    for (int32_t i = 0; i < 4; i++) {
        if (strcmp(value, names[i]) == 0) {
            *align = i;
            return true;
        }
    }
    return false;
}

bool
prepare_read_valign(const char *value, int32_t *valign)
{
    static const char *const names[] = { "top", "middle", "bottom" };
    for (int32_t i = 0; i < 3; i++) {
        if (strcmp(value, names[i]) == 0) {
            *valign = i;
            return true;
        }
    }
    return false;
}

static bool
read_lines(const char *value, int32_t *lines)
{
    long long number;
    if (!str_read_int(value, 1, DESIGN_LINES_MAX, &number))
        return false;
    *lines = (int32_t)number;
    return true;
}

static bool
read_leading(const char *value, float *leading)
{
    double number;
    const char *unit;
    if (!prepare_read_length(value, &number, &unit) || *unit || number < 0.8 ||
        number > 3)
        return false;
    *leading = (float)number;
    return true;
}

static bool
read_mm(const char *value, const struct prepare_page *page, double *mm, bool *has)
{
    *has = prepare_read_mm(value, page->mm_per_unit, mm) && *mm >= 0 && *mm <= 500;
    return *has;
}

struct attribute {
    const char *name, *value;
};

/* Those of the fit. *known_name is false for an attribute that is not of them. */
static bool
read_fit(const struct attribute *attribute, const struct prepare_page *page,
         struct prepare_slot *slot, const char **want)
{
    const char *name = attribute->name, *value = attribute->value;
    *want = "a size like 8pt or 3mm";
    if (strcmp(name, "data-max") == 0)
        return read_mm(value, page, &slot->max_mm, &slot->has_max);
    if (strcmp(name, "data-min") == 0)
        return read_mm(value, page, &slot->min_mm, &slot->has_min);
    if (strcmp(name, "data-wrap") == 0)
        return read_mm(value, page, &slot->wrap_mm, &slot->has_wrap);
    if (strcmp(name, "data-gap") == 0)
        return read_mm(value, page, &slot->gap_mm, &slot->has_gap);
    *want = "a number of lines from 1 to 4";
    if (strcmp(name, "data-lines") == 0)
        return read_lines(value, &slot->slot.lines_max);
    *want = "a line height from 0.8 to 3";
    if (strcmp(name, "data-leading") == 0)
        return read_leading(value, &slot->slot.leading);
    *want = "start, left, center or right";
    if (strcmp(name, "data-align") == 0)
        return slot->has_align = read_align(value, &slot->slot.align);
    *want = "top, middle or bottom";
    if (strcmp(name, "data-valign") == 0)
        return prepare_read_valign(value, &slot->slot.valign);
    return true;
}

static bool
read_words(const struct attribute *attribute, struct design_slot *slot,
           const char **want)
{
    const char *name = attribute->name, *value = attribute->value;
    *want = "at most 1023 bytes";
    if (strcmp(name, "data-text") == 0)
        return str_copy(slot->text, sizeof slot->text, value);
    *want = "at most 191 bytes";
    if (strcmp(name, "data-show-if") == 0)
        return str_copy(slot->show_if, sizeof slot->show_if, value);
    if (strcmp(name, "data-show-unless") == 0)
        return str_copy(slot->show_unless, sizeof slot->show_unless, value);
    if (strcmp(name, "data-white-if") == 0)
        return str_copy(slot->white_if, sizeof slot->white_if, value);
    *want = "upper or none";
    if (strcmp(name, "data-case") == 0) {
        slot->upper = strcmp(value, "upper") == 0;
        return slot->upper || strcmp(value, "none") == 0;
    }
    *want = "collapse or keep";
    if (strcmp(name, "data-empty") == 0) {
        slot->collapse = strcmp(value, "collapse") == 0;
        return slot->collapse || strcmp(value, "keep") == 0;
    }
    *want = "black or white";
    if (strcmp(name, "data-color") == 0) {
        slot->white = strcmp(value, "white") == 0;
        return slot->white || strcmp(value, "black") == 0;
    }
    return true;
}

static bool
read_geometry(const struct attribute *attribute, struct prepare_slot *slot,
              const char **want)
{
    static const char *const names[] = { "x", "y", "width", "height" };
    double *const values[] = { &slot->x, &slot->y, &slot->width, &slot->height };
    const char *name = attribute->name;

    *want = "a number of the drawing's own units";
    if (slot->is_text_element && str_starts(name, "data-"))
        name += 5; /* data-width, data-height of a text */
    for (int i = 0; i < 4; i++) {
        const char *unit;
        if (strcmp(name, names[i]) != 0)
            continue;
        slot->has_width |= i == 2;
        return prepare_read_length(attribute->value, values[i], &unit) && *unit == '\0';
    }
    return true;
}

static bool
name_slot(const char *const *attributes, struct design_slot *slot, struct err *err)
{
    const char *field = prepare_attribute(attributes, "data-field");
    const char *id = prepare_attribute(attributes, "id");
    const char *name = field ? field : id ? id : "text";

    if (!str_copy(slot->name, sizeof slot->name, name))
        return err_set(err, ERR_INPUT, "a field's name has at most %d bytes",
                       DESIGN_NAME_MAX);
    if (strcmp(name, "qr") == 0)
        slot->kind = DESIGN_SLOT_QR;
    else if (strcmp(name, "photo") == 0)
        slot->kind = DESIGN_SLOT_PHOTO;
    if (prepare_slot_claims(attributes)) {
        struct str text;
        str_init(&text, sizeof slot->text - 1);
        str_addf(&text, "{%s}", name);
        str_copy(slot->text, sizeof slot->text, text.data);
        str_finish(&text);
    }
    return true;
}

bool
prepare_slot_begin(const char *const *attributes, const struct prepare_page *page,
                   bool is_text_element, struct prepare_slot *slot, struct err *err)
{
    memset(slot, 0, sizeof *slot);
    slot->is_text_element = is_text_element;
    slot->slot.lines_max = 1;
    slot->slot.stack = -1;
    slot->slot.valign = is_text_element ? DESIGN_TOP : DESIGN_MIDDLE;
    if (!name_slot(attributes, &slot->slot, err))
        return false;
    for (; *attributes; attributes += 2) {
        struct attribute attribute = { attributes[0], attributes[1] };
        const char *want;
        char quoted[48];
        if (read_fit(&attribute, page, slot, &want) &&
            read_words(&attribute, &slot->slot, &want) &&
            read_geometry(&attribute, slot, &want))
            continue;
        return err_set(
            err, ERR_INPUT, "%s=\"%s\": want %s", attribute.name,
            str_quote(quoted, sizeof quoted, attribute.value, strlen(attribute.value)),
            want);
    }
    return true;
}

/* ---- place and size ----------------------------------------------------- */

static bool
is_upright(const struct prepare_matrix *m)
{
    return fabs(m->b) < 1e-6 * fabs(m->a) && fabs(m->c) < 1e-6 * fabs(m->d) &&
           m->a > 0 && m->d > 0 && fabs(m->a - m->d) < 0.01 * m->a;
}

/* From the page as designed to the page as it lies when turned by so much. */
static struct prepare_matrix
side_matrix(int degrees, double width, double height)
{
    switch (degrees) {
    case 90:
        return (struct prepare_matrix){ 0, -1, 1, 0, 0, width };
    case 180:
        return (struct prepare_matrix){ -1, 0, 0, -1, width, height };
    case 270:
        return (struct prepare_matrix){ 0, 1, -1, 0, height, 0 };
    default:
        return prepare_identity;
    }
}

/* Turns page and matrix until the slot stands upright on it. False: it never does. */
static bool
find_side(struct prepare_slot *slot, struct prepare_matrix *matrix,
          struct prepare_page *page)
{
    const struct prepare_matrix designed = *matrix;
    double width = round(page->width_mm * page->dots_per_mm);
    double height = round(page->height_mm * page->dots_per_mm);
    for (int degrees = 0; degrees < 360; degrees += 90) {
        struct prepare_matrix side = side_matrix(degrees, width, height);
        *matrix = prepare_multiply(&side, &designed);
        if (!is_upright(matrix))
            continue;
        slot->slot.side_degrees = degrees;
        if (degrees % 180 != 0) {
            double mm = page->width_mm;
            page->width_mm = page->height_mm;
            page->height_mm = mm;
        }
        return true;
    }
    return false;
}

/* A text has a baseline and no box: as wide as it says, or up to the page's margins. */
static void
make_text_box(struct prepare_slot *slot, const struct prepare_matrix *m,
              const struct prepare_page *page)
{
    struct design_slot *s = &slot->slot;
    double x = m->a * slot->x + m->e;
    double margin = page_margin_mm * page->dots_per_mm;
    double page_width = page->width_mm * page->dots_per_mm;
    double left = x - margin, right = page_width - margin - x;
    double width = m->a * slot->width;

    if (!slot->has_width) {
        if (s->align == DESIGN_CENTRE)
            width = 2 * fmin(left, right);
        else
            width = s->align == DESIGN_RIGHT ? left : right;
    }
    if (s->align == DESIGN_CENTRE)
        x -= width / 2;
    else if (s->align == DESIGN_RIGHT)
        x -= width;
    s->baseline = (float)(m->d * slot->y + m->f);
    double height =
        slot->height > 0
            ? m->d * slot->height
            : (double)(s->size_max * (1.1F + (float)(s->lines_max - 1) * s->leading));
    s->box = (struct design_box){ (float)x, s->baseline - s->size_max, (float)width,
                                  (float)height };
}

static void
make_rect_box(struct prepare_slot *slot, const struct prepare_matrix *m)
{
    slot->slot.box = (struct design_box){ (float)(m->a * slot->x + m->e),
                                          (float)(m->d * slot->y + m->f),
                                          (float)(m->a * slot->width),
                                          (float)(m->d * slot->height) };
}

static bool
make_sizes(struct prepare_slot *slot, const struct prepare_style *style,
           const struct prepare_matrix *m, const struct prepare_page *page,
           struct err *err)
{
    double size = slot->has_max ? slot->max_mm * page->dots_per_mm : m->d * style->size;
    if (slot->slot.kind != DESIGN_SLOT_TEXT)
        size = page->dots_per_mm; /* of no meaning */
    double least = least_size_mm * page->dots_per_mm;
    double smallest = slot->has_min ? slot->min_mm * page->dots_per_mm : 0.6 * size;
    if (size < 1)
        return err_set(err, ERR_INPUT, "no size: want font-size or data-max");
    if (slot->has_min && slot->has_max && smallest > size + 0.01)
        return err_set(err, ERR_INPUT, "data-min is over data-max");
    slot->slot.size_max = (float)size;
    slot->slot.size_min = (float)fmax(1, fmin(size, fmax(smallest, fmin(least, size))));
    slot->slot.size_wrap = slot->has_wrap
                               ? (float)fmin(size, slot->wrap_mm * page->dots_per_mm)
                               : slot->slot.size_min;
    return true;
}

static void
take_style(struct prepare_slot *slot, const struct prepare_style *style)
{
    struct design_slot *s = &slot->slot;
    str_copy(s->family, sizeof s->family, style->family);
    s->weight = style->weight;
    s->italic = style->italic;
    if (slot->is_text_element)
        s->white |= style->white;
    if (!slot->has_align)
        s->align = style->anchor;
    if (s->leading == 0)
        s->leading = (float)style->leading;
    if (style->size > 0)
        s->tracking = (float)fmin(1, style->tracking / style->size);
}

/* People who read of it in a report know fields, not texts. */
static void
name_by_text(struct design_slot *slot)
{
    const char *open = strchr(slot->text, '{'),
               *close = open ? strchr(open, '}') : NULL;
    if (strcmp(slot->name, "text") == 0 && close)
        str_copy_bytes(slot->name, sizeof slot->name, open + 1,
                       (size_t)(close - open - 1));
}

bool
prepare_slot_end(struct prepare_slot *slot, const struct prepare_style *style,
                 const struct prepare_matrix *matrix, const struct prepare_page *page,
                 struct err *err)
{
    struct design_slot *s = &slot->slot;
    struct prepare_matrix upright = *matrix;
    struct prepare_page side = *page;

    if (!find_side(slot, &upright, &side))
        return err_set(
            err, ERR_INPUT,
            "a slot may be moved, scaled and turned by 90, 180 or 270 degrees, "
            "but neither slanted, mirrored nor stretched");
    take_style(slot, style);
    name_by_text(s);
    if (!make_sizes(slot, style, &upright, &side, err))
        return false;
    s->gap = (float)(slot->has_gap ? slot->gap_mm * page->dots_per_mm
                                   : 0.25 * (double)s->size_max);
    if (slot->is_text_element)
        make_text_box(slot, &upright, &side);
    else
        make_rect_box(slot, &upright);
    if (!(s->box.width >= 1) || !(s->box.height >= 1))
        return err_set(err, ERR_INPUT, "it has no room: want a width and a height");
    return true;
}
