"""The numbers of a text, however they are written."""

import pytest

from rag.numbers import Quantity, numbers, quantities


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3,200 requests", "3200 requests"),
        ("two workers", "2 workers"),
        ("twenty minutes", "20 minutes"),
        ("a five-minute talk", "5 minutes"),
        ("the 3rd release", "release 3"),
    ],
)
def test_one_number_in_two_spellings(one, other):
    assert numbers(one) == numbers(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Python 3.10", "Python 3.1"), ("1.5 GB", "15 GB"), ("2021-03-05", "2021-03-06")],
)
def test_other_numbers_are_other_numbers(one, other):
    assert numbers(one) != numbers(other)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("It takes 5 ms.", Quantity("5", "ms")),
        ("five milliseconds", Quantity("5", "ms")),
        ("30 %", Quantity("30", "%")),
        ("30 percent", Quantity("30", "%")),
        ("$5", Quantity("5", "$")),
        ("5 dollars", Quantity("5", "$")),
        ("4 GB of RAM", Quantity("4", "gb")),
        ("1.5 million users", Quantity("1.5", "million")),
        ("6 engineers", Quantity("6", "")),
    ],
)
def test_a_number_with_what_it_counts(text, quantity):
    assert quantities(text) == {quantity}


@pytest.mark.parametrize("text", ["", "one of them", "p95 and HTTP/2", "first of all", "…"])
def test_what_counts_nothing_is_no_number(text):
    assert not numbers(text) - {"2"}
