"""Streamed text to sentences, whatever the marks look like and wherever the pieces are cut."""

import pytest

from rag.cited_text import CitedSentence, SentenceStream, cited_numbers


def parsed(text, piece=None):
    stream = SentenceStream()
    size = piece or len(text) or 1
    found = []
    for at in range(0, len(text), size):
        found += stream.feed(text[at : at + size])
    return [*found, *stream.finish()]


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("[1]", (1,)),
        ("[1][2]", (1, 2)),
        ("[5,7]", (5, 7)),
        ("[5, 7]", (5, 7)),
        ("[1-3]", (1, 2, 3)),
        ("[1–3, 5]", (1, 2, 3, 5)),
        ("【2】", (2,)),
        ("[^4]", (4,)),
        ("[source 3]", (3,)),
        ("[Passages 1 and 2]", (1, 2)),
        ("[2][2]", (2,)),
        ("[99]", (99,)),
        ("[0]", (0,)),
        ("[a]", ()),
        ("", ()),
        ("[9-1]", ()),
    ],
)
def test_marks_are_read_in_every_usual_form(mark, expected):
    assert cited_numbers(f"Tea is hot {mark}.") == expected


def test_a_range_without_end_is_cut():
    assert len(cited_numbers("[1-999]")) < 30


TEXT = "Tea is hot. [1] Use e.g. v3.9 of it [2]. It costs $3.50 [1][3].\n- Warm the pot. [4]\nDone"


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 8, 1000])
def test_sentences_are_the_same_however_the_stream_is_cut(piece):
    assert parsed(TEXT, piece) == [
        CitedSentence("Tea is hot.", (1,)),
        CitedSentence("Use e.g. v3.9 of it.", (2,)),
        CitedSentence("It costs $3.50.", (1, 3)),
        CitedSentence("Warm the pot.", (4,), is_item=True),
        CitedSentence("Done", ()),
    ]


def test_a_sentence_is_given_as_soon_as_the_next_begins():
    stream = SentenceStream()
    assert list(stream.feed("Tea is hot. ")) == []
    assert [s.text for s in stream.feed("[1] C")] == ["Tea is hot."]


@pytest.mark.parametrize("text", ["", " \n\n ", "[1]", "...", "[1] [2].", "---"])
def test_nothing_said_is_no_sentence(text):
    assert parsed(text) == []


def test_a_numbered_list_is_items():
    assert parsed("1. Warm the pot.\n2. Pour.\n3.") == [
        CitedSentence("Warm the pot.", (), is_item=True),
        CitedSentence("Pour.", (), is_item=True),
    ]


def test_decoration_is_left_out():
    assert [s.text for s in parsed("**Tea** is `hot` [1] .\n## Heat\n")] == ["Tea is hot.", "Heat"]
