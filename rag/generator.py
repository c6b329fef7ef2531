"""The generator: a chat model writes from the evidence; what the evidence doesn't hold goes."""

import logging
import re
from collections import abc
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.attribution import Attribution, Attributor
from rag.chat_stream import Bounds, GenerationError, stream_reply
from rag.cited_text import CitedSentence, SentenceStream
from rag.domain import UnitKind
from rag.evidence import Evidence, Finding, ScoredUnit, joined_evidence
from rag.evidence_prompt import SILENCE, EvidencePrompt
from rag.lexicon import POINTERS, terms, words
from rag.manuscript import Listener, Manuscript, Written
from rag.verifier import Verdict, Verifier
from rag.written import UNHEARD, QuotingWriter

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

REFUSAL = re.compile(
    r"^(?:i['’]?m sorry|i am sorry|sorry|i (?:can(?:no|['’])t|am (?:un|not )able|do not|don['’]t)"
    r"|as an? (?:ai|language model)|unfortunately)\b",
    re.IGNORECASE,
)
MOST_SENTENCES = 12
MOST_REPEATS = 3
# How far below the best passage's best unit another passage's still speaks to the question.
MARGIN = 5.0
# An item stands without its lead-in when it says this part of the lead-in's words itself.
SELF_CONTAINED = 0.5
DANGLING = "points back at something that is not said"
WITHOUT_LEAD_IN = "an item without what introduces it"
BESIDE = "beside the question"


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
        quoting: QuotingWriter,
        bounds: Bounds,
        prompt: EvidencePrompt | None = None,
    ) -> None:
        self._model = model
        self._attributor = Attributor(verifier)
        self._quoting = quoting
        self._bounds = bounds
        self._prompt = prompt or EvidencePrompt()

    def write(
        self, question: str, findings: Sequence[Finding], listener: Listener = UNHEARD
    ) -> Written:
        """The model's sentences that the evidence holds, each heard once it has been checked.

        Where the model fails, what it said before stays, for somebody may have read it, and the
        rest is quoted; the note says why.
        """
        manuscript = Manuscript(listener)
        dropped = 0
        try:
            evidence = joined_evidence(findings)
            with closing(self.drafts(question, evidence, listener)) as drafts:
                for drafted in drafts:
                    if drafted.is_kept:
                        sentence = drafted.sentence
                        units = drafted.attribution.units
                        manuscript.write(sentence.text, units, is_item=sentence.is_item)
                    else:
                        dropped += 1
        except GenerationError as error:
            return self._quoted(findings, manuscript, str(error))
        if manuscript.is_empty:
            why = "wrote nothing that the guide supports"
            return self._quoted(findings, manuscript, why)
        return manuscript.written(_note(dropped))

    def drafts(
        self, question: str, evidence: Sequence[Evidence], listener: Listener = UNHEARD
    ) -> abc.Generator[Drafted, None, None]:
        """Each sentence with its verdict as soon as it is whole.

        Raises GenerationError when the model fails, refuses, repeats its instructions, or says
        nothing; no sentence from there on is to be sent.
        """
        numbered = self._prompt.chosen(evidence)
        scores = {item.passage.id: item.best_unit.score for item in numbered}
        least = max(scores.values(), default=0.0) - MARGIN
        to_the_point = {passage for passage, score in scores.items() if score >= least}
        said: list[str] = []
        repeats = 0
        last: Drafted | None = None
        for sentence in self._sentences(question, numbered, listener):
            self._refuse_misbehaviour(sentence.text, " ".join([*said, sentence.text]))
            if sentence.text in said:
                # A small model that has nothing more to say begins again, and never ends.
                repeats += 1
                if repeats == MOST_REPEATS:
                    return
                continue
            said.append(sentence.text)
            last = Drafted(sentence, self._attributed(sentence, numbered, last, to_the_point))
            yield last
            if len(said) == MOST_SENTENCES:
                return
        if not said:
            raise GenerationError("returned nothing that can be read")

    def _sentences(
        self, question: str, evidence: Sequence[Evidence], listener: Listener
    ) -> Iterator[CitedSentence]:
        sentences = SentenceStream()
        messages = self._prompt.messages(question, evidence)
        for piece in stream_reply(self._model, messages, self._bounds, listener.wait):
            yield from sentences.feed(piece)
        yield from sentences.finish()

    def _refuse_misbehaviour(self, sentence: str, reply: str) -> None:
        if self._prompt.is_leaked_in(reply):
            raise GenerationError("repeated its instructions")
        if SILENCE.casefold() in sentence.casefold() or REFUSAL.search(reply.strip()):
            raise GenerationError("found no answer in these passages")

    def _attributed(
        self,
        sentence: CitedSentence,
        evidence: Sequence[Evidence],
        before: Drafted | None,
        to_the_point: Collection[str],
    ) -> Attribution:
        # A wrong number counts as none.
        cited = [evidence[n - 1] for n in sentence.numbers if 1 <= n <= len(evidence)]
        found = self._attributor.attribute(sentence.text, cited, evidence)
        units = found.units
        last = before.attribution.units if before else ()
        reason = None
        if not units:
            return found
        if _points_back(sentence.text) and not _goes_on(last, units):
            reason = DANGLING
        elif _leans_on_lead_in(sentence.text, units) and units[0] not in last:
            reason = WITHOUT_LEAD_IN
        elif units[0].passage.id not in to_the_point:
            reason = BESIDE
        return Attribution((), Verdict(found.verdict.support, reason)) if reason else found

    def _quoted(self, findings: Sequence[Finding], manuscript: Manuscript, why: str) -> Written:
        logger.warning("The chat model %s: quotes stand in for it.", why)
        if manuscript.is_empty:
            rest = "so this answer is quoted from the guide"
            self._quoting.quote(findings, manuscript)
        elif self._quoting.quote(findings, manuscript):
            rest = "so the rest of this answer is quoted from the guide"
        else:
            rest = "so this answer may end early"
        return manuscript.written(f"The chat model {why}, {rest}.")


def _points_back(text: str) -> bool:
    return next(iter(words(text)), "") in POINTERS


def _goes_on(last: Sequence[ScoredUnit], units: Sequence[ScoredUnit]) -> bool:
    """Whether the units are the last sentence's own or follow them, so that "it" means the same."""
    if not last or last[-1].passage.id != units[0].passage.id:
        return False
    before, after = (units[0].passage.units.index(scored.unit) for scored in (last[-1], units[0]))
    return before == after or (_points_back(units[0].text) and after == before + 1)


def _leans_on_lead_in(text: str, units: Sequence[ScoredUnit]) -> bool:
    lead_in = set(terms(units[0].text)) if units[0].unit.kind is UnitKind.LEAD_IN else set()
    alone = len(units) == 1
    return not alone and len(lead_in & set(terms(text))) < SELF_CONTAINED * len(lead_in)


def _note(dropped: int) -> str | None:
    if not dropped:
        return None
    left_out = "One sentence was" if dropped == 1 else f"{dropped} sentences were"
    return f"{left_out} left out: what the chat model wrote there did not stand up to the guide."
