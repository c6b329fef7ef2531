"""How rare a word is."""

import math

import pytest

from rag.vocabulary import Vocabulary

VOCABULARY = Vocabulary({"common": 90, "rare": 1}, passages=100)


def test_rarity_is_the_inverse_document_frequency():
    assert VOCABULARY.rarity("common") == pytest.approx(math.log(101 / 90.5))


def test_rarity_falls_with_each_passage_that_holds_the_word():
    rarities = [VOCABULARY.rarity(stem) for stem in ("unheard", "rare", "common")]
    assert rarities == sorted(rarities, reverse=True)
    assert rarities[-1] > 0


def test_only_words_that_occur_are_contained():
    assert "rare" in VOCABULARY
    assert "unheard" not in VOCABULARY


def test_an_empty_store_makes_every_word_equally_rare():
    nothing = Vocabulary({}, passages=0)
    assert nothing.rarity("a") == nothing.rarity("b")
