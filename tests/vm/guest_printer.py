#!/usr/bin/env python3
"""A station before a true USB printer, inside the guest; see guest_printer.sh.

The printer is the kernel's own gadget on its dummy host controller: what stands between it
and kioskd is what stands there at a door, cupsd and its usb backend. Everything is slow
here (an emulated processor), so that limits are wide and nothing is measured."""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RIG = HERE.parent / "rig"
sys.path.insert(0, str(RIG))
from station import DESIGN, Station, read_qr, wait_for  # noqa: E402

BUILD = pathlib.Path(sys.argv[1])
GADGET = pathlib.Path("/sys/kernel/config/usb_gadget/press")
MODEL, SERIAL = "ZTC%20ZD421-203dpi%20ZPL", "D2J190400123"
GUESTS = "code,name,kind,status\n" + "".join(f"TICKET-USB-{i:03},Guest {i} 张伟,guest,paid\n" for i in range(1, 9))
WIDE = 100  # seconds


class Press:
    """The inside of the printer."""

    def __init__(self, folder):
        self.folder, self.reader, self.count = folder, None, 0

    def plug(self, read=0):
        (GADGET / "UDC").write_text("dummy_udc.0")
        wait_for("the printer's node", pathlib.Path("/dev/g_printer0").exists, WIDE)
        self.count += 1
        words = [HERE / "printer-gadget", self.paper] + ([str(read)] if read else [])
        self.reader = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.reader.stdout.readline() == "reading\n", "the printer's head did not start"
        self.says(0x18)

    def unplug(self):
        (GADGET / "UDC").write_text("\n")
        self.reader.kill()
        self.reader.wait()

    def says(self, status):
        self.reader.stdin.write(f"{status:x}\n")
        self.reader.stdin.flush()
        assert self.reader.stdout.readline() == "says\n", "the printer's port did not change"

    @property
    def paper(self):
        return self.folder / f"bytes-{self.count}"

    def bytes(self):
        return self.paper.read_bytes() if self.paper.exists() else b""


class Room:
    def __init__(self):
        self.station = Station(BUILD, printers=(), more=f"""
            printer "usb" {{ uri = "cups:usb" server = "/tmp/c/cups.sock" profile = "generic-zpl-203"
                             media = "62x100" design = "{DESIGN}" }}
            job_deadline_ms = 60000""")
        self.press = Press(self.station.root)
        shutil.copytree(BUILD / "vm/station/designs", self.station.root / "data/designs")

    def cups(self, *command):
        run = subprocess.run(command, env={**os.environ, "CUPS_SERVER": "/tmp/c/cups.sock"},
                             capture_output=True, text=True, timeout=WIDE)
        return run.stdout + run.stderr

    def printer(self):
        return self.station.ctl("printers")["rows"][0]

    def jobs(self):
        return {row["job"]: row for row in self.station.ctl("queue", "--all")["rows"]}

    def ends(self, number, state):
        return wait_for(f"job {number} is {state}", lambda: (row := self.jobs().get(number)) and
                        row["state"] == state and row, WIDE)

    def says(self, problem):
        return wait_for(f"the printer is said to be {problem or 'well'}",
                        lambda: (row := self.printer())["problem"] == problem and row, WIDE)


ROOM = Room()


def the_backend_of_cups_finds_the_printer_by_its_identification():
    ROOM.press.plug()
    device = wait_for("the printer in CUPS' list", lambda: next(
        (word for word in ROOM.cups("lpinfo", "--include-schemes", "usb", "-v").split() if SERIAL in word), None), WIDE)
    told = ROOM.cups("lpadmin", "-p", "usb", "-E", "-v", f"once:{device}", "-m", "raw",
                     "-o", "printer-error-policy=abort-job")
    assert device in ROOM.cups("lpstat", "-v", "usb"), told
    ROOM.station.start()
    ROOM.station.import_guests(GUESTS)


def a_badge_reaches_its_head_byte_for_byte():
    ROOM.says("")
    ROOM.station.ctl("scan", "TICKET-USB-001", timeout=WIDE)
    row = ROOM.ends(1, "printed")
    assert row["evidence"] == "transport", row
    sent = [path.read_bytes() for path in pathlib.Path("/tmp/c/spool").glob("d*-001")]
    assert sent == [ROOM.press.bytes()], (len(sent), len(ROOM.press.bytes()))


