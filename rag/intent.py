"""The question in what a person wrote, set apart from attempts to make the bot leave its task.

Nothing depends on this for safety: documents and questions are data to every stage, and an answer
can only quote. It keeps a question that comes wrapped in such an attempt answerable, and an attempt
that wraps no question from being answered with whatever resembles it.
"""

import re
from functools import cache
from importlib.resources import files

CLAUSE = re.compile(r"(?<=[.!?;:\n\]>])\s+|,\s+(?=\w)|\s+[–—-]\s+|(?<=>)|\n+")
ASKS = re.compile(
    r"\?|^\W*(?:and |so |then |now |anyway,? |also |but |please |pls |just )*"
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should"
    r"|would|will|has|have|wat|wich|tell me|explain|list|name|give me)\b",
    re.IGNORECASE,
)


def question_in(text: str) -> str | None:
    """The text as it is when nobody tampers, else what remains; None when no question does."""
    if not _tampers(text):
        return text
    clauses = [clause.strip() for clause in CLAUSE.split(text) if clause and clause.strip()]
    honest = [clause for clause in clauses if not _tampers(clause)]
    first = next((place for place, clause in enumerate(honest) if ASKS.search(clause)), None)
    return ", ".join(honest[first:]) if first is not None else None


def _tampers(text: str) -> bool:
    return any(pattern.search(text) for pattern in _patterns())


@cache
def _patterns() -> list[re.Pattern[str]]:
    lines = files("rag").joinpath("injections.txt").read_text("utf-8").splitlines()
    return [re.compile(line, re.IGNORECASE) for line in lines if line and not line.startswith("#")]
