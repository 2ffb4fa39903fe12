"""seed_pdf: backgrounds of badges, as small as a PDF can be."""


def page(width_mm, height_mm, band=False):
    """A blank page, or one with a grey band at its top."""
    width, height = width_mm * 72 / 25.4, height_mm * 72 / 25.4
    draw = f"0.8 g 0 {height - 40:.1f} {width:.1f} 40 re f".encode() if band else b""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
             f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:.2f} {height:.2f}]/Contents 4 0 R>>".encode(),
             b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw)]
    text, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(text))
        text += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return text + b"xref\n0 5\n0000000000 65535 f \n" + table + \
        b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(text)
