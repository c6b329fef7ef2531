"""LlamaIndex with its defaults: SentenceSplitter, simple store; vectors and BM25 fused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core import (
    Document,
    Settings,
    StorageContext,
    VectorStoreIndex,
    load_index_from_storage,
)
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

from benchmarks.peers.model import TOP_K, minilm


class System:
    """Pieces of 1,024 tokens, of which MiniLM reads 256; reciprocal ranks fused."""

    def __init__(self, folder: Path, _: str) -> None:
        self._folder = str(folder)
        Settings.embed_model = HuggingFaceEmbedding(model_name=minilm(), device="cpu")
        Settings.llm = None

    def ingest(self, files: Sequence[Path]) -> None:
        """Split, embed and keep the files."""
        documents = [
            Document(text=file.read_text("utf-8"), doc_id=file.name, metadata={"name": file.name})
            for file in files
        ]
        index = VectorStoreIndex.from_documents(documents)
        index.storage_context.persist(self._folder)

    def open(self) -> None:
        """Make what was kept searchable."""
        index = load_index_from_storage(StorageContext.from_defaults(persist_dir=self._folder))
        pieces = len(index.docstore.docs)
        words = BM25Retriever.from_defaults(
            docstore=index.docstore, similarity_top_k=min(TOP_K, pieces)
        )
        self._retriever = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=TOP_K), words],
            similarity_top_k=TOP_K,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
        )

    def search(self, question: str) -> list[Any]:
        """The best pieces."""
        return self._retriever.retrieve(question)
