#!/usr/bin/env python3
"""Badges through a real cupsd to printers that are real programs: what lies on paper is
compared dot by dot with what was drawn, and counted at the printers, never in our rows.

    test_print.py BUILD [SCENE ...]     the scenes stand below, each a sentence
"""

import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from print_room import Room, expect, missing_tools, play, read_code, wait  # noqa: E402


def all_printed(rows, count):
    expect(len(rows) == count, "rows", rows)
    for row in rows:
        expect(row.state == "printed" and row.issue == 1, row)


# ---- scenes -------------------------------------------------------------------------------


def every_dot_that_was_drawn_reaches_every_kind_of_printer():
    with Room(zebra="zpl", driverless="ipp", files="shelf") as room:
        rows = []
        for name in room.printers:
            rows = room.run(jobs=4, printers=[name])
        all_printed(rows, 12)
        evidence = {row.printer: row.evidence for row in rows}
        expect(evidence == {"zebra": "transport", "driverless": "ipp", "files": "transport"}, evidence)
        seen = set()
        for name in room.printers:
            labels = room.labels(name)
            expect(len(labels) == 4, name, labels)
            for label in labels:
                code = read_code(label)
                drawn = room.root / "drawn" / f"{code}.pbm"
                expect(code and drawn.exists(), name, label, "its code:", code)
                expect(label.read_bytes() == drawn.read_bytes(), name, label, "differs from", drawn)
                expect(len(set(drawn.read_bytes())) > 8, drawn, "is blank")
                seen.add(code)
        expect(len(seen) == 12, seen)


def a_calibration_label_reaches_the_printer():
    with Room(zebra="zpl") as room:
        rows = room.run(test="zebra")
        expect(rows == [], rows)
        wait(lambda: len(room.labels("zebra")) == 1)
        expect(read_code(room.labels("zebra")[0]) == "YUELAI TEST LABEL", "its code")


def out_of_labels_pauses_and_refilling_resumes_in_order_never_twice():
    for kind in "shelf", "ipp":
        with Room(roll=kind) as room:
            room.control("roll", "labels=2\n")
            probe = room.start(jobs=5, deadline=2000)
            wait(lambda: sum(room.copies("roll").values()) == 2)
            time.sleep(4)  # twice the deadline
            expect(probe.poll() is None, "it gave up")
            room.control("roll", "labels=50\n")
            rows = room.finish(probe)
            all_printed(rows, 5)
            order = [line.split()[3] for line in (room.root / "roll/log").read_text().splitlines()
                     if line.split()[1].startswith("label-")]
            expect(order == [f"kiosk-A-{row.id}-1" for row in rows], kind, order)


def a_paused_queue_waits_and_goes_on_when_it_is_enabled():
    with Room(files="shelf") as room:
        room.cups("cupsdisable", "files")
        probe = room.start(jobs=3, deadline=2000)
        time.sleep(3)
        expect(not room.labels("files") and probe.poll() is None, "it did not wait")
        room.cups("cupsenable", "files")
        all_printed(room.finish(probe), 3)
        expect(set(room.copies("files").values()) == {1}, room.copies("files"))


def a_stopped_cupsd_holds_no_loop_and_loses_nothing():
    with Room(files="shelf") as room:
        room.control("files", "delay=0.2\n")
        probe = room.start(jobs=6)
        wait(lambda: len(room.labels("files")) >= 1)
        room.cupsd(signal.SIGSTOP)
        time.sleep(7)
        room.cupsd(signal.SIGCONT)
        rows = room.finish(probe)
        all_printed(rows, 6)
        expect(set(room.copies("files").values()) == {1} and len(room.copies("files")) == 6, room.copies("files"))
        expect(room.late_ms < 200, "the loop was held up for", room.late_ms, "ms")


