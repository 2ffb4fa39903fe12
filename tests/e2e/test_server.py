#!/usr/bin/env python3
"""Stations and a ticketing server: real kioskd processes, libcurl between, a strict server
of the rig (tests/rig/pretix-stub) at the other end."""

import csv
import json
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from pretix import Pretix  # noqa: E402
from station import Station, read_qr, run_tests, wait_for  # noqa: E402

ORDERS = 130


def secret(number):
    return f"secretsecretsecret{number:04d}"


def ref(number):
    return f"ABCDE{number:05d}"


def order(number, status="p"):
    return {"code": f"A{number:04d}", "status": status, "email": f"a{number}@example.org", "locale": "en",
            "datetime": f"2026-01-01T00:{number // 60:02d}:{number % 60:02d}Z",
            "positions": [{"id": 1000 + number, "order": f"A{number:04d}", "positionid": 1, "item": 1,
                           "variation": None, "attendee_name": f"张伟 {number}", "attendee_name_parts": {},
                           "company": "清华大学", "secret": secret(number), "addon_to": None,
                           "subevent": None, "checkins": [], "answers": [],
                           "pseudonymization_id": ref(number)}]}


def world(orders=ORDERS):
    event = {"slug": "citec", "name": {"en": "Citec"}, "live": True, "timezone": "Asia/Shanghai",
             "date_from": "2026-11-24T00:00:00Z", "date_to": None, "has_subevents": False,
             "valid_keys": {}}
    things = [("event", None, event),
              ("item", "citec", {"id": 1, "name": {"en": "Ticket"}, "active": True, "admission": True,
                                 "variations": []}),
              ("checkinlist", "citec", {"id": 1, "name": "Main", "all_products": True,
                                        "limit_products": [], "subevent": None,
                                        "include_pending": False, "allow_multiple_entries": False,
                                        "allow_entry_after_exit": True, "rules": {}})]
    things += [("order", "citec", order(i)) for i in range(orders)]
    return [{"kind": kind, "event": event, "object": made} for kind, event, made in things]


def device(server, number):
    token = f"enroltoken{number:06d}"
    server.step(op="add", kind="device", event=None,
                object={"id": number, "initialization_token": token, "name": f"Kiosk {number}",
                        "all_events": True, "security_profile": "pretixscan"})
    return json.dumps({"handshake_version": 1, "url": server.url, "token": token})


def station(build, letters="A", printers=(), mode="online-first", role="list=citec/1", more=""):
    return Station(build, printers=printers, letters=letters, role=role,
                   more=f'server {{ mode = "{mode}" download_s = 10 {more} }}')


def enrol(door, code):
    run = door.run_ctl("enrol", text=code + "\n")
    assert run.returncode == 0, run
    wait_for("the copy is there", lambda: door.ctl("status")["tickets"] == ORDERS, 30)


def successes(server, number):
    return [row for row in server.checkins()
            if row["successful"] and row["position"] == 1000 + number]


def sync(door):
    return door.run_ctl("sync").returncode


def test_enrolled_by_its_code_a_station_admits_and_prints_and_the_server_knows(build):
    with Pretix(organizer="conf", load=world()) as server, \
            station(build, printers=("zebra=zpl",)) as door:
        door.start()
        code = device(server, 7)
        wrong = door.run_ctl("enrol", text="hello\n")
        assert wrong.returncode == 2 and "not an enrolment code" in wrong.stdout, wrong
        enrol(door, code)
        used = door.run_ctl("enrol", "--again", text=code + "\n")
        assert used.returncode == 1 and "already" in used.stdout, used
        door.scan(secret(1))
        label = door.wait_labels("zebra", 1)[0]
        assert read_qr(label)[0].split("-")[1] == ref(1)
        assert len(successes(server, 1)) == 1 and not successes(server, 1)[0]["force_sent"]
        wait_for("the print is told",
                 lambda: any("printlog" in request["path"] for request in server.requests()))
        wait_for("all is sent", lambda: door.ctl("server")["pending"] == 0)
        shown = door.ctl("server")
        assert shown["link"] == "online" and shown["dead"] == 0, shown
        assert any(row["part"] == "server" and row["state"] == "online"
                   for row in door.ctl("status")["rows"])
        assert server.complaints() == [], server.complaints()
        secrets = [path for path in door.root.rglob("*") if path.is_file()
                   and secret(5).encode() in path.read_bytes()]
        assert secrets == [], secrets
        assert "enroltoken" not in door.log() and "devicetoken" not in door.log()


