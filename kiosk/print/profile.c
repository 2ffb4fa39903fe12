#include "print/profile.h"

#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "str.h"

static const struct config_option options[] = {
    { .name = "title",
      .type = CONFIG_TEXT,
      .min = 1,
      .max = 127,
      .help = "What people call the printer." },
    { .name = "language",
      .type = CONFIG_CHOICE,
      .words = "zpl pwg pdf1",
      .help = "zpl: Zebra's and its likes', sent raw\n"
              "pwg: driverless printers (IPP Everywhere, AirPrint), PWG raster\n"
              "pdf1: a PDF of one picture, for any queue that has a driver" },
    { .name = "dpi",
      .type = CONFIG_INT,
      .min = 100,
      .max = 1200,
      .help = "Dots an inch of the head." },
    { .name = "head_dots",
      .type = CONFIG_INT,
      .min = 64,
      .max = PAGE_DOTS_MAX,
      .help = "Dots across the head: no label's printable box may be wider." },
    { .name = "rotate",
      .type = CONFIG_CHOICE,
      .fallback = "0",
      .words = "0 90 180 270",
      .help = "Degrees by which a design is turned onto the label as it is fed." },
    { .name = "offset_mm",
      .type = CONFIG_REALS,
      .fallback = "0 0",
      .min = -20,
      .max = 20,
      .items = 2,
      .help = "Shift of everything, right and down; found with a calibration label." },
    { .name = "darkness",
      .type = CONFIG_INT,
      .fallback = "0",
      .min = -30,
      .max = 30,
      .help = "zpl: heat, 0 to 30; not given: as the printer is set." },
    { .name = "speed",
      .type = CONFIG_INT,
      .fallback = "0",
      .min = 0,
      .max = 400,
      .help = "zpl: millimetres a second; not given: as the printer is set." },
    { .name = "tracking",
      .type = CONFIG_CHOICE,
      .fallback = "gap",
      .words = "gap mark continuous",
      .help = "How the printer finds a label's end; must fit the roll." },
    { .name = "cut",
      .type = CONFIG_CHOICE,
      .fallback = "none",
      .words = "none each",
      .help = "each: the cutter cuts behind every badge." },
    { .name = "evidence",
      .type = CONFIG_CHOICE,
      .fallback = "none",
      .words = "none transport ipp",
      .help = "What a completed job proves.\n"
              "none: nothing, the guest is asked whether the badge came out\n"
              "transport: the printer took all bytes; what it has, it prints\n"
              "ipp: a driverless printer reported the job as done" },
    { .name = NULL },
};

static const struct config_option media_options[] = {
    { .name = "width_mm",
      .type = CONFIG_REAL,
      .min = 10,
      .max = 500,
      .help = "Across the head." },
    { .name = "height_mm",
      .type = CONFIG_REAL,
      .min = 10,
      .max = 1000,
      .help = "Along the feed." },
    { .name = "box_mm",
      .type = CONFIG_REALS,
      .fallback = "",
      .max = 1000,
      .help = "Printable box: left, top, width, height; not given: the whole label." },
    { .name = "keyword",
      .type = CONFIG_TEXT,
      .fallback = "",
      .max = 63,
      .help = "IPP media keyword to ask for, as the queue knows it." },
    { .name = NULL },
};

static const struct config_section sections[] = {
    { .name = "", .options = options },
    { .name = "media", .titled = true, .options = media_options },
    { .name = NULL },
};

static int32_t
um(double mm)
{
    return (int32_t)(mm < 0 ? mm * 1000 - 0.5 : mm * 1000 + 0.5);
}

static bool
read_box(const struct config_part *part, struct profile_media *media, struct err *err)
{
    unsigned count = config_items(part, "box_mm");
    if (count == 0) {
        media->box_width_um = media->width_um;
        media->box_height_um = media->height_um;
        return true;
    }
    if (count != 4)
        return config_wrong(part, "box_mm", err,
                            "want left, top, width, height; got %u numbers", count);
    media->box_x_um = um(config_item_real(part, "box_mm", 0));
    media->box_y_um = um(config_item_real(part, "box_mm", 1));
    media->box_width_um = um(config_item_real(part, "box_mm", 2));
    media->box_height_um = um(config_item_real(part, "box_mm", 3));
    if (media->box_width_um < 5000 || media->box_height_um < 5000 ||
        media->box_x_um + media->box_width_um > media->width_um ||
        media->box_y_um + media->box_height_um > media->height_um)
        return config_wrong(part, "box_mm", err,
                            "want a box of 5 mm and more within the label");
    return true;
}

