#include "desk/pin.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "desk/pin_parts.h"
#include "str.h"

enum { LOOK_MS = 3600 * 1000 }; /* at the latest */

static int64_t
left_ms(const struct pin *pin, const struct pin_open *session)
{
    return session->touched_ms + pin->set.idle_ms - clock_mono_ms(pin->set.clock);
}

/* One timer for all: the next that would end. */
static void
arm(struct pin *pin)
{
    int64_t next_ms = LOOK_MS;
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        const struct pin_open *session = &pin->sessions[i];
        if (session->token[0] && left_ms(pin, session) < next_ms)
            next_ms = left_ms(pin, session);
    }
    loop_timer_arm(pin->set.loop, pin->idle_timer, next_ms > 0 ? next_ms : 0);
}

static void
end(struct pin *pin, struct pin_open *session, const char *why)
{
    char token[PIN_TOKEN_CHARACTERS + 1];
    memcpy(token, session->token, sizeof token);
    log_info(pin->set.log, "pin", "person=%s session=%s", session->name, why);
    explicit_bzero(session, sizeof *session);
    if (pin->on_end)
        pin->on_end(token, pin->on_end_self);
}

void
pin_end_idle(void *self)
{
    struct pin *pin = self;
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        struct pin_open *session = &pin->sessions[i];
        if (session->token[0] && left_ms(pin, session) <= 0)
            end(pin, session, "idle");
    }
    arm(pin);
}

void
pin_end_sessions_of(struct pin *pin, const char *name)
{
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        struct pin_open *session = &pin->sessions[i];
        if (session->token[0] && strcmp(session->name, name) == 0)
            end(pin, session, "changed");
    }
}

static struct pin_open *
place(struct pin *pin)
{
    struct pin_open *oldest = &pin->sessions[0];
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        struct pin_open *session = &pin->sessions[i];
        if (session->token[0] == '\0')
            return session;
        if (session->touched_ms < oldest->touched_ms)
            oldest = session;
    }
    end(pin, oldest, "crowded-out");
    return oldest;
}

void
pin_open_session(struct pin *pin, const char *name, enum pin_level level,
                 char token[PIN_TOKEN_CHARACTERS + 1])
{
    uint8_t bytes[PIN_TOKEN_CHARACTERS / 2];
    struct pin_open *session = place(pin);
    random_fill(pin->set.random, bytes, sizeof bytes);
    hex_write(bytes, sizeof bytes, session->token);
    str_copy(session->name, sizeof session->name, name);
    session->level = level;
    session->touched_ms = clock_mono_ms(pin->set.clock);
    memcpy(token, session->token, sizeof session->token);
    arm(pin);
}

/* Takes as long for a token that is nearly right as for one that is not. */
static bool
is_token(const char *a, const char *b)
{
    unsigned differ = 0;
    for (size_t i = 0; i < PIN_TOKEN_CHARACTERS; i++)
        differ |= (unsigned)(unsigned char)a[i] ^ (unsigned char)b[i];
    return differ == 0;
}

static struct pin_open *
find(struct pin *pin, const char *token)
{
    if (strlen(token) != PIN_TOKEN_CHARACTERS)
        return NULL;
    struct pin_open *found = NULL;
    for (unsigned i = 0; i < PIN_SESSIONS_MAX; i++) {
        if (is_token(pin->sessions[i].token, token))
            found = &pin->sessions[i];
    }
    return found && left_ms(pin, found) > 0 ? found : NULL;
}

bool
pin_session(struct pin *pin, const char *token, bool touch, struct pin_session *session)
{
    struct pin_open *found = find(pin, token);
    if (!found)
        return false;
    if (touch) {
        found->touched_ms = clock_mono_ms(pin->set.clock);
        arm(pin);
    }
    str_copy(session->name, sizeof session->name, found->name);
    snprintf(session->who, sizeof session->who, "staff:%s", found->name);
    session->level = found->level;
    session->left_ms = left_ms(pin, found);
    return true;
}

void
pin_set_idle(struct pin *pin, int64_t idle_ms)
{
    pin->set.idle_ms = idle_ms > 0 ? idle_ms : PIN_IDLE_MS;
    arm(pin);
}

void
pin_logout(struct pin *pin, const char *token)
{
    struct pin_open *found = find(pin, token);
    if (found)
        end(pin, found, "logout");
}

void
pin_on_end(struct pin *pin, void (*call)(const char *token, void *self), void *self)
{
    pin->on_end = call;
    pin->on_end_self = self;
}
