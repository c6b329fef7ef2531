"""What holds for the canonical text of every format, whatever is in it."""

import io

import docx
import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.formats import DOCX, HTML, MARKDOWN, NOTEBOOK, PDF, PLAIN, PPTX, RST, parse
from ingest.reading import finish
from ingest.sandbox.messages import parsed_from_json, parsed_to_json
from ingest.sections import sections
from ingest.source import SourceDocument
from rag.errors import SourceError
from tests.fakes.pdf import Words, pdf
from tests.ingest.test_notebook import cell, notebook

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\u200b\u202e"),
    min_size=1,
    max_size=40,
)
MARKS = st.sampled_from(
    ["# ", "## ", "- ", "  - ", "1. ", "> ", "    ", "```\n", "| a | b |\n|-|-|\n| ",
     "!!! note\n    ",
     "<p>", "<ul><li>", "<table><tr><td>", "<div hidden>", "<nav>", "</nav>", "<pre>",
     ".. note:: ", ".. class:: ", ":ref:`", "::\n\n  ", "* ", "[^1]: ", "---\n", "\n\n", "&x;",
     "** ", "\n===\n"]
)  # fmt: skip
SOURCES = st.lists(MARKS | WORDS, max_size=30).map("".join)


def check(content, media_type):
    """The invariants; a refusal with a reason is as good."""
    try:
        parsed = parse(content, media_type)
    except SourceError:
        return
    position = 0
    for block in parsed.blocks:
        assert position <= block.start_char < block.end_char <= len(parsed.text)
        assert parsed.text[block.start_char : block.end_char].strip()
        position = block.end_char
    assert len(parsed.places) in (0, len(parsed.blocks))
    assert parse(content, media_type) == parsed
    assert parsed_from_json(parsed_to_json(parsed)) == parsed
    for character in "\u200b\u202e\U000e0041":
        assert character not in parsed.text
    try:
        read = finish(SourceDocument("memory:x", "x", content, media_type), parsed)
    except SourceError:
        return
    kept = {*read.parsed.blocks}
    assert kept <= {*parsed.blocks}
    assert read.parsed.text == parsed.text
    units = [u for s in sections(read.parsed) for piece in s.pieces for u in piece.units]
    assert units == sorted(units, key=lambda unit: unit.start_char)


@pytest.mark.parametrize("media_type", [MARKDOWN, PLAIN, HTML, RST])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(source=SOURCES)
def test_formats_that_are_text(media_type, source):
    check(source.encode(), media_type)


@settings(max_examples=15, deadline=None)
@given(sources=st.lists(st.tuples(st.sampled_from(["markdown", "code"]), SOURCES), max_size=4))
def test_notebooks(sources):
    cells = [
        cell(kind, source, **({"outputs": [], "execution_count": 1} if kind == "code" else {}))
        for kind, source in sources
    ]
    check(notebook(*cells).encode(), NOTEBOOK)


LATIN = st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None)
@given(
    pages=st.lists(
        st.lists(
            st.builds(
                Words,
                LATIN,
                x=st.sampled_from([72, 90, 300]),
                y=st.integers(20, 780),
                size=st.sampled_from([0.5, 9, 11, 18]),
                font=st.sampled_from(["text", "bold", "code"]),
                colour=st.sampled_from(["0 g", "1 g"]),
            ),
            max_size=12,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_pdfs(pages):
    check(pdf(pages), PDF)


XML = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30).filter(
    lambda text: not {"\ufffe", "\uffff"} & {*text}
)
STYLES = [
    "Normal",
    "Heading 1",
    "Heading 3",
    "List Bullet",
    "List Number 2",
    "Quote",
    "TOC Heading",
]


@settings(max_examples=10, deadline=None)
@given(paragraphs=st.lists(st.tuples(st.sampled_from(STYLES), XML), max_size=8))
def test_word_documents(paragraphs):
    document = docx.Document()
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    out = io.BytesIO()
    document.save(out)
    check(out.getvalue(), DOCX)


@settings(max_examples=8, deadline=None)
@given(slides=st.lists(st.tuples(XML, XML), min_size=1, max_size=3))
def test_presentations(slides):
    presentation = pptx.Presentation()
    for title, body in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text_frame.text = body
    out = io.BytesIO()
    presentation.save(out)
    check(out.getvalue(), PPTX)
