#!/usr/bin/env python3
"""A printer is set up and a station looked over, on a private cupsd: `kioskctl printer setup`
by options and at a terminal, calibration, and `kioskctl doctor` with each trap planted.

    test_setup.py BUILD [SCENE ...]
"""

import json
import os
import pathlib
import pty
import re
import select
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from print_room import BUILD, SOURCE, Room, expect, missing_tools, play, wait  # noqa: E402

KIOSKCTL = BUILD / "kioskctl"
ZEBRA = "Zebra Technologies ZTC ZD421-203dpi ZPL"
DEVICES = """#!/bin/sh
[ $# = 0 ] || exit 1
echo 'direct script:{root}/zebra "Zebra Technologies ZTC ZD421-203dpi ZPL" "Zebra ZD421" "MFG:Zebra Technologies ;CMD:ZPL;MDL:ZTC ZD421-203dpi ZPL;CLS:PRINTER;" ""'
echo 'direct usb://Brother/QL-820NWB?serial=1 "Brother QL-820NWB" "Brother QL-820NWB" "MFG:Brother;CMD:PT-CBP;MDL:QL-820NWB;" ""'
echo 'direct usb://DYMO/LabelWriter%20550?serial=2 "DYMO LabelWriter 550" "DYMO LabelWriter 550" "MFG:DYMO;CMD:;MDL:LabelWriter 550;" ""'
echo 'network socket "Unknown" "AppSocket/HP JetDirect" "" ""'
"""


class Bench:
    """A private cupsd whose backends find a Zebra, a Brother and a Dymo; a configuration; kioskctl."""

    def __init__(self, conf="", once=False, **printers):
        self.room = Room(**printers) if printers else Room(aside="script")
        self.root = self.room.root
        self.conf = self.root / "yuelai.conf"
        self.conf.write_text(f'data = "{self.root}/data"\nkey = "{self.root}/key"\n'
                             f'socket = "{self.root}/control"\n{conf}')
        backends = self.root / "bin/backend"
        for backend in backends.iterdir():  # what is at this machine is none of the tests' business
            if backend.name not in ("socket", "ipp", "script", "shelf", "once"):
                backend.unlink()
        (backends / "found").write_text(DEVICES.format(root=self.root))
        (backends / "found").chmod(0o755)
        if not once:
            (backends / "once").unlink(missing_ok=True)
        (self.root / "zebra").mkdir(exist_ok=True)
        if os.getuid() == 0:
            subprocess.run(["chown", "lp:lp", self.root / "zebra"], check=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        self.room.__exit__(kind, *rest)

    def command(self, *words):
        return [KIOSKCTL, "--config", self.conf, *words]

    def where(self):
        return ["--server", self.room.server, "--cups", self.root / "conf"]

    def run(self, *words, status=0):
        """What it said; fails if it ends otherwise. Nobody is at a terminal."""
        got = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=60, check=False)
        expect(got.returncode == status, words, "ended with", got.returncode, got.stdout, got.stderr)
        return got.stdout + got.stderr

    def answer(self, *words, status=0):
        got = subprocess.run([KIOSKCTL, "--config", self.conf, "--json", *words], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=90, check=False)
        expect(got.returncode == status, words, "ended with", got.returncode, got.stdout, got.stderr)
        return json.loads(got.stdout.splitlines()[-1])["result"]

    def setup(self, *words, **how):
        return self.run("printer", "setup", *self.where(), *words, **how)

    def talk(self, *turns, words=(), seconds=60):
        """At a terminal: each turn is a pattern to be waited for and what is typed then. All that was shown, and
        the exit status."""
        pid, fd = pty.fork()
        if pid == 0:
            os.execv(KIOSKCTL, [str(word) for word in self.command(*words)])
        shown, at, end = "", 0, time.monotonic() + seconds
        turns = list(turns)
        while True:
            ready, _, _ = select.select([fd], [], [], 0.1)
            if ready:
                try:
                    piece = os.read(fd, 4096)
                except OSError:
                    piece = b""
                if not piece:
                    break
                shown += piece.decode(errors="replace")
            found = re.search(turns[0][0], shown[at:]) if turns else None
            if found:
                at += found.end()
                os.write(fd, (turns.pop(0)[1] + "\n").encode())
            if time.monotonic() > end:
                os.kill(pid, 9)
                break
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        expect(not turns, "was never asked:", turns and turns[0][0], "in:", shown)
        return shown.replace("\r", ""), os.waitstatus_to_exitcode(status)

    def queue(self, name):
        got = subprocess.run(["lpoptions", "-h", self.room.server, "-p", name], capture_output=True, text=True,
                             check=False).stdout
        policy = subprocess.run(["grep", "-A40", f"<.*Printer {name}>", self.root / "conf/printers.conf"],
                                capture_output=True, text=True, check=False).stdout
        return got + policy

    def papers(self):
        paper = self.root / "zebra/paper"
        return len(paper.read_text().split()) if paper.exists() else 0


