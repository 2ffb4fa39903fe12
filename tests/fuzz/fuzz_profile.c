/* Any bytes as a printer's profile: reading ends; an error has the profile's name in
 * it; what is good is within every bound that encoders and the drawing rely on. */

#include "print/profile.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "str.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static char dir[32], path[64];

static void
leave(void)
{
    unlink(path);
    rmdir(dir);
}

static void
write_profile(const unsigned char *bytes, size_t length)
{
    if (dir[0] == '\0') {
        snprintf(dir, sizeof dir, "/dev/shm/yuelai-fuzz-XXXXXX");
        assert(mkdtemp(dir));
        snprintf(path, sizeof path, "%s/any.conf", dir);
        atexit(leave);
    }
    FILE *file = fopen(path, "w");
    assert(file && fwrite(bytes, 1, length, file) == length);
    fclose(file);
}

static void
check_medium(const struct profile *profile, const struct profile_media *medium)
{
    assert(medium->name[0] && strlen(medium->name) <= PROFILE_NAME_MAX);
    assert(medium->width_um >= 10000 && medium->height_um >= 10000);
    assert(medium->box_x_um >= 0 && medium->box_y_um >= 0);
    assert(medium->box_width_um >= 5000 && medium->box_height_um >= 5000);
    assert(medium->box_x_um + medium->box_width_um <= medium->width_um);
    assert(medium->box_y_um + medium->box_height_um <= medium->height_um);
    assert(medium->tracking <= ENCODER_AS_SET && medium->pins_right >= 0);
    assert(encoder_dots(medium->box_width_um, profile->dpi) + medium->pins_right <=
           profile->head_dots);
    assert(encoder_dots(medium->height_um, profile->dpi) <= PAGE_DOTS_MAX);
}

static void
check(struct profile *profile)
{
    struct err err;
    assert(profile->dpi >= 100 && profile->dpi <= 1200);
    assert(profile->head_dots >= 64 && profile->head_dots <= PAGE_DOTS_MAX);
    assert(profile->rotate_degrees % 90 == 0 && profile->rotate_degrees < 360);
    assert(abs(profile->offset_x_um) <= 20000 && abs(profile->offset_y_um) <= 20000);
    assert(profile->darkness == ENCODER_UNSET || abs(profile->darkness) <= 30);
    assert(profile->media_count >= 1 && profile->media_count <= PROFILE_MEDIA_MAX);
    assert(strlen(profile->models) <= PROFILE_MODELS_MAX && !profile->refused[0]);
    for (unsigned i = 0; i < profile->media_count; i++) {
        check_medium(profile, &profile->media[i]);
        assert(profile_choose_media(profile, profile->media[i].name, &err));
        assert(strcmp(profile->media[profile->medium].name, profile->media[i].name) ==
               0);
    }
    assert(!profile_choose_media(profile, "", &err));
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct profile profile;
    struct err err = { 0 };
    write_profile(bytes, length);
    if (profile_load(dir, "any", &profile, &err))
        check(&profile);
    else
        assert(strstr(err.text, "any"));
    return 0;
}
