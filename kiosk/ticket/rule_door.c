#include "ticket/rule_inside.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/moment.h"

enum { MINUTE_MS = 60 * 1000 };

static struct rule_val
time_value(int64_t at_ms, enum rule_clock clock, int32_t offset_minutes)
{
    struct rule_val value = { .kind = RULE_TIME };
    value.time = (struct rule_time){ at_ms, clock, offset_minutes };
    return value;
}

/* ---- the ticket's check-ins --------------------------------------------------- */

static struct zone_time
local(const struct rule_facts *facts, int64_t at_ms)
{
    struct zone_time time;
    moment_local(facts->zone, at_ms, &time);
    return time;
}

/* The first moment of the local day of now. An entry of a later day counts as today's,
 * as at the server, which has no upper end. */
static int64_t
midnight_ms(const struct rule_facts *facts)
{
    struct zone_time time = local(facts, facts->now_ms);
    time.hour = time.minute = time.second = 0;
    return moment_utc_ms(facts->zone, &time);
}

/* Entries in [from, before), or their distinct local days. */
struct span {
    int64_t from_ms, before_ms;
};

static const struct span always = { INT64_MIN, INT64_MAX };

static bool
is_within(const struct rule_checkin *checkin, struct span span)
{
    return !checkin->is_exit && checkin->at_ms >= span.from_ms &&
           checkin->at_ms < span.before_ms;
}

static int64_t
entries(const struct rule_facts *facts, struct span span)
{
    int64_t count = 0;
    for (size_t i = 0; i < facts->count; i++)
        count += is_within(&facts->checkins[i], span);
    return count;
}

/* The check-ins stand by time, so that a day is over when the next begins. */
static int64_t
entry_days(const struct rule_facts *facts, struct span span)
{
    struct zone_time day, last = { 0 };
    int64_t count = 0;
    for (size_t i = 0; i < facts->count; i++) {
        if (!is_within(&facts->checkins[i], span))
            continue;
        day = local(facts, facts->checkins[i].at_ms);
        count += count == 0 || day.year != last.year || day.month != last.month ||
                 day.day != last.day;
        last = day;
    }
    return count;
}

/* Whole minutes, but a float; negative for an entry that is still to come. */
static struct rule_val
minutes_since(const struct rule_facts *facts, bool last)
{
    const struct rule_checkin *found = NULL;
    for (size_t i = 0; i < facts->count && (last || !found); i++) {
        if (!facts->checkins[i].is_exit)
            found = &facts->checkins[i];
    }
    if (!found)
        return rule_whole(-1);
    return rule_number(floor((double)(facts->now_ms - found->at_ms) / MINUTE_MS));
}

/* ---- variables ---------------------------------------------------------------- */

static struct rule_val
id_or_null(int64_t id)
{
    return id ? rule_whole(id) : rule_null();
}

static struct rule_val
entry_status(const struct rule_facts *facts)
{
    bool inside = facts->count > 0 && !facts->checkins[facts->count - 1].is_exit;
    struct rule_val value = { .kind = RULE_TEXT };
    value.text.bytes = inside ? "present" : "absent";
    value.text.length = strlen(value.text.bytes);
    return value;
}

enum variable {
    VAR_PRODUCT,
    VAR_VARIATION,
    VAR_GATE,
    VAR_NOW,
    VAR_WEEKDAY,
    VAR_ENTRIES,
    VAR_TODAY,
    VAR_DAYS,
    VAR_SINCE_LAST,
    VAR_SINCE_FIRST,
    VAR_STATUS,
    VAR_METHOD, /* the server's own functions are there under their names: true */
    VAR_COUNT
};

static const struct {
    const char *name;
    enum variable variable;
} variables[] = {
    { "product", VAR_PRODUCT },
    { "variation", VAR_VARIATION },
    { "gate", VAR_GATE },
    { "now", VAR_NOW },
    { "now_isoweekday", VAR_WEEKDAY },
    { "entries_number", VAR_ENTRIES },
    { "entries_today", VAR_TODAY },
    { "entries_days", VAR_DAYS },
    { "minutes_since_last_entry", VAR_SINCE_LAST },
    { "minutes_since_first_entry", VAR_SINCE_FIRST },
    { "entry_status", VAR_STATUS },
    { "entries_since", VAR_METHOD },
    { "entries_before", VAR_METHOD },
    { "entries_days_since", VAR_METHOD },
    { "entries_days_before", VAR_METHOD },
};

