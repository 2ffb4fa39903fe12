#include "draw/prepare_svg.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/prepare.h"
#include "draw/prepare_links.h"
#include "draw/prepare_page.h"

enum { WORDS_MAX = 16 * 1024 };

/* One open element. */
struct level {
    struct prepare_style style;
    struct prepare_matrix matrix; /* user units to dots */
    bool ends_layer, ends_stack, ends_slot;
};

struct reader {
    XML_Parser parser;
    struct design *design;
    struct prepare_page *page;
    struct str *drawing;
    struct prepare_links *links;
    struct err *err;
    bool failed;

    struct level levels[PREPARE_DEPTH_MAX + 1]; /* [0] stands around the root */
    int depth, elements;
    int layer, stack; /* open ones; -1: none */

    /* A slot, or a text that may turn out to be one ("{" in its words). */
    struct prepare_slot slot;
    bool in_slot;  /* its element is not copied */
    bool in_maybe; /* it is copied, from `maybe_from` on */
    struct prepare_style slot_style;
    size_t maybe_from;
    bool in_sheet;
    struct str words; /* of the slot, text or style sheet */
};

/* ---- errors ------------------------------------------------------------- */

static void
stop(struct reader *reader)
{
    reader->failed = true;
    XML_StopParser(reader->parser, XML_FALSE);
}

/* Puts line and element in front of what reader->err says. */
static void
stop_at(struct reader *reader, const char *element, const char *const *attributes)
{
    const char *id = attributes ? prepare_attribute(attributes, "id") : NULL;
    char quoted[48] = "", name[32];

    if (id)
        str_quote(quoted, sizeof quoted, id, strlen(id));
    str_quote(name, sizeof name, element, strlen(element));
    err_wrap(reader->err, "line %lu: <%s%s%s%s>",
             (unsigned long)XML_GetCurrentLineNumber(reader->parser), name,
             id ? " id=\"" : "", quoted, id ? "\"" : "");
    stop(reader);
}

static bool
wrong(struct reader *reader, const char *text)
{
    return err_set(reader->err, ERR_INPUT, "%s", text);
}

/* ---- copying ------------------------------------------------------------ */

static void
copy_escaped(struct str *to, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '&':
            str_add_text(to, "&amp;");
            break;
        case '<':
            str_add_text(to, "&lt;");
            break;
        case '>':
            str_add_text(to, "&gt;");
            break;
        case '"':
            str_add_text(to, "&quot;");
            break;
        case '\n':
        case '\t':
            str_addf(to, "&#%d;", text[i]);
            break;
        default:
            str_add_char(to, text[i]);
        }
    }
}

static void
copy_start(struct str *to, const char *element, const char *const *attributes)
{
    str_addf(to, "<%s", element);
    for (; *attributes; attributes += 2) {
        str_addf(to, " %s=\"", attributes[0]);
        copy_escaped(to, attributes[1], strlen(attributes[1]));
        str_add_char(to, '"');
    }
    str_add_char(to, '>');
}

/* ---- layers and stacks -------------------------------------------------- */

static bool
begin_layer(struct reader *reader, const char *const *attributes)
{
    struct design *design = reader->design;
    const char *show_if = prepare_attribute(attributes, "data-show-if");
    const char *show_unless = prepare_attribute(attributes, "data-show-unless");

    const char *tone = prepare_attribute(attributes, "data-tone");

    if (!show_if && !show_unless && !tone)
        return true;
    if (tone && strcmp(tone, "photo") != 0)
        return wrong(reader, "data-tone: want photo");
    if (reader->layer >= 0)
        return wrong(reader, "a condition within a condition: join them with ';'");
    if (design->layer_count == DESIGN_LAYERS_MAX)
        return wrong(reader, "too many parts with a condition: at most 16");
    struct design_layer *layer = &design->layers[design->layer_count];
    if ((show_if && !str_copy(layer->show_if, sizeof layer->show_if, show_if)) ||
        (show_unless &&
         !str_copy(layer->show_unless, sizeof layer->show_unless, show_unless)))
        return wrong(reader, "a condition has at most 191 bytes");
    layer->tone = tone != NULL;
    reader->layer = design->layer_count++;
    reader->levels[reader->depth].ends_layer = true;
    str_addf(reader->drawing, "<g id=\"yuelai-layer-%d\" display=\"inline\">",
             reader->layer);
    return true;
}

