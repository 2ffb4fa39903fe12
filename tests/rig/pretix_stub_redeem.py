"""checkinrpc/redeem of pretix-stub: finding the position, the checks in their order, the
answer, and what is stored of it."""

import zoneinfo

from pretix_stub_http import Answer
from pretix_stub_state import parse_time, show_time
import pretix_stub_questions as questions
import pretix_stub_rules as rules
import pretix_stub_show as show

MEDIA = ("barcode", "nfc_uid", "nfc_mf0aes")


class Refused(Exception):
    def __init__(self, reason, explanation=None, position=None):
        self.reason, self.explanation, self.position = reason, explanation, position


class Scan:
    """A call's arguments, read and bounded."""

    def __init__(self, state, lists, secret, given, device):
        self.state, self.lists, self.secret, self.device = state, lists, secret, device
        self.kind = given.get("type") or "entry"
        self.source = given.get("source_type") or "barcode"
        self.force = bool(given.get("force"))
        self.ignore_unpaid = bool(given.get("ignore_unpaid"))
        self.may_ask = given.get("questions_supported", True) is not False
        self.answers = given.get("answers") or {}
        self.nonce = given.get("nonce")
        self.simulate = bool(given.get("simulate"))
        self.server_now = state.now()
        self.moment = parse_time(given["datetime"]) if given.get("datetime") else self.server_now
        self.medium_type = given.get("exchange_medium_type")
        self.medium_identifier = given.get("exchange_medium_identifier")
        self.canceled_supported = given.get("canceled_supported", True)
        self.by_medium = self.from_revoked = self.forced = False

    def list_of(self, position):
        return next(row for row in self.lists if row["_event"] == position["_event"])

    def gate(self):
        return self.device["gate"]["id"] if self.device and self.device["gate"] else None


# ---- finding -----------------------------------------------------------------------------

def with_addons(scan, found):
    """Add-ons of what was found, where the list of their event matches by add-on."""
    more = [position for base in found for position in base["_order"]["positions"]
            if position["addon_to"] == base["id"] and scan.list_of(base)["addon_match"] and position not in found]
    return found + more


def in_subevent(scan, position):
    subevent = scan.list_of(position)["subevent"]
    return subevent is None or subevent == position["subevent"]


def by_secret(scan):
    events = {row["_event"] for row in scan.lists}
    rows = [p for p in scan.state.positions_with(scan.secret) if p["_event"] in events and not p["canceled"]]
    rows = [p for p in with_addons(scan, rows) if not p["canceled"] and in_subevent(scan, p)]
    return rows


def usable_medium(scan, medium):
    return medium["active"] and (not medium["expires"] or parse_time(medium["expires"]) > scan.server_now)


def by_medium(scan):
    events = {row["_event"] for row in scan.lists}
    for medium in scan.state.media:
        if medium["identifier"] != scan.secret or medium["type"] != scan.source or \
                not usable_medium(scan, medium):
            continue
        linked = [scan.state.positions[number] for number in medium["linked_orderpositions"]
                  if number in scan.state.positions]
        here = [position for position in linked if position["_event"] in events]
        if linked and not here:
            raise Refused("invalid", "Medium connected to other event")
        if here:
            scan.by_medium = True
            return here, with_addons(scan, here)
    return [], []


def by_revoked(scan):
    events = {row["_event"] for row in scan.lists}
    for event in events:
        for row in scan.state.objects["revokedsecret"].get(event, {}).values():
            if row["secret"] != scan.secret:
                continue
            position = scan.state.positions.get(row["_position"])
            gone = position is None and row["_position"] is not None
            if not scan.force and not gone:
                raise Refused("revoked")
            if position is None:
                raise rules.Unexplained("the revoked secret's position is gone")
            scan.forced = scan.from_revoked = True
            return [position], with_addons(scan, [position])
    return [], []


def choose(scan, base, candidates):
    if len(candidates) == 1:
        return candidates[0]
    fits = [p for p in candidates if (scan.list_of(p)["addon_match"] or p in base) and
            scan.state.list_has_item(scan.list_of(p), p["item"])]
    if not fits:
        return candidates[0]
    if len(fits) > 1:
        fits = in_time(scan, fits)
    if len(fits) > 1:
        raise Refused("ambiguous", position=candidates[0])
    return fits[0]


def in_time(scan, fits):
    def begin(p):
        return parse_time(p["valid_from"]) if p["valid_from"] else None

    def end(p):
        return parse_time(p["valid_until"]) if p["valid_until"] else None

    now = [p for p in fits if (not begin(p) or begin(p) <= scan.moment) and (not end(p) or end(p) > scan.moment)]
    if now:
        return now
    coming = [p for p in fits if begin(p) and begin(p) > scan.moment]
    if coming:
        return [min(coming, key=begin)]
    past = [p for p in fits if end(p)]
    return [max(past, key=end)] if past else fits[:1]


