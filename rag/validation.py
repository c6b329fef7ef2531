"""What may be asked: text, not empty, not too long. Everything else gets one clear sentence."""

import re
import unicodedata
from dataclasses import dataclass

from rag.domain import Question, Turn
from rag.errors import InvalidRequestError

# Characters that no one types: controls, surrogates, and tags used to hide text.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\U000e0000-\U000e007f]")
TURN_MAX_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class QuestionLimits:
    """Longest question in characters, most turns of history."""

    question_max_chars: int
    history_max_turns: int


def checked_question(question: Question, limits: QuestionLimits) -> Question:
    """The question with white space around it removed.

    Raises InvalidRequestError when it is empty, too long, or holds unprintable characters.
    """
    if len(question.history) > limits.history_max_turns:
        raise InvalidRequestError(
            f"The history has {len(question.history)} turns: "
            f"send the last {limits.history_max_turns} at most."
        )
    for turn in question.history:
        if turn.role not in ("user", "assistant"):
            raise InvalidRequestError(
                f"A turn's role is {turn.role!r}: it must be 'user' or 'assistant'."
            )
        _check(turn.content, "A turn of the history", TURN_MAX_CHARS)
    text = checked_query(question.text, limits)
    history = tuple(Turn(turn.role, turn.content.strip()) for turn in question.history)
    return Question(text, history, question.audience)


def checked_query(text: str, limits: QuestionLimits) -> str:
    """The query with white space around it removed; raises as `checked_question` does."""
    _check(text, "The question", limits.question_max_chars)
    folded = unicodedata.normalize("NFC", text).strip()
    if not any(character.isalnum() for character in folded):
        raise InvalidRequestError("The question is empty: write what you want to know.")
    return folded


def _check(text: str, what: str, most: int) -> None:
    if len(text) > most:
        raise InvalidRequestError(
            f"{what} has {len(text):,} characters: shorten it to {most:,} at most."
        )
    if UNPRINTABLE.search(text):
        raise InvalidRequestError(
            f"{what} holds control characters or invalid text: send plain UTF-8 text."
        )
