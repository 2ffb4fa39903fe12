#!/usr/bin/env python3
"""A day of two stations with a real pretix: online, apart, together again.

Each step goes on where the one before ended. What counts in the end: every admission that a
station promised stands on the server once, with its door time, or in the station's list of
what the server would not take, with the server's words; and whoever was let in twice while
the stations were apart is told at both."""

import datetime
import json
import pathlib
import sqlite3
import sys
import time
import traceback

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "rig")]

from server import Pretix  # noqa: E402
from station import Failed, Station, wait_for  # noqa: E402

UTC = datetime.timezone.utc
SERVER = 'server { download_s = 10 } claim_deadline_ms = 5000'
ENTRY, EXIT = 0, 1  # journal.kind


def parse(text):
    """The database's and the API's spelling of a moment, in ms."""
    moment = datetime.datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


class Day:
    def __init__(self, build):
        self.build = build

    def __enter__(self):
        self.server = Pretix().__enter__()
        self.citec, self.vienna = self.server.event("citec"), self.server.event("vienna")
        self.role = self.role_of("Main")
        self.stations = [Station(self.build, printers=printers, letters=letters, role=self.role, more=SERVER).__enter__()
                         for letters, printers in (("A", ("zebra=zpl",)), ("B", ()))]
        self.a, self.b = self.stations
        self.taken = set()
        return self

    def __exit__(self, *what):
        for station in self.stations:
            station.__exit__(*what)
        self.server.__exit__(*what)

    # ---- the event

    def list(self, event, name):
        return next(one["id"] for one in event["lists"] if one["name"] == name)

    def role_of(self, name, direction="entry"):
        return (f"list=citec/{self.list(self.citec, name)},vienna/{self.list(self.vienna, name)} "
                f"direction={direction} work=admit-only")

    def ticket(self, event):
        """One that nothing is wrong with, and that has not been anywhere."""
        plain = {event["items"][name] for name in ("Guest", "VIP", "Night", "Crew") if name in event["items"]}
        for one in event["tickets"]:
            if (one["id"] not in self.taken and one["item"] in plain and one["status"] == "p" and not one["visits"]
                    and not one["from"] and not one["until"] and not one["addon_to"]
                    and not (one["blocked"] or one["canceled"] or one["test"] or one["approval"])):
                self.taken.add(one["id"])
                return one
        raise AssertionError("no such ticket is left")

    def signed(self):
        """One of vienna with a signed secret: the first ones are from before the key."""
        while True:
            one = self.ticket(self.vienna)
            if len(one["secret"]) > 64:
                return one

    def checkins(self, ticket):
        return self.server.sql("select c.*, d.device_id as number from pretixbase_checkin c left join pretixbase_device d"
                               " on d.id = c.device_id where c.position_id = ? and c.successful order by c.datetime",
                               ticket["id"])

    # ---- what stations do

    def enrol(self, station, number):
        fact = self.server.facts["devices"][number]
        code = json.dumps({"handshake_version": 1, "url": self.server.url, "token": fact["token"]})
        run = station.run_ctl("enrol", text=code + "\n")
        assert run.returncode == 0, run
        return fact

    def scan(self, station, ticket, verdict):
        told = station.ctl("scan", ticket["secret"])
        assert told["verdict"] == verdict, f"station {station.letters}: {ticket['secret']}: {told}"
        return told

    def wait_for_upload(self, *stations):
        for station in stations:
            wait_for(f"all is sent by {station.letters}", lambda one=station: one.ctl("server")["pending"] == 0, 120)

    def sync(self, *stations):
        for station in stations:
            station.ctl("sync")
        self.wait_for_upload(*stations)


# ---- the steps

