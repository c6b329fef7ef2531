"""Passages, over any document that hypothesis can think of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ingest.chunker import PassageSize, passages
from ingest.parsers.markdown import parse_markdown
from ingest.parsers.plain_text import parse_plain_text
from rag.domain import BlockKind, UnitKind
from rag.search_text import ITEM_KINDS, passage_search_text

WORD = some.sampled_from(
    ["tea", "Django", "p95", "e.g.", "C++", "naïve", "日本", "🙂", "why?", "it:"]
)
SENTENCE = some.lists(WORD, min_size=1, max_size=12).map(lambda words: " ".join(words) + ".")
PARAGRAPH = some.lists(SENTENCE, min_size=1, max_size=6).map(" ".join)
LIST = some.lists(
    some.tuples(some.sampled_from(["- ", "  - "]), SENTENCE), min_size=1, max_size=12
).map(lambda items: "\n".join(mark + text for mark, text in items))
BLOCK = some.one_of(
    PARAGRAPH,
    LIST,
    some.tuples(SENTENCE, LIST).map(lambda pair: f"{pair[0][:-1]}:\n\n{pair[1]}"),
    some.tuples(some.integers(1, 4), WORD).map(lambda pair: "#" * pair[0] + " " + pair[1]),
    PARAGRAPH.map(lambda text: f"> {text}"),
    SENTENCE.map(lambda text: f"```\n{text}\n\n{text}\n```"),
    SENTENCE.map(lambda text: f"|a|b|\n|-|-|\n|{text}|{text}|"),
)
DOCUMENT = some.lists(BLOCK, min_size=1, max_size=10).map("\n\n".join)
ANY_TEXT = some.text(max_size=400)
SIZE = PassageSize(join=120, split=240, max_tokens=40)


def count_words(text):
    return len(text.split())


def cut(parsed, size=SIZE):
    return list(passages("doc", "Title", parsed, count_words, size))


PARSED = some.one_of(
    DOCUMENT.map(parse_markdown), ANY_TEXT.map(parse_markdown), ANY_TEXT.map(parse_plain_text)
)


@given(PARSED)
def test_every_passage_is_a_verbatim_span(parsed):
    for passage in cut(parsed):
        assert passage.text == parsed.text[passage.start_char : passage.end_char]
        assert passage.text.strip() == passage.text != ""


@given(PARSED)
def test_passages_and_their_units_stand_in_order_and_never_overlap(parsed):
    end = 0
    for passage in cut(parsed):
        assert passage.start_char == passage.units[0].start_char
        assert passage.end_char == passage.units[-1].end_char
        for unit in passage.units:
            assert end <= unit.start_char < unit.end_char
            end = unit.end_char


@given(PARSED)
def test_nothing_but_headings_and_white_space_is_left_out(parsed):
    covered: set[int] = set()
    for passage in cut(parsed):
        for unit in passage.units:
            covered.update(range(unit.start_char, unit.end_char))
    for block in parsed.blocks:
        if block.kind is not BlockKind.HEADING:
            missed = [
                parsed.text[place]
                for place in range(block.start_char, block.end_char)
                if place not in covered and not parsed.text[place].isspace()
            ]
            assert missed == []


@given(PARSED)
def test_a_passage_is_cut_between_units_only(parsed):
    """However small the passages, units are those of the document that is cut into one."""
    whole = [unit for p in cut(parsed, PassageSize(10**9, 10**9, 10**9)) for unit in p.units]
    assert [unit for passage in cut(parsed) for unit in passage.units] == whole


@given(PARSED)
def test_no_passage_is_longer_than_the_embedder_reads(parsed):
    """Only what can't be cut may be: one unit, or one with what is glued to it."""
    for passage in cut(parsed):
        if count_words(passage_search_text(passage)) > SIZE.max_tokens:
            glued = [
                last.kind is UnitKind.LEAD_IN or unit.kind is UnitKind.ITEM_SENTENCE
                for last, unit in zip(passage.units, passage.units[1:], strict=False)
            ]
            assert all(glued)