# ---- printers are found


def printers_are_found_with_their_profiles():
    with Bench() as bench:
        rows = bench.answer("printer", "list", "--server", bench.room.server)["rows"]
        by_name = {row["printer"]: row for row in rows}
        expect(set(by_name) == {"Zebra ZD421", "Brother QL-820NWB", "DYMO LabelWriter 550"}, rows)
        expect(by_name["Zebra ZD421"]["profiles"] == "zebra-zd421-203", by_name)
        expect(by_name["Brother QL-820NWB"]["profiles"] == "brother-ql-820", by_name)
        expect("chip" in by_name["DYMO LabelWriter 550"]["refused"], by_name)
        expect(not by_name["Brother QL-820NWB"]["refused"], by_name)


# ---- by options


def a_printer_is_set_up_by_options():
    with Bench() as bench:
        said = bench.setup("--uri", f"script:{bench.root}/zebra", "--profile", "zebra-zd421-203", "--medium", "62x100",
                           "--queue", "north", "--label", "--yes")
        queue = bench.queue("north")
        expect(f"DeviceURI once:script:{bench.root}/zebra" in queue, queue, said)
        expect("ErrorPolicy abort-job" in queue and "Shared No" in queue and "Accepting Yes" in queue, queue)
        wait(lambda: bench.papers() == 1)
        conf = bench.conf.read_text()
        expect('printer "north" {\n    uri = "cups:north"\n' in conf and 'media = "62x100"' in conf, conf)
        expect(conf.startswith("data = "), "what stood there is not the same:", conf)
        once = bench.root / "bin/backend/once"
        expect(once.stat().st_mode & 0o777 == 0o755, oct(once.stat().st_mode))
        expect("JobKillDelay 5" in (bench.root / "conf/cupsd.conf").read_text(), "the settings were not written")
        checked = subprocess.run([BUILD / "kioskd", "--config", bench.conf, "--check"], capture_output=True, text=True,
                                 check=False)
        expect(checked.returncode == 0, checked.stderr)
        again = bench.setup("--uri", f"script:{bench.root}/zebra", "--profile", "zebra-zd421-203", "--medium", "62x100",
                            "--queue", "north", "--yes")
        expect("already, just so" in again and bench.conf.read_text() == conf, again)


def a_network_printer_is_told_not_to_wait():
    with Bench(once=True) as bench:
        bench.setup("--uri", "socket://127.0.0.1:9", "--profile", "generic-zpl-203", "--medium", "62x100",
                    "--queue", "net", "--yes")
        queue = bench.queue("net")
        expect("DeviceURI once:socket://127.0.0.1:9/?snmp=false&contimeout=10" in queue, queue)


def a_driver_is_used_where_the_profile_wants_one():
    with Bench(once=True) as bench:
        bench.setup("--uri", "socket://127.0.0.1:9", "--profile", "cups-zebra-203", "--medium", "62x100",
                    "--queue", "ppd", "--yes")
        queue = bench.queue("ppd")
        expect((bench.root / "conf/ppd/ppd.ppd").exists() and "print-scaling=none" in queue, queue)


def nothing_is_done_in_a_dry_run():
    with Bench() as bench:
        before = bench.conf.read_text(), (bench.root / "conf/cupsd.conf").read_text()
        said = bench.setup("--uri", f"script:{bench.root}/zebra", "--profile", "zebra-zd421-203", "--medium", "62x100",
                           "--queue", "north", "--dry-run")
        for words in "device   once:script:", "errors   abort-job", "want JobKillDelay 5", '+ printer "north" {':
            expect(words in said, "does not show", words, said)
        expect(before == (bench.conf.read_text(), (bench.root / "conf/cupsd.conf").read_text()), "it did something")
        expect("DeviceURI" not in bench.queue("north"), "it made the queue")


