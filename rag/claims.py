"""What a sentence claims, as far as rules can read it: names, negations, words that bind."""

import re
from collections.abc import Iterable, Sequence

from rag.lexicon import FILLERS, WORD, stem, terms, words

CALENDAR = frozenset(
    ["january", "february", "march", "april", "june", "july", "august", "september"]
    + ["october", "november", "december", "monday", "tuesday", "wednesday", "thursday"]
    + ["friday", "saturday", "sunday"]
)
NEGATORS = frozenset(
    ["not", "no", "never", "none", "neither", "nor", "without", "cannot", "nothing", "nobody"]
    + ["hardly", "rarely", "seldom", "lack", "lacks", "lacking", "fail", "fails", "avoid"]
    + ["avoids", "unlike", "except", "instead", "prevent", "prevents", "stop", "stops", "non"]
)
NEGATED_ENDING = re.compile(r"n['’]t$|^(?:cant|dont|doesnt|wont|isnt|arent|wasnt|didnt)$")
# A negation reaches this many topic words further, to the clause's end.
REACH = 4
CLAUSE_END = re.compile(r"[.;:!?—–()]|,\s|\b(?:but|and|or|while|whereas|because|although)\b")
# Words that grammar hides from search and that change what is claimed. Each line is one claim.
BINDING = tuple(
    frozenset(line.split())
    for line in (
        "all every each always any entire entirely fully completely",
        "only solely exclusively just",
        "most mostly usually majority typically generally often",
        "some sometimes occasionally partly partially few several",
        "more higher greater larger bigger above over exceeds longer increase increases",
        "less fewer lower smaller below under shorter decrease decreases reduce reduces",
        "best better preferred ideal optimal superior",
        "worst worse inferior",
        "before prior earlier until",
        "after later once since following",
        "must required requires require mandatory needs need have has",
        "maximum max most",
        "minimum min least",
        "first initially",
        "last finally",
        "faster quicker fastest",
        "slower slowest",
        "impossible unable",
    )
)
OPPOSITES = ((4, 5), (6, 7), (8, 9), (11, 12), (15, 16), (0, 3))


def names(text: str) -> dict[str, frozenset[str]]:
    """Names as written, each with its stems: capitals inside a sentence, digits among letters.

    A capital that begins a sentence, a heading or a list item may be grammar alone.
    """
    found: dict[str, frozenset[str]] = {}
    for match in WORD.finditer(text):
        written = match.group()
        begins = not re.search(r"[\w,;'’)\]%]\s*[\"“(]?$", text[: match.start()])
        marked = any(letter.isupper() for letter in (written[1:] if begins else written))
        has_digit = written[:1].isalpha() and any(letter.isdigit() for letter in written)
        if marked or has_digit or written.casefold() in CALENDAR:
            stems = frozenset(terms(written))
            if stems:
                found[written] = stems
    return found


def negated(text: str) -> frozenset[str]:
    """Stems of the words that the text denies: those that follow a negation in its clause."""
    found: set[str] = set()
    for clause in CLAUSE_END.split(text):
        left = 0
        for word in words(clause):
            if is_negator(word):
                left = REACH
            elif left and word not in FILLERS:
                found.update(terms(word))
                left -= 1
    return frozenset(found)


def is_negator(word: str) -> bool:
    """Whether the word, lower case, denies what follows."""
    return word in NEGATORS or bool(NEGATED_ENDING.search(word))


def negations(text: str) -> int:
    """How many words of the text deny something."""
    return sum(map(is_negator, words(text)))
