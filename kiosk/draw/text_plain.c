#include "draw/text_plain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/text_clean.h"
#include "draw/text_inside.h"

enum { PASSES_MAX = 25 };

/* Where a line may end, at byte `end` without the spaces, and the next one begin. */
struct token {
    int from, end;
};

struct paragraph {
    struct text_words words;
    PangoLayout *layout;
    struct token tokens[TEXT_WORDS_MAX + 1];
    int token_count;
    bool right_to_left;
};

struct piece {
    const struct paragraph *paragraph;
    int from, end; /* bytes */
};

/* One text being set. */
struct block {
    struct paragraph *paragraphs;
    int paragraph_count;
    struct piece lines[TEXT_LINES_MAX];
    int line_count;
    float widest; /* of the lines, at full size */
    bool cut;
};

/* ---- where lines may end ------------------------------------------------ */

static bool
has_no_spaces(unsigned character)
{
    switch (g_unichar_get_script(character)) {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
        return true;
    default:
        return false;
    }
}

static bool
may_break(const struct text_words *words, const PangoLogAttr *attribute, int at)
{
    char before = words->bytes[at - 1];
    if (before == ' ')
        return true;
    if (!attribute->is_line_break)
        return false;
    const char *last = g_utf8_find_prev_char(words->bytes, words->bytes + at);
    return before == '-' || has_no_spaces(g_utf8_get_char(last)) ||
           has_no_spaces(g_utf8_get_char(words->bytes + at));
}

static void
add_token(struct paragraph *paragraph, int from, int next)
{
    int end = next;
    while (end > from && paragraph->words.bytes[end - 1] == ' ')
        end--;
    if (end > from)
        paragraph->tokens[paragraph->token_count++] = (struct token){ from, end };
}

static void
find_tokens(struct paragraph *paragraph)
{
    int count, from = 0;
    const struct text_words *words = &paragraph->words;
    const PangoLogAttr *attributes =
        pango_layout_get_log_attrs_readonly(paragraph->layout, &count);
    const char *at = words->bytes;

    paragraph->token_count = 0;
    for (int i = 0; i < count && at < words->bytes + words->length; i++) {
        int byte = (int)(at - words->bytes);
        if (i > 0 && may_break(words, &attributes[i], byte)) {
            add_token(paragraph, from, byte);
            from = byte;
        }
        at = g_utf8_next_char(at);
    }
    add_token(paragraph, from, words->length);
}

/* ---- lines -------------------------------------------------------------- */

static float
width_of(const struct paragraph *paragraph, int from, int end)
{
    return paragraph->words.sum[end] - paragraph->words.sum[from];
}

static void
add_line(struct block *block, const struct paragraph *paragraph, int from, int end)
{
    if (block->line_count == TEXT_LINES_MAX) {
        block->cut = true;
        return;
    }
    block->lines[block->line_count++] = (struct piece){ paragraph, from, end };
    block->widest = fmaxf(block->widest, width_of(paragraph, from, end));
}

/* A paragraph on its way into lines of `width`, in the units of the full size. */
struct filling {
    struct block *block;
    const struct paragraph *paragraph;
    float width;
    int from, end; /* of the line at hand; from -1: nothing on it */
};

/* How far a line that began at `from` and has come to `at` reaches into the word. */
static int
tear(const struct filling *filling, int from, int at, int end)
{
    const char *bytes = filling->paragraph->words.bytes;
    while (at < end) {
        const char *next = g_utf8_next_char(bytes + at);
        while (next < bytes + end && g_unichar_ismark(g_utf8_get_char(next)))
            next = g_utf8_next_char(next);
        if (width_of(filling->paragraph, from, (int)(next - bytes)) > filling->width)
            break;
        at = (int)(next - bytes);
    }
    return at;
}

/* A word wider than a line goes on behind what stands on this one; its end stays on the
 * line at hand. */
