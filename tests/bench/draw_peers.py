#!/usr/bin/env python3
"""What else one might make badges with, beside ours: bench-draw runs this at its end.

Usage: draw_peers.py GUESTS SECONDS MIB [--short | --full]

GUESTS: a line of JSON a guest (name, name_latin, organisation, country, kind_label, session,
seat, ref, event, qr), as bench-draw has drawn them; SECONDS, MIB: what all of them took it.

Every peer makes the same badge of the same guests: 62x100 mm, event, name, second script,
organisation, country, session, seat, kind of guest, QR code. Each one as its own users would:
glabels merges a CSV, reportlab draws as pretix does, Chromium prints a page of HTML,
rsvg-convert converts an SVG a badge. The QR codes of Chromium and rsvg-convert are made
beforehand and not in their time. A batch is of as many badges as a line says; --full: of all.
Memory: the most that its processes held at once, pages they share counted once.
"""

import csv
import html
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

WIDTH_MM, HEIGHT_MM = 62, 100
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
TARGETS = {"glabels": 20, "reportlab": 50, "Chromium": 38, "rsvg-convert": 10}

# text of the guest, baseline in mm from the top, size in mm, bold
LINES = (("event", 6.5, 2.6, True), ("name", 26, 9, True), ("name_latin", 34, 5, False),
         ("organisation", 42, 4, False), ("country", 48, 3.6, True), ("session", 69, 3, True),
         ("seat", 73.5, 3, False), ("ref", 78, 2.5, False), ("kind_label", 94, 7.5, True))
QR_MM = (33, 55, 25)  # left, top, side


# ---- running one ----------------------------------------------------------------------------


def family(pid, found):
    try:
        threads = os.listdir(f"/proc/{pid}/task")
        children = [pathlib.Path(f"/proc/{pid}/task/{one}/children").read_text() for one in threads]
    except OSError:
        return found
    found.append(pid)
    for child in " ".join(children).split():
        family(child, found)
    return found


def held_kib(pid):
    own, shared = 0, 0
    for one in family(pid, []):
        try:
            pages = pathlib.Path(f"/proc/{one}/statm").read_text().split()
        except OSError:
            continue
        own += int(pages[1]) - int(pages[2])
        shared = max(shared, int(pages[2]))
    return (own + shared) * PAGE_KIB


