"""The thing that a question asks for by name: "which city …", "what hardware …"."""

import re

from rag.lexicon import FILLERS, terms, words
from rag.vocabulary import Vocabulary

MOST_WORDS = 3
# What follows the thing asked for: the verb of the question, or nothing at all.
VERBS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "can",
        "could",
        "should",
        "would",
        "will",
        "has",
        "have",
        "had",
        "must",
        "may",
        "might",
    ]
)
# They name no thing: whatever is told is of some kind.
ANY_THING = frozenset(
    ["kind", "sort", "type", "thing", "way", "part", "one", "point", "reason", "time", "case"]
)
ASKED = re.compile(r"\b(?:what|which) (.+)")


def asked_thing(question: str) -> str | None:
    """The noun of "what" or "which" in lower case; None when there is none or it names no thing."""
    asked = ASKED.search(" ".join(words(question)))
    said: list[str] = []
    for word in asked[1].split() if asked else ():
        if word in VERBS:
            break
        # "what exactly", "what hurts in each": no noun stands there.
        if word in FILLERS or word.endswith("ly") or len(said) == MOST_WORDS:
            return None
        said.append(word)
    if not said or said[-1].removesuffix("s") in ANY_THING:
        return None
    return said[-1]


def is_never_mentioned(question: str, vocabulary: Vocabulary) -> bool:
    """Whether the thing asked for occurs in no document."""
    thing = asked_thing(question)
    stems = terms(thing) if thing else ()
    return bool(stems) and not any(stem in vocabulary for stem in stems)
