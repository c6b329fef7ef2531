"""An answer as one text."""

from rag.citations import sentences_of, spans_of
from rag.rendering import plain_text
from tests.fakes.passages import passage_of, scored_units


def rendered(*passages):
    spans = spans_of([unit for p in passages for unit in scored_units(p, [1.0] * len(p.units))])
    return plain_text(spans, sentences_of(spans))


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
