#!/usr/bin/env python3
"""Printers that hang or were set up wrongly, at a whole station: real cupsd, real printer
programs, kioskd, and what kioskctl says of it."""

import concurrent.futures
import pathlib
import signal
import os
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import DESIGN, Failed, Station, run_tests, wait_for  # noqa: E402

GUESTS = "code,name,kind,status\n" + "".join(f"TICKET-GUEST-{i:04},Guest {i},guest,paid\n" for i in range(1, 61))
QUICK = "job_deadline_ms = 2000"


def printers(station):
    return {row["name"]: row for row in station.ctl("printers")["rows"]}


def jobs(station):
    return {row["job"]: row for row in station.ctl("queue", "--all")["rows"]}


def admit(station, number):
    return station.ctl("scan", f"TICKET-GUEST-{number:04}")


def cups(station, *command):
    subprocess.run(command, check=True, env={**os.environ, "CUPS_SERVER": f"{station.cups}/cups.sock"},
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until_problem(station, name, problem, seconds=15):
    return wait_for(f"{name} is said to be {problem or 'well'}",
                    lambda: (row := printers(station)[name])["problem"] == problem and row, seconds)


def in_status(station, name):
    return next(row for row in station.ctl("status")["rows"] if row["part"] == f"printer {name}")


# ---- a printer that is deaf, and hears again


def let_it_hang(station, first):
    """Two guests at a time until the deaf printer has one; the last guest's number."""
    station.control("deaf", "hang=1\n")
    for number in range(first, first + 20):
        admit(station, number)
        if any(row["printer"] == "deaf" and row["state"] == "sent" for row in jobs(station).values()):
            return number
        time.sleep(0.3)
    raise AssertionError("the deaf printer was never chosen")


def test_a_deaf_printer_is_rested_tried_and_well_again_by_itself(build):
    with Station(build, printers=["deaf=zpl", "well=zpl"], more=QUICK) as station:
        station.import_guests(GUESTS)
        station.start()
        last = let_it_hang(station, 1)
        row = until_problem(station, "deaf", "hung")
        assert row["state"] == "trouble" and row["text"] == "no label within 2 s", row
        row = wait_for("a time of the next try", lambda: (r := printers(station)["deaf"]).get("next_try_ms") and r)
        assert row["next_try_ms"] > time.time() * 1000 - 500, row
        assert "no label within 2 s" in in_status(station, "deaf")["text"]
        uncertain = [job for job in jobs(station).values() if job["state"] == "uncertain"]
        assert len(uncertain) == 1 and uncertain[0]["printer"] == "deaf", uncertain
        story = [line["text"] for line in station.ctl("queue", "show", uncertain[0]["job"])["rows"]]
        assert any("over its deadline" in text for text in story), story
        assert story[-1].startswith("uncertain: "), story

        for number in range(last + 1, last + 4):  # the others go to the one that is well
            done = station.ctl("scan", f"TICKET-GUEST-{number:04}", "--wait")
            assert done["badge"] == "printed", done
            assert all(job["printer"] == "well" for job in jobs(station).values()
                       if job["ref"] == done["ref"]), done
        station.control("deaf", "hang=0\n")
        wait_for("it is on trial", lambda: (r := printers(station)["deaf"])["on_trial"] and r["state"] == "ready", 40)

        number = last + 4
        for _ in range(10):  # enough at once, so that the one on trial gets one
            with concurrent.futures.ThreadPoolExecutor(3) as together:
                list(together.map(lambda n: admit(station, n), range(number, number + 3)))
            number += 3
            wait_for("they are out", lambda: not any(
                job["state"] in ("queued", "drawn", "sending", "sent") for job in jobs(station).values()))
            if not printers(station)["deaf"]["on_trial"]:
                break
        # the spooler's last word of it goes with the next look at it
        wait_for("it is well", lambda: (r := printers(station)["deaf"])["state"] == "ready" and r["text"] == "", 60)
        assert printers(station)["deaf"]["printed"] >= 1
        states = [job["state"] for job in jobs(station).values()]
        assert states.count("uncertain") == 1 and states.count("printed") == len(states) - 1, states


def test_a_test_label_that_comes_out_brings_a_hung_printer_back_at_once(build):
    with Station(build, printers=["deaf=zpl", "well=zpl"], more="job_deadline_ms = 3000") as station:
        station.import_guests(GUESTS)
        station.start()
        let_it_hang(station, 1)
        until_problem(station, "deaf", "hung")
        station.control("deaf", "hang=0\n")
        row = wait_for("it rests", lambda: (r := printers(station)["deaf"]).get("next_try_ms") and r)
        station.ctl("printer", "test", "deaf")
        wait_for("it is well", lambda: (r := printers(station)["deaf"])["state"] == "ready" and not r["on_trial"]
                 and r["problem"] == "", 3)
        assert time.time() * 1000 < row["next_try_ms"] + 500, "the label was not what brought it back"
        assert "test=kiosk-A-test" in station.log()


def test_a_restart_of_kioskd_brings_no_new_tries(build):
    with Station(build, printers=["zebra=zpl"], more=QUICK) as station:
        station.import_guests(GUESTS)
        cups(station, "lpadmin", "-p", "zebra", "-u", "deny:kiosk")  # refused by word, each time
        station.start()
        admit(station, 1)
        for _ in range(6):
            wait_for("a try", lambda: next(iter(jobs(station).values()))["state"] in ("drawn", "failed"))
            tries = next(iter(jobs(station).values()))["tries"]
            if next(iter(jobs(station).values()))["state"] == "failed":
                break
            wait_for("one more", lambda: (job := next(iter(jobs(station).values())))["tries"] > tries
                     or job["state"] == "failed", 30)
            station.stop()
            station.start()
        job = next(iter(jobs(station).values()))
        assert job["state"] == "failed" and job["tries"] == 3, job


# ---- set up wrongly: a clear state and advice for each


def test_a_queue_that_is_not_there_is_named_with_what_to_do(build):
    with Station(build, printers=["zebra=zpl"]) as station:
        station.import_guests(GUESTS)
        cups(station, "lpadmin", "-x", "zebra")
        station.start()
        row = until_problem(station, "zebra", "no-queue")
        assert row["state"] == "trouble" and "no queue zebra:" in row["advice"], row
        assert "lpadmin -p zebra" in in_status(station, "zebra")["text"]
        status = station.ctl("status")
        assert status["state"] == "no printer works" and "CUPS has no queue zebra" in status["advice"], status
        admit(station, 1)
        port = (station.cups / "zebra/port").read_text().strip()
        cups(station, "lpadmin", "-p", "zebra", "-E", "-v", f"socket://127.0.0.1:{port}/?snmp=false", "-m", "raw")
        station.wait_labels("zebra", 1)
        until_problem(station, "zebra", "")
        wait_for("all is well", lambda: station.ctl("status")["state"] == "ready")


def test_a_cupsd_that_is_stopped_is_told_from_one_that_hangs(build):
    with Station(build, printers=["zebra=zpl"]) as station:
        station.import_guests(GUESTS)
        station.start()
        until_problem(station, "zebra", "")
        rig = pathlib.Path(__file__).resolve().parents[1] / "rig/cupsd"
        subprocess.run([rig, "stop", station.cups], check=True)
        row = until_problem(station, "zebra", "no-spooler")
        assert row["state"] == "unreachable" and "systemctl start cups" in row["advice"], row
        assert "CUPS is not running" in in_status(station, "zebra")["text"]
        admit(station, 1)
        subprocess.run([rig, "restart", station.cups], check=True)
        station.wait_labels("zebra", 1)
        until_problem(station, "zebra", "")

        pid = int((station.cups / "cupsd.pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            row = until_problem(station, "zebra", "spooler-silent")
            assert "does not answer" in row["advice"], row
        finally:
            os.kill(pid, signal.SIGCONT)
        until_problem(station, "zebra", "")


def test_a_paused_and_a_rejecting_queue_are_told_with_the_command_that_mends_them(build):
    with Station(build, printers=["zebra=zpl"]) as station:
        station.import_guests(GUESTS)
        station.start()
        for spoil, problem, mend in (("cupsdisable", "paused", "cupsenable"),
                                     ("cupsreject", "rejecting", "cupsaccept")):
            cups(station, spoil, "zebra")
            row = until_problem(station, "zebra", problem)
            assert row["state"] == "trouble" and f"{mend} zebra" in row["advice"], row
            assert f"{mend} zebra" in in_status(station, "zebra")["text"]
            before = len(station.labels("zebra"))
            admit(station, before + 1)
            time.sleep(1.5)
            assert len(station.labels("zebra")) == before
            cups(station, mend, "zebra")
            station.wait_labels("zebra", before + 1)
            until_problem(station, "zebra", "")


def printer_line(station, name, queue, profile):
    return (f'printer "{name}" {{ uri = "cups:{queue}" server = "{station.cups}/cups.sock" '
            f'profile = "{profile}" media = "62x100" design = "{DESIGN}" }}')


def test_a_queue_with_the_wrong_driver_for_its_profile_gets_no_badge(build):
    with Station(build, printers=["zebra=zpl", "air=ipp"]) as station:
        config = station.config.read_text()
        for name, profile in (("zebra", "driverless-300"), ("air", "generic-zpl-203")):
            lines = [line for line in config.split("\n") if not line.startswith("printer ")]
            station.config.write_text("\n".join(lines + [printer_line(station, "p", name, profile)]) + "\n")
            if name == "zebra":
                station.import_guests(GUESTS)
            station.start()
            row = until_problem(station, "p", "wrong-driver")
            assert row["state"] == "trouble" and "profile" in row["advice"] and row["text"], row
            assert "profile" in in_status(station, "p")["text"]
            admit(station, 1)
            time.sleep(3)
            assert [job["state"] for job in jobs(station).values()] == ["queued"], jobs(station)
            assert station.labels(name) == []
            station.stop()
        station.config.write_text(config)  # as it should be
        station.start()
        wait_for("it is out", lambda: next(iter(jobs(station).values()))["state"] == "printed")


def test_a_job_is_shown_also_without_a_daemon_and_a_wrong_number_is_named(build):
    with Station(build, printers=["zebra=zpl"]) as station:
        station.import_guests(GUESTS)
        station.start()
        done = station.ctl("scan", "TICKET-GUEST-0001", "--wait")
        job = next(iter(jobs(station).values()))
        assert station.ctl("queue", "show", job["job"])["state"] == "printed", done
        station.stop()
        shown = station.ctl("queue", "show", job["job"])
        assert shown["ref"] == job["ref"] and shown["rows"] == [], shown
        try:
            station.ctl("queue", "show", 999)
            raise AssertionError("it was found")
        except Failed as error:
            assert error.code == "absent" and "999" in str(error), error


if __name__ == "__main__":
    sys.exit(run_tests(globals(), sys.argv[1]))
