"""Blocks that the pages of a site repeat."""

import pytest

from ingest.cleaner import clean
from ingest.parsers.html import parse_html
from ingest.repetition import edge_keys, repeated_keys
from tests.ingest.parsed_blocks import texts


def page(number, top="The Tea House", bottom="Open from nine to five", middle="Description"):
    return parse_html(
        f"<p>{top}</p><h1>Tea {number}</h1><h2>{middle}</h2>"
        f"<p>Tea number {number} is good.</p><p>{bottom}</p>".encode()
    )


def kept(parsed, others):
    repeated = repeated_keys([edge_keys(parsed), *map(edge_keys, others)])
    return texts(clean(parsed, repeated)[0])


def test_what_most_pages_begin_or_end_with_goes_from_the_ends_alone():
    assert kept(page(0), [page(n) for n in range(1, 6)]) == [
        "Tea 0",
        "Description",
        "Tea number 0 is good.",
    ]


@pytest.mark.parametrize(
    ("others", "says"),
    [
        pytest.param([page(n) for n in range(1, 4)], "a handful", id="too few pages to tell"),
        pytest.param([page(n, f"T{n}", f"B{n}") for n in range(1, 9)], "alone", id="on no other"),
    ],
)
def test_what_few_pages_hold_stays(others, says):
    assert says
    assert kept(page(0), others)[0] == "The Tea House"


def test_a_page_that_holds_nothing_else_stays_whole():
    same = [page(0) for _ in range(6)]
    assert len(kept(same[0], same[1:])) == 5


def test_the_order_of_pages_makes_no_difference():
    keys = [edge_keys(page(n)) for n in range(7)]
    assert repeated_keys(keys) == repeated_keys(reversed(keys))
