"""A progress bar on standard error, shown when a person watches."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar("Item")


def watch(items: Sequence[Item], description: str) -> Iterator[Item]:
    """The items one by one, with a bar on standard error when that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return iter(items)
    return iter(track(items, description=description, console=console, transient=True))
