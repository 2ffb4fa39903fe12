#include "desk/desk_parts.h"

#include <stdlib.h>
#include <string.h>

#include "str.h"

/* What is read once of an event and a list, until the roster changes: parsing a rule or
 * a form of questions takes longer than a verdict may. */

/* ---- keys --------------------------------------------------------------------------
 */

static void
take_keys(struct desk *desk, struct desk_event *event, const struct json *keys)
{
    for (const struct json *item = json_first(keys); item; item = json_next(item)) {
        const char *text;
        struct err err;
        if (event->key_count == SIGNED_KEYS_MAX)
            return;
        if (json_text(item, "", &text, &err) &&
            signed_key_read(text, strlen(text), &event->keys[event->key_count], &err))
            event->key_count++;
        else
            log_warning(desk->set.log, "desk", "event=%s key: %s", event->slug,
                        err.text);
    }
}

static bool
read_keys(struct desk *desk, struct desk_event *event, struct err *err)
{
    struct str text;
    struct json *root = NULL;
    struct err ignored;
    str_init(&text, CATALOG_KEYS_MAX);
    bool ok = catalog_keys(desk->set.db, event->slug, &text, err);
    if (ok && json_parse(text.data, text.length, &root, &ignored))
        take_keys(desk, event, root);
    json_free(root);
    str_finish(&text);
    return ok;
}

/* ---- questions
 * ----------------------------------------------------------------------- */

static const char *
text_of(const struct json *object, const char *member)
{
    const char *text;
    struct err ignored;
    const struct json *value = json_member(object, member);
    return value && json_text(value, "", &text, &ignored) ? text : NULL;
}

static int64_t
int_of(const struct json *object, const char *member)
{
    int64_t number = 0;
    struct err ignored;
    const struct json *value = json_member(object, member);
    return value && json_int(value, "", &number, &ignored) ? number : 0;
}

static bool
bool_of(const struct json *object, const char *member)
{
    bool yes = false;
    struct err ignored;
    return json_bool_or(object, member, false, &yes, &ignored) && yes;
}

static bool
read_options(struct desk_question *to)
{
    const struct json *options = json_member(to->tree, "options");
    to->options = calloc(json_count(options) + 1, sizeof *to->options);
    if (!to->options)
        return false;
    for (const struct json *item = json_first(options); item; item = json_next(item)) {
        const char *identifier = text_of(item, "identifier");
        to->options[to->question.option_count++] =
            (struct question_option){ int_of(item, "id"),
                                      identifier ? identifier : "" };
    }
    to->question.options = to->options;
    return true;
}

static bool
read_values(struct desk_question *to)
{
    const struct json *values = json_member(to->tree, "dependency_values");
    size_t count = json_count(values);
    to->values = calloc(count + 1, sizeof *to->values);
    if (!to->values)
        return false;
    for (const struct json *item = json_first(values); item; item = json_next(item)) {
        const char *text;
        struct err ignored;
        if (to->question.depends_count < QUESTION_VALUES_MAX &&
            json_text(item, "", &text, &ignored))
            to->values[to->question.depends_count++] = text;
    }
    to->question.depends_values = to->values;
    return true;
}

static void
read_question(struct desk_question *to, int64_t id)
{
    struct question *question = &to->question;
    const char *type = text_of(to->tree, "type");
    const int64_t length = int_of(to->tree, "valid_string_length_max");
    *question = (struct question){ .id = id };
    if (!type || !question_type_read(type, &question->type))
        question->type = QUESTION_LINE;
    question->required = bool_of(to->tree, "required");
    question->asked = bool_of(to->tree, "ask_during_checkin");
    question->depends_on = int_of(to->tree, "dependency_question");
    question->number_min = text_of(to->tree, "valid_number_min");
    question->number_max = text_of(to->tree, "valid_number_max");
    question->date_min = text_of(to->tree, "valid_date_min");
    question->date_max = text_of(to->tree, "valid_date_max");
    question->datetime_min = text_of(to->tree, "valid_datetime_min");
    question->datetime_max = text_of(to->tree, "valid_datetime_max");
    question->length_max = length > 0 ? (size_t)length : 0;
}

struct reading {
    struct desk *desk;
    struct desk_event *event;
    bool is_short; /* of memory */
};

static bool
take_question(int64_t id, const char *body, void *self)
{
    struct reading *reading = self;
    struct desk_event *event = reading->event;
    struct err err;
    struct desk_question *grown = realloc(
        event->questions, (event->question_count + 1) * sizeof *event->questions);
    if (!grown) {
        reading->is_short = true;
        return false;
    }
    event->questions = grown;
    struct desk_question *to = &grown[event->question_count];
    *to = (struct desk_question){ .tree = NULL };
    if (!json_parse(body, strlen(body), &to->tree, &err)) {
        log_warning(reading->desk->set.log, "desk", "event=%s question=%lld: %s",
                    event->slug, (long long)id, err.text);
        return true;
    }
    event->question_count++;
    read_question(to, id);
    reading->is_short = !read_options(to) || !read_values(to);
    return !reading->is_short;
}

