"""What `footnote eval` does once its options are read: run, show, compare, keep."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from cli.faults import print_json
from evals.baseline import DEFAULT_PATH, read_baseline, write_baseline
from evals.cache import ResultCache
from evals.claims import load_claims, measure_claims, score_claims
from evals.comparison import Comparison, compare
from evals.ir_runner import IrScope, evaluate_ir
from evals.ir_set import Articles, Split, load_ir_set
from evals.judge import judge_answers, open_judge
from evals.opening import ingest_for_evaluation, ingest_ir_set, opened
from evals.question_set import load_question_set
from evals.report import write_report
from evals.result_json import claims_to_json, evaluation_to_json, ir_to_json
from evals.runner import Evaluation, evaluate
from evals.summary import summarise, summarise_by_type
from evals.tables import (
    comparison_table,
    decisions_table,
    figures_table,
    measures_table,
    rows_table,
    types_table,
)
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Output:
    """How results are handed over: as one JSON object or as tables, with or without rows."""

    as_json: bool
    rows: bool

    def show(self, result: dict[str, Any], tables: Sequence[Table]) -> None:
        """Print the result as JSON and nothing else, or the tables."""
        if self.as_json:
            print_json(result)
            return
        # Questions are data: brackets and colons in them are neither markup nor emoji.
        console = Console(markup=False, emoji=False, highlight=False)
        for table in tables:
            console.print(table)


@dataclass(frozen=True, slots=True)
class SetsRequest:
    """Question sets to run, and what to make of the result."""

    sets: tuple[Path, ...]
    documents: tuple[Path, ...] = ()
    report: Path | None = None
    baseline: Path | None = None
    update_baseline: bool = False
    judge: str | None = None


@dataclass(frozen=True, slots=True)
class IrRequest:
    """A set in the information-retrieval form, and which of it to run."""

    folder: Path
    split: Split = "test"
    articles: Articles | None = None
    last_turn_only: bool = False
    retrieval_only: bool = False


def run_sets(request: SetsRequest, data_dir: Path | None, output: Output, *, cached: bool) -> bool:
    """Run question sets; true when a headline figure fell below the baseline's."""
    question_sets = [load_question_set(path) for path in request.sets]
    compared = request.baseline is not None and not request.update_baseline
    before = read_baseline(request.baseline) if compared and request.baseline else None
    with opened(data_dir, temporary=bool(request.documents)) as services:
        if request.documents:
            ingest_for_evaluation(services, request.documents)
        with _cache(services.settings, cached=cached) as cache:
            evaluation = evaluate(services, question_sets, services.settings, cache)
            judging = None
            if request.judge is not None:
                model = open_judge(request.judge)
                judging = judge_answers(model, request.judge, evaluation.rows, cache)
    _warn_of_lost_gold(evaluation)
    comparison = None if before is None else compare(before, evaluation.outcomes)
    if request.update_baseline:
        write_baseline(request.baseline or DEFAULT_PATH, evaluation)
    if request.report is not None:
        path = write_report(request.report, evaluation, comparison, judging)
        typer.echo(f"The report is {path}.", err=True)
    tables = _tables(evaluation, comparison, rows=output.rows)
    if judging is not None:
        tables.append(measures_table(f"Judged by {judging.model}", judging.figures))
        for verdict in judging.faults:
            typer.echo(f"Unjudged: {verdict.question}: {verdict.fault}", err=True)
    output.show(evaluation_to_json(evaluation, comparison, judging, rows=output.rows), tables)
    return bool(comparison and comparison.falls)


def run_ir(request: IrRequest, data_dir: Path | None, output: Output, *, cached: bool) -> None:
    """Run a set in the information-retrieval form over its own documents."""
    ir_set = load_ir_set(request.folder, request.split, request.articles)
    scope = IrScope(request.last_turn_only, request.retrieval_only)
    with opened(data_dir, temporary=True) as services:
        ingest_ir_set(services, ir_set)
        with _cache(services.settings, cached=cached) as cache:
            result = evaluate_ir(services, ir_set, services.settings, cache, scope)
    tables = [measures_table(f"{result.name} · {len(result.rows)} queries", result.figures)]
    if result.followups:
        tables.append(measures_table("Follow-ups only", result.followups))
    chosen = dataclasses.asdict(request) | {"folder": request.folder.name}
    output.show(ir_to_json(result, chosen, rows=output.rows), tables)


def run_claims(path: Path, data_dir: Path | None, output: Output) -> None:
    """Run the verifier on claims with evidence."""
    claims = load_claims(path)
    with opened(data_dir, temporary=True) as services:
        scored = score_claims(services.verifier, claims)
    figures = measure_claims(scored)
    output.show(
        claims_to_json(path.stem, figures, scored, rows=output.rows),
        [measures_table(f"{path.stem} · {len(claims)} claims with evidence", figures)],
    )


def _warn_of_lost_gold(evaluation: Evaluation) -> None:
    lost = [outcome.id for outcome in evaluation.outcomes if outcome.gold_in_documents is False]
    if lost:
        some = ", ".join(lost[:5]) + (" …" if len(lost) > 5 else "")  # noqa: PLR2004
        typer.echo(
            f"The gold quotes of {len(lost)} questions are not in these documents ({some}): "
            "they can't be found, and count as missed.",
            err=True,
        )


@contextmanager
def _cache(settings: Settings, *, cached: bool) -> Iterator[ResultCache | None]:
    if not cached:
        yield None
        return
    with ResultCache(settings.cache_dir / "evals") as cache:
        yield cache


def _tables(evaluation: Evaluation, comparison: Comparison | None, *, rows: bool) -> list[Table]:
    whole = summarise(evaluation.outcomes)
    tables = []
    if len(evaluation.sets) > 1:
        tables += [figures_table(s.name, summarise(s.outcomes)) for s in evaluation.sets]
    tables += [
        figures_table(" + ".join(result.name for result in evaluation.sets), whole),
        decisions_table(whole),
        types_table(summarise_by_type(evaluation.outcomes)),
    ]
    if rows:
        tables.append(rows_table(evaluation.outcomes))
    if comparison is not None:
        tables.append(comparison_table(comparison))
    return tables
