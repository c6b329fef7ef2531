"""An evaluation as JSON: every figure with its count and interval, by set and by type."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from evals.baseline import question_key
from evals.claims import ScoredClaim
from evals.comparison import Comparison
from evals.figures import FIGURE_BY_NAME, Measured
from evals.ir_runner import IrResult
from evals.judge import Judging, judging_to_json
from evals.outcome import Outcome
from evals.runner import Evaluation, Row
from evals.summary import Summary, summarise, summarise_by_type
from rag.contract import answer_to_json

Json = dict[str, Any]


def evaluation_to_json(
    evaluation: Evaluation,
    comparison: Comparison | None = None,
    judging: Judging | None = None,
    *,
    rows: bool,
) -> Json:
    """The result file's content; `rows` adds what was observed and scored for each question."""
    return {
        "provenance": dataclasses.asdict(evaluation.provenance),
        "gold_not_in_documents": [
            question_key(outcome)
            for outcome in evaluation.outcomes
            if outcome.gold_in_documents is False
        ],
        "all": summary_to_json(summarise(evaluation.outcomes)),
        "by_type": _by_type(evaluation.outcomes),
        "sets": {
            result.name: {
                "sha256": result.sha256,
                **summary_to_json(summarise(result.outcomes)),
                "by_type": _by_type(result.outcomes),
            }
            for result in evaluation.sets
        },
        **({} if comparison is None else {"comparison": comparison_to_json(comparison)}),
        **({} if judging is None else {"judge": judging_to_json(judging, rows=rows)}),
        **({"rows": [row_to_json(row) for row in evaluation.rows]} if rows else {}),
    }


def summary_to_json(summary: Summary) -> Json:
    """A summary as JSON-ready values."""
    return {
        "questions": summary.questions,
        "figures": {
            name: {"label": FIGURE_BY_NAME[name].label, **measured.to_json()}
            for name, measured in summary.figures.items()
        },
        "decisions": {
            "answerable": dataclasses.asdict(summary.answerable),
            "unanswerable": dataclasses.asdict(summary.unanswerable),
        },
    }


def comparison_to_json(comparison: Comparison) -> Json:
    """A comparison with the baseline as JSON-ready values."""
    return {
        "fell": [change.figure.name for change in comparison.falls],
        "changes": {
            change.figure.name: {
                "before": change.before,
                "after": change.after,
                "difference": change.difference.value,
                "interval": [change.difference.low, change.difference.high],
                "fell": change.fell,
                "turned": list(change.turned) if change.fell else [],
            }
            for change in comparison.changes
        },
        "turned": list(comparison.turned),
        "mended": list(comparison.mended),
        "unmatched": comparison.unmatched,
    }


def ir_to_json(result: IrResult, chosen: Json, *, rows: bool) -> Json:
    """The result of a set in the information-retrieval form; `chosen` says which of it was run."""
    return {
        "provenance": dataclasses.asdict(result.provenance),
        "set": {"name": result.name, "sha256": result.sha256, **chosen},
        "queries": len(result.rows),
        "figures": {name: value.to_json() for name, value in result.figures.items()},
        "followups": {name: value.to_json() for name, value in result.followups.items()},
        **(
            {
                "rows": [
                    {
                        "id": row.query.id,
                        "text": row.query.text,
                        "answerable": row.query.answerable,
                        "ranking": list(row.ranking),
                        "stance": None if row.stance is None else dataclasses.asdict(row.stance),
                    }
                    for row in result.rows
                ]
            }
            if rows
            else {}
        ),
    }


def claims_to_json(
    name: str, figures: Mapping[str, Measured], scored: Sequence[ScoredClaim], *, rows: bool
) -> Json:
    """The result of a file of claims."""
    return {
        "claims": name,
        "figures": {figure: value.to_json() for figure, value in figures.items()},
        **(
            {
                "rows": [
                    {"id": case.claim.id, "label": case.claim.label, "support": case.support}
                    for case in scored
                ]
            }
            if rows
            else {}
        ),
    }


def row_to_json(row: Row) -> Json:
    """One question as JSON-ready values: what was asked, observed and scored."""
    answer = row.observation.answer
    return {
        **dataclasses.asdict(row.outcome),
        "reference_answer": row.record.reference_answer,
        "answer": None if answer is None else answer_to_json(answer),
        "retrieved": [
            {
                "passage_id": ranked.passage.id,
                "heading_path": list(ranked.passage.heading_path),
                "text": ranked.passage.text,
                "score": ranked.score,
            }
            for ranked in row.observation.passages
        ],
    }


def _by_type(outcomes: Sequence[Outcome]) -> Json:
    return {kind: summary_to_json(summary) for kind, summary in summarise_by_type(outcomes).items()}
