"""The calls of pretix-stub that change something, and the search: their fields read as
strictly as the server reads them, unknown ones told as complaints."""

import datetime as dt
import json

from pretix_stub_device import DENIED
from pretix_stub_http import Answer
from pretix_stub_redeem import MEDIA, Scan, redeem
from pretix_stub_state import UTC, parse_time, show_time
import pretix_stub_show as show

REASONS = ("canceled", "invalid", "unpaid", "product", "rules", "revoked", "incomplete", "already_redeemed",
           "ambiguous", "error", "blocked", "unapproved", "invalid_time", "annulled", "already_exchanged",
           "medium_invalid", "medium_exists")
ANNUL_WITHIN = dt.timedelta(minutes=15)
UPLOADS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8", "image/gif": b"GIF8",
           "application/pdf": b"%PDF-"}


# ---- fields -------------------------------------------------------------------------------------

class Fields:
    """Reads a body field by field; what is wrong gathers in `errors` in the server's words."""

    def __init__(self, body):
        self.body, self.errors, self.known = body, {}, set()

    def wrong(self, name, words):
        self.errors.setdefault(name, []).append(words)

    def given(self, name, required=False, null=False):
        self.known.add(name)
        if name not in self.body:
            if required:
                self.wrong(name, "This field is required.")
            return False
        if self.body[name] is None:
            if not null:
                self.wrong(name, "This field may not be null.")
            return False
        return True

    def text(self, name, required=False, null=False, blank=False, longest=None, trim=True):
        if not self.given(name, required, null):
            return None
        value = self.body[name]
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            self.wrong(name, "Not a valid string.")
            return None
        value = str(value)
        if "\0" in value:
            self.wrong(name, "Null characters are not allowed.")
        elif any("\ud800" <= c <= "\udfff" for c in value):
            self.wrong(name, "Surrogate characters are not allowed: U+D800 to U+DFFF.")
        value = value.strip() if trim else value
        if not value and not blank:
            self.wrong(name, "This field may not be blank.")
        elif longest and len(value) > longest:
            self.wrong(name, f"Ensure this field has no more than {longest} characters.")
        return value

    def choice(self, name, choices, default=None, required=False, null=False):
        if not self.given(name, required, null):
            return default
        value = self.body[name]
        if not isinstance(value, str) or value not in choices:
            self.wrong(name, f'"{value}" is not a valid choice.')
            return default
        return value

    def truth(self, name, default):
        if not self.given(name):
            return default
        value = self.body[name]
        if value in (True, "true", "True", "1", 1):
            return True
        if value in (False, "false", "False", "0", 0):
            return False
        self.wrong(name, "Must be a valid boolean.")
        return default

    def moment(self, name, null=True):
        if not self.given(name, null=null):
            return None
        try:
            return show_time(parse_time(self.body[name]))
        except (ValueError, TypeError, AttributeError):
            self.wrong(name, "Datetime has wrong format. Use one of these formats instead: "
                       "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].")
            return None

    def number(self, name, null=True):
        if not self.given(name, null=null):
            return None
        if isinstance(self.body[name], bool) or not str(self.body[name]).isdigit():
            self.wrong(name, "Incorrect type. Expected pk value, received str.")
            return None
        return int(self.body[name])

    def unknown(self):
        return sorted(set(self.body) - self.known)


def read_lists(state, device, fields):
    """The lists a call names; each must be there and allowed."""
    if not fields.given("lists", required=True):
        return []
    given = fields.body["lists"]
    if not isinstance(given, list):
        fields.wrong("lists", f'Expected a list of items but got type "{type(given).__name__}".')
        return []
    found = []
    for number in given:
        row = list_for(state, device, number)
        if isinstance(number, bool) or not str(number).isdigit():
            fields.wrong("lists", f"Incorrect type. Expected pk value, received {type(number).__name__}.")
        elif row is None:
            fields.wrong("lists", f'Invalid pk "{number}" - object does not exist.')
        else:
            found.append(row)
    return found


def list_for(state, device, number):
    row = state.list_by_id(int(number)) if str(number).isdigit() else None
    if row is None or row["id"] in state.denied or (device and not show.may_use(device, row["_event"])):
        return None
    return row


def conflict(lists):
    if not lists:
        return Answer(400, ["No check-in list passed."])
    if len({row["_event"] for row in lists}) != len(lists):
        return Answer(400, ["Selecting two check-in lists from the same event is unsupported."])
    return None