def without_a_terminal_what_is_missing_is_named_and_nothing_hangs():
    with Bench() as bench:
        for words, wanted in (
            ([], "--uri"),
            (["--uri", "nonsense"], "--uri"),
            (["--uri", "socket://127.0.0.1:9"], "--profile"),
            (["--uri", f"script:{bench.root}/zebra", "--profile", "zebra-zd421-203"], "--medium"),
            (["--uri", f"script:{bench.root}/zebra", "--profile", "zebra-zd421-203", "--medium", "62x100"], "--yes"),
            (["--uri", "socket://127.0.0.1:9", "--profile", "driverless-300", "--medium", "62x100"], "ipp://"),
            (["--uri", "socket://127.0.0.1:9", "--profile", "generic-pdf", "--medium", "62x100"], "--driver"),
        ):
            said = bench.setup(*words, status=2)
            expect(wanted in said, words, "does not say", wanted, ":", said)
        expect("DeviceURI" not in bench.queue("zebra-zd421"), "it made a queue")


def a_dymo_of_the_550_series_is_refused_with_the_reason():
    with Bench() as bench:
        for words in (["--profile", "dymo-labelwriter-450"], ["--profile", "dymo-labelwriter-550"], []):
            said = bench.setup("--uri", "usb://DYMO/LabelWriter%20550?serial=2", *words, "--yes", status=2)
            expect("chip" in said, said)


def a_section_that_is_there_is_compared_and_left():
    own = 'printer "north" { uri = "cups:north" profile = "zebra-zd421-300" } # mine\n'
    with Bench(conf=own) as bench:
        said = bench.setup("--uri", f"script:{bench.root}/zebra", "--profile", "zebra-zd421-203", "--medium", "62x100",
                           "--queue", "north", "--yes")
        expect('profile = "zebra-zd421-300", would be "zebra-zd421-203"' in said, said)
        expect(bench.conf.read_text().endswith(own), bench.conf.read_text())


# ---- at a terminal


def a_printer_is_set_up_at_a_terminal():
    with Bench() as bench:
        shown, status = bench.talk(
            (r"Which printer\?.*\) ", "0"), (r"Which printer\?.*\) ", "1"), (r"Which labels.*\) ", "1"),
            (r"called\? \[zebra-zd421\] ", "door"), (r"Install it\? \[y/N\] ", "y"), (r"Make it\? \[y/N\] ", "y"),
            (r"Write them\?.*\] ", "n"), (r"Print a label.*\] ", "y"),
            (r"How is it\?.*\) ", "2"), (r"left edge\?.*\] ", "1.5"), (r"upper edge\?.*\] ", "w"),
            (r"lower edge\?.*\] ", "99"), (r"Heat.*\] ", "40"), (r"Heat.*\] ", "18"), (r"Speed.*\] ", ""),
            (r"How is it\?.*\) ", "1"), (r"turned.*\) ", "3"), (r"Write it so\? \[y/N\] ", "y"),
            words=("printer", "setup", *bench.where()))
        expect(status == 0, status, shown)
        expect(bench.papers() == 2, "labels:", bench.papers(), shown)
        conf = bench.conf.read_text()
        for line in 'printer "door" {', "offset_mm = {1.5, -1}", "darkness = 18", "rotate = 180":
            expect(line in conf, "not in the file:", line, conf)
        expect("speed" not in conf, conf)
        expect("JobKillDelay 5" not in (bench.root / "conf/cupsd.conf").read_text(), "that was not agreed to")
        expect("Later: sudo sh" in shown, shown)


def who_does_not_agree_has_nothing_changed():
    with Bench() as bench:
        before = bench.conf.read_text()
        shown, status = bench.talk(
            (r"Which printer\?.*\) ", "1"), (r"Which labels.*\) ", "1"), (r"called\?.*\] ", ""),
            (r"Install it\? \[y/N\] ", "n"), (r"Make it\? \[y/N\] ", "n"),
            words=("printer", "setup", *bench.where()))
        expect(status != 0 and bench.conf.read_text() == before, shown)
        expect("DeviceURI" not in bench.queue("zebra-zd421"), shown)
        expect(not (bench.root / "bin/backend/once").exists(), shown)


# ---- calibration


