#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/json_tree.h"

/* One walk that checks, unescapes and builds, as RFC 8259 has it. */

enum { BLOCK_FIRST = 16, BLOCK_MOST = 1024 }; /* values */

struct block {
    struct block *next;
    unsigned used, room;
    struct json values[];
};

struct tree {
    struct json root; /* first: it is what json_free gets */
    struct block *blocks;
    char
        *texts; /* never more than the text they come from: quotes make room for NULs */
};

struct reader {
    struct tree *tree;
    const char *text;
    size_t length, at;
    char *put; /* where the next key or text goes */
    int depth;
    struct err *err;
};

static bool
refuse_at(const struct reader *reader, size_t at, const char *what)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        bool newline = reader->text[i] == '\n';
        line += newline;
        column = newline ? 1 : column + 1;
    }
    return err_set(reader->err, ERR_INPUT, "JSON line %zu, column %zu: %s", line,
                   column, what);
}

static bool
refuse(const struct reader *reader)
{
    return refuse_at(reader, reader->at, "not JSON from here on");
}

static void
skip_space(struct reader *reader)
{
    while (reader->at < reader->length) {
        char c = reader->text[reader->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            break;
        reader->at++;
    }
}

/* Behind white space: this one, or not. */
static bool
take(struct reader *reader, char c)
{
    skip_space(reader);
    if (reader->at == reader->length || reader->text[reader->at] != c)
        return false;
    reader->at++;
    return true;
}

static struct json *
make_value(struct reader *reader)
{
    struct block *block = reader->tree->blocks;
    if (!block || block->used == block->room) {
        unsigned room = block ? 4 * block->room : BLOCK_FIRST;
        room = room < BLOCK_MOST ? room : BLOCK_MOST;
        block = malloc(sizeof *block + room * sizeof *block->values);
        if (!block)
            return NULL;
        *block = (struct block){ .next = reader->tree->blocks, .room = room };
        reader->tree->blocks = block;
    }
    return &block->values[block->used++];
}

/* ---- texts -------------------------------------------------------------------- */

/* Of eight bytes, whether one is a quote, a backslash, a control character or no ASCII:
 * the high bit of each byte that is, and perhaps of those behind it. */
static uint64_t
find_special(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quote = bytes ^ ones * '"', slash = bytes ^ ones * '\\';
    return ((quote - ones) | (slash - ones) | (bytes - ones * 0x20) | bytes) &
           ones * 0x80;
}

static void
copy_plain(struct reader *reader)
{
    uint64_t bytes;
    while (reader->length - reader->at >= sizeof bytes) {
        memcpy(&bytes, reader->text + reader->at, sizeof bytes);
        if (find_special(bytes))
            break;
        memcpy(reader->put, &bytes, sizeof bytes);
        reader->put += sizeof bytes;
        reader->at += sizeof bytes;
    }
}

static bool
take_hex(struct reader *reader, unsigned *value)
{
    uint8_t bytes[2];
    if (reader->length - reader->at < 4 ||
        !hex_read(reader->text + reader->at, 4, bytes))
        return false;
    reader->at += 4;
    *value = (unsigned)bytes[0] << 8 | bytes[1];
    return true;
}

static void
put_character(struct reader *reader, unsigned c)
{
    if (c < 0x80) {
        *reader->put++ = (char)c;
        return;
    }
    static const unsigned first[] = { 0, 0xC0, 0xE0, 0xF0 };
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    *reader->put++ = (char)(first[more] | c >> 6 * more);
    while (more-- > 0)
        *reader->put++ = (char)(0x80 | (c >> 6 * more & 0x3F));
}

/* Behind \u: a character, or the two halves of one. */
static bool
take_unicode(struct reader *reader, size_t start)
{
    unsigned c, low;
    if (!take_hex(reader, &c))
        return refuse_at(reader, start, "not JSON from here on");
    if (c == 0)
        return refuse_at(reader, start, "\\u0000 in a text");
    if (c >= 0xD800 && c <= 0xDFFF) {
        bool paired = c <= 0xDBFF && reader->length - reader->at >= 2 &&
                      memcmp(reader->text + reader->at, "\\u", 2) == 0;
        reader->at += paired ? 2 : 0;
        if (!paired || !take_hex(reader, &low) || low < 0xDC00 || low > 0xDFFF)
            return refuse_at(reader, start, "not JSON from here on");
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    put_character(reader, c);
    return true;
}

static bool
take_escape(struct reader *reader)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t start = reader->at++;
    char c = reader->at < reader->length ? reader->text[reader->at] : '\0';
    const char *found = c ? strchr(from, c) : NULL;
    if (c == 'u') {
        reader->at++;
        return take_unicode(reader, start);
    }
    if (!found)
        return refuse_at(reader, start, "not JSON from here on");
    reader->at++;
    *reader->put++ = to[found - from];
    return true;
}

static bool
take_wide(struct reader *reader)
{
    size_t start = reader->at;
    unsigned c = str_next_character(reader->text, reader->length, &reader->at);
    size_t length = reader->at - start;
    if (c == 0xFFFD && length == 1)
        return refuse_at(reader, start, "not UTF-8");
    memcpy(reader->put, reader->text + start, length);
    reader->put += length;
    return true;
}

/* From its opening quote. */
static bool
take_text(struct reader *reader, const char **text)
{
    size_t start = reader->at++;
    *text = reader->put;
    for (;;) {
        copy_plain(reader);
        if (reader->at == reader->length)
            return refuse_at(reader, start, "text without an end");
        unsigned char c = (unsigned char)reader->text[reader->at];
        bool ok = true;
        if (c == '"')
            break;
        if (c == '\\')
            ok = take_escape(reader);
        else if (c >= 0x80)
            ok = take_wide(reader);
        else if (c < 0x20)
            ok = refuse_at(reader, reader->at, "control character in a text");
        else
            *reader->put++ = reader->text[reader->at++];
        if (!ok)
            return false;
    }
    reader->at++;
    *reader->put++ = '\0';
    return true;
}

/* ---- numbers ------------------------------------------------------------------ */

static size_t
take_digits(struct reader *reader)
{
    size_t start = reader->at;
    while (reader->at < reader->length && reader->text[reader->at] >= '0' &&
           reader->text[reader->at] <= '9')
        reader->at++;
    return reader->at - start;
}

static bool
is_at(const struct reader *reader, const char *one_of)
{
    char c = reader->at < reader->length ? reader->text[reader->at] : '\0';
    return c && strchr(one_of, c);
}

/* -0.5e+3, and nothing that C reads besides. *whole: digits and no more. */
static bool
walk_number(struct reader *reader, bool *whole)
{
    reader->at += is_at(reader, "-");
    bool zero = is_at(reader, "0");
    size_t digits = take_digits(reader);
    *whole = !is_at(reader, ".eE");
    if (digits == 0 || (zero && digits > 1))
        return false;
    if (is_at(reader, ".")) {
        reader->at++;
        if (take_digits(reader) == 0)
            return false;
    }
    if (is_at(reader, "eE")) {
        reader->at++;
        reader->at += is_at(reader, "+-");
        return take_digits(reader) > 0;
    }
    return true;
}

static bool
take_number(struct reader *reader, double *number)
{
    enum { EXACT = 15 }; /* digits that a double always holds */
    size_t start = reader->at;
    bool whole;
    if (!walk_number(reader, &whole))
        return refuse(reader);
    const char *from = reader->text + start;
    size_t length = reader->at - start;
    if (whole && length <= EXACT) {
        int64_t value = 0;
        for (size_t i = *from == '-'; i < length; i++)
            value = value * 10 + (from[i] - '0');
        *number = *from == '-' ? -(double)value : (double)value;
        return true;
    }
    memcpy(reader->put, from, length); /* room that what comes behind may need: lent */
    reader->put[length] = '\0';
    *number = strtod(reader->put, NULL);
    return true;
}

/* ---- values -------------------------------------------------------------------- */

static bool take_value(struct reader *reader, struct json *value);

static bool
take_item(struct reader *reader, bool member, struct json **item)
{
    const char *key = NULL;
    if (member) {
        skip_space(reader);
        if (!is_at(reader, "\""))
            return refuse(reader);
        if (!take_text(reader, &key))
            return false;
        if (!take(reader, ':'))
            return refuse(reader);
    }
    *item = make_value(reader);
    if (!*item)
        return err_no_memory(reader->err);
    **item = (struct json){ .key = key };
    return take_value(reader, *item);
}

/* From behind its opening bracket. */
static bool
take_items(struct reader *reader, struct json *value, char end)
{
    struct json **link = &value->child;
    if (++reader->depth > JSON_DEPTH_MAX)
        return refuse_at(reader, reader->at - 1, "nested too deep");
    if (!take(reader, end)) {
        do {
            if (!take_item(reader, end == '}', link))
                return false;
            link = &(*link)->next;
        } while (take(reader, ','));
        if (!take(reader, end))
            return refuse(reader);
    }
    reader->depth--;
    return true;
}

static bool
take_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);
    if (reader->length - reader->at < length ||
        memcmp(reader->text + reader->at, word, length) != 0)
        return refuse(reader);
    reader->at += length;
    return true;
}

