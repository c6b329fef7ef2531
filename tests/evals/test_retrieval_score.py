import random

import pytest

from evals.folding import fold_space
from evals.retrieval_score import place_gold

PASSAGES = ["alpha beta", "gamma\n\n delta", "epsilon zeta", "eta"]


def test_ranks_and_characters_by_hand():
    """Joined: "alpha beta gamma delta epsilon zeta eta"; passages end at 10, 22, 35 and 39."""
    place = place_gold(PASSAGES, [["beta", "epsilon"]])
    assert place.first_rank == 1
    assert place.complete_rank == 3
    assert place.complete_characters == len("alpha beta gamma delta epsilon")
    assert place.characters_in_top_5 == 10 + 11 + 12 + 3


@pytest.mark.parametrize(
    ("groups", "first", "complete"),
    [
        pytest.param([["gamma delta"]], 2, 2, id="white space folded"),
        pytest.param([["delta epsilon"]], 3, 3, id="across two passages, in their order"),
        pytest.param([["beta", "missing"]], 1, None, id="a group that is never whole"),
        pytest.param([["beta", "missing"], ["zeta"]], 1, 3, id="another group suffices"),
        pytest.param([["eta"]], 1, 1, id="a substring of a word, as the format says"),
        pytest.param([["missing"]], None, None, id="not retrieved"),
        pytest.param([["alpha beta"]], 1, 1, id="a passage that ends with the quote"),
    ],
)
def test_the_first_quote_and_the_first_whole_group(groups, first, complete):
    place = place_gold(PASSAGES, groups)
    assert (place.first_rank, place.complete_rank) == (first, complete)


def test_no_passages_hold_nothing():
    place = place_gold([], [["alpha"]])
    assert (place.first_rank, place.complete_rank, place.characters_in_top_5) == (None, None, 0)


def test_it_agrees_with_the_definition_word_by_word():
    """Found at k: each quote of a group inside the top k, joined in order. Tried literally."""
    draw = random.Random(1)  # noqa: S311 - a test that can be repeated
    for _ in range(200):
        passages = [" ".join(draw.choices("abcd", k=4)) for _ in range(6)]
        groups = [
            [" ".join(draw.choices("abcd", k=3)) for _ in range(draw.randint(1, 2))]
            for _ in range(draw.randint(1, 3))
        ]
        place = place_gold(passages, groups)
        for k in range(1, 7):
            joined = fold_space(" ".join(passages[:k]))
            literally = any(all(quote in joined for quote in group) for group in groups)
            assert (place.complete_rank is not None and place.complete_rank <= k) == literally
            some = any(quote in joined for group in groups for quote in group)
            assert (place.first_rank is not None and place.first_rank <= k) == some
        whole = " ".join(passages)
        for budget in range(0, len(whole), 3):
            literally = any(all(q in whole[:budget] for q in group) for group in groups)
            needed = place.complete_characters
            assert (needed is not None and needed <= budget) == literally
