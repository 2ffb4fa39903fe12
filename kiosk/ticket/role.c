#include "role.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "str.h"

static const char *const directions[] = {
    [ROLE_ENTRY] = "entry",
    [ROLE_EXIT] = "exit",
    [ROLE_ASK] = "ask",
};
static const char *const works[] = {
    [ROLE_ADMIT_PRINT] = "admit+print",
    [ROLE_ADMIT_ONLY] = "admit-only",
    [ROLE_PRINT_ONLY] = "print-only",
};
enum {
    DIRECTION_COUNT = sizeof directions / sizeof *directions,
    WORK_COUNT = sizeof works / sizeof *works,
    QUOTE_SIZE = 64 /* of what an error shows of a wrong part */
};

/* A stretch of the text that is read. */
struct piece {
    const char *at;
    size_t length;
};

struct quoted {
    char text[QUOTE_SIZE];
};

static const char *
quote(struct quoted *quoted, struct piece piece)
{
    return str_quote(quoted->text, sizeof quoted->text, piece.at, piece.length);
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool
piece_is(struct piece piece, const char *word)
{
    return piece.length == strlen(word) && memcmp(piece.at, word, piece.length) == 0;
}

/* The number of the word among words, or count. */
static unsigned
find_word(struct piece piece, const char *const *words, unsigned count)
{
    unsigned i = 0;
    while (i < count && !piece_is(piece, words[i]))
        i++;
    return i;
}

/* Cuts the piece before `mark` (or all) off the front of rest, the mark too. */
static struct piece
cut_at(struct piece *rest, char mark)
{
    const char *found = memchr(rest->at, mark, rest->length);
    struct piece front = { rest->at,
                           found ? (size_t)(found - rest->at) : rest->length };
    size_t used = front.length + (found ? 1 : 0);
    rest->at += used;
    rest->length -= used;
    return front;
}

/* Blanks and control characters would make a key that nobody can type or tell apart. */
static bool
copy_key(struct piece piece, char *key)
{
    if (piece.length == 0 || piece.length > ROLE_KEY_MAX ||
        !str_is_utf8(piece.at, piece.length))
        return false;
    for (size_t i = 0; i < piece.length; i++) {
        unsigned char c = (unsigned char)piece.at[i];
        if (c <= ' ' || c == 0x7F || c == ',' || c == '"')
            return false;
    }
    memcpy(key, piece.at, piece.length);
    key[piece.length] = '\0';
    return true;
}

static bool
read_list(struct piece text, struct role *role, struct err *err)
{
    struct quoted shown;
    struct piece key = text, event = cut_at(&key, '/');
    struct role_list list;

    if (!copy_key(event, list.event) || !copy_key(key, list.list))
        return err_set(err, ERR_INPUT,
                       "role: list \"%s\": want event/list, each of 1 to %d bytes",
                       quote(&shown, text), ROLE_KEY_MAX);
    if (role_list_of(role, list.event))
        return err_set(err, ERR_INPUT, "role: event %s has two lists, want one",
                       quote(&shown, event));
    if (role->list_count == ROLE_LISTS_MAX)
        return err_set(err, ERR_INPUT, "role: more than %d lists", ROLE_LISTS_MAX);
    role->lists[role->list_count++] = list;
    return true;
}

static bool
read_lists(struct piece value, struct role *role, struct err *err)
{
    do {
        if (!read_list(cut_at(&value, ','), role, err))
            return false;
    } while (value.length > 0);
    return true;
}

static bool
read_direction(struct piece value, struct role *role, struct err *err)
{
    struct quoted shown;
    unsigned found = find_word(value, directions, DIRECTION_COUNT);
    if (found == DIRECTION_COUNT)
        return err_set(err, ERR_INPUT,
                       "role: direction \"%s\": want entry, exit or ask",
                       quote(&shown, value));
    role->direction = (enum role_direction)found;
    return true;
}

static bool
read_work(struct piece value, struct role *role, struct err *err)
{
    struct quoted shown;
    unsigned found = find_word(value, works, WORK_COUNT);
    if (found == WORK_COUNT)
        return err_set(err, ERR_INPUT,
                       "role: work \"%s\": want admit+print, admit-only or print-only",
                       quote(&shown, value));
    role->work = (enum role_work)found;
    return true;
}

static bool
read_gate(struct piece value, struct role *role, struct err *err)
{
    if (value.length > ROLE_GATE_MAX || !str_is_utf8(value.at, value.length))
        return err_set(err, ERR_INPUT, "role: gate: want up to %d bytes of UTF-8",
                       ROLE_GATE_MAX);
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if (c < ' ' || c == 0x7F)
            return err_set(err, ERR_INPUT, "role: gate: has a control character");
    }
    memcpy(role->gate, value.at, value.length);
    role->gate[value.length] = '\0';
    return true;
}

static const struct part {
    const char *name;
    bool (*read)(struct piece value, struct role *role, struct err *err);
} parts[] = {
    { "list", read_lists },
    { "direction", read_direction },
    { "work", read_work },
    { "gate", read_gate },
};
enum { PART_COUNT = sizeof parts / sizeof *parts };

