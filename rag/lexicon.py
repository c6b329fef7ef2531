"""Words of a text as the keyword side of the system sees them: folded, stemmed, without fillers."""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

import snowballstemmer

# A word keeps inner marks that carry meaning in technical text: c++, c#, node.js, ci/cd, n+1, p95.
WORD = re.compile(
    r"[^\W_]+(?:[+#]+(?![^\W_]))?(?:(?:['’.\-/+&_]|(?<=\d),(?=\d))?[^\W_]+(?:[+#]+(?![^\W_]))?)*"
)
# The stemmer knows words: it leaves the plural of an acronym (llms, dbs) as it is.
PLURAL_ACRONYM = re.compile(r"[bcdfghjklmnpqrstvwxz]{2,}(?<!s)s")
LETTERS = re.compile(r"[^\W\d_]{4,}")
PART = re.compile(r"[^\W_]+")


def _word_list(name: str) -> frozenset[str]:
    lines = files("rag").joinpath(name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


FILLERS = _word_list("fillers.txt")
POINTERS = _word_list("pointers.txt")
CONCLUDERS = _word_list("concluders.txt")


def words(text: str) -> list[str]:
    """The text's words, lower case, compatibility forms folded, in order."""
    if text.isascii():
        return WORD.findall(text.lower())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    folded = "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'")
    return WORD.findall(folded)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word's English stem; a possessive ending goes first."""
    bare = word.removesuffix("'s").removesuffix("'")
    if PLURAL_ACRONYM.fullmatch(bare):
        return bare[:-1]
    result: str = _stemmer().stemWord(bare)
    return result


# The same few passages answer most questions: their words are taken apart once.
@lru_cache(maxsize=4_096)
def terms(text: str) -> tuple[str, ...]:
    """Stems of the text's words that carry a topic, in order, compounds also by their parts.

    `ci/cd` gives `ci/cd`, `ci`, `cd`, so that either spelling finds the other.
    """
    found: list[str] = []
    for word in words(text):
        if word in FILLERS:
            continue
        found.append(stem(word))
        parts = PART.findall(word)
        if len(parts) > 1 and "'" not in word:
            found.extend(stem(part) for part in parts if part not in FILLERS)
    return tuple(found)


def spellings(text: str) -> set[str]:
    """The text's topic words as they are written, case folded, that corrections can use."""
    return {word for part in LETTERS.findall(text) if (word := part.casefold()) not in FILLERS}


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")
