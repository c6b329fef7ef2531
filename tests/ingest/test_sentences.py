"""Sentences as spans; text that has none is cut all the same."""

import pytest

from ingest.sentences import LONGEST, sentence_spans


def pieces(text):
    return [text[start:end] for start, end in sentence_spans(text)]


def test_sentences_are_found_with_their_offsets():
    text = "  One is here. Two is there.\n"
    assert pieces(text) == ["One is here.", "Two is there."]
    assert [start for start, _ in sentence_spans(text, 100)] == [102, 115]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        pytest.param("word " * 1_600, "word", id="a transcript without a full stop"),
        pytest.param("a list of many things, " * 400, ",", id="commas"),
        pytest.param("x" * 10 * LONGEST, "x", id="no space at all"),
    ],
)
def test_what_has_no_end_is_cut_and_nothing_of_it_is_lost(text, ends):
    found = pieces(text)
    assert max(map(len, found)) <= LONGEST
    assert min(map(len, found[:-1])) > LONGEST // 3
    assert all(piece.endswith(ends) for piece in found[:-1])
    assert "".join("".join(found).split()) == "".join(text.split())


def test_a_sentence_up_to_the_limit_stays_whole():
    text = f"{'word ' * 190}end."
    assert pieces(f"{text} Next one.") == [text, "Next one."]


@pytest.mark.parametrize(
    "sentence",
    [
        "Files are read with System.IO.File.ReadAllText, as always.",
        "See `models.ForeignKey.related_name` or `models.Options.managed` for more.",
        "It raises django.core.exceptions.ValidationError and stops.",
    ],
)
def test_a_dotted_name_is_not_cut(sentence):
    assert pieces(f"{sentence} Then it goes on.") == [sentence, "Then it goes on."]


def test_sentences_without_spaces_between_them_end_all_the_same():
    assert pieces("これは一つ目です。これは二つ目です。") == [
        "これは一つ目です。",
        "これは二つ目です。",
    ]
