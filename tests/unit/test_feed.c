#include "base/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct ear {
    char *heard; /* shared: who heard what, in order */
    char letter;
};

static void
hear(enum feed_topic topic, const void *what, void *self)
{
    struct ear *ear = self;
    size_t length = strlen(ear->heard);
    ear->heard[length] = ear->letter;
    ear->heard[length + 1] = (char)('0' + topic);
    ear->heard[length + 2] = *(const char *)what;
    ear->heard[length + 3] = '\0';
}

static void
listeners_hear_their_topics_in_the_order_they_joined(void **state)
{
    (void)state;
    struct feed feed;
    char heard[64] = "";
    struct ear a = { heard, 'a' }, b = { heard, 'b' }, c = { heard, 'c' };
    feed_init(&feed);
    feed_publish(&feed, FEED_SCAN, "-"); /* nobody is there yet */
    feed_listen(&feed, 1u << FEED_SCAN | 1u << FEED_JOB, hear, &a);
    feed_listen(&feed, 1u << FEED_JOB, hear, &b);
    feed_listen(&feed, (1u << FEED_TOPIC_COUNT) - 1, hear, &c);
    feed_publish(&feed, FEED_SCAN, "s");
    feed_publish(&feed, FEED_JOB, "j");
    feed_publish(&feed, FEED_STATION, "t");
    assert_string_equal(heard, "a0sc0sa1jb1jc1jc7t");

    heard[0] = '\0';
    feed_unlisten(&feed, &b);
    feed_unlisten(&feed, &b); /* twice is once */
    feed_publish(&feed, FEED_JOB, "j");
    assert_string_equal(heard, "a1jc1j");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(listeners_hear_their_topics_in_the_order_they_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
