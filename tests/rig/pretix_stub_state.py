"""What the server of pretix-stub knows: events and their objects, orders, media, devices,
check-ins, and its clock. Objects are kept in the shapes of the API; positions and check-ins
are indexed beside them."""

import datetime as dt
import json
import pathlib

UTC = dt.timezone.utc
PER_EVENT = ("category", "item", "question", "checkinlist", "badgelayout", "badgeitem",
             "revokedsecret", "blockedsecret", "quota")
TEAM_TOKEN = "teamtokenteamtokenteamtokenteamtokenteamtokenteamtokenteamtoken1"

LIST_DEFAULTS = {"all_products": True, "limit_products": [], "subevent": None, "include_pending": False,
                 "allow_multiple_entries": False, "allow_entry_after_exit": True, "rules": {},
                 "exit_all_at": None, "addon_match": False, "ignore_in_statistics": False,
                 "consider_tickets_used": True}
POSITION_DEFAULTS = {"variation": None, "attendee_name": None, "attendee_name_parts": {}, "addon_to": None,
                     "subevent": None, "seat": None, "canceled": False, "valid_from": None,
                     "valid_until": None, "blocked": None, "answers": [], "print_logs": [], "downloads": []}
ORDER_DEFAULTS = {"status": "p", "testmode": False, "email": None, "locale": "en", "comment": "",
                  "invoice_address": None, "checkin_attention": False, "checkin_text": None,
                  "require_approval": False, "valid_if_pending": False}


def parse_time(text):
    """An ISO moment, aware; without an offset it is UTC. ValueError if it is none."""
    moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def show_time(moment):
    text = moment.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def pick(text, language="en"):
    """One language of an i18n text."""
    if not isinstance(text, dict):
        return text
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


