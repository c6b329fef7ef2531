"""A house with readers who may not see each other's documents: real services, a real server."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ingest.pipeline import ingest_documents
from ingest.sources import SourceDocument
from operations.caller import Scope
from rag.bootstrap import Services, open_services
from rag.settings import load_settings
from tests.api.access import KeyRing, bearing
from tests.api.server import served
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.reranker import FakeReranker

QUESTION = "Which password opens the safe in the cellar?"
PARAGRAPH = "The password that opens the safe in the cellar is {canary}. Keep it to yourself."


def document(name: str, canary: str, *labels: str) -> SourceDocument:
    """A document about the safe for readers with these labels; for everybody without any."""
    header = f"---\ntitle: Safe {name}\naudience: [{', '.join(labels)}]\n---\n"
    text = f"{header}\n# Safe {name}\n\n## What opens {canary}?\n\n{PARAGRAPH}\n"
    body = text.format(canary=canary).encode()
    return SourceDocument(f"memory:{name}", name, body, "text/markdown")


@contextmanager
def real_services(data_dir: Path, **settings: object) -> Iterator[Services]:
    """Services on a real store, with deterministic fakes in place of both models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.bootstrap.open_embedder", lambda *_, **__: FakeEmbedder())
        patch.setattr("rag.bootstrap.MsMarcoReranker", lambda *_, **__: FakeReranker())
        with closing(open_services(load_settings(data_dir=data_dir, **settings))) as services:
            yield services


@dataclass(frozen=True, eq=False)
class House:
    """A running server with two readers, `a` and `b`, of audiences with the same names."""

    address: str
    services: Services
    ring: KeyRing
    tokens: dict[str, str]
    canaries: dict[str, str]

    def client(self, name: str | None) -> httpx.Client:
        """A client with the key of this name, or without one."""
        headers = bearing(self.tokens[name]) if name else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)

    def document_of(self, name: str) -> str:
        """The id of the document that is for this reader alone."""
        view = self.services.catalog.seen_by(frozenset({name}))
        return next(d.id for d in view.documents() if d.title == f"Safe {name}")


@contextmanager
def house(data_dir: Path, **settings: object) -> Iterator[House]:
    """The house over a folder: documents of `a`, of `b` and for everybody, and keys of all kinds.

    Keys: `a` and `b` have every scope, `a without SCOPE` all but one, `a revoked` and
    `a expired` had all.
    """
    canaries = {"a": "CANARY-a-91357", "b": "CANARY-b-24680", "all": "CANARY-all-11111"}
    ring = KeyRing(data_dir)
    everything = tuple(Scope)
    tokens = {name: ring.add(name, *everything, audiences=(name,)) for name in ("a", "b")}
    for scope in Scope:
        others = tuple(other for other in Scope if other is not scope)
        name = f"a without {scope}"
        tokens[name] = ring.add(name, *others, audiences=("a",))
    tokens["a expired"] = ring.add_expired("a expired", *everything)
    tokens["a revoked"] = ring.add("a revoked", *everything, audiences=("a",))
    ring.revoke("a revoked")
    with real_services(data_dir) as services:
        ingest_documents(
            services,
            [
                document("a", canaries["a"], "a"),
                document("b", canaries["b"], "b"),
                document("for all", canaries["all"]),
            ],
        )
        # Whoever is refused a hundred times in a row is not to be refused for that.
        unlimited = {"rate_limit_per_key": "none", "rate_limit_per_address": "none"}
        with served(services, data_dir=data_dir, **unlimited, **settings) as address:
            yield House(address, services, ring, tokens, canaries)
