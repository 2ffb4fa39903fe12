#include "ctl/commands.h"

#include <string.h>

#include "base/json.h"
#include "print/profile.h"

struct rows {
    struct str *out;
    const char *wanted; /* part of a name or a model; "" = all */
    unsigned count;
};

static void
add_media(const struct profile *profile, struct str *out)
{
    json_open_array(out, "media");
    for (unsigned i = 0; i < profile->media_count; i++) {
        const struct profile_media *media = &profile->media[i];
        json_open_object(out, NULL);
        json_add_text(out, "name", media->name);
        json_add_int(out, "width_um", media->width_um);
        json_add_int(out, "height_um", media->height_um);
        json_add_text(out, "order", media->order);
        json_close_object(out);
    }
    json_close_array(out);
}

/* Their names, for people. */
static void
add_media_names(const struct profile *profile, struct str *out)
{
    struct str names;
    str_init(&names, PROFILE_MEDIA_MAX * (PROFILE_NAME_MAX + 1));
    for (unsigned i = 0; i < profile->media_count; i++)
        str_addf(&names, i ? " %s" : "%s", profile->media[i].name);
    json_add_text(out, "media_names", names.data);
    str_finish(&names);
}

static bool
add_profile(const struct profile *profile, void *self)
{
    struct rows *rows = self;
    struct str *out = rows->out;
    if (!strcasestr(profile->name, rows->wanted) &&
        !strcasestr(profile->models, rows->wanted) &&
        !strcasestr(profile->title, rows->wanted))
        return true;
    rows->count++;
    json_open_object(out, NULL);
    json_add_text(out, "name", profile->name);
    json_add_text(out, "title", profile->title);
    json_add_text(out, "models", profile->models);
    json_add_text(out, "language", profile->language);
    json_add_int(out, "dpi", profile->dpi);
    add_media(profile, out);
    add_media_names(profile, out);
    json_add_text(out, "refused", profile->refused);
    json_close_object(out);
    return str_ok(out);
}

static void
run_profiles(struct command_request *request)
{
    struct str out;
    struct err err;
    struct rows rows = { .out = &out, .wanted = command_text(request, "printer") };
    command_open_result(&out);
    json_open_array(&out, "rows");
    bool good = profile_each(request->parts->profiles, add_profile, &rows, &err);
    if (good && rows.count == 0) {
        char quoted[80];
        good =
            err_set(&err, ERR_ABSENT,
                    "no profile is for \"%s\" (kioskctl printers profiles); a queue "
                    "with a driver of its own is printed to with generic-pdf",
                    str_quote(quoted, sizeof quoted, rows.wanted, strlen(rows.wanted)));
    }
    if (!good) {
        str_finish(&out);
        command_fail(request, &err);
        return;
    }
    json_close_array(&out);
    command_done(request, &out);
}

const struct command command_printers_profiles = {
    .name = "printers profiles",
    .summary = "the kinds of printer that are known, with their models and labels",
    .place = COMMAND_EITHER,
    .options = { { "printer", COMMAND_REST, false, "PRINTER",
                   "only those for it: a part of a name" } },
    .columns = {
        { "name", "PROFILE", CELL_TEXT },
        { "language", "LANGUAGE", CELL_TEXT },
        { "dpi", "DPI", CELL_INT },
        { "models", "MODELS", CELL_TEXT },
        { "media_names", "MEDIA", CELL_TEXT },
        { "refused", "CANNOT BE USED", CELL_TEXT },
    },
    .run = run_profiles,
};
