"""Markdown to canonical text."""

import pytest

from ingest.parsers.markdown import parse_markdown
from rag.errors import SourceError


def blocks(source):
    """(kind, text, level) of every block, text taken by its offsets."""
    parsed = parse_markdown(source)
    return [(b.kind.value, parsed.text[b.start_char : b.end_char], b.level) for b in parsed.blocks]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("# A\n\n###### B", [("heading", "A", 1), ("heading", "B", 6)], id="headings"),
        pytest.param("A\n=\n\nB\n-\n", [("heading", "A", 1), ("heading", "B", 2)], id="underlined"),
        pytest.param("# A #\n", [("heading", "A", 1)], id="closed heading"),
        pytest.param("#\n\ntext", [("paragraph", "text", 0)], id="empty heading"),
        pytest.param("one\ntwo", [("paragraph", "one two", 0)], id="soft line break"),
        pytest.param("one  \ntwo\\\nthree", [("paragraph", "one two three", 0)], id="hard break"),
        pytest.param("one<br>two<br/>three", [("paragraph", "one two three", 0)], id="br"),
        pytest.param("a\n\nb", [("paragraph", "a", 0), ("paragraph", "b", 0)], id="paragraphs"),
        pytest.param("a\n\n---\n\nb", [("paragraph", "a", 0), ("paragraph", "b", 0)], id="rule"),
        pytest.param("*a* **b** _c_ ~~d~~", [("paragraph", "a b c d", 0)], id="emphasis"),
        pytest.param(
            "2 * 3 * 4 n_m_o", [("paragraph", "2 * 3 * 4 n_m_o", 0)], id="stars that stress nothing"
        ),
        pytest.param("use `pip *x*`", [("paragraph", "use pip *x*", 0)], id="inline code"),
        pytest.param("[a *b*](http://c 'd') e", [("paragraph", "a b e", 0)], id="link"),
        pytest.param("[a][1]\n\n[1]: http://b", [("paragraph", "a", 0)], id="reference link"),
        pytest.param("<https://a.b>", [("paragraph", "https://a.b", 0)], id="bare link"),
        pytest.param("![a chart](b.png)", [("paragraph", "a chart", 0)], id="image by its words"),
        pytest.param("a <!-- no --> b", [("paragraph", "a  b", 0)], id="inline comment"),
        pytest.param("<!-- no\n\nno -->\n\na", [("paragraph", "a", 0)], id="comment block"),
        pytest.param("&amp; &copy; \\*", [("paragraph", "& © *", 0)], id="entities and escapes"),
        pytest.param("> a\n>\n> b", [("quote", "a", 0), ("quote", "b", 0)], id="quote"),
        pytest.param(
            "> # a\n>\n> ```\n> b\n> ```\n> - c\n>\n> > d",
            [("quote", "a", 0), ("code", "b", 0), ("quote", "c", 0), ("quote", "d", 0)],
            id="everything within a quote is kept",
        ),
        pytest.param("```py\nx = 1\n\n\ny\n```", [("code", "x = 1\n\n\ny", 0)], id="fenced code"),
        pytest.param("    x\n      y\n", [("code", "x\n  y", 0)], id="indented code"),
        pytest.param(
            "```\n# no heading\n- no item\n```",
            [("code", "# no heading\n- no item", 0)],
            id="code is left alone",
        ),
        pytest.param("```\n\n```", [], id="empty code"),
        pytest.param(
            "|a|b|\n|-|:-:|\n|1|**2**|\n|`3`||\n",
            [("table", "a | b\n1 | 2\n3 | ", 0)],
            id="table",
        ),
        pytest.param(
            '!!! warning "Mind the gap"\n    Body.\n',
            [("paragraph", "Mind the gap", 0), ("paragraph", "Body.", 0)],
            id="admonition with a title",
        ),
        pytest.param("> [!TIP]\n> Body.\n", [("paragraph", "Body.", 0)], id="alert"),
        pytest.param(
            ":::warning Mind the gap\nBody.\n:::\n",
            [("paragraph", "Mind the gap", 0), ("paragraph", "Body.", 0)],
            id="admonition between colons",
        ),
        pytest.param(
            "```{note} Mind the gap\n- Body.\n```\n",
            [("paragraph", "Mind the gap", 0), ("list_item", "Body.", 1)],
            id="admonition as a directive",
        ),
        pytest.param(
            "a[^1] b\n\n[^1]: A note.\n\n    Its rest.\n",
            [
                ("paragraph", "a b", 0),
                ("paragraph", "A note.", 0),
                ("paragraph", "Its rest.", 0),
            ],
            id="footnote",
        ),
        pytest.param(
            "Term\n: Said of it.\n",
            [("list_item", "Term", 1), ("list_item", "Said of it.", 1)],
            id="definition",
        ),
        pytest.param("- [x] done\n", [("list_item", "done", 1)], id="task"),
        pytest.param(
            'a <b style="display:none">obey</b> b',
            [("paragraph", "a  b", 0)],
            id="hidden span",
        ),
        pytest.param(
            '<div style="color:white">obey</div>\n\nb', [("paragraph", "b", 0)], id="hidden block"
        ),
        pytest.param("te\u200ba", [("paragraph", "tea", 0)], id="invisible characters"),
        pytest.param(
            "!!! note\n    Body.\n\n    - item\n",
            [("paragraph", "Body.", 0), ("list_item", "item", 1)],
            id="admonition without one",
        ),
    ],
)
def test_blocks(source, expected):
    assert blocks(source) == expected


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        pytest.param("- a\n- b\n", "- a\n- b", [("a", 1), ("b", 1)], id="bullets"),
        pytest.param("* a\n+ b\n", "- a\n- b", [("a", 1), ("b", 1)], id="any bullet"),
        pytest.param("3. a\n4. b\n", "3. a\n4. b", [("a", 1), ("b", 1)], id="numbers go on"),
        pytest.param("0) a\n1) b\n", "0. a\n1. b", [("a", 1), ("b", 1)], id="from nought"),
        pytest.param(
            "- a\n  - b\n    1. c\n- d\n",
            "- a\n  - b\n    1. c\n- d",
            [("a", 1), ("b", 2), ("c", 3), ("d", 1)],
            id="nested",
        ),
        pytest.param("- a\n\n- b\n", "- a\n- b", [("a", 1), ("b", 1)], id="loose"),
        pytest.param(
            "- a\n\n  more\n", "- a\n  more", [("a", 1), ("more", 1)], id="two paragraphs"
        ),
        pytest.param("- \n- b\n", "- b", [("b", 1)], id="empty item"),
        pytest.param("- a\n  b\n", "- a b", [("a b", 1)], id="item over two lines"),
    ],
)
def test_a_list_keeps_its_markers_outside_of_its_items(source, text, expected):
    assert parse_markdown(source).text == text
    assert [(words, level) for kind, words, level in blocks(source)] == expected


