#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ticket/question.h"

enum { OPTIONS_MAX = 64, VALUE_BYTES = 4 * QUESTION_ANSWER_MAX };

struct asked {
    struct question question;
    struct question_option options[OPTIONS_MAX];
    struct zone *zone;
    const char *input;
    bool all_optional;
};

static bool
read_options(const struct json *one, struct asked *asked, struct err *err)
{
    const struct json *item = json_first(json_at(one, "options"));
    for (size_t i = 0; item && i < OPTIONS_MAX; i++, item = json_next(item)) {
        struct question_option *option = &asked->options[i];
        if (!json_int(item, "id", &option->id, err) ||
            !json_text_or(item, "identifier", NULL, &option->identifier, err))
            return false;
        asked->question.option_count++;
    }
    asked->question.options = asked->options;
    return true;
}

/* As the server writes them. */
static bool
read_bounds(const struct json *one, struct question *question, struct err *err)
{
    int64_t shortest = 0, longest = 0;
    bool good =
        json_text_or(one, "valid_date_min", NULL, &question->date_min, err) &&
        json_text_or(one, "valid_date_max", NULL, &question->date_max, err) &&
        json_text_or(one, "valid_datetime_min", NULL, &question->datetime_min, err) &&
        json_text_or(one, "valid_datetime_max", NULL, &question->datetime_max, err) &&
        json_text_or(one, "valid_number_min", NULL, &question->number_min, err) &&
        json_text_or(one, "valid_number_max", NULL, &question->number_max, err) &&
        json_int_or(one, "valid_string_length_min", 0, &shortest, err) &&
        json_int_or(one, "valid_string_length_max", 0, &longest, err);
    question->length_min = shortest > 0 ? (size_t)shortest : 0;
    question->length_max = longest > 0 ? (size_t)longest : 0;
    return good;
}

static bool
read_case(const struct json *one, struct asked *asked, struct err *err)
{
    const char *type, *zone;
    if (!json_text(one, "type", &type, err) ||
        !json_text_or(one, "input", "", &asked->input, err) ||
        !json_bool_or(one, "required", false, &asked->question.required, err) ||
        !json_bool_or(one, "all_optional", false, &asked->all_optional, err) ||
        !json_text_or(one, "timezone", "Europe/Berlin", &zone, err) ||
        !read_options(one, asked, err) || !read_bounds(one, &asked->question, err))
        return false;
    if (!question_type_read(type, &asked->question.type))
        return err_set(err, ERR_INPUT, "there is no type of question \"%s\"", type);
    return zone_open(zone, &asked->zone, err);
}

static void
compare(const struct json *one, enum question_fault fault, const char *value,
        struct cases_result *result)
{
    char got[VALUE_BYTES + 32];
    const char *wanted = "";
    bool ok = false, server_ok = false;
    struct err err;
    if (!json_bool(one, "expect.ok", &ok, &err) ||
        !json_text_or(one, "expect.value", "", &wanted, &err) ||
        !json_bool_or(one, "server_ok", false, &server_ok, &err)) {
        cases_refuse(result, "%s", err.text);
        return;
    }
    if (fault == QUESTION_FINE)
        snprintf(got, sizeof got, "\"%s\"", value);
    else
        snprintf(got, sizeof got, "a fault: %s", question_fault_name(fault));
    if (!ok && fault == QUESTION_FINE && !server_ok)
        cases_differ(result, "a fault", got);
    else if (ok && (fault != QUESTION_FINE || strcmp(value, wanted) != 0))
        cases_differ(result, wanted, got);
}

void
case_questions(const struct cases_file *file, const struct json *one,
               struct cases_result *result)
{
    struct asked asked = { .question = { .id = 1, .asked = true } };
    struct err err;
    struct str value;
    (void)file;
    str_init(&value, VALUE_BYTES);
    if (!read_case(one, &asked, &err))
        cases_refuse(result, "%s", err.text);
    else {
        enum question_fault fault =
            (asked.all_optional ? question_clean_optional : question_clean)(
                &asked.question, asked.input, strlen(asked.input), asked.zone, &value);
        compare(one, fault, value.data, result);
    }
    zone_close(asked.zone);
    str_finish(&value);
}
