"""A follow-up to a standalone question, only when it needs to.

No model: the topic and the missing nouns are carried over from what was said before. Each earlier
question is made standalone first, so that a topic lives through a chain of follow-ups.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from rag.domain import Question, Turn
from rag.embedder import Embedder
from rag.intent import question_in
from rag.lexicon import FILLERS, terms, words
from rag.parts import Part, parts_of
from rag.spelling import Speller
from rag.stages import NOTHING_LEFT_OUT, OptionalStage, Without
from rag.tampering import Tampering, unread
from rag.vocabulary import Vocabulary

# "and for flask?" and "what in finance?" ask the last question again of something else.
INSTEAD = re.compile(
    r"^(?:\w+,\s*)?(?:ok(?:ay)?|so|and|or|but|then|,|\s)*"
    r"(?:(?:what about|how about|what of|and|or|but|same)\b"
    r"|(?:what|which|how|when|where|who)\s+(?=(?:for|with|in|on|at)\b))"
    r"[\s,]*(?:for|with|in|on|at|to|about|of)?\b",
    re.IGNORECASE,
)
INSTEAD_MAX_WORDS = 4
PREPOSITION = re.compile(r"\b(?:for|with|in|on|at|to|about|of)$", re.IGNORECASE)
FEW_TERMS = 1
# A part of a question with no more words than these takes its topic from the part before.
SHORT_PART = 4
# With more words of its own than this, a question names its topic even when it points back.
ENOUGH_TERMS = 4
# Words that stand for something said before; "they" and "one" as often stand for people at large.
ANAPHORS = frozenset(
    ["it", "its", "that", "this", "those", "these", "there", "them", "same", "former", "latter"]
)
BEING = frozenset(["is", "are", "was", "were"])
ARTICLES = frozenset(["the", "a", "an"])
# How alike two things are, as vectors, before one takes the other's place in a question.
ALIKE = 0.35
MOST_CARRIED = 6
ORDINALS = {
    word: place
    for place, names in enumerate(
        ("first 1st", "second 2nd latter", "third 3rd", "fourth 4th", "fifth 5th")
    )
    for word in names.split()
}
LISTED = re.compile(r"^[^\S\n]*(?:[-•*]|\d+[.)])[^\S\n]+(\S.*)$", re.MULTILINE)
CITATION_MARK = re.compile(r"\s?\[\d+\]")
# What is read of a conversation, so that no history, however long, holds a question up: its latest
# questions, the end of each, and the last words of the one that another thing is asked of.
TURNS_READ = 12
TOPIC_CHARS = 400
SPANS_WEIGHED = 40


class Rewriter:
    """Corrects misspelt words; makes a question that leans on the conversation stand alone."""

    def __init__(
        self,
        speller: Speller,
        embedder: Embedder,
        without: Without = NOTHING_LEFT_OUT,
        tampering: Tampering = unread,
    ) -> None:
        self._speller = speller
        self._embedder = embedder
        self._without = without
        self._tampering = tampering

    def readings(self, question: Question, vocabulary: Vocabulary) -> list[str]:
        """The question as it may be meant: with what it takes from the history, or as it stands.

        One reading where its words leave no doubt; none when the person asks nothing: a greeting,
        or an attempt to tamper alone.
        """
        asked = question_in(question.text, self._tampering)
        if asked is None or not (question.history or terms(asked)):
            return []
        topic = ""
        said = ""
        history = () if OptionalStage.FOLLOW_UPS in self._without else question.history
        for turn in _latest(history):
            if turn.role == "user":
                earlier = turn.content[-TOPIC_CHARS:]
                topic = self._resolved(self._spelt(earlier, vocabulary), topic, said)
            else:
                said = turn.content
        as_it_stands = self._spelt(asked, vocabulary)
        resolved = self._resolved(as_it_stands, topic, said)
        is_clear = resolved == as_it_stands or INSTEAD.match(asked) or not terms(asked)
        return [resolved] if is_clear else [resolved, as_it_stands]

    def parts(self, standalone: str) -> list[Part]:
        """The questions that a standalone question asks, each made standalone by those before it.

        The question alone when it asks one thing.
        """
        if OptionalStage.PARTS in self._without:
            return [Part(standalone)]
        found: list[Part] = []
        for part in parts_of(standalone):
            leans = found and (
                len(words(part)) <= SHORT_PART or _points_back(words(part)) or INSTEAD.match(part)
            )
            whole = self._resolved(part, found[-1].text, "") if leans else part
            found.append(Part(whole, part if whole != part else None))
        return found

    def _spelt(self, text: str, vocabulary: Vocabulary) -> str:
        if OptionalStage.SPELLING in self._without:
            return text
        return self._speller.corrected(text, vocabulary)

    def _resolved(self, text: str, topic: str, said: str) -> str:
        if not topic or not leans_on_history(text):
            return text
        named = _named_item(text, said)
        if named is not None:
            return f"{text.rstrip('?. ')} ({named})?"
        instead = INSTEAD.match(text)
        if instead is not None:
            other = text[instead.end() :].strip(" ?.!")
            if _is_a_thing(other):
                preposition = PREPOSITION.search(instead[0])
                taken = preposition and _after_preposition(preposition[0], other, topic)
                return taken or self._asked_of(other, topic)
        carried = _missing(text, topic)
        return f"{text.rstrip('?. ')} ({carried})?" if carried else text

    def _asked_of(self, other: str, topic: str) -> str:
        spans = _content_spans(topic)[-SPANS_WEIGHED:]
        if not spans:
            return f"{topic.rstrip('?. ')} ({other})?"
        vectors = self._embedder.encode([other, *(topic[start:end] for start, end in spans)])
        likeness = vectors[1:] @ vectors[0]
        best = int(np.argmax(likeness))
        if likeness[best] < ALIKE:
            return f"{topic.rstrip('?. ')} ({other})?"
        start, end = spans[best]
        return f"{topic[:start]}{other}{topic[end:]}"


def _latest(history: Sequence[Turn]) -> Sequence[Turn]:
    """The turns from the earliest of the latest questions on."""
    asked = [place for place, turn in enumerate(history) if turn.role == "user"]
    return history[asked[-TURNS_READ] :] if len(asked) > TURNS_READ else history


def leans_on_history(text: str) -> bool:
    """Whether the question can't be understood without what was said before."""
    said = words(text)
    content = set(terms(text))
    if len(content) <= FEW_TERMS or INSTEAD.match(text) or said[:1] == ["and"]:
        return True
    return (_points_back(said) or _is_ordinal(said)) and len(content) <= ENOUGH_TERMS


