#include "sync/pull_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

/* A question to the server. What comes back is parsed on the lane, never on the loop: a
 * page of orders costs milliseconds. What is no whole answer of this server is asked
 * for again a few times, later and later. */

enum {
    RETRIES = 3,
    RETRY_MS = 1000,
    RETRY_MOST_MS = 60 * 1000,
    PATIENCE_MS = 60 * 1000
};

/* ---- addresses ------------------------------------------------------------ */

bool
pull_address(struct pull *self, const char *format, ...)
{
    const struct account *account = self->set.api->account;
    char organizer[3 * sizeof account->organizer];
    va_list args;
    int used =
        snprintf(self->url, sizeof self->url, "%s/api/v1/organizers/%s/", account->url,
                 api_escape(account->organizer, organizer, sizeof organizer));
    if (used < 0 || (size_t)used >= sizeof self->url)
        return false;
    va_start(args, format);
    int more =
        vsnprintf(self->url + used, sizeof self->url - (size_t)used, format, args);
    va_end(args);
    self->if_modified_since[0] = '\0';
    return more >= 0 && (size_t)(used + more) < sizeof self->url;
}

static bool
has(const char *query, const char *text, bool whole)
{
    size_t length = strlen(text);
    for (const char *at = query; at; at = strchr(at, '&')) {
        at += *at == '&';
        if (strncmp(at, text, length) == 0 &&
            (!whole || at[length] == '&' || at[length] == '\0'))
            return true;
    }
    return false;
}

bool
pull_query(struct pull *self, const char *name, const char *value, bool every)
{
    char escaped[1024], pair[1152], start[80];
    const char *query = strchr(self->url, '?');
    snprintf(pair, sizeof pair, "%s=%s", name,
             api_escape(value, escaped, sizeof escaped));
    snprintf(start, sizeof start, "%s=", name);
    if (query && has(query + 1, every ? pair : start, every))
        return true;
    size_t used = strlen(self->url);
    int more = snprintf(self->url + used, sizeof self->url - used, "%c%s",
                        query ? '&' : '?', pair);
    return more >= 0 && used + (size_t)more < sizeof self->url;
}

/* Servers behind proxies may call themselves by another scheme or name; the token only
 * ever goes to the one that was enrolled at, so only the path counts. */
bool
pull_follow(struct pull *self, const char *next)
{
    const char *path = strstr(next, "/api/v1/");
    char asked[API_URL_MAX + 1];
    str_copy(asked, sizeof asked, self->url);
    if (!path)
        return false;
    int used = snprintf(self->url, sizeof self->url, "%s%s",
                        self->set.api->account->url, path);
    return used > 0 && (size_t)used < sizeof self->url && strcmp(asked, self->url) != 0;
}

bool
pull_is_older(const char *generated, const char *than)
{
    int64_t a, b;
    return pretix_read_time(generated, &a) && pretix_read_time(than, &b) && a < b;
}

/* ---- once more ------------------------------------------------------------ */

static int64_t
patience(const struct pull *self)
{
    return self->set.patience_ms > 0 ? self->set.patience_ms : PATIENCE_MS;
}

static bool
may_retry(const struct pull *self, int64_t wait_ms)
{
    int64_t now = clock_mono_ms(self->set.clock);
    int retries = self->set.retries == 0 ? RETRIES : self->set.retries;
    if (retries < 0)
        return false;
    if (self->building && self->first_load && self->silent_since_ms != 0)
        return now + wait_ms - self->silent_since_ms <= patience(self);
    return self->tries <= retries;
}

void
pull_ask_again(struct pull *self, enum api_result result, const char *text)
{
    int64_t base = self->set.retry_ms > 0 ? self->set.retry_ms : RETRY_MS;
    int64_t wait = base << (self->tries < 6 ? self->tries : 6);
    self->tries++;
    if (wait > 15 * base)
        wait = 15 * base;
    wait += (int64_t)(random_u64(self->set.random) % (uint64_t)(wait / 4 + 1));
    if (self->call.request.retry_after_ms > wait)
        wait = self->call.request.retry_after_ms;
    if (self->silent_since_ms == 0)
        self->silent_since_ms = clock_mono_ms(self->set.clock);
    if (wait > RETRY_MOST_MS || !may_retry(self, wait)) {
        pull_failed(self, result, text);
        return;
    }
    log_info(self->set.log, "pull", "again in_ms=%lld try=%d: %s", (long long)wait,
             self->tries, text);
    loop_timer_arm(self->set.loop, self->again, wait);
}

