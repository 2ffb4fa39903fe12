/* Any bytes as a rule, with any check-ins: reading and evaluating end, the outcome is
 * the same every time, and a no has its reasons. The first bytes make the facts. */

#include "ticket/rule.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 12, CHECKINS = 8 };

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void
set_facts(const unsigned char *bytes, struct rule_facts *facts,
          struct rule_checkin checkins[CHECKINS])
{
    *facts = (struct rule_facts){ .product = bytes[0],
                                  .variation = bytes[1],
                                  .gate = bytes[2],
                                  .now_ms = 1780315200000 + bytes[3] * 3600000ll,
                                  .date_from_ms = 1780300800000,
                                  .checkins = checkins,
                                  .count = bytes[4] % (CHECKINS + 1) };
    for (size_t i = 0; i < CHECKINS; i++)
        checkins[i] = (struct rule_checkin){ 1780300000000 + (int64_t)i * 7200000,
                                             bytes[5] >> i & 1 };
}

static void
check_answer(const struct rule *rule, const struct rule_facts *facts)
{
    struct rule_answer answer, again;
    struct str words;
    enum rule_outcome outcome = rule_eval(rule, facts, &answer);
    assert(rule_eval(rule, facts, &again) == outcome);
    assert(rule_eval(rule, facts, NULL) == outcome);
    assert(answer.count <= RULE_WHYS_MAX && answer.count == again.count);
    assert((outcome == RULE_NO) == (answer.count > 0));
    assert(outcome == RULE_NO || !answer.server_fails);
    str_init(&words, 65536);
    rule_explain(&answer, facts, facts->now_ms, &words);
    assert(str_ok(&words) && (words.length > 0) == (answer.count > 0));
    for (unsigned i = 0; i < answer.count; i++)
        rule_reason_name(answer.whys[i].reason);
    str_finish(&words);
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct rule_checkin checkins[CHECKINS];
    struct rule_facts facts;
    struct rule *rule;
    struct err err;
    struct str json;
    if (length < HEAD)
        return 0;
    set_facts(bytes, &facts, checkins);
    if (!rule_parse((const char *)bytes + HEAD, length - HEAD, &rule, &err))
        return 0;
    check_answer(rule, &facts);
    str_init(&json, 8 * RULE_TEXT_MAX);
    rule_value(rule, rule, &json, &err);
    str_finish(&json);
    rule_free(rule);
    return 0;
}
