#include "desk/desk_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/given.h"
#include "str.h"

/* An organiser's questions at the door. What a guest answers counts at once, also while
 * the server has not heard of it (store/given.h).
 *
 * A file is nothing that a guest can hand to a kiosk. One that may be left out is left
 * out, unasked; one that must be there is for the help desk, whose device or the
 * organiser's own page can send it: the guest comes in once the server has it. */

/* What is asked of one ticket; owns what it points to. */
struct form {
    struct question *questions; /* the event's, `asked` for this product */
    struct question_answer *stored;
    size_t stored_count;
    bool is_short; /* of memory */
    struct question_form form;
};

/* ---- a form ------------------------------------------------------------------------
 */

static bool
is_of_product(const struct desk_question *question, int64_t product)
{
    const struct json *items = json_member(question->tree, "items");
    for (const struct json *item = json_first(items); item; item = json_next(item)) {
        int64_t id;
        struct err ignored;
        if (json_int(item, "", &id, &ignored) && id == product)
            return true;
    }
    return false;
}

static bool
asks_anything(const struct desk_event *event, int64_t product)
{
    for (unsigned i = 0; i < event->question_count; i++) {
        if (event->questions[i].question.asked &&
            is_of_product(&event->questions[i], product))
            return true;
    }
    return false;
}

static void
add_stored(struct form *form, int64_t question, const char *value)
{
    char *text = strdup(value);
    struct question_answer *grown =
        realloc(form->stored, (form->stored_count + 1) * sizeof *form->stored);
    if (grown)
        form->stored = grown;
    if (!grown || !text) {
        free(text);
        form->is_short = true;
        return;
    }
    struct question_answer *last = &grown[form->stored_count++];
    last->question = question;
    last->text = text;
}

static bool
take_answer(const struct roster_answer *answer, void *self)
{
    struct form *form = self;
    add_stored(form, answer->question, answer->value);
    return !form->is_short;
}

static bool
open_form(struct desk_slot *slot, const struct desk_event *event, struct form *form,
          struct err *err)
{
    const struct ticket *ticket = &slot->outcome.ticket;
    struct db *db = slot->desk->set.db;
    *form = (struct form){ .stored_count = 0 };
    form->questions = calloc(event->question_count + 1, sizeof *form->questions);
    if (!form->questions)
        return err_no_memory(err);
    for (unsigned i = 0; i < event->question_count; i++) {
        form->questions[i] = event->questions[i].question;
        form->questions[i].asked &=
            is_of_product(&event->questions[i], ticket->origin.product);
    }
    if ((!slot->facts.is_signed &&
         !roster_answers(db, ticket->id, take_answer, form, err)) ||
        !given_each(db, ticket->ref, take_answer, form, err) ||
        !given_each(db, slot->alias, take_answer, form, err))
        return false;
    form->form = (struct question_form){ .questions = form->questions,
                                         .count = event->question_count,
                                         .stored = form->stored,
                                         .stored_count = form->stored_count,
                                         .given = slot->given,
                                         .given_count = slot->given_count,
                                         .zone = event->zone };
    return !form->is_short || err_no_memory(err);
}

static void
close_form(struct form *form)
{
    for (size_t i = 0; i < form->stored_count; i++)
        free((void *)(uintptr_t)form->stored[i].text);
    free(form->stored);
    free(form->questions);
}

/* ---- what the screen is told
 * ----------------------------------------------------------- */

static void
write_options(const struct json *tree, struct str *out)
{
    const struct json *options = json_member(tree, "options");
    if (json_count(options) == 0)
        return;
    json_open_array(out, "options");
    for (const struct json *item = json_first(options); item; item = json_next(item)) {
        json_open_object(out, NULL);
        json_add_value(out, "id", json_member(item, "id"));
        json_add_value(out, "identifier", json_member(item, "identifier"));
        json_add_value(out, "text", json_member(item, "answer"));
        json_close_object(out);
    }
    json_close_array(out);
}

static void
write_question(const struct desk_question *from, struct str *out)
{
    const struct question *question = &from->question;
    json_open_object(out, NULL);
    json_add_int(out, "id", question->id);
    if (json_member(from->tree, "question"))
        json_add_value(out, "text", json_member(from->tree, "question"));
    if (json_member(from->tree, "help_text"))
        json_add_value(out, "help", json_member(from->tree, "help_text"));
    json_add_text(out, "type", question_type_name(question->type));
    json_add_bool(out, "required", question->required);
    if (question->depends_on != 0) {
        json_add_int(out, "parent", question->depends_on);
        json_open_array(out, "values");
        for (size_t i = 0; i < question->depends_count; i++)
            json_add_text(out, NULL, question->depends_values[i]);
        json_close_array(out);
    }
    write_options(from->tree, out);
    json_close_object(out);
}

