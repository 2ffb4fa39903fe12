#!/usr/bin/env python3
"""Every language of label printers: pages go through our encoders and come back from
decoders that are not ours or not in our tongue, and all dots are compared. Then the same
pages as CUPS raster through the real drivers of Debian in a real cupsd, whose bytes must put
the very same dots on paper.

    test_drivers.py BUILD [SCENE ...]     the scenes stand below, each a sentence
"""

import functools
import itertools
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/rig"))

import label_decode  # noqa: E402
from print_room import expect, play, wait  # noqa: E402

GAP, MARK, CONTINUOUS, AS_SET = range(4)
NO_CUT, CUT_EACH, CUT_END = range(3)
USUAL, PLAIN, DEFLATE = range(3)
UM = 25400


# ---- pages --------------------------------------------------------------------------------


@functools.lru_cache(maxsize=64)
def make_page(kind, width, height):
    """Rows of dots, a byte a dot."""
    chance = random.Random(f"{kind} {width} {height}")
    if kind == "white":
        return [bytes(width)] * height
    if kind == "black":
        return [b"\1" * width] * height
    if kind == "noise":
        return [label_decode.dots(chance.randbytes((width + 7) // 8), width) for _ in range(height)]
    if kind == "corners":  # the first and last dot of the first and last row
        edge = bytes(x in (0, width - 1) for x in range(width))
        return [edge if y in (0, height - 1) else bytes(width) for y in range(height)]
    rows = []  # letters: runs of all lengths, rows repeated
    while len(rows) < height:
        row = b""
        while len(row) < width:
            row += bytes([chance.getrandbits(1)]) * chance.choice([1, 2, 3, 7, 8, 9, 40, 127, 128, 129, 300])
        rows += [row[:width]] * chance.choice([1, 1, 2, 5, 30])
    return rows[:height]


KINDS = "white", "black", "noise", "corners", "letters"


def write_pbm(path, rows):
    width = len(rows[0])
    lines = [int(b"1" + row.translate(b"01" + bytes(254)) + b"0" * (-width % 8), 2) for row in rows]
    size = (width + 7) // 8 + 1
    path.write_bytes(b"P4\n%d %d\n" % (width, len(rows)) + b"".join(line.to_bytes(size, "big")[1:] for line in lines))


def encode(language, page, second=None, **setting):
    with tempfile.TemporaryDirectory() as directory:
        files = [pathlib.Path(directory) / name for name in ("page", "second")]
        write_pbm(files[0], page)
        if second:
            write_pbm(files[1], second)
        command = [BUILD / "tests/encode-probe", language, *(f"{key}={value}" for key, value in setting.items()),
                   *files[:2 if second else 1]]
        done = subprocess.run(command, capture_output=True, check=False)
        expect(done.returncode == 0, *command, done.stderr.decode())
        return done.stdout


def size_of(page, dpi, feed_dpi=None):
    """The label that is as large as the page, in micrometres."""
    return {"width_um": len(page[0]) * UM // dpi, "height_um": len(page) * UM // (feed_dpi or dpi), "dpi": dpi}


def laid(page, width, height, x, y):
    """The page with its corner at (x, y) of a window of width x height."""
    rows = []
    for row in range(height):
        source = page[row - y] if 0 <= row - y < len(page) else b""
        if not source:
            rows.append(bytes(width))
            continue
        shifted = bytes(max(x, 0)) + source[max(-x, 0):]
        rows.append(shifted[:width].ljust(width, b"\0"))
    return rows


def same(got, want, *words):
    """All dots; a decoder that knows only whole bytes may add white at the right."""
    width = len(want[0])
    expect(len(got) == len(want), *words, "rows", len(got), "want", len(want))
    for y, (have, row) in enumerate(zip(got, want)):
        expect(len(have) >= width and have[:width] == row and not any(have[width:]), *words, "row", y, "differs")


def cases(languages, sizes, offsets):
    for language, (width, height, dpi), kind in itertools.product(languages, sizes, KINDS):
        page = make_page(kind, width, height)
        for x, y in offsets if kind in ("noise", "letters") else offsets[:1]:
            yield language, page, dpi, x, y, f"{language} {kind} {width}x{height} at {x},{y}:"


# ---- by our decoder -----------------------------------------------------------------------


def every_dot_of_whole_labels_comes_back():
    sizes = (496, 799, 203), (1, 1, 203), (7, 9, 300), (732, 1181, 300), (833, 64, 600)
    offsets = (0, 0), (5, 3), (-3, -2), (16, -1)
    count = 0
    for language, page, dpi, x, y, name in cases(("zpl", "epl2", "tspl", "pwg"), sizes, offsets):
        if len(page) < 20:
            x, y = min(x, 0) and 0, 0
        width, height = len(page[0]), len(page)
        for packing in (USUAL, PLAIN, DEFLATE) if language == "zpl" else (USUAL,):
            data = encode(language, page, x=x, y=y, packing=packing, **size_of(page, dpi))
            same(label_decode.decode(data).rows, laid(page, width, height, x, y), name)
            count += 1
    print(f"    {count} documents")


def every_dot_of_printable_boxes_comes_back():
    count = 0
    sizes = (696, 1109, 300), (306, 991, 300), (560, 300, 300), (8, 8, 300)
    offsets = (0, 0), (3, 2), (-5, -7)
    languages = "dymo_lw", "escpos", "cups-raster"
    for language, page, dpi, x, y, name in cases(languages, sizes, offsets):
        width, height = len(page[0]), len(page)
        box = {"box_x": 18, "box_y": 35, "box_width": width, "box_height": height}
        label = {"width_um": (width + 36) * UM // dpi, "height_um": (height + 70) * UM // dpi, "dpi": dpi}
        for packing in USUAL, PLAIN:
            data = encode(language, page, x=18 + x, y=35 + y, packing=packing, **label, **box)
            same(label_decode.decode(data).rows, laid(page, width, height, x, y), name)
            count += 1
    print(f"    {count} documents")


HEADS = (  # head, right, width, height: as Brother's tables have them
    (720, 12, 696, 1109), (720, 6, 306, 991), (720, 0, 165, 566), (1296, 56, 1164, 1660), (720, 0, 720, 40))


def every_dot_reaches_the_pins_of_a_brother_head():
    count = 0
    for (head, right, width, height), kind, packing in itertools.product(HEADS, KINDS, (USUAL, PLAIN)):
        page = make_page(kind, width, height)
        label = {"width_um": (width + 36) * UM // 300, "height_um": (height + 70) * UM // 300}
        for x, y in ((0, 0), (4, -3)) if kind == "letters" else ((0, 0),):
            data = encode("brother_ql", page, x=18 + x, y=35 + y, box_x=18, box_y=35, box_width=width,
                          box_height=height, head=head, right=right, packing=packing, tracking=GAP, **label)
            left = head - right - width
            got = label_decode.brother_ql(data, head // 8)
            same(got.rows, laid(page, head, height, left + x, y) if not x else
                 laid(laid(page, width, height, x, y), head, height, left, 0), head, width, kind)
            count += 1
    print(f"    {count} documents")


def a_brother_is_told_its_roll_its_cut_and_its_mode():
    page = make_page("letters", 696, 1111)
    box = {"box_x": 18, "box_y": 35, "box_width": 696, "box_height": 1111, "x": 18, "y": 35, "head": 720, "right": 12}
    label = {"width_um": 62000, "height_um": 100000}
    rows = (1111).to_bytes(4, "little")
    endless = label_decode.decode(encode("brother_ql", page, tracking=CONTINUOUS, cut=CUT_EACH, **label, **box)).said
    expect(endless["z"] == b"\xc6\x0a\x3e\x00" + rows + b"\0\0", endless["z"])
    expect((endless["M"], endless["A"], endless["K"], endless["d"]) == (b"\x40", b"\1", b"\x08", b"\x23\0"), endless)
    labels = label_decode.decode(encode("brother_ql", page, tracking=GAP, **label, **box)).said
    expect(labels["z"] == b"\xce\x0b\x3e\x64" + rows + b"\0\0", labels["z"])
    expect((labels["M"], labels["K"], labels["d"]) == (b"\0", b"\0", b"\0\0") and "A" not in labels, labels)
    end = label_decode.decode(encode("brother_ql", page, tracking=CONTINUOUS, cut=CUT_END, **label, **box)).said
    expect((end["M"], end["K"]) == (b"\0", b"\x08"), end)
    only = encode("brother_ql", page, quirks=1, packing=PLAIN, **label, **box)
    expect(b"\x1bia" not in only and "a" in endless, "the mode is selected, or not")


def two_colours_and_fine_feed_reach_a_brother():
    page, red = make_page("letters", 696, 600), make_page("noise", 696, 600)
    box = {"box_width": 696, "box_height": 600, "head": 720, "right": 12, "tracking": CONTINUOUS, "cut": CUT_EACH}
    both = label_decode.decode(encode("brother_ql", page, red, two_colour=1, **size_of(page, 300), **box))
    same(both.rows, laid(page, 720, 600, 12, 0), "black")
    same(both.red, laid(red, 720, 600, 12, 0), "red")
    expect(both.said["K"] == b"\x09", both.said)
    plain = label_decode.decode(encode("brother_ql", page, two_colour=1, **size_of(page, 300), **box))
    expect(plain.red and not any(map(any, plain.red)), "a page without red has an empty red plane")
    fine = label_decode.decode(encode("brother_ql", page, feed_dpi=600, **size_of(page, 300, 600), **box))
    same(fine.rows, laid(page, 720, 600, 12, 0), "600 rows an inch")
    expect(fine.said["K"] == b"\x48", fine.said)


# ---- by other people's drivers ------------------------------------------------------------


class Cupsd:
    """A real cupsd whose queues have real drivers; what they make is left on a shelf."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="yl-", dir="/tmp"))
        self.env = {**os.environ, "CUPS_SERVER": str(self.root / "cups.sock"),
                    "PATH": os.environ["PATH"] + ":/usr/sbin"}
        subprocess.run([SOURCE / "tests/rig/cupsd", "start", self.root], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([SOURCE / "tests/rig/cupsd", "stop", self.root], check=False)
        shutil.rmtree(self.root, ignore_errors=True)

    def queue(self, name, model):
        shelf = self.root / name
        shelf.mkdir()
        if os.geteuid() == 0:
            shutil.chown(shelf, "lp", "lp")
        subprocess.run(["lpadmin", "-p", name, "-E", "-v", f"shelf:{shelf}", "-m", model, "-o",
                        "printer-error-policy=abort-job"], env=self.env, check=True, stderr=subprocess.DEVNULL)

    def print(self, name, data):
        """What came out at the printer."""
        shelf = self.root / name
        number = len(list(shelf.glob("[0-9]*.doc"))) + 1
        subprocess.run(["lp", "-d", name, "-"], input=data, env=self.env, check=True, stdout=subprocess.DEVNULL)
        paper = shelf / f"{number:06}.doc"
        wait(paper.exists, 60)
        return paper.read_bytes()


def the_drivers_of_zebra_and_dymo_put_the_same_dots_on_paper_as_we_do():
    queues = (("zebra", "drv:///sample.drv/zebra.ppd", "zpl", 203, 496, 799),
              ("epl2", "drv:///sample.drv/zebraep2.ppd", "epl2", 203, 800, 300),
              ("dymo", "dymo:0/cups/model/lw450.ppd", "dymo_lw", 300, 626, 1064))
    with Cupsd() as cupsd:
        for name, model, language, dpi, width, height in queues:
            cupsd.queue(name, model)
            for kind in "letters", "noise", "black", "corners":
                page = make_page(kind, width, height)
                setting = size_of(page, dpi)
                theirs = label_decode.decode(cupsd.print(name, encode("cups-raster", page, **setting)), language)
                ours = label_decode.decode(encode(language, page, **setting), language)
                same(ours.rows, page, name, kind, "ours:")
                white = bytes(len(theirs.rows[0]))  # they end with the last row that is not white
                rows = theirs.rows + [white] * (height - len(theirs.rows))
                same([row.ljust(width, b"\0") for row in rows], page, name, kind, "theirs:")


def the_driver_of_brother_sends_the_same_dots_to_the_pins():
    for kind in "letters", "noise", "black":
        page = make_page(kind, 696, 1109)
        # this driver knows no offsets: the raster lies at the head's right end
        setting = {**size_of(page, 300), "head": 720, "right": 0}
        raster = encode("cups-raster", page, **size_of(page, 300))
        done = subprocess.run(["/usr/lib/cups/filter/rastertoptch", "QL PixelXfer=ULP BytesPerLine=90 "],
                              input=raster, capture_output=True, check=True)
        theirs = label_decode.brother_ql(done.stdout, strict=False)
        ours = label_decode.brother_ql(encode("brother_ql", page, **setting))
        pins = laid(page, 720, 1109, 24, 0)
        same(ours.rows, pins, kind, "ours:")
        expect(len(theirs.rows) == 1110 and not any(theirs.rows[0]), kind, "theirs begins with a white row")
        same(theirs.rows[1:], pins, kind, "theirs:")


# ---- profiles -----------------------------------------------------------------------------


def a_printer_that_cannot_be_used_is_refused_with_the_reason():
    with tempfile.TemporaryDirectory() as directory:
        conf = pathlib.Path(directory) / "yuelai.conf"
        conf.write_text(f"""station {{ letters = "A" }}
templates = "{SOURCE}/templates"
data = "{directory}/data"
printer "left" {{ uri = "cups:left"  profile = "dymo-labelwriter-550"  media = "59x102" }}
""")
        done = subprocess.run([BUILD / "kioskd", "--check", "--config", conf], capture_output=True, text=True,
                              check=False)
        expect(done.returncode == 2 and "yuelai.conf:4" in done.stderr and "chip of Dymo's" in done.stderr,
               done.returncode, done.stderr)
        listed = subprocess.run([BUILD / "kioskctl", "--config", conf, "printers", "profiles", "5xl"],
                                capture_output=True, text=True, check=False)
        expect("chip of Dymo's" in listed.stdout and "LabelWriter 5XL" in listed.stdout, listed)


# ---- main ---------------------------------------------------------------------------------


SCENES = [
    every_dot_of_whole_labels_comes_back,
    every_dot_of_printable_boxes_comes_back,
    every_dot_reaches_the_pins_of_a_brother_head,
    a_brother_is_told_its_roll_its_cut_and_its_mode,
    two_colours_and_fine_feed_reach_a_brother,
    the_drivers_of_zebra_and_dymo_put_the_same_dots_on_paper_as_we_do,
    the_driver_of_brother_sends_the_same_dots_to_the_pins,
    a_printer_that_cannot_be_used_is_refused_with_the_reason,
]

if __name__ == "__main__":
    sys.exit(play(SCENES, sys.argv[2:]))
