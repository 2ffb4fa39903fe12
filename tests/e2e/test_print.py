#!/usr/bin/env python3
"""Badges through a real cupsd to printers that are real programs: what lies on paper is
compared dot by dot with what was drawn, and counted at the printers, never in our rows.

    test_print.py BUILD [SCENE ...]     the scenes stand below, each a sentence
"""

import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
RIG = SOURCE / "tests/rig"
DESIGN = "conference-62x100"
PROFILES = {"zpl": "virtual-zpl-203", "ipp": "driverless-300", "shelf": "virtual-shelf"}

Row = collections.namedtuple("Row", "id issue ref state evidence printer why")


class Room:
    """A private cupsd with printers, and a station's print half."""

    def __init__(self, **printers):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="yl-", dir="/tmp"))
        self.printers = printers
        (self.root / "drawn").mkdir()
        started = subprocess.run([RIG / "printers", "start", self.root, BUILD,
                                  *(f"{name}={kind}" for name, kind in printers.items())], check=False)
        if started.returncode:
            self.__exit__(None)  # what did start must not stay
            raise AssertionError("the printers did not start")
        self.server = self.root / "cups.sock"
        self.late_ms = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        subprocess.run([RIG / "printers", "stop", self.root], check=False)
        if kind and os.environ.get("KEEP"):
            print("kept:", self.root)
            return
        for _ in range(20):
            shutil.rmtree(self.root, ignore_errors=True)
            if not self.root.exists():
                return
            time.sleep(0.1)

    def control(self, name, text):
        aside = self.root / name / "control.hand"
        aside.write_text(text)
        aside.chmod(0o666)
        aside.rename(self.root / name / "control")

    def cupsd(self, what):
        if isinstance(what, signal.Signals):
            os.kill(int((self.root / "cupsd.pid").read_text()), what)
        else:
            subprocess.run([RIG / "cupsd", what, self.root], check=True)

    def cups(self, *command):
        subprocess.run(command, check=True, env={**os.environ, "CUPS_SERVER": str(self.server)},
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self, jobs=0, printers=None, deadline=15000, timeout=60, test=None):
        """The station, as a process."""
        command = [BUILD / "tests/print-probe", "--data", self.root / "data",
                   "--server", self.server, "--build", BUILD, "--source", SOURCE,
                   "--drawn", self.root / "drawn", "--jobs", str(jobs),
                   "--deadline", str(deadline), "--timeout", str(timeout)]
        if test:
            command += ["--test", test]
        for name in printers or self.printers:
            profile = PROFILES[self.printers.get(name, "zpl")]
            command += ["--printer", f"{name}=cups:{name}={profile}=62x100={DESIGN}"]
        log = open(self.root / "log/probe", "a")
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)

    def finish(self, probe):
        out, _ = probe.communicate()
        rows = []
        for line in out.splitlines():
            if line.startswith("loop "):
                self.late_ms = int(line.split("late_max_ms=")[1].split()[0])
                continue
            parts = line.split(" ", 6)
            rows.append(Row(int(parts[0]), int(parts[1]), *parts[2:6], parts[6] if len(parts) > 6 else ""))
        return rows

    def run(self, **how):
        return self.finish(self.start(**how))

    def labels(self, name):
        return sorted((self.root / name).glob("[0-9]*.pbm"))

    def copies(self, name):
        """Job names on paper, from the printer's own log."""
        log = self.root / name / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        return collections.Counter(line.split()[3] for line in lines if line.split()[1].startswith("label-"))


def wait(what, seconds=10):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def code_on(label):
    got = subprocess.run(["zbarimg", "-q", "--nodbus", "--raw", label], capture_output=True, text=True)
    return got.stdout.strip()


def expect(condition, *words):
    if not condition:
        raise AssertionError(" ".join(str(word) for word in words))


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
                code = code_on(label)
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
        expect(code_on(room.labels("zebra")[0]) == "YUELAI TEST LABEL", "its code")


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
    missing = [tool for tool in ("/usr/sbin/cupsd", "/usr/sbin/ippeveprinter", "/usr/bin/zbarimg",
                                 "/usr/bin/dbus-daemon", "/usr/bin/ipptool") if not os.access(tool, os.X_OK)]
    if missing:
        print("SKIP: not installed:", " ".join(missing))
        return 0
    wanted = sys.argv[2:]
    failed = 0
    for scene in SCENES:
        if wanted and scene.__name__ not in wanted:
            continue
        start = time.monotonic()
        try:
            scene()
            print(f"ok  {scene.__name__}  {time.monotonic() - start:.1f} s", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"NOT OK  {scene.__name__}: {error}", flush=True)
    return 1 if failed else 0


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
