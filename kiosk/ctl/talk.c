#include "ctl/talk.h"

#include <stdarg.h>
#include <string.h>

#include "str.h"

enum { ANSWER_MAX = 255, TRIES_MAX = 5 };

void
talk_say(const struct talk *talk, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vfprintf(talk->out, format, values);
    va_end(values);
    fflush(talk->out);
}

static bool
read_line(const struct talk *talk, char *line, size_t size, struct err *err)
{
    fflush(talk->out);
    if (!fgets(line, (int)size, talk->in))
        return err_set(err, ERR_INPUT, "the conversation was ended");
    line[strcspn(line, "\r\n")] = '\0';
    size_t blanks = strspn(line, " \t"), length = strlen(line + blanks);
    memmove(line, line + blanks, length + 1);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        line[--length] = '\0';
    return true;
}

bool
talk_agree(const struct talk *talk, const char *question, bool *agreed, struct err *err)
{
    char line[ANSWER_MAX + 1];
    *agreed = talk->yes && !talk->dry;
    if (talk->yes || talk->dry)
        return true;
    if (!talk->terminal)
        return err_set(err, ERR_INPUT,
                       "%s: nobody is at a terminal to agree; --yes agrees, --dry-run "
                       "only shows",
                       question);
    talk_say(talk, "%s [y/N] ", question);
    if (!read_line(talk, line, sizeof line, err))
        return false;
    *agreed = strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0 ||
              strcmp(line, "是") == 0;
    return true;
}

bool
talk_ask(const struct talk *talk, const char *question, const char *fallback,
         const char *option, char *answer, size_t size, struct err *err)
{
    char line[ANSWER_MAX + 1];
    if (!talk->terminal)
        return err_set(err, ERR_INPUT, "%s: say it with %s", question, option);
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        talk_say(talk, fallback[0] ? "%s [%s] " : "%s%s ", question, fallback);
        if (!read_line(talk, line, sizeof line, err))
            return false;
        if (line[0] == '\0' && !fallback[0])
            continue;
        if (str_copy(answer, size, line[0] ? line : fallback))
            return true;
        talk_say(talk, "At most %zu bytes.\n", size - 1);
    }
    return err_set(err, ERR_INPUT, "%s: no answer", question);
}

static bool
list(const char *const items[], unsigned count, const char *question,
     const char *option, struct err *err)
{
    struct str all;
    str_init(&all, 200);
    for (unsigned i = 0; i < count && i < 8; i++)
        str_addf(&all, i ? ", %s" : "%s", items[i]);
    err_set(err, ERR_INPUT, "%s: say it with %s: %s%s", question, option, all.data,
            count > 8 ? ", …" : "");
    str_finish(&all);
    return false;
}

bool
talk_choose(const struct talk *talk, const char *question, const char *const items[],
            unsigned count, const char *option, unsigned *chosen, struct err *err)
{
    char line[ANSWER_MAX + 1];
    *chosen = 0;
    if (count == 1)
        return true;
    if (!talk->terminal)
        return list(items, count, question, option, err);
    for (unsigned i = 0; i < count; i++)
        talk_say(talk, "  %2u  %s\n", i + 1, items[i]);
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        long long number;
        talk_say(talk, "%s (1 to %u) ", question, count);
        if (!read_line(talk, line, sizeof line, err))
            return false;
        if (str_read_int(line, 1, count, &number)) {
            *chosen = (unsigned)number - 1;
            return true;
        }
    }
    return err_set(err, ERR_INPUT, "%s: no answer", question);
}
