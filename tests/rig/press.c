#include "press.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "str.h"

/* ---- a driver, asked by hand ------------------------------------------------ */

static void
to_stderr(enum log_level level, const char *module, const char *text, void *self)
{
    (void)self;
    fprintf(stderr, "<%d>%s: %s\n", (int)level, module, text);
}

bool
press_open(struct press *press, const struct printer_driver *driver, const char *uri,
           const char *server, struct err *err)
{
    *press = (struct press){ .driver = driver,
                             .log = { to_stderr, NULL, LOG_LEVEL_WARNING } };
    if (!loop_real_create(&press->loop, err) ||
        !task_real_create(loop_real_door(press->loop), &press->task, err))
        return false;
    struct printer_setting setting = { .uri = uri,
                                       .server = server,
                                       .user = "kiosk",
                                       .task = task_real_door(press->task),
                                       .clock = &clock_system,
                                       .log = &press->log };
    press->printer = driver->open(&setting, err);
    return press->printer != NULL;
}

void
press_close(struct press *press)
{
    if (press->printer)
        press->driver->close(press->printer);
    task_real_destroy(press->task);
    loop_real_destroy(press->loop);
}

static void
done(struct printer_request *request)
{
    loop_real_stop(request->owner);
}

int64_t
press_ask(struct press *press, struct printer_request *request)
{
    int64_t start = clock_mono_ms(&clock_system);
    request->done = done;
    request->owner = press->loop;
    press->driver->start(press->printer, request);
    loop_real_run(press->loop);
    return clock_mono_ms(&clock_system) - start;
}

static void
time_is_up(void *self)
{
    loop_real_stop(self);
}

void
press_wait(struct press *press, int64_t ms)
{
    const struct loop *loop = loop_real_door(press->loop);
    struct loop_timer *timer = loop_timer_create(loop, time_is_up, press->loop);
    loop_timer_arm(loop, timer, ms);
    loop_real_run(press->loop);
    loop_timer_destroy(loop, timer);
}

/* ---- the room --------------------------------------------------------------- */

bool
press_shell(const char *format, ...)
{
    char command[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

bool
press_room_open(struct press_room *room, const char *printers)
{
    str_copy(room->root, sizeof room->root, "/tmp/yl-XXXXXX");
    if (!mkdtemp(room->root))
        return false;
    snprintf(room->server, sizeof room->server, "%s/cups.sock", room->root);
    return press_shell(SOURCE_DIR "/tests/rig/printers start %s " BINARY_DIR " %s",
                       room->root, printers);
}

void
press_room_close(struct press_room *room)
{
    press_shell(SOURCE_DIR "/tests/rig/printers stop %s", room->root);
    if (!getenv("PRESS_KEEP"))
        press_shell("rm -rf %s 2>/dev/null || { sleep 0.3; rm -rf %s; }", room->root,
                    room->root);
}

bool
press_room_cupsd(const struct press_room *room, const char *what)
{
    if (what[0] == '-')
        return press_shell("kill %s $(cat %s/cupsd.pid)", what, room->root);
    return press_shell(SOURCE_DIR "/tests/rig/cupsd %s %s", what, room->root);
}

bool
press_room_control(const struct press_room *room, const char *name, const char *lines)
{
    char path[256], aside[300];
    snprintf(path, sizeof path, "%s/%s/control", room->root, name);
    snprintf(aside, sizeof aside, "%s.hand", path);
    FILE *file = fopen(aside, "w");
    if (!file)
        return false;
    fputs(lines, file);
    return fclose(file) == 0 && rename(aside, path) == 0;
}

int
press_room_count(const struct press_room *room, const char *name, const char *ending)
{
    char path[256];
    int count = 0;
    snprintf(path, sizeof path, "%s/%s", room->root, name);
    DIR *dir = opendir(path);
    if (!dir)
        return 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        size_t length = strlen(entry->d_name), tail = strlen(ending);
        count += entry->d_name[0] != '.' && length > tail &&
                 strcmp(entry->d_name + length - tail, ending) == 0;
    }
    closedir(dir);
    return count;
}

bool
press_room_wait(const struct press_room *room, const char *name, const char *ending,
                int count)
{
    for (int i = 0; i < 1000; i++) {
        if (press_room_count(room, name, ending) >= count)
            return true;
        nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
    }
    return false;
}
