"""A small whole system by hand: word overlap in place of models, deterministic."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from evals.folding import fold_space
from rag.domain import (
    Answer,
    AnswerSentence,
    AnswerStatus,
    Block,
    BlockKind,
    Citation,
    Document,
    NearestPassage,
    Passage,
    Question,
    RankedPassage,
    SearchResult,
    StoreStatus,
)
from rag.errors import InvalidRequestError

GENERATION = "fake0001"


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 2}


def make_document(
    name: str, text: str, title: str | None = None, uri: str | None = None
) -> Document:
    """Paragraphs are separated by empty lines; one that starts with "# " is a heading."""
    blocks = []
    for match in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text):
        heading = match[0].startswith("# ")
        start = match.start() + 2 * heading
        kind = BlockKind.HEADING if heading else BlockKind.PARAGRAPH
        blocks.append(Block(kind, start, match.end(), level=int(heading)))
    return Document(
        id=name,
        title=title or name,
        uri=uri or f"memory:{name}",
        url=None,
        text=text,
        blocks=tuple(blocks),
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
    )


def passages_of(document: Document) -> list[Passage]:
    heading: tuple[str, ...] = ()
    found = []
    for block in document.blocks:
        text = document.text[block.start_char : block.end_char]
        if block.kind is BlockKind.HEADING:
            heading = (text,)
            continue
        found.append(
            Passage(
                id=f"{document.id}:1:{len(found)}",
                document_id=document.id,
                title=document.title,
                heading_path=heading,
                text=text,
                start_char=block.start_char,
                end_char=block.end_char,
                units=(),
            )
        )
    return found


@dataclass(frozen=True)
class FakeCatalog:
    by_id: Mapping[str, Document]

    def document(self, document_id: str) -> Document:
        return self.by_id[document_id]

    def documents(self) -> Sequence[Document]:
        return list(self.by_id.values())

    def status(self) -> StoreStatus:
        return StoreStatus(
            data_dir="fake",
            documents=len(self.by_id),
            passages=sum(len(passages_of(document)) for document in self.by_id.values()),
            generation=GENERATION,
            epoch=1,
            model="word-overlap",
            dimension=0,
            catalog_bytes=0,
            vector_index_bytes=0,
        )


Reorder = Callable[[list[RankedPassage]], list[RankedPassage]]


@dataclass
class FakeAnswerer:
    """Ranks by shared words, answers with the best passage, abstains when too few are shared.

    `reorder` may worsen the ranking. A question with "crash" in it raises an error for users.
    """

    passages: Sequence[Passage]
    threshold: float = 0.5
    reorder: Reorder = list
    asked: list[str] = field(default_factory=list)

    def search(self, query: str, top_k: int) -> SearchResult:
        if "crash" in query:
            raise InvalidRequestError("That question can't be worked on.")
        wanted = words(query)
        ranked = [
            RankedPassage(
                passage,
                len(wanted & words(passage.context + " " + passage.text)) / (len(wanted) or 1),
            )
            for passage in self.passages
        ]
        ranked.sort(key=lambda found: -found.score)
        return SearchResult(query, GENERATION, tuple(self.reorder(ranked)[:top_k]), {})

    def search_turns(self, question: Question, top_k: int) -> SearchResult:
        return self.search(self.standalone(question), top_k)

    def standalone(self, question: Question) -> str:
        return " ".join([*(turn.content for turn in question.history[:1]), question.text])

    def answer(self, question: Question) -> Answer:
        self.asked.append(question.text)
        found = self.search_turns(question, 3).passages
        best = found[0]
        abstains = best.score < self.threshold
        sentence = fold_space(best.passage.text)
        spans = {
            "document_id": best.passage.document_id,
            "title": best.passage.title,
            "heading_path": best.passage.heading_path,
            "quote": best.passage.text,
            "start_char": best.passage.start_char,
            "end_char": best.passage.end_char,
            "url": "http://127.0.0.1/",
        }
        return Answer(
            id="a",
            question=question.text,
            standalone_question=self.standalone(question),
            status=AnswerStatus.ABSTAINED if abstains else AnswerStatus.ANSWERED,
            reason="The documents don't say." if abstains else None,
            confidence=best.score,
            text="" if abstains else sentence,
            sentences=() if abstains else (AnswerSentence(sentence, (1,)),),
            citations=(
                ()
                if abstains
                else (Citation(number=1, passage_id=best.passage.id, score=best.score, **spans),)
            ),
            nearest=(NearestPassage(**spans),) if abstains else (),
            generation=GENERATION,
            timings_ms={},
        )


@dataclass(frozen=True)
class FakeSystem:
    answerer: FakeAnswerer
    catalog: FakeCatalog


def make_system(documents: Sequence[Document], **options) -> FakeSystem:
    passages = [passage for document in documents for passage in passages_of(document)]
    return FakeSystem(
        FakeAnswerer(passages, **options),
        FakeCatalog({document.id: document for document in documents}),
    )
