"""Passages' texts to stored vectors; a text that was embedded before is not embedded again."""

from collections.abc import Sequence

from rag.bootstrap import Services
from rag.domain import Passage
from rag.embedder import Embedder, text_hash
from rag.search_text import passage_search_text, unit_search_text

BATCH = 256


def missing_texts(services: Services, model: str, cut: Sequence[Passage]) -> dict[bytes, str]:
    """The texts of these passages and their units that have no vector under a model, by hash."""
    texts = {text_hash(text): text for passage in cut for text in searchable(passage)}
    stored = services.catalog.vector_hashes(model, texts)
    return {key: text for key, text in texts.items() if key not in stored}


def embed(services: Services, embedder: Embedder, cut: Sequence[Passage]) -> int:
    """Store the vectors that are missing, batch by batch as they are made; how many were made."""
    missing = list(missing_texts(services, embedder.name, cut).items())
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        vectors = embedder.encode_passages([text for _, text in batch])
        services.staging.store_vectors(
            embedder.name,
            {key: vector for (key, _), vector in zip(batch, vectors, strict=True)},
        )
    return len(missing)


def searchable(passage: Passage) -> list[str]:
    """What is embedded of a passage: the whole, and each of its units."""
    return [
        passage_search_text(passage),
        *(unit_search_text(passage, unit) for unit in passage.units),
    ]
