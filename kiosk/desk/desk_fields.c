#include "desk/desk_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ticket/country.h"

/* The kinds of guest that the house knows: others go by their own key, with a line. */
static const struct desk_kind house[] = {
    { .key = "guest", .label = "GUEST" },
    { .key = "vip", .label = "VIP", .band = "solid", .icon = "star" },
    { .key = "academician", .label = "ACADEMICIAN", .band = "solid" },
    { .key = "phd", .label = "PhD" },
    { .key = "exhibitor", .label = "EXHIBITOR", .band = "frame" },
    { .key = "team", .label = "TEAM", .band = "frame" },
    { .key = "employer", .label = "EMPLOYER", .band = "frame" },
    { .key = "media", .label = "MEDIA", .band = "stripes", .icon = "camera" },
    { .key = "staff", .label = "STAFF", .band = "stripes" },
    { .key = "speaker", .label = "SPEAKER", .band = "solid", .icon = "microphone" },
};

static const char *const own_keys[] = {
    "name",  "name_latin", "organisation", "country", "country_code",
    "kind",  "kind_label", "session",      "seat",    "ref",
    "issue", "event",      "language",     "band",    "icon",
};

static bool
is_own_key(const char *key)
{
    for (size_t i = 0; i < sizeof own_keys / sizeof *own_keys; i++) {
        if (strcmp(own_keys[i], key) == 0)
            return true;
    }
    return false;
}

static const struct desk_kind *
find_kind(const struct desk_kind *kinds, size_t count, const char *key)
{
    static const struct desk_kind none = { .key = "" };
    for (size_t i = 0; i < count; i++) {
        if (strcmp(kinds[i].key, key) == 0)
            return &kinds[i];
    }
    return &none;
}

/* What is set here comes before what the house has. */
static const char *
set_or(const char *set, const char *own, const char *last)
{
    if (set[0])
        return set;
    return own[0] ? own : last;
}

const char *
desk_kind_alert(const struct desk *desk, const char *kind)
{
    return find_kind(desk->set.kinds, desk->set.kind_count, kind)->alert;
}

/* The session a badge names: the list's own, else the ticket's first that has one. */
static bool
find_session(struct db *db, const struct ticket *ticket, const struct list *list,
             char name[ROSTER_TEXT_MAX + 1], struct err *err)
{
    name[0] = '\0';
    if (list && list->session[0]) {
        str_copy(name, ROSTER_TEXT_MAX + 1, list->name);
        return true;
    }
    enum { LOOK_AT = 16 };
    struct list lists[LOOK_AT];
    unsigned count;
    if (!roster_lists_for(db, ticket, lists, LOOK_AT, &count, err))
        return false;
    for (unsigned i = 0; i < count; i++) {
        if (lists[i].session[0]) {
            str_copy(name, ROSTER_TEXT_MAX + 1, lists[i].name);
            break;
        }
    }
    return true;
}

/* The other columns of the roster, texts and numbers alike as texts. */
static void
add_extra(struct str *out, const struct ticket *ticket)
{
    struct json *root;
    struct err ignored; /* a column that nobody can read leaves its slot empty */
    if (!json_parse(ticket->extra, strlen(ticket->extra), &root, &ignored))
        return;
    const struct json *item;
    for (item = json_first(root); item; item = json_next(item)) {
        const char *text;
        double number;
        if (is_own_key(json_key(item)))
            continue;
        if (json_text(item, "", &text, &ignored)) {
            json_add_text(out, json_key(item), text);
        } else if (json_number(item, "", &number, &ignored)) {
            struct str digits;
            str_init(&digits, 64);
            str_addf(&digits, "%.15g", number);
            json_add_text(out, json_key(item), digits.data);
            str_finish(&digits);
        }
    }
    json_free(root);
}

struct badge_words {
    const char *event, *session;
    const char *kind_label, *band, *icon;
    uint32_t issue;
};

