#!/usr/bin/env python3
"""bench start: from exec to the first verdict and the first badge; memory when all is warm.

Usage: bench_start.py BUILD [--short]

Each figure beside its target (the ratio is figure / target: under 1 is good). Memory is
PSS, kioskd and its drawing helper together, after 200 badges in many scripts.
"""

import pathlib
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import Failed, Station, wait_for  # noqa: E402


def pss_kib(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in text.split("\n") if line.startswith("Pss:"))


def family(pid):
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [pid] + [child for one in out.split() for child in family(int(one))]


def first_verdict_ms(station):
    """From exec to an answered scan: asks until it answers, as a guest at the door would."""
    begin = time.monotonic()
    station.start(wait=False)
    while True:
        try:
            station.ctl("scan", "NOBODY-HAS-THIS-CODE")
            return (time.monotonic() - begin) * 1000
        except Failed:
            assert time.monotonic() - begin < 60, station.log()[-2000:]


def first_badge_ms(station, code):
    """From exec to the printer's having taken a badge; leaves the station running."""
    begin = time.monotonic()
    station.start(wait=False)
    while True:
        try:
            station.ctl("scan", code, "--wait")
            return (time.monotonic() - begin) * 1000
        except Failed:
            assert time.monotonic() - begin < 60, station.log()[-2000:]
            time.sleep(0.002)


def row(what, figure, unit, target):
    ratio = f"{figure / target:6.2f}" if target else "      "
    print(f"{what:<52} {figure:10.1f} {unit:<4} {target or '':>8} {ratio}")


def codes_of(folder, count):
    import csv
    with open(folder / "guests.csv", encoding="utf-8-sig", newline="") as file:
        rows = [line for line in csv.DictReader(file) if line.get("status", "paid") in ("", "paid")]
    return [line["code"] for line in rows[::max(1, len(rows) // count)]][:count]


def measure(build, guests, verdict_target, short):
    with Station(build, printers=["zebra=zpl"], log_level="warning") as station:
        event = station.root / "event"
        subprocess.run([station.build / "tests/demo-event", "--out", event, "--guests", str(guests)],
                       check=True, stdout=subprocess.DEVNULL)
        begin = time.monotonic()
        station.ctl("import", "--event", "citec", "--lists", event / "lists.csv", event / "guests.csv", timeout=600)
        row(f"import of {guests} guests", (time.monotonic() - begin) * 1000, "ms", None)

        codes = codes_of(event, 20 if short else 200)
        row("exec to first badge printed, no caches on the disk", first_badge_ms(station, codes[0]), "ms", None)
        station.stop(signal.SIGTERM)

        times = []
        for _ in range(2 if short else 7):
            times.append(first_verdict_ms(station))
            station.stop(signal.SIGTERM)
        row(f"exec to first verdict, {guests} tickets", statistics.median(times), "ms", verdict_target)
        times = []
        for _ in range(20):
            begin = time.monotonic()
            subprocess.run([station.build / "kioskctl", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            times.append((time.monotonic() - begin) * 1000)
        row("  of it the asking kioskctl's own start", statistics.median(times), "ms", None)
        row("exec to first badge printed", first_badge_ms(station, codes[1]), "ms", 400)

        for code in codes:
            station.ctl("scan", code, "--wait")
        wait_for("all printed", lambda: station.ctl("status")["badges_waiting"] == 0)
        pids = family(station.daemon.pid)
        row(f"PSS of {len(pids)} processes after {len(codes)} badges", sum(map(pss_kib, pids)) / 1024, "MiB", 64)


def main():
    build, short = sys.argv[1], "--short" in sys.argv
    print(f"{'':<52} {'figure':>10}      {'target':>8}  ratio")
    measure(build, 3500, 50, short)
    if not short:
        measure(build, 1000000, 300, short)
    return 0


if __name__ == "__main__":
    sys.exit(main())
