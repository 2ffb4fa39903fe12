#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/zone.h"
#include "desk/import_inside.h"
#include "store/db.h"
#include "store/settings.h"
#include "str.h"

/* How an import begins and ends: its setting checked, its lock taken, its parts made.
 */

struct find_event {
    struct event found;
    unsigned count;
};

static bool
note_event(const struct event *event, void *self)
{
    struct find_event *find = self;
    if (strcmp(event->source, "csv") == 0) {
        find->found = *event;
        find->count++;
    }
    return true;
}

/* What the roster has of the event, and what is said of it. */
static bool
choose_event(struct import *import, const struct import_setting *setting,
             struct event *event, struct err *err)
{
    struct find_event find = { .count = 0 };
    const char *slug = setting->event;
    bool found;
    if (!slug) {
        if (!roster_each_event(import->db, note_event, &find, err))
            return false;
        if (find.count > 1)
            return err_set(err, ERR_INPUT, "event: there are %u of them: say which",
                           find.count);
        slug = find.count ? find.found.slug : "event";
    }
    size_t length = strlen(slug);
    if (length == 0 || length > ROSTER_KEY_MAX || strpbrk(slug, "/, \t"))
        return err_set(err, ERR_INPUT,
                       "event: want a short word, without / and blanks");
    *event = (struct event){ .id = 0 };
    if (!roster_event(import->db, slug, &found, event, err))
        return false;
    if (found && strcmp(event->source, "csv") != 0)
        return err_set(err, ERR_INPUT,
                       "event %s comes from %s: it is not changed by tables", slug,
                       event->source);
    str_copy(event->slug, sizeof event->slug, slug);
    str_copy(event->source, sizeof event->source, "csv");
    if (setting->event_name || !found)
        str_copy(event->name, sizeof event->name,
                 setting->event_name ? setting->event_name : slug);
    if (setting->zone && !str_copy(event->zone, sizeof event->zone, setting->zone))
        return err_set(err, ERR_INPUT, "zone: want a name like Asia/Shanghai");
    return true;
}

static bool
choose_table(struct import_job *job, const struct import_setting *setting,
             struct err *err)
{
    const char *separator = setting->separator;
    job->key_said = setting->key != NULL;
    if (setting->key && !import_key_named(setting->key, &job->key))
        return err_set(err, ERR_INPUT,
                       "key \"%.40s\": want code, email, number or person",
                       setting->key);
    if (separator && (strlen(separator) != 1 || !strchr(",;\t|", separator[0])))
        return err_set(err, ERR_INPUT, "separator: want , or ; or a tab or |");
    job->separator = separator ? separator[0] : '\0';
    job->encoding = setting->encoding ? strdup(setting->encoding) : NULL;
    job->map = setting->map ? strdup(setting->map) : NULL;
    if ((setting->encoding && !job->encoding) || (setting->map && !job->map))
        return err_no_memory(err);
    job->guests_fd = setting->guests_fd;
    job->lists_fd = setting->lists_fd;
    if (job->guests_fd < 0 && job->lists_fd < 0)
        return err_set(err, ERR_INPUT,
                       "import: want a table of guests, of lists, or both");
    return true;
}

