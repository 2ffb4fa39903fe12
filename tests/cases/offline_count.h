#ifndef YUELAI_OFFLINE_COUNT_H
#define YUELAI_OFFLINE_COUNT_H

/* offline_count: what a case asks of a station beside verdicts: what waits for upload, who
 * is found by a search, how many are in. Each takes a step and compares with its `expect`. */

#include "offline_scene.h"
#include "store/roster.h"

/* True if the ticket has entered by that list. */
bool offline_has_entry(struct offline_scene *scene, const struct list *list,
                       const struct ticket *ticket);
/* Check-ins that wait for upload. */
int64_t offline_queued(struct offline_scene *scene);

void offline_queue_count(struct offline_scene *scene, const struct json *step,
                         struct cases_result *result);
/* queue_last_type, queue_last_secret, queue_last_answers: the step's `op` says which. */
void offline_queue_last(struct offline_scene *scene, const struct json *step,
                        struct cases_result *result);
void offline_checkin_count(struct offline_scene *scene, const struct json *step,
                           struct cases_result *result);
void offline_search(struct offline_scene *scene, const struct json *step,
                    struct cases_result *result);
void offline_status(struct offline_scene *scene, const struct json *step,
                    struct cases_result *result);

#endif
