"""Retrieval by vectors alone, over passages embedded in one way or another."""

from pathlib import Path

import numpy as np

from evals.ir_metrics import DEPTH, measure_rankings
from evals.ir_set import load_ir_set
from rag.embedder_choice import open_embedder
from rag.settings import Settings

AT_ONCE = 256


def ndcg_at_10(folder: Path, model: str) -> float:
    """nDCG@10 of the set in a folder, each document one passage, its title first."""
    ir_set = load_ir_set(folder)
    embedder = open_embedder(model, Settings().cache_dir)
    written = [f"{document.title} {document.text}" for document in ir_set.documents]
    passages = np.concatenate(
        [
            embedder.encode_passages(written[start : start + AT_ONCE])
            for start in range(0, len(written), AT_ONCE)
        ]
    )
    queries = embedder.encode([query.text for query in ir_set.queries])
    order = np.argsort(-(queries @ passages.T), axis=1, kind="stable")[:, :DEPTH]
    rankings = {
        query.id: [ir_set.documents[place].id for place in best]
        for query, best in zip(ir_set.queries, order, strict=True)
    }
    return measure_rankings(ir_set.relevance, rankings)["ndcg_at_10"].estimate.value