def read_scan(fields):
    """The arguments that both redeem calls share."""
    given = {
        "type": fields.choice("type", ("entry", "exit"), "entry"),
        "source_type": fields.choice("source_type", MEDIA, "barcode"),
        "force": fields.truth("force", False), "ignore_unpaid": fields.truth("ignore_unpaid", False),
        "questions_supported": fields.truth("questions_supported", True),
        "nonce": fields.text("nonce", null=True), "datetime": fields.moment("datetime"),
        "simulate": fields.truth("simulate", False),
        "exchange_medium_type": fields.choice("exchange_medium_type", MEDIA, null=True),
        "exchange_medium_identifier": fields.text("exchange_medium_identifier", null=True)}
    fields.truth("use_order_locale", False)
    fields.known.update(("answers", "canceled_supported"))
    answers = fields.body.get("answers")
    if answers is not None and not isinstance(answers, dict):
        fields.wrong("answers", "Expected a dictionary of items.")
    given["answers"] = answers if isinstance(answers, dict) else {}
    if bool(given["exchange_medium_type"]) != bool(given["exchange_medium_identifier"]) and not fields.errors:
        fields.wrong("non_field_errors", "If you set any of exchange_medium_type or exchange_medium_identifier, "
                     "you need to set both of them.")
    return given


# ---- redeem ------------------------------------------------------------------------------------

def rpc_redeem(state, request, who, body, complain):
    fields = Fields(body)
    lists = read_lists(state, who.device, fields)
    secret = fields.text("secret", required=True)
    given = read_scan(fields)
    complain(fields.unknown())
    if fields.errors:
        return Answer(400, fields.errors)
    wrong = conflict(lists)
    return wrong or redeem(Scan(state, lists, secret, given, who.device), request)


def list_redeem(state, request, who, checkin_list, raw, body, complain):
    """The older call: the secret (or, trusted, a position's id) stands in the path."""
    fields = Fields(body)
    given = read_scan(fields)
    given["canceled_supported"] = fields.truth("canceled_supported", False)
    complain(fields.unknown())
    if fields.errors:
        return Answer(400, fields.errors)
    brand = ((who.device or {}).get("software_brand") or "").lower()
    untrusted = request.first("untrusted_input") not in (None, "0", "false", "False", "") or "pretixscan" in brand
    event, secret = checkin_list["_event"], raw
    if raw.isdigit() and not untrusted:
        position = state.positions.get(int(raw))
        if position and position["_event"] == event:
            secret = position["secret"]
    if secret not in state.by_secret and secret.replace("+", " ") in state.by_secret:
        secret = secret.replace("+", " ")
    return redeem(Scan(state, [checkin_list], secret, given, who.device), request)


# ---- annul, failed, print log, upload ---------------------------------------------------------------

def annul(state, request, who, body, complain):
    fields = Fields(body)
    lists = read_lists(state, who.device, fields)
    nonce = fields.text("nonce", required=True)
    at = fields.moment("datetime")
    words = fields.text("error_explanation", null=True, blank=True)
    complain(fields.unknown())
    if fields.errors:
        return Answer(400, fields.errors)
    wanted = {row["id"] for row in lists}
    rows = [row for row in state.checkins if row["nonce"] == nonce and row["list"] in wanted and
            (who.device is None or row["device"] == who.device["id"])]
    if not rows:
        return Answer(404, {"detail": "No check-in found based on nonce"})
    if len(rows) > 1:
        return Answer(400, ["Multiple check-ins found based on nonce"])
    row = rows[0]
    if not row["successful"]:
        return Answer(400, ["Cannot annul an unsuccessful checkin"])
    if who.device is None or row["device"] != who.device["id"]:
        return Answer(400, {"non_field_errors": ["Annulment is only allowed from the same device"]})
    if (parse_time(at) if at else state.now()) - row["_at"] > ANNUL_WITHIN:
        return Answer(400, {"non_field_errors": ["Annulment is not allowed more than 15 minutes after check-in"]})
    row.update(successful=False, error_reason="annulled", error_explanation=words)
    state.touch(state.positions[row["position"]]["_order"])
    return Answer(200, {"status": "ok"})


