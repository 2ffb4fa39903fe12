/* kioskd: reads the configuration, builds the parts, names the drivers.
 *
 *     setup -> log -> loop, lanes -> station --READY=1--> runs
 *                                      SIGHUP: reads the configuration again
 *                                      SIGTERM, SIGINT: drains, closes, exits 0
 */

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log_sink.h"
#include "base/loop_real.h"
#include "base/notify.h"
#include "base/task_real.h"
#include "clock.h"
#include "ctl/reload.h"
#include "random.h"
#include "setup.h"
#include "station.h"

#include "../drivers/wire_curl.h"

enum { EXIT_OK, EXIT_FAILED, EXIT_WRONG, EXIT_HELD }; /* as in kioskd(8) */

static const struct scanner_driver *const scanner_drivers[] = { &scan_evdev,
                                                                &scan_serial,
                                                                &scan_fifo, NULL };
static const struct printer_driver *const printer_drivers[] = { &print_cups,
                                                                &print_file, NULL };
static const struct encoder *const encoders[] = {
    &encode_zpl,    &encode_brother_ql, &encode_dymo_lw,     &encode_epl2, &encode_tspl,
    &encode_escpos, &encode_pwg,        &encode_cups_raster, &encode_pdf1, NULL
};

struct options {
    const char *config; /* NULL = the usual file */
    bool check, print_config, verbose;
};

struct daemon {
    struct options options;
    struct log_sink sink;
    const struct log *log;
    struct notify notify;
    struct loop_real *real;
    struct task_real *task;
    struct wire_curl *wire;
    struct station_world world;
    struct station *station;
    struct reload reload; /* what came of the last reading of the configuration */
    struct reload_door reload_door;
    struct loop_timer *pulse; /* watchdog and status */
    int64_t pulse_ms;
    bool draining;
};

/* ---- running ------------------------------------------------------------------------
 */

static void
log_lines(const struct daemon *daemon, enum log_level level, const struct str *lines,
          const char *before)
{
    for (const char *at = lines->length ? lines->data : ""; *at;) {
        size_t length = strcspn(at, "\n");
        log_line(daemon->log, level, "config", "%s%.*s", before, (int)length, at);
        at += length + (at[length] == '\n');
    }
}

static enum log_level
wanted_level(const struct daemon *daemon, const struct setup *setup)
{
    return daemon->options.verbose ? LOG_LEVEL_DEBUG : setup->log_level;
}

/* All that is wrong with the file, in one go; *setup only if nothing is. */
static bool
load(const struct options *options, const struct station_world *world,
     struct setup **setup, struct str *report, struct err *err)
{
    struct err other;
    bool good = setup_read(options->config, setup, report, err);
    if (!*setup)
        return false;
    good = setup_load_printers(*setup, report, good ? err : &other) && good;
    good = station_check(*setup, world, report, good ? err : &other) && good;
    if (options->check)
        good =
            station_check_designs(*setup, world, report, good ? err : &other) && good;
    if (good)
        return true;
    setup_free(*setup);
    *setup = NULL;
    return false;
}

/* A file that is wrong changes nothing: the door stays as it was. */
static void
reload(void *self)
{
    struct daemon *daemon = self;
    struct reload *said = &daemon->reload;
    struct setup *setup;
    struct err err;
    str_clear(&said->wrong);
    str_clear(&said->taken);
    str_clear(&said->waits);
    said->at_ms = clock_utc_ms(daemon->world.clock);
    said->refused = !load(&daemon->options, &daemon->world, &setup, &said->wrong, &err);
    if (said->refused) {
        if (said->wrong.length == 0)
            reload_add(&said->wrong, err.text);
        log_lines(daemon, LOG_LEVEL_ERROR, &said->wrong, "");
        log_error(daemon->log, "main",
                  "reload=refused; the former configuration stays");
        return;
    }
    str_copy(said->file, sizeof said->file, setup->file);
    log_sink_set_level(&daemon->sink, wanted_level(daemon, setup));
    station_configure(daemon->station, setup, said);
    log_lines(daemon, LOG_LEVEL_NOTICE, &said->taken, "taken: ");
    log_lines(daemon, LOG_LEVEL_WARNING, &said->waits, "waits: ");
    log_notice(daemon->log, "main", "reloaded");
}

/* From kioskctl or by a signal; systemd hears of both. */
static void
reload_and_tell(void *self)
{
    struct daemon *daemon = self;
    if (daemon->draining)
        return;
    notify_reloading(&daemon->notify);
    reload(daemon);
    notify_ready(&daemon->notify);
}

static void
on_hangup(int number, void *self)
{
    (void)number;
    reload_and_tell(self);
}

