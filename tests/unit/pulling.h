#ifndef YUELAI_TESTS_PULLING_H
#define YUELAI_TESTS_PULLING_H

/* pulling: a store that downloads from tests/rig/pretix-stub by the real wire, loop and
 * lane; and all that its roster says, as one text, to compare two of them. */

#include "storing.h"

#include "../../drivers/wire_curl.h"
#include "base/loop_real.h"
#include "base/task_real.h"
#include "pretix_server.h"
#include "store/catalog.h"
#include "store/conflict.h"
#include "sync/pull.h"

struct pulling {
    struct store store;
    struct pretix_server *server;
    struct loop_real *real;
    struct task_real *lanes;
    struct wire_curl *curl;
    struct account account;
    struct api_client api;
    struct feed feed;
    struct pull_setting setting;
    struct pull *pull;
    struct pull_info info;
    unsigned changes; /* FEED_ROSTER */
    bool ended;
    enum api_result result;
    struct pull_status status;
};

static inline void
pulling_heard(enum feed_topic topic, const void *what, void *self)
{
    (void)topic, (void)what;
    ((struct pulling *)self)->changes++;
}

static inline void
pulling_info(const struct pull_info *info, void *self)
{
    ((struct pulling *)self)->info = *info;
}

/* The server, for all tests of a program. */
static inline int
pulling_begin_all(void **state)
{
    struct pulling *self = calloc(1, sizeof *self);
    assert_non_null(self);
    assert_ok(pretix_server_start(&self->server, NULL, err));
    *state = self;
    return 0;
}

static inline int
pulling_end_all(void **state)
{
    struct pulling *self = *state;
    pretix_server_stop(self->server);
    free(self);
    return 0;
}

/* The store alone, and what pulls into it. */
static inline void
pulling_open(struct pulling *self)
{
    store_prepare(&self->store);
    store_open(&self->store);
    assert_ok(loop_real_create(&self->real, err));
    const struct loop *loop = loop_real_door(self->real);
    assert_ok(task_real_create(loop, &self->lanes, err));
    struct wire_curl_setting wire = { .loop = loop, .log = &self->store.log };
    assert_ok(wire_curl_create(&self->curl, &wire, err));
    self->account = (struct account){ .state = ACCOUNT_ACTIVE, .device_id = 1 };
    str_copy(self->account.url, sizeof self->account.url,
             pretix_server_url(self->server));
    str_copy(self->account.organizer, sizeof self->account.organizer, "dummy");
    memset(self->account.token, 'x', 64);
    memcpy(self->account.token, "devicetoken1", 12);
    self->store.log.threshold = LOG_LEVEL_INFO;
    self->api = (struct api_client){ wire_curl_door(self->curl), &clock_system,
                              &self->store.log, &self->account };
    feed_init(&self->feed);
    feed_listen(&self->feed, 1u << FEED_ROSTER, pulling_heard, self);
    self->setting = (struct pull_setting){ .db = self->store.db,
                                           .loop = loop,
                                           .task = task_real_door(self->lanes),
                                           .clock = &clock_system,
                                           .random = &self->store.random,
                                           .log = &self->store.log,
                                           .feed = &self->feed,
                                           .api = &self->api,
                                           .language = "en",
                                           .badges = true,
                                           .retry_ms = 1,
                                           .patience_ms = 50 };
    assert_ok(pull_create(&self->setting, &self->pull, err));
    pull_on_info(self->pull, pulling_info, self);
}

static inline void
pulling_close(struct pulling *self)
{
    pull_destroy(self->pull);
    wire_curl_destroy(self->curl);
    task_real_destroy(self->lanes);
    loop_real_destroy(self->real);
    db_close(self->store.db);
    store_remove(&self->store);
    self->pull = NULL;
    self->store.db = NULL;
}

static inline void
pulling_done(enum api_result result, void *self_)
{
    struct pulling *self = self_;
    self->result = result;
    self->ended = true;
    loop_real_stop(self->real);
}

/* A run over these events (a second one may be NULL), to its end. */
static inline enum api_result
pulling_run(struct pulling *self, const char *event, const char *other, bool full)
{
    const char *const events[] = { event, other };
    self->ended = false;
    self->store.logged[0] = '\0';
    assert_true(
        pull_start(self->pull, events, other ? 2 : 1, full, pulling_done, self));
    while (!self->ended)
        loop_real_run(self->real);
    pull_status(self->pull, &self->status);
    return self->result;
}

#define assert_pulled(self, event)                                            \
    do {                                                                      \
        if (pulling_run(self, event, NULL, false) != API_OK)                  \
            fail_msg("%s\n%s", (self)->status.trouble, (self)->store.logged); \
    } while (0)

static inline void
pulling_tell(struct pulling *self, const char *name, const char *body)
{
    assert_ok(pretix_server_control(self->server, name, body, NULL, err));
}

/* What a real server would have dropped silently: nothing. */
static inline void
assert_well_behaved(struct pulling *self)
{
    struct json *answer;
    assert_ok(pretix_server_control(self->server, "complaints", "{}", &answer, err));
    const struct json *first = json_first(json_member(answer, "complaints"));
    const char *text = "";
    struct err ignored;
    if (first && json_text(first, "", &text, &ignored))
        fail_msg("the server complains: %s", text);
    json_free(answer);
}

/* ---- all that the roster says --------------------------------------------- */

struct pulling_dump {
    struct store *store;
    struct str *out;
    const struct event *event;
    const struct ticket *ticket;
};

static inline bool
pulling_dump_answer(const struct roster_answer *answer, void *self)
{
    struct pulling_dump *dump = self;
    str_addf(dump->out, "  answer %lld=%s\n", (long long)answer->question,
             answer->value);
    return true;
}

