"""The routes of pretix-stub: who may, pages, conditions, and the complaints it keeps about
a client that sends what the server would silently drop."""

import collections
import datetime as dt
import email.utils
import re

from pretix_stub_device import DENIED, VERSION, allowed, authenticate, method_denied, serve
from pretix_stub_http import Answer, html
from pretix_stub_state import parse_time, show_time
import pretix_stub_calls as calls
import pretix_stub_show as show

PAGE = 50
CONDITIONAL = {"categories": "category", "items": "item", "questions": "question", "quotas": "quota"}
PLAIN = {**CONDITIONAL, "badgelayouts": "badgelayout", "badgeitems": "badgeitem"}
QUERY = {"page", "page_size", "ordering", "modified_since", "created_since", "updated_since", "exclude",
         "include", "pdf_data", "testmode", "include_canceled_positions", "subevent_after", "subevent_before",
         "subevent", "subevent_match", "list", "search", "ignore_status", "expand", "untrusted_input", "status",
         "current_event", "current_subevent", "current_checkinlist", "key", "with_availability", "active", "code",
         "identifier", "type", "item", "item__in", "variation", "order", "secret",
         "attendee_name", "addon_to", "has_checkin", "position", "successful", "datetime_since", "event"}
BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)


def since_of(text):
    try:
        return email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return BEGINNING


