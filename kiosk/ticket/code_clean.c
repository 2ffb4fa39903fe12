#include "ticket/code_clean.h"

#include <string.h>

#include "str.h"

enum { GS = 0x1D, STX = 0x02, ECI_DIGITS = 6 };
enum { ECI_NONE = 0, ECI_UTF8 = 26, ECI_ASCII = 27, ECI_INVARIANT = 170 };

/* A stretch of the read that belongs to somebody else. */
struct span {
    const char *at;
    size_t length;
};

/* The text that is being written. */
struct sink {
    char *to; /* CODE_MAX + 1 bytes */
    size_t length;
};

static bool
begins(struct span span, struct span with)
{
    return span.length >= with.length && memcmp(span.at, with.at, with.length) == 0;
}

static bool
drop_front(struct span *span, struct span what)
{
    if (what.length == 0 || !begins(*span, what))
        return false;
    span->at += what.length;
    span->length -= what.length;
    return true;
}

static bool
drop_back(struct span *span, struct span what)
{
    if (what.length == 0 || span->length < what.length)
        return false;
    struct span tail = { span->at + span->length - what.length, what.length };
    if (!begins(tail, what))
        return false;
    span->length -= what.length;
    return true;
}

/* White space in the wide sense: what a scanner, a keyboard or a copied text leaves
 * around a code, and the separator that GS1 codes begin with on some scanners. */
static void
trim(struct span *span)
{
    static const struct span blanks[] = {
        { " ", 1 },
        { "\t", 1 },
        { "\r", 1 },
        { "\n", 1 },
        { "\x1D", 1 },
        { "\xC2\xA0", 2 },     /* no-break space */
        { "\xE2\x80\x8B", 3 }, /* zero width space */
        { "\xE2\x80\x8E", 3 }, /* left-to-right mark */
        { "\xE3\x80\x80", 3 }, /* ideographic space */
        { "\xEF\xBB\xBF", 3 }  /* byte order mark */
    };
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks;) {
        bool dropped = drop_front(span, blanks[i]) || drop_back(span, blanks[i]);
        i = dropped ? 0 : i + 1;
    }
}

static bool
is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Cuts an AIM identifier off; aim is its letter and modifier, "" if there is none. */
static void
take_aim(struct span *span, char aim[3])
{
    static const char symbologies[] = "ABCDEFGHIJKLMNOPQRSTUXYZcdehz";
    aim[0] = '\0';
    if (span->length < 3 || span->at[0] != ']' || span->at[1] == '\0' ||
        !strchr(symbologies, span->at[1]) || !is_alphanumeric(span->at[2]))
        return;
    aim[0] = span->at[1];
    aim[1] = span->at[2];
    aim[2] = '\0';
    span->at += 3;
    span->length -= 3;
}

static bool
is_one_of(const char *aim, const char (*set)[3])
{
    for (; (*set)[0]; set++) {
        if (strcmp(aim, *set) == 0)
            return true;
    }
    return false;
}

static bool
aim_says_eci(const char *aim)
{
    static const char set[][3] = { "Q2", "Q4", "Q6", "d4", "d5", "d6", "z3",
                                   "z4", "z5", "L1", "U2", "U3", "" };
    return is_one_of(aim, set);
}

static bool
aim_says_gs1(const char *aim)
{
    static const char set[][3] = { "C1", "e0", "e1", "e2", "e3", "d2", "d5",
                                   "Q3", "Q4", "z1", "z4", "J1", "" };
    return is_one_of(aim, set);
}

/* Reads the "\000026" that span begins with. */
static bool
peek_eci(struct span span, unsigned *eci)
{
    if (span.length < 1 + ECI_DIGITS || span.at[0] != '\\')
        return false;
    unsigned value = 0;
    for (size_t i = 1; i <= ECI_DIGITS; i++) {
        if (span.at[i] < '0' || span.at[i] > '9')
            return false;
        value = value * 10 + (unsigned)(span.at[i] - '0');
    }
    *eci = value;
    return true;
}

static bool
is_latin1(unsigned eci)
{
    return eci == 1 || eci == 3;
}

static bool
is_plain(unsigned eci)
{
    return eci == ECI_NONE || eci == ECI_UTF8 || eci == ECI_ASCII ||
           eci == ECI_INVARIANT;
}

