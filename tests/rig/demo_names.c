#include "demo_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

enum {
    FILE_BYTES_MAX = 256 * 1024,
    ITEMS_MAX = 160,
    LISTS_MAX = 12,
    FORMS_MAX = 8,
    PICKS_MAX = 12
};

struct item {
    const char *own, *latin; /* latin NULL: as own */
    unsigned weight;
};

struct list {
    const char *key; /* "f", "g-m" */
    struct item items[ITEMS_MAX];
    unsigned count, weight;
};

struct form {
    const char *own, *latin; /* latin NULL: the name is Latin */
    unsigned weight;
};

struct demo_culture {
    char *text; /* the file, cut into the pieces that the rest points to */
    struct list lists[LISTS_MAX];
    struct form forms[FORMS_MAX];
    unsigned list_count, form_count, form_weight;
};

/* splitmix64 */
uint64_t
demo_roll(struct demo_dice *dice)
{
    uint64_t z = dice->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

unsigned
demo_roll_of(struct demo_dice *dice, unsigned sides)
{
    return (unsigned)((demo_roll(dice) >> 32) * sides >> 32);
}

bool
demo_read_file(const char *path, char **text, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(err, ERR_ABSENT, "%s: %s", path, strerror(errno));
    char *bytes = malloc(FILE_BYTES_MAX + 1);
    size_t length = bytes ? fread(bytes, 1, FILE_BYTES_MAX, file) : 0;
    fclose(file);
    if (!bytes)
        return err_no_memory(err);
    bytes[length] = '\0';
    *text = bytes;
    return true;
}

char *
demo_piece(char **rest, const char *ends)
{
    if (!*rest)
        return NULL;
    char *piece = *rest + strspn(*rest, " \t");
    char *end = piece + strcspn(piece, ends);
    *rest = *end ? end + 1 : NULL;
    while (end > piece && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    return piece;
}

/* Cuts "*NUMBER" off the end; 1 if there is none. */
static unsigned
take_weight(char *text)
{
    char *star = strrchr(text, '*');
    long long weight;
    if (!star || !str_read_int(star + 1, 1, 1000, &weight))
        return 1;
    *star = '\0';
    return (unsigned)weight;
}

static void
read_items(struct list *list, char *rest)
{
    for (char *text; list->count < ITEMS_MAX && (text = demo_piece(&rest, ","));) {
        struct item *item = &list->items[list->count++];
        item->weight = take_weight(text);
        item->own = demo_piece(&text, "=");
        item->latin = demo_piece(&text, "=");
        list->weight += item->weight;
    }
}

/* "form*9: {g} {f} ~ {g} {f}" or "g-m: item, item"; head is what stands before ':'. */
static bool
read_line(struct demo_culture *culture, char *head, char *rest)
{
    unsigned weight = take_weight(head);
    if (strcmp(head, "form") != 0) {
        if (culture->list_count == LISTS_MAX)
            return false;
        struct list *list = &culture->lists[culture->list_count++];
        list->key = head;
        read_items(list, rest);
        return list->count > 0;
    }
    if (culture->form_count == FORMS_MAX)
        return false;
    struct form *form = &culture->forms[culture->form_count++];
    form->weight = weight;
    form->own = demo_piece(&rest, "~");
    form->latin = demo_piece(&rest, "~");
    culture->form_weight += weight;
    return form->own != NULL;
}

bool
demo_culture_read(const char *path, struct demo_culture **culture, struct err *err)
{
    struct demo_culture *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    if (!demo_read_file(path, &made->text, err)) {
        free(made);
        return false;
    }
    char *rest = made->text;
    for (char *line; (line = demo_piece(&rest, "\n"));) {
        if (line[0] == '#' || line[0] == '\0')
            continue;
        char *head = demo_piece(&line, ":");
        if (!line || !read_line(made, head, line)) {
            err_set(err, ERR_INPUT, "%s: \"%s\" wants \"form: …\" or \"x: item, item\"",
                    path, head);
            demo_culture_free(made);
            return false;
        }
    }
    if (made->form_count == 0) {
        demo_culture_free(made);
        return err_set(err, ERR_INPUT, "%s: wants a form", path);
    }
    *culture = made;
    return true;
}

void
demo_culture_free(struct demo_culture *culture)
{
    if (!culture)
        return;
    free(culture->text);
    free(culture);
}

/* ---- drawing --------------------------------------------------------------- */

static const struct list *
find_list(const struct demo_culture *culture, const char *key, size_t length, char sex)
{
    for (unsigned i = 0; i < culture->list_count; i++) {
        const char *name = culture->lists[i].key;
        if (strncmp(name, key, length) != 0)
            continue;
        bool common = name[length] == '\0';
        bool own = name[length] == '-' && name[length + 1] == sex;
        if (common || own)
            return &culture->lists[i];
    }
    return NULL;
}

static const struct item *
draw_item(const struct list *list, struct demo_dice *dice)
{
    unsigned roll = demo_roll_of(dice, list->weight), i = 0;
    while (roll >= list->items[i].weight)
        roll -= list->items[i++].weight;
    return &list->items[i];
}

/* What was drawn for the own form; the Latin one takes the same, slot by slot. */
struct draws {
    const struct list *lists[PICKS_MAX];
    const struct item *items[PICKS_MAX];
    bool used[PICKS_MAX];
    unsigned count;
};

static const struct item *
take_drawn(struct draws *draws, const struct list *list)
{
    for (unsigned i = 0; i < draws->count; i++) {
        if (draws->lists[i] == list && !draws->used[i]) {
            draws->used[i] = true;
            return draws->items[i];
        }
    }
    return &list->items[0];
}

/* A name that does not repeat itself: never "Budi Budi". */
static const struct item *
draw_new(struct draws *draws, const struct list *list, struct demo_dice *dice)
{
    const struct item *item = draw_item(list, dice);
    for (unsigned i = 0; i < draws->count; i++) {
        if (draws->items[i] == item && list->count > 1) {
            item = draw_item(list, dice);
            break;
        }
    }
    if (draws->count < PICKS_MAX) {
        draws->lists[draws->count] = list;
        draws->items[draws->count++] = item;
    }
    return item;
}

struct person {
    const struct demo_culture *culture;
    struct demo_dice *dice;
    struct draws draws;
    char sex;
};

static void
fill_form(struct person *person, const char *form, bool latin, char *to)
{
    struct str out;
    str_init(&out, DEMO_NAME_MAX);
    while (*form) {
        size_t plain = strcspn(form, "{");
        str_add(&out, form, plain);
        form += plain;
        size_t length = *form ? strcspn(form, "}") : 0;
        if (length < 2)
            break;
        const struct list *list =
            find_list(person->culture, form + 1, length - 1, person->sex);
        form += length + 1;
        if (!list)
            continue;
        const struct item *item = latin ? take_drawn(&person->draws, list)
                                        : draw_new(&person->draws, list, person->dice);
        str_add_text(&out, latin && item->latin ? item->latin : item->own);
    }
    str_copy(to, DEMO_NAME_MAX + 1, out.data);
    str_finish(&out);
}

void
demo_culture_draw(const struct demo_culture *culture, struct demo_dice *dice,
                  struct demo_name *name)
{
    struct person person = { .culture = culture, .dice = dice };
    person.sex = demo_roll_of(dice, 2) ? 'm' : 'f';
    unsigned roll = demo_roll_of(dice, culture->form_weight), i = 0;
    while (roll >= culture->forms[i].weight)
        roll -= culture->forms[i++].weight;
    fill_form(&person, culture->forms[i].own, false, name->own);
    name->latin[0] = '\0';
    if (culture->forms[i].latin)
        fill_form(&person, culture->forms[i].latin, true, name->latin);
}
