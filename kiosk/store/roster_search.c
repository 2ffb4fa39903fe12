#include "store/roster_search.h"

#include <string.h>

#include "store/db_internal.h"
#include "store/roster_rows.h"
#include "store/search_words.h"
#include "str.h"
#include "ticket/name.h"

/* Five questions, the surest first, until there are enough hits; each is a walk through
 * lists of ids that stops as soon as it has its share, so the commonest letter costs as
 * little as the rarest name:
 *
 *     the ref, whole         a badge that is read out
 *     the whole name         张伟 before 张伟明, whatever the order of its words
 *     all words, whole       "zhang wei" before "zhangweiming"
 *     all but the last       "zhang wei" while it is still "zhang we"
 *     all words, begun       "zh we"
 */

/* A server's cancelled position, which is here for the media that lead to it alone. */
#define BARE "(t.position <> 0 AND t.lookup IS NULL)"

enum { TYPED_MAX = 256, QUESTION_MAX = 4096, WORDS_MAX = 12 };

struct search {
    struct db *db;
    char event_word[32]; /* "" = all events */
    struct ticket *hits;
    unsigned max, count;
};

static bool
is_hit(const struct search *search, int64_t id)
{
    for (unsigned i = 0; i < search->count; i++) {
        if (search->hits[i].id == id)
            return true;
    }
    return false;
}

/* Runs a MATCH and keeps what is new. Hits that are known may come first: ask for so
 * many more. */
static bool
ask(struct search *search, const char *match, struct err *err)
{
    struct query q =
        query(&search->db->roster, "SELECT " ROSTER_TICKET_COLUMNS " FROM words"
                                   " CROSS JOIN ticket t ON t.id = words.rowid"
                                   " CROSS JOIN event e ON e.id = t.event_id"
                                   " WHERE words MATCH ?1 AND NOT " BARE " LIMIT ?2");
    query_text(&q, match);
    query_int(&q, search->max + search->count);
    for (bool row = true; row && search->count < search->max;) {
        if (!query_next(&q, &row, err))
            return err_wrap(err, "search");
        if (!row)
            break;
        struct ticket *hit = &search->hits[search->count];
        rows_take_ticket(&q, hit);
        if (!is_hit(search, hit->id))
            search->count++;
    }
    query_end(&q);
    return true;
}

/* A byte that the index takes as part of a word. */
static bool
joins(char c)
{
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* How the words of a question are meant: "word" or "word"*. */
enum meant { WHOLE, LAST_BEGUN, BEGUN };

/* Appends each word of the tokens; the event's word comes last. */
static void
add_words(struct str *match, const struct search *search, const char *tokens,
          enum meant meant)
{
    const char *at = tokens;
    for (unsigned count = 0; count < WORDS_MAX; count++) {
        while (*at && !joins(*at))
            at++;
        size_t length = 0;
        while (at[length] && joins(at[length]))
            length++;
        if (length == 0)
            break;
        const char *rest = at + length;
        bool last = rest[strspn(rest, " ")] == '\0';
        bool begun = meant == BEGUN || (meant == LAST_BEGUN && last);
        str_addf(match, "\"%.*s\"%s ", (int)length, at, begun ? "*" : "");
        at = rest;
    }
    if (search->event_word[0] && match->length > 0)
        str_addf(match, "\"%s\"", search->event_word);
}

static bool
ask_words(struct search *search, const char *tokens, enum meant meant, struct err *err)
{
    struct str match;
    bool ok = true;
    str_init(&match, QUESTION_MAX);
    add_words(&match, search, tokens, meant);
    if (search->count < search->max && match.length > 0 && str_ok(&match))
        ok = ask(search, match.data, err);
    str_finish(&match);
    return ok;
}

/* ---- the ref -----------------------------------------------------------------------
 */

static bool
ask_ref(struct search *search, const char *event, const char *typed, struct err *err)
{
    char ref[ROSTER_REF_MAX + 1];
    size_t length = 0;
    for (const char *c = typed; *c; c++) {
        if (*c == ' ')
            continue;
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (length == ROSTER_REF_MAX || !(letter || (*c >= '0' && *c <= '9')))
            return true;
        ref[length++] = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
    }
    ref[length] = '\0';
    struct ticket *hit = &search->hits[search->count];
    bool found;
    if (length == 0 || search->count == search->max)
        return true;
    if (!roster_by_ref(search->db, ref, &found, hit, err))
        return false;
    if (found && (event[0] == '\0' || strcmp(hit->event, event) == 0))
        search->count++;
    return true;
}

/* One event among several: its word narrows the question. Alone it would only cost. */
static bool
find_event_word(struct search *search, const char *event, bool *known, struct err *err)
{
    struct query q =
        query(&search->db->roster,
              "SELECT (SELECT id FROM event WHERE slug = ?1),"
              " (SELECT min(id) FROM event) < (SELECT max(id) FROM event)");
    bool row;
    *known = true;
    search->event_word[0] = '\0';
    if (event[0] == '\0')
        return true;
    query_text(&q, event);
    if (!query_next(&q, &row, err))
        return err_wrap(err, "search");
    int64_t id = take_int(&q);
    bool several = take_bool(&q);
    query_end(&q);
    *known = id != 0;
    struct str word;
    str_init(&word, sizeof search->event_word - 1);
    if (several)
        search_words_event(&word, id);
    str_copy(search->event_word, sizeof search->event_word, word.data);
    str_finish(&word);
    return true;
}

bool
roster_search(struct db *db, const char *event, const char *typed, struct ticket *hits,
              unsigned max, unsigned *count, struct err *err)
{
    struct search search = { .db = db, .hits = hits, .max = max };
    char text[TYPED_MAX];
    struct str tokens, whole;
    bool known;
    *count = 0;
    if (max == 0 || !find_event_word(&search, event, &known, err))
        return max == 0;
    str_copy(text, sizeof text, typed);
    str_init(&tokens, QUESTION_MAX);
    str_init(&whole, QUESTION_MAX);
    name_query(&tokens, text);
    search_words_whole(&whole, text);
    bool ok = !known || (ask_ref(&search, event, text, err) &&
                         ask_words(&search, whole.data, WHOLE, err) &&
                         ask_words(&search, tokens.data, WHOLE, err) &&
                         ask_words(&search, tokens.data, LAST_BEGUN, err) &&
                         ask_words(&search, tokens.data, BEGUN, err));
    str_finish(&tokens);
    str_finish(&whole);
    *count = search.count;
    return ok;
}
