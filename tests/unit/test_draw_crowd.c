/* The whole demo event on badges at 203 dpi: every code is read back by somebody else's
 * reader, no letter lacks a glyph, no text stands under its floor.
 *
 * Each tenth guest; with YUELAI_CROWD=all every one of the 3,500, on a design after the
 * other in turn. */
#include "drawing.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/json.h"
#include "demo_event.h"
#include "desk/csv.h"
#include "draw/qr.h"
#include "ticket/badgecode.h"
#include "ticket/country.h"

enum { SESSIONS_MAX = 32, LIST_NAME = 1, LIST_SESSION = 8 };
enum { CODE, NAME, LATIN, ORGANISATION, COUNTRY, KIND, LANGUAGE = 8, SEAT = 10 };

static const char *const designs[] = {
    "conference-62x100", "address-89x36", "event-100x150",
    "a6-105x148",        "fold-105x296",  "card-54x86",
    "exhibitor-62x100",  "crew-62x100",   "vip-62x100",
};
enum { DESIGNS = sizeof designs / sizeof designs[0] };

static const char *const bands[] = { "solid", "stripes", "frame", "line" };

struct crowd {
    struct badge *badge;
    struct design designs[DESIGNS];
    char sessions[SESSIONS_MAX][128]; /* the event's, in two languages each */
    int session_count;
    int64_t step; /* each so manieth guest */
    int drawn, unread, misfits, missing, small;
};

static void
make_fields(const struct crowd *crowd, const struct csv_row *row, struct fields *fields)
{
    struct str json;
    struct err err;
    const char *country = country_name(row->fields[COUNTRY], "en");

    str_init(&json, 8192);
    json_open_object(&json, NULL);
    json_add_text(&json, "name", row->fields[NAME]);
    json_add_text(&json, "name_latin", row->fields[LATIN]);
    json_add_text(&json, "organisation", row->fields[ORGANISATION]);
    json_add_text(&json, "country", country ? country : "");
    json_add_text(&json, "country_code", row->fields[COUNTRY]);
    json_add_text(&json, "language", row->fields[LANGUAGE]);
    json_add_text(&json, "kind", row->fields[KIND]);
    json_add_text(&json, "kind_label", row->fields[KIND]);
    json_add_text(&json, "band", bands[row->line % 4]);
    json_add_text(&json, "seat", row->fields[SEAT]);
    json_add_text(&json, "session", crowd->sessions[row->line % crowd->session_count]);
    json_add_text(&json, "event", DEMO_EVENT_NAME);
    json_close_object(&json);
    assert_true(str_ok(&json));
    if (!fields_read(json.data, json.length, fields, &err))
        fail_msg("line %d: %s", (int)row->line, err.text);
    str_finish(&json);
}

static void
make_code(int64_t line, char text[BADGECODE_TEXT_MAX + 1])
{
    struct badgecode code = { .issue = (uint32_t)(line % 9 + 1) };
    snprintf(code.ref, sizeof code.ref, "MHTQ%06d", (int)line);
    str_copy(code.station, sizeof code.station, "AB");
    badgecode_format(&code, text);
}

static void
tell_misfits(const struct csv_row *row, const char *design,
             const struct badge_report *report)
{
    for (int i = 0; i < report->slot_count; i++) {
        const struct badge_slot_report *slot = &report->slots[i];
        if (slot->overflow || slot->missing > 0)
            print_message("line %d, %s: %s%s, %d letters lack\n", (int)row->line,
                          design, slot->name, slot->overflow ? " does not fit" : "",
                          slot->missing);
    }
}

static void
draw_guest(struct crowd *crowd, const struct csv_row *row)
{
    if (row->line == 1 || row->line % crowd->step != 0)
        return;
    char code[BADGECODE_TEXT_MAX + 1], read[256];
    int which = crowd->drawn++ % DESIGNS;
    const struct design *design = &crowd->designs[which];
    struct badge_report report;
    struct fields fields;
    struct page page;
    struct err err;

    make_fields(crowd, row, &fields);
    make_code(row->line, code);
    struct badge_guest whom = { .design = design, .fields = &fields, .qr = code };
    if (!badge_draw(crowd->badge, &whom, &page, &report, &err))
        fail_msg("line %d: %s", (int)row->line, err.text);
    int found = read_codes(&page, read, sizeof read);
    if (found != count_codes(design) || strcmp(read, code) != 0) {
        print_message("line %d, %s: want %s, read %d of \"%s\"\n", (int)row->line,
                      designs[which], code, found, read);
        crowd->unread++;
    }
    tell_misfits(row, designs[which], &report);
    crowd->misfits += report.overflow;
    crowd->missing += report.missing;
    crowd->small += report.qr_is_small;
    fields_finish(&fields);
}

static void
take_session(struct crowd *crowd, const struct csv_row *row)
{
    if (row->line == 1 || row->fields[LIST_SESSION][0] == '\0')
        return;
    assert_true(crowd->session_count < SESSIONS_MAX);
    char *session = crowd->sessions[crowd->session_count++];
    assert_true(str_copy(session, sizeof crowd->sessions[0], row->fields[LIST_NAME]));
}

/* Each row of a table of the event's, the heading too. */
static void
read_rows(struct crowd *crowd, const char *path,
          void (*take)(struct crowd *crowd, const struct csv_row *row))
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct csv_setting setting = { .read = csv_read_fd, .self = &fd };
    struct csv_row row;
    struct csv *csv;
    struct err err;

    assert_true(fd >= 0);
    assert_true(csv_open(&setting, &csv, &err));
    while (csv_next(csv, &row, &err) == CSV_ROW)
        take(crowd, &row);
    csv_close(csv);
    close(fd);
}

static void
every_code_is_read_and_every_letter_is_there(void **state)
{
    static struct crowd crowd;
    const char *mode = getenv("YUELAI_CROWD");
    struct demo_event_setting event = { .date = "2026-11-25", .seed = 1 };
    int64_t step = mode && strcmp(mode, "all") == 0 ? 1 : 10;
    char dir[] = "/tmp/yuelai-crowd-XXXXXX", path[64];
    struct err err;
    (void)state;

    assert_non_null(mkdtemp(dir));
    assert_true(demo_event_write(&event, dir, &err));
    for (int d = 0; d < DESIGNS; d++)
        prepare(designs[d], 203, 0, &crowd.designs[d]);
    crowd.badge = new_badge();
    crowd.step = step;
    snprintf(path, sizeof path, "%s/lists.csv", dir);
    read_rows(&crowd, path, take_session);
    unlink(path);
    assert_true(crowd.session_count > 0);
    snprintf(path, sizeof path, "%s/guests.csv", dir);
    read_rows(&crowd, path, draw_guest);
    unlink(path);
    rmdir(dir);
    badge_destroy(crowd.badge);
    for (int d = 0; d < DESIGNS; d++)
        design_finish(&crowd.designs[d]);

    print_message(
        "%d badges: %d codes unread, %d small, %d texts too small, %d letters "
        "lack\n",
        crowd.drawn, crowd.unread, crowd.small, crowd.misfits, crowd.missing);
    assert_int_equal(crowd.drawn, step == 1 ? 3500 : 350);
    assert_int_equal(crowd.unread, 0);
    assert_int_equal(crowd.small, 0);
    assert_int_equal(crowd.missing, 0);
    assert_int_equal(crowd.misfits, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_is_read_and_every_letter_is_there),
    };
    setenv("FONTCONFIG_FILE", SOURCE_DIR "/templates/system/fonts.conf", 1);
    setenv("XDG_CACHE_HOME", BINARY_DIR "/font-cache", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
