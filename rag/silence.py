"""Why the guide is silent: a sentence for the reader, read off the words that are missing.

What was cut from the documents as furniture can still be read in them. So nothing is said of all
that a document holds: only of its text, which can be quoted, and of the passages looked at.
"""

import re
from collections.abc import Callable, Collection, Sequence

from rag.asked_thing import asked_thing, is_never_mentioned
from rag.evidence import Evidence, Query
from rag.expectation import missing_kind
from rag.lexicon import FILLERS, stem, terms, words
from rag.parts import asking_part
from rag.vocabulary import Vocabulary

NOTHING_FOUND = "The guide does not answer this: nothing in its text comes close to what was asked."
CLOSE_PASSAGES = 3
MOST_NAMED = 2
EDGES = ".'’-/[]{}<>*_`"
TYPED = re.compile(r"[^\s?!,;:()\"“”]+")
# The end of a word with which a sentence ends, so that the next begins with a capital anyway.
SENTENCE_END = re.compile(r"(?:\.|.[?!:])[\"”)]*\s")


def reason_for_silence(
    query: Query,
    evidence: Sequence[Evidence],
    is_word: Callable[[str], bool],
    what: str = "this",
) -> str:
    """What can't be quoted: a name that stands nowhere, or the word the closest passages miss.

    `what` stands for the question in the sentence.
    """
    beginning = f"The guide does not answer {what}"
    vocabulary = query.vocabulary
    unknown = unknown_words(query.text, vocabulary, is_word)
    if unknown:
        names = unknown_names(query.text, vocabulary, is_word)
        return f"{beginning}: its text never mentions {_quoted(names or unknown, 'or')}."
    if is_never_mentioned(query.text, vocabulary):
        return f"{beginning}: its text never mentions “{asked_thing(query.text)}”."
    kind = missing_kind(query, evidence)
    if kind is not None:
        return f"{beginning}: what comes closest speaks of the subject, but gives no {kind}."
    held = {
        term
        for item in evidence[:CLOSE_PASSAGES]
        for term in (*terms(item.passage.context), *terms(item.passage.text))
    }
    said = _topic_words(query.text)
    missing = _rarest([word for word in said if not held.intersection(terms(word))], vocabulary)
    spoken_of = _rarest([word for word in said if held.intersection(terms(word))], vocabulary)
    if missing and spoken_of:
        return (
            f"{beginning}: its closest passages speak of {_quoted(spoken_of)}, "
            f"but not of {_quoted(missing, 'or')}."
        )
    if missing:
        return f"{beginning}: none of its closest passages speaks of {_quoted(missing, 'or')}."
    return f"{beginning}: its closest passages speak of the subject, but do not say what was asked."


def unknown_words(text: str, vocabulary: Vocabulary, is_word: Callable[[str], bool]) -> list[str]:
    """Words that occur in nothing quotable and that no everyday vocabulary holds, as typed.

    None where they are more than half of the question's words: that is a question in another
    language, not one about unknown things.
    """
    found = [
        typed
        for typed, is_name in _typed_words(text)
        if not _is_known(typed, vocabulary)
        and (is_name or not any(map(is_word, (typed.casefold(), stem(typed.casefold())))))
    ]
    unknown = list(dict.fromkeys(found))
    return unknown if 2 * len(unknown) <= len(_topic_words(text)) else []


def unknown_names(text: str, vocabulary: Vocabulary, is_word: Callable[[str], bool]) -> list[str]:
    """Those of the unknown words that are written like names: Rust, gRPC, psycopg3."""
    names = {typed for typed, is_name in _typed_words(text) if is_name}
    return [word for word in unknown_words(text, vocabulary, is_word) if word in names]


def unknown_asked_names(
    text: str, vocabulary: Vocabulary, is_word: Callable[[str], bool]
) -> list[str]:
    """Those of the unknown names that are asked about, not told of before the question."""
    asked = {typed for typed, _ in _typed_words(asking_part(text))}
    return [name for name in unknown_names(text, vocabulary, is_word) if name in asked]


def note_on_unknown_names(query: Query, is_word: Callable[[str], bool]) -> str | None:
    """A sentence on the names asked about that nothing quotable holds; None without any."""
    names = unknown_asked_names(query.text, query.vocabulary, is_word)
    return f"The guide's text never mentions {_quoted(names, 'or')}." if names else None


def _typed_words(text: str) -> list[tuple[str, bool]]:
    found = []
    is_shouted = not any(letter.islower() for letter in text)
    begins = True
    for match in TYPED.finditer(text):
        typed = match.group()
        bare = typed.strip(EDGES)
        mixed = any(letter.isupper() for letter in bare) and bare[:1].isalpha()
        digits = bare[:1].isalpha() and any(letter.isdigit() for letter in bare)
        # A capital at the beginning says nothing, nor does one where all is written in capitals.
        found.append((bare, (mixed and not begins and not is_shouted) or digits))
        begins = SENTENCE_END.match(text, match.end() - 1) is not None
    return [(bare, is_name) for bare, is_name in found if bare]


def _topic_words(text: str) -> list[str]:
    """The question's words but for fillers, as they were typed."""
    typed = [match.group().strip(EDGES) for match in TYPED.finditer(text)]
    told = {word.casefold(): word for word in reversed(typed)}
    topic = dict.fromkeys(word for word in words(text) if word not in FILLERS)
    return [told.get(word, word) for word in topic]


def _rarest(found: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """The rarest few of the words, in the order in which they were said."""
    kept = sorted(found, key=lambda word: -_rarity(word, vocabulary))[:MOST_NAMED]
    return [word for word in found if word in kept]


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    stems = terms(word)
    return not stems or any(term in vocabulary for term in stems)


def _rarity(word: str, vocabulary: Vocabulary) -> float:
    return max(map(vocabulary.rarity, terms(word)), default=0.0)


def _quoted(found: Collection[str], joint: str = "and") -> str:
    return f" {joint} ".join(f"“{word}”" for word in list(found)[:MOST_NAMED])
