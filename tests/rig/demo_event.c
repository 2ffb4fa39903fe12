#include "demo_event.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "demo_names.h"
#include "desk/csv_write.h"
#include "str.h"

enum {
    COUNTRIES_MAX = 64,
    CULTURES_MAX = 64,
    ORGANISATIONS_MAX = 160, /* lines */
    NAMES_MAX = 48,          /* a line */
    SESSIONS_MAX = 20,
    GUESTS_DEFAULT = 3500
};

struct country {
    const char *code, *language;
    const struct demo_culture *cultures[4];
    unsigned weight, culture_count;
};

struct organisations {
    const char *country, *kind; /* "*" = any country */
    const char *names[NAMES_MAX];
    unsigned count;
};

struct session {
    const char *key, *name, *place, *kinds;
    int first_day, last_day; /* from 1 */
    const char *start, *end; /* "09:00" */
    int opens_minutes;
    unsigned share;
};

/* Everything of templates/demo, for the call. */
struct demo {
    struct demo_dice dice;
    const char *data_dir;
    char *texts[3]; /* files that the rest points into */
    struct country countries[COUNTRIES_MAX];
    unsigned country_count, country_weight;
    struct {
        const char *name;
        struct demo_culture *culture;
    } cultures[CULTURES_MAX];
    unsigned culture_count;
    struct organisations organisations[ORGANISATIONS_MAX];
    unsigned organisation_count;
    struct session sessions[SESSIONS_MAX];
    unsigned session_count;
};

/* ---- reading templates/demo ------------------------------------------------ */

static bool
read_data(struct demo *demo, const char *name, unsigned slot, struct err *err)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", demo->data_dir, name);
    return demo_read_file(path, &demo->texts[slot], err);
}

static const struct demo_culture *
find_culture(struct demo *demo, const char *name, struct err *err)
{
    for (unsigned i = 0; i < demo->culture_count; i++) {
        if (strcmp(demo->cultures[i].name, name) == 0)
            return demo->cultures[i].culture;
    }
    char path[512];
    struct demo_culture *culture;
    snprintf(path, sizeof path, "%s/names/%s.txt", demo->data_dir, name);
    if (demo->culture_count == CULTURES_MAX || !demo_culture_read(path, &culture, err))
        return NULL;
    demo->cultures[demo->culture_count].name = name;
    demo->cultures[demo->culture_count++].culture = culture;
    return culture;
}

static bool
read_country(struct demo *demo, char *line, struct err *err)
{
    struct country *country = &demo->countries[demo->country_count++];
    country->code = demo_piece(&line, " ");
    char *weight = demo_piece(&line, " "), *cultures = demo_piece(&line, " ");
    country->language = demo_piece(&line, " ");
    long long number = 0;
    if (!country->language || !str_read_int(weight, 1, 1000000, &number))
        return err_set(err, ERR_INPUT,
                       "countries.txt: %s wants \"CODE WEIGHT CULTURES "
                       "LANGUAGE\"",
                       country->code);
    country->weight = (unsigned)number;
    demo->country_weight += country->weight;
    for (char *name;
         country->culture_count < 4 && (name = demo_piece(&cultures, ","));) {
        const struct demo_culture *culture = find_culture(demo, name, err);
        if (!culture)
            return false;
        country->cultures[country->culture_count++] = culture;
    }
    return true;
}

static bool
read_organisations(struct demo *demo, char *line, struct err *err)
{
    struct organisations *line_of = &demo->organisations[demo->organisation_count++];
    char *head = demo_piece(&line, ":");
    line_of->country = demo_piece(&head, " ");
    line_of->kind = demo_piece(&head, " ");
    while (line && line_of->count < NAMES_MAX)
        line_of->names[line_of->count++] = demo_piece(&line, ";");
    if (!line_of->kind || line_of->count == 0)
        return err_set(err, ERR_INPUT,
                       "organisations.txt: %s wants \"CODE KIND: name; "
                       "name\"",
                       line_of->country);
    return true;
}