class Api:
    def __init__(self, state):
        self.state, self.complaints = state, []
        self.seen = collections.deque(maxlen=5000)
        self.bulk = {}  # event slug: pretix_stub_bulk.Bulk
        self.base = "http://127.0.0.1"

    def complain(self, request, words):
        self.complaints.append(f"{request.method} {request.path}: {words}")

    # ---- one request

    def __call__(self, request):
        self.seen.append(request)
        if not request.path.startswith("/api/v1/"):
            return self.other(request)
        if len(request.headers.get("user-agent", "")) < 3:
            self.complain(request, "no User-Agent")
        for name, _ in request.query:
            if name not in QUERY:
                self.complain(request, f"unknown query parameter {name}")
        if request.method in ("POST", "PUT", "PATCH", "DELETE"):
            return self.once(request)
        return self.act(request)

    def other(self, request):
        if request.path.endswith(".pdf") and request.method in ("GET", "HEAD"):
            return Answer(200, PDF, {"ETag": '"badge-a6"'}, content_type="application/pdf")
        return html(404, "Not Found")

    def once(self, request):
        """A write with an idempotency key: the first answer again."""
        key = request.headers.get("x-idempotency-key")
        if not key:
            return self.act(request)
        state, key = self.state, (calls.identity(request), key)
        if key[1] in state.locked:
            return Answer(409, {"detail": "Concurrent request with idempotency key."}, {"Retry-After": "5"})
        if key in state.idempotency:
            status, body, headers = state.idempotency[key]
            return Answer(status, body, headers)
        answer = self.act(request)
        if answer.status not in (409, 429, 500, 503):
            state.idempotency[key] = (answer.status, answer.body, dict(answer.headers))
        return answer

    def act(self, request):
        route, body = request.path[len("/api/v1/"):], {}
        if request.method in ("POST", "PUT", "PATCH") and route != "upload":
            kind = request.headers.get("content-type", "")
            if request.body and not kind.startswith("application/json"):
                self.complain(request, f"a body of type {kind or 'none'}")
                return Answer(415, {"detail": f'Unsupported media type "{kind}" in request.'})
            try:
                body = request.json()
            except ValueError as error:
                self.complain(request, "a body that is no JSON")
                return Answer(400, {"detail": f"JSON parse error - {error}"})
            if not isinstance(body, dict):
                return Answer(400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got "
                                                         f"{type(body).__name__}."]})
        if route.startswith("device/"):
            if "pretixscan" in str(body.get("software_brand", "")).lower():
                self.complain(request, "software_brand pretends to be pretixSCAN")
            return serve(self.state, request, route, body) or html(404, "Not Found")
        return self.authorized(request, route, body)

    def authorized(self, request, route, body):
        if route not in ("version", "upload", "idempotency_query") and not route.endswith("/"):
            self.complain(request, "no slash at the end")
            query = "?" + request.raw_query if request.raw_query else ""
            return Answer(301, b"", {"Location": request.raw_path + "/" + query})
        who = authenticate(self.state, request)
        if isinstance(who, Answer):
            return who
        if who.device and not allowed(who.device, request.method, route):
            return Answer(403, {"detail": "Request denied by device security profile."})
        if route == "version":
            return Answer(200, VERSION)
        if route == "upload":
            return calls.upload(self.state, request) if request.method == "POST" else method_denied(request)
        if route == "idempotency_query":
            return self.idempotency_query(request)
        found = re.match(r"organizers/([^/]+)/(.*)", route)
        if not found:
            return html(404, "Not Found")
        if found[1] != self.state.organizer:
            return Answer(403, DENIED)
        return self.of_organizer(request, who, found[2], body)

    def idempotency_query(self, request):
        stored = self.state.idempotency.get((calls.identity(request), request.first("key")))
        if not stored:
            return Answer(404, {"detail": "Idempotency key not seen before."})
        return Answer(*stored)

    def of_organizer(self, request, who, rest, body):
        state = self.state

        def complain(names):
            for name in names:
                self.complain(request, f"unknown field {name}")

        reading = request.method in ("GET", "HEAD")
        if rest == "checkinrpc/redeem/" and not reading:
            return calls.rpc_redeem(state, request, who, body, complain)
        if rest == "checkinrpc/annul/" and not reading:
            return calls.annul(state, request, who, body, complain)
        if rest == "reusablemedia/lookup/" and not reading:
            return calls.media_lookup(state, request, who, body, complain)
        found = re.fullmatch(r"reusablemedia/(\d+)/", rest)
        if found and request.method == "PATCH":
            return calls.media_patch(state, request, who, int(found[1]), body, complain)
        event = re.fullmatch(r"events/([^/]+)/(.*)", rest)
        if event:
            if event[1] not in state.events or (who.device and not show.may_use(who.device, event[1])):
                return Answer(403, DENIED)
            return self.of_event(request, who, event[1], event[2], body, complain)
        if not reading:
            return method_denied(request)
        if rest == "checkinrpc/search/":
            return self.search(request, who)
        if rest == "events/":
            return self.page(request, [show.public({k: v for k, v in row.items() if k != "valid_keys"})
                                       for row in state.events.values()
                                       if not who.device or show.may_use(who.device, row["slug"])])
        if rest == "subevents/":
            mine = [row for row in state.subevents.values()
                    if not who.device or show.may_use(who.device, row["event"])]
            return self.subevents(request, mine)
        if rest == "reusablemedia/":
            return self.media(request)
        return html(404, "Not Found")

    def of_event(self, request, who, slug, rest, body, complain):
        state, reading = self.state, request.method in ("GET", "HEAD")
        found = re.fullmatch(r"checkinlists/(\d+)/(.*)", rest)
        if found:
            return self.of_list(request, who, slug, int(found[1]), found[2], body, complain)
        found = re.fullmatch(r"orderpositions/(\d+)/printlog/", rest)
        if found and request.method == "POST":
            return calls.print_log(state, request, who, slug, int(found[1]), body, complain)
        if not reading:
            return method_denied(request)
        if rest == "":
            return Answer(200, show.public(state.events[slug]))
        name = rest.rstrip("/")
        if name in PLAIN:
            return self.plain(request, slug, name)
        if name == "checkinlists":
            rows = state.of_event("checkinlist", slug)
            match = request.first("subevent_match")
            if match:
                rows = [row for row in rows if row["subevent"] in (None, int(match))]
            return self.page(request, [show.checkin_list(state, row, request) for row in rows])
        if name == "orders":
            return self.orders(request, slug)
        if name == "settings":
            return Answer(200, self.settings(slug))
        if name in ("revokedsecrets", "blockedsecrets"):
            return self.secrets(request, slug, name)
        if name == "subevents":
            return self.subevents(request, [row for row in state.subevents.values() if row["event"] == slug])
        found = re.fullmatch(r"subevents/(\d+)", name)
        if found and int(found[1]) in state.subevents:
            return Answer(200, show.public(state.subevents[int(found[1])]))
        found = re.fullmatch(r"orders/([^/]+)", name)
        if found and (slug, found[1]) in state.orders:
            return Answer(200, show.order(state, state.orders[(slug, found[1])], request))
        if name == "checkins":
            return self.history(request, slug)
        return html(404, "Not Found")

    def of_list(self, request, who, slug, number, rest, body, complain):
        state, row = self.state, calls.list_for(self.state, who.device, number)
        if row is None or row["_event"] != slug:
            return Answer(404, {"detail": "No CheckinList matches the given query."})
        if request.method == "POST":
            if rest == "failed_checkins/":
                return calls.failed_checkin(state, request, who, row, body, complain)
            found = re.fullmatch(r"positions/(.+)/redeem/", rest, re.S)
            if found:
                return calls.list_redeem(state, request, who, row, found[1], body, complain)
            return method_denied(request)
        if rest == "":
            return Answer(200, show.checkin_list(state, row, request))
        if rest == "status/":
            language = request.headers.get("accept-language", "en")[:2]
            return Answer(200, show.status(state, row, language))
        if rest == "positions/":
            found = calls.searched(state, [row], request.first("search", ""),
                                   request.first("ignore_status") == "true")
            found = calls.sorted_positions(state, calls.narrowed(state, found, row, request),
                                           request.first("ordering"))
            return self.page(request, found, None,
                             lambda p: show.redeemed_position(state, p, [row], request))
        return html(404, "Not Found")

    # ---- pages

    def page(self, request, rows, headers=None, make=None):
        """One page of rows; `make` renders only those that are shown."""
        size = min(int(request.first("page_size", "") or PAGE), PAGE) if \
            (request.first("page_size") or "50").isdigit() else PAGE
        number = request.first("page", "1")
        last = max(1, (len(rows) + size - 1) // size)
        if not number.isdigit() or not 1 <= int(number) <= last:
            return Answer(404, {"detail": "Invalid page."})
        number = int(number)
        shown = rows[(number - 1) * size:number * size]
        return Answer(200, {"count": len(rows), "next": self.link(request, number + 1) if number < last else None,
                            "previous": self.link(request, number - 1) if number > 1 else None,
                            "results": [make(row) for row in shown] if make else shown}, headers)

    def link(self, request, number):
        parts = [part for part in request.raw_query.split("&") if part and not part.startswith("page=")]
        if number > 1:
            parts.append(f"page={number}")
        return self.base + request.raw_path + ("?" + "&".join(parts) if parts else "")

    def generated(self):
        return {"X-Page-Generated": self.state.now().isoformat()}

    def since(self, request, name, rows, field):
        """Rows whose `field` is at or behind the query's moment; None: it is no moment."""
        text = request.first(name)
        if text is None:
            return rows
        try:
            bound = parse_time(text.replace(" ", "+"))
        except ValueError:
            return None
        if " " in text:
            self.complain(request, f"{name}: a + that was not encoded")
        return [row for row in rows if parse_time(row[field]) >= bound]

    def ordered(self, request, rows, allowed_fields, default):
        name = request.first("ordering", default)
        if name.lstrip("-") not in allowed_fields:
            self.complain(request, f"ordering={name} is none here")
            name = default
        key = name.lstrip("-")

        def value(row):
            text = row.get(key)
            return (parse_time(text).timestamp() if key in TIMES and text else text) or 0
        return sorted(rows, key=value, reverse=name.startswith("-"))

    def conditional(self, request, slug, kind, make):
        stamp = self.state.logged.get((slug, kind))
        headers = {"Last-Modified": show.http_date(stamp)} if stamp else {}
        asked = request.headers.get("if-modified-since")
        if stamp and asked and stamp <= since_of(asked):
            return Answer(304, None, headers)
        return self.page(request, make, headers)

    def plain(self, request, slug, name):
        rows = [show.public(row) for row in self.state.of_event(PLAIN[name], slug)]
        if name == "badgelayouts":
            default = self.base + "/static/pretixplugins/badges/badge_default_a6l.pdf"
            for row in rows:
                background = row.get("background") or default
                row["background"] = background if "://" in background else self.base + background
        if name in CONDITIONAL:
            return self.conditional(request, slug, CONDITIONAL[name], rows)
        return self.page(request, rows)

    def orders(self, request, slug):
        if slug in self.bulk:
            return self.bulk[slug].page(request, self)
        state = self.state
        rows = [row for (event, _), row in state.orders.items() if event == slug]
        headers = self.generated()
        if request.first("testmode") is not None:
            rows = [row for row in rows if row["testmode"] == (request.first("testmode") == "true")]
        if request.first("status"):
            rows = [row for row in rows if row["status"] == request.first("status")]
        for name, field in (("modified_since", "last_modified"), ("created_since", "datetime")):
            rows = self.since(request, name, rows, field)
            if rows is None:
                return Answer(400, {name: ["Enter a valid date/time."]})
        after = request.first("subevent_after")
        if after:
            bound = parse_time(after.replace(" ", "+"))
            rows = [row for row in rows if any(
                parse_time(state.subevents[p["subevent"]].get("date_to") or
                           state.subevents[p["subevent"]]["date_from"]) >= bound
                for p in row["positions"] if p["subevent"] in state.subevents)]
        rows = self.ordered(request, rows, ("datetime", "code", "status", "last_modified"), "datetime")
        return self.page(request, rows, headers, lambda row: show.order(state, row, request))

    def subevents(self, request, rows):
        headers = self.generated()
        for row in rows:
            row.setdefault("last_modified", row["date_from"])
        rows = self.since(request, "modified_since", rows, "last_modified")
        if rows is None:
            return Answer(400, {"modified_since": ["Enter a valid date/time."]})
        rows = self.ordered(request, rows, ("id", "date_from", "last_modified"), "date_from")
        return self.page(request, [show.public(row) for row in rows], headers)

    def media(self, request):
        headers = self.generated()
        rows = list(self.state.media)
        for name, field in (("updated_since", "updated"), ("created_since", "created")):
            rows = self.since(request, name, rows, field)
            if rows is None:
                return Answer(400, {name: ["Enter a valid date/time."]})
        rows = self.ordered(request, rows, ("created", "updated", "identifier", "type", "id"), "-updated")
        return self.page(request, [calls.medium({**row, "linked_orderpositions": self.not_canceled(row)}) for row in rows],
                         headers)

    def not_canceled(self, medium):
        """The server's list leaves out the canceled ones, though redeeming counts them."""
        return [one for one in medium["linked_orderpositions"]
                if not self.state.positions.get(one, {}).get("canceled")]

    def secrets(self, request, slug, name):
        kind, field = ("revokedsecret", "created") if name == "revokedsecrets" else ("blockedsecret", "updated")
        rows = self.state.of_event(kind, slug)
        rows = self.since(request, field + "_since", rows, field)
        if rows is None:
            return Answer(400, {field + "_since": ["Enter a valid date/time."]})
        rows = self.ordered(request, rows, (field, "secret"), "-" + field)
        return self.page(request, [show.public(row) for row in rows])

    def search(self, request, who):
        lists = calls.search_lists(self.state, request, who)
        if isinstance(lists, Answer):
            return lists
        found = calls.searched(self.state, lists, request.first("search", ""),
                               request.first("ignore_status") == "true")
        found = calls.sorted_positions(self.state, found, request.first("ordering"))
        return self.page(request, found, None,
                         lambda p: show.redeemed_position(self.state, p, lists, request))

    def history(self, request, slug):
        lists = {row["id"] for row in self.state.of_event("checkinlist", slug)}
        rows = [row for row in self.state.checkins if row["list"] in lists]
        if request.first("successful") is not None:
            rows = [row for row in rows if row["successful"] == (request.first("successful") == "true")]
        if request.first("list"):
            rows = [row for row in rows if str(row["list"]) == request.first("list")]
        return self.page(request, [show.checkin_full(row) for row in rows])

    def settings(self, slug):
        return {"locales": ["en", "de"], "locale": "en", "attendee_names_asked": True, "name_scheme": "full",
                "reusable_media_type_barcode": False, "reusable_media_type_nfc_uid": False,
                "reusable_media_type_nfc_mf0aes": False, "reusable_media_type_nfc_mf0aes_random_uid": False,
                "reusable_media_usage_enforced": False,
                "_name_scheme_fields": [{"key": "full_name", "label": "Name", "weight": 1}],
                "_name_scheme_salutations": [], "_name_scheme_titles": [],
                **self.state.settings, **self.state.event_settings.get(slug, {})}


TIMES = ("datetime", "last_modified", "date_from", "created", "updated")

PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
       b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 419.53 297.64]>>endobj\n"
       b"trailer<</Root 1 0 R>>\n%%EOF\n")
