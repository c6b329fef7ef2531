"""LangChain as its tutorial sets it up: recursive splitter, HuggingFaceEmbeddings, Chroma."""

from collections.abc import Sequence
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers.model import TOP_K, minilm


class System:
    """Vectors alone, 1,000 characters with 200 of overlap."""

    def __init__(self, folder: Path, _: str) -> None:
        self._folder = str(folder)
        self._embeddings = HuggingFaceEmbeddings(model_name=minilm())

    def ingest(self, files: Sequence[Path]) -> None:
        """Split, embed and keep the files."""
        documents = [
            Document(page_content=file.read_text("utf-8"), metadata={"source": file.name})
            for file in files
        ]
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        pieces = splitter.split_documents(documents)
        Chroma.from_documents(pieces, self._embeddings, persist_directory=self._folder)

    def open(self) -> None:
        """Make what was kept searchable."""
        self._store = Chroma(persist_directory=self._folder, embedding_function=self._embeddings)

    def search(self, question: str) -> list[Document]:
        """The nearest pieces."""
        return self._store.similarity_search(question, k=TOP_K)
