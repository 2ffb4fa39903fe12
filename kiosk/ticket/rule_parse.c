#include "ticket/rule_inside.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A reader of JSON that keeps what the server's language tells apart: 5 and 5.0, the
 * order of members, and the last of a name given twice. */
struct reader {
    const char *text;
    size_t length, at;
    struct rule *rule;
    size_t room; /* nodes */
    char *made; /* where the next text goes: all together are shorter than the source */
    struct err *err;
};

bool
rule_text_is(const char *bytes, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(bytes, word, length) == 0;
}

static bool
refuse(struct reader *reader, const char *what)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < reader->at && i < reader->length; i++) {
        bool newline = reader->text[i] == '\n';
        line += newline;
        column = newline ? 1 : column + 1;
    }
    return err_set(reader->err, ERR_INPUT, "rule line %zu, column %zu: %s", line,
                   column, what);
}

static int
peek(struct reader *reader)
{
    while (reader->at < reader->length && strchr(" \t\r\n", reader->text[reader->at]) &&
           reader->text[reader->at])
        reader->at++;
    return reader->at < reader->length ? (unsigned char)reader->text[reader->at] : -1;
}

static bool
take_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);
    if (reader->length - reader->at < length ||
        memcmp(reader->text + reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

/* ---- texts -------------------------------------------------------------------- */

static bool
read_hex(struct reader *reader, unsigned *unit)
{
    *unit = 0;
    if (reader->length - reader->at < 4)
        return refuse(reader, "want four hexadecimal digits behind \\u");
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)reader->text[reader->at++];
        if (!isxdigit(c))
            return refuse(reader, "want four hexadecimal digits behind \\u");
        *unit = *unit * 16 + (unsigned)(isdigit(c) ? c - '0' : (c | 32) - 'a' + 10);
    }
    return true;
}

static void
put_character(struct reader *reader, unsigned c)
{
    struct str one;
    str_init(&one, 8);
    if (str_add_character(&one, c)) {
        memcpy(reader->made, one.data, one.length);
        reader->made += one.length;
    }
    str_finish(&one);
}

