"""Code and tables between fences, and out of them again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.domain import AnswerSentence, Form
from rag.fences import fenced, stretches

CODE = "def brew():\n    return 1"
LINES = st.lists(st.sampled_from(["a = 1", "  b", "```", "````", "`c`", "", "- d", "# e"]))


@given(LINES.map("\n".join).filter(str.strip))
def test_what_stands_between_fences_comes_back_whatever_it_is(code):
    text = f"Before: [1]\n{fenced(code)}\n[1]\n\nAfter. [2]"
    assert list(stretches(text)) == [
        ("Before: [1]", False),
        (code, True),
        ("[1]\n\nAfter. [2]", False),
    ]


@given(LINES.map("\n".join).filter(str.strip))
def test_markdown_reads_the_same(code):
    tokens = MarkdownIt().parse(f"Before:\n{fenced(code)}\nAfter.")
    assert [token.content for token in tokens if token.type == "fence"] == [f"{code}\n"]


@pytest.mark.parametrize(
    "text", ["A ``` within. [1]", "```words``` [1]", "two\nlines", ""], ids=repr
)
def test_words_are_no_fence(text):
    assert all(not is_laid_out for _, is_laid_out in stretches(text))


def test_the_numbers_of_code_stand_below_its_fence():
    assert AnswerSentence(CODE, (1, 2), Form.CODE).marked == f"```\n{CODE}\n```\n[1][2]"
    assert AnswerSentence("Words.", (1, 2)).marked == "Words. [1][2]"