def find(scan):
    candidates = base = by_secret(scan)
    if base:
        base = [p for p in candidates if p["secret"] == scan.secret]
    if not candidates:
        base, candidates = by_medium(scan)
    if not candidates:
        base, candidates = by_revoked(scan)
    if not candidates:
        raise Refused("invalid")
    return choose(scan, base, candidates)


# ---- media exchange ------------------------------------------------------------------------

def links_of(state, position):
    return [medium for medium in state.media if position["id"] in medium["linked_orderpositions"]]


def check_exchange(scan, position):
    """The errors of an exchange that was asked for: before everything about the ticket."""
    item = scan.state.item_of(position)
    policy = item.get("media_policy")
    if scan.by_medium or scan.simulate:
        raise Refused("error")
    if not scan.state.settings.get(f"reusable_media_type_{scan.medium_type}"):
        raise Refused("error", "Medium type is not enabled for organizer.")
    if item.get("media_type") != scan.medium_type:
        raise Refused("product", "Incorrect medium type for product.")
    if links_of(scan.state, position):
        raise Refused("already_exchanged", "Ticket is already exchanged for reusable medium.")
    if not policy:
        raise Refused("product", "Product does not support medium exchange.")
    medium = medium_of(scan)
    if medium is None and policy in ("reuse", "append"):
        raise Refused("medium_invalid", "Reusable medium not found.")
    if medium is not None and policy != "new" and not usable_medium(scan, medium):
        raise Refused("medium_invalid", "Reusable medium is inactive or expired.")
    if medium is not None and policy == "new":
        raise Refused("medium_exists")


def medium_of(scan):
    return next((m for m in scan.state.media if m["type"] == scan.medium_type and
                 m["identifier"] == scan.medium_identifier), None)


def exchange(scan, position):
    medium = medium_of(scan)
    if medium is None:
        scan.state.add_medium({"type": scan.medium_type, "identifier": scan.medium_identifier,
                               "linked_orderpositions": [position["id"]]})
        return
    appends = scan.state.item_of(position)["media_policy"].startswith("append")
    medium["linked_orderpositions"] = [*medium["linked_orderpositions"], position["id"]] if appends \
        else [position["id"]]
    medium["updated"] = show_time(scan.server_now)


def demand_exchange(scan, position):
    item = scan.state.item_of(position)
    if not (item.get("media_policy") and item.get("media_type")) or scan.by_medium or scan.force:
        return
    if not links_of(scan.state, position):
        raise Refused("exchange", "Ticket needs to be exchanged to a suitable medium.")
    if scan.state.settings.get("reusable_media_usage_enforced"):
        raise Refused("already_exchanged")


# ---- the checks ------------------------------------------------------------------------------

def entry_allowed(scan, checkin_list, rows):
    if scan.kind == "exit" or checkin_list["allow_multiple_entries"]:
        return True
    if all(row["type"] == "exit" for row in rows):
        return True
    return checkin_list["allow_entry_after_exit"] and rows[-1]["type"] == "exit"


def is_repeat(scan, rows):
    if not scan.nonce or not rows:
        return False
    mine = scan.device["id"] if scan.device else None
    return rows[-1]["nonce"] == scan.nonce or any(
        row["nonce"] == scan.nonce and row["type"] == scan.kind and row["device"] == mine for row in rows)


def local(scan, position, name):
    zone = zoneinfo.ZoneInfo(scan.state.events[position["_event"]]["timezone"])
    return parse_time(position[name]).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def early_checks(scan, position, order):
    entry = scan.kind == "entry"
    if position["canceled"] or order["status"] in ("c", "e"):
        yield Refused("canceled" if scan.canceled_supported else "unpaid")
    if position["blocked"]:
        yield Refused("blocked")
    if order["status"] == "n" and order["require_approval"]:
        yield Refused("unapproved")
    if entry and position["valid_from"] and parse_time(position["valid_from"]) > scan.moment:
        yield Refused("invalid_time", f"This ticket is only valid after {local(scan, position, 'valid_from')}.")
    if entry and position["valid_until"] and parse_time(position["valid_until"]) < scan.moment:
        yield Refused("invalid_time", f"This ticket was only valid before {local(scan, position, 'valid_until')}.")


def late_checks(scan, position, order, checkin_list):
    if not scan.state.list_has_item(checkin_list, position["item"]):
        yield Refused("product")
    if checkin_list["subevent"] is not None and checkin_list["subevent"] != position["subevent"]:
        yield Refused("product")
    pending_is_fine = scan.ignore_unpaid and checkin_list["include_pending"] and order["status"] == "n"
    if order["status"] != "p" and not order["valid_if_pending"] and not pending_is_fine:
        yield Refused("unpaid")
    if scan.kind == "entry" and checkin_list["rules"]:
        facts = rules.Facts(scan.state, position, checkin_list, scan.moment, scan.gate())
        try:
            fits = rules.evaluate(facts, checkin_list["rules"])
        except rules.Raised:
            raise Refused("rules") from None
        if not fits:
            yield Refused("rules", None if scan.force else
                          rules.explain(facts, checkin_list["rules"], scan.server_now))


