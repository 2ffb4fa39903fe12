"""What a printer would put on paper for the bytes it got: languages of label printers, read
from their makers' papers, in another tongue and by other ways than drivers/encode_*. What
is not expected on a badge is an error, never skipped.

    label = decode(data)            by its first bytes; or decode(data, "epl2")
    label.rows                      a list of rows, each a bytes of 0 and 1, a byte a dot
    label.red                       likewise, of the second colour; None if there is none
    label.said                      what else the printer was told: a dict

Known: zpl (also ~DG … ^XG as CUPS' driver writes it), brother_ql, dymo_lw, epl2, tspl,
escpos, pwg, cups-raster. PDF is read by somebody else's programs.
"""

import base64
import binascii
import re
import struct
import zlib


DIGITS = bytes.maketrans(b"01", bytes((0, 1)))


class Broken(AssertionError):
    pass


class Label:
    def __init__(self, rows=None, **said):
        self.rows = rows or []
        self.red = None
        self.said = said

    @property
    def size(self):
        return (len(self.rows[0]) if self.rows else 0, len(self.rows))


def expect(condition, *words):
    if not condition:
        raise Broken(" ".join(str(word) for word in words))


def dots(row, width=None):
    """A row of bytes as dots, most significant bit first."""
    text = bin(int.from_bytes(b"\1" + row, "big"))[3:]
    return text[:width].encode().translate(DIGITS)


# ---- zpl ----------------------------------------------------------------------------------


def zpl_rows(text, row_bytes, rows_wanted):
    """^GFA and ~DG data: hexadecimal with run lengths."""
    rows, now, times = [], "", 0
    width = 2 * row_bytes
    for c in text:
        if c in "\r\n":
            continue
        if "G" <= c <= "Y":
            times += ord(c) - ord("F")
        elif "g" <= c <= "z":
            times += 20 * (ord(c) - ord("f"))
        elif c in ",!":
            expect(times == 0, "a count before", c)
            now += ("0" if c == "," else "F") * (width - len(now))
        elif c == ":":
            expect(times == 0 and now == "" and rows, "a colon out of place")
            rows.append(rows[-1])
            continue
        else:
            expect(c in "0123456789ABCDEF", "not hexadecimal:", c)
            now += c * (times or 1)
            times = 0
        while len(now) >= width:
            rows.append(now[:width])
            now = now[width:]
    expect(times == 0 and now == "", "an unfinished row")
    expect(len(rows) == rows_wanted, len(rows), "rows, not", rows_wanted)
    return [dots(bytes.fromhex(row)) for row in rows]


