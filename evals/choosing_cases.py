"""A collection's questions, put to the system: the units found for each, and which hold gold."""

from collections.abc import Iterator
from pathlib import Path

from evals.choosing_fit import Case, case_of
from evals.opening import ingest_for_evaluation, opened
from evals.progress import watch
from evals.question_set import load_question_set
from rag.audience import PUBLIC
from rag.reranker import MsMarcoReranker
from rag.settings import load_settings


def cases_of(collection: Path, profile: str) -> Iterator[Case]:
    """A case for each question that expects an answer and finds a unit with gold."""
    records = load_question_set(collection / "questions.jsonl").records
    encoder = MsMarcoReranker(load_settings().cache_dir) if profile == "full" else None
    with opened(None, temporary=True, profile=profile) as services:
        ingest_for_evaluation(services, [collection / "docs"])
        view = services.catalog.seen_by(PUBLIC)
        for record in watch(records, collection.name):
            if not record.expects_answer:
                continue
            finding = services.answerer.find(record.to_question())
            found = {item.passage.document_id for item in finding.evidence}
            texts = {name: view.document(name).text for name in found}
            case = case_of(finding, record.gold_groups, texts, collection.name, encoder)
            if case is not None:
                yield case