static bool
read_session(struct demo *demo, char *line, struct err *err)
{
    struct session *session = &demo->sessions[demo->session_count++];
    session->key = demo_piece(&line, "|");
    session->name = demo_piece(&line, "|");
    session->place = demo_piece(&line, "|");
    char *days = demo_piece(&line, "|"), *times = demo_piece(&line, "|");
    char *opens = demo_piece(&line, "|");
    session->kinds = demo_piece(&line, "|");
    char *share = demo_piece(&line, "|");
    if (!share)
        return err_set(err, ERR_INPUT, "sessions.txt: %s wants eight parts",
                       session->key);
    session->first_day = days[0] - '0';
    session->last_day = days[1] == '-' ? days[2] - '0' : session->first_day;
    session->start = demo_piece(&times, "-");
    session->end = demo_piece(&times, "-");
    session->opens_minutes = (int)strtol(opens, NULL, 10);
    session->share = (unsigned)strtoul(share, NULL, 10);
    return session->end != NULL;
}

static bool
each_line(struct demo *demo, unsigned slot, unsigned max,
          bool (*read)(struct demo *, char *, struct err *), struct err *err)
{
    char *rest = demo->texts[slot];
    unsigned count = 0;
    for (char *line; (line = demo_piece(&rest, "\n"));) {
        if (line[0] == '#' || line[0] == '\0')
            continue;
        if (count++ == max)
            return err_set(err, ERR_LIMIT, "templates/demo: over %u lines", max);
        if (!read(demo, line, err))
            return false;
    }
    return true;
}

static bool
load(struct demo *demo, struct err *err)
{
    return read_data(demo, "countries.txt", 0, err) &&
           read_data(demo, "organisations.txt", 1, err) &&
           read_data(demo, "sessions.txt", 2, err) &&
           each_line(demo, 0, COUNTRIES_MAX, read_country, err) &&
           each_line(demo, 1, ORGANISATIONS_MAX, read_organisations, err) &&
           each_line(demo, 2, SESSIONS_MAX, read_session, err);
}

static void
unload(struct demo *demo)
{
    for (unsigned i = 0; i < demo->culture_count; i++)
        demo_culture_free(demo->cultures[i].culture);
    for (unsigned i = 0; i < 3; i++)
        free(demo->texts[i]);
    free(demo);
}

/* ---- drawing guests -------------------------------------------------------- */

static const struct {
    const char *key;
    unsigned home, abroad; /* per mille */
    const char *organisation;
    const char *title;
} kinds[] = {
    { "guest", 380, 330, "university", "" },
    { "employer", 200, 60, "company", "" },
    { "team", 170, 110, "university", "" },
    { "phd", 60, 260, "university", "Dr." },
    { "exhibitor", 75, 90, "company", "" },
    { "staff", 55, 0, "organiser", "" },
    { "media", 30, 30, "media", "" },
    { "speaker", 10, 60, "university", "Prof." },
    { "vip", 15, 40, "company", "" },
    { "academician", 5, 20, "university", "Prof." },
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static unsigned
draw_kind(struct demo_dice *dice, bool home)
{
    unsigned roll = demo_roll_of(dice, 1000), i = 0;
    for (; i + 1 < KIND_COUNT; i++) {
        unsigned share = home ? kinds[i].home : kinds[i].abroad;
        if (roll < share)
            break;
        roll -= share;
    }
    return i;
}

static const struct country *
draw_country(struct demo *demo)
{
    unsigned roll = demo_roll_of(&demo->dice, demo->country_weight), i = 0;
    while (roll >= demo->countries[i].weight)
        roll -= demo->countries[i++].weight;
    return &demo->countries[i];
}

static const char *
draw_organisation(struct demo *demo, const char *country, const char *kind)
{
    const struct organisations *any = NULL, *own = NULL;
    for (unsigned i = 0; i < demo->organisation_count; i++) {
        const struct organisations *line = &demo->organisations[i];
        if (strcmp(line->kind, kind) != 0)
            continue;
        if (strcmp(line->country, country) == 0)
            own = line;
        else if (strcmp(line->country, "*") == 0)
            any = line;
    }
    const struct organisations *from = own ? own : any;
    return from ? from->names[demo_roll_of(&demo->dice, from->count)] : "";
}

/* 80 bits in Crockford's base 32, four by four: easy to read to somebody. */
static void
draw_code(struct demo_dice *dice, char code[20])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    size_t at = 0;
    for (unsigned i = 0; i < 16; i++) {
        if (i > 0 && i % 4 == 0)
            code[at++] = '-';
        code[at++] = digits[demo_roll_of(dice, 32)];
    }
    code[at] = '\0';
}

