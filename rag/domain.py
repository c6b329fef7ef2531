"""The values that flow through Footnote. Frozen, free of behaviour beyond what they can derive.

Offsets are in characters (Unicode code points) of a document's canonical text, end exclusive.
Scores: higher is better, everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from rag.fences import fenced


class BlockKind(StrEnum):
    """What a block of canonical text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of canonical text of one kind.

    `level` is 1 to 6 for a heading, the nesting depth from 1 for a list item, else 0.
    The span of a list item leaves out its marker, so that it can be quoted as it stands.
    """

    kind: BlockKind
    start_char: int
    end_char: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """One source in canonical text: the text to which all offsets refer.

    `audience` holds the labels of those who may read it; none means everybody. `content_hash` names
    all that was read. The same content found elsewhere is the same document: `other_addresses`.
    """

    id: str
    title: str
    uri: str
    url: str | None
    text: str
    blocks: tuple[Block, ...]
    content_hash: str
    revision: int = 1
    metadata: Mapping[str, str] = field(default_factory=dict)
    audience: frozenset[str] = frozenset()
    other_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A live document without its text: counts of characters and passages."""

    id: str
    title: str
    url: str | None
    revision: int
    characters: int
    passages: int


class UnitKind(StrEnum):
    """What the smallest quotable piece of a passage is.

    An item of several sentences is a LIST_ITEM (the first) and ITEM_SENTENCEs (the others).
    """

    SENTENCE = "sentence"
    LEAD_IN = "lead_in"
    LIST_ITEM = "list_item"
    ITEM_SENTENCE = "item_sentence"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest piece that may be quoted alone. `level` nests list items, from 1; else 0."""

    kind: UnitKind
    start_char: int
    end_char: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A stored, citable span of a document.

    `text == document.text[start_char:end_char]`. `heading_path` runs from the outermost heading
    down; with the document's title and `lead_in` (the line before a list whose items began in an
    earlier passage, else "") it is `context`, which is searched but never quoted.
    """

    id: str
    document_id: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    start_char: int
    end_char: int
    units: tuple[Unit, ...]
    lead_in: str = ""

    @property
    def context(self) -> str:
        """Title, headings and lead-in above the passage on one line, each named once."""
        return " › ".join(
            filter(None, dict.fromkeys((self.title, *self.heading_path, self.lead_in)))
        )

    def text_of(self, start_char: int, end_char: int) -> str:
        """The passage's characters between two document offsets."""
        return self.text[start_char - self.start_char : end_char - self.start_char]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """A person's words with the conversation before them, oldest turn first.

    `audience` holds the labels of the person who asks; without any, public documents answer.
    """

    text: str
    history: tuple[Turn, ...] = ()
    audience: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage with its score; higher is better, and comparable only within one result."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages for a query, best first, and the generation of the index they came from."""

    query: str
    generation: str
    passages: tuple[RankedPassage, ...]
    timings_ms: Mapping[str, float]


class AnswerStatus(StrEnum):
    """Whether the guide answered all, a part, or nothing of the question."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim span behind a sentence: `document.text[start_char:end_char] == quote`.

    `number` counts from 1 in order of first use. `url` opens the document at the quoted words.
    `page` is where they stand in a source that has pages ("page 12", "slide 3").
    """

    number: int
    document_id: str
    passage_id: str
    title: str
    heading_path: tuple[str, ...]
    quote: str
    start_char: int
    end_char: int
    url: str
    score: float
    page: str | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """Title, headings and page, outermost first, each named once."""
        return tuple(dict.fromkeys((self.title, *self.heading_path, *filter(None, (self.page,)))))


class Form(StrEnum):
    """How what an answer says is laid out: running words, or lines that mean something."""

    PROSE = "prose"
    CODE = "code"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence or list item of the answer, and the numbers of the citations behind it.

    Code, and a table, is one sentence of several lines: a table's rows, " | " between the cells.
    """

    text: str
    citations: tuple[int, ...]
    form: Form = Form.PROSE

    @property
    def marked(self) -> str:
        """The sentence as the answer's text has it: its numbers in brackets behind it.

        Code, and a table, stands between fences of backticks, its numbers in the line below.
        """
        numbers = "".join(f"[{number}]" for number in self.citations)
        if self.form is Form.PROSE:
            return f"{self.text} {numbers}"
        return f"{fenced(self.text)}\n{numbers}"


@dataclass(frozen=True, slots=True)
class NearestPassage:
    """A passage shown beside an abstention, plainly as not answering; a verbatim span."""

    document_id: str
    title: str
    heading_path: tuple[str, ...]
    quote: str
    start_char: int
    end_char: int
    url: str
    page: str | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """Title, headings and page, outermost first, each named once."""
        return tuple(dict.fromkeys((self.title, *self.heading_path, *filter(None, (self.page,)))))


@dataclass(frozen=True, slots=True)
class Answer:
    """What every front end renders.

    `reason` is a sentence for the reader when the status is not `answered`; on an answer it says
    what became of a chat model's words that failed, else it is None.
    `confidence` is the estimated probability, 0 to 1, that the guide answers the question.
    An abstention has no sentences and no citations; its `text` is its reason, so that no front
    end is ever silent.
    """

    id: str
    question: str
    standalone_question: str
    status: AnswerStatus
    reason: str | None
    confidence: float
    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[NearestPassage, ...]
    generation: str
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that could not be ingested. `is_kept`: what it said before can still be found."""

    uri: str
    name: str
    reason: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """What a data directory holds: counts, sizes in bytes, and what it was built with.

    `audiences` counts the documents that are for one label, beyond the public ones. `is_sound` is
    False while the vector index is known to differ from the catalog and waits to be rebuilt.
    `links` are the templates of public addresses that were named for sources, by their addresses.
    """

    data_dir: str
    documents: int
    passages: int
    generation: str
    epoch: int
    model: str
    dimension: int
    catalog_bytes: int
    vector_index_bytes: int
    audiences: Mapping[str, int] = field(default_factory=dict)
    is_sound: bool = True
    refused: tuple[RefusedDocument, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
