#!/usr/bin/env python3
"""Stations and a ticketing server: real kioskd processes, libcurl between, a strict server
of the rig (tests/rig/pretix-stub) at the other end."""

import json
import pathlib
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


def station(build, letters="A", printers=(), mode="online-first"):
    return Station(build, printers=printers, letters=letters, role="list=citec/1",
                   more=f'server {{ mode = "{mode}" download_s = 10 }}')


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
        for door in (a, b):
            wait_for("the conflict is found", lambda: sync(door) == 0 and door.ctl("conflicts")["rows"], 30)
            rows = door.ctl("conflicts")["rows"]
            assert len(rows) == 1 and rows[0]["ref"] == ref(3), rows
            door.ctl("conflict", "done", rows[0]["id"])
            assert door.ctl("conflicts")["rows"] == []
            assert sync(door) == 0 and door.ctl("conflicts")["rows"] == []


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


if __name__ == "__main__":
    sys.exit(run_tests(globals(), sys.argv[1]))
