#ifndef YUELAI_TESTS_JUDGING_H
#define YUELAI_TESTS_JUDGING_H

/* judging: what the tests of admit share. Included by one test program each. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ticket/admit.h"

enum { NOW = 1000000, EARLIER = NOW - 1, LATER = NOW + 1 };

/* A paid ticket, never seen before, at a door that does this. */
static inline struct admit_facts
good_at(enum role_work work, bool from_server)
{
    return (struct admit_facts){ .code = ADMIT_CODE_TICKET,
                                 .from_server = from_server,
                                 .list = ADMIT_LIST_TAKES,
                                 .direction = ROLE_ENTRY,
                                 .work = work,
                                 .now_ms = NOW };
}

static inline struct admit_answer
answer_to(const struct admit_facts *facts)
{
    struct admit_answer answer;
    admit(facts, &answer);
    return answer;
}

#endif
