"""Code and tables within an answer's text: lines of their own between two fences of backticks."""

import re
from collections.abc import Iterator

SHORTEST = 3
BACKTICKS = re.compile(r"`+")
FENCE = re.compile(r"(`{3,})[\w+#.-]*")


def fenced(text: str) -> str:
    """The text as it stands between two fences, longer than any run of backticks in it.

    So no line of the text is taken for the end of it.
    """
    longest = max(map(len, BACKTICKS.findall(text)), default=0)
    fence = "`" * max(SHORTEST, longest + 1)
    return f"{fence}\n{text}\n{fence}"


def stretches(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, taken apart at its fences; True with what stood between two of them.

    Lines of backticks are fences, nothing else is. A fence that is never closed holds all the rest.
    """
    held: list[str] = []
    opened = ""
    for line in text.split("\n"):
        fence = FENCE.fullmatch(line.strip())
        if fence is None or (opened and line.strip() != opened):
            held.append(line)
            continue
        if held:
            yield "\n".join(held), bool(opened)
        held, opened = [], "" if opened else fence[1]
    if held:
        yield "\n".join(held), bool(opened)
