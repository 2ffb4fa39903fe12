#!/usr/bin/env python3
"""Badges looked at without printing: a preview is what the printer gets, and the page of a
designer follows what is saved."""

import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))
from station import TOP, Failed, Station, read_qr, run_tests, wait_for  # noqa: E402

DESIGNS = TOP / "templates/badge"
GUESTS = """code,name,name_latin,organisation,country,kind,seat
T-ZHANG,张伟,Zhang Wei,清华大学,CN,guest,A12
T-VIP,محمد بن عبد الله,Mohammed bin Abdulla,جامعة الإمارات,AE,vip,V1
T-LONG,Ana Long,,{long},RS,guest,
""".format(long="Internationale Gesellschaft "
                        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten " * 2)
MORE = 'kind "vip" { design = "vip-62x100" }'


def dots_of(path):
    """Width, height and rows (True is black) of a PNG of greys without interlacing."""
    data = pathlib.Path(path).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), path
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth in (1, 8) and colour == 0, (path, depth, colour)
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    plain, stride, rows = zlib.decompress(packed), (width * depth + 7) // 8, []
    step, before = max(1, depth // 8), bytes((width * depth + 7) // 8)
    for y in range(height):
        line = bytearray(plain[y * (stride + 1):(y + 1) * (stride + 1)])
        kind, line = line[0], line[1:]
        for x in range(stride):
            a, b = line[x - step] if x >= step else 0, before[x]
            c = before[x - step] if x >= step else 0
            paeth = min((a, b, c), key=lambda v, p=a + b - c: abs(p - v))
            line[x] = (line[x] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        before = bytes(line)
        value = int.from_bytes(before, "big")
        if depth == 1:
            rows.append([not value >> (stride * 8 - 1 - x) & 1 for x in range(width)])
        else:
            rows.append([grey < 128 for grey in before])
    return width, height, rows


def different(one, other):
    """The box of the dots that differ; None: there are none."""
    assert one[:2] == other[:2], (one[:2], other[:2])
    found = [(x, y) for y in range(one[1]) for x in range(one[0]) if one[2][y][x] != other[2][y][x]]
    if not found:
        return None
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return min(xs), min(ys), max(xs), max(ys)


def kioskctl(build, *words, env=None, **how):
    environment = dict(os.environ, **(env or {}))
    return subprocess.run([build / "kioskctl", *map(str, words)], capture_output=True, timeout=120,
                          env=environment, **how)


def code_box(design, dpi=203):
    """Where a design has its code, in dots."""
    text = (DESIGNS / f"{design}.svg").read_text()
    rect = re.search(r'<rect[^>]*id="qr"[^>]*>', text)[0]
    x, y, width, height = (float(re.search(rf' {name}="([\d.]+)"', rect)[1]) * dpi / 25.4
                           for name in ("x", "y", "width", "height"))
    return x - 1, y - 1, x + width + 1, y + height + 1


def look(station, code, path):
    """A preview, and what its own code says."""
    result = station.ctl("preview", code, "-o", path)
    assert result["warning"] == "" and result["printer"] == "zebra", result
    assert read_qr(path) == [result["code"]] and result["code"].startswith("PREVIEW-" + result["ref"]), result
    return result


def test_a_preview_is_what_the_printer_gets_but_for_its_code(build):
    with Station(build, more=MORE) as station:
        station.import_guests(GUESTS)
        alone = station.root / "alone.png"
        look(station, "T-ZHANG", alone)
        station.start()
        for number, (code, design) in enumerate((("T-ZHANG", "conference-62x100"), ("T-VIP", "vip-62x100")), 1):
            before = station.root / f"{code}.png"
            result = look(station, code, before)
            assert result["design"] == design, result
            station.ctl("scan", code, "--wait")
            label = station.wait_labels("zebra", number)[-1]
            badge = read_qr(label)[0]
            assert badge.rsplit("-", 1)[0].endswith("A1"), "a preview takes no issue: " + badge
            assert badge.startswith("YL1-" + result["ref"]) and len(badge) == len(result["code"]), badge
            box, room = different(dots_of(before), dots_of(label)), code_box(design)
            assert box and box[0] >= room[0] and box[1] >= room[1] and box[2] <= room[2] and box[3] <= room[3], \
                f"more than the code differs: {box}, and the code is in {room}"
            assert look(station, badge, station.root / "again.png")["ref"] == result["ref"], "by its badge"
            by_ref = station.ctl("preview", "--ref", result["ref"], "-o", station.root / "again.png")
            assert by_ref["code"].rstrip(".").endswith("A2"), by_ref
        assert different(dots_of(alone), dots_of(station.root / "T-ZHANG.png")) is None, \
            "with a daemon and without one"
        rows = station.ctl("queue", "--all")["rows"]
        assert len(rows) == 2 and all(row["issue"] == 1 for row in rows), rows


def test_a_previews_code_opens_no_door(build):
    with Station(build) as station:
        station.import_guests(GUESTS)
        station.start()
        code = station.ctl("preview", "T-ZHANG", "-o", station.root / "x.png")["code"]
        assert station.ctl("scan", code)["verdict"] == "not-in-copy", code


def test_what_does_not_fit_is_said(build):
    with Station(build) as station:
        station.import_guests(GUESTS)
        result = station.ctl("preview", "T-LONG", "-o", station.root / "x.png")
        assert result["overflow"] and "organisation" in result["misfit"], result
        told = kioskctl(build, "--config", station.config, "preview", "T-LONG", "-o", station.root / "x.png")
        assert told.returncode == 0 and b"does not fit: organisation" in told.stderr, told


def test_a_preview_that_cannot_be_says_why(build):
    with Station(build, printers=()) as station:
        station.import_guests(GUESTS)
        there = station.root / "kept.png"
        there.write_text("yesterday's")
        for words, code in ((["NO-SUCH"], "absent"), (["T-ZHANG", "--printer", "no"], "absent"),
                            (["T-ZHANG", "--dpi", "7"], "input"), ([], "input"),
                            (["T-ZHANG", "--ref", "X"], "input"), (["T-ZHANG", "--format", "gif"], "input"),
                            (["T-ZHANG", "--design", "none"], "remote"), (["--sample", "none"], "absent")):
            try:
                station.ctl("preview", *words, "-o", there)
            except Failed as error:
                assert error.code == code, (words, error.code, error)
            else:
                raise AssertionError(f"{words}: it was drawn")
            assert there.read_text() == "yesterday's", words
        missing = station.root / "missing.png"
        assert station.run_ctl("preview", "NO-SUCH", "-o", missing).returncode == 1 and not missing.exists()


def test_a_pdf_has_the_real_size(build):
    with Station(build, printers=()) as station:
        station.import_guests(GUESTS)
        path = station.root / "badge.pdf"
        station.ctl("preview", "T-ZHANG", "--dpi", "300", "--design", "card-54x86", "-o", path)
        told = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
        wide, high = map(float, re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", told).groups())
        assert abs(wide / 72 * 25.4 - 54) < 0.2 and abs(high / 72 * 25.4 - 85.6) < 0.2, told


def test_every_design_can_be_read_with_samples_and_no_station(build):
    with tempfile.TemporaryDirectory(prefix="yl", dir="/tmp") as place:
        env = {"XDG_CACHE_HOME": place, "XDG_CONFIG_HOME": place}
        names = sorted(path.stem for path in DESIGNS.glob("*.svg") if path.stem != "calibration")
        assert len(names) >= 9, names
        samples = kioskctl(build, "preview", "--sample", "?", env=env).stderr.decode()
        samples = samples.split("want one of ")[1].strip().split(", ")
        assert len(samples) >= 12, samples
        for number, name in enumerate(names):
            for dpi in ("203", "300"):
                picture = pathlib.Path(place) / f"{name}-{dpi}.png"
                run = kioskctl(build, "--json", "preview", "--sample", samples[number % 12], "--design", name,
                               "--dpi", dpi, env=env)
                assert run.returncode == 0, (name, run)
                picture.write_bytes(run.stdout)
                result = json.loads(run.stderr)["result"]
                assert set(read_qr(picture)) == {result["code"]}, (name, dpi, result)


# ---- design watch -----------------------------------------------------------------------

BROKEN = '<rect id="name" x="5" y="5" width="50" height="20" transform="rotate(7)" font-size="8"/>'


def state_of(directory):
    """What the page is told, as the browser reads it."""
    try:
        text = (directory / "sheet.js").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    assert text.startswith("sheet({") and text.endswith("});\n"), "half a file"
    return json.loads(text[len("sheet("):-len(");\n")])


class Watch:
    def __init__(self, build, design):
        self.place = tempfile.TemporaryDirectory(prefix="yl", dir="/tmp")
        self.root = pathlib.Path(self.place.name)
        self.file = self.root / "my badge 徽章.svg"
        self.file.write_bytes((DESIGNS / f"{design}.svg").read_bytes())
        self.dir = self.root / "my badge 徽章-sheet"
        self.run = subprocess.Popen([build / "kioskctl", "--json", "design", "watch", self.file],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    env=dict(os.environ, XDG_CACHE_HOME=str(self.root / "cache")))
        self.stamp = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.run.poll() is None:
            self.run.kill()
        self.run.wait(20)
        self.run.stdout.close()
        self.place.cleanup()

    def next(self):
        def fresh():
            assert self.run.poll() is None, self.run.stdout.read()
            state = state_of(self.dir)
            return state if state and state["stamp"] != self.stamp else None
        state = wait_for("a new sheet", fresh)
        self.stamp = state["stamp"]
        return state

    def pictures(self):
        return {path.stem: path.read_bytes() for path in self.dir.glob("*.png")}


def test_the_page_follows_what_is_saved(build):
    with Watch(build, "vip-62x100") as watch:
        good = watch.file.read_text()
        first = watch.next()
        assert first["problem"] == "" and len(first["badges"]) >= 12, first
        before = watch.pictures()
        assert set(before) == {badge["key"] for badge in first["badges"]}, before.keys()
        assert "sheet.js" in (watch.dir / "index.html").read_text()

        lines = good.split("\n")
        line = next(i for i, text in enumerate(lines) if text.strip() == "</svg>")
        watch.file.write_text("\n".join(lines[:line] + [BROKEN] + lines[line:]))  # in place
        wrong = watch.next()
        assert re.match(rf'my badge 徽章\.svg:{line + 1}: <rect>: slot "name": ', wrong["problem"]), wrong["problem"]
        assert [badge["key"] for badge in wrong["badges"]] == [badge["key"] for badge in first["badges"]]
        assert watch.pictures() == before, "the last good badges stay"

        fresh = watch.root / ".saved.tmp"  # and renamed over it, as most editors do
        fresh.write_text(good.replace("</svg>", '<rect x="0" y="0" width="6" height="6"/></svg>'))
        fresh.rename(watch.file)
        right = watch.next()
        assert right["problem"] == "" and not right["over"], right
        after = watch.pictures()
        assert all(after[key] != before[key] for key in before), "each badge has the new dots"
        assert not list(watch.dir.glob("*.new"))

        watch.run.send_signal(signal.SIGINT)
        assert watch.run.wait(20) == 0
        assert state_of(watch.dir)["over"], "the page hears of the end"
        left = list((watch.root / "cache/yuelai").iterdir())
        assert [path.name for path in left] == ["designs"], left


def test_once_tells_by_its_status_what_is_wrong(build):
    with tempfile.TemporaryDirectory(prefix="yl", dir="/tmp") as place:
        root, env = pathlib.Path(place), {"XDG_CACHE_HOME": place}
        good, bad = root / "good.svg", root / "bad.svg"
        text = (DESIGNS / "conference-62x100.svg").read_text()
        good.write_text(text)
        bad.write_text(text.replace("</svg>", BROKEN + "</svg>"))
        run = kioskctl(build, "--json", "design", "watch", good, "--once", "--target", "300", env=env)
        result = json.loads(run.stdout.splitlines()[-1])["result"]
        assert run.returncode == 0 and result["wrong"] == 0, run
        assert pathlib.Path(result["page"]) == root / "good-sheet/index.html", result
        assert state_of(root / "good-sheet")["dpi"] == 300
        run = kioskctl(build, "design", "watch", bad, "--once", "--out", root / "page", env=env)
        assert run.returncode == 1 and b"kioskctl: bad.svg:" in run.stderr and b"<rect" in run.stderr, run
        run = kioskctl(build, "--json", "design", "check", good, bad, root / "none.svg", env=env)
        rows = json.loads(run.stdout)["result"]["rows"]
        assert run.returncode == 1 and [row["file"] for row in rows] == [str(bad), str(root / "none.svg")], run
        assert kioskctl(build, "design", "check", *DESIGNS.glob("*.svg"), env=env).returncode == 0
        run = kioskctl(build, "design", "watch", good, "--once", "--printer", "zebra-zd421-300", env=env)
        assert run.returncode == 0, run


def test_a_page_that_is_no_contact_sheet_is_not_overwritten(build):
    with tempfile.TemporaryDirectory(prefix="yl", dir="/tmp") as place:
        site = pathlib.Path(place) / "site"
        site.mkdir()
        (site / "index.html").write_text("<!DOCTYPE html>\n<title>Home</title>")
        run = kioskctl(build, "design", "watch", DESIGNS / "card-54x86.svg", "--once", "--out", site,
                       env={"XDG_CACHE_HOME": place})
        assert run.returncode == 2 and b"no contact sheet" in run.stderr, run
        assert [path.name for path in site.iterdir()] == ["index.html"] and "Home" in (site / "index.html").read_text()


if __name__ == "__main__":
    sys.exit(run_tests(globals(), pathlib.Path(sys.argv[1]).resolve()))
