"""Words, stems and terms."""

import pytest

from rag.lexicon import FILLERS, POINTERS, stem, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("?!… — 🙂", [], id="nothing but marks"),
        pytest.param("Django FLASK", ["django", "flask"], id="case is folded"),
        pytest.param("Straße", ["strasse"], id="sharp s is folded"),
        pytest.param("ﬁne ２０２６", ["fine", "2026"], id="compatibility forms are folded"),
        pytest.param("don’t don't", ["don't", "don't"], id="both apostrophes are one"),
        pytest.param("C++ and C#.", ["c++", "and", "c#"], id="plus and number sign stay"),
        pytest.param("Node.js.", ["node.js"], id="an inner full stop stays, the last goes"),
        pytest.param("CI/CD, R&D", ["ci/cd", "r&d"], id="slash and ampersand stay"),
        pytest.param("N+1 p95", ["n+1", "p95"], id="letters with figures"),
        pytest.param("1,000 users, 3.5", ["1,000", "users", "3.5"], id="commas within numbers"),
        pytest.param("one,two", ["one", "two"], id="commas between words"),
        pytest.param("high-performance", ["high-performance"], id="hyphen"),
        pytest.param("日本語", ["日本語"], id="other scripts"),
    ],
)
def test_words_are_folded_and_keep_the_marks_that_carry_meaning(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("word", ["frameworks", "framework's", "frameworks'", "framework"])
def test_inflections_and_possessives_share_a_stem(word):
    assert stem(word) == stem("framework")


def test_terms_leave_out_fillers_and_keep_order_and_repetition():
    assert terms("What is the Django of the Djangos?") == (stem("django"), stem("djangos"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("CI/CD", ("ci/cd", "ci", "cd"), id="slash"),
        pytest.param("async-first", (stem("async-first"), "async", "first"), id="hyphen"),
    ],
)
def test_a_compound_is_found_by_its_whole_and_by_its_parts(text, parts):
    assert terms(text) == parts


def test_a_question_of_fillers_alone_has_no_terms():
    assert terms("what is it and why do you use this?") == ()


def test_a_contraction_is_not_cut_at_its_apostrophe():
    assert "shan" not in terms("shan't")


@pytest.mark.parametrize("listed", [FILLERS, POINTERS], ids=["fillers", "pointers"])
def test_every_listed_word_is_spelt_as_words_gives_it(listed):
    """A word that `words` never yields would be in the list for nothing."""
    assert [word for word in sorted(listed) if words(word) != [word]] == []


def test_comments_of_the_word_lists_are_no_words():
    assert "#" not in FILLERS
    assert "politeness" not in FILLERS
