"""Which embedder a name means."""

from collections.abc import Collection
from pathlib import Path

from rag.embedder import Embedder
from rag.errors import PermanentError
from rag.minilm import NAMES, MiniLmEmbedder
from rag.model_files import MINILM


def open_embedder(
    name: str, cache_dir: Path, threads: int = 1, pinned: Collection[str] = ()
) -> Embedder:
    """The bundled embedder under one of its names, else a sentence-transformers model.

    `pinned` are the sha256 of its weights' files; the bundled one's are compared in any case.
    Raises PermanentError when the model can't be loaded or its weights are not the pinned ones.
    """
    if name not in NAMES:
        from rag.named_model import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(name, pinned)
    if pinned and MINILM.sha256 not in pinned:
        raise PermanentError(
            f"FOOTNOTE_EMBEDDING_MODEL_SHA256 does not name the weights of the bundled model, "
            f"{MINILM.sha256}: correct it, or unset it; they are always compared with that."
        )
    return MiniLmEmbedder(cache_dir, threads, name)