static void
on_drained(void *self)
{
    struct daemon *daemon = self;
    loop_real_stop(daemon->real);
}

/* The second signal of an impatient person ends it now; the data is safe either way. */
static void
on_stop(int number, void *self)
{
    struct daemon *daemon = self;
    log_notice(daemon->log, "main", "signal=%s %s", strsignal(number),
               daemon->draining ? "again: stopping now" : "draining");
    if (daemon->draining) {
        loop_real_stop(daemon->real);
        return;
    }
    daemon->draining = true;
    notify_stopping(&daemon->notify);
    station_drain(daemon->station, on_drained, daemon);
}

/* From a timer of the loop: a loop that hangs feeds no watchdog. */
static void
on_pulse(void *self)
{
    struct daemon *daemon = self;
    struct str text;
    notify_alive(&daemon->notify);
    str_init(&text, 2000);
    station_status(daemon->station, &text);
    notify_status(&daemon->notify, "%s", text.data);
    str_finish(&text);
    loop_timer_arm(daemon->world.loop, daemon->pulse, daemon->pulse_ms);
}

static bool
start_pulse(struct daemon *daemon, struct err *err)
{
    daemon->pulse_ms = 2000;
    if (daemon->notify.watchdog_us > 0 &&
        daemon->notify.watchdog_us / 3000 < daemon->pulse_ms)
        daemon->pulse_ms = daemon->notify.watchdog_us / 3000 + 1;
    daemon->pulse = loop_timer_create(daemon->world.loop, on_pulse, daemon);
    if (!daemon->pulse)
        return err_no_memory(err);
    if (daemon->notify.fd >= 0)
        loop_timer_arm(daemon->world.loop, daemon->pulse, 0);
    return true;
}

/* ---- start and end ---------------------------------------------------------- */

static const char *
or_null(const char *text)
{
    return text[0] ? text : NULL;
}

/* The setup's texts outlive the wire: they are the station's, which goes first. */
static bool
open_wire(struct daemon *daemon, const struct setup *setup, struct err *err)
{
    const struct setup_server *server = &setup->server;
    struct wire_curl_setting setting = { .loop = daemon->world.loop,
                                         .log = daemon->log,
                                         .ca_file = or_null(server->ca),
                                         .pins = or_null(server->pins),
                                         .proxy = or_null(server->proxy) };
    if (!wire_curl_create(&daemon->wire, &setting, err))
        return false;
    daemon->world.wire = wire_curl_door(daemon->wire);
    return true;
}

static bool
start(struct daemon *daemon, struct setup *setup, struct err *err)
{
    struct station_world *world = &daemon->world;
    if (!loop_real_create(&daemon->real, err)) {
        setup_free(setup);
        return false;
    }
    world->loop_real = daemon->real;
    world->loop = loop_real_door(daemon->real);
    if (!task_real_create(world->loop, &daemon->task, err)) {
        setup_free(setup);
        return false;
    }
    world->task = task_real_door(daemon->task);
    if (!open_wire(daemon, setup, err)) {
        setup_free(setup);
        return false;
    }
    return station_create(setup, world, &daemon->station, err) &&
           loop_real_on_signal(daemon->real, SIGTERM, on_stop, daemon, err) &&
           loop_real_on_signal(daemon->real, SIGINT, on_stop, daemon, err) &&
           loop_real_on_signal(daemon->real, SIGHUP, on_hangup, daemon, err) &&
           start_pulse(daemon, err);
}

static void
end(struct daemon *daemon)
{
    if (daemon->pulse)
        loop_timer_destroy(daemon->world.loop, daemon->pulse);
    station_destroy(daemon->station);
    wire_curl_destroy(daemon->wire);
    task_real_destroy(daemon->task);
    loop_real_destroy(daemon->real);
}

static int
run(struct daemon *daemon, struct setup *setup)
{
    struct err err;
    int status = EXIT_OK;
    signal(SIGPIPE, SIG_IGN); /* a client that is gone is an error of a write */
    notify_open(&daemon->notify);
    log_notice(daemon->log, "main", "kioskd %s station=%s data=%s config=%s",
               YUELAI_VERSION, setup->station, setup->data,
               setup->file[0] ? setup->file : "(defaults)");
    if (start(daemon, setup, &err)) {
        log_notice(daemon->log, "main", "ready");
        notify_ready(&daemon->notify);
        loop_real_run(daemon->real);
        log_notice(daemon->log, "main", "stopped");
    } else {
        log_error(daemon->log, "main", "%s", err.text);
        status = err.code == ERR_BUSY ? EXIT_HELD : EXIT_FAILED;
    }
    end(daemon);
    notify_close(&daemon->notify);
    return status;
}

/* ---- the command line ------------------------------------------------------- */