/* Behind "\u". Half a pair alone, which has no UTF-8, becomes U+FFFD. */
static bool
read_unicode(struct reader *reader)
{
    unsigned unit, low;
    if (!read_hex(reader, &unit))
        return false;
    if (unit == 0)
        return refuse(reader, "\\u0000 in a text");
    if (unit >= 0xD800 && unit < 0xDC00 && take_word(reader, "\\u")) {
        if (!read_hex(reader, &low))
            return false;
        if (low >= 0xDC00 && low < 0xE000) {
            put_character(reader, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
            return true;
        }
        reader->at -= 6; /* a character of its own */
    }
    put_character(reader, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
    return true;
}

static bool
read_escape(struct reader *reader)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (reader->at >= reader->length)
        return refuse(reader, "text without an end");
    char c = reader->text[reader->at++];
    if (c == 'u')
        return read_unicode(reader);
    const char *found = c ? strchr(from, c) : NULL;
    if (!found)
        return refuse(reader, "no such escape in a text");
    *reader->made++ = to[found - from];
    return true;
}

/* From the opening quote. */
static bool
read_text(struct reader *reader, const char **bytes, size_t *length)
{
    char *start = reader->made;
    reader->at++;
    for (;;) {
        if (reader->at >= reader->length)
            return refuse(reader, "text without an end");
        char c = reader->text[reader->at++];
        if (c == '"')
            break;
        if ((unsigned char)c < 0x20)
            return refuse(reader, "control character in a text");
        if (c != '\\')
            *reader->made++ = c;
        else if (!read_escape(reader))
            return false;
    }
    *bytes = start;
    *length = (size_t)(reader->made - start);
    *reader->made++ = '\0';
    return true;
}

/* ---- numbers ------------------------------------------------------------------ */

static size_t
digits(const char *text, size_t at)
{
    size_t start = at;
    while (isdigit((unsigned char)text[at]))
        at++;
    return at - start;
}

/* A number with a point or an exponent is a float, one beyond 64 bits too. */
static bool
read_number(struct reader *reader, struct rule_node *node)
{
    enum { NUMBER_MAX = 400 };
    char text[NUMBER_MAX + 1] = { 0 };
    size_t length = 0, at;
    while (reader->at + length < reader->length && length < NUMBER_MAX &&
           strchr("+-.0123456789eE", reader->text[reader->at + length]) &&
           reader->text[reader->at + length])
        length++;
    memcpy(text, reader->text + reader->at, length);
    text[length] = '\0';

    at = text[0] == '-';
    size_t whole = digits(text, at);
    if (whole == 0 || (whole > 1 && text[at] == '0'))
        return refuse(reader, "want a value");
    at += whole;
    bool is_float = text[at] == '.' || text[at] == 'e' || text[at] == 'E';
    if (text[at] == '.') {
        size_t part = digits(text, ++at);
        if (part == 0)
            return refuse(reader, "want digits behind the point");
        at += part;
    }
    if (text[at] == 'e' || text[at] == 'E') {
        at++;
        at += text[at] == '+' || text[at] == '-';
        size_t power = digits(text, at);
        if (power == 0)
            return refuse(reader, "want digits behind the e");
        at += power;
    }
    if (at != length)
        return refuse(reader, "not a number");
    reader->at += length;
    errno = 0;
    node->kind = RULE_INT;
    node->whole = strtoll(text, NULL, 10);
    if (is_float || errno == ERANGE) {
        node->kind = RULE_FLOAT;
        node->number = strtod(text, NULL);
    }
    return true;
}

/* ---- values ------------------------------------------------------------------- */

static bool read_value(struct reader *reader, unsigned depth, struct rule_node *node);

static struct rule_node *
new_node(struct reader *reader)
{
    if (reader->rule->count == reader->room) {
        err_set(reader->err, ERR_LIMIT, "rule: over %d values", RULE_NODES_MAX);
        return NULL;
    }
    struct rule_node *node = &reader->rule->nodes[reader->rule->count++];
    *node = (struct rule_node){ .kind = RULE_NULL };
    return node;
}

/* The name before a member's value. */
static bool
read_key(struct reader *reader, struct rule_node *item)
{
    if (peek(reader) != '"')
        return refuse(reader, "want a name in quotes");
    if (!read_text(reader, &item->key, &item->key_length))
        return false;
    if (peek(reader) != ':')
        return refuse(reader, "want ':' behind a name");
    reader->at++;
    return true;
}

/* Of a name given twice, the last value counts, at the place of the first. */
static bool
is_again(struct rule_node *map, const struct rule_node *item)
{
    struct rule_node *former = (struct rule_node *)map->first;
    for (; former && former != item; former = (struct rule_node *)former->next) {
        assert(former->key && item->key);
        if (former->key_length != item->key_length ||
            memcmp(former->key, item->key, item->key_length) != 0)
            continue;
        const struct rule_node *next = former->next;
        *former = *item;
        former->next = next;
        return true;
    }
    return false;
}

static bool
read_items(struct reader *reader, unsigned depth, struct rule_node *node)
{
    bool is_map = node->kind == RULE_MAP;
    int end = is_map ? '}' : ']';
    struct rule_node *last = NULL;
    reader->at++;
    if (peek(reader) == end) {
        reader->at++;
        return true;
    }
    for (;;) {
        struct rule_node *item = new_node(reader);
        if (!item || (is_map && !read_key(reader, item)) ||
            !read_value(reader, depth + 1, item))
            return false;
        if (!is_map || !is_again(node, item)) {
            *(last ? &last->next : &node->first) = item;
            last = item;
            node->count++;
        }
        int c = peek(reader);
        if (c != ',' && c != end)
            return refuse(reader, is_map ? "want ',' or '}'" : "want ',' or ']'");
        reader->at++;
        if (c == end)
            return true;
    }
}

static bool
read_value(struct reader *reader, unsigned depth, struct rule_node *node)
{
    int c = peek(reader);
    if (depth > RULE_DEPTH_MAX)
        return err_set(reader->err, ERR_LIMIT, "rule: nested over %d deep",
                       RULE_DEPTH_MAX);
    if (c == '{' || c == '[') {
        node->kind = c == '{' ? RULE_MAP : RULE_LIST;
        return read_items(reader, depth, node);
    }
    if (c == '"') {
        node->kind = RULE_TEXT;
        return read_text(reader, &node->text.bytes, &node->text.length);
    }
    if (take_word(reader, "null"))
        return true;
    if (take_word(reader, "true") || take_word(reader, "false")) {
        node->kind = RULE_BOOL;
        node->yes = c == 't';
        return true;
    }
    return read_number(reader, node);
}

/* At most so many values: one, and one behind each of these. */
static size_t
most_values(const char *json, size_t length)
{
    size_t count = 1;
    for (size_t i = 0; i < length; i++)
        count += json[i] == ',' || json[i] == '[' || json[i] == '{';
    return count < RULE_NODES_MAX ? count : RULE_NODES_MAX;
}

bool
rule_parse(const char *json, size_t length, struct rule **out, struct err *err)
{
    if (length > RULE_TEXT_MAX)
        return err_set(err, ERR_LIMIT, "rule: over %d bytes", RULE_TEXT_MAX);
    if (!str_is_utf8(json, length))
        return err_set(err, ERR_INPUT, "rule: want UTF-8");
    struct rule *rule = calloc(1, sizeof *rule);
    struct reader reader = { .text = json, .length = length, .rule = rule, .err = err };
    reader.room = most_values(json, length);
    if (rule) {
        rule->nodes = calloc(reader.room, sizeof *rule->nodes);
        rule->texts = malloc(length + 1);
    }
    if (!rule || !rule->nodes || !rule->texts) {
        rule_free(rule);
        return err_no_memory(err);
    }
    reader.made = rule->texts;
    struct rule_node *root = new_node(&reader);
    bool good = read_value(&reader, 0, root);
    if (good && peek(&reader) >= 0)
        good = refuse(&reader, "something behind the rule");
    if (!good) {
        rule_free(rule);
        return false;
    }
    rule->root = root;
    *out = rule;
    return true;
}

void
rule_free(struct rule *rule)
{
    if (!rule)
        return;
    free(rule->nodes);
    free(rule->texts);
    free(rule);
}

const struct rule_node *
rule_operation(const struct rule_node *map)
{
    const struct rule_node *item = map->first;
    while (item && item->key_length >= 2 && memcmp(item->key, "__", 2) == 0)
        item = item->next;
    return item;
}
