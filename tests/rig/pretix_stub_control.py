"""How a test steers pretix-stub: POST /_stub/step with one step of a case file, and a few
more (see pretix-stub's own words). A step that expects something answers
{"ok": false, "expected": …, "got": …} if it is otherwise."""

import base64
import datetime as dt
import json
import pathlib

from pretix_stub_bulk import Bulk
from pretix_stub_device import described
from pretix_stub_http import Answer
from pretix_stub_state import TEAM_TOKEN, parse_time
import pretix_stub_show as show


def alike(want, got):
    """A subset: objects by the keys that are asked for, lists element by element; moments
    are the same in any spelling."""
    if isinstance(want, dict):
        return isinstance(got, dict) and all(key in got and alike(value, got[key]) for key, value in want.items())
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(alike, want, got))
    if isinstance(want, str) and isinstance(got, str) and want != got and want[:4].isdigit() and "T" in want:
        try:
            return parse_time(want) == parse_time(got)
        except ValueError:
            return False
    return want == got and isinstance(want, bool) == isinstance(got, bool)


class Control:
    def __init__(self, state, api, server):
        self.state, self.api, self.server = state, api, server
        self.directory = "."  # where the files of steps stand

    def __call__(self, request):
        name = request.path[len("/_stub/"):]
        action = getattr(self, "do_" + name, None)
        if action is None:
            return Answer(404, {"ok": False, "error": f"no /_stub/{name}"})
        try:
            given = dict(request.query) if request.method == "GET" else request.json()
            result = action(given)
        except (ValueError, KeyError, TypeError, OSError, AttributeError) as error:
            return Answer(400, {"ok": False, "error": f"{type(error).__name__}: {error}"})
        return Answer(200, {"ok": True} if result is None else result)

    # ---- whole worlds

    def do_reset(self, given):
        self.state.reset(given.get("organizer", "dummy"), given.get("now"))
        self.api.bulk.clear()
        self.api.complaints.clear()
        self.api.seen.clear()
        self.server.faults.clear()
        self.directory = given.get("directory", ".")
        self.state.load(given.get("load", []), self.directory)

    def do_load(self, given):
        self.state.load(given["load"], given.get("directory", "."))

    def do_bulk(self, given):
        """{"event", "orders", "positions": 1, "items": [1]}: the event and its items are loaded before."""
        self.server.keep_first = False
        bulk = Bulk(self.state, **given)
        self.api.bulk[given["event"]] = self.state.bulk[given["event"]] = bulk

    # ---- looking

    def do_checkins(self, given):
        rows = [show.checkin_full(row) for row in self.state.checkins]
        return {"ok": True, "checkins": [row for row in rows if "position" not in given or
                                         str(row["position"]) == given["position"]]}

    def do_complaints(self, given):
        found, self.api.complaints[:] = list(self.api.complaints), []
        return {"ok": True, "complaints": found}

    def do_requests(self, given):
        rows = [{"method": r.method, "path": r.path, "query": r.query, "body": r.body.decode("utf-8", "replace"),
                 "headers": {k: v for k, v in r.headers.items() if k != "authorization"}} for r in self.api.seen]
        self.api.seen.clear()
        return {"ok": True, "requests": rows, "connections": self.server.connections}

    def do_device(self, given):
        device = self.state.devices[int(given.get("id", 1))]
        return {"ok": True, "device": device, "described": described(self.state, device)}

    def do_order(self, given):
        row = self.state.find("order", given["code"], given.get("event"))[0]
        return {"ok": True, "order": {**show.public(row), "positions": [
            show.position(self.state, p) for p in row["positions"]]}}

    def do_authorization(self, given):
        return {"ok": True, "authorization": self.authorization(given["as"])}

    def authorization(self, name):
        """The header for a case's `as`; None: none."""
        devices = self.state.devices
        if name in ("device", "device2"):
            return "Device " + (devices[2 if name == "device2" else 1]["api_token"] or "none")
        table = {"anon": None, "team_token": "Token " + TEAM_TOKEN, "garbage_token": "Device garbage",
                 "device_old_token": "Device " + "devicetoken1".ljust(64, "x")}
        if name not in table:
            raise ValueError(f"unknown as {name!r}")
        return table[name]

    def do_header(self, given):
        """Whether the last answer but control's own had this header."""
        return {"ok": True, "there": given["name"].lower() in {name.lower() for name in self.server.last_headers}}

    # ---- the steps of case files

    def do_step(self, given):
        action = getattr(self, "step_" + given["op"], None)
        if action is None:
            raise ValueError(f"unknown op {given['op']!r}")
        return action(given)

    def check(self, given, got):
        if "expect" in given and not alike(given["expect"], got):
            return {"ok": False, "expected": given["expect"], "got": got}
        return {"ok": True, "got": got}

    def step_add(self, given):
        self.state.add(given["kind"], given.get("event"), self.thing(given), given)

    def thing(self, given):
        if "object" in given:
            return given["object"]
        return json.loads((pathlib.Path(self.directory) / given["file"]).read_text())

    def step_clear_checkins(self, given):
        self.state.checkins.clear()

    def step_patch(self, given):
        self.state.patch(given["kind"], given["id"], given["set"], given.get("event"))

    def step_remove(self, given):
        self.state.remove(given["kind"], given["id"], given.get("event"))

    def step_server_now(self, given):
        self.state.set_now(given.get("value"))

    def step_server_settings(self, given):
        for name, values in given.items():
            if name == "organizer":
                self.state.settings.update(values)
            elif name == "event" and isinstance(values, dict):
                for slug in self.state.events:
                    self.state.event_settings.setdefault(slug, {}).update(values)
            elif name == "events":
                for slug, more in values.items():
                    self.state.event_settings.setdefault(slug, {}).update(more)
            elif name != "op":
                raise ValueError(f"unknown settings {name!r}")

    def step_server_deny_lists(self, given):
        self.state.denied = set(given["lists"])

    def step_server_device(self, given):
        number = given.get("id", 1)
        values = {key: value for key, value in given.items() if key not in ("op", "expect", "set")}
        values.update(given.get("set", {}), id=number)
        if len(values) > 1:
            self.state.set_device(values)
        device = self.state.devices.get(number)
        if device is None:
            raise ValueError(f"no device {number}")
        return self.check(given, {**device, "initialized": device["state"] != "new",
                                  "revoked": device["state"] == "revoked"})

    def step_server_fault(self, given):
        kind = given.get("kind")
        if kind == "idempotency_locked":
            self.state.locked.add(given["key"])
        elif kind in ("lock_timeout", "locked", "database_locked"):
            self.server.faults.add({"kind": "status", "status": 409, "retry_after": 5,
                                    "body": {"detail": "Lock timeout."}, "count": given.get("count", 1)})
        elif kind in ("rate_limit", "throttled", "rate_limited"):
            self.server.faults.add({"kind": "status", "status": 429, "body": {"detail": "Request was throttled."},
                                    "retry_after": given.get("retry_after", 60), "count": given.get("count", 1)})
        else:
            self.server.faults.add({key: value for key, value in given.items() if key != "op"})

    def do_fault(self, given):
        if given.get("kind") == "clear":
            self.server.faults.clear()
        else:
            self.server.faults.add(given)

    def step_server_wipe_events(self, given):
        state = self.state
        for name in ("events", "subevents", "orders", "positions", "by_secret"):
            getattr(state, name).clear()
        for rows in state.objects.values():
            rows.clear()

    def step_server_event(self, given):
        event = dict(self.thing(given))
        lists, parts = event.pop("checkin_lists", []), event.pop("subevents", [])
        self.state.add("event", None, event)
        for part in parts:
            self.state.add("subevent", event["slug"], part)
        for row in lists:
            self.state.add("checkinlist", event["slug"], row)

    def step_server_event_patch(self, given):
        slug = given.get("slug") or given.get("event") or given.get("id")
        values = dict(given.get("set") or given.get("object") or {})
        for part in values.pop("subevents", []):
            if part["id"] in self.state.subevents:
                self.state.patch("subevent", part["id"], part)
            else:
                self.state.add("subevent", slug, part)
        for row in values.pop("checkin_lists", []):
            if self.state.list_by_id(row["id"]):
                self.state.patch("checkinlist", row["id"], row)
            else:
                self.state.add("checkinlist", slug, row)
        if "subevent" in given:
            self.state.patch("subevent", given["subevent"], values)
        else:
            self.state.patch("event", slug, values)

    def step_add_server_checkin(self, given):
        row = dict(given["object"])
        if row.get("error_reason") and "successful" not in row:
            row["successful"] = False
        self.state.add_checkin(row)

    def step_server_checkins(self, given):
        rows = [row for row in self.state.checkins
                if given.get("position") is None or row["position"] == given["position"]]
        if given.get("list") is not None:
            rows = [row for row in rows if row["list"] == given["list"]]
        got = {"count": sum(row["successful"] for row in rows),
               "failed": sum(not row["successful"] for row in rows)}
        if rows:
            got["last"] = show.checkin_full(rows[-1])
        return self.check(given, got)

    def step_server_answer(self, given):
        rows = self.state.positions[given["position"]]["answers"]
        return self.check(given, next((row for row in rows if row["question"] == given["question"]), None))

    def step_server_medium(self, given):
        found = [m for m in self.state.media if m["identifier"] == given["identifier"] and
                 given.get("type") in (None, m["type"])]
        return self.check(given, found[0] if found else None)


def body_of(step):
    """The bytes an http step sends, or None."""
    if "body_base64" in step:
        return base64.b64decode(step["body_base64"])
    if "body" in step:
        body = step["body"]
        return (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "surrogatepass")
    return None


def date_line(state):
    return show.http_date(state.fixed or dt.datetime.now(dt.timezone.utc))
