#include "ticket/question.h"

#include <assert.h>
#include <string.h>

static const char *const type_names[QUESTION_TYPE_COUNT] = {
    [QUESTION_NUMBER] = "N",    [QUESTION_LINE] = "S",     [QUESTION_TEXT] = "T",
    [QUESTION_BOOL] = "B",      [QUESTION_CHOICE] = "C",   [QUESTION_CHOICES] = "M",
    [QUESTION_FILE] = "F",      [QUESTION_DATE] = "D",     [QUESTION_TIME] = "H",
    [QUESTION_DATETIME] = "W",  [QUESTION_COUNTRY] = "CC", [QUESTION_PHONE] = "TEL",
    [QUESTION_EMAIL] = "EMAIL",
};

bool
question_type_read(const char *name, enum question_type *type)
{
    for (int i = 0; i < QUESTION_TYPE_COUNT; i++) {
        if (strcmp(name, type_names[i]) != 0)
            continue;
        *type = (enum question_type)i;
        return true;
    }
    return false;
}

const char *
question_type_name(enum question_type type)
{
    assert(type < QUESTION_TYPE_COUNT);
    return type_names[type];
}

/* ---- what to ask -------------------------------------------------------------- */

static const char *
find_answer(const struct question_answer *answers, size_t count, int64_t question)
{
    for (size_t i = 0; i < count; i++) {
        if (answers[i].question == question)
            return answers[i].text;
    }
    return NULL;
}

static const char *
stored_answer(const struct question_form *form, const struct question *question)
{
    return find_answer(form->stored, form->stored_count, question->id);
}

static const char *
given_answer(const struct question_form *form, const struct question *question)
{
    return find_answer(form->given, form->given_count, question->id);
}

/* Appends the given answer as it will be stored; false if it was not given or will not
 * do. */
static bool
clean_given(const struct question_form *form, const struct question *question,
            struct str *value)
{
    const char *given = given_answer(form, question);
    return given && question_clean(question, given, strlen(given), form->zone, value) ==
                        QUESTION_FINE;
}

bool
question_is_open(const struct question_form *form, size_t which)
{
    const struct question *question = &form->questions[which];
    struct str value;
    if (!question->asked || stored_answer(form, question))
        return false;
    str_init(&value, QUESTION_ANSWER_MAX);
    bool open = !clean_given(form, question, &value);
    str_finish(&value);
    return open;
}

size_t
question_open(const struct question_form *form, size_t *places, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < form->count; i++) {
        if (!question_is_open(form, i))
            continue;
        if (count < room)
            places[count] = i;
        count++;
    }
    return count;
}

static const struct question *
find_question(const struct question_form *form, int64_t id)
{
    for (size_t i = 0; i < form->count; i++) {
        if (form->questions[i].id == id)
            return &form->questions[i];
    }
    return NULL;
}

/* ---- dependencies ------------------------------------------------------------- */

/* The identifier of the option that is named so, by id or identifier; else the word
 * itself. */
static const char *
identifier_of(const struct question *question, const char *word)
{
    long long id;
    for (size_t i = 0; i < question->option_count; i++) {
        const struct question_option *option = &question->options[i];
        bool named = option->identifier && strcmp(word, option->identifier) == 0;
        if (named ||
            (str_read_int(word, INT64_MIN, INT64_MAX, &id) && id == option->id))
            return option->identifier ? option->identifier : word;
    }
    return word;
}

static bool
is_value(const struct question *child, const struct question *parent, const char *word)
{
    const char *identifier = identifier_of(parent, word);
    for (size_t i = 0; i < child->depends_count; i++) {
        if (strcmp(child->depends_values[i], identifier) == 0 ||
            strcmp(child->depends_values[i], word) == 0)
            return true;
    }
    return false;
}

/* One of the answers, which stand between commas if several can be chosen, is among the
 * child's values. */
static bool
is_answer_among(const struct question *child, const struct question *parent,
                char *answer)
{
    bool several = parent->type == QUESTION_CHOICES;
    for (char *word = answer; word;) {
        char *comma = several ? strchr(word, ',') : NULL;
        if (comma)
            *comma = '\0';
        while (several && *word == ' ')
            word++;
        if (is_value(child, parent, word))
            return true;
        word = comma ? comma + 1 : NULL;
    }
    return false;
}

/* The parent's answer: as given now, else as stored. */
static bool
parent_answer(const struct question_form *form, const struct question *parent,
              struct str *answer)
{
    const char *stored = stored_answer(form, parent);
    if (clean_given(form, parent, answer))
        return answer->length > 0;
    str_clear(answer);
    return stored && str_add_text(answer, stored);
}

bool
question_applies(const struct question_form *form, size_t which)
{
    const struct question *child = &form->questions[which];
    struct str answer;
    for (int depth = 0; child->depends_on; depth++) {
        const struct question *parent = find_question(form, child->depends_on);
        if (!parent || depth == QUESTION_CHAIN_MAX)
            return false;
        str_init(&answer, QUESTION_ANSWER_MAX);
        bool among = parent_answer(form, parent, &answer) &&
                     is_answer_among(child, parent, answer.data);
        str_finish(&answer);
        if (!among)
            return false;
        child = parent;
    }
    return true;
}

enum question_plan
question_plan(const struct question_form *form, size_t *which)
{
    bool left = false;
    for (size_t i = 0; i < form->count; i++) {
        if (!question_is_open(form, i))
            continue;
        if (question_applies(form, i)) {
            *which = i;
            return QUESTION_ASK;
        }
        left = true;
    }
    return left ? QUESTION_DONE_UNSUPPORTED : QUESTION_DONE;
}

bool
question_is_sent(const struct question_form *form, const struct question_answer *given)
{
    return given->text[0] != '\0' ||
           !find_answer(form->stored, form->stored_count, given->question);
}