static void
add_own(struct str *out, const struct ticket *ticket, const struct badge_words *words)
{
    const char *country = country_name(ticket->country, "en");
    char issue[16];
    snprintf(issue, sizeof issue, "%u", (unsigned)words->issue);

    json_add_text(out, "name", ticket->name);
    json_add_text(out, "name_latin", ticket->name_latin);
    json_add_text(out, "organisation", ticket->organisation);
    json_add_text(out, "country", country ? country : ticket->country);
    json_add_text(out, "country_code", ticket->country);
    json_add_text(out, "kind", ticket->kind);
    json_add_text(out, "kind_label", words->kind_label);
    json_add_text(out, "band", words->band);
    json_add_text(out, "icon", words->icon);
    json_add_text(out, "session", words->session);
    json_add_text(out, "seat", ticket->seat);
    json_add_text(out, "ref", ticket->ref);
    json_add_text(out, "issue", issue);
    json_add_text(out, "event", words->event);
    json_add_text(out, "language", ticket->language);
}

/* Escapes may make a large `extra` too long: a badge without it is better than none. */
static bool
write_fields(const struct log *log, const struct ticket *ticket,
             const struct badge_words *words, char *fields, struct err *err)
{
    struct str out;
    str_init(&out, SPOOL_FIELDS_MAX);
    for (int with_extra = 1; with_extra >= 0; with_extra--) {
        str_clear(&out);
        json_open_object(&out, NULL);
        add_own(&out, ticket, words);
        if (with_extra)
            add_extra(&out, ticket);
        json_close_object(&out);
        if (str_ok(&out))
            break;
        log_warning(log, "desk", "ref=%s badge fields over %d bytes", ticket->ref,
                    SPOOL_FIELDS_MAX);
    }
    bool ok = str_ok(&out);
    if (ok)
        str_copy(fields, SPOOL_FIELDS_MAX + 1, out.data);
    str_finish(&out);
    return ok || err_set(err, ERR_LIMIT, "badge of %s: fields over %d bytes",
                         ticket->ref, SPOOL_FIELDS_MAX);
}

bool
desk_fill_job(struct desk *desk, const struct ticket *ticket, const struct list *list,
              struct spool_job *job, struct err *err)
{
    struct desk_badges badges = { .db = desk->set.db,
                                  .log = desk->set.log,
                                  .station = desk->station,
                                  .kinds = desk->set.kinds,
                                  .kind_count = desk->set.kind_count };
    return desk_badge(&badges, ticket, list, job, err);
}

bool
desk_badge(const struct desk_badges *badges, const struct ticket *ticket,
           const struct list *list, struct spool_job *job, struct err *err)
{
    struct event event = { 0 };
    char session[ROSTER_TEXT_MAX + 1], former[4];
    uint32_t top;
    bool found;

    *job = (struct spool_job){ .state = SPOOL_QUEUED };
    str_copy(job->event, sizeof job->event, ticket->event);
    str_copy(job->ref, sizeof job->ref, ticket->ref);
    str_copy(job->station, sizeof job->station, badges->station);
    str_copy(job->kind, sizeof job->kind, ticket->kind);
    if (!roster_event(badges->db, ticket->event, &found, &event, err) ||
        !find_session(badges->db, ticket, list, session, err) ||
        !spool_top_issue(badges->db, ticket->ref, &top, former, err))
        return false;

    const struct desk_kind *set =
        find_kind(badges->kinds, badges->kind_count, ticket->kind);
    const struct desk_kind *own =
        find_kind(house, sizeof house / sizeof *house, ticket->kind);
    job->issue = top + 1; /* as spool_add will have it */
    str_copy(job->design, sizeof job->design, set->design);
    struct badge_words words = {
        .event = found && event.name[0] ? event.name : ticket->event,
        .session = session,
        .kind_label = set_or(set->label, own->label, ticket->kind),
        .band = set_or(set->band, own->band, "line"),
        .icon = set_or(set->icon, own->icon, ""),
        .issue = top + 1
    };
    return write_fields(badges->log, ticket, &words, job->fields, err);
}