static bool
begin_stack(struct reader *reader, const char *const *attributes)
{
    struct design *design = reader->design;
    const char *value = prepare_attribute(attributes, "data-stack");

    if (!value)
        return true;
    if (reader->stack >= 0)
        return wrong(reader, "a stack within a stack");
    if (design->stack_count == DESIGN_STACKS_MAX)
        return wrong(reader, "too many stacks: at most 8");
    struct design_stack *stack = &design->stacks[design->stack_count];
    if (!prepare_read_valign(value, &stack->valign))
        return wrong(reader, "data-stack: want top, middle or bottom");
    reader->stack = design->stack_count++;
    reader->levels[reader->depth].ends_stack = true;
    return true;
}

static void
widen(struct design_box *box, const struct design_box *by)
{
    if (box->width <= 0) {
        *box = *by;
        return;
    }
    float right = fmaxf(box->x + box->width, by->x + by->width);
    float bottom = fmaxf(box->y + box->height, by->y + by->height);
    box->x = fminf(box->x, by->x);
    box->y = fminf(box->y, by->y);
    box->width = right - box->x;
    box->height = bottom - box->y;
}

/* ---- slots -------------------------------------------------------------- */

static bool
join_condition(char *to, const char *from)
{
    char both[2 * DESIGN_TEXT_MAX + 2];
    snprintf(both, sizeof both, "%s%s%s", from, *from && *to ? ";" : "", to);
    return str_copy(to, DESIGN_TEXT_MAX + 1, both);
}

/* A slot inside artwork with a condition has that condition too. */
static bool
inherit_condition(struct reader *reader, struct design_slot *slot)
{
    if (reader->layer < 0)
        return true;
    const struct design_layer *layer = &reader->design->layers[reader->layer];
    if (*layer->show_unless && *slot->show_unless)
        return wrong(reader, "data-show-unless within data-show-unless");
    if (*layer->show_unless)
        str_copy(slot->show_unless, sizeof slot->show_unless, layer->show_unless);
    if (!join_condition(slot->show_if, layer->show_if))
        return wrong(reader, "its conditions have together at most 191 bytes");
    return true;
}

static bool
keep_slot(struct reader *reader)
{
    struct design *design = reader->design;
    struct prepare_slot *slot = &reader->slot;

    if (design->slot_count == DESIGN_SLOTS_MAX)
        return wrong(reader, "too many slots: at most 48");
    if (strchr(reader->words.data, '{') &&
        !str_copy(slot->slot.text, sizeof slot->slot.text, reader->words.data))
        return wrong(reader, "the words of a slot have at most 1023 bytes");
    if (!prepare_slot_end(slot, &reader->slot_style,
                          &reader->levels[reader->depth].matrix, reader->page,
                          reader->err) ||
        !inherit_condition(reader, &slot->slot))
        return false;
    if (reader->stack >= 0 && slot->slot.kind == DESIGN_SLOT_TEXT) {
        struct design_stack *stack = &design->stacks[reader->stack];
        if (stack->box.width > 0 && stack->side_degrees != slot->slot.side_degrees)
            return wrong(reader, "the texts of a stack stand on one side: this one is "
                                 "turned and the first is not, or otherwise");
        stack->side_degrees = slot->slot.side_degrees;
        slot->slot.stack = reader->stack;
        slot->slot.baseline = 0;
        widen(&stack->box, &slot->slot.box);
    }
    design->slots[design->slot_count++] = slot->slot;
    return true;
}

static bool
begin_slot(struct reader *reader, const char *element, const char *const *attributes)
{
    bool is_text = strcmp(element, "text") == 0, is_rect = strcmp(element, "rect") == 0;
    bool claims = prepare_slot_claims(attributes);

    if (claims && !is_text && !is_rect && prepare_attribute(attributes, "data-field"))
        return wrong(reader, "only a rect or a text can be a slot");
    if (!is_text && !(is_rect && claims))
        return true;
    str_clear(&reader->words);
    reader->slot_style = reader->levels[reader->depth].style;
    reader->in_slot = claims;
    reader->in_maybe = !claims;
    reader->maybe_from = reader->drawing->length;
    reader->levels[reader->depth].ends_slot = true;
    return prepare_slot_begin(attributes, reader->page, is_text, &reader->slot,
                              reader->err);
}