def what_came_out_is_that_guests_badge():
    picture = ROOM.station.root / "label.png"
    subprocess.run([BUILD / "tests/label-decode", ROOM.press.paper, picture], check=True)
    code = read_qr(picture)
    assert len(code) == 1 and code[0].startswith("YL"), code


def a_printer_without_labels_is_told_before_a_badge_is_sent():
    ROOM.press.says(0x30)
    row = ROOM.says("labels")
    before = len(ROOM.press.bytes())
    ROOM.station.ctl("scan", "TICKET-USB-002", timeout=WIDE)
    assert ROOM.jobs()[2]["state"] == "queued", ROOM.jobs()[2]
    assert len(ROOM.press.bytes()) == before, "it was sent to a printer without labels"
    assert row["state"] == "trouble", row


def and_its_badge_comes_when_it_has_labels_again():
    ROOM.press.says(0x18)
    ROOM.ends(2, "printed")
    assert ROOM.press.bytes().count(b"^XZ") == 2, ROOM.press.bytes().count(b"^XZ")


def a_badge_for_an_unplugged_printer_waits():
    ROOM.press.unplug()
    ROOM.station.ctl("scan", "TICKET-USB-003", timeout=WIDE)
    wait_for("the printer is missed", lambda: ROOM.printer()["state"] != "ready", WIDE)
    assert ROOM.jobs()[3]["state"] not in ("printed", "failed", "uncertain"), ROOM.jobs()[3]


def and_comes_out_once_when_it_is_plugged_in_again():
    ROOM.press.plug()
    ROOM.ends(3, "printed")
    assert ROOM.press.bytes().count(b"^XZ") == 1, ROOM.press.bytes().count(b"^XZ")


def a_printer_unplugged_within_a_badge_leaves_it_uncertain():
    ROOM.press.unplug()
    ROOM.press.plug(read=2048)
    ROOM.station.ctl("scan", "TICKET-USB-004", timeout=WIDE)
    wait_for("half of it is at the head", lambda: len(ROOM.press.bytes()) >= 2048, WIDE)
    ROOM.press.unplug()
    row = ROOM.ends(4, "uncertain")
    assert row["why"], row


def and_is_not_sent_again_by_itself_while_the_next_guest_is_served():
    ROOM.press.plug()
    ROOM.station.ctl("scan", "TICKET-USB-005", timeout=WIDE)
    ROOM.ends(5, "printed")
    assert ROOM.press.bytes().count(b"^XZ") == 1, ROOM.press.bytes().count(b"^XZ")
    assert ROOM.jobs()[4]["state"] == "uncertain", ROOM.jobs()[4]


def play(scene):
    try:
        scene()
        print("ok", scene.__name__.replace("_", " "), flush=True)
        return True
    except Exception as error:  # noqa: BLE001 the end must be reached
        print("not ok", scene.__name__.replace("_", " "), repr(error), flush=True)
        return False


SCENES = [the_backend_of_cups_finds_the_printer_by_its_identification,
          a_badge_reaches_its_head_byte_for_byte,
          what_came_out_is_that_guests_badge,
          a_printer_without_labels_is_told_before_a_badge_is_sent,
          and_its_badge_comes_when_it_has_labels_again,
          a_badge_for_an_unplugged_printer_waits,
          and_comes_out_once_when_it_is_plugged_in_again,
          a_printer_unplugged_within_a_badge_leaves_it_uncertain,
          and_is_not_sent_again_by_itself_while_the_next_guest_is_served]
environment = {**os.environ, "CUPSD_AS_ROOT": "1", "CUPSD_PRESERVE_JOB_FILES": "Yes", "CUPSD_LOG_LEVEL": "info"}
subprocess.run([RIG / "cupsd", "start", "/tmp/c"], check=True, env=environment)
# as Debian's usb backend: only its owner may run it, so cupsd runs it as root
subprocess.run(["install", "-m", "744", BUILD / "backend-once", "/tmp/c/bin/backend/once"], check=True)
with ROOM.station:
    if not all(play(scene) for scene in SCENES):  # each stands on the one before
        print(ROOM.printer(), ROOM.jobs())
        subprocess.run("ls -l /dev/usb /sys/class/usbmisc; cat /sys/class/usbmisc/lp*/device/../serial", shell=True)
        print(ROOM.station.log()[-3000:])
        print(pathlib.Path("/tmp/c/log/error").read_text()[-2000:])
