#!/usr/bin/env python3
"""A real station for station.mjs: private cupsd, ZPL printer, kioskd; told by lines of JSON.

    station_child.py BUILD
    -> {"url", "fifo"}     once it is up
    <- {"do": "labels"}   -> {"labels": how many came out}
    <- {"do": "codes"}    -> {"codes": what another decoder reads on each, in that order}
    <- {"do": "queue", "on": false} -> {"on": false}    the printer's queue is stopped, or goes on

The end of its input ends the station, and nothing of it is left behind.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import Station, read_qr  # noqa: E402

EXTRA = 12
GUESTS = """code,name,name_latin,organisation,country,kind,sessions,language,status
TICKET-ZHANG-0001,张伟,Zhang Wei,清华大学,CN,vip,,zh,paid
TICKET-UNPAID-002,Ana Souza,,USP,BR,guest,,en,unpaid
TICKET-OUYANG-003,欧阳娜娜,Ouyang Nana,西安交通大学,CN,exhibitor,,zh,paid
""" + "".join(f"TICKET-EXTRA-{i:03},Guest {i},,Somewhere,DE,guest,,en,paid\n" for i in range(EXTRA))
PINS = (("li", "2468", "supervisor"), ("wang", "1357", "helper"))


def answer(station, asked):
    labels = station.labels("zebra")
    if asked["do"] == "codes":
        return {"codes": [(read_qr(label) or [""])[0] for label in labels]}
    if asked["do"] == "queue":
        subprocess.run(["cupsenable" if asked["on"] else "cupsdisable", "zebra"], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "CUPS_SERVER": f"{station.cups}/cups.sock"})
        return {"on": asked["on"]}
    return {"labels": len(labels)}


def say(what):
    print(json.dumps(what), flush=True)


def main(build):
    with Station(build) as station:
        station.import_guests(GUESTS)
        for name, pin, level in PINS:
            station.run_ctl("pin", "set", name, "--level", level, text=f"{pin}\n").check_returncode()
        station.control("zebra", "mm_per_s=100")  # a label takes a second: long enough to be seen
        station.start()
        say({"url": f"http://127.0.0.1:{station.port}", "fifo": str(station.fifo)})
        for line in sys.stdin:
            say(answer(station, json.loads(line)))


if __name__ == "__main__":
    main(sys.argv[1])
