"""Events of any size for benches: orders that follow from their number, written straight as
text, page by page. Whatever is redeemed or patched becomes a real order of the state and
is shown from there."""

import datetime as dt
import hashlib
import json
import re

from pretix_stub_http import Answer
from pretix_stub_state import UTC, parse_time
import pretix_stub_show as show

PAGE, CACHE_BYTES = 50, 400 * 1024 * 1024
BEGIN = dt.datetime(2026, 1, 1, tzinfo=UTC)
FAMILY = ("王", "李", "Nikolić", "da Silva", "Müller", "Иванов", "Nguyễn", "O'Brien", "García", "司马")
GIVEN = ("Wei", "小明", "Ana", "João", "Jürgen", "Ольга", "Thị", "Seán", "Lucía", "相如")
COUNTRY = ("CN", "RS", "BR", "DE", "RU", "VN", "IE", "ES")


def scrambled(number):
    """40 digits that look random and follow from the number."""
    return hashlib.blake2b(b"%d" % number, digest_size=20).hexdigest()


def position_of(values):
    return {
        "id": values["id"], "order": values["code"], "positionid": values["number"], "item": values["item"],
        "variation": None, "price": "23.00", "attendee_name": values["name"],
        "attendee_name_parts": {"_scheme": "full", "full_name": values["name"]}, "attendee_email": None,
        "company": values["company"], "street": None, "zipcode": None, "city": None,
        "country": values["country"], "state": None, "voucher": None, "tax_rate": "0.00", "tax_value": "0.00",
        "tax_rule": None, "secret": values["secret"], "addon_to": None, "subevent": None, "checkins": [],
        "print_logs": [], "answers": [], "pseudonymization_id": values["pseudonym"], "seat": None,
        "canceled": False, "valid_from": None, "valid_until": None, "blocked": None}


def pdf_data_of(values):
    return {"attendee_name": values["name"], "attendee_company": values["company"], "item": "Ticket",
            "order": values["code"], "secret": values["secret"], "event_name": "Bulk"}


def order_of(values, event, positions):
    return {"code": values["code"], "event": event, "status": "p", "testmode": False, "email": values["email"],
            "phone": None, "locale": "en", "datetime": values["stamp"], "total": "23.00", "comment": "",
            "invoice_address": None, "positions": positions, "checkin_attention": False,
            "checkin_text": None, "last_modified": values["stamp"], "require_approval": False,
            "valid_if_pending": False, "sales_channel": "web", "customer": None}


class Blank(dict):
    """Values that stand for a place to fill in."""

    def __missing__(self, name):
        return f"\x01{name}\x02"


def template(thing):
    """A thing made of Blank's values as text for the % operator; numbers lose their quotes."""
    text = json.dumps(thing).replace("%", "%%")
    for name in ("id", "number", "item"):
        text = text.replace(f'"\\u0001{name}\\u0002"', f"%({name})d")
    return re.sub(r"\\u0001(\w+)\\u0002", r"%(\1)s", text)


