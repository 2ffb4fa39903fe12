#!/usr/bin/env python3
"""A real station and the rig's ticketing server for server.mjs; told by lines of JSON.

    server_child.py BUILD
    -> {"url", "fifo"}                 once it is up, enrolled nowhere
    <- {"do": "code", "number": 7}    -> {"code": what the organiser's QR code says}
    <- {"do": "revoke", "number": 7}  -> {"status": 200}
    <- {"do": "audit"}                -> {"lines": ["who what detail", …]}

The end of its input ends both, and nothing of them is left behind.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "rig"), str(HERE.parent / "e2e")]
from pretix import Pretix  # noqa: E402
from test_server import device, station, world  # noqa: E402

ORDERS = 2000


def revoke(server, number):
    headers = {"Authorization": f"Device {server.token(number)}", "Content-Type": "application/json", "User-Agent": "test"}
    status, _, _ = server.send("POST", "/api/v1/device/revoke", b"{}", headers)
    return {"status": status}


def answer(asked, server, door):
    if asked["do"] == "code":
        return {"code": device(server, asked["number"])}
    if asked["do"] == "revoke":
        return revoke(server, asked["number"])
    rows = door.ctl("audit")["rows"]
    return {"lines": [f"{row['who']} {row['what']} {row['detail']}" for row in rows]}


def say(what):
    print(json.dumps(what), flush=True)


def main(build):
    with Pretix(organizer="conf", load=world(ORDERS)) as server, station(build) as door:
        door.run_ctl("pin", "set", "wang", "--level", "supervisor", text="2468\n").check_returncode()
        door.start()
        say({"url": f"http://127.0.0.1:{door.port}", "fifo": str(door.fifo)})
        for line in sys.stdin:
            say(answer(json.loads(line), server, door))


if __name__ == "__main__":
    main(sys.argv[1])
