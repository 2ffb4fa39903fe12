#include "ticket/question.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "ticket/country.h"

const char *
question_fault_name(enum question_fault fault)
{
    static const char *const names[QUESTION_FAULT_COUNT] = {
        [QUESTION_FINE] = "fine",
        [QUESTION_REQUIRED] = "required",
        [QUESTION_NO_NUMBER] = "no-number",
        [QUESTION_NO_OPTION] = "no-option",
        [QUESTION_NO_DATE] = "no-date",
        [QUESTION_NO_TIME] = "no-time",
        [QUESTION_NO_DATETIME] = "no-datetime",
        [QUESTION_NO_COUNTRY] = "no-country",
        [QUESTION_NO_EMAIL] = "no-email",
        [QUESTION_NO_TEXT] = "no-text",
        [QUESTION_TOO_SMALL] = "too-small",
        [QUESTION_TOO_LARGE] = "too-large",
        [QUESTION_TOO_SHORT] = "too-short",
        [QUESTION_TOO_LONG] = "too-long",
    };
    assert(fault < QUESTION_FAULT_COUNT);
    return names[fault];
}

struct span {
    const char *at;
    size_t length;
};

static struct span
trim(struct span text)
{
    while (text.length > 0 && isspace((unsigned char)text.at[0]))
        text = (struct span){ text.at + 1, text.length - 1 };
    while (text.length > 0 && isspace((unsigned char)text.at[text.length - 1]))
        text.length--;
    return text;
}

/* ---- numbers: of any size and precision, as digits ---------------------------- */

/* A decimal: -1 of "-12.50" is sign, whole "12", part "5". */
struct decimal {
    bool negative;
    struct span whole, part; /* without zeros in front, behind */
};

static struct span
take_digits(struct span *text)
{
    struct span digits = { text->at, 0 };
    while (text->length > 0 && isdigit((unsigned char)text->at[0])) {
        *text = (struct span){ text->at + 1, text->length - 1 };
        digits.length++;
    }
    return digits;
}

static bool
read_decimal(struct span text, struct decimal *number)
{
    *number = (struct decimal){ .negative = text.length > 0 && text.at[0] == '-' };
    if (text.length > 0 && (text.at[0] == '-' || text.at[0] == '+'))
        text = (struct span){ text.at + 1, text.length - 1 };
    number->whole = take_digits(&text);
    if (text.length > 0 && text.at[0] == '.') {
        text = (struct span){ text.at + 1, text.length - 1 };
        number->part = take_digits(&text);
    }
    if (text.length > 0 || number->whole.length + number->part.length == 0)
        return false;
    while (number->whole.length > 0 && number->whole.at[0] == '0')
        number->whole = (struct span){ number->whole.at + 1, number->whole.length - 1 };
    while (number->part.length > 0 && number->part.at[number->part.length - 1] == '0')
        number->part.length--;
    if (number->whole.length + number->part.length == 0)
        number->negative = false;
    return true;
}

static int
compare_sizes(const struct decimal *a, const struct decimal *b)
{
    if (a->whole.length != b->whole.length)
        return a->whole.length < b->whole.length ? -1 : 1;
    int order = memcmp(a->whole.at, b->whole.at, a->whole.length);
    size_t common = a->part.length < b->part.length ? a->part.length : b->part.length;
    if (order == 0 && common > 0)
        order = memcmp(a->part.at, b->part.at, common);
    if (order == 0)
        order = (a->part.length > b->part.length) - (a->part.length < b->part.length);
    return order;
}

static int
compare_decimals(const struct decimal *a, const struct decimal *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? compare_sizes(b, a) : compare_sizes(a, b);
}

static bool
read_bound(const char *text, struct decimal *number)
{
    return text && read_decimal((struct span){ text, strlen(text) }, number);
}

bool
question_is_kept(const struct question *question, const char *value)
{
    struct decimal number;
    if (question->type == QUESTION_BOOL)
        return strcmp(value, "True") == 0;
    if (question->type == QUESTION_NUMBER && read_bound(value, &number))
        return number.whole.length + number.part.length > 0;
    return value[0] != '\0';
}

static enum question_fault
clean_number(const struct question *question, struct span input, struct str *value)
{
    struct decimal number, bound;
    if (!read_decimal(input, &number))
        return QUESTION_NO_NUMBER;
    if (read_bound(question->number_min, &bound) &&
        compare_decimals(&number, &bound) < 0)
        return QUESTION_TOO_SMALL;
    if (read_bound(question->number_max, &bound) &&
        compare_decimals(&number, &bound) > 0)
        return QUESTION_TOO_LARGE;
    str_add(value, input.at, input.length);
    return QUESTION_FINE;
}