def a_calibration_by_options_changes_its_lines_alone():
    with Bench() as bench:
        bench.setup("--uri", f"script:{bench.root}/zebra", "--profile", "zebra-zd421-203", "--medium", "62x100",
                    "--queue", "north", "--yes")
        text = bench.conf.read_text() + '# the end\nstation { letters = "B" }\n'
        text = text.replace('uri = "cups:north"', f'uri = "cups:north" # mine\n    server = "{bench.room.server}"')
        text = re.sub(r'(\n    server = "[^"]*")(.*)\n    server = "[^"]*"', r"\1\2", text, flags=re.S)
        bench.conf.write_text(text)
        got = bench.answer("printer", "calibrate", "north", "--offset-x", "1.25", "--offset-y", "-0.5", "--darkness",
                           "20", "--print", "--yes")
        expect(got["kept"] and got["printed"] and got["offset_x_mm"] == 1.25, got)
        conf = bench.conf.read_text()
        expect("offset_mm = {1.25, -0.5}" in conf and "darkness = 20" in conf and "# mine" in conf, conf)
        expect(conf.endswith('# the end\nstation { letters = "B" }\n'), conf)
        expect(bench.papers() == 1, bench.papers())
        read = bench.answer("printer", "calibrate", "north", "--speed", "100", "--dry-run")  # as the configuration is read
        expect((read["offset_x_mm"], read["offset_y_mm"], read["darkness"]) == (1.25, -0.5, 20), read)
        bench.run("printer", "calibrate", "north", "--darkness", "99", status=2)
        bench.run("printer", "calibrate", "north", status=2)
        bench.run("printer", "calibrate", "south", "--offset-x", "1", status=1)
        bench.run("printer", "calibrate", "north", "--speed", "100", status=2)  # not agreed, nobody to ask
        expect(bench.conf.read_text() == conf, "a refused one wrote")


# ---- the doctor


class Ward(Bench):
    """A station with its machine: what is looked for in /usr, /etc, /sys and /dev stands below `machine`."""

    def __init__(self, conf="", **how):
        super().__init__(conf, once=True, **how)
        self.machine = self.root / "machine"
        self.put("usr/sbin/chronyd")
        self.put("lib/udev/rules.d/70-yuelai-scanner.rules")
        subprocess.run(["sh", SOURCE / "templates/system/cups-settings", self.root / "conf"], check=True,
                       stdout=subprocess.DEVNULL)

    def put(self, name, text="", mode=0o755):
        path = self.machine / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def printer(self, name, profile, *more):
        with open(self.conf, "a") as conf:
            conf.write(f'printer "{name}" {{ uri = "cups:{name}" server = "{self.room.server}" profile = "{profile}" '
                       f'media = "62x100" {" ".join(more)} }}\n')

    def queue_of(self, name, device, *options):
        self.room.cups("lpadmin", "-p", name, "-E", "-v", device, *options)

    def doctor(self, *words, status=1, server=None):
        return self.answer("doctor", "--server", server or self.room.server, "--cups", self.root / "conf", "--root",
                           self.machine, *words, status=status)

    def ids(self, *words, **how):
        return {row["id"] for row in self.doctor(*words, **how)["rows"]}


GOOD = "once:socket://127.0.0.1:9/?snmp=false&contimeout=10"
RAW = ("-m", "raw", "-o", "printer-error-policy=abort-job", "-o", "printer-is-shared=false")


def a_station_that_is_well_is_left_alone():
    with Ward() as ward:
        ward.queue_of("north", GOOD, *RAW)
        ward.printer("north", "zebra-zd421-203")
        got = ward.doctor(status=0)
        expect(got["found"] == 0 and got["cups"] and not got["kioskd"], got)
        expect("Found         0" in ward.run("doctor", "--cups", ward.root / "conf", "--root", ward.machine), "no words")


def each_trap_of_a_queue_is_found_and_mended():
    with Ward() as ward:
        ward.queue_of("north", "socket://127.0.0.1:9", "-m", "raw", "-o", "printer-error-policy=retry-current-job",
                      "-o", "printer-is-shared=true")
        ward.printer("north", "zebra-zd421-203")
        ward.room.cups("cupsdisable", "north")
        ward.queue_of("south", GOOD, *RAW)
        ward.printer("south", "zebra-zd421-203")
        ward.room.cups("cupsreject", "south")
        traps = {"snmp", "contimeout", "once-unused", "policy", "shared", "paused", "rejecting"}
        got = ward.doctor()
        expect({row["id"] for row in got["rows"]} == traps, got)
        for row in got["rows"]:
            expect(row["why"] and row["mend"] and row["can_fix"] and not row["fixed"], row)
        said = ward.run("doctor", "--cups", ward.root / "conf", "--root", ward.machine, "--fix", status=2)
        expect("--yes" in said, said)  # nobody is there to agree
        expect(ward.ids() == traps, "it mended what nobody agreed to")
        mended = ward.doctor("--fix", "--yes", status=0)
        expect(all(row["fixed"] for row in mended["rows"]) and mended["left"] == 0, mended)
        expect(ward.doctor(status=0)["found"] == 0, "it came back")
        queue = ward.queue("north")
        expect(f"DeviceURI {GOOD}" in queue and "ErrorPolicy abort-job" in queue, queue)


