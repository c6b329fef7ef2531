"""Page furniture out, words of the document in."""

import pytest

from ingest.chunker import PassageSize, passages
from ingest.cleaner import clean
from ingest.parsers.markdown import parse_markdown

PAGE = """\
We use cookies to improve your experience.

- Home
- Services
- About us

# Choosing a framework

March 3, 2026

Django suits products that need an admin panel, where people who are no developers
edit what is stored, and where the team would rather not choose each part of the
framework by itself.

Subscribe to our newsletter

FastAPI suits services with many concurrent requests.

Choose Flask when:

- The service is small.
- Sign up for updates
- The team knows it.

Share this

## Related posts

- Ten reasons for Python
- Hiring in 2026

All rights reserved.
"""

DJANGO = (
    "Django suits products that need an admin panel, where people who are no developers "
    "edit what is stored, and where the team would rather not choose each part of the "
    "framework by itself."
)


def kept(markdown):
    parsed, _ = clean(parse_markdown(markdown))
    return [parsed.text[block.start_char : block.end_char] for block in parsed.blocks]


def test_a_saved_page_loses_its_furniture_and_keeps_its_words():
    assert kept(PAGE) == [
        "Choosing a framework",
        DJANGO,
        "FastAPI suits services with many concurrent requests.",
        "Choose Flask when:",
        "The service is small.",
        "The team knows it.",
    ]


def test_the_text_stays_as_it_is_so_that_offsets_hold():
    parsed = parse_markdown(PAGE)
    cleaned, cuts = clean(parsed)
    assert cleaned.text == parsed.text
    assert sorted(
        (*cleaned.blocks, *(cut.block for cut in cuts)), key=lambda block: block.start_char
    ) == list(parsed.blocks)
    assert all(cut.reason for cut in cuts)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param("# Cookies\n\nA cookie is set by the server.\n", id="a chapter on cookies"),
        pytest.param("# Mail\n\nSubscribe to a newsletter.\n\nContact us\n", id="two kinds"),
        pytest.param("- Home\n- About\n", id="a short list"),
    ],
)
def test_a_plain_document_stays_whole(document):
    parsed = parse_markdown(document)
    assert clean(parsed) == (parsed, ())


@pytest.mark.parametrize("join", [0, 100_000], ids=["apart", "joined"])
def test_furniture_between_two_blocks_is_in_no_passage(join):
    cleaned, cuts = clean(parse_markdown(PAGE))
    size = PassageSize(join=join, split=100_000, max_tokens=100_000)
    made = list(passages("doc", "Title", cleaned, lambda text: len(text.split()), size))
    assert made
    for cut in cuts:
        words = cleaned.text[cut.block.start_char : cut.block.end_char]
        assert [passage.text for passage in made if words in passage.text] == []


def test_what_stands_under_a_date_says_so():
    _, cuts = clean(parse_markdown(PAGE))
    assert {cut.reason for cut in cuts} >= {"a date line", "a menu", "page furniture: cookies"}


def test_prose_stays_when_furniture_seems_to_hold_nearly_all_of_it():
    page = (
        f"We use cookies.\n\n# Contact us\n\nSign in\n\nSubscribe to our newsletter\n\n{DJANGO}\n"
    )
    assert DJANGO in kept(page)
    assert "Sign in" not in kept(page)
