#!/usr/bin/env python3
"""The demo, as somebody who tries it: pages open, a click scans, a label comes out, Ctrl-C
ends it all."""

import html
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import TOP, read_qr, run_tests, wait_for  # noqa: E402

MARK = "YUELAI_DEMO_TEST"
STAND_INS = {  # what is called, with its arguments a line; the last two must never be
    "xdg-open": 'echo "$@" >>"$0.said"', "apt-get": 'echo "$@" >>"$0.said"; exit 1',
    "sudo": 'echo "$@" >>"$0.said"; exit 1',
}


def two_free_ports():
    """The first of two neighbours that nobody has."""
    while True:
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def fetch(url, **more):
    with urllib.request.urlopen(urllib.request.Request(url, **more), timeout=20) as answer:
        return answer.read()


class Demo:
    """kiosk/demo in a session of its own, as at a terminal, with what it calls written down."""

    def __init__(self, build):
        self.build, self.mark = build, uuid.uuid4().hex
        self.place = tempfile.TemporaryDirectory(prefix="yldemotest")
        self.top = pathlib.Path(self.place.name)
        self.output, self.temporary = self.top / "output", self.top / "tmp"
        self.port = two_free_ports()

    def __enter__(self):
        stand_ins = self.top / "bin"
        stand_ins.mkdir()
        self.temporary.mkdir()
        for name, does in STAND_INS.items():
            (stand_ins / name).write_text(f"#!/bin/sh\n{does}\n")
            (stand_ins / name).chmod(0o755)
        self.process = subprocess.Popen(
            [TOP / "kiosk/demo", "--port", str(self.port), "--guests", "120", "--build", self.build],
            stdin=subprocess.DEVNULL, stdout=open(self.output, "wb"), stderr=subprocess.STDOUT, cwd="/",
            env={**os.environ, MARK: self.mark, "DISPLAY": ":97", "TMPDIR": str(self.temporary),
                 "PATH": f"{stand_ins}:{os.environ['PATH']}"},
            start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.text())
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        for process, _ in self.processes():
            os.kill(int(process), signal.SIGKILL)
        self.place.cleanup()

    def text(self):
        return self.output.read_text(errors="replace")

    def said(self, name):
        path = self.top / "bin" / f"{name}.said"
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def is_ready(self):
        assert self.process.poll() is None, f"it ended with {self.process.returncode}"
        return "Ctrl-C stops it all." in self.text()

    @property
    def root(self):
        named = re.search(r"--config (\S+)/yuelai\.conf", self.text())
        return pathlib.Path(named[1]) if named else None

    def processes(self):
        """What it started, whoever their parent is now."""
        root, found = self.root, []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                mine = self.mark in (process / "environ").read_text(errors="replace") or \
                    (root and f"{root}/" in (process / "cmdline").read_text(errors="replace"))
                zombie = (process / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
            except OSError:
                continue
            if mine and not zombie:
                found.append((process.name, (process / "cmdline").read_text().replace("\0", " ")))
        return found


def click_first(demo, pages):
    """The first ticket of the page, by the request that its script makes; the guest's name."""
    page = fetch(f"{pages}/tickets").decode()
    at, name = re.search(r'class="card" data-at="(\d+)".*?<b>([^<]*)</b>', page).groups()
    assert "fetch('/scan/' + card.dataset.at, { method: 'POST' })" in page, "the page asks otherwise"
    assert fetch(f"{pages}/qr/{at}.png").startswith(b"\x89PNG\r\n")
    fetch(f"{pages}/scan/{at}", method="POST", data=b"", headers={"Origin": pages})
    return html.unescape(name)


def label_of(demo, pages):
    """The label that the labels page shows, read by somebody else's decoder."""
    def shown():
        files = json.loads(fetch(f"{pages}/labels.json"))
        return [(at, names[0]) for at, names in enumerate(files) if names]
    at, name = wait_for("a label on the page", shown)[0]
    assert f'data-printer="{at}"' in fetch(f"{pages}/labels").decode()
    picture = demo.top / "label.png"
    picture.write_bytes(fetch(f"{pages}/label/{at}/{name}"))
    return read_qr(picture)


def is_gone(demo, root):
    wait_for("no process is left", lambda: not demo.processes(), 20)
    assert not root.exists(), f"{root} is left: {list(root.iterdir())}"
    assert not list(demo.temporary.iterdir()), list(demo.temporary.iterdir())


def test_a_click_makes_a_badge_and_ctrl_c_ends_it_all(build):
    with Demo(build) as demo:
        wait_for("the demo is ready", demo.is_ready, 200)
        kiosk, pages = f"http://127.0.0.1:{demo.port}", f"http://127.0.0.1:{demo.port + 1}"
        opened = [f"{kiosk}/", f"{pages}/tickets", f"{pages}/labels"]
        wait_for("the pages are opened", lambda: len(demo.said("xdg-open")) >= len(opened))
        assert sorted(demo.said("xdg-open")) == sorted(opened), demo.said("xdg-open")
        assert b"<html" in fetch(f"{kiosk}/").lower()
        name = click_first(demo, pages)
        codes = label_of(demo, pages)
        assert len(codes) == 1 and codes[0].startswith("YL1-"), codes
        told = subprocess.run([build / "kioskctl", "--config", demo.root / "yuelai.conf", "--json", "show",
                               codes[0].split("-")[1]], capture_output=True, text=True, check=True)
        assert json.loads(told.stdout)["result"]["name"] == name, (name, told.stdout)
        root, started = demo.root, demo.processes()
        assert root.is_dir() and any("cupsd" in line for _, line in started), started
        os.killpg(demo.process.pid, signal.SIGINT)  # as a terminal does: to all in front
        assert demo.process.wait(60) == 130
        is_gone(demo, root)
        assert demo.said("apt-get") == [] and demo.said("sudo") == [], "it installs what is there"


def test_an_end_from_outside_leaves_nothing_either(build):
    with Demo(build) as demo:
        wait_for("the demo is ready", demo.is_ready, 200)
        root = demo.root
        demo.process.terminate()
        assert demo.process.wait(60) == 130
        is_gone(demo, root)


def test_a_port_that_is_taken_is_named(build):
    demo = Demo(build)
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.port))
        other.listen()
        with demo:
            assert demo.process.wait(120) == 1
            assert f"port {demo.port} is in use (--port N)" in demo.text(), demo.text()
            assert not list(demo.temporary.iterdir()), "something is left"


if __name__ == "__main__":
    sys.exit(run_tests(globals(), pathlib.Path(sys.argv[1]).resolve()))
