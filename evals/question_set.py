"""Question sets: one JSON object a line, read strictly, so that a typo can't silence a check."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.domain import Question, Turn
from rag.errors import InvalidRequestError, NotFoundError


class QuestionType(StrEnum):
    """What a question asks for, or why it can't be answered."""

    FACT = "fact"
    LIST = "list"
    COMPARISON = "comparison"
    WHY = "why"
    HOWTO = "howto"
    DEFINITION = "definition"
    NUMBER = "number"
    MULTI_PASSAGE = "multi_passage"
    PARAPHRASE = "paraphrase"
    TYPO = "typo"
    KEYWORD = "keyword"
    FOLLOWUP = "followup"
    YESNO_FALSE = "yesno_false"
    UNANSWERABLE_NEAR = "unanswerable_near"
    UNANSWERABLE_FAR = "unanswerable_far"
    BOILERPLATE = "boilerplate"
    INJECTION = "injection"
    MULTILINGUAL = "multilingual"


class HistoryTurn(BaseModel):
    """One earlier turn, as a question set writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Literal["user", "assistant"]
    content: str


class QuestionRecord(BaseModel):
    """One line of a question set. What must hold between fields is the checker's business."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    history: tuple[HistoryTurn, ...] = ()
    type: QuestionType
    answerable: bool
    gold_quotes: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    section: str | None = None
    subsection: str | None = None
    reference_answer: str | None = None
    must_include: tuple[str | tuple[str, ...], ...] = ()
    must_not_include: tuple[str, ...] = ()
    expected_behaviour: Literal["refuse", "answer_from_guide_only"] | None = None
    lang: str | None = None
    note: str | None = None

    @property
    def expects_answer(self) -> bool:
        """Whether silence is a fault: answerable, or an injection to be answered all the same."""
        return self.answerable or self.expected_behaviour == "answer_from_guide_only"

    @property
    def gold_groups(self) -> tuple[tuple[str, ...], ...]:
        """The groups of quotes of which each alone suffices, without empty ones or repeats."""
        return tuple(
            group for group in dict.fromkeys((self.gold_quotes, *self.alternatives)) if group
        )

    def to_question(self) -> Question:
        """The question as a front end would hand it over."""
        turns = tuple(Turn(role=turn.role, content=turn.content) for turn in self.history)
        return Question(text=self.question, history=turns)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A question set: its name (the file's stem), the SHA-256 of its bytes, and its lines."""

    name: str
    sha256: str
    records: tuple[QuestionRecord, ...]


def load_question_set(path: Path) -> QuestionSet:
    r"""The question set in a file of JSON lines, split on "\n" only; blank lines are passed over.

    Raises NotFoundError when there is no such file, and InvalidRequestError, naming file and
    line, when a line is not in the format, an id comes twice, or there are no questions at all.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotFoundError(f"The question set {path} can't be read: {error.strerror}.") from error
    records = tuple(record for _, record in _records(path, content))
    if not records:
        raise InvalidRequestError(f"{path.name} holds no question: write one JSON object a line.")
    return QuestionSet(path.stem, hashlib.sha256(content).hexdigest(), records)


def _records(path: Path, content: bytes) -> Iterator[tuple[int, QuestionRecord]]:
    first_line_of: dict[str, int] = {}
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            record = QuestionRecord.model_validate_json(line)
        except ValidationError as error:
            raise InvalidRequestError(f"{where}: {_faults(error)}.") from error
        if record.id in first_line_of:
            earlier = first_line_of[record.id]
            raise InvalidRequestError(f"{where}: the id {record.id!r} is line {earlier}'s already.")
        first_line_of[record.id] = number
        yield number, record


def _faults(error: ValidationError) -> str:
    faults = []
    for fault in error.errors(include_url=False):
        field = ".".join(str(part) for part in fault["loc"])
        message = "unknown field" if fault["type"] == "extra_forbidden" else fault["msg"]
        faults.append(f"{field}: {message}" if field else message)
    return "; ".join(faults)