def a_printer_that_never_answers_is_uncertain_and_the_next_one_takes_over():
    with Room(deaf="zpl", files="shelf") as room:
        room.control("deaf", "hang=1\n")
        rows = room.run(jobs=4, deadline=2000)
        expect(len(rows) == 4, rows)
        for row in rows:
            expect((row.printer, row.state) in (("deaf", "uncertain"), ("files", "printed")), row)
        expect(any(row.printer == "files" for row in rows), rows)


def a_printer_that_is_away_fails_over_or_asks_but_never_hangs():
    with Room(files="shelf") as room:
        room.cups("lpadmin", "-p", "away", "-E", "-v", "socket://127.0.0.1:9/?snmp=false&contimeout=5", "-m", "raw",
                  "-o", "printer-error-policy=abort-job")
        rows = room.run(jobs=4, printers=["away", "files"], deadline=2000)
        for row in rows:
            expect(row.state in ("printed", "uncertain"), row)
        expect(sum(row.state == "printed" for row in rows) >= 3, rows)


def judge_copies(room, name):
    """No badge lost, none twice without an uncertain record of it."""
    log = (room.root / "log/probe").read_text()
    copies = room.copies(name)
    rows = room.run()
    for row in rows:
        job = f"kiosk-A-{row.id}-{row.issue}"
        asked = f"job={row.id} issue={row.issue} ref={row.ref} state=uncertain" in log
        if row.state == "printed":
            expect(copies[job] >= 1, "lost:", row)
        if copies[job] > 1:
            expect(asked, "a second copy without a record:", row, copies[job])
        expect(row.state in ("printed", "uncertain"), "stuck:", row)
    return rows, copies


def cupsd_killed_in_the_middle_loses_nothing_and_records_second_copies():
    seed = random.Random(7)
    with Room(files="shelf") as room:
        room.control("files", "delay=0.05\n")
        probe = room.start(jobs=40, timeout=120)
        for _ in range(8):
            time.sleep(seed.uniform(0.3, 0.9))
            room.cupsd(signal.SIGKILL)
            time.sleep(seed.uniform(0, 0.3))
            room.cupsd("restart")
        room.finish(probe)
        rows, copies = judge_copies(room, "files")
        expect(len(rows) == 40, len(rows))
        print(f"    40 badges, 8 kills: {sum(row.state == 'printed' for row in rows)} printed, "
              f"{sum(row.state == 'uncertain' for row in rows)} uncertain, "
              f"{sum(count > 1 for count in copies.values())} twice on paper")


def the_station_killed_in_the_middle_prints_each_badge_once():
    seed = random.Random(11)
    with Room(files="shelf") as room:
        room.control("files", "delay=0.03\n")
        jobs = 30
        for _ in range(10):
            probe = room.start(jobs=jobs, timeout=120)
            jobs = 0
            time.sleep(seed.uniform(0.5, 1.1))
            probe.kill()
            probe.communicate()
        room.finish(room.start(timeout=120))
        rows, copies = judge_copies(room, "files")
        all_printed(rows, 30)
        expect(all(count == 1 for count in copies.values()), copies)


def main():
    missing = missing_tools("/usr/sbin/ippeveprinter", "/usr/bin/zbarimg", "/usr/bin/dbus-daemon", "/usr/bin/ipptool")
    if missing:
        print("SKIP: not installed:", " ".join(missing))
        return 0
    return play(SCENES, sys.argv[2:])


SCENES = [
    every_dot_that_was_drawn_reaches_every_kind_of_printer,
    a_calibration_label_reaches_the_printer,
    out_of_labels_pauses_and_refilling_resumes_in_order_never_twice,
    a_paused_queue_waits_and_goes_on_when_it_is_enabled,
    a_stopped_cupsd_holds_no_loop_and_loses_nothing,
    a_printer_that_never_answers_is_uncertain_and_the_next_one_takes_over,
    a_printer_that_is_away_fails_over_or_asks_but_never_hangs,
    cupsd_killed_in_the_middle_loses_nothing_and_records_second_copies,
    the_station_killed_in_the_middle_prints_each_badge_once,
]

if __name__ == "__main__":
    sys.exit(main())