/* ---- on the lane ---------------------------------------------------------- */

static uint64_t
fingerprint(const char *bytes, size_t length)
{
    uint64_t print = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        print = (print ^ (unsigned char)bytes[i]) * 1099511628211u;
    return print;
}

static void
read_page(struct task_job *task)
{
    struct pull_read_job *job = (struct pull_read_job *)(void *)task;
    pretix_batch_free(job->dead);
    job->dead = NULL;
    if (job->as == PULL_READ_ORDERS) {
        job->ok = pretix_read_orders(job->body, job->length, &job->reading, &job->batch,
                                     &job->err);
    } else {
        job->ok = json_parse(job->body, job->length, &job->root, &job->err) &&
                  (json_kind(job->root) == JSON_OBJECT ||
                   err_set(&job->err, ERR_INPUT, "want an object"));
        job->print = fingerprint(job->body, job->length);
    }
    free(job->body);
    job->body = NULL;
}

static void
read_done(struct task_job *task)
{
    struct pull_read_job *job = (struct pull_read_job *)(void *)task;
    struct pull *self = job->pull;
    job->out = false;
    if (self->ending) {
        pull_try_end(self);
        return;
    }
    if (!job->ok) {
        char text[256];
        snprintf(text, sizeof text, "the answer cannot be read: %.200s", job->err.text);
        pull_ask_again(self, API_NOT_HERE, text);
        return;
    }
    self->heard(self);
}

static void
submit(struct pull *self)
{
    struct pull_read_job *job = &self->read;
    job->job = (struct task_job){ .run = read_page, .done = read_done };
    job->pull = self;
    job->reading = (struct pretix_reading){ .event = job->event,
                                            .language = self->set.language,
                                            .kinds = self->set.kinds,
                                            .kind_count = self->set.kind_count,
                                            .with_cancelled = self->with_cancelled };
    str_copy(job->event, sizeof job->event, pull_event(self));
    job->body = str_take(&self->call.request.answer, &job->length);
    job->root = NULL;
    job->batch = NULL;
    job->ok = false;
    if (!job->body) {
        pull_ask_again(self, API_SILENT, "no memory for an answer");
        return;
    }
    job->out = true;
    job->dead = self->dead;
    self->dead = NULL;
    task_submit(self->set.task, self->readers, &job->job);
}

/* ---- request and answer --------------------------------------------------- */

static void
on_answer(struct api_call *call)
{
    struct pull *self = call->owner;
    switch (call->result) {
    case API_OK:
        if (!strstr(call->request.content_type, "json")) {
            pull_ask_again(self, API_NOT_HERE,
                           "the answer is not of the ticketing server: does the "
                           "network ask for a login?");
            return;
        }
        submit(self);
        return;
    case API_UNCHANGED:
        self->unchanged = true;
        self->heard(self);
        return;
    case API_LATER:
    case API_SILENT:
    case API_NOT_HERE:
        pull_ask_again(self, call->result, call->text);
        return;
    default:
        pull_failed(self, call->result, call->text);
    }
}

void
pull_on_again(void *self_)
{
    struct pull *self = self_;
    api_call_finish(&self->call);
    api_call_init(&self->call);
    str_copy(self->call.url, sizeof self->call.url, self->url);
    str_copy(self->call.if_modified_since, sizeof self->call.if_modified_since,
             self->if_modified_since);
    self->call.raw = true;
    self->call.language = NULL;
    self->call.owner = self;
    self->call.done = on_answer;
    self->unchanged = false;
    api_start(self->set.api, &self->call);
}

void
pull_ask(struct pull *self, enum pull_reading_as as, void (*heard)(struct pull *))
{
    self->read.as = as;
    self->heard = heard;
    self->tries = 0;
    self->silent_since_ms = 0;
    pull_on_again(self);
}
