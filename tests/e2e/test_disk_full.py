#!/usr/bin/env python3
"""The disk is full, for real: a small file system under the data directory.

Runs itself in a mount namespace of its own, so that nothing is left mounted.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import Failed, Station, run_tests, wait_for  # noqa: E402

DISK_MIB = 40


def guests(count):
    rows = "".join(f"TICKET-NUMBER-{n:04},Guest {n},Company,RS,guest\n" for n in range(count))
    return "code,name,organisation,country,kind\n" + rows


def fill(path):
    """A file that takes all the room there is; again, what has become free since."""
    with open(path, "ab", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass
        try:
            while True:
                file.write(b"\0" * 512)
        except OSError:
            pass


def test_a_full_disk_welcomes_nobody_unrecorded_and_heals_by_itself(build):
    with Station(build, printers=[], more="ballast_mb = 8") as station:
        data = station.root / "data"
        data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "none", data], check=True)
        station.import_guests(guests(400))
        station.start()
        assert station.ctl("scan", "TICKET-NUMBER-0000")["verdict"] == "admit"
        # made when the station has a quiet moment
        wait_for("the ballast is there",
                 lambda: (data / "ballast").exists() and (data / "ballast").stat().st_size >= 8 << 20)
        fill(data / "filler")

        # The ballast is given up: the next guests are still recorded. Then its room is
        # taken too, and nobody is told welcome.
        recorded, refused = {"TICKET-NUMBER-0000"}, 0

        def present(n):
            nonlocal refused
            try:
                done = station.ctl("scan", f"TICKET-NUMBER-{n:04}")
            except Failed as failed:
                assert failed.code == "io" and "could not be recorded" in str(failed), failed
                refused += 1
                return
            assert done["recorded"] and done["verdict"] == "admit", done
            recorded.add(f"TICKET-NUMBER-{n:04}")

        for n in range(1, 60):
            present(n)
            if n == 30:
                fill(data / "filler2")
        assert len(recorded) > 10, "the ballast helped nobody"
        assert station.daemon.poll() is None
        later = iter(range(60, 390))

        def told():
            """A checkpoint makes a little room; that is taken, too."""
            fill(data / "filler2")
            present(next(later))
            return station.ctl("status")["state"] == "disk full"

        wait_for("the station says that the disk is full", told)
        assert refused > 0, "the disk was never full"

        (data / "filler").unlink()
        (data / "filler2").unlink()
        wait_for("the station heals", lambda: station.ctl("status")["state"] != "disk full", 10)
        last = station.ctl("scan", "TICKET-NUMBER-0399")
        assert last["verdict"] == "admit" and last["recorded"], last
        recorded.add("TICKET-NUMBER-0399")
        assert station.ctl("status")["guests_in"] == len(recorded)
        for code in sorted(recorded):
            verdict = station.ctl("scan", code)["verdict"]
            assert verdict in ("print-only", "already-in"), (code, verdict)
        station.stop()
        subprocess.run(["umount", data], check=True)


if __name__ == "__main__":
    if os.environ.get("YUELAI_OWN_MOUNTS") != "1":
        os.environ["YUELAI_OWN_MOUNTS"] = "1"
        how = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
        os.execvp("unshare", [*how, sys.executable, *sys.argv])
    sys.exit(run_tests(globals(), sys.argv[1]))