static bool
end_slot(struct reader *reader)
{
    bool is_slot = reader->in_slot || strchr(reader->words.data, '{');
    if (is_slot && reader->in_maybe) {
        reader->drawing->length = reader->maybe_from;
        reader->drawing->data[reader->maybe_from] = '\0';
    }
    bool good = !is_slot || keep_slot(reader) ||
                err_wrap(reader->err, "slot \"%s\"", reader->slot.slot.name);
    reader->in_slot = reader->in_maybe = false;
    return good;
}

/* ---- elements ----------------------------------------------------------- */

static const char *
local_name(const char *element)
{
    return str_starts(element, "svg:") ? element + 4 : element;
}

static bool
enter(struct reader *reader, const char *element, const char *const *attributes)
{
    if (++reader->elements > PREPARE_ELEMENTS_MAX)
        return err_set(reader->err, ERR_LIMIT, "over %d elements",
                       PREPARE_ELEMENTS_MAX);
    if (reader->depth == PREPARE_DEPTH_MAX - 1)
        return err_set(reader->err, ERR_LIMIT, "over %d elements deep",
                       PREPARE_DEPTH_MAX);
    const struct level *outer = &reader->levels[reader->depth++];
    struct level *level = &reader->levels[reader->depth];
    *level = (struct level){ .style = outer->style, .matrix = outer->matrix };
    if (!prepare_links_begin(reader->links, element, attributes, reader->err))
        return false;
    if (strchr(element, ':') && local_name(element) == element)
        return true; /* an editor's own: copied, not understood */
    if (!prepare_read_style(attributes, &level->style, reader->err))
        return false;
    if (reader->depth == 1)
        return strcmp(local_name(element), "svg") == 0
                   ? prepare_page_read(attributes, reader->design, reader->page,
                                       &level->matrix, reader->err)
                   : wrong(reader, "want <svg> as the outermost element");
    const char *transform = prepare_attribute(attributes, "transform");
    struct prepare_matrix own = prepare_identity;
    if (transform && !prepare_read_transform(transform, &own, reader->err))
        return false;
    level->matrix = prepare_multiply(&outer->matrix, &own);
    return true;
}

static bool
start(struct reader *reader, const char *element, const char *const *attributes)
{
    const char *local = local_name(element);

    if (!enter(reader, element, attributes))
        return false;
    if (reader->in_slot || reader->in_maybe) { /* a tspan */
        reader->slot_style = reader->levels[reader->depth].style;
        if (reader->in_maybe)
            copy_start(reader->drawing, element, attributes);
        return true;
    }
    reader->in_sheet = strcmp(local, "style") == 0;
    if (reader->in_sheet)
        str_clear(&reader->words);
    if (!begin_slot(reader, local, attributes))
        return false;
    if (reader->in_slot)
        return true;
    if (!reader->in_maybe &&
        (!begin_layer(reader, attributes) || !begin_stack(reader, attributes)))
        return false;
    copy_start(reader->drawing, element, attributes);
    return true;
}

static void XMLCALL
on_start(void *self, const char *element, const char **attributes)
{
    struct reader *reader = self;
    const char *const *list = (const char *const *)attributes;
    if (reader->failed)
        return;
    if (!start(reader, element, list))
        stop_at(reader, element, list);
    else if (!str_ok(reader->drawing)) {
        err_no_memory(reader->err);
        stop(reader);
    }
}