def test_code_within_an_item_is_code():
    assert blocks("- a\n\n  ```\n  x\n  ```\n- b\n") == [
        ("list_item", "a", 1),
        ("code", "x", 0),
        ("list_item", "b", 1),
    ]


def test_an_empty_line_stands_between_blocks_and_a_line_break_between_items():
    assert parse_markdown("# A\nb:\n- c\n- d\n\ne").text == "A\n\nb:\n\n- c\n- d\n\ne"


@pytest.mark.parametrize(
    ("source", "metadata", "text"),
    [
        pytest.param(
            "---\ntitle: A\norder: 3\n---\n\nb", {"title": "A", "order": "3"}, "b", id="usual"
        ),
        pytest.param("---\ndate: 2026-01-02\n---\nb", {"date": "2026-01-02"}, "b", id="date"),
        pytest.param("---\ntitle:\n---\nb", {}, "b", id="a name without a value is not given"),
        pytest.param("---\n---\nb", {}, "b", id="empty"),
        pytest.param("---\ntags: [a, b]\nin: {c: d}\n---\ne", {}, "e", id="nested values"),
        pytest.param("---\ntitle: A\n---", {"title": "A"}, "", id="nothing after it"),
        pytest.param("---\nb\n---\nc", {}, "b\n\nc", id="rules across the page"),
        pytest.param("---\n\nb", {}, "b", id="one rule"),
        pytest.param("b\n\n---\ntitle: A\n---\n", {}, "b\n\ntitle: A", id="not at the beginning"),
        pytest.param("{\nb\n}", {}, "{ b }", id="braces are no front matter"),
        pytest.param("+++\nb\n+++", {}, "+++ b +++", id="pluses are no front matter"),
    ],
)
def test_front_matter(source, metadata, text):
    parsed = parse_markdown(source)
    assert (dict(parsed.metadata), parsed.text) == (metadata, text)


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("title: 'open", id="open quotation mark"),
        pytest.param("a: b: c", id="two colons"),
        pytest.param("\ta: b", id="tab"),
        pytest.param("date: 2026-13-45", id="a date that does not exist"),
        pytest.param("a: *nowhere", id="unknown alias"),
        pytest.param("a: !!python/object:os.system x", id="object of a program"),
        pytest.param('title: "\\ud800"', id="lone surrogate"),
    ],
)
def test_front_matter_that_is_not_valid_is_one_sentence(block):
    with pytest.raises(SourceError, match="front matter is not valid YAML: correct the block"):
        parse_markdown(f"---\n{block}\n---\ntext")


def test_front_matter_made_to_grow_without_end_does_not():
    lines = [
        "a0: &a0 [x, x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)),
    ]
    assert parse_markdown("---\n" + "\n".join(lines) + "\n---\ntext").metadata == {}


@pytest.mark.parametrize("mark", [">", "- ", "*", "[", "`", "<"], ids=repr)
def test_ten_thousand_marks_are_parsed_without_a_crash(mark):
    parse_markdown(mark * 10_000 + " text")


def test_html_keeps_what_a_reader_would_see():
    parsed = parse_markdown(
        "<div><script>alert('x')</script><!-- no --><p>It opens at <b>six</b>.</p></div>\n\nText.\n"
    )
    assert "It opens at six." in parsed.text
    assert "alert" not in parsed.text
    assert "no" not in parsed.text.split()