def two_stations_become_devices_of_the_organiser(day):
    for station, number in ((day.a, 1), (day.b, 2)):
        station.start()
        fact = day.enrol(station, number)
        assert station.ctl("server")["device"] == fact["name"]
        station.ctl("sync")
        status = station.ctl("server")
        assert status["link"] == "online" and status["bad_rows"] == 0 and not status["download_trouble"], status
        assert any(str(day.list(day.citec, "Main")) == row["list"] or row["name"] == "Main"
                   for row in station.ctl("lists")["rows"])
        backgrounds = [path for path in (station.root / "data/layouts").rglob("*") if path.is_file()
                       and path.read_bytes().startswith(b"%PDF")]
        assert backgrounds, f"{station.letters} has no background of a badge"
    rows = day.server.sql("select software_brand from pretixbase_device where device_id in (2, 3)")
    assert all("yuelai" in row["software_brand"].lower() for row in rows), rows


def an_entry_online_is_on_the_server_at_once_and_known_at_the_other_door(day):
    ticket = day.ticket(day.citec)
    before = time.time() * 1000
    day.scan(day.a, ticket, "admit")
    day.wait_for_upload(day.a)
    rows = day.checkins(ticket)
    assert len(rows) == 1 and rows[0]["type"] == "entry" and rows[0]["number"] == 2, rows
    assert before - 1 <= parse(rows[0]["datetime"]) <= time.time() * 1000, rows
    day.scan(day.b, ticket, "already-in")
    assert len(day.checkins(ticket)) == 1


def a_refusal_is_on_the_server_too(day):
    stranger = next(one for one in day.citec["tickets"] if one["status"] == "n" and not one["trusted"]
                    and not one["approval"] and not one["test"] and not one["addon_to"] and not one["from"]
                    and not one["until"])
    day.scan(day.a, stranger, "unpaid")
    day.wait_for_upload(day.a)
    rows = day.server.sql("select error_reason from pretixbase_checkin where position_id = ? and not successful"
                          " and error_reason = 'unpaid'", stranger["id"])
    assert len(rows) == 1, rows


def a_printed_badge_is_told_to_the_server(day):
    ticket = day.ticket(day.citec)
    day.a.ctl("role", *day.role.replace("admit-only", "admit+print").split())
    day.scan(day.a, ticket, "admit")
    day.a.wait_labels("zebra", 1, 60)
    rows = wait_for("the server knows of the badge", lambda: day.server.sql(
        "select type, successful, source from pretixbase_printlog where position_id = ?", ticket["id"]), 60)
    assert len(rows) == 1 and rows[0]["type"] == "badge" and rows[0]["successful"], rows
    day.a.ctl("role", "clear")


def guests_come_in_though_the_server_is_gone(day):
    day.server.stop()
    day.offline = [(day.a, day.ticket(day.citec)), (day.b, day.ticket(day.citec)), (day.a, day.ticket(day.vienna))]
    for station, ticket in day.offline:
        day.scan(station, ticket, "admit")
        day.scan(station, ticket, "already-in")
    wait_for("A says that it is offline", lambda: day.a.ctl("server")["link"] == "offline", 60)


def one_ticket_comes_in_at_both_doors_while_they_are_apart(day):
    day.twice = day.ticket(day.citec)
    day.scan(day.a, day.twice, "admit")
    time.sleep(0.3)
    day.scan(day.b, day.twice, "admit")


def a_guest_goes_out_and_comes_in_again(day):
    day.walker = day.ticket(day.citec)
    for direction, verdict in (("entry", "admit"), ("exit", "exit"), ("entry", "admit-again")):
        day.a.ctl("role", *day.role_of("In and out", direction).split())
        told = day.a.ctl("scan", day.walker["secret"])
        assert told["verdict"] in (verdict, "admit") and (verdict != "exit" or told["verdict"] == "exit"), told
        time.sleep(0.05)
    day.a.ctl("role", *day.role_of("In and out", "entry").split())
    day.scan(day.a, day.walker, "already-in")
    day.a.ctl("role", "clear")


