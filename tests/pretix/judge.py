"""judge: pretix-judge as a test sees it: a station that was synced and then cut off.

    with Judge(build, server, device=20) as station:
        station.ask(scan)    -> {"code": "ok", ...}
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile


class Judge:
    def __init__(self, build, server, device):
        self.server, self.device = server, device
        self.program = pathlib.Path(build).resolve() / "tests/pretix-judge"
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="yj", dir="/tmp"))
        self.events = [one["slug"] for one in server.facts["events"]]
        self.list_event = {row["id"]: one["slug"] for one in server.facts["events"] for row in one["lists"]}

    def __enter__(self):
        token = self.server.facts["devices"][self.device]["token"]
        self.child = subprocess.Popen([self.program, self.root, self.server.url, token, *self.events],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        line = self.child.stdout.readline()
        assert json.loads(line or "{}").get("ready"), "pretix-judge did not come up"
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(60)
        if os.environ.get("KEEP"):
            print(f"kept: {self.root}")
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    def ask(self, scan):
        gate = self.server.facts["devices"][scan.get("device", 0)]["gate"]
        told = dict(scan, lists={self.list_event[one]: str(one) for one in scan["lists"]}, gate=gate or 0)
        del told["device"]
        self.child.stdin.write(json.dumps(told) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        assert line, "pretix-judge ended"
        return json.loads(line)
