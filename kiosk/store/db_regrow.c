#include "store/db_regrow.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db_internal.h"

/* The file format is written down at sqlite.org/fileformat2.html: pages of b-trees
 * (1.6) and records (2.1). */

enum {
    PAGE_BYTES = DB_JOURNAL_PAGE_BYTES,
    LEAF = 0x0D,
    INNER = 0x05,
    LEAF_HEAD = 8,
    INNER_HEAD = 12
};
enum { AT_PAGE_COUNT = 28, CHILDREN_MAX = 128, COLUMNS_MAX = 64 };

struct leaf {
    uint32_t page;
    int64_t first, last; /* rowids */
};

struct tree {
    uint32_t root;
    unsigned columns;
    struct leaf *leaves;
    size_t count, room;
};

struct regrowth {
    int fd;
    uint32_t pages;
    struct tree *trees;
    unsigned count;
};

/* ---- bytes -------------------------------------------------------------------------
 */

static unsigned
get_u16(const unsigned char *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static void
put_u16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void
put_u32(unsigned char *at, uint32_t value)
{
    put_u16(at, value >> 16);
    put_u16(at + 2, value & 0xFFFF);
}

/* Reads a varint before `end`; false if it runs over. */
static bool
get_varint(const unsigned char **at, const unsigned char *end, uint64_t *value)
{
    *value = 0;
    for (int i = 0; i < 9 && *at < end; i++) {
        unsigned char byte = *(*at)++;
        if (i == 8) {
            *value = *value << 8 | byte;
            return true;
        }
        *value = *value << 7 | (byte & 0x7F);
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* Rowids of ours are positive and below 2^56: at most eight groups of seven bits. */
static unsigned
put_varint(unsigned char *to, uint64_t value)
{
    unsigned length = 1, i;
    while (value >> (7 * length))
        length++;
    for (i = 0; i < length; i++)
        to[i] = (unsigned char)((value >> (7 * (length - 1 - i)) & 0x7F) |
                                (i + 1 < length ? 0x80 : 0));
    return length;
}

static bool
read_page(const struct regrowth *grow, uint32_t page, unsigned char *bytes)
{
    return pread(grow->fd, bytes, PAGE_BYTES, (off_t)(page - 1) * PAGE_BYTES) ==
           PAGE_BYTES;
}

static bool
write_page(const struct regrowth *grow, uint32_t page, const unsigned char *bytes)
{
    return pwrite(grow->fd, bytes, PAGE_BYTES, (off_t)(page - 1) * PAGE_BYTES) ==
           PAGE_BYTES;
}

/* ---- leaves ------------------------------------------------------------------------
 */

/* A cell's rowid and number of columns; the first of them is the id, stored as NULL. */
static bool
read_cell(const unsigned char *page, unsigned offset, int64_t *rowid, unsigned *columns)
{
    const unsigned char *at = page + offset, *end = page + PAGE_BYTES;
    uint64_t payload, id, head, type;
    if (offset < LEAF_HEAD || !get_varint(&at, end, &payload) ||
        !get_varint(&at, end, &id) || id == 0 || id >> 56)
        return false;
    const unsigned char *record = at;
    if (!get_varint(&at, end, &head) || head > payload || head > COLUMNS_MAX * 9 ||
        (uint64_t)(end - record) < head)
        return false;
    *rowid = (int64_t)id;
    for (*columns = 0; at < record + head; (*columns)++) {
        if (!get_varint(&at, record + head, &type) || (*columns == 0 && type != 0))
            return false;
    }
    return *columns > 0;
}

static bool
read_leaf(const unsigned char *page, struct leaf *leaf, unsigned *columns)
{
    unsigned cells = get_u16(page + 3);
    if (page[0] != LEAF || cells == 0 || cells > (PAGE_BYTES - LEAF_HEAD) / 4)
        return false;
    for (unsigned i = 0; i < cells; i++) {
        int64_t rowid;
        unsigned count;
        if (!read_cell(page, get_u16(page + LEAF_HEAD + 2 * i), &rowid, &count) ||
            (i > 0 && (rowid <= leaf->last || count != *columns)))
            return false;
        if (i == 0)
            leaf->first = rowid;
        leaf->last = rowid;
        *columns = count;
    }
    return true;
}

static bool
add_leaf(struct tree *tree, const struct leaf *leaf)
{
    if (tree->count == tree->room) {
        size_t room = tree->room ? 2 * tree->room : 64;
        struct leaf *leaves = realloc(tree->leaves, room * sizeof *leaves);
        if (!leaves)
            return false;
        tree->leaves = leaves;
        tree->room = room;
    }
    tree->leaves[tree->count++] = *leaf;
    return true;
}

static bool
collect(struct regrowth *grow, struct err *err)
{
    unsigned char bytes[PAGE_BYTES];
    for (uint32_t page = 2; page <= grow->pages; page++) {
        struct leaf leaf = { .page = page };
        unsigned columns = 0;
        if (!read_page(grow, page, bytes) || !read_leaf(bytes, &leaf, &columns))
            continue;
        for (unsigned i = 0; i < grow->count; i++) {
            if (grow->trees[i].columns == columns && !add_leaf(&grow->trees[i], &leaf))
                return err_no_memory(err);
        }
    }
    return true;
}

static int
by_first(const void *a, const void *b)
{
    const struct leaf *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

/* In order, and none that overlaps the one before it: an old copy, or damage. */
static void
put_in_order(struct tree *tree)
{
    size_t kept = 0;
    if (tree->count > 0)
        qsort(tree->leaves, tree->count, sizeof *tree->leaves, by_first);
    for (size_t i = 0; i < tree->count; i++) {
        if (kept == 0 || tree->leaves[i].first > tree->leaves[kept - 1].last)
            tree->leaves[kept++] = tree->leaves[i];
    }
    tree->count = kept;
}

/* ---- growing -----------------------------------------------------------------------
 */

/* An inner page over children[0 .. count-1], count >= 2. */
static void
make_inner(unsigned char *page, const struct leaf *children, size_t count)
{
    unsigned content = PAGE_BYTES, cells = (unsigned)count - 1;
    memset(page, 0, PAGE_BYTES);
    for (unsigned i = 0; i < cells; i++) {
        unsigned char cell[16];
        put_u32(cell, children[i].page);
        unsigned length = 4 + put_varint(cell + 4, (uint64_t)children[i].last);
        content -= length;
        memcpy(page + content, cell, length);
        put_u16(page + INNER_HEAD + 2 * i, content);
    }
    page[0] = INNER;
    put_u16(page + 3, cells);
    put_u16(page + 5, content);
    put_u32(page + 8, children[cells].page);
}

static bool
write_new_page(struct regrowth *grow, const unsigned char *bytes, uint32_t *page)
{
    *page = grow->pages + 1;
    if (!write_page(grow, *page, bytes))
        return false;
    grow->pages++;
    return true;
}

/* The root may have been a leaf itself: its rows move to a page of their own. */
static bool
vacate_root(struct regrowth *grow, struct tree *tree)
{
    unsigned char bytes[PAGE_BYTES];
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->leaves[i].page == tree->root)
            return read_page(grow, tree->root, bytes) &&
                   write_new_page(grow, bytes, &tree->leaves[i].page);
    }
    return true;
}

/* Replaces the lowest level by one of inner pages over it; a last one alone would be no
 * inner page, so the last two share what is left. */
static bool
grow_level(struct regrowth *grow, struct tree *tree)
{
    size_t made = 0;
    for (size_t at = 0; at < tree->count;) {
        unsigned char bytes[PAGE_BYTES];
        size_t rest = tree->count - at;
        size_t take = rest > CHILDREN_MAX ? CHILDREN_MAX : rest;
        if (rest == CHILDREN_MAX + 1)
            take = CHILDREN_MAX - 1;
        struct leaf inner = { .first = tree->leaves[at].first,
                              .last = tree->leaves[at + take - 1].last };
        make_inner(bytes, &tree->leaves[at], take);
        if (!write_new_page(grow, bytes, &inner.page))
            return false;
        at += take;
        tree->leaves[made++] = inner;
    }
    tree->count = made;
    return true;
}

static bool
grow_tree(struct regrowth *grow, struct tree *tree)
{
    unsigned char bytes[PAGE_BYTES] = { LEAF };
    put_in_order(tree);
    if (!vacate_root(grow, tree))
        return false;
    while (tree->count > CHILDREN_MAX) {
        if (!grow_level(grow, tree))
            return false;
    }
    if (tree->count == 0)
        put_u16(bytes + 5, PAGE_BYTES); /* an empty leaf */
    else if (tree->count > 1)
        make_inner(bytes, tree->leaves, tree->count);
    else if (!read_page(grow, tree->leaves[0].page, bytes))
        return false;
    return write_page(grow, tree->root, bytes);
}

static bool
grow_all(struct regrowth *grow, struct err *err)
{
    unsigned char count[4];
    for (unsigned i = 0; i < grow->count; i++) {
        if (!grow_tree(grow, &grow->trees[i]))
            return err_set(err, errno == ENOSPC ? ERR_LIMIT : ERR_IO,
                           "growing the tables anew: %s", strerror(errno));
    }
    put_u32(count, grow->pages);
    if (pwrite(grow->fd, count, sizeof count, AT_PAGE_COUNT) != sizeof count)
        return err_set(err, ERR_IO, "growing the tables anew: %s", strerror(errno));
    return true;
}

/* ---- where the trees begin ----------------------------------------------------------
 */

static bool
find_tree(sqlite3 *sql, const char *table, struct tree *tree)
{
    char text[160];
    sqlite3_stmt *columns = NULL, *root = NULL;
    snprintf(text, sizeof text, "SELECT * FROM %s", table);
    bool ok = sqlite3_prepare_v2(sql, text, -1, &columns, NULL) == SQLITE_OK;
    snprintf(text, sizeof text, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'",
             table);
    ok = ok && sqlite3_prepare_v2(sql, text, -1, &root, NULL) == SQLITE_OK &&
         sqlite3_step(root) == SQLITE_ROW;
    if (ok) {
        tree->columns = (unsigned)sqlite3_column_count(columns);
        tree->root = (uint32_t)sqlite3_column_int(root, 0);
        ok = tree->root > 1;
    }
    sqlite3_finalize(columns);
    sqlite3_finalize(root);
    return ok;
}

static bool
find_trees(struct regrowth *grow, const char *path, const char *const *tables,
           struct err *err)
{
    sqlite3 *sql = NULL;
    bool ok = sqlite3_open_v2(path, &sql, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
              sqlite3_exec(sql, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL) ==
                  SQLITE_OK;
    for (unsigned i = 0; ok && i < grow->count; i++)
        ok = find_tree(sql, tables[i], &grow->trees[i]);
    if (!ok)
        err_set(err, ERR_IO, "%s: %s", path, sqlite3_errmsg(sql));
    sqlite3_close(sql);
    return ok;
}

bool
db_regrow(const char *path, const char *const *tables, unsigned count, struct err *err)
{
    struct regrowth grow = { .fd = -1, .count = count };
    struct stat st;
    grow.trees = calloc(count, sizeof *grow.trees);
    bool ok = grow.trees ? find_trees(&grow, path, tables, err) : err_no_memory(err);
    if (ok) {
        grow.fd = open(path, O_RDWR | O_CLOEXEC);
        ok = grow.fd >= 0 && fstat(grow.fd, &st) == 0;
        grow.pages = ok ? (uint32_t)(st.st_size / PAGE_BYTES) : 0;
        ok = ok ? collect(&grow, err) && grow_all(&grow, err)
                : err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (grow.fd >= 0)
        close(grow.fd);
    for (unsigned i = 0; grow.trees && i < count; i++)
        free(grow.trees[i].leaves);
    free(grow.trees);
    return ok;
}
