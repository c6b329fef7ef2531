"""Where in a ranking the gold stands, by rank and by characters shown."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from evals.folding import fold_space

TOP = 5


@dataclass(frozen=True, slots=True)
class GoldPlace:
    """Where the gold stands in the ranking's passages joined in order, white space folded.

    Ranks count from 1; None means "not within the ranking". Since a group is found at k when each
    of its quotes is inside the top k joined, recall@k is `complete_rank <= k`, recall within the
    first n characters is `complete_characters <= n`, and the reciprocal rank is `1 / first_rank`.
    """

    first_rank: int | None
    complete_rank: int | None
    complete_characters: int | None
    characters_in_top_5: int


def place_gold(passages: Sequence[str], groups: Sequence[Sequence[str]]) -> GoldPlace:
    """The place of the first gold quote, and of the first gold group that is whole.

    A group is whole where its last quote ends; of several groups the one whole first counts.
    """
    folded = [fold_space(passage) for passage in passages]
    joined = " ".join(folded)
    # Offset in `joined` at which each passage ends: its length and all before it, with the joints.
    ends = list(accumulate(len(text) + (index > 0) for index, text in enumerate(folded)))
    quote_ends = [[_end_of(fold_space(quote), joined) for quote in group] for group in groups]
    first = min((end for group in quote_ends for end in group if end is not None), default=None)
    wholes = [_whole(group) for group in quote_ends]
    complete = min((end for end in wholes if end is not None), default=None)
    return GoldPlace(
        first_rank=_rank(first, ends),
        complete_rank=_rank(complete, ends),
        complete_characters=complete,
        characters_in_top_5=sum(len(text) for text in folded[:TOP]),
    )


def _end_of(quote: str, joined: str) -> int | None:
    start = joined.find(quote)
    return None if start < 0 else start + len(quote)


def _whole(ends: Sequence[int | None]) -> int | None:
    found = [end for end in ends if end is not None]
    return max(found) if found and len(found) == len(ends) else None


def _rank(end: int | None, passage_ends: Sequence[int]) -> int | None:
    return None if end is None else bisect_left(passage_ends, end) + 1
