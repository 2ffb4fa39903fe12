"""How pretix-stub shows its objects: the JSON of the API."""

import datetime as dt
import zoneinfo

from pretix_stub_state import parse_time, pick, show_time

MISSING_IN_REDEEM = ("canceled", "discount", "tax_code", "plugin_data")


def public(thing):
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def question(row):
    return public(row)


def list_brief(row):
    return {"id": row["id"], "name": row["name"], "event": row["_event"], "subevent": row["subevent"],
            "include_pending": row["include_pending"]}


def checkin(row):
    return {name: row[name] for name in ("id", "datetime", "list", "auto_checked_in", "gate", "device",
                                         "device_id", "type")}


def checkin_full(row):
    return {name: row[name] for name in (
        "id", "successful", "error_reason", "error_explanation", "position", "datetime", "list", "created",
        "auto_checked_in", "gate", "device", "device_id", "type", "nonce", "forced", "force_sent",
        "raw_barcode", "raw_source_type", "raw_item", "raw_variation", "raw_subevent")}


def position(state, row, canceled_too=False):
    shown = public(row)
    shown["checkins"] = [checkin(entry) for entry in state.successful(row["id"])]
    return shown


def variation_of(item, number):
    return next((row for row in item.get("variations", []) if row["id"] == number), {})


def attention(state, row):
    order, item = row["_order"], state.item_of(row)
    variation = variation_of(item, row["variation"])
    texts = [order.get("checkin_text"), variation.get("checkin_text"), item.get("checkin_text")]
    return {"require_attention": any(bool(thing.get("checkin_attention")) for thing in (order, item, variation)),
            "checkin_texts": [text for text in texts if text]}


def attendee_name(state, row):
    parent = state.positions.get(row["addon_to"], {})
    address = row["_order"]["invoice_address"] or {}
    return row["attendee_name"] or parent.get("attendee_name") or address.get("name") or None


def redeemed_position(state, row, lists, request):
    order = row["_order"]
    shown = {name: value for name, value in public(row).items() if name not in MISSING_IN_REDEEM}
    wanted = {entry["id"] for entry in lists}
    shown.update(
        attendee_name=attendee_name(state, row),
        checkins=[checkin(entry) for entry in state.successful(row["id"]) if entry["list"] in wanted],
        require_attention=attention(state, row)["require_attention"],
        order__status=order["status"], order__valid_if_pending=order["valid_if_pending"],
        order__require_approval=order["require_approval"], order__locale=order["locale"])
    expand(state, row, shown, set(request.every("expand")))
    if request.first("pdf_data") == "true":
        shown["pdf_data"] = pdf_data(state, row)
    return shown


def expand(state, row, shown, wanted):
    item = state.item_of(row)
    if "item" in wanted:
        shown["item"] = public(item)
    if "variation" in wanted and row["variation"] is not None:
        shown["variation"] = variation_of(item, row["variation"]) or None
    if "subevent" in wanted and row["subevent"] is not None:
        shown["subevent"] = public(state.subevents.get(row["subevent"], {})) or None
    if "addons" in wanted:
        shown["addons"] = [public(p) for p in row["_order"]["positions"] if p["addon_to"] == row["id"]]
    if "answers.question" in wanted:
        rows = state.objects["question"][row["_event"]]
        shown["answers"] = [{**answer, "question": question(rows[answer["question"]])
                             if answer["question"] in rows else answer["question"]}
                            for answer in row["answers"]]


def pdf_data(state, row):
    """The text variables of a badge, those that can be told from the objects themselves."""
    order, item, event = row["_order"], state.item_of(row), state.events[row["_event"]]
    language, address = order["locale"], order["invoice_address"] or {}
    parts = {f"attendee_name_{name}": value for name, value in row["attendee_name_parts"].items()
             if not name.startswith("_")}
    secret = row["secret"]
    media = sorted(one["identifier"] for one in state.media if row["id"] in one["linked_orderpositions"])
    return {
        "medium_identifier": media[0] if media else "",
        "secret": secret if len(secret) <= 32 else secret[:31] + "…", "order": order["code"],
        "positionid": str(row["positionid"]), "order_positionid": f"{order['code']}-{row['positionid']}",
        "item": pick(item.get("name", ""), language), "item_category": "",
        "variation": pick(variation_of(item, row["variation"]).get("value", ""), language),
        "attendee_name": attendee_name(state, row) or "", **parts,
        "attendee_company": row.get("company") or "", "attendee_country": row.get("country") or "",
        "attendee_email": row.get("attendee_email") or "", "pseudonymization_id": row["pseudonymization_id"],
        "event_name": pick(event["name"], language), "event_date": (event["date_from"] or "")[:10],
        "invoice_name": address.get("name", ""), "invoice_company": address.get("company", ""),
        "seat": pick((row.get("seat") or {}).get("name", "")), "addons": "", "organizer": state.organizer,
        **{f"question_{answer['question_identifier']}": answer["answer"] for answer in row["answers"]}}


def order(state, row, request):
    """An order, without what `exclude` names and without canceled positions, unless asked."""
    exclude = set(request.every("exclude"))
    wanted = request.first("include_canceled_positions") == "true"
    shown = {name: value for name, value in public(row).items() if name not in exclude}
    shown["positions"] = []
    for entry in row["positions"]:
        if entry["canceled"] and not wanted:
            continue
        one = position(state, entry)
        if request.first("pdf_data") == "true":
            one["pdf_data"] = pdf_data(state, entry)
        for name in exclude:
            if name.startswith("positions."):
                one.pop(name.partition(".")[2], None)
        shown["positions"].append(one)
    return shown


