"""`footnote ask`."""

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from cli.faults import ABSTAINED, print_json
from cli.opening import reading_services
from rag.audience import Audience
from rag.contract import answer_to_json
from rag.domain import Answer, AnswerStatus, Citation, Form, NearestPassage, Question, Turn
from rag.errors import InvalidRequestError
from rag.fences import stretches

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

QUOTE_CHARS = 240


def ask(
    question: str, history: Path | None, audience: Audience, data_dir: Path | None, *, as_json: bool
) -> None:
    """Print the answer to a reader with these labels.

    Raises SystemExit(3) when the guide is silent.
    """
    turns = read_history(history) if history is not None else ()
    with reading_services(data_dir) as services:
        answer = services.answerer.answer(Question(question, turns, audience))
    if as_json:
        print_json(answer_to_json(answer))
    else:
        from rich.console import Console

        show(answer, Console(highlight=False))
    if answer.status is AnswerStatus.ABSTAINED:
        raise SystemExit(ABSTAINED)


def read_history(file: Path) -> tuple[Turn, ...]:
    """The turns in a JSON file. Raises InvalidRequestError when it holds something else."""
    try:
        turns = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise InvalidRequestError(
            f"The history file {file} can't be read ({error.strerror}): check the path."
        ) from error
    except (ValueError, RecursionError) as error:
        raise _not_turns(file) from error
    if not isinstance(turns, list) or not all(map(_is_turn, turns)):
        raise _not_turns(file)
    return tuple(Turn(role=turn["role"], content=turn["content"]) for turn in turns)


def _is_turn(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"role", "content"}
        and all(isinstance(part, str) for part in value.values())
    )


def _not_turns(file: Path) -> InvalidRequestError:
    form = '[{"role": "user", "content": "…"}, …]'
    return InvalidRequestError(
        f"The history file {file} is not a JSON list of turns: write {form}."
    )


def show(answer: Answer, console: "Console") -> None:
    """Print the answer for a person: text, then sources or closest passages."""
    from rich.text import Text

    if answer.standalone_question != answer.question:
        console.print(Text(f"Understood as: {answer.standalone_question}", style="dim"))
    if answer.status is AnswerStatus.ABSTAINED:
        console.print(Text(answer.text, style="yellow"))
        if answer.nearest:
            console.print(Text("\nClosest passages (they do not answer the question)", "bold"))
        for nearest in answer.nearest:
            _show_place("", nearest, console)
            _show_quote(nearest.quote, nearest.url, console)
        return
    if answer.reason is not None:
        console.print(Text(f"{answer.reason}\n", style="yellow"))
    _show_text(answer, console)
    console.print(Text("\nSources", style="bold"))
    for citation in answer.citations:
        _show_place(f"[{citation.number}] ", citation, console)
        _show_quote(citation.quote, citation.url, console)


def _show_text(answer: Answer, console: "Console") -> None:
    """Words wrapped; code indented, its lines as they stand; a table in columns."""
    from rich.padding import Padding
    from rich.text import Text

    tables = {one.text for one in answer.sentences if one.form is Form.TABLE}
    for stretch, is_laid_out in stretches(answer.text):
        if not is_laid_out:
            console.print(Text(stretch))
        elif stretch in tables:
            console.print(Padding(_columns(stretch), (0, 0, 0, 4)))
        else:
            console.print(Text(textwrap.indent(stretch, "    ")), soft_wrap=True)


def _columns(rows: str) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    head, *others = ([Text(cell) for cell in row.split(" | ")] for row in rows.split("\n"))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for cell in head:
        table.add_column(cell, overflow="fold")
    for row in others:
        table.add_row(*row)
    return table


def _show_place(mark: str, passage: Citation | NearestPassage, console: "Console") -> None:
    """Behind its mark, further lines indented: they don't look like the next source."""
    lines = textwrap.wrap(
        f"{mark}{' › '.join(passage.place)}",
        console.width - 1,
        subsequent_indent="    ",
        break_on_hyphens=False,
    )
    console.print("\n".join(lines), markup=False)


def _show_quote(quote: str, url: str, console: "Console") -> None:
    from rich.padding import Padding
    from rich.text import Text

    words = " ".join(quote.split())
    shown = words if len(words) <= QUOTE_CHARS else f"{words[:QUOTE_CHARS].rsplit(' ', 1)[0]} …"
    console.print(Padding(Text(f"“{shown}”", style="italic dim"), (0, 0, 0, 4)))
    console.print(
        Text(f"    {url.split('#', maxsplit=1)[0]}", style=f"blue link {url}"), soft_wrap=True
    )