def tickets_are_canceled_after_their_entry(day):
    """One with a random secret, which vanishes, and a signed one, which is withdrawn."""
    day.lost, day.withdrawn = day.ticket(day.citec), day.signed()
    day.scan(day.b, day.lost, "admit")
    day.scan(day.b, day.withdrawn, "admit")
    day.server.shell(f"""
from pretix.base.models import OrderPosition
from pretix.base.secrets import assign_ticket_secret
for number in ({day.lost['id']}, {day.withdrawn['id']}):
    one = OrderPosition.objects.get(pk=number)
    one.canceled = True
    assign_ticket_secret(one.order.event, one, force_invalidate_if_revokation_list_used=True, save=False)
    one.save()
    one.order.save()
""")


def together_again_each_entry_is_on_the_server_once_with_its_door_time(day):
    day.server.start()
    for station in day.stations:
        day.sync(station)
        # five exchanges without an error, the last ones are probes
        wait_for("it is online", lambda one=station: one.ctl("server")["link"] == "online", 60)
    for station, ticket in day.offline:
        rows = day.checkins(ticket)
        assert len(rows) == 1 and rows[0]["force_sent"] and not rows[0]["forced"], (station.letters, rows)
        refused = day.server.sql("select error_reason from pretixbase_checkin where position_id = ? and not successful",
                                 ticket["id"])
        assert [row["error_reason"] for row in refused] == ["already_redeemed"], (station.letters, refused)
    walked = [row["type"] for row in day.checkins(day.walker)]
    assert walked == ["entry", "exit", "entry"], walked
    rows = day.checkins(day.withdrawn)
    assert len(rows) == 1 and rows[0]["forced"], rows


def what_the_server_cannot_take_is_listed_with_its_words(day):
    dead = [row for row in day.b.ctl("outbox")["rows"] if row["state"] == "dead"]
    assert len(dead) == 1 and dead[0]["kind"] == "check-in" and dead[0]["answer"], dead
    assert day.checkins(day.lost) == []
    assert not [row for row in day.a.ctl("outbox")["rows"] if row["state"] == "dead"]


def a_dead_row_is_sent_once_the_organiser_has_mended_it(day):
    day.server.shell(f"""
from pretix.base.models import OrderPosition
one = OrderPosition.all.get(pk={day.lost['id']})
one.canceled = False
one.save()
""")
    dead = [row for row in day.b.ctl("outbox")["rows"] if row["state"] == "dead"]
    day.b.ctl("outbox", "retry", dead[0]["id"])
    rows = wait_for("it is on the server", lambda: day.checkins(day.lost), 60)
    assert len(rows) == 1 and abs(parse(rows[0]["datetime"]) - dead[0]["at_ms"]) <= 1, (rows, dead)
    day.wait_for_upload(day.b)
    assert not [row for row in day.b.ctl("outbox")["rows"] if row["state"] == "dead"]


def both_stations_list_who_came_in_twice(day):
    rows = day.checkins(day.twice)
    assert [row["forced"] for row in rows] == [0, 1] or [row["forced"] for row in rows] == [1, 0], rows
    assert {row["number"] for row in rows} == {2, 3}, rows
    times = {parse(row["datetime"]) for row in rows}
    for station in (day.a, day.b):
        found = wait_for(f"{station.letters} lists the conflict",
                         lambda one=station: one.ctl("sync") and one.ctl("conflicts")["rows"], 60)
        assert len(found) == 1, found
        assert all(any(abs(told - one) <= 1 for one in times) for told in (found[0]["ours_ms"], found[0]["theirs_ms"])), \
            (found, times)


def nothing_is_sent_twice_by_a_station_that_starts_again(day):
    before = day.server.sql("select count(*) as n from pretixbase_checkin")[0]["n"]
    assert day.a.stop() == 0
    day.a.start()
    day.sync(day.a)
    assert day.server.sql("select count(*) as n from pretixbase_checkin")[0]["n"] == before


