#include "kioskctl_local.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/loop_real.h"
#include "base/task_real.h"
#include "clock.h"
#include "desk/pin.h"
#include "random.h"
#include "setup.h"
#include "store/db.h"
#include "store/seal.h"

/* What a command has here: a loop of its own, the store, and no devices. */
struct workshop {
    struct loop_real *loop;
    struct task_real *task;
    struct seal *seal;
    struct db *db;
    struct pin *pin;
    struct log log;
    struct command_parts parts;
    struct command_drawing drawing;
    char cache[SETUP_PATH_MAX + 1 + 8]; /* of prepared designs */
    struct command_request request;
    struct json *root;
    ask_line_fn *line;
    void *self;
    bool ended;
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
open_workshop(struct workshop *workshop, const struct setup *setup, struct err *err)
{
    workshop->log =
        (struct log){ .write = write_nothing, .threshold = LOG_LEVEL_ERROR };
    if (!loop_real_create(&workshop->loop, err) ||
        !task_real_create(loop_real_door(workshop->loop), &workshop->task, err) ||
        !setup_make_parent(setup->key, err) ||
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
    pin_destroy(workshop->pin);
    db_close(workshop->db);
    seal_close(workshop->seal);
    task_real_destroy(workshop->task);
    loop_real_destroy(workshop->loop);
}

static void
fill_parts(struct workshop *workshop, const struct setup *setup)
{
    snprintf(workshop->cache, sizeof workshop->cache, "%s/designs", setup->data);
    workshop->drawing = (struct command_drawing){
        .designs = setup->designs,
        .cache = workshop->cache,
        .fonts = setup->fonts,
        .printers = setup->printers,
        .printer_count = &setup->printer_count,
        .kinds = setup->kinds,
        .kind_count = &setup->kind_count,
    };
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
        .drawing = &workshop->drawing,
    };
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
        become_owner(local->setup->data, err) &&
        open_workshop(&workshop, local->setup, err) &&
        json_parse(words->request.data, words->request.length, &workshop.root, err);
    if (ok) {
        fill_parts(&workshop, local->setup);
        workshop.request = (struct command_request){
            .parts = &workshop.parts,
            .command = words->command,
            .args = json_member(workshop.root, "args"),
            .line = hand_line,
            .transport = &workshop,
        };
        snprintf(workshop.request.who, sizeof workshop.request.who, "uid:%u", who);
        memcpy(workshop.request.files, words->files, sizeof words->files);
        command_run(&workshop.request);
        if (!workshop.ended)
            loop_real_run(workshop.loop);
    }
    close_workshop(&workshop);
    become_root_again(who);
    return ok;
}