def _points_back(said: Sequence[str]) -> bool:
    return any(
        word in ANAPHORS and not (word == "there" and before in BEING)
        for before, word in zip(["", *said], said, strict=False)
    )


def _is_ordinal(said: Sequence[str]) -> bool:
    # "the second one" points back; "our second product" and "first, how do I…" don't.
    return any(
        word in ORDINALS and before == "the" and after in ("", "one", "option", "point")
        for before, word, after in zip(said, said[1:], [*said[2:], ""], strict=False)
    )


def _is_a_thing(text: str) -> bool:
    named = [word for word in words(text) if word not in ARTICLES]
    return 0 < len(named) <= INSTEAD_MAX_WORDS and not any(word in FILLERS for word in named)


def _after_preposition(preposition: str, other: str, topic: str) -> str | None:
    """The topic with the other thing after the same preposition; None when it hasn't got one."""
    places = list(re.finditer(rf"\b{preposition}\s+(?=\w)", topic, re.IGNORECASE))
    return f"{topic[: places[-1].end()]}{other}?" if places else None


def _named_item(text: str, said: str) -> str | None:
    items = [CITATION_MARK.sub("", item) for item in LISTED.findall(said)]
    said_words = words(text)
    places = [ORDINALS[word] for word in said_words if word in ORDINALS]
    if _is_ordinal(said_words) and places[0] < len(items):
        return " ".join(items[places[0]].split()[:12]).rstrip(".:;,")
    return None


def _missing(text: str, topic: str) -> str:
    present = set(terms(text))
    missing = [
        word
        for word in dict.fromkeys(re.findall(r"[^\s?!,;()]+", topic))
        if terms(word) and not present.intersection(terms(word))
    ]
    return " ".join(missing[-MOST_CARRIED:])


def _content_spans(text: str) -> list[tuple[int, int]]:
    spans = [
        match.span()
        for match in re.finditer(r"[^\s?!,;()]+", text)
        if match.group().casefold() not in FILLERS and terms(match.group())
    ]
    # Two words side by side may be one name.
    pairs = [
        (first[0], second[1])
        for first, second in pairwise(spans)
        if text[first[1] : second[0]] == " "
    ]
    return spans + pairs
