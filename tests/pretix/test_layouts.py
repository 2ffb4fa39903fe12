#!/usr/bin/env python3
"""Badge layouts: what the real server's own PDF shows is what comes out of kiosk-draw.

Layouts are given to pretix, which renders the badges of twenty guests to PDF; the same
layouts with the same guests' pdf_data go through kiosk-draw. Each line of text must say
the same words in the same place (1 mm), each QR code the same. Where pretix prints a box
for a character that its face lacks, ours prints the character.

KEEP=1 leaves the PDFs and pictures of both in the server's directory."""

import base64
import json
import math
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import seed_pdf  # noqa: E402
from server import Pretix  # noqa: E402

DPI, GUESTS, NEAR_MM = 300, 20, 1.0
MM = 72 / 25.4
TOP, DOWN = 0.765, 0.240  # of Open Sans, as the PDF has it
FONTS = HERE.parent.parent / "templates/system/fonts.conf"
LONG = "Internationale Konferenz für Talentaustausch und Zusammenarbeit 2026 in Belgrad"


def text(kind, left, bottom, width, content, **more):
    made = {"type": kind, "page": 1, "left": f"{left:.2f}", "bottom": f"{bottom:.2f}", "width": f"{width:.2f}",
            "fontsize": "10.0", "fontfamily": "Open Sans", "bold": False, "italic": False, "align": "left",
            "color": [0, 0, 0, 1], "content": content, "text": "", "text_i18n": {}, "locale": "", "rotation": 0}
    if kind == "textcontainer":
        made |= {"height": "10.00", "verticalalign": "top", "lineheight": "1", "autoresize": False,
                 "splitlongwords": True}
    return made | more


def box(*place, **more):
    return text("textcontainer", *place, **more)


def area(*place, **more):
    return text("textarea", *place, **more)


def code(left, bottom, size, content, **more):
    return {"type": "barcodearea", "page": 1, "left": f"{left:.2f}", "bottom": f"{bottom:.2f}",
            "size": f"{size:.2f}", "content": content, "text": "", "color": [0, 0, 0], "nowhitespace": False} | more


LAYOUTS = {
    "name": ((62, 100), [
        box(4, 60, 54, "attendee_name", height="24.00", fontsize="26", bold=True, align="center",
            verticalalign="bottom", autoresize=True),
        box(4, 48, 54, "attendee_company", height="10.00", fontsize="14", align="center", autoresize=True),
        box(4, 40, 54, "other", text="{item} · {order}-{positionid}", fontsize="8", height="5.00"),
        code(19, 8, 24, "secret")]),
    "aligned": ((148, 105), [
        *(box(5 + 45 * column, 75 - 25 * row, 40, "other", text=f"{align} {valign}\nbelow", align=align,
              verticalalign=valign, height="20.00", fontsize="12", bold=row == 1, italic=column == 1)
          for column, align in enumerate(("left", "center", "right"))
          for row, valign in enumerate(("top", "middle", "bottom"))),
        code(5, 1, 22, "pseudonymization_id", nowhitespace=True),
        box(40, 5, 100, "other", text="{event_name}, {event_date_range}: {attendee_name_latin_transcription}",
            fontsize="9", lineheight="1.5", height="12")]),
    "areas": ((148, 105), [
        area(5, 80, 60, "other", text=LONG, fontsize="11"),
        area(80, 80, 60, "other", text=LONG, fontsize="11", lineheight="1.3", align="right", bold=True),
        area(5, 60, 60, "other", text=LONG, fontsize="11", downward=True, align="center"),
        area(80, 60, 60, "attendee_name_latin_transcription", fontsize="16", downward=True, lineheight="1"),
        area(5, 10, 90, "other", text="{attendee_name_latin_transcription}\n{attendee_email}\n{order}", fontsize="13"),
        code(110, 5, 30, "other", text="https://example.org/{order}/{pseudonymization_id}/" + 12 * "0123456789")]),
    "fitted": ((105, 148), [
        box(5, 120, 95, "other", text=LONG, fontsize="40", height="20.00", autoresize=True, align="center",
            verticalalign="middle", bold=True),
        box(5, 95, 30, "other", text="Donaudampfschifffahrtsgesellschaft", fontsize="14", height="20.00"),
        box(40, 95, 30, "other", text="Donaudampfschifffahrtsgesellschaft", fontsize="14", autoresize=True,
            splitlongwords=False, height="20.00"),
        box(5, 70, 30, "other", text="eine Donaudampfschifffahrtsgesellschaft fährt", fontsize="14",
            height="20.00"),
        box(40, 70, 60, "other", text="Gesellschaft zur Förderung der wissenschaftlichen Zusammenarbeit e.V.",
            fontsize="18", autoresize=True, height="14.00", align="right", verticalalign="bottom"),
        box(5, 30, 95, "attendee_name_latin_transcription", fontsize="60", autoresize=True, height="30.00",
            splitlongwords=False, align="center", verticalalign="middle")]),
    "turned": ((82, 203), [
        box(10, 130, 62, "attendee_name_latin_transcription", height="20.00", fontsize="30", bold=True,
            autoresize=True, align="center", verticalalign="middle"),
        box(72, 60, 62, "attendee_name_latin_transcription", height="20.00", fontsize="30", rotation=180,
            autoresize=True, align="center", verticalalign="middle"),
        box(30, 180, 40, "other", text="ninety to the right", fontsize="12", rotation=90, height="8.00"),
        area(60, 145, 40, "other", text="and to the left, on two lines or three", fontsize="12", rotation=270),
        box(10, 30, 40, "other", text="askew", fontsize="20", rotation=30)]),
}

