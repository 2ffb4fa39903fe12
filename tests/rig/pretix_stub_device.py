"""Devices of pretix-stub: who is asking, what its profile allows, enrolment."""

import re

from pretix_stub_http import Answer
from pretix_stub_state import TEAM_TOKEN
import pretix_stub_show as show

VERSION = {"pretix": "2026.8.0", "pretix_numeric": 20260080005000}
DENIED = {"detail": "You do not have permission to perform this action."}
EVENT = r"organizers/[^/]+/events/[^/]+/"

# (method, route under /api/v1/); the two letters say which of the small profiles have it too
PROFILE = [(method, re.compile(route + "$"), extra) for method, route, extra in (
    ("GET", "version", "nk"), ("GET", "device/info", "nk"), ("GET", "device/eventselection", "nk"),
    ("GET", "idempotency_query", "nk"), ("POST", "device/(update|revoke|roll)", "nk"),
    ("GET", "organizers/[^/]+/events/", "nk"), ("GET", EVENT, "nk"),
    ("GET", EVENT + r"subevents/(\d+/)?", "nk"), ("GET", "organizers/[^/]+/subevents/", "nk"),
    ("GET", EVENT + "(categories|items|questions|badgelayouts|badgeitems)/", "nk"),
    ("GET", EVENT + "checkinlists/", "nk"), ("GET", EVENT + r"checkinlists/\d+/status/", "nk"),
    ("POST", EVENT + r"checkinlists/\d+/failed_checkins/", "nk"),
    ("GET", EVENT + r"checkinlists/\d+/positions/", "n"),
    ("POST", EVENT + r"checkinlists/\d+/positions/.+/redeem/", "nk"),
    ("GET", EVENT + "(revoked|blocked)secrets/", "nk"), ("GET", EVENT + "orders/", ""),
    ("GET", EVENT + r"orderpositions/\d+/pdf_image/[^/]+/", "nk"),
    ("POST", EVENT + r"orderpositions/\d+/printlog/", "nk"), ("GET", EVENT + "settings/", "nk"),
    ("POST", "upload", "nk"), ("POST", "organizers/[^/]+/checkinrpc/(redeem|annul)/", "nk"),
    ("GET", "organizers/[^/]+/checkinrpc/search/", "nk"), ("GET", "organizers/[^/]+/reusablemedia/", ""),
    ("POST", "organizers/[^/]+/reusablemedia/lookup/", ""),
    ("PATCH", r"organizers/[^/]+/reusablemedia/\d+/", ""))]
LETTER = {"pretixscan": None, "pretixscan_online_noorders": "n", "pretixscan_online_kiosk": "k"}

FIELDS = ("hardware_brand", "hardware_model", "software_brand", "software_version")
MORE_FIELDS = ("os_name", "os_version", "info", "rsa_pubkey")


class Who:
    """The asker: a device, or a team's token (device is None)."""

    def __init__(self, device):
        self.device = device


