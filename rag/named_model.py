"""Any sentence-transformers model by name or path, loaded from what can't run code."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from rag.embedder import LangChainEmbedder, Vectors
from rag.errors import PermanentError
from rag.model_files import sha256_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Weights, settings and vocabularies. No pickle, whatever its name, and no Python.
SAFE = (".safetensors", ".json", ".jsonl", ".txt", ".model", ".spm", ".vocab")


class SentenceTransformerEmbedder(LangChainEmbedder):
    """Any sentence-transformers model by name or path; safetensors only, no remote code.

    `pinned` are the sha256 of its weights' files; none are compared when it is empty. Raises
    PermanentError when the model can't be loaded or its weights are not the pinned ones.
    """

    def __init__(self, name: str, pinned: Collection[str] = ()) -> None:
        self.name = name
        with _safe_view(_folder_of(name)) as folder:
            _check(name, folder, pinned)
            self._model = _load(name, folder)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension)."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.asarray(
            self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False),
            dtype=np.float32,
        )

    def token_count(self, text: str) -> int:
        """The number of the model's tokens in the text, uncut."""
        return len(self._model.tokenizer(text, truncation=False)["input_ids"])

    def is_word(self, text: str) -> bool:
        """Whether the model's vocabulary holds the text, lower case, as one whole word."""
        # Word pieces stand there bare, sentence pieces behind a mark for the word's beginning.
        held = self._model.tokenizer.get_vocab()
        return any(f"{mark}{text}" in held for mark in ("", "▁", "Ġ"))


def _folder_of(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    from httpx import HTTPError
    from huggingface_hub import snapshot_download

    try:
        # As sentence-transformers reads a bare name.
        full = name if "/" in name else f"sentence-transformers/{name}"
        return Path(snapshot_download(full, allow_patterns=[f"*{suffix}" for suffix in SAFE]))
    except (OSError, ValueError, HTTPError) as error:
        raise _unloadable(name) from error


@contextmanager
def _safe_view(folder: Path) -> Iterator[Path]:
    """A folder that leads to the safe files alone: what isn't there, no library can load."""
    with TemporaryDirectory(prefix="footnote-model-") as view:
        for file in folder.rglob("*"):
            if file.is_file() and file.suffix.lower() in SAFE:
                shown = Path(view) / file.relative_to(folder)
                shown.parent.mkdir(parents=True, exist_ok=True)
                shown.symlink_to(file.resolve())
        yield Path(view)


def _check(name: str, folder: Path, pinned: Collection[str]) -> None:
    weights = sorted(folder.rglob("*.safetensors"))
    if not weights:
        raise PermanentError(
            f"The embedding model {name!r} holds no weights in safetensors, the only form that is "
            "loaded, since others can run code: convert them, or name another model."
        )
    if not pinned:
        return
    for file in weights:
        found = sha256_of(file)
        if found not in pinned:
            raise PermanentError(
                f"The weights {file.relative_to(folder)} of the embedding model {name!r} are not "
                f"the pinned ones: their sha256 is {found}. Fetch the model anew, or correct "
                "FOOTNOTE_EMBEDDING_MODEL_SHA256 if you trust them."
            )


def _load(name: str, folder: Path) -> "SentenceTransformer":
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except (
        OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, ImportError,
        SafetensorError,
    ) as error:  # fmt: skip
        raise _unloadable(name) from error


def _unloadable(name: str) -> PermanentError:
    return PermanentError(
        f"The embedding model {name!r} can't be loaded: name a sentence-transformers "
        "model folder on this machine or one that your model hub serves, or leave "
        "FOOTNOTE_EMBEDDING_MODEL unset for the bundled one."
    )