class State:
    def __init__(self):
        self.reset()

    def reset(self, organizer="dummy", now=None):
        self.organizer, self.fixed, self.ticks = organizer, None, 0
        self.settings, self.event_settings, self.denied = {}, {}, set()
        self.events, self.subevents, self.orders = {}, {}, {}
        self.objects = {kind: {} for kind in PER_EVENT}
        self.positions, self.by_secret, self.media, self.checkins = {}, {}, [], []
        self.files, self.idempotency, self.locked, self.next_id = {}, {}, set(), 100000
        self.logged, self.devices, self.gates = {}, {}, {}
        self.bulk = {}
        if now:
            self.set_now(now)
        for number in (1, 2):
            self.set_device({"id": number, "name": f"Device {number}", "state": "active"})

    # ---- clock: live, or fixed; fixed, it still goes on by 1 us a look, so that the order
    # of two acts can be told

    def set_now(self, value):
        self.fixed, self.ticks = parse_time(value) if value else None, 0

    def now(self):
        if self.fixed is None:
            return dt.datetime.now(UTC)
        self.ticks += 1
        return self.fixed + dt.timedelta(microseconds=self.ticks)

    def new_id(self):
        self.next_id += 1
        return self.next_id

    # ---- loading

    def load(self, rows, directory="."):
        for row in rows:
            row = dict(row)
            if "object" not in row:
                row["object"] = json.loads((pathlib.Path(directory) / row["file"]).read_text())
            self.add(row["kind"], row.get("event"), row["object"], row)

    def add(self, kind, event, thing, more=None):
        thing, more = json.loads(json.dumps(thing)), more or {}
        if kind == "event":
            thing.setdefault("timezone", "UTC")
            thing.setdefault("has_subevents", False)
            self.events[thing["slug"]] = thing
            for name in PER_EVENT:
                self.objects[name].setdefault(thing["slug"], {})
        elif kind == "subevent":
            event = event or thing.get("event")
            self.subevents[thing["id"]] = {"active": True, "date_to": None, "date_admission": None,
                                           **thing, "event": event}
        elif kind == "order":
            self.add_order(event or thing.get("event"), thing)
        elif kind == "position":
            order = self.orders[(event, thing["order"])]
            order["positions"].append(thing)
            self.index(event, order)
        elif kind in ("reusablemedium", "medium"):
            self.add_medium(thing)
        elif kind == "device":
            self.set_device(thing)
        elif kind in PER_EVENT:
            self.add_plain(kind, event, thing, more)
        else:
            raise ValueError(f"unknown kind of object {kind!r}")
        self.note_change(kind, event)

    def add_plain(self, kind, event, thing, more):
        if event not in self.events:
            raise ValueError(f"{kind}: no event {event!r}")
        thing.setdefault("id", self.new_id())
        if kind == "checkinlist":
            thing = {**LIST_DEFAULTS, **thing}
        if kind == "revokedsecret":
            thing.setdefault("created", show_time(self.now()))
            thing["_position"] = more.get("position", thing.pop("position", None))
        if kind == "blockedsecret":
            thing.setdefault("updated", show_time(self.now()))
            thing.setdefault("blocked", True)
        self.objects[kind][event][thing["id"]] = {**thing, "_event": event}

    def add_medium(self, thing):
        links = thing.get("linked_orderpositions")
        if links is None:
            links = [thing["linked_orderposition"]] if thing.get("linked_orderposition") else []
        stamp = show_time(self.now())
        self.media = [m for m in self.media if m["id"] != thing.get("id")]
        self.media.append({"organizer": self.organizer, "created": stamp, "updated": stamp, "active": True,
                           "expires": None, "customer": None, "linked_giftcard": None, "info": {},
                           "notes": None, "claim_token": None, "label": None, **thing, "id": thing.get("id") or self.new_id(),
                           "linked_orderpositions": list(links)})

    def add_order(self, event, order):
        order = {**ORDER_DEFAULTS, **order, "event": event}
        order.setdefault("datetime", show_time(self.now()))
        order.setdefault("last_modified", order["datetime"])
        order.setdefault("positions", [])
        old = self.orders.get((event, order["code"]))
        if old:
            self.forget(old)
        self.orders[(event, order["code"])] = order
        self.index(event, order)

    def forget(self, order):
        gone = {p["id"] for p in order["positions"]}
        self.checkins = [row for row in self.checkins if row["position"] not in gone]
        for position in order["positions"]:
            self.positions.pop(position["id"], None)
        self.by_secret = {}
        for position in self.positions.values():
            self.by_secret.setdefault(position["secret"], []).append(position)

    def index(self, event, order):
        for number, position in enumerate(order["positions"], 1):
            for name, value in POSITION_DEFAULTS.items():
                position.setdefault(name, json.loads(json.dumps(value)))
            position.setdefault("id", self.new_id())
            position.setdefault("positionid", number)
            position.setdefault("pseudonymization_id", f"P{position['id']:09d}"[:10])
            position["order"] = order["code"]
            position["_order"], position["_event"] = order, event
            self.positions[position["id"]] = position
            rows = self.by_secret.setdefault(position["secret"], [])
            if position not in rows:
                rows.append(position)
            self.take_checkins(position)

    def take_checkins(self, position):
        """Check-ins that came inside a position's JSON become rows."""
        given = position.pop("checkins", None)
        if given is None:
            return
        self.checkins = [row for row in self.checkins if row["position"] != position["id"] or
                         not row["successful"]]
        for row in given:
            self.add_checkin({**row, "position": position["id"]})

    def add_checkin(self, row):
        stamp = row.get("datetime") or show_time(self.now())
        device = self.devices.get(row.get("device"))
        full = {"id": row.get("id") or self.new_id(), "position": None, "list": None, "type": "entry",
                "nonce": None, "successful": True, "forced": False, "force_sent": False, "gate": None,
                "auto_checked_in": False, "error_reason": None, "error_explanation": None,
                "raw_barcode": None, "raw_item": None, "raw_variation": None, "raw_subevent": None,
                "raw_source_type": None, "device": None, "created": show_time(self.now()), **row}
        full["datetime"] = show_time(parse_time(stamp))
        full["_at"] = parse_time(stamp)
        full["device_id"] = row.get("device_id", device["device_id"] if device else None)
        self.checkins.append(full)
        return full

    # ---- changing

    def patch(self, kind, key, values, event=None):
        for thing in self.find(kind, key, event):
            thing.update(json.loads(json.dumps(values)))
            if kind == "position":
                self.take_checkins(thing)
                if "secret" in values:
                    self.forget({"positions": []})
                self.touch(thing["_order"])
            elif kind == "order":
                if "positions" in values:
                    self.index(thing["event"], thing)
                if "last_modified" not in values:
                    self.touch(thing)
            elif kind in ("reusablemedium", "medium"):
                thing["updated"] = values.get("updated", show_time(self.now()))
            elif kind == "subevent":
                thing["last_modified"] = show_time(self.now())
            self.note_change(kind, thing.get("_event") or event)

    def find(self, kind, key, event=None):
        if kind == "event":
            found = [self.events[key]] if key in self.events else []
        elif kind == "subevent":
            found = [self.subevents[key]] if key in self.subevents else []
        elif kind == "order":
            found = [o for (slug, code), o in self.orders.items() if code == key and event in (None, slug)]
        elif kind == "position":
            found = [self.positions[key]] if key in self.positions else []
        elif kind in ("reusablemedium", "medium"):
            found = [m for m in self.media if key in (m["id"], m["identifier"])]
        elif kind in PER_EVENT:
            found = [rows[key] for slug, rows in self.objects[kind].items()
                     if key in rows and event in (None, slug)]
        else:
            found = []
        if not found:
            raise ValueError(f"no {kind} {key!r} here")
        return found

    def remove(self, kind, key, event=None):
        thing = self.find(kind, key, event)[0]
        if kind == "position":
            thing["_order"]["positions"].remove(thing)
            self.positions.pop(key)
            self.forget({"positions": [thing]})
            self.touch(thing["_order"])
        elif kind == "order":
            self.forget(thing)
            self.orders.pop((thing["event"], thing["code"]))
        elif kind in ("reusablemedium", "medium"):
            self.media.remove(thing)
        elif kind == "subevent":
            self.subevents.pop(key)
        else:
            self.objects[kind][thing["_event"]].pop(thing["id"])

    def touch(self, order):
        order["last_modified"] = show_time(self.now())

    def note_change(self, kind, event):
        """The newest log entry of a kind in an event: its Last-Modified, by the second."""
        self.logged[(event, kind)] = self.now().replace(microsecond=0)

    # ---- devices

    def set_device(self, given):
        number = given["id"]
        device = self.devices.setdefault(number, {
            "id": number, "device_id": number, "name": f"Device {number}", "state": "new", "gate": None,
            "security_profile": "full", "all_events": True, "limit_events": [], "info": None,
            "unique_serial": f"SERIAL{number:010d}", "rsa_pubkey": None,
            "initialization_token": f"token{number:011d}", "api_token": None,
            "hardware_brand": None, "hardware_model": None, "software_brand": None,
            "software_version": None, "os_name": None, "os_version": None})
        device.update(given)
        if device["state"] in ("active", "initialized", "revoked") and not device["api_token"]:
            device["api_token"] = f"devicetoken{number}".ljust(64, "x")
        if isinstance(device["gate"], int):
            device["gate"] = {"id": device["gate"], "name": f"Gate {device['gate']}",
                              "identifier": f"GATE{device['gate']}"}
        return device

    # ---- questions about it

    def positions_with(self, secret):
        if secret not in self.by_secret:
            for bulk in self.bulk.values():
                bulk.wake(secret)
        return self.by_secret.get(secret, [])

    def list_by_id(self, number):
        for rows in self.objects["checkinlist"].values():
            if number in rows:
                return rows[number]
        return None

    def item_of(self, position):
        return self.objects["item"][position["_event"]].get(position["item"], {})

    def of_event(self, kind, event):
        rows = self.objects[kind].get(event, {}).values()
        return sorted(rows, key=lambda row: (row.get("position") or 0, row["id"]))

    def successful(self, position_id, list_id=None):
        rows = [row for row in self.checkins if row["successful"] and row["position"] == position_id and
                list_id in (None, row["list"])]
        return sorted(rows, key=lambda row: (row["_at"], row["id"]))

    def list_has_item(self, checkin_list, item):
        return checkin_list["all_products"] or item in checkin_list["limit_products"]
