"""print_room: a private cupsd with printers that are programs, and a station's print half
(print-probe) before it, for end-to-end tests of printing. BUILD is the first argument of
the program that imports it."""

import collections
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
RIG = SOURCE / "tests/rig"
DESIGN = "conference-62x100"
PROFILES = {"zpl": "virtual-zpl-203", "ipp": "driverless-300", "shelf": "virtual-shelf", "script": "virtual-shelf"}

Row = collections.namedtuple("Row", "id issue ref state evidence printer why")


class Room:
    """A private cupsd with printers, and a station's print half."""

    def __init__(self, **printers):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="yl-", dir="/tmp"))
        self.printers = printers
        (self.root / "drawn").mkdir()
        started = subprocess.run([RIG / "printers", "start", self.root, BUILD,
                                  *(f"{name}={kind}" for name, kind in printers.items())], check=False)
        if started.returncode:
            self.__exit__(None)  # what did start must not stay
            raise AssertionError("the printers did not start")
        self.server = self.root / "cups.sock"
        self.late_ms = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        subprocess.run([RIG / "printers", "stop", self.root], check=False)
        if kind and os.environ.get("KEEP"):
            print("kept:", self.root)
            return
        for _ in range(20):
            shutil.rmtree(self.root, ignore_errors=True)
            if not self.root.exists():
                return
            time.sleep(0.1)

    def control(self, name, text):
        aside = self.root / name / "control.hand"
        aside.write_text(text)
        aside.chmod(0o666)
        aside.rename(self.root / name / "control")

    def cupsd(self, what):
        if isinstance(what, signal.Signals):
            os.kill(int((self.root / "cupsd.pid").read_text()), what)
        else:
            subprocess.run([RIG / "cupsd", what, self.root], check=True)

    def cups(self, *command):
        subprocess.run(command, check=True, env={**os.environ, "CUPS_SERVER": str(self.server)},
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def script(self, name, *lines):
        """What the printer of kind "script" does from its next run on; nothing: prints."""
        path = self.root / name / "script"
        if not lines:
            path.unlink(missing_ok=True)
            return
        path.with_suffix(".new").write_text("\n".join(lines) + "\n")
        path.with_suffix(".new").rename(path)

    def start(self, jobs=0, printers=None, deadline=15000, timeout=60, test=None, pin=False):
        """The station, as a process."""
        command = [BUILD / "tests/print-probe", "--data", self.root / "data",
                   "--server", self.server, "--build", BUILD, "--source", SOURCE,
                   "--drawn", self.root / "drawn", "--jobs", str(jobs),
                   "--deadline", str(deadline), "--timeout", str(timeout)]
        if pin:
            command += ["--pin"]
        if test:
            command += ["--test", test]
        for name in printers or self.printers:
            profile = PROFILES[self.printers.get(name, "zpl").removeprefix("once:")]
            command += ["--printer", f"{name}=cups:{name}={profile}=62x100={DESIGN}"]
        log = open(self.root / "log/probe", "a")
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)

    def finish(self, probe):
        out, _ = probe.communicate()
        rows = []
        for line in out.splitlines():
            if line.startswith("loop "):
                self.late_ms = int(line.split("late_max_ms=")[1].split()[0])
                continue
            parts = line.split(" ", 6)
            rows.append(Row(int(parts[0]), int(parts[1]), *parts[2:6], parts[6] if len(parts) > 6 else ""))
        return rows

    def run(self, **how):
        return self.finish(self.start(**how))

    def labels(self, name):
        return sorted((self.root / name).glob("[0-9]*.pbm"))

    def papers(self, rows):
        """Labels at all printer programs, by (job, issue)."""
        found = collections.Counter()
        by_ref = {row.ref: row.id for row in rows}
        drawn = {path.read_bytes(): path.stem for path in (self.root / "drawn").glob("*.pbm")}
        for name, kind in self.printers.items():
            if kind.endswith("script"):
                paper = self.root / name / "paper"
                for line in paper.read_text().split() if paper.exists() else []:
                    found[tuple(int(number) for number in line.split("-")[2:4])] += 1
                continue
            for label in self.labels(name):
                # drawn again for another printer, it is no longer there as it was: then its QR
                code = drawn.get(label.read_bytes()) or read_code(label)
                expect(code.count("-") == 3, label, "is no badge:", code)
                _, ref, issue, _ = code.split("-")
                found[by_ref[ref], int(issue[1:])] += 1
        return found

    def probe_log(self):
        return (self.root / "log/probe").read_text()

    def copies(self, name):
        """Job names on paper, from the printer's own log."""
        log = self.root / name / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        return collections.Counter(line.split()[3] for line in lines if line.split()[1].startswith("label-"))


def read_code(label):
    got = subprocess.run(["zbarimg", "-q", "--nodbus", "--raw", label], capture_output=True, text=True, check=False)
    return got.stdout.strip()


def wait(what, seconds=10):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def expect(condition, *words):
    if not condition:
        raise AssertionError(" ".join(str(word) for word in words))


def missing_tools(*more):
    return [tool for tool in ("/usr/sbin/cupsd", *more) if not os.access(tool, os.X_OK)]


def play(scenes, wanted):
    """The scenes, each a sentence; the exit status."""
    failed = 0
    for scene in scenes:
        if wanted and scene.__name__ not in wanted:
            continue
        start = time.monotonic()
        try:
            scene()
            print(f"ok  {scene.__name__}  {time.monotonic() - start:.1f} s", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"NOT OK  {scene.__name__}: {error}", flush=True)
    return 1 if failed else 0
