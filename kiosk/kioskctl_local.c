#include "kioskctl_local.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/loop_real.h"
#include "base/task_real.h"
#include "clock.h"
#include "desk/pin.h"
#include "encoder.h"
#include "print/preflight_run.h"
#include "random.h"
#include "setup.h"
#include "setup_drawing.h"
#include "store/db.h"
#include "store/seal.h"

/* What a command has here: a loop of its own, the store (or not even that), and no
 * devices. */
struct workshop {
    struct loop_real *loop;
    struct task_real *task;
    struct seal *seal;
    struct db *db;
    struct pin *pin;
    struct log log;
    struct command_parts parts;
    struct setup_drawing drawing;
    struct preflight_run *preflight;
    struct command_request request;
    struct json *root;
    ask_line_fn *line;
    void *self;
    bool ended, stopped;
};

bool
local_open(const char *path, struct local *local, struct err *err)
{
    struct err wrong;
    *local = (struct local){ 0 };
    local->wrong = !setup_read(path, &local->setup, NULL, &wrong);
    if (local->wrong)
        local->why = wrong;
    if (!local->setup)
        return err_no_memory(err);
    if (path && local->setup->unread) { /* the usual socket may be another station's */
        *err = wrong;
        local_close(local);
        return false;
    }
    local->socket = local->setup->socket;
    return true;
}

void
local_close(struct local *local)
{
    setup_free(local->setup);
}

/* What goes wrong is in the answer; nobody reads a log at a terminal. */
static void
write_nothing(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level;
    (void)module;
    (void)text;
    (void)self;
}

static void
hand_line(struct command_request *request, const char *line, size_t length, bool last)
{
    struct workshop *workshop = request->transport;
    workshop->line(line, length, workshop->self);
    if (last) {
        workshop->ended = true;
        loop_real_stop(workshop->loop);
    }
}

bool
local_hand_over(const struct local *local, const struct words *words, struct err *err)
{
    struct stat owner, dir;
    bool ours = words->made_directory && geteuid() == 0;
    for (unsigned slot = 0; ours && slot < COMMAND_FILES_MAX; slot++) {
        int fd = words->files[slot];
        if (fd >= 0 && fstat(fd, &dir) == 0 && S_ISDIR(dir.st_mode) &&
            stat(local->setup->data, &owner) == 0 &&
            fchown(fd, owner.st_uid, owner.st_gid) != 0)
            return err_set(err, ERR_IO,
                           "the new directory cannot be given to user %u: %s",
                           (unsigned)owner.st_uid, strerror(errno));
    }
    return true;
}

/* Files that root made, kioskd could not open: root works here as whom the data belong
 * to. The files that were named are open already. Only the saved user stays root: a
 * program that is started loses that too. */
static bool
become_owner(const char *data, struct err *err)
{
    struct stat owner;
    umask(0077);
    if (geteuid() != 0 || stat(data, &owner) != 0 || owner.st_uid == 0)
        return true;
    if (setgroups(0, NULL) != 0 || setgid(owner.st_gid) != 0 ||
        setresuid(owner.st_uid, owner.st_uid, 0) != 0)
        return err_set(err, ERR_IO, "cannot become user %u, who owns %s: %s",
                       (unsigned)owner.st_uid, data, strerror(errno));
    return true;
}

/* For what is left to do beside the words' files. */
static void
become_root_again(unsigned who)
{
    if (who == 0 && geteuid() != 0 && seteuid(0) != 0)
        fprintf(stderr, "kioskctl: %s\n", strerror(errno));
}

static bool
open_workshop(struct workshop *workshop, struct err *err)
{
    workshop->log =
        (struct log){ .write = write_nothing, .threshold = LOG_LEVEL_ERROR };
    return loop_real_create(&workshop->loop, err) &&
           task_real_create(loop_real_door(workshop->loop), &workshop->task, err);
}

static bool
open_store(struct workshop *workshop, const struct setup *setup, struct err *err)
{
    if (!setup_make_parent(setup->key, err) ||
        !seal_open(setup->key, true, &workshop->seal, err))
        return false;
    struct db_setting db = { .dir = setup->data,
                             .seal = workshop->seal,
                             .clock = &clock_system,
                             .random = &random_system,
                             .log = &workshop->log };
    if (!db_open(&db, &workshop->db, err))
        return false;
    struct pin_setting pin = { .db = workshop->db,
                               .loop = loop_real_door(workshop->loop),
                               .clock = &clock_system,
                               .random = &random_system,
                               .log = &workshop->log,
                               .task = task_real_door(workshop->task) };
    return pin_create(&pin, &workshop->pin, err);
}

static void
close_workshop(struct workshop *workshop)
{
    json_free(workshop->root);
    preflight_run_destroy(workshop->preflight);
    pin_destroy(workshop->pin);
    db_close(workshop->db);
    seal_close(workshop->seal);
    task_real_destroy(workshop->task);
    loop_real_destroy(workshop->loop);
}

