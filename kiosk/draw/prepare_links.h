#ifndef YUELAI_DRAW_PREPARE_LINKS_H
#define YUELAI_DRAW_PREPARE_LINKS_H

/* prepare_links: what a drawing refers to. Only its own elements ("#id") and small
 * pictures inside the file are good; an element that leads back to itself is not. */

#include <stdbool.h>

#include "err.h"

struct prepare_links;

bool prepare_links_create(struct prepare_links **links, struct err *err);
void prepare_links_destroy(struct prepare_links *links); /* takes NULL */

/* An element with its attributes begins; ends. Judges its references. */
bool prepare_links_begin(struct prepare_links *links, const char *element,
                         const char *const *attributes, struct err *err);
void prepare_links_end(struct prepare_links *links);

/* Judges a style sheet's words. */
bool prepare_links_sheet(const char *words, struct err *err);

/* True if no element, by way of those it refers to, contains itself. */
bool prepare_links_are_finite(const struct prepare_links *links, struct err *err);

#endif
