#ifndef YUELAI_SCREEN_API_H
#define YUELAI_SCREEN_API_H

/* api: which address of the page means what. Between web (HTTP, no guests) and the
 * surfaces (guests, no HTTP).
 *
 *     /api/guest/events                the guests' surface
 *     /api/guest/choose   {exit}       stay {}   done {}   badge {came_out}   language {lang}
 *     /api/guest/answer   {question, text}
 *     /api/staff/people   {}           names to choose from, and whether there is a corner
 *     /api/staff/login    {name, pin}  opens a session: cookie
 *     /api/staff/events                that session's surface
 *     /api/staff/logout   {}           stay {}: somebody is still there
 *     /api/staff/ACT      {…}          staffview.h
 *
 * Every POST has boot and seq of the state it answers (but for people and login, which
 * answer none). An answer to a screen that is gone: 409, and nothing happens. */

#include <stdbool.h>

#include "base/feed.h"
#include "err.h"
#include "log.h"
#include "screen/guest.h"
#include "screen/staffview.h"
#include "screen/web.h"

struct api;
struct pin;

struct api_setting {
    struct guest *guest;
    struct pin *pin; /* NULL = no staff's corner */
    struct staffview_setting staff; /* .last is set by api; unused without pin */
    struct feed *feed;
    const struct loop *loop;
    const struct log *log;
};

bool api_create(const struct api_setting *setting, struct api **api, struct err *err);
/* Before pin_destroy, and after web_destroy. Takes NULL. */
void api_destroy(struct api *api);

struct web_routes api_routes(struct api *api);

/* Something that staff see is another, and the feed does not say so. */
void api_poke(struct api *api);

/* A scanned code, taken if it is an enrolment's and staff await one: true. */
bool api_take_code(struct api *api, const char *text, size_t length);

/* The array that staff's languages were given in holds `count` others now. */
void api_set_language_count(struct api *api, unsigned count);

/* The server whose streams end with a session; NULL before it is destroyed. */
void api_attach(struct api *api, struct web *web);

#endif