def perform(scan, position):
    """Raises Refused, or stores the check-in. Returns the open questions, if any."""
    order, checkin_list = position["_order"], scan.list_of(position)
    for refusal in early_checks(scan, position, order):
        if not scan.force:
            raise refusal
        scan.forced = True
    still_open = save_answers(scan, position)
    for refusal in late_checks(scan, position, order, checkin_list):
        if not scan.force:
            raise refusal
        scan.forced = True
    if still_open and scan.may_ask and not scan.force and scan.kind == "entry":
        return still_open
    if scan.medium_type:
        exchange(scan, position)
    else:
        demand_exchange(scan, position)
    rows = scan.state.successful(position["id"], checkin_list["id"])
    if is_repeat(scan, rows):
        return []
    if not entry_allowed(scan, checkin_list, rows):
        if not scan.force:
            raise Refused("already_redeemed")
        scan.forced = True
    if not scan.simulate:
        store(scan, position, checkin_list, True)
        scan.state.touch(order)
    return []


def save_answers(scan, position):
    if scan.kind != "entry":
        return []
    return questions.take(scan.state, position, scan.answers, not scan.simulate)


def store(scan, position, checkin_list, successful, refusal=None):
    scan.state.add_checkin({
        "position": position["id"] if position else None, "list": checkin_list["id"], "type": scan.kind,
        "datetime": show_time(scan.moment), "nonce": scan.nonce, "successful": successful,
        "forced": scan.forced if successful else scan.force,
        "force_sent": scan.force and successful, "gate": scan.gate(),
        "error_reason": refusal.reason if refusal else None,
        "error_explanation": refusal.explanation if refusal else None,
        "raw_barcode": scan.secret, "raw_source_type": scan.source,
        "device": scan.device["id"] if scan.device else None})


# ---- the call ----------------------------------------------------------------------------------

def common(scan, position, body, request, checkin_list):
    if position is not None:
        body.update(show.attention(scan.state, position))
        body["position"] = show.redeemed_position(scan.state, position, scan.lists, request)
    else:
        body.setdefault("require_attention", False)
        body.setdefault("checkin_texts", [])
    body["list"] = show.list_brief(checkin_list)
    return body


def redeem(scan, request):
    state, position = scan.state, None
    before = None
    try:
        position = find(scan)
        before = show.redeemed_position(state, position, scan.lists, request)
        if scan.medium_type:
            check_exchange(scan, position)
        still_open = perform(scan, position)
    except rules.Unexplained as error:
        return Answer(500, f"<h1>Server Error (500)</h1><!-- {error} -->".encode(), content_type="text/html")
    except Refused as refusal:
        return refuse(scan, position, refusal, request)
    checkin_list = scan.list_of(position)
    if still_open:
        body = {"status": "incomplete", "questions": [show.question(row) for row in still_open]}
        return Answer(400, common(scan, position, body, request, checkin_list))
    body = common(scan, position, {"status": "ok"}, request, checkin_list)
    body["position"]["checkins"] = before["checkins"]  # without the one just made
    return Answer(201, body)


def is_old_scanner(device):
    """A slip of pretix's own app before 1.11.2, which the server still answers to."""
    if not device or "pretixscan" not in (device["software_brand"] or "").lower():
        return False
    parts = (device["software_version"] or "0").split(".")[:3]
    return tuple(int(part) if part.isdigit() else 0 for part in parts) < (1, 11, 2)


def refuse(scan, position, refusal, request):
    position = position or refusal.position
    checkin_list = scan.list_of(position) if position else scan.lists[0]
    if position is None and refusal.reason == "revoked":
        row = next(row for rows in scan.state.objects["revokedsecret"].values() for row in rows.values()
                   if row["secret"] == scan.secret)
        checkin_list = next(entry for entry in scan.lists if entry["_event"] == row["_event"])
        position = scan.state.positions.get(row["_position"])
    if refusal.reason != "exchange" and not scan.simulate:
        store(scan, position, checkin_list, False, refusal)
    body = {"status": "error", "reason": refusal.reason, "reason_explanation": refusal.explanation}
    if refusal.reason == "invalid" and scan.force and is_old_scanner(scan.device):
        return Answer(400, common(scan, None, {**body, "reason": "already_redeemed"}, request, checkin_list))
    if refusal.reason == "invalid":
        return Answer(404, common(scan, None, {"detail": "Not found.", **body}, request, checkin_list))
    if refusal.reason == "exchange":
        item = scan.state.item_of(position)
        body.update(status="exchange", media_policy=item["media_policy"], media_type=item["media_type"])
    return Answer(400, common(scan, position, body, request, checkin_list))
