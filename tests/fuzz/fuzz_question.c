/* Any bytes as an answer to any question: what is taken is UTF-8 within bounds, and
 * taking it again gives the same. The first byte chooses the question. */

#include "ticket/question.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void
check(const struct question *question, const char *input, size_t length)
{
    struct str value, again;
    str_init(&value, 4 * QUESTION_ANSWER_MAX);
    str_init(&again, 4 * QUESTION_ANSWER_MAX);
    enum question_fault fault = question_clean(question, input, length, NULL, &value);
    question_fault_name(fault);
    if (fault != QUESTION_FINE)
        assert(value.length == 0);
    else {
        assert(str_ok(&value) && str_is_utf8(value.data, value.length));
        assert(question_clean(question, value.data, value.length, NULL, &again) ==
               fault);
        assert(value.length == again.length &&
               memcmp(value.data, again.data, value.length) == 0);
    }
    str_finish(&value);
    str_finish(&again);
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    static const struct question_option options[] = { { 3, "AAA" },
                                                      { 12, "3" },
                                                      { 4, NULL } };
    if (length == 0)
        return 0;
    struct question question = {
        .id = 1,
        .type = (enum question_type)(bytes[0] % QUESTION_TYPE_COUNT),
        .required = bytes[0] & 0x80,
        .asked = true,
        .options = options,
        .option_count = 3,
        .number_min = "-3.5",
        .date_max = "2026-06-01",
        .datetime_min = "2020-01-01T00:00:00Z",
        .length_max = 40,
    };
    check(&question, (const char *)bytes + 1, length - 1);
    return 0;
}
