"""scans: scans by the thousand, drawn from a seed: who, where, when, how.

A scan is a dict; all but `secret`, `lists` and `at` may be left out:

    {"lists": [7], "secret": "…", "at": "2026-06-01T01:00:00.250000+00:00", "device": 2,
     "type": "exit", "source_type": "nfc_uid", "answers": {"3": "True"},
     "ignore_unpaid": true, "questions_supported": false}
"""

import datetime
import random

import seed_questions  # noqa: I001  the words of the answers are its

UTC = datetime.timezone.utc
NUDGES = (-3600, -1800, -900, -61, -60, -59, -1, -0.25, 0, 0, 0, 0.25, 1, 59, 60, 61, 899, 900, 1800, 3600, 7200, 86400)


def parse(text):
    return datetime.datetime.fromisoformat(text)


class Scans:
    def __init__(self, facts, seed):
        self.dice, self.facts = random.Random(f"scans {seed}"), facts

    def moment(self, event, ticket):
        """Mostly at the edges of something; sub-seconds so that no two are the same."""
        near = [one for one in (ticket["from"], ticket["until"], *ticket["visits"]) if isinstance(one, str)] if ticket else []
        if near and self.dice.random() < 0.5:
            base = parse(self.dice.choice(near))
        else:
            base = parse(self.dice.choice(event["moments"]))
        at = base + datetime.timedelta(seconds=self.dice.choice(NUDGES))
        if self.dice.random() < 0.3:
            at += datetime.timedelta(minutes=self.dice.randint(-1500, 1500))
        return at.astimezone(UTC).isoformat(timespec="microseconds")

    def code(self, event):
        """(secret, source type, the ticket if it is one)."""
        draw = self.dice.random()
        notes = self.facts_of(event)
        if draw < 0.06 and notes["media"]:
            one = self.dice.choice(notes["media"])
            return one["identifier"], one["kind"] if self.dice.random() < 0.9 else "nfc_uid", None
        if draw < 0.08:
            return self.dice.choice(notes["strays"]), "barcode", None
        if draw < 0.11 and notes["revoked"]:
            return self.dice.choice(notes["revoked"]), "barcode", None
        if draw < 0.115 and notes["orphans"]:
            return self.dice.choice(notes["orphans"]), "barcode", None
        if draw < 0.117 and notes["gone"]:
            return self.dice.choice(notes["gone"]), "barcode", None
        if draw < 0.13:
            other = self.dice.choice(self.facts["events"])
            return self.dice.choice(other["tickets"])["secret"], "barcode", None
        ticket = self.dice.choice(event["tickets"])
        return ticket["secret"], "barcode", ticket

    @staticmethod
    def facts_of(event):
        return {name: event[name] for name in ("media", "strays", "revoked", "orphans", "gone")}

    def answers(self, event, ticket):
        asked = [one for one in event["questions"] if ticket and ticket["item"] in one["items"]]
        if not asked or self.dice.random() < 0.25:
            return None
        share = self.dice.choice((0.5, 0.9, 1.0))
        return {str(one["id"]): seed_questions.answer(self.dice, one) for one in asked if self.dice.random() < share}

    def one(self):
        event = self.dice.choices(self.facts["events"], (5, 3, 2))[0]
        if self.dice.random() < 0.08:  # what asks is scanned more often
            asking = {item for one in event["questions"] if one["asked"] for item in one["items"]}
            tickets = [one for one in event["tickets"] if one["item"] in asking and one["status"] == "p"]
            ticket = self.dice.choice(tickets or event["tickets"])
            secret, kind = ticket["secret"], "barcode"
        else:
            secret, kind, ticket = self.code(event)
        lists = [self.dice.choice(event["lists"][:9] if self.dice.random() < 0.35 else event["lists"])["id"]]
        visited = [one for one in ticket["visits"] if isinstance(one, int)] if ticket else []
        if visited and self.dice.random() < 0.4:
            lists = [self.dice.choice(visited)]
        if self.dice.random() < 0.03:
            other = self.dice.choice([one for one in self.facts["events"] if one is not event])
            lists.append(self.dice.choice(other["lists"][:6])["id"])
        scan = {"lists": lists, "secret": secret, "at": self.moment(event, ticket), "device": self.dice.randrange(3)}
        if kind != "barcode":
            scan["source_type"] = kind
        if self.dice.random() < 0.12:
            scan["type"] = "exit"
        if self.dice.random() < 0.06:
            scan["ignore_unpaid"] = True
        if self.dice.random() < 0.06:
            scan["questions_supported"] = False
        given = self.answers(event, ticket)
        if given is not None:
            scan["answers"] = given
        return scan

    def draw(self, count):
        return [self.one() for _ in range(count)]
