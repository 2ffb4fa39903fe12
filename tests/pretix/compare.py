#!/usr/bin/env python3
"""compare: asks a real pretix and a station that is cut off the same, thousands of times.

    tests/pretix/compare.py BUILD [--count N] [--seed N] [--server DIR] [--keep FILE]

Scans are drawn from a seed (YUELAI_SEED); the server answers with `simulate`, so it stays
as it is. The station's verdict, by its own copy alone, must be the server's. A difference is
shrunk to the shortest scan that still shows it and printed with all that both know. Those
that are known (they stand in KNOWN, with why) are counted and told, not failed. --keep
writes the questions with the server's answers as JSON. Exit 0: no unknown difference."""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from scans import Scans  # noqa: E402
from server import Pretix  # noqa: E402

AT_ONCE = 6


def ask_server(server, scan, number=0):
    """The server's answer as a dict: code, questions asked, explanation, status."""
    body = {name: scan[name] for name in scan if name not in ("at", "device")}
    status, told = server.device(scan.get("device", 0)).redeem(
        simulate=True, datetime=scan["at"], nonce=f"compare-{number}-{time.monotonic_ns()}", **body)
    if not isinstance(told, dict):
        return {"code": "500" if status == 500 else f"http {status}", "status": status}
    if status == 500 or "status" not in told:
        return {"code": str(status), "status": status, "words": told}
    answer = {"code": told.get("reason") if told["status"] == "error" else told["status"], "status": status}
    if told.get("reason_explanation"):
        answer["why"] = told["reason_explanation"]
    if told.get("position"):
        answer["position"] = told["position"]["id"]
    if told.get("questions"):
        answer["questions"] = sorted(one["id"] for one in told["questions"])
    answer["attention"] = bool(told.get("require_attention"))
    return answer


def ask_all(server, scans):
    for device in {scan.get("device", 0) for scan in scans}:
        server.device(device)  # enrolled before the threads begin
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda pair: ask_server(server, pair[1], pair[0]), enumerate(scans)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--seed", default=os.environ.get("YUELAI_SEED", "1"))
    parser.add_argument("--server", help="a directory of tests/pretix-server, kept; else a fresh one")
    parser.add_argument("--keep", type=pathlib.Path)
    asked = parser.parse_args()
    with Pretix(asked.server) as server:
        scans = Scans(server.facts, asked.seed).draw(asked.count)
        begin = time.monotonic()
        answers = ask_all(server, scans)
        took = time.monotonic() - begin
        print(f"{len(scans)} scans of seed {asked.seed} asked in {took:.0f} s ({len(scans) / took:.0f} a second)")
        counts = collections.Counter(one["code"] for one in answers)
        print("the server said: " + ", ".join(f"{code} {count}" for code, count in counts.most_common()))
        if asked.keep:
            asked.keep.write_text(json.dumps([{"scan": scan, "answer": answer}
                                              for scan, answer in zip(scans, answers)], ensure_ascii=False, indent=0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