def test_a_preflight_says_which_badges_the_servers_layout_makes(build):
    layout = {"id": 5, "name": "Plain", "default": True, "background": None,
              "layout": [{"type": "textarea", "content": "attendee_name", "left": "5", "bottom": "50", "width": "90",
                          "fontsize": "20", "color": [0, 0, 0, 1], "fontfamily": "Open Sans", "align": "left"}]}
    more = [{"kind": "badgelayout", "event": "citec", "object": layout}]
    with Pretix(organizer="conf", load=world() + more) as server, station(build) as door:
        door.more += (f'\nprinter "left" {{ uri = "file:{door.root}/out" profile = "generic-zpl-203" '
                      'media = "62x100" design = "server" }')
        door.write_configuration()
        door.start()
        enrol(door, device(server, 7))
        result = door.ctl("preflight", "--report", door.root / "report")
        assert result["server_layouts"] == result["badges"] == ORDERS, result
        page = (door.root / "report/index.html").read_text()
        assert f"{ORDERS} are printed in the ticketing server's layout" in page, page
        chosen = door.ctl("preflight", "--design", "conference-62x100")
        assert chosen["server_layouts"] == 0, "who names a design asks about that"


def test_a_new_station_is_enrolled_by_showing_the_code_to_its_scanner(build):
    with Pretix(organizer="conf", load=world()) as server, station(build) as door:
        door.start()
        door.scan(device(server, 7))
        wait_for("the copy is there", lambda: door.ctl("status")["tickets"] == ORDERS, 30)
        assert any(row["what"] == "enrol" and row["who"] == "scanner" for row in door.ctl("audit")["rows"])
        other = device(server, 8)
        door.scan(other)
        time.sleep(1)
        assert door.ctl("server")["device"] == "Kiosk 7", "a guest made it another's"


def test_a_dead_network_keeps_nobody_waiting_twice_and_loses_nothing(build):
    with Pretix(organizer="conf", load=world()) as server, station(build) as door:
        door.start()
        enrol(door, device(server, 7))
        server.fault(kind="silence", route=".*", count=100000)
        for number in range(3):
            assert door.ctl("scan", secret(number))["verdict"] == "admit", number
        wait_for("offline", lambda: door.ctl("server")["link"] == "offline", 10)
        began = time.monotonic()
        assert door.ctl("scan", secret(9))["verdict"] == "admit"
        assert time.monotonic() - began < 0.7, "the fourth guest waited for a network known to be dead"
        assert door.ctl("scan", secret(9))["verdict"] in ("already-in", "print-only")
        server.fault(kind="clear")
        wait_for("all is sent", lambda: door.ctl("server")["pending"] == 0, 60)
        for number in (0, 1, 2, 9):
            assert len(successes(server, number)) == 1, (number, successes(server, number))
        wait_for("online again", lambda: door.ctl("server")["link"] == "online", 60)


def test_a_portals_page_and_a_restart_in_the_middle_change_nothing(build):
    with Pretix(organizer="conf", load=world()) as server, station(build, mode="never") as door:
        door.start()
        enrol(door, device(server, 7))
        server.fault(kind="portal", route=".*", count=100000)
        assert door.ctl("scan", secret(1))["verdict"] == "admit"
        assert sync(door) == 1
        assert door.ctl("status")["tickets"] == ORDERS
        door.stop()
        door.start()
        assert door.ctl("scan", secret(1))["verdict"] in ("already-in", "print-only")
        assert door.ctl("server")["pending"] >= 1
        server.fault(kind="clear")
        wait_for("all is sent", lambda: door.ctl("server")["pending"] == 0, 60)
        assert len(successes(server, 1)) == 1
        assert successes(server, 1)[0]["force_sent"]