static struct rule_val
variable_value(const struct rule_facts *facts, enum variable variable)
{
    switch (variable) {
    case VAR_PRODUCT:
        return id_or_null(facts->product);
    case VAR_VARIATION:
        return id_or_null(facts->variation);
    case VAR_GATE:
        return id_or_null(facts->gate);
    case VAR_NOW:
        return time_value(facts->now_ms, RULE_CLOCK_UTC, 0);
    case VAR_WEEKDAY:
        return rule_whole(moment_weekday(facts->zone, facts->now_ms));
    case VAR_ENTRIES:
        return rule_whole(entries(facts, always));
    case VAR_TODAY:
        return rule_whole(
            entries(facts, (struct span){ midnight_ms(facts), INT64_MAX }));
    case VAR_DAYS:
        return rule_whole(entry_days(facts, always));
    case VAR_SINCE_LAST:
        return minutes_since(facts, true);
    case VAR_SINCE_FIRST:
        return minutes_since(facts, false);
    case VAR_STATUS:
        return entry_status(facts);
    case VAR_METHOD:
    case VAR_COUNT:
        break;
    }
    return (struct rule_val){ .kind = RULE_FACTS };
}

bool
rule_door_variable(struct rule_run *run, const char *name, size_t length,
                   struct rule_val *value)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        if (!rule_text_is(name, length, variables[i].name))
            continue;
        *value = variable_value(run->facts, variables[i].variable);
        return true;
    }
    return false;
}

/* ---- times -------------------------------------------------------------------- */

/* "customtime": that time on the local day of now. In the hour that a night has twice
 * it is in the one that now is in. */
static struct rule_val
time_today(struct rule_run *run, const struct rule_val *text)
{
    struct zone_time clock = { 0 };
    const struct rule_facts *facts = run->facts;
    if (text->kind != RULE_TEXT ||
        !moment_read_clock(text->text.bytes, text->text.length, &clock))
        return rule_raise(run);
    struct zone_time time = local(facts, facts->now_ms);
    time.hour = clock.hour;
    time.minute = clock.minute;
    time.second = clock.second;
    bool second = moment_is_second(facts->zone, facts->now_ms);
    return time_value(second ? moment_utc_second_ms(facts->zone, &time)
                             : moment_utc_ms(facts->zone, &time),
                      RULE_CLOCK_EVENT, 0);
}

static struct rule_val
time_fixed(struct rule_run *run, const struct rule_val *text)
{
    struct moment moment;
    if (text->kind != RULE_TEXT ||
        !moment_read(text->text.bytes, text->text.length, &moment))
        return rule_raise(run);
    return time_value(moment.at_ms,
                      moment.has_offset ? RULE_CLOCK_UTC : RULE_CLOCK_NONE,
                      moment.offset_minutes);
}

/* An unknown kind is null, which then raises where it is compared. */
static struct rule_val
build_time(struct rule_run *run, struct rule_args args)
{
    const struct rule_facts *facts = run->facts;
    if (args.count < 1 || args.count > 2)
        return rule_raise(run);
    const struct rule_val *kind = &args.items[0];
    struct rule_val none = rule_null();
    const struct rule_val *text = args.count > 1 ? &args.items[1] : &none;
    if (kind->kind != RULE_TEXT)
        return none;
    const char *name = kind->text.bytes;
    size_t length = kind->text.length;
    if (rule_text_is(name, length, "custom"))
        return time_fixed(run, text);
    if (rule_text_is(name, length, "customtime"))
        return time_today(run, text);
    if (rule_text_is(name, length, "date_to") && facts->has_date_to)
        return time_value(facts->date_to_ms, RULE_CLOCK_UTC, 0);
    if (rule_text_is(name, length, "date_admission") && facts->has_date_admission)
        return time_value(facts->date_admission_ms, RULE_CLOCK_UTC, 0);
    if (rule_text_is(name, length, "date_from") ||
        rule_text_is(name, length, "date_to") ||
        rule_text_is(name, length, "date_admission"))
        return time_value(facts->date_from_ms, RULE_CLOCK_UTC, 0);
    return none;
}

struct rule_time
rule_later(const struct rule_facts *facts, struct rule_time time, double minutes)
{
    double span_ms = minutes * MINUTE_MS;
    if (!(fabs(span_ms) < 1e14)) /* 3000 years */
        span_ms = span_ms > 0 ? 1e14 : -1e14;
    int64_t ms = (int64_t)llround(span_ms);
    if (time.clock != RULE_CLOCK_EVENT) {
        time.at_ms += ms;
        return time;
    }
    time.at_ms = moment_add_local(facts->zone, time.at_ms, ms);
    return time;
}