FAILED_SHOWN = ("error_reason", "error_explanation", "raw_barcode", "raw_item", "raw_variation",
                "raw_subevent", "raw_source_type", "nonce")


def failed_checkin(state, request, who, checkin_list, body, complain):
    fields = Fields(body)
    row = {"raw_barcode": fields.text("raw_barcode", required=True, trim=False),
           "error_reason": fields.choice("error_reason", REASONS, required=True),
           "error_explanation": fields.text("error_explanation", null=True, blank=True),
           "datetime": fields.moment("datetime"), "type": fields.choice("type", ("entry", "exit"), "entry"),
           "position": fields.number("position"), "nonce": fields.text("nonce", null=True),
           "raw_item": fields.number("raw_item"), "raw_variation": fields.number("raw_variation"),
           "raw_subevent": fields.number("raw_subevent"),
           "raw_source_type": fields.choice("raw_source_type", MEDIA, "barcode", null=True)}
    complain(fields.unknown())
    event = checkin_list["_event"]
    if row["position"] is not None and \
            state.positions.get(row["position"], {}).get("_event") != event:
        fields.wrong("position", f'Invalid pk "{row["position"]}" - object does not exist.')
    if fields.errors:
        return Answer(400, fields.errors)
    if row["position"] is None:
        same = [p for p in state.positions_with(row["raw_barcode"]) if p["_event"] == event]
        row["position"] = same[0]["id"] if same else None
    for old in state.checkins:
        if row["nonce"] and old["nonce"] == row["nonce"] and not old["successful"] and \
                (old["position"] == row["position"] if row["position"] else old["raw_barcode"] == row["raw_barcode"]):
            return Answer(201, {**{key: row[key] for key in FAILED_SHOWN}, "position": body.get("position")})
    device = who.device
    stored = state.add_checkin({**row, "list": checkin_list["id"], "successful": False,
                       "device": device["id"] if device else None,
                       "gate": device["gate"]["id"] if device and device["gate"] else None})
    return Answer(201, {**{key: row[key] for key in FAILED_SHOWN}, "datetime": stored["datetime"],
                        "type": row["type"], "position": row["position"]})


def print_log(state, request, who, event, number, body, complain):
    position = state.positions.get(number)
    if not position or position["_event"] != event or position["canceled"]:
        return Answer(404, {"detail": "No OrderPosition matches the given query."})
    fields = Fields(body)
    row = {"successful": fields.truth("successful", True), "datetime": fields.moment("datetime"),
           "source": fields.text("source", required=True, longest=255),
           "type": fields.choice("type", ("badge", "ticket", "certificate", "other"), required=True)}
    fields.known.add("info")
    complain(fields.unknown())
    if fields.errors:
        return Answer(400, fields.errors)
    row = {"id": state.new_id(), "successful": row["successful"],
           "datetime": row["datetime"] or show_time(state.now()), "source": row["source"], "type": row["type"],
           "device_id": who.device["device_id"] if who.device else None, "info": body.get("info") or {}}
    position["print_logs"].append(row)
    state.touch(position["_order"])
    return Answer(201, row)


def upload(state, request):
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if "filename=" not in request.headers.get("content-disposition", ""):
        return Answer(400, {"detail": "Missing filename. Request should include a Content-Disposition header "
                            "with a filename parameter."})
    if kind not in UPLOADS:
        return Answer(400, [f'Content type "{kind}" is not allowed'])
    if kind.startswith("image/") and not request.body.startswith(UPLOADS[kind]):
        return Answer(400, ["Upload a valid image. The file you uploaded was either not an image or a corrupted "
                            "image."])
    key = f"file:{state.new_id():08x}-0000-4000-8000-000000000000"
    name = request.headers["content-disposition"].partition("filename=")[2].strip('"; ')
    state.files[key] = {"name": name, "type": kind, "body": request.body}
    return Answer(201, {"id": key})


# ---- media ---------------------------------------------------------------------------------------

def media_lookup(state, request, who, body, complain):
    fields = Fields(body)
    fields.known.add("organizer")
    kind, identifier = fields.choice("type", MEDIA, required=True), fields.text("identifier", required=True)
    complain(fields.unknown())
    if fields.errors:
        return Answer(400, fields.errors)
    found = next((m for m in state.media if m["type"] == kind and m["identifier"] == identifier), None)
    return Answer(200, {"result": medium(found) if found else None})


