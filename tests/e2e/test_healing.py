#!/usr/bin/env python3
"""Printers that fail and are mended, behind a real cupsd: no badge is lost, none comes twice
unasked. Copies are counted at the printers. Samples by YUELAI_SEED of what
tests/crash/test_print_faults.py runs whole.

    test_healing.py BUILD [SCENE ...]
"""

import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from print_faults import SEED, judge, kill_cupsd, one_station_of_codes, station_of_codes_cells  # noqa: E402
from print_room import Room, expect, missing_tools, play, wait  # noqa: E402

REASONS = {  # what a printer says, and the bit of include/printer.h that a station makes of it
    "media-empty-error": 0, "media-needed": 0, "media-jam-error": 2, "cover-open-error": 3, "offline-report": 4,
    "paused": 5, "marker-supply-empty-error": 6,
}


def order(room, name):
    return (room.root / name / "paper").read_text().split()


# ---- reasons that come and go


def a_printer_that_wants_something_is_waited_for_and_goes_on_in_order():
    names = [f"r{number}" for number in range(len(REASONS))]
    for once in "", "once:":
        with Room(**{name: f"{once}script" for name in names}) as room:
            for name, reason in zip(names, REASONS):
                room.script(name, f"say STATE: +{reason}", "wait mended", f"say STATE: -{reason}", "take all", "paper")
            probe = room.start(jobs=3 * len(names), pin=True, deadline=9000, timeout=90)
            for name, bit in zip(names, REASONS.values()):
                wait(lambda: any(f"printer={name} " in line and f"reasons=0x{1 << bit:x} " in line
                                 for line in room.probe_log().split("\n")), 20)
            for name in names:
                expect(not (room.root / name / "paper").exists(), name, "printed before it was mended")
                (room.root / name / "mended").touch()
            rows = room.finish(probe)
            for name in names:
                mine = [f"kiosk-A-{row.id}-{row.issue}" for row in rows if row.printer == name]
                expect(order(room, name) == mine and len(mine) == 3, name, order(room, name), mine)
            expect(all(row.state == "printed" and row.issue == 1 for row in rows), rows)


# ---- ends that are none


def a_backend_that_dies_before_its_first_byte_is_tried_again_unasked():
    with Room(p="once:script") as room:
        room.script("p", "die 9")
        probe = room.start(jobs=2, deadline=4000)
        wait(lambda: "queued=again" in room.probe_log(), 20)
        room.script("p")
        rows = room.finish(probe)
        expect([row.state for row in rows] == ["printed"] * 2, rows)
        judge(room, rows, True)


def half_a_badge_is_asked_about_and_never_sent_again():
    for once in "", "once:":
        with Room(dies=f"{once}script", hangs=f"{once}script", breaks=f"{once}script") as room:
            # a backend that was killed has "completed", says cupsd; only `once` knows better
            room.script("dies", "take 500", "die 9" if once else "die 11")
            room.script("hangs", "take 500", "hang")
            room.script("breaks", "take 500", "exit 1")
            rows = room.run(jobs=3, pin=True, deadline=2000, timeout=60)
            expect([row.state for row in rows] == ["uncertain"] * 3, rows)
            expect(not room.papers(rows), room.papers(rows))


def a_slow_printer_is_only_slow():
    with Room(plain="script", once="once:script") as room:
        for name in "plain", "once":
            room.script(name, "sleep 1000", "take 500", "sleep 1500", "take all", "sleep 500", "paper")
        rows = room.run(jobs=4, deadline=9000)
        expect(all(row.state == "printed" and row.issue == 1 for row in rows), rows)
        judge(room, rows, True)


def a_printer_that_is_away_loses_its_badges_to_another_one_unasked():
    with Room(well="once:script") as room:
        room.cups("lpadmin", "-p", "away", "-E", "-v", "once:socket://127.0.0.1:9/?snmp=false&contimeout=30",
                  "-m", "raw", "-o", "printer-error-policy=abort-job")
        rows = room.run(jobs=6, printers=["away", "well"], deadline=2000)
        expect(all(row.state == "printed" and row.printer == "well" for row in rows), rows)
        judge(room, rows, True)


def a_stopped_cupsd_holds_no_loop():
    with Room(p="once:script") as room:
        room.script("p", "take all", "sleep 200", "paper")
        probe = room.start(jobs=6)
        wait(lambda: (room.root / "p/paper").exists())
        room.cupsd(signal.SIGSTOP)
        time.sleep(6)
        room.cupsd(signal.SIGCONT)
        rows = room.finish(probe)
        expect(all(row.state == "printed" and row.issue == 1 for row in rows), rows)
        judge(room, rows, True)
        expect(room.late_ms < 1000, "the loop was held up for", room.late_ms, "ms")


# ---- samples


def some_exit_codes_under_some_policies_lose_nothing():
    cells = station_of_codes_cells()
    for once in True, False:
        one_station_of_codes(*random.Random(f"{SEED} {once}").choice([cell for cell in cells if cell[1] == once]))


def some_kills_of_cupsd_lose_nothing_and_copy_nothing_with_once():
    kill_cupsd(True, 12)


def some_kills_of_cupsd_lose_nothing_and_record_each_copy_without_once():
    kill_cupsd(False, 12)


SCENES = [
    a_printer_that_wants_something_is_waited_for_and_goes_on_in_order,
    a_backend_that_dies_before_its_first_byte_is_tried_again_unasked,
    half_a_badge_is_asked_about_and_never_sent_again,
    a_slow_printer_is_only_slow,
    a_printer_that_is_away_loses_its_badges_to_another_one_unasked,
    a_stopped_cupsd_holds_no_loop,
    some_exit_codes_under_some_policies_lose_nothing,
    some_kills_of_cupsd_lose_nothing_and_copy_nothing_with_once,
    some_kills_of_cupsd_lose_nothing_and_record_each_copy_without_once,
]

if __name__ == "__main__":
    missing = missing_tools("/usr/bin/zbarimg")
    if missing:
        print("SKIP: not installed:", " ".join(missing))
        sys.exit(0)
    sys.exit(play(SCENES, sys.argv[2:]))
