"""A small store filled by hand, below the ingest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.catalog import Catalog
from rag.embedder import text_hash
from rag.eraser import Eraser
from rag.generation import Build
from rag.index_folders import build_index
from rag.origins import Origins
from rag.publisher import Publisher
from rag.search_text import passage_search_text, unit_search_text
from rag.staging import Staging
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.passages import document_of, passages_of

ROOT = "file:///guide"


@dataclass
class Store:
    """A catalog with what writes to it and the fake embedder."""

    data_dir: Path
    with_chroma: bool = False
    embedder: FakeEmbedder = field(default_factory=FakeEmbedder)

    def __post_init__(self) -> None:
        self.catalog = Catalog(self.data_dir)
        self.origins = Origins(self.catalog.database)
        self.staging = Staging(self.catalog.database)
        self.publisher = Publisher(self.catalog.database)
        self.eraser = Eraser(self.catalog.database)

    def stage(self, document_id: str, markdown: str) -> int:
        """Stage a document with its vectors; its new revision's number."""
        passages = passages_of(markdown, document_id)
        texts = {
            text
            for passage in passages
            for text in (
                passage_search_text(passage),
                *(unit_search_text(passage, unit) for unit in passage.units),
            )
        }
        ordered = sorted(texts)
        vectors = self.embedder.encode(ordered)
        hashes = [text_hash(text) for text in ordered]
        self.staging.store_vectors(self.embedder.name, dict(zip(hashes, vectors, strict=True)))
        return self.staging.stage(document_of(markdown, document_id), passages, ROOT).revision

    def publish(
        self, documents: Mapping[str, str] | None = None, removed: Iterable[str] = ()
    ) -> None:
        """Stage these documents, publish all that is staged with the removals, and sweep."""
        for name, text in (documents or {}).items():
            self.stage(name, text)
        self.publisher.publish(
            [f"file:///{name}" for name in removed], self.index(removed), self.build
        )
        self.eraser.sweep()

    @property
    def build(self) -> Build:
        """What the fake index is built with."""
        return Build(self.embedder.name, self.embedder.dimension, "whole sections")

    def index(self, removed: Iterable[str] = ()) -> str:
        """A build of what will be live, where the store is to have one."""
        if not self.with_chroma:
            return ""
        wanted = self.catalog.coming_passages([f"file:///{name}" for name in removed])
        return build_index(self.catalog, self.embedder.name, wanted, self.catalog.state().index)

    def passage_ids(self) -> list[str]:
        """Ids of the live passages."""
        return [row[1] for row in self.catalog.live_passage_ids()]

    def found(self, *stems: str) -> list[str]:
        """Ids of the live passages that a keyword search finds, best first."""
        keys = [key for key, _ in self.catalog.keyword_search(stems, 10, 1.0)]
        passages = self.catalog.passages(keys)
        return [passages[key].id for key in keys]

    def close(self) -> None:
        """Close the catalog."""
        self.catalog.close()
