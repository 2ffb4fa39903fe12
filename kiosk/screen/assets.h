#ifndef YUELAI_ASSETS_H
#define YUELAI_ASSETS_H

/* assets: the files of the page, as they were built into the program
 * (templates/screen/embed.cmake), or from a directory for those who design or brand one:
 * a file that is there replaces the one of the same path, read anew at each request.
 *
 * Only paths of the built-in table are served: no request names a file of the disk. */

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "str.h"

enum { ASSET_MAX = 4 * 1024 * 1024, ASSET_TAG_MAX = 20 };

struct asset_embedded { /* a row of the generated table */
    const char *path; /* "/js/guest.js" */
    const unsigned char *bytes, *end;
};

extern const struct asset_embedded assets_embedded[];
extern const unsigned assets_embedded_count;

struct asset {
    const char *type; /* of the content: "text/css; charset=utf-8" */
    const unsigned char *bytes; /* borrowed until the next assets_find */
    size_t length;
    char tag[ASSET_TAG_MAX + 1]; /* for an ETag: hash of the bytes, hexadecimal */
};

struct assets;

/* dir NULL or "": only what is built in. A directory that is not there fails. */
bool assets_create(const char *dir, struct assets **assets, struct err *err);
void assets_destroy(struct assets *assets); /* takes NULL */

/* "/" is /index.html and "/staff" is /staff.html. False: there is no such file. */
bool assets_find(struct assets *assets, const char *path, struct asset *asset);

/* Hash over all files as they are now: another edition has another one. */
void assets_tag(struct assets *assets, char tag[ASSET_TAG_MAX + 1]);

/* Codes of the languages that are built in, "zh-Hans" first, in `codes` (room for max). */
unsigned assets_languages(const char **codes, unsigned max);

#endif
