#include "ctl/device_uri.h"

#include <stdio.h>
#include <string.h>

static const char once[] = "once:";

const char *
device_real(const char *uri)
{
    return str_starts(uri, once) ? uri + strlen(once) : uri;
}

static bool
is_one_of(const char *uri, const char *const schemes[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(schemes[i]);
        if (str_starts(uri, schemes[i]) && uri[length] == ':')
            return true;
    }
    return false;
}

#define IS_ONE_OF(uri, ...)                                \
    is_one_of((uri), (const char *const[]){ __VA_ARGS__ }, \
              sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* The value of an option behind '?'; NULL: it is not there. */
static const char *
option(const char *uri, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strchr(uri, '?'); at; at = strpbrk(at, "&+")) {
        at++;
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
    }
    return NULL;
}

unsigned
device_lacks(const char *uri)
{
    const char *real = device_real(uri);
    const char *snmp = option(real, "snmp");
    unsigned lacks = real == uri ? DEVICE_LACKS_ONCE : 0;
    if (IS_ONE_OF(real, "socket", "lpd") && !(snmp && str_starts(snmp, "false")))
        lacks |= DEVICE_LACKS_SNMP;
    if (IS_ONE_OF(real, "socket", "lpd", "ipp", "ipps", "http", "https") &&
        !option(real, "contimeout"))
        lacks |= DEVICE_LACKS_CONTIMEOUT;
    return lacks;
}

/* The URI without an option that says the contrary. */
static void
drop_option(char *uri, const char *name)
{
    const char *value = option(uri, name);
    if (!value)
        return;
    char *from = uri + (value - uri) - strlen(name) - 1;
    char *rest = from + strcspn(from, "&+");
    if (*rest)
        memmove(from, rest + 1, strlen(rest + 1) + 1);
    else
        from[-1] = '\0';
}

static void
add_option(struct str *uri, const char *text)
{
    const char *question = strchr(uri->data, '?');
    const char *host = strstr(uri->data, "://");
    bool has_path = host && strchr(host + 3, '/');
    if (!question && !has_path)
        str_add_char(uri, '/');
    if (!question)
        str_add_char(uri, '?');
    else if (question[1])
        str_add_char(uri, '&');
    str_add_text(uri, text);
}

bool
device_mend(const char *uri, unsigned lacks, char *to, size_t size, struct err *err)
{
    struct str out;
    char was[DEVICE_URI_MAX + 1];
    str_init(&out, size - 1);
    bool fits = str_copy(was, sizeof was, uri);
    if (lacks & DEVICE_LACKS_SNMP)
        drop_option(was, "snmp");
    if (lacks & DEVICE_LACKS_ONCE && device_real(uri) == uri)
        str_add_text(&out, once);
    str_add_text(&out, was);
    if (lacks & DEVICE_LACKS_SNMP)
        add_option(&out, "snmp=false");
    if (lacks & DEVICE_LACKS_CONTIMEOUT) {
        char text[32];
        snprintf(text, sizeof text, "contimeout=%d", DEVICE_CONNECT_S);
        add_option(&out, text);
    }
    fits = fits && str_ok(&out);
    if (fits)
        str_copy(to, size, out.data);
    str_finish(&out);
    return fits || err_set(err, ERR_LIMIT, "device URI over %zu bytes", size - 1);
}

bool
device_wants_root(const char *uri)
{
    return IS_ONE_OF(device_real(uri), "usb", "serial", "lpd", "dnssd");
}

bool
device_is_uri(const char *uri)
{
    static const char scheme[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
    size_t length = strspn(uri, scheme);
    if (length == 0 || uri[length] != ':' || uri[length + 1] == '\0')
        return false;
    for (const char *at = uri; *at; at++) {
        if ((unsigned char)*at <= ' ' || *at == 0x7f)
            return false;
    }
    return true;
}