/* ---- an event
 * ------------------------------------------------------------------------- */

static void
forget_event(struct desk_event *event)
{
    zone_close(event->zone);
    for (unsigned i = 0; i < event->question_count; i++) {
        json_free(event->questions[i].tree);
        free(event->questions[i].options);
        free(event->questions[i].values);
    }
    free(event->questions);
    *event = (struct desk_event){ .is_used = false };
}

static bool
read_server(struct desk *desk, struct desk_event *event, struct err *err)
{
    char enforced[CATALOG_MARK_MAX + 1];
    struct err wrong;
    struct reading reading = { .desk = desk, .event = event };
    if (event->event.zone[0] != '\0' &&
        !zone_open(event->event.zone, &event->zone, &wrong))
        log_warning(desk->set.log, "desk", "event=%s zone: %s", event->slug,
                    wrong.text);
    if (!catalog_mark(desk->set.db, event->slug,
                      "settings.reusable_media_usage_enforced", enforced, err))
        return false;
    event->media_alone = strcmp(enforced, "true") == 0;
    if (!read_keys(desk, event, err) ||
        !catalog_each_question(desk->set.db, event->slug, take_question, &reading, err))
        return false;
    return !reading.is_short || err_no_memory(err);
}

static bool
read_event(struct desk *desk, const char *slug, struct desk_event *event,
           struct err *err)
{
    bool found;
    str_copy(event->slug, sizeof event->slug, slug);
    if (!roster_event(desk->set.db, slug, &found, &event->event, err))
        return false;
    event->from_server = found && strcmp(event->event.source, "pretix") == 0;
    if (event->from_server && !read_server(desk, event, err)) {
        forget_event(event);
        return false;
    }
    event->is_used = true;
    return true;
}

bool
desk_event_get(struct desk *desk, const char *slug, const struct desk_event **event,
               struct err *err)
{
    struct desk_event *place = NULL;
    for (unsigned i = 0; i < DESK_EVENTS_MAX; i++) {
        if (desk->events[i].is_used && strcmp(desk->events[i].slug, slug) == 0) {
            *event = &desk->events[i];
            return true;
        }
        if (!place && !desk->events[i].is_used)
            place = &desk->events[i];
    }
    if (!place)
        place = &desk->events[desk->turn++ % DESK_EVENTS_MAX];
    forget_event(place);
    *event = place;
    return read_event(desk, slug, place, err);
}

/* ---- a rule
 * --------------------------------------------------------------------------- */

static bool
read_rule(struct desk *desk, const struct list *list, struct desk_rule *to,
          struct err *err)
{
    struct str text;
    struct err wrong;
    str_init(&text, CATALOG_RULES_MAX);
    bool ok = catalog_rules(desk->set.db, list->id, &text, err);
    if (ok) {
        str_copy(to->event, sizeof to->event, list->event);
        str_copy(to->list, sizeof to->list, list->key);
        to->is_used = true;
        if (!rule_parse(text.data, text.length, &to->rule, &wrong)) {
            to->rule = NULL;
            log_error(desk->set.log, "desk", "list=%s/%s lets nobody in: its rules: %s",
                      list->event, list->key, wrong.text);
        }
    }
    str_finish(&text);
    return ok;
}

bool
desk_rule_get(struct desk *desk, const struct list *list, const struct rule **rule,
              struct err *err)
{
    struct desk_rule *place = NULL;
    for (unsigned i = 0; i < DESK_EVENTS_MAX; i++) {
        struct desk_rule *known = &desk->rules[i];
        if (known->is_used && strcmp(known->event, list->event) == 0 &&
            strcmp(known->list, list->key) == 0) {
            *rule = known->rule;
            return true;
        }
        if (!place && !known->is_used)
            place = known;
    }
    if (!place)
        place = &desk->rules[desk->turn++ % DESK_EVENTS_MAX];
    rule_free(place->rule);
    *place = (struct desk_rule){ .is_used = false };
    if (!read_rule(desk, list, place, err))
        return false;
    *rule = place->rule;
    return true;
}

void
desk_events_forget(struct desk *desk)
{
    for (unsigned i = 0; i < DESK_EVENTS_MAX; i++) {
        forget_event(&desk->events[i]);
        rule_free(desk->rules[i].rule);
        desk->rules[i] = (struct desk_rule){ .is_used = false };
    }
}
