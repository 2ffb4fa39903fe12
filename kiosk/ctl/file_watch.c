#include "ctl/file_watch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "str.h"

enum { SETTLE_MS = 40 };

struct file_watch {
    const struct loop *loop;
    int fd;
    struct loop_watch *reading;
    struct loop_timer *settled;
    loop_fn *changed;
    void *self;
    char name[NAME_MAX + 1];
};

static void
tell(void *self)
{
    struct file_watch *watch = self;
    watch->changed(watch->self);
}

/* Events of the whole directory; those that were lost (IN_Q_OVERFLOW) may have been
 * ours.
 */
static bool
is_ours(const struct file_watch *watch, const struct inotify_event *event)
{
    return event->mask & IN_Q_OVERFLOW ||
           (event->len > 0 && strcmp(event->name, watch->name) == 0);
}

static void
on_events(int fd, int events, void *self)
{
    struct file_watch *watch = self;
    union {
        struct inotify_event align;
        char bytes[4096];
    } room;
    ssize_t got;
    (void)events;
    while ((got = read(fd, room.bytes, sizeof room.bytes)) > 0) {
        const struct inotify_event *event;
        for (ssize_t at = 0; at < got; at += (ssize_t)(sizeof *event + event->len)) {
            event = (const void *)(room.bytes + at);
            if (is_ours(watch, event))
                loop_timer_arm(watch->loop, watch->settled, SETTLE_MS);
        }
    }
}

/* Its directory is in `place`, which is cut there. */
static bool
split(struct file_watch *watch, char *place, struct err *err)
{
    char *slash = strrchr(place, '/');
    if (!str_copy(watch->name, sizeof watch->name, slash + 1))
        return err_set(err, ERR_LIMIT, "%s: its name is too long", place);
    slash[slash == place] = '\0';
    return true;
}

bool
file_watch_create(const struct loop *loop, const char *path, loop_fn *changed,
                  void *self, struct file_watch **watch, struct err *err)
{
    char *place = realpath(path, NULL);
    if (!place)
        return err_set(err, errno == ENOENT ? ERR_ABSENT : ERR_IO, "%s: %s", path,
                       strerror(errno));
    struct file_watch *made = calloc(1, sizeof *made);
    if (!made) {
        free(place);
        return err_no_memory(err);
    }
    made->loop = loop;
    made->changed = changed;
    made->self = self;
    made->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    bool ok = split(made, place, err);
    if (ok && (made->fd < 0 ||
               inotify_add_watch(made->fd, place, IN_CLOSE_WRITE | IN_MOVED_TO) < 0))
        ok = err_set(err, ERR_IO, "%s: cannot be watched: %s", place, strerror(errno));
    free(place);
    if (ok) {
        made->settled = loop_timer_create(loop, tell, made);
        made->reading = loop_watch(loop, made->fd, LOOP_READ, on_events, made);
        ok = (made->settled && made->reading) || err_no_memory(err);
    }
    if (!ok) {
        file_watch_destroy(made);
        return false;
    }
    *watch = made;
    return true;
}

void
file_watch_destroy(struct file_watch *watch)
{
    if (!watch)
        return;
    loop_unwatch(watch->loop, watch->reading);
    loop_timer_destroy(watch->loop, watch->settled);
    if (watch->fd >= 0)
        close(watch->fd);
    free(watch);
}
