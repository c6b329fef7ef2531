"""An answer in the making: it grows by a sentence at a time, and nothing is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.citations import Span, spans_of
from rag.domain import AnswerSentence, Form, UnitKind
from rag.evidence import ScoredUnit
from rag.rendering import joints

FORMS = {UnitKind.CODE: Form.CODE, UnitKind.TABLE: Form.TABLE}


@dataclass(frozen=True, slots=True)
class Written:
    """An answer without its frame: sentence numbers count from 1 and name `spans` in order.

    `note` is a sentence for the reader on how it came about, None when there is nothing to say.
    """

    sentences: tuple[AnswerSentence, ...] = ()
    spans: tuple[Span, ...] = ()
    text: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence that has been checked, and what it adds.

    `spans` are those behind it that no sentence before it named, in the order of their numbers.
    The `text`s of all pieces, one after the other, are the text of the answer.
    """

    sentence: AnswerSentence
    spans: tuple[Span, ...]
    text: str


class Listener(Protocol):
    """Whoever wants an answer while it is written. May raise from either, which stops the work."""

    def hear(self, piece: Piece) -> None:
        """Take a sentence; it stays in the answer whatever happens after it."""

    def wait(self) -> None:
        """Nothing to hear yet; called at least twice a second while a chat model writes."""


class Unheard:
    """A listener for whoever wants the answer only when it is whole."""

    def hear(self, piece: Piece) -> None:
        """Leave it."""

    def wait(self) -> None:
        """Wait."""


class Manuscript:
    """Numbers the spans in order of first use, joins the text, and lets a listener hear it."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._numbers: dict[Span, int] = {}
        self._sentences: list[AnswerSentence] = []
        self._text = ""
        self._said: set[tuple[str, int]] = set()
        self._last_was_item = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been said."""
        return not self._sentences

    def write(self, text: str, units: Sequence[ScoredUnit], *, is_item: bool) -> None:
        """Add a sentence in a chat model's words, which stands on these units."""
        joint = "\n- " if is_item else "\n" if self._last_was_item else " "
        self._last_was_item = is_item
        self._add(text, spans_of(units), joint)

    def quote(self, spans: Sequence[Span]) -> bool:
        """Add spans word for word, but those of which all has been said; whether any was added."""
        left = [span for span in spans if not self._said.issuperset(map(_place, span.units))]
        span_of = {_place(scored): span for span in left for scored in span.units}
        for scored, joint in joints(scored for span in left for scored in span.units):
            form = FORMS.get(scored.unit.kind, Form.PROSE)
            text = " ".join(scored.text.split()) if form is Form.PROSE else scored.text
            self._add(text, [span_of[_place(scored)]], joint, form)
        return bool(left)

    def written(self, note: str | None = None) -> Written:
        """All of it."""
        return Written(tuple(self._sentences), tuple(self._numbers), self._text, note)

    def _add(self, text: str, spans: Sequence[Span], joint: str, form: Form = Form.PROSE) -> None:
        fresh = tuple(span for span in spans if span not in self._numbers)
        for span in fresh:
            self._numbers[span] = len(self._numbers) + 1
        sentence = AnswerSentence(text, tuple(self._numbers[span] for span in spans), form)
        added = f"{joint if self._text else joint.lstrip()}{sentence.marked}"
        self._sentences.append(sentence)
        self._text += added
        self._said.update(_place(scored) for span in spans for scored in span.units)
        self._listener.hear(Piece(sentence, fresh, added))


def _place(scored: ScoredUnit) -> tuple[str, int]:
    return scored.passage.id, scored.unit.start_char
