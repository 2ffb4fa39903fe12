#!/usr/bin/env python3
"""Every badge drawn before the event: what is planted is found, and nothing else."""

import csv
import json
import pathlib
import re
import stat
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import Failed, Station, run_tests, wait_for  # noqa: E402

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


class Corner:
    """The staff's corner over HTTP, as a page has it."""

    def __init__(self, station, name, pin):
        self.base = f"http://127.0.0.1:{station.port}"
        self.cookie = ""
        status, headers, _ = self.send("/api/staff/login", {"name": name, "pin": pin})
        assert status == 200, status
        self.cookie = headers["Set-Cookie"].split(";")[0]

    def send(self, path, body=None, cookie=None):
        headers = {"Cookie": self.cookie if cookie is None else cookie, "Origin": self.base,
                   "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(self.base + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def state(self):
        asked = urllib.request.Request(self.base + "/api/staff/events", headers={"Cookie": self.cookie})
        with urllib.request.urlopen(asked, timeout=20) as stream:
            for line in stream:
                if line.startswith(b"data: {\"boot"):
                    return json.loads(line[6:])
        raise AssertionError("no state")

    def act(self, act, **more):
        now = self.state()
        return self.send(f"/api/staff/{act}", {"boot": now["boot"], "seq": now["seq"], **more})[0]

    def ended(self):
        run = self.state()["preflight"]
        return run if run["state"] != "going" else None


def test_staff_see_at_the_screen_what_it_found(build):
    with Station(build, printers=()) as station:
        prepare(station)
        for name, level in (("li", "desk"), ("wang", "supervisor")):
            station.run_ctl("pin", "set", name, "--level", level, text="2468\n").check_returncode()
        station.start()
        page = Corner(station, "li", "2468")
        assert page.act("show", screen="preflight") == 200
        assert page.act("preflight-start", event="citec") == 200
        assert page.act("logout") == 200
        page = Corner(station, "wang", "2468")
        assert page.act("show", screen="preflight") == 200
        run = wait_for("it ends", page.ended)
        assert run["state"] == "done" and run["by"] == "staff:li", run
        assert run["badges"] == len(GOOD) + len(PLANTED) and run["flagged"] == len(PLANTED), run
        assert {(kind["finding"], kind["count"]) for kind in run["findings"]} == {
            ("no-name", 1), ("overflow", 3), ("letters", 1), ("name", 2)}, run["findings"]
        assert page.act("preflight-look", finding="overflow", page=0) == 200
        run = page.state()["preflight"]
        assert len(run["rows"]) == 3 and all(row["picture"] for row in run["rows"]), run["rows"]
        picture = f"/api/staff/preflight/{run['run']}/{run['rows'][0]['number']}"
        status, headers, body = page.send(picture)
        assert status == 200 and headers["Content-Type"] == "image/png" and body.startswith(b"\x89PNG"), status
        assert headers["Cache-Control"] == "no-store"
        table = "/api/staff/preflight/findings.csv"
        status, headers, body = page.send(table)
        assert status == 200 and "findings.csv" in headers["Content-Disposition"], status
        rows = list(csv.DictReader(body.decode("utf-8-sig").splitlines()))
        assert len(rows) == len(PLANTED) and "'=Ana Formula" in {row["name"] for row in rows}, rows
        for path in (picture, table):
            assert page.send(path, cookie="")[0] == 401, "for the session alone"
        assert [row["detail"] for row in station.ctl("audit")["rows"] if row["what"] == "preflight"] == ["event=citec"]
        assert not [path for path in station.root.rglob("*.png")], "pictures are in memory only"


def test_one_goes_at_a_time_at_the_screen_and_at_the_terminal(build):
    with Station(build, printers=()) as station:
        lines = "".join(f"MANY-{i},Ana Souza {chr(65 + i % 26)},USP\n" for i in range(3000))
        station.import_guests("code,name,organisation\n" + lines)
        station.run_ctl("pin", "set", "li", "--level", "desk", text="2468\n").check_returncode()
        station.start()
        page = Corner(station, "li", "2468")
        assert page.act("show", screen="preflight") == 200
        assert page.act("preflight-start", event="") == 200
        report = station.root / "report"
        try:
            station.ctl("preflight", "--report", report)
        except Failed as error:
            assert error.code == "busy" and "staff:li" in str(error), error
        else:
            raise AssertionError("two at once")
        assert page.act("preflight-start", event="") == 409
        assert page.act("preflight-stop") == 200
        assert page.state()["preflight"]["state"] == "stopped"
        assert station.ctl("preflight", "--report", report)["badges"] == 3000
        run = page.state()["preflight"]
        assert run["state"] == "done" and run["by"].startswith("uid:") and run["run"] == 2, run


if __name__ == "__main__":
    sys.exit(run_tests(globals(), pathlib.Path(sys.argv[1]).resolve()))
