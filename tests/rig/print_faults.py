"""print_faults: what can go wrong between a station and its labels, as scenes that count at
the printers; short in tests/e2e/test_healing.py, whole in tests/crash/test_print_faults.py."""

import collections
import os
import random
import signal
import time

from print_room import Room, expect

SEED = int(os.environ.get("YUELAI_SEED", "1"))
POLICIES = ("abort-job", "stop-printer", "retry-job", "retry-current-job")


def judge(room, rows, guarded):
    """No badge lost; none twice, or (without `once`) with a record that asked."""
    papers = room.papers(rows)
    log = room.probe_log()
    copies = collections.Counter()
    for (job, _), count in papers.items():
        copies[job] += count
    for row in rows:
        asked = f"job={row.id} " in log and any(
            f"job={row.id} " in line and "state=uncertain" in line for line in log.split("\n"))
        expect(row.state in ("printed", "uncertain", "failed"), "stuck:", row)
        expect(row.state != "printed" or copies[row.id] >= 1, "lost:", row)
        expect(copies[row.id] <= 1 or (asked and not guarded), "a second copy:", row, copies[row.id])
    return collections.Counter(row.state for row in rows), sum(count > 1 for count in copies.values())


# ---- cupsd dies


def kill_cupsd(once, kills, seed=SEED):
    """Killed so often, at moments from the seed, each tenth time as an upgrade does it."""
    draw = random.Random(f"{seed} {once}")
    prefix = "once:" if once else ""
    with Room(zebra=f"{prefix}zpl", quick=f"{prefix}script", slow=f"{prefix}script") as room:
        room.script("slow", "sleep 40", "take 2000", "sleep 40", "take all", "paper", "sleep 20")
        probe = room.start(jobs=100, timeout=600)
        for kill in range(kills):
            if probe.poll() is not None:  # a station always has something to print
                room.finish(probe)
                probe = room.start(jobs=100, timeout=600)
            time.sleep(draw.uniform(0.02, 0.35))
            if kill % 10 != 9:
                room.cupsd(signal.SIGKILL)
                time.sleep(draw.choice((0, 0, 0.05, 0.2)))
            room.cupsd("restart")
        rows = room.finish(probe)
        states, twice = judge(room, rows, once)
        expect(len(rows) >= 100, len(rows))
        print(f"    {'with' if once else 'without'} once, seed {seed}: {kills} kills, {len(rows)} badges, "
              f"{dict(states)}, {twice} twice on paper", flush=True)


# ---- what a backend can end with


def one_station_of_codes(policy, once, paper_first):
    """Eight queues, whose backends end with 0 to 7; then all are mended."""
    kind = "once:script" if once else "script"
    names = {f"code{code}": code for code in range(8)}
    with Room(**{name: kind for name in names}) as room:
        for name, code in names.items():
            room.cups("lpadmin", "-p", name, "-o", f"printer-error-policy={policy}")
            before = ("take all", "paper") if paper_first or code == 0 else ()
            room.script(name, *before, f"exit {code}")
        probe = room.start(jobs=16, pin=True, deadline=3000, timeout=90)
        time.sleep(4)
        for name in names:
            room.script(name)
        for _ in range(8):  # somebody looks at the printers now and then
            if probe.poll() is not None:
                break
            for name in names:
                room.cups("cupsenable", name)
            time.sleep(2)
        rows = room.finish(probe)
        expect(len(rows) == 16, rows)
        states, twice = judge(room, rows, once)
        if once and not paper_first:  # nothing had gone out: nobody need be asked
            expect(states["printed"] == 16, states, rows)
        print(f"    {policy}, {'with' if once else 'without'} once, paper {'before' if paper_first else 'after'}: "
              f"{dict(states)}, {twice} twice on paper", flush=True)


def station_of_codes_cells():
    return [(policy, once, paper_first) for policy in POLICIES for once in (True, False)
            for paper_first in (False, True)]
