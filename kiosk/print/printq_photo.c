#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "print/printq_parts.h"

static bool
is_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && !strchr(name, '/');
}

/* The text of the column, "" without one. */
static void
read_column(const struct spool_job *job, char *name, size_t size)
{
    struct json *root;
    struct err err;
    const char *text = "";
    name[0] = '\0';
    if (!json_parse(job->fields, strlen(job->fields), &root, &err))
        return;
    if (json_text_or(root, "photo", "", &text, &err) && !str_copy(name, size, text))
        name[0] = '\0';
    json_free(root);
}

static bool
join(const char *photos, const char *name, const char *end, char path[PRINTQ_PHOTO_MAX])
{
    int length = snprintf(path, PRINTQ_PHOTO_MAX, "%s/%s%s", photos, name, end);
    return length > 0 && length < PRINTQ_PHOTO_MAX;
}

void
printq_photo_find(const char *photos, const struct spool_job *job,
                  char path[PRINTQ_PHOTO_MAX])
{
    static const char *const ends[] = { ".jpg", ".jpeg", ".png" };
    char name[256];

    path[0] = '\0';
    if (!photos || !photos[0])
        return;
    read_column(job, name, sizeof name);
    if (name[0]) {
        if (!is_name(name) || !join(photos, name, "", path))
            path[0] = '\0';
        return;
    }
    for (size_t i = 0; is_name(job->ref) && i < sizeof ends / sizeof *ends; i++) {
        if (join(photos, job->ref, ends[i], path) && access(path, R_OK) == 0)
            return;
    }
    path[0] = '\0';
}
