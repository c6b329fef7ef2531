"""Haystack with its defaults: 200 words a piece, in memory; vectors and BM25 joined."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.peers.model import TOP_K, minilm


class System:
    """A store in memory, saved as JSON; reciprocal ranks fused."""

    def __init__(self, folder: Path, _: str) -> None:
        self._file = folder / "store.json"

    def ingest(self, files: Sequence[Path]) -> None:
        """Split, embed and keep the files."""
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        pipeline = Pipeline()
        pipeline.add_component("split", DocumentSplitter())
        embedder = SentenceTransformersDocumentEmbedder(model=minilm(), progress_bar=False)
        pipeline.add_component("embed", embedder)
        pipeline.add_component("write", DocumentWriter(store))
        pipeline.connect("split", "embed")
        pipeline.connect("embed", "write")
        documents = [
            Document(content=file.read_text("utf-8"), meta={"source": file.name}) for file in files
        ]
        pipeline.run({"split": {"documents": documents}})
        self._file.parent.mkdir(parents=True, exist_ok=True)
        store.save_to_disk(str(self._file))

    def open(self) -> None:
        """Make what was kept searchable."""
        store = InMemoryDocumentStore.load_from_disk(str(self._file))
        embedder = SentenceTransformersTextEmbedder(model=minilm(), progress_bar=False)
        embedder.warm_up()
        self._pipeline = Pipeline()
        self._pipeline.add_component("embed", embedder)
        self._pipeline.add_component("near", InMemoryEmbeddingRetriever(store))
        self._pipeline.add_component("words", InMemoryBM25Retriever(store))
        self._pipeline.add_component("join", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        self._pipeline.connect("embed.embedding", "near.query_embedding")
        self._pipeline.connect("near", "join")
        self._pipeline.connect("words", "join")

    def search(self, question: str) -> list[Any]:
        """The best pieces."""
        asked = {
            "embed": {"text": question},
            "near": {"top_k": 2 * TOP_K},
            "words": {"query": question, "top_k": 2 * TOP_K},
            "join": {"top_k": TOP_K},
        }
        found: list[Any] = self._pipeline.run(asked)["join"]["documents"]
        return found