def medium(row):
    links = row["linked_orderpositions"]
    return {**show.public(row), "linked_orderposition": links[0] if len(links) == 1 else None}


def media_patch(state, request, who, number, body, complain):
    row = next((m for m in state.media if m["id"] == number), None)
    if row is None:
        return Answer(404, {"detail": "No ReusableMedium matches the given query."})
    may = ("active", "expires", "linked_orderposition", "linked_orderpositions", "info", "notes", "label")
    complain(sorted(set(body) - set(may)))
    row.update({name: value for name, value in body.items() if name in may})
    row["updated"] = show_time(state.now())
    return Answer(200, medium(row))


# ---- search ----------------------------------------------------------------------------------------

def matches(state, position, text):
    if not text:
        return True
    order, low = position["_order"], text.lower()
    address = order["invoice_address"] or {}
    inside = (position["attendee_name"], position.get("attendee_email"), order.get("email"),
              address.get("name"), address.get("company"))
    return position["secret"].startswith(text) or order["code"].lower().startswith(low) or \
        any(value and low in value.lower() for value in inside) or \
        any(m["identifier"] == text and position["id"] in m["linked_orderpositions"] for m in state.media)


def searched(state, lists, text, any_status):
    found = []
    for position in state.positions.values():
        here = [row for row in lists if row["_event"] == position["_event"] and
                state.list_has_item(row, position["item"]) and row["subevent"] in (None, position["subevent"])]
        status = position["_order"]["status"]
        good = not position["canceled"] and any(
            status == "p" or (status == "n" and (row["include_pending"] or position["_order"]["valid_if_pending"]))
            for row in here)
        if here and (any_status or good) and matches(state, position, text):
            found.append(position)
    return found


SORTS = {"attendee_name": lambda state, p: (p["attendee_name"] is None, p["attendee_name"] or ""),
         "positionid": lambda state, p: p["positionid"], "pk": lambda state, p: p["id"],
         "order__code": lambda state, p: p["order"], "order": lambda state, p: p["order"],
         "order__email": lambda state, p: p["_order"]["email"] or "",
         "order__datetime": lambda state, p: parse_time(p["_order"]["datetime"]),
         "last_checked_in": lambda state, p: max(
             (row["_at"] for row in state.successful(p["id"])), default=dt.datetime.min.replace(tzinfo=UTC))}
SORTS["attendee_name_cached"] = SORTS["attendee_name"]


def sorted_positions(state, found, ordering):
    """By name, the nameless last, if nothing else is asked for."""
    found = sorted(found, key=lambda p: (SORTS["attendee_name"](state, p), p["positionid"], p["id"]))
    for name in reversed((ordering or "").split(",")):
        if name.lstrip("-") in SORTS:
            found.sort(key=lambda p: SORTS[name.lstrip("-")](state, p), reverse=name.startswith("-"))
    return found


def narrowed(state, found, checkin_list, request):
    """A list's positions by the filters of its endpoint."""
    tests = {"item": lambda p, text: str(p["item"]) == text,
             "item__in": lambda p, text: str(p["item"]) in text.split(","),
             "variation": lambda p, text: str(p["variation"]) == text,
             "subevent": lambda p, text: str(p["subevent"]) == text,
             "order": lambda p, text: p["order"] == text, "secret": lambda p, text: p["secret"] == text,
             "attendee_name": lambda p, text: (p["attendee_name"] or "").lower() == text.lower(),
             "addon_to": lambda p, text: str(p["addon_to"]) == text,
             "has_checkin": lambda p, text: show.was_in(state, p, checkin_list) == (text in ("1", "true", "True"))}
    for name, text in request.query:
        if name in tests:
            found = [p for p in found if tests[name](p, text)]
    return found


def search_lists(state, request, who):
    """The lists of a search, or an Answer."""
    numbers = request.every("list")
    lists = [list_for(state, who.device, number) for number in numbers]
    missing = [number for number, row in zip(numbers, lists) if row is None]
    if missing:
        return Answer(403, {"detail": "You requested lists that do not exist or that you do not have access "
                            f"to: {', '.join(missing)}"})
    return conflict(lists) or lists


def identity(request):
    """Whose idempotency key: the path, method and body are not part of it."""
    return json.dumps([request.headers.get("authorization"), request.headers.get("cookie")])
