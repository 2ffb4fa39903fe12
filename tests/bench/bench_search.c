/* bench-search [--short] [SIZE ...]: find a guest while somebody types, in rosters of
 * 3,500, 100,000 and 1,000,000 generated guests, beside a LIKE scan of the same table
 * in the same run; how long a look-up by code takes, building a roster, and taking it
 * into use. Prints p50 and p99 and ratios; the ratios are the result. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench_dir.h"
#include "store/db_internal.h"
#include "store/journal.h"
#include "store/roster_build.h"
#include "store/roster_search.h"
#include "store/seal.h"
#include "store/spool.h"
#include "str.h"

enum { SAMPLES = 300, LIKE_SAMPLES = 15, RESULTS = 20 };

/* ---- the world -------------------------------------------------------------- */

static uint64_t seed = 20261124;

static unsigned
draw(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % below;
}

static void
fill_random(void *bytes, size_t length, void *self)
{
    (void)self;
    for (size_t i = 0; i < length; i++)
        ((unsigned char *)bytes)[i] = (unsigned char)draw(256);
}

static int64_t
mono_us(void *self)
{
    (void)self;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static int64_t
utc_ms(void *self)
{
    (void)self;
    return time(NULL) * INT64_C(1000);
}

static void
say(enum log_level level, const char *module, const char *text, void *self)
{
    (void)self;
    if (level <= LOG_LEVEL_WARNING)
        fprintf(stderr, "%s: %s\n", module, text);
}

static const struct clock the_clock = { utc_ms, mono_us, NULL };
static const struct random the_random = { fill_random, NULL };
static const struct log the_log = { say, NULL, LOG_LEVEL_WARNING };

static void
must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

/* ---- guests ----------------------------------------------------------------- */

struct part {
    const char *text, *latin;
};

/* Surnames by how many bear them: the first quarter serves half of all guests. */
static const struct part han_family[] = {
    { "王", "wang" },  { "李", "li" },   { "张", "zhang" }, { "刘", "liu" },
    { "陈", "chen" },  { "杨", "yang" }, { "赵", "zhao" },  { "黄", "huang" },
    { "周", "zhou" },  { "吴", "wu" },   { "徐", "xu" },    { "孙", "sun" },
    { "胡", "hu" },    { "朱", "zhu" },  { "高", "gao" },   { "林", "lin" },
    { "何", "he" },    { "郭", "guo" },  { "马", "ma" },    { "罗", "luo" },
    { "梁", "liang" }, { "宋", "song" }, { "郑", "zheng" }, { "谢", "xie" },
    { "韩", "han" },   { "唐", "tang" }, { "冯", "feng" },  { "于", "yu" },
    { "董", "dong" },  { "萧", "xiao" }, { "程", "cheng" }, { "曹", "cao" },
};
static const struct part han_given[] = {
    { "伟", "wei" },  { "芳", "fang" }, { "娜", "na" },    { "敏", "min" },
    { "静", "jing" }, { "丽", "li" },   { "强", "qiang" }, { "磊", "lei" },
    { "军", "jun" },  { "洋", "yang" }, { "勇", "yong" },  { "艳", "yan" },
    { "杰", "jie" },  { "娟", "juan" }, { "涛", "tao" },   { "明", "ming" },
    { "超", "chao" }, { "秀", "xiu" },  { "霞", "xia" },   { "平", "ping" },
    { "刚", "gang" }, { "桂", "gui" },  { "英", "ying" },  { "华", "hua" },
    { "小", "xiao" }, { "晓", "xiao" }, { "文", "wen" },   { "建", "jian" },
    { "国", "guo" },  { "志", "zhi" },  { "海", "hai" },   { "玲", "ling" },
    { "鹏", "peng" }, { "宇", "yu" },   { "浩", "hao" },   { "雪", "xue" },
    { "梅", "mei" },  { "佳", "jia" },  { "欣", "xin" },   { "思", "si" },
    { "雨", "yu" },   { "子", "zi" },   { "涵", "han" },   { "辰", "chen" },
    { "一", "yi" },   { "诺", "nuo" },  { "婷", "ting" },  { "俊", "jun" },
};
static const struct part latin_first[] = {
    { "Đorđe", "dorde" },   { "Žarko", "zarko" },   { "Søren", "soren" },
    { "Łukasz", "lukasz" }, { "João", "joao" },     { "Ana", "ana" },
    { "Viktor", "viktor" }, { "Márta", "marta" },   { "Jürgen", "jurgen" },
    { "Chloé", "chloe" },   { "Nguyễn", "nguyen" }, { "Mehmet", "mehmet" },
    { "Jelena", "jelena" }, { "Inês", "ines" },     { "Ólafur", "olafur" },
    { "Škoda", "skoda" },
};
static const struct part latin_family[] = {
    { "Petrović", "petrovic" },    { "Müller", "muller" },
    { "Gonçalves", "goncalves" },  { "Kowalski", "kowalski" },
    { "Ångström", "angstrom" },    { "Schönberger", "schonberger" },
    { "Nikolić", "nikolic" },      { "Öztürk", "ozturk" },
    { "da Silva", "da silva" },    { "Dvořák", "dvorak" },
    { "Þórðarson", "thordarson" }, { "Lefèvre", "lefevre" },
};
static const struct part cyrillic[] = {
    { "Юлия", "yulia" },     { "Иванова", "ivanova" },   { "Сергей", "sergey" },
    { "Петров", "petrov" },  { "Анна", "anna" },         { "Кузнецов", "kuznetsov" },
    { "Дмитрий", "dmitri" }, { "Соколова", "sokolova" },
};
static const char *const organisations[] = {
    "Chongqing University",
    "清华大学",
    "Universität Wien",
    "ETF Beograd",
    "悦来科技",
    "МГУ",
    "Universidade de Lisboa",
    "Huawei",
    "重庆大学",
    "",
};

#define SOME(list) (&(list)[draw(sizeof(list) / sizeof *(list))])

/* A guest's name, and what somebody may type for it. */
struct guest {
    char name[128], latin[128];
    char han[16], pinyin[64], initials[8], folded[64], letter[2], begun[8];
};

static void
make_han(struct guest *guest)
{
    unsigned common = draw(2) ? 8 : sizeof han_family / sizeof *han_family;
    const struct part *family = &han_family[draw(common)];
    const struct part *a = SOME(han_given), *b = SOME(han_given);
    bool two = draw(3) > 0;
    snprintf(guest->name, sizeof guest->name, "%s%s%s", family->text, a->text,
             two ? b->text : "");
    snprintf(guest->latin, sizeof guest->latin, "%s %s%s", family->latin, a->latin,
             two ? b->latin : "");
    snprintf(guest->han, sizeof guest->han, "%s%s", two ? a->text : family->text,
             two ? b->text : a->text);
    snprintf(guest->pinyin, sizeof guest->pinyin, "%s%s", family->latin, a->latin);
    snprintf(guest->initials, sizeof guest->initials, "%c%c%c", family->latin[0],
             a->latin[0], two ? b->latin[0] : '\0');
    snprintf(guest->letter, sizeof guest->letter, "%c", family->latin[0]);
    snprintf(guest->begun, sizeof guest->begun, "%.6s", family->latin);
}

static void
make_other(struct guest *guest)
{
    bool slavic = draw(5) == 0;
    const struct part *first = slavic ? SOME(cyrillic) : SOME(latin_first);
    const struct part *family = slavic ? SOME(cyrillic) : SOME(latin_family);
    unsigned number = draw(4000); /* more families than there are above */
    snprintf(guest->name, sizeof guest->name, "%s %s-%c%c%c", first->text, family->text,
             'A' + (int)(number % 26), 'a' + (int)(number / 26 % 26),
             'a' + (int)(number / 676));
    if (slavic)
        snprintf(guest->latin, sizeof guest->latin, "%s %s", first->latin,
                 family->latin);
    snprintf(guest->folded, sizeof guest->folded, "%s %.4s", first->latin,
             family->latin);
}

static struct guest
make_guest(void)
{
    struct guest guest = { .name = "" };
    if (draw(10) < 6)
        make_han(&guest);
    else
        make_other(&guest);
    return guest;
}

/* ---- the roster ------------------------------------------------------------- */

static void
note_progress(int percent, void *self)
{
    (void)self;
    if (isatty(2))
        fprintf(stderr, "\r  indexes %d %%  ", percent);
}

static void
add_guest(struct roster_build *build, long i, const struct guest *guest)
{
    struct roster_row row = { .secret = NULL };
    struct err err;
    char key[32], secret[40];
    snprintf(key, sizeof key, "guest-%ld", i);
    snprintf(secret, sizeof secret, "code-%08ld-of-a-guest", i);
    row.import_key = key;
    row.secret = secret;
    str_copy(row.ticket.event, sizeof row.ticket.event, "citec");
    str_copy(row.ticket.name, sizeof row.ticket.name, guest->name);
    str_copy(row.ticket.name_latin, sizeof row.ticket.name_latin, guest->latin);
    str_copy(row.ticket.organisation, sizeof row.ticket.organisation,
             organisations[draw(sizeof organisations / sizeof *organisations)]);
    snprintf(row.ticket.order_code, sizeof row.ticket.order_code, "%c%c%c%c%c",
             'A' + draw(26), 'A' + draw(26), '0' + draw(10), 'A' + draw(26),
             '0' + draw(10));
    str_copy(row.ticket.kind, sizeof row.ticket.kind, "guest");
    str_copy(row.ticket.extra, sizeof row.ticket.extra, "{\"hotel\":\"Yuelai\"}");
    must(roster_build_ticket(build, &row, &err), &err);
}

static void
build_roster(const char *dir, const struct seal *seal, long size, struct guest *samples)
{
    static const struct event event = { .slug = "citec", .zone = "Asia/Shanghai" };
    static const struct list list = { .event = "citec",
                                      .key = "main",
                                      .all_kinds = true };
    struct roster_build *build;
    struct err err;
    int64_t start_us = mono_us(NULL);
    must(roster_build_open(dir, seal, &the_random, &build, &err), &err);
    must(roster_build_event(build, &event, &err), &err);
    must(roster_build_list(build, &list, NULL, 0, &err), &err);
    for (long i = 0; i < size; i++) {
        struct guest guest = make_guest();
        add_guest(build, i, &guest);
        if (i < SAMPLES)
            samples[i] = guest;
        else if (draw((unsigned)(i + 1)) < SAMPLES)
            samples[draw(SAMPLES)] = guest;
        if (i % 100000 == 0 && isatty(2))
            fprintf(stderr, "\r  rows %ld  ", i);
    }
    int64_t rows_us = mono_us(NULL);
    must(roster_build_finish(build, 1, note_progress, NULL, &err), &err);
    roster_build_close(build);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("build: rows and full text %.2f s, indexes %.2f s, peak %ld MiB\n",
           (double)(rows_us - start_us) / 1e6, (double)(mono_us(NULL) - rows_us) / 1e6,
           usage.ru_maxrss / 1024);
}

/* ---- measuring -------------------------------------------------------------- */

struct times {
    int64_t us[SAMPLES];
    unsigned count;
};

static int
by_value(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static int64_t
quantile(struct times *times, double q)
{
    if (times->count == 0)
        return 0;
    qsort(times->us, times->count, sizeof *times->us, by_value);
    return times->us[(size_t)(q * (times->count - 1))];
}

/* What LIKE would have to do for the same: any place in any of three columns. */
static int64_t
like_us(struct db *db, const char *typed)
{
    struct err err;
    char pattern[160];
    bool row = true;
    int64_t start_us = mono_us(NULL);
    struct query q = query(&db->roster, "SELECT id FROM ticket WHERE name LIKE ?1"
                                        " OR name_latin LIKE ?1 OR organisation LIKE ?1"
                                        " LIMIT 20");
    snprintf(pattern, sizeof pattern, "%%%s%%", typed);
    query_text(&q, pattern);
    while (row)
        must(query_next(&q, &row, &err), &err);
    return mono_us(NULL) - start_us;
}

static void
measure(struct db *db, const struct guest *samples, size_t field, const char *what)
{
    static struct ticket hits[RESULTS];
    struct times ours = { .count = 0 }, like = { .count = 0 };
    unsigned empty = 0;
    struct err err;
    for (unsigned i = 0; i < SAMPLES; i++) {
        const char *typed = (const char *)&samples[i] + field;
        unsigned count;
        if (typed[0] == '\0')
            continue;
        int64_t start_us = mono_us(NULL);
        must(roster_search(db, "citec", typed, hits, RESULTS, &count, &err), &err);
        ours.us[ours.count++] = mono_us(NULL) - start_us;
        empty += count == 0;
        if (like.count < LIKE_SAMPLES)
            like.us[like.count++] = like_us(db, typed);
    }
    int64_t p50 = quantile(&ours, 0.5), other = quantile(&like, 0.5);
    printf("  %-22s %8" PRId64 " %8" PRId64 " %10" PRId64 " %8.0fx%s\n", what, p50,
           quantile(&ours, 0.99), other, (double)other / (double)(p50 ? p50 : 1),
           empty ? "  (some without a hit)" : "");
}

/* What a scan asks before its verdict. */
static void
measure_scan(struct db *db, long size)
{
    struct times times = { .count = 0 };
    struct err err;
    while (times.count < SAMPLES) {
        char secret[40];
        struct ticket ticket;
        enum roster_found found;
        struct journal_history history;
        struct spool_job job;
        bool has_job;
        snprintf(secret, sizeof secret, "code-%08ld-of-a-guest",
                 (long)draw((unsigned)size));
        int64_t start_us = mono_us(NULL);
        must(roster_by_secret(db, secret, strlen(secret), &found, &ticket, &err), &err);
        must(journal_history(db, ticket.ref, "citec", "main", &history, &err), &err);
        must(spool_latest(db, ticket.ref, &has_job, &job, &err), &err);
        times.us[times.count++] = mono_us(NULL) - start_us;
        if (found != ROSTER_ONE)
            exit(1);
    }
    printf("  %-22s %8" PRId64 " %8" PRId64 "\n", "facts of a scan",
           quantile(&times, 0.5), quantile(&times, 0.99));
}

static void
bench(long size)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 1 };
    static struct guest samples[SAMPLES];
    char dir[] = "/tmp/yuelai-bench-XXXXXX";
    struct seal *seal;
    struct db *db;
    struct err err;
    if (!mkdtemp(dir))
        exit(1);
    must(seal_from_bytes(key, &seal, &err), &err);
    struct db_setting setting = { .dir = dir,
                                  .seal = seal,
                                  .clock = &the_clock,
                                  .random = &the_random,
                                  .log = &the_log };
    must(db_open(&setting, &db, &err), &err);
    printf("\n%ld guests\n", size);
    build_roster(dir, seal, size, samples);
    int64_t start_us = mono_us(NULL);
    must(db_swap_roster(db, &err), &err);
    int64_t swap_us = mono_us(NULL) - start_us;
    struct stat st;
    stat(db->roster_path, &st);
    printf("swap: %.2f ms; file %.1f MiB\n", (double)swap_us / 1e3,
           (double)st.st_size / 1048576);
    printf("  %-22s %8s %8s %10s %9s\n", "typed", "p50 us", "p99 us", "LIKE us",
           "ratio");
    measure(db, samples, offsetof(struct guest, han), "two Han characters");
    measure(db, samples, offsetof(struct guest, pinyin), "pinyin, joined");
    measure(db, samples, offsetof(struct guest, latin), "pinyin with a space");
    measure(db, samples, offsetof(struct guest, initials), "initials");
    measure(db, samples, offsetof(struct guest, folded), "folded Latin, begun");
    measure(db, samples, offsetof(struct guest, begun), "a common surname");
    measure(db, samples, offsetof(struct guest, letter), "one letter");
    measure_scan(db, size);
    start_us = mono_us(NULL);
    db_close(db);
    must(db_open(&setting, &db, &err), &err);
    printf("  close and open: %.1f ms\n", (double)(mono_us(NULL) - start_us) / 1e3);
    db_close(db);
    seal_close(seal);
    bench_remove_dir(dir);
}

int
main(int count, char **args)
{
    static const char *const usual[] = { "3500", "100000", "1000000" };
    bool is_short = count > 1 && strcmp(args[1], "--short") == 0;
    int first = is_short ? 2 : 1;
    bool own = count > first;
    int sizes = own ? count - first : is_short ? 1 : 3;
    for (int i = 0; i < sizes; i++) {
        long size = strtol(own ? args[i + first] : usual[i], NULL, 10);
        if (size < SAMPLES || size > 10000000) {
            fprintf(stderr,
                    "usage: bench-search [--short] [SIZE ...], each %d to 10000000\n",
                    SAMPLES);
            return 2;
        }
        bench(size);
        fflush(stdout);
    }
    return 0;
}
