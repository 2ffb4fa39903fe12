"""seed_rules: the rules of the lists: each operator by itself, some odd ones, many by chance."""

COMPARE = ("<", "<=", ">", ">=", "==", "!=")
COUNTS = ("entries_number", "entries_today", "entries_days")
MINUTES = ("minutes_since_last_entry", "minutes_since_first_entry")
SPANS = ("entries_since", "entries_before", "entries_days_since", "entries_days_before")


def var(name):
    return {"var": name}


def built(*words):
    return {"buildTime": list(words)}


def among(name, kind, ids):
    return {"inList": [var(name), {"objectList": [{"lookup": [kind, str(one), f"{kind} {one}"]} for one in ids]}]}


def moment(dice, event):
    """A point in time as a rule names it."""
    kind = dice.choice(("custom", "customtime", "date_from", "date_to", "date_admission"))
    if kind == "custom":
        return built(kind, dice.choice(event["customs"]))
    if kind == "customtime":
        return built(kind, dice.choice(("00:00", "08:30", "09:00:00", "13:30", "23:59", "02:30", "01:30")))
    return built(kind)


def condition(dice, event):
    """One comparison of those that pretix' editor can make."""
    kind = dice.randrange(9)
    if kind == 0:
        return among("product", "product", dice.sample(event["items"], dice.randint(1, 3)))
    if kind == 1 and event["variations"]:
        return among("variation", "variation", dice.sample(event["variations"], 1))
    if kind == 2:
        return among("gate", "gate", dice.sample(event["gates"], 1))
    if kind == 3:
        return {dice.choice(COMPARE): [var("now_isoweekday"), dice.randint(1, 7)]}
    if kind == 4:
        return {dice.choice(COMPARE): [var(dice.choice(COUNTS)), dice.randint(0, 3)]}
    if kind == 5:
        return {dice.choice(COMPARE): [var(dice.choice(MINUTES)), dice.choice((-1, 0, 1, 30, 60, 720))]}
    if kind == 6:
        return {dice.choice(("==", "==", "!=")): [var("entry_status"), dice.choice(("present", "absent"))]}
    if kind == 7:
        return {dice.choice(COMPARE): [{dice.choice(SPANS): [moment(dice, event)]}, dice.randint(0, 2)]}
    return {dice.choice(("isBefore", "isAfter")): [var("now"), moment(dice, event),
                                                   dice.choice((None, 0, 1, 15, 60, 120, "30"))]}


def drawn(dice, event, deep=0):
    """A rule by chance: and, or, conditions."""
    if deep < 2 and dice.random() < (0.8 if deep == 0 else 0.3):
        return {dice.choice(("and", "or")): [drawn(dice, event, deep + 1) for _ in range(dice.randint(1, 3))]}
    return condition(dice, event)


def each_operator(event):
    """(name, rule): every operator and variable once, and what is odd."""
    now = var("now")
    yield "before its end", {"isBefore": [now, built("date_to"), None]}
    yield "after admission", {"isAfter": [now, built("date_admission"), 0]}
    yield "from 30 minutes before", {"isAfter": [now, built("date_from"), 30]}
    yield "until 15 minutes after", {"isBefore": [now, built("date_from"), 15]}
    yield "mornings", {"and": [{"isAfter": [now, built("customtime", "08:30")]},
                               {"isBefore": [now, built("customtime", "13:30:00"), 0]}]}
    yield "late", {"isBefore": [now, built("customtime", "01:30"), 120]}
    yield "a fixed moment", {"isAfter": [now, built("custom", event["customs"][0]), 5]}
    yield "once", {"<": [var("entries_number"), 1]}
    yield "twice a day", {"<": [var("entries_today"), 2]}
    yield "two days", {"or": [{"<": [var("entries_days"), 2]}, {">": [var("entries_today"), 0]}]}
    yield "a rest of an hour", {"or": [{">": [var("minutes_since_last_entry"), 60]},
                                       {"==": [var("minutes_since_last_entry"), -1]}]}
    yield "within the hour", {"<=": [var("minutes_since_first_entry"), 60]}
    yield "who is out", {"==": [var("entry_status"), "absent"]}
    yield "who is in", {"!=": [var("entry_status"), "absent"]}
    yield "products", among("product", "product", event["items"][:2])
    yield "the gate", among("gate", "gate", event["gates"][:1])
    yield "either gate", {"or": [among("gate", "gate", [one]) for one in event["gates"]]}
    yield "a variation", among("variation", "variation", event["variations"][:1] or [0])
    yield "weekdays", {"<=": [var("now_isoweekday"), 5]}
    yield "none since its start", {"==": [{"entries_since": [built("date_from")]}, 0]}
    yield "some before noon", {">=": [{"entries_before": [built("customtime", "12:00")]}, 1]}
    yield "days since", {"<": [{"entries_days_since": [built("custom", event["customs"][-1])]}, 2]}
    yield "days before", {"<": [{"entries_days_before": [built("date_to")]}, 2]}
    yield "everybody", {"and": []}
    yield "editor's marks", {"and": [{"<": [var("entries_number"), 2], "__rank": 1}]}
    yield "a number as text", {"==": [var("entries_number"), "1"]}
    yield "a chain", {"<": [var("entries_number"), 2, 3]}
    yield "an unknown operator", {"and": [{"isWhole": [now]}]}
    yield "unknown after true", {"or": [{">=": [var("entries_number"), 0]}, {"isWhole": [now]}]}
    yield "no such time", {"isBefore": [now, built("customtime", "24:00")]}
    yield "no offset", {"isBefore": [now, built("custom", "2026-06-01T12:00:00")]}
    yield "nobody", {"or": []}
    yield "an unknown variable", {"==": [var("shoe_size"), 42]}