/* ---- choices ------------------------------------------------------------------ */

static bool
is_word(struct span word, const char *name)
{
    return name && strlen(name) == word.length &&
           memcmp(name, word.at, word.length) == 0;
}

/* An id goes before an identifier that looks like one. */
static const struct question_option *
find_option(const struct question *question, struct span word)
{
    char id[32];
    for (size_t i = 0; i < question->option_count; i++) {
        snprintf(id, sizeof id, "%lld", (long long)question->options[i].id);
        if (is_word(word, id))
            return &question->options[i];
    }
    for (size_t i = 0; i < question->option_count; i++) {
        if (is_word(word, question->options[i].identifier))
            return &question->options[i];
    }
    return NULL;
}

static enum question_fault
clean_choice(const struct question *question, struct span input, struct str *value)
{
    const struct question_option *option = find_option(question, input);
    if (!option)
        return QUESTION_NO_OPTION;
    str_addf(value, "%lld", (long long)option->id);
    return QUESTION_FINE;
}

/* An option that is chosen twice is a fault, as at the server. */
static bool
is_chosen(const struct question *question, struct span before,
          const struct question_option *option)
{
    while (before.length > 0) {
        const char *comma = memchr(before.at, ',', before.length);
        struct span word = { before.at,
                             comma ? (size_t)(comma - before.at) : before.length };
        if (find_option(question, word) == option)
            return true;
        size_t used = word.length + (comma != NULL);
        before = (struct span){ before.at + used, before.length - used };
    }
    return false;
}

static enum question_fault
clean_choices(const struct question *question, struct span input, struct str *value)
{
    struct span rest = input;
    for (bool more = true; more;) {
        const char *comma = memchr(rest.at, ',', rest.length);
        struct span word = { rest.at, comma ? (size_t)(comma - rest.at) : rest.length };
        struct span before = { input.at, (size_t)(rest.at - input.at) };
        const struct question_option *option = find_option(question, word);
        if (!option || is_chosen(question, before, option))
            return QUESTION_NO_OPTION;
        str_addf(value, "%s%lld", before.length > 0 ? "," : "", (long long)option->id);
        more = comma != NULL;
        if (more)
            rest = (struct span){ comma + 1, rest.length - word.length - 1 };
    }
    return QUESTION_FINE;
}

/* ---- times -------------------------------------------------------------------- */

static int
compare_dates(const struct zone_time *a, const struct zone_time *b)
{
    int x = (a->year * 12 + a->month) * 31 + a->day;
    int y = (b->year * 12 + b->month) * 31 + b->day;
    return (x > y) - (x < y);
}

static bool
read_date_bound(const char *text, struct zone_time *date)
{
    return text && moment_read_date(text, strlen(text), date);
}

static enum question_fault
clean_date(const struct question *question, struct span input, struct str *value)
{
    struct zone_time date = { 0 }, bound = { 0 };
    if (!moment_read_date(input.at, input.length, &date))
        return QUESTION_NO_DATE;
    if (read_date_bound(question->date_min, &bound) && compare_dates(&date, &bound) < 0)
        return QUESTION_TOO_SMALL;
    if (read_date_bound(question->date_max, &bound) && compare_dates(&date, &bound) > 0)
        return QUESTION_TOO_LARGE;
    str_addf(value, "%04d-%02d-%02d", date.year, date.month, date.day);
    return QUESTION_FINE;
}

static enum question_fault
clean_time(struct span input, struct str *value)
{
    struct zone_time time = { 0 };
    if (!moment_read_clock(input.at, input.length, &time))
        return QUESTION_NO_TIME;
    str_addf(value, "%02d:%02d", time.hour, time.minute);
    if (time.second > 0)
        str_addf(value, ":%02d", time.second);
    return QUESTION_FINE;
}

/* Without an offset it is the event's local time. */
static bool
read_moment(struct span text, const struct zone *zone, int64_t *at_ms)
{
    struct moment moment;
    struct zone_time local;
    if (!moment_read(text.at, text.length, &moment) || !moment.has_time)
        return false;
    *at_ms = moment.at_ms;
    if (!moment.has_offset) {
        moment_local(NULL, moment.at_ms, &local);
        *at_ms = moment_utc_ms(zone, &local);
    }
    return true;
}

static bool
read_moment_bound(const char *text, const struct zone *zone, int64_t *at_ms)
{
    return text && read_moment((struct span){ text, strlen(text) }, zone, at_ms);
}