@given(PARSED)
def test_no_passage_ends_on_a_lead_in_or_begins_within_an_item(parsed):
    for passage in cut(parsed):
        if passage.units[-1].kind is UnitKind.LEAD_IN:
            assert len(passage.units) == 1 or passage.units[-2].kind is not UnitKind.LEAD_IN
        assert passage.units[0].kind is not UnitKind.ITEM_SENTENCE


@given(PARSED)
@settings(max_examples=30)
def test_cutting_twice_gives_the_same(parsed):
    assert cut(parsed) == cut(parsed)


LEAD = "Choose Django in these cases:"


def list_of(count, words=8):
    return f"# Django\n\n{LEAD}\n\n" + "\n".join(
        f"- Case number{n} " + "word " * words + f"end{n}." for n in range(count)
    )


def test_a_short_list_is_one_passage_with_its_lead_in():
    (passage,) = cut(parse_markdown(list_of(3, words=1)))
    assert [unit.kind for unit in passage.units] == [UnitKind.LEAD_IN, *[UnitKind.LIST_ITEM] * 3]
    assert passage.lead_in == ""


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(PassageSize(join=120, split=240, max_tokens=10**9), id="too many characters"),
        pytest.param(PassageSize(join=120, split=10**9, max_tokens=60), id="too many tokens"),
        pytest.param(
            PassageSize(join=10**9, split=10**9, max_tokens=60), id="joined, then too many"
        ),
    ],
)
def test_every_part_of_a_long_list_carries_the_lead_in(size):
    first, *others = cut(parse_markdown(list_of(12)), size)
    assert first.units[0].kind is UnitKind.LEAD_IN
    assert first.lead_in == ""
    assert others
    assert {passage.lead_in for passage in others} == {LEAD}
    assert all(unit.kind in ITEM_KINDS for passage in others for unit in passage.units)
    assert all(LEAD in passage.context for passage in others)


def test_the_sentence_after_a_list_does_not_carry_its_lead_in():
    markdown = list_of(3) + "\n\n" + "After the list stands a sentence of its own. " * 6
    size = PassageSize(join=10**9, split=10**9, max_tokens=30)
    after = [p for p in cut(parse_markdown(markdown), size) if "After" in p.text.split()[0]]
    assert after
    assert {passage.lead_in for passage in after} == {""}


def test_short_neighbours_under_one_heading_are_joined():
    (passage,) = cut(parse_markdown("# A\n\nOne.\n\nTwo.\n\n> Three.\n"))
    assert passage.text == "One.\n\nTwo.\n\nThree."


def test_neighbours_under_two_headings_are_never_joined():
    assert [p.heading_path for p in cut(parse_markdown("# A\n\nOne.\n\n# B\n\nTwo.\n"))] == [
        ("A",),
        ("B",),
    ]


def test_a_long_paragraph_is_cut_into_parts_of_even_size():
    parts = cut(parse_markdown("A sentence of some words that is full. " * 20))
    lengths = [len(part.text) for part in parts]
    assert len(parts) > 1
    assert max(lengths) <= SIZE.split
    assert min(lengths) > max(lengths) / 3


@pytest.mark.parametrize("size", [SIZE, PassageSize()], ids=["small", "usual"])
def test_code_within_an_item_is_never_parted_from_what_introduces_it(size):
    item = "- Pour it over the leaves in the pot. In the settings, you'd put:\n\n  ```\n{}  ```\n"
    document = "".join(item.format("  pour(tea)\n" * lines) for lines in (1, 9, 30, 2))
    for passage in cut(parse_markdown(f"Steps:\n\n{document}"), size):
        assert passage.units[0].kind is not UnitKind.CODE
        assert passage.units[-1].kind is UnitKind.CODE


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("```\n" + "x = 1\n" * 100 + "```", id="code"),
        pytest.param("|a|\n|-|\n" + "|cell|\n" * 100, id="table"),
        pytest.param("word " * 190 + "end.", id="sentence"),
    ],
)
def test_what_must_not_be_torn_stays_whole_however_long(block):
    assert len(cut(parse_markdown(block))) == 1
