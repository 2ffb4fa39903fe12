#include "print/profile.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "str.h"

/* "none" is for printers that are refused. */
#define LANGUAGES "zpl brother_ql dymo_lw epl2 tspl escpos pwg cups-raster pdf1 none"

static const struct config_option options[] = {
    { .name = "title",
      .type = CONFIG_TEXT,
      .min = 1,
      .max = 127,
      .help = "What people call the printer." },
    { .name = "models",
      .type = CONFIG_TEXTS,
      .fallback = "",
      .max = 63,
      .help = "The printers it is for, as they call themselves." },
    { .name = "refused",
      .type = CONFIG_TEXT,
      .fallback = "",
      .max = PROFILE_REASON_MAX,
      .help = "Why these printers cannot be used; not given: they can." },
    { .name = "language",
      .type = CONFIG_CHOICE,
      .words = LANGUAGES,
      .help =
          "zpl, brother_ql, dymo_lw, epl2, tspl, escpos: a printer's own, sent raw\n"
          "pwg: driverless printers (IPP Everywhere, AirPrint), PWG raster\n"
          "cups-raster: a queue with CUPS' driver for a Zebra or a Dymo\n"
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
      .help = "Heat: zpl 0 to 30, epl2 and tspl 0 to 15, dymo_lw 0 to 3, escpos -6 to\n"
              "6; not given: as the printer is set." },
    { .name = "speed",
      .type = CONFIG_INT,
      .fallback = "0",
      .min = 0,
      .max = 400,
      .help =
          "zpl, epl2, tspl: millimetres a second; not given: as the printer is set." },
    { .name = "tracking",
      .type = CONFIG_CHOICE,
      .fallback = "gap",
      .words = "gap mark continuous printer",
      .help = "How the printer finds a label's end; must fit the roll.\n"
              "printer: as it has been calibrated" },
    { .name = "cut",
      .type = CONFIG_CHOICE,
      .fallback = "none",
      .words = "none each end",
      .help = "each: the cutter cuts behind every badge; end: at the end of a job." },
    { .name = "packing",
      .type = CONFIG_CHOICE,
      .fallback = "usual",
      .words = "usual none deflate",
      .help = "usual: as all printers of the language know it\n"
              "none: for those that do not\n"
              "deflate: zpl, Z64: the shortest" },
    { .name = "quirks",
      .type = CONFIG_TEXTS,
      .fallback = "",
      .words = "raster-only",
      .help = "raster-only: brother_ql, a printer without another mode (QL-700)" },
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
    { .name = "order",
      .type = CONFIG_TEXT,
      .fallback = "",
      .max = 63,
      .help = "The maker's number of such a roll." },
    { .name = "tracking",
      .type = CONFIG_CHOICE,
      .fallback = "gap",
      .words = "gap mark continuous printer",
      .help = "Not given: as the profile has it." },
    { .name = "pins_right",
      .type = CONFIG_INT,
      .fallback = "0",
      .max = PAGE_DOTS_MAX,
      .help = "brother_ql: dots of the head right of the printable box." },
    { .name = "two_colour",
      .type = CONFIG_BOOL,
      .fallback = "no",
      .help = "brother_ql: a black and red roll, which takes no plain job." },
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
           enum encoder_tracking tracking, struct profile_media *media, struct err *err)
{
    memset(media, 0, sizeof *media); /* media are compared byte by byte */
    media->width_um = um(config_real(part, "width_mm"));
    media->height_um = um(config_real(part, "height_mm"));
    str_copy(media->keyword, sizeof media->keyword, config_text(part, "keyword"));
    str_copy(media->order, sizeof media->order, config_text(part, "order"));
    media->pins_right = (int32_t)config_int(part, "pins_right");
    media->two_colour = config_bool(part, "two_colour");
    media->tracking = config_given(part, "tracking")
                          ? (enum encoder_tracking)config_choice(part, "tracking")
                          : tracking;
    if (!str_copy(media->name, sizeof media->name, config_title(part)) ||
        media->name[0] == '\0')
        return config_wrong(part, NULL, err, "want a name of 1 to %d bytes",
                            PROFILE_NAME_MAX);
    if (!read_box(part, media, err))
        return false;
    int32_t dots = encoder_dots(media->box_width_um, profile->dpi);
    if (dots + media->pins_right > profile->head_dots)
        return config_wrong(part, NULL, err,
                            "its printable box ends at dot %d, the head has %d",
                            dots + media->pins_right, profile->head_dots);
    if (encoder_dots(media->height_um, profile->dpi) > PAGE_DOTS_MAX)
        return config_wrong(part, "height_mm", err, "want at most %d dots at %d dpi",
                            PAGE_DOTS_MAX, profile->dpi);
    return true;
}