def zpl_picture(data, total, row_bytes):
    expect(row_bytes > 0 and total % row_bytes == 0, "bytes a row", row_bytes, "of", total)
    if data.startswith((b":Z64:", b":B64:")):
        text, crc = data[5:].split(b":")
        expect(int(crc, 16) == binascii.crc_hqx(text, 0), "the CRC is wrong")
        plain = base64.b64decode(text, validate=True)
        if data.startswith(b":Z64:"):
            plain = zlib.decompress(plain)
        expect(len(plain) == total, len(plain), "bytes, not", total)
        return [dots(plain[at:at + row_bytes]) for at in range(0, total, row_bytes)]
    return zpl_rows(data.decode("ascii"), row_bytes, total // row_bytes)


def on_label(picture, x, y, width, height):
    rows = [bytearray(width) for _ in range(height)]
    for down, row in enumerate(picture):
        if 0 <= y + down < height:
            end = min(width, x + len(row))
            rows[y + down][x:end] = row[:end - x]
    return [bytes(row) for row in rows]


def zpl(data):
    label, stored, at = Label(), {}, (0, 0)
    width = height = picture = None
    for name, rest in re.findall(rb"[\^~]([A-Z0-9]{2})([^\^~]*)", data):
        name, rest = name.decode(), rest.strip(b"\r\n")
        if name == "GF":
            kind, sent, total, row_bytes, picture_data = rest.split(b",", 4)
            expect(kind == b"A" and sent == total and picture is None, "^GF", kind, sent, total)
            picture = zpl_picture(picture_data, int(total), int(row_bytes))
        elif name == "DG":
            where, total, row_bytes, picture_data = rest.split(b",", 3)
            stored[where] = zpl_picture(picture_data, int(total), int(row_bytes))
        elif name == "XG":
            expect(picture is None and rest.endswith(b",1,1"), "^XG", rest)
            picture = stored[rest[:-4]]
        elif name == "FO":
            at = tuple(int(n) for n in rest.split(b","))
        elif name == "PW":
            width = int(rest)
        elif name == "LL":
            height = int(rest)
        else:
            expect(name in "XA XZ FS ID PO PQ LH MN MM PR SD LT LS TA CN".split(), "^" + name)
            if rest or name == "CN":
                label.said[name] = rest.decode()
    expect(picture is not None, "no picture")
    label.rows = on_label(picture, *at, width or len(picture[0]), height or len(picture))
    return label


# ---- brother_ql ---------------------------------------------------------------------------


def unpack_bits(data, wanted):
    out, at = b"", 0
    while at < len(data):
        n = data[at]
        expect(n != 128, "PackBits 128")
        if n < 128:
            out += data[at + 1:at + 2 + n]
            at += n + 2
        else:
            out += data[at + 1:at + 2] * (257 - n)
            at += 2
    expect(at == len(data) and len(out) == wanted, len(out), "bytes unpacked, not", wanted)
    return out


def brother_ql(data, head_bytes=90, strict=True):
    """Rows are of the whole head, from its left end. Not strict: a driver may do without
    ESC i z and with less to begin with."""
    label, at, packed, invalid, ended = Label(), 0, False, 0, False
    black, red = [], []
    while data[at:at + 1] == b"\0":
        at += 1
        invalid += 1
    expect(invalid >= 200 or not strict, invalid, "bytes to begin with")
    lengths = {"a": 1, "z": 10, "M": 1, "A": 1, "K": 1, "d": 2}
    while at < len(data):
        expect(not ended, "something behind the end")
        c = data[at:at + 1]
        if data[at:at + 2] == b"\x1b@":
            at += 2
        elif data[at:at + 2] == b"\x1bi":
            name = chr(data[at + 2])
            expect(name in lengths, "ESC i", name)
            label.said[name] = data[at + 3:at + 3 + lengths[name]]
            at += 3 + lengths[name]
        elif c == b"M":
            packed = data[at + 1] == 2
            at += 2
        elif c == b"Z":
            black.append(bytes(8 * head_bytes))
            at += 1
        elif c in b"gw":
            count, row = data[at + 2], data[at + 3:at + 3 + data[at + 2]]
            expect(len(row) == count, "cut short")
            row = unpack_bits(row, head_bytes) if packed else row.ljust(head_bytes, b"\0")
            expect(len(row) == head_bytes, "a row of", len(row), "bytes")
            plane = black if c == b"g" or data[at + 1] == 1 else red
            plane.append(dots(row)[::-1])
            at += 3 + count
        elif c == b"\x1a":
            ended, at = True, at + 1
        else:
            raise Broken(f"byte {data[at]:#x} at {at}")
    expect(ended, "no end")
    if strict:
        told = struct.unpack("<L", label.said["z"][4:8])[0]
        expect(told == len(black), "told", told, "rows, sent", len(black))
    expect(not red or len(red) == len(black), "planes of", len(black), "and", len(red))
    label.rows, label.red = black, red or None
    return label


# ---- dymo_lw ------------------------------------------------------------------------------


def dymo_lw(data):
    label, at, tab, row_bytes, ended = Label(), 0, 0, 84, False
    lengths = {"@": 0, "A": 0, "B": 1, "D": 1, "E": 0, "G": 0, "L": 2, "Q": 2, "c": 0, "d": 0, "e": 0,
               "g": 0, "h": 0, "i": 0, "q": 1, "f": 2, "*": 0, "V": 0}
    while at < len(data):
        if data[at] == 0x1B:
            name = chr(data[at + 1]) if at + 1 < len(data) else ""
            if name == "\x1b":
                at += 1
                continue
            expect(name in lengths, "ESC", repr(name), "at", at)
            value = data[at + 2:at + 2 + lengths[name]]
            at += 2 + lengths[name]
            if name == "D":
                row_bytes = value[0]
            elif name == "B":
                tab = value[0]
            elif name == "f":
                expect(value[0] == 1, "ESC f", value)
                label.rows += [bytes(8 * (tab + row_bytes))] * value[1]
            else:
                label.said[name] = value
            ended = ended or name in "EG"
        elif data[at] == 0x16:
            row = data[at + 1:at + 1 + row_bytes]
            expect(len(row) == row_bytes and not ended, "a row cut short")
            label.rows.append(bytes(8 * tab) + dots(row))
            at += 1 + row_bytes
        elif data[at] == 0x17:
            row, at = b"", at + 1
            while len(row) < 8 * row_bytes:
                row += bytes([data[at] >> 7]) * ((data[at] & 0x7F) + 1)
                at += 1
            expect(len(row) == 8 * row_bytes and not ended, "a run over the row's end")
            label.rows.append(bytes(8 * tab) + row)
        else:
            raise Broken(f"byte {data[at]:#x} at {at}")
    expect(ended, "no end")
    width = max(len(row) for row in label.rows)
    label.rows = [row.ljust(width, b"\0") for row in label.rows]  # a driver may send rows cut short
    return label


# ---- epl2, tspl ---------------------------------------------------------------------------


def inverse_picture(data, at, row_bytes, count):
    picture = []
    for _ in range(count):
        row = data[at:at + row_bytes]
        expect(len(row) == row_bytes, "cut short")
        picture.append(dots(bytes(byte ^ 0xFF for byte in row)))
        at += row_bytes
    return picture, at


def epl2(data):
    label, at, printed, pictures = Label(), 0, 0, []
    width = height = None
    while at < len(data):
        graphic = re.compile(rb"GW(\d+),(\d+),(\d+),(\d+)[,\n]").match(data, at)
        if graphic:
            x, y, row_bytes, count = (int(n) for n in graphic.groups())
            picture, at = inverse_picture(data, graphic.end(), row_bytes, count)
            pictures.append((picture, x, y))
            continue
        end = data.index(b"\n", at)
        line, at = data[at:end].strip(b"\r").decode("ascii"), end + 1
        if line.startswith("q"):
            width = int(line[1:])
        elif line.startswith("Q"):
            height = int(line[1:].split(",")[0])
            label.said["Q"] = line[1:]
        elif line.startswith("P"):
            printed += 1
        elif line == "N":
            expect(not pictures, "cleared behind the picture")
        else:
            expect(line == "" or line[0] in "SDRZOC" and len(line) < 8, repr(line))
            label.said[line[:1]] = line[1:]
    expect(printed == 1 and pictures, printed, "prints of", len(pictures), "pictures")
    height = height or max(y + len(picture) for picture, x, y in pictures)
    width = width or max(x + len(picture[0]) for picture, x, y in pictures)
    rows = [bytearray(width) for _ in range(height)]
    for picture, x, y in pictures: # a driver may send the page in pieces
        for down, row in enumerate(on_label(picture, x, y, width, height)):
            rows[down] = bytearray(a | b for a, b in zip(rows[down], row))
    label.rows = [bytes(row) for row in rows]
    return label


def tspl(data):
    label, at, picture = Label(), 0, None
    words = "SIZE GAP BLINE SPEED DENSITY DIRECTION REFERENCE CLS SET PRINT".split()
    while at < len(data):
        bitmap = re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,").match(data, at)
        if bitmap:
            x, y, row_bytes, count = (int(n) for n in bitmap.groups())
            expect("CLS" in label.said and picture is None and (x, y) == (0, 0), "BITMAP out of place")
            picture, at = inverse_picture(data, bitmap.end(), row_bytes, count)
            continue
        end = data.index(b"\r\n", at)
        line, at = data[at:end].decode("ascii"), end + 2
        if line:
            word, _, rest = line.partition(" ")
            expect(word in words, repr(line))
            expect(word != "PRINT" or picture, "PRINT before the picture")
            label.said[word] = rest
    expect(label.said.get("PRINT") == "1,1", "PRINT", label.said.get("PRINT"))
    label.rows = picture
    return label


# ---- escpos -------------------------------------------------------------------------------


def escpos(data):
    expect(data.startswith(b"\x1b@"), "no reset")
    label, at, ended = Label(), 2, False
    while at < len(data):
        if data[at:at + 3] == b"\x1dv0":
            mode, row_bytes, count = struct.unpack("<BHH", data[at + 3:at + 8])
            expect(mode == 0 and 1 <= count <= 2303 and not ended, "GS v 0", mode, count)
            at += 8
            for _ in range(count):
                row = data[at:at + row_bytes]
                expect(len(row) == row_bytes, "cut short")
                label.rows.append(dots(row))
                at += row_bytes
        elif data[at:at + 3] == b"\x1d(K":
            size = struct.unpack("<H", data[at + 3:at + 5])[0]
            label.said["K"] = data[at + 5:at + 5 + size]
            at += 5 + size
        else:
            ends = {b"\x1d\x0c": 2, b"\x1dVB\0": 4, b"\x1bd\x04": 3}
            found = [end for end in ends if data.startswith(end, at)]
            expect(found, f"byte {data[at]:#x} at {at}")
            label.said.setdefault("end", []).append(found[0])
            ended, at = True, at + ends[found[0]]
    return label


# ---- raster -------------------------------------------------------------------------------


def raster_header(data, order):
    names = "width height . bits pixel line order space".split()
    numbers = struct.unpack(order + "8I", data[376:408])
    return dict(zip(names, numbers))


def pwg(data):
    expect(data[:4] == b"RaS2", "no RaS2")
    head, at, rows = raster_header(data, ">"), 4 + 1796, []
    expect(head["pixel"] == 1 and head["space"] == 3, head)
    while len(rows) < head["height"]:
        times, row, at = data[at] + 1, b"", at + 1
        while len(row) < head["line"]:
            n = data[at]
            if n < 128:
                row += data[at + 1:at + 2] * (n + 1)
                at += 2
            else:
                expect(n > 128, "128")
                row += data[at + 1:at + 258 - n]
                at += 258 - n
        expect(len(row) == head["line"], "over a row's end")
        rows += [dots(row, head["width"])] * times
    expect(len(rows) == head["height"] and at == len(data), "more than a page")
    return Label(rows, **head)


def cups_raster(data):
    order = {b"RaS3": ">", b"3SaR": "<"}.get(data[:4])
    expect(order, "no RaS3")
    head = raster_header(data, order)
    body = data[4 + 1796:]
    expect(head["pixel"] == 1 and head["space"] == 3, head)
    expect(len(body) == head["line"] * head["height"], "a body of", len(body))
    rows = [dots(body[at:at + head["line"]], head["width"]) for at in range(0, len(body), head["line"])]
    return Label(rows, **head)


DECODERS = {"zpl": zpl, "brother_ql": brother_ql, "dymo_lw": dymo_lw, "epl2": epl2, "tspl": tspl,
            "escpos": escpos, "pwg": pwg, "cups-raster": cups_raster}


def language_of(data):
    marks = [(b"RaS2", "pwg"), (b"RaS3", "cups-raster"), (b"3SaR", "cups-raster"), (bytes(200), "brother_ql"),
             (b"\x1b\x1b", "dymo_lw"), (b"\x1b@", "escpos"), (b"\nN\n", "epl2"), (b"\r\nSIZE", "tspl")]
    for mark, language in marks:
        if data.startswith(mark):
            return language
    expect(b"^XA" in data[:2000] or data.startswith(b"~DG"), "no language known here")
    return "zpl"


def decode(data, language=None, **how):
    return DECODERS[language or language_of(data)](data, **how)