class Bulk:
    def __init__(self, state, event, orders, positions=1, items=(1,), gap_s=1):
        self.state, self.event, self.count, self.per = state, event, orders, positions
        self.items, self.gap_s, self.cache, self.cached = tuple(items), gap_s, {}, 0
        self.touched = {}  # index: code of an order that is the state's now
        blank = Blank()
        self.order_text = template(order_of(blank, event, ["\x01positions\x02"])).replace(
            '"%(positions)s"', "%(positions)s")
        self.position_texts = {False: template(position_of(blank)), True: template(
            {**position_of(blank), "pdf_data": pdf_data_of(blank)})}

    # ---- one order

    def code(self, index):
        return f"B{index:08d}"

    def secret(self, index, number):
        return f"{index:08d}{number:02d}{scrambled(index * self.per + number)[:22]}"

    def order_values(self, index):
        moment = BEGIN + dt.timedelta(seconds=index * self.gap_s)
        return {"code": self.code(index), "stamp": moment.isoformat()[:-6] + "Z", "email": f"g{index}@bulk.test"}

    def position_values(self, index, number):
        key = index * self.per + number
        mixed = scrambled(key)
        name = f"{FAMILY[key % 10]} {GIVEN[key // 10 % 10]}"
        return {"id": 10_000_000 + key, "code": self.code(index), "number": number,
                "item": self.items[key % len(self.items)], "name": name, "company": f"Company {key % 997}",
                "country": COUNTRY[key % 8], "secret": f"{index:08d}{number:02d}{mixed[:22]}",
                "pseudonym": mixed[30:].upper()}

    def order(self, index):
        return order_of(self.order_values(index), self.event, [
            position_of(self.position_values(index, number)) for number in range(1, self.per + 1)])

    # ---- pages

    def text(self, index, pdf, request):
        if index in self.touched:
            row = self.state.orders[(self.event, self.touched[index])]
            return json.dumps(show.order(self.state, row, request), ensure_ascii=False)
        form, values = self.position_texts[pdf], self.order_values(index)
        values["positions"] = ",".join(form % self.position_values(index, number)
                                       for number in range(1, self.per + 1))
        return self.order_text % values

    def index_of(self, text):
        """The first order at or behind a moment."""
        seconds = (parse_time(text.replace(" ", "+")) - BEGIN).total_seconds()
        return min(self.count, max(0, -int(-seconds // self.gap_s)))

    def chosen(self, request):
        """The indexes of the asked orders, as a range, or a list where some were touched."""
        first = 0
        if request.first("created_since"):
            first = self.index_of(request.first("created_since"))
        rows = range(first, self.count)
        modified = request.first("modified_since")
        if modified:
            first = max(first, self.index_of(modified))
            bound = parse_time(modified.replace(" ", "+"))
            changed = [index for index, code in self.touched.items() if
                       parse_time(self.state.orders[(self.event, code)]["last_modified"]) >= bound]
            rows = range(first, self.count)
            if changed:
                return sorted(set(changed) | set(rows), reverse=True)
        return rows[::-1] if request.first("ordering", "").startswith("-") else rows

    def page(self, request, api):
        rows, generated = self.chosen(request), self.state.now().isoformat()
        number = int(request.first("page", "1"))
        pdf = request.first("pdf_data") == "true"
        last = max(1, (len(rows) + PAGE - 1) // PAGE)
        if not 1 <= number <= last:
            return Answer(404, {"detail": "Invalid page."})
        part = rows[(number - 1) * PAGE:number * PAGE]
        following = json.dumps(api.link(request, number + 1) if number < last else None)
        before = json.dumps(api.link(request, number - 1) if number > 1 else None)
        body = b'{"count":%d,"next":%s,"previous":%s,"results":[%s]}' % (
            len(rows), following.encode(), before.encode(), self.results(part, pdf, request))
        return Answer(200, body, {"X-Page-Generated": generated})

    def results(self, part, pdf, request):
        key = (part[0] if len(part) else 0, part[-1] if len(part) else 0, len(part), pdf)
        clean = isinstance(part, range) and not any(index in part for index in self.touched)
        if clean and key in self.cache:
            return self.cache[key]
        body = ",".join(self.text(index, pdf, request) for index in part).encode()
        if clean and self.cached + len(body) < CACHE_BYTES:
            self.cache[key] = body
            self.cached += len(body)
        return body

    # ---- becoming real

    def wake(self, secret):
        """Makes the order of this secret one of the state's, if it is ours."""
        if not secret[:10].isdigit():
            return
        index, number = int(secret[:8]), int(secret[8:10])
        if index >= self.count or not 1 <= number <= self.per or self.secret(index, number) != secret:
            return
        self.touched[index] = self.code(index)
        self.state.add_order(self.event, self.order(index))
