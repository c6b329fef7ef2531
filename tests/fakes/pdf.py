"""Small PDFs written by hand: text at given places, bookmarks, colours."""

from collections.abc import Sequence
from dataclasses import dataclass

FONTS = {"text": "Helvetica", "bold": "Helvetica-Bold", "code": "Courier"}


@dataclass(frozen=True)
class Words:
    """Text whose baseline begins at x, y (points from the lower left); colour as PDF writes it."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 11
    font: str = "text"
    colour: str = "0 0 0 rg"


def pdf(
    pages: Sequence[Sequence[Words | str]],
    outline: Sequence[tuple[str, int]] = (),
    title: str = "",
    previous: int | None = None,
    xmp: str = "",
) -> bytes:
    """A PDF of these pages; a string among a page's words is drawn as it is.

    `outline` holds titles with their pages from 0; `previous` is written as the trailer's /Prev,
    `xmp` as the document's metadata.
    """
    count = len(pages)
    first_page = 6
    kids = " ".join(f"{first_page + 2 * n} 0 R" for n in range(count))
    outlines = first_page + 2 * count
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R /Outlines {outlines} 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
    }
    for number, (_, base) in enumerate(FONTS.items(), start=3):
        objects[number] = (
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{base} /Encoding /WinAnsiEncoding >>"
        )
    fonts = " ".join(f"/{name} {number} 0 R" for number, name in enumerate(FONTS, start=3))
    for number, words in enumerate(pages):
        stream = "\n".join(_drawn(each) for each in words)
        page = first_page + 2 * number
        objects[page] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
            f" /Resources << /Font << {fonts} >> >> /Contents {page + 1} 0 R >>"
        )
        objects[page + 1] = (
            f"<< /Length {len(stream.encode('cp1252'))} >>\nstream\n{stream}\nendstream"
        )
    items = [outlines + 1 + n for n in range(len(outline))]
    ends = f"/First {items[0]} 0 R /Last {items[-1]} 0 R /Count {len(items)}" if items else ""
    objects[outlines] = f"<< /Type /Outlines {ends} >>"
    for place, ((name, page_number), number) in enumerate(zip(outline, items, strict=True)):
        following = f"/Next {items[place + 1]} 0 R" if place + 1 < len(items) else ""
        before = f"/Prev {items[place - 1]} 0 R" if place else ""
        objects[number] = (
            f"<< /Title ({name}) /Parent {outlines} 0 R {following} {before}"
            f" /Dest [{first_page + 2 * page_number} 0 R /Fit] >>"
        )
    info = outlines + len(outline) + 1
    objects[info] = f"<< /Title ({title}) >>"
    if xmp:
        objects[1] = objects[1].replace("<< ", f"<< /Metadata {info + 1} 0 R ", 1)
        head = f"<< /Type /Metadata /Subtype /XML /Length {len(xmp)} >>"
        objects[info + 1] = f"{head}\nstream\n{xmp}\nendstream"
    return _file(objects, info, previous)


def _drawn(words: Words | str) -> str:
    if isinstance(words, str):
        return words
    text = words.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {words.colour} /{words.font} {words.size} Tf {words.x} {words.y} Td ({text}) Tj ET"


def _file(objects: dict[int, str], info: int, previous: int | None) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for number in sorted(objects):
        out += f"{offsets[number]:010} 00000 n \n".encode()
    before = "" if previous is None else f" /Prev {table if previous < 0 else previous}"
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {info} 0 R{before} >>\n"
        f"startxref\n{table}\n%%EOF\n"
    ).encode()
    return bytes(out)
