#include "base/config_parts.h"

#include <stdio.h>
#include <string.h>

/* ---- did you mean? ---- */

enum { NEAR_MAX = 40 };

static unsigned
least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Insertions, removals, changes and swaps of neighbours that make b of a (optimal
 * string alignment). */
static unsigned
distance(const char *a, const char *b)
{
    unsigned rows[3][NEAR_MAX + 1];
    size_t m = strlen(a), n = strlen(b);
    if (m > NEAR_MAX || n > NEAR_MAX)
        return NEAR_MAX;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= m; i++) {
        unsigned *row = rows[i % 3], *before = rows[(i + 2) % 3],
                 *earlier = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= n; j++) {
            unsigned change = before[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, least(before[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], earlier[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

/* The name most like `name`, if one is like enough to be meant; else NULL. next gives
 * names until NULL. */
static const char *
nearest_name(const char *name, const char *(*next)(unsigned i, const void *self),
             const void *self)
{
    const char *best = NULL, *candidate;
    unsigned nearest = (unsigned)strlen(name) / 3 + 2; /* must be under this */
    for (unsigned i = 0; (candidate = next(i, self)); i++) {
        unsigned d = distance(name, candidate);
        if (d < nearest && d < strlen(candidate)) {
            nearest = d;
            best = candidate;
        }
    }
    return best;
}

/* ---- what the table does not know, or knows once ---- */

static const char *
section_name(unsigned i, const void *self)
{
    const struct config_section *sections = self;
    return sections[i].name;
}

static const char *
option_name(unsigned i, const void *self)
{
    const struct config_section *section = self;
    return section ? section->options[i].name : NULL;
}

const struct config_section *
config_find_section(const struct config_section *sections, const char *name)
{
    for (; sections->name; sections++) {
        if (strcmp(sections->name, name) == 0)
            return sections;
    }
    return NULL;
}

static bool
has_option(const struct config_section *section, const char *name)
{
    for (unsigned i = 0; section && section->options[i].name; i++) {
        if (strcmp(section->options[i].name, name) == 0)
            return true;
    }
    return false;
}

/* The section of the table that a place stands in: "" outside of all. */
static const struct config_section *
section_around(const struct config_reading *reading, const struct config_place *place)
{
    const char *name =
        place->within < 0 ? "" : reading->scan.places[place->within].name;
    return config_find_section(reading->sections, name);
}

static void
blank_out(struct config_reading *reading, const struct config_place *place)
{
    for (size_t i = place->begin; i < place->end; i++) {
        if (reading->text.data[i] != '\n')
            reading->text.data[i] = ' ';
    }
}

/* "printer \"left\": " in front of what is said of a place within it. */
static const char *
around(const struct config_reading *reading, const struct config_place *place,
       char to[160])
{
    to[0] = '\0';
    if (place->within < 0)
        return to;
    const struct config_place *section = &reading->scan.places[place->within];
    if (section->title[0])
        snprintf(to, 160, "%s \"%s\": ", section->name, section->title);
    else
        snprintf(to, 160, "%s: ", section->name);
    return to;
}

static void
note_unknown(struct config_reading *reading, const struct config_place *place)
{
    char where[160], name[80];
    const char *what = place->is_section ? "section" : "option";
    str_quote(name, sizeof name, place->name, strlen(place->name));
    const char *near =
        place->is_section
            ? nearest_name(place->name, section_name, reading->sections)
            : nearest_name(place->name, option_name, section_around(reading, place));
    if (near)
        config_note(reading->errors, place->line,
                    "%sunknown %s \"%s\"; did you mean \"%s\"?",
                    around(reading, place, where), what, name, near);
    else
        config_note(reading->errors, place->line, "%sunknown %s \"%s\"",
                    around(reading, place, where), what, name);
}

/* The earlier place that this one repeats, or NULL. */
static const struct config_place *
find_earlier(const struct config_reading *reading, const struct config_place *place)
{
    const struct config_place *all = reading->scan.places;
    for (const struct config_place *p = all; p < place; p++) {
        if (p->within == place->within && p->is_section == place->is_section &&
            strcmp(p->name, place->name) == 0 && strcmp(p->title, place->title) == 0)
            return p;
    }
    return NULL;
}

static bool
is_known(const struct config_reading *reading, const struct config_place *place)
{
    if (!place->is_section)
        return has_option(section_around(reading, place), place->name);
    return place->within < 0 && place->name[0] &&
           config_find_section(reading->sections, place->name) != NULL;
}

/* Notes and blanks out what may not stand there, so that the parser, which would stop
 * at the first, sees the rest. */
void
config_check_names(struct config_reading *reading)
{
    char where[160];
    for (int i = 0; i < reading->scan.count; i++) {
        const struct config_place *place = &reading->scan.places[i];
        if (reading->text.data[place->begin] == ' ')
            continue; /* within something that is blank already */
        const struct config_place *earlier = NULL;
        if (!is_known(reading, place))
            note_unknown(reading, place);
        else if ((earlier = find_earlier(reading, place)))
            config_note(reading->errors, place->line,
                        "%s%s%s%s%s is given twice; first on line %d",
                        around(reading, place, where), place->name,
                        place->title[0] ? " \"" : "", place->title,
                        place->title[0] ? "\"" : "", earlier->line);
        else
            continue;
        blank_out(reading, place);
    }
}