/* The number-th word of a list of words. */
static void
take_word(const char *words, unsigned number, char *to, size_t size)
{
    while (number-- > 0)
        words = strchr(words, ' ') + 1;
    str_copy_bytes(to, size, words, strcspn(words, " "));
}

static bool
read_models(const struct config_part *part, struct profile *profile, struct err *err)
{
    struct str all;
    str_init(&all, PROFILE_MODELS_MAX);
    for (unsigned i = 0; i < config_items(part, "models"); i++)
        str_addf(&all, i ? ", %s" : "%s", config_item(part, "models", i));
    bool fits = str_ok(&all);
    str_copy(profile->models, sizeof profile->models, fits ? all.data : "");
    str_finish(&all);
    return fits || config_wrong(part, "models", err, "want at most %d bytes in all",
                                PROFILE_MODELS_MAX);
}

static bool
read_options(const struct config_part *part, struct profile *profile, struct err *err)
{
    static const enum spool_evidence evidence[] = { SPOOL_EVIDENCE_NONE,
                                                    SPOOL_EVIDENCE_TRANSPORT,
                                                    SPOOL_EVIDENCE_IPP };
    str_copy(profile->title, sizeof profile->title, config_text(part, "title"));
    str_copy(profile->refused, sizeof profile->refused, config_text(part, "refused"));
    take_word(LANGUAGES, config_choice(part, "language"), profile->language,
              sizeof profile->language);
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
    profile->cut = (enum encoder_cut)config_choice(part, "cut");
    profile->packing = (enum encoder_packing)config_choice(part, "packing");
    profile->quirks = config_items(part, "quirks") ? ENCODER_RASTER_ONLY : 0;
    profile->evidence = evidence[config_choice(part, "evidence")];
    if ((strcmp(profile->language, "none") == 0) != (profile->refused[0] != '\0'))
        return config_wrong(part, "language", err,
                            "want none where it is refused, and only there");
    return read_models(part, profile, err);
}

static bool
read_all(const struct config *config, const char *path, struct profile *profile,
         struct err *err)
{
    const struct config_part *top = config_part(config, "", 0);
    enum encoder_tracking tracking =
        (enum encoder_tracking)config_choice(top, "tracking");
    unsigned count = config_count(config, "media");
    if (!read_options(top, profile, err))
        return false;
    if (count < 1 || count > PROFILE_MEDIA_MAX)
        return err_set(err, ERR_INPUT, "%s: want 1 to %d media, got %u", path,
                       PROFILE_MEDIA_MAX, count);
    for (unsigned i = 0; i < count; i++) {
        const struct config_part *part = config_part(config, "media", i);
        if (!read_media(part, profile, tracking, &profile->media[i], err))
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

static bool
read_file(const char *dir, const char *name, struct profile *profile, struct err *err)
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
profile_load(const char *dir, const char *name, struct profile *profile,
             struct err *err)
{
    struct profile read;
    if (!read_file(dir, name, &read, err))
        return false;
    if (read.refused[0])
        return err_set(err, ERR_INPUT, "printer profile \"%s\": %s cannot be used: %s",
                       name, read.title, read.refused);
    *profile = read;
    return true;
}

static int
is_profile(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot && strcmp(dot, ".conf") == 0;
}

bool
profile_each(const char *dir, bool (*each)(const struct profile *profile, void *self),
             void *self, struct err *err)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_profile, alphasort);
    if (count < 0)
        return err_set(err, ERR_IO, "%.200s: %s", dir, strerror(errno));
    bool good = true, more = true;
    for (int i = 0; i < count; i++) {
        struct profile profile;
        char name[sizeof entries[i]->d_name];
        str_copy_bytes(name, sizeof name, entries[i]->d_name,
                       strlen(entries[i]->d_name) - strlen(".conf"));
        good = good && (!more || read_file(dir, name, &profile, err));
        more = good && more && each(&profile, self);
        free(entries[i]);
    }
    free(entries);
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