def each_trap_of_a_driver_is_found():
    with Ward(driverless="ipp") as ward:
        ward.queue_of("zebra", GOOD, "-m", "drv:///sample.drv/zebra.ppd", *RAW[2:], "-o", "fit-to-page-default=true")
        ward.printer("zebra", "cups-zebra-300", "darkness = 20")
        ward.queue_of("wrong", GOOD, *RAW)
        ward.printer("wrong", "driverless-300")
        ward.room.cups("lpadmin", "-p", "driverless", "-o", "media-default=iso_a4_210x297mm", "-o",
                       "printer-is-shared=false")
        ward.printer("driverless", "driverless-300")
        ward.printer("nothing", "zebra-zd421-203")
        rows = ward.doctor()["rows"]
        found = {(row["where"].removeprefix("printer "), row["id"]) for row in rows}
        for trap in (("zebra", "resolution"), ("zebra", "scaling"), ("zebra", "heat"), ("wrong", "driver"),
                     ("driverless", "media"), ("nothing", "no-queue")):
            expect(trap in found, trap, rows)
        found = {(row["where"].removeprefix("printer "), row["id"]) for row in ward.doctor("--fix", "--yes")["rows"]
                 if not row["fixed"]}
        for trap in ("zebra", "scaling"), ("driverless", "media"):
            expect(trap not in found, trap, "was not mended")
        again = {(row["where"].removeprefix("printer "), row["id"]) for row in ward.doctor()["rows"]}
        expect(again == found, again ^ found)


def each_trap_of_cups_is_found_and_mended():
    with Ward() as ward:
        once, claims = ward.root / "bin/backend/once", ward.root / "cache/once"
        conf = ward.root / "conf/cupsd.conf"
        conf.write_text(conf.read_text().replace("DirtyCleanInterval 0", "DirtyCleanInterval 30"))
        once.chmod(0o775)
        ward.put("usr/sbin/cups-browsed")
        expect(ward.ids() == {"cups-settings", "once-mode", "cups-browsed"}, ward.doctor())
        expect(ward.doctor("--fix", "--yes")["left"] == 1, "cups-browsed is not ours to stop here")
        expect("DirtyCleanInterval 0\n" in conf.read_text() and once.stat().st_mode & 0o777 == 0o755, conf.read_text())
        expect(ward.ids() == {"cups-browsed"}, ward.doctor())
        claims.write_text("no directory")
        expect("once-claims" in ward.ids(), ward.doctor())
        ward.doctor("--fix", "--yes")
        expect(claims.is_dir() and claims.stat().st_mode & 0o777 == 0o700, claims)
        once.unlink()
        expect("once-absent" in ward.ids(), ward.doctor())
        ward.doctor("--fix", "--yes")
        expect(ward.ids() == {"cups-browsed"}, ward.doctor())
        expect("cups-away" in ward.ids(server="/nowhere/cups.sock"), "it is not away")


def each_trap_of_the_machine_is_found():
    conf = ('scanner "front" { uri = "evdev:05e0:1200" }\nscanner "back" { uri = "serial:/dev/serial/by-id/x" }\n'
            'scanner "side" { uri = "evdev:0c2e:0b01" }\n')
    with Ward(conf) as ward:
        (ward.root / "data").mkdir(mode=0o700)
        (ward.root / "data").chmod(0o755)
        (ward.root / "key").write_text("k")
        (ward.root / "key").chmod(0o644)
        (ward.machine / "lib/udev/rules.d/70-yuelai-scanner.rules").unlink()
        (ward.machine / "usr/sbin/chronyd").unlink()
        ward.put("sys/class/input/event3/device/id/vendor", "0c2e\n")
        ward.put("sys/class/input/event3/device/id/product", "0b01\n")
        node = ward.put("dev/input/event3", mode=0o000)
        if os.getuid() == 0:  # kioskd is somebody
            subprocess.run(["chown", "lp", ward.root / "data"], check=True)
        rows = ward.doctor()["rows"]
        found = {(row["where"], row["id"]) for row in rows}
        for trap in (("scanner front", "scanner-away"), ("scanner back", "scanner-away"),
                     ("scanner side", "scanner-closed"), ("scanners", "scanner-rule"), ("clock", "clock"),
                     (str(ward.root / "data"), "data-mode"), (str(ward.root / "key"), "key-mode")):
            expect(trap in found, trap, rows)
        node.chmod(0o666)
        ward.doctor("--fix", "--yes")
        found = {(row["where"], row["id"]) for row in ward.doctor()["rows"]}
        expect(("scanner side", "scanner-closed") not in found, found)
        expect((ward.root / "data").stat().st_mode & 0o777 == 0o700, "others may read the data")
        expect((ward.root / "key").stat().st_mode & 0o777 == 0o600, "others may read the key")


