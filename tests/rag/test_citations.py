"""Selected units to verbatim citations and links."""

from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest

from rag.citations import (
    cite,
    document_url,
    nearest,
    spans_of,
    text_fragment,
)
from tests.fakes.passages import document_of, passage_of, scored_units

THREE = "One stands here. Two stands there. Three stands nowhere."
PUBLIC = "http://127.0.0.1:8000"


def url_of(document, start, end):
    return document_url(PUBLIC, document, start, end)


def test_units_that_follow_each_other_share_a_span():
    units = scored_units(passage_of(THREE), [1.0, 3.0, 2.0])
    (span,) = spans_of(units)
    assert (span.start_char, span.end_char) == (0, len(THREE))
    assert span.score == 3.0


def test_a_gap_between_units_makes_two_spans():
    units = scored_units(passage_of(THREE), [1.0, 3.0, 2.0])
    assert [len(span.units) for span in spans_of([units[0], units[2]])] == [1, 1]


def test_units_of_two_passages_never_share_a_span():
    first = scored_units(passage_of("One.", "a"), [1.0])
    second = scored_units(passage_of("Two.", "b"), [1.0])
    assert [span.passage.document_id for span in spans_of([*first, *second])] == ["a", "b"]


def test_units_given_backwards_are_not_joined():
    units = scored_units(passage_of(THREE), [1.0, 3.0, 2.0])
    assert len(spans_of([units[1], units[0]])) == 2


def test_nothing_selected_gives_no_spans():
    assert spans_of([]) == []


def test_a_citation_quotes_the_document_verbatim():
    markdown = "# Head\n\nLead:\n\n- first *item*\n- second item\n"
    document, passage = document_of(markdown), passage_of(markdown)
    (span,) = spans_of(scored_units(passage, [0.0, 1.0, 2.0]))
    citation = cite(1, span, document, url_of)
    assert citation.quote == "Lead:\n\n- first item\n- second item"
    assert document.text[citation.start_char : citation.end_char] == citation.quote
    assert citation.heading_path == ("Head",)


def test_a_document_that_no_longer_holds_the_words_is_never_cited():
    span = spans_of(scored_units(passage_of(THREE), [1.0, 1.0, 1.0]))[0]
    changed = replace(document_of(THREE), text=THREE.replace("Two", "Ten"))
    with pytest.raises(ValueError, match="not a span"):
        cite(1, span, changed, url_of)


def test_the_nearest_passage_is_a_verbatim_span():
    document, passage = document_of(THREE), passage_of(THREE)
    shown = nearest(passage, document, url_of)
    assert document.text[shown.start_char : shown.end_char] == shown.quote == THREE


def test_a_link_leads_to_footnotes_own_page_when_the_document_has_none():
    url = document_url("http://host/base/", document_of(THREE), 0, 16)
    assert url.startswith("http://host/base/v1/documents/doc?start=0&end=16#:~:text=")


def test_a_link_leads_to_the_documents_own_address_where_it_has_one():
    document = document_of(THREE, url="https://example.org/page#old-anchor")
    assert document_url(PUBLIC, document, 0, 16) == (
        "https://example.org/page#:~:text=One%20stands%20here."
    )


@pytest.mark.parametrize("identity", ["a b", "ä/ö", "x?y#z"])
def test_a_document_id_is_percent_encoded_in_its_link(identity):
    parts = urlsplit(document_url(PUBLIC, document_of(THREE, identity), 0, 3))
    assert parts.query == "start=0&end=3"
    assert unquote(parts.path).endswith(identity)
    assert " " not in parts.path


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param("plain words", id="plain"),
        pytest.param("a-b, c & d", id="dash comma ampersand"),
        pytest.param("100 % of £5 — “quoted” 🙂", id="beyond ASCII"),
        pytest.param("#1? yes/no", id="marks of a URL"),
    ],
)
def test_a_short_quote_is_its_own_text_fragment(quote):
    fragment = text_fragment(quote)
    assert unquote(fragment) == quote
    assert not set("-,&# ") & set(fragment), "these have a meaning of their own in a directive"


@pytest.mark.parametrize(
    ("quote", "first", "last"),
    [
        pytest.param(
            "word " * 60 + "end",
            "word word word word word",
            "word word word word end",
            id="one long line",
        ),
        pytest.param("Lead-in:\n\n- first\n- last item", "Lead-in:", "last item", id="a list"),
        pytest.param("Steps:\n\n1. first\n2. last item", "Steps:", "last item", id="numbered list"),
        pytest.param("A\n\nB", "A", "B", id="two blocks"),
    ],
)
def test_a_quote_that_a_browser_can_not_match_whole_is_named_by_its_ends(quote, first, last):
    start, end = text_fragment(quote).split(",")
    assert (unquote(start), unquote(end)) == (first, last)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", ""])
def test_a_documents_address_is_linked_only_when_it_is_one_of_the_web(url):
    document = document_of("One.", url=url)
    assert document_url("http://127.0.0.1", document, 0, 4).startswith("http://127.0.0.1/v1/")
