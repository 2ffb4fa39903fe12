#include "sync/enrol.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "str.h"

/* /etc/machine-info is what the operator says, DMI what the maker says, and boards
 * without DMI have a device tree. Serial numbers are nobody's business. */

enum { LINE_BYTES = 256, LINES_MAX = 100 };

static FILE *
open_below(const char *root, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", root, name);
    return fopen(path, "re");
}

/* One printable line, without blanks at its ends. */
static void
tidy(char *text)
{
    size_t length = strlen(text), from = 0;
    while (length > 0 && (unsigned char)text[length - 1] <= ' ')
        text[--length] = '\0';
    while (text[from] == ' ' || text[from] == '\t')
        from++;
    memmove(text, text + from, length - from + 1);
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ')
            *c = ' ';
    }
}

static void
read_line(const char *root, const char *name, char *to, size_t size)
{
    char line[LINE_BYTES];
    FILE *file = to[0] == '\0' ? open_below(root, name) : NULL;
    if (!file)
        return;
    if (fgets(line, sizeof line, file) && str_is_utf8(line, strlen(line))) {
        tidy(line);
        str_copy(to, size, line);
    }
    fclose(file);
}

/* NAME=value or NAME="value". */
static void
read_variable(const char *root, const char *file_name, const char *name, char *to,
              size_t size)
{
    char line[LINE_BYTES];
    size_t length = strlen(name);
    FILE *file = to[0] == '\0' ? open_below(root, file_name) : NULL;
    for (int i = 0; file && i < LINES_MAX && fgets(line, sizeof line, file); i++) {
        if (strncmp(line, name, length) != 0 || line[length] != '=')
            continue;
        char *value = line + length + 1;
        tidy(value);
        size_t end = strlen(value);
        if (end >= 2 && (value[0] == '"' || value[0] == '\'') &&
            value[end - 1] == value[0]) {
            value[end - 1] = '\0';
            value++;
        }
        if (str_is_utf8(value, strlen(value)))
            str_copy(to, size, value);
    }
    if (file)
        fclose(file);
}

void
enrol_machine(const char *root, struct enrol_machine *machine)
{
    struct utsname names;
    if (!root)
        root = "";
    *machine = (struct enrol_machine){ .brand = "" };
    read_variable(root, "/etc/machine-info", "HARDWARE_VENDOR", machine->brand,
                  sizeof machine->brand);
    read_variable(root, "/etc/machine-info", "HARDWARE_MODEL", machine->model,
                  sizeof machine->model);
    read_line(root, "/sys/class/dmi/id/sys_vendor", machine->brand,
              sizeof machine->brand);
    read_line(root, "/sys/class/dmi/id/product_name", machine->model,
              sizeof machine->model);
    read_line(root, "/proc/device-tree/model", machine->model, sizeof machine->model);
    read_variable(root, "/etc/os-release", "NAME", machine->os, sizeof machine->os);
    read_variable(root, "/etc/os-release", "VERSION_ID", machine->os_version,
                  sizeof machine->os_version);
    if (uname(&names) != 0)
        names = (struct utsname){ .machine = "unknown", .sysname = "Linux" };
    if (!machine->brand[0])
        str_copy(machine->brand, sizeof machine->brand, "PC");
    if (!machine->model[0])
        str_copy(machine->model, sizeof machine->model, names.machine);
    if (!machine->os[0])
        str_copy(machine->os, sizeof machine->os, names.sysname);
    if (!machine->os_version[0])
        str_copy(machine->os_version, sizeof machine->os_version, "unknown");
}
