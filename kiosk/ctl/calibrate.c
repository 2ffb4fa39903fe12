#include "ctl/calibrate.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/label.h"
#include "ctl/talk.h"

enum { OFFSET_MAX_UM = 20000 };

/* ---- by options --------------------------------------------------------------- */

/* What a language takes; speed 0: it takes none. */
static const struct heat {
    const char *language;
    int32_t least, most;
    int32_t speed_most;
} heats[] = {
    { "zpl", 0, 30, 400 },  { "epl2", 0, 15, 400 }, { "tspl", 0, 15, 400 },
    { "dymo_lw", 0, 3, 0 }, { "escpos", -6, 6, 0 },
};

static const struct heat *
heat_of(const struct profile *profile)
{
    for (size_t i = 0; i < sizeof heats / sizeof *heats; i++) {
        if (strcmp(heats[i].language, profile->language) == 0)
            return &heats[i];
    }
    return NULL;
}

static bool
read_mm(const char *text, double *mm)
{
    char *end;
    *mm = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*mm) &&
           fabs(*mm) * 1000 <= OFFSET_MAX_UM;
}

static bool
take_offset(const struct command_request *request, const char *name, int32_t *um,
            bool *any, struct err *err)
{
    const char *text = command_text(request, name);
    double mm;
    if (!text[0])
        return true;
    if (!read_mm(text, &mm))
        return err_set(err, ERR_INPUT, "--%s: want millimetres from -20 to 20", name);
    *um = (int32_t)lround(mm * 1000);
    *any = true;
    return true;
}

static bool
take_number(const struct command_request *request, const char *name, int32_t least,
            int32_t most, int32_t *to, bool *any, struct err *err)
{
    const char *text = command_text(request, name);
    long long value;
    if (!text[0])
        return true;
    if (least > most)
        return err_set(err, ERR_INPUT,
                       "--%s: such a printer is not told that by its documents; set it "
                       "at the printer, or at its queue's driver",
                       name);
    if (!str_read_int(text, least, most, &value))
        return err_set(err, ERR_INPUT, "--%s: want %" PRId32 " to %" PRId32, name,
                       least, most);
    *to = (int32_t)value;
    *any = true;
    return true;
}

bool
calibrate_take(const struct command_request *request, struct profile *profile,
               bool *any, struct err *err)
{
    const struct heat *heat = heat_of(profile);
    const char *rotate = command_text(request, "rotate");
    *any = rotate[0] != '\0';
    if (rotate[0] && strcmp(rotate, "0") != 0 && strcmp(rotate, "90") != 0 &&
        strcmp(rotate, "180") != 0 && strcmp(rotate, "270") != 0)
        return err_set(err, ERR_INPUT, "--rotate: want 0, 90, 180 or 270");
    if (rotate[0])
        profile->rotate_degrees = (int32_t)strtol(rotate, NULL, 10);
    return take_offset(request, "offset-x", &profile->offset_x_um, any, err) &&
           take_offset(request, "offset-y", &profile->offset_y_um, any, err) &&
           take_number(request, "darkness", heat ? heat->least : 1,
                       heat ? heat->most : 0, &profile->darkness, any, err) &&
           take_number(request, "speed", 1, heat ? heat->speed_most : 0,
                       &profile->speed, any, err);
}

/* ---- at the printer ------------------------------------------------------------- */

/* Where an edge of the label lies on the ruler; what is left of it was not printed. An
 * edge before the ruler's first line is told by the opposite one. */
static bool
ask_edge(const struct talk *talk, const char *near, const char *far, double size_mm,
         double *shift_mm, struct err *err)
{
    char question[256], answer[32], fallback[32];
    for (;;) {
        snprintf(question, sizeof question,
                 "Which number of the ruler lies at the label's %s edge? (0: the thick "
                 "line runs along it; w: there is white before the line)",
                 near);
        if (!talk_ask(talk, question, "0", "--offset-x, --offset-y", answer,
                      sizeof answer, err))
            return false;
        if (read_mm(answer, shift_mm))
            return true;
        if (strcmp(answer, "w") != 0)
            continue;
        snprintf(question, sizeof question,
                 "Then which number lies at its %s edge? (%.4g would be right)", far,
                 size_mm);
        snprintf(fallback, sizeof fallback, "%.4g", size_mm);
        if (!talk_ask(talk, question, fallback, "--offset-x, --offset-y", answer,
                      sizeof answer, err))
            return false;
        char *end;
        *shift_mm = strtod(answer, &end) - size_mm;
        if (*end == '\0' && fabs(*shift_mm) * 1000 <= OFFSET_MAX_UM)
            return true;
        talk_say(talk, "That is over 20 mm away: is the right label in it?\n");
    }
}