static enum question_fault
clean_datetime(const struct question *question, struct span input,
               const struct zone *zone, struct str *value)
{
    int64_t at_ms, bound_ms;
    if (!read_moment(input, zone, &at_ms))
        return QUESTION_NO_DATETIME;
    if (read_moment_bound(question->datetime_min, zone, &bound_ms) && at_ms < bound_ms)
        return QUESTION_TOO_SMALL;
    if (read_moment_bound(question->datetime_max, zone, &bound_ms) && at_ms > bound_ms)
        return QUESTION_TOO_LARGE;
    for (size_t i = 0; i < input.length; i++)
        str_add_char(value, i == 10 ? 'T' : input.at[i]);
    return QUESTION_FINE;
}

/* ---- texts -------------------------------------------------------------------- */

static size_t
characters(struct span text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.length; count++)
        str_next_character(text.at, text.length, &at);
    return count;
}

static enum question_fault
clean_text(const struct question *question, struct span input, struct str *value)
{
    size_t count = characters(input);
    if (count < question->length_min)
        return QUESTION_TOO_SHORT;
    if (question->length_max > 0 && count > question->length_max)
        return QUESTION_TOO_LONG;
    str_add(value, input.at, input.length);
    return QUESTION_FINE;
}

/* Kosovo has no code of ISO 3166, but the server's list has it. */
static enum question_fault
clean_country(struct span input, struct str *value)
{
    char code[3] = { 0 };
    if (input.length != 2)
        return QUESTION_NO_COUNTRY;
    for (size_t i = 0; i < 2; i++)
        code[i] = (char)toupper((unsigned char)input.at[i]);
    if (!country_name(code, "en") && strcmp(code, "XK") != 0)
        return QUESTION_NO_COUNTRY;
    str_add_text(value, code);
    return QUESTION_FINE;
}

/* One "@" with something on both sides, and nothing blank. */
static enum question_fault
clean_email(struct span input, struct str *value)
{
    const char *at = memchr(input.at, '@', input.length);
    const char *end = input.at + input.length;
    if (!at || at == input.at || at + 1 == end ||
        memchr(at + 1, '@', (size_t)(end - at - 1)))
        return QUESTION_NO_EMAIL;
    for (size_t i = 0; i < input.length; i++) {
        if ((unsigned char)input.at[i] <= ' ')
            return QUESTION_NO_EMAIL;
    }
    str_add(value, input.at, input.length);
    return QUESTION_FINE;
}

/* ---- any of them -------------------------------------------------------------- */

static enum question_fault
clean_bool(const struct question *question, struct span input, bool optional,
           struct str *value)
{
    bool yes = input.length == 4 &&
               (memcmp(input.at, "True", 4) == 0 || memcmp(input.at, "true", 4) == 0);
    if (!yes && question->required && !optional)
        return QUESTION_REQUIRED;
    str_add_text(value, yes ? "True" : "False");
    return QUESTION_FINE;
}

static enum question_fault
clean_filled(const struct question *question, struct span raw, const struct zone *zone,
             struct str *value)
{
    struct span input = trim(raw);
    switch (question->type) {
    case QUESTION_NUMBER:
        return clean_number(question, input, value);
    case QUESTION_CHOICE:
        return clean_choice(question, raw, value);
    case QUESTION_CHOICES:
        return clean_choices(question, raw, value);
    case QUESTION_DATE:
        return clean_date(question, input, value);
    case QUESTION_TIME:
        return clean_time(input, value);
    case QUESTION_DATETIME:
        return clean_datetime(question, input, zone, value);
    case QUESTION_COUNTRY:
        return clean_country(input, value);
    case QUESTION_EMAIL:
        return clean_email(input, value);
    default:
        return clean_text(question, raw, value);
    }
}

static enum question_fault
clean(const struct question *question, struct span input, const struct zone *zone,
      bool optional, struct str *value)
{
    if (!str_is_utf8(input.at, input.length) || memchr(input.at, '\0', input.length))
        return QUESTION_NO_TEXT;
    if (input.length > QUESTION_ANSWER_MAX)
        return QUESTION_TOO_LONG;
    if (question->type == QUESTION_BOOL)
        return clean_bool(question, input, optional, value);
    if (trim(input).length == 0)
        return question->required && !optional ? QUESTION_REQUIRED : QUESTION_FINE;
    struct str made;
    str_init(&made, 4 * QUESTION_ANSWER_MAX);
    enum question_fault fault = clean_filled(question, input, zone, &made);
    if (fault == QUESTION_FINE)
        str_add(value, made.data, made.length);
    str_finish(&made);
    return fault;
}

enum question_fault
question_clean(const struct question *question, const char *input, size_t length,
               const struct zone *zone, struct str *value)
{
    return clean(question, (struct span){ input, length }, zone, false, value);
}

enum question_fault
question_clean_optional(const struct question *question, const char *input,
                        size_t length, const struct zone *zone, struct str *value)
{
    return clean(question, (struct span){ input, length }, zone, true, value);
}