static const char help[] =
    "Usage: kioskd [OPTION]…\n"
    "Runs one check-in station in the foreground until SIGTERM.\n"
    "\n"
    "  -c, --config FILE   read FILE (default: /etc/yuelai/yuelai.conf, if it is "
    "there)\n"
    "      --check         read the configuration, say what is wrong with it, and "
    "exit\n"
    "      --print-config  write a configuration of defaults, commented, and exit\n"
    "  -v, --verbose       log everything\n"
    "      --version       say the version and exit\n"
    "  -h, --help          this\n"
    "\n"
    "SIGHUP reads the configuration again. Exit status: 0 stopped or fine, 1 it could "
    "not\n"
    "start, 2 the command line or the configuration is wrong, 3 another process holds "
    "the\n"
    "data directory. See kioskd(8) and yuelai.conf(5).\n";

/* Returns an exit status for what is done with that, -1 to go on. */
static int
read_options(int argc, char **argv, struct options *options)
{
    enum { CHECK = 256, PRINT_CONFIG, VERSION };
    static const struct option longs[] = {
        { "config", required_argument, NULL, 'c' },
        { "check", no_argument, NULL, CHECK },
        { "print-config", no_argument, NULL, PRINT_CONFIG },
        { "verbose", no_argument, NULL, 'v' },
        { "version", no_argument, NULL, VERSION },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    for (int c; (c = getopt_long(argc, argv, "c:vh", longs, NULL)) != -1;) {
        switch (c) {
        case 'c':
            options->config = optarg;
            break;
        case CHECK:
            options->check = true;
            break;
        case PRINT_CONFIG:
            options->print_config = true;
            break;
        case 'v':
            options->verbose = true;
            break;
        case VERSION:
            puts("kioskd " YUELAI_VERSION);
            return EXIT_OK;
        case 'h':
            fputs(help, stdout);
            return EXIT_OK;
        default: /* getopt has said what is wrong */
            fputs("Try: kioskd --help\n", stderr);
            return EXIT_WRONG;
        }
    }
    if (optind == argc)
        return -1;
    fprintf(stderr, "kioskd: unexpected argument \"%s\"\nTry: kioskd --help\n",
            argv[optind]);
    return EXIT_WRONG;
}

static int
print_config(void)
{
    struct str text;
    str_init(&text, CONFIG_FILE_MAX);
    config_print(setup_sections, &text);
    bool written =
        fwrite(text.data, 1, text.length, stdout) == text.length && fflush(stdout) == 0;
    str_finish(&text);
    return written ? EXIT_OK : EXIT_FAILED;
}

static void
init_reload(struct daemon *daemon)
{
    str_init(&daemon->reload.wrong, CONFIG_REPORT_MAX);
    str_init(&daemon->reload.taken, RELOAD_TEXT_MAX);
    str_init(&daemon->reload.waits, RELOAD_TEXT_MAX);
    daemon->reload_door =
        (struct reload_door){ &daemon->reload, reload_and_tell, daemon };
    daemon->world.reload = &daemon->reload_door;
}

static void
finish_reload(struct daemon *daemon)
{
    str_finish(&daemon->reload.wrong);
    str_finish(&daemon->reload.taken);
    str_finish(&daemon->reload.waits);
}

int
main(int argc, char **argv)
{
    static struct daemon daemon;
    struct setup *setup = NULL;
    struct str report;
    struct err err;
    int status = read_options(argc, argv, &daemon.options);
    if (status >= 0)
        return status;
    if (daemon.options.print_config)
        return print_config();
    daemon.world = (struct station_world){ .clock = &clock_system,
                                           .random = &random_system,
                                           .scanner_drivers = scanner_drivers,
                                           .printer_drivers = printer_drivers,
                                           .encoders = encoders };
    init_reload(&daemon);
    str_init(&report, CONFIG_REPORT_MAX);
    bool loaded = load(&daemon.options, &daemon.world, &setup, &report, &err);
    if (!loaded && report.length)
        fputs(report.data, stderr);
    else if (!loaded)
        fprintf(stderr, "kioskd: %s\n", err.text);
    else if (daemon.options.check)
        printf("%s: fine\n", setup->file[0] ? setup->file : "(defaults)");
    str_finish(&report);
    if (!loaded || daemon.options.check) {
        finish_reload(&daemon);
        setup_free(setup);
        return loaded ? EXIT_OK : EXIT_WRONG;
    }
    log_sink_init(&daemon.sink, STDERR_FILENO, wanted_level(&daemon, setup));
    daemon.log = daemon.world.log = &daemon.sink.log;
    status = run(&daemon, setup);
    log_sink_finish(&daemon.sink);
    finish_reload(&daemon);
    return status;
}
