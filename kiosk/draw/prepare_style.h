#ifndef YUELAI_DRAW_PREPARE_STYLE_H
#define YUELAI_DRAW_PREPARE_STYLE_H

/* prepare_style: what SVG says about a text's look and place: lengths, transforms, and
 * the properties that a slot takes from its element and the elements around it. Pure.
 *
 * Properties are read from attributes and from style="…"; style sheets do not reach
 * slots. Attribute lists are expat's: name, value, name, value, NULL. */

#include <stdbool.h>

#include "err.h"

struct prepare_matrix {
    double a, b, c, d, e, f; /* x' = a x + c y + e, y' = b x + d y + f */
};

struct prepare_style {
    char family[64];
    double size; /* user units */
    double tracking; /* user units */
    double leading; /* ems */
    int weight;
    int anchor; /* enum design_align */
    bool italic, white;
};

extern const struct prepare_matrix prepare_identity;
extern const struct prepare_style prepare_style_initial;

struct prepare_matrix prepare_multiply(const struct prepare_matrix *outer,
                                       const struct prepare_matrix *inner);

/* Reads a transform attribute. Fails if it is not one. */
bool prepare_read_transform(const char *text, struct prepare_matrix *matrix,
                            struct err *err);

/* Takes over what the attributes say; the rest stays as inherited. */
bool prepare_read_style(const char *const *attributes, struct prepare_style *style,
                        struct err *err);

/* "12.5", "8pt", "3mm": a number and its unit, "" if it has none. */
bool prepare_read_length(const char *text, double *number, const char **unit);

/* A length in millimetres; one without a unit is `per_unit_mm` each. */
bool prepare_read_mm(const char *text, double per_unit_mm, double *mm);

/* The attribute's value, or NULL. */
const char *prepare_attribute(const char *const *attributes, const char *name);

#endif
