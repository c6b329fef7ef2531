"""The embedder that belongs to what is live, whatever model the settings name.

A query is only comparable with vectors of its own model. So readers go by the catalog: another
model in the settings is for the next ingest, and until that has published the old one serves. After
it, readers change over by themselves.
"""

from collections.abc import Callable, Sequence
from threading import Lock

from rag.catalog import Catalog
from rag.embedder import Embedder, LangChainEmbedder, Vectors


class Embedders:
    """Opens each embedder once, by its name, when it is first asked for."""

    def __init__(self, open_one: Callable[[str], Embedder]) -> None:
        self._open_one = open_one
        self._opened: dict[str, Embedder] = {}
        self._opening = Lock()

    def named(self, name: str) -> Embedder:
        """The embedder of this name. Raises PermanentError when it can't be loaded."""
        with self._opening:
            if name not in self._opened:
                self._opened[name] = self._open_one(name)
            return self._opened[name]


class ServingEmbedder(LangChainEmbedder):
    """Every call goes to the embedder of the live model, as this thread's snapshot has it.

    While nothing has been published, to the one of this `default` name.
    """

    def __init__(self, embedders: Embedders, catalog: Catalog, default: str) -> None:
        self._embedders = embedders
        self._catalog = catalog
        self._default = default

    def current(self) -> Embedder:
        """The embedder that belongs to what is live."""
        return self._embedders.named(self._catalog.state().model or self._default)

    @property
    def name(self) -> str:
        """The live model's name."""
        return self.current().name

    @property
    def dimension(self) -> int:
        """The live model's dimension."""
        return self.current().dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (texts, dimension), in the order of the texts."""
        return self.current().encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same for what is stored in bulk."""
        return self.current().encode_passages(texts)

    def token_count(self, text: str) -> int:
        """The number of the model's tokens in the text, uncut."""
        return self.current().token_count(text)

    def is_word(self, text: str) -> bool:
        """Whether the model's vocabulary holds the text, lower case, as one whole word."""
        return self.current().is_word(text)
