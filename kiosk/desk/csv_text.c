#include "desk/csv_text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "str.h"

enum {
    LOOK_BYTES = 1024 * 1024, /* what the encoding is found out from */
    OUT_BYTES = 64 * 1024,
    CHARACTER_MAX = 8 /* bytes of one in any encoding, and to spare */
};

struct csv_text {
    ssize_t (*read)(void *bytes, size_t size, void *self);
    void *self;
    char encoding[32];
    iconv_t decoder; /* unless it is UTF-8 already */
    bool decodes, ended;
    char *in; /* LOOK_BYTES: at … end are still to be handed out */
    size_t at, end;
    int64_t bytes;
    char out[OUT_BYTES];
};

ssize_t
csv_read_fd(void *bytes, size_t size, void *self)
{
    ssize_t got;
    do {
        got = read(*(int *)self, bytes, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Fills `in` behind what is left in it, up to `want` bytes in all. */
static bool
fill(struct csv_text *text, size_t want, struct err *err)
{
    memmove(text->in, text->in + text->at, text->end - text->at);
    text->end -= text->at;
    text->at = 0;
    while (!text->ended && text->end < want) {
        ssize_t got = text->read(text->in + text->end, want - text->end, text->self);
        if (got < 0)
            return err_set(err, ERR_IO, "reading: %s", strerror(errno));
        if (got == 0)
            text->ended = true;
        text->end += (size_t)got;
        text->bytes += got;
    }
    return true;
}

/* ---- which encoding ----------------------------------------------------------- */

struct tally {
    size_t good, bad; /* characters beyond ASCII, ill-formed bytes */
};

static struct tally
count_utf8(const char *bytes, size_t length)
{
    struct tally tally = { 0, 0 };
    for (size_t at = 0; at < length;) {
        size_t from = at;
        unsigned c = str_next_character(bytes, length, &at);
        if (c == 0xFFFD && at - from == 1)
            tally.bad++;
        else if (c >= 0x80)
            tally.good++;
    }
    return tally;
}

/* True if the bytes decode from start to end; one cut in two at the end is no harm. */
static bool
decodes_as(const char *encoding, char *bytes, size_t length)
{
    iconv_t decoder = iconv_open("UTF-8", encoding);
    if (decoder == (iconv_t)-1)
        return false;
    char out[4096], *in = bytes;
    size_t left = length;
    bool good = true;
    while (good && left > 0) {
        char *to = out;
        size_t room = sizeof out;
        if (iconv(decoder, &in, &left, &to, &room) != (size_t)-1)
            continue;
        if (errno == EINVAL)
            break;
        good = errno == E2BIG;
    }
    iconv_close(decoder);
    return good;
}

static bool
take_mark(struct csv_text *text, const char *mark, size_t length, const char *encoding)
{
    if (text->end - text->at < length || memcmp(text->in + text->at, mark, length) != 0)
        return false;
    text->at += length;
    str_copy(text->encoding, sizeof text->encoding, encoding);
    return true;
}

static bool
find_encoding(struct csv_text *text, struct err *err)
{
    if (take_mark(text, "\xEF\xBB\xBF", 3, "UTF-8") ||
        take_mark(text, "\xFF\xFE", 2, "UTF-16LE") ||
        take_mark(text, "\xFE\xFF", 2, "UTF-16BE"))
        return true;

    /* the last character may be cut in two */
    size_t length = text->end;
    if (!text->ended)
        length = str_cut(text->in, length, length);
    struct tally tally = count_utf8(text->in, length);
    const char *encoding = NULL;
    if (tally.bad == 0 || tally.good > 4 * tally.bad)
        encoding = "UTF-8";
    else if (decodes_as("GB18030", text->in, text->end))
        encoding = "GB18030";
    if (!encoding)
        return err_set(err, ERR_INPUT,
                       "the text is neither UTF-8 nor GB18030: say its encoding "
                       "(windows-1250, windows-1252, …) or save it as UTF-8");
    str_copy(text->encoding, sizeof text->encoding, encoding);
    return true;
}

/* An encoding that was said wins over a mark; the mark itself is no text. */
static bool
take_encoding(struct csv_text *text, const char *said, struct err *err)
{
    if (!said)
        return find_encoding(text, err);
    bool utf16 =
        strncasecmp(said, "utf-16", 6) == 0 || strncasecmp(said, "utf16", 5) == 0;
    if (utf16 && (take_mark(text, "\xFF\xFE", 2, "UTF-16LE") ||
                  take_mark(text, "\xFE\xFF", 2, "UTF-16BE")))
        return true;
    if (strcasecmp(said, "utf-8") == 0 || strcasecmp(said, "utf8") == 0) {
        take_mark(text, "\xEF\xBB\xBF", 3, "UTF-8");
        said = "UTF-8";
    }
    if (!str_copy(text->encoding, sizeof text->encoding, said))
        return err_set(err, ERR_INPUT, "encoding: no such encoding");
    return true;
}

bool
csv_text_open(const struct csv_setting *setting, struct csv_text **text,
              struct err *err)
{
    struct csv_text *made = calloc(1, sizeof *made);
    char *in = malloc(LOOK_BYTES);
    char quoted[96];
    if (!made || !in) {
        free(made);
        free(in);
        return err_no_memory(err);
    }
    made->read = setting->read;
    made->self = setting->self;
    made->in = in;
    if (!fill(made, LOOK_BYTES, err) || !take_encoding(made, setting->encoding, err))
        goto failed;
    if (strcmp(made->encoding, "UTF-8") != 0) {
        made->decoder = iconv_open("UTF-8", made->encoding);
        made->decodes = made->decoder != (iconv_t)-1;
        if (!made->decodes) {
            err_set(err, ERR_INPUT,
                    "encoding \"%s\" is not known: utf-8, utf-16, gb18030, "
                    "windows-1250, … would be",
                    str_quote(quoted, sizeof quoted, made->encoding,
                              strlen(made->encoding)));
            goto failed;
        }
    }
    *text = made;
    return true;
failed:
    csv_text_close(made);
    return false;
}

void
csv_text_close(struct csv_text *text)
{
    if (!text)
        return;
    if (text->decodes)
        iconv_close(text->decoder);
    free(text->in);
    free(text);
}

/* Decodes until `out` is full or what came so far is used up. */
static size_t
decode(struct csv_text *text)
{
    char *to = text->out;
    size_t room = sizeof text->out;
    while (text->at < text->end && room >= CHARACTER_MAX) {
        char *in = text->in + text->at;
        size_t left = text->end - text->at;
        size_t done = iconv(text->decoder, &in, &left, &to, &room);
        text->at = text->end - left;
        if (done != (size_t)-1 || errno == E2BIG)
            break;
        if (errno == EINVAL && !text->ended)
            break;
        text->at++; /* no text: told by a byte that is never UTF-8 */
        *to++ = '\xFF';
        room--;
    }
    return sizeof text->out - room;
}

bool
csv_text_next(struct csv_text *text, const char **bytes, size_t *length,
              struct err *err)
{
    do {
        if (text->end - text->at < CHARACTER_MAX && !fill(text, OUT_BYTES, err))
            return false;
        *bytes = text->decodes ? text->out : text->in + text->at;
        *length = text->decodes ? decode(text) : text->end - text->at;
        if (!text->decodes)
            text->at = text->end;
    } while (*length == 0 && !(text->ended && text->at == text->end));
    return true;
}

int64_t
csv_text_bytes(const struct csv_text *text)
{
    return text->bytes;
}

const char *
csv_text_encoding(const struct csv_text *text)
{
    return text->encoding;
}
