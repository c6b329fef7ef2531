"""One measured part of the ingest's benchmark, in a process of its own: prints JSON.

`texts FOLDER OUT`, `embed MEANS TEXTS`, `ingest FOLDER DATA [made-up]`; see `benchmarks.ingest`.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedder import text_hash

WARM_UP = 32
MB = 1024  # ru_maxrss counts kilobytes


def texts(folder: str, out: str) -> dict[str, Any]:
    """Write what an ingest of the folder embeds, each text once; how much that is."""
    from ingest.chunker import passages
    from ingest.embedding import searchable
    from ingest.reading import read_document
    from ingest.sources import find_files
    from rag.embedder_choice import open_embedder
    from rag.minilm import INT8_NAME
    from rag.settings import Settings

    count = open_embedder(INT8_NAME, Settings().cache_dir).token_count
    found: dict[str, None] = {}
    cut = 0
    for file in find_files([Path(folder)]):
        read = read_document(file.read())
        for passage in passages("benchmark", read.title, read.parsed, count):
            cut += 1
            found |= dict.fromkeys(searchable(passage))
    Path(out).write_text(json.dumps(list(found)))
    return {"passages": cut, "texts": len(found)}


def embed(means: str, file: str) -> dict[str, Any]:
    """Embed the texts in a file by one of the `MEANS`, on one thread."""
    every: list[str] = json.loads(Path(file).read_text())
    encode = MEANS[means]()
    encode(every[:WARM_UP])
    started = time.process_time()
    vectors = encode(every)
    seconds = time.process_time() - started
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-3  # noqa: PLR2004
    return {"cpu_seconds": seconds, "texts": len(every), "memory_mb": _peak_mb()}


def ingest(folder: str, data: str, vectors: str = "real") -> dict[str, Any]:
    """Ingest a folder; seconds of the clock, and CPU seconds of embedding and of all else.

    With `made-up` vectors embedding costs next to nothing, and all else what it costs anyway.
    """
    from ingest.pipeline import ingest_paths
    from rag.bootstrap import open_services
    from rag.settings import load_settings

    services = open_services(load_settings(data_dir=Path(data)))
    embedder: Any = services.embedders.named(services.settings.embedding_model)
    spent = 0.0
    encode = embedder.encode_passages if vectors == "real" else _made_up

    def counted(given: Sequence[str]) -> Any:
        nonlocal spent
        started = time.process_time()
        vectors = encode(given)
        spent += time.process_time() - started
        return vectors

    embedder.encode_passages = counted
    # The graph is made at the first use, once on a machine.
    encode(["warm"])
    before, clock = _cpu(), time.perf_counter()
    report = ingest_paths(services, [Path(folder)])
    seconds = time.perf_counter() - clock
    total = _cpu() - before
    services.close()
    return {
        "documents": report.added + report.changed + report.unchanged,
        "unchanged": report.unchanged,
        "refused": len(report.refused),
        "passages": report.passages,
        "texts": report.embedded,
        "seconds": seconds,
        "cpu_seconds": total,
        "embedding_cpu_seconds": spent,
        "memory_mb": _peak_mb(),
        "parser_memory_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MB,
    }


def _made_up(given: Sequence[str]) -> Any:
    seeds = [int.from_bytes(text_hash(text)) for text in given]
    vectors = np.stack([np.random.default_rng(seed).normal(size=384) for seed in seeds])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _library() -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    from rag.model_files import MINILM

    torch.set_num_threads(1)
    return SentenceTransformer(str(MINILM.path()), device="cpu")


def _sorted_by_the_library() -> Callable[[Sequence[str]], Any]:
    model = _library()
    return lambda every: model.encode(list(every), batch_size=32, normalize_embeddings=True)


def _as_they_come() -> Callable[[Sequence[str]], Any]:
    model = _library()
    return lambda every: np.concatenate(
        [
            model.encode(list(every[start : start + 32]), normalize_embeddings=True)
            for start in range(0, len(every), 32)
        ]
    )


def _ours(name: str) -> Callable[[Sequence[str]], Any]:
    from rag.embedder_choice import open_embedder
    from rag.settings import Settings

    return open_embedder(name, Settings().cache_dir).encode_passages


MEANS: dict[str, Callable[[], Callable[[Sequence[str]], Any]]] = {
    "SentenceTransformer.encode, 32 texts a call": _as_they_come,
    "SentenceTransformer.encode, all in one call": _sorted_by_the_library,
    "Footnote, exact": lambda: _ours("all-MiniLM-L6-v2"),
    "Footnote, int8": lambda: _ours("all-MiniLM-L6-v2-int8"),
}


def _cpu() -> float:
    mine = resource.getrusage(resource.RUSAGE_SELF)
    parsers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + parsers.ru_utime + parsers.ru_stime


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


if __name__ == "__main__":
    part, *given = sys.argv[1:]
    parts: dict[str, Callable[..., dict[str, Any]]] = {
        "texts": texts,
        "embed": embed,
        "ingest": ingest,
    }
    sys.stdout.write(json.dumps(parts[part](*given)) + "\n")