def authenticate(state, request):
    """A Who, or an Answer of 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "token" and token == TEAM_TOKEN:
        return Who(None)
    if scheme.lower() != "device":
        return denied("Authentication credentials were not provided." if not token else "Invalid token.")
    device = next((row for row in state.devices.values() if row["api_token"] == token), None)
    if device is None:
        return denied("Invalid token.")
    if device["state"] == "revoked":
        return denied("Device access has been revoked.")
    if device["state"] == "new":
        return denied("Device has not been initialized.")
    return Who(device)


def denied(words):
    return Answer(401, {"detail": words}, {"WWW-Authenticate": 'Token realm="api"'})


def allowed(device, method, route):
    profile = device["security_profile"]
    if profile == "full":
        return True
    if profile not in LETTER:
        return False
    letter = LETTER[profile]
    return any(method in (want, "HEAD" if want == "GET" else want) and fits.match(route) and
               (letter is None or letter in extra) for want, fits, extra in PROFILE)


def described(state, device):
    return {"organizer": state.organizer, "device_id": device["device_id"],
            "unique_serial": device["unique_serial"], "api_token": device["api_token"], "name": device["name"],
            "security_profile": device["security_profile"], "gate": device["gate"]}


def read_fields(body, needed):
    errors, values = {}, {}
    for name in needed + MORE_FIELDS:
        value = body.get(name)
        if name in needed and name not in body:
            errors[name] = ["This field is required."]
        elif name in needed and value is None:
            errors[name] = ["This field may not be null."]
        elif name in needed and not isinstance(value, (str, int, float)):
            errors[name] = ["Not a valid string."]
        elif name in needed and not str(value).strip():
            errors[name] = ["This field may not be blank."]
        elif name not in ("info", "rsa_pubkey") and isinstance(value, str) and len(value) > 190:
            errors[name] = ["Ensure this field has no more than 190 characters."]
        elif name == "rsa_pubkey" and value and "-----BEGIN PUBLIC KEY-----" not in str(value):
            errors[name] = ["Not a valid public key."]
        elif name in body and name != "token":
            values[name] = value if name == "info" or value is None else str(value)
    return errors, values


def initialize(state, request, body):
    errors, values = read_fields(body, ("token",) + FIELDS)
    if errors:
        return Answer(400, errors)
    device = next((row for row in state.devices.values()
                   if row["initialization_token"] == body["token"]), None)
    if device is None:
        return Answer(400, {"token": ["Unknown initialization token."]})
    if device["state"] == "revoked":
        return Answer(400, {"token": ["This initialization token has been revoked."]})
    if device["state"] != "new":
        return Answer(400, {"token": ["This initialization token has already been used."]})
    device.update(values, state="active")
    roll_token(state, device)
    return Answer(200, described(state, device))


def roll_token(state, device):
    state.rolls = getattr(state, "rolls", 0) + 1
    device["api_token"] = f"rolled{state.rolls}device{device['id']}".ljust(64, "z")


def update(state, device, body):
    errors, values = read_fields(body, FIELDS)
    if not errors and device["rsa_pubkey"] and values.get("rsa_pubkey") not in (None, device["rsa_pubkey"]):
        errors = {"rsa_pubkey": ["The public key cannot be changed."]}
    if errors:
        return Answer(400, errors)
    device.update(values)
    return Answer(200, described(state, device))


def info(state, device):
    return Answer(200, {"device": described(state, device), "server": {"version": VERSION},
                        "medium_key_sets": []})


def serve(state, request, route, body):
    """Everything under device/: no team, no trailing slash."""
    if route == "device/initialize":
        return initialize(state, request, body) if request.method == "POST" else method_denied(request)
    who = authenticate(state, request)
    if isinstance(who, Answer):
        return who
    if who.device is None:
        return denied("Invalid token.")
    device = who.device
    if not allowed(device, request.method, route):
        return Answer(403, {"detail": "Request denied by device security profile."})
    table = {("POST", "device/update"): lambda: update(state, device, body),
             ("POST", "device/roll"): lambda: (roll_token(state, device), Answer(200, described(state, device)))[1],
             ("POST", "device/revoke"): lambda: (device.update(state="revoked"),
                                                 Answer(200, described(state, device)))[1],
             ("GET", "device/info"): lambda: info(state, device),
             ("GET", "device/eventselection"): lambda: select(state, device, request)}
    if (request.method, route) in table:
        return table[(request.method, route)]()
    return method_denied(request) if any(known == route for _, known in table) else None


def method_denied(request):
    return Answer(405, {"detail": f'Method "{request.method}" not allowed.'})


def select(state, device, request):
    chosen = show.selection(state, device, dict(request.query))
    if chosen is None:
        return Answer(304)
    if chosen is False:
        return Answer(404, {"detail": "Not found."})
    return Answer(200, chosen)
