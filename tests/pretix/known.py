"""known: where a station that is cut off cannot say what its server says, and why.

Each is as narrow as it can be told from outside; all else that differs is a failure."""

import datetime


def tickets(facts, secret):
    return [one for event in facts["events"] for one in event["tickets"] if one["secret"] == secret]


def is_among(facts, kind, secret):
    return any(secret in event[kind] for event in facts["events"])


def medium(facts, secret):
    return next((one for event in facts["events"] for one in event["media"] if one["identifier"] == secret), None)


def is_of_tests(facts, secret):
    found, linked = tickets(facts, secret), medium(facts, secret)
    return any(one["test"] for one in found) or bool(linked and linked["test"])


def has_rules(facts, scan):
    return any(one["rules"] for event in facts["events"] for one in event["lists"] if one["id"] in scan["lists"])


def expires_between(facts, scan):
    """A medium that was good when it was scanned, and is not when the server is asked."""
    linked = medium(facts, scan["secret"])
    return bool(linked and linked["expires"] and datetime.datetime.fromisoformat(scan["at"]) <
                datetime.datetime.fromisoformat(linked["expires"]) < datetime.datetime.now(datetime.timezone.utc))


def stands_behind_another(facts, secret):
    """A medium of a canceled ticket that has several. The server's list of media leaves such links
    out, and the ticket itself, among its texts, names the first of its media alone."""
    linked = medium(facts, secret)
    canceled = {one["id"] for event in facts["events"] for one in event["tickets"] if one["canceled"]}
    return bool(linked) and any(
        min(one["identifier"] for event in facts["events"] for one in event["media"] if id_ in one["tickets"]) != secret
        for id_ in canceled.intersection(linked["tickets"]))


def names_a_file(facts, scan):
    return any(str(text).startswith("file:") for text in (scan.get("answers") or {}).values())


def reason(facts, scan, theirs, ours):
    """Why these two differ, if it is known; else ""."""
    pair = theirs["code"], ours["code"]
    if pair == ("500", "rules") and has_rules(facts, scan):
        return "a rule is false and the server stumbles while it explains it (500)"
    if pair == ("500", "revoked") and is_among(facts, "gone", scan["secret"]):
        return "a withdrawn ticket that was deleted: the server stumbles (500)"
    if theirs["code"] == "invalid" and is_among(facts, "orphans", scan["secret"]):
        return "signed, but nobody's: it vouches for itself here, the server has no such ticket"
    if is_of_tests(facts, scan["secret"]):
        return "a test order's ticket: it is not downloaded"
    if theirs["code"] == "invalid" and expires_between(facts, scan):
        return "a medium that has expired since: the server goes by its own clock"
    if theirs["code"] in ("ambiguous", "canceled") and stands_behind_another(facts, scan["secret"]):
        return "a canceled ticket's second medium: the server tells a station of its first alone"
    if theirs["code"] == "incomplete" and names_a_file(facts, scan):
        return "an answer names a file: only the server knows if it is there"
    return ""