static inline bool
pulling_dump_session(const char *session, void *self)
{
    struct pulling_dump *dump = self;
    str_addf(dump->out, "  session %s\n", session);
    return true;
}

static inline bool
pulling_dump_deeds(const struct list *list, void *self)
{
    struct pulling_dump *dump = self;
    struct journal_deeds *deeds = malloc(sizeof *deeds);
    assert_non_null(deeds);
    assert_ok(journal_deeds(dump->store->db, dump->ticket->ref, dump->event->slug,
                            list->key, deeds, err));
    for (unsigned i = 0; i < deeds->count; i++)
        str_addf(dump->out, "  %s on %s at %lld\n",
                 deeds->rows[i].exit ? "exit" : "entry", list->key,
                 (long long)deeds->rows[i].at_ms);
    free(deeds);
    return true;
}

static inline bool
pulling_dump_ticket(const struct ticket *t, void *self)
{
    struct pulling_dump *dump = self;
    char secret[ROSTER_SECRET_MAX + 1] = "";
    bool found;
    dump->ticket = t;
    assert_ok(roster_secret(dump->store->db, t->id, &found, secret, err));
    str_addf(dump->out, "ticket %lld %s %s %s status=%d product=%lld name=%s %s %s\n",
             (long long)t->origin.position, t->ref, t->order_code, secret,
             (int)t->status, (long long)t->origin.product, t->name, t->organisation,
             t->extra);
    assert_ok(roster_answers(dump->store->db, t->id, pulling_dump_answer, dump, err));
    assert_ok(roster_sessions(dump->store->db, t->id, pulling_dump_session, dump, err));
    assert_ok(roster_each_list(dump->store->db, dump->event->slug, pulling_dump_deeds,
                               dump, err));
    return true;
}

static inline bool
pulling_dump_list(const struct list *list, void *self)
{
    struct pulling_dump *dump = self;
    str_addf(dump->out, "list %s %s session=%s rules=", list->key, list->name,
             list->session);
    assert_ok(catalog_rules(dump->store->db, list->id, dump->out, err));
    str_add_text(dump->out, "\n");
    return true;
}

static inline bool
pulling_dump_question(int64_t id, const char *body, void *self)
{
    struct pulling_dump *dump = self;
    str_addf(dump->out, "question %lld %zu\n", (long long)id, strlen(body));
    return true;
}

static inline void
pulling_dump_products(struct pulling_dump *dump)
{
    for (int64_t id = 1; id <= 20; id++) {
        struct product product;
        struct session session;
        char key[ROSTER_KEY_MAX + 1];
        bool found;
        assert_ok(catalog_product(dump->store->db, dump->event->slug, id, &found,
                                  &product, err));
        if (found)
            str_addf(dump->out, "product %lld %s layout=%lld\n", (long long)id,
                     product.name, (long long)product.layout);
        snprintf(key, sizeof key, "%lld", (long long)id);
        assert_ok(catalog_session(dump->store->db, dump->event->slug, key, &found,
                                  &session, err));
        if (found)
            str_addf(dump->out, "session %s %s\n", key, session.name);
    }
}

static inline bool
pulling_dump_event(const struct event *event, void *self)
{
    struct pulling_dump *dump = self;
    char value[CATALOG_MARK_MAX + 1];
    dump->event = event;
    assert_ok(catalog_mark(dump->store->db, event->slug, "orders.state", value, err));
    str_addf(dump->out, "event %s %s %s orders=%s\n", event->slug, event->name,
             event->zone, value);
    assert_ok(
        roster_each_list(dump->store->db, event->slug, pulling_dump_list, dump, err));
    assert_ok(catalog_each_question(dump->store->db, event->slug, pulling_dump_question,
                                    dump, err));
    pulling_dump_products(dump);
    assert_ok(roster_each_ticket(dump->store->db, event->slug, 0, 100000,
                                 pulling_dump_ticket, dump, err));
    return true;
}

/* By lines in order: rows may stand in another order in a roster that grew by deltas.
 */
static int
pulling_by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline char *
pulling_sorted(char *text)
{
    enum { LINES_MAX = 100000 };
    char **lines = calloc(LINES_MAX, sizeof *lines), *save = NULL, ticket[32] = "";
    size_t count = 0, length;
    struct str out;
    assert_non_null(lines);
    for (char *line = strtok_r(text, "\n", &save); line && count < LINES_MAX;
         line = strtok_r(NULL, "\n", &save)) {
        if (line[0] != ' ')
            str_copy(ticket, sizeof ticket, line);
        assert_true(asprintf(&lines[count++], "%s|%s", line[0] == ' ' ? ticket : "",
                             line) >= 0);
    }
    qsort(lines, count, sizeof *lines, pulling_by_text);
    str_init(&out, 64 * 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        str_addf(&out, "%s\n", lines[i]);
        free(lines[i]);
    }
    free(lines);
    free(text);
    return str_take(&out, &length);
}

/* The caller frees it. */
static inline char *
pulling_all(struct pulling *self)
{
    struct str out;
    struct pulling_dump dump = { .store = &self->store, .out = &out };
    size_t length;
    str_init(&out, 64 * 1024 * 1024);
    assert_ok(roster_each_event(self->store.db, pulling_dump_event, &dump, err));
    assert_true(str_ok(&out));
    str_add_text(&out, "end\n");
    return pulling_sorted(str_take(&out, &length));
}

static inline int64_t
pulling_tickets(struct pulling *self)
{
    struct roster_age age;
    assert_ok(roster_age(self->store.db, &age, err));
    return age.tickets;
}

#endif
