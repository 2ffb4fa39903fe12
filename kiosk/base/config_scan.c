#include "base/config_scan.h"

#include <stdlib.h>
#include <string.h>

#include "str.h"

enum { PLACES_MAX = 20000 };

enum token { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_MARK };

struct walk {
    const char *text;
    size_t length, at;
    int line;
    /* the token read last */
    enum token token;
    size_t begin, end;
    int token_line;
};

static bool
looking_at(const struct walk *walk, const char *what)
{
    size_t n = strlen(what);
    return walk->length - walk->at >= n && memcmp(walk->text + walk->at, what, n) == 0;
}

static void
step(struct walk *walk)
{
    if (walk->text[walk->at++] == '\n')
        walk->line++;
}

/* Skips what stands between tokens. */
static bool
skip_gap(struct walk *walk, struct err *err)
{
    while (walk->at < walk->length) {
        if (strchr(" \t\r\n", walk->text[walk->at])) {
            step(walk);
        } else if (looking_at(walk, "#") || looking_at(walk, "//")) {
            while (walk->at < walk->length && walk->text[walk->at] != '\n')
                walk->at++;
        } else if (looking_at(walk, "/*")) {
            int began = walk->line;
            while (walk->at < walk->length && !looking_at(walk, "*/"))
                step(walk);
            if (walk->at == walk->length)
                return err_set(err, ERR_INPUT, "line %d: comment without an end",
                               began);
            walk->at += 2;
        } else {
            break;
        }
    }
    return true;
}

static bool
read_quoted(struct walk *walk, struct err *err)
{
    char quote = walk->text[walk->at++];
    while (walk->at < walk->length && walk->text[walk->at] != quote) {
        if (walk->text[walk->at] == '\\' && walk->at + 1 < walk->length)
            step(walk);
        step(walk);
    }
    if (walk->at == walk->length)
        return err_set(err, ERR_INPUT, "line %d: quote without an end",
                       walk->token_line);
    walk->at++;
    return true;
}

static bool
ends_word(const struct walk *walk)
{
    return strchr(" #\"'\t\n\r={}()+,*", walk->text[walk->at]) ||
           looking_at(walk, "//") || looking_at(walk, "/*");
}

static bool
read_token(struct walk *walk, struct err *err)
{
    if (!skip_gap(walk, err))
        return false;
    walk->begin = walk->at;
    walk->token_line = walk->line;
    if (walk->at == walk->length) {
        walk->token = TOKEN_END;
    } else if (walk->text[walk->at] == '"' || walk->text[walk->at] == '\'') {
        walk->token = TOKEN_QUOTED;
        if (!read_quoted(walk, err))
            return false;
    } else if (ends_word(walk)) {
        walk->token = TOKEN_MARK;
        walk->at++;
    } else {
        walk->token = TOKEN_WORD;
        while (walk->at < walk->length && !ends_word(walk))
            walk->at++;
    }
    walk->end = walk->at;
    return true;
}

static bool
is_mark(const struct walk *walk, char mark)
{
    return walk->token == TOKEN_MARK && walk->text[walk->begin] == mark;
}

static bool
is_text(const struct walk *walk)
{
    return walk->token == TOKEN_WORD || walk->token == TOKEN_QUOTED;
}

static struct config_place *
add_place(struct config_scan *scan, const struct walk *walk, struct err *err)
{
    if (scan->count == PLACES_MAX) {
        err_set(err, ERR_LIMIT, "over %d options and sections", PLACES_MAX);
        return NULL;
    }
    if (scan->count == scan->room) {
        int room = scan->room ? 2 * scan->room : 64;
        struct config_place *places =
            realloc(scan->places, (size_t)room * sizeof *places);
        if (!places) {
            err_no_memory(err);
            return NULL;
        }
        scan->places = places;
        scan->room = room;
    }
    struct config_place *place = &scan->places[scan->count++];
    *place = (struct config_place){
        .within = -1, .line = walk->token_line, .begin = walk->begin, .end = walk->end
    };
    str_copy_bytes(place->name, sizeof place->name, walk->text + walk->begin,
                   walk->end - walk->begin);
    return place;
}

/* Behind "name =" or "name +=": a value, or a list in braces. */
static bool
read_value(struct walk *walk, struct err *err)
{
    if (!read_token(walk, err))
        return false;
    if (!is_mark(walk, '{'))
        return true;
    while (walk->token != TOKEN_END && !is_mark(walk, '}')) {
        if (!read_token(walk, err))
            return false;
    }
    return true;
}

static void
keep_title(const struct walk *walk, struct config_place *place)
{
    size_t quotes = walk->token == TOKEN_QUOTED;
    str_copy_bytes(place->title, sizeof place->title, walk->text + walk->begin + quotes,
                   walk->end - walk->begin - 2 * quotes);
}

/* Behind a name, of which place `at` was made: what follows says what it is. Returns
 * with the walk behind the option, or inside the section. */
static bool
read_statement(struct walk *walk, struct config_scan *scan, int at, struct err *err)
{
    struct walk behind_name = *walk;
    if (!read_token(walk, err))
        return false;
    if (is_mark(walk, '+') && !read_token(walk, err))
        return false;
    if (is_mark(walk, '=')) {
        if (!read_value(walk, err))
            return false;
        scan->places[at].end = walk->end;
        return true;
    }
    if (is_text(walk)) {
        keep_title(walk, &scan->places[at]);
        if (!read_token(walk, err))
            return false;
    }
    if (is_mark(walk, '{')) {
        scan->places[at].is_section = true;
    } else { /* neither: for the parser to say */
        *walk = behind_name;
        scan->count--;
    }
    return true;
}

static bool
scan_all(struct walk *walk, struct config_scan *scan, struct err *err)
{
    int open = -1; /* the section we are in */
    for (;;) {
        if (!read_token(walk, err))
            return false;
        if (walk->token == TOKEN_END && open >= 0)
            return err_set(err, ERR_INPUT, "line %d: section without an end",
                           scan->places[open].line);
        if (walk->token == TOKEN_END)
            return true;
        if (is_mark(walk, '}') && open >= 0) {
            scan->places[open].end = walk->end;
            open = scan->places[open].within;
        }
        if (walk->token != TOKEN_WORD)
            continue;
        struct config_place *place = add_place(scan, walk, err);
        if (!place)
            return false;
        place->within = open;
        int at = scan->count - 1;
        if (!read_statement(walk, scan, at, err))
            return false;
        if (at < scan->count && scan->places[at].is_section) {
            scan->places[at].end = walk->length; /* until its brace is seen */
            open = at;
        }
    }
}

bool
config_scan(const char *text, size_t length, struct config_scan *scan, struct err *err)
{
    struct walk walk = { .text = text, .length = length, .line = 1 };
    *scan = (struct config_scan){ 0 };
    if (!scan_all(&walk, scan, err)) {
        config_scan_finish(scan);
        return false;
    }
    return true;
}

void
config_scan_finish(struct config_scan *scan)
{
    free(scan->places);
    *scan = (struct config_scan){ 0 };
}
