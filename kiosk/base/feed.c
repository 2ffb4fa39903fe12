#include "base/feed.h"

#include <assert.h>

void
feed_init(struct feed *feed)
{
    *feed = (struct feed){ 0 };
}

void
feed_listen(struct feed *feed, unsigned topics, feed_fn *call, void *self)
{
    assert(feed->count < FEED_LISTENERS_MAX);
    assert(topics != 0 && topics >> FEED_TOPIC_COUNT == 0);
    feed->listeners[feed->count].topics = topics;
    feed->listeners[feed->count].call = call;
    feed->listeners[feed->count].self = self;
    feed->count++;
}

void
feed_unlisten(struct feed *feed, void *self)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < feed->count; i++) {
        if (feed->listeners[i].self != self)
            feed->listeners[kept++] = feed->listeners[i];
    }
    feed->count = kept;
}

void
feed_publish(const struct feed *feed, enum feed_topic topic, const void *what)
{
    for (unsigned i = 0; i < feed->count; i++) {
        if (feed->listeners[i].topics & 1u << topic)
            feed->listeners[i].call(topic, what, feed->listeners[i].self);
    }
}
