#include "sync/online_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/catalog.h"
#include "str.h"
#include "sync/pretix_inside.h"
#include "ticket/question.h"

/* The server asks what it has no answer to, and knows nothing of questions that depend
 * on others. The answers that these depend on stand in the position, the questions they
 * are answers to in the copy. */

enum { FORM_MAX = 128 };

/* Texts point into the trees that are kept beside. */
struct form {
    struct question questions[FORM_MAX];
    struct question_answer stored[FORM_MAX];
    char *texts[FORM_MAX];        /* of the stored answers; owned */
    struct json *roots[FORM_MAX]; /* of the copy's questions; owned */
    unsigned count, stored_count, root_count;
    bool failed;
};

static bool
read_options(const struct json *object, struct question *question)
{
    const struct json *options = json_member(object, "options");
    size_t count = json_count(options), i = 0;
    if (count == 0)
        return true;
    struct question_option *list = calloc(count, sizeof *list);
    if (!list)
        return false;
    for (const struct json *item = json_first(options); item; item = json_next(item))
        list[i++] = (struct question_option){
            pretix_int(json_member(item, "id")),
            pretix_text(json_member(item, "identifier")),
        };
    question->options = list;
    question->option_count = count;
    return true;
}

static bool
read_dependency(const struct json *object, struct question *question)
{
    const struct json *values = json_member(object, "dependency_values");
    size_t count = json_count(values), i = 0;
    question->depends_on = pretix_int(json_member(object, "dependency_question"));
    if (count == 0)
        return true;
    const char **list = calloc(count, sizeof *list);
    if (!list)
        return false;
    for (const struct json *item = json_first(values); item; item = json_next(item))
        list[i++] = pretix_text(item);
    question->depends_values = list;
    question->depends_count = count;
    return true;
}

static bool
is_in(const struct form *form, int64_t id)
{
    for (unsigned i = 0; i < form->count; i++) {
        if (form->questions[i].id == id)
            return true;
    }
    return false;
}

static bool
add_question(struct form *form, const struct json *object)
{
    struct question question = { .id = pretix_int(json_member(object, "id")) };
    if (question.id == 0 || form->count == FORM_MAX)
        return false;
    if (is_in(form, question.id))
        return true;
    if (!question_type_read(pretix_text(json_member(object, "type")), &question.type))
        question.type = QUESTION_LINE;
    question.required = pretix_bool(json_member(object, "required"));
    question.asked = pretix_bool(json_member(object, "ask_during_checkin"));
    bool ok = read_options(object, &question) && read_dependency(object, &question);
    form->questions[form->count++] = question; /* also a half: it is freed from there */
    return ok;
}

static bool
add_known(int64_t id, const char *body, void *self)
{
    struct form *form = self;
    struct err ignored;
    struct json *root;
    if (is_in(form, id) || form->root_count == FORM_MAX ||
        !json_parse(body, strlen(body), &root, &ignored))
        return true;
    form->roots[form->root_count++] = root;
    if (!add_question(form, root))
        form->failed = true;
    return !form->failed;
}

/* Choices by their options' ids, else as the server shows it. */
static bool
add_stored(struct form *form, const struct json *object)
{
    struct str text;
    const struct json *options = json_member(object, "options");
    if (form->stored_count == FORM_MAX)
        return false;
    str_init(&text, QUESTION_ANSWER_MAX);
    for (const struct json *item = json_first(options); item; item = json_next(item))
        str_addf(&text, "%s%lld", text.length ? "," : "", (long long)pretix_int(item));
    if (!json_first(options))
        str_add_text(&text, pretix_text(json_member(object, "answer")));
    char *taken = str_take(&text, NULL);
    if (!taken)
        return false;
    form->texts[form->stored_count] = taken;
    form->stored[form->stored_count++] =
        (struct question_answer){ pretix_int(json_member(object, "question")), taken };
    return true;
}

static bool
fill_form(struct db *db, const char *event, const struct json *json, struct form *form)
{
    struct err ignored;
    const struct json *questions = json_member(json, "questions");
    const struct json *answers = json_at(json, "position.answers");
    for (const struct json *item = json_first(questions); item;
         item = json_next(item)) {
        if (!add_question(form, item))
            return false;
    }
    for (const struct json *item = json_first(answers); item; item = json_next(item)) {
        if (!add_stored(form, item))
            return false;
    }
    return catalog_each_question(db, event, add_known, form, &ignored) && !form->failed;
}

static void
free_form(struct form *form)
{
    for (unsigned i = 0; i < form->count; i++) {
        free((void *)(uintptr_t)form->questions[i].options);
        free((void *)(uintptr_t)form->questions[i].depends_values);
    }
    for (unsigned i = 0; i < form->stored_count; i++)
        free(form->texts[i]);
    for (unsigned i = 0; i < form->root_count; i++)
        json_free(form->roots[i]);
    free(form);
}

bool
online_questions(struct db *db, const char *event, const struct json *json,
                 struct online_answer *answer)
{
    struct form *form = calloc(1, sizeof *form);
    size_t asked = json_count(json_member(json, "questions"));
    answer->question_count = 0;
    if (!form)
        return false;
    bool ok = fill_form(db, event, json, form);
    struct question_form view = { .questions = form->questions,
                                  .count = form->count,
                                  .stored = form->stored,
                                  .stored_count = form->stored_count };
    for (size_t i = 0; ok && i < asked && i < form->count &&
                       answer->question_count < ONLINE_QUESTIONS_MAX;
         i++) {
        if (form->questions[i].required && question_applies(&view, i))
            answer->questions[answer->question_count++] = form->questions[i].id;
    }
    free_form(form);
    return ok;
}