def test_a_sync_that_somebody_waits_for_does_not_keep_the_station_from_ending(build):
    with Pretix(organizer="conf", load=world()) as server, station(build, mode="never") as door:
        door.start()
        enrol(door, device(server, 7))
        server.fault(kind="silence", route=".*", count=100000)
        waiting = subprocess.Popen([door.build / "kioskctl", "--config", door.config, "sync"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for("the run is on", lambda: any("orders" in r["path"] or "info" in r["path"]
                                              for r in server.requests()), 30)
        assert door.stop() == 0, door.log()[-2000:]
        waiting.wait(20)
        waiting.stdout.close()
        waiting.stderr.close()


def test_two_stations_apart_find_their_conflict_both(build):
    with Pretix(organizer="conf", load=world()) as server, \
            station(build, "A", mode="never") as a, station(build, "B", mode="never") as b:
        for door, number in ((a, 7), (b, 8)):
            door.start()
            enrol(door, device(server, number))
        server.fault(kind="status", status=503, route=".*", count=100000)
        for door in (a, b):
            assert door.ctl("scan", secret(3))["verdict"] == "admit"
        server.fault(kind="clear")
        for door in (a, b):
            wait_for("all is sent", lambda: door.ctl("server")["pending"] == 0, 60)
        assert len(successes(server, 3)) == 2
        found = {}
        for door in (a, b):
            wait_for("the conflict is found", lambda: sync(door) == 0 and door.ctl("conflicts")["rows"], 30)
            rows = door.ctl("conflicts")["rows"]
            assert len(rows) == 1 and rows[0]["ref"] == ref(3), rows
            found[door.letters] = rows[0]
            door.ctl("conflict", "done", rows[0]["id"])
            assert door.ctl("conflicts")["rows"] == []
            assert sync(door) == 0 and door.ctl("conflicts")["rows"] == []
        at_a, at_b = found["A"], found["B"]
        assert at_a["ours"] == "A" and at_b["ours"] == "B", found
        assert "8" in at_a["theirs"] and "7" in at_b["theirs"], found
        assert at_a["ours_ms"] == at_b["theirs_ms"] and at_a["theirs_ms"] == at_b["ours_ms"], found
        assert at_a["ours_ms"] != at_a["theirs_ms"], found


def test_a_ticket_cancelled_after_it_was_let_in_is_kept_as_a_dead_letter(build):
    with Pretix(organizer="conf", load=world()) as server, station(build, mode="never") as door:
        door.start()
        enrol(door, device(server, 7))
        server.fault(kind="status", status=503, route=".*", count=100000)
        assert door.ctl("scan", secret(4))["verdict"] == "admit"
        assert door.ctl("scan", secret(5))["verdict"] == "admit"
        server.step(op="patch", kind="position", event="citec", id=1004, set={"canceled": True})
        server.fault(kind="clear")
        wait_for("the other one is sent", lambda: len(successes(server, 5)) == 1, 60)
        dead = wait_for("it is dead", lambda: [row for row in door.ctl("outbox")["rows"] if row["state"] == "dead"], 60)
        assert len(dead) == 1 and dead[0]["answer"], dead
        door.ctl("export", door.root / "unsent.csv", "--unsent")
        rows = list(csv.DictReader(open(door.root / "unsent.csv", encoding="utf-8-sig")))
        lost = [row for row in rows if row["state"] == "dead"]
        assert len(lost) == 1 and lost[0]["record"] == "entry" and lost[0]["event"] == "citec", rows
        assert lost[0]["answer"] == dead[0]["answer"] and lost[0]["ticket"] and lost[0]["time"], lost
        server.step(op="patch", kind="position", event="citec", id=1004, set={"canceled": False})
        door.ctl("outbox", "retry", dead[0]["id"])
        wait_for("it is sent after all", lambda: len(successes(server, 4)) == 1, 60)


def test_a_revoked_station_is_sealed_and_keeps_what_it_has(build):
    with Pretix(organizer="conf", load=world()) as server, station(build, mode="never") as door:
        door.start()
        enrol(door, device(server, 7))
        server.fault(kind="status", status=503, route=".*", count=100000)
        assert door.ctl("scan", secret(6))["verdict"] == "admit"
        server.fault(kind="clear")
        token = server.token(7)
        status, _, _ = server.send("POST", "/api/v1/device/revoke", b"{}",
                                   {"Authorization": f"Device {token}", "Content-Type": "application/json",
                                    "User-Agent": "test"})
        assert status == 200, status
        wait_for("it is sealed", lambda: sync(door) and "revoked" in door.ctl("server")["link"], 30)
        assert door.ctl("scan", secret(7))["verdict"] == "error"
        assert door.ctl("status")["state"] == "withdrawn by the organiser"
        assert any(row["state"] in ("pending", "hold") for row in door.ctl("outbox")["rows"])
        door.stop()
        door.start()
        assert "revoked" in door.ctl("server")["link"]
        assert door.ctl("status")["tickets"] == ORDERS


def family(pid):
    """That process and those below it."""
    try:
        below = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        below = []
    return [pid] + [one for child in below for one in family(int(child))]


def argued(process, words):
    """Where command lines and environments of a family hold one of these."""
    found = []
    for path in (pathlib.Path(f"/proc/{pid}/{name}") for pid in family(process.pid)
                 for name in ("cmdline", "environ")):
        try:
            text = path.read_bytes()
        except OSError:
            continue
        found += [(str(path), word) for word in words if word.encode() in text]
    return found


def test_no_secret_stands_in_a_log_or_where_other_users_see_it(build):
    with Pretix(organizer="conf", load=world()) as server, \
            station(build, printers=("zebra=zpl",)) as door:
        door.start()
        code = device(server, 7)
        enrolling = subprocess.Popen([door.build / "kioskctl", "--config", door.config, "enrol"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        enrolling.stdin.write(code + "\n")
        enrolling.stdin.flush()
        assert argued(enrolling, ["enroltoken"]) == []
        told, _ = enrolling.communicate(timeout=30)
        wait_for("the copy is there", lambda: door.ctl("status")["tickets"] == ORDERS, 30)
        token = server.token(7)
        for number in (1, 2, 1):
            door.scan(secret(number))
            time.sleep(0.3)
        door.scan("NOT-A-TICKET-BUT-SECRET")
        door.wait_labels("zebra", 2)
        wait_for("all is sent", lambda: door.ctl("server")["pending"] == 0)
        words = [token, "enroltoken", secret(1), secret(2), "NOT-A-TICKET-BUT-SECRET"]
        assert len(family(door.daemon.pid)) > 1, "kiosk-draw is not there to be looked at"
        assert argued(door.daemon, words) == []
        assert sync(door) == 0
        shown = told + door.run_ctl("server").stdout + door.run_ctl("outbox").stdout + \
            door.run_ctl("audit").stdout + door.run_ctl("status").stdout
        for word in words:
            assert word not in door.log(), word
            assert word not in shown, word
        assert "local_us=" in door.log(), "the log is not a debugger's"


def test_a_new_token_is_taken_over_and_the_old_one_is_dead(build):
    with Pretix(organizer="conf", load=world()) as server, station(build) as door:
        door.start()
        enrol(door, device(server, 7))
        old = server.token(7)
        door.ctl("server", "roll")
        new = server.token(7)
        assert new != old
        status, _, _ = server.send("GET", "/api/v1/version", None,
                                   {"Authorization": f"Device {old}", "User-Agent": "test"})
        assert status == 401, status
        assert door.ctl("scan", secret(1))["verdict"] == "admit"
        assert len(successes(server, 1)) == 1 and not successes(server, 1)[0]["force_sent"]
        door.stop(signal.SIGKILL)
        door.start()
        assert sync(door) == 0
        assert new not in door.log() and old not in door.log()


def test_a_server_that_says_no_tickets_is_not_believed_until_staff_say_so(build):
    with Pretix(organizer="conf", load=world()) as server, station(build, mode="never") as door:
        door.start()
        enrol(door, device(server, 7))
        for number in range(ORDERS):
            server.step(op="remove", kind="order", event="citec", id=f"A{number:04d}")
        assert door.run_ctl("sync", "--full").returncode == 1
        assert door.ctl("status")["tickets"] == ORDERS
        assert "confirm" in door.ctl("server")["download_trouble"], door.ctl("server")
        assert door.ctl("scan", secret(1))["verdict"] == "admit"
        door.ctl("server", "believe")
        wait_for("it is believed", lambda: door.run_ctl("sync", "--full").returncode == 0
                 and door.ctl("status")["tickets"] == 0, 30)


def test_a_server_and_a_file_share_one_door(build):
    with Pretix(organizer="conf", load=world()) as server, \
            station(build, role="list=citec/1,fair/main") as door:
        door.start()
        guests = door.root / "fair.csv"
        guests.write_text("code,name\nFAIR-1,Ana Li\nFAIR-2,Bo Wang\n")
        door.ctl("import", guests, "--event", "fair")
        assert door.run_ctl("enrol", text=device(server, 7) + "\n").returncode == 0
        wait_for("the copy is there", lambda: door.ctl("status")["tickets"] == ORDERS + 2, 30)
        assert door.ctl("scan", "FAIR-1")["verdict"] == "admit"
        assert door.ctl("scan", secret(1))["verdict"] == "admit"
        assert door.ctl("scan", "FAIR-1")["verdict"] in ("already-in", "print-only")
        assert door.run_ctl("sync", "--full").returncode == 0
        assert door.ctl("status")["tickets"] == ORDERS + 2
        assert len(successes(server, 1)) == 1
        wait_for("the server has its own", lambda: door.ctl("server")["pending"] == 0)
        waiting = [row for row in door.ctl("outbox")["rows"] if row["state"] == "pending"]
        assert len(waiting) == 1 and waiting[0]["event"] == "fair", waiting
        assert not any("FAIR" in json.dumps(request) for request in server.requests())
        assert server.complaints() == [], server.complaints()


def test_the_role_follows_what_the_organiser_selects(build):
    later = [{"kind": "event", "event": None,
              "object": {"slug": "gala", "name": {"en": "Gala"}, "live": True, "timezone": "Asia/Shanghai",
                         "date_from": "2026-11-24T10:00:00Z", "date_to": "2026-11-24T15:00:00Z",
                         "has_subevents": False, "valid_keys": {}}},
             {"kind": "checkinlist", "event": "gala",
              "object": {"id": 2, "name": "Main", "all_products": True, "limit_products": [], "subevent": None,
                         "include_pending": False, "allow_multiple_entries": False,
                         "allow_entry_after_exit": True, "rules": {}}}]
    things = world()
    things[0]["object"].update(date_from="2026-11-24T00:00:00Z", date_to="2026-11-24T09:00:00Z")
    with Pretix(organizer="conf", load=things + later, now="2026-11-24T08:00:00Z") as server, \
            station(build, more="follow = yes") as door:
        door.start()
        enrol(door, device(server, 7))
        assert "citec/1" in door.ctl("role")["role"]
        server.step(op="server_now", value="2026-11-24T11:00:00Z")
        wait_for("the gala's list is served", lambda: sync(door) == 0 and "gala/2" in door.ctl("role")["role"], 30)
        assert "citec" not in door.ctl("role")["role"]


if __name__ == "__main__":
    sys.exit(run_tests(globals(), sys.argv[1]))
