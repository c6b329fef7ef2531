"""What an answer in the making tells: the stage it is in, and each sentence once it is checked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.domain import Answer, AnswerSentence, Citation


class Stage(StrEnum):
    """What is being done for a question, in this order; an abstention ends after reading."""

    SEARCHING = "searching"
    READING = "reading"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class Status:
    """A stage has begun."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of the answer, checked; it is never taken back.

    `citations` are those of its numbers that no sentence before it named. `text` is what it adds
    to the answer's text: all of them, one after the other, are that text.
    """

    sentence: AnswerSentence
    citations: tuple[Citation, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """Still at it: a chat model writes, and no sentence of it is whole yet."""


Progress = Status | Told | Pulse
# May raise: the work then stops within a second, and a chat model is told to stop writing.
Tell = Callable[[Progress], None]


def ignore(_: Progress) -> None:
    """Tell nobody."""


def retold(answer: Answer) -> Iterator[Told]:
    """What was told of a finished answer, once more: for an answer that is given again."""
    cited = 0
    at = 0
    for sentence in answer.sentences:
        most = max((cited, *sentence.citations))
        words = sentence.marked
        end = answer.text.index(words, at) + len(words)
        yield Told(sentence, answer.citations[cited:most], answer.text[at:end])
        cited, at = most, end
