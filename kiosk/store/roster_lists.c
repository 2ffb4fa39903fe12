#include <string.h>

#include "store/db_internal.h"
#include "store/roster.h"

/* Events and check-in lists: the doors. */

#define SELECT_EVENT                                                                   \
    "SELECT id, slug, name, zone, source, starts_ms, ends_ms, admission_ms, is_series" \
    " FROM event"
#define SELECT_LIST                                                                   \
    "SELECT l.id, e.slug, l.key, l.name, l.place, l.session, l.starts_ms, l.ends_ms," \
    " l.opens_ms, l.closes_ms, l.all_kinds, l.several_entries, l.entry_after_exit,"   \
    " l.include_unpaid, l.addon_match, l.rules <> '', l.exit_all_ms"                  \
    " FROM list l JOIN event e ON e.id = l.event_id"

static void
take_event(struct query *q, struct event *event)
{
    event->id = take_int(q);
    take_text(q, event->slug, sizeof event->slug);
    take_text(q, event->name, sizeof event->name);
    take_text(q, event->zone, sizeof event->zone);
    take_text(q, event->source, sizeof event->source);
    event->starts_ms = take_int(q);
    event->ends_ms = take_int(q);
    event->admission_ms = take_int(q);
    event->is_series = take_bool(q);
}

static void
take_list(struct query *q, struct list *list)
{
    list->id = take_int(q);
    take_text(q, list->event, sizeof list->event);
    take_text(q, list->key, sizeof list->key);
    take_text(q, list->name, sizeof list->name);
    take_text(q, list->place, sizeof list->place);
    take_text(q, list->session, sizeof list->session);
    list->starts_ms = take_int(q);
    list->ends_ms = take_int(q);
    list->opens_ms = take_int(q);
    list->closes_ms = take_int(q);
    list->all_kinds = take_bool(q);
    list->several_entries = take_bool(q);
    list->entry_after_exit = take_bool(q);
    list->include_unpaid = take_bool(q);
    list->addon_match = take_bool(q);
    list->has_rules = take_bool(q);
    list->exit_all_ms = take_int(q);
}

bool
roster_event(struct db *db, const char *slug, bool *found, struct event *event,
             struct err *err)
{
    struct db_memory *memory = &db->memory;
    bool may_remember = db_may_remember(db);
    *found = may_remember && memory->has_event && strcmp(memory->event.slug, slug) == 0;
    if (*found) {
        *event = memory->event;
        return true;
    }
    struct query q = query(&db->roster, SELECT_EVENT " WHERE slug = ?1");
    query_text(&q, slug);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    if (*found)
        take_event(&q, event);
    query_end(&q);
    if (*found && may_remember) {
        memory->event = *event;
        memory->has_event = true;
    }
    return true;
}

bool
roster_list(struct db *db, const char *event, const char *key, bool *found,
            struct list *list, struct err *err)
{
    struct db_memory *memory = &db->memory;
    bool may_remember = db_may_remember(db);
    *found = may_remember && memory->has_list &&
             strcmp(memory->list.event, event) == 0 &&
             strcmp(memory->list.key, key) == 0;
    if (*found) {
        *list = memory->list;
        return true;
    }
    struct query q =
        query(&db->roster, SELECT_LIST " WHERE e.slug = ?1 AND l.key = ?2");
    query_text(&q, event);
    query_text(&q, key);
    if (!query_next(&q, found, err))
        return err_wrap(err, "roster");
    if (*found)
        take_list(&q, list);
    query_end(&q);
    if (*found && may_remember) {
        memory->list = *list;
        memory->has_list = true;
    }
    return true;
}