static enum code_fault
put(struct sink *sink, unsigned char byte, unsigned eci)
{
    if (byte >= 0x80 && !is_plain(eci) && !is_latin1(eci))
        return CODE_FOREIGN_CHARSET;
    bool widens = byte >= 0x80 && is_latin1(eci);
    if (sink->length + (widens ? 2 : 1) > CODE_MAX)
        return CODE_TOO_LONG;
    if (widens) {
        sink->to[sink->length++] = (char)(0xC0 | byte >> 6);
        byte = (unsigned char)(0x80 | (byte & 0x3F));
    }
    sink->to[sink->length++] = (char)byte;
    return CODE_FAULT_NONE;
}

/* Writes the read under ECI's rules: "\nnnnnn" switches the character set, "\\" is one
 * backslash. */
static enum code_fault
put_eci(struct sink *sink, struct span span, unsigned *eci)
{
    static const struct span doubled = { "\\\\", 2 };
    while (span.length > 0) {
        size_t used = 1;
        if (peek_eci(span, eci)) {
            used = 1 + ECI_DIGITS;
        } else {
            enum code_fault fault = put(sink, (unsigned char)span.at[0], *eci);
            if (fault)
                return fault;
            used = begins(span, doubled) ? 2 : 1;
        }
        span.at += used;
        span.length -= used;
    }
    return CODE_FAULT_NONE;
}

static enum code_fault
put_plain(struct sink *sink, struct span span)
{
    if (span.length > CODE_MAX)
        return CODE_TOO_LONG;
    memcpy(sink->to, span.at, span.length);
    sink->length = span.length;
    return CODE_FAULT_NONE;
}

static bool
is_control(unsigned c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

static enum code_fault
check(struct span text, bool gs_allowed, struct code_event *event)
{
    for (size_t at = 0; at < text.length;) {
        size_t start = at;
        unsigned c = str_next_character(text.at, text.length, &at);
        bool ill_formed = c == 0xFFFD && at - start == 1;
        if (!ill_formed && (!is_control(c) || (c == GS && gs_allowed)))
            continue;
        event->at = start + 1;
        event->byte = (uint8_t)text.at[start];
        return CODE_BAD_BYTE;
    }
    return CODE_FAULT_NONE;
}

/* Cuts off all that stands around the code. */
static void
unwrap(const struct code_setting *setting, struct span *span, char aim[3])
{
    static const struct span stx = { "\x02", 1 };
    struct span prefix = { setting->prefix, strlen(setting->prefix) };
    struct span suffix = { setting->suffix, strlen(setting->suffix) };

    if (setting->ends & CODE_END_ETX)
        drop_front(span, stx);
    drop_back(span, suffix);
    bool had_prefix = drop_front(span, prefix);
    take_aim(span, aim);
    if (!had_prefix) /* scanners differ in what they put first */
        drop_front(span, prefix);
    trim(span);
}

static enum code_fault
write_text(struct span span, const char *aim, char *to, struct code_event *event)
{
    struct sink sink = { to, 0 };
    unsigned eci = ECI_NONE;
    bool has_eci = aim_says_eci(aim) || peek_eci(span, &eci);
    enum code_fault fault =
        has_eci ? put_eci(&sink, span, &eci) : put_plain(&sink, span);
    event->eci = eci;
    if (fault)
        return fault;

    struct span text = { to, sink.length };
    trim(&text);
    memmove(to, text.at, text.length);
    to[text.length] = '\0';
    event->length = text.length;
    text.at = to;
    return check(text, !aim[0] || aim_says_gs1(aim), event);
}

bool
code_clean(const struct code_setting *setting, const char *raw, size_t length,
           char to[CODE_MAX + 1], struct code_event *event)
{
    struct span span = { raw, length };
    char aim[3];
    struct code_event made = { .text = to, .at_us = event->at_us };

    unwrap(setting, &span, aim);
    made.fault = write_text(span, aim, to, &made);
    if (!made.fault && made.length == 0)
        return false;
    made.kind = made.fault ? CODE_MALFORMED : CODE_READ;
    if (made.fault) {
        to[0] = '\0';
        made.length = 0;
    }
    *event = made;
    return true;
}