/* Empty: as it is. */
static bool
ask_number(const struct talk *talk, const char *question, const char *option,
           int32_t least, int32_t most, int32_t *value, struct err *err)
{
    char answer[32], was[24] = "as it is";
    long long number;
    if (*value != ENCODER_UNSET)
        snprintf(was, sizeof was, "%" PRId32, *value);
    for (;;) {
        if (!talk_ask(talk, question, was, option, answer, sizeof answer, err))
            return false;
        if (strcmp(answer, was) == 0)
            return true;
        if (str_read_int(answer, least, most, &number)) {
            *value = (int32_t)number;
            return true;
        }
        talk_say(talk, "Want a number from %" PRId32 " to %" PRId32 ".\n", least, most);
    }
}

static bool
ask_heat(const struct talk *talk, struct profile *profile, struct err *err)
{
    const struct heat *heat = heat_of(profile);
    char question[192];
    if (!heat)
        return true;
    snprintf(question, sizeof question,
             "Heat, %" PRId32 " to %" PRId32
             "? (more where thin stripes break, less where they run together)",
             heat->least, heat->most);
    if (!ask_number(talk, question, "--darkness", heat->least, heat->most,
                    &profile->darkness, err))
        return false;
    return heat->speed_most == 0 ||
           ask_number(talk, "Speed in mm a second? (slower prints darker)", "--speed",
                      1, heat->speed_most, &profile->speed, err);
}

static bool
ask_rotation(const struct talk *talk, struct profile *profile, struct err *err)
{
    static const char *const turns[] = {
        "as it is drawn: its top leaves the printer first",
        "by 90 degrees, clockwise",
        "by 180 degrees: its foot leaves the printer first",
        "by 270 degrees",
    };
    unsigned chosen = 0;
    if (!talk_choose(talk, "How is a badge to be turned onto the label?", turns, 4,
                     "--rotate", &chosen, err))
        return false;
    profile->rotate_degrees = 90 * (int32_t)chosen;
    return true;
}

static bool
move(int32_t *um, double shift_mm, struct err *err)
{
    int64_t moved = *um + llround(shift_mm * 1000);
    if (moved < -OFFSET_MAX_UM || moved > OFFSET_MAX_UM)
        return err_set(err, ERR_INPUT,
                       "an offset over 20 mm: is the right label in it?");
    *um = (int32_t)moved;
    return true;
}

/* An edge at number n: everything is printed n too far towards it. */
static bool
ask_all(const struct talk *talk, struct profile *profile, struct err *err)
{
    const struct profile_media *media = &profile->media[profile->medium];
    double x_mm, y_mm;
    return ask_edge(talk, "left", "right", media->width_um / 1000.0, &x_mm, err) &&
           ask_edge(talk, "upper", "lower", media->height_um / 1000.0, &y_mm, err) &&
           move(&profile->offset_x_um, x_mm, err) &&
           move(&profile->offset_y_um, y_mm, err) && ask_heat(talk, profile, err);
}

bool
calibrate_talk(const struct command_parts *parts, struct printq_printer *printer,
               struct err *err)
{
    const struct talk *talk = parts->here->talk;
    static const char *const ends[] = { "It is right: keep it",
                                        "Change something and print another",
                                        "Print the same once more" };
    for (unsigned chosen = 2;;) {
        if (chosen == 1 && !ask_all(talk, &printer->profile, err))
            return false;
        talk_say(talk, "Printing a label with rulers on %s …\n", printer->uri);
        if (!label_print(parts, printer, err))
            return false;
        talk_say(talk, "Hold it as it came out, its upper edge being the one that came "
                       "first.\n");
        if (!talk_choose(talk, "How is it?", ends, 3, "--offset-x, --offset-y", &chosen,
                         err))
            return false;
        if (chosen == 0)
            return ask_rotation(talk, &printer->profile, err);
    }
}

/* ---- kept ----------------------------------------------------------------------- */

unsigned
calibrate_options(const struct profile *before, const struct profile *after,
                  struct conf_option options[CALIBRATE_OPTIONS_MAX])
{
    unsigned count = 0;
    if (before->offset_x_um != after->offset_x_um ||
        before->offset_y_um != after->offset_y_um) {
        options[count].name = "offset_mm";
        snprintf(options[count].value, sizeof options[count].value, "{%.6g, %.6g}",
                 after->offset_x_um / 1000.0, after->offset_y_um / 1000.0);
        count++;
    }
    const struct {
        const char *name;
        int32_t before, after;
    } numbers[] = { { "darkness", before->darkness, after->darkness },
                    { "speed", before->speed, after->speed },
                    { "rotate", before->rotate_degrees, after->rotate_degrees } };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].before == numbers[i].after)
            continue;
        options[count].name = numbers[i].name;
        snprintf(options[count].value, sizeof options[count].value, "%" PRId32,
                 numbers[i].after);
        count++;
    }
    return count;
}
