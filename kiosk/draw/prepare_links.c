#include "draw/prepare_links.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "draw/prepare.h"
#include "draw/prepare_style.h"
#include "str.h"

enum { ID_MAX = 63, IDS_MAX = PREPARE_ELEMENTS_MAX + PREPARE_REFERENCES_MAX };

/* Elements that are open and have an id are numbered; an edge leads from each of them
 * to the id that something inside refers to. */
struct prepare_links {
    char (*ids)[ID_MAX + 1];
    int id_count;
    struct {
        int from, to;
    } edges[PREPARE_REFERENCES_MAX];
    int edge_count;
    int open[PREPARE_DEPTH_MAX + 1]; /* ids of the open elements; -1: none */
    int depth;
};

bool
prepare_links_create(struct prepare_links **links, struct err *err)
{
    struct prepare_links *self = calloc(1, sizeof *self);
    if (self)
        self->ids = calloc(IDS_MAX, sizeof *self->ids);
    if (!self || !self->ids) {
        free(self);
        return err_no_memory(err);
    }
    *links = self;
    return true;
}

void
prepare_links_destroy(struct prepare_links *links)
{
    if (!links)
        return;
    free(links->ids);
    free(links);
}

static int
number_of(struct prepare_links *links, const char *id, size_t length)
{
    char key[ID_MAX + 1];
    str_copy_bytes(key, sizeof key, id, length);
    for (int i = 0; i < links->id_count; i++) {
        if (strcmp(links->ids[i], key) == 0)
            return i;
    }
    if (links->id_count == IDS_MAX)
        return -1;
    str_copy(links->ids[links->id_count], sizeof links->ids[0], key);
    return links->id_count++;
}

static bool
add_edges(struct prepare_links *links, const char *id, size_t length, struct err *err)
{
    int to = number_of(links, id, length);
    for (int i = 0; i < links->depth; i++) {
        if (links->open[i] < 0)
            continue;
        if (to < 0 || links->edge_count == PREPARE_REFERENCES_MAX)
            return err_set(err, ERR_LIMIT, "over %d references",
                           PREPARE_REFERENCES_MAX);
        links->edges[links->edge_count].from = links->open[i];
        links->edges[links->edge_count++].to = to;
    }
    return true;
}

/* ---- what may be referred to -------------------------------------------- */

static bool
refuse(const char *what, const char *target, struct err *err)
{
    char quoted[64];
    return err_set(err, ERR_INPUT,
                   "%s refers to \"%s\": a design may refer only to its own elements "
                   "(#id) and to data: pictures (png, jpeg) of at most %d KB",
                   what, str_quote(quoted, sizeof quoted, target, strlen(target)),
                   PREPARE_IMAGE_MAX / 1024);
}

static bool
is_picture(const char *target)
{
    return (str_starts(target, "data:image/png;base64,") ||
            str_starts(target, "data:image/jpeg;base64,")) &&
           strlen(target) <= PREPARE_IMAGE_MAX;
}

static bool
take_link(struct prepare_links *links, const char *name, const char *target,
          struct err *err)
{
    target += strspn(target, " \t\r\n");
    if (*target == '\0' || is_picture(target))
        return true;
    if (*target != '#')
        return refuse(name, target, err);
    return add_edges(links, target + 1, strlen(target + 1), err);
}

/* url(#id) is good, url(anything else) is not. A backslash could spell url otherwise.
 */
static bool
take_urls(struct prepare_links *links, const char *name, const char *value,
          struct err *err)
{
    for (const char *at = value; (at = strcasestr(at, "url(")) != NULL;) {
        at += 4;
        at += strspn(at, " \t\r\n'\"");
        if (*at != '#')
            return refuse(name, at, err);
        size_t length = strcspn(at + 1, ") '\"");
        if (links && !add_edges(links, at + 1, length, err))
            return false;
    }
    return true;
}

bool
prepare_links_sheet(const char *words, struct err *err)
{
    if (strcasestr(words, "@import") || strchr(words, '\\'))
        return err_set(err, ERR_INPUT, "a style sheet may neither @import nor escape");
    return take_urls(NULL, "a style sheet", words, err);
}

static bool
is_link(const char *name)
{
    const char *colon = strrchr(name, ':');
    const char *local = colon ? colon + 1 : name;
    return strcmp(local, "href") == 0 || strcmp(local, "src") == 0;
}

/* Only of elements that draw: editors put links into their own metadata. */
static bool
is_foreign(const char *element)
{
    return strchr(element, ':') && !str_starts(element, "svg:");
}

bool
prepare_links_begin(struct prepare_links *links, const char *element,
                    const char *const *attributes, struct err *err)
{
    const char *id = prepare_attribute(attributes, "id");
    const char *local = strchr(element, ':') ? strchr(element, ':') + 1 : element;

    if (strcmp(local, "include") == 0 || strcmp(local, "script") == 0 ||
        strcmp(local, "foreignObject") == 0)
        return err_set(err, ERR_INPUT, "a design may not contain it");
    links->open[links->depth++] = id ? number_of(links, id, strlen(id)) : -1;
    if (is_foreign(element))
        return true;
    for (; *attributes; attributes += 2) {
        const char *name = attributes[0], *value = attributes[1];
        if (is_link(name) && strcmp(local, "a") != 0 &&
            !take_link(links, name, value, err))
            return false;
        if (!is_link(name) && !take_urls(links, name, value, err))
            return false;
        if (strcmp(name, "xml:base") == 0)
            return refuse(name, value, err);
    }
    return true;
}

void
prepare_links_end(struct prepare_links *links)
{
    links->depth--;
}

/* ---- cycles ------------------------------------------------------------- */

/* An element is finite if all it refers to is; whatever never becomes so leads back to
 * itself, or to something that does. */
static bool
settle(const struct prepare_links *links, bool *finite, bool *open)
{
    bool changed = false;
    memset(open, 0, (size_t)links->id_count);
    for (int i = 0; i < links->edge_count; i++)
        open[links->edges[i].from] |= !finite[links->edges[i].to];
    for (int id = 0; id < links->id_count; id++) {
        if (!finite[id] && !open[id])
            finite[id] = changed = true;
    }
    return changed;
}

bool
prepare_links_are_finite(const struct prepare_links *links, struct err *err)
{
    bool *finite = calloc(2 * (size_t)links->id_count + 1, sizeof *finite);
    if (!finite)
        return err_no_memory(err);
    while (settle(links, finite, finite + links->id_count))
        ;
    int bad = 0;
    while (bad < links->id_count && finite[bad])
        bad++;
    free(finite);
    if (bad == links->id_count)
        return true;
    return err_set(err, ERR_INPUT, "the element \"#%s\" refers, in the end, to itself",
                   links->ids[bad]);
}
