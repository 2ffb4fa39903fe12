#!/usr/bin/env python3
"""Signed badges: a key made at one station and carried to the next, on real labels."""

import pathlib
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import Failed, Station, read_qr, run_tests  # noqa: E402

GUESTS = "code,name,kind\nTICKET-ZHANG-0001,张伟,vip\nTICKET-DORDE-0002,Đorđe Žižić,guest\n"
SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+./"


def forged(code):
    """The same badge with one character of its signature changed."""
    last = SYMBOLS[(SYMBOLS.index(code[-1]) + 1) % len(SYMBOLS)]
    return code[:-1] + last


def give_key(station, line):
    return subprocess.run([station.build / "kioskctl", "--config", station.config, "key", "import"],
                          input=line, text=True, capture_output=True, timeout=30)


def verdict(station, code):
    return station.run_ctl("scan", code).stdout.split('"verdict":"')[1].split('"')[0]


def test_a_forged_badge_is_told_at_the_station_that_printed_it_and_at_the_next(build):
    with Station(build) as first, Station(build, printers=(), letters="B") as second:
        first.import_guests(GUESTS)
        shutil.copy(first.root / "key", second.root / "key")  # the same references
        second.import_guests(GUESTS)
        first.ctl("key", "make", "citec")
        line = first.root / "line"
        first.ctl("key", "export", "citec", line, "--picture", first.root / "pictures")
        picture = first.root / "pictures" / "badge-key-citec.png"
        for secret in (line, picture):
            assert stat.S_IMODE(secret.stat().st_mode) & 0o077 == 0, secret
        assert read_qr(picture) == [line.read_text().strip()]
        first.start()
        second.start()
        first.scan("TICKET-ZHANG-0001")
        codes = read_qr(first.wait_labels("zebra", 1)[0])
        assert len(codes) == 1 and codes[0].startswith("YL2-"), codes
        badge = codes[0]
        assert verdict(first, badge) == "already-in"
        assert verdict(first, forged(badge)) == "forged"
        assert verdict(second, forged(badge)) == "admit"  # it has no key yet
        taken = give_key(second, line.read_text())
        assert taken.returncode == 0 and "imported" in taken.stdout, taken
        assert verdict(second, forged(badge)) == "forged"
        assert verdict(second, badge) == "already-in"
        assert second.ctl("key", "list")["rows"] == first.ctl("key", "list")["rows"]
        assert verdict(second, line.read_text().strip()) == "malformed"
        secret = line.read_text().split(":")[2]
        for station in (first, second):
            assert secret not in station.log()
            for path in (station.root / "data").iterdir():
                if path.is_file():
                    assert secret.encode() not in path.read_bytes(), path


def test_a_wrong_event_and_a_wrong_line_are_told(build):
    with Station(build, printers=()) as station:
        station.import_guests(GUESTS)
        for words, code, says in ((("make", "citek"), "absent", "citec"),
                                  (("export", "citec", station.root / "line"), "absent", "citec"),
                                  (("remove", "citec"), "absent", "citec")):
            try:
                station.ctl("key", *words)
                raise AssertionError(words)
            except Failed as failed:
                assert failed.code == code and says in str(failed), (words, failed)
        wrong = give_key(station, "YLKEY1:citec:0123\n")
        assert wrong.returncode == 2 and "cut short" in wrong.stderr, wrong


if __name__ == "__main__":
    sys.exit(run_tests(globals(), sys.argv[1]))
