#!/usr/bin/env python3
"""A design that means harm at a whole station: guests come in as ever while it is tried, it is
refused by its name, and badges of other designs come out."""

import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import Station, run_tests, wait_for  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
GUESTS = "code,name,kind,status\n" + "".join(
    f"TICKET-GUEST-{i:04},Guest {i},{'vip' if i == 1 else 'guest'},paid\n" for i in range(1, 31))

# Filters within all bounds, each of which looks at the whole page many times: hours of work.
ENDLESS = ("<svg xmlns='http://www.w3.org/2000/svg' width='62mm' height='100mm' viewBox='0 0 62 100'>"
           "<filter id='f' x='0' y='0' width='1' height='1'>"
           + "<feTurbulence baseFrequency='.9' numOctaves='9999'/>"
             "<feMorphology operator='dilate' radius='200'/>" * 400
           + "</filter><rect width='62' height='100' filter='url(#f)'/></svg>")


def preparing(pid):
    """Processes below that one which read a design at this moment."""
    found = []
    for one in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = one.read_text().split()
        except OSError:
            continue
        for child in children:
            try:
                words = pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            found += [child] if b"prepare" in words and b"endless" in words else []
            found += preparing(child)
    return found


def test_guests_come_in_while_a_design_that_never_ends_is_tried(build):
    with Station(build, printers=["zebra=zpl"]) as station:
        designs = station.root / "designs"
        shutil.copytree(TOP / "templates/badge", designs)
        (designs / "endless.svg").write_text(ENDLESS)
        station.more = f'designs = "{designs}"\nkind "vip" {{ design = "endless" }}'
        station.write_configuration()
        station.import_guests(GUESTS)
        station.start()

        assert station.ctl("scan", "TICKET-GUEST-0001")["verdict"] == "admit"
        tried = wait_for("its design is being prepared", lambda: preparing(station.daemon.pid), 30)
        for number in range(2, 8):
            done = station.ctl("scan", f"TICKET-GUEST-{number:04}")
            assert done["verdict"] == "admit", done
        assert set(tried) & set(preparing(station.daemon.pid)), "it had ended before they had come in"
        station.wait_labels("zebra", 6)  # of the shipped design, which is another one's turn

        job = wait_for("the badge is refused", lambda: next(
            (row for row in station.ctl("queue", "--all")["rows"]
             if "endless" in row.get("text", "") + row.get("why", "")), None), 60)
        assert job["state"] not in ("printed", "sent"), job
        assert "design=endless" in station.log()
        assert "not drawn within 10 s" in station.log()
        done = station.ctl("scan", "TICKET-GUEST-0020", "--wait")
        assert done["verdict"] == "admit" and done["badge"] == "printed", done


if __name__ == "__main__":
    sys.exit(run_tests(globals(), sys.argv[1] if len(sys.argv) > 1 else "build"))
