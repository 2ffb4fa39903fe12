"""seed_event: what seed.py puts into pretix: an organizer, three events, 500 orders.

    citec    Asia/Shanghai, random secrets, products with add-ons, questions and media
    forums   Asia/Shanghai, a series of three sessions, signed secrets
    vienna   Europe/Vienna, on the night when clocks go back; signed secrets, random ones before

All times stand around fixed dates of 2026, so that scans with an explicit datetime have the
same answer on any day (but for the expiry of media, which the server judges by its clock)."""

import base64
import datetime
import json
import os
from decimal import Decimal

import seed_pdf
import seed_questions
import seed_rules
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (Encoding, NoEncryption, PrivateFormat,
                                                           PublicFormat)
from django.core.files.base import ContentFile
from django.db import transaction
from i18nfield.strings import LazyI18nString
from pretix.base.models import Checkin, Device, Order, OrderPosition, Organizer, ReusableMedium
from pretix.base.models.orders import BlockedTicketSecret
from pretix.base.secrets import assign_ticket_secret
from pretix.plugins.badges.models import BadgeItem

UTC = datetime.timezone.utc
NAMES = (("张伟", "Zhang Wei"), ("王芳", "Wang Fang"), ("欧阳娜娜", "Ouyang Nana"), ("Ђорђе Петровић", "Đorđe Petrović"),
         ("Љиљана Њежић", "Ljiljana Nježić"), ("محمد عبد الله", "Muhammad Abdullah"), ("فاطمة الزهراء", "Fatima al-Zahra"),
         ("João Gonçalves", "Joao Goncalves"), ("Jürgen Groß", "Juergen Gross"), ("Иван Щербаков", "Ivan Shcherbakov"),
         ("Nguyễn Thị Minh Khai", "Nguyen Thi Minh Khai"), ("山田 太郎", "Yamada Taro"), ("김민준", "Kim Minjun"),
         ("Željko Đurić", "Zeljko Djuric"), ("O'Brien, Seán", "Sean O'Brien"), ("สมชาย ใจดี", "Somchai Jaidee"))
LAYOUT = [{"type": "textcontainer", "page": 1, "left": "4.00", "bottom": "50.00", "width": "54.00", "height": "20.00",
           "fontsize": "24", "fontfamily": "Open Sans", "bold": True, "italic": False, "color": [0, 0, 0, 1],
           "content": "attendee_name", "text": "", "align": "center", "verticalalign": "middle",
           "autoresize": True, "splitlongwords": True, "lineheight": "1", "rotation": "0"},
          {"type": "barcodearea", "page": 1, "left": "19.00", "bottom": "8.00", "size": "24.00", "content": "secret",
           "color": [0, 0, 0], "nowhitespace": False}]


def words(text, chinese=None):
    return LazyI18nString({"en": text, "zh-hans": chinese or text})


def at(text):
    return datetime.datetime.fromisoformat(text)


