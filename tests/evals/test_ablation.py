"""The table of what each stage is worth."""

from evals.ablation import TAKEN, ablate, markdown_of, table_of
from rag.stages import OptionalStage
from tests.conftest import ROOT
from tests.evals.test_figures import ANSWERED_NEAR, NEAR, PLAIN, WRONG


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


def test_what_may_be_misread_is_told_below_the_table():
    def run(without):
        is_bold = OptionalStage.CROSS_ENCODER in without
        return [PLAIN, PLAIN if is_bold else WRONG, ANSWERED_NEAR if is_bold else NEAR]

    page = markdown_of(ablate(run), "Measured on tea.")
    *_, remark, taken = page.strip().split("\n\n")
    assert remark == (
        "The system without cross-encoder looks more correct only because it is hardly ever "
        "silent: it abstains on 0.000 of the near misses, the whole system on 1.000, and answers "
        "the rest of them wrongly."
    )
    assert "evals/baseline.json" in taken
    assert "looks more correct" not in markdown_of(ablate(lambda _: [PLAIN, NEAR]), "")


def test_the_published_table_is_told_in_the_commands_own_words():
    published = (ROOT / "docs" / "ablation.md").read_text("utf-8")
    assert published.endswith(f"\n\n{TAKEN}\n")
    assert "without cross-encoder looks more correct only because it is hardly ever" in published
