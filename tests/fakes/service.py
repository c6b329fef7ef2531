"""A service without models: three small documents, and answers that are written by hand."""

import time
from dataclasses import dataclass, field, replace

from rag.audience import PUBLIC, Audience, may_read
from rag.domain import (
    Answer,
    AnswerSentence,
    AnswerStatus,
    Block,
    BlockKind,
    Citation,
    Document,
    DocumentSummary,
    Form,
    NearestPassage,
    Passage,
    Question,
    RankedPassage,
    SearchResult,
    StoreStatus,
)
from rag.errors import (
    EmptyStoreError,
    InvalidRequestError,
    NotFoundError,
    RagError,
    StoreBusyError,
)
from rag.progress import Pulse, Stage, Status, Tell, ignore, retold
from tests.fakes.embedder import FakeEmbedder

Piece = tuple[BlockKind, str, int, str]
H, P, L = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM


def document(document_id: str, title: str, *pieces: Piece, url: str | None = None) -> Document:
    """A document of (kind, text, level, marker before the text), as ingest lays it out."""
    text = ""
    blocks: list[Block] = []
    for kind, words, level, marker in pieces:
        if blocks:
            text += "\n" if kind is blocks[-1].kind is L else "\n\n"
        text += marker
        blocks.append(Block(kind, len(text), len(text) + len(words), level))
        text += words
    return Document(document_id, title, f"file:///{document_id}", url, text, tuple(blocks), "hash")


TEA = document(
    "tea-1a2b",
    "Tea",
    (H, "Tea", 1, ""),
    (
        P,
        "Tea is made from the leaves of one plant. What differs is how the leaves are treated.",
        0,
        "",
    ),
    (H, "How hot should the water be?", 2, ""),
    (P, "The right heat depends on the tea: the darker the leaf, the hotter the water.", 0, ""),
    (L, "Green tea wants 75 °C.", 1, "- "),
    (L, "Gyokuro wants less, about 60 °C. 🍵", 2, "  - "),
    (L, "Black tea wants water that has just boiled.", 1, "- "),
    (P, "Water that is too hot makes green tea bitter.", 0, ""),
    (H, "Steeping", 2, ""),
    (BlockKind.TABLE, "Tea | Minutes | Heat\nGreen | 2 | 75 °C\nBlack | 4 | 100 °C", 0, ""),
    (L, "Warm the pot.", 1, "1. "),
    (L, "Pour, and wait.", 1, "2. "),
    (BlockKind.QUOTE, "One spoon for each person, and one for the pot.", 0, ""),
    (BlockKind.CODE, "pot = Pot()\nif pot.is_warm:\n    pot.pour(tea)", 0, ""),
    url="https://tea.example/guide",
)
COFFEE = document(
    "coffee-3c4d",
    "Coffee",
    (
        P,
        "Coffee is ground just before it is brewed, because ground coffee goes stale in minutes.",
        0,
        "",
    ),
    (H, "How fine should coffee be ground?", 2, ""),
    (P, "An espresso needs a fine grind; a French press needs a coarse one.", 0, ""),
)
HOSTILE = document(
    "hostile-5e6f",
    "<script>alert(1)</script>",
    (P, "<img src=x onerror=alert(1)> & \"quotes\" 'too'", 0, ""),
    (H, "Is <b>bold</b> shown as text?", 2, ""),
    (L, "</li><script>alert(2)</script>", 1, "- "),
    (BlockKind.TABLE, "<td> | &amp;", 0, ""),
    (BlockKind.CODE, "</code></pre><script>alert(3)</script>", 0, ""),
    url="javascript:alert(4)",
)

DOCUMENTS = (TEA, COFFEE, HOSTILE)


def citation(source: Document, quote: str, number: int, *headings: str) -> Citation:
    """A citation of words that the document holds."""
    start = source.text.index(quote)
    end = start + len(quote)
    return Citation(
        number=number,
        document_id=source.id,
        passage_id=f"{source.id}:1:0",
        title=source.title,
        heading_path=headings,
        quote=quote,
        start_char=start,
        end_char=end,
        url=f"http://127.0.0.1/v1/documents/{source.id}?start={start}&end={end}",
        score=0.9,
    )