def run(command, folder):
    """Seconds and MiB; None if it failed."""
    most, ended = [0], threading.Event()
    log = open(folder / "log", "wb")
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, start_new_session=True)

    def watch():
        while not ended.wait(0.02):
            most[0] = max(most[0], held_kib(child.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        _, status, usage = os.wait4(child.pid, 0)
        took = time.monotonic() - began
    finally:
        ended.set()
        watcher.join()
        log.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    return (took, max(most[0], usage.ru_maxrss) / 1024) if child.returncode == 0 else None


class Table:
    def __init__(self, ours_ms):
        self.ours_ms = ours_ms
        self.best = {}
        print(f"{'badges by':<34}{'badges':>7}{'ms a badge':>12}{'ratio':>8}{'MiB':>7}  lacks")

    def row(self, name, badges, ms, mib=None, lacks=""):
        held = f"{mib:.0f}" if mib else ""
        print(f"{name:<34}{badges:>7}{ms:>12.2f}{ms / self.ours_ms:>7.0f}x{held:>7}  {lacks}", flush=True)

    def nothing(self, name, why):
        print(f"{name:<34}{why:>15}", flush=True)

    def measure(self, peer, name, commands, badges, lacks, folder):
        """Each command a process; together they make so many badges."""
        if not commands:
            return
        if not shutil.which(commands[0][0]):
            self.nothing(name, "not installed")
            return
        seconds = mib = 0
        for command in commands:
            ran = run(command, folder)
            if not ran:
                tail = (folder / "log").read_text(errors="replace").strip().split("\n")[-1]
                self.nothing(name, f"failed: {tail[:90]}")
                return
            seconds, mib = seconds + ran[0], max(mib, ran[1])
        ms = seconds * 1000 / badges
        self.row(name, badges, ms, mib, lacks)
        self.best[peer] = min(ms, self.best.get(peer, ms))

    def judge(self):
        print()
        for peer, target in TARGETS.items():
            if peer in self.best:
                ratio = self.best[peer] / self.ours_ms
                word = "met" if ratio >= target else "MISSED"
                print(f"  ours ahead of {peer + ', at its best':<28}{ratio:>5.0f}x  target {target}x: {word}")


# ---- the badge in their languages -----------------------------------------------------------


def qr_path(text):
    """Modules as an SVG path in units of modules, and how many there are a side; by reportlab."""
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    dark = [(x, y) for y in range(count) for x in range(count) if code.isDark(y, x)]
    return "".join(f"M{x} {y}h1v1h-1z" for x, y in dark), count


def svg(guest):
    """One badge; its texts as they are: an SVG fits nothing and wraps nothing."""
    left, top, side = QR_MM
    path, count = guest["path"]
    texts = "".join(
        f'<text x="4" y="{y}" font-size="{size}" font-weight="{700 if bold else 400}">'
        f"{html.escape(guest[key])}</text>" for key, y, size, bold in LINES)
    code = f'<path transform="translate({left} {top}) scale({side / count})" d="{path}"/>' if path else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" '
            f'viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}" font-family="Noto Sans"><rect width="{WIDTH_MM}" '
            f'height="{HEIGHT_MM}" fill="white"/><rect y="9" width="{WIDTH_MM}" height=".5"/>'
            f"{texts}{code}</svg>")


def page(guests):
    """A page of HTML a badge, as a web designer would set it: it wraps, and breaks nothing off."""
    left, top, side = QR_MM
    style = (f"@page{{size:{WIDTH_MM}mm {HEIGHT_MM}mm;margin:0}}body{{margin:0;font-family:'Noto Sans'}}"
             f".b{{position:relative;width:{WIDTH_MM}mm;height:{HEIGHT_MM}mm;overflow:hidden;"
             "break-after:page}p{position:absolute;margin:0;left:4mm;right:4mm;line-height:1}"
             f"svg{{position:absolute;left:{left}mm;top:{top}mm;width:{side}mm;height:{side}mm}}")
    badges = []
    for guest in guests:
        path, count = guest["path"]
        texts = "".join(f'<p style="top:{y - size:.1f}mm;font-size:{size}mm;font-weight:'
                        f'{700 if bold else 400}">{html.escape(guest[key])}</p>'
                        for key, y, size, bold in LINES)
        code = f'<svg viewBox="0 0 {count} {count}"><path d="{path}"/></svg>' if path else ""
        badges.append(f'<div class="b">{texts}{code}</div>')
    return f'<!DOCTYPE html><meta charset="utf-8"><style>{style}</style>' + "".join(badges)


PLACE = 'a0="1" a1="0" a2="0" a3="1" a4="0" a5="0" shadow="False"'


def glabels_design():
    left, top, side = QR_MM
    texts = "".join(
        f'<Object-text x="4mm" y="{y - size}mm" w="56mm" h="{size * 1.3}mm" justify="left" valign="top" '
        f'auto_shrink="True" {PLACE}><Span color="0x000000ff" font_family="Noto Sans" '
        f'font_size="{size * 72 / 25.4:.1f}" font_weight="{"Bold" if bold else "Regular"}" '
        f'font_italic="False" line_spacing="1"><Field name="{key}"/></Span></Object-text>'
        for key, y, size, bold in LINES)
    return ('<?xml version="1.0"?><Glabels-document xmlns="http://glabels.org/xmlns/3.0/">'
            f'<Template brand="Bench" part="badge" size="Other" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" '
            f'description="badge"><Label-rectangle id="0" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" '
            'round="0mm" x_waste="0mm" y_waste="0mm"><Markup-margin size="1mm"/><Layout nx="1" ny="1" '
            f'x0="0mm" y0="0mm" dx="{WIDTH_MM}mm" dy="{HEIGHT_MM}mm"/></Label-rectangle></Template>'
            f'<Objects id="0" rotate="False">{texts}<Object-barcode x="{left}mm" y="{top}mm" w="{side}mm" '
            f'h="{side}mm" style="IEC18004" text="False" checksum="True" color="0x000000ff" field="qr" '
            f'{PLACE}/></Objects><Merge type="Text/Comma/Line1Keys" src="guests.csv"/><Data/></Glabels-document>')


# As pretix sets a badge: a canvas, faces it has been given, texts at their places. Its server
# then lays each page onto the design's own PDF, which is not in this time.
REPORTLAB = """
import json, sys
import reportlab.pdfgen.canvas as canvas, reportlab.graphics.barcode.qr as qr
from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
mm = 72 / 25.4
for face in ('Regular', 'Bold'):
    pdfmetrics.registerFont(TTFont(face, '/usr/share/fonts/truetype/noto/NotoSans-%s.ttf' % face))
lines, (left, top, side), guests, out = json.load(open(sys.argv[1]))
page = canvas.Canvas(out, pagesize=(62 * mm, 100 * mm))
for guest in guests:
    for key, y, size, bold in lines:
        page.setFont('Bold' if bold else 'Regular', size * mm)
        page.drawString(4 * mm, (100 - y) * mm, guest[key])
    drawing = Drawing(side * mm, side * mm)
    drawing.add(qr.QrCodeWidget(guest['qr'], barWidth=side * mm, barHeight=side * mm, barLevel='M'))
    renderPDF.draw(drawing, page, left * mm, (100 - top - side) * mm)
    page.showPage()
page.save()
"""


# ---- the peers ------------------------------------------------------------------------------


def with_rsvg(table, guests, folder, alone):
    for i, guest in enumerate(guests):
        (folder / f"{i}.svg").write_text(svg(guest))
    size = ["-d", "300", "-p", "300"]
    table.measure("rsvg-convert", "rsvg-convert, PNG, one each",
                  [["rsvg-convert", *size, "-o", f"{i}.png", f"{i}.svg"] for i in range(alone)], alone,
                  "long names are cut; grey, not dots" + no_code(guests), folder)
    table.measure("rsvg-convert", "rsvg-convert, one PDF",
                  [["rsvg-convert", "-f", "pdf", "-o", "rsvg.pdf", *(f"{i}.svg" for i in range(len(guests)))]],
                  len(guests), "long names are cut; not dots yet" + no_code(guests), folder)


def with_reportlab(table, guests, folder, alone):
    lacks = "Han and Arabic are boxes, long names are cut; not dots yet"
    for name, some, times in (("reportlab, one each", guests[:1], alone), ("reportlab, one PDF", guests, 1)):
        if not has_reportlab():
            table.nothing(name, "not installed")
            continue
        task = folder / f"{len(some)}.json"
        task.write_text(json.dumps([LINES, QR_MM, some, f"reportlab-{len(some)}.pdf"]))
        table.measure("reportlab", name, [["/usr/bin/python3", "-c", REPORTLAB, str(task)]] * times,
                      len(some) * times, lacks, folder)


def with_glabels(table, guests, folder, alone):
    lacks = "long names shrink without a floor, no band by kind; not dots yet"
    (folder / "badge.glabels").write_text(glabels_design())
    keys = [key for key, *_ in LINES] + ["qr"]
    for name, some, times in (("glabels-batch, one each", guests[:1], alone), ("glabels-batch, one PDF", guests, 1)):
        merge = folder / f"{len(some)}.csv"
        with open(merge, "w", newline="") as file:
            rows = csv.DictWriter(file, keys, extrasaction="ignore")
            rows.writeheader()
            rows.writerows(some)
        command = ["glabels-3-batch", "-i", str(merge), "-o", f"glabels-{len(some)}.pdf", "badge.glabels"]
        table.measure("glabels", name, [command] * times, len(some) * times, lacks, folder)


def with_chromium(table, guests, folder, alone):
    quiet = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer", "--timeout=600000"]
    for count in (1, len(guests)):
        (folder / f"{count}.html").write_text(page(guests[:count]))
    lacks = "long names run over the rest; not dots yet" + no_code(guests)
    table.measure("Chromium", "Chromium, PDF, one each",
                  [[*quiet, "--print-to-pdf=one.pdf", str(folder / "1.html")]] * alone, alone, lacks, folder)
    table.measure("Chromium", "Chromium, screenshot, one each",
                  [[*quiet, "--window-size=234,378", "--force-device-scale-factor=3.125",
                    "--screenshot=one.png", str(folder / "1.html")]] * alone, alone,
                  "long names run over the rest; grey, not dots" + no_code(guests), folder)
    table.measure("Chromium", "Chromium, one PDF",
                  [[*quiet, "--print-to-pdf=chromium.pdf", str(folder / f"{len(guests)}.html")]], len(guests),
                  lacks, folder)


def with_poppler(table, guests, folder):
    """What a PDF still needs to be dots."""
    count = min(len(guests), 100)
    for name, file in (("glabels", f"glabels-{len(guests)}.pdf"), ("Chromium", "chromium.pdf")):
        if (folder / file).exists():
            table.measure("pdftoppm", f"... and to dots, {name}'s PDF",
                          [["pdftoppm", "-mono", "-r", "300", "-l", str(count), file, f"dots-{name}"]], count,
                          "(on top of that row)", folder)


def has_reportlab():
    return subprocess.run(["/usr/bin/python3", "-c", "import reportlab"], capture_output=True).returncode == 0


def no_code(guests):
    return "" if guests[0]["path"][0] else "; QR code"


def read_guests(path, most):
    guests = [json.loads(line) for line in open(path, encoding="utf-8")][:most]
    for guest in guests:
        try:
            guest["path"] = qr_path(guest["qr"])
        except ImportError:  # no reportlab: those that need a code from elsewhere do without
            guest["path"] = ("", 1)
    return guests


def main():
    lines = sum(1 for _ in open(sys.argv[1], encoding="utf-8"))
    ours_ms = float(sys.argv[2]) * 1000 / lines
    short, full = "--short" in sys.argv, "--full" in sys.argv
    guests = read_guests(sys.argv[1], lines if full else 10 if short else 100)
    alone = 1 if short else 10 if full else 3
    table = Table(ours_ms)
    mib = float(sys.argv[3])
    table.row("ours, easel, one after the other", lines, ours_ms, mib if mib > 0 else None,
              "(1-bit dots of the head, all fitted)")
    with tempfile.TemporaryDirectory(prefix="yuelai-peers-") as name:
        folder = pathlib.Path(name)
        with_rsvg(table, guests, folder, 3 * alone)
        with_reportlab(table, guests, folder, alone)
        with_glabels(table, guests, folder, alone)
        with_chromium(table, guests, folder, alone)
        with_poppler(table, guests, folder)
    if not short:
        table.judge()


if __name__ == "__main__":
    main()
