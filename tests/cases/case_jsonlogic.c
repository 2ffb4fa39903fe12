#include "cases.h"

#include <stdlib.h>
#include <string.h>

#include "ticket/rule.h"

static bool
parse(const struct json *value, struct rule **rule, struct cases_result *result)
{
    struct err err;
    char *text = value ? cases_print(value) : strdup("null");
    bool good = rule_parse(text, strlen(text), rule, &err);
    if (!good)
        cases_refuse(result, "%s", err.text);
    free(text);
    return good;
}

/* {"rule", "data", "expect"}: the value. Where the server itself raises, raising is as
 * good. */
static void
evaluate(const struct json *one, const struct rule *rule, const struct rule *data,
         struct cases_result *result)
{
    struct str text;
    struct err err;
    struct json *got = NULL;
    bool may_raise = false;
    const struct json *expect = json_member(one, "expect");
    char *wanted = cases_print(expect);
    str_init(&text, JSON_TEXT_MAX);
    if (!rule_value(rule, data, &text, &err)) {
        if (!json_bool_or(one, "server_raises", false, &may_raise, &err) || !may_raise)
            cases_differ(result, wanted, "an evaluation that raises");
    } else if (!json_parse(text.data, text.length, &got, &err))
        cases_refuse(result, "%s", err.text);
    else if (!cases_same(expect, got))
        cases_differ(result, wanted, text.data);
    json_free(got);
    str_finish(&text);
    free(wanted);
}

void
case_jsonlogic(const struct cases_file *file, const struct json *one,
               struct cases_result *result)
{
    struct rule *rule = NULL, *data = NULL;
    (void)file;
    if (!json_member(one, "rule"))
        cases_refuse(result, "a case of jsonlogic wants a rule");
    else if (parse(json_member(one, "rule"), &rule, result) &&
             parse(json_member(one, "data"), &data, result))
        evaluate(one, rule, data, result);
    rule_free(rule);
    rule_free(data);
}
