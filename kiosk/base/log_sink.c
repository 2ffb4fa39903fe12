#include "base/log_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "str.h"

const char log_level_words[] = "error warning notice info debug";

enum { LINE_MAX_BYTES = LOG_LINE_MAX + 128 };

/* systemd says which device and inode its journal's socket is; a descriptor that was
 * redirected since is another. */
static bool
is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat stat;
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(fd, &stat) == 0 && stat.st_dev == device && stat.st_ino == inode;
}

static int
format_for_people(const struct log_sink *sink, enum log_level level, const char *module,
                  const char *text, char line[LINE_MAX_BYTES])
{
    struct timespec now;
    struct tm local;
    const char *colour = "", *plain = "";
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    if (sink->coloured && level != LOG_LEVEL_INFO) {
        plain = "\x1b[0m";
        colour = level <= LOG_LEVEL_ERROR     ? "\x1b[1;31m"
                 : level == LOG_LEVEL_WARNING ? "\x1b[33m"
                 : level == LOG_LEVEL_NOTICE  ? "\x1b[1m"
                                              : "\x1b[2m";
    }
    return snprintf(line, LINE_MAX_BYTES, "%02d:%02d:%02d.%03d %s%-8.32s %s%s\n",
                    local.tm_hour, local.tm_min, local.tm_sec,
                    (int)(now.tv_nsec / 1000000), colour, module, text, plain);
}

static void
write_line(enum log_level level, const char *module, const char *text, void *self)
{
    struct log_sink *sink = self;
    char line[LINE_MAX_BYTES];
    int length = sink->for_people ? format_for_people(sink, level, module, text, line)
                                  : snprintf(line, sizeof line, "<%d>%.32s: %s\n",
                                             (int)level, module, text);
    pthread_mutex_lock(&sink->lock);
    fd_write(sink->fd, line, (size_t)length);
    pthread_mutex_unlock(&sink->lock);
}

void
log_sink_init(struct log_sink *sink, int fd, enum log_level threshold)
{
    const char *no_colour = getenv("NO_COLOR");
    *sink = (struct log_sink){
        .log = { .write = write_line, .self = sink, .threshold = threshold },
        .fd = fd,
        .for_people = isatty(fd) && !is_journal(fd),
    };
    sink->coloured = sink->for_people && !(no_colour && no_colour[0]);
    pthread_mutex_init(&sink->lock, NULL);
}

void
log_sink_finish(struct log_sink *sink)
{
    pthread_mutex_destroy(&sink->lock);
}

void
log_sink_set_level(struct log_sink *sink, enum log_level threshold)
{
    __atomic_store_n(&sink->log.threshold, threshold, __ATOMIC_RELAXED);
}
