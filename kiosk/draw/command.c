#include "draw/command.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "draw/design.h"
#include "draw/jail.h"
#include "draw/protocol.h"
#include "str.h"

static_assert((int)COMMAND_TROUBLE == (int)PROTOCOL_EXIT_TROUBLE,
              "easel knows trouble by its exit status");

enum { MEMORY_MAX = 768 * 1024 * 1024, FILES_MAX = 64, PATH_BYTES = 4096 };

#if defined(__SANITIZE_ADDRESS__)
/* The search for leaks at the end needs a world outside the jail. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

static const char usage[] =
    "kiosk-draw draws badges for kioskd, in a jail.\n"
    "\n"
    "  kiosk-draw prepare --design FILE.svg --target TARGET --out FILE\n"
    "  kiosk-draw serve                      socket at descriptor 3\n"
    "  kiosk-draw png --design FILE.svg --target TARGET --fields JSON [--qr TEXT]\n"
    "                 --out FILE.png [--report]\n"
    "  kiosk-draw qr [--module DOTS] < LINES  each line: text, a tab, a path.png\n"
    "\n"
    "TARGET is DPI[,WIDTH,HEIGHT[,OFFSETX,OFFSETY[,DEGREES]]] in dots of the head;\n"
    "without a size the design's own is taken. Fonts: $FONTCONFIG_FILE.\n";

int
command_usage(void)
{
    fputs(usage, stderr);
    return COMMAND_USAGE;
}

int
command_complain(const struct err *err)
{
    printf("%s\n", err->text);
    fflush(stdout);
    return err->code == ERR_IO ? COMMAND_TROUBLE : COMMAND_WRONG;
}

static bool
read_options(int count, char **arguments, struct command_options *options)
{
    const struct {
        const char *name;
        const char **value;
    } table[] = { { "--design", &options->design }, { "--target", &options->target },
                  { "--out", &options->out },       { "--fields", &options->fields },
                  { "--qr", &options->qr },         { "--module", &options->module } };

    for (int i = 0; i < count; i++) {
        size_t at = 0;
        while (at < 6 && strcmp(arguments[i], table[at].name) != 0)
            at++;
        if (strcmp(arguments[i], "--report") == 0)
            options->report = true;
        else if (at < 6 && i + 1 < count)
            *table[at].value = arguments[++i];
        else {
            fprintf(stderr, "kiosk-draw: cannot use \"%s\"\n", arguments[i]);
            return false;
        }
    }
    return true;
}

/* ---- the jail ----------------------------------------------------------- */

bool
command_enter_jail(struct badge **badge, unsigned cpu_s, bool warm, struct err *err)
{
    const char *configuration = getenv("FONTCONFIG_FILE");
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *const readable[] = { "/usr/share",
                                     "/usr/local/share/fonts",
                                     "/etc/fonts",
                                     "/var/cache/fontconfig",
                                     configuration ? configuration : "/etc/fonts",
                                     NULL };
    struct jail_limits limits = { MEMORY_MAX, DESIGN_FILE_MAX, FILES_MAX, cpu_s };
    bool enforced;

    if (!jail_limit(&limits, err) || !jail_files(readable, cache, &enforced, err) ||
        !badge_create(badge, err))
        return false;
    if (warm)
        badge_warm(*badge);
    return jail_calls(err);
}

/* ---- main --------------------------------------------------------------- */

/* Becomes the program beside this one, with the same command line. */
static int
hand_over(const char *other, char **arguments)
{
    char path[PATH_BYTES];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    char *name = strrchr(path, '/');
    size_t before = name ? (size_t)(name + 1 - path) : 0;
    if (before > 0 && str_copy(path + before, sizeof path - before, other))
        execv(path, arguments);
    fprintf(stderr, "kiosk-draw: %s: cannot start: %s\n", path, strerror(errno));
    return COMMAND_TROUBLE;
}

int
command_main(const struct command_program *program, int count, char **arguments)
{
    struct command_options options = { 0 };
    const char *name = count > 1 ? arguments[1] : "";

    if (strcmp(name, "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(name, "--version") == 0) {
        puts("kiosk-draw " YUELAI_VERSION);
        return EXIT_SUCCESS;
    }
    for (const char *const *other = program->others; *other; other++) {
        if (strcmp(name, *other) == 0)
            return hand_over(program->other, arguments);
    }
    if (count > 1 && !read_options(count - 2, arguments + 2, &options))
        return COMMAND_USAGE;
    for (const struct command *command = program->commands; command->name; command++) {
        if (strcmp(name, command->name) == 0)
            return command->run(&options);
    }
    return command_usage();
}