static void
tear_word(struct filling *filling, struct token word)
{
    const struct paragraph *paragraph = filling->paragraph;
    int line = filling->from >= 0 ? filling->from : word.from, at = word.from;

    while (width_of(paragraph, line, word.end) > filling->width) {
        int torn = tear(filling, line, at, word.end);
        if (torn == at && line < at) { /* none of it fits behind the others */
            add_line(filling->block, paragraph, line, filling->end);
            line = at;
            continue;
        }
        if (torn == at) /* not even one letter */
            torn = (int)(g_utf8_next_char(paragraph->words.bytes + at) -
                         paragraph->words.bytes);
        add_line(filling->block, paragraph, line, torn);
        line = at = torn;
    }
    filling->from = line < word.end ? line : -1;
    filling->end = word.end;
}

static void
fill_lines(struct filling *filling, bool splits)
{
    const struct paragraph *paragraph = filling->paragraph;

    filling->from = -1;
    for (int i = 0; i < paragraph->token_count; i++) {
        struct token word = paragraph->tokens[i];
        int line = filling->from >= 0 ? filling->from : word.from;
        if (splits && width_of(paragraph, word.from, word.end) > filling->width) {
            tear_word(filling, word);
            continue;
        }
        if (line < word.from && width_of(paragraph, line, word.end) > filling->width) {
            add_line(filling->block, paragraph, line, filling->end);
            line = word.from;
        }
        filling->from = line;
        filling->end = word.end;
    }
    if (filling->from >= 0)
        add_line(filling->block, paragraph, filling->from, filling->end);
}

static void
break_lines(struct block *block, const struct design_slot *slot, double scale)
{
    float width = (float)((double)slot->box.width / scale) * 1.0001F;
    block->line_count = 0;
    block->widest = 0;
    block->cut = false;
    for (int i = 0; i < block->paragraph_count; i++) {
        const struct paragraph *paragraph = &block->paragraphs[i];
        if (paragraph->token_count > 0)
            fill_lines(&(struct filling){ block, paragraph, width, -1, 0 },
                       slot->splits);
        else if (block->line_count > 0) /* an empty line */
            add_line(block, paragraph, 0, 0);
    }
    while (block->line_count > 0 && block->lines[block->line_count - 1].end == 0)
        block->line_count--;
}

/* The server's own steps, so that its sizes come out. Gives the size, in points. */
static double
find_size(struct block *block, const struct design_slot *slot)
{
    double point = (double)slot->point, full = (double)slot->size_max / point;
    double size = full;
    for (int pass = 1;; pass++) {
        break_lines(block, slot, size / full);
        double height = block->line_count * (double)slot->leading * size * point;
        double width = (double)block->widest * size / full;
        bool high = height > (double)slot->box.height + 0.01;
        bool wide = width > (double)slot->box.width + 0.05;
        if (block->line_count == 0 || !slot->shrinks || (!high && !wide) || size <= 1 ||
            pass == PASSES_MAX)
            return size;
        size -= high ? fmax(1, size * 0.1) : fmax(0.25, size * 0.025);
    }
}

/* ---- the words ---------------------------------------------------------- */

static bool
read_paragraph(struct text *text, const struct design_slot *slot, const char *raw,
               size_t length, struct paragraph *paragraph)
{
    struct str line, clean;
    bool whole;

    str_init(&line, TEXT_WORDS_MAX);
    str_init(&clean, TEXT_WORDS_MAX);
    str_add(&line, raw, length);
    text_clean(line.data, slot->upper, &clean);
    whole = str_ok(&line) && str_ok(&clean);
    paragraph->words.missing = 0;
    paragraph->words.length = (int)clean.length;
    memcpy(paragraph->words.bytes, clean.data, clean.length + 1);
    str_finish(&line);
    str_finish(&clean);
    paragraph->token_count = 0;
    if (paragraph->words.length == 0)
        return whole;
    paragraph->right_to_left = text_is_right_to_left(&paragraph->words);
    paragraph->layout = text_take_layout(text, paragraph->right_to_left);
    text_shape(text, paragraph->layout, slot, &paragraph->words);
    if (paragraph->words.length > 0)
        find_tokens(paragraph);
    return whole;
}

/* False: no memory, or a text was too long. */
static bool
read_block(struct text *text, const struct design_slot *slot, const char *raw,
           struct block *block)
{
    size_t lines = 1;
    bool whole = true;
    for (const char *at = raw; *at; at++)
        lines += *at == '\n';
    if (lines > TEXT_LINES_MAX)
        lines = TEXT_LINES_MAX;
    block->paragraphs = calloc(lines, sizeof *block->paragraphs);
    if (!block->paragraphs)
        return false;
    for (size_t i = 0; i < lines; i++) {
        size_t length = strcspn(raw, "\n");
        whole &= read_paragraph(text, slot, raw, length, &block->paragraphs[i]);
        raw += length + (raw[length] != '\0');
    }
    block->paragraph_count = (int)lines;
    return whole && *raw == '\0';
}

