"""The question in what a person wrote, set apart from attempts to make the bot leave its task.

Nothing depends on this for safety: documents and questions are data to every stage, and an answer
can only quote. It keeps a question that comes wrapped in such an attempt answerable, and an attempt
that wraps no question from being answered with whatever resembles it.
"""

import re
from functools import cache
from importlib.resources import files

from rag.tampering import Tampering, unread

CLAUSE = re.compile(r"(?<=[.!?;:\n\]>])\s+|,\s+(?=\w)|\s+[–—-]\s+|(?<=>)|\n+")
ASKS = re.compile(
    r"\?|^\W*(?:and |so |then |now |anyway,? |also |but |please |pls |just )*"
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should"
    r"|would|will|has|have|wat|wich|tell me|explain|list|name|give me)\b",
    re.IGNORECASE,
)

# Beside an attempt stands another one more easily than elsewhere: so many logits less tell it.
CLAUSE_MARGIN = 1.0
# Each reading costs milliseconds, and two thousand characters may be a thousand clauses.
MOST_READ = 24


def question_in(text: str, tampering: Tampering = unread) -> str | None:
    """The text as it is when nobody tampers, else what remains; None when no question does.

    `tampering` reads what no pattern knows.
    """
    if not (_is_known(text) or tampering(text) > 0):
        return text
    kept: list[str] = []
    read = 0
    for clause in filter(None, map(str.strip, CLAUSE.split(text))):
        if not (kept or ASKS.search(clause)) or _is_known(clause):
            continue
        read += 1
        if read > MOST_READ or tampering(clause) <= -CLAUSE_MARGIN:
            kept.append(clause)
    return ", ".join(kept) or None


def _is_known(text: str) -> bool:
    return any(pattern.search(text) for pattern in _patterns())


@cache
def _patterns() -> list[re.Pattern[str]]:
    lines = files("rag").joinpath("injections.txt").read_text("utf-8").splitlines()
    return [re.compile(line, re.IGNORECASE) for line in lines if line and not line.startswith("#")]
