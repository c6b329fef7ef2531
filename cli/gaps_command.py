"""`footnote gaps`: what nobody could answer."""

import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.faults import print_json
from cli.opening import reading_services
from operations.bootstrap import open_operations
from operations.gap_export import as_json, as_markdown, as_question_lines
from operations.gaps import Gap, GapReport, gap_report
from operations.period import moment
from operations.unanswered import unanswered_since
from rag.domain import Question
from rag.errors import InvalidRequestError

if TYPE_CHECKING:
    from rag.bootstrap import Services

OTHER_WORDINGS = 2


def gaps(
    since: str,
    most: int,
    questions: Path | None,
    data_dir: Path | None,
    *,
    markdown: bool,
    as_json_object: bool,
) -> None:
    """Print the gaps as a table, Markdown or JSON; write drafted questions where told to."""
    begin = moment(since)
    if questions is not None and questions.exists():
        raise InvalidRequestError(f"{questions} exists already: name another file.")
    with reading_services(data_dir) as services:
        report = _report(services, begin, most)
    if questions is not None:
        questions.write_text(as_question_lines(report), "utf-8")
        sys.stderr.write(f"{len(report.gaps)} drafts are in {questions}: read and accept them.\n")
    if as_json_object:
        print_json(as_json(report))
    elif markdown:
        sys.stdout.write(as_markdown(report))
    else:
        _show(report)


def _report(services: "Services", begin: datetime, most: int) -> GapReport:
    # Whoever holds the data directory may read all of it.
    labels = frozenset(services.catalog.status().audiences)
    with closing(open_operations(services.settings)) as operations:
        period = unanswered_since(operations.store, begin)
    return gap_report(
        period,
        services.embedder.encode,
        lambda text: services.answerer.answer(Question(text, audience=labels)),
        most,
    )


def _show(report: GapReport) -> None:
    console = Console(highlight=False)
    period = report.period
    console.print(
        f"Since {period.since:%d %B %Y}: {period.asked:,} questions, {period.abstained:,} without "
        f"an answer, {period.voted_down:,} voted down."
    )
    if not report.gaps:
        console.print("Nothing is missing that anybody asked for.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("asked", justify="right")
    table.add_column("last")
    table.add_column("question", ratio=3)
    table.add_column("nearest in the guide", ratio=2, style="dim")
    for gap in report.gaps:
        table.add_row(f"{gap.asked:,}", f"{gap.last_asked:%d %b}", _question(gap), _nearest(gap))
    console.print()
    console.print(table)
    if report.more:
        console.print(f"\nand {report.more:,} more: --top shows them.")


def _question(gap: Gap) -> Text:
    text = Text(gap.question)
    for other, _ in [one for one in gap.wordings if one[0] != gap.question][:OTHER_WORDINGS]:
        text.append(f"\n  {other}", "dim")
    for words in gap.said:
        text.append(f"\n  voted down: {words}", "italic")
    if gap.down_votes and not gap.said:
        text.append("\n  voted down", "italic")
    if gap.answered_now:
        text.append("\n  answered by now", "green")
    return text


def _nearest(gap: Gap) -> str:
    return gap.nearest[0].words if gap.nearest else ""
