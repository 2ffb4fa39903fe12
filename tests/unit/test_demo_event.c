#include "demo_event.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "desk/csv.h"
#include "str.h"

static char dir[64];

static int
make_dir(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/demo-event-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
    (void)state;
    char path[128];
    static const char *const names[] = { "guests.csv", "lists.csv", "first.csv" };
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    return rmdir(dir);
}

static void
write_event(const struct demo_event_setting *setting)
{
    struct err err = { ERR_NONE, "" };
    if (!demo_event_write(setting, dir, &err))
        fail_msg("%s", err.text);
}

/* What a row adds to the picture. */
struct picture {
    unsigned rows, countries, scripts[8], kinds, paid, latin, long_names;
    char seen_countries[64][3], seen_kinds[16][16];
    size_t columns;
};

/* The script by the first character that tells one. */
static unsigned
script_of(const char *name)
{
    size_t length = strlen(name);
    for (size_t at = 0; at < length;) {
        unsigned c = str_next_character(name, length, &at);
        if (c >= 0x4E00 && c <= 0x9FFF)
            return 1;
        if (c >= 0x400 && c <= 0x52F)
            return 2;
        if (c >= 0x600 && c <= 0x6FF)
            return 3;
        if (c >= 0xAC00 && c <= 0xD7A3)
            return 4;
        if (c >= 0xE00 && c <= 0xE7F)
            return 5;
        if (c >= 0x370 && c <= 0x3FF)
            return 6;
        if (c >= 0x590 && c <= 0x5FF)
            return 7;
    }
    return 0;
}

static unsigned
count_characters(const char *text)
{
    unsigned count = 0;
    for (size_t at = 0, length = strlen(text); at < length; count++)
        str_next_character(text, length, &at);
    return count;
}

static void
see_row(struct picture *picture, const struct csv_row *row)
{
    unsigned i = 0;
    while (i < picture->countries &&
           strcmp(picture->seen_countries[i], row->fields[4]) != 0)
        i++;
    if (i == picture->countries) {
        assert_int_equal(strlen(row->fields[4]), 2);
        str_copy(picture->seen_countries[picture->countries++], 3, row->fields[4]);
    }
    for (i = 0; i < picture->kinds && strcmp(picture->seen_kinds[i], row->fields[5]);
         i++)
        ;
    if (i == picture->kinds)
        str_copy(picture->seen_kinds[picture->kinds++], 16, row->fields[5]);
    unsigned script = script_of(row->fields[1]);
    picture->scripts[script]++;
    picture->latin += script > 0 && row->fields[2][0] != '\0';
    picture->long_names += count_characters(row->fields[1]) >= 60;
    picture->paid += strcmp(row->fields[11], "paid") == 0;
    picture->rows++;
}

static void
see_guests(const char *name, struct picture *picture)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    struct csv_setting setting = { .read = csv_read_fd, .self = &fd };
    struct csv *csv;
    struct csv_row row;
    struct err err;
    assert_true(csv_open(&setting, &csv, &err));
    assert_int_equal(csv_next(csv, &row, &err), CSV_ROW);
    picture->columns = row.count;
    for (enum csv_result result; (result = csv_next(csv, &row, &err)) != CSV_END;) {
        assert_int_equal(result, CSV_ROW);
        assert_int_equal(row.count, picture->columns);
        see_row(picture, &row);
    }
    csv_close(csv);
    close(fd);
}

static void
the_demo_event_is_as_large_and_as_varied_as_the_real_one(void **state)
{
    (void)state;
    static struct picture guests;
    write_event(&(struct demo_event_setting){ .date = "2026-11-25", .seed = 2026 });
    see_guests("guests.csv", &guests);
    assert_int_equal(guests.rows, 3500);
    assert_int_equal(guests.countries, 50);
    assert_int_equal(guests.kinds, 10);
    for (unsigned script = 0; script < 8; script++) {
        if (guests.scripts[script] < 5)
            fail_msg("script %u: %u guests", script, guests.scripts[script]);
    }
    assert_in_range(guests.scripts[1], 1700, 2300);
    assert_int_equal(guests.latin, guests.rows - guests.scripts[0]);
    assert_in_range(guests.long_names, 5, 100);
    assert_in_range(guests.paid, 3200, 3499);
}

static void
there_are_a_main_entrance_and_thirteen_sub_events(void **state)
{
    (void)state;
    static struct picture unused;
    write_event(&(struct demo_event_setting){ .date = "2026-12-31", .seed = 1 });
    see_guests("guests.csv", &unused);
    char path[128], text[16384];
    snprintf(path, sizeof path, "%s/lists.csv", dir);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    unsigned lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, 1 + 1 + 13);
    assert_non_null(strstr(text, "\nmain,"));
    assert_non_null(strstr(text, "2027-01-01 09:00")); /* the second day */
}

static void
the_same_setting_writes_the_same_bytes(void **state)
{
    (void)state;
    char command[128];
    const struct demo_event_setting setting = { .guests = 500,
                                                .date = "2026-11-25",
                                                .seed = 7 };
    write_event(&setting);
    snprintf(command, sizeof command, "%s/guests.csv", dir);
    char first[128];
    snprintf(first, sizeof first, "%s/first.csv", dir);
    assert_int_equal(rename(command, first), 0);
    write_event(&setting);
    FILE *a = fopen(first, "re"), *b = fopen(command, "re");
    assert_true(a && b);
    int c;
    while ((c = fgetc(a)) == fgetc(b) && c != EOF)
        ;
    assert_int_equal(c, EOF);
    fclose(a);
    fclose(b);
}

static void
a_wrong_date_is_told(void **state)
{
    (void)state;
    struct err err = { ERR_NONE, "" };
    assert_false(
        demo_event_write(&(struct demo_event_setting){ .date = "25.11." }, dir, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.text, "25.11."));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_demo_event_is_as_large_and_as_varied_as_the_real_one),
        cmocka_unit_test(there_are_a_main_entrance_and_thirteen_sub_events),
        cmocka_unit_test(the_same_setting_writes_the_same_bytes),
        cmocka_unit_test(a_wrong_date_is_told),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