/* One import at a time: a lock on a file, for this process and others. */
static bool
take_lock(struct import *import, struct err *err)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/imports", import->dir);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    snprintf(path, sizeof path, "%s/imports/lock", import->dir);
    import->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (import->lock_fd < 0)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (flock(import->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return err_set(err, ERR_BUSY, "an import is under way: wait until it is done");
    return true;
}

static bool
make_loop_parts(struct import *import, struct err *err)
{
    if (!import->loop)
        return true;
    import->lane = task_open(import->task, "import");
    import->timer = loop_timer_create(import->loop, import_slice, import);
    import->teller = loop_timer_create(import->loop, import_tell_again, import);
    if (!import->lane || !import->timer || !import->teller)
        return err_no_memory(err);
    loop_timer_arm(import->loop, import->teller, IMPORT_TELL_MS);
    return true;
}

static struct import *
make(const struct import_setting *setting, const struct import_listener *listener,
     struct err *err)
{
    struct import *import = calloc(1, sizeof *import);
    if (!import) {
        err_no_memory(err);
        return NULL;
    }
    import->db = setting->db;
    import->loop = setting->loop;
    import->task = setting->task;
    import->clock = setting->clock;
    import->log = setting->log;
    import->listener = *listener;
    import->lock_fd = -1;
    import->yes = setting->yes;
    import->dir = strdup(db_dir(setting->db));
    str_copy(import->who, sizeof import->who, setting->who ? setting->who : "");
    report_init(&import->report);
    report_init(&import->job.report);
    struct import_job *job = &import->job;
    job->dir = import->dir;
    job->seal = db_seal(setting->db);
    job->random = setting->random;
    job->guests_fd = job->lists_fd = -1;
    job->result = &import->job_result;
    import->apply = (struct import_apply){ .db = import->db,
                                           .clock = import->clock,
                                           .seal = job->seal,
                                           .result = &import->result,
                                           .report = &import->report };
    bool good = import->dir ? job->seal != NULL ||
                                  err_set(err, ERR_INPUT, "import needs the key file")
                            : err_no_memory(err);
    if (good && take_lock(import, err))
        return import;
    import_destroy(import);
    return NULL;
}

static bool
launch(struct import *made, struct import **import, struct err *err)
{
    if (!make_loop_parts(made, err)) {
        import_destroy(made);
        return false;
    }
    *import = made;
    import_launch(made);
    return true;
}

bool
import_start(const struct import_setting *setting,
             const struct import_listener *listener, struct import **import,
             struct err *err)
{
    struct import *made = make(setting, listener, err);
    if (!made)
        return false;
    struct import_job *job = &made->job;
    bool good = choose_table(job, setting, err) &&
                choose_event(made, setting, &job->event.event, err) &&
                zone_open(job->event.event.zone, &made->zone, err);
    if (!good) {
        import_destroy(made);
        return false;
    }
    job->zone = made->zone;
    job->event.replace = setting->replace && setting->guests_fd >= 0;
    job->event.at_ms = clock_utc_ms(made->clock);
    str_copy(made->result.event, sizeof made->result.event, job->event.event.slug);
    made->step = STEP_READ;
    return launch(made, import, err);
}

bool
import_rebuild(const struct import_setting *setting,
               const struct import_listener *listener, struct import **import,
               struct err *err)
{
    struct import *made = make(setting, listener, err);
    if (!made)
        return false;
    if (!keep_last(made->dir, &made->last, err) ||
        (made->last == 0 &&
         !err_set(err, ERR_ABSENT, "no import is kept in %s/imports", made->dir))) {
        import_destroy(made);
        return false;
    }
    made->rebuilding = true;
    made->job.number = 1;
    made->step = STEP_APPLY;
    return launch(made, import, err);
}

bool
import_pending(struct db *db, bool *pending, struct err *err)
{
    int64_t last, applied;
    struct roster_age age;
    if (!keep_last(db_dir(db), &last, err) ||
        !settings_get_int(db, IMPORT_APPLIED, 0, &applied, err) ||
        !roster_age(db, &age, err))
        return false;
    *pending = last > 0 && (applied < last || age.complete_ms == 0);
    return true;
}

void
import_destroy(struct import *import)
{
    if (!import)
        return;
    atomic_store(&import->job.stop, true);
    if (import->loop) {
        loop_timer_destroy(import->loop, import->timer);
        loop_timer_destroy(import->loop, import->teller);
        task_close(import->task, import->lane);
    }
    if (import->lock_fd >= 0)
        close(import->lock_fd);
    import_apply_finish(&import->apply);
    report_finish(&import->report);
    report_finish(&import->job.report);
    zone_close(import->zone);
    free(import->job.encoding);
    free(import->job.map);
    free(import->dir);
    free(import);
}
