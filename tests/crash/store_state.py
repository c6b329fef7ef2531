"""What a store holds, in a form that can be compared, and whether it is whole."""

import re
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ingest.run
import rag.bootstrap
from ingest.formats import parse
from ingest.pipeline import ingest_paths
from ingest.rollback import roll_back_publication
from rag.bootstrap import Services, open_services
from rag.settings import load_settings
from tests.crash.children import done
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.reranker import FakeReranker

# Imported once, so that no child pays for it; a client is only made in a child.
import_module("chromadb.api.rust")
import_module("langchain_chroma")
VERSION = re.compile(r"\bv\d+\b")
PUBLIC = (1,)
Held = dict[tuple[str, ...], tuple[object, ...]]


def opened(
    data_dir: Path, fault: str | None = None, exact_limit: int = 0, **more: object
) -> Services:
    """Services with fake models over real SQLite and real Chroma, which serves from 1 passage."""
    embedder = FakeEmbedder()
    rag.bootstrap.open_embedder = lambda *_, **__: embedder  # type: ignore[assignment]
    # Starting a parser's process would take longer than all that is to be killed here.
    ingest.run.open_parsers = lambda _: nullcontext(SimpleNamespace(parse=parse))
    settings = load_settings(
        data_dir=data_dir,
        embedding_model=embedder.name,
        exact_search_limit=exact_limit,
        fault=fault,
        **more,
    )
    return open_services(settings, reranker=FakeReranker())


def run_ingest(data_dir: Path, folder: Path, fault: str | None = None) -> None:
    """One ingest of the folder, as its command does it."""
    services = opened(data_dir, fault)
    try:
        ingest_paths(services, [folder], prune=True, force=True)
    finally:
        services.close()


def looked(services: Services, look: Callable[[Services], Any]) -> Any:
    """What a look at services gives; they are closed."""
    try:
        return look(services)
    finally:
        services.close()


def built_clean(data_dir: Path, folder: Path) -> Held:
    """What a folder's documents are when they are ingested into nothing, on one machine."""

    def build() -> Held:
        services = opened(data_dir, exact_limit=1_000_000)
        try:
            ingest_paths(services, [folder])
            return held(services)
        finally:
            services.close()

    shutil.rmtree(data_dir, ignore_errors=True)
    return done(build)


def roll_back(data_dir: Path, fault: str | None = None) -> None:
    """One rollback."""
    services = opened(data_dir, fault)
    try:
        roll_back_publication(services)
    finally:
        services.close()


def held(services: Services) -> Held:
    """Every live document by its addresses: text and passages to the byte, vectors included."""
    catalog = services.catalog
    with catalog.snapshot():
        rows = catalog.live_passage_ids()
        passages = catalog.passages([row[0] for row in rows])
        vectors = catalog.vectors(row[2] for row in rows)
        found: Held = {}
        for summary in catalog.documents():
            document = catalog.document(summary.id)
            own = [
                (
                    passages[key].heading_path,
                    passages[key].text,
                    passages[key].start_char,
                    passages[key].end_char,
                    passages[key].units,
                    passages[key].lead_in,
                    vectors[text_hash].tobytes(),
                )
                for key, name, text_hash, _ in rows
                if passages[key].document_id == document.id
            ]
            addresses = tuple(sorted({document.uri, *document.other_addresses}))
            found[addresses] = (document.title, document.text, tuple(own))
        return found


def addresses(state: Held) -> dict[str, str]:
    """The text at each address."""
    return {uri: str(value[1]) for key, value in state.items() for uri in key}


def faults_of(services: Services) -> list[str]:
    """What is wrong with what a reader sees, all of it in one snapshot."""
    catalog = services.catalog
    wrong: list[str] = []
    with catalog.snapshot():
        rows = catalog.live_passage_ids()
        passages = catalog.passages([row[0] for row in rows])
        texts = {s.id: catalog.document(s.id).text for s in catalog.documents()}
        for name, text in texts.items():
            if len(set(VERSION.findall(text))) != 1:
                wrong.append(f"{name} mixes {sorted(set(VERSION.findall(text)))}")
        wrong += [
            f"{passage.id} is no span of its document"
            for passage in passages.values()
            if texts[passage.document_id][passage.start_char : passage.end_char] != passage.text
        ]
        for name, text in texts.items():
            own = [p for p in passages.values() if p.document_id == name]
            if sum(p.text.count("Part ") for p in own) != text.count("Part "):
                wrong.append(f"{name} has lost a passage")
        if rows:
            query = services.embedder.encode(["tea"])[0]
            found = services.index.search(query, len(rows), PUBLIC)
            if {key for key, _ in found} != {row[0] for row in rows}:
                wrong.append(f"search finds {len(found)} of {len(rows)} passages")
            words = catalog.keyword_search(["part"], 10_000, 1.0)
            if {key for key, _ in words} != {row[0] for row in rows}:
                wrong.append(f"keywords find {len(words)} of {len(rows)} passages")
    return wrong
