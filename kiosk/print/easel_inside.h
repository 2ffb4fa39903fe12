#ifndef YUELAI_EASEL_INSIDE_H
#define YUELAI_EASEL_INSIDE_H

/* easel_inside: what the easel's own files share. */

enum {
    EASEL_PATH_MAX = 1024, /* bytes */
    EASEL_PREPARE_MS = 10000,
    EASEL_DRAW_MS = 2000
};

/* The helper's whole environment: its fonts, its font cache, no locale of anybody's. */
struct easel_environment {
    char fonts[EASEL_PATH_MAX + 32], cache[EASEL_PATH_MAX + 32];
    const char *list[5];
};
void easel_environment_make(struct easel_environment *environment, const char *fonts,
                            const char *cache);

#endif