static bool
has_kind(const char *list, const char *kind)
{
    size_t length = strlen(kind);
    if (strcmp(list, "*") == 0)
        return true;
    for (const char *at = list; (at = strstr(at, kind)); at += length) {
        bool begins = at == list || at[-1] == ',';
        if (begins && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

static void
draw_sessions(struct demo *demo, const char *kind, struct str *out)
{
    str_clear(out);
    for (unsigned i = 0; i < demo->session_count; i++) {
        const struct session *session = &demo->sessions[i];
        if (session->share == 0 || !has_kind(session->kinds, kind) ||
            demo_roll_of(&demo->dice, 100) >= session->share)
            continue;
        if (out->length > 0)
            str_add_char(out, ';');
        str_add_text(out, session->key);
    }
}

static const char *
draw_status(struct demo_dice *dice)
{
    unsigned roll = demo_roll_of(dice, 1000);
    return roll < 25 ? "unpaid" : roll < 42 ? "cancelled" : "paid";
}

static void
add_guest(struct demo *demo, unsigned number, struct str *out)
{
    const struct country *country = draw_country(demo);
    unsigned kind = draw_kind(&demo->dice, strcmp(country->code, "CN") == 0);
    unsigned culture = demo_roll_of(&demo->dice, country->culture_count);
    bool seated =
        kinds[kind].organisation[0] == 'c' && strcmp(kinds[kind].key, "vip") == 0;
    char code[20], text[32];
    struct demo_name name;
    struct str sessions;

    str_init(&sessions, 1024);
    draw_code(&demo->dice, code);
    demo_culture_draw(country->cultures[culture], &demo->dice, &name);
    csv_write_field(out, code);
    csv_write_field(out, name.own);
    csv_write_field(out, name.latin);
    csv_write_field(out,
                    draw_organisation(demo, country->code, kinds[kind].organisation));
    csv_write_field(out, country->code);
    csv_write_field(out, kinds[kind].key);
    draw_sessions(demo, kinds[kind].key, &sessions);
    csv_write_field(out, sessions.data);
    snprintf(text, sizeof text, "guest%06u@mail.example", number + 1);
    csv_write_field(out, text);
    csv_write_field(out, country->language);
    snprintf(text, sizeof text, "Y%05X", (number / 2 * 40503u + 4096u) & 0xFFFFFu);
    csv_write_field(out, text);
    snprintf(text, sizeof text, "%c-%02u", (char)('A' + number / 30 % 12),
             number % 30 + 1);
    csv_write_field(out, seated ? text : "");
    csv_write_field(out, draw_status(&demo->dice));
    csv_write_field(out, kinds[kind].title);
    csv_write_end(out);
    str_finish(&sessions);
}

/* ---- files ----------------------------------------------------------------- */

static bool
open_file(const char *dir, const char *name, FILE **file, struct err *err)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    *file = fopen(path, "we");
    return *file || err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
}

static bool
close_file(FILE *file, const char *dir, struct err *err)
{
    bool good = !ferror(file);
    good = fclose(file) == 0 && good;
    return good || err_set(err, ERR_IO, "%s: %s", dir, strerror(errno));
}

static bool
write_guests(struct demo *demo, const char *dir, unsigned count, struct err *err)
{
    static const char *const columns[] = { "code",         "name",    "name_latin",
                                           "organisation", "country", "kind",
                                           "sessions",     "email",   "language",
                                           "order",        "seat",    "status",
                                           "title" };
    FILE *file;
    struct str out;
    if (!open_file(dir, "guests.csv", &file, err))
        return false;
    str_init(&out, 16 * 1024);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        csv_write_field(&out, columns[i]);
    csv_write_end(&out);
    for (unsigned i = 0; i < count; i++) {
        fwrite(out.data, 1, out.length, file);
        str_clear(&out);
        add_guest(demo, i, &out);
    }
    fwrite(out.data, 1, out.length, file);
    str_finish(&out);
    return close_file(file, dir, err);
}

/* "2026-11-25 09:00", `minutes` before that time of that day (from 1). */
static void
add_time(struct str *out, const struct tm *first, int day, const char *time,
         int minutes_before)
{
    struct tm moment = *first;
    char text[32];
    moment.tm_hour = (time[0] - '0') * 10 + time[1] - '0';
    moment.tm_min = (time[3] - '0') * 10 + time[4] - '0' - minutes_before;
    moment.tm_mday += day - 1;
    timegm(&moment); /* brings the parts into their ranges */
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", &moment);
    csv_write_field(out, text);
}

static void
add_list(struct str *out, const struct session *session, const struct tm *first)
{
    bool main_list = session->share == 0;
    csv_write_field(out, session->key);
    csv_write_field(out, session->name);
    csv_write_field(out, session->place);
    add_time(out, first, session->first_day, session->start, 0);
    add_time(out, first, session->last_day, session->end, 0);
    if (main_list) {
        csv_write_field(out, "");
        csv_write_field(out, "");
    } else {
        add_time(out, first, session->first_day, session->start,
                 session->opens_minutes);
        add_time(out, first, session->last_day, session->end, 0);
    }
    csv_write_field(out, strcmp(session->kinds, "*") == 0 ? "" : session->kinds);
    csv_write_field(out, main_list ? "" : session->key);
    csv_write_field(out, "no");
    csv_write_field(out, "yes");
    csv_write_field(out, "no");
    csv_write_end(out);
}

static bool
write_lists(const struct demo *demo, const char *dir, const struct tm *first,
            struct err *err)
{
    FILE *file;
    struct str out;
    if (!open_file(dir, "lists.csv", &file, err))
        return false;
    str_init(&out, 64 * 1024);
    str_add_text(&out, "key,name,place,starts,ends,opens,closes,kinds,session,"
                       "several_entries,entry_after_exit,include_unpaid\r\n");
    for (unsigned i = 0; i < demo->session_count; i++)
        add_list(&out, &demo->sessions[i], first);
    fwrite(out.data, 1, out.length, file);
    str_finish(&out);
    return close_file(file, dir, err);
}

bool
demo_event_write(const struct demo_event_setting *setting, const char *dir,
                 struct err *err)
{
    struct tm first = { .tm_year = 0 };
    const char *end = strptime(setting->date, "%Y-%m-%d", &first);
    if (!end || *end)
        return err_set(err, ERR_INPUT, "date \"%s\": want year-month-day",
                       setting->date);
    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        return err_set(err, ERR_IO, "%s: %s", dir, strerror(errno));
    struct demo *demo = calloc(1, sizeof *demo);
    if (!demo)
        return err_no_memory(err);
    demo->dice.state = setting->seed;
    demo->data_dir =
        setting->data_dir ? setting->data_dir : SOURCE_DIR "/templates/demo";
    unsigned guests = setting->guests ? setting->guests : GUESTS_DEFAULT;
    bool done = load(demo, err) && write_lists(demo, dir, &first, err) &&
                write_guests(demo, dir, guests, err);
    unload(demo);
    return done;
}
