"""What a chat model writes, and what of it the verifier lets through: each sentence on record."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from evals.progress import watch
from evals.question_set import QuestionRecord
from rag.chat_stream import GenerationError
from rag.domain import Question
from rag.evidence import Finding
from rag.generator import Drafted, Generator


class Finder(Protocol):
    """Finds the evidence that a generator is given."""

    def find(self, question: Question) -> Finding:
        """The evidence for a question, best first."""


@dataclass(frozen=True, slots=True)
class Generated:
    """All that a model wrote for one question; `fault` says why it was not used, if so."""

    id: str
    question: str
    drafts: tuple[Drafted, ...]
    fault: str | None

    @property
    def sent(self) -> tuple[Drafted, ...]:
        """The sentences that a reader would see."""
        kept = tuple(drafted for drafted in self.drafts if drafted.is_kept)
        return () if self.fault else kept


def generate(
    finder: Finder, generator: Generator, records: Sequence[QuestionRecord]
) -> tuple[Generated, ...]:
    """Every question put to the model, also those from which the system would abstain."""
    return tuple(_generated(finder, generator, record) for record in watch(records, "generating"))


def spread(records: Sequence[QuestionRecord], count: int) -> tuple[QuestionRecord, ...]:
    """At most `count` of the records, evenly from the whole set."""
    count = min(count, len(records))
    return tuple(records[place * len(records) // count] for place in range(count))


def generated_to_json(generated: Sequence[Generated]) -> dict[str, Any]:
    """Counts of what was written, caught and sent, and every sentence that was sent."""
    drafts = [drafted for one in generated for drafted in one.drafts]
    caught = [drafted for drafted in drafts if not drafted.is_kept]
    sent = [(one, drafted) for one in generated for drafted in one.sent]
    return {
        "questions": len(generated),
        "sentences": len(drafts),
        "caught": len(caught),
        "sent": len(sent),
        "questions_with_a_sentence_sent": sum(bool(one.sent) for one in generated),
        "faults": dict(Counter(one.fault for one in generated if one.fault).most_common()),
        "caught_because": dict(
            Counter(_kind(drafted.attribution.verdict.reason) for drafted in caught).most_common()
        ),
        "sent_sentences": [
            {
                "id": one.id,
                "question": one.question,
                "sentence": drafted.sentence.text,
                "support": drafted.attribution.verdict.support,
                "source": [" ".join(unit.text.split()) for unit in drafted.attribution.units],
            }
            for one, drafted in sent
        ],
        "caught_sentences": [
            {
                "id": one.id,
                "sentence": drafted.sentence.text,
                "reason": drafted.attribution.verdict.reason,
            }
            for one in generated
            for drafted in one.drafts
            if not drafted.is_kept
        ],
    }


def _generated(finder: Finder, generator: Generator, record: QuestionRecord) -> Generated:
    found = finder.find(record.to_question())
    drafts: list[Drafted] = []
    fault = None
    try:
        # One by one, so that what came before a fault is on record too.
        for drafted in generator.drafts(found.query.text, found.evidence):
            drafts.append(drafted)  # noqa: PERF402
    except GenerationError as error:
        fault = str(error)
    return Generated(record.id, record.question, tuple(drafts), fault)


def _kind(reason: str | None) -> str:
    return (reason or "").split(":", 1)[0]
