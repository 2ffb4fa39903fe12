#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ticket/signed.h"

static size_t
read_keys(const struct json *one, struct signed_key keys[SIGNED_KEYS_MAX])
{
    size_t count = 0;
    const struct json *item = json_first(json_at(one, "public_keys"));
    for (; item && count < SIGNED_KEYS_MAX; item = json_next(item)) {
        const char *text;
        struct err err;
        if (json_text(item, "", &text, &err) &&
            signed_key_read(text, strlen(text), &keys[count], &err))
            count++;
    }
    return count;
}

/* A null is 0. Numbers beyond 2^53 are as exact as the reader of JSON has them. */
static void
expect_number(const struct json *expect, const char *path, int64_t got,
              struct cases_result *result)
{
    char wanted[160], came[64];
    double number = 0;
    struct err err;
    const struct json *value = json_at(expect, path);
    if (!value)
        return;
    if (json_kind(value) != JSON_NULL && !json_number(value, "", &number, &err)) {
        cases_refuse(result, "%s: want a number", path);
        return;
    }
    if ((double)got >= number && (double)got <= number)
        return;
    snprintf(wanted, sizeof wanted, "%s %.17g", path, number);
    snprintf(came, sizeof came, "%lld", (long long)got);
    cases_differ(result, wanted, came);
}

static void
expect_hex(const struct json *expect, const char *path, const unsigned char *bytes,
           size_t length, struct cases_result *result)
{
    const char *wanted = NULL;
    struct err err;
    struct str hex;
    if (!json_text_or(expect, path, NULL, &wanted, &err) || !wanted)
        return;
    str_init(&hex, 2 * SIGNED_RAW_MAX);
    for (size_t i = 0; i < length; i++)
        str_addf(&hex, "%02x", bytes[i]);
    if (strcmp(hex.data, wanted) != 0)
        cases_differ(result, wanted, hex.data);
    str_finish(&hex);
}

static void
expect_fields(const struct json *expect, const struct signed_ticket *ticket,
              struct cases_result *result)
{
    const char *seed = NULL;
    struct err err;
    expect_number(expect, "version", ticket->raw[0], result);
    expect_number(expect, "payload_len", (int64_t)ticket->payload_length, result);
    expect_number(expect, "sig_len", SIGNED_SIGNATURE_BYTES, result);
    expect_hex(expect, "payload_hex", ticket->payload, ticket->payload_length, result);
    expect_hex(expect, "signature_hex", ticket->signature, SIGNED_SIGNATURE_BYTES,
               result);
    expect_number(expect, "fields.item", ticket->item, result);
    expect_number(expect, "fields.variation", ticket->variation, result);
    expect_number(expect, "fields.subevent", ticket->subevent, result);
    expect_number(expect, "fields.valid_from", ticket->valid_from_s, result);
    expect_number(expect, "fields.valid_until", ticket->valid_until_s, result);
    if (json_text_or(expect, "fields.seed", NULL, &seed, &err) && seed &&
        (strlen(seed) != ticket->seed_length ||
         memcmp(seed, ticket->seed, ticket->seed_length) != 0))
        cases_differ(result, seed, "another seed");
}

void
case_sig1(const struct cases_file *file, const struct json *one,
          struct cases_result *result)
{
    const char *secret;
    bool valid = false;
    struct err err;
    struct signed_key keys[SIGNED_KEYS_MAX];
    const struct json *expect = json_member(one, "expect");
    struct signed_ticket *ticket = malloc(sizeof *ticket);
    (void)file;
    if (!ticket || !json_text(one, "secret", &secret, &err) ||
        !json_bool(expect, "valid", &valid, &err)) {
        cases_refuse(result, "want a secret and expect.valid");
        free(ticket);
        return;
    }
    size_t count = read_keys(one, keys);
    bool got = signed_read(secret, strlen(secret), ticket) &&
               signed_verify(ticket, keys, count, NULL);
    if (got != valid)
        cases_differ(result, valid ? "valid" : "invalid", got ? "valid" : "invalid");
    else if (valid)
        expect_fields(expect, ticket, result);
    free(ticket);
}
