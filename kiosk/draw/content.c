#include "draw/content.h"

#include <string.h>
#include <strings.h>

static const char *const names[] = {
    [DESIGN_CONTENT_BADGE] = "badge",   [DESIGN_CONTENT_SECRET] = "secret",
    [DESIGN_CONTENT_URL] = "link",      [DESIGN_CONTENT_VCARD] = "vcard",
    [DESIGN_CONTENT_MECARD] = "mecard",
};
enum { CONTENTS = sizeof names / sizeof names[0] };

const char *
content_name(const struct design_slot *slot)
{
    return names[slot->content];
}

/* ---- what a design says ------------------------------------------------- */

/* Each brace opens a field's name and closes it. */
static bool
has_whole_fields(const char *text)
{
    while (*(text += strcspn(text, "{}"))) {
        size_t name = strcspn(text + 1, "{}");
        if (*text != '{' || name == 0 || text[1 + name] != '}')
            return false;
        text += name + 2;
    }
    return true;
}

static bool
read_link(const char *value, struct design_slot *slot, const char **want)
{
    size_t scheme = str_starts(value, "https://") ? 8 : 7;
    *want = "a link of at most 1023 bytes";
    if (!str_copy(slot->text, sizeof slot->text, value))
        return false;
    *want = "a link with whole {field}s in it";
    slot->content = DESIGN_CONTENT_URL;
    return value[scheme] != '\0' && has_whole_fields(value);
}

bool
content_read(const char *value, struct design_slot *slot, const char **want)
{
    if (str_starts(value, "https://") || str_starts(value, "http://"))
        return read_link(value, slot, want);
    *want = "badge, secret, vcard, mecard or https://…{field}";
    for (int32_t i = 0; i < CONTENTS; i++) {
        if (i == DESIGN_CONTENT_URL || strcmp(value, names[i]) != 0)
            continue;
        slot->content = i;
        return true;
    }
    return false;
}

/* ---- links -------------------------------------------------------------- */

static bool
is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("-._~", c) != NULL;
}

static void
add_encoded(struct str *out, const char *value)
{
    for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
        if (is_unreserved(*c))
            str_add_char(out, (char)*c);
        else
            str_addf(out, "%%%02X", *c);
    }
}

/* The designer's own words stay, but for what no link may have in it. */
static void
add_literal(struct str *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c >= 0x7F || strchr("\"<>\\^`|", c))
            str_addf(out, "%%%02X", c);
        else
            str_add_char(out, (char)c);
    }
}

static const char *
value_of(const struct content_guest *guest, const char *key, size_t length)
{
    if (length == 2 && memcmp(key, "qr", 2) == 0)
        return guest->badge;
    if (length == 6 && memcmp(key, "secret", 6) == 0)
        return guest->secret;
    return fields_get(guest->fields, key, length);
}

/* False if it has fields and all of them are empty: it would lead to nobody. */
static bool
write_link(const char *pattern, const struct content_guest *guest, struct str *out)
{
    bool any = false, filled = false;
    while (*pattern) {
        size_t literal = strcspn(pattern, "{");
        add_literal(out, pattern, literal);
        pattern += literal;
        if (*pattern == '\0')
            break;
        size_t length = strcspn(pattern + 1, "}");
        const char *value = value_of(guest, pattern + 1, length);
        add_encoded(out, value);
        any = true;
        filled |= *value != '\0';
        pattern += 1 + length + (pattern[1 + length] == '}');
    }
    return filled || !any;
}

/* ---- cards -------------------------------------------------------------- */

/* What guests, forms and ticketing servers write for yes. Anything else is no. */
static bool
says_yes(const char *text)
{
    static const char *const words[] = {
        "yes", "y",    "true", "1",   "x",    "on", "ok",   "✓",    "✔",
        "☑",   "ja",   "oui",  "sí",  "Sí",   "si", "sim",  "sì",   "Sì",
        "da",  "да",   "Да",   "так", "tak",  "so", "igen", "evet", "kyllä",
        "是",  "是的", "同意", "好",  "はい", "예", "네",   "نعم",  "ναι",
        "Ναι", "ano",  "áno",  "có",  "Có",
    };
    char word[16];
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    if (length == 0 || length >= sizeof word)
        return false;
    str_copy_bytes(word, sizeof word, text, length);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(words[i], word) == 0)
            return true;
    }
    return false;
}

/* What goes into a card, in the order in which it would be left out from the end. */
enum part { ORGANISATION, EMAIL, PHONE, COUNTRY, OTHER_SPELLING, PARTS };

struct card {
    bool is_vcard;
    const char *name, *family, *given;
    const char *parts[PARTS];
};

