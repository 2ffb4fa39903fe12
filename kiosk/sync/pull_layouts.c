#include "sync/pull_inside.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "str.h"
#include "sync/pretix_inside.h"

/* Backgrounds of badges: a file each, named by the address it came from, which the
 * server changes with the picture. One that cannot be had leaves the layout without a
 * background until a later run; it never stops one. */

enum { PICTURE_MAX = 8 * 1024 * 1024, PICTURE_MS = 30 * 1000, PICTURES_MAX = 256 };

static const char *
name_of(const char *url, char name[32])
{
    uint64_t print = 14695981039346656037u;
    for (const char *c = url; *c; c++)
        print = (print ^ (unsigned char)*c) * 1099511628211u;
    snprintf(name, 32, "%016llx.pdf", (unsigned long long)print);
    return name;
}

static bool
is_there(const char *folder, const char *name)
{
    char path[4096];
    struct stat status;
    int used = snprintf(path, sizeof path, "%s/%s", folder, name);
    return used > 0 && (size_t)used < sizeof path && stat(path, &status) == 0 &&
           status.st_size > 0;
}

const char *
pull_picture_name(const char *url, char *name, const void *self)
{
    char full[32];
    name_of(url, full);
    str_copy(name, 32, is_there(self, full) ? full : "");
    return name;
}

static bool
note_name(struct pull *self, const char *name)
{
    if (self->picture_count >= PICTURES_MAX)
        return false;
    void *names =
        realloc(self->pictures, (self->picture_count + 1) * sizeof *self->pictures);
    if (!names)
        return false;
    self->pictures = names;
    str_copy(self->pictures[self->picture_count++], sizeof *self->pictures, name);
    return true;
}

/* ---- one picture ---------------------------------------------------------- */

static void next_picture(struct pull *self);

static void
kept(struct pull *self)
{
    if (self->build.ok)
        self->held[PULL_RES_LAYOUTS].fresh = true; /* written with its name now */
    else
        log_warning(self->set.log, "pull", "background: %s", self->build.err.text);
    next_picture(self);
}

static void
on_picture(struct wire_request *request)
{
    struct pull *self = request->owner;
    bool good = request->outcome == WIRE_OK && request->status == 200 &&
                request->answer.length > 4 &&
                memcmp(request->answer.data, "%PDF", 4) == 0;
    self->picture_open = false;
    if (good) {
        self->build.body = str_take(&request->answer, &self->build.length);
        snprintf(self->build.path, sizeof self->build.path, "%s/%s", self->layouts,
                 self->picture_name);
    }
    if (!good)
        log_warning(self->set.log, "pull", "background status=%d: %s", request->status,
                    request->outcome == WIRE_OK ? "no PDF" : request->text);
    str_finish(&request->answer);
    if (good && self->build.body)
        pull_build_do(self, PULL_FILE, kept);
    else
        next_picture(self);
}

static void
fetch(struct pull *self, const char *url)
{
    static const char *const none[] = { NULL };
    str_copy(self->picture_url, sizeof self->picture_url, url);
    self->picture = (struct wire_request){
        .method = "GET",
        .url = self->picture_url,
        .token = api_is_home(self->set.api, url) ? self->set.api->account->token : NULL,
        .headers = none,
        .deadline_ms = PICTURE_MS,
        .body_max = PICTURE_MAX,
        .done = on_picture,
        .owner = self,
    };
    self->picture_open = true;
    wire_start(self->set.api->wire, &self->picture);
}

void
pull_pictures_stop(struct pull *self)
{
    if (!self->picture_open)
        return;
    wire_abort(self->set.api->wire, &self->picture);
    self->picture_open = false;
}

/* ---- all of them ---------------------------------------------------------- */

static void
next_picture(struct pull *self)
{
    while (self->picture_page) {
        const struct json *layout = self->picture_item;
        if (!layout) {
            self->picture_page = self->picture_page->next;
            if (self->picture_page)
                self->picture_item =
                    json_first(json_member(self->picture_page->root, "results"));
            continue;
        }
        self->picture_item = json_next(layout);
        const char *url = pretix_text(json_member(layout, "background"));
        if (!str_starts(url, "http") || strlen(url) >= sizeof self->picture_url)
            continue;
        name_of(url, self->picture_name);
        if (!note_name(self, self->picture_name))
            self->pictures_whole = false;
        else if (!is_there(self->layouts, self->picture_name)) {
            fetch(self, url);
            return;
        }
    }
    pull_next(self);
}

void
pull_pictures_begin(struct pull *self)
{
    const struct pull_held *held = &self->held[PULL_RES_LAYOUTS];
    self->picture_page = self->layouts[0] ? held->first : NULL;
    self->picture_item =
        held->first ? json_first(json_member(held->first->root, "results")) : NULL;
    next_picture(self);
}

static bool
is_used(const struct pull *self, const char *name)
{
    for (unsigned i = 0; i < self->picture_count; i++) {
        if (strcmp(self->pictures[i], name) == 0)
            return true;
    }
    return false;
}

/* After a run in which all layouts of all events were named. */
void
pull_pictures_clean(struct pull *self)
{
    DIR *folder = self->pictures_whole && self->layouts[0] && !self->no_build
                      ? opendir(self->layouts)
                      : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char path[4096];
        size_t length = strlen(entry->d_name);
        bool ours = length == 20 && strcmp(entry->d_name + 16, ".pdf") == 0;
        int used = snprintf(path, sizeof path, "%s/%s", self->layouts, entry->d_name);
        if (ours && used > 0 && (size_t)used < sizeof path &&
            !is_used(self, entry->d_name))
            unlink(path);
    }
    if (folder)
        closedir(folder);
}
