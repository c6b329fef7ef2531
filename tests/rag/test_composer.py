"""What the extractive composer picks, by its promises and not its constants."""

from dataclasses import replace

import pytest

from rag.composer import ExtractiveComposer
from rag.domain import UnitKind
from tests.fakes.passages import evidence_of, passage_of, passages_of, query_of, texts_of

YES, NO = 9.0, -11.0
LIST = """\
Choose Django in these cases:

- The admin matters.
- The team is small.
- Deadlines press.
"""


def composed(question, *evidence):
    return ExtractiveComposer().compose(query_of(question), evidence)


def test_nothing_found_composes_to_nothing():
    assert composed("why?") == []


def test_the_one_sentence_that_answers_stands_alone():
    passage = passage_of("Tea is hot. Django has an admin panel. Coffee is hot too.")
    evidence = evidence_of(passage, [NO, YES, NO])
    assert texts_of(composed("Does Django have an admin panel?", evidence)) == [
        "Django has an admin panel."
    ]


def test_every_piece_is_verbatim():
    passage = passage_of(LIST)
    for unit in composed("When Django?", evidence_of(passage, [YES, YES, YES, YES])):
        assert unit.text in passage.text


@pytest.mark.parametrize("place", [1, 2, 3], ids=["first", "middle", "last"])
def test_a_list_item_brings_its_lead_in(place):
    scores = [NO] * 4
    scores[place] = YES
    chosen = composed("When Django?", evidence_of(passage_of(LIST), scores))
    assert chosen[0].unit.kind is UnitKind.LEAD_IN
    assert passage_of(LIST).units[place] in [scored.unit for scored in chosen]


def test_a_list_that_was_asked_for_is_given_whole():
    chosen = composed("When to choose Django?", evidence_of(passage_of(LIST), [YES] * 4))
    assert [scored.unit for scored in chosen] == list(passage_of(LIST).units)


def test_a_list_with_a_short_rest_is_never_cut():
    chosen = composed("When Django?", evidence_of(passage_of(LIST), [NO, YES, NO, NO]))
    assert [scored.unit for scored in chosen] == list(passage_of(LIST).units)


def test_a_long_rest_of_a_list_is_left_out_when_one_item_answers():
    long_list = LIST + "".join(
        f"- Reason {n} is told at length. {'Word ' * 30}.\n" for n in range(9)
    )
    passage = passage_of(long_list)
    scores = [NO] * len(passage.units)
    scores[1] = YES
    chosen = composed("When Django?", evidence_of(passage, scores))
    assert len(chosen) < len(passage.units)


def test_a_lead_in_never_stands_without_an_item():
    chosen = composed("Choose Django?", evidence_of(passage_of(LIST), [YES, NO, NO, NO]))
    assert any(scored.unit.kind is UnitKind.LIST_ITEM for scored in chosen)


def test_an_items_later_sentence_brings_the_items_beginning():
    passage = passage_of("Cases:\n\n- Tea is first. It cools quickly.\n- Coffee is second.\n")
    scores = [YES if u.kind is UnitKind.ITEM_SENTENCE else NO for u in passage.units]
    chosen = texts_of(composed("What cools quickly?", evidence_of(passage, scores)))
    assert chosen[:3] == ["Cases:", "Tea is first.", "It cools quickly."]


@pytest.mark.parametrize("pointer", ["It", "This", "They", "These"])
def test_a_sentence_that_points_back_brings_the_one_before(pointer):
    passage = passage_of(f"Tea is hot. Django has migrations. {pointer} changed the schema.")
    chosen = composed("What changed the schema?", evidence_of(passage, [NO, NO, YES]))
    assert texts_of(chosen) == ["Django has migrations.", f"{pointer} changed the schema."]


def test_a_pointing_sentence_at_the_beginning_brings_nothing():
    passage = passage_of("It changed the schema. Tea is hot.")
    chosen = composed("What changed the schema?", evidence_of(passage, [YES, NO]))
    assert texts_of(chosen) == ["It changed the schema."]


def test_no_unit_is_given_twice():
    passage = passage_of("Django has an admin. It saves time. It saves money.")
    chosen = composed("What does Django have?", evidence_of(passage, [YES, YES, YES]))
    assert len({scored.unit.start_char for scored in chosen}) == len(chosen)


def test_what_another_document_says_in_the_same_words_is_said_once():
    one = evidence_of(passage_of("Django has an admin panel.", "a"), [YES])
    other = evidence_of(passage_of("Django has an admin panel.", "b"), [YES - 0.1])
    assert len(composed("Does Django have an admin panel?", one, other)) == 1


def test_units_of_a_passage_stand_in_reading_order():
    passage = passage_of("Alpha admin panel. Beta migrations tool. Gamma router module.")
    chosen = composed(
        "alpha beta gamma admin migrations router", evidence_of(passage, [YES - 1, YES - 0.5, YES])
    )
    starts = [scored.unit.start_char for scored in chosen]
    assert starts == sorted(starts)


def test_passages_stand_whole_one_after_the_other():
    first, second = (
        evidence_of(passage, [score, score - 0.1])
        for passage, score in zip(
            passages_of(
                "# A\n\nAlpha admin panel. Beta migrations tool.\n\n"
                "# B\n\nGamma router module. Delta cache layer.\n"
            ),
            (YES, YES - 0.05),
            strict=True,
        )
    )
    chosen = composed("alpha beta gamma delta", first, second)
    ids = [scored.passage.id for scored in chosen]
    assert ids == sorted(ids, key=ids.index)
    assert len(set(ids)) == len([i for i, one in enumerate(ids) if i == 0 or ids[i - 1] != one])


