#!/usr/bin/env python3
"""Every badge drawn before the event: what is planted is found, and nothing else."""

import csv
import pathlib
import re
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import Failed, Station, run_tests  # noqa: E402

FIRST = ["Ana", "Đorđe", "João", "Милица", "Ελένη", "Olga", "Yusuf", "Marta", "Ivan", "Chloé"]
LAST = ["Žižić", "Kowalska", "da Conceição", "Петровић", "Schmidt"]
GOOD = [f"{first} {last}" for first in FIRST for last in LAST]
PLANTED = {
    "Long Winded": ("text does not fit", "organisation"),
    "TEST": ("suspicious name", ""),
    "": ("no name", ""),
    "Ada \U00012000\U00012001": ("letters that no typeface has", "name"),
    "MÜLLER ANNA": ("suspicious name", "capitals"),
    "=Ana Formula": ("text does not fit", "organisation"),
    "Ana <script>": ("text does not fit", "organisation"),
}
LONG = "Internationale Gesellschaft Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten " * 2


def guests():
    lines = ["code,name,organisation"]
    lines += [f"GOOD-{i},{name},Univerzitet u Beogradu" for i, name in enumerate(GOOD)]
    lines += [f"BAD-{i},{name},{LONG.strip() if finding == 'text does not fit' else 'Sinopharm'}"
              for i, (name, (finding, _)) in enumerate(PLANTED.items())]
    lines += ["GONE-1,TEST TEST,Sinopharm"]
    return "\n".join(lines) + "\n"


def look(station):
    """A whole preflight, checked against what was planted."""
    table, report = station.root / "found.csv", station.root / "report"
    table.unlink(missing_ok=True)
    result = station.ctl("preflight", table, "--report", report)
    assert result["badges"] == len(GOOD) + len(PLANTED), result
    rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    found = {row["name"].removeprefix("'"): row for row in rows}
    assert "'=Ana Formula" in {row["name"] for row in rows}, "a spreadsheet takes it for a formula"
    assert set(found) == set(PLANTED) and len(rows) == len(PLANTED), rows
    for name, (finding, detail) in PLANTED.items():
        assert found[name]["finding"] == finding and detail in found[name]["detail"], found[name]
    assert result["flagged"] == len(PLANTED), result
    assert result["summary"] == f"{len(PLANTED)} of {len(GOOD) + len(PLANTED)} badges want a look", result
    assert len(result["rows"]) == len(PLANTED), result
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "Ana &lt;script&gt;" in page and "<script" not in page, page
    assert re.search(r"<p>Yuelai &amp; friends, 20\d\d-\d\d-\d\d \d\d:\d\d Asia/Shanghai</p>", page), page
    assert f"<h2>Text does not fit: {result['overflow']}</h2>" in page, page
    assert result["server_layouts"] == 0, result
    for row in rows:
        picture = report / f"{row['ref']}.png"
        assert picture.read_bytes().startswith(b"\x89PNG\r\n"), picture
        assert f'src="{picture.name}"' in page, picture
        assert stat.S_IMODE(picture.stat().st_mode) == 0o600, picture
    assert len(list(report.glob("*.png"))) == len(rows), "no picture of a good badge"
    assert stat.S_IMODE(table.stat().st_mode) == 0o600


def prepare(station):
    options = ("--event-name", "Yuelai & friends", "--zone", "Asia/Shanghai")
    station.import_guests(guests(), *options)
    lines = [line for line in guests().splitlines() if not line.startswith("GONE")]
    station.import_guests("\n".join(lines) + "\n", "--replace", *options)


def test_planted_faults_are_found_with_and_without_a_daemon(build):
    with Station(build, printers=()) as station:
        prepare(station)
        look(station)
        station.start()
        look(station)
        assert station.ctl("queue", "--all")["rows"] == [], "nothing is printed or reserved"


def test_badges_that_are_well_now_leave_no_picture_behind(build):
    with Station(build, printers=()) as station:
        prepare(station)
        look(station)
        report = station.root / "report"
        (report / "mine.txt").write_text("mine")
        station.import_guests("code,name,organisation\nBAD-0,Short Spoken,Sinopharm\n", "--replace", "--yes")
        result = station.ctl("preflight", "--report", report)
        assert result["flagged"] == 0, result
        assert sorted(path.name for path in report.iterdir()) == ["index.html", "mine.txt"], list(report.iterdir())


def test_a_page_that_is_no_report_is_not_overwritten(build):
    with Station(build, printers=()) as station:
        prepare(station)
        site = station.root / "site"
        site.mkdir()
        (site / "index.html").write_text("<!DOCTYPE html>\n<title>Home</title>")
        try:
            station.ctl("preflight", "--report", site)
        except Failed as error:
            assert error.code == "input" and "no report" in str(error), error
        else:
            raise AssertionError("it was taken")
        assert "Home" in (site / "index.html").read_text()


def test_a_design_that_is_not_there_is_told_once(build):
    with Station(build, printers=()) as station:
        prepare(station)
        result = station.ctl("preflight", "--design", "no-such")
        refused = [row for row in result["rows"] if row["finding"] == "design refused"]
        assert len(refused) == 1 and refused[0]["design"] == "no-such" and refused[0]["detail"], refused
        assert result["design_refused"] == len(GOOD) + len(PLANTED), result


def test_an_event_that_is_not_there_is_an_error(build):
    with Station(build, printers=()) as station:
        prepare(station)
        try:
            station.ctl("preflight", "--event", "nope")
        except Failed as error:
            assert error.code == "absent", error.code
        else:
            raise AssertionError("it was taken")


if __name__ == "__main__":
    sys.exit(run_tests(globals(), pathlib.Path(sys.argv[1]).resolve()))