/* ---- the fit ------------------------------------------------------------ */

static void
set_line(struct text *text, const struct design_slot *slot, const struct piece *piece,
         struct text_line *line)
{
    PangoLayout *layout = text_take_layout(text, piece->paragraph->right_to_left);
    text_set_face(text, layout, slot);
    pango_layout_set_text(layout, piece->paragraph->words.bytes + piece->from,
                          piece->end - piece->from);
    text_set_line(layout, line);
}

static void
set_lines(struct text *text, const struct design_slot *slot, const struct block *block,
          struct text_fit *fit)
{
    for (int i = 0; i < block->line_count; i++) {
        struct text_line *line = &fit->lines[i];
        set_line(text, slot, &block->lines[i], line);
        line->width *= fit->scale;
        line->ascent *= fit->scale;
        line->descent *= fit->scale;
        line->ink_x *= fit->scale;
        line->ink_width *= fit->scale;
        line->baseline = (slot->ascent + (float)i * slot->leading) * fit->size;
    }
    fit->line_count = block->line_count;
}

void
text_plain_fit(struct text *text, const struct design_slot *slot, const char *words,
               struct text_fit *fit)
{
    struct block block = { .line_count = 0 };

    memset(fit, 0, sizeof *fit);
    text_choose_language(text, slot, words);
    fit->overflow = !read_block(text, slot, words, &block);
    for (int i = 0; i < block.paragraph_count; i++)
        fit->missing += block.paragraphs[i].words.missing;
    if (block.paragraph_count > 0) {
        fit->size = (float)find_size(&block, slot) * slot->point;
        fit->scale = fit->size / slot->size_max;
        fit->height = (float)block.line_count * slot->leading * fit->size;
        fit->overflow |= block.cut || fit->size < slot->size_min ||
                         fit->height > slot->box.height + slot->point ||
                         block.widest * fit->scale > slot->box.width + slot->point;
        set_lines(text, slot, &block, fit);
        fit->right_to_left = block.paragraphs[0].right_to_left;
    }
    free(block.paragraphs);
}

/* ---- on the page -------------------------------------------------------- */

void
text_plain_place(const struct design_slot *slot, const struct text_fit *fit,
                 float *corner_y, float *top)
{
    float spare = slot->box.height - fit->height;
    *corner_y = slot->upward ? slot->box.y + spare : slot->box.y;
    *top = *corner_y + slot->shift * fit->size;
    if (slot->upward || slot->valign == DESIGN_TOP)
        return;
    *top += slot->valign == DESIGN_BOTTOM ? spare : spare / 2;
}

void
text_plain_line(const struct design_slot *slot, const struct text_fit *fit, int i,
                float at[2])
{
    double turn = (double)slot->turn_degrees * G_PI / 180;
    float corner_y, top;

    text_plain_place(slot, fit, &corner_y, &top);
    double x = (double)(text_line_x(slot, fit, &fit->lines[i]) - slot->box.x);
    double y = (double)(top + fit->lines[i].baseline - corner_y);
    at[0] = (float)((double)slot->box.x + x * cos(turn) - y * sin(turn));
    at[1] = (float)((double)corner_y + x * sin(turn) + y * cos(turn));
}

bool
text_plain_paint(struct text *text, const struct design_slot *slot,
                 const struct text_fit *fit, struct canvas *canvas)
{
    for (int i = 0; i < fit->line_count; i++) {
        float at[2];
        if (fit->lines[i].width <= 0)
            continue;
        text_plain_line(slot, fit, i, at);
        struct text_spot spot = {
            .x = round((double)at[0]),
            .y = round((double)at[1]),
            .turn = (double)slot->turn_degrees * G_PI / 180,
            .scale = fit->scale,
            .white = slot->white,
        };
        if (!text_paint_line(text, &fit->lines[i], &spot, canvas))
            return false;
    }
    return true;
}