/* It concerns this guest, or may, once its parent is answered. */
static bool
may_apply(const struct question_form *form, size_t which)
{
    if (question_applies(form, which))
        return true;
    for (size_t i = 0; i < form->count; i++) {
        if (form->questions[i].id == form->questions[which].depends_on)
            return question_is_open(form, i);
    }
    return false;
}

static void
write_open(struct desk_slot *slot, const struct desk_event *event,
           const struct question_form *form)
{
    bool all = slot->input.asking == DESK_ASK_AS_SERVER;
    struct str *out = &slot->questions;
    json_open_array(out, NULL);
    for (size_t i = 0; i < form->count; i++) {
        if (question_is_open(form, i) && (all || may_apply(form, i)))
            write_question(&event->questions[i], out);
    }
    json_close_array(out);
}

/* In English if there is one: for staff, in the history. */
static void
name_file(const struct desk_question *question, char *name, size_t size)
{
    const struct json *texts = json_member(question->tree, "question");
    const struct json *text = json_member(texts, "en");
    const char *words = "";
    struct err ignored;
    if (!text)
        text = json_kind(texts) == JSON_OBJECT ? json_first(texts) : texts;
    if (!text || !json_text(text, "", &words, &ignored))
        words = "";
    str_copy(name, size, words);
}

/* The first file that this guest has to hand in. */
static bool
wants_file(struct desk_slot *slot, const struct desk_event *event,
           const struct question_form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        if (form->questions[i].type != QUESTION_FILE || !form->questions[i].required ||
            !question_is_open(form, i) || !question_applies(form, i))
            continue;
        name_file(&event->questions[i], slot->file, sizeof slot->file);
        return true;
    }
    return false;
}

static void
plan(struct desk_slot *slot, const struct desk_event *event,
     const struct question_form *form)
{
    size_t which;
    size_t open = question_open(form, &which, 1);
    enum question_plan next = question_plan(form, &which);
    slot->questions_unsupported = false;
    slot->facts.questions = slot->wants_file = false;
    if (open == 0)
        return;
    slot->facts.questions = slot->input.asking == DESK_ASK_AS_SERVER ||
                            (slot->input.asking == DESK_ASK && next == QUESTION_ASK);
    slot->questions_unsupported = !slot->facts.questions;
    slot->wants_file = slot->facts.questions && slot->input.asking == DESK_ASK &&
                       wants_file(slot, event, form);
    if (slot->facts.questions && !slot->wants_file)
        write_open(slot, event, form);
}

static struct question_answer *given_of(struct desk_slot *slot, int64_t question);

/* To the server an empty answer is one, where none must be. */
static void
leave_out_files(struct desk_slot *slot, struct question_form *form)
{
    for (size_t i = 0; i < form->count && slot->input.asking == DESK_ASK; i++) {
        if (form->questions[i].type == QUESTION_FILE && !form->questions[i].required &&
            question_is_open(form, i))
            given_of(slot, form->questions[i].id);
    }
    form->given_count = slot->given_count;
}

/* Answered already, and so not to be overwritten by nothing. */
static void
drop_unsent(struct desk_slot *slot, struct question_form *form)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < slot->given_count; i++) {
        if (question_is_sent(form, &slot->given[i]))
            slot->given[kept++] = slot->given[i];
    }
    form->given_count = slot->given_count = kept;
}

bool
desk_ask_gather(struct desk_slot *slot, const struct desk_event *event, struct err *err)
{
    struct form form;
    str_clear(&slot->questions);
    if (!asks_anything(event, slot->outcome.ticket.origin.product))
        return true;
    bool ok = open_form(slot, event, &form, err);
    if (ok) {
        drop_unsent(slot, &form.form);
        leave_out_files(slot, &form.form);
        plan(slot, event, &form.form);
    }
    close_form(&form);
    return ok;
}

/* ---- what is answered
 * -------------------------------------------------------------------- */

static const struct question *
find_question(const struct desk_event *event, int64_t id)
{
    for (unsigned i = 0; i < event->question_count; i++) {
        if (event->questions[i].question.id == id)
            return &event->questions[i].question;
    }
    return NULL;
}