HEAT = "How hot should the water be?"
ANSWERED = Answer(
    id="a1",
    question="",
    standalone_question="",
    status=AnswerStatus.ANSWERED,
    reason=None,
    confidence=0.93,
    text=(
        "The right heat depends on the tea: the darker the leaf, the hotter the water. [1]\n"
        "- Green tea wants 75 °C. [2]\n"
        "- Gyokuro wants less, about 60 °C. 🍵 [2]\n"
        "- Black tea wants water that has just boiled. [2]\n\n"
        "Water that is too hot makes green tea bitter. [3] What differs is how the leaves are "
        "treated. [4]"
    ),
    sentences=(
        AnswerSentence(
            "The right heat depends on the tea: the darker the leaf, the hotter the water.", (1,)
        ),
        AnswerSentence("Green tea wants 75 °C.", (2,)),
        AnswerSentence("Gyokuro wants less, about 60 °C. 🍵", (2,)),
        AnswerSentence("Black tea wants water that has just boiled.", (2,)),
        AnswerSentence("Water that is too hot makes green tea bitter.", (3,)),
        AnswerSentence("What differs is how the leaves are treated.", (4,)),
    ),
    citations=(
        citation(
            TEA,
            "The right heat depends on the tea: the darker the leaf, the hotter the water.",
            1,
            "Tea",
            HEAT,
        ),
        citation(
            TEA,
            "Green tea wants 75 °C.\n  - Gyokuro wants less, about 60 °C. 🍵\n"
            "- Black tea wants water that has just boiled.",
            2,
            "Tea",
            HEAT,
        ),
        citation(TEA, "Water that is too hot makes green tea bitter.", 3, "Tea", HEAT),
        citation(TEA, "What differs is how the leaves are treated.", 4, "Tea"),
    ),
    nearest=(),
    generation="g1",
    timings_ms={"embed": 1.5, "total": 2.5},
)
PARTIAL = replace(
    ANSWERED,
    id="a2",
    status=AnswerStatus.PARTIAL,
    reason="The guide says how hot the water should be, and nothing on what a kettle costs.",
    text="Water that is too hot makes green tea bitter. [1]",
    sentences=(AnswerSentence("Water that is too hot makes green tea bitter.", (1,)),),
    citations=(citation(TEA, "Water that is too hot makes green tea bitter.", 1, "Tea", HEAT),),
)
_STEEPING = (
    AnswerSentence("Warm the pot.", (1,)),
    AnswerSentence("Tea | Minutes | Heat\nGreen | 2 | 75 °C\nBlack | 4 | 100 °C", (2,), Form.TABLE),
    AnswerSentence("pot = Pot()\nif pot.is_warm:\n    pot.pour(tea)", (3,), Form.CODE),
)
LAID_OUT = replace(
    ANSWERED,
    id="a4",
    text="\n\n".join(sentence.marked for sentence in _STEEPING),
    sentences=_STEEPING,
    citations=tuple(
        citation(TEA, sentence.text, number, "Tea", "Steeping")
        for number, sentence in enumerate(_STEEPING, start=1)
    ),
)
REASON = "The guide does not cover this: nothing in it is about the moon."
_STALE = citation(COFFEE, "Coffee is ground just before it is brewed", 1)
ABSTAINED = replace(
    ANSWERED,
    id="a3",
    status=AnswerStatus.ABSTAINED,
    reason=REASON,
    confidence=0.04,
    text=REASON,
    sentences=(),
    citations=(),
    nearest=(
        NearestPassage(
            _STALE.document_id,
            _STALE.title,
            (),
            _STALE.quote,
            _STALE.start_char,
            _STALE.end_char,
            _STALE.url,
        ),
    ),
)


@dataclass(frozen=True)
class FakeState:
    """What the answers above name as their generation."""

    label: str = ANSWERED.generation