/* Takes the tolerance of isBefore and isAfter: none if it is as good as false. */
static bool
tolerance(struct rule_args args, double *minutes)
{
    *minutes = 0;
    if (args.count < 2 || args.count > 3)
        return false;
    if (args.count < 3 || !rule_is_true(&args.items[2]))
        return true;
    return rule_to_number(&args.items[2], minutes) && isfinite(*minutes) &&
           fabs(*minutes) < 1e9;
}

static struct rule_val
compare_times(struct rule_run *run, struct rule_args args, bool before)
{
    double minutes;
    if (!tolerance(args, &minutes))
        return rule_raise(run);
    struct rule_val a = args.items[0], b = args.items[1];
    struct rule_val *later = before ? &b : &a;
    if (minutes != 0 && later->kind != RULE_TIME)
        return rule_raise(run);
    if (minutes != 0)
        later->time = rule_later(run->facts, later->time, minutes);
    if (a.kind != b.kind || a.kind == RULE_NULL)
        return rule_raise(run); /* a number is never compared with a time */
    return rule_bool(before ? rule_less(run, &a, &b) : rule_less(run, &b, &a));
}

static struct rule_val
is_before(struct rule_run *run, struct rule_args args)
{
    return compare_times(run, args, true);
}

static struct rule_val
is_after(struct rule_run *run, struct rule_args args)
{
    return compare_times(run, args, false);
}

/* ---- counting from a time, which may be without an offset: then it is UTC ----- */

static bool
only_time(struct rule_args args, int64_t *at_ms)
{
    struct moment moment;
    if (args.count != 1)
        return false;
    const struct rule_val *value = &args.items[0];
    if (value->kind == RULE_TIME) {
        *at_ms = value->time.at_ms;
        return true;
    }
    if (value->kind != RULE_TEXT ||
        !moment_read(value->text.bytes, value->text.length, &moment))
        return false;
    *at_ms = moment.at_ms;
    return true;
}

static struct rule_val
count_span(struct rule_run *run, struct rule_args args, bool since, bool days)
{
    int64_t at_ms;
    if (!only_time(args, &at_ms))
        return rule_raise(run);
    struct span span = always;
    *(since ? &span.from_ms : &span.before_ms) = at_ms;
    return rule_whole(days ? entry_days(run->facts, span) : entries(run->facts, span));
}

static struct rule_val
entries_since(struct rule_run *run, struct rule_args args)
{
    return count_span(run, args, true, false);
}

static struct rule_val
entries_before(struct rule_run *run, struct rule_args args)
{
    return count_span(run, args, false, false);
}

static struct rule_val
entries_days_since(struct rule_run *run, struct rule_args args)
{
    return count_span(run, args, true, true);
}

static struct rule_val
entries_days_before(struct rule_run *run, struct rule_args args)
{
    return count_span(run, args, false, true);
}

/* ---- lists -------------------------------------------------------------------- */

static struct rule_val
object_list(struct rule_run *run, struct rule_args args)
{
    (void)run;
    struct rule_val value = { .kind = RULE_LIST };
    value.list.items = args.items;
    value.list.count = args.count;
    return value;
}

/* ["product", "7", "a label"]: the id. */
static struct rule_val
lookup(struct rule_run *run, struct rule_args args)
{
    int64_t id;
    if (args.count != 3 || !rule_to_whole(&args.items[1], &id))
        return rule_raise(run);
    return rule_whole(id);
}

static struct rule_val
in_list(struct rule_run *run, struct rule_args args)
{
    bool found;
    if (args.count != 2 || !rule_contains(run, &args.items[0], &args.items[1], &found))
        return rule_raise(run);
    return rule_bool(found);
}

rule_function
rule_find_door(const char *name, size_t length)
{
    static const struct {
        const char *name;
        rule_function function;
    } operations[] = {
        { "buildTime", build_time },
        { "isBefore", is_before },
        { "isAfter", is_after },
        { "objectList", object_list },
        { "lookup", lookup },
        { "inList", in_list },
        { "entries_since", entries_since },
        { "entries_before", entries_before },
        { "entries_days_since", entries_days_since },
        { "entries_days_before", entries_days_before },
    };
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (rule_text_is(name, length, operations[i].name))
            return operations[i].function;
    }
    return NULL;
}
