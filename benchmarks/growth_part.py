"""One store measured in a process of its own: `python -m benchmarks.growth_part TASK FOLDER`.

`build` makes the vector index where the store is too large for exact search, `query` asks,
`recall` compares with exact search, `ingest` adds one document. Prints one JSON object.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.running import peak_mb
from benchmarks.synthetic import read_in_batches
from ingest.pipeline import ingest_paths
from ingest.publication import repair
from rag.bootstrap import Services, open_services
from rag.settings import load_settings

WARM_UP = 5
NEAREST = 10
PUBLIC = (1,)


def main() -> None:
    """Do the task and print what it cost."""
    task, folder, *more = sys.argv[1:]
    began = time.process_time()
    services = open_services(load_settings(data_dir=Path(folder), profile="fast"))
    result = TASKS[task](services, *more)
    result |= {"cpu_s": time.process_time() - began, "peak_mb": peak_mb(os.getpid())}
    sys.stdout.write(json.dumps(result) + "\n")


def _build(services: Services) -> dict[str, Any]:
    return {"built": repair(services)}


def _query(services: Services, file: str) -> dict[str, Any]:
    questions = Path(file).read_text("utf-8").splitlines()
    began = time.process_time()
    services.answerer.search(questions[0], NEAREST)
    first = time.process_time() - began
    for question in questions[:WARM_UP]:
        services.answerer.search(question, NEAREST)
    cpu_ms = []
    stages: dict[str, list[float]] = {}
    for question in questions[WARM_UP:]:
        before = time.process_time()
        found = services.answerer.search(question, NEAREST)
        cpu_ms.append((time.process_time() - before) * 1000)
        for stage, value in found.timings_ms.items():
            stages.setdefault(stage, []).append(value)
    return {
        "first_s": first,
        "cpu_ms": cpu_ms,
        "stages_ms": {name: float(np.median(values)) for name, values in stages.items()},
    }


def _recall(services: Services, file: str) -> dict[str, Any]:
    questions = Path(file).read_text("utf-8").splitlines()
    vectors = services.embedder.encode(questions)
    best = np.full((len(questions), NEAREST), -1.0, np.float32)
    keys = np.zeros((len(questions), NEAREST), np.int64)
    for batch, stored in read_in_batches(services.catalog):
        scores = np.concatenate([best, vectors @ stored.T], axis=1)
        named = np.concatenate([keys, np.broadcast_to(batch, (len(questions), len(batch)))], axis=1)
        order = np.argpartition(-scores, NEAREST, axis=1)[:, :NEAREST]
        best = np.take_along_axis(scores, order, axis=1)
        keys = np.take_along_axis(named, order, axis=1)
    shares = []
    cpu_ms = []
    for vector, exact in zip(vectors, keys, strict=True):
        before = time.process_time()
        found = services.index.search(vector, NEAREST, PUBLIC)
        cpu_ms.append((time.process_time() - before) * 1000)
        shares.append(len({key for key, _ in found} & set(exact.tolist())) / NEAREST)
    return {"recall": float(np.mean(shares)), "vector_search_ms": cpu_ms}


def _ingest(services: Services, file: str) -> dict[str, Any]:
    report = ingest_paths(services, [Path(file)])
    return {"embedded": report.embedded}


TASKS = {"build": _build, "query": _query, "recall": _recall, "ingest": _ingest}

if __name__ == "__main__":
    main()