@dataclass
class FakeCatalog:
    """Holds documents in memory."""

    held: list[Document] = field(default_factory=lambda: list(DOCUMENTS))
    read: list[str] = field(default_factory=list)
    is_sound: bool = True

    def seen_by(self, audience: Audience) -> "FakeCatalog":
        """What a reader with these labels may see."""
        return replace(self, held=[d for d in self.held if may_read(d.audience, audience)])

    def state(self) -> "FakeState":
        """One state for good: tests of what changes use the real catalog."""
        return FakeState()

    def document(self, document_id: str) -> Document:
        """The document; every read is noted in `read`."""
        self.read.append(document_id)
        for held in self.held:
            if held.id == document_id:
                return held
        raise NotFoundError(f"There is no document {document_id!r}.")

    def documents(self) -> list[DocumentSummary]:
        """The documents without their texts."""
        return [
            DocumentSummary(held.id, held.title, held.url, held.revision, len(held.text), 1)
            for held in self.held
        ]

    def status(self) -> StoreStatus:
        """Counts of what is held."""
        count = len(self.held)
        return StoreStatus(
            "/nowhere", count, count, "g1", 1, "fake", 2, 0, 0, is_sound=self.is_sound
        )


@dataclass
class FakeAnswerer:
    """Abstains on the moon, half answers on kettles, answers all else; other words misbehave.

    On steeping it answers with a table and with code.
    """

    catalog: FakeCatalog
    asked: list[Question] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def answer(self, question: Question, tell: Tell = ignore) -> Answer:
        """The answer that the question's words call for; `stopped` notes what nobody waited for."""
        self.asked.append(question)
        self._refuse(question.text)
        try:
            tell(Status(Stage.SEARCHING))
            answer = self._answer(question, tell)
            tell(Status(Stage.WRITING))
            for told in retold(answer):
                tell(told)
                self._break_off(question.text)
        except (RagError, RuntimeError):
            raise
        except Exception:
            self.stopped.append(question.text)
            raise
        return answer

    def _answer(self, question: Question, tell: Tell) -> Answer:
        self._work(question.text, tell)
        words = question.text.lower()
        told = {"moon": ABSTAINED, "kettle": PARTIAL, "steep": LAID_OUT}
        answer = next((told[word] for word in told if word in words), ANSWERED)
        standalone = question.text
        if question.history and words.startswith("and "):
            standalone = f"{question.history[0].content} {question.text}"
        return replace(answer, question=question.text, standalone_question=standalone)

    def search(self, query: str, top_k: int, audience: Audience = PUBLIC) -> SearchResult:
        """The first blocks of the documents that the reader may see."""
        self._refuse(query)
        self._work(query, ignore)
        ranked = [
            RankedPassage(_opening(held), 1 / place)
            for place, held in enumerate(self.catalog.seen_by(audience).held, start=1)
        ]
        return SearchResult(query, "g1", tuple(ranked[:top_k]), {"total": 1.0})

    def _refuse(self, text: str) -> None:
        if not self.catalog.held:
            raise EmptyStoreError("No document has been ingested yet: run footnote ingest.")
        if not text.strip():
            raise InvalidRequestError("The question is empty: ask something.")

    def _break_off(self, text: str) -> None:
        if "break off" in text:
            raise StoreBusyError("The store is busy: ask again.")

    def _work(self, text: str, tell: Tell) -> None:
        if "explode" in text:
            raise RuntimeError("a secret of the implementation")
        if "slow" in text:
            until = time.monotonic() + float(text.rsplit(" ", 1)[-1])
            while time.monotonic() < until:
                tell(Pulse())
                time.sleep(0.01)


def _opening(held: Document) -> Passage:
    block = held.blocks[0]
    text = held.text[block.start_char : block.end_char]
    return Passage(
        f"{held.id}:1:0", held.id, held.title, (), text, block.start_char, block.end_char, ()
    )


class FakeServices:
    """What `rag.bootstrap.open_services` would return."""

    def __init__(self, documents: list[Document] | None = None) -> None:
        self.catalog = FakeCatalog() if documents is None else FakeCatalog(documents)
        self.answerer = FakeAnswerer(self.catalog)
        self.embedder = FakeEmbedder()
        self.closed = False

    def close(self) -> None:
        """Remember that it was called."""
        self.closed = True
