"""Answers to questions at check-in, as the server of pretix-stub cleans and stores them."""

import datetime as dt
import decimal
import re
import zoneinfo

from pretix_stub_state import parse_time

COUNTRIES = frozenset((
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW").split())


class Invalid(Exception):
    pass


def options_of(question, text):
    rows = {str(row["id"]): row for row in question.get("options", [])}
    rows.update({row["identifier"]: row for row in question.get("options", [])})
    found = []
    for part in text.split(","):
        if part.strip() not in rows:
            raise Invalid(f"Invalid option selected: {part}")
        found.append(rows[part.strip()])
    return found


def number(question, text):
    try:
        value = decimal.Decimal(text.strip())
    except decimal.InvalidOperation:
        raise Invalid("Invalid number input.") from None
    if not value.is_finite():
        raise Invalid("Invalid number input.")
    for bound, wrong in (("valid_number_min", value.__lt__), ("valid_number_max", value.__gt__)):
        if question.get(bound) is not None and wrong(decimal.Decimal(str(question[bound]))):
            raise Invalid("The number is out of range.")
    return value


def moment(question, text, kind, zone):
    try:
        if kind == "D":
            value = dt.date.fromisoformat(text[:10]) if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", text) else None
        elif kind == "H":
            value = dt.time.fromisoformat(text)
        else:
            value = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
            value = value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)
    except ValueError:
        value = None
    if value is None:
        raise Invalid("Invalid date or time input.")
    field = {"D": "valid_date", "W": "valid_datetime"}.get(kind)
    for end, wrong in (("_min", value.__lt__), ("_max", value.__gt__)):
        bound = field and question.get(field + end)
        if bound and wrong(dt.date.fromisoformat(bound) if kind == "D" else parse_time(bound)):
            raise Invalid("The date is out of range.")
    return value


def clean(state, question, given, zone=dt.timezone.utc):
    """(is there something to store, text, options). Invalid if it cannot be an answer."""
    kind, required = question["type"], question.get("required", False)
    text = given if isinstance(given, str) else "" if given is None else str(given)
    yes = kind == "B" and text in ("true", "True", "on")
    if required and (not text.strip() or (kind == "B" and not yes)):
        raise Invalid("An answer to this question is required to proceed.")
    if not text:
        return False, "", []
    if kind == "B":
        return yes, "True" if yes else "False", []
    if kind in "CM":
        options = options_of(question, text)
        if kind == "C" and len(options) != 1:
            raise Invalid("Invalid option selected.")
        return True, ", ".join(str(pick_text(row["answer"])) for row in options), options
    if kind == "N":
        value = number(question, text)
        return value != 0, str(value), []
    if kind in ("D", "H", "W"):
        return True, str(moment(question, text, kind, zone)), []
    if kind == "F":
        if text not in state.files:
            raise Invalid("The submitted file ID was not found.")
        return True, "file://" + state.files[text]["name"], []
    if kind == "CC":
        if text.upper() not in COUNTRIES:
            raise Invalid("Unknown country code.")
        return True, text.upper(), []
    if kind == "TEL" and not re.fullmatch(r"\+?[0-9 ()/-]{3,}", text.strip()):
        raise Invalid("Invalid phone number.")
    longest = question.get("valid_string_length_max")
    if kind in ("S", "T") and longest and len(text) > longest:
        raise Invalid("The text is too long.")
    return True, text.strip() if kind == "TEL" else text, []


def pick_text(text):
    return next(iter(text.values()), "") if isinstance(text, dict) and "en" not in text else \
        text["en"] if isinstance(text, dict) else text


def asked(state, position):
    return [question for question in state.of_event("question", position["_event"])
            if question.get("ask_during_checkin") and position["item"] in question.get("items", [])]


def take(state, position, given, store):
    """Saves what can be saved of `given` ({"question id": text}); returns the questions that
    still have no usable answer. Dependencies play no part: the server ignores them."""
    open_questions = []
    zone = zoneinfo.ZoneInfo(state.events[position["_event"]]["timezone"])
    for question in asked(state, position):
        old = next((row for row in position["answers"] if row["question"] == question["id"]), None)
        key = str(question["id"])
        if key not in given:
            if old is None:
                open_questions.append(question)
            continue
        try:
            keep, text, options = clean(state, question, given[key], zone)
        except Invalid:
            if old is None:
                open_questions.append(question)
            continue
        if not keep and old is not None and not text:
            keep, text = True, "None"  # the server's own slip, measured
        if keep and store:
            if old is not None:
                position["answers"].remove(old)
            position["answers"].append({
                "question": question["id"], "answer": text,
                "question_identifier": question.get("identifier"),
                "options": [row["id"] for row in options],
                "option_identifiers": [row["identifier"] for row in options]})
    return open_questions
