"""Words that stay words, whatever they hold: read back with a Markdown parser as an oracle."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from api.markdown import as_markdown, as_text, link

PARSER = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
NASTY = [
    "![x](https://evil.example/?q=canary)",
    "[x](https://evil.example/?q=canary)",
    "[x][1]",
    "[1]: https://evil.example/?q=canary",
    "<https://evil.example/?q=canary>",
    '<img src="https://evil.example/?q=canary">',
    "\\![x](https://evil.example/)",
    "\\\\[x](https://evil.example/)",
    "`a` ![x](data:text/html,canary) `b",
    "<!-- x --> <script>alert(1)</script>",
    "**bold** _it_ ~~gone~~ # no heading",
    "# heading",
    "- item",
    "| a | b |",
    "snake_case and 2*3*4",
]
WORDS = st.text(st.sampled_from("ab1 ![]()<>:/\\`*_~#-+=|.&;\"'@"), max_size=40)


def kinds(markdown):
    """The kinds of everything that is more than words in a paragraph."""
    found = set()
    for token in PARSER.parse(markdown):
        for child in [token, *(token.children or [])]:
            found.add(child.type)
    return found - {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}


def words(markdown):
    return "".join(
        child.content for token in PARSER.parse(markdown) for child in token.children or []
    )


@pytest.mark.parametrize("text", NASTY)
def test_nothing_nasty_becomes_more_than_words(text):
    assert kinds(as_markdown(text)) == set()
    assert words(as_markdown(text)) == text
    assert as_text(as_markdown(text)) == text


@given(WORDS)
def test_no_text_at_all_becomes_a_link_an_image_or_markup(text):
    line = " ".join(text.split())
    made = kinds(f"{as_markdown(line)} [1]")
    assert not made & {"link_open", "image", "html_inline", "html_block", "code_inline", "em_open"}


@given(WORDS.filter(lambda text: any(character.isalnum() for character in text)))
def test_a_link_holds_its_words_whatever_they_are(text):
    line = " ".join(text.split())
    markdown = link(line, "https://guide.example/")
    assert kinds(markdown) == {"link_open", "link_close"}
    assert words(markdown) == line


def test_addresses_are_not_linked_by_extensions_that_look_for_them():
    assert "://" not in as_markdown("See https://evil.example and http://evil.example")
    assert not re.search(r"www\.\w", as_markdown("See www.evil.example"))
    assert "a@b" not in as_markdown("a@b.example")


@pytest.mark.parametrize(
    "url", ["https://guide.example/a>b", "https://guide.example/a b\n", "https://g.example/\\>x"]
)
def test_an_address_cannot_end_its_link(url):
    (inline,) = [t for t in PARSER.parse(f"{link('x', url)} after") if t.type == "inline"]
    assert [c.type for c in inline.children] == ["link_open", "text", "link_close", "text"]
