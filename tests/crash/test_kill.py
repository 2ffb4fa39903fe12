#!/usr/bin/env python3
"""Kills at bad moments, on real parts; then what was welcomed must be there.

The moments are drawn from a seed (YUELAI_SEED, printed): which process is killed (kioskd,
its drawing helper, cupsd) and how long after a scan. Copies are counted at the printer.
"""

import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import RIG, Failed, Station, read_qr, run_tests, wait_for  # noqa: E402

SEED = int(os.environ.get("YUELAI_SEED", "1"))
GUESTS = 40


def guests():
    rows = "".join(f"TICKET-NUMBER-{n:04},Guest Number{n},Company {n % 7},RS,guest\n" for n in range(GUESTS))
    return "code,name,organisation,country,kind\n" + rows


def helper_pid(station, work):
    """The one that draws ("serve"), or one that prepares a design ("prepare")."""
    out = subprocess.run(["pgrep", "-P", str(station.daemon.pid), "-f", f"kiosk-draw.* ?{work}"],
                         capture_output=True, text=True).stdout.split()
    return int(out[0]) if out else None


def kill_helper(station, work, kills):
    pid = helper_pid(station, work)
    if not pid:
        return None
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return None  # it had done its work and is gone
    kills[work] += 1
    return pid


def restart_without_designs(station, draw, kills):
    """So that they are prepared anew, with guests waiting; the third try of each succeeds."""
    station.stop(signal.SIGKILL)
    for prepared in (station.root / "data" / "designs").glob("*.design"):
        prepared.unlink()
    station.start(wait=False)
    kills["kioskd"] += 1
    times, end = draw.randrange(3), time.monotonic() + 1.5
    while times > 0 and time.monotonic() < end:
        if kill_helper(station, "prepare", kills):
            times -= 1
        time.sleep(0.02)
    wait_for("kioskd is up", station.is_up)


def admitted(station):
    """Tickets with an admission, from the journal as exported."""
    return station.ctl("status")["guests_in"]


def settle(station):
    """Answers "did it come out?" with what the printer program says, until all is quiet."""
    def quiet():
        rows = station.ctl("queue")["rows"]
        printed = {read_qr(label)[0] for label in station.labels("zebra") if read_qr(label)}
        for row in rows:
            if row["state"] == "uncertain":
                mine = any(f"-{row['ref']}-A{row['issue']}-" in "-" + code for code in printed)
                station.ctl("queue", "said", row["job"], "yes" if mine else "no")
            assert row["state"] != "failed", row  # no kill is a badge's own fault
        return not rows
    wait_for("every badge has an end", quiet, 90)


def check_papers(station):
    """No ticket has two valid badges; every admitted ticket has one."""
    papers = collections.defaultdict(list)
    for label in station.labels("zebra"):
        codes = read_qr(label)
        assert codes, f"{label} has no QR code"
        _, ref, issue, _ = codes[0].split("-")
        papers[ref].append(int(issue[1:]))
    for ref, issues in papers.items():
        rows = [row for row in station.ctl("show", ref)["rows"] if row["list"] == "badge"]
        copies = {issue: count for issue, count in collections.Counter(issues).items() if count > 1}
        if copies:  # the spooler sent it again: then there is a record that asked
            assert any("again" in row["detail"] or "uncertain" in row["detail"] or row["what"] == "printed"
                       for row in rows), (ref, issues, rows)
    states = collections.Counter((row["state"], row["why"]) for row in station.ctl("queue", "--all")["rows"])
    assert len(papers) == admitted(station), (len(papers), admitted(station), states)


def scan_and_know(station, code, welcomed):
    """A scan; what the station said durably is kept in welcomed."""
    try:
        done = station.ctl("scan", code, timeout=30)
    except Failed:
        return
    if done["verdict"] in ("admit", "print-only", "already-in"):
        welcomed.add(code)


def test_kills_of_kioskd_and_its_helper_lose_no_admission_and_no_badge(build):
    draw = random.Random(SEED)
    kills = collections.Counter()
    with Station(build) as station:
        station.import_guests(guests())
        station.start()
        welcomed = set()
        for n in range(GUESTS):
            code = f"TICKET-NUMBER-{n:04}"
            station.scan(code)
            time.sleep(draw.uniform(0, 0.15))
            what = draw.random()
            if what < 0.3:
                restart_without_designs(station, draw, kills)
            elif what < 0.45:
                kill_helper(station, "serve", kills)
            scan_and_know(station, code, welcomed)
        print(f"seed {SEED}: killed {dict(kills)}")
        assert len(welcomed) == GUESTS, sorted(welcomed)
        settle(station)
        assert admitted(station) == GUESTS
        check_papers(station)


def test_kills_of_cupsd_lose_no_badge_and_each_second_copy_is_known(build):
    draw = random.Random(SEED + 1)
    with Station(build) as station:
        station.import_guests(guests())
        station.start()
        welcomed = set()
        for n in range(GUESTS // 2):
            code = f"TICKET-NUMBER-{n:04}"
            scan_and_know(station, code, welcomed)
            if draw.random() < 0.5:
                time.sleep(draw.uniform(0, 0.1))
                os.kill(int((station.cups / "cupsd.pid").read_text()), signal.SIGKILL)
                subprocess.run([RIG / "cupsd", "restart", station.cups], check=True)
        assert len(welcomed) == GUESTS // 2
        settle(station)
        check_papers(station)


if __name__ == "__main__":
    sys.exit(run_tests(globals(), sys.argv[1]))