static bool
take_value(struct reader *reader, struct json *value)
{
    skip_space(reader);
    char c = reader->at < reader->length ? reader->text[reader->at] : '\0';
    switch (c) {
    case '{':
    case '[':
        reader->at++;
        value->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
        return take_items(reader, value, c == '{' ? '}' : ']');
    case '"':
        value->kind = JSON_TEXT;
        return take_text(reader, &value->text);
    case 't':
    case 'f':
        value->kind = JSON_BOOL;
        value->truth = c == 't';
        return take_word(reader, c == 't' ? "true" : "false");
    case 'n':
        value->kind = JSON_NULL;
        return take_word(reader, "null");
    default:
        value->kind = JSON_NUMBER;
        return take_number(reader, &value->number);
    }
}

/* ---- the whole ----------------------------------------------------------------- */

static bool
read_whole(struct reader *reader)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* some editors put it in front */
    size_t bytes = sizeof mark - 1;
    if (reader->length >= bytes && memcmp(reader->text, mark, bytes) == 0)
        reader->at = bytes;
    if (!take_value(reader, &reader->tree->root))
        return false;
    skip_space(reader);
    return reader->at == reader->length
               ? true
               : refuse_at(reader, reader->at, "more behind the value");
}

bool
json_parse(const char *text, size_t length, struct json **root, struct err *err)
{
    if (length > JSON_TEXT_MAX)
        return err_set(err, ERR_LIMIT, "JSON: over %d bytes", JSON_TEXT_MAX);
    struct tree *tree = calloc(1, sizeof *tree);
    if (!tree)
        return err_no_memory(err);
    tree->texts = malloc(length + 1);
    struct reader reader = {
        .tree = tree, .text = text, .length = length, .put = tree->texts, .err = err
    };
    bool ok = tree->texts ? read_whole(&reader) : err_no_memory(err);
    if (!ok) {
        json_free(&tree->root);
        return false;
    }
    *root = &tree->root;
    return true;
}

void
json_free(struct json *root)
{
    struct tree *tree = (struct tree *)(void *)root;
    if (!tree)
        return;
    while (tree->blocks) {
        struct block *block = tree->blocks;
        tree->blocks = block->next;
        free(block);
    }
    free(tree->texts);
    free(tree);
}
