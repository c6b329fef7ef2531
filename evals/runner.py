"""Question sets put to the system: observe every question, then score what was observed."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

from evals import observation
from evals.cache import ResultCache, key_of, remember
from evals.observation import OBSERVATION, Observation, observe
from evals.outcome import Outcome, score
from evals.progress import watch
from evals.provenance import Provenance, read_documents, trace
from evals.question_set import QuestionRecord, QuestionSet
from evals.system import System
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Row:
    """A question with what was observed and how it was scored."""

    record: QuestionRecord
    observation: Observation
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class SetResult:
    """A question set, run."""

    name: str
    sha256: str
    rows: tuple[Row, ...]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes in the order of the set."""
        return tuple(row.outcome for row in self.rows)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All sets of one run, and where their figures come from."""

    provenance: Provenance
    sets: tuple[SetResult, ...]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of all sets."""
        return tuple(outcome for result in self.sets for outcome in result.outcomes)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all sets."""
        return tuple(row for result in self.sets for row in result.rows)


def evaluate(
    system: System,
    question_sets: Sequence[QuestionSet],
    settings: Settings,
    cache: ResultCache | None = None,
) -> Evaluation:
    """Every question of every set answered and scored against the system's stored documents.

    Questions are put one at a time, so that the wall times are those of a lone reader; with a
    cache, an observation made before from the same question, data, settings and code is used
    again, its timings included.
    """
    documents = read_documents(system.catalog)
    provenance = trace(system.catalog, documents, settings)
    # A change of what is observed makes older observations useless as well.
    run_key = key_of(provenance.run_key, inspect.getsource(observation))

    def row(set_name: str, record: QuestionRecord) -> Row:
        asked = (record.question, [turn.model_dump() for turn in record.history])
        seen = remember(
            cache,
            key_of("observation", run_key, asked),
            OBSERVATION,
            lambda: observe(system.answerer, record),
        )
        return Row(record, seen, score(set_name, record, seen, documents.texts))

    return Evaluation(
        provenance,
        tuple(
            SetResult(
                chosen.name,
                chosen.sha256,
                tuple(row(chosen.name, record) for record in watch(chosen.records, chosen.name)),
            )
            for chosen in question_sets
        ),
    )
