"""Lines that need no Typer: a verb that people wait for, its options in full, nothing odd.

Typer, and pydantic on which it stands, take a quarter of a second to import and set up. So plain
lines are taken apart here; help, abbreviations, and every line with a fault in it are left to
Typer, which alone says how the command is used. `cli/verbs.py` has the options' meaning; a test
holds that both understand plain lines alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cli.faults import ANSWERED, telling_faults
from rag.audience import audience_of

MOST_TOP_K = 50


@dataclass(slots=True)
class _Line:
    """A line taken apart."""

    words: list[str] = field(default_factory=list)
    audience: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    json: bool = False

    def path(self, option: str) -> Path | None:
        """The path that an option names; None when it isn't given."""
        return Path(self.values[option]) if option in self.values else None


def plain_verb(arguments: Sequence[str]) -> Callable[[], int] | None:
    """What does the work of a plain line and gives its exit status; None for any other line.

    The work ends with SystemExit where its status is not 0.
    """
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
    own = {"ask": "--history", "search": "--top-k"}.get(verb)
    line = _taken_apart(rest, own) if own else None
    if line is None or len(line.words) != 1:
        return None
    if verb == "ask":
        return partial(_ask, line)
    top_k = line.values.get("--top-k", "5")
    if top_k.isascii() and top_k.isdigit() and 1 <= int(top_k) <= MOST_TOP_K:
        return partial(_search, line, int(top_k))
    return None


def _taken_apart(arguments: Sequence[str], own: str) -> _Line | None:
    """The line's words and options, `own` being what only this verb has; None if it isn't plain."""
    line = _Line()
    left = iter(arguments)
    for word in left:
        if not word.startswith("-"):
            line.words.append(word)
            continue
        name, is_joined, value = word.partition("=")
        if name == "--json" and not is_joined:
            line.json = True
            continue
        if name not in ("--data-dir", "--audience", own):
            return None
        if not is_joined:
            value = next(left, "-")
        # Typer may see an option in it, or miss a value.
        if value.startswith("-") or not value:
            return None
        if name == "--audience":
            line.audience.append(value)
        else:
            line.values[name] = value
    return line


def _ask(line: _Line) -> int:
    with telling_faults(as_json=line.json):
        from cli.ask_command import ask

        (question,) = line.words
        labels = audience_of(line.audience)
        ask(question, line.path("--history"), labels, line.path("--data-dir"), as_json=line.json)
    return ANSWERED


def _search(line: _Line, top_k: int) -> int:
    with telling_faults(as_json=line.json):
        from cli.search_command import search

        (query,) = line.words
        labels = audience_of(line.audience)
        search(query, top_k, labels, line.path("--data-dir"), as_json=line.json)
    return ANSWERED