MAKE = """
import base64, io, json
from django.core.files.base import ContentFile
from django.utils.translation import override
from django_scopes import scopes_disabled
from pretix.base.models import Event, OrderPosition
from pretix.plugins.badges.exporters import OPTIONS, render_pdf
from pretix.plugins.badges.models import BadgeItem, BadgeLayout
with scopes_disabled():
    event = Event.objects.get(slug="citec")
    made = json.loads({made!r})
    guests = [OrderPosition.objects.get(pk=one) for one in made["guests"]]
    BadgeItem.objects.filter(item__event=event).delete()
    for name, (background, layout) in made["layouts"].items():
        event.badge_layouts.update(default=False)
        one = BadgeLayout.objects.create(event=event, name=name, default=True, layout=json.dumps(layout))
        one.background.save("background.pdf", ContentFile(base64.b64decode(background)))
        with open(f"{{made['to']}}/{{name}}.pdf", "wb") as out:
            render_pdf(event, guests, OPTIONS["one"], out)
"""


class Wrong(Exception):
    pass


# ---- what the server's PDF says


def words_of(pdf, page):
    """[(word, left, top, right, bottom)] in mm, and what its hidden text says of codes."""
    told = subprocess.run(["pdftotext", "-bbox", "-f", str(page), "-l", str(page), pdf, "-"], check=True,
                          capture_output=True, text=True).stdout
    found = []
    for match in re.finditer(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>', told):
        left, top, right, bottom = (float(one) / MM for one in match.groups()[:4])
        word = match[5].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        if max(right - left, bottom - top) > 0.5:
            found.append((word, left, top, right, bottom))
    return found


def codes_of(picture):
    told = subprocess.run(["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", picture], capture_output=True,
                          text=True).stdout
    return sorted(told.split("\n")[:-1])


# ---- what ours says


def lines_of(report):
    lines = []
    for match in re.finditer(r'^    x=(\S+) y=(\S+) w=(\S+) size=(\S+) turn=(\S+) slot=(\S+) "(.*)"$', report, re.M):
        x, y, width, size, turn = (float(one) for one in match.groups()[:5])
        if size == 0:
            continue
        angle, k = math.radians(turn), 25.4 / DPI
        corners = [(x + a * math.cos(angle) - b * math.sin(angle), y + a * math.sin(angle) + b * math.cos(angle))
                   for a in (0, width) for b in (-TOP * size, DOWN * size)]
        lines.append({"words": match[7].replace('\\"', '"'), "slot": match[6], "turn": turn,
                      "box": (min(c[0] for c in corners) * k, min(c[1] for c in corners) * k,
                              max(c[0] for c in corners) * k, max(c[1] for c in corners) * k)})
    return lines


def draw(build, design, fields, picture):
    run = subprocess.run([build / "kiosk-draw", "png", "--design", design, "--target", str(DPI), "--fields",
                          json.dumps(fields), "--out", picture, "--report"], capture_output=True, text=True,
                         env={"FONTCONFIG_FILE": str(FONTS), "PATH": os.environ["PATH"]})
    if run.returncode != 0:
        raise Wrong(run.stdout.strip())
    return run.stdout


# ---- the comparison


def is_known(words):
    """True if Open Sans has all of it, from left to right."""
    return all(ord(c) < 0x590 or 0x1E00 <= ord(c) < 0x2070 for c in words)


def plain(words):
    return "".join(words.split()).replace("\u200a", "")


def match_line(line, words):
    """The server's words there; raises Wrong if they say or stand otherwise."""
    left, top, right, bottom = line["box"]
    inside = [one for one in words if left - 1.5 < (one[1] + one[3]) / 2 < right + 1.5 and
              top - 0.5 < (one[2] + one[4]) / 2 < bottom + 0.5]
    said = sorted(inside, key=lambda one: one[2] if line["turn"] % 180 == 90 else one[1],
                  reverse=line["turn"] in (180, 270, -90))
    there = "".join(one[0] for one in said)
    if plain(there) != plain(line["words"]):
        raise Wrong(f"{line['slot']}: ours \"{line['words']}\", there \"{there}\"")
    spans = [min(one[1] for one in said), min(one[2] for one in said),
             max(one[3] for one in said), max(one[4] for one in said)]
    # its hyphens have a space behind them, ours have not
    slack = NEAR_MM + 2.0 * line["words"].count("-")
    off = max(abs(a - b) for a, b in zip(spans, line["box"]))
    if off > slack:
        raise Wrong(f"{line['slot']} \"{line['words']}\": {off:.2f} mm off: "
                    f"{[round(one, 2) for one in line['box']]} for {[round(one, 2) for one in spans]}")
    return inside, off


def compare(name, guest, lines, words):
    """How many lines were compared, the worst distance, the faults."""
    faults, used, worst, count = [], [], 0, 0
    for line in lines:
        if not line["words"] or not is_known(line["words"]) or line["slot"] == "poweredby" or line["turn"] % 90:
            continue
        try:
            inside, off = match_line(line, words)
            used += inside
            worst, count = max(worst, off), count + 1
        except Wrong as fault:
            faults.append(f"{name}, {guest}: {fault}")
    strange = [one[0] for one in words if one not in used and is_known(one[0]) and plain(one[0])]
    foreign = any(not is_known(line["words"]) or line["turn"] % 90 for line in lines)
    if strange and not foreign:
        faults.append(f"{name}, {guest}: only there: {' '.join(strange)}")
    return count, worst, faults


def guests_of(server):
    """Positions with all that the server tells of them, of every name in the seed."""
    device = server.device(0)
    rows = server.sql("select p.id, p.secret, o.locale, p.attendee_name_cached as name from pretixbase_orderposition p "
                      "join pretixbase_order o on o.id = p.order_id join pretixbase_event e on e.id = o.event_id "
                      "where e.slug = 'citec' and o.status = 'p' and not p.canceled order by p.id limit 200")
    names, chosen = {}, []
    for row in sorted(rows, key=lambda row: names.setdefault(row["name"], len(names))):
        if sum(one["name"] == row["name"] for one in chosen) < 2 and len(chosen) < GUESTS:
            chosen.append(row)
    orders = device.all("/api/v1/organizers/conf/events/citec/orders/?pdf_data=true")
    texts = {one["id"]: one["pdf_data"] for order in orders for one in order["positions"]}
    for row in chosen:
        row["fields"] = {key: value for key, value in texts[row["id"]].items() if isinstance(value, str) and value} | \
            {"secret": row["secret"], "language": row["locale"]}
    return chosen


def bundle(path, layout, pdf):
    text = json.dumps(layout).encode()
    path.write_bytes(b"YLLAYOUT1 %d %d\n" % (len(text), len(pdf)) + text + pdf)


def picture_of(pdf, page, path):
    subprocess.run(["pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-gray", "-png", "-singlefile", pdf,
                    str(path.with_suffix(""))], check=True)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    passed, failed = 0, 0
    with Pretix(os.environ.get("PRETIX_DIR")) as server:
        home = server.root / "layouts"
        home.mkdir(exist_ok=True)
        guests = guests_of(server)
        pdfs = {name: seed_pdf.page(*size, band=name == "name") for name, (size, _) in LAYOUTS.items()}
        made = {"guests": [one["id"] for one in guests], "to": str(home),
                "layouts": {name: [base64.b64encode(pdfs[name]).decode(), layout]
                            for name, (_, layout) in LAYOUTS.items()}}
        server.shell(MAKE.format(made=json.dumps(made)))
        for name, (_, layout) in LAYOUTS.items():
            design, pdf = home / f"{name}.layout", home / f"{name}.pdf"
            bundle(design, layout, pdfs[name])
            count, worst, faults, codes = 0, 0, [], 0
            for page, guest in enumerate(guests, 1):
                ours, theirs = home / f"{name}-{page}.png", home / f"{name}-{page}-there.png"
                try:
                    report = draw(build, design, guest["fields"], ours)
                except Wrong as fault:
                    faults.append(f"{name}, {guest['name']}: {fault}")
                    continue
                if "missing=0" not in report.split("\n")[-2]:
                    faults.append(f"{name}, {guest['name']}: characters without a glyph")
                lines, distance, more = compare(name, guest["name"], lines_of(report), words_of(pdf, page))
                picture_of(pdf, page, theirs)
                here, there = codes_of(ours), codes_of(theirs)
                if here != there or len(here) != sum(one["type"] == "barcodearea" for one in layout):
                    more.append(f"{name}, {guest['name']}: codes {here}, there {there}")
                count, worst, faults, codes = count + lines, max(worst, distance), faults + more, codes + len(here)
            for fault in faults[:12]:
                print(f"not as the server has it: {fault}")
            good = not faults and count > 0
            passed, failed = passed + good, failed + (not good)
            print(f"{'ok' if good else 'not ok'} layout {name}: {count} lines of {len(guests)} badges within "
                  f"{worst:.2f} mm, {codes} codes the same", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
