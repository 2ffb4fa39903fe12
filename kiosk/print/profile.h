#ifndef YUELAI_PROFILE_H
#define YUELAI_PROFILE_H

/* profile: what a kind of printer is, as data: one file each in templates/printer.
 *
 *     # zebra-zd421-203.conf
 *     title = "Zebra ZD421, 203 dpi"
 *     models = {"ZD421", "ZD420"} as printers call themselves
 *     language = "zpl"            encoder
 *     dpi = 203
 *     head_dots = 832
 *     evidence = "transport"      what a completed job proves: none transport ipp printer
 *     …
 *     media "62x100" { width_mm = 62  height_mm = 100  box_mm = {0, 0, 62, 100} }
 *
 * A printer that cannot be used has a profile too, with `refused` and the reason: whoever
 * chooses it hears that, rather than that nothing of the name is known.
 */

#include <stdbool.h>
#include <stdint.h>

#include "encoder.h"
#include "err.h"
#include "store/spool.h"

enum {
    PROFILE_NAME_MAX = 63,
    PROFILE_MEDIA_MAX = 16,
    PROFILE_MODELS_MAX = 255, /* bytes, of all of them */
    PROFILE_REASON_MAX = 255
};

struct profile_media {
    char name[PROFILE_NAME_MAX + 1]; /* "62x100" */
    char keyword[64]; /* IPP media keyword, "" = none is sent */
    char order[64]; /* what to buy: "DK-11202", "" = any of the size */
    int32_t width_um, height_um; /* the label as fed */
    int32_t box_x_um, box_y_um, box_width_um, box_height_um; /* printable */
    enum encoder_tracking tracking;
    int32_t pins_right; /* the head's dots right of the box */
    bool two_colour;
};

struct profile {
    char name[PROFILE_NAME_MAX + 1]; /* of the file, without ".conf" */
    char title[128];
    char models[PROFILE_MODELS_MAX + 1]; /* "ZD421, ZD420", "" = no one in particular */
    char refused[PROFILE_REASON_MAX + 1]; /* why it cannot be used, "" = it can */
    char language[16]; /* encoder's name */
    int32_t dpi, head_dots;
    int32_t rotate_degrees;
    int32_t offset_x_um, offset_y_um;
    int32_t darkness, speed; /* ENCODER_UNSET = leave */
    enum encoder_cut cut;
    enum encoder_packing packing;
    unsigned quirks; /* enum encoder_quirk */
    enum spool_evidence evidence; /* what a completed job proves here */
    struct profile_media media[PROFILE_MEDIA_MAX];
    unsigned media_count;
    unsigned medium; /* the one loaded: index chosen by profile_choose_media */
};

/* Reads DIR/NAME.conf. Errors name file and line. Fails with ERR_INPUT and the reason for
 * a printer that cannot be used. */
bool profile_load(const char *dir, const char *name, struct profile *profile,
                  struct err *err);

/* All profiles of DIR in order of their names, those that cannot be used with the rest.
 * Fails at the first that is wrong; stops, and is no failure, if `each` returns false. */
bool profile_each(const char *dir,
                  bool (*each)(const struct profile *profile, void *self), void *self,
                  struct err *err);

/* The roll that is in it, by its name; fails with those there are. */
bool profile_choose_media(struct profile *profile, const char *media, struct err *err);

#endif
