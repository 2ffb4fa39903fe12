"""station: a real station for an end-to-end test: private cupsd, virtual printers, kioskd.

    with Station(build, printers=["zebra=zpl"]) as station:
        station.import_guests("guests.csv")
        station.start()
        station.ctl("scan", "CODE", "--wait")   -> the result as a dict
        station.labels("zebra")                 -> its PNG files, oldest first

Everything lives in one short directory (sockets have short paths) and is gone afterwards;
with KEEP=1 in the environment it stays and is named.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

RIG = pathlib.Path(__file__).resolve().parent
TOP = RIG.parent.parent
PROFILES = {"zpl": ("generic-zpl-203", "62x100"), "ipp": ("driverless-300", "62x100"),
            "shelf": ("generic-pdf", "62x100")}
DESIGN = "conference-62x100"


class Failed(Exception):
    """A command that failed: .code is the error's code, str() its text."""

    def __init__(self, code, text, status):
        super().__init__(text)
        self.code, self.status = code, status


def wait_for(what, ready, seconds=60.0):
    """Polls until ready() is true; its value is returned. Says what did not happen."""
    end = time.monotonic() + seconds
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Station:
    def __init__(self, build, printers=("zebra=zpl",), letters="A", role="list=citec/main",
                 more="", log_level="debug"):
        self.build = pathlib.Path(build).resolve()
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="yl", dir="/tmp"))
        os.chmod(self.root, 0o755)
        self.printers = dict(item.split("=") for item in printers)
        self.letters, self.role, self.more, self.log_level = letters, role, more, log_level
        self.port = free_port()
        self.daemon = None
        self.log_path = self.root / "kioskd.log"

    def __enter__(self):
        if self.printers:
            subprocess.run([RIG / "printers", "start", self.cups, self.build,
                            *(f"{name}={kind}" for name, kind in self.printers.items())],
                           check=True, timeout=60)
        self.write_configuration()
        return self

    def __exit__(self, kind, *_):
        self.stop(signal.SIGKILL)
        if self.printers:
            subprocess.run([RIG / "printers", "stop", self.cups], timeout=60)
        if kind:
            print(f"---- the end of {self.log_path}")
            print("\n".join(self.log().split("\n")[-60:]))
        if os.environ.get("KEEP"):
            print(f"kept: {self.root}")
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    @property
    def cups(self):
        return self.root / "c"

    @property
    def fifo(self):
        return self.root / "scan"

    @property
    def config(self):
        return self.root / "yuelai.conf"

    def write_configuration(self):
        lines = [f'data = "{self.root}/data"', f'key = "{self.root}/key"',
                 f'socket = "{self.root}/ctl"', f'log_level = "{self.log_level}"',
                 f'role = "{self.role}"',
                 f'station {{ letters = "{self.letters}" name = "Kiosk {self.letters}" }}',
                 f'screen {{ listen = "127.0.0.1:{self.port}" }}',
                 f'scanner "front" {{ uri = "fifo:{self.fifo}" }}']
        for name, kind in self.printers.items():
            profile, media = PROFILES[kind]
            lines.append(f'printer "{name}" {{ uri = "cups:{name}" server = "{self.cups}/cups.sock" '
                         f'profile = "{profile}" media = "{media}" design = "{DESIGN}" }}')
        self.config.write_text("\n".join(lines + [self.more]) + "\n")

    # ---- the daemon

    def start(self, wait=True, **environment):
        log = open(self.log_path, "ab")
        self.daemon = subprocess.Popen([self.build / "kioskd", "--config", self.config],
                                       stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                       env=dict(os.environ, **environment))
        log.close()
        if wait:
            wait_for("kioskd is up", self.is_up)

    def is_up(self):
        assert self.daemon.poll() is None, f"kioskd ended with {self.daemon.returncode}: {self.log()[-2000:]}"
        try:
            run = self.run_ctl("--socket", self.root / "ctl", "status")
            return run.returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def stop(self, how=signal.SIGTERM, seconds=20):
        """Ends kioskd; its exit status."""
        if not self.daemon:
            return None
        if self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGCONT)
            self.daemon.send_signal(how)
        try:
            return self.daemon.wait(seconds)
        finally:
            self.daemon = None

    def log(self):
        try:
            return self.log_path.read_text(errors="replace")
        except OSError:
            return ""

    # ---- kioskctl

    def run_ctl(self, *words, timeout=120, text=None):
        return subprocess.run([self.build / "kioskctl", "--config", self.config, "--json", *map(str, words)],
                              capture_output=True, text=True, timeout=timeout, input=text)

    def ctl(self, *words, timeout=120):
        """The result of a command as a dict; Failed with its error."""
        run = self.run_ctl(*words, timeout=timeout)
        last = run.stdout.strip().split("\n")[-1] if run.stdout.strip() else ""
        try:
            answer = json.loads(last)
        except ValueError:
            raise Failed("none", f"{words}: status {run.returncode}, {run.stdout!r}, {run.stderr!r}",
                         run.returncode) from None
        if "error" in answer:
            raise Failed(answer["error"]["code"], answer["error"]["text"], run.returncode)
        return answer["result"]

    def import_guests(self, text, *options):
        path = self.root / "guests.csv"
        path.write_text(text, encoding="utf-8")
        return self.ctl("import", path, "--event", "citec", *options)

    # ---- the door

    def scan(self, code, end=b"\n"):
        """As the scanner does it: bytes into the FIFO."""
        with open(self.fifo, "wb", buffering=0) as pipe:
            pipe.write((code.encode() if isinstance(code, str) else code) + end)

    def labels(self, printer):
        return sorted((self.cups / printer).glob("*.png"),
                      key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)])

    def wait_labels(self, printer, count, seconds=60.0):
        return wait_for(f"{count} labels at {printer}",
                        lambda: len(self.labels(printer)) >= count and self.labels(printer), seconds)

    def control(self, printer, text):
        """What goes wrong at a virtual printer (see each program); "" = nothing."""
        path = self.cups / printer / "control"
        path.with_suffix(".new").write_text(text)
        path.with_suffix(".new").rename(path)


def read_qr(picture):
    """What somebody else's decoder reads."""
    run = subprocess.run(["zbarimg", "-q", "--nodbus", "--raw", picture], capture_output=True, text=True)
    return run.stdout.strip().split("\n") if run.stdout.strip() else []


def run_tests(namespace, build):
    """Each function test_… of a module, as a sentence; the exit status."""
    failed = 0
    for name, test in list(namespace.items()):
        if not name.startswith("test_") or not callable(test):
            continue
        begin = time.monotonic()
        try:
            test(build)
            print(f"ok {name[5:].replace('_', ' ')} ({time.monotonic() - begin:.1f} s)", flush=True)
        except Exception as error:  # a failed test must not hide the next
            import traceback
            traceback.print_exc()
            print(f"not ok {name[5:].replace('_', ' ')}: {error}", flush=True)
            failed += 1
    return 1 if failed else 0
