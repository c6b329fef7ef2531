"""Blocks under their headings, lists with their lead-in."""

import pytest

from ingest.parsers.markdown import parse_markdown
from ingest.sections import sections
from rag.domain import UnitKind


def layout(markdown):
    """(heading path, units by piece) of every section."""
    parsed = parse_markdown(markdown)
    return [
        (
            section.heading_path,
            [
                [(u.kind.value, parsed.text[u.start_char : u.end_char]) for u in piece.units]
                for piece in section.pieces
            ],
        )
        for section in sections(parsed)
    ]


def test_a_heading_path_runs_from_the_outermost_heading_down():
    paths = [path for path, _ in layout("# A\n\na\n\n## B\n\nb\n\n### C\n\nc\n\n## D\n\nd\n")]
    assert paths == [("A",), ("A", "B"), ("A", "B", "C"), ("A", "D")]


def test_a_level_that_was_left_out_is_not_missed():
    assert [path for path, _ in layout("# A\n\n#### B\n\nb\n\n## C\n\nc\n")] == [
        ("A", "B"),
        ("A", "C"),
    ]


def test_text_before_the_first_heading_has_no_path():
    assert layout("a\n\n# B\n\nb\n")[0][0] == ()


def test_a_heading_without_text_of_its_own_makes_no_section():
    assert [path for path, _ in layout("# A\n\n## B\n\nb\n")] == [("A", "B")]


def test_a_list_is_one_piece_with_its_lead_in():
    ((_, pieces),) = layout("One. Choose it when:\n\n- a\n- Tea. Hot tea.\n")
    assert pieces == [
        [
            ("sentence", "One."),
            ("lead_in", "Choose it when:"),
            ("list_item", "a"),
            ("list_item", "Tea."),
            ("item_sentence", "Hot tea."),
        ]
    ]


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        pytest.param("|a|b|\n|-|-|\n|1|2|", "table", id="table"),
        pytest.param("```\nx\n```", "code", id="code"),
    ],
)
def test_a_table_and_code_keep_their_lead_in(block, kind):
    ((_, pieces),) = layout(f"Look:\n\n{block}\n")
    assert [unit[0] for unit in pieces[0]] == ["lead_in", kind]


STEPS = """\
To brew:

1. Warm the pot first. That is, on the counter, you'd put:

   {block}

2. Pour.
"""


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        pytest.param("|a|b|\n   |-|-|\n   |1|2|", "table", id="table"),
        pytest.param("```\n   x\n   ```", "code", id="code"),
    ],
)
def test_an_item_that_ends_in_a_colon_keeps_its_code_or_table(block, kind):
    ((_, pieces),) = layout(STEPS.format(block=block))
    assert [unit[0] for unit in pieces[0]] == ["lead_in", "list_item", "item_sentence", kind]


def test_an_item_without_a_colon_introduces_no_code():
    ((_, pieces),) = layout("- Warm the pot.\n\n  ```\n  x\n  ```\n")
    assert len(pieces) == 2


def test_a_paragraph_that_does_not_end_in_a_colon_introduces_nothing():
    ((_, pieces),) = layout("A sentence.\n\n- a\n")
    assert [[unit[0] for unit in piece] for piece in pieces] == [["sentence"], ["list_item"]]


def test_a_colon_with_no_list_after_it_is_a_plain_sentence():
    ((_, pieces),) = layout("Here it comes:\n\nNothing.\n")
    assert [[unit[0] for unit in piece] for piece in pieces] == [["sentence"], ["sentence"]]


def test_a_quote_is_cut_into_sentences():
    ((_, pieces),) = layout("> One. Two.\n")
    assert pieces == [[("sentence", "One."), ("sentence", "Two.")]]


@pytest.mark.parametrize(
    "text", ["Dr. Smith left.", "It costs e.g. 3.5 million.", "Use Node.js now."]
)
def test_an_abbreviation_ends_no_sentence(text):
    ((_, pieces),) = layout(text)
    assert pieces == [[("sentence", text)]]


def test_a_long_table_is_read_row_by_row_under_its_head():
    rows = "\n".join(f"| Bicycle {number} | {number} euros a day |" for number in range(60))
    parsed = parse_markdown(f"# Prices\n\n| Bicycle | Price |\n|---|---|\n{rows}\n")
    (section,) = sections(parsed)
    units = section.pieces[0].units
    assert units[0].kind is UnitKind.LEAD_IN
    assert len(units) == 61
    assert parsed.text[units[8].start_char : units[8].end_char] == "Bicycle 7 | 7 euros a day"
