"""Plain text to blocks, found from its layout."""

import pytest

from ingest.parsers.plain_text import parse_plain_text

SPECIMEN = """\
Caring for tea
==============

Tea is made from one plant. What differs
is how its leaves are treated.

What you need

  • A pot that
    holds the heat.
  • A cup.

Steps:
1. Warm the pot.
2) Pour, and wait.
    - Two minutes for green tea.

  • How hot should the water be?

    Green tea wants 75 degrees.

  • Does the cup matter?

    Hardly.

THE LAST WORD

Drink it while it is warm
"""


def blocks(source):
    parsed = parse_plain_text(source)
    return [(b.kind.value, parsed.text[b.start_char : b.end_char], b.level) for b in parsed.blocks]


def test_the_specimen():
    assert blocks(SPECIMEN) == [
        ("heading", "Caring for tea", 2),
        (
            "paragraph",
            "Tea is made from one plant. What differs\nis how its leaves are treated.",
            0,
        ),
        ("heading", "What you need", 2),
        ("list_item", "A pot that\n    holds the heat.", 1),
        ("list_item", "A cup.", 1),
        ("paragraph", "Steps:", 0),
        ("list_item", "Warm the pot.", 1),
        ("list_item", "Pour, and wait.", 1),
        ("list_item", "Two minutes for green tea.", 2),
        ("heading", "How hot should the water be?", 3),
        ("paragraph", "Green tea wants 75 degrees.", 0),
        ("heading", "Does the cup matter?", 3),
        ("paragraph", "Hardly.", 0),
        ("heading", "THE LAST WORD", 2),
        ("paragraph", "Drink it while it is warm", 0),
    ]


def test_the_canonical_text_is_the_text_itself():
    assert parse_plain_text(SPECIMEN).text == SPECIMEN


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("This is a short sentence.", id="ends like a sentence"),
        pytest.param("Here it comes:", id="introduces something"),
        pytest.param("lower case begins", id="begins in lower case"),
        pytest.param("Long " * 30, id="too long"),
        pytest.param("Two\nlines", id="two lines"),
        pytest.param("    Indented", id="indented"),
    ],
)
def test_what_does_not_read_like_a_heading_is_a_paragraph(line):
    assert blocks(f"{line}\n\nText follows.")[0][0] == "paragraph"


def test_a_short_line_with_nothing_after_it_is_no_heading():
    assert blocks("Good night")[0][0] == "paragraph"


@pytest.mark.parametrize("bullet", ["•", "‣", "-", "*", "+", "–", "1.", "2)", "(3)", "12."])
def test_a_bullet_begins_an_item_and_stands_outside_of_it(bullet):
    assert blocks(f"{bullet} one thing") == [("list_item", "one thing", 1)]


@pytest.mark.parametrize(
    "text", ["-5 degrees", "*stars*", "3.5 million", "2026. ", "1.5"], ids=repr
)
def test_what_only_looks_like_a_bullet_is_text(text):
    assert [kind for kind, *_ in blocks(text)] == ["paragraph"]


@pytest.mark.parametrize("source", ["", "\n\n", "  \t\n", "-----\n"], ids=repr)
def test_a_text_without_words_has_no_blocks(source):
    assert blocks(source) == []


@pytest.mark.parametrize("separator", ["\n", "\x0b", "\x0c", "\x85", "\u2028"], ids=repr)
def test_offsets_hold_whatever_ends_a_line(separator):
    source = f"First line.{separator}{separator}Second one here."
    assert "Second one here." in " ".join(text for _, text, _ in blocks(source))
