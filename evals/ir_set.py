"""Sets in the information-retrieval form: documents, queries, and which documents are relevant."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.domain import Question, Turn
from rag.errors import InvalidRequestError, NotFoundError

Split = Literal["train", "test"]
Articles = Literal["odd", "even"]


@dataclass(frozen=True, slots=True)
class IrDocument:
    """A document as plain text."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class IrQuery:
    """A query with the turns before it. `answerable` is None where the set doesn't say.

    `source_document` is the document that the query was written from, or None.
    """

    id: str
    text: str
    history: tuple[Turn, ...]
    answerable: bool | None
    source_document: str | None

    def to_question(self, *, last_turn_only: bool) -> Question:
        """The query as a question, with or without its history."""
        return Question(self.text, () if last_turn_only else self.history)


@dataclass(frozen=True, slots=True)
class IrSet:
    """Documents, queries, and the relevance of documents to queries: query id -> document id."""

    name: str
    sha256: str
    documents: tuple[IrDocument, ...]
    queries: tuple[IrQuery, ...]
    relevance: dict[str, dict[str, int]]


def load_ir_set(folder: Path, split: Split = "test", articles: Articles | None = None) -> IrSet:
    """The set in a folder of `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` (with a header line).

    `split="train"` reads `train_queries.jsonl` and `train_qrels.tsv` instead. `articles` keeps
    the queries of odd or even articles: the number before the dash of the source document's id.
    The documents are always all of them. Raises NotFoundError or InvalidRequestError.
    """
    prefix = "train_" if split == "train" else ""
    paths = {
        "corpus": folder / "corpus.jsonl",
        "queries": folder / f"{prefix}queries.jsonl",
        "qrels": folder / f"{prefix}qrels.tsv",
    }
    contents = {name: _read(path) for name, path in paths.items()}
    relevance = _relevance(paths["qrels"], contents["qrels"])
    queries = [_query(*line) for line in _objects(paths["queries"], contents["queries"])]
    if articles is not None:
        queries = [query for query in queries if _parity(query, relevance) == articles]
    kept = {query.id for query in queries}
    if not kept:
        raise InvalidRequestError(f"{folder.name} holds no query for this choice.")
    return IrSet(
        name=folder.name,
        sha256=hashlib.sha256(b"\0".join(contents.values())).hexdigest(),
        documents=tuple(_document(*line) for line in _objects(paths["corpus"], contents["corpus"])),
        queries=tuple(queries),
        relevance={query: judged for query, judged in relevance.items() if query in kept},
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFoundError(f"{path} can't be read: {error.strerror}.") from error


def _objects(path: Path, content: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's place and object; split on newlines only, as texts may hold other separators."""
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise InvalidRequestError(f"{path.name}:{number}: not JSON: {error}.") from error
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            raise InvalidRequestError(f"{path.name}:{number}: not an object with an id and a text.")
        yield f"{path.name}:{number}", value


def _document(where: str, value: dict[str, Any]) -> IrDocument:
    return IrDocument(_id(where, value), str(value.get("title") or ""), value["text"])


def _query(where: str, value: dict[str, Any]) -> IrQuery:
    try:
        history = tuple(Turn(turn["role"], turn["text"]) for turn in value.get("history") or ())
    except (KeyError, TypeError) as error:
        raise InvalidRequestError(f"{where}: a turn needs a role and a text.") from error
    answerable = value.get("answerable")
    return IrQuery(
        id=_id(where, value),
        text=value["text"],
        history=history,
        answerable=answerable if isinstance(answerable, bool) else None,
        source_document=value.get("source_doc"),
    )


def _id(where: str, value: dict[str, Any]) -> str:
    if "id" not in value:
        raise InvalidRequestError(f"{where}: an id is missing.")
    return str(value["id"])


def _relevance(path: Path, content: bytes) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(content.decode().split("\n")[1:], start=2):
        if not line.strip():
            continue
        try:
            query, document, relevance = line.rstrip("\r").split("\t")
            judged.setdefault(query, {})[document] = int(relevance)
        except ValueError as error:
            raise InvalidRequestError(
                f"{path.name}:{number}: not a query, a document and a whole number between tabs."
            ) from error
    return judged


def _parity(query: IrQuery, relevance: dict[str, dict[str, int]]) -> Articles:
    document = query.source_document or next(iter(relevance.get(query.id, ())), "")
    number = document.partition("-")[0]
    if not number.isdigit():
        raise InvalidRequestError(
            f"The query {query.id} has no source document with a number before a dash: "
            "its article is neither odd nor even."
        )
    return "odd" if int(number) % 2 else "even"