static bool
end(struct reader *reader, const char *element)
{
    struct level *level = &reader->levels[reader->depth];
    bool copied = !reader->in_slot, good = true;

    if (copied)
        str_addf(reader->drawing, "</%s>", element);
    if (level->ends_slot)
        good = end_slot(reader);
    if (level->ends_layer) {
        str_add_text(reader->drawing, "</g>");
        reader->layer = -1;
    }
    if (level->ends_stack) {
        if (reader->design->stacks[reader->stack].box.width <= 0)
            good = good && wrong(reader, "a stack without a text slot");
        reader->stack = -1;
    }
    if (reader->in_sheet) {
        good = good && prepare_links_sheet(reader->words.data, reader->err);
        reader->in_sheet = false;
    }
    return good;
}

static void XMLCALL
on_end(void *self, const char *element)
{
    struct reader *reader = self;
    if (reader->failed)
        return;
    if (!end(reader, element))
        stop_at(reader, element, NULL);
    prepare_links_end(reader->links);
    reader->depth--;
}

static void XMLCALL
on_words(void *self, const char *words, int length)
{
    struct reader *reader = self;
    if (reader->failed)
        return;
    if (reader->in_slot || reader->in_maybe || reader->in_sheet) {
        if (!str_add(&reader->words, words, (size_t)length)) {
            err_set(reader->err, ERR_LIMIT, "line %lu: over %d bytes of words",
                    (unsigned long)XML_GetCurrentLineNumber(reader->parser), WORDS_MAX);
            stop(reader);
            return;
        }
    }
    if (!reader->in_slot)
        copy_escaped(reader->drawing, words, (size_t)length);
}

/* ---- what XML can do beyond elements ------------------------------------ */

/* Entities are declared between the brackets of a document type. */
static void XMLCALL
on_document_type(void *self, const XML_Char *name, const XML_Char *system,
                 const XML_Char *public, int has_declarations)
{
    struct reader *reader = self;
    (void)name, (void)system, (void)public;
    if (reader->failed || !has_declarations)
        return;
    err_set(reader->err, ERR_INPUT,
            "line %lu: <!DOCTYPE [: a design may not declare entities",
            (unsigned long)XML_GetCurrentLineNumber(reader->parser));
    stop(reader);
}

static void XMLCALL
on_instruction(void *self, const XML_Char *target, const XML_Char *data)
{
    struct reader *reader = self;
    char quoted[48];
    (void)data;
    if (reader->failed)
        return;
    err_set(reader->err, ERR_INPUT,
            "line %lu: <?%s?>: a design may not contain processing instructions",
            (unsigned long)XML_GetCurrentLineNumber(reader->parser),
            str_quote(quoted, sizeof quoted, target, strlen(target)));
    stop(reader);
}

static void
say_syntax(struct reader *reader)
{
    err_set(reader->err, ERR_INPUT, "line %lu: not well-formed XML: %s",
            (unsigned long)XML_GetCurrentLineNumber(reader->parser),
            XML_ErrorString(XML_GetErrorCode(reader->parser)));
}

static bool
parse(struct reader *reader, const char *svg, size_t length)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader->parser, on_words);
    XML_SetStartDoctypeDeclHandler(reader->parser, on_document_type);
    XML_SetProcessingInstructionHandler(reader->parser, on_instruction);
    enum XML_Status status = XML_Parse(reader->parser, svg, (int)length, XML_TRUE);
    if (reader->failed)
        return false;
    if (status != XML_STATUS_OK) {
        say_syntax(reader);
        return false;
    }
    return prepare_links_are_finite(reader->links, reader->err);
}

bool
prepare_svg_read(const char *svg, size_t length, struct design *design,
                 struct prepare_page *page, struct str *drawing, struct err *err)
{
    struct reader reader = { .design = design,
                             .page = page,
                             .drawing = drawing,
                             .err = err,
                             .layer = -1,
                             .stack = -1 };
    bool good = false;

    reader.levels[0].style = prepare_style_initial;
    reader.levels[0].matrix = prepare_identity;
    str_init(&reader.words, WORDS_MAX);
    reader.parser = XML_ParserCreate(NULL);
    if (!reader.parser)
        err_no_memory(err);
    else if (prepare_links_create(&reader.links, err))
        good = parse(&reader, svg, length);
    prepare_links_destroy(reader.links);
    if (reader.parser)
        XML_ParserFree(reader.parser);
    str_finish(&reader.words);
    return good;
}
