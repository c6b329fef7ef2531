"""A question that asks several things at once to its parts."""

import re
from dataclasses import dataclass

from rag.intent import question_in
from rag.lexicon import terms

QUESTION_WORD = r"(?:what|what['’]?s|how|which|when|where|why|who|whom|whose)\b"
# "Who signed and was exempt?" asks of one person: only a verb with its own subject begins a part.
VERB_AND_SUBJECT = (
    r"(?:is|are|was|were|does|do|did|can|could|should|would|will|has|have)\s+"
    r"(?:it|they|there|that|this|these|those|the|an?|i|we|you|he|she|any|some|my|our|your|its)\b"
)
BEGINNING = rf"(?:(?:in|for|to|at|on|from|with|by)\s+)?(?:{QUESTION_WORD}|{VERB_AND_SUBJECT})"
JOINT = re.compile(
    rf"(?:[,;]?\s+and\s+(?:(?:then|also|if so),?\s+)?|\?\s+(?:(?:and|also),?\s+)?|;\s+)"
    rf"(?={BEGINNING})",
    re.IGNORECASE,
)
ASKS = re.compile(rf"\b{QUESTION_WORD}|\b{VERB_AND_SUBJECT}", re.IGNORECASE)
MOST_PARTS = 3
SENTENCES = re.compile(r"(?<=[.!?])\s+|[;:\n]\s+")
INTRODUCTION = re.compile(rf"^[^,]*,\s+(?:(?:and|so|but)\s+)?(?={BEGINNING})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked; `own` are its own words, where others made it whole, else None."""

    text: str
    own: str | None = None


def parts_of(question: str) -> list[str]:
    """The question's parts in order, as written; the question alone when it asks one thing.

    Each part asks something and says what it is about; more than three are not taken apart.
    """
    parts = [part.strip(" ,;") for part in JOINT.split(question)]
    is_compound = 1 < len(parts) <= MOST_PARTS and all(
        ASKS.search(part) and terms(part) and question_in(part) for part in parts
    )
    return parts if is_compound else [question]


def asking_part(question: str) -> str:
    """The last sentence that asks, without what introduces it.

    "We come from Bergen with a Tesla. Where do we park?" asks about neither Bergen nor Tesla.
    """
    sentences = [sentence for sentence in SENTENCES.split(question) if sentence.strip()]
    asking = [one for one in sentences if "?" in one or ASKS.search(one)] or sentences
    return INTRODUCTION.sub("", asking[-1]) if asking else question