def a_withdrawn_station_lets_nobody_in_and_keeps_what_it_has(day):
    day.server.stop()
    late = day.ticket(day.citec)
    day.scan(day.b, late, "admit")
    day.server.shell("from pretix.base.models import Device\n"
                     "one = Device.objects.get(device_id=3); one.revoked = True; one.save()\n")
    day.server.start()
    try:
        day.b.ctl("sync")
    except Failed:
        pass
    wait_for("B knows that it is withdrawn", lambda: day.b.ctl("server")["link"].startswith("revoked"), 60)
    kept = [row for row in day.b.ctl("outbox")["rows"] if row["state"] in ("pending", "hold")]
    assert len(kept) == 1, kept
    run = day.b.run_ctl("scan", day.ticket(day.citec)["secret"])
    assert '"verdict":"admit"' not in run.stdout, run.stdout
    day.scan(day.a, day.ticket(day.citec), "admit")
    day.kept = late


def the_server_has_what_the_journals_have(day):
    """Row by row, by the nonces: at ms, the same type, the same list."""
    day.wait_for_upload(day.a)
    for station in day.stations:
        assert station.stop() == 0
        with sqlite3.connect(f"file:{station.root}/data/journal.db?mode=ro", uri=True) as base:
            written = base.execute("select hex(nonce), kind, at_ms, list, event from journal where kind in (0, 1)"
                                   " and station = ?", (station.letters,)).fetchall()
            states = dict(base.execute("select hex(nonce), state from outbox").fetchall())
        number = {"A": 2, "B": 3}[station.letters]
        server = day.server.sql("select c.* from pretixbase_checkin c join pretixbase_device d on d.id = c.device_id"
                                " where d.device_id = ? and c.successful", number)
        by_nonce = {}
        for row in server:
            by_nonce.setdefault(row["nonce"].replace("-", "").upper(), []).append(row)
        missing = 0
        for nonce, kind, at_ms, place, event in written:
            rows = by_nonce.pop(nonce, [])
            if not rows:
                missing += 1
                continue
            assert len(rows) == 1, rows
            assert abs(parse(rows[0]["datetime"]) - at_ms) <= 1, (rows[0], at_ms)
            assert rows[0]["type"] == ("exit" if kind == EXIT else "entry"), (rows[0], kind)
            assert str(rows[0]["list_id"]) == place, (rows[0], place)
        assert not by_nonce, f"on the server, but not in the journal of {station.letters}: {by_nonce}"
        assert missing == {"A": 0, "B": 1}[station.letters], (station.letters, missing, states)
        print(f"    station {station.letters}: {len(written)} rows of the journal, {len(server)} on the server")


STEPS = (two_stations_become_devices_of_the_organiser,
         an_entry_online_is_on_the_server_at_once_and_known_at_the_other_door,
         a_refusal_is_on_the_server_too, a_printed_badge_is_told_to_the_server,
         guests_come_in_though_the_server_is_gone, one_ticket_comes_in_at_both_doors_while_they_are_apart,
         a_guest_goes_out_and_comes_in_again, tickets_are_canceled_after_their_entry,
         together_again_each_entry_is_on_the_server_once_with_its_door_time,
         what_the_server_cannot_take_is_listed_with_its_words,
         a_dead_row_is_sent_once_the_organiser_has_mended_it, both_stations_list_who_came_in_twice,
         nothing_is_sent_twice_by_a_station_that_starts_again,
         a_withdrawn_station_lets_nobody_in_and_keeps_what_it_has, the_server_has_what_the_journals_have)


def main(build):
    good = bad = 0
    with Day(build) as day:
        for step in STEPS:
            name, begin = step.__name__.replace("_", " "), time.monotonic()
            try:
                step(day)
                good += 1
                print(f"ok {name} ({time.monotonic() - begin:.1f} s)", flush=True)
            except Exception as error:  # the next may still tell something
                bad += 1
                traceback.print_exc(limit=3)
                print(f"not ok {name}: {error}", flush=True)
        if bad:
            for station in day.stations:
                print(f"---- the log of {station.letters}\n" + "\n".join(station.log().split("\n")[-60:]))
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
