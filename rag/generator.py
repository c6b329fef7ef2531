"""The generator: a chat model writes from the evidence; what the evidence doesn't hold goes."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.attribution import Attribution, Attributor
from rag.chat_stream import Bounds, GenerationError, stream_reply
from rag.citations import Span, spans_of
from rag.cited_text import CitedSentence, SentenceStream
from rag.domain import AnswerSentence
from rag.evidence import Evidence, Query, ScoredUnit
from rag.evidence_prompt import SILENCE, EvidencePrompt
from rag.lexicon import POINTERS, words
from rag.verifier import Verdict, Verifier
from rag.written import Writer, Written

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

REFUSAL = re.compile(
    r"^(?:i['’]?m sorry|i am sorry|sorry|i (?:can(?:no|['’])t|am (?:un|not )able|do not|don['’]t)"
    r"|as an? (?:ai|language model)|unfortunately)\b",
    re.IGNORECASE,
)
MOST_SENTENCES = 12
DANGLING = Verdict(0.0, "points back at something that is not said")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence as the model wrote it, and the units that it stands on; none when it goes."""

    sentence: CitedSentence
    attribution: Attribution

    @property
    def is_kept(self) -> bool:
        """Whether the sentence may be sent."""
        return self.attribution.verdict.passes


class Generator:
    """Writes with any LangChain chat model, and quotes instead where the model fails."""

    def __init__(
        self,
        model: "BaseChatModel",
        verifier: Verifier,
        quoting: Writer,
        bounds: Bounds,
        prompt: EvidencePrompt | None = None,
    ) -> None:
        self._model = model
        self._attributor = Attributor(verifier)
        self._quoting = quoting
        self._bounds = bounds
        self._prompt = prompt or EvidencePrompt()

    def write(self, query: Query, evidence: Sequence[Evidence]) -> Written:
        """The model's sentences that the evidence holds, else quotes and a note that says why."""
        try:
            drafts = list(self.drafts(query, evidence))
        except GenerationError as error:
            return self._quoted(query, evidence, str(error))
        kept = [drafted for drafted in drafts if drafted.is_kept]
        if not kept:
            return self._quoted(query, evidence, "wrote nothing that the guide supports")
        return _written(kept, dropped=len(drafts) - len(kept))

    def drafts(self, query: Query, evidence: Sequence[Evidence]) -> Iterator[Drafted]:
        """Each sentence with its verdict as soon as it is whole.

        Raises GenerationError when the model fails, refuses, repeats its instructions, or says
        nothing; what came before is then not to be sent either.
        """
        numbered = self._prompt.chosen(evidence)
        reply = ""
        last: Drafted | None = None
        count = 0
        for sentence in self._sentences(query, numbered):
            reply = f"{reply} {sentence.text}"
            self._refuse_misbehaviour(sentence.text, reply)
            last = Drafted(sentence, self._attributed(sentence, numbered, last))
            yield last
            count += 1
            if count == MOST_SENTENCES:
                return
        if not count:
            raise GenerationError("returned nothing that can be read")

    def _sentences(self, query: Query, evidence: Sequence[Evidence]) -> Iterator[CitedSentence]:
        sentences = SentenceStream()
        messages = self._prompt.messages(query.text, evidence)
        for piece in stream_reply(self._model, messages, self._bounds):
            yield from sentences.feed(piece)
        yield from sentences.finish()

    def _refuse_misbehaviour(self, sentence: str, reply: str) -> None:
        if self._prompt.is_leaked_in(reply):
            raise GenerationError("repeated its instructions")
        if SILENCE.casefold() in sentence.casefold() or REFUSAL.search(reply.strip()):
            raise GenerationError("found no answer in these passages")

    def _attributed(
        self, sentence: CitedSentence, evidence: Sequence[Evidence], before: Drafted | None
    ) -> Attribution:
        # A wrong number counts as none.
        cited = [evidence[n - 1] for n in sentence.numbers if 1 <= n <= len(evidence)]
        found = self._attributor.attribute(sentence.text, cited, evidence)
        points_back = next(iter(words(sentence.text)), "") in POINTERS
        if found.units and points_back and not _goes_on(before, found.units):
            return Attribution((), DANGLING)
        return found

    def _quoted(self, query: Query, evidence: Sequence[Evidence], why: str) -> Written:
        logger.warning("The chat model %s: the answer is quoted instead.", why)
        quoted = self._quoting.write(query, evidence)
        note = f"The chat model {why}, so this answer is quoted from the guide."
        return Written(quoted.sentences, quoted.spans, quoted.text, note)


def _goes_on(before: Drafted | None, units: Sequence[ScoredUnit]) -> bool:
    """Whether the units are the last sentence's own or follow them, so that "it" means the same."""
    if before is None or not before.is_kept:
        return False
    last, first = before.attribution.units[-1], units[0]
    if last.passage.id != first.passage.id:
        return False
    places = [first.passage.units.index(scored.unit) for scored in (last, first)]
    pointed = next(iter(words(first.text)), "") in POINTERS
    return places[0] == places[1] or (pointed and places[1] == places[0] + 1)


def _written(kept: Sequence[Drafted], dropped: int) -> Written:
    numbers: dict[Span, int] = {}
    sentences: list[AnswerSentence] = []
    text = ""
    for drafted in kept:
        for span in spans_of(drafted.attribution.units):
            numbers.setdefault(span, len(numbers) + 1)
        cited = tuple(numbers[span] for span in spans_of(drafted.attribution.units))
        sentence = AnswerSentence(drafted.sentence.text, cited)
        marks = "".join(f"[{number}]" for number in cited)
        joint = "\n- " if drafted.sentence.is_item else "\n" if text.endswith("\n") else " "
        text += f"{joint}{sentence.text} {marks}"
        sentences.append(sentence)
    return Written(tuple(sentences), tuple(numbers), text.strip(), _note(dropped))


def _note(dropped: int) -> str | None:
    if not dropped:
        return None
    left_out = "One sentence" if dropped == 1 else f"{dropped} sentences"
    return f"{left_out} of the chat model went: the guide does not support them."
