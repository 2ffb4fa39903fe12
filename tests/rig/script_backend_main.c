/* script-backend: a CUPS backend and its printer that do what a script says; the tests'
 * own. As ROOT/bin/backend/script, for script:/DIR.
 *
 *     DIR/script   read anew by each run; without it: take all, paper
 *         take all|N     reads the document, or N bytes of it
 *         paper          a label comes out
 *         say TEXT       a line to cupsd: "say STATE: +media-empty-error"
 *         wait NAME      until DIR/NAME is there
 *         sleep MS
 *         hang           until it is told to end
 *         die N          at once, by that signal
 *         exit N
 *     DIR/paper    what came out: a line each, the job's name; what is counted
 *     DIR/log      what happened, with monotonic milliseconds
 *
 * Told to end (SIGTERM) it ends with 0, as CUPS' own do. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "str.h"

static const char *dir, *job, *name;

/* One line, whole, whoever else writes there. */
static void
add_line(const char *file, const char *line)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, line, strlen(line)) < 0)
        fprintf(stderr, "ERROR: %s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void
note(const char *what)
{
    char line[512];
    snprintf(line, sizeof line, "%" PRId64 " %s %s %s\n", clock_mono_ms(&clock_system),
             job, name, what);
    add_line("log", line);
}

static void
told_to_end(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

static void
take(const char *much)
{
    char piece[65536];
    size_t left = strcmp(much, "all") == 0 ? SIZE_MAX : strtoul(much, NULL, 10);
    while (left > 0) {
        ssize_t n =
            read(STDIN_FILENO, piece, left < sizeof piece ? left : sizeof piece);
        if (n <= 0)
            return;
        left -= (size_t)n;
    }
}

static void
wait_for(const char *file)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    while (access(path, F_OK) != 0)
        poll(NULL, 0, 10);
}

static void
paper(void)
{
    char line[256];
    snprintf(line, sizeof line, "%s\n", name);
    add_line("paper", line);
}

static void
obey(char *line)
{
    line[strcspn(line, "\n")] = '\0';
    char *rest = line + strcspn(line, " ");
    if (*rest)
        *rest++ = '\0';
    note(line);
    if (strcmp(line, "take") == 0)
        take(rest);
    else if (strcmp(line, "paper") == 0)
        paper();
    else if (strcmp(line, "say") == 0)
        fprintf(stderr, "%s\n", rest);
    else if (strcmp(line, "wait") == 0)
        wait_for(rest);
    else if (strcmp(line, "sleep") == 0)
        poll(NULL, 0, (int)strtol(rest, NULL, 10));
    else if (strcmp(line, "hang") == 0)
        poll(NULL, 0, -1);
    else if (strcmp(line, "die") == 0)
        raise((int)strtol(rest, NULL, 10));
    else if (strcmp(line, "exit") == 0)
        exit((int)strtol(rest, NULL, 10));
}

int
main(int argc, char **argv)
{
    char path[512], line[256];
    const char *uri = getenv("DEVICE_URI");
    if (argc == 1) {
        puts("direct script \"Unknown\" \"Does what a script says\" \"\"");
        return 0;
    }
    if (argc < 6 || !uri || !str_starts(uri, "script:"))
        return 1;
    dir = uri + strlen("script:");
    job = argv[1];
    name = argv[3];
    signal(SIGTERM, told_to_end);
    if (argc == 7 && !freopen(argv[6], "r", stdin))
        return 1;
    note("start");
    snprintf(path, sizeof path, "%s/script", dir);
    FILE *script = fopen(path, "re");
    if (!script) {
        take("all");
        paper();
    }
    while (script && fgets(line, sizeof line, script))
        obey(line);
    note("end");
    return 0;
}