class Making:
    """One event as it comes into being, and what the facts will say of it."""

    def __init__(self, dice, organizer, slug, zone, begin, end, admission, customs, **more):
        self.dice, self.organizer, self.slug = dice, organizer, slug
        self.event = organizer.events.create(
            name=words(slug.title()), slug=slug, currency="EUR", live=True, date_from=at(begin), date_to=at(end),
            date_admission=admission and at(admission),
            plugins="pretix.plugins.badges,pretix.plugins.ticketoutputpdf", **more)
        self.event.settings.timezone = zone
        self.event.settings.name_scheme = "full_transcription"
        self.event.settings.locales = ["en", "zh-hans"]
        self.event.settings.locale = "en"
        self.items, self.variations, self.sessions, self.lists = {}, [], [], []
        self.customs, self.questions, self.tickets, self.visits, self.printed = customs, [], [], {}, {}
        self.count, self.notes = 0, {"strays": [], "revoked": [], "media": [], "orphans": [], "gone": []}
        self.moments = {begin, end, *([admission] if admission else []), *customs}

    def sign(self):
        """Secrets are signed from here on, by a key that is the same each time."""
        key = Ed25519PrivateKey.from_private_bytes(bytes(self.dice.randrange(256) for _ in range(32)))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.event.settings.ticket_secrets_pretix_sig1_privkey = base64.b64encode(private).decode()
        self.event.settings.ticket_secrets_pretix_sig1_pubkey = base64.b64encode(public).decode()
        self.event.settings.ticket_secret_generator = "pretix_sig1"
        self.event.__dict__.pop("ticket_secret_generator", None)  # was kept

    def product(self, name, variations=(), **more):
        item = self.event.items.create(name=words(name), default_price=0, admission=more.pop("admission", True), **more)
        self.items[name] = item
        made = [item.variations.create(value=words(one), position=place) for place, one in enumerate(variations)]
        self.variations += made
        return item

    def session(self, name, begin, end, admission=None):
        made = self.event.subevents.create(name=words(name), active=True, date_from=at(begin), date_to=end and at(end),
                                           date_admission=admission and at(admission))
        self.sessions.append(made)
        self.moments.update(one for one in (begin, end, admission) if one)
        return made

    def list(self, name, products=(), rules=None, session=None, gates=(), **more):
        made = self.event.checkin_lists.create(name=name, all_products=not products, rules=rules or {},
                                               subevent=session, **more)
        made.limit_products.set([self.items[one] for one in products])
        made.gates.set(gates)
        self.lists.append(made)
        return made

    def rule_lists(self, gates, drawn):
        facts = {"items": [one.pk for one in self.items.values()], "variations": [one.pk for one in self.variations],
                 "gates": [one.pk for one in gates], "customs": self.customs}
        for name, rule in seed_rules.each_operator(facts):
            self.list(f"rule: {name}", rules=rule, session=self.one_session(0.2), allow_multiple_entries=True)
        for number in range(drawn):
            self.list(f"drawn {number}", rules=seed_rules.drawn(self.dice, facts), session=self.one_session(0.3),
                      allow_multiple_entries=self.dice.random() < 0.7,
                      allow_entry_after_exit=self.dice.random() < 0.5)

    def one_session(self, chance=1.0):
        return self.dice.choice(self.sessions) if self.sessions and self.dice.random() < chance else None

    def order(self, **more):
        self.count += 1
        return Order.objects.create(
            code=f"{self.slug[0].upper()}{self.count:04d}", event=self.event, email=f"g{self.count}@example.org",
            datetime=at("2026-05-01T00:00:00+00:00") + datetime.timedelta(minutes=self.count),
            expires=at("2026-07-01T00:00:00+00:00"), total=Decimal("0"), locale=self.dice.choice(("en", "zh-hans")),
            sales_channel=self.organizer.sales_channels.get(identifier="web"), **{"status": "p", **more})

    def ticket(self, order, item, **more):
        names = self.dice.choice(NAMES)
        variations = list(item.variations.all())
        ticket = OrderPosition(
            order=order, positionid=order.all_positions.count() + 1, item=item, price=Decimal("0"),
            variation=self.dice.choice(variations) if variations else None,
            attendee_name_parts={"_scheme": "full_transcription", "full_name": names[0], "latin_transcription": names[1]},
            company=self.dice.choice(("", "悦来中心", "Univerzitet u Beogradu")),
            **{"subevent": self.one_session(), **more})
        assign_ticket_secret(self.event, ticket, save=False)
        ticket.save()
        self.tickets.append(ticket)
        return ticket

    def withdraw(self, ticket):
        """As pretix does when a ticket is canceled: a signed secret goes on the list."""
        old = ticket.secret
        assign_ticket_secret(self.event, ticket, force_invalidate_if_revokation_list_used=True, save=True)
        if ticket.secret != old:
            self.notes["revoked"].append(old)

    def block(self, ticket):
        ticket.blocked = ["admin"]
        ticket.save()
        BlockedTicketSecret.objects.create(event=self.event, position=ticket, secret=ticket.secret, blocked=True)

    def medium(self, identifier, *tickets, kind="barcode", **more):
        made = ReusableMedium.objects.create(organizer=self.organizer, type=kind, identifier=identifier, **more)
        made.linked_orderpositions.set(tickets)
        expires = more.get("expires")
        self.notes["media"].append({"identifier": identifier, "kind": kind, "tickets": [one.pk for one in tickets],
                                    "test": any(one.order.testmode for one in tickets),
                                    "expires": expires and expires.isoformat()})

    def window(self):
        """A ticket's own validity, seldom given."""
        if self.dice.random() > 0.15:
            return {}
        moments = sorted(self.moments)
        ends = [self.dice.choice(moments), self.dice.choice(moments)]
        ends.sort(key=at)
        more = {}
        if self.dice.random() < 0.8:
            more["valid_from"] = at(ends[0])
        if self.dice.random() < 0.8:
            more["valid_until"] = at(ends[1])
        return more

    def past(self, ticket, lists, gate):
        """What happened to it before: entries and exits at a few lists."""
        moment = at(min(self.moments, key=at)) - datetime.timedelta(hours=30)
        for one in self.dice.sample(lists, min(len(lists), self.dice.choice((0, 0, 1, 2, 4, 8)))) + \
                ([lists[0]] if self.dice.random() < 0.3 else []):
            when = moment
            self.visits.setdefault(ticket.pk, []).append(one.pk)
            for number in range(self.dice.randint(1, 4)):
                when += datetime.timedelta(minutes=self.dice.choice((20, 61, 400, 1440)), seconds=self.dice.randint(0, 59),
                                           milliseconds=self.dice.randint(1, 999))
                Checkin.objects.create(position=ticket, list=one, datetime=when, gate=gate if number == 0 else None,
                                       nonce=f"seed-{ticket.pk}-{one.pk}-{number}",
                                       type="exit" if number and self.dice.random() < 0.5 else "entry")
            self.visits[ticket.pk].append(when.isoformat())

    def orders(self, number, products, gate, addons=None):
        """Orders in every state, mostly paid ones."""
        for _ in range(number):
            state = self.dice.choices(
                ("paid", "pending", "trusted", "approval", "expired", "canceled", "part", "blocked", "test"),
                (64, 7, 4, 4, 4, 4, 5, 5, 1))[0]
            order = self.order(
                status={"pending": "n", "trusted": "n", "approval": "n", "expired": "e", "canceled": "c"}.get(state, "p"),
                valid_if_pending=state == "trusted", require_approval=state == "approval", testmode=state == "test")
            for _ in range(self.dice.choice((1, 1, 2))):
                ticket = self.ticket(order, self.items[self.dice.choice(products)], **self.window())
                for name in self.dice.sample(addons or [], self.dice.choice((0, 0, 1, 2)) if addons else 0):
                    self.ticket(order, self.items[name], addon_to=ticket, subevent=ticket.subevent, **self.window())
            order.create_transactions()
            whole = [one for one in self.tickets if one.order_id == order.pk]
            for ticket in whole if state == "canceled" else whole[-1:] if state == "part" else []:
                old = ticket.secret
                self.withdraw(ticket)
                self.printed[ticket.pk] = old  # nobody has ever seen the new one
                if state == "part":
                    ticket.canceled = True
                    ticket.save()
            if state == "blocked":
                self.block(whole[0])
            if state == "part":
                order.create_transactions()
            for ticket in whole:
                self.past(ticket, self.lists, gate)

    def facts(self):
        lists = [{"id": one.pk, "name": one.name, "subevent": one.subevent_id, "rules": one.rules,
                  "items": [] if one.all_products else [item.pk for item in one.limit_products.all()],
                  "include_pending": one.include_pending, "addon_match": one.addon_match,
                  "several": one.allow_multiple_entries, "again": one.allow_entry_after_exit} for one in self.lists]
        tickets = [{"id": one.pk, "order": one.order.code, "secret": self.printed.get(one.pk, one.secret), "item": one.item_id,
                    "variation": one.variation_id, "subevent": one.subevent_id, "addon_to": one.addon_to_id,
                    "status": one.order.status, "test": one.order.testmode, "canceled": one.canceled,
                    "blocked": bool(one.blocked), "from": one.valid_from and one.valid_from.isoformat(),
                    "until": one.valid_until and one.valid_until.isoformat(),
                    "visits": self.visits.get(one.pk, []), "approval": one.order.require_approval, "trusted": one.order.valid_if_pending}
                   for one in self.tickets if one.pk]
        return {"slug": self.slug, "zone": str(self.event.settings.timezone), "lists": lists, "tickets": tickets,
                "items": {name: one.pk for name, one in self.items.items()},
                "sessions": [one.pk for one in self.sessions],
                "questions": [seed_questions.facts(one) for one in self.questions],
                "moments": sorted(self.moments, key=at), **self.notes}


