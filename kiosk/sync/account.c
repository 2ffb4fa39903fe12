#include "sync/account.h"

#include <string.h>

#include "base/json.h"
#include "store/db.h"
#include "store/seal.h"
#include "store/settings.h"
#include "str.h"

static const char key[] = "account";
static const char *const states[] = { "none", "active", "revoked" };

/* ---- the token's box ----------------------------------------------------------- */

static bool
box_token(struct db *db, const char *token, char hex[SEAL_TEXT_SIZE(ACCOUNT_TOKEN_MAX)],
          struct err *err)
{
    size_t length = strlen(token);
    hex[0] = '\0';
    if (length == 0)
        return true;
    if (!db_seal(db))
        return err_set(err, ERR_INPUT,
                       "the server's token cannot be kept without the "
                       "station's key");
    seal_text(db_seal(db), token, length, hex);
    return true;
}

static bool
unbox_token(struct db *db, const char *hex, char *token, struct err *err)
{
    size_t length;
    token[0] = '\0';
    if (hex[0] == '\0')
        return true;
    if (!db_seal(db) ||
        !seal_untext(db_seal(db), hex, token, ACCOUNT_TOKEN_MAX, &length))
        return err_set(err, ERR_INPUT,
                       "the server's token was sealed with another key: "
                       "enrol this station again");
    token[length] = '\0';
    return true;
}

/* ---- kept ------------------------------------------------------------------------ */

static enum account_state
state_of(const char *name)
{
    for (unsigned i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i], name) == 0)
            return (enum account_state)i;
    }
    return ACCOUNT_NONE;
}

static bool
read_account(struct db *db, const struct json *root, struct account *account,
             struct err *err)
{
    const char *state, *token;
    if (!json_text(root, "state", &state, err) ||
        !json_copy(root, "url", account->url, sizeof account->url, err) ||
        !json_copy(root, "organizer", account->organizer, sizeof account->organizer,
                   err) ||
        !json_int_or(root, "device", 0, &account->device_id, err) ||
        !json_copy(root, "serial", account->serial, sizeof account->serial, err) ||
        !json_copy(root, "name", account->name, sizeof account->name, err) ||
        !json_copy(root, "profile", account->profile, sizeof account->profile, err) ||
        !json_int_or(root, "gate_id", 0, &account->gate_id, err) ||
        !json_copy(root, "gate", account->gate, sizeof account->gate, err) ||
        !json_copy(root, "server", account->server, sizeof account->server, err) ||
        !json_int_or(root, "enrolled_ms", 0, &account->enrolled_ms, err) ||
        !json_int_or(root, "revoked_ms", 0, &account->revoked_ms, err) ||
        !json_text_or(root, "token", "", &token, err))
        return false;
    account->state = state_of(state);
    return unbox_token(db, token, account->token, err);
}

bool
account_load(struct db *db, struct account *account, struct err *err)
{
    enum { VALUE_MAX = 8192 };
    char value[VALUE_MAX];
    struct json *root;
    *account = (struct account){ .state = ACCOUNT_NONE };
    if (!settings_get(db, key, value, sizeof value, err))
        return err_wrap(err, "account");
    if (value[0] == '\0')
        return true;
    if (!json_parse(value, strlen(value), &root, err))
        return err_wrap(err, "account");
    bool ok = read_account(db, root, account, err);
    json_free(root);
    return ok ? true : err_wrap(err, "account");
}

bool
account_save(struct db *db, const struct account *account, struct err *err)
{
    char hex[SEAL_TEXT_SIZE(ACCOUNT_TOKEN_MAX)];
    struct str out;
    if (!box_token(db, account->token, hex, err))
        return false;
    str_init(&out, 8000);
    json_open_object(&out, NULL);
    json_add_text(&out, "state", states[account->state]);
    json_add_text(&out, "url", account->url);
    json_add_text(&out, "organizer", account->organizer);
    json_add_text(&out, "token", hex);
    json_add_int(&out, "device", account->device_id);
    json_add_text(&out, "serial", account->serial);
    json_add_text(&out, "name", account->name);
    json_add_text(&out, "profile", account->profile);
    json_add_int(&out, "gate_id", account->gate_id);
    json_add_text(&out, "gate", account->gate);
    json_add_text(&out, "server", account->server);
    json_add_int(&out, "enrolled_ms", account->enrolled_ms);
    json_add_int(&out, "revoked_ms", account->revoked_ms);
    json_close_object(&out);
    bool ok = str_ok(&out) ? settings_set(db, key, out.data, err) : err_no_memory(err);
    str_finish(&out);
    return ok ? true : err_wrap(err, "account");
}

/* ---- the organiser's code ----------------------------------------------------------
 */

bool
account_is_code(const char *text, size_t length)
{
    struct json *root;
    struct err ignored;
    if (length < 2 || length > ACCOUNT_URL_MAX + ACCOUNT_TOKEN_MAX + 1024 ||
        !memchr(text, '{', length) || !json_parse(text, length, &root, &ignored))
        return false;
    bool is_code = json_member(root, "handshake_version") != NULL;
    json_free(root);
    return is_code;
}

bool
account_check_url(const char *url, struct err *err)
{
    if (!str_starts(url, "https://") && !str_starts(url, "http://"))
        return err_set(err, ERR_INPUT,
                       "the server's address wants to begin with https://");
    for (const char *c = url; *c; c++) {
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7F ||
            strchr("\"<>\\^`{|}@#?", *c))
            return err_set(err, ERR_INPUT,
                           "the server's address has a character that none has, at "
                           "byte %d",
                           (int)(c - url) + 1);
    }
    return true;
}

static bool
take_code(const struct json *root, char *url, char *token, bool *newer, struct err *err)
{
    int64_t version;
    if (json_kind(root) != JSON_OBJECT ||
        !json_int(root, "handshake_version", &version, err))
        return err_set(err, ERR_INPUT,
                       "this is not an enrolment code: show the one of "
                       "the organiser's device page");
    if (version > 1) {
        *newer = true;
        return err_set(err, ERR_INPUT,
                       "this enrolment code wants a newer program "
                       "(handshake %lld)",
                       (long long)version);
    }
    if (!json_copy(root, "url", url, ACCOUNT_URL_MAX + 1, err) ||
        !json_copy(root, "token", token, ACCOUNT_TOKEN_MAX + 1, err))
        return err_wrap(err, "enrolment code");
    if (url[0] == '\0' || token[0] == '\0')
        return err_set(err, ERR_INPUT, "enrolment code: url and token must be there");
    for (size_t end = strlen(url); end > 0 && url[end - 1] == '/';)
        url[--end] = '\0';
    return account_check_url(url, err) || err_wrap(err, "enrolment code");
}

bool
account_read_code(const char *text, size_t length, char *url, char *token, bool *newer,
                  struct err *err)
{
    struct json *root;
    struct err ignored;
    *newer = false;
    if (!json_parse(text, length, &root, &ignored))
        return err_set(err, ERR_INPUT,
                       "this is not an enrolment code: show the one of "
                       "the organiser's device page");
    bool ok = take_code(root, url, token, newer, err);
    json_free(root);
    return ok;
}
