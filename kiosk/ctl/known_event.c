#include "ctl/known_event.h"

#include <string.h>

#include "store/journal.h"
#include "store/roster.h"
#include "str.h"

static bool
name_event(const struct event *event, void *self)
{
    struct str *names = self;
    str_addf(names, "%s%s", names->length > 0 ? ", " : "", event->slug);
    return true;
}

static bool
tell_absent(struct db *db, const char *slug, struct err *err)
{
    struct str names;
    char quoted[64];
    str_init(&names, sizeof err->text / 2);
    if (roster_each_event(db, name_event, &names, err))
        err_set(err, ERR_ABSENT, "there is no event \"%s\" here; %s%s",
                str_quote(quoted, sizeof quoted, slug, strlen(slug)),
                names.length > 0 ? "want one of " : "nothing was imported yet",
                names.data);
    str_finish(&names);
    return false;
}

bool
known_event(struct db *db, const char *slug, bool gone, struct err *err)
{
    struct event event;
    bool found;
    if (!roster_event(db, slug, &found, &event, err) ||
        (!found && gone && !journal_has_event(db, slug, &found, err)))
        return false;
    return found || tell_absent(db, slug, err);
}