def plain_lists(made, gates, products, addons=()):
    made.list("Main")
    made.list("Few", products=products[:2])
    made.list("Again", allow_multiple_entries=True)
    made.list("In and out", allow_entry_after_exit=True)
    made.list("Pending too", include_pending=True, gates=gates[:1])
    made.list("One session", session=made.one_session(), gates=gates[1:])
    if addons:
        made.list("Dinner", products=[addons[0]], addon_match=True)
        made.list("Any add-on", products=list(addons), addon_match=True)
        made.list("All with add-ons", addon_match=True, allow_multiple_entries=True)


def badges(made):
    layout = made.event.badge_layouts.create(name="Badge 62x100", default=True, layout=json.dumps(LAYOUT))
    layout.background.save("background.pdf", ContentFile(seed_pdf.page(62, 100, band=True)))
    plain = made.event.badge_layouts.create(name="Plain")
    items = list(made.items.values())
    BadgeItem.objects.create(item=items[0], layout=layout)
    BadgeItem.objects.create(item=items[1], layout=plain)
    BadgeItem.objects.create(item=items[-1], layout=None)


def citec(dice, organizer, gates):
    made = Making(dice, organizer, "citec", "Asia/Shanghai", "2026-06-01T09:00:00+08:00", "2026-06-02T18:00:00+08:00",
                  "2026-06-01T07:30:00+08:00", ["2026-06-01T13:30:00+08:00", "2026-06-02T02:00:00.000+00:00"])
    made.product("Guest", ("Domestic", "Overseas"))
    made.product("VIP", checkin_attention=True, checkin_text="Hall 1, front row")
    made.product("Exhibitor")
    made.product("Media")
    made.product("Speaker")
    extra = made.event.categories.create(name=words("Extras"), is_addon=True)
    for name in ("Dinner", "Tour", "Workshop"):
        made.product(name, category=extra, admission=False)
    made.product("Wristband", media_policy="reuse_or_new", media_type="barcode")
    made.items["Guest"].addons.create(addon_category=extra, min_count=0, max_count=3)
    made.questions = seed_questions.make(made.event, words, made.items["Exhibitor"])
    by_kind = {one.type: one for one in made.questions}
    seed_questions.hang(by_kind["B"], ["True"], by_kind["TEL"])
    short = seed_questions.make(made.event, words, made.items["Media"], "BSC")
    seed_questions.hang(short[1], ["True"], short[0])
    seed_questions.hang(short[2], [short[2].options.first().identifier], short[1])
    made.questions += short
    made.questions += seed_questions.make(made.event, words, made.items["Speaker"], "MT")
    silent = made.event.questions.create(question=words("Shirt size"), type="S", required=True, ask_during_checkin=False)
    silent.items.set(made.items.values())
    products = ["Guest", "VIP", "Exhibitor", "Media", "Speaker", "Guest", "VIP", "Wristband"]
    plain_lists(made, gates, ["Guest", "VIP"], ["Dinner", "Tour", "Workshop"])
    made.rule_lists(gates, 30)
    made.orders(260, products, gates[0], ["Dinner", "Tour", "Workshop"])
    badges(made)
    for ticket in made.tickets[:400:3]:  # some have answered before
        for question in made.questions:
            if ticket.item in question.items.all() and dice.random() < 0.6:
                answer = ticket.answers.create(question=question, answer="x")
                options = list(question.options.all())
                if options:
                    answer.options.add(options[0])
                answer.answer = str(options[0].answer) if options else dice.choice(("True", "False")) \
                    if question.type == "B" else "2"
                answer.save()
    return made


