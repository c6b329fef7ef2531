"""What a sentence claims, as far as rules can read it: names, denials, limits, opposites."""

import re
from functools import cache
from importlib.resources import files

from rag.lexicon import FILLERS, WORD, stem, terms, words
from rag.numbers import in_digits

_MONTHS = "january february march april june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
CALENDAR = frozenset(f"{_MONTHS} {_DAYS}".split())
_NOT = "not no never none neither nor without cannot nothing nobody non hardly rarely seldom stops"
_FAILING = "lack lacks lacking fail fails avoid avoids unlike except instead prevent prevents"
NEGATORS = frozenset(f"{_NOT} {_FAILING}".split())
NEGATED_ENDING = re.compile(r"n't$|^(?:cant|dont|doesnt|wont|isnt|arent|wasnt|didnt)$")
# A denial reaches this many topic words further, at most to the clause's end.
REACH = 4
CLAUSE_END = re.compile(
    r"[.;:!?](?:\s|$)|[—–()]|,\s|\b(?:but|and|or|while|whereas|because|although|though)\b",
    re.IGNORECASE,
)
BEGUN = re.compile(r"(?:^|[.!?:;]\s+)[\"“(]?(?:The\s|An?\s)?([A-Z][\w+#.-]*)")
# What stands before a word that a capital makes a name: not the beginning of a sentence.
INSIDE_A_SENTENCE = re.compile(r"[\w,'’)\]%/&-]\s*[\"“(]?$")


def topic(text: str) -> tuple[str, ...]:
    """The text's stems in order, its numbers in digits."""
    return terms(in_digits(text))


def names(text: str) -> dict[str, frozenset[str]]:
    """Names as written, each with its stems: capitals inside a sentence, digits among letters.

    A single capital at the beginning of a sentence may be grammar alone and makes no name.
    """
    found: dict[str, frozenset[str]] = {}
    for match in WORD.finditer(text):
        written = match.group()
        inside = INSIDE_A_SENTENCE.search(text[: match.start()])
        capital = any(letter.isupper() for letter in (written if inside else written[1:]))
        digit = written[:1].isalpha() and any(letter.isdigit() for letter in written)
        stems = frozenset(terms(written))
        if stems and (capital or digit or written.casefold() in CALENDAR):
            found[written] = stems
    return found


def subjects(text: str) -> frozenset[str]:
    """Stems of the text's names, and of words that begin a sentence with a capital."""
    begun = (match.group(1) for match in BEGUN.finditer(text))
    certain = (stem for stems in names(text).values() for stem in stems)
    return frozenset(certain) | {term for word in begun for term in terms(word)}


def clauses(text: str) -> list[list[str]]:
    """The words of each clause, lower case, in order; clauses without a topic are left out."""
    parts = [words(part) for part in CLAUSE_END.split(text)]
    return [part for part in parts if any(word not in FILLERS for word in part)]


def denied(text: str) -> frozenset[str]:
    """Stems of the words that the text denies: those that follow a negation in its clause."""
    found: set[str] = set()
    for part in map(words, CLAUSE_END.split(text)):
        left = 0
        for word in part:
            if denies(word):
                left = REACH
            elif left and word not in FILLERS:
                found.update(terms(word))
                left -= 1
    return frozenset(found)


def denies(word: str) -> bool:
    """Whether the word, lower case, denies what follows it."""
    return word in NEGATORS or bool(NEGATED_ENDING.search(word))


@cache
def binding() -> tuple[frozenset[str], ...]:
    """Groups of words of which one in a sentence calls for one in its source."""
    return tuple(frozenset(line.split()) for line in _lines("binding.txt"))


@cache
def hedges() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Words that limit a claim, each group with the words that keep the limit."""
    found = []
    for line in _lines("hedges.txt"):
        limits, _, others = line.partition(" : ")
        found.append((frozenset(limits.split()), frozenset(f"{limits} {others}".split())))
    return tuple(found)


@cache
def opposites() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Pairs of groups of stems whose words deny each other."""
    pairs = (line.split(" : ") for line in _lines("opposites.txt"))
    return tuple((_stems(one), _stems(other)) for one, other in pairs)


def _stems(line: str) -> frozenset[str]:
    return frozenset(map(stem, line.split()))


def _lines(name: str) -> list[str]:
    text = files("rag").joinpath(name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