def checkin_list(state, row, request):
    shown = public(row)
    shown.pop("gates", None)
    exclude = set(request.every("exclude"))
    if "checkin_count" not in exclude or "position_count" not in exclude:
        rows = counted(state, row)
        shown["position_count"] = len(rows)
        shown["checkin_count"] = sum(was_in(state, p, row) for p in rows)
    return {name: value for name, value in shown.items() if name not in exclude}


# ---- a list's figures --------------------------------------------------------------------------

def counted(state, checkin_list_):
    """The positions that a list counts."""
    found = []
    for (event, _), order_ in state.orders.items():
        if event != checkin_list_["_event"]:
            continue
        status = order_["status"]
        if status != "p" and not (status == "n" and (order_["valid_if_pending"] or
                                                     checkin_list_["include_pending"])):
            continue
        found += [p for p in order_["positions"] if not p["canceled"] and
                  state.list_has_item(checkin_list_, p["item"]) and
                  checkin_list_["subevent"] in (None, p["subevent"])]
    return found


def was_in(state, row, checkin_list_):
    return any(entry["type"] == "entry" for entry in state.successful(row["id"], checkin_list_["id"]))


def is_in(state, row, checkin_list_):
    rows = state.successful(row["id"], checkin_list_["id"])
    return bool(rows) and rows[-1]["type"] == "entry"


def status(state, row, language):
    rows = counted(state, row)
    inside = {p["id"] for p in rows if was_in(state, p, row)}

    def figures(fits):
        of = [p for p in rows if fits(p)]
        return {"checkin_count": sum(p["id"] in inside for p in of), "position_count": len(of)}

    items = []
    for item in state.of_event("item", row["_event"]):
        if not state.list_has_item(row, item["id"]):
            continue
        items.append({
            "id": item["id"], "name": pick(item["name"], language), "admission": item.get("admission", False),
            **figures(lambda p: p["item"] == item["id"]),
            "variations": [{"id": one["id"], "value": pick(one["value"], language),
                            **figures(lambda p: p["item"] == item["id"] and p["variation"] == one["id"])}
                           for one in item.get("variations", [])]})
    return {"event": {"name": pick(state.events[row["_event"]]["name"], language)},
            "checkin_count": len(inside), "position_count": len(rows),
            "inside_count": sum(is_in(state, p, row) for p in rows), "items": items}


# ---- which event now -----------------------------------------------------------------------------

def http_date(moment):
    return moment.astimezone(dt.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")


def selection(state, device, query):
    """device/eventselection: None keep, False nothing found, or what to select. What is
    selected now and runs stays, whatever its gate; else the latest begun of those that run; else
    the last or the next, the one of today first, or by the middle between the two."""
    now, gate = state.now(), device["gate"]["id"] if device["gate"] else None
    every = dated(state, device)
    current = (query.get("current_event"), number(query.get("current_subevent")))

    def runs(one):
        return one["first"] <= now < one["last"]

    if any(one["key"] == current and runs(one) for one in every):
        return None
    candidates = [one for one in every if one["event"].get("live", True)]
    for one in candidates:
        one["lists"] = [row for row in one["lists"] if gate is None or gate in row.get("gates", [])]
    if gate is not None:
        candidates = [one for one in candidates if one["lists"]]
    chosen = max((one for one in candidates if runs(one)), key=lambda one: one["first"], default=None) or \
        nearest(candidates, now)
    if chosen is None:
        return False
    named = state.list_by_id(number(query.get("current_checkinlist")))
    lists = [row for row in chosen["lists"] if named and row["name"] == named["name"]] or chosen["lists"]
    event = chosen["event"]
    return {"event": {"slug": event["slug"], "name": event["name"]}, "subevent": chosen["key"][1],
            "checkinlist": lists[0]["id"] if lists else None}


def number(text):
    return int(text) if text and text.isdigit() else None


def dated(state, device):
    """Every event, or each of its active sub-events, with its hours; by their beginning."""
    found = []
    for event in state.events.values():
        if not may_use(device, event["slug"]):
            continue
        parts = [row for row in state.subevents.values() if row["event"] == event["slug"] and row["active"]] \
            if event["has_subevents"] else [None]
        for part in parts:
            dates, number_ = part or event, part["id"] if part else None
            found.append({"event": event, "key": (event["slug"], number_), "zone": event["timezone"],
                          "lists": [row for row in state.of_event("checkinlist", event["slug"])
                                    if row["subevent"] in (None, number_)],
                          "first": parse_time(dates.get("date_admission") or dates["date_from"]),
                          "last": parse_time(dates.get("date_to") or dates["date_from"])})
    return sorted(found, key=lambda one: one["first"])


def may_use(device, slug):
    return device["all_events"] or slug in device["limit_events"]


def is_today(one, moment, now):
    zone = zoneinfo.ZoneInfo(one["zone"])
    return moment.astimezone(zone).date() == now.astimezone(zone).date()


def nearest(candidates, now):
    last = max((one for one in candidates if one["last"] <= now), key=lambda one: one["last"], default=None)
    following = min((one for one in candidates if one["first"] > now), key=lambda one: one["first"], default=None)
    if not last or not following:
        return last or following
    last_today, next_today = is_today(last, last["last"], now), is_today(following, following["first"], now)
    if last_today != next_today:
        return last if last_today else following
    return following if now >= last["last"] + (following["first"] - last["last"]) / 2 else last
