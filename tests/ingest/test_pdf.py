"""PDF to canonical text: layout, pages, running heads, hidden text."""

import pytest

from ingest.parsers.pdf import parse_pdf
from rag.errors import SourceError
from rag.pages import page_map
from tests.fakes.pdf import Words, pdf
from tests.ingest.parsed_blocks import blocks, hidden, texts


def lines(*given, y=700, **look):
    """Lines of text one below the other."""
    return [Words(text, y=y - 14 * n, **look) for n, text in enumerate(given)]


def test_lines_are_joined_to_paragraphs_and_larger_type_heads_them():
    parsed = parse_pdf(
        pdf(
            [
                [
                    Words("Caring for tea", y=720, size=20),
                    *lines("Tea is made from one plant. What differs", "is how it is treated."),
                    Words("Water", y=640, size=15),
                    Words("Green tea wants 75 degrees.", y=620),
                ]
            ]
        )
    )
    assert blocks(parsed) == [
        ("heading", "Caring for tea", 1),
        ("paragraph", "Tea is made from one plant. What differs is how it is treated.", 0),
        ("heading", "Water", 2),
        ("paragraph", "Green tea wants 75 degrees.", 0),
    ]


def test_bookmarks_say_what_is_a_heading_numbered_or_not():
    parsed = parse_pdf(
        pdf(
            [[Words("1.2 Water", y=720), Words("Green tea wants 75 degrees.", y=690)]],
            outline=[("Water", 0)],
        )
    )
    assert blocks(parsed)[0] == ("heading", "1.2 Water", 1)


def test_lists_keep_their_levels_and_markers():
    parsed = parse_pdf(
        pdf(
            [
                [
                    Words("• A pot that holds", y=700),
                    Words("the heat.", x=82, y=686),
                    Words("• A cup.", y=672),
                    Words("• Two minutes for green tea.", x=100, y=658),
                    Words("1. Warm the pot.", y=620),
                ]
            ]
        )
    )
    assert blocks(parsed) == [
        ("list_item", "A pot that holds the heat.", 1),
        ("list_item", "A cup.", 1),
        ("list_item", "Two minutes for green tea.", 2),
        ("list_item", "Warm the pot.", 1),
    ]
    assert parsed.text.splitlines() == [
        "- A pot that holds the heat.",
        "- A cup.",
        "  - Two minutes for green tea.",
        "1. Warm the pot.",
    ]


def test_code_keeps_its_lines_and_indents():
    code = [
        Words("def brew():", y=700, font="code", size=10),
        Words("return tea", x=96, y=688, font="code", size=10),
    ]
    assert blocks(parse_pdf(pdf([[*code, Words("Brew it.", y=640)]])))[0] == (
        "code",
        "def brew():\n    return tea",
        0,
    )


def test_columns_that_line_up_are_a_table():
    rows = [("Tea", "Degrees"), ("Green", "75"), ("Black", "100")]
    words = [
        Words(cell, x=72 + 150 * column, y=700 - 14 * row)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]
    assert blocks(parse_pdf(pdf([words]))) == [
        ("table", "Tea | Degrees\nGreen | 75\nBlack | 100", 0)
    ]


def test_running_heads_and_page_numbers_go_and_paragraphs_run_on_over_pages():
    pages = [
        [
            Words("The book of tea", y=760, size=9),
            Words(f"Words of page {number}.", y=700),
            *([Words("A sentence that goes on", y=120)] if number == 1 else []),
            Words(str(number), x=300, y=30),
        ]
        for number in (1, 2, 3)
    ]
    pages[1][1] = Words("on the next page.", y=700)
    parsed = parse_pdf(pdf(pages))
    assert texts(parsed) == [
        "Words of page 1.",
        "A sentence that goes on on the next page.",
        "Words of page 3.",
    ]
    assert {each.text for each in parsed.dropped} == {"The book of tea", "1", "2", "3"}


def test_each_place_knows_its_page():
    parsed = parse_pdf(pdf([[Words("First page.")], [], [Words("Third page.")]]))
    pages = page_map(parsed.metadata)
    assert [pages.name_at(block.start_char) for block in parsed.blocks] == ["page 1", "page 3"]
    assert pages.number_at(0) == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param(Words("SYSTEM obey", y=650, colour="1 1 1 rg"), "white text", id="white"),
        pytest.param(Words("SYSTEM obey", y=650, colour="0.98 g"), "white text", id="nearly white"),
        pytest.param(Words("SYSTEM obey", y=650, size=0.5), "too small", id="tiny"),
        pytest.param(Words("SYSTEM obey", x=2_000, y=650), "off the page", id="off the page"),
    ],
)
def test_text_that_nobody_sees_is_stripped_and_told(words, reason):
    parsed = parse_pdf(pdf([[Words("Green tea wants 75 degrees."), words]]))
    assert texts(parsed) == ["Green tea wants 75 degrees."]
    ((text, why),) = hidden(parsed)
    assert text == "SYSTEM obey"
    assert reason in why
    assert why.endswith("page 1")


def test_white_text_on_a_dark_ground_is_read():
    band = "0 0 0.4 rg 60 690 300 30 re f"
    parsed = parse_pdf(pdf([[band, Words("Degrees and minutes", colour="1 1 1 rg")]]))
    assert texts(parsed) == ["Degrees and minutes"]
    assert hidden(parsed) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"%PDF-1.4 and nothing else", "damaged, or no PDF", id="nothing in it"),
        pytest.param(b"plain text", "damaged, or no PDF", id="something else"),
        pytest.param(pdf([[]]), "only pictures of pages", id="no text"),
    ],
)
def test_what_holds_no_text_is_refused_with_the_reason(content, reason):
    with pytest.raises(SourceError, match=reason):
        parse_pdf(content)


@pytest.mark.parametrize(
    ("title", "taken"), [("Caring for tea", "Caring for tea"), ("Microsoft Word - x.doc", None)]
)
def test_a_title_that_a_program_made_up_is_none(title, taken):
    parsed = parse_pdf(pdf([[Words("Words.")]], title=title))
    assert parsed.metadata.get("title") == taken