def what_no_badge_can_be_drawn_with_is_found():
    with Ward() as ward:
        bare = ward.root / "fonts.conf"
        bare.write_text(f"<fontconfig><dir>{ward.root}/no-fonts</dir><cachedir>{ward.root}/fc</cachedir></fontconfig>")
        with open(ward.conf, "a") as conf:
            conf.write(f'fonts = "{bare}"\nprinter "odd" {{ uri = "cups:odd" profile = "no-such" }}\n')
        rows = {row["id"]: row for row in ward.doctor()["rows"]}
        expect("typefaces" in rows and "fonts-noto" in rows["typefaces"]["mend"], rows)
        expect("configuration" in rows and "no-such" in rows["configuration"]["what"], rows)


def a_running_kioskd_is_asked_for_its_view():
    with Ward('screen { listen = "127.0.0.1:0" }\nscanner "front" { uri = "evdev:05e0:1200" }\n') as ward:
        text = ward.conf.read_text()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ward.conf.write_text(text.replace("127.0.0.1:0", f"127.0.0.1:{probe.getsockname()[1]}"))
        ward.printer("nothing", "zebra-zd421-203")
        log = open(ward.root / "log/kioskd", "wb")
        kioskd = subprocess.Popen([BUILD / "kioskd", "--config", ward.conf], stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=log)
        try:
            wait(lambda: b"main: ready" in (ward.root / "log/kioskd").read_bytes(), 20)
            wait(lambda: "kioskd-printer" in ward.ids(), 20)
            got = ward.doctor()
            expect(got["kioskd"], got)
            ids = {row["id"] for row in got["rows"]}
            expect("kioskd-scanner" in ids and "scanner-away" not in ids, got)
        finally:
            kioskd.terminate()
            kioskd.wait(20)


def each_mend_is_agreed_to_by_itself_at_a_terminal():
    with Ward() as ward:
        ward.queue_of("north", GOOD, "-m", "raw", "-o", "printer-error-policy=stop-printer", "-o",
                      "printer-is-shared=true")
        ward.printer("north", "zebra-zd421-203")
        shown, status = ward.talk((r"error policy(.|\n)*Do it\? \[y/N\] ", "n"), (r"shared(.|\n)*Do it\? \[y/N\] ", "y"),
                                  words=("doctor", "--fix", "--cups", ward.root / "conf", "--root", ward.machine))
        expect(status == 1 and "Done." in shown and re.search(r"Left +1", shown), status, shown)
        queue = ward.queue("north")
        expect("ErrorPolicy stop-printer" in queue and "Shared No" in queue, queue)


SCENES = [
    printers_are_found_with_their_profiles,
    a_printer_is_set_up_by_options,
    a_network_printer_is_told_not_to_wait,
    a_driver_is_used_where_the_profile_wants_one,
    nothing_is_done_in_a_dry_run,
    without_a_terminal_what_is_missing_is_named_and_nothing_hangs,
    a_dymo_of_the_550_series_is_refused_with_the_reason,
    a_section_that_is_there_is_compared_and_left,
    a_printer_is_set_up_at_a_terminal,
    who_does_not_agree_has_nothing_changed,
    a_calibration_by_options_changes_its_lines_alone,
    a_station_that_is_well_is_left_alone,
    each_trap_of_a_queue_is_found_and_mended,
    each_trap_of_a_driver_is_found,
    each_trap_of_cups_is_found_and_mended,
    each_trap_of_the_machine_is_found,
    what_no_badge_can_be_drawn_with_is_found,
    a_running_kioskd_is_asked_for_its_view,
    each_mend_is_agreed_to_by_itself_at_a_terminal,
]

if __name__ == "__main__":
    missing = missing_tools()
    if missing:
        print("SKIP: not installed:", " ".join(missing))
        sys.exit(0)
    sys.exit(play(SCENES, sys.argv[2:]))
