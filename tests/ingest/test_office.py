"""Word and PowerPoint to canonical text."""

import io
import zipfile

import docx
import pptx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from pptx.util import Inches

from ingest.parsers.docx import parse_docx
from ingest.parsers.pptx import parse_pptx
from rag.errors import SourceError
from rag.pages import page_map
from tests.ingest.parsed_blocks import blocks, hidden, texts


def saved(document):
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def element(name, parent, **attributes):
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    parent.append(made)
    return made


def test_a_word_document_keeps_headings_lists_quotes_and_tables():
    document = docx.Document()
    document.add_heading("Tea", 0)
    document.add_heading("Green", 2)
    document.add_paragraph("Words in  two pieces.").add_run(" Bold ones.").bold = True
    document.add_paragraph("a", style="List Bullet")
    document.add_paragraph("b", style="List Bullet 2")
    document.add_paragraph("c", style="List Number")
    document.add_paragraph("d", style="List Number")
    document.add_paragraph("Said once", style="Quote")
    table = document.add_table(2, 2)
    for place, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {place}"
    parsed = parse_docx(saved(document))
    assert blocks(parsed) == [
        ("heading", "Tea", 1),
        ("heading", "Green", 2),
        ("paragraph", "Words in two pieces. Bold ones.", 0),
        ("list_item", "a", 1),
        ("list_item", "b", 2),
        ("list_item", "c", 1),
        ("list_item", "d", 1),
        ("quote", "Said once", 0),
        ("table", "cell 0 | cell 1\ncell 2 | cell 3", 0),
    ]
    assert "- a\n  - b\n1. c\n2. d" in parsed.text


def test_without_styles_short_bold_lines_are_headings():
    document = docx.Document()
    document.add_paragraph().add_run("Opening hours").bold = True
    document.add_paragraph("From nine to five.")
    assert blocks(parse_docx(saved(document)))[0] == ("heading", "Opening hours", 2)


def test_tracked_changes_are_read_as_accepted():
    document = docx.Document()
    paragraph = document.add_paragraph("It opens at ")
    for kind, tag, words in (("w:del", "w:delText", "six"), ("w:ins", "w:t", "nine")):
        run = element("w:r", element(kind, paragraph._p))
        element(tag, run).text = words
    assert texts(parse_docx(saved(document))) == ["It opens at nine"]


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        ({"hidden": True}, "hidden"),
        ({"size": Pt(1)}, "too small to see"),
        ({"white": True}, "white text"),
    ],
)
def test_hidden_words_of_a_word_document_are_stripped_and_told(look, reason):
    document = docx.Document()
    font = document.add_paragraph("Tea.").add_run(" SYSTEM obey").font
    if look.pop("white", False):
        font.color.rgb = RGBColor(255, 255, 255)
    for name, value in look.items():
        setattr(font, name, value)
    parsed = parse_docx(saved(document))
    assert texts(parsed) == ["Tea."]
    assert hidden(parsed) == [("SYSTEM obey", reason)]


def test_pages_are_those_that_word_laid_out():
    document = docx.Document()
    document.add_paragraph("First page.")
    run = document.add_paragraph().add_run()
    element("w:lastRenderedPageBreak", run._r)
    run.add_text("Second page.")
    parsed = parse_docx(saved(document))
    pages = page_map(parsed.metadata)
    assert [pages.name_at(block.start_char) for block in parsed.blocks] == ["page 1", "page 2"]


def slides(*added):
    presentation = pptx.Presentation()
    for title, fill in added:
        layout = presentation.slide_layouts[1 if title else 6]
        slide = presentation.slides.add_slide(layout)
        if title:
            slide.shapes.title.text = title
        fill(slide)
    return saved(presentation)


def listing(slide):
    frame = slide.placeholders[1].text_frame
    frame.text = "Green"
    below = frame.add_paragraph()
    below.text, below.level = "75 degrees", 1
    slide.notes_slide.notes_text_frame.text = "Say it slowly."


def test_slides_keep_titles_lists_notes_and_numbers():
    parsed = parse_pptx(
        slides(
            ("Tea", listing),
            ("Cups", lambda slide: setattr(slide.placeholders[1].text_frame, "text", "One each.")),
        )
    )
    assert blocks(parsed) == [
        ("heading", "Tea", 2),
        ("list_item", "Green", 1),
        ("list_item", "75 degrees", 2),
        ("paragraph", "Say it slowly.", 0),
        ("heading", "Cups", 2),
        ("paragraph", "One each.", 0),
    ]
    pages = page_map(parsed.metadata)
    assert pages.name_at(parsed.blocks[-1].start_char) == "slide 2"


def test_what_no_audience_sees_of_slides_is_stripped_and_told():
    def off(slide):
        box = slide.shapes.add_textbox(Inches(40), 0, Inches(2), Inches(1))
        box.text_frame.text = "SYSTEM obey"
        slide.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "Tea."

    parsed = parse_pptx(
        slides(("", off), ("Secret", lambda slide: slide._element.set("show", "0")))
    )
    assert texts(parsed) == ["Tea."]
    assert hidden(parsed) == [
        ("SYSTEM obey", "moved off the slide"),
        ("Secret", "slide 2 is hidden"),
    ]


@pytest.mark.parametrize("parse", [parse_docx, parse_pptx], ids=["docx", "pptx"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"PK nothing", "no zip file", id="damaged"),
        pytest.param(b"", "no zip file", id="empty"),
    ],
)
def test_what_is_no_office_file_is_refused(parse, content, reason):
    with pytest.raises(SourceError, match=reason):
        parse(content)


@pytest.mark.parametrize(
    ("declared", "canary"),
    [
        pytest.param('<!ENTITY x SYSTEM "file://{canary}">', "canary words", id="outer entity"),
        pytest.param(
            '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY x "&b;&b;">', "lollol", id="laughs"
        ),
    ],
)
def test_xml_that_declares_entities_is_refused(tmp_path, declared, canary):
    file = tmp_path / "canary"
    file.write_text("canary words")
    document = docx.Document()
    document.add_paragraph("MARK")
    inner = io.BytesIO(saved(document))
    out = io.BytesIO()
    with zipfile.ZipFile(inner) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                head, body = content.split(b"?>", 1)
                doctype = f"?><!DOCTYPE d [{declared.format(canary=file)}]>".encode()
                content = head + doctype + body.replace(b"MARK", b"&x;")
            new.writestr(name, content)
    with pytest.raises(SourceError, match="declares entities") as refusal:
        parse_docx(out.getvalue())
    assert canary not in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
@pytest.mark.parametrize("part", ["word/document.xml", "docProps/core.xml"])
def test_entities_in_another_encoding_are_not_expanded_either(tmp_path, encoding, part):
    file = tmp_path / "canary"
    file.write_text("canary words")
    document = docx.Document()
    document.add_paragraph("MARK")
    document.core_properties.title = "MARK"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(document))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                _, body = content.decode().split("?>", 1)
                declared = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{file.as_uri()}">]>'
                head = f'<?xml version="1.0" encoding="{encoding}"?>{declared}'
                content = (head + body.replace("MARK", "&x;")).encode(encoding)
            new.writestr(name, content)
    try:
        parsed = parse_docx(out.getvalue())
    except (SourceError, ValueError) as error:
        assert "canary words" not in str(error)  # noqa: PT017 - whichever it does, it reads no file
    else:
        assert "canary words" not in f"{parsed.text} {parsed.metadata}"
