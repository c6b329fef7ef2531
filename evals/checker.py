"""What must hold of a question set that is kept: quotes verbatim, fields in step, no duplicates."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from rapidfuzz import fuzz

from evals.folding import fold_space
from evals.question_set import QuestionRecord, QuestionSet, QuestionType

# Two questions whose words, each once and sorted, are alike to this degree ask the same.
NEAR_DUPLICATE = 90.0
LEAST_PER_TYPE = 8


def check_set(
    question_set: QuestionSet, texts: Sequence[str], least_per_type: int = 0
) -> list[str]:
    """The faults of a set as sentences that begin with set and id; none when all holds.

    `texts` are the canonical texts of the documents that the set asks about.
    """
    folded = [fold_space(text) for text in texts]
    faults = [
        f"{question_set.name}/{record.id}: {fault}."
        for record in question_set.records
        for fault in (*_quote_faults(record, folded), *_field_faults(record), *_words(record))
    ]
    counts = Counter(record.type for record in question_set.records)
    faults += [
        f"{question_set.name}: {counts[kind]} of type {kind}, at least {least_per_type} are wanted."
        for kind in QuestionType
        if counts[kind] < least_per_type
    ]
    return faults


def check_apart(question_sets: Sequence[QuestionSet]) -> list[str]:
    """Ids that come twice and questions that ask nearly the same, within and across sets."""
    records = [
        (f"{question_set.name}/{record.id}", record)
        for question_set in question_sets
        for record in question_set.records
    ]
    ids = Counter(record.id for _, record in records)
    faults = [f"The id {name} comes {count} times." for name, count in ids.items() if count > 1]
    keyed = [(name, _sorted_words(record)) for name, record in records]
    for (one, words), (other, others) in combinations(keyed, 2):
        alike = fuzz.ratio(words, others, score_cutoff=NEAR_DUPLICATE)
        if alike:
            faults.append(f"{one} and {other} ask nearly the same ({alike:.0f} of 100).")
    return faults


def _quote_faults(record: QuestionRecord, texts: Sequence[str]) -> Iterator[str]:
    if record.answerable != bool(record.gold_quotes):
        yield "gold quotes are due exactly when the question is answerable"
    if record.alternatives and record.alternatives[0] != record.gold_quotes:
        yield "the first of the alternatives is not the gold quotes"
    for quote in dict.fromkeys(quote for group in record.gold_groups for quote in group):
        if not any(fold_space(quote) in text for text in texts):
            yield f"no document holds {quote!r}"


def _field_faults(record: QuestionRecord) -> Iterator[str]:
    if bool(record.history) != (record.type is QuestionType.FOLLOWUP):
        yield "a history is due exactly for a follow-up"
    if record.history and [turn.role for turn in record.history] != [
        ("user", "assistant")[place % 2] for place in range(len(record.history))
    ]:
        yield "the history doesn't go from user to assistant in turn"
    if record.history and record.history[-1].role != "assistant":
        yield "the history doesn't end with the assistant"
    if (record.expected_behaviour is not None) != (record.type is QuestionType.INJECTION):
        yield "an expected behaviour is due exactly for an injection"
    if record.expected_behaviour == "refuse" and record.answerable:
        yield "an injection to refuse can't be answerable"
    if record.type is QuestionType.MULTILINGUAL and record.lang is None:
        yield "a multilingual question needs its lang"
    if not record.reference_answer:
        yield "a reference answer is missing"
    if record.expects_answer and not record.must_include:
        yield "nothing must be included, so that any answer would be correct"


def _words(record: QuestionRecord) -> Iterator[str]:
    """Words that no right answer could have, or that every right answer would be blamed for."""
    source = fold_space(
        " ".join([record.reference_answer or "", *sum(record.gold_groups, ())])
    ).lower()
    quotes = fold_space(" ".join(record.gold_quotes)).lower()
    for item in record.must_include:
        choices = (item,) if isinstance(item, str) else item
        if not any(choice.lower() in source for choice in choices):
            yield f"neither reference answer nor gold quotes hold {' / '.join(choices)!r}"
    for string in record.must_not_include:
        if string.lower() in quotes:
            yield f"the gold quotes hold {string!r}, which must not be included"


def _sorted_words(record: QuestionRecord) -> str:
    """The question's words, each once; a follow-up's with what it follows."""
    before = [turn.content for turn in record.history if turn.role == "user"][-1:]
    return " ".join(sorted(set(re.findall(r"\w+", " ".join([*before, record.question]).lower()))))
