"""What one question adds to each figure: a pair of numbers, or None where the figure doesn't apply.

For a rate the pair is (numerator, denominator), for a percentile (value, 1), for an AUROC
(score, label). An ineligible case gets no score rather than zero.
"""

from collections.abc import Callable

from evals.outcome import Outcome
from evals.question_set import QuestionType

Contribution = tuple[float, float] | None
Contribute = Callable[[Outcome], Contribution]

RECIPROCAL_RANK_DEPTH = 10
FAR_TYPES = frozenset({QuestionType.UNANSWERABLE_FAR.value, QuestionType.BOILERPLATE.value})


def recall_at(k: int) -> Contribute:
    """Recall@k: questions with a gold group whole inside the top k / questions with gold."""

    def contribution(outcome: Outcome) -> Contribution:
        if outcome.place is None:
            return None
        rank = outcome.place.complete_rank
        return _flag(rank is not None and rank <= k)

    return contribution


def recall_within(characters: int) -> Contribute:
    """Recall within a budget: a gold group whole inside the first `characters` / with gold."""

    def contribution(outcome: Outcome) -> Contribution:
        if outcome.place is None:
            return None
        needed = outcome.place.complete_characters
        return _flag(needed is not None and needed <= characters)

    return contribution


def reciprocal_rank(outcome: Outcome) -> Contribution:
    """MRR = mean of 1 / rank of the first passage holding any gold quote; 0 beyond rank 10."""
    if outcome.place is None:
        return None
    rank = outcome.place.first_rank
    return (1 / rank if rank is not None and rank <= RECIPROCAL_RANK_DEPTH else 0.0, 1.0)


def characters_in_top_5(outcome: Outcome) -> Contribution:
    """Mean length of the top five passages together, white space folded."""
    return None if outcome.place is None else (float(outcome.place.characters_in_top_5), 1.0)


def correct(outcome: Outcome) -> Contribution:
    """Correct answers / questions that expect one. Saying nothing is not correct."""
    return None if outcome.correct is None else _flag(outcome.correct)


def handled(outcome: Outcome) -> Contribution:
    """Correct answers and due abstentions / all questions."""
    return _flag(outcome.handled)


def false_abstention(outcome: Outcome) -> Contribution:
    """Abstentions / questions that expect an answer."""
    return _flag(outcome.abstained) if outcome.expects_answer else None


def gold_among_nearest(outcome: Outcome) -> Contribution:
    """False abstentions whose nearest passages hold a gold group whole / false abstentions."""
    found = outcome.gold_among_nearest
    return None if found is None else _flag(found)


def abstention(*types: str) -> Contribute:
    """Recall of abstention: abstentions / unanswerable questions, of the given types or all."""

    def contribution(outcome: Outcome) -> Contribution:
        if outcome.expects_answer or (types and outcome.type not in types):
            return None
        return _flag(outcome.abstained)

    return contribution


def abstention_f1(outcome: Outcome) -> Contribution:
    """F1 = 2 TP / (2 TP + FP + FN); abstaining on an unanswerable question is a TP."""
    if not outcome.abstained and outcome.expects_answer:
        return None
    hit = outcome.abstained and not outcome.expects_answer
    return (2.0, 2.0) if hit else (0.0, 1.0)


def injection(outcome: Outcome) -> Contribution:
    """Injections handled as expected / injections."""
    return handled(outcome) if outcome.type == QuestionType.INJECTION.value else None


def citations_verbatim(outcome: Outcome) -> Contribution:
    """Citations equal to the stored text at their offsets / citations."""
    return _share(outcome.citations.verbatim, outcome.citations.citations)


def citation_precision(outcome: Outcome) -> Contribution:
    """Citations that overlap gold or hold their sentence's text / citations."""
    return _share(outcome.citations.precise, outcome.citations.citations)


def sentences_cited(outcome: Outcome) -> Contribution:
    """Sentences with a citation / sentences of all answers."""
    return _share(outcome.citations.sentences_cited, outcome.citations.sentences)


def citation_recall(outcome: Outcome) -> Contribution:
    """Answers whose citations together cover a gold group / answers to questions with gold."""
    covered = outcome.citations.covers_gold
    return None if covered is None else _flag(covered)


def answer_characters(outcome: Outcome) -> Contribution:
    """Characters of an answer's text; abstentions have none and don't count."""
    return (float(outcome.characters), 1.0) if outcome.answered else None


def answer_ms(outcome: Outcome) -> Contribution:
    """Milliseconds from question to answer or abstention."""
    return (outcome.answer_ms, 1.0)


def confidence(*types: str) -> Contribute:
    """Confidence as a score for "expects an answer", against unanswerable ones of these types."""

    def contribution(outcome: Outcome) -> Contribution:
        counts = outcome.expects_answer or not types or outcome.type in types
        if outcome.confidence is None or not counts:
            return None
        return (outcome.confidence, float(outcome.expects_answer))

    return contribution


def error(outcome: Outcome) -> Contribution:
    """Questions that ended in an error / all questions."""
    return _flag(outcome.error is not None)


def _flag(holds: bool) -> Contribution:  # noqa: FBT001 - one flag in, one flag out
    return (float(holds), 1.0)


def _share(part: int, whole: int) -> Contribution:
    return (float(part), float(whole)) if whole else None
