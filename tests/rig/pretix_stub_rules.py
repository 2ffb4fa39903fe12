"""Check-in rules of pretix-stub: the server's JSON logic, and its words for a refusal.

Three ends: true; false with an explanation; and Raised, which refuses with `rules` even a
forced scan. A false rule that cannot be explained is Unexplained: the real server answers
500 there, and so does this one. Evaluation is eager: every argument is evaluated, so what
raises behind a true one in `or` still raises.
"""

import datetime as dt
import itertools
import zoneinfo

from pretix_stub_state import UTC, parse_time

NUMBERS = ("entries_number", "entries_today", "entries_days", "minutes_since_last_entry",
           "minutes_since_first_entry")
COUNTS = ("entries_since", "entries_before", "entries_days_since", "entries_days_before")
PATHS_MAX = 2000


class Raised(Exception):
    pass


class Unexplained(Exception):
    pass


class Facts:
    """What the variables stand for, of one position at one moment on one list."""

    def __init__(self, state, position, checkin_list, moment, gate):
        self.position, self.moment, self.gate = position, moment, gate
        event = state.events[position["_event"]]
        self.zone = zoneinfo.ZoneInfo(event["timezone"])
        self.dates = state.subevents.get(position["subevent"]) or event
        rows = state.successful(position["id"], checkin_list["id"])
        self.newest = rows[-1] if rows else None
        self.entries = [row["_at"] for row in rows if row["type"] == "entry"]

    def local(self, moment):
        return moment.astimezone(self.zone)

    def days(self, moments):
        return len({self.local(moment).date() for moment in moments})

    def minutes(self, moment):
        return (self.moment - moment).total_seconds() // 60

    def variable(self, name):
        today = self.local(self.moment).date()
        table = {
            "product": lambda: self.position["item"],
            "variation": lambda: self.position["variation"],
            "gate": lambda: self.gate,
            "now": lambda: self.moment,
            "now_isoweekday": lambda: today.isoweekday(),
            "entries_number": lambda: len(self.entries),
            "entries_today": lambda: sum(self.local(m).date() >= today for m in self.entries),
            "entries_days": lambda: self.days(self.entries),
            "minutes_since_last_entry": lambda: self.minutes(self.entries[-1]) if self.entries else -1,
            "minutes_since_first_entry": lambda: self.minutes(self.entries[0]) if self.entries else -1,
            "entry_status": lambda: "present" if self.newest and self.newest["type"] == "entry" else "absent",
        }
        return table[name]() if isinstance(name, str) and name in table else None

    def build_time(self, kind, value=None):
        if kind == "custom":
            return dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
        if kind == "customtime":
            clock = dt.time.fromisoformat(value)
            return dt.datetime.combine(self.local(self.moment).date(), clock, tzinfo=self.zone)
        if kind in ("date_from", "date_to", "date_admission"):
            return parse_time(self.dates.get(kind) or self.dates["date_from"])
        raise Raised(f"buildTime {kind}")

    def count(self, name, moment):
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        fits = [m for m in self.entries if (m >= moment if name.endswith("since") else m < moment)]
        return self.days(fits) if "_days_" in name else len(fits)


def single(rule):
    """(operator, arguments) of a rule object, or None if it is a plain value."""
    if not isinstance(rule, dict) or not rule:
        return None
    operator = next((key for key in rule if not key.startswith("__")), None)
    if operator is None:
        raise Raised("an object of metadata alone")
    arguments = rule[operator]
    return operator, arguments if isinstance(arguments, list) else [arguments]


def less(a, b, *more, equal=False):
    if any(isinstance(value, (int, float)) for value in (a, b)):
        try:
            a, b = float(a), float(b)
        except TypeError:
            return False
    return (a <= b if equal else a < b) and (not more or less(b, *more, equal=equal))


def same(a, b):
    return str(a) == str(b) if isinstance(a, str) or isinstance(b, str) else a == b


def tolerance(values):
    return dt.timedelta(minutes=float(values[0]) if values and values[0] else 0)


def apply(facts, operator, values):
    if operator == "and":
        return next((value for value in values if not value), values[-1] if values else True)
    if operator == "or":
        return next((value for value in values if value), values[-1] if values else False)
    table = {
        "var": lambda name, default=None: default if facts.variable(name) is None else facts.variable(name),
        "!": lambda value=None, *_: not value,
        "!!": lambda value=None, *_: bool(value),
        "==": same, "!=": lambda a, b: not same(a, b),
        "===": lambda a, b: type(a) is type(b) and a == b,
        "!==": lambda a, b: not (type(a) is type(b) and a == b),
        "<": less, "<=": lambda *all_: less(*all_, equal=True),
        ">": lambda *all_: less(*reversed(all_)),
        ">=": lambda *all_: less(*reversed(all_), equal=True),
        "inList": lambda value, rows: value in rows,
        "objectList": lambda *rows: list(rows),
        "lookup": lambda model, number, *_: int(number),
        "buildTime": facts.build_time,
        "isBefore": lambda a, b, *tol: a < b + tolerance(tol),
        "isAfter": lambda a, b, *tol: a + tolerance(tol) > b,
        **{name: (lambda moment, name=name: facts.count(name, moment)) for name in COUNTS},
    }
    return table[operator](*values)


def evaluate(facts, rule):
    try:
        found = single(rule)
        if found is None:
            return rule
        operator, arguments = found
        return apply(facts, operator, [evaluate(facts, argument) for argument in arguments])
    except Raised:
        raise
    except Exception as error:  # whatever it is: to the door it is one answer
        raise Raised(repr(error)) from error


