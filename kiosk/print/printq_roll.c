#include "print/printq_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/settings.h"

/* Labels on the rolls. The number is written with the step that took them (PRINTED,
 * UNCERTAIN), in its transaction: a restart neither forgets a label nor counts it
 * twice.
 *
 *     printer.roll.NAME     labels that are left
 */

static void
name_key(const struct printq_lane *lane, char key[96])
{
    snprintf(key, 96, "printer.roll.%s", lane->spec.name);
}

/* A roll that nothing is known of is a new one. */
void
printq_roll_open(struct printq_lane *lane)
{
    char key[96];
    struct err err = { 0 };
    int64_t left = -1;
    name_key(lane, key);
    if (!settings_get_int(lane->printq->set.db, key, -1, &left, &err))
        log_error(lane->printq->set.log, "printq", "printer=%s: %s", lane->spec.name,
                  err.text);
    if (left < 0 || left > SUPPLY_LABELS_MAX)
        left = lane->spec.roll > 0 ? lane->spec.roll : -1;
    lane->supply.warn_at = lane->spec.warn_at;
    if (left >= 0)
        supply_fill(&lane->supply, (int32_t)left);
}

static bool
keep(const struct printq_lane *lane, int32_t left, struct err *err)
{
    char key[96];
    name_key(lane, key);
    return settings_set_int(lane->printq->set.db, key, left, err);
}

static struct printq_lane *
lane_of(struct printq *printq, const struct spool_job *job)
{
    for (unsigned i = 0; i < printq->count; i++) {
        struct printq_lane *lane = &printq->lanes[i];
        if (!lane->gone && strcmp(lane->spec.name, job->printer) == 0)
            return lane;
    }
    return NULL;
}

bool
printq_roll_write(struct printq *printq, const struct spool_job *job,
                  enum spool_state to, struct err *err)
{
    const struct printq_lane *lane = lane_of(printq, job);
    if ((to != SPOOL_PRINTED && to != SPOOL_UNCERTAIN) || !lane ||
        !lane->supply.counted)
        return true;
    return keep(lane, supply_left_after(&lane->supply, printq_labels_of(job)), err);
}

static void
take(struct printq_lane *lane, int32_t labels)
{
    bool low = supply_took(&lane->supply, labels, printq_mono_ms(lane->printq));
    if (low)
        log_warning(lane->printq->set.log, "printq",
                    "printer=%s roll=low labels=%" PRId32, lane->spec.name,
                    lane->supply.left);
}

void
printq_roll_took(struct printq *printq, const struct spool_job *job,
                 enum spool_state to)
{
    struct printq_lane *lane = lane_of(printq, job);
    if (lane && (to == SPOOL_PRINTED || to == SPOOL_UNCERTAIN))
        take(lane, printq_labels_of(job));
}

/* Of what is in no row, or in one that is void: a label may be gone all the same. */
void
printq_roll_spend(struct printq_lane *lane, int32_t labels)
{
    struct err err;
    take(lane, labels);
    if (lane->supply.counted && !keep(lane, lane->supply.left, &err))
        log_error(lane->printq->set.log, "printq", "printer=%s roll not written: %s",
                  lane->spec.name, err.text);
}

bool
printq_roll_fill(struct printq_lane *lane, int64_t labels, struct err *err)
{
    if (labels == 0)
        labels = lane->spec.roll;
    if (labels <= 0 || labels > SUPPLY_LABELS_MAX)
        return err_set(err, ERR_INPUT,
                       labels == 0
                           ? "printer \"%s\": say how many labels are on the roll, or "
                             "set roll in its section of the configuration"
                           : "printer \"%s\": want 1 to 100000 labels on a roll",
                       lane->spec.name);
    if (!keep(lane, (int32_t)labels, err))
        return false;
    supply_fill(&lane->supply, (int32_t)labels);
    log_info(lane->printq->set.log, "printq", "printer=%s roll=new labels=%" PRId64,
             lane->spec.name, labels);
    printq_lane_tell(lane);
    return true;
}

void
printq_roll_status(const struct printq_lane *lane, struct printq_status *status)
{
    int64_t now_ms = printq_mono_ms(lane->printq), minutes = 0;
    struct printq_roll *roll = &status->roll;
    roll->labels = lane->spec.roll;
    roll->counted = lane->supply.counted;
    roll->left = lane->supply.left;
    roll->low = supply_is_low(&lane->supply);
    roll->has_end = supply_minutes(&lane->supply, now_ms, &minutes);
    roll->minutes = minutes;
}
