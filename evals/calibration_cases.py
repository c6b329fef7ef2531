"""Questions of calibration sets, put to the system: what the abstention would weigh of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evals.calibration import Observed
from evals.opening import ingest_for_evaluation, opened
from evals.progress import watch
from evals.question_set import QuestionRecord, QuestionType, load_question_set
from evals.reading_fit import Case, fit_reading
from evals.retrieval_score import place_gold
from rag.linear_reading import States, reading_of
from rag.reranker import MsMarcoReranker
from rag.search_text import passage_reading_text
from rag.settings import load_settings


@dataclass(frozen=True, slots=True)
class Source:
    """A question set and the documents that it is about."""

    name: str
    questions: Path
    documents: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ObservedCase:
    """A question with its features; with the cross-encoder's states where they were asked for.

    `best_holds_gold` says whether a gold quote stands in the best passage.
    """

    source: str
    observed: Observed
    states: States | None = None
    states_alone: States | None = None
    best_holds_gold: bool = False

    @property
    def teaches(self) -> bool:
        """Whether a reading can learn from it: the label is true of the passage that was read."""
        return self.observed.about and self.observed.answerable <= self.best_holds_gold


def observe_all(
    sources: Sequence[Source], profile: str | None, *, states: bool
) -> list[ObservedCase]:
    """Every question for which anything is found, in the order of the sets."""
    encoder = MsMarcoReranker(load_settings().cache_dir) if states else None
    return [case for source in sources for case in _observe(source, profile, encoder)]


def with_unseen_readings(
    cases: Sequence[ObservedCase], collections: Collection[str]
) -> tuple[dict[str, Any], list[ObservedCase]]:
    """The reading fitted on these collections, and the cases with the readings it gives them.

    A case of a collection gets the reading of a fit that had not seen its collection: what a fit
    says of its own cases is too good to calibrate on. Raises ValueError as `fit_reading` does.
    """
    learned = [case for case in cases if case.source in collections and case.teaches]
    fitted, unseen = fit_reading([_case(case) for case in learned])
    reading = reading_of(fitted)
    unseen_by_case = {id(case): float(value) for case, value in zip(learned, unseen, strict=True)}
    read = []
    for case in cases:
        assert case.states is not None
        value = unseen_by_case.get(id(case), reading.logit(case.states))
        features = {**case.observed.features, "reading": value}
        read.append(replace(case, observed=replace(case.observed, features=features)))
    return fitted, read


def _observe(
    source: Source, profile: str | None, encoder: MsMarcoReranker | None
) -> list[ObservedCase]:
    records = load_question_set(source.questions).records
    with opened(None, temporary=True, profile=profile) as services:
        ingest_for_evaluation(services, source.documents)
        found = []
        for record in watch(records, source.name):
            features = services.answerer.features(record.to_question())
            if not features:
                continue
            observed = Observed(features, record.expects_answer, _is_about(record))
            if encoder is None:
                found.append(ObservedCase(source.name, observed))
                continue
            finding = services.answerer.find(record.to_question())
            asked, best = finding.query.text, finding.evidence[0].passage
            text = passage_reading_text(best)
            states = encoder.observed(asked, text), encoder.observed(asked, "")
            is_gold = place_gold([best.text], record.gold_groups).first_rank is not None
            found.append(ObservedCase(source.name, observed, *states, is_gold))
        return found


def _is_about(record: QuestionRecord) -> bool:
    return record.expects_answer or record.type is QuestionType.UNANSWERABLE_NEAR


def _case(case: ObservedCase) -> Case:
    assert case.states is not None
    assert case.states_alone is not None
    return Case(case.states, case.states_alone, case.observed.answerable, case.source)
