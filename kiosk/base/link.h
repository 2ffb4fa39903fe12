#ifndef YUELAI_LINK_H
#define YUELAI_LINK_H

/* link: is the server there? What FEED_LINK carries. Published by sync at each change;
 * a station without a server never publishes it. */

#include <stdbool.h>
#include <stdint.h>

struct link_status {
    bool up; /* the last exchange came through */
    int64_t since_ms; /* UTC: since when it is so */
};

#endif
