"""seed_questions: questions of all kinds, and answers to them: right, wrong and odd."""

import datetime
from decimal import Decimal

# kind, words, required, more
ALL = (
    ("N", "How many come with you?", True, {"valid_number_min": Decimal("0"), "valid_number_max": Decimal("5.5")}),
    ("S", "Company", False, {"valid_string_length_max": 12}),
    ("T", "Anything else?", False, {}),
    ("B", "Do you need an interpreter?", True, {}),
    ("C", "Meal", True, {}),
    ("M", "Days", False, {}),
    ("D", "Born", False, {"valid_date_min": datetime.date(1920, 1, 1), "valid_date_max": datetime.date(2010, 12, 31)}),
    ("H", "Train leaves", False, {}),
    ("W", "Flight", False, {"valid_datetime_min": datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)}),
    ("CC", "Country", True, {}),
    ("TEL", "Telephone", False, {}),
    ("F", "Photo", False, {}),
)
ANSWERS = {
    "N": ("0", "3", "5.5", "6", "-1", "many", "", " 2 ", "1e1", "2,5"),
    "S": ("Acme", "", "a very long name of a company", "张"),
    "T": ("all well", "", "two\nlines"),
    "B": ("True", "False", "true", "false", "1", "0", "", "yes"),
    "D": ("1980-02-29", "2011-01-01", "1919-12-31", "29.02.1981", "", "1981-02-29"),
    "H": ("13:30", "24:00", "", "9:05", "13:30:15"),
    "W": ("2026-06-02T10:00:00Z", "2026-06-02T10:00", "2020-01-01T00:00:00+08:00", "", "soon"),
    "CC": ("CN", "RS", "ZZ", "cn", "", "China"),
    "TEL": ("+8613800138000", "+381 11 123456", "123", ""),
    "F": ("", "file:none"),
}


def make(event, i18n, item, names=None):
    """The questions of that product; with names only those kinds."""
    made = []
    for place, (kind, words, required, more) in enumerate(ALL):
        if names and kind not in names:
            continue
        question = event.questions.create(question=i18n(words), type=kind, required=required, position=place,
                                          ask_during_checkin=True, show_during_checkin=kind in "SNC", **more)
        question.items.add(item)
        if kind in "CM":
            for name in ("vegetarian", "fish", "all") if kind == "C" else ("Saturday", "Sunday"):
                question.options.create(answer=i18n(name))
        made.append(question)
    return made


def hang(parent, values, child):
    """child is only asked if parent's answer is one of the values."""
    child.dependency_question = parent
    child.dependency_values = values
    child.save()


def facts(question):
    return {"id": question.pk, "kind": question.type, "required": question.required,
            "asked": question.ask_during_checkin, "items": [one.pk for one in question.items.all()],
            "depends": question.dependency_question_id,
            "options": [[one.pk, one.identifier] for one in question.options.all()]}


def answer(dice, question):
    """An answer as a device sends it, by chance right or wrong."""
    options = [str(word) for pair in question["options"] for word in pair]
    if question["kind"] == "C":
        return dice.choice(options + ["", "9999", "none such"])
    if question["kind"] == "M":
        return dice.choice([",".join(dice.sample(options, dice.randint(1, 2))), options[0], "", "9999"])
    return dice.choice(ANSWERS[question["kind"]])
