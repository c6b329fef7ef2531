"""Why the guide is silent: a sentence for the reader, read off the words that are missing."""

import re
from collections.abc import Callable, Collection, Sequence

from rag.evidence import Evidence, Query
from rag.lexicon import FILLERS, stem, terms, words
from rag.vocabulary import Vocabulary

NOTHING_FOUND = "The guide does not cover this: nothing in it comes close to the question."
CLOSE_PASSAGES = 3
MOST_NAMED = 2
TYPED = re.compile(r"[^\s?!,;:()\"“”]+")


def reason_for_silence(
    query: Query,
    evidence: Sequence[Evidence],
    vocabulary: Vocabulary,
    is_word: Callable[[str], bool],
) -> str:
    """What the documents lack: a name they never mention, or the word the closest passages miss."""
    names = unknown_names(query.text, vocabulary, is_word)
    if names:
        return f"The guide does not answer this: it never mentions {_quoted(names, 'or')}."
    held = {
        term
        for item in evidence[:CLOSE_PASSAGES]
        for term in (*terms(item.passage.context), *terms(item.passage.text))
    }
    rarest = sorted(_topic_words(query.text), key=lambda word: -_rarity(word, vocabulary))
    missing = [word for word in rarest if not held.intersection(terms(word))]
    spoken_of = [word for word in rarest if held.intersection(terms(word))]
    if missing and spoken_of:
        return (
            f"The guide does not answer this: its closest passages speak of {_quoted(spoken_of)}, "
            f"but not of {_quoted(missing, 'or')}."
        )
    if missing:
        return f"The guide does not answer this: no passage speaks of {_quoted(missing, 'or')}."
    return (
        "The guide does not answer this: its closest passages speak of the subject, "
        "but do not say what was asked."
    )


def unknown_names(text: str, vocabulary: Vocabulary, is_word: Callable[[str], bool]) -> list[str]:
    """Words that occur in no document and look like names, as typed.

    A name is written with a capital letter inside the sentence, or is no word that the embedder's
    vocabulary knows. None where they are more than half of the question's words: that is a
    question in another language, not one about unknown things.
    """
    found: list[str] = []
    for place, typed in enumerate(TYPED.findall(text)):
        bare = typed.strip(".'’-/")
        if not bare or _is_known(bare, vocabulary):
            continue
        capital = place > 0 and any(letter.isupper() for letter in bare)
        if capital or not any(is_word(form) for form in (bare.casefold(), stem(bare.casefold()))):
            found.append(bare)
    names = list(dict.fromkeys(found))
    return names if 2 * len(names) <= len(_topic_words(text)) else []


def _topic_words(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in words(text) if word not in FILLERS))


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    stems = terms(word)
    return not stems or any(term in vocabulary for term in stems)


def _rarity(word: str, vocabulary: Vocabulary) -> float:
    return max(map(vocabulary.rarity, terms(word)), default=0.0)


def _quoted(found: Collection[str], joint: str = "and") -> str:
    return f" {joint} ".join(f"“{word}”" for word in list(found)[:MOST_NAMED])
