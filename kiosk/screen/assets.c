#include "screen/assets.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct assets {
    char dir[4096];  /* "" = built in only */
    struct str file; /* what was last read from dir */
};

static const uint64_t fnv_start = 0xcbf29ce484222325u;

/* FNV-1a: tells editions of our own files apart, and nothing more is asked of it. */
static uint64_t
hash(uint64_t so_far, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        so_far = (so_far ^ bytes[i]) * 0x100000001b3u;
    return so_far;
}

static void
write_tag(uint64_t value, char tag[ASSET_TAG_MAX + 1])
{
    snprintf(tag, ASSET_TAG_MAX + 1, "%016" PRIx64, value);
}

static const char *
type_of(const char *path)
{
    static const struct {
        const char *end, *type;
    } types[] = {
        { ".html", "text/html; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".json", "application/json" },
        { ".svg", "image/svg+xml" },
    };
    const char *end = strrchr(path, '.');
    for (size_t i = 0; end && i < sizeof types / sizeof *types; i++) {
        if (strcmp(end, types[i].end) == 0)
            return types[i].type;
    }
    return "application/octet-stream";
}

/* Reads the whole file; false if it is not there, not a file, or too large. */
static bool
read_file(int fd, struct str *out)
{
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > ASSET_MAX)
        return false;
    str_clear(out);
    char *room = str_reserve(out, (size_t)about.st_size);
    if (!room)
        return false;
    ssize_t got = read(fd, room, (size_t)about.st_size);
    if (got != about.st_size)
        return false;
    str_grew(out, (size_t)got);
    return true;
}

static bool
read_override(struct assets *assets, const char *path)
{
    char whole[sizeof assets->dir + 64];
    if (assets->dir[0] == '\0')
        return false;
    snprintf(whole, sizeof whole, "%s%s", assets->dir, path);
    int fd = open(whole, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = read_file(fd, &assets->file);
    close(fd);
    return ok;
}

static void
fill(struct assets *assets, const struct asset_embedded *row, struct asset *asset)
{
    asset->type = type_of(row->path);
    if (read_override(assets, row->path)) {
        asset->bytes = (const unsigned char *)assets->file.data;
        asset->length = assets->file.length;
    } else {
        asset->bytes = row->bytes;
        asset->length = (size_t)(row->end - row->bytes);
    }
    write_tag(hash(fnv_start, asset->bytes, asset->length), asset->tag);
}

bool
assets_find(struct assets *assets, const char *path, struct asset *asset)
{
    if (strcmp(path, "/") == 0)
        path = "/index.html";
    if (strcmp(path, "/staff") == 0)
        path = "/staff.html";
    for (unsigned i = 0; i < assets_embedded_count; i++) {
        if (strcmp(path, assets_embedded[i].path) == 0) {
            fill(assets, &assets_embedded[i], asset);
            return true;
        }
    }
    return false;
}

void
assets_tag(struct assets *assets, char tag[ASSET_TAG_MAX + 1])
{
    uint64_t all = fnv_start;
    for (unsigned i = 0; i < assets_embedded_count; i++) {
        struct asset asset;
        fill(assets, &assets_embedded[i], &asset);
        all = hash(all, (const unsigned char *)asset.tag, strlen(asset.tag));
    }
    write_tag(all, tag);
}

/* In the order in which a screen offers them. */
unsigned
assets_languages(const char **codes, unsigned max)
{
    static const char *const known[] = { "zh-Hans", "en", "sr", "pt", "de",
                                         "fr",      "ja", "ko", "ru", "ar" };
    unsigned count = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known && count < max; i++) {
        char path[32];
        snprintf(path, sizeof path, "/lang/%s.json", known[i]);
        for (unsigned j = 0; j < assets_embedded_count; j++) {
            if (strcmp(path, assets_embedded[j].path) == 0)
                codes[count++] = known[i];
        }
    }
    return count;
}

bool
assets_create(const char *dir, struct assets **created, struct err *err)
{
    struct stat about;
    if (dir && *dir && (stat(dir, &about) != 0 || !S_ISDIR(about.st_mode)))
        return err_set(err, ERR_ABSENT, "screen files %s: no such directory", dir);
    struct assets *assets = calloc(1, sizeof *assets);
    if (!assets)
        return err_no_memory(err);
    if (!str_copy(assets->dir, sizeof assets->dir, dir ? dir : "")) {
        free(assets);
        return err_set(err, ERR_LIMIT,
                       "screen files: the directory's name is too long");
    }
    str_init(&assets->file, ASSET_MAX);
    *created = assets;
    return true;
}

void
assets_destroy(struct assets *assets)
{
    if (!assets)
        return;
    str_finish(&assets->file);
    free(assets);
}