def test_a_hundred_good_sentences_are_kept_within_the_budget():
    """The issue's limit is on the median; here every sentence says something new."""
    sentences = " ".join(
        f"Django feature number{i} handles topic{i} with tool{i}." for i in range(100)
    )
    passage = passage_of(sentences)
    chosen = composed("What does Django do?", evidence_of(passage, [YES] * len(passage.units)))
    assert 0 < sum(len(scored.text) for scored in chosen) < 1_000


def test_one_answer_longer_than_the_budget_is_still_given():
    passage = passage_of("Django " + "very " * 150 + "much.")
    chosen = composed("How much Django?", evidence_of(passage, [YES]))
    assert len(chosen) == 1


def test_a_chosen_items_later_sentences_are_not_cut_off():
    passage = passage_of("Cases:\n\n- Tea is first. It cools quickly.\n- Coffee is second.\n")
    scores = [YES if u.kind is UnitKind.LIST_ITEM else NO for u in passage.units]
    chosen = composed("Which case is first?", evidence_of(passage, scores))
    assert [scored.unit for scored in chosen] == list(passage.units)


def test_a_sentence_that_goes_on_with_the_thought_is_quoted_with_it():
    passage = passage_of(
        "The firm works in three sectors. Those are tea, coffee and cocoa. Rain fell."
    )
    chosen = texts_of(composed("In which sectors?", evidence_of(passage, [YES, NO, NO])))
    assert chosen == ["The firm works in three sectors.", "Those are tea, coffee and cocoa."]


def test_what_is_near_the_question_breaks_a_tie_of_the_cross_encoder():
    passage = passage_of(f"{'Plain words here ' * 45}end. Django suits admin panels.")
    chosen = composed("Django admin panels?", evidence_of(passage, [3.0, 3.0]))
    assert texts_of(chosen) == ["Django suits admin panels."]


def test_a_bare_yes_of_the_document_never_answers_the_person():
    passage = passage_of("Yes. Django has an admin panel.")
    chosen = texts_of(
        composed("Django has no admin panel, right?", evidence_of(passage, [YES, YES]))
    )
    assert chosen == ["Django has an admin panel."]


def test_a_sentence_that_concludes_brings_its_reason():
    passage = passage_of("Tea is hot. Flask has no structure. Large codebases therefore drift.")
    chosen = composed("Why do codebases drift?", evidence_of(passage, [NO, NO, YES]))
    assert texts_of(chosen) == ["Flask has no structure.", "Large codebases therefore drift."]


BLOCKS = {
    "code": "Install it with pip:\n\n```\npip install tea\n```\n",
    "table": "Prices by size:\n\n| size | price |\n|---|---|\n| small | 3 |\n",
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("scores", [[YES, NO], [NO, YES]], ids=["lead-in", "block"])
def test_code_and_tables_come_with_what_introduces_them(block, scores):
    passage = passage_of(block)
    chosen = composed("How is it installed, at which price?", evidence_of(passage, scores))
    assert [scored.unit for scored in chosen] == list(passage.units)


WITHIN = """\
To brew:

1. Warm the pot first. That is, on the counter, you'd put:

   ```
   pot
   ```
"""


@pytest.mark.parametrize("place", [1, 2, 3], ids=["item", "its lead-in", "its code"])
def test_code_within_an_item_comes_with_the_item(place):
    passage = passage_of(WITHIN)
    scores = [YES if number == place else NO for number in range(4)]
    chosen = composed("How is the pot warmed?", evidence_of(passage, scores))
    assert texts_of(chosen) == [
        "To brew:",
        "Warm the pot first.",
        "That is, on the counter, you'd put:",
        "pot",
    ]


TITLED = """\
Five principles:

- **Schema.** It comes first and is told at some length, so that nobody takes it for company.
- **Indexes.** Each foreign key wants one, and nobody makes them unless they are asked to.
- **Caching.** Whatever is read often and seldom changes is kept where it is found at once; what is
  written often is not, since it would have to be thrown away before anybody had read it.
"""


def test_one_item_of_a_list_of_titles_stands_without_the_other_titles():
    passage = passage_of(TITLED)
    scores = [YES if "foreign" in unit_text(passage, unit) else NO for unit in passage.units]
    chosen = texts_of(composed("Which foreign key wants one?", evidence_of(passage, scores)))
    assert chosen[:2] == ["Five principles:", "Indexes."]
    assert not {"Schema.", "Caching."} & set(chosen)


def unit_text(passage, unit):
    return passage.text_of(unit.start_char, unit.end_char)


@pytest.fixture
def two_passages():
    """A list of four items, the last of them in a passage of its own."""
    whole = passage_of(
        "Cases:\n\n- Tea is first.\n- Milk is second.\n- Rum.\n- Ale is last.\n- Gin is not.\n"
    )
    cut = whole.units[3].start_char
    first = replace(
        whole, id="1", text=whole.text[:cut].rstrip("\n -"), units=whole.units[:3], end_char=cut
    )
    rest = {"text": whole.text[cut:], "start_char": cut, "units": whole.units[3:]}
    return first, replace(whole, id="2", lead_in="Cases:", **rest)


def test_a_list_that_runs_over_two_passages_is_finished_in_both(two_passages):
    first, second = two_passages
    chosen = composed(
        "Which cases?", evidence_of(first, [YES] * 3), evidence_of(second, [YES, NO, NO])
    )
    assert [scored.unit for scored in chosen] == [*first.units, *second.units]


def test_the_end_of_a_list_alone_does_not_bring_its_beginning(two_passages):
    first, second = two_passages
    chosen = composed(
        "Rum, ale, gin?", evidence_of(first, [NO] * 3), evidence_of(second, [YES] * 3)
    )
    assert [scored.unit for scored in chosen] == list(second.units)