static struct question_answer *
given_of(struct desk_slot *slot, int64_t question)
{
    for (unsigned i = 0; i < slot->given_count; i++) {
        if (slot->given[i].question == question)
            return &slot->given[i];
    }
    if (slot->given_count == DESK_GIVEN_MAX)
        return NULL;
    struct question_answer *answer = &slot->given[slot->given_count++];
    *answer = (struct question_answer){ .question = question, .text = "" };
    return answer;
}

static bool
keep_given(struct desk_slot *slot, int64_t question, const struct str *value,
           struct err *err)
{
    size_t size = value->length + 1;
    if (size > sizeof slot->given_text - slot->given_used)
        return err_set(err, ERR_INPUT,
                       "question %" PRId64 ": too-long: want all answers"
                       " within %d bytes",
                       question, DESK_GIVEN_BYTES);
    struct question_answer *answer = given_of(slot, question);
    if (!answer)
        return err_set(err, ERR_INPUT, "question %" PRId64 ": want at most %d answers",
                       question, DESK_GIVEN_MAX);
    char *text = slot->given_text + slot->given_used;
    memcpy(text, value->data, size);
    slot->given_used += size;
    answer->text = text;
    return true;
}

static bool
take_one(struct desk_slot *slot, const struct desk_event *event,
         const struct desk_reply *reply, struct err *err)
{
    const struct question *question = find_question(event, reply->question);
    struct str value;
    if (!question)
        return err_set(err, ERR_INPUT, "question %" PRId64 ": is not asked here",
                       reply->question);
    if (question->type == QUESTION_FILE && reply->text[0] != '\0')
        return err_set(err, ERR_INPUT,
                       "question %" PRId64 ": wants a file, which the help desk takes",
                       reply->question);
    str_init(&value, QUESTION_ANSWER_MAX);
    enum question_fault fault =
        question_clean(question, reply->text, strlen(reply->text), event->zone, &value);
    bool ok = fault == QUESTION_FINE
                  ? keep_given(slot, reply->question, &value, err)
                  : err_set(err, ERR_INPUT, "question %" PRId64 ": %s", reply->question,
                            question_fault_name(fault));
    str_finish(&value);
    return ok;
}

bool
desk_ask_take(struct desk_slot *slot, const struct desk_reply *replies, unsigned count,
              struct err *err)
{
    const struct desk_event *event;
    unsigned given_count = slot->given_count;
    size_t given_used = slot->given_used;
    struct question_answer before[DESK_GIVEN_MAX];
    memcpy(before, slot->given, sizeof before);
    bool ok = desk_event_get(slot->desk, slot->outcome.ticket.event, &event, err);
    for (unsigned i = 0; ok && i < count; i++)
        ok = take_one(slot, event, &replies[i], err);
    if (ok && desk_ask_gather(slot, event, err))
        return true;
    slot->given_count = given_count;
    slot->given_used = given_used;
    memcpy(slot->given, before, sizeof before);
    return false;
}

/* ---- what is written
 * ----------------------------------------------------------------------- */

/* What the server takes but forgets it asks again, and so do we. */
static bool
is_kept(const struct desk_event *event, const struct question_answer *given)
{
    const struct question *question = find_question(event, given->question);
    return question && question_is_kept(question, given->text);
}

bool
desk_ask_keep(struct desk_slot *slot, struct err *err)
{
    const struct desk_event *event;
    const char *ref = slot->outcome.ticket.ref;
    if (slot->given_count == 0)
        return true;
    if (!desk_event_get(slot->desk, slot->outcome.ticket.event, &event, err))
        return false;
    for (unsigned i = 0; i < slot->given_count; i++) {
        const struct question_answer *given = &slot->given[i];
        if (is_kept(event, given) &&
            !given_keep(slot->desk->set.db, ref, given->question, given->text, err))
            return false;
    }
    return true;
}

static void
write_answers(const struct desk_slot *slot, const char *name, struct str *out)
{
    if (slot->given_count == 0)
        return;
    json_open_object(out, name);
    for (unsigned i = 0; i < slot->given_count; i++) {
        char key[24];
        snprintf(key, sizeof key, "%" PRId64, slot->given[i].question);
        json_add_text(out, key, slot->given[i].text);
    }
    json_close_object(out);
}

void
desk_ask_answers(const struct desk_slot *slot, struct str *out)
{
    write_answers(slot, NULL, out);
}

void
desk_ask_write(const struct desk_slot *slot, struct str *out)
{
    write_answers(slot, "answers", out);
    if (slot->questions_unsupported)
        json_add_bool(out, "questions_supported", false);
}
