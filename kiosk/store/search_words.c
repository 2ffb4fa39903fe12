#include "store/search_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/roster_rows.h"
#include "ticket/name.h"

/* First characters of words that nobody types: Unicode's private use area. */
static const char mark_event[] = "\xEE\x80\x80"; /* U+E000 */
static const char mark_whole[] = "\xEE\x80\x81"; /* U+E001 */

void
search_words_event(struct str *out, int64_t event_id)
{
    str_addf(out, "%s%" PRId64, mark_event, event_id);
}

void
search_words_whole(struct str *out, const char *name)
{
    struct str key;
    str_init(&key, SEARCH_WORDS_MAX / 4);
    name_key(&key, name);
    if (key.length > 0)
        str_add_text(out, mark_whole);
    for (const char *c = key.data; *c; c++) {
        bool joins = (unsigned char)*c >= 0x80 || (*c >= '0' && *c <= '9') ||
                     (*c >= 'a' && *c <= 'z');
        if (joins)
            str_add_char(out, *c);
    }
    str_finish(&key);
}

void
search_words_of(struct str *out, const struct ticket *ticket, int64_t event_id)
{
    search_words_event(out, event_id);
    str_add_char(out, ' ');
    search_words_whole(out, ticket->name);
    str_add_char(out, ' ');
    search_words_whole(out, ticket->name_latin);
    str_add_char(out, ' ');
    name_index(out, ticket->name);
    str_add_char(out, ' ');
    name_index(out, ticket->name_latin);
    str_add_char(out, ' ');
    name_index(out, ticket->organisation);
    str_add_char(out, ' ');
    name_index(out, ticket->order_code);
}

/* ---- the table ---------------------------------------------------------------------
 */

bool
search_words_add(struct conn *conn, int64_t id, const char *words, struct err *err)
{
    struct query q = query(conn, "INSERT INTO words(rowid, text) VALUES(?1, ?2)");
    query_int(&q, id);
    query_text(&q, words);
    return query_run(&q, err) ? true : err_wrap(err, "full text");
}

bool
search_words_remove(struct conn *conn, int64_t id, const char *words, struct err *err)
{
    struct query q =
        query(conn, "INSERT INTO words(words, rowid, text) VALUES('delete', ?1, ?2)");
    query_int(&q, id);
    query_text(&q, words);
    return query_run(&q, err) ? true : err_wrap(err, "full text");
}

bool
search_words_merge(struct conn *conn, bool *more, struct err *err)
{
    enum { PAGES = 16 };
    int before = sqlite3_total_changes(conn->sql);
    struct query q = query(conn, "INSERT INTO words(words, rank) VALUES('merge', ?1)");
    query_int(&q, PAGES);
    if (!query_run(&q, err))
        return false;
    *more = sqlite3_total_changes(conn->sql) - before >= 2;
    return true;
}

/* One row after the other; the two statements are of different tables. */
static bool
fill(struct conn *conn, struct err *err)
{
    struct query q =
        query(conn, "SELECT " ROSTER_TICKET_COLUMNS ", t.event_id"
                    " FROM ticket t JOIN event e ON e.id = t.event_id ORDER BY t.id");
    struct ticket ticket;
    struct str words;
    bool row = true, ok = true;
    str_init(&words, SEARCH_WORDS_MAX);
    while (ok && row) {
        ok = query_next(&q, &row, err);
        if (!ok || !row)
            break;
        rows_take_ticket(&q, &ticket);
        str_clear(&words);
        search_words_of(&words, &ticket, take_int(&q));
        ok = search_words_add(conn, ticket.id, words.data, err);
    }
    query_end(&q);
    str_finish(&words);
    return ok;
}

/* All tickets of the file, in one go. */
static bool
fill_anew(struct conn *conn, struct err *err)
{
    return conn_exec(conn, "INSERT INTO words(words) VALUES('delete-all')", err) &&
           fill(conn, err) && search_words_mark(conn, err);
}

/* ---- how words are made ------------------------------------------------------------
 */

/* A fingerprint of what name.h makes of one guest of many scripts. */
static uint64_t
fingerprint(void)
{
    static const struct ticket sample = {
        .name = "张伟 单曾解仇 김민준 Đorđe Łukasz Søren Straße محمد Юлия ÀÉÎõü",
        .name_latin = "O'Brien-van der Berg ZHANG Wei",
        .organisation = "悦来 R&D (Test) 123",
        .order_code = "AB3-9Z",
    };
    struct str words;
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a: no key, no secret */
    str_init(&words, SEARCH_WORDS_MAX);
    search_words_of(&words, &sample, 1);
    for (size_t i = 0; i < words.length; i++)
        hash = (hash ^ (unsigned char)words.data[i]) * UINT64_C(0x100000001B3);
    str_finish(&words);
    return hash;
}

bool
search_words_mark(struct conn *conn, struct err *err)
{
    char text[24];
    struct query q = query(conn, "UPDATE meta SET value = ?1 WHERE key = 'words'");
    snprintf(text, sizeof text, "%016" PRIx64, fingerprint());
    query_text(&q, text);
    return query_run(&q, err);
}

static bool
is_marked(struct conn *conn, bool *marked, struct err *err)
{
    char want[24], has[24] = "";
    struct query q = query(conn, "SELECT value FROM meta WHERE key = 'words'");
    bool row;
    snprintf(want, sizeof want, "%016" PRIx64, fingerprint());
    if (!query_next(&q, &row, err))
        return false;
    if (row)
        take_text(&q, has, sizeof has);
    query_end(&q);
    *marked = strcmp(want, has) == 0;
    return true;
}

bool
search_words_check(struct conn *conn, const struct log *log, struct err *err)
{
    struct err ignored;
    bool marked;
    if (!is_marked(conn, &marked, err))
        return false;
    if (marked)
        return true;
    log_notice(log, "search", "words are made otherwise by now: indexing all tickets");
    if (!conn_exec(conn, "BEGIN", err))
        return false;
    if (fill_anew(conn, err) && conn_exec(conn, "COMMIT", err))
        return true;
    conn_exec(conn, "ROLLBACK", &ignored);
    return false;
}
