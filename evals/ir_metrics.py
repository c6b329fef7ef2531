"""Information-retrieval measures, computed by ir-measures, with intervals over queries."""

from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
from ir_measures import RR, P, R, Success, nDCG

from evals.bootstrap import interval, ratio
from evals.figures import Measured

CUTOFFS = (1, 3, 5, 10)
DEPTH = max(CUTOFFS)

Relevance = Mapping[str, Mapping[str, int]]
Rankings = Mapping[str, Sequence[str]]

# Our names -> the library's. hit@k is the share of queries with a relevant document in the top k.
MEASURES = {
    "ndcg_at_10": nDCG @ 10,
    **{f"recall_at_{k}": R @ k for k in CUTOFFS},
    **{f"mrr_at_{k}": RR @ k for k in CUTOFFS},
    **{f"precision_at_{k}": P @ k for k in CUTOFFS},
    **{f"hit_at_{k}": Success @ k for k in CUTOFFS},
}


def measure_rankings(relevance: Relevance, rankings: Rankings) -> dict[str, Measured]:
    """Each measure's mean over the judged queries, by our name, with its interval and count.

    `rankings` holds document ids, best first; a judged query without a ranking scores zero.
    Source of the values: ir_measures.calc_aggregate, unchanged.
    """
    judged = {
        query: dict(documents)
        for query, documents in relevance.items()
        if any(grade > 0 for grade in documents.values())
    }
    if not judged:
        return {}
    run = {
        # The library orders by score and breaks ties by id: ranks become distinct scores.
        query: {document: float(-rank) for rank, document in enumerate(rankings.get(query, ()))}
        for query in judged
    }
    names = {measure: name for name, measure in MEASURES.items()}
    aggregate = ir_measures.calc_aggregate(list(names), judged, run)
    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    for result in ir_measures.iter_calc(list(names), judged, run):
        values[names[result.measure]].append(result.value)
    return {name: _measured(aggregate[measure], values[name]) for name, measure in MEASURES.items()}


def _measured(mean: float, values: Sequence[float]) -> Measured:
    column = np.array(values, dtype=np.float64)
    spread = interval(ratio, np.column_stack([column, np.ones_like(column)]))
    return Measured(
        estimate=type(spread)(float(mean), spread.low, spread.high), questions=len(values)
    )
