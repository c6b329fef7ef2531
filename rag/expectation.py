"""What kind of thing a question asks for, and whether a text holds one.

The kinds that can be told from form alone: a count of something, an amount of money, a time, a
duration, a percentage, a version. No kind means that nothing can be said, and nothing is held
against the text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.evidence import Evidence, Query
from rag.lexicon import FILLERS, stem, terms, words
from rag.search_text import unit_search_text

NUMBER_WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
    "dozen",
    "dozens",
    "hundreds",
    "thousands",
    "millions",
    "single",
    "both",
    "couple",
]
NUMBER = re.compile(rf"\d|\b(?:{'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)
MONEY = re.compile(
    r"[$€£¥₹]|\b\d[\d,.]*\s*(?:k\b)?\s*(?:dollars?|euros?|pounds?|cents?|usd|eur|gbp)\b"
    r"|\b(?:free|price[sd]?|costs?)\b",
    re.IGNORECASE,
)
TIME = re.compile(
    r"\b(?:1[0-9]|20)\d\d(?:s|\b)|\b(?:january|february|march|april|may|june|july|august|september"
    r"|october|november|december|century|centuries|decade)\b|\b\d{1,2}(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)
TIME_UNIT = re.compile(
    r"\b(?:milli|micro|nano)?seconds?\b|\b(?:minute|hour|day|week|month|quarter|year|decade)s?\b"
    r"|\d\s*(?:ms|s|h|min)\b",
    re.IGNORECASE,
)
PERCENT = re.compile(
    r"%|\bper ?cent|\bpercentage|\b(?:half|third|quarter|majority|times)\b", re.IGNORECASE
)
# "3.12", or a name with a small number behind it: neither a year nor a count of something.
VERSION = re.compile(
    r"\b\d+\.\d+|\b[A-Za-z]+ (?!(?:19|20)\d\d\b)\d{1,3}\b"
    r"(?! (?:to|of|percent|million)\b| ?%| [a-z]{3,}s\b)"
)
NUMERAL = re.compile(r"\d(?:[\d.,]*\d)?")
NEAR_WORDS = 5
# "a team of six developers" counts people without calling them so.
PEOPLE = frozenset(["people", "persons", "folks"])
# "dev" counts as "developers"; a shorter beginning could be anything.
SHORTEST_BEGINNING = 3
# How many units are looked at, and which part of the best one's question words makes one count.
BEST_UNITS = 3
ABOUT_SHARE = 0.6

Holds = Callable[[str], bool]


COUNT_ASKED = re.compile(r"\b(?:how many|number of|count of) ((?:\w+ ?){1,4})")
DURATION_ASKED = re.compile(
    r"\bhow long\b|\bhow (?:many|much) (?:\w+ )?"
    r"(?:time|seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b"
)
PERCENTAGE_ASKED = re.compile(
    r"\b(?:what|which) (?:share|proportion)\b|\bhow many percent\b|\bpercent(?:age)?\b"
)
TIME_ASKED = re.compile(
    r"\b(?:what|which) (?:year|date|month|day|decade|century)\b|^when (?:did|was|were)\b"
)
MONEY_ASKED = re.compile(
    r"\b(?:price|salary|wage|fee|fees|hourly rate|day rate)\b"
    r"|\bhow much (?:does|do|did|would|will|is|are|money)\b"
    r".*\b(?:costs?|charge|pay|paid|spend)\b"
    r"|\bwhat (?:did|does|do|would|will|should) .*\b(?:costs?|pay|charge)\b"
)
VERSION_ASKED = re.compile(r"\b(?:what|which) (?:\w+ )?(?:version|release)\b")


@dataclass(frozen=True, slots=True)
class Expectation:
    """A kind of thing asked for, in words for a person, and the test for it."""

    kind: str
    is_held_by: Holds


def _holds_duration(text: str) -> bool:
    return bool(TIME_UNIT.search(text) and NUMBER.search(text))


def _holder(pattern: re.Pattern[str]) -> Holds:
    return lambda text: pattern.search(text) is not None


FORMS: tuple[tuple[re.Pattern[str], str, Holds], ...] = (
    (DURATION_ASKED, "duration", _holds_duration),
    (PERCENTAGE_ASKED, "percentage", _holder(PERCENT)),
    (TIME_ASKED, "time", _holder(TIME)),
    (MONEY_ASKED, "amount of money", _holder(MONEY)),
    (VERSION_ASKED, "version", _holder(VERSION)),
)


def expectation_of(question: str) -> Expectation | None:
    """What the question asks for, or None when its form doesn't say."""
    asked = " ".join(words(question))
    for pattern, kind, is_held_by in FORMS:
        if pattern.search(asked):
            return Expectation(kind, is_held_by)
    counted = COUNT_ASKED.search(asked)
    nouns = [word for word in counted[1].split() if word not in FILLERS] if counted else []
    if not nouns:
        return None
    if nouns[0] in PEOPLE:
        return Expectation(f"number of {nouns[0]}", _holder(NUMBER))
    return Expectation(f"number of {nouns[0]}", lambda text: _counts(text, nouns[:2]))


def missing_kind(query: Query, evidence: Sequence[Evidence]) -> str | None:
    """The kind of thing asked for that the best units about the subject don't hold, else None.

    Only units that hold most of the question's words are asked: a year that stands in a sentence
    about something else is no answer, nor is a number that the question itself brings along.
    """
    expected = expectation_of(query.text)
    if expected is None:
        return None
    units = sorted((unit for item in evidence for unit in item.units), key=lambda u: -u.score)
    texts = [unit_search_text(unit.passage, unit.unit) for unit in units[:BEST_UNITS]]
    shares = [query.share(set(terms(text))) for text in texts]
    about = [
        text
        for text, share in zip(texts, shares, strict=True)
        if share >= ABOUT_SHARE * max(shares)
    ]
    asked_with = set(NUMERAL.findall(query.text))
    told = (NUMERAL.sub(lambda n: "" if n[0] in asked_with else n[0], text) for text in about)
    return None if any(map(expected.is_held_by, told)) else expected.kind


def _counts(text: str, nouns: Sequence[str]) -> bool:
    said = words(text)
    places = [place for place, word in enumerate(said) if NUMBER.search(word)]
    wanted = {stem(noun) for noun in nouns}
    return any(
        _same(stem(word), noun)
        for place in places
        for word in said[max(0, place - NEAR_WORDS) : place + NEAR_WORDS + 1]
        for noun in wanted
    )


def _same(word: str, noun: str) -> bool:
    shorter, longer = sorted((word, noun), key=len)
    return word == noun or (len(shorter) >= SHORTEST_BEGINNING and longer.startswith(shorter))