static bool
read_media(const struct config_part *part, const struct profile *profile,
           struct profile_media *media, struct err *err)
{
    *media = (struct profile_media){ .width_um = um(config_real(part, "width_mm")),
                                     .height_um = um(config_real(part, "height_mm")) };
    str_copy(media->keyword, sizeof media->keyword, config_text(part, "keyword"));
    if (!str_copy(media->name, sizeof media->name, config_title(part)) ||
        media->name[0] == '\0')
        return config_wrong(part, NULL, err, "want a name of 1 to %d bytes",
                            PROFILE_NAME_MAX);
    if (!read_box(part, media, err))
        return false;
    int32_t dots = encoder_dots(media->box_width_um, profile->dpi);
    if (dots > profile->head_dots)
        return config_wrong(part, NULL, err,
                            "its printable box is %d dots wide, the head has %d", dots,
                            profile->head_dots);
    if (encoder_dots(media->height_um, profile->dpi) > PAGE_DOTS_MAX)
        return config_wrong(part, "height_mm", err, "want at most %d dots at %d dpi",
                            PAGE_DOTS_MAX, profile->dpi);
    return true;
}

static void
read_options(const struct config_part *part, struct profile *profile)
{
    static const char *const languages[] = { "zpl", "pwg", "pdf1" };
    static const enum spool_evidence evidence[] = { SPOOL_EVIDENCE_NONE,
                                                    SPOOL_EVIDENCE_TRANSPORT,
                                                    SPOOL_EVIDENCE_IPP };
    str_copy(profile->title, sizeof profile->title, config_text(part, "title"));
    str_copy(profile->language, sizeof profile->language,
             languages[config_choice(part, "language")]);
    profile->dpi = (int32_t)config_int(part, "dpi");
    profile->head_dots = (int32_t)config_int(part, "head_dots");
    profile->rotate_degrees = 90 * (int32_t)config_choice(part, "rotate");
    profile->offset_x_um = um(config_item_real(part, "offset_mm", 0));
    profile->offset_y_um = um(config_item_real(part, "offset_mm", 1));
    profile->darkness = config_given(part, "darkness")
                            ? (int32_t)config_int(part, "darkness")
                            : ENCODER_UNSET;
    profile->speed = config_given(part, "speed") ? (int32_t)config_int(part, "speed")
                                                 : ENCODER_UNSET;
    profile->tracking = (enum encoder_tracking)config_choice(part, "tracking");
    profile->cut = (enum encoder_cut)config_choice(part, "cut");
    profile->evidence = evidence[config_choice(part, "evidence")];
}

static bool
read_all(const struct config *config, const char *path, struct profile *profile,
         struct err *err)
{
    unsigned count = config_count(config, "media");
    read_options(config_part(config, "", 0), profile);
    if (count < 1 || count > PROFILE_MEDIA_MAX)
        return err_set(err, ERR_INPUT, "%s: want 1 to %d media, got %u", path,
                       PROFILE_MEDIA_MAX, count);
    for (unsigned i = 0; i < count; i++) {
        const struct config_part *part = config_part(config, "media", i);
        if (!read_media(part, profile, &profile->media[i], err))
            return false;
    }
    profile->media_count = count;
    return true;
}

/* A name from a configuration must not leave its directory. */
static bool
is_name(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_.";
    size_t length = strlen(name);
    return length >= 1 && length <= PROFILE_NAME_MAX && name[0] != '.' &&
           strspn(name, allowed) == length;
}

bool
profile_load(const char *dir, const char *name, struct profile *profile,
             struct err *err)
{
    char path[1024];
    struct config *config;
    if (!is_name(name))
        return err_set(err, ERR_INPUT,
                       "printer profile \"%.80s\": want the name of a file in %.200s, "
                       "without \".conf\"",
                       name, dir);
    snprintf(path, sizeof path, "%s/%s.conf", dir, name);
    if (!config_read(sections, path, &config, NULL, err))
        return err_wrap(err, "printer profile \"%s\"", name);
    struct profile read = { .medium = 0 };
    str_copy(read.name, sizeof read.name, name);
    bool good = read_all(config, path, &read, err);
    config_free(config);
    if (good)
        *profile = read;
    return good;
}

bool
profile_choose_media(struct profile *profile, const char *media, struct err *err)
{
    char known[256] = "";
    for (unsigned i = 0; i < profile->media_count; i++) {
        size_t used = strlen(known);
        if (strcmp(profile->media[i].name, media) == 0) {
            profile->medium = i;
            return true;
        }
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "",
                 profile->media[i].name);
    }
    return err_set(err, ERR_INPUT,
                   "printer profile \"%s\" has no media \"%s\"; it has %s",
                   profile->name, media, known);
}
