#include "kioskctl_here.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "clock.h"
#include "ctl/talk.h"
#include "encoder.h"
#include "random.h"
#include "setup.h"
#include "setup_paths.h"
#include "spooler.h"

static const struct encoder *const encoders[] = {
    &encode_zpl,    &encode_brother_ql, &encode_dymo_lw,     &encode_epl2, &encode_tspl,
    &encode_escpos, &encode_pwg,        &encode_cups_raster, &encode_pdf1, NULL
};

struct bench {
    struct setup *setup;
    struct talk talk;
    struct command_here here;
    struct command_parts parts;
    struct command_request request;
    struct log log;
    struct json *root;
    char file[SETUP_PATH_MAX + 1], settings[SETUP_PATH_MAX + 64];
    char once[SETUP_PATH_MAX + 64];
    ask_line_fn *line;
    void *self;
};

static void
write_nothing(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level;
    (void)module;
    (void)text;
    (void)self;
}

static void
hand_line(struct command_request *request, const char *line, size_t length, bool last)
{
    struct bench *bench = request->transport;
    (void)last;
    fflush(bench->talk.out);
    bench->line(line, length, bench->self);
}

/* "…/share/yuelai/printer" -> "…/share/yuelai/cups-settings"; in a source tree it
 * stands in system/ beside it. */
static void
find_programs(struct bench *bench)
{
    const struct setup *setup = bench->setup;
    int dir = (int)(strrchr(setup->profiles, '/') - setup->profiles);
    snprintf(bench->settings, sizeof bench->settings, "%.*s/cups-settings", dir,
             setup->profiles);
    if (access(bench->settings, R_OK) != 0)
        snprintf(bench->settings, sizeof bench->settings, "%.*s/system/cups-settings",
                 dir, setup->profiles);
    dir = (int)(strrchr(setup->helper, '/') - setup->helper);
    snprintf(bench->once, sizeof bench->once, "%.*s/backend-once", dir, setup->helper);
}

static bool
find_file(struct bench *bench, struct err *err)
{
    if (bench->setup->file[0])
        return str_copy(bench->file, sizeof bench->file, bench->setup->file);
    return setup_name_file(bench->file, err);
}

static void
fill_here(struct bench *bench, const struct here *here)
{
    const struct setup *setup = bench->setup;
    bench->here = (struct command_here){
        .talk = &bench->talk,
        .spooler = &spooler_cups,
        .encoders = encoders,
        .file = bench->file,
        .wrong = here->local->wrong ? here->local->why.text : "",
        .socket = here->socket,
        .data = setup->data,
        .key = setup->key,
        .cups_settings = bench->settings,
        .once = bench->once,
        .designs = setup->designs,
        .fonts = setup->fonts,
        .printers = setup->printers,
        .printer_count = setup->printer_count,
        .scanners = setup->scanners,
        .scanner_count = setup->scanner_count,
    };
    bench->log = (struct log){ .write = write_nothing, .threshold = LOG_LEVEL_ERROR };
    bench->parts = (struct command_parts){
        .here = &bench->here,
        .clock = &clock_system,
        .random = &random_system,
        .log = &bench->log,
        .station = setup->station,
        .station_name = setup->station_name,
        .zone = setup->zone,
        .helper = setup->helper,
        .profiles = setup->profiles,
    };
}

static void
fill_talk(struct bench *bench, bool json)
{
    bench->talk = (struct talk){
        .in = stdin,
        .out = json ? stderr : stdout,
        .terminal = isatty(STDIN_FILENO),
        .yes = command_flag(&bench->request, "yes"),
        .dry = command_flag(&bench->request, "dry-run"),
    };
}

bool
here_run(const struct here *here, const struct words *words, ask_line_fn *line,
         void *self, struct err *err)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct err wrong; /* a printer that cannot be right is left out, and told of */
    if (!bench)
        return err_no_memory(err);
    bench->setup = here->local->setup;
    bench->line = line;
    bench->self = self;
    bool ok = find_file(bench, err) &&
              json_parse(words->request.data, words->request.length, &bench->root, err);
    if (ok) {
        bool printers = setup_load_printers(bench->setup, NULL, &wrong);
        find_programs(bench);
        fill_here(bench, here);
        if (!printers && !bench->here.wrong[0])
            bench->here.wrong = wrong.text;
        bench->request = (struct command_request){
            .parts = &bench->parts,
            .command = words->command,
            .args = json_member(bench->root, "args"),
            .line = hand_line,
            .transport = bench,
            .files = { -1, -1 },
        };
        fill_talk(bench, here->json);
        command_run(&bench->request);
    }
    json_free(bench->root);
    free(bench);
    return ok;
}
