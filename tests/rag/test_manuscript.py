"""An answer that grows by sentences, and its text."""

import pytest

from evals.citation_score import holds
from rag.citations import spans_of
from rag.domain import AnswerSentence, Form
from rag.manuscript import Manuscript, Piece, Unheard
from tests.fakes.passages import passage_of, scored_units


class Hearing(Unheard):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[Piece] = []

    def hear(self, piece: Piece) -> None:
        self.heard.append(piece)


def quoted(*units):
    manuscript = Manuscript(Unheard())
    manuscript.quote(spans_of(units))
    return manuscript.written()


def rendered(*passages):
    return quoted(*(unit for p in passages for unit in scored_units(p, [1.0] * len(p.units)))).text


def test_every_unit_becomes_a_sentence_with_its_spans_number():
    units = scored_units(passage_of("One stands here. Two. Three stands nowhere."), [1.0, 3.0, 2.0])
    assert [(s.text, s.citations) for s in quoted(units[0], units[2]).sentences] == [
        ("One stands here.", (1,)),
        ("Three stands nowhere.", (2,)),
    ]


def test_a_sentence_that_was_wrapped_is_shown_on_one_line():
    (sentence,) = quoted(*scored_units(passage_of("Two\nlines."), [1.0])).sentences
    assert (sentence.text, sentence.form) == ("Two lines.", Form.PROSE)


@pytest.mark.parametrize(
    ("markdown", "lines", "form"),
    [
        pytest.param("```\na\n  b\n```", "a\n  b", Form.CODE, id="code"),
        pytest.param("```\na\n```", "a", Form.CODE, id="a line of code"),
        pytest.param("| a | b |\n|---|---|\n| c | d |\n", "a | b\nc | d", Form.TABLE, id="table"),
    ],
)
def test_code_and_tables_keep_their_lines_between_fences(markdown, lines, form):
    listener = Hearing()
    passage = passage_of(f"Lead:\n\n{markdown}\n\nThen on. And on.")
    units = scored_units(passage, [1.0] * len(passage.units))
    manuscript = Manuscript(listener)
    manuscript.quote(spans_of(units))
    written = manuscript.written()
    assert written.sentences[1] == AnswerSentence(lines, (1,), form)
    assert written.text == f"Lead: [1]\n```\n{lines}\n```\n[1]\n\nThen on. [1] And on. [1]"
    assert "".join(piece.text for piece in listener.heard) == written.text
    assert holds(passage.text, lines)


def test_an_item_goes_on_below_code():
    assert rendered(passage_of("- Do:\n\n  ```\n  a\n  ```\n- Stop.\n")) == (
        "- Do: [1]\n```\na\n```\n[1]\n- Stop. [1]"
    )


def test_a_written_sentence_after_an_item_starts_a_new_line():
    (unit,) = scored_units(passage_of("One."), [1.0])
    manuscript = Manuscript(Unheard())
    for words, is_item in (("Lead:", False), ("a", True), ("Then on.", False)):
        manuscript.write(words, [unit], is_item=is_item)
    assert manuscript.written().text == "Lead: [1]\n- a [1]\nThen on. [1]"


def test_quotes_begin_a_paragraph_after_what_was_written_and_go_on_counting():
    first, second = scored_units(passage_of("One. Two."), [1.0, 1.0])
    manuscript = Manuscript(Unheard())
    manuscript.write("In one word.", [first], is_item=False)
    assert manuscript.quote(spans_of([second]))
    assert manuscript.written().text == "In one word. [1]\n\nTwo. [2]"
    assert not manuscript.quote(spans_of([first, second])), "all of it has been said"


def test_sentences_stand_in_one_line_each_with_its_number():
    assert rendered(passage_of("One. Two.")) == "One. [1] Two. [1]"


def test_list_items_stand_on_lines_of_their_own():
    assert rendered(passage_of("Lead:\n\n- a\n- b\n")) == "Lead: [1]\n- a [1]\n- b [1]"


def test_the_second_sentence_of_an_item_stays_in_its_line():
    assert rendered(passage_of("- Do it. It pays.\n- Stop.\n")) == (
        "- Do it. [1] It pays. [1]\n- Stop. [1]"
    )


def test_a_sentence_after_a_list_starts_a_new_line():
    assert rendered(passage_of("- a\n\nThen on.")).split("\n") == ["- a [1]", "Then on. [1]"]


def test_passages_are_set_apart_by_an_empty_line():
    assert rendered(passage_of("One.", "a"), passage_of("Two.", "b")) == "One. [1]\n\nTwo. [2]"


def test_nothing_selected_renders_as_nothing():
    assert rendered() == ""
