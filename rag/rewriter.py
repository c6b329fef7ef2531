"""A follow-up to a standalone question, only when it needs to."""

import re

from rag.domain import Question
from rag.lexicon import FILLERS, POINTERS, terms, words

OPENING = re.compile(r"^(and|but|or|so|then|what about|how about|why|how so|ok)\b", re.IGNORECASE)
FEW_TERMS = 2


class Rewriter:
    """Carries the conversation's topic over to a question that can't stand alone."""

    def standalone(self, question: Question) -> str:
        """The question itself if it stands alone, else with the missing words of the last turn."""
        asked = [turn.content for turn in question.history if turn.role == "user"]
        if not asked or not _leans_on_history(question.text):
            return question.text
        present = set(terms(question.text))
        missing = [
            word
            for word in dict.fromkeys(words(asked[-1]))
            if word not in FILLERS and not present.intersection(terms(word))
        ]
        if not missing:
            return question.text
        return f"{question.text.rstrip('?. ')} ({' '.join(missing)})?"


def _leans_on_history(text: str) -> bool:
    if OPENING.match(text) or len(set(terms(text))) <= FEW_TERMS:
        return True
    return any(word in POINTERS for word in words(text))