def forums(dice, organizer, gates):
    made = Making(dice, organizer, "forums", "Asia/Shanghai", "2026-06-01T00:00:00+08:00", "2026-06-03T00:00:00+08:00",
                  None, ["2026-06-01T10:00:00+08:00", "2026-06-02T05:00:00+00:00"], has_subevents=True)
    made.sign()
    for name in ("Seat", "Reporter", "Organiser"):
        made.product(name, ("Hall", "Balcony") if name == "Seat" else ())
    made.session("Opening", "2026-06-01T09:30:00+08:00", "2026-06-01T12:00:00+08:00", "2026-06-01T08:45:00+08:00")
    made.session("Young scientists", "2026-06-01T14:00:00+08:00", None)
    made.session("Finals", "2026-06-02T14:00:00+08:00", "2026-06-02T17:00:00+08:00", "2026-06-02T13:30:00+08:00")
    plain_lists(made, gates, ["Seat", "Reporter"])
    for one in made.sessions:
        made.list(f"Door of {one.name}", session=one, allow_entry_after_exit=True)
    made.rule_lists(gates, 20)
    made.orders(150, list(made.items), gates[1])
    return made


def vienna(dice, organizer, gates):
    made = Making(dice, organizer, "vienna", "Europe/Vienna", "2026-10-24T20:00:00+02:00", "2026-10-25T05:00:00+01:00",
                  "2026-10-24T19:00:00+02:00", ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"])
    for name in ("Night", "Crew", "Press"):
        made.product(name)
    plain_lists(made, gates, ["Night", "Crew"])
    made.rule_lists(gates, 15)
    made.orders(20, list(made.items), gates[0])  # with random secrets: from before the key
    made.sign()
    for ticket in made.tickets[:6]:
        made.withdraw(ticket)  # a random secret on the list, a signed one in its place
    made.orders(70, list(made.items), gates[0])
    made.moments.update(f"2026-10-25T0{hour}:{minute}:00+00:00" for hour in range(3) for minute in ("00", "30", "59"))
    return made


def extras(made):
    """Secrets without tickets, and media."""
    dice, tickets = made.dice, made.tickets
    made.notes["strays"] = ["nosuchticket", "12345", str(tickets[0].pk), tickets[0].secret[:-1], tickets[1].secret.upper(),
                            tickets[2].pseudonymization_id, tickets[3].order.code, "张伟", "a b\tc"]
    if made.event.settings.ticket_secret_generator == "pretix_sig1":
        generator = made.event.ticket_secret_generator
        for ticket in tickets[:8]:  # signed, but nobody's
            made.notes["orphans"].append(generator.generate_secret(
                ticket.item, ticket.variation, ticket.subevent, valid_from=ticket.valid_from, valid_until=ticket.valid_until))
        for ticket in tickets[30:36]:
            made.notes["strays"] += ["=" + ticket.secret, ticket.secret[:9] + " " + ticket.secret[9:]]
        order = made.order()
        gone = made.ticket(order, tickets[0].item)
        order.create_transactions()
        made.withdraw(gone)
        made.notes["gone"].append(made.notes["revoked"].pop())
        made.tickets.remove(gone)
        gone.delete()
        order.create_transactions()
    usual = [one for one in tickets if one.order.status == "p" and not one.addon_to_id]
    for number, one in enumerate(dice.sample(usual, 12)):
        made.medium(f"{made.slug}-band-{number}", one)
    for number in range(4):
        made.medium(f"{made.slug}-two-{number}", *dice.sample(usual, 2))
    others = [one for one in tickets if one.order.status != "p" or one.canceled or one.blocked]
    for number, one in enumerate(dice.sample(others, min(8, len(others)))):
        made.medium(f"{made.slug}-odd-{number}", one)
    made.medium(f"{made.slug}-chip", usual[0], kind="nfc_uid")
    made.medium(f"{made.slug}-asleep", usual[1], active=False)
    made.medium(f"{made.slug}-old", usual[2], expires=at("2020-01-01T00:00:00+00:00"))
    made.medium(f"{made.slug}-soon", usual[3], expires=at("2026-06-01T12:00:00+08:00"))
    made.medium(f"{made.slug}-later", usual[4], expires=at("2099-01-01T00:00:00+00:00"))
    made.medium(f"{made.slug}-empty")
    made.medium(usual[5].secret, usual[6])  # a ticket's secret comes first


def devices(organizer, gates):
    made = []
    for number in range(24):
        gate = (None, *gates)[number % 3]
        one = Device.objects.create(organizer=organizer, name=f"Kiosk {number}", all_events=True, gate=gate,
                                    security_profile="pretixscan")
        made.append({"name": one.name, "id": one.device_id, "gate": gate and gate.pk, "token": one.initialization_token})
    return made


@transaction.atomic
def make(dice, path):
    organizer = Organizer.objects.create(name="Conference", slug="conf")
    gates = [organizer.gates.create(name="North", identifier="N"), organizer.gates.create(name="South", identifier="S")]
    organizer.settings.reusable_media_type_barcode = True
    organizer.settings.reusable_media_type_nfc_uid = True
    events = [one(dice, organizer, gates) for one in (citec, forums, vienna)]
    for made in events:
        extras(made)
    facts = {"organizer": "conf", "gates": [one.pk for one in gates], "devices": devices(organizer, gates),
             "events": [made.facts() for made in events]}
    with open(path + ".new", "w", encoding="utf-8") as out:
        json.dump(facts, out, ensure_ascii=False, indent=1)
    transaction.on_commit(lambda: os.rename(path + ".new", path))
