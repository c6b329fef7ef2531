"""The table of what each stage is worth."""

from evals.ablation import ablate, markdown_of, table_of
from rag.stages import OptionalStage
from tests.evals.test_figures import PLAIN


def test_every_stage_is_left_out_once_and_alone():
    seen = []

    def run(without):
        seen.append(without)
        return [PLAIN]

    found = ablate(run)
    assert seen == [frozenset(), *(frozenset({stage}) for stage in OptionalStage)]
    assert [one.left_out for one in found] == [None, *OptionalStage]


def test_the_table_has_a_row_a_run_and_reads_as_markdown():
    found = ablate(lambda _: [PLAIN])
    header, *rows = table_of(found)
    assert [row[0] for row in rows][:2] == ["everything", f"without {OptionalStage.SPELLING.value}"]
    assert all(len(row) == len(header) for row in rows)
    page = markdown_of(found, "Measured on tea.")
    assert page.count("\n| ") == len(rows) + 2
    assert "Measured on tea." in page