# ---- words -------------------------------------------------------------------------------

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOUNS = {"entries_number": "number of entries", "entries_today": "number of entries today",
         "entries_days": "number of days with an entry",
         "minutes_since_last_entry": "time since last entry",
         "minutes_since_first_entry": "time since first entry",
         "entries_since": "number of entries since {}", "entries_before": "number of entries before {}",
         "entries_days_since": "number of days with an entry since {}",
         "entries_days_before": "number of days with an entry before {}"}
IMPOSSIBLE, BY_TIME = 10**9, 10**6  # a product does not change; time passes, but slowly


def paths(rule):
    """The ways in which a rule could be true: lists of leaves, one list a way."""
    if isinstance(rule, dict) and rule and next(iter(rule)).startswith("__"):
        raise Unexplained("metadata stands first")
    found = single(rule)
    if found is None:
        return [[(None, [rule])]]
    operator, arguments = found
    if operator == "or":
        if not arguments:
            raise Unexplained("an empty or")
        return list(itertools.chain.from_iterable(paths(argument) for argument in arguments))[:PATHS_MAX]
    if operator == "and":
        ways = [[]]
        for argument in arguments:
            ways = [way + more for way in ways for more in paths(argument)][:PATHS_MAX]
        return ways
    return [[(operator, arguments)]]


def shown(facts, moment, server_now):
    local = facts.local(moment)
    today = facts.local(server_now).date()
    return local.strftime("%H:%M" if local.date() == today else "%Y-%m-%d %H:%M")


def time_leaf(facts, operator, arguments, server_now):
    left = single(arguments[0])
    if left is None or left[0] != "var":
        if left and left[0] == "buildTime":
            return BY_TIME, "Unknown reason"
        raise Unexplained("no variable on the left")
    bound = evaluate(facts, arguments[1])
    if not isinstance(bound, dt.datetime):
        raise Unexplained("no time on the right")
    slack = tolerance([evaluate(facts, value) for value in arguments[2:]])
    bound = bound + slack if operator == "isBefore" else bound - slack
    word = "before" if operator == "isBefore" else "after"
    distance = abs((bound - server_now).total_seconds())
    return BY_TIME + distance, f"Only allowed {word} {shown(facts, bound, server_now)}"


def number_leaf(facts, operator, arguments, noun):
    value, target = evaluate(facts, arguments[0]), evaluate(facts, arguments[1])
    if not isinstance(target, (int, float)) or isinstance(target, bool):
        raise Unexplained("no number on the right")
    cost = abs(value - target) / BY_TIME if noun.startswith("time") else abs(value - target) + 1
    if operator in ("==", "!="):
        return cost, f"{noun} is {'not ' if operator == '==' else ''}{target}"
    return cost, f"{'Maximum' if operator in ('<', '<=') else 'Minimum'} {noun} exceeded"


def compare_leaf(facts, operator, arguments, server_now):
    left, right = single(arguments[0]), single(arguments[1])
    if left is None or (right and right[0] == "var"):
        raise Unexplained("a literal on the left, or two variables")
    if left[0] in COUNTS:
        bound = evaluate(facts, left[1][0])
        if bound.tzinfo is None:
            bound = bound.replace(tzinfo=UTC)
        return number_leaf(facts, operator, arguments, NOUNS[left[0]].format(shown(facts, bound, server_now)))
    name = left[1][0] if left[0] == "var" and left[1] else None
    if name in NUMBERS:
        return number_leaf(facts, operator, arguments, NOUNS[name])
    if name == "now_isoweekday" and operator not in ("==", "!="):
        return BY_TIME, f"{'Maximum' if operator in ('<', '<=') else 'Minimum'} week day exceeded"
    if name == "now_isoweekday":
        day = int(evaluate(facts, arguments[1]))
        return BY_TIME, f"week day is {'' if operator == '!=' else 'not '}{DAYS[(day - 1) % 7]}"
    if name == "entry_status" and arguments[1] not in ("present", "absent"):
        return 0, f"entry_status not {operator} {arguments[1:]}"
    if name == "entry_status":
        inside = facts.variable("entry_status") == "present"
        return 0, f"Attendee is {'already' if inside else 'not'} checked in"
    if name in ("product", "variation"):
        return IMPOSSIBLE, "Ticket type not allowed"
    if name == "gate":
        return IMPOSSIBLE, "Wrong entrance gate"
    if left[0] == "buildTime":
        return BY_TIME, "Unknown reason"
    raise Unexplained(f"unknown {left[0]} {name}")


def leaf(facts, operator, arguments, server_now):
    if operator is None:
        return IMPOSSIBLE, "Always false"
    if operator in ("isBefore", "isAfter"):
        return time_leaf(facts, operator, arguments, server_now)
    if operator == "inList":
        left = single(arguments[0])
        name = left[1][0] if left and left[0] == "var" and left[1] else None
        if name in ("product", "variation"):
            return IMPOSSIBLE, "Ticket type not allowed"
        if name == "gate":
            return IMPOSSIBLE, "Wrong entrance gate"
        raise Unexplained(f"inList of {name}")
    if operator in ("==", "!=", "<", "<=", ">", ">="):
        return compare_leaf(facts, operator, arguments, server_now)
    raise Unexplained(f"operator {operator}")


def explain(facts, rule, server_now):
    """Why a false rule is false: all failing conditions of the cheapest way to be true."""
    try:
        best = None
        for way in paths(rule):
            cost, words = 0, []
            for operator, arguments in way:
                if operator is None:
                    holds = bool(arguments[0])
                else:
                    holds = evaluate(facts, {operator: arguments})
                if holds:
                    continue
                price, text = leaf(facts, operator, arguments, server_now)
                cost += price
                if text not in words:
                    words.append(text)
            if best is None or cost < best[0]:
                best = (cost, words)
        return ", ".join(best[1])
    except Unexplained:
        raise
    except Exception as error:
        raise Unexplained(repr(error)) from error
