"""server: a real pretix as a test sees it: started, stopped, asked as a device asks.

    with Pretix() as server:                 tests/pretix-server in a directory of its own
        server.facts                         what the seed made
        device = server.device(0)            enrolled; device.post(path, body) -> status, JSON
        server.sql("select ...")             the rows of its own database
"""

import http.client
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = HERE.parent / "pretix-server"
SOFTWARE = {"hardware_brand": "rig", "hardware_model": "rig", "software_brand": "yuelai-rig", "software_version": "1"}


class Device:
    """A device's connection, one for each thread."""

    def __init__(self, server, fact, token):
        self.server, self.gate, self.token, self.id = server, fact["gate"], token, fact["id"]
        self.local = threading.local()

    def call(self, method, path, body=None):
        """(status, JSON or text); one more try if the kept connection had gone."""
        headers = {"Authorization": f"Device {self.token}", "Content-Type": "application/json"}
        for again in (True, False):
            link = getattr(self.local, "link", None)
            if link is None:
                link = self.local.link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=120)
                again = False
            try:
                link.request(method, path, body and json.dumps(body), headers)
                answer = link.getresponse()
                text = answer.read()
                break
            except (OSError, http.client.HTTPException):
                link.close()
                self.local.link = None
                if not again:
                    raise
        kind = answer.getheader("Content-Type", "")
        return answer.status, json.loads(text) if "json" in kind else text.decode(errors="replace")

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, body)

    def all(self, path):
        """Every row of a paged list."""
        rows = []
        while path:
            status, page = self.get(path)
            assert status == 200, f"{path}: {status} {page}"
            rows += page["results"]
            path = page["next"] and page["next"][len(self.server.url):]
        return rows

    def redeem(self, **body):
        return self.post("/api/v1/organizers/conf/checkinrpc/redeem/", body)


class Pretix:
    def __init__(self, directory=None):
        self.root = pathlib.Path(directory or tempfile.mkdtemp(prefix="yp", dir="/tmp"))
        self.mine = directory is None  # else it was there before, and stays
        self.url = self.port = self.facts = None
        self.enrolled = {}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(None)
            raise
        return self

    def __exit__(self, kind, *_):
        if self.mine:
            self.stop()
        if kind:
            print(f"---- the end of {self.root}/server.log\n{self.log()[-3000:]}")
        if os.environ.get("KEEP") or not self.mine:
            print(f"kept: {self.root}")
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    def start(self):
        """Exits the program with 77 where there is no network."""
        run = subprocess.run([SCRIPT, "start", self.root], stdout=subprocess.PIPE, text=True)
        if run.returncode == 77:
            print(run.stdout, end="", flush=True)
            sys.exit(77)
        assert run.returncode == 0, f"tests/pretix-server start: exit status {run.returncode}"
        told = json.loads(run.stdout)
        self.url, self.port = told["url"], int(told["url"].rsplit(":", 1)[1])
        self.facts = json.loads(pathlib.Path(told["facts"]).read_text(encoding="utf-8"))

    def stop(self):
        subprocess.run([SCRIPT, "stop", self.root], check=True)

    def log(self):
        try:
            return (self.root / "server.log").read_text(errors="replace")
        except OSError:
            return ""

    def event(self, slug):
        return next(one for one in self.facts["events"] if one["slug"] == slug)

    def device(self, number):
        """The device of that number, enrolled here; not one that a station enrols."""
        if number not in self.enrolled:
            fact = self.facts["devices"][number]
            nobody = Device(self, fact, "none")
            kept = self.root / f"token-{number}"  # an enrolment code works once
            if not kept.exists():
                status, told = nobody.post("/api/v1/device/initialize", {"token": fact["token"], **SOFTWARE})
                assert status == 200, f"device/initialize: {status} {told}"
                kept.write_text(told["api_token"])
            self.enrolled[number] = Device(self, fact, kept.read_text())
        return self.enrolled[number]

    def sql(self, words, *values):
        with sqlite3.connect(f"file:{self.root}/data/db.sqlite3?mode=ro", uri=True, timeout=30) as base:
            base.row_factory = sqlite3.Row
            return [dict(row) for row in base.execute(words, values)]

    def shell(self, code):
        """Runs Python inside pretix, as an organiser's clicks would; its output."""
        home = pathlib.Path((self.root / "home").read_text().strip())
        run = subprocess.run([home / "v/bin/python", "-m", "pretix", "shell_scoped", "--override"], input=code,
                             capture_output=True, text=True, timeout=180,
                             env=dict(os.environ, PRETIX_CONFIG_FILE=str(self.root / "pretix.cfg")))
        assert run.returncode == 0, f"{code}\n{run.stdout}{run.stderr}"
        return run.stdout
