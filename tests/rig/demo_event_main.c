/* demo-event: writes the demo event's guests.csv and lists.csv (demo_event.h). */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "demo_event.h"
#include "str.h"

static const char usage[] =
    "usage: demo-event --out DIR [--guests N] [--date YYYY-MM-DD] [--seed N] [--data "
    "DIR]\n"
    "\n"
    "Writes DIR/guests.csv (3500 guests unless said otherwise) and DIR/lists.csv.\n"
    "The date is the first of the event's two days; default: today. The same options\n"
    "write the same bytes.\n";

static bool
read_number(const char *text, long long max, const char *name, long long *number)
{
    if (str_read_int(text, 1, max, number))
        return true;
    fprintf(stderr, "demo-event: --%s: want a number from 1 to %lld\n", name, max);
    return false;
}

/* Today where the event is. */
static void
today(char date[16])
{
    time_t now = time(NULL) + 8 * 3600;
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(date, 16, "%Y-%m-%d", &parts);
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        { "out", required_argument, NULL, 'o' },
        { "guests", required_argument, NULL, 'g' },
        { "date", required_argument, NULL, 'd' },
        { "seed", required_argument, NULL, 's' },
        { "data", required_argument, NULL, 'D' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    char date[16];
    today(date);
    struct demo_event_setting setting = { .seed = 2026, .date = date };
    const char *out = NULL;
    long long number;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'o')
            out = optarg;
        else if (option == 'd')
            setting.date = optarg;
        else if (option == 'D')
            setting.data_dir = optarg;
        else if (option == 'g' && read_number(optarg, 10000000, "guests", &number))
            setting.guests = (unsigned)number;
        else if (option == 's' && read_number(optarg, 1LL << 62, "seed", &number))
            setting.seed = (uint64_t)number;
        else if (option == 'h')
            return fputs(usage, stdout) < 0;
        else
            return 2;
    }
    if (!out || optind < argc) {
        fputs(usage, stderr);
        return 2;
    }
    struct err err;
    if (!demo_event_write(&setting, out, &err)) {
        fprintf(stderr, "demo-event: %s\n", err.text);
        return 1;
    }
    printf("%s/guests.csv %s/lists.csv\n", out, out);
    return 0;
}
