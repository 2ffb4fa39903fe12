#ifndef YUELAI_VERDICT_RULES_H
#define YUELAI_VERDICT_RULES_H

/* verdict_rules: a check-in list's rules of everyday size: products, an hour, entries of the
 * day or since noon, five minutes between two. */

#include "store/roster.h"

static const struct event servers_event = {
    .slug = "bench", .name = "Bench", .zone = "Asia/Shanghai", .source = "pretix"
};
static const struct list servers_list = { .event = "bench",
                                          .key = "main",
                                          .name = "Main",
                                          .all_kinds = true,
                                          .several_entries = true };
static const char rules[] =
    "{\"and\":[{\"inList\":[{\"var\":\"product\"},{\"objectList\":[{\"lookup\":"
    "[\"product\",\"6\",\"A\"]},{\"lookup\":[\"product\",\"7\",\"B\"]}]}]},"
    "{\"isAfter\":[{\"var\":\"now\"},{\"buildTime\":[\"customtime\",\"00:00\"]},10]},"
    "{\"or\":[{\"<\":[{\"var\":\"entries_today\"},3]},{\"<\":[{\"entries_since\":"
    "[{\"buildTime\":[\"customtime\",\"12:00\"]}]},1]}]},{\"or\":[{\"<=\":"
    "[{\"var\":\"minutes_since_last_entry\"},-1]},{\">\":"
    "[{\"var\":\"minutes_since_last_entry\"},5]}]}]}";

#endif
