#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "str.h"

void
log_line(const struct log *log, enum log_level level, const char *module,
         const char *format, ...)
{
    /* a reload may move it while a lane's thread speaks */
    if (level > __atomic_load_n(&log->threshold, __ATOMIC_RELAXED))
        return;
    char text[LOG_LINE_MAX + 1];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text[str_cut(text, strlen(text), LOG_LINE_MAX)] = '\0';
    for (char *c = text; *c; c++) { /* one line is one line, whatever was passed */
        if ((unsigned char)*c < 0x20)
            *c = ' ';
    }
    log->write(level, module, text, log->self);
}
