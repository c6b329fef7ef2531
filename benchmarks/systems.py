"""What is measured: Footnote, what a user would pick instead, and what nobody can undercut."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class System:
    """A system by its adapter in benchmarks/peers and, where it has several, its mode.

    `environment` is one of benchmarks/peers/requirements; "" for ours. `store` says with whom an
    ingested collection is shared: an answer by either profile stands on the same one.
    """

    name: str
    adapter: str
    environment: str
    mode: str = ""
    store: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it is Footnote."""
        return not self.environment

    @property
    def is_peer(self) -> bool:
        """Whether a user might pick it instead."""
        return not self.is_ours and self.adapter != "with_floor"


FULL = System("Footnote, full", "with_footnote", "", "full", "footnote")
FAST = System("Footnote, fast", "with_footnote", "", "fast", "footnote")
RETRIEVAL = System("Footnote, retrieval alone", "with_footnote", "", "search", "footnote")
OWN_EMBEDDING = System("floor: embedding, ONNX fp32", "with_footnote", "", "embedding", "footnote")

SYSTEMS = (
    FULL,
    FAST,
    RETRIEVAL,
    System("LangChain tutorial", "with_langchain", "langchain"),
    System("LlamaIndex, fused", "with_llamaindex", "llamaindex"),
    System("Haystack, hybrid", "with_haystack", "haystack"),
    System("txtai, hybrid", "with_txtai", "txtai"),
    OWN_EMBEDDING,
    System("floor: embedding, torch fp32", "with_floor", "floor", "embedding", "floor"),
    System("floor: embedding and numpy", "with_floor", "floor", "numpy", "floor"),
    System("floor: bm25s", "with_floor", "floor", "bm25s", "bm25s"),
)