/* The two formats, part by part. */
static const struct {
    const char *vcard, *mecard;
} marks[] = {
    [ORGANISATION] = { "ORG:", "ORG:" },
    [EMAIL] = { "EMAIL:", "EMAIL:" },
    [PHONE] = { "TEL:", "TEL:" },
    [COUNTRY] = { "ADR:;;;;;;", "ADR:,,,,,," },
    [OTHER_SPELLING] = { "NICKNAME:", "NICKNAME:" },
};

static void
add_value(const struct card *card, const char *value, struct str *out)
{
    const char *special = card->is_vcard ? "\\,;" : "\\,;:\"";
    for (; *value; value++) {
        if (*value == '\n' && card->is_vcard)
            str_add_text(out, "\\n");
        else if ((unsigned char)*value < ' ' || *value == 0x7F)
            str_add_char(out, ' ');
        else {
            if (strchr(special, *value))
                str_add_char(out, '\\');
            str_add_char(out, *value);
        }
    }
}

static void
add_line(const struct card *card, const char *mark, const char *value, struct str *out)
{
    if (*value == '\0')
        return;
    str_add_text(out, mark);
    add_value(card, value, out);
    str_add_text(out, card->is_vcard ? "\r\n" : ";");
}

static void
add_name(const struct card *card, struct str *out)
{
    str_add_text(out, "N:");
    add_value(card, card->family, out);
    if (*card->given) {
        str_add_char(out, card->is_vcard ? ';' : ',');
        add_value(card, card->given, out);
    } else if (card->is_vcard) {
        str_add_char(out, ';');
    }
    str_add_text(out, card->is_vcard ? ";;;\r\n" : ";");
    if (card->is_vcard)
        add_line(card, "FN:", card->name, out);
}

static void
add_card(const struct card *card, int parts, struct str *out)
{
    str_add_text(out, card->is_vcard ? "BEGIN:VCARD\r\nVERSION:3.0\r\n" : "MECARD:");
    add_name(card, out);
    for (int i = 0; i < parts; i++)
        add_line(card, card->is_vcard ? marks[i].vcard : marks[i].mecard,
                 card->parts[i], out);
    str_add_text(out, card->is_vcard ? "END:VCARD\r\n" : ";");
}

static const char *
get(const struct fields *fields, const char *key)
{
    return *key ? fields_get(fields, key, strlen(key)) : "";
}

/* Of a name that came in parts, which part is which; else all of it is one. */
static void
take_name(const struct fields *fields, struct card *card)
{
    static const char *const pairs[][2] = {
        { "family_name", "given_name" },
        { "attendee_name_family_name", "attendee_name_given_name" },
    };
    card->name = get(fields, "name");
    card->family = card->name;
    card->given = "";
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const char *family = get(fields, pairs[i][0]),
                   *given = get(fields, pairs[i][1]);
        if (*family == '\0' || *given == '\0')
            continue;
        card->family = family;
        card->given = given;
        return;
    }
}

/* Into an empty buffer. */
static bool
write_card(const struct design_slot *slot, const struct fields *fields, struct str *out)
{
    struct card card = {
        .is_vcard = slot->content == DESIGN_CONTENT_VCARD,
        .parts = { [ORGANISATION] = get(fields, "organisation"),
                   [EMAIL] = get(fields, slot->email),
                   [PHONE] = get(fields, slot->phone),
                   [COUNTRY] = get(fields, "country"),
                   [OTHER_SPELLING] = get(fields, "name_latin") },
    };
    take_name(fields, &card);
    if (*card.name == '\0' || !says_yes(get(fields, slot->consent)))
        return false;
    for (int parts = PARTS; parts >= 0; parts--) {
        str_clear(out);
        add_card(&card, parts, out);
        if (str_ok(out))
            break;
    }
    return true;
}

/* ---- all ---------------------------------------------------------------- */

static bool
write_code(const char *code, struct str *out)
{
    str_add_text(out, code);
    return *code != '\0';
}

static bool
write(const struct design_slot *slot, const struct content_guest *guest,
      struct str *out)
{
    switch ((enum design_content)slot->content) {
    case DESIGN_CONTENT_SECRET:
        return write_code(guest->secret, out);
    case DESIGN_CONTENT_URL:
        return write_link(slot->text, guest, out);
    case DESIGN_CONTENT_VCARD:
    case DESIGN_CONTENT_MECARD:
        return write_card(slot, guest->fields, out);
    case DESIGN_CONTENT_BADGE:
        break;
    }
    return write_code(guest->badge, out);
}

enum content_said
content_write(const struct design_slot *slot, const struct content_guest *guest,
              struct str *out)
{
    struct str words;
    enum content_said said = CONTENT_NOTHING;
    str_init(&words, out->cap - out->length);
    if (write(slot, guest, &words))
        said = str_ok(&words) ? CONTENT_SAID : CONTENT_TOO_LONG;
    if (said == CONTENT_SAID && !str_add(out, words.data, words.length))
        said = CONTENT_TOO_LONG;
    str_finish(&words);
    return said;
}