/* Takes a value off the front: up to a blank, or what stands between quotes. */
static bool
take_value(struct piece *rest, struct piece *value, struct err *err)
{
    if (rest->length > 0 && *rest->at == '"') {
        rest->at++;
        rest->length--;
        if (!memchr(rest->at, '"', rest->length))
            return err_set(err, ERR_INPUT, "role: a quote (\") has no end");
        *value = cut_at(rest, '"');
        if (rest->length > 0 && !is_blank(*rest->at))
            return err_set(err, ERR_INPUT, "role: want a blank after a quote (\")");
        return true;
    }
    *value = (struct piece){ rest->at, 0 };
    while (value->length < rest->length && !is_blank(rest->at[value->length]))
        value->length++;
    rest->at += value->length;
    rest->length -= value->length;
    return true;
}

static bool
read_part(struct piece *rest, struct role *role, unsigned *seen, struct err *err)
{
    struct quoted shown;
    size_t length = 0;
    while (length < rest->length && rest->at[length] != '=' &&
           !is_blank(rest->at[length]))
        length++;
    struct piece name = { rest->at, length };

    unsigned i = 0;
    while (i < PART_COUNT && !piece_is(name, parts[i].name))
        i++;
    if (i == PART_COUNT || length == rest->length || rest->at[length] != '=')
        return err_set(err, ERR_INPUT,
                       "role: \"%s\": want list=, direction=, work= or gate=",
                       quote(&shown, name));
    if (*seen & 1u << i)
        return err_set(err, ERR_INPUT, "role: %s= stands twice", parts[i].name);
    *seen |= 1u << i;

    rest->at += length + 1;
    rest->length -= length + 1;
    struct piece value;
    return take_value(rest, &value, err) && parts[i].read(value, role, err);
}

bool
role_parse(const char *text, struct role *role, struct err *err)
{
    struct piece rest = { text, strlen(text) };
    struct role read = { .direction = ROLE_ENTRY, .work = ROLE_ADMIT_PRINT };
    unsigned seen = 0;

    if (rest.length > ROLE_TEXT_MAX)
        return err_set(err, ERR_INPUT, "role: over %d bytes", ROLE_TEXT_MAX);
    for (;;) {
        while (rest.length > 0 && is_blank(*rest.at)) {
            rest.at++;
            rest.length--;
        }
        if (rest.length == 0)
            break;
        if (!read_part(&rest, &read, &seen, err))
            return false;
    }
    if (read.list_count == 0)
        return err_set(err, ERR_INPUT, "role: want list=event/list");
    *role = read;
    return true;
}

const struct role_list *
role_list_of(const struct role *role, const char *event)
{
    for (unsigned i = 0; i < role->list_count; i++) {
        if (strcmp(role->lists[i].event, event) == 0)
            return &role->lists[i];
    }
    return NULL;
}

const char *
role_direction_name(enum role_direction direction)
{
    assert((unsigned)direction < DIRECTION_COUNT);
    return directions[direction];
}

const char *
role_work_name(enum role_work work)
{
    assert((unsigned)work < WORK_COUNT);
    return works[work];
}

void
role_format(const struct role *role, char *text)
{
    struct str out;
    str_init(&out, ROLE_TEXT_MAX);
    for (unsigned i = 0; i < role->list_count; i++)
        str_addf(&out, "%s%s/%s", i == 0 ? "list=" : ",", role->lists[i].event,
                 role->lists[i].list);
    str_addf(&out, "%sdirection=%s work=%s", role->list_count > 0 ? " " : "",
             role_direction_name(role->direction), role_work_name(role->work));
    if (role->gate[0])
        str_addf(&out, strpbrk(role->gate, " \t") ? " gate=\"%s\"" : " gate=%s",
                 role->gate);
    str_copy(text, ROLE_TEXT_MAX + 1, str_ok(&out) ? out.data : "");
    str_finish(&out);
}

bool
role_prints(const struct role *role)
{
    return role->work != ROLE_ADMIT_ONLY;
}

bool
role_equal(const struct role *a, const struct role *b)
{
    if (a->list_count != b->list_count || a->direction != b->direction ||
        a->work != b->work || strcmp(a->gate, b->gate) != 0)
        return false;
    for (unsigned i = 0; i < a->list_count; i++) { /* their order means nothing */
        const struct role_list *other = role_list_of(b, a->lists[i].event);
        if (!other || strcmp(a->lists[i].list, other->list) != 0)
            return false;
    }
    return true;
}

/* How many moments began at now_ms or before. */
static unsigned
begun(const struct role_table *table, int64_t now_ms)
{
    unsigned count = 0;
    while (count < table->count && table->moments[count].from_ms <= now_ms)
        count++;
    return count;
}

bool
role_table_add(struct role_table *table, int64_t from_ms, const struct role *role,
               struct err *err)
{
    unsigned at = begun(table, from_ms);
    if (at > 0 && table->moments[at - 1].from_ms == from_ms)
        return err_set(err, ERR_INPUT,
                       "role table: two roles from the same moment (%" PRId64 " ms)",
                       from_ms);
    if (table->count == ROLE_TABLE_MAX)
        return err_set(err, ERR_LIMIT, "role table: more than %d moments",
                       ROLE_TABLE_MAX);
    memmove(&table->moments[at + 1], &table->moments[at],
            (table->count - at) * sizeof table->moments[0]);
    table->moments[at] = (struct role_moment){ .from_ms = from_ms, .role = *role };
    table->count++;
    return true;
}

const struct role_moment *
role_table_at(const struct role_table *table, int64_t now_ms)
{
    unsigned count = begun(table, now_ms);
    return count > 0 ? &table->moments[count - 1] : NULL;
}

const struct role_moment *
role_table_next(const struct role_table *table, int64_t now_ms)
{
    unsigned count = begun(table, now_ms);
    return count < table->count ? &table->moments[count] : NULL;
}