bool
roster_list_takes(struct db *db, const struct list *list, const struct ticket *ticket,
                  enum list_answer *answer, struct err *err)
{
    struct query q =
        query(&db->roster, "SELECT ?2 OR EXISTS (SELECT 1 FROM list_kind"
                           "  WHERE list_id = ?1 AND kind = ?3)"
                           " OR EXISTS (SELECT 1 FROM list_product"
                           "  WHERE list_id = ?1 AND product = ?6),"
                           " ?4 = '' OR EXISTS (SELECT 1 FROM ticket_session"
                           "  WHERE ticket_id = ?5 AND session = ?4)");
    query_int(&q, list->id);
    query_int(&q, list->all_kinds);
    query_text(&q, ticket->kind);
    query_text(&q, list->session);
    query_int(&q, ticket->id);
    query_int(&q, ticket->origin.product);
    bool row;
    if (!query_next(&q, &row, err))
        return err_wrap(err, "roster");
    bool kind = take_bool(&q), session = take_bool(&q);
    query_end(&q);
    bool here = strcmp(list->event, ticket->event) == 0;
    *answer = !kind             ? LIST_OTHER_KIND
              : session && here ? LIST_TAKES
                                : LIST_OTHER_SESSION;
    return true;
}

/* Those that begin first come first, those without a beginning last. */
static bool
comes_before(const struct list *a, const struct list *b)
{
    if ((a->starts_ms == 0) != (b->starts_ms == 0))
        return b->starts_ms == 0;
    return a->starts_ms != b->starts_ms ? a->starts_ms < b->starts_ms : a->id < b->id;
}

/* Puts it in its place among those that were found; of too many the last one goes. */
static void
place_list(struct list *lists, unsigned max, unsigned *count, const struct list *list)
{
    unsigned at = *count;
    while (at > 0 && comes_before(list, &lists[at - 1]))
        at--;
    if (at == max)
        return;
    unsigned moved = (*count == max ? max - 1 : *count) - at;
    memmove(&lists[at + 1], &lists[at], moved * sizeof *lists);
    lists[at] = *list;
    *count = at + moved + 1;
}

/* In order without SQL's ORDER BY: setting up a sorter costs more than the look-up. */
bool
roster_lists_for(struct db *db, const struct ticket *ticket, struct list *lists,
                 unsigned max, unsigned *count, struct err *err)
{
    struct query q =
        query(&db->roster, SELECT_LIST
              " WHERE e.slug = ?1 AND (l.all_kinds OR EXISTS (SELECT 1 FROM list_kind"
              "  WHERE list_id = l.id AND kind = ?2) OR EXISTS (SELECT 1"
              "  FROM list_product WHERE list_id = l.id AND product = ?4))"
              " AND (l.session = '' OR EXISTS (SELECT 1 FROM ticket_session"
              "  WHERE ticket_id = ?3 AND session = l.session))");
    query_text(&q, ticket->event);
    query_text(&q, ticket->kind);
    query_int(&q, ticket->id);
    query_int(&q, ticket->origin.product);
    *count = 0;
    for (bool row = true; row;) {
        struct list list;
        if (!query_next(&q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            break;
        take_list(&q, &list);
        place_list(lists, max, count, &list);
    }
    return true;
}

/* ---- all of them: one row at a time, so that `each` may write and look up
 * ------------ */

bool
roster_each_event(struct db *db, bool (*each)(const struct event *, void *self),
                  void *self, struct err *err)
{
    struct event event = { .id = 0 };
    for (;;) {
        struct query q =
            query(&db->roster, SELECT_EVENT " WHERE id > ?1 ORDER BY id LIMIT 1");
        bool row;
        query_int(&q, event.id);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        take_event(&q, &event);
        query_end(&q);
        if (!each(&event, self))
            return true;
    }
}

bool
roster_each_list(struct db *db, const char *event,
                 bool (*each)(const struct list *, void *self), void *self,
                 struct err *err)
{
    static const char of_all[] = SELECT_LIST " WHERE l.id > ?1 ORDER BY l.id LIMIT 1";
    static const char of_event[] =
        SELECT_LIST " WHERE l.id > ?1 AND e.slug = ?2 ORDER BY l.id LIMIT 1";
    bool all = !event || event[0] == '\0';
    struct list list = { .id = 0 };
    for (;;) {
        struct query q = query(&db->roster, all ? of_all : of_event);
        bool row;
        query_int(&q, list.id);
        if (!all)
            query_text(&q, event);
        if (!query_next(&q, &row, err))
            return err_wrap(err, "roster");
        if (!row)
            return true;
        take_list(&q, &list);
        query_end(&q);
        if (!each(&list, self))
            return true;
    }
}
