"""What is missing from the documents: unanswered questions, clustered by meaning and ranked."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from sklearn.cluster import AgglomerativeClustering

from operations.unanswered import Period, Unanswered
from rag.domain import Answer, AnswerStatus, Citation, NearestPassage
from rag.embedder import Vectors
from rag.errors import RagError

# Cosine distance within which all questions of a cluster lie. At 0.5 the bundled model makes 15
# clusters of 27 paraphrases in 11 groups, none of them mixed, and joins 3 pairs among 58 questions
# on one guide that all ask for something else; at 0.65 it finds the 11 groups, but joins 13.
WIDEST = 0.5
HALF_LIFE = timedelta(days=7)
SHOWN = 50
NEAREST = 3

Encode = Callable[[Sequence[str]], Vectors]
AskAgain = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class Place:
    """A heading of the documents near a gap."""

    document_id: str
    title: str
    heading_path: tuple[str, ...]
    url: str

    @property
    def words(self) -> str:
        """Title and headings on one line, each once."""
        return " › ".join(dict.fromkeys((self.title, *self.heading_path)))


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask much the same, and were not answered.

    `question` lies nearest the middle of `wordings`, which come most frequent first. `weight` adds
    up the askings, each half as heavy for every week that it is old. `nearest` are places that the
    documents have for it now; `answered_now` says that they answer it by now.
    """

    question: str
    wordings: tuple[tuple[str, int], ...]
    asked: int
    askers: int
    down_votes: int
    said: tuple[str, ...]
    reason: str | None
    last_asked: datetime
    weight: float
    nearest: tuple[Place, ...] = ()
    answered_now: bool = False


@dataclass(frozen=True, slots=True)
class GapReport:
    """A period with its gaps, the heaviest first; `more` counts the lighter ones left out."""

    period: Period
    gaps: tuple[Gap, ...]
    more: int


def gap_report(period: Period, encode: Encode, ask_again: AskAgain, most: int = SHOWN) -> GapReport:
    """The gaps of a period. Asks each anew, to see what the documents have for it now.

    Takes a fraction of a second for each gap: call it on a worker thread.
    """
    found = sorted(
        (_gap(cluster, period.until) for cluster in clustered(period.unanswered, encode)),
        key=lambda gap: (-gap.weight, gap.question),
    )
    shown = tuple(_with_places(gap, ask_again) for gap in found[:most])
    return GapReport(period, shown, len(found) - len(shown))


def clustered(found: Sequence[Unanswered], encode: Encode) -> list[list[Unanswered]]:
    """The askings in clusters of one meaning; in each, the most central wording comes first."""
    wordings: dict[str, list[Unanswered]] = {}
    for one in found:
        wordings.setdefault(" ".join(one.question.casefold().split()), []).append(one)
    if not wordings:
        return []
    groups = list(wordings.values())
    vectors = encode([group[0].question for group in groups])
    clusters: list[list[Unanswered]] = []
    labels = _labels(vectors)
    for label in range(labels.max() + 1):
        members = np.flatnonzero(labels == label)
        middle = vectors[members].mean(axis=0)
        by_middle = members[np.argsort(-(vectors[members] @ middle), kind="stable")]
        clusters.append([one for member in by_middle for one in groups[member]])
    return clusters


def _labels(vectors: Vectors) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if len(vectors) == 1:
        return np.zeros(1, np.int64)
    clustering = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="complete", distance_threshold=WIDEST
    )
    return np.asarray(clustering.fit_predict(vectors), np.int64)


def _gap(cluster: Sequence[Unanswered], now: datetime) -> Gap:
    latest = max(cluster, key=lambda one: one.asked_at)
    return Gap(
        question=cluster[0].question,
        wordings=tuple(Counter(one.question for one in cluster).most_common()),
        asked=len(cluster),
        askers=len({one.asker for one in cluster}),
        down_votes=sum(one.down_votes for one in cluster),
        said=tuple(dict.fromkeys(words for one in cluster for words in one.said)),
        reason=latest.reason,
        last_asked=latest.asked_at,
        weight=sum(0.5 ** ((now - one.asked_at) / HALF_LIFE) for one in cluster),
    )


def _with_places(gap: Gap, ask_again: AskAgain) -> Gap:
    try:
        answer = ask_again(gap.question)
    except RagError:
        # No document yet, or redaction left nothing to ask: there is no place to name.
        return gap
    quotes: tuple[Citation | NearestPassage, ...] = (*answer.citations, *answer.nearest)
    places = [
        Place(quote.document_id, quote.title, quote.heading_path, quote.url) for quote in quotes
    ]
    each = {(place.document_id, place.heading_path): place for place in reversed(places)}
    return replace(
        gap,
        nearest=tuple(reversed(each.values()))[:NEAREST],
        answered_now=answer.status is not AnswerStatus.ABSTAINED and not gap.down_votes,
    )
