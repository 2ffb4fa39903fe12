#ifndef YUELAI_DEMO_EVENT_H
#define YUELAI_DEMO_EVENT_H

/* demo_event: the talent exchange conference that demo, tests and benches check in.
 *
 *     templates/demo  ->  DIR/guests.csv   one guest a row, as an organiser exports
 * them DIR/lists.csv    the main entrance and 13 sub-events
 *
 * 3,500 guests of 50 countries by default; any number for benches. The same setting
 * writes the same bytes. Sizes: about 160 bytes a guest. */

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define DEMO_EVENT_SLUG "citec"
#define DEMO_EVENT_ZONE "Asia/Shanghai"
#define DEMO_EVENT_NAME "悦来人才交流大会 · Yuelai Talent Exchange Conference"

struct demo_event_setting {
    unsigned guests; /* 0: 3,500 */
    uint64_t seed;
    const char *date;     /* of the first day, "2026-11-25" */
    const char *data_dir; /* NULL: templates/demo of the source tree */
};

/* Makes DIR if it is not there. */
bool demo_event_write(const struct demo_event_setting *setting, const char *dir,
                      struct err *err);

#endif
