#!/usr/bin/env python3
"""compare: asks a real pretix and a station that is cut off the same, thousands of times.

    tests/pretix/compare.py BUILD [--count N] [--seed N] [--server DIR] [--keep FILE]

Scans are drawn from a seed (YUELAI_SEED); the server answers with `simulate`, so it stays
as it is. The station's verdict, by its own copy alone, must be the server's. A difference is
shrunk to the shortest scan that still shows it and printed with all that both know. Those
that are known (they stand in known.py, with why) are counted and told, not failed. --keep
writes the scans with both answers as JSON. Exit 0: no unknown difference, 77: no network."""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import known  # noqa: E402
from scans import Scans  # noqa: E402
from server import Pretix  # noqa: E402
from judge import Judge  # noqa: E402

AT_ONCE = 6
SHOWN = 12  # of the same kind of difference one is shown; and so many kinds
STATION_DEVICE = 20


def ask_server(server, scan):
    """The server's answer as a dict: code, questions asked, explanation, status."""
    body = {name: scan[name] for name in scan if name not in ("at", "device")}
    status, told = server.device(scan.get("device", 0)).redeem(
        simulate=True, datetime=scan["at"], nonce=f"compare-{time.monotonic_ns()}", **body)
    if not isinstance(told, dict) or "status" not in told:
        return {"code": str(status), "status": status}
    answer = {"code": told.get("reason") if told["status"] == "error" else told["status"], "status": status}
    if told.get("reason_explanation"):
        answer["why"] = told["reason_explanation"]
    if told.get("position"):
        answer["position"] = told["position"]["id"]
        answer["attention"] = bool(told.get("require_attention"))
    if told.get("questions"):
        answer["questions"] = sorted(one["id"] for one in told["questions"])
    return answer


def ask_all(server, scans):
    for device in {scan.get("device", 0) for scan in scans}:
        server.device(device)  # enrolled before the threads begin
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda scan: ask_server(server, scan), scans))


def difference(theirs, ours):
    """What differs, in a word; "" if nothing does."""
    if theirs["code"] != ours["code"]:
        return f"{theirs['code']} here {ours['code']}"
    if theirs.get("questions", []) != sorted(ours.get("questions", [])):
        return "questions"
    if "position" in theirs and "position" in ours and theirs["code"] != "ambiguous":
        if theirs["position"] != ours["position"]:
            return "position"
        if theirs["attention"] != ours["attention"]:
            return "attention"
    return ""


def count_reasons(both):
    """In how many refusals by a rule both give the same words. The server writes a date beside
    a time, and picks the cheapest way out, by its own clock, so this is told, not judged."""
    pairs = [tuple(re.sub(r"\d{4}-\d\d-\d\d ", "", one[who].get("why", "")) for who in ("server", "station"))
             for one in both if one["server"]["code"] == one["station"]["code"] == "rules"]
    return sum(theirs == ours for theirs, ours in pairs), len(pairs)


def shorter(scan):
    """Scans with less in them."""
    for name in ("answers", "ignore_unpaid", "questions_supported", "type", "source_type"):
        if name in scan:
            yield {key: value for key, value in scan.items() if key != name}
    if len(scan["lists"]) > 1:
        for one in scan["lists"]:
            yield dict(scan, lists=[one])
    if len(scan.get("answers") or {}) > 1:
        for name in scan["answers"]:
            yield dict(scan, answers={key: value for key, value in scan["answers"].items() if key != name})
    if scan["device"]:
        yield dict(scan, device=0)
    whole = scan["at"][:17] + "00.000000" + scan["at"][26:]
    if whole != scan["at"]:
        yield dict(scan, at=whole)


def shrink(server, station, scan, what):
    """The shortest scan with the same difference."""
    again = True
    while again:
        again = False
        for less in shorter(scan):
            if difference(ask_server(server, less), station.ask(less)) == what:
                scan, again = less, True
                break
    return scan


def tell(server, scan, theirs, ours, what):
    tickets = [dict(one, event=event["slug"]) for event in server.facts["events"] for one in event["tickets"]
               if one["secret"] == scan["secret"] or one["id"] in (theirs.get("position"), ours.get("position"))]
    lists = [one for event in server.facts["events"] for one in event["lists"] if one["id"] in scan["lists"]]
    print(f"not ok {what}")
    for name, value in (("scan", scan), ("server", theirs), ("station", ours), *(("list", one) for one in lists),
                        *(("ticket", one) for one in tickets)):
        print(f"    {name}: {json.dumps(value, ensure_ascii=False)}")
    for one in tickets:
        rows = server.sql("select datetime, type from pretixbase_checkin where position_id = ? and list_id in "
                          f"({','.join(map(str, scan['lists']))}) and successful order by datetime", one["id"])
        print(f"    check-ins of {one['id']}: {json.dumps(rows)}")
    print(flush=True)


def judge(server, station, scans, answers):
    """Counts and tells; how many agree, and how many differ in a way that is not known."""
    same, strange, classes = 0, collections.Counter(), collections.Counter()
    both = []
    for scan, theirs in zip(scans, answers):
        ours = station.ask(scan)
        both.append({"scan": scan, "server": theirs, "station": ours})
        what = difference(theirs, ours)
        why = what and known.reason(server.facts, scan, theirs, ours)
        if not what:
            same += 1
        elif why:
            classes[why] += 1
        else:
            strange[what] += 1
            if strange[what] == 1 and len(strange) <= SHOWN:
                short = shrink(server, station, scan, what)
                tell(server, short, ask_server(server, short), station.ask(short), what)
    for why, count in sorted(classes.items()):
        print(f"known difference, {count} times: {why}")
    for what, count in strange.most_common():
        print(f"unknown difference, {count} times: {what}")
    return same + sum(classes.values()), sum(strange.values()), both


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--seed", default=os.environ.get("YUELAI_SEED", "1"))
    parser.add_argument("--server", help="a directory of tests/pretix-server, kept; else a fresh one")
    parser.add_argument("--device", type=int, default=STATION_DEVICE, help="the station's, not enrolled yet")
    parser.add_argument("--keep", type=pathlib.Path)
    asked = parser.parse_args()
    with Pretix(asked.server) as server, Judge(asked.build, server, asked.device) as station:
        scans = Scans(server.facts, asked.seed).draw(asked.count)
        begin = time.monotonic()
        answers = ask_all(server, scans)
        took = time.monotonic() - begin
        print(f"{len(scans)} scans of seed {asked.seed} asked in {took:.0f} s ({len(scans) / took:.0f} a second)")
        counts = collections.Counter(one["code"] for one in answers)
        print("the server said: " + ", ".join(f"{code} {count}" for code, count in counts.most_common()))
        begin = time.monotonic()
        good, bad, both = judge(server, station, scans, answers)
        print(f"the station was asked in {time.monotonic() - begin:.0f} s")
        alike, refused = count_reasons(both)
        print(f"refused by a rule: {refused}, of them in the same words: {alike}")
        if asked.keep:
            asked.keep.write_text(json.dumps(both, ensure_ascii=False, indent=0), encoding="utf-8")
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