static bool
fill_parts(struct workshop *workshop, const struct setup *setup, struct err *err)
{
    const struct preflight_means with = { .db = workshop->db,
                                          .easel = { .loop =
                                                         loop_real_door(workshop->loop),
                                                     .clock = &clock_system,
                                                     .log = &workshop->log } };
    const struct preflight_run_setting run = { .means = &workshop->drawing.means };
    if (!setup_draw(setup, &with, &workshop->drawing, err) ||
        !preflight_run_create(&run, &workshop->preflight, err))
        return false;
    workshop->parts = (struct command_parts){
        .db = workshop->db,
        .seal = workshop->seal,
        .pin = workshop->pin,
        .loop = loop_real_door(workshop->loop),
        .task = task_real_door(workshop->task),
        .clock = &clock_system,
        .random = &random_system,
        .log = &workshop->log,
        .station = setup->station,
        .station_name = setup->station_name,
        .zone = setup->zone,
        .helper = setup->helper,
        .profiles = setup->profiles,
        .drawing = &workshop->drawing.means,
        .preflight = workshop->preflight,
        .kinds = setup->kinds,
        .kind_count = &setup->kind_count,
        .role = &setup->role,
        .pdf = &encode_pdf1,
    };
    return true;
}

static bool
read_request(struct workshop *workshop, const struct words *words, struct err *err)
{
    if (!json_parse(words->request.data, words->request.length, &workshop->root, err))
        return false;
    workshop->request = (struct command_request){
        .parts = &workshop->parts,
        .command = words->command,
        .args = json_member(workshop->root, "args"),
        .line = hand_line,
        .transport = workshop,
    };
    memcpy(workshop->request.files, words->files, sizeof words->files);
    return true;
}

static void
work(struct workshop *workshop, unsigned who)
{
    snprintf(workshop->request.who, sizeof workshop->request.who, "uid:%u", who);
    command_run(&workshop->request);
    if (!workshop->ended)
        loop_real_run(workshop->loop);
}

bool
local_run(struct local *local, struct words *words, ask_line_fn *line, void *self,
          struct err *err)
{
    struct workshop workshop = { .line = line, .self = self };
    unsigned who = getuid();
    if (local->wrong) {
        *err = local->why;
        return false;
    }
    bool ok =
        (!words->command->draws || setup_load_printers(local->setup, NULL, err)) &&
        become_owner(local->setup->data, err) && open_workshop(&workshop, err) &&
        open_store(&workshop, local->setup, err) &&
        read_request(&workshop, words, err) && fill_parts(&workshop, local->setup, err);
    if (ok)
        work(&workshop, who);
    close_workshop(&workshop);
    become_root_again(who);
    return ok;
}

/* ---- alone ------------------------------------------------------------------------
 */

static void
on_signal(int signal_number, void *self)
{
    struct workshop *workshop = self;
    (void)signal_number;
    if (workshop->ended)
        return;
    if (workshop->request.cancel)
        workshop->request.cancel(&workshop->request);
    workshop->ended = workshop->stopped = true;
    loop_real_stop(workshop->loop);
}

/* Where a person's programs keep what they can make anew; what fonts there are is kept
 * there too, which saves most of a second. */
static bool
find_cache(char *path, size_t size, struct err *err)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length;
    if (cache && cache[0] == '/')
        length = snprintf(path, size, "%s/yuelai/designs", cache);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.cache/yuelai/designs", home);
    else
        return err_set(err, ERR_INPUT, "HOME is not set: nowhere to keep a cache");
    if (length >= (int)size)
        return err_set(err, ERR_LIMIT, "the path of the cache is over %zu bytes", size);
    return setup_make_parent(path, err);
}

/* A mistake in the configuration is no matter to who draws a design, but its printers
 * must be right for who draws their badges. */
static bool
is_usable(struct local *local, const struct command *command, struct err *err)
{
    if (!command->draws)
        return true;
    if (!local->wrong)
        return setup_load_printers(local->setup, NULL, err);
    *err = local->why;
    return false;
}

bool
local_run_alone(struct local *local, struct words *words, ask_line_fn *line, void *self,
                bool *stopped, struct err *err)
{
    struct workshop workshop = { .line = line, .self = self };
    umask(0077);
    bool ok = is_usable(local, words->command, err) && open_workshop(&workshop, err) &&
              read_request(&workshop, words, err) &&
              fill_parts(&workshop, local->setup, err) &&
              find_cache(workshop.drawing.cache, sizeof workshop.drawing.cache, err) &&
              loop_real_on_signal(workshop.loop, SIGINT, on_signal, &workshop, err) &&
              loop_real_on_signal(workshop.loop, SIGTERM, on_signal, &workshop, err);
    if (ok)
        work(&workshop, getuid());
    *stopped = workshop.stopped;
    close_workshop(&workshop);
    return ok;
}
